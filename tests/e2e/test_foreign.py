#!/usr/bin/python3
"""
Text by others steers no terminal, log or spreadsheet. FileMaker's fields, a roster, people's reasons and
then the whole ledger and registry are filled with text that would. Every command is run, and its output is
scanned.
"""

import contextlib
import csv
import io
import pathlib
import sqlite3
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from harness import Bench, Person, main, need_programs

STEERING = "\x1b[2J\x1b]0;owned\x07", "\u009b31m", "\u202e", "\u2066", "\u200b\u200d\u2060", "\ufeff", "\u00ad", \
    "\x7f\x08", "\r\n", "\t", "\u2028", "\u061c", "\U000e0041"
HOSTILE = "".join(STEERING)
FORMULAS = "=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "\uff1d1+1", "\uff0b1+1", "\uff0d1+1", "\uff20A"

FORBIDDEN = {*range(0x20), *range(0x7F, 0xA0), 0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5,
             *range(0x180B, 0x1810), *range(0x200B, 0x2010), *range(0x2028, 0x202F),
             *range(0x2060, 0x2070), 0x3164, 0xFEFF, 0xFFA0, *range(0xFFF0, 0xFFFC),
             *range(0xE0000, 0xE1000)} - {0x0A}


def found_in(text):
    return sorted({f"U+{ord(c):04X}" for c in text if ord(c) in FORBIDDEN})


def cells_that_count(text):
    """Cells that a spreadsheet would take for a formula."""
    return [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row
            if cell[:1] in set("=+-@\t\r\uff1d\uff0b\uff0d\uff20") and not cell.lstrip("-").isdigit()]


def scan(tap, what, program, is_csv=False):
    """Output as bytes, so that nothing is translated on the way."""
    out = program.out_path.read_bytes().decode("utf-8", "surrogateescape")
    err = program.err_path.read_bytes().decode("utf-8", "surrogateescape")
    if is_csv:
        out = out.replace("\r\n", "\n")
        tap.same(cells_that_count(out), [], f"{what}: no cell is a formula")
    tap.same((found_in(out), found_in(err), "\udc9b" in out + err), ([], [], False),
             f"{what}: nothing steers (ended with {program.code})")


# Every command that shows something; True: it writes a spreadsheet.
WALK = (
    (("status",), False), (("status", "--json"), False), (("failures",), False),
    (("failures", "--json"), False), (("failures", "--csv"), True), (("report", "--csv"), True),
    (("report", "--json"), False), (("report", "--output", "-"), False), (("patients", "review"), False),
    (("reconcile",), False), (("verify",), False), (("verify", "--json"), False), (("link", "--history"), False),
    (("check",), False), (("run", "--dry-run"), False), (("--log-json", "--verbose", "run"), False),
    (("--verbose", "link"), False), (("export", "bagit", "bag"), False),
    (("export", "fhir", "fhir"), False),
)


def walk(tap, bench, when):
    for words, is_csv in WALK:
        if words[0] == "export":
            words = (*words[:2], bench.folder / f"{when}-{words[2]}")
        scan(tap, f"{when}: {' '.join(map(str, words[:2]))} {'csv' if is_csv else ''}".strip(),
             bench.ferry(*words, limit=600), is_csv)


def people_and_fields(bench):
    """FileMaker's own fields, in records with a file and without one."""
    person = Person(bench)
    for n, formula in enumerate(FORMULAS):
        record = person.create(Type=formula + HOSTILE, id=str(uuid.uuid4()), id_Contact=formula + HOSTILE)
        if n % 2:
            person.upload(record, b"%PDF-1.4 " + bytes([65 + n]) * 99, name=f"a{n}.pdf")
    roster = bench.folder / "roster.csv"
    rows = [("id", "FirstName", "LastName", "DOB"), *((f"p{n}{HOSTILE}", f + HOSTILE, f, HOSTILE)
                                             for n, f in enumerate(FORMULAS))]
    with open(roster, "w", encoding="utf-8", newline="") as to:
        csv.writer(to).writerows(rows)
    return roster


def by_people(tap, bench, roster):
    """People's texts, and files that they name."""
    for words in (("patients", "import", "--csv", roster), ("patients", "import", "--csv", roster, "--dry-run"),
                  ("waive", "--record", "13", "--by", "Kim" + HOSTILE, "--reason", "=1+1" + HOSTILE),
                  ("retry", "--class", "none" + HOSTILE), ("run", "--limit", "x" + HOSTILE),
                  ("none" + HOSTILE,), ("failures", "--none" + HOSTILE),
                  ("link", "--document", "1", "--patient", HOSTILE, "--by", HOSTILE, "--reason", HOSTILE),
                  ("unlink", "--document", "1", "--by", HOSTILE, "--reason", HOSTILE),
                  ("export", "bagit", bench.folder / ("x" + HOSTILE.replace("/", "")))):
        scan(tap, f"by people: {words[0]!a:.20}", bench.ferry(*words))


# What other rows or files are found by: without these nothing would be shown but that they are wrong.
LEADING = ("id", "key", "identity", "patient", "state", "link", "before", "after", "lineage", "machine",
           "container", "metadata", "bucket", "path", "value", "name")


def fill(bench, all_of_them):
    """Every text of ledger and registry that its table's own checks do not forbid."""
    changed = 0
    with contextlib.closing(sqlite3.connect(bench.database)) as sql:
        with sql:
            sql.execute("insert or replace into fmferry_doubt (id, filemaker_id, patient, why) values ('1', '2', '3', 'dob')")
        tables = [name for (name,) in sql.execute("select name from sqlite_master where type = 'table'")]
        for table in tables:
            for _, column, kind, *_ in sql.execute(f'pragma table_info("{table}")').fetchall():
                if (table, column) in (("fmferry_source", "name"), ("fmferry_schema", "part")) \
                        or table == "django_content_type" \
                        or (table == "fmferry_tally" and column in ("state", "link")):  # words of ours
                    continue
                if not all_of_them and (column.endswith(("_id", "_key", "_metadata")) or column in LEADING):
                    continue
                if not any(word in kind.lower() for word in ("text", "char")):
                    continue
                with contextlib.suppress(sqlite3.IntegrityError), sql:
                    changed += sql.execute(f'update "{table}" set "{column}" = ? || "{column}" || ?',
                                           ("=1+1\x1b[31m", HOSTILE)).rowcount
    return changed


def fields(tap):
    with Bench(tap, "foreign") as bench:
        bench.serve("generate:12,2000", "--max-sessions", "0")
        roster = people_and_fields(bench)
        scan(tap, "patients import", bench.ferry("patients", "import"))
        ran = bench.ferry("--verbose", "run", limit=600)
        scan(tap, "run", ran)
        tap.ok(ran.code == 3, "the run comes to its end, with some left", ran.code, ascii(ran.err[-600:]))
        by_people(tap, bench, roster)
        walk(tap, bench, "fields")
        tap.ok(fill(bench, False) > 100, "what ledger and registry describe is filled")
        walk(tap, bench, "described")
        tap.ok(fill(bench, True) > 100, "ledger and registry are filled")
        walk(tap, bench, "all")
        bench.stop_serving()


def test(tap):
    if need_programs(tap):
        fields(tap)


if __name__ == "__main__":
    main(test)
