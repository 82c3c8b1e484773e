#!/usr/bin/python3
"""`make demo` is the first thing that a stranger sees: each step ends well, and nothing is left running."""

import subprocess

from harness import BUILD, ROOT, Bench, ask, main, need_programs

DOCUMENTS = 500


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "demo") as bench:
        folder = bench.folder / "demo"
        shown = subprocess.run([ROOT / "tools" / "demo", BUILD, folder], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, env=bench.environment(), timeout=300)
        said = shown.stdout.decode("utf-8", "replace")
        tap.same(shown.returncode, 0, "it ends with 0")
        tap.ok("FAIL" not in said and "all fine" in said, "check finds nothing to mend", said[:4000])
        states = dict(ask(folder / "fmferry.db", "select state, count(*) from fmferry_document group by 1"))
        tap.ok(sum(states.values()) == DOCUMENTS and states["done"] > DOCUMENTS - 10, "and all is moved",
               states, said[-3000:])
        tap.ok(f"{folder}/documents" in said, "it says where everything is", said[-400:])


main(test)
