#!/usr/bin/python3
"""
One Ctrl-C finishes the documents at hand, a second one leaves at once; nothing is lost either way. The exit
code names the signal, and what is said names the command that goes on.
"""

import os
import pathlib
import signal
import subprocess

from harness import FMFERRY, Bench, main, need_programs, wait_until

DOCUMENTS = 400
SLOW_MS = 20  # per call, so that a run lasts long enough to be interrupted
SOON = 20


def served(bench):
    """The number of marks written, which shows how far a run has come."""
    return sum(line["effect"] == "patch" for line in bench.journal_lines())


def is_pending(run, number):
    """Whether a signal was sent and not taken yet: a second one would merge with it."""
    try:
        status = pathlib.Path(f"/proc/{run.pid}/status").read_text()
    except OSError:
        return False
    return any(int(line.split()[1], 16) >> (number - 1) & 1 for line in status.splitlines()
               if line.startswith(("SigPnd:", "ShdPnd:")))


def signal_and_wait(run, number):
    run.signal(number)
    wait_until(lambda: not is_pending(run, number))


def interrupt(tap, bench, how_often, number=signal.SIGINT):
    before = served(bench)
    run = bench.start("run")
    moving = wait_until(lambda: served(bench) >= before + SOON or not run.is_running())
    for _ in range(how_often):
        signal_and_wait(run, number)
    return run.finish(SOON), moving and served(bench) > before


def check_interrupted(tap, bench, run, what, code):
    tap.same(run.code, code, f"{what}: exit code {code}")
    tap.ok("asked to stop: the documents in hand are finished first" in run.err, f"{what}: is said", run.err)
    tap.ok("'fmferry run' goes on from here" in run.out and "this run: " in run.out,
           f"{what}: what was done and what goes on", run.out)
    tap.same(bench.sql("select count(*) from fmferry_document where run is not null "
                       "or state = 'claimed'")[0][0], 0, f"{what}: nothing is held any more")
    tap.same(bench.open_sessions(), [], f"{what}: every session is logged out")
    states = bench.status()["states"]
    tap.ok(0 < states["done"] < DOCUMENTS, f"{what}: in the middle of the work", states)


def logins(bench):
    return sum(line["effect"] == "login" for line in bench.journal_lines())


def while_logging_in(tap):
    """The server has opened a session and not answered yet: its token is waited for, and closed."""
    with Bench(tap, "logging-in") as bench:
        (bench.folder / "scenario").write_text("on login after 2 do stall 1500ms\n")
        bench.serve("generate:50,2000", "--scenario", bench.folder / "scenario")
        bench.ferry("patients", "import")
        before = logins(bench)
        run = bench.start("run")
        waiting = wait_until(lambda: logins(bench) >= before + 2 or not run.is_running())
        for _ in range(2):
            signal_and_wait(run, signal.SIGINT)
        run.finish(SOON)
        tap.ok(waiting and run.code == 130, "twice in the middle of a log-in: exit code 130",
               waiting, run.code, run.err)
        tap.same(bench.open_sessions(), [], "twice in the middle of a log-in: every session is logged out")
        bench.stop_serving()


def before_it_moves(tap):
    """While a run is prepared there is nothing to finish: the first Ctrl-C leaves at once."""
    with Bench(tap, "preparing") as bench:
        bench.serve("generate:20,2000")
        bench.ferry("patients", "import")
        bench.happen("on login do stall 5s")
        before = logins(bench)
        run = bench.start("run")
        waiting = wait_until(lambda: logins(bench) > before or not run.is_running())
        signal_and_wait(run, signal.SIGTERM)
        run.finish(SOON)
        tap.ok(waiting and run.code == 143 and "fmferry: " in run.err and "next: " in run.err,
               "a signal while a run is prepared ends it, with a word", waiting, run.code, run.err)
        bench.stop_serving()


def reader_leaves(tap):
    """`| head` is no error, whatever the list's length."""
    with Bench(tap, "head") as bench:
        (bench.folder / "scenario").write_text("container 1..1500 is missing\n")
        bench.serve("generate:1500,10", "--scenario", bench.folder / "scenario")
        bench.configure(run={"retry_ms": 1, "attempts": 1})
        bench.ferry("patients", "import")
        bench.ferry("run", limit=600)
        whole = bench.ferry("failures", "--csv")
        tap.ok(len(whole.out) > 128 * 1024, "the list is longer than a pipe holds", len(whole.out))
        for words in (("failures", "--csv"), ("failures",), ("status",), ("settings",), ("--help",)):
            read, write = os.pipe()
            program = subprocess.Popen([FMFERRY, "--config", bench.config, *words], stdout=write,
                                       stderr=subprocess.PIPE, env=bench.environment(),
                                       cwd=bench.folder)
            os.close(write)
            os.read(read, 10)
            os.close(read)
            said = program.communicate(timeout=300)[1].decode()
            wanted = 3 if words == ("status",) else 0
            tap.same((program.returncode, said), (wanted, ""), f"'{' '.join(words)} | head' is no error")
        bench.stop_serving()


def answers_in_pieces(tap):
    """The answer to a log-in breaks off behind its headers: the session is used, or closed."""
    with Bench(tap, "broken-login") as bench:
        (bench.folder / "scenario").write_text("on login first 4 do cut 50%\n"
                                               "on login after 4 first 4 do empty\n")
        bench.serve("generate:20,2000", "--scenario", bench.folder / "scenario")
        runs = [bench.ferry("patients", "import"), bench.ferry("run")]
        tap.same(runs[-1].code, 0, "log-ins that break off: a run ends with 0")
        tap.same(bench.open_sessions(), [], "log-ins that break off: every session is logged out")
        bench.stop_serving()


def test(tap):
    if not need_programs(tap):
        return
    while_logging_in(tap)
    answers_in_pieces(tap)
    before_it_moves(tap)
    reader_leaves(tap)
    with Bench(tap, "signals") as bench:
        bench.serve(f"generate:{DOCUMENTS},20000", "--latency-ms", str(SLOW_MS))
        bench.ferry("patients", "import")
        for what, how_often, number, code in (("SIGINT once", 1, signal.SIGINT, 130),
                                              ("SIGTERM once", 1, signal.SIGTERM, 143),
                                              ("a hang-up, told twice", 2, signal.SIGHUP, 129),
                                              ("SIGINT twice", 2, signal.SIGINT, 130)):
            run, moved = interrupt(tap, bench, how_often, number)
            tap.ok(moved, f"{what}: came while documents were moving", run.err)
            check_interrupted(tap, bench, run, what, code)
            at_once = how_often == 2 and number == signal.SIGINT
            tap.same("the next run takes up the documents in hand" in run.err, at_once,
                     f"{what}: {'leaves at once' if at_once else 'finishes what it has in hand'}")
            said = bench.sql("select status from fmferry_run order by run desc limit 1")[0][0]
            tap.ok(said == "interrupted" or at_once and said == "stopped", f"{what}: the ledger says so", said)
        last = bench.ferry("run")
        tap.ok(last.code == 0, "a run afterwards completes", last.err)
        bench.status()
        bench.stop_serving()
        bench.check("the checker agrees", exit_code=last.code)


main(test)
