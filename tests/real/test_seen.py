#!/usr/bin/python3
"""
Status and report over PostgreSQL, and with ledger and registry apart: the same migration gives the same
figures from every place.
"""

import json
import re
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import places
import postgres
from harness import Bench, main, need_programs
from webpage import Page

TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def tables_of(page):
    """The tables about documents, not those about work and places."""
    told = {"Documents", "Cause", "Type", "Size", "Figure", "Met"}
    tables = [table for table in page.tables if table and table[0][0] in told]
    return [[[TIME.sub("TIME", cell) for cell in row] for row in table if "chains" not in row[0]] for table in tables]


def seen(bench):
    """The output of status, the report and its lists."""
    status = json.loads(bench.ferry("status", "--json").out)
    for run in status["runs"]:
        run.update(started="TIME", ended="TIME")
    status["source"]["census_at"] = "TIME"
    done = bench.ferry("report", "--output", str(bench.folder / "report.html"))
    page = Page((bench.folder / "report.html").read_text() if done.code == 0 else "")
    listed = json.loads(bench.ferry("report", "--json").out)
    for one in listed:
        one.update(mark=bool(one["mark"]))
    listed.sort(key=lambda one: one["recordId"])
    return done, status, page, listed


def move(tap, ledger, registry, what):
    with Bench(tap, "seen") as bench:
        bench.serve("demo")
        bench.configure(ledger={"url": ledger}, registry={"url": registry})
        bench.ferry("patients", "import")
        tap.same(bench.ferry("run", limit=120).code, 3, f"{what}: moved")
        bench.ferry("waive", "--class", "container-empty", "--by", "Ada", "--reason", "never was")
        done, status, page, listed = seen(bench)
        tap.ok(done.code == 0, f"{what}: the sums balance", done.err)
        tap.same(page.wrong, [], f"{what}: the markup is right")
        tap.ok(all(point["met"] for point in status["checklist"][:5]), f"{what}: the checklist",
               status["checklist"])
        return status, tables_of(page), listed


def check_same(tap, all_seen):
    (first, (status, tables, listed)), *others = all_seen.items()
    for what, (other_status, other_tables, other_listed) in others:
        tap.same(other_status, status, f"{what} has the status of {first}")
        tap.same(other_tables, tables, f"{what} has the tables of {first}")
        tap.same(other_listed, listed, f"{what} has the documents of {first}")


def test(tap):
    if not need_programs(tap):
        return
    all_seen = {"SQLite": move(tap, "sqlite:fmferry.db", "sqlite:fmferry.db", "SQLite"),
                "two files": move(tap, "sqlite:fmferry.db", "sqlite:nexus.db", "two files")}
    if postgres.lacks():
        tap.skip("status and report over PostgreSQL", postgres.lacks())
    else:
        with places.Server() as one, places.Server() as other:
            all_seen["PostgreSQL"] = move(tap, one.url, one.url, "PostgreSQL")
            one.empty()
            all_seen["two servers"] = move(tap, one.url, other.url, "two servers")
    check_same(tap, all_seen)


main(test)
