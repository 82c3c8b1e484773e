#!/usr/bin/python3
"""
An application other than Nexus, on both databases: tables, columns and types of its own, patients
numbered by the application itself. And what `check` says of tables that do not fit.
"""

import datetime
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import places
from harness import Bench, Person, main, need_programs

DOCUMENTS = 60

TABLES = {
    "SQLite": """
create table people (no integer primary key, fm_id text not null unique, surname varchar(40) not null,
                     given varchar(40), born date, unrelated text default 'x');
create table files (file_no char(36) primary key, person integer references people (no),
                    title varchar(12) not null, name text not null, bytes bigint not null,
                    kind varchar(40), taken date, stored datetime not null, changed datetime not null,
                    place text not null, sha char(64) not null, raw text not null check (json_valid(raw)),
                    record bigint, made_by text, made_at datetime, order_no text, mark_count integer,
                    archived bool not null, note text not null default '');
""",
    "PostgreSQL": """
create schema clinic;
create table clinic.people (no serial primary key, fm_id text not null unique,
                            surname varchar(40) not null, given varchar(40), born date,
                            unrelated text default 'x');
create table clinic.files (file_no uuid primary key, person integer references clinic.people (no),
                           title varchar(12) not null, name text not null, bytes bigint not null,
                           kind varchar(40), taken date, stored timestamptz not null,
                           changed timestamp not null, place text not null, sha char(64) not null,
                           raw jsonb not null, record bigint, made_by text, made_at timestamptz,
                           order_no text, mark_count integer, archived boolean not null,
                           note text not null default '');
""",
}

COLUMNS = {
    "file_no": "{row_id}", "person": "{patient}", "title": "{type} of {date}", "name": "{file_name}",
    "bytes": "{size}", "kind": "{mime}", "taken": "{date}", "stored": "once {now}", "changed": "{now}",
    "place": "{bucket}/{key}", "sha": "{sha256}", "raw": "{metadata}", "record": "{record_id}",
    "made_by": "{field:creationAccountName}", "made_at": "{field:creationTimestamp}",
    "order_no": "{field:id_Order}", "mark_count": "{field:num}", "archived": "once false",
}
PEOPLE = {"no": "{patient}", "fm_id": "{filemaker_id}", "surname": "{last_name}",
          "given": "{first_name}", "born": "{dob}"}


def named(place, name):
    return f"clinic.{name}" if place.url.startswith("postgresql") else name


def configure(bench, place, columns=None, people=None, patients=None, **registry):
    bench.configure(ledger={"url": f"sqlite:{bench.folder}/ledger.db"},
                    registry={"url": place.url, "application": "other",
                              "documents_table": named(place, "files"),
                              "patients_table": named(place, "people"), "content_type": "", **registry},
                    patients=patients or {},
                    document_columns={**COLUMNS, **(columns or {})},
                    patient_columns={**PEOPLE, **(people or {})})


def story(tap, place, kind):
    place.script(TABLES[kind])
    files, people = named(place, "files"), named(place, "people")
    with Bench(tap, "application") as bench:
        bench.serve(f"generate:{DOCUMENTS},1500")
        configure(bench, place)
        said = bench.ferry("check")
        tap.ok(said.code == 0, f"{kind}: check finds all it needs", said.out)
        with Person(bench) as person:
            records = person._call("GET", f"{person.records}?_limit=100")["data"]
            source = {one["fieldData"]["id"].lower(): one for one in records}
        first = bench.ferry("patients", "import")
        tap.same((first.code, bench.ferry("patients", "import").out.split(":")[1]),
                 (0, f" 0 written, {place.ask(f'select count(*) from {people}')[0][0]} already the "
                     "application's own, 0 without a usable id, 0 in doubt\n"),
                 f"{kind}: patients are written once, numbered by the application")
        done = bench.ferry("run", limit=600)
        tap.same((done.code, place.ask(f"select count(*) from {files}")[0][0]), (0, DOCUMENTS),
                 f"{kind}: all documents are there")
        wrong = []
        for row in place.ask(
                f"select f.file_no, p.fm_id, f.title, f.bytes, f.kind, f.taken, f.stored, f.changed, f.place,"
                f" f.sha, f.raw, f.record, f.made_by, f.made_at, f.order_no, f.archived, f.note, f.name"
                f" from {files} f left join {people} p on p.no = f.person"):
            wrong += [(name, row) for name in amiss(row, source, bench)]
        tap.same(wrong[:2], [], f"{kind}: every column holds what its template says, in its own form")
        stamps = place.ask(f"select file_no, changed from {files} order by file_no")
        again = bench.ferry("run")
        tap.same((again.code, place.ask(f"select file_no, changed from {files} order by file_no")),
                 (0, stamps), f"{kind}: a second run writes nothing")
        bench.stop_serving()


def amiss(row, source, bench):
    """The names of the values that are not as they should be."""
    (file_no, person, title, size, kind, taken, stored, changed, place, sha, raw, record, made_by,
     made_at, order, archived, note, name) = row
    raw = raw if isinstance(raw, dict) else json.loads(raw)
    fields = source[raw["identity"]]["fieldData"]
    stamp = datetime.datetime.strptime(fields["creationTimestamp"], "%m/%d/%Y %H:%M:%S")
    month, day, year = fields["Date"].split("/") if fields["Date"] else ("", "", "")
    on = f"{year}-{month}-{day}" if year else None
    at = made_at.astimezone().replace(tzinfo=None) if isinstance(made_at, datetime.datetime) else \
        datetime.datetime.fromisoformat(made_at).replace(tzinfo=datetime.timezone.utc) \
        .astimezone().replace(tzinfo=None)
    expected = {
        "file_no": len(str(file_no)) == 36,
        "person": person == fields["id_Contact"],
        "title": title == f"{fields['Type']} of {on or ''}"[:12],
        "name": name != "",
        "bytes": size == raw["size"], "sha": sha == raw["sha256"] and len(sha) == 64,
        "kind": "/" in kind, "taken": (str(taken) if taken else None) == on,
        "stored": abs((datetime.datetime.utcnow() - datetime.datetime.fromisoformat(str(changed)))
                      .total_seconds()) < 120,
        "place": (bench.store / place.lstrip("/")).is_file(),
        "record": str(record) == source[raw["identity"]]["recordId"],
        "made_by": made_by == fields["creationAccountName"], "made_at": at == stamp,
        "order": order == fields["id_Order"], "archived": not archived, "note": note == "",
    }
    return [name for name, good in expected.items() if not good]


def unfit(tap, place, kind):
    """Everything that does not fit is named, each in a sentence."""
    place.script(TABLES[kind])
    files, people = named(place, "files"), named(place, "people")
    cases = [
        ({"columns": {"nowhere": "{type}"}}, f"{files} has no column 'nowhere', which is to hold {{type}}"),
        ({"columns": {"taken": "{metadata}"}}, f"{files}.taken is date, and to hold {{metadata}} it must be"),
        ({"columns": {"stored": "{file_name}"}}, f"{files}.stored is"),
        ({"columns": {"mark_count": "{now}"}}, f"{files}.mark_count is integer, and to hold {{now}} it must be"),
        ({"columns": {"sha": ""}}, f"{files}.sha wants a value and is given none"),
        ({"columns": {"note": "{nonsense}"}}, "[document_columns] note: there is no {nonsense}"),
        ({"columns": {"note": "{type"}}, "[document_columns] note: a '{' without its '}'"),
        ({"columns": {"note": "{key} {type}"}}, "[document_columns] note: {patient}, {bucket}, {key}"),
        ({"columns": {"file_no": "", "note": "{row_id}"}}, f"{files}.note is to hold {{row_id}} and is not unique"),
        ({"columns": {"file_no": ""}}, "[document_columns] no column is to hold {row_id}"),
        ({"people": {"no": ""}}, "[patient_columns] no column is to hold {row_id}"),
        ({"people": {"fm_id": ""}}, "[patient_columns] no column is said to hold FileMaker's id"),
        ({"people": {"born": "{date}"}}, "[patient_columns] born: there is no {date}"),
        ({"columns": {"person": "", "made_at": "{patient}"}}, f"{files}.made_at is"),
        ({"columns": {"person": "", "file_no": "{patient}", "sha": "{row_id}"}},
         f"{files}.file_no is {'char(36)' if kind == 'SQLite' else 'uuid'}, and the patients' ids in {people}.no are integer"),
        ({"documents_table": "elsewhere"}, "there is no table 'elsewhere'"),
        ({"patients_table": "elsewhere"}, "there is no table 'elsewhere'"),
        ({"patients": {"second_identifier": "dob, birthday"}},
         "[patients] second_identifier: 'birthday' is not one of dob, last_name, first_name"),
        ({"content_type": "patients.patient"}, "there is no table 'django_content_type'"),
    ]
    with Bench(tap, "unfit") as bench:
        bench.serve("generate:3,900")
        for change, sentence in cases:
            configure(bench, place, **change)
            said = bench.ferry("check")
            tap.ok(said.code == 1 and any(sentence in line for line in said.out.splitlines()
                                          if line.startswith("FAIL")),
                   f"{kind}: {sentence}", said.out)
            run = bench.ferry("run")
            tap.ok(run.code == 2 and "the registry: " in run.err, f"{kind}: and run does not start", run.err)
        configure(bench, place, columns={"nowhere": "{type}", "sha": "", "taken": "{metadata}"})
        said = bench.ferry("check")
        tap.same(sum(line.startswith("FAIL  registry") for line in said.out.splitlines()), 3,
                 f"{kind}: three faults are three sentences")
        bench.stop_serving()


def test(tap):
    if need_programs(tap):
        places.each(tap, story)
        places.each(tap, unfit)


if __name__ == "__main__":
    main(test)
