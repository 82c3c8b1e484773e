#!/usr/bin/python3
"""
A ledger of each step of the schema that a program ended with, kept as SQL text in ledgers/: made by the last
fmferry of this step, stopped in the middle of a migration. (Steps 2 and 3 were never the last of a program.) Today's program
opens each and finishes its work. A ledger of a later step than it knows it refuses, whatever command reads or writes it, and
leaves as it is. ('run --dry-run' reads no ledger.)
"""

import kept_ledgers
from harness import Bench, main, need_programs
from kept_ledgers import DOCUMENTS, LAST, MOVED, SOURCE, STEPS

READING = ("status", "status --json", "failures", "report", "metrics", "verify",
           "verify --without-source", "export bagit bag", "export fhir fhir")
WRITING = ("check", "run", "link", "reconcile", "retry --record 1",
           "waive --record 1 --by Ann --reason looked", "serve --address 127.0.0.1:0")


def step_of(bench):
    return bench.sql("select step from fmferry_schema where part = 'ledger'")


def of_step(tap, step, objects):
    with Bench(tap, f"step-{step}") as bench:
        kept_ledgers.ledger_laid(bench, kept_ledgers.of_step(step))
        kept_ledgers.store_laid(bench, objects)
        tap.same((step_of(bench), bench.sql("select count(*) from fmferry_document where state = 'done'")),
                 ([(step,)], [(MOVED,)]), f"step {step}: a ledger in the middle of its work")
        bench.serve(SOURCE)
        kept_ledgers.source_laid(bench)
        by_hand = bench.journal_count()
        for command in ("status --json", "verify"):
            done = bench.ferry(*command.split())
            tap.ok(done.code in (0, 3) and step_of(bench) in ([(step,)], [(LAST,)]),
                   f"step {step}: '{command}' reads it", done.code, done.err)
        done = bench.ferry("run")
        tap.ok(done.code == 0, f"step {step}: a run finishes it", done.code, done.err)
        tap.same((step_of(bench), bench.sql("select count(*) from fmferry_document where state = 'done'")),
                 ([(LAST,)], [(DOCUMENTS,)]), f"step {step}: it is of today, and all is done")
        marks = kept_ledgers.marks_since(bench, by_hand)
        tap.same((len(marks), len(set(marks))), (DOCUMENTS - MOVED,) * 2,
                 f"step {step}: what was done is not done again")
        done = bench.ferry("verify", "--deep")
        tap.ok(done.code == 0, f"step {step}: nothing differs", done.code, done.out, done.err)
        bench.status()
        bench.stop_serving()
        bench.check(f"step {step}: the checker agrees", exit_code=0)


def is_refused(tap, bench, command):
    before = bench.database.read_bytes()
    done = bench.ferry(*command.split())
    said = f"made by a newer fmferry (its schema has step {LAST + 1}, this program knows {LAST})"
    tap.ok(done.code == (1 if command == "check" else 2) and said in done.err + done.out, f"'{command}' refuses a newer ledger in a sentence",
           done.code, done.out, done.err)
    tap.ok(bench.database.read_bytes() == before, f"'{command}' leaves it as it is")


def test(tap):
    if not need_programs(tap):
        return
    tap.same(STEPS[-1], LAST, "a ledger of the last step is among them, too")
    with Bench(tap, "today") as bench:
        bench.serve(SOURCE)
        bench.ferry("patients", "import")
        bench.ferry("run")
        for step in STEPS:
            of_step(tap, step, bench.store)
        bench.sql("update fmferry_schema set step = step + 1 where part = 'ledger'")
        for command in READING + WRITING:
            is_refused(tap, bench, command)


main(test)
