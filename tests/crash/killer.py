"""
Migrations that are killed with SIGKILL again and again, resumed each time, and judged after each kill and at
the end. The end must be that of an undisturbed migration.
"""

import collections
import hashlib
import json
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import ROOT, Bench, open_in, wait_until  # noqa: E402

sys.path.insert(0, str(ROOT / "tests"))
from checker import check  # noqa: E402

RUN_LIMIT = 300


class Plan:
    """What is moved, how, and how often it is killed. All follows from the seed."""

    def __init__(self, seed, kills, documents=2000, size=4000, workers=None, processes=1):
        chance = random.Random(seed)
        self.seed, self.kills, self.documents, self.size = seed, kills, documents, size
        self.processes = processes
        self.workers = workers or chance.choice((1, 2, 4, 4, 8))
        # Each document makes two lines of the journal: a file served, a mark.
        lines = 2 * documents
        self.moments = sorted(chance.randrange(lines) for _ in range(kills))
        self.delays = [chance.random() * 0.004 for _ in range(kills)]

    def __str__(self):
        return (f"seed {self.seed}: {self.documents} documents of {self.size} bytes, "
                f"{self.processes} processes of {self.workers} workers, {self.kills} kills")


def source(bench, plan):
    bench.serve(f"generate:{plan.documents},{plan.size}", "--seed", str(plan.seed),
                "--max-sessions", "0")
    bench.configure(run={"workers": plan.workers, "retry_ms": 10})
    imported = bench.ferry("patients", "import")
    if imported.code != 0:
        raise RuntimeError(f"patients import ended with {imported.code}: {imported.err}")


def end_of(bench):
    """Objects, rows and records as they are in the end, without the times."""
    objects = {path.relative_to(bench.store).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
               for path in bench.store.rglob("*") if path.is_file()}
    columns = [row[1] for row in bench.sql("pragma table_info(documents_document)")
               if row[1] not in ("uploaded_at", "updated_at")]
    rows = {row[0]: row[1:] for row in bench.sql(
        "select json_extract(filemaker_metadata, '$.recordId'), " + ", ".join(columns)
        + " from documents_document")}
    states = {row[0]: row[1:] for row in bench.sql(
        "select record_id, identity, state, class, version, size, patient, link, mod_id "
        "from fmferry_document")}
    truth = {int(entry["recordId"]): (entry["id"], entry["sha256"], entry["modId"],
                                      bool(entry["mark"]))
             for entry in json.loads(bench.truth.read_text())}
    return {"objects": objects, "rows": rows, "states": states, "source": truth}


def differences(one, other, but=()):
    """The differences, apart from the records `but`."""
    for name in one:
        things = sorted(one[name].keys() | other[name].keys())
        apart = [thing for thing in things if thing not in but
                 and one[name].get(thing) != other[name].get(thing)]
        if apart:
            yield (f"{name}: {len(apart)} differ, first {apart[0]}: {one[name].get(apart[0])} here, "
                   f"{other[name].get(apart[0])} undisturbed")


def undisturbed(tap, plan):
    """The same migration, undisturbed."""
    with Bench(tap, "undisturbed") as bench:
        source(bench, plan)
        done = bench.ferry("run", limit=RUN_LIMIT)
        if done.code != 0:
            raise RuntimeError(f"the undisturbed run ended with {done.code}: {done.err}")
        bench.stop_serving()
        return end_of(bench)


def judge_dead(bench):
    """
    After a kill, while the source goes on: violations, if any. Sessions that are open now were the
    dead one's, also one whose log-in was still on its way.
    """
    given = check.arguments(["--journal", str(bench.journal), "--store", str(bench.store),
                             "--database", str(bench.database), "--config", str(bench.config),
                             "--interrupted"])
    scene = check.read_scene(given)
    given.lost_sessions = open_in(scene.journal.lines)
    return check.judge(scene, given).violations


def alive_of(runs):
    return [run for run in runs if run.is_running()]


def kill_some(bench, plan, chance, runs, moment, delay):
    """
    Sees to it that all processes are at work, and kills some of them, one at least, when the journal
    has grown so far. Returns those that live on, and how many were killed; none of either: all is done.
    """
    while len(runs) < plan.processes:
        runs.append(bench.start("run"))
    reached = wait_until(lambda: bench.journal_count() >= moment or not alive_of(runs), RUN_LIMIT,
                         pause=0.001)
    time.sleep(delay)
    runs = alive_of(runs)
    victims = chance.sample(runs, chance.randint(1, len(runs))) if runs else []
    for victim in victims:
        victim.kill()
    if not reached:
        raise TimeoutError(f"the journal stays at {bench.journal_count()} lines; see {bench.logs}")
    return [run for run in runs if run not in victims], len(victims)


def killed(tap, plan, peace):
    """One migration through all its kills. Returns how many there were."""
    kills = 0
    runs, chance = [], random.Random(plan.seed + 1)
    with Bench(tap, "killed") as bench:
        source(bench, plan)
        for moment, delay in zip(plan.moments, plan.delays):
            runs, dead = kill_some(bench, plan, chance, runs, max(moment, bench.journal_count() + 1),
                                   delay)
            kills += dead
            found = judge_dead(bench) if dead and not runs else []  # nobody writes meanwhile
            if found:
                tap.ok(False, f"after kill {kills} of {plan}", *found[:10])
                return kills
            if not dead or kills >= plan.kills:
                break
        for run in runs:
            run.finish(RUN_LIMIT)
        bench.forgive_open_sessions()
        last = bench.ferry("run", limit=RUN_LIMIT)
        tap.ok(last.code == 0, f"{plan}: the last run ends with 0", last.err, last.out)
        bench.status()
        bench.stop_serving()
        bench.check(f"{kills} kills, and the checker finds nothing", exit_code=last.code)
        compare(tap, bench, peace)
    return kills


def compare(tap, bench, peace):
    marks = collections.Counter(line["recordId"] for line in bench.journal_lines()
                                if line["effect"] == "patch")
    twice = {int(record) for record, number in marks.items() if number > 1}
    tap.ok(not twice, "no record was marked twice", sorted(twice)[:10])
    apart = list(differences(end_of(bench), peace))
    tap.ok(not apart, "the end is that of a migration in peace", *apart)
