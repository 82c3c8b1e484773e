#!/usr/bin/python3
"""Memory is a budget: many small documents at once, and one that is larger than all of it."""

from harness import Bench, main, need_programs

MIB = 1024
CASES = [
    ("16 workers with documents of 50 KiB", "generate:800,51200", 16, 48),
    ("one document of 200 MiB", "generate:1,209715200", 4, 96),
    ("16 workers with documents of 9 MiB", "generate:32,9437184", 16, 96),
]


def move(tap, what, data, workers, most_mib):
    with Bench(tap, "memory") as bench:
        bench.serve(data)
        bench.configure(run={"workers": workers})
        bench.ferry("patients", "import")
        run = bench.start("run")
        watcher = run.watch_memory()
        run.finish(120)
        watcher.join()
        tap.note(f"{what}: {run.peak_kib / MIB:.1f} MiB at most, {run.seconds:.1f} s")
        tap.same(run.code, 0, f"{what}: the run ends with 0")
        tap.ok(0 < run.peak_kib <= most_mib * MIB, f"{what}: at most {most_mib} MiB",
               f"{run.peak_kib} KiB")
        bench.status()
        bench.stop_serving()
        bench.check(f"{what}: the checker agrees", exit_code=run.code)


def test(tap):
    if not need_programs(tap):
        return
    for case in CASES:
        move(tap, *case)


main(test)
