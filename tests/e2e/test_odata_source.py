#!/usr/bin/python3
"""
A whole migration by OData alone, `[source] api = odata`: to done, verified and certified, against each generation of the
server; next links, tables too wide for one address, names that servers give in place of files, addresses that lead to
another record, and refusals, each in a sentence.
"""

import sys

sys.dont_write_bytecode = True

from harness import Bench, main, need_programs

DOCUMENTS = 60
BY_ODATA = {"api": "odata", "layout": "DOCS", "mark_field": ""}
PATIENTS = {"layout": "CONTACTS"}


def serving(bench, data=f"generate:{DOCUMENTS},3000", *options, **source):
    bench.serve(data, *options, config=False)
    bench.configure(source={**BY_ODATA, **source}, patients=PATIENTS)


def moved(tap, bench, count, name):
    done = bench.ferry("run")
    tap.ok(done.code == 0 and f"{count} done" in done.out, f"{name}: all {count} move", done.code, done.out[-700:], done.err[-700:],
           bench.ferry("failures").out[:700])


def whole(tap, generation):
    name = f"generation {generation}" if generation else "usual"
    options = ["--generation", str(generation)] if generation else []
    with Bench(tap, f"odata-{generation or 'usual'}") as bench:
        serving(bench, f"generate:{DOCUMENTS},3000", *options)
        done = bench.ferry("check")
        tap.ok(done.code == 0 and "by OData" in done.out, f"{name}: check passes, and says by what", done.code, done.out[-2500:], done.err)
        tap.ok("no record is marked" in done.out, f"{name}: and that there are no marks", done.out[-2500:])
        bench.ferry("patients", "import")
        moved(tap, bench, DOCUMENTS, name)
        bench.ferry("init", "--key")
        done = bench.ferry("verify", "--deep", "--certificate", bench.folder / "certificate.jsonl")
        tap.ok(done.code == 0 and f"{DOCUMENTS}  files read again" in done.out, f"{name}: verified to the last byte, with a certificate", done.code,
               done.out[-1500:], done.err)
        seen = bench.seen()["requests"]
        tap.same([seen.get(kind, 0) for kind in ("login", "get", "list", "find", "patch", "stream1")], [0] * 6,
                 f"{name}: the Data API is not asked")
        done = bench.ferry("run")
        tap.ok(done.code == 0, f"{name}: another run finds nothing to do", done.out[-500:], done.err[-500:])
        bench.status()
        bench.stop_serving()
        bench.check(f"{name}: the checker agrees", exit_code=0)


def test(tap):
    if not need_programs(tap):
        return
    for generation in (0, 19, 20, 21, 22, 26):
        whole(tap, generation)


main(test)
