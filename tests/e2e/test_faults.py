#!/usr/bin/python3
"""
Whatever goes wrong on the way, nothing is lost, doubled or misfiled: every kind of fault that fmsim
knows, so that about one request in five meets one, with several seeds. Runs are repeated until
everything is done.

Some faults are left out, because nobody who reads a file once could notice them: a byte that the server itself
flips, a file that the server itself takes for another, and a file that ends early under a length that fits,
or grows or ends early in good form where no length was given.
"""

import concurrent.futures
import os

from harness import Bench, Tap, main, need_programs

DOCUMENTS = 300
RUNS_MOST = 8
SEEDS = [int(seed) for seed in os.environ.get("FMFERRY_SEEDS", "1 2").split()]
RUN_LIMIT = 600


def on(kinds, chance, *deeds):
    return [f"on {kinds} chance {chance}% do {deed}" for deed in deeds]


ANSWERS = ["status 500", "status 502", "status 503 json", "cut 50%", "reset before", "reset after",
           "reset at 50%", "stall 60ms", "stall at 50% 60ms", "trickle 20000", "longer 10",
           "no-length", "bad-chunk", "tls-alert at 50%"]
# What comes from a web server in front: no answer of the Data API at all.
STRANGE = ["html", "empty", "redirect https://127.0.0.1:1/", "status 429", "status 408"]
ENDS_TOLD = 12
ENDS = [("code 953", "953", 1), ("code 105", "105", 2), ("code 212", "212", 4), ("code 102", "102", 2)]
FAULTS = {
    "reading records": on("get,find", 1, *ANSWERS, "code 401", "code 500", "code 802", "swap", "twice",
                          "delay 20ms", "no-extension", "url-host elsewhere.example"),
    "files": on("stream1", 1, *ANSWERS, *STRANGE, "stale 401", "stale 404", "stale 400",
                "stale no-cookie")
             + on("stream2", 2, *(deed for deed in ANSWERS if deed != "no-length"), *STRANGE,
                  "stale 401", "stale no-cookie", "media text/html", "twice"),
    "files of unknown length": ["on stream2 do no-length"]
             + on("stream2", 4, "reset at 50%", "tls-alert at 50%", "stall at 50% 60ms"),
    "endless headers": on("get,stream1,stream2,patch,list", 1, "endless-headers"),
    "writing marks": on("patch", 1, *ANSWERS, "status 502 applied", "status 500 json applied",
                        "reset upload", "twice", "replay 150ms", "wrong-mod-id", "code 301", "code 306",
                        "code 500", "swap"),
    "counting": on("list,find", 2, *ANSWERS, "found-count +3", "found-count -3", "repeat-edge",
                   "empty-page", "code 401", "swap"),
    "sessions": on("login", 10, "status 502", "reset before", "reset after", "cut 50%", "code 812")
                + on("logout", 20, "status 500", "reset before", "reset after")
                + on("any", 1, "code 952") + ["every patch 70 do drop-sessions",
                                             "every patch 130 do restart 100ms",
                                             "every patch 170 do down 150ms",
                                             "every patch 190 do refuse 100ms"],
    "people": ["every patch 10 do edit any 1", "every patch 20 do replace any 1",
               "every patch 25 do hold any 3 150ms", "every patch 60 do insert 1",
               "every patch 50 do delete any 1"],
}
# Trouble in the middle of a census: (what, lines, exit code, what the run says).
BROKEN_OFF = [
    ("sessions dropped again and again", ["on list first 9 do code 952"], 0, "beginning anew"),
    ("a record that is refused", ["after list 2 do delete 17", "on get record 17 first 2 do code 401"],
     0, ""),
    ("answers longer than they say", ["on list first 3 do longer 10"], 0, ""),
    ("a count that lies in the end", ["on list after 3 do found-count +3"], 3,
     "the record count could not be confirmed"),
    ("finds that count otherwise than the list", ["on find do found-count +3"], 3, "finds say that there are 303"),
]
UNCLOSED = ("sessions",)  # where a session is ended by the server, or its token never arrives


def until_done(bench, most=RUNS_MOST):
    """Exit codes of the runs that it took, and the last of them."""
    codes = []
    while len(codes) < most and (not codes or codes[-1] != 0):
        done = bench.ferry("run", limit=RUN_LIMIT)
        codes.append(done.code)
        if done.code not in (0, 1, 2, 3, 4):
            break
    return codes, done


def endure(name, seed):
    """One set of faults with one seed."""
    tap = Tap(kept=True)
    with Bench(tap, "faults") as bench:
        (bench.folder / "scenario").write_text("\n".join(FAULTS[name]) + "\n")
        bench.serve(f"generate:{DOCUMENTS},6000", "--seed", str(seed), "--scenario",
                    bench.folder / "scenario")
        bench.configure(run={"workers": 8, "retry_ms": 5})
        imported = [bench.ferry("patients", "import").code for _ in range(3)]
        codes, last = until_done(bench)
        states = bench.status()["states"]
        bench.stop_serving()
        if name in UNCLOSED:
            bench.forgive_open_sessions()
        tap.ok(codes[-1] == 0, f"{name}, seed {seed}: everything is done after {len(codes)} runs",
               f"exit codes {codes}, patients {imported}", states, last.err[-800:],
               bench.ferry("failures").out[:2000])
        bench.check(f"{name}, seed {seed}: the checker agrees", exit_code=codes[-1])
    return tap


def count_in_spite(what, lines, code, says):
    """A fault that breaks a census off and passes by itself ends no run."""
    tap = Tap(kept=True)
    with Bench(tap, "broken-off") as bench:
        (bench.folder / "scenario").write_text("\n".join(lines) + "\n")
        bench.serve("generate:300,2000", "--scenario", bench.folder / "scenario")
        bench.configure(run={"workers": 4, "retry_ms": 5})
        bench.ferry("patients", "import")
        done = bench.ferry("run")
        tap.ok(done.code == code and says in done.err, f"counting, {what}: the run ends with {code}",
               done.code, done.err)
        bench.status()
        bench.stop_serving()
        bench.forgive_open_sessions()  # of which the server said that it knows nothing
        bench.check(f"counting, {what}: the checker agrees", exit_code=done.code)
    return tap


def fail_as_usual():
    """Four times nothing is there, and once the answer is a page: the document fails with the former."""
    tap = Tap(kept=True)
    with Bench(tap, "as-usual") as bench:
        (bench.folder / "scenario").write_text("container 5 is missing\non stream2 record 5 nth 5 do html\n")
        bench.serve("generate:20,2000", "--scenario", bench.folder / "scenario")
        bench.configure(run={"retry_ms": 5})
        bench.ferry("patients", "import")
        done = bench.ferry("run")
        tries = [name for name, in bench.sql("select class from fmferry_attempt order by number")]
        failed = bench.sql("select record_id, class from fmferry_document where state = 'failed'")
        tap.same((done.code, failed), (3, [(5, "container-unavailable")]),
                 "a document fails with what most of its tries met")
        tap.same(tries, ["container-unavailable"] * 4 + ["container-not-a-file", "container-unavailable"],
                 "and is tried once more than its class says")
        bench.status()
        bench.stop_serving()
        bench.check("one try that ends otherwise: the checker agrees", exit_code=done.code)
    return tap


def away_is_no_try():
    """FileMaker is away for one document, then its file is not there: it has all its tries."""
    tap = Tap(kept=True)
    with Bench(tap, "away-is-no-try") as bench:
        (bench.folder / "scenario").write_text("container 5 is missing\non get,find record 5 first 8 do status 502\n")
        bench.serve("generate:20,2000", "--scenario", bench.folder / "scenario")
        bench.configure(source={"records_at_once": 1}, run={"retry_ms": 5})
        bench.ferry("patients", "import")
        done = bench.ferry("run")
        tries = [name for name, in bench.sql("select class from fmferry_attempt order by number")]
        tap.ok(tries.count("source-away") > 0, "a document met FileMaker away", tries, done.err)
        tap.same([name for name in tries if name != "source-away"], ["container-unavailable"] * 5,
                 "that is no try of the document: it has five others")
    return tap


def meet_stranger(deed, kind, nth):
    """One answer that is not the Data API's, in the middle of a run."""
    tap = Tap(kept=True)
    with Bench(tap, "stranger") as bench:
        (bench.folder / "scenario").write_text(f"on {kind} nth {nth} do {deed}\n")
        bench.serve("generate:60,2000", "--scenario", bench.folder / "scenario")
        done = bench.ferry("run")
        name = f"one '{deed}' in answer to a {kind} stops no run"
        tap.same(done.code, 0, name)
        bench.ferry("run")
        bench.stop_serving()
    return tap


def meet_end(what, says, code):
    """Something that a person must mend stops the run, in one sentence; the next one goes on."""
    tap = Tap(kept=True)
    with Bench(tap, "end") as bench:
        (bench.folder / "scenario").write_text(f"on get,find after 6 first {ENDS_TOLD} do {what}\n")
        bench.serve("generate:60,2000", "--scenario", bench.folder / "scenario")
        bench.ferry("patients", "import")
        done = bench.ferry("run")
        said = [line for line in done.err.splitlines() if not line.startswith("next: ")]
        tap.ok(done.code == code and says in done.err and len(said) == 1
               and ("next: mend the login" in done.err) == (code == 4),
               f"'{what}' stops a run with {code}", done.code, done.err, done.out)
        tap.ok("this run: " in done.out and "in all: " in done.out and "goes on from here" in done.out,
               f"'{what}': what the run did is said all the same", done.out)
        # One answer is enough to stop a run: how many a run takes with it depends on what it asks at once.
        codes, last = until_done(bench, ENDS_TOLD + 1)
        tap.same(last.code, 0, f"'{what}': when it is mended, a run ends with 0")
        bench.status()
        bench.stop_serving()
        bench.check(f"'{what}': the checker agrees", exit_code=last.code)
    return tap


def test(tap):
    if not need_programs(tap):
        return
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(endure, name, seed) for seed in SEEDS for name in FAULTS]
        waiting += [pool.submit(meet_stranger, deed, kind, nth) for deed in STRANGE
                    for kind, nth in (("get", 2), ("find", 5), ("patch", 30))]
        waiting += [pool.submit(meet_end, *end) for end in ENDS]
        waiting += [pool.submit(fail_as_usual), pool.submit(away_is_no_try)]
        waiting += [pool.submit(count_in_spite, *trouble) for trouble in BROKEN_OFF]
        for one in waiting:
            tap.take(one.result())


main(test)
