#!/usr/bin/python3
"""
The wrong-patient firewall on both databases: a roster with twins, merged, renamed and deleted
patients, ids that were used again and ids that stand twice. No document may be linked to a patient other
than its own, and every case must be in the review list with its reason.
"""

import collections
import json
import pathlib
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import places
from harness import Bench, Person, main, need_programs

DOCUMENTS = 240


def plain(text):
    return str(text or "").replace("-", "").lower()


def iso(day):
    month, date, year = day.split("/")
    return f"{year}-{month}-{date}"


class Roster:
    """FileMaker's patients, and the application's rows of them as its own import had made them."""

    def __init__(self, person, place):
        self.person, self.place = person, place
        page = person._call("GET", f"{person.records}?_limit=500")["data"]
        self.people = [dict(one["fieldData"], recordId=one["recordId"]) for one in page]
        # Nobody shares a birthday by chance: who does, does so on purpose.
        for number, one in enumerate(self.people):
            self.tell(one, DOB=f"{number % 12 + 1:02}/{number % 28 + 1:02}/{1930 + number}")
        self.rows = {}

    def tell(self, one, **fields):
        self.person.edit(one["recordId"], **fields)
        one.update(fields)

    def row(self, one, filemaker_id=None, first=None, last=None, dob=None):
        """The application's row of somebody."""
        row_id = uuid.uuid4()
        known = json.dumps({"filemaker_id": filemaker_id}) if filemaker_id != "" else None
        text = str(row_id) if self.place.url.startswith("postgresql") else row_id.hex
        quoted = lambda value: "null" if value is None else "'" + value.replace("'", "''") + "'"
        self.place.ask(
            "insert into patients_patient (id, mrn, first_name, last_name, dob, filemaker_metadata)"
            f" values ('{text}', '{one['MRN']}', {quoted(first or one['FirstName'])},"
            f" {quoted(last or one['LastName'])}, {quoted(iso(one['DOB']) if dob is None else dob or None)},"
            f" {quoted(known and known.replace('null', json.dumps(one['id'])))})")
        self.rows[plain(row_id)] = one["id"].lower()
        return row_id


def seed(roster):
    """The cases: FileMaker id -> the word that its reason must have; and who must be linked."""
    p, doubts, sure = iter(roster.people), {}, []

    # Twins, well kept: they differ in nothing but first name and id.
    ann, beth = next(p), next(p)
    for one, first in ((ann, "Ann"), (beth, "Beth")):
        roster.tell(one, FirstName=first, LastName="Twinning", DOB="03/04/1990")
        roster.row(one)
        sure.append(one["id"])
    # Twins whom the application has the wrong way round.
    carl, dan = next(p), next(p)
    for one, first in ((carl, "Carl"), (dan, "Dan")):
        roster.tell(one, FirstName=first, LastName="Swapped", DOB="05/06/1991")
    roster.row(carl, first="Dan")
    roster.row(dan, first="Carl")
    doubts.update({one["id"]: "a twin" for one in (carl, dan)})
    # Married since.
    one = next(p)
    roster.row(one)
    roster.tell(one, LastName="Newly-Wed")
    sure.append(one["id"])
    # A birthday corrected on one side only.
    one = next(p)
    roster.row(one, dob="1901-01-01")
    doubts[one["id"]] = "different dates of birth"
    # Both names changed; or somebody else with the same birthday.
    one = next(p)
    roster.row(one)
    roster.tell(one, FirstName="Quite", LastName="Another")
    doubts[one["id"]] = "neither first nor last name"
    # An id that was used again for somebody else.
    one = next(p)
    roster.row(one)
    roster.tell(one, FirstName="Some", LastName="Body-Else", DOB="12/31/2001")
    doubts[one["id"]] = "different dates of birth"
    # Merged in FileMaker: the record is gone, its documents are not.
    one = next(p)
    roster.row(one)
    roster.person.delete(one["recordId"])
    doubts[one["id"]] = "any more"
    # Merged in the application: two of FileMaker's patients, one row with the other one's id.
    kept, lost = next(p), next(p)
    roster.tell(lost, FirstName=kept["FirstName"], LastName=kept["LastName"], DOB=kept["DOB"])
    roster.row(kept)
    doubts[lost["id"]] = "merged there"
    sure.append(kept["id"])
    # Entered by hand in the application, without FileMaker's id.
    one = next(p)
    roster.row(one, filemaker_id="")
    doubts[one["id"]] = "merged there"
    # One id, two rows.
    one = next(p)
    roster.row(one)
    roster.row(one, first="Copy")
    doubts[one["id"]] = "several patients"
    # One id, two records.
    one = next(p)
    roster.row(one)
    roster.person.create(id=one["id"], FirstName="Second", LastName="Record", DOB="01/02/1950")
    doubts[one["id"]] = "several records"
    # No birthday to compare, and another name.
    one = next(p)
    roster.row(one, dob="", last="Unlike")
    doubts[one["id"]] = "missing"
    # No birthday, and the same names.
    one = next(p)
    roster.row(one, dob="")
    sure.append(one["id"])
    # Only blanks and case differ.
    one = next(p)
    roster.row(one, first=f"  {one['FirstName'].upper()} ", last=one["LastName"].lower())
    sure.append(one["id"])
    # Late: not in the application at all.
    late = [one["id"] for one in (next(p), next(p))]
    for one in p:
        roster.row(one)
        sure.append(one["id"])
    return doubts, sure, late


def reviewed(bench):
    """FileMaker id -> reasons, as `patients review` prints them."""
    listed = collections.defaultdict(list)
    said = bench.ferry("patients", "review")
    for line in said.out.splitlines()[1:-1]:
        listed[line[:36].strip()].append(line[114:])
    return said, listed


def links(place):
    """Document's FileMaker patient -> the rows that its documents point to."""
    told = collections.defaultdict(set)
    for patient, row in place.ask(
            "select d.patient_id, r.object_id from fmferry_document d join documents_document r"
            " on lower(replace(cast(r.filemaker_id as varchar(36)), '-', '')) = replace(d.identity, '-', '')"):
        told[patient].add(plain(row))
    return told


def story(tap, place, kind):
    with Bench(tap, "roster") as bench:
        bench.serve(f"generate:{DOCUMENTS},900")
        bench.configure(ledger={"url": place.url}, registry={"url": place.url})
        bench.ferry("check")  # makes the tables
        with Person(bench, "API_Contacts") as person:
            roster = Roster(person, place)
            doubts, sure, late = seed(roster)
        before = sorted(place.ask("select * from patients_patient"), key=str)
        done = bench.ferry("patients", "import")
        tap.same(done.code, 3, f"{kind}: the import says that somebody is in doubt")
        after = place.ask("select * from patients_patient")
        tap.ok(all(str(row) in {str(one) for one in after} for row in before),
               f"{kind}: no row of the application's is altered")
        tap.same(len(after) - len(before), len(late), f"{kind}: only who is new is written")

        said, listed = reviewed(bench)
        wanted = {one.lower(): word for one, word in doubts.items()}
        tap.same(sorted(listed), sorted(wanted), f"{kind}: the review list names every case, and no other")
        wrong = {one: listed[one] for one, word in wanted.items()
                 if not any(word in why for why in listed[one])}
        tap.same(wrong, {}, f"{kind}: each with its reason")
        tap.same(said.code, 3, f"{kind}: and says that there is something to do")

        run = bench.ferry("run", limit=120)
        tap.same(run.code, 0, f"{kind}: documents in doubt are moved all the same")
        told = links(place)
        false = {one: rows for one, rows in told.items() for row in rows
                 if row and roster.rows.get(row, one) != one}
        tap.same(false, {}, f"{kind}: zero false links")
        tap.same({one for one in wanted if any(told.get(one, ()))}, set(),
                 f"{kind}: nobody in doubt has a document")
        linked = {one.lower() for one in (*sure, *late) if one.lower() in told}
        tap.ok(linked and all("" not in told[one] for one in linked),
               f"{kind}: everybody else has theirs", len(linked))
        counted = {link: count for link, count in place.ask(
            "select link, count(*) from fmferry_document group by link")}
        tap.same(counted.get("review", 0), sum(1 for (one,) in place.ask(
            "select patient_id from fmferry_document") if one in wanted),
            f"{kind}: the ledger counts them as to be reviewed")
        bench.status()
        bench.stop_serving()
        place.copy(bench.database)
        bench.check(f"{kind}: the checker agrees", exit_code=run.code)


def accepted(tap, place, kind):
    """A person settles a doubt, for as long as neither side changes."""
    with Bench(tap, "roster-accepted") as bench:
        bench.serve("generate:30,900")
        bench.configure(ledger={"url": place.url}, registry={"url": place.url})
        bench.ferry("patients", "import")
        with Person(bench, "API_Contacts") as person:
            page = person._call("GET", f"{person.records}?_limit=500")["data"]
            one, other = page[0], page[1]
            for each in (one, other):
                person.edit(each["recordId"], DOB="02/03/1944")
            bench.ferry("patients", "import")
            decide = lambda who, *words: bench.ferry("patients", "accept", "--patient", who["fieldData"]["id"],
                                                     *words)
            nameless = decide(one, "--by", " ", "--reason", "same")
            done = decide(one, "--by", "Kim Ito", "--reason", "typing error")
            tap.same((nameless.code, done.code, len(reviewed(bench)[1])), (2, 0, 1),
                     f"{kind}: who decides is named, and only that doubt is settled")
            again = decide(one, "--by", "Kim Ito", "--reason", "typing error")
            tap.same(again.code, 2, f"{kind}: what is not in doubt cannot be settled")
        bench.ferry("patients", "import")
        born = {str(day) for (day,) in place.ask("select dob from patients_patient")}
        kept = [tuple(row) for row in place.ask("select who, reason from fmferry_accepted")]
        tap.same((len(reviewed(bench)[1]), kept, "1944-02-03" in born), (1, [("Kim Ito", "typing error")], True),
                 f"{kind}: it is kept by whom and why, and our own row follows FileMaker")
        with Person(bench, "API_Contacts") as person:
            person.edit(one["recordId"], DOB="02/04/1944")
        bench.ferry("patients", "import")
        tap.same(len(reviewed(bench)[1]), 2, f"{kind}: another change is another doubt")
        bench.stop_serving()


def says_otherwise(tap, place, kind):
    """The document's own record gives the patient's date of birth, and it is another one."""
    with Bench(tap, "roster-says") as bench:
        bench.serve("generate:30,900")
        bench.configure(ledger={"url": place.url}, registry={"url": place.url},
                        source={"patient_dob_field": "Date"})
        bench.ferry("patients", "import")
        with Person(bench) as person:
            records = person._call("GET", f"{person.records}?_limit=100")["data"]
            known = {plain(ours): day for ours, day in place.ask("select filemaker_id, dob from fmferry_person")}
            agree = records[0]
            day = known[plain(agree["fieldData"]["id_Contact"])]
            person.edit(agree["recordId"], Date=f"{day[5:7]}/{day[8:]}/{day[:4]}")
        bench.ferry("run")
        linked = {plain(row) for (row,) in place.ask(
            "select filemaker_id from documents_document where object_id is not null")}
        tap.same(linked, {plain(agree["fieldData"]["id"])},
                 f"{kind}: a document that contradicts its patient is not linked")
        said, listed = reviewed(bench)
        tap.same(sum(map(len, listed.values())), len(records) - 1,
                 f"{kind}: each such document is in the review list")
        bench.stop_serving()


def test(tap):
    if need_programs(tap):
        places.each(tap, story)
        places.each(tap, accepted)
        places.each(tap, says_otherwise)


if __name__ == "__main__":
    main(test)
