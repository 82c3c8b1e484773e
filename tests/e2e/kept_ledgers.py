"""
Ledgers that earlier programs left in the middle of a migration, kept as SQL text, and what lay around them then: the
objects in the store, the marks in FileMaker. tests/e2e/ledgers/ has one of each step of the schema that a program ended
with.
"""

import contextlib
import shutil
import sqlite3

from harness import ROOT, Person

LEDGERS = ROOT / "tests" / "e2e" / "ledgers"
SCHEMA = ROOT / "src" / "ledger" / "sql" / "schema"
LAST = len(list(SCHEMA.glob("*.sqlite.sql")))
STEPS = sorted(int(path.stem.partition("-")[2]) for path in LEDGERS.glob("step-*.sql"))
SOURCE, DOCUMENTS, MOVED = "generate:8,2000", 8, 4  # of the ledgers by step


def of_step(step):
    return LEDGERS / f"step-{step}.sql"


def ledger_laid(bench, kept):
    """The database as it was: ledger, registry and patients."""
    text = kept.read_text().replace("{FOLDER}", str(bench.folder))
    with contextlib.closing(sqlite3.connect(bench.database)) as link:
        link.executescript(text)
    bench.database.chmod(0o600)


def store_laid(bench, objects):
    """
    Lays down the objects of then: under the keys that the ledger names, and with the bytes of today's run, since they come
    from the same source.
    """
    (bench.store / ".fmferry").mkdir(parents=True)
    for key, in bench.sql("select key from fmferry_version where state = 'stored'"):
        (bench.store / key).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(objects / key, bench.store / key)


def source_laid(bench):
    """FileMaker as it was then: done documents have their marks."""
    with Person(bench) as person:
        for record, mark in bench.sql("select d.record_id, v.mark from fmferry_document d join fmferry_version v"
                                      " on v.document = d.document and v.state = 'stored'"
                                      " where d.state = 'done'"):
            person.edit(str(record), NexusExportDate=mark)
    bench.others.clear()  # who marked them stands for the mover of then


def marks_since(bench, line):
    """The records that were marked after this line of the journal."""
    return [told["recordId"] for told in bench.journal_lines()[line:] if told["effect"] == "patch"]
