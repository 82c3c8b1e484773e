#!/usr/bin/python3
"""Several fmferry at work on one ledger: nothing is moved twice, and the death of one is no harm."""

from harness import main, play, wait_until

DOCUMENTS = 600


def marks(bench):
    return [line["recordId"] for line in bench.journal_lines() if line["effect"] == "patch"]


def begin(bench, how_many):
    bench.serve(f"generate:{DOCUMENTS},6000", "--max-sessions", "0")
    bench.configure(run={"workers": 3, "retry_ms": 20})
    bench.ferry("patients", "import")
    bench.ferry("check")
    return [bench.start("run") for _ in range(how_many)]


def check_end(tap, bench, what, code):
    bench.status()
    bench.stop_serving()
    records = marks(bench)
    tap.same(sorted(set(records), key=int), [str(n + 1) for n in range(DOCUMENTS)],
             f"{what}: every record is marked")
    tap.same(len(records), DOCUMENTS, f"{what}: none twice")
    bench.check(f"{what}: the checker agrees", exit_code=code)


def three_at_once(tap, bench):
    runs = {run.pid: run.finish(120).code for run in begin(bench, 3)}
    last = bench.sql("select pid from fmferry_run order by ended_us desc limit 1")[0][0]
    tap.ok(set(runs.values()) <= {0, 3} and runs[last] == 0,
           "three at once: the last ends with 0, the others with 0 or 3", runs)
    took_part = bench.sql("select count(distinct run) from fmferry_audit where after = 'done'")[0][0]
    tap.ok(took_part >= 2, "three at once: the work is shared", took_part)
    check_end(tap, bench, "three at once", 0)


def one_dies(tap, bench):
    runs = begin(bench, 3)
    moving = wait_until(lambda: len(marks(bench)) > DOCUMENTS // 4, pause=0.01)
    open_then = set(bench.open_sessions())
    runs[0].kill()
    rest = [run.finish(120) for run in runs[1:]]
    codes = [run.code for run in rest]
    held = bench.sql("select count(*) from fmferry_document where run is not null")[0][0]
    tap.ok(moving and codes == [0, 0], "one dies: the others come to a good end", codes, held,
           [run.err for run in rest])
    tap.same(held, 0, "one dies: what it held is moved by the others")
    bench.lost = sorted(open_then & set(bench.open_sessions()))
    last = bench.ferry("run")
    check_end(tap, bench, "one dies", last.code)


def all_new(tap, bench):
    """There is no ledger yet: each process wants to make it."""
    bench.serve("generate:20,2000")
    runs = [bench.start("run") for _ in range(4)]
    codes = sorted(run.finish().code for run in runs)
    tap.ok(codes[-1] in (0, 3), "all new: nobody stumbles over another", codes)
    last = bench.ferry("run")
    bench.stop_serving()
    bench.check("all new: the checker agrees", exit_code=last.code)


def elsewhere(tap, bench):
    """A process on another machine is at work on a ledger in SQLite, over a shared folder."""
    bench.serve("generate:20,2000")
    bench.ferry("patients", "import")
    bench.ferry("run", "--limit", "5")
    bench.sql("update fmferry_run set ended_us = null, status = 'running', machine = 'another', "
              "host = 'front-desk'")
    run = bench.ferry("run")
    tap.ok(run.code == 2 and "another machine ('front-desk')" in run.err and "PostgreSQL" in run.err,
           "elsewhere: refused, with what to do", run.code, run.err)
    bench.sql("update fmferry_run set ended_us = 1, status = 'finished'")
    tap.same(bench.ferry("run").code, 0, "elsewhere: once it has ended, we go on")
    bench.stop_serving()


def test(tap):
    play(tap, (three_at_once, one_dies, all_new, elsewhere))


main(test)
