#!/usr/bin/python3
"""
A ledger of each step of the schema that a program ended with, kept as SQL text in ledgers/: made by the last
fmferry of this step, stopped in the middle of a migration. (Steps 2 and 3 were never the last of a program.) Today's program
opens each and finishes its work. A ledger of a later step than it knows it refuses, whatever command reads or writes it, and
leaves as it is. ('run --dry-run' reads no ledger.)
"""

import contextlib
import shutil
import sqlite3

from harness import ROOT, Bench, Person, main, need_programs

LEDGERS = ROOT / "tests" / "e2e" / "ledgers"
LAST = len(list((ROOT / "src" / "ledger" / "sql" / "schema").glob("*.sqlite.sql")))
STEPS = sorted(int(path.stem.partition("-")[2]) for path in LEDGERS.glob("step-*.sql"))
SOURCE, DOCUMENTS, MOVED = "generate:8,2000", 8, 4
READING = ("status", "status --json", "failures", "report", "metrics", "verify",
           "verify --without-source", "export bagit bag", "export fhir fhir")
WRITING = ("check", "run", "link", "reconcile", "retry --record 1",
           "waive --record 1 --by Ann --reason looked", "serve --address 127.0.0.1:0")


def ledger_laid(bench, step):
    text = (LEDGERS / f"step-{step}.sql").read_text().replace("{FOLDER}", str(bench.folder))
    with contextlib.closing(sqlite3.connect(bench.database)) as link:
        link.executescript(text)
    bench.database.chmod(0o600)


def store_laid(bench, objects):
    """The objects of then have the bytes of today's run: they come from the same source."""
    (bench.store / ".fmferry").mkdir(parents=True)
    for key, in bench.sql("select key from fmferry_version where state = 'stored'"):
        (bench.store / key).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(objects / key, bench.store / key)


def source_laid(bench):
    """Serves FileMaker as it was then: done documents have their marks."""
    with Person(bench) as person:
        for record, mark in bench.sql("select d.record_id, v.mark from fmferry_document d join fmferry_version v"
                                      " on v.document = d.document and v.state = 'stored'"
                                      " where d.state = 'done'"):
            person.edit(str(record), NexusExportDate=mark)
    bench.others.clear()  # who marked them stands for the mover of then


def step_of(bench):
    return bench.sql("select step from fmferry_schema where part = 'ledger'")


def of_step(tap, step, objects):
    with Bench(tap, f"step-{step}") as bench:
        ledger_laid(bench, step)
        store_laid(bench, objects)
        tap.same((step_of(bench), bench.sql("select count(*) from fmferry_document where state = 'done'")),
                 ([(step,)], [(MOVED,)]), f"step {step}: a ledger in the middle of its work")
        bench.serve(SOURCE)
        source_laid(bench)
        by_hand = bench.journal_count()
        for command in ("status --json", "verify"):
            done = bench.ferry(*command.split())
            tap.ok(done.code in (0, 3) and step_of(bench) in ([(step,)], [(LAST,)]),
                   f"step {step}: '{command}' reads it", done.code, done.err)
        done = bench.ferry("run")
        tap.ok(done.code == 0, f"step {step}: a run finishes it", done.code, done.err)
        tap.same((step_of(bench), bench.sql("select count(*) from fmferry_document where state = 'done'")),
                 ([(LAST,)], [(DOCUMENTS,)]), f"step {step}: it is of today, and all is done")
        marks = [line["recordId"] for line in bench.journal_lines()[by_hand:] if line["effect"] == "patch"]
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
