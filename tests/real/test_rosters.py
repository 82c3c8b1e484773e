#!/usr/bin/python3
"""
A few of the rosters of tests/e2e/test_rosters.py on PostgreSQL and SQLite, with an application whose
columns are its own. The values that psycopg2 and sqlite3 read are the truth or nothing, further fields go to
their configured columns, and a record number that the application requires is asked for.
"""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import places
from harness import Bench, main, need_programs
from rosters import Roster

SEEDS = range(1, int(os.environ.get("ROSTERS", "100")) // 10 + 1)
PEOPLE = """
create table people (id char(36) primary key, fm varchar(200) not null, given varchar(150) not null,
                     surname varchar(150) not null, born date, mrn varchar(50) {mrn}, notes text, seen date);
create table files (id char(36) primary key, person char(36) references people (id));
"""
COLUMNS = {"id": "{row_id}", "fm": "{filemaker_id}", "given": "{first_name}", "surname": "{last_name}",
           "born": "{dob}", "mrn": "{mrn}", "notes": "{field:Notes}", "seen": "{field:DOB}"}


def configure(bench, place, **patients):
    bench.configure(
        ledger={"url": f"sqlite:{bench.folder}/ledger.db"},
        registry={"url": place.url, "application": "other", "documents_table": "files",
                  "patients_table": "people", "content_type": ""},
        document_columns={"id": "{row_id}", "person": "{patient}"}, patient_columns=COLUMNS,
        patients={"first_name": "FirstName", "last_name": "LastName", "dob": "DOB", **patients})


def import_of(bench, roster):
    path = bench.folder / "patients.csv"
    path.write_bytes(roster.bytes())
    return bench.ferry("patients", "import", "--csv", path, *roster.options())


def found(place):
    rows = place.ask("select fm, given, surname, born, mrn, notes, seen from people")
    return {row[0].lower(): (row[1], row[2], row[3] and str(row[3]), row[4] or "", row[5] or "",
                             row[6] and str(row[6])) for row in rows}


def story(tap, place, kind):
    """Each roster is the truth in the application, and is refused whole where it must be."""
    bad = []
    with Bench(tap, "rosters-real") as bench:
        place.script(PEOPLE.format(mrn=""))
        configure(bench, place, mrn="MRN")
        for seed in SEEDS:
            roster = Roster(seed)
            done, there = import_of(bench, roster), found(place)
            wanted = {} if roster.refused else {
                one.id.lower(): (one.first, one.last, roster.reads(one), one.mrn) for one in roster.people}
            notes = {one.id.lower(): one.notes for one in roster.people}
            bad += [f"{roster}: {one}: {there.get(one)} instead of {wanted.get(one)}\n{done.out}{done.err}"
                    for one in sorted(wanted.keys() | there.keys())
                    if one not in there or one not in wanted or there[one][:4] != wanted[one]
                    or there[one][4] != notes[one]
                    or (there[one][5] and not there[one][5] == there[one][2])]
            place.script("delete from people; delete from fmferry_person; delete from fmferry_patient;"
                         " delete from fmferry_match")
        tap.ok(not bad, f"{kind}: {len(SEEDS)} rosters, each the truth or nothing", *bad[:8])


def numbers(tap, place, kind):
    """A column that must have a number of its own for everybody."""
    with Bench(tap, "rosters-numbers") as bench:
        place.script(PEOPLE.format(mrn="not null unique"))
        roster = next(one for one in map(Roster, range(1, 10 ** 6)) if not one.trap
                      and all(person.mrn for person in one.people))
        configure(bench, place)
        done = import_of(bench, roster)
        tap.ok(done.code == 2 and "'mrn' must have a value" in done.err and not found(place),
               f"{kind}: without a name for it, it is asked for", done.err)
        configure(bench, place, mrn="MRN")
        roster.rows[1][4] = ""
        done = import_of(bench, roster)
        tap.ok(done.code == 2 and "record number" in done.err
               and f"line {roster.line_of(1)}" in done.err and not found(place),
               f"{kind}: a line without one is refused, and nothing written", done.err)
        roster.rows[1][4] = roster.rows[0][4]
        done = import_of(bench, roster)
        told = place.ask("select count(*) from fmferry_person")[0][0]
        tap.ok(done.code == 1 and f"line {roster.line_of(1)}" in done.err and not found(place) and not told,
               f"{kind}: so is one that stands twice", done.err)
        roster.rows[1][4] = "another"
        done = import_of(bench, roster)
        tap.same(len(found(place)), len(roster.people), f"{kind}: and with all there, all are written")


def taken_back(tap, place, kind):
    """Untouched rows go; rows that people changed, or that something points to, stay."""
    with Bench(tap, "rosters-undo") as bench:
        place.script(PEOPLE.format(mrn="") + "create table visits (of char(36) references people (id));")
        configure(bench, place, mrn="MRN")
        undo = lambda *words: bench.ferry("patients", "undo", *words)
        tap.same(undo().code, 2, f"{kind}: where nothing was imported there is nothing to take back")
        roster = next(one for one in map(Roster, range(1, 10 ** 6)) if not one.trap and len(one.people) > 6)
        first = import_of(bench, roster)
        roster.rows[5][1] = "Renamed"
        second = import_of(bench, roster)
        tap.ok("undo --import 1" in first.out and "undo" not in second.out and ": 1 written" in second.out,
               f"{kind}: an import says its number if it made rows", first.out, second.out)
        ids = [place.ask(f"select id from people where fm = '{one.id}'")[0][0] for one in roster.people]
        place.script(f"update people set notes = 'seen by us' where id = '{ids[0]}';"
                     f"insert into files (id, person) values ('f', '{ids[1]}');"
                     f"insert into visits values ('{ids[2]}');"
                     f"delete from people where id = '{ids[3]}';")
        roster.rows[0][1] = "Also renamed"
        import_of(bench, roster)
        before, dry = found(place), undo("--dry-run", "--import", "1")
        tap.ok(found(place) == before and f": {len(ids) - 4} rows would be" in dry.out,
               f"{kind}: a dry run takes nothing away", dry.out)
        done = undo("--import", "1")
        kept = {roster.people[i].id.lower() for i in (0, 1, 2)}
        again = {roster.people[3].id.lower()}  # the third import made that row anew
        tap.ok(set(found(place)) == kept | again and done.code == 3
               and "1 kept because people changed" in done.out and "2 kept because something" in done.out,
               f"{kind}: only what nobody touched is taken away", done.out, found(place).keys())
        again = import_of(bench, roster)
        tap.same(len(found(place)), len(ids), f"{kind}: and can be imported again")


def test(tap):
    if need_programs(tap):
        places.each(tap, story)
        places.each(tap, numbers)
        places.each(tap, taken_back)


if __name__ == "__main__":
    main(test)
