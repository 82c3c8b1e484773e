#!/usr/bin/python3
"""
The clinic after four runs of the first importer has 9,603 marks, of which 9,597 are right. The right ones
are taken over as they are, the other 606 readable documents are moved, the six false marks are named, and
nothing is deleted. Afterwards the books differ only by the six false marks.
"""

import collections
import re

from harness import Bench, main, need_programs

RIGHT, REST, FALSE, FAILED = 9597, 606, 6, 1056
LIMIT = 600


def adopt(bench):
    done = bench.ferry("reconcile", "--adopt", limit=LIMIT)
    kinds = collections.Counter(re.findall(r"^record \d+  ([a-z-]+): ", done.out, re.M))
    return done, kinds


def begin(bench, data, *options):
    half = bench.folder / "half"
    bench.serve(data, "--half-dir", half, *options)
    bench.database, bench.store = half / "nexus.db", half / "objects"
    url = f"sqlite:{bench.database}"
    bench.configure(store={"url": f"dir:{bench.store}"}, registry={"url": url}, ledger={"url": url})
    bench.look_left()


def check_effects(tap, bench, before):
    effects = collections.Counter(line["effect"] for line in bench.journal_lines())
    tap.same(effects["patch"], REST, "only the documents that were moved were marked")
    objects = sum(path.is_file() for path in bench.store.rglob("*"))
    tap.same(objects - before, REST, "and only these were put: nothing was uploaded a second time")


def check_books(tap, bench):
    """Afterwards: the six false marks are all that differs."""
    done = bench.ferry("reconcile", limit=LIMIT)
    kinds = collections.Counter(re.findall(r"^(?:record \d+  )?([a-z-]+): ", done.out, re.M))
    tap.same((done.code, kinds["mark-of-another"], kinds["row-of-another"], kinds["object-unknown"]),
             (3, FALSE, FALSE, FALSE), "reconcile then names the false marks, their rows and objects")
    tap.ok(f"{3 * FALSE} differences" in done.out, "and nothing else", done.out[-2000:])


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "adopt") as bench:
        begin(bench, "seed-half")
        before = sum(path.is_file() for path in bench.store.rglob("*"))
        done, kinds = adopt(bench)
        tap.same(done.code, 3, "taking over ends with 3: the unreadable documents are left")
        tap.note(f"it took {done.seconds:.0f} s")
        tap.same(dict(kinds), {"taken-over": RIGHT, "false-mark": FALSE},
                 "every key that is wrong and every mark that is false is named")
        states = dict(bench.sql("select state, count(*) from fmferry_document group by state"))
        tap.same(states, {"done": RIGHT + REST, "failed": FAILED}, "10,203 done, 1,056 failed")
        check_effects(tap, bench, before)
        check_books(tap, bench)
        seen = bench.snapshot()
        again, _ = adopt(bench)
        tap.same(again.code, 3, "taking over a second time")
        bench.status()
        bench.stop_serving()
        bench.check("the checker agrees; the second time wrote nothing", exit_code=again.code,
                    before=seen)


main(test)
