"""The tests with a Django program share this: the program, and the values that it should read."""

import json
import os
import pathlib
import subprocess

from harness import Person

CLINIC = pathlib.Path(__file__).resolve().parent / "nexus" / "clinic.py"
PAGE = 500


def django_is_here():
    return subprocess.run(["/usr/bin/python3", "-c", "import django"], stderr=subprocess.DEVNULL).returncode == 0


class Clinic:
    def __init__(self, bench, place):
        self.command = ["/usr/bin/python3", "-B", CLINIC, place.url, bench.folder / "django"]

    def do(self, what, given=None):
        done = subprocess.run([*map(str, self.command), what], input=given, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120,
                              env={"PATH": os.environ["PATH"]})
        if done.returncode != 0:
            raise RuntimeError(f"clinic.py {what}: {done.stderr[-1500:]}")
        return json.loads(done.stdout) if done.stdout.strip() else None


def records(bench, layout="API_Docs"):
    """Every record of a layout, as people see it."""
    with Person(bench, layout) as person:
        found = []
        while True:
            page = person._call("GET", f"{person.records}?_limit={PAGE}&_offset={len(found) + 1}") \
                if not found or len(found) % PAGE == 0 else {"data": []}
            found += [one["fieldData"] for one in page["data"]]
            if len(page["data"]) < PAGE:
                return found


def roster(bench):
    parts = lambda day: day.split("/")
    return [{"id": one["id"], "first": one["FirstName"], "last": one["LastName"],
             "dob": "{2}-{0}-{1}".format(*parts(one["DOB"])) if one["DOB"] else ""}
            for one in records(bench, "API_Contacts")]


def expected(bench):
    return {one["id"].lower(): one for one in records(bench)}


def tables_of(place):
    """The application's tables: columns and their types."""
    if place.url.startswith("sqlite"):
        return {name: sql for name, sql in place.ask(
            "select name, sql from sqlite_master where tbl_name not like 'fmferry%' and sql is not null")}
    return sorted(place.ask(
        "select table_name, column_name, data_type, is_nullable from information_schema.columns"
        " where table_schema = 'public' and table_name not like 'fmferry%'"))


def look(tap, clinic, source, known, what):
    """What Django reads is what FileMaker holds."""
    seen = clinic.do("read")
    wanted = {}
    for document, fields in source.items():
        patient = fields["id_Contact"].lower()
        if patient in known:
            wanted.setdefault(patient, set()).add(document)
    listed = {patient: {one for ones in lists.values() for one in ones}
              for patient, lists in seen["lists"].items() if lists}
    tap.same(listed, wanted, f"{what}: the ORM lists each patient's documents, by category")
    slug = lambda text: "-".join(text.lower().split()) or "untyped"
    by_category = {one: category for lists in seen["lists"].values() for category, ones in lists.items()
                   for one in ones}
    tap.same({one: by_category[one] for one in by_category},
             {one: slug(source[one]["Type"]) for one in by_category}, f"{what}: under its own category")
    tap.same(seen["types"], {one: fields["Type"] for one, fields in source.items()},
             f"{what}: the ORM asks inside the JSON")
    rows = seen["rows"].values()
    tap.ok(len(rows) == len(source) and all(row["found"] and row["aware"] and row["age"] < 600 and row["active"]
                                            and row["tags"] == [] for row in rows),
           f"{what}: UUIDs, stamps, truth values and lists come back as such")
    us = lambda day: f"{day[6:]}-{day[:2]}-{day[3:5]}" if day else None
    tap.same({one: row["date"] for one, row in seen["rows"].items()},
             {one: us(fields["Date"]) for one, fields in source.items()}, f"{what}: and dates")
    return seen


def people_at_work(tap, bench, clinic, place, what):
    """Django's people add, change and delete; fmferry leaves all that alone."""
    did = clinic.do("work")
    before = place.ask("select * from documents_document order by id")
    again = bench.ferry("run", limit=600)
    tap.same((again.code, [str(row) for row in place.ask("select * from documents_document order by id")]),
             (0, [str(row) for row in before]), f"{what}: a second run touches nothing that people did")
    with Person(bench) as person:
        for one in person._call("GET", f"{person.records}?_limit=500")["data"]:
            if one["fieldData"]["id"].lower() in (did["softly"], did["described"]):
                person.upload(one["recordId"], b"%PDF-1.4 a better scan " + one["recordId"].encode())
    bench.ferry("run", limit=600)
    seen = clinic.do("read")
    softly, described = seen["rows"][did["softly"]], seen["rows"][did["described"]]
    tap.ok(not softly["active"] and described["description"] == "looked at" and described["tags"] == ["urgent"]
           and described["size"] < 60 and softly["size"] < 60 and seen["own"] == 1,
           f"{what}: a new file at the source comes, and what people did stays", softly, described)
