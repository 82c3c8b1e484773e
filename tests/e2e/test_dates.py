#!/usr/bin/python3
"""
Documents' dates in text fields reach the rows only in the form that was set, or if they can mean one day
alone. The others are counted, beforehand and at the end. FileMaker's own dates need no setting. A date of
birth in a document contradicts the patient's only if it cannot mean that day.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from harness import Bench, Person, main, need_programs  # noqa: E402

SHAPE = """
database Clinic

table DOCS 12
  field id text uuid
  field id_Contact text const p-1
  field Type text const Letter
  field Date text const x
  field Typed date empty
  field Seen text const x
  field Born text empty
  field Doc container file pdf 2K
  field NexusExportDate timestamp empty
  field creationAccountName text const api
  field creationTimestamp timestamp created 2020..2024

table PEOPLE 1
  field id text const p-1
  field FirstName text const Ann
  field LastName text const Smith
  field DOB date empty

layout API_Docs of DOCS
  show id
  show id_Contact
  show Type
  show Date
  show Typed
  show Seen
  show Born
  show Doc
  show NexusExportDate
  show creationAccountName
  show creationTimestamp

layout API_Contacts of PEOPLE
  show id
  show FirstName
  show LastName
  show DOB
documents API_Docs
"""

# What people typed -> the day in the row: without a word, month first, day first, ISO.
TYPED = {
    "03/04/2015": (None, "2015-03-04", "2015-04-03", None),
    "3.4.2015": (None, "2015-03-04", "2015-04-03", None),
    "05-05-2015": ("2015-05-05", "2015-05-05", "2015-05-05", None),
    "25/12/2015": ("2015-12-25", None, "2015-12-25", None),
    "12/25/2015": ("2015-12-25", "2015-12-25", None, None),
    "2015-03-04": ("2015-03-04",) * 4,
    "2015-03-04 10:15": ("2015-03-04",) * 4,
    "03/12/0001": (None, "0001-03-12", "0001-12-03", None),
    "3/4/15": (None,) * 4,
    "soon": (None,) * 4,
    "2015-03-04T23:30:00Z": (None,) * 4,
    "": (None,) * 4,
}
EITHER = 3  # of these could be day first or month first
# Told, place in TYPED's answers, how many are not in that form.
TOLD = (("", 0, 0), ("month-first", 1, 1), ("day-first", 2, 1), ("iso", 3, 6))


def texts(tap):
    for told, column, unlike in TOLD:
        with Bench(tap, "dates") as bench:
            (bench.folder / "clinic.shape").write_text(SHAPE)
            bench.serve(f"shape:{bench.folder / 'clinic.shape'}")
            bench.configure(source={"date_format": told})
            bench.ferry("patients", "import")  # makes the tables
            bench.sql("alter table documents_document add column seen date")
            bench.configure(source={"date_format": told}, document_columns={"seen": "{field:Seen}"})
            with Person(bench) as person:
                page = person._call("GET", f"{person.records}?_limit=50")["data"]
                for record, text in zip(page, TYPED):
                    person.edit(record["recordId"], Date=text, Seen=text, Typed="")
            dry = bench.ferry("run", "--dry-run", "--dates-as-set")
            run = bench.ferry("run", "--dates-as-set")
            rows = bench.sql("select json_extract(filemaker_metadata, '$.fields.Date'), document_date, seen"
                             " from documents_document")
            name = f"told {told or 'nothing'}"
            tap.same({text: day for text, day, _ in rows}, {text: days[column] for text, days in TYPED.items()},
                     f"{name}: a date is what was told, or none, and its text is kept")
            tap.same({text: day for text, _, day in rows}, {text: days[column] for text, days in TYPED.items()},
                     f"{name}: so it is in a column of one's own")
            count = EITHER if not told else unlike
            word = "could be day first or month first" if not told else "not in the form"
            tap.ok(f"{count}  whose date" in " ".join(dry.out.split()).replace(" whose", "  whose")
                   and word in dry.out and f"{count} dates" in run.err and word in run.err,
                   f"{name}: how many have none is said before and after", dry.out, run.err)
            bench.stop_serving()


def contradicted(tap):
    """One document shows that the setting is wrong: then no date that could mean either is read."""
    for told, shows, other in (("month-first", "25/12/2015", "day"), ("day-first", "12/25/2015", "month")):
        with Bench(tap, "dates-against") as bench:
            (bench.folder / "clinic.shape").write_text(SHAPE)
            bench.serve(f"shape:{bench.folder / 'clinic.shape'}")
            bench.configure(source={"date_format": told})
            with Person(bench) as person:
                page = person._call("GET", f"{person.records}?_limit=50")["data"]
                for record in page:
                    person.edit(record["recordId"], Date="03/04/2015")
                person.edit(page[7]["recordId"], Date=shows)
            run = bench.ferry("run")
            days = {day for (day,) in bench.sql("select document_date from documents_document")}
            tap.ok(days == {None, "2015-12-25"} and f"record {page[7]['recordId']} can only be {other} first"
                   in run.err and "--dates-as-set" in run.err,
                   f"told {told}, and one can only be {other} first: none is read that could be either",
                   days, run.err)
            bench.stop_serving()


def typed(tap):
    """Any setting for text fields."""
    with Bench(tap, "dates-typed") as bench:
        (bench.folder / "clinic.shape").write_text(SHAPE)
        bench.serve(f"shape:{bench.folder / 'clinic.shape'}")
        bench.configure(source={"date_format": "day-first", "date_field": "Typed"})
        with Person(bench) as person:
            page = person._call("GET", f"{person.records}?_limit=50")["data"]
            person.edit(page[0]["recordId"], Typed="03/04/2015")
            person.edit(page[1]["recordId"], Typed="03/12/0001")
        bench.ferry("run")
        days = {day for (day,) in bench.sql("select document_date from documents_document")}
        tap.same(days, {"2015-03-04", "0001-03-12", None}, "FileMaker's own dates need no telling")
        bench.stop_serving()


def birthdays(tap):
    """The patient was born on 4 March 1950; the documents' words for it -> whether they raise a doubt."""
    said = {"": False, "03/04/1950": False, "04/03/1950": False, "1950-03-04": False, "3/4/50": False,
            "unknown": False, "05/03/1950": True, "1950-04-03": True, "25/12/1961": True, "04.03.1950": False}
    told = dict(said, **{"03/04/1950": True})  # with day first it is 3 April
    for form, wanted in (("", said), ("day-first", told)):
        with Bench(tap, "dates-born") as bench:
            (bench.folder / "clinic.shape").write_text(SHAPE)
            bench.serve(f"shape:{bench.folder / 'clinic.shape'}")
            bench.configure(source={"patient_dob_field": "Born", "date_format": form})
            with Person(bench, "API_Contacts") as person:
                page = person._call("GET", f"{person.records}?_limit=5")["data"]
                person.edit(page[0]["recordId"], DOB="03/04/1950")
            with Person(bench) as person:
                page = person._call("GET", f"{person.records}?_limit=50")["data"]
                for record, text in zip(page, said):
                    person.edit(record["recordId"], Born=text)
            bench.ferry("patients", "import")
            bench.ferry("run")
            found = {json.loads(known)["fields"]["Born"]: not linked for known, linked in bench.sql(
                "select filemaker_metadata, object_id from documents_document")}
            tap.same(found, wanted, f"told {form or 'nothing'}: a birthday contradicts if it cannot be meant")
            bench.stop_serving()


def test(tap):
    if need_programs(tap):
        texts(tap)
        contradicted(tap)
        typed(tap)
        birthdays(tap)


if __name__ == "__main__":
    main(test)
