#!/usr/bin/python3
"""
Ledger and registry apart, each on either database; a registry that goes away in the middle; a
mover that is killed between the two commits; rows that people delete and change.
"""

import contextlib
import json
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import places
import postgres
from harness import Bench, Person, main, need_programs, wait_until

DOCUMENTS = 300


def begin(bench, ledger, registry, data=f"generate:{DOCUMENTS},3000", **run):
    bench.serve(data, "--max-sessions", "0")
    bench.configure(ledger={"url": ledger.url, "lease_seconds": 10}, registry={"url": registry.url},
                    run={"workers": 6, "retry_ms": 20, **run})
    bench.ferry("patients", "import")


def rows(registry):
    return registry.ask("select count(*) from documents_document")[0][0]


def check_end(bench, ledger, registry, what, code=0):
    bench.status()
    bench.stop_serving()
    copies = [bench.folder / "ledger-copy.db", bench.folder / "registry-copy.db"]
    ledger.copy(copies[0])
    registry.copy(copies[1])
    places.join(copies, bench.database)
    bench.check(f"{what}: the checker agrees", exit_code=code)


def moved(tap, ledger, registry, what):
    with Bench(tap, "apart") as bench:
        begin(bench, ledger, registry)
        first = bench.ferry("run", limit=120)
        tap.same((first.code, rows(registry)), (0, DOCUMENTS), f"{what}: all documents are moved")
        tables = {name for (name,) in bench_tables(ledger)}, {name for (name,) in bench_tables(registry)}
        tap.ok("documents_document" not in tables[0] and "fmferry_document" not in tables[1],
               f"{what}: each keeps to its own")
        stamps = registry.ask("select id, updated_at from documents_document order by id")
        again = bench.ferry("run", limit=120)
        tap.same((again.code, registry.ask("select id, updated_at from documents_document order by id")),
                 (0, stamps), f"{what}: a second run writes nothing")
        verified = bench.ferry("verify", limit=120)
        tap.ok(verified.code == 0, f"{what}: verify finds no difference", verified.out, verified.err)
        check_end(bench, ledger, registry, what)


def bench_tables(place):
    if place.url.startswith("sqlite"):
        return place.ask("select name from sqlite_master where type = 'table'")
    return place.ask("select table_name from information_schema.tables where table_schema = 'public'")


def killed(tap, ledger, registry, what):
    """Killed again and again at some point of the way; one kill falls between the two commits."""
    with Bench(tap, "apart-killed") as bench:
        begin(bench, ledger, registry)
        for share in range(1, 9):
            run = bench.start("run")
            wait_until(lambda: rows(registry) >= DOCUMENTS * share // 10 or not run.is_running(), pause=0.001)
            run.kill()
        bench.forgive_open_sessions()
        done = bench.ferry("run", limit=120)
        tap.same((done.code, rows(registry)), (0, DOCUMENTS),
                 f"{what}, killed eight times: each document once")
        check_end(bench, ledger, registry, f"{what}, killed eight times")


def between(tap, ledger, registry, what):
    """
    The registry has a row of which the ledger does not know, as if the mover had died between the
    two commits. The ledger is put back to its earlier state; the row is written again, not twice.
    """
    with Bench(tap, "apart-between") as bench:
        begin(bench, ledger, registry, "generate:40,2000")
        before = bench.folder / "ledger-before.db"
        ledger.copy(before)
        bench.ferry("run", "--limit", "20")
        made = rows(registry)
        with contextlib.closing(ledger.connect()) as link:
            import sqlite3
            with contextlib.closing(sqlite3.connect(before)) as old:
                old.backup(link)
        done = bench.ferry("run", limit=600)
        tap.ok(made == 20, f"{what}, ledger set back: rows were there", made)
        tap.same(rows(registry), 40, f"{what}, ledger set back: no row is made twice")
        tap.ok(done.code in (0, 3), f"{what}, ledger set back: the run ends", done.err)


def away(tap, ledger, server, what):
    """The registry's server goes in the middle, twice, and its answers to COMMIT are lost."""
    line = postgres.Line(server.port)
    through = type("Through", (), {"url": server.url.replace(f":{server.port}/", f":{line.port}/")})
    with Bench(tap, "apart-away") as bench:
        begin(bench, ledger, through, "generate:600,3000")
        run = bench.start("run")
        wait_until(lambda: rows(server) >= 1 or not run.is_running(), pause=0.002)
        line.lose, line.cut = 5, 5  # what is looked at before a run is not tried again
        for share in (3, 6):
            wait_until(lambda: rows(server) >= 100 * share // 2 or not run.is_running(), pause=0.02)
            server.end(signal.SIGQUIT)
            server.start()
        ended = run.finish(300)
        tap.same((ended.code, rows(server)), (0, 600),
                 f"{what}, restarted twice, ten commits unanswered: all documents are moved")
        line.close()
        check_end(bench, ledger, server, f"{what}, restarted")


def people(tap, ledger, registry, what):
    """People's changes in the application stay."""
    with Bench(tap, "apart-people") as bench:
        begin(bench, ledger, registry, "generate:40,2000")
        bench.ferry("run", limit=600)
        ids = [row for (row,) in registry.ask("select id from documents_document order by id limit 4")]
        one = lambda row: "'" + str(row) + "'"
        false, tags = ("false", "'[\"seen\"]'") if "postgresql" in registry.url else ("0", "'[\"seen\"]'")
        registry.ask(f"delete from documents_document where id in ({one(ids[0])}, {one(ids[1])})")
        registry.ask(f"update documents_document set is_active = {false} where id = {one(ids[2])}")
        registry.ask(f"update documents_document set description = 'by hand', tags = {tags}"
                     f" where id = {one(ids[3])}")
        with Person(bench) as person:
            for record in person._call("GET", f"{person.records}?_limit=100")["data"]:
                person.upload(record["recordId"], b"%PDF-1.4 other bytes " + record["recordId"].encode())
        again = bench.ferry("run", limit=600)
        tap.same(rows(registry), 38, f"{what}: rows that people deleted stay deleted")
        tap.ok("was deleted in the application" in again.err
               and "2 rows of documents were deleted" in again.err, f"{what}: and it is said", again.err)
        kept = registry.ask(f"select is_active, description from documents_document where id = {one(ids[2])}")
        tap.ok(not kept[0][0], f"{what}: a soft delete stays", kept)
        kept = registry.ask(f"select description, tags, file_size from documents_document where id = {one(ids[3])}")
        tap.ok(kept[0][0] == "by hand" and "seen" in json.dumps(kept[0][1]) and kept[0][2] < 100,
               f"{what}: words and tags stay, the file is the new one", kept)
        bench.stop_serving()


def test(tap):
    if not need_programs(tap):
        return
    missing = postgres.lacks()
    with places.Sqlite() as here, places.Sqlite() as there:
        for story in (moved, killed, between, people):
            story(tap, here, there, "two files")
            here.empty()
            there.empty()
    if missing:
        tap.skip("PostgreSQL", missing)
        return
    with places.Sqlite() as file, places.Server() as server, places.Server() as other:
        moved(tap, file, server, "ledger in a file, registry on a server")
        file.empty(), server.empty()
        moved(tap, server, file, "ledger on a server, registry in a file")
        file.empty(), server.empty()
        moved(tap, server, other, "two servers")
        server.empty(), other.empty()
        killed(tap, server, other, "two servers")
        server.empty(), other.empty()
        away(tap, server, other, "two servers")
        server.empty(), other.empty()
        people(tap, file, server, "ledger in a file, registry on a server")


if __name__ == "__main__":
    main(test)
