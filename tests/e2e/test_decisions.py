#!/usr/bin/python3
"""A person's decisions: failures are waived by name and with a reason, taken back, tried again."""

import json

from harness import Bench, Person, main, need_programs

SCENARIO = "container 3..5 is empty\ncontainer 6 is missing\n"


def states(bench):
    return {name: count for name, count in bench.status()["states"].items() if count}


def refuse(tap, bench, what, *words):
    done = bench.ferry(*words)
    tap.ok(done.code == 2 and len(done.err.splitlines()) == 1, f"{what} is refused", done.code, done.err)


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "decisions") as bench:
        (bench.folder / "scenario").write_text(SCENARIO)
        bench.serve("generate:12,2000", "--scenario", bench.folder / "scenario")
        bench.configure(run={"retry_ms": 1})
        bench.ferry("patients", "import")
        tap.same(bench.ferry("run").code, 3, "four documents fail")
        tap.same(states(bench), {"done": 8, "failed": 4}, "and are counted so")

        refuse(tap, bench, "a waiver without a name", "waive", "--all", "--reason", "lost")
        refuse(tap, bench, "a waiver without a reason", "waive", "--all", "--by", "A. Owner")
        refuse(tap, bench, "a waiver of nothing", "waive", "--by", "A. Owner", "--reason", "lost")
        tap.same(states(bench), {"done": 8, "failed": 4}, "nothing was waived so")

        waived = bench.ferry("waive", "--class", "container-empty", "--by", "A. Owner", "--reason",
                             "empty since 2015")
        tap.ok(waived.code == 0, "a class is waived", waived.err)
        tap.same(states(bench), {"done": 8, "failed": 1, "waived": 3}, "and counted so")
        back = bench.ferry("retry", "--record", "4")
        tap.ok(back.code == 0, "one is taken back", back.err)
        with Person(bench) as person:
            person.upload(4, b"%PDF-1.4 found again\n")
        tap.same(bench.ferry("run").code, 3, "the next run moves it")
        tap.same(states(bench), {"done": 9, "failed": 1, "waived": 2}, "and it is done")
        bench.ferry("waive", "--record", "6", "--by", "A. Owner", "--reason", "the file is gone")
        last = bench.ferry("run")
        tap.same(last.code, 0, "with everything done or waived a run ends with 0")
        tap.same(bench.ferry("status").code, 0, "and so does status")
        tap.same(json.loads(bench.ferry("failures", "--json").out), [], "and nothing has failed")
        bench.status()
        bench.stop_serving()
        bench.check("the checker agrees", exit_code=last.code)


main(test)
