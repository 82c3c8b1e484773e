#!/usr/bin/python3
"""
A ledger that an earlier fmferry left in the middle of a migration (commit 6539104; kept as SQL text in
earlier_ledger.sql) is opened, its work is finished, and nothing is done twice.
"""

import collections

import kept_ledgers
from harness import ROOT, Bench, main, need_programs

LEDGER = ROOT / "tests" / "e2e" / "earlier_ledger.sql"
SOURCE = "generate:30,2000"
WAS = {"done": 12, "stored": 1, "failed": 1, "waived": 1, "waiting": 15}
WILL_BE = {"done": 29, "waived": 1}


def states(bench):
    return dict(bench.sql("select state, count(*) from fmferry_document group by state"))


def chains(bench):
    return bench.sql("select run, seq, at_us, document, epoch, before, after, evidence, hash"
                     " from fmferry_audit where run <= 3 order by run, seq")


def whole_migration(tap, folder):
    """The objects of the same source, moved by a run of today into a folder of their own."""
    with Bench(tap, "whole-migration") as bench:
        bench.serve(SOURCE)
        bench.ferry("patients", "import")
        bench.ferry("run")
        bench.stop_serving()
        bench.store.rename(folder)
    return folder


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "earlier-ledger") as bench:
        objects = whole_migration(tap, bench.folder / "all")
        kept_ledgers.ledger_laid(bench, LEDGER)
        kept_ledgers.store_laid(bench, objects)
        bench.serve(SOURCE)
        kept_ledgers.source_laid(bench)
        marked_by_hand = bench.journal_count()
        tap.same(states(bench), WAS, "it is in the middle: done, stored, failed, waived and waiting")
        done = bench.ferry("verify")
        tap.ok("\n0 differences\n" in done.out, "verify reads it as it is", done.code, done.out, done.err)
        told = chains(bench)
        done = bench.ferry("run")
        tap.same(done.code, 0, "a run finishes it")
        tap.same(chains(bench)[:len(told)], told, "what the chains told before they tell word for word")
        tap.same(states(bench), WILL_BE, "everything is done, or given up by name")
        marks = collections.Counter(kept_ledgers.marks_since(bench, marked_by_hand))
        tap.same((len(marks), set(marks.values())), (17, {1}), "17 marks are written, each once")
        tap.same(sorted(path.relative_to(bench.store) for path in bench.store.rglob("*") if path.is_file()),
                 sorted(path.relative_to(objects) for path in objects.rglob("*") if path.is_file()
                        if str(path.relative_to(objects)) in stored_keys(bench)),
                 "the store has an object for each document that is done, and no other")
        done = bench.ferry("verify", "--deep")
        tap.ok(done.code == 0, "nothing differs", done.code, done.out, done.err)
        bench.status()
        bench.stop_serving()
        bench.check("the checker agrees", exit_code=0)


def stored_keys(bench):
    return {key for key, in bench.sql("select key from fmferry_version where state = 'stored'")}


main(test)
