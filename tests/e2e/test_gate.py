#!/usr/bin/python3
"""
How a run under way is let through to FileMaker is seen from outside, by status and metrics: requests at once, sessions,
how long a call takes. Of a run that ended or died nothing is said.
"""

import signal

from harness import Bench, main, need_programs, wait_until

LIMIT = 300
WORKERS = 3


def figures(bench):
    """The gate's samples among the metrics."""
    lines = (line.split() for line in bench.ferry("metrics").out.splitlines() if line.startswith("fmferry_gate_"))
    return {name.removeprefix("fmferry_gate_"): float(value) for name, value in lines}


def notes(bench):
    return bench.sql("select name from fmferry_note where name like 'gate %'")


def stalled(bench):
    """A run whose first download hangs, after its first sign of life."""
    bench.happen("on stream2 first 1 do stall 600s")
    program = bench.start("run")
    wait_until(lambda: notes(bench) or not program.is_running(), LIMIT, 0.1)
    return program


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "gate") as bench:
        bench.serve("generate:4,2000")
        bench.configure(run={"workers": WORKERS, "retry_ms": 1})
        bench.ferry("run", "--limit", "1")
        tap.same((bench.status()["gate"], figures(bench), notes(bench)), (None, {}, []), "while nobody runs, nothing is said")
        program = stalled(bench)
        gate, seen = bench.status()["gate"], figures(bench)
        tap.ok(gate and gate["requests_at_once"] == WORKERS + 1 and gate["sessions"] >= 1 and gate["average_ms"] > 0
               and gate["quiet"] is False, "status --json tells how a run is let through", gate)
        tap.ok(set(seen) == {"requests_at_once", "sessions", "quiet", "average_seconds"}
               and seen["requests_at_once"] == WORKERS + 1 and seen["average_seconds"] > 0, "so do the metrics", seen)
        program.signal(signal.SIGKILL)
        program.finish(LIMIT)
        bench.forgive_open_sessions()
        tap.same((bench.status()["gate"], figures(bench)), (None, {}), "of a run that died nothing is said")
        tap.same((bench.ferry("run").code, notes(bench)), (0, []), "and after the next run nothing is kept")


main(test)
