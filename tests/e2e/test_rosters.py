#!/usr/bin/python3
"""
Rosters from many practices, as CSV and in FileMaker: dates in five forms, letters in six codings, four
separators, thirty traps. The application never gets a wrong date, name or number. Certain values are there,
and refused ones are reported with their line and the remedy. ROSTERS and ROSTERS_FIRST choose the seeds
(make torture: 1,000).
"""

import contextlib
import json
import os
import pathlib
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from harness import Bench, Person, main, need_programs  # noqa: E402
from rosters import FORMS, TRAPS, Roster, is_either, written  # noqa: E402

FIRST, ROSTERS = int(os.environ.get("ROSTERS_FIRST", "1")), int(os.environ.get("ROSTERS", "100"))
SHAPE = """
database Clinic

table PEOPLE 0
  field id text const x
  field FirstName text const x
  field LastName text const x
  field DOB text const x
  field Born date empty
  field MRN text const x

layout API_Contacts of PEOPLE
  show id
  show FirstName
  show LastName
  show DOB
  show Born
  show MRN
"""


def application(path):
    """What the application has: FileMaker's id -> first, last, born, number; None: no tables."""
    if not path.exists():
        return None
    with contextlib.closing(sqlite3.connect(path)) as link:
        rows = link.execute("select filemaker_metadata, first_name, last_name, dob, mrn"
                            " from patients_patient").fetchall()
    return {json.loads(known)["filemaker_id"].lower(): (first, last, born, mrn or "")
            for known, first, last, born, mrn in rows}


def expected(roster):
    return {one.id.lower(): (one.first, one.last, roster.reads(one), one.mrn) for one in roster.people}


def faults(roster, done, there):
    """The faults of one import; empty: all is as it should be."""
    if roster.refused:
        said = [word for word in roster.said if word not in done.err]
        return [f"ended with {done.code}"] * (done.code != 2) + [f"not said: {word}" for word in said] \
            + [f"written: {there}"] * bool(there)
    wanted, found = expected(roster), there or {}
    wrong = [f"{one}: {found.get(one)} instead of {wanted.get(one)}"
             for one in sorted(wanted.keys() | found.keys()) if wanted.get(one) != found.get(one)]
    complete = all(row[2] for row in wanted.values()) and roster.trap not in ("mixed", "id_twice", "no_id")
    shows = {one.born.day > 12 for one in roster.people if roster.form != "iso"}
    against = roster.told and roster.told != FORMS[roster.form][1] and True in shows
    code = 0 if complete and not against else 3
    return wrong + [f"ended with {done.code}, not {code}"] * (done.code != code)


def by_csv(tap):
    bad, refused, whole = [], 0, 0
    with Bench(tap, "rosters") as bench:
        for seed in range(FIRST, FIRST + ROSTERS):
            roster = Roster(seed)
            path, base = bench.folder / f"{seed}.csv", bench.folder / f"{seed}.db"
            path.write_bytes(roster.bytes())
            bench.configure(registry={"url": f"sqlite:{base}"}, ledger={"url": f"sqlite:{base}"},
                            patients={"mrn": "MRN"})
            dry = bench.ferry("patients", "import", "--dry-run", "--csv", path, *roster.options())
            wrong = ["the dry run wrote something"] * base.exists()
            done = bench.ferry("patients", "import", "--csv", path, *roster.options())
            wrong += faults(roster, done, application(base))
            wrong += ["the dry run says otherwise"] * ((dry.code == 2) != (done.code == 2))
            bad += [f"{roster}: {fault}\n{done.out}{done.err}" for fault in wrong]
            refused += roster.refused
            whole += not roster.trap
            path.unlink()
            base.unlink(missing_ok=True)
        tap.ok(not bad, f"{ROSTERS} rosters as CSV: no wrong date, name or number, what is certain is there",
               *bad[:12])
        tap.ok(refused > ROSTERS / 8 and whole > ROSTERS / 4,
               "some are refused, and many are whole", f"{refused} refused, {whole} without a trap")


def every_trap(tap):
    """Each trap is met at least once, whatever the seeds say."""
    for trap in TRAPS:
        with Bench(tap, "roster-trap") as bench:
            roster = next(one for one in (Roster(seed) for seed in range(1, 10 ** 6)) if one.trap == trap)
            path = bench.folder / "patients.csv"
            path.write_bytes(roster.bytes())
            bench.configure(patients={"mrn": "MRN"})
            done = bench.ferry("patients", "import", "--csv", path, *roster.options())
            wrong = faults(roster, done, application(bench.database))
            tap.ok(not wrong, f"{trap}: {'refused with its cure' if roster.refused else 'read'}",
                   str(roster), *wrong, done.out, done.err)


def by_filemaker(tap):
    """The same patients as records: a text field holds what people typed, a date field FileMaker's form."""
    bad, count = [], max(ROSTERS // 10, 6)
    with Bench(tap, "rosters-filemaker") as bench:
        shape = bench.folder / "people.shape"
        shape.write_text(SHAPE)
        bench.serve(f"shape:{shape}")
        with Person(bench, "API_Contacts") as person:
            for seed in range(FIRST, FIRST + count):
                roster, typed = Roster(seed, traps=False), seed % 3 == 0
                base = bench.folder / f"{seed}.db"
                records = [person.create(id=one.id, FirstName=one.first, LastName=one.last, MRN=one.mrn,
                                         DOB=written(one.born, roster.form),
                                         Born=written(one.born, "month-first")) for one in roster.people]
                bench.configure(registry={"url": f"sqlite:{base}"}, ledger={"url": f"sqlite:{base}"},
                                patients={"mrn": "MRN", "dob": "Born" if typed else "DOB",
                                          "date_format": roster.told})
                done = bench.ferry("patients", "import")
                if typed:
                    roster.reads = lambda one: one.born.isoformat()
                wanted, found = expected(roster), application(base) or {}
                bad += [f"{roster}: {one}: {found.get(one)} instead of {wanted.get(one)}\n{done.out}{done.err}"
                        for one in sorted(wanted.keys() | found.keys()) if wanted.get(one) != found.get(one)]
                either = not typed and any(roster.reads(one) is None for one in roster.people)
                bad += [f"{roster}: ended with {done.code}"] * (either and done.code != 3)
                for record in records:
                    person.delete(record)
                base.unlink(missing_ok=True)
        tap.ok(not bad, f"{count} rosters in FileMaker: no wrong date, name or number", *bad[:12])
        bench.stop_serving()


def strange_records(tap):
    """A FileMaker record that cannot be a row is left out and reported; the others are written."""
    strange = {"nul": dict(FirstName="An\0na"), "control": dict(LastName="Sm\x0bith"),
               "turned": dict(FirstName="\u202eannA"), "lost": dict(LastName="M\ufffdller"),
               "no id": dict(id="  "), "hidden": dict(id="P\u200b-1"), "short": dict(id="1.23E+11"),
               "number": dict(MRN="9.87E+11")}
    with Bench(tap, "rosters-strange") as bench:
        shape = bench.folder / "people.shape"
        shape.write_text(SHAPE)
        bench.serve(f"shape:{shape}")
        bench.configure(patients={"mrn": "MRN"})
        whole = dict(FirstName="Ann", LastName="Smith", DOB="1950-04-03", MRN="007", Born="")
        with Person(bench, "API_Contacts") as person:
            person.create(**whole, id="P-0")
            records = [person.create(**{**whole, "id": f"P-{name}", "FirstName": name, **fields})
                       for name, fields in strange.items()]
        done = bench.ferry("patients", "import")
        tap.same(application(bench.database), {"p-0": ("Ann", "Smith", "1950-04-03", "007")},
                 "only what can be a row is one")
        tap.ok(done.code == 3 and f"{len(strange)} without a usable id" in done.out
               and f"record {records[0]}" in done.out, "and how many, and which, is said", done.out)
        bench.stop_serving()


def exported(tap):
    """A record number leaves as one, and nothing in its place."""
    with Bench(tap, "rosters-fhir") as bench:
        bench.serve("generate:6,900", config=False)
        (bench.folder / "patients.csv").write_text(
            "id,FirstName,LastName,DOB,MRN\nA,Ann,Smith,1950-04-03,0012\nB,Bob,Li,1960-04-04,\nC,Eve,Ng,,X\n")
        bench.configure(patients={"mrn": "MRN"})
        bench.ferry("patients", "import", "--csv", bench.folder / "patients.csv")
        # As an earlier release wrote it.
        bench.sql("update patients_patient set mrn = id where mrn = 'X'")
        bench.ferry("run")
        for kind, name in (("fhir", "Patient.ndjson"), ("bagit", "data/patients.ndjson")):
            done = bench.ferry("export", kind, bench.folder / kind)
            text = (bench.folder / kind / name).read_text() if done.code == 0 else done.err
            rows = [json.loads(line) for line in text.splitlines()]
            numbers = sorted(one["value"] for row in rows for one in row.get("identifier", ())
                             if one["system"] == "urn:fmferry:mrn") if kind == "fhir" \
                else sorted(row["mrn"] for row in rows if row.get("mrn"))
            tap.same((len(rows), numbers), (3, ["0012"]), f"{kind}: a record number is one, or there is none")
        bench.stop_serving()


def test(tap):
    if need_programs(tap):
        by_csv(tap)
        every_trap(tap)
        by_filemaker(tap)
        strange_records(tap)
        exported(tap)


if __name__ == "__main__":
    main(test)
