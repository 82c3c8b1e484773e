#!/usr/bin/python3
"""
A ledger that an earlier fmferry made, as its first schema had it: verified as it is, brought up to date
by the next run, and the migration finished. On SQLite in the middle of a migration; on PostgreSQL before
its first document, and in the middle of a migration by each step of the schema that a program ended with.
"""

import contextlib
import pathlib
import re
import sqlite3
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import kept_ledgers  # noqa: E402
import postgres  # noqa: E402
from harness import Bench, main, need_programs  # noqa: E402
from kept_ledgers import SCHEMA  # noqa: E402

DOCUMENTS = 40
STEPS = kept_ledgers.LAST


def columns(link, schema, table):
    """Also those that are worked out when they are read."""
    return [row[1] for row in link.execute(f"pragma {schema}.table_xinfo({table})")]


def made_older(path):
    """The ledger's tables as the first step makes them, with the rows that they would have had."""
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as link:
        link.executescript((SCHEMA / "0001.sqlite.sql").read_text())
        link.execute("attach ? as now", (str(path),))
        link.execute("pragma foreign_keys = off")
        first = [name for (name,) in link.execute("select name from main.sqlite_master where type ="
                                                  " 'table' and name like 'fmferry_%'")]
        made = link.execute("select sql from main.sqlite_master where sql is not null").fetchall()
        for table in first:
            kept = ", ".join(name for name in columns(link, "main", table)
                             if name in columns(link, "now", table))
            link.execute(f"insert into main.{table} ({kept}) select {kept} from now.{table}")
        for step in SCHEMA.glob("*.sqlite.sql"):
            for table in re.findall(r"(?m)^create table (\w+)", step.read_text()):
                link.execute(f"drop table if exists now.{table}")
        for (sql,) in made:
            for kind in ("table", "index"):
                sql = sql.replace(f"CREATE {kind.upper()} ", f"create {kind} now.", 1) \
                         .replace(f"create {kind} fmferry", f"create {kind} now.fmferry", 1)
            link.execute(sql)
        for table in first:
            names = ", ".join(columns(link, "main", table))
            link.execute(f"insert into now.{table} ({names}) select {names} from main.{table}")
        link.execute("update now.fmferry_schema set step = 1 where part = 'ledger'")


def on_sqlite(tap):
    with Bench(tap, "older-ledger") as bench:
        bench.serve(f"generate:{DOCUMENTS},2000")
        bench.ferry("patients", "import")
        tap.same(bench.ferry("run", "--limit", "15").code, 3, "SQLite: a part is moved")
        made_older(bench.database)
        bench.database.chmod(0o400)
        done = bench.ferry("verify")
        tap.ok("\n0 differences\n" in done.out and "15  objects compared" in done.out,
               "SQLite: an older ledger is verified as it is", done.out, done.err)
        bench.database.chmod(0o600)
        made_older(bench.database) # whoever may write, did
        done = bench.ferry("run")
        tap.ok(done.code == 0, "SQLite: the next run finishes the migration", done.code, done.err)
        tap.same(bench.sql("select step from fmferry_schema where part = 'ledger'"), [(STEPS,)],
                 "SQLite: and brings the ledger up to date")
        done = bench.ferry("verify", "--deep")
        tap.ok(done.code == 0, "SQLite: nothing differs", done.out, done.err)
        bench.status()
        bench.stop_serving()
        bench.check("SQLite: the checker agrees", exit_code=0)


def on_postgres(tap):
    missing = postgres.lacks()
    if missing:
        tap.skip("an older ledger on PostgreSQL", missing)
        return
    with postgres.Postgres() as server, Bench(tap, "older-ledger-pg") as bench:
        server.ask((SCHEMA / "0001.postgres.sql").read_text())
        server.ask("create table fmferry_schema (part varchar(32) primary key, step integer not null)")
        server.ask("insert into fmferry_schema values ('ledger', 1)")
        bench.serve(f"generate:{DOCUMENTS},2000")
        bench.configure(ledger={"url": server.url}, registry={"url": server.url})
        bench.ferry("patients", "import")
        done = bench.ferry("run")
        tap.ok(done.code == 0, "PostgreSQL: an older ledger is used", done.code, done.err)
        tap.same([tuple(row) for row in
                  server.ask("select step from fmferry_schema where part = 'ledger'")], [(STEPS,)],
                 "PostgreSQL: and brought up to date")
        done = bench.ferry("verify")
        tap.ok(done.code == 0, "PostgreSQL: nothing differs", done.out, done.err)
        server.ask("update fmferry_schema set step = step + 1 where part = 'ledger'")
        for command in ("status", "verify", "run"):
            done = bench.ferry(command)
            tap.ok(done.code == 2 and "made by a newer fmferry" in done.err,
                   f"PostgreSQL: '{command}' refuses a newer ledger in a sentence", done.code, done.err)


def tables_of(path):
    """The tables of ledger and registry with their columns, those that are worked out too."""
    with contextlib.closing(sqlite3.connect(path)) as link:
        names = [name for name, in link.execute("select name from sqlite_master where type = 'table' and name like 'fmferry_%'")]
        return {name: [row[1] for row in link.execute(f"pragma table_xinfo({name})")] for name in names}


def moved_to_postgres(server, bench, step):
    """The kept ledger's rows in the tables that PostgreSQL had at that step; SQLite keeps the application's alone."""
    with contextlib.closing(server.connect()) as link, link, link.cursor() as cursor:
        for number in range(1, step + 1):
            cursor.execute((SCHEMA / f"{number:04}.postgres.sql").read_text())
        cursor.execute("create table fmferry_schema (part varchar(32) primary key, step integer not null)")
        cursor.execute("insert into fmferry_schema values ('ledger', %s)", (step,))
        cursor.execute("set session_replication_role = replica")  # in any order
        cursor.execute("select table_name, column_name, is_identity = 'YES' from information_schema.columns "
                       "where table_schema = 'public' and is_generated = 'NEVER'")
        there = {(table, column): is_identity for table, column, is_identity in cursor.fetchall()}
        for table, columns in tables_of(bench.database).items():
            kept = [name for name in columns if (table, name) in there]
            if table == "fmferry_schema" or not kept:
                continue
            for row in bench.sql(f"select {', '.join(kept)} from {table}"):
                cursor.execute(f"insert into {table} ({', '.join(kept)}) overriding system value "
                               f"values ({', '.join(['%s'] * len(kept))})", row)
            for name in kept:
                if there[table, name]:
                    cursor.execute(f"select setval(pg_get_serial_sequence('{table}', '{name}'), "
                                   f"(select coalesce(max({name}), 0) + 1 from {table}), false)")
            bench.sql(f"drop table {table}")
    bench.sql("delete from fmferry_schema where part = 'ledger'")


def middle_on_postgres(tap):
    missing = postgres.lacks()
    if missing:
        tap.skip("ledgers in the middle of their work on PostgreSQL", missing)
        return
    with postgres.Postgres() as server, Bench(tap, "today") as today:
        today.serve(kept_ledgers.SOURCE)
        today.ferry("patients", "import")
        today.ferry("run")
        for step in kept_ledgers.STEPS:
            server.empty()
            middle_of_step(tap, server, step, today.store)


def states(server):
    return {state: count for state, count in
            server.ask("select state, count(*) from fmferry_document group by state")}


def middle_of_step(tap, server, step, objects):
    with Bench(tap, f"pg-step-{step}") as bench:
        kept_ledgers.ledger_laid(bench, kept_ledgers.of_step(step))
        kept_ledgers.store_laid(bench, objects)
        bench.serve(kept_ledgers.SOURCE)
        kept_ledgers.source_laid(bench)
        by_hand = bench.journal_count()
        moved_to_postgres(server, bench, step)
        tap.same(states(server).get("done"), kept_ledgers.MOVED, f"PostgreSQL, step {step}: in the middle of its work")
        bench.configure(ledger={"url": server.url})
        done = bench.ferry("verify")
        tap.ok("\n0 differences\n" in done.out, f"PostgreSQL, step {step}: verify reads it as it is", done.out, done.err)
        done = bench.ferry("run")
        tap.ok(done.code == 0, f"PostgreSQL, step {step}: a run finishes it", done.code, done.err)
        tap.same((states(server), server.ask("select step from fmferry_schema where part = 'ledger'")[0][0]),
                 ({"done": kept_ledgers.DOCUMENTS}, STEPS), f"PostgreSQL, step {step}: it is of today, and all is done")
        marks = kept_ledgers.marks_since(bench, by_hand)
        tap.same((len(marks), len(set(marks))), (kept_ledgers.DOCUMENTS - kept_ledgers.MOVED,) * 2,
                 f"PostgreSQL, step {step}: what was done is not done again")
        done = bench.ferry("verify", "--deep")
        tap.ok(done.code == 0, f"PostgreSQL, step {step}: nothing differs", done.code, done.out, done.err)


def test(tap):
    if not need_programs(tap):
        return
    on_sqlite(tap)
    on_postgres(tap)
    middle_on_postgres(tap)


main(test)
