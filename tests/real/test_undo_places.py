#!/usr/bin/python3
"""
A migration is taken back whose tables are in PostgreSQL, with the ledger or apart from it, from another time zone. What
people changed stays, and so does a row that a row of theirs points to, although the database would remove both.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import places
import postgres
from harness import Bench, main, need_programs

DOCUMENTS, WHO = 60, ("--by", "Ann Green", "--reason", "not used after all")
ELSEWHERE = {"PGTZ": "Asia/Tokyo"}


def rows(registry):
    return dict(registry.ask("select cast(id as text), cast(d as text) from documents_document d"))


def changed(registry):
    """(Rows that people changed, rows that they point to); each by its id."""
    ids = sorted(rows(registry))
    registry.script("create table note (id integer primary key, document uuid not null references documents_document (id)"
                    " on delete cascade, words text)")
    for number, one in enumerate(ids[:5]):
        registry.script(f"update documents_document set description = 'hers' where id = '{one}'")
    for number, one in enumerate(ids[5:10]):
        registry.script(f"insert into note values ({number}, '{one}', 'hers')")
    return ids[:5], ids[5:10]


def taken_back(tap, ledger, registry, what):
    with Bench(tap, "undo") as bench:
        bench.serve(f"generate:{DOCUMENTS},3000", "--max-sessions", "0")
        bench.configure(ledger={"url": ledger.url}, registry={"url": registry.url})
        bench.ferry("patients", "import")
        done = bench.ferry("run", limit=120)
        tap.ok(done.code == 0 and len(rows(registry)) == DOCUMENTS, f"{what}: all is moved", done.code, done.err)
        hers, pointed = changed(registry)
        before = rows(registry)
        rehearsal = bench.ferry("undo", "--dry-run", environment=bench.environment(**ELSEWHERE))
        tap.ok(rehearsal.code == 3 and rows(registry) == before, f"{what}: rehearsed", rehearsal.code, rehearsal.err)
        done = bench.ferry("undo", *WHO, environment=bench.environment(**ELSEWHERE), limit=120)
        tap.ok(done.code == 3 and f"{DOCUMENTS - 10}  rows removed; 10 stay" in done.out, f"{what}: taken back",
               done.code, done.out[-900:], done.err)
        tap.same(rows(registry), {one: before[one] for one in hers + pointed}, f"{what}: what is theirs is as it was")
        tap.same(registry.ask("select count(*) from note"), [(5,)], f"{what}: with what points to it")
        tap.same(len([path for path in bench.store.rglob("*.pdf")]), 10, f"{what}: and its objects")
        done = bench.ferry("verify", limit=120)
        tap.ok(done.code == 0, f"{what}: verify finds no difference", done.code, done.out[-900:])
        bench.ferry("retry", "--class", "undone")
        done = bench.ferry("run", limit=120)
        tap.ok(done.code == 0 and len(rows(registry)) == DOCUMENTS, f"{what}: all is moved again", done.code, done.err)
        bench.stop_serving()


def test(tap):
    if not need_programs(tap):
        return
    if postgres.lacks():
        tap.skip("taken back on PostgreSQL", postgres.lacks())
        return
    with places.Server() as server:
        taken_back(tap, server, server, "one database")
    with places.Sqlite() as ledger, places.Server() as server:
        taken_back(tap, ledger, server, "apart")


main(test)
