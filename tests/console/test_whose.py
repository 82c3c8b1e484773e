#!/usr/bin/python3
"""
Whose is it: records see what FileMaker and the application say of a patient in doubt, side by side, and say that they are the
same person; they give a document to another patient by hand, and its object moves while its history stays.
"""

import html
import json
import pathlib
import re
import sqlite3
import sys
import urllib.parse
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Bench, main, need_programs, wait_until  # noqa: E402
from people import Console  # noqa: E402

RECORDS, LONG = 60, 900
REASON = "scanned into the wrong file"


def text_of(row):
    return str(uuid.UUID(row))


class Roster:
    """What is changed in the application before the run: whom people will have to look at."""

    def __init__(self, bench):
        self.ids = {text_of(row): json_id.lower() for row, json_id in bench.sql(
            "select id, json_extract(filemaker_metadata, '$.filemaker_id') from patients_patient order by id")}
        people = list(self.ids)
        self.other_born, self.gone, self.twice = people[:3]
        with sqlite3.connect(bench.database) as database:
            database.execute("update patients_patient set dob = '1901-01-01' where id = ?", (uuid.UUID(self.other_born).hex,))
            database.execute("delete from patients_patient where id = ?", (uuid.UUID(self.gone).hex,))
            self.double = uuid.uuid4()
            columns = [row[1] for row in database.execute("pragma table_info(patients_patient)")]
            row = list(database.execute("select * from patients_patient where id = ?", (uuid.UUID(self.twice).hex,)).fetchone())
            row[columns.index("id")] = self.double.hex
            database.execute(f"insert into patients_patient values ({','.join('?' * len(row))})", row)

    def id_of(self, patient):
        return self.ids[patient]


def items(user, path, limit=50, **more):
    """Every item of a list, page after page."""
    found, cursor = [], ""
    while cursor is not None:
        page = user.json(f"{path}?" + urllib.parse.urlencode({"limit": limit, **more, **({"cursor": cursor} if cursor else {})}))
        found += page["items"]
        cursor = page["next"]
    return found


def noted(console, user, what):
    return console.sql("select patient, outcome from fmferry_view where account = ? and what = ? order by watch, seq",
                       user.account, what)


# --- with no patient ----------------------------------------------------------------------------------


def lists_unlinked(tap, bench, console, roster, records):
    told = {one["id"]: one for one in items(records, "/api/v1/unlinked")}
    counts = dict(bench.sql("select patient_id, count(*) from fmferry_document where link in ('unlinked', 'review') group by 1"))
    tap.same({own: one["documents"] for own, one in told.items()}, counts, "documents with no patient are counted by FileMaker's id")
    tap.same([one["id"] for one in items(records, "/api/v1/unlinked", 1)], sorted(counts), "page by page, too")
    gone = roster.id_of(roster.gone)
    (first, last, born), = bench.sql("select first_name, last_name, dob from fmferry_person where filemaker_id = ?", gone)
    tap.same(told[gone], {"id": gone, "documents": counts[gone], "first_name": first, "last_name": last, "born": born,
                          "patient": None, "in_doubt": False}, "with the name that FileMaker has")
    tap.same(told[roster.id_of(roster.twice)]["in_doubt"], True, "who is in doubt is said to be")
    rows = {text_of(row) for row, in bench.sql("select id from documents_document where object_id is null and "
                                               "lower(json_extract(filemaker_metadata, '$.patient_id')) = ?", gone)}
    found = [one["row"] for one in items(records, f"/api/v1/unlinked/documents", 2, of=gone)]
    tap.same((set(found), len(found)), (rows or set(found), counts[gone]), "an id leads to its documents")
    status, page = records.get("/unlinked")
    tap.ok(status == 200 and f'href="/unlinked?of={gone}"' in page and "no such patient" in page and
           f'href="/review/{roster.id_of(roster.twice)}"' in page, "the page says so, too")
    status, page = records.get(f"/unlinked?of={gone}")
    tap.ok(status == 200 and all(f'href="/documents/{row}"' in page for row in found), "and lists the documents of one")
    tap.same(records.get("/unlinked?of=nobody")[0], 200, "of an id that is none, it lists nothing")


# --- who is in doubt ----------------------------------------------------------------------------------


def shows_both(tap, bench, console, roster, records):
    cases = {one["id"]: one for one in items(records, "/api/v1/review")}
    tap.same(set(cases), {roster.id_of(roster.other_born), roster.id_of(roster.twice)}, "who is in doubt is listed by FileMaker's id")
    one = cases[roster.id_of(roster.other_born)]
    (first, last), = bench.sql("select first_name, last_name from patients_patient where id = ?", uuid.UUID(roster.other_born).hex)
    (born,), = bench.sql("select dob from fmferry_person where filemaker_id = ?", one["id"])
    told = {"first_name": first.lower(), "last_name": last.lower()}
    tap.same((one["filemaker"], one["application"], one["may_be_the_same"]),
             ({**told, "born": born}, [{"patient": roster.other_born, **told, "born": "1901-01-01"}], True),
             "S6: with what both sides say")
    waiting, = bench.sql("select count(*) from fmferry_document where link = 'review' and patient_id = ?", one["id"])[0]
    tap.ok(one["documents"] == waiting > 0, "and how many documents wait", one["documents"], waiting)
    two = cases[roster.id_of(roster.twice)]
    tap.same(({side["patient"] for side in two["application"]}, two["may_be_the_same"]),
             ({roster.twice, str(roster.double)}, False), "whom the application has twice is shown twice")
    tap.same([one["id"] for one in items(records, "/api/v1/review", 1)], sorted(cases), "page by page they are the same")
    seen = {patient for patient, _ in noted(console, records, "search")}
    tap.ok(seen >= {roster.other_born, roster.twice, str(roster.double)}, "everybody who is named is noted", seen)


def shows_pages(tap, roster, records):
    status, page = records.get("/review")
    tap.ok(status == 200 and "different dates of birth" in page and page.count(">differs</strong>") == 1 and
           page.count(">same</strong>") >= 2 and f'href="/review/{roster.id_of(roster.other_born)}"' in page,
           "S6: the page has both rosters side by side, and says by a word what differs")
    tap.ok("style=" not in page and "<script>" not in page, "nothing is inline")
    status, page = records.get(f"/review/{roster.id_of(roster.other_born).upper()}")
    tap.ok(status == 200 and "They are the same person" in page, "one of them has the form")
    status, page = records.get(f"/review/{roster.id_of(roster.twice)}")
    tap.ok(status == 200 and "They are the same person" not in page, "but not whom the application has twice")
    tap.same(records.get("/review/nobody")[0], 404, "who is not in doubt is not there")


def accepts(tap, bench, console, roster, records):
    own, path = roster.id_of(roster.other_born), f"/api/v1/review/{roster.id_of(roster.other_born)}/accept"
    for body, status, words in (({"reason": "short"}, 400, "10 characters"), ({}, 400, "reason"), ({"reason": "x" * 20, "who": "me"}, 400, "no member")):
        got, said = records.send_json(path, body)
        tap.ok(got == status and words in said["detail"], f"{body} is refused", got, said)
    got, said = records.send_json(f"/api/v1/review/{roster.id_of(roster.twice)}/accept", {"reason": "the same address"})
    tap.same(got, 404, "whom the application has twice nobody accepts")
    tap.same(noted(console, records, "accept"), [], "nothing of this was done")
    got, _, page = records.post(f"/review/{own}", reason="the card was checked")
    tap.same(got, 303, "S6: records say that they are the same")
    tap.same(bench.sql("select who, reason from fmferry_accepted"), [("Records", "the card was checked")], "by name, with the reason")
    tap.same([one["id"] for one in items(records, "/api/v1/review")], [roster.id_of(roster.twice)], "from then on nobody doubts it")
    tap.same(noted(console, records, "accept"), [("", "ok")], "and it is noted")


def links_after(tap, bench, roster, records):
    """What was accepted has its documents, without anybody having called 'fmferry link'."""
    own = roster.id_of(roster.other_born)
    tap.ok(wait_until(lambda: bench.sql("select count(*) from fmferry_document where patient_id = ? and link <> 'linked'", own)
                      == [(0,)], LONG), "S6: their documents go to them")
    keys = [key for key, in bench.sql("select s3_key from documents_document where object_id = ?", uuid.UUID(roster.other_born).hex)]
    tap.ok(keys and all((bench.store / key).is_file() and roster.other_born in key for key in keys), "with their objects", keys)


# --- by hand ------------------------------------------------------------------------------------------


def of_patient(bench, patient):
    return [text_of(row) for row, in bench.sql("select id from documents_document where object_id = ? order by id",
                                               patient and uuid.UUID(patient).hex)]


def give(user, row, body, tag=None):
    """Status and answer; the document's tag is asked for unless one is given."""
    tag = tag or user.ask("GET", f"/api/v1/documents/{row}")[1]["ETag"]
    status, _, text = user.ask("POST", f"/api/v1/documents/{row}/patient", json.dumps(body), {
        "Content-Type": "application/json", "Sec-Fetch-Site": "same-origin", "X-Fmferry-Token": user.csrf, "If-Match": tag})
    return status, json.loads(text)


def over(user, task):
    """What became of a task, in the end."""
    wait_until(lambda: user.json(f"/api/v1/tasks/{task}")["state"] in ("done", "failed"), LONG)
    return user.json(f"/api/v1/tasks/{task}")


def gives_by_hand(tap, bench, console, roster, records):
    one, other = list(roster.ids)[3:5]
    row = of_patient(bench, one)[0]
    (before, sha), = bench.sql("select s3_key, json_extract(filemaker_metadata, '$.sha256') from documents_document where id = ?", uuid.UUID(row).hex)
    data = (bench.store / before).read_bytes()
    for body, tag, status, words in (({"patient": other, "reason": "short"}, None, 400, "10 characters"),
                                     ({"patient": str(uuid.uuid4()), "reason": REASON}, None, 400, "no such patient"),
                                     ({"patient": one, "reason": REASON}, None, 400, "already"),
                                     ({"reason": REASON}, None, 400, "null"), ({"patient": other, "reason": REASON}, '"x"', 412, "now")):
        got, said = give(records, row, body, tag)
        tap.ok(got == status and words in said["detail"], f"{body} is refused: {words}", got, said)
    tap.same(records.send_json(f"/api/v1/documents/{row}/patient", {"patient": other, "reason": REASON})[0], 428, "so is a wish about no version")
    status, said = give(records, row, {"patient": other, "reason": REASON})
    tap.same((status, over(records, said["task"])), (202, {"state": "done", "words": "The document is with its patient.", "row": row}),
             "S7: a document is given to another patient")
    (key, whose), = bench.sql("select s3_key, object_id from documents_document where id = ?", uuid.UUID(row).hex)
    tap.same((text_of(whose), (bench.store / key).read_bytes() == data, (bench.store / before).exists(), key != before),
             (other, True, False, True), "S7: its object has moved, whole")
    steps = records.json(f"/api/v1/documents/{row}/story")["steps"]
    linked = [step for step in steps if step["what"] == "linked"]
    tap.ok([step["what"] for step in steps][:2] == ["read", "stored"] and linked and linked[-1]["who"] == "Records"
           and REASON in linked[-1]["words"], "S7: its history stays, with name and reason", steps)
    tap.same(noted(console, records, "link")[-2:], [(other, "asked"), (other, "ok")], "what was wanted and what became of it are noted")
    tap.same(records.json(f"/api/v1/documents/{row}")["patient"], other, "it is shown as the other's")
    tap.ok(wait_until(lambda: row in [item["row"] for item in records.json(f"/api/v1/patients/{other}/documents?limit=200")["items"]], LONG),
           "and listed there")
    return row, other


def gives_to_nobody(tap, bench, records, row):
    page = records.get(f"/documents/{row}/patient")[1]
    version = html.unescape(re.search(r'name="version" value="([^"]+)"', page)[1])
    status, headers, _ = records.post(f"/documents/{row}/patient", patient="", reason="nobody knows whose", version=version)
    task = headers["Location"].rsplit("/", 1)[1]
    tap.same((status, over(records, task)["words"]), (303, "The document is with no patient any more."), "the form can also take it from everybody")
    page = records.get(f"/tasks/{task}")[1]
    tap.ok("no patient any more" in page and f"/documents/{row}" in page, "and a page says what became of it")
    tap.same(bench.sql("select link, linked_by from fmferry_document where document = (select document from fmferry_link order by at_us desc limit 1)"),
             [("unlinked", "Records")], "as the ledger has it")
    stranger = console_other(records, "stranger")
    tap.same((stranger.get(f"/tasks/{task}")[0], stranger.get(f"/api/v1/tasks/{task}")[0]), (404, 404), "a task is shown to nobody else")


def console_other(user, name):
    return user.console.person(name, "records")


def moves_nothing_unallowed(tap, bench, roster):
    """A console that may not."""
    bench.configure(console={"link": "no"})
    console = Console(bench)
    records = console.person("plain", "records")
    row = of_patient(bench, list(roster.ids)[3])[0]
    status, said = give(records, row, {"patient": list(roster.ids)[4], "reason": REASON})
    tap.ok(status == 409 and said["type"].endswith("not-met") and "[console] link = yes" in said["detail"], "unless it is allowed, nothing is moved", said)
    tap.same(records.get(f"/documents/{row}/patient")[0], 409, "nor asked for")
    console.program.signal(15)
    console.program.finish(60)


def asks_rights(tap, console, roster):
    for role in ("staff", "operator", "owner", "auditor", "admin"):
        user = console.person(role, role)
        tap.same({user.get(path)[0] for path in ("/review", f"/review/{roster.id_of(roster.twice)}", "/api/v1/review", "/unlinked", "/api/v1/unlinked", "/documents/x/patient", "/tasks/x")}, {403},
                 f"no roster is shown to {role}")


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "whose") as bench:
        bench.serve(f"generate:{RECORDS},500")
        bench.configure(console={"link": "yes"})
        bench.ferry("patients", "import")
        roster = Roster(bench)
        bench.ferry("run")
        console = Console(bench)
        records = console.person("records", "records")
        lists_unlinked(tap, bench, console, roster, records)
        shows_both(tap, bench, console, roster, records)
        shows_pages(tap, roster, records)
        accepts(tap, bench, console, roster, records)
        links_after(tap, bench, roster, records)
        row, _ = gives_by_hand(tap, bench, console, roster, records)
        gives_to_nobody(tap, bench, records, row)
        asks_rights(tap, console, roster)
        console.program.signal(15)
        tap.same(console.program.finish(60).code, 0, "the console ends when it is told to")
        tap.same(bench.ferry("verify", limit=600).code, 0, "a verification finds everything in its place")
        moves_nothing_unallowed(tap, bench, roster)
        bench.stop_serving()


if __name__ == "__main__":
    main(test)
