#!/usr/bin/python3
"""
Every statement is prepared on both databases. With a million documents in the ledger, frequent statements
find their rows by an index. Their time, beside that for ten thousand, is shown and gates nothing.
"""

import contextlib
import json
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import places
from harness import ROOT, Bench, main, need_programs

FEW, MANY = 10_000, 1_000_000

FILL = """
insert into fmferry_document (source, identity, record_id, patient_id, type, mod_id, state,
                              class, attempts, epoch, version, size, link, changed_us)
with recursive n (i) as (select 1000001 union all select i + 1 from n where i < 1000000 + {count})
select 1, 'identity-' || i, i, 'patient-' || (i % 2842), 'Letter', 1,
       case when i % 200 < 140 then 'done' when i % 200 < 199 then 'waiting' else 'failed' end,
       case when i % 200 < 199 then '' else 'container-empty' end, 0, 1, null, 1000, '', 1
  from n"""
TALLY = """
insert into fmferry_tally (source, run, state, class, type, link, documents, bytes)
select 1, 1000, state, class, 'Letter', '', count(*), sum(size) from fmferry_document
 where record_id > 1000000 group by state, class"""

# What is asked again and again: by every claim, by status, when a run begins.
OFTEN = {
    "claim": [("ledger/sql/claim_pick", (1, 1, 1 << 60, 64, 1 << 60)),
              ("ledger/sql/claim_pick", (1, 0, 0, 64, 1 << 60))],
    "status": [("ledger/sql/look_tallies", (1,)), ("ledger/sql/look_runs", (1,)),
               ("ledger/sql/look_failures", (1, 0, 1000, ""))],
    "resume": [("ledger/sql/next_due", (1,)), ("ledger/sql/run_claims", (1, 1)),
               ("ledger/sql/documents_wake", (1,)), ("ledger/sql/document_find", (1, "identity-1000077", "", 1))],
}


def statement(name, kind):
    folder = ROOT / "src"
    own = folder / f"{name}.{'sqlite' if kind == 'SQLite' else 'postgres'}.sql"
    path = own if own.exists() else folder / f"{name}.sql"
    return " ".join(line for line in path.read_text().splitlines() if not line.strip().startswith("--"))


def names():
    for path in sorted(ROOT.glob("src/*/sql/*.sql")):
        name = path.relative_to(ROOT / "src").as_posix().removesuffix(".sql")
        if not name.endswith(("nexus.sqlite", "nexus.postgres")):  # scripts, run to make the tables
            yield re.sub(r"\.(sqlite|postgres)$", "", name)


def prepared(tap, place, kind):
    """Each by the database's own planner, with the tables that we and the application have."""
    bad, count = [], 0
    with contextlib.closing(place.connect()) as link:
        cursor = link.cursor()
        for name in sorted(set(names())):
            words = statement(name, kind)
            count += 1
            try:
                if kind == "SQLite":
                    places_of = set(map(int, re.findall(r"\$(\d+)", words)))
                    cursor.execute("explain " + words, {str(n): None for n in places_of})
                    cursor.fetchall()
                else:
                    cursor.execute(f"prepare one as {words}")
                    cursor.execute("deallocate one")
            except Exception as error:
                bad.append(f"{name}: {error}".strip())
                link.rollback()
    tap.ok(count > 80 and not bad, f"{kind}: every one of {count} statements prepares", *bad)


def fitting(words, values):
    """The parameters that this database's statement asks for."""
    return values[:max(map(int, re.findall(r"\$(\d+)", words)))]


def run(cursor, kind, words, values):
    """As the program does: with the parameters bound by number."""
    values = fitting(words, values)
    if kind == "SQLite":
        cursor.execute(words, {str(n): value for n, value in enumerate(values, 1)})
    else:
        literals = ", ".join(f"'{value}'" if isinstance(value, str) else str(value) for value in values)
        cursor.execute(f"execute one ({literals})")
    if cursor.description:
        cursor.fetchall()


def seconds(place, kind, what):
    """The best of five."""
    best = 0.0
    with contextlib.closing(place.connect()) as link:
        cursor = link.cursor()
        for name, values in OFTEN[what]:
            words, times = statement(name, kind), []
            if kind == "PostgreSQL":
                cursor.execute(f"prepare one as {words}")
            for _ in range(5):
                begun = time.perf_counter()
                run(cursor, kind, words, values)
                times.append(time.perf_counter() - begun)
            if kind == "PostgreSQL":
                cursor.execute("deallocate one")
            best += min(times)
        link.rollback()
    return best


def plans(tap, place, kind):
    """No frequent query scans the documents or sorts the waiting ones."""
    bad = []
    with contextlib.closing(place.connect()) as link:
        cursor = link.cursor()
        for asked in OFTEN.values():
            for name, values in asked:
                words = statement(name, kind)
                values = fitting(words, values)
                if kind == "SQLite":
                    cursor.execute("explain query plan " + words,
                                   {str(n): value for n, value in enumerate(values, 1)})
                    plan = "\n".join(str(row[3]) for row in cursor.fetchall())
                    walks = re.search(r"SCAN (fmferry_document|d)\b(?! USING)", plan)
                else:
                    cursor.execute("set plan_cache_mode = force_generic_plan")
                    cursor.execute(f"prepare one as {words}")
                    literals = ", ".join(f"'{v}'" if isinstance(v, str) else str(v) for v in values)
                    cursor.execute(f"explain execute one ({literals})")
                    plan = "\n".join(row[0] for row in cursor.fetchall())
                    cursor.execute("deallocate one")
                    walks = re.search(r"Seq Scan on fmferry_document", plan)
                sorts = "claim_pick" in name and re.search(r"\bSort\b|TEMP B-TREE", plan)
                if walks or sorts:
                    bad.append(f"{name}:\n{plan}")
    tap.ok(not bad, f"{kind}, {MANY} documents: nothing walks through them all", *bad)


def fill(place, count):
    place.script(FILL.format(count=count))
    place.script(TALLY)
    place.script("analyze")


def story(tap, place, kind):
    with Bench(tap, "statements") as bench:
        bench.serve("generate:3,900")
        bench.configure(ledger={"url": place.url}, registry={"url": place.url}, console={"url": place.url})
        bench.ferry("run")
        bench.ferry("users", "list")  # makes the console's tables
        prepared(tap, place, kind)
        measured = {}
        for count, more in ((FEW, FEW), (MANY, MANY - FEW)):
            if count == MANY:
                place.script("delete from fmferry_tally where run = 1000")
                place.script("delete from fmferry_document where record_id > 1000000")
            fill(place, count)
            measured[count] = {what: seconds(place, kind, what) for what in OFTEN}
            begun = time.perf_counter()
            status = bench.ferry("status", "--json")
            measured[count]["fmferry status"] = time.perf_counter() - begun
            tap.same(json.loads(status.out)["states"]["done"] // (count // 10), 7,
                     f"{kind}: status counts them, {count} documents")
        plans(tap, place, kind)
        for what in measured[MANY]:
            few, many = measured[FEW][what], measured[MANY][what]
            tap.note(f"{kind}: {what}: {few * 1000:.1f} ms with {FEW}, {many * 1000:.1f} ms with {MANY} documents")
        bench.stop_serving()


def test(tap):
    if need_programs(tap):
        places.each(tap, story)


if __name__ == "__main__":
    main(test)
