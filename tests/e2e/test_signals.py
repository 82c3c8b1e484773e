#!/usr/bin/python3
"""One Ctrl-C finishes the documents at hand, a second one leaves at once; nothing is lost either way."""

import pathlib
import signal

from harness import Bench, main, need_programs, wait_until

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


def check_interrupted(tap, bench, run, what):
    tap.same(run.code, 130, f"{what}: exit code 130")
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
    with Bench(tap, "signals") as bench:
        bench.serve(f"generate:{DOCUMENTS},20000", "--latency-ms", str(SLOW_MS))
        bench.ferry("patients", "import")
        for what, how_often, number in (("SIGINT once", 1, signal.SIGINT),
                                        ("SIGTERM once", 1, signal.SIGTERM),
                                        ("SIGINT twice", 2, signal.SIGINT)):
            run, moved = interrupt(tap, bench, how_often, number)
            tap.ok(moved, f"{what}: came while documents were moving", run.err)
            check_interrupted(tap, bench, run, what)
            said = bench.sql("select status from fmferry_run order by run desc limit 1")[0][0]
            tap.ok(said in ("interrupted", "stopped"), f"{what}: the ledger says so", said)
        last = bench.ferry("run")
        tap.ok(last.code == 0, "a run afterwards completes", last.err)
        bench.status()
        bench.stop_serving()
        bench.check("the checker agrees", exit_code=last.code)


main(test)
