"""
A migration in the middle of life: people add, delete, correct and replace documents all the time, and
one request in twenty fails, in every way that the simulator knows. The run must end while they go on,
and once they have gone home another one finishes what is left: then nothing may be lost, doubled or
misfiled.

Two kinds of faults are left out: those that nobody who reads a file once could notice (see
tests/e2e/test_faults.py), and those that a person must mend, which end a run by design (there too).
"""

import pathlib
import random
import re
import sys
import threading
import urllib.error

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Bench  # noqa: E402

SHARE = 5.0  # per cent of the requests of each kind
RUNS_MOST = 8
RUN_LIMIT = 1200

WIRE = ["reset before", "reset after", "reset at 50%", "stall 60ms", "stall at 50% 60ms",
        "trickle 20000", "cut 50%", "longer 10", "no-length", "bad-chunk", "tls-alert at 50%",
        "endless-headers", "delay 50ms"]
SERVER = ["status 500", "status 502", "status 503 json", "status 429", "status 408", "html", "empty",
          "redirect https://127.0.0.1:1/"]
WRITE = ["reset upload", "replay 150ms", "status 502 applied", "status 500 json applied"]
API = [*WIRE, *SERVER, "code 802", "code 952", "cut fitting 50%"]
WAYS = {
    "productInfo,layout": [*WIRE, *SERVER, "cut fitting 50%"],
    "login": [*WIRE, *SERVER, "code 802", "code 812", "code 212", "twice"],
    "logout": [*WIRE, *SERVER, "code 952", "twice", "flip 50%"],
    "list": [*API, "swap", "twice", "found-count +3", "found-count -3", "repeat-edge", "empty-page",
             "code 401", "no-extension"],
    "find": [*API, "swap", "twice", "found-count +3", "found-count -3", "code 401"],
    "get": [*API, "swap", "twice", "wrong-mod-id", "code 401", "code 500", "no-extension",
            "url-host elsewhere.example"],
    "patch": [*API, *WRITE, "swap", "twice", "flip 50%", "wrong-mod-id", "code 301", "code 306",
              "code 500"],
    "stream1": [*WIRE, *SERVER, "twice", "stale 401", "stale 404", "stale 400", "stale no-cookie"],
    "stream2": [*(way for way in WIRE if way != "no-length"), *SERVER, "twice", "stale 401",
                "stale no-cookie", "media text/html"],
}
# The whole server goes away now and then.
AWAY = ["every get {0} do drop-sessions", "every get {1} do restart 150ms", "every get {2} do down 200ms",
        "every get {3} do refuse 150ms"]


def faults(documents):
    """Scenario lines: each kind of request fails as often, in each of its ways alike."""
    lines = [f"on {kinds} chance {SHARE / len(ways):.3f}% do {way}"
             for kinds, ways in WAYS.items() for way in ways]
    every = [documents * share for share in (0.6, 1.1, 1.3, 1.7)]
    return lines + [line.format(*map(int, every)) for line in AWAY]


class People:
    """At work until they are sent home: a few things each time, then a breath."""

    DOINGS = ["insert {}", "delete any {}", "edit any {}", "replace any {}", "hold any {} 300ms"]

    def __init__(self, bench, seed, pause):
        self.bench, self.chance, self.pause = bench, random.Random(seed), pause
        self.home, self.done, self.trouble = threading.Event(), 0, None
        self.thread = threading.Thread(target=self.work, daemon=True)

    def work(self):
        while not self.home.wait(self.pause):
            lines = [f"do {doing.format(self.chance.randint(1, 3))}" for doing in self.DOINGS
                     if self.chance.random() < 0.7]
            try:
                self.bench.happen(*lines)
                self.done += len(lines)
            except urllib.error.HTTPError as error:
                self.trouble = error
                return
            except OSError:
                pass  # the server is away: people wait as well

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.home.set()
        self.thread.join()


def changes(bench):
    """How many times people have done each thing, by the journal."""
    told = {}
    for line in bench.journal_lines():
        if "request" not in line and line["effect"] in ("create", "delete", "edit", "replace"):
            told[line["effect"]] = told.get(line["effect"], 0) + 1
    return told


def run_amid_people(tap, bench, what, processes, people):
    """All processes to their end, people still at work; whether that went well."""
    runs = [bench.start("run") for _ in range(processes)]
    codes = [run.finish(RUN_LIMIT).code for run in runs]
    tap.ok(set(codes) <= {0, 3}, f"{what}: the run ends while people go on", codes,
           *(run.err[-800:] for run in runs))
    tap.note(f"{what}: the run took {max(run.seconds for run in runs):.0f} s, exit codes {codes}")
    paces = [pace for run in runs for pace in re.findall(r"failed, (\S+)/s", run.err)]
    tap.ok(all(float(pace) >= 0 for pace in paces), f"{what}: it never goes backwards", paces)
    then = people.done
    went_on = people.thread.is_alive() and people.trouble is None
    bench.forgive_open_sessions()  # tokens that never arrived, sessions that the server ended
    _, said, findings = bench.judge(status=False)
    tap.ok(findings and not findings["violations"], f"{what}: nothing is wrong while they are at work",
           said)
    return went_on and people.done >= then


def runs_until(bench, settled):
    """Runs until the states are as they should be: the last one, the codes of all, the states."""
    codes, states = [], {}
    while len(codes) < RUNS_MOST and not settled(states):
        done = bench.ferry("run", limit=RUN_LIMIT)
        codes.append(done.code)
        states = bench.status()["states"]
    return done, codes, states


def begin(bench, data, records, seed):
    """Serves a set with its faults, and has the patients: exit codes. Every other seed counts by key."""
    (bench.folder / "scenario").write_text("\n".join(faults(records)) + "\n")
    bench.serve(data, "--seed", seed, "--max-sessions", "0", "--scenario", bench.folder / "scenario")
    by_key = {"census_key": "num"} if seed % 2 == 0 else {}
    bench.configure(source=by_key, run={"workers": 4, "retry_ms": 20})
    return [bench.ferry("patients", "import", limit=120).code for _ in range(3)]


def live(tap, records, seed, processes):
    """One migration of made-up documents amid people and faults. Five changes a second are many."""
    pause = 0.3 if records < 1000 else 1
    what = f"{records} records, seed {seed}, {processes} at once"
    with Bench(tap, "live") as bench:
        imported = begin(bench, f"generate:{records},6000", records, seed)
        with People(bench, seed, pause) as people:
            went_on = run_amid_people(tap, bench, what, processes, people)
        told = changes(bench)
        tap.ok(went_on and len(told) == 4, f"{what}: people did all kinds of things", told,
               people.trouble)
        last, codes, states = runs_until(bench, lambda states: states.get("done") and not any(
            count for state, count in states.items() if state != "done"))
        bench.stop_serving()
        bench.forgive_open_sessions()
        tap.note(f"{what}: people did {told}; then runs ended with {codes}: {states}")
        tap.ok(last.code == 0, f"{what}: everything is done in the end", codes, imported, states,
               last.err[-800:], bench.ferry("failures").out[:2000])
        bench.check(f"{what}: nothing lost, doubled or misfiled", exit_code=last.code)


REPLAY, UNREADABLE, PATIENTS = 11259, 1056, 2700


def replay(tap, seed, processes):
    """The clinic's own set, nobody at work, the same faults: what can be read arrives, all of it."""
    what = f"seed-replay with faults, seed {seed}, {processes} at once"
    with Bench(tap, "replay") as bench:
        imported = begin(bench, "seed-replay", REPLAY, seed)
        patients = bench.sql("select count(*) from patients_patient")[0][0]
        runs = [bench.start("run") for _ in range(processes)]
        first = [run.finish(RUN_LIMIT).code for run in runs]
        tap.ok(set(first) == {3}, f"{what}: the run ends", first, *(run.err[-800:] for run in runs))
        last, codes, states = runs_until(bench, lambda states: states.get("failed") == UNREADABLE
                                         and states.get("done") == REPLAY - UNREADABLE)
        unread = bench.sql("select min(record_id), max(record_id), count(*) from fmferry_document "
                           "where state = 'failed'")[0]
        said = bench.ferry("status").out
        bench.stop_serving()
        bench.forgive_open_sessions()
        tap.note(f"{what}: {max(run.seconds for run in runs):.0f} s, then {codes}: {states}",
                 *(line for line in said.splitlines() if "failures are" in line))
        tap.same(patients, PATIENTS, f"{what}: all patients are there")
        tap.same(unread, (1, UNREADABLE, UNREADABLE), f"{what}: what failed cannot be read")
        tap.ok(states["done"] == REPLAY - UNREADABLE, f"{what}: all else is done", states, imported,
               last.err[-800:])
        bench.check(f"{what}: nothing lost, doubled or misfiled", exit_code=last.code)
