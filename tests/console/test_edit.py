#!/usr/bin/python3
"""
Type and date of an upload are corrected: in the ledger, whose chain says who and why, and in the application's row, by
one change. A document that was moved is refused, and whoever is slower than somebody else; the object stays. On
PostgreSQL, test_elsewhere.py has it.
"""

import concurrent.futures
import json
import pathlib
import re
import sys
import urllib.parse
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Bench, main, need_programs, wait_until  # noqa: E402
from people import Console  # noqa: E402
from uploads import pdf, upload  # noqa: E402

RECORDS, SIZE, WHO = 12, 2000, "Records"


def edit(user, row, version, **body):
    status, headers, text = user.ask("PATCH", f"/api/v1/documents/{row}", json.dumps(body),
                                     {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin",
                                      "X-Fmferry-Token": user.csrf, **({"If-Match": version} if version else {})})
    return status, headers.get("ETag"), json.loads(text)


def version_of(user, row):
    return user.ask("GET", f"/api/v1/documents/{row}")[1]["ETag"]


def shown(user, row):
    said = user.json(f"/api/v1/documents/{row}")
    return said["type"], said["date"]


def in_ledger(bench, row):
    """(type, day) as the ledger has them, (category, day, type in its metadata, author) as the application's row has."""
    key, = bench.sql("select s3_key from documents_document where id = ?", uuid.UUID(row).hex)[0]
    return (bench.sql("select d.type, u.day from fmferry_upload u join fmferry_document d on d.document = u.document"
                      " join fmferry_version v on v.document = d.document where v.key = ?", key)[0],
            bench.sql("select category, document_date, json_extract(filemaker_metadata, '$.type'), uploaded_by"
                      " from documents_document where id = ?", uuid.UUID(row).hex)[0])


def entries(bench):
    return [words for words, in bench.sql("select evidence from fmferry_audit where evidence like '%edited by%' order by run, seq")]


def found(user, kind, day):
    return [one["row"] for one in user.json("/api/v1/documents?" + urllib.parse.urlencode({"type": kind, "from": day, "to": day}))["items"]]


def verifies(tap, bench, words):
    said = bench.ferry("verify", "--json")
    tap.same((said.code, len(said.out.splitlines())), (0, 1), f"verify finds no difference {words}")


def by_program(tap, bench, console, user, patient, row):
    key, = bench.sql("select s3_key from documents_document where id = ?", uuid.UUID(row).hex)[0]
    before = (bench.store / key).read_bytes()
    version = version_of(user, row)
    tap.same(edit(user, row, None, type="Referral")[0], 428, "it needs a version")
    tap.same(edit(user, row, '"1-0000000000000000"', type="Referral")[0], 412, "and the present one")
    status, newer, said = edit(user, row, version, type="Referral", date="2023-12-31", reason="the <wrong>; type bytes sha256 x")
    tap.same((status, said["type"], said["date"], said["row"]), (200, "Referral", "2023-12-31", row), "type and date are corrected")
    tap.ok(newer != version and newer == version_of(user, row), "it has another version now", newer)
    tap.same(in_ledger(bench, row), (("Referral", "2023-12-31"), ("referral", "2023-12-31", "Referral", WHO)),
             "ledger and row have them; it is still the upload of the one who sent it")
    tap.ok((bench.store / key).read_bytes() == before, "the object stays where it was, as it was")
    told, = entries(bench)
    tap.ok(told.endswith(f"; edited by {WHO}; type Referral, was Letter; date 2023-12-31, was 2024-03-01: "
                         "the <wrong>; type bytes sha256 x"), "the audit chain says who, why, and what stood there before", told)
    tap.same(edit(user, row, version, type="Letter")[0], 412, "who saw the former one is told")
    noted = console.sql("select outcome, patient, detail from fmferry_view where row = ? and what = 'edit' order by seq", row)
    words = "Referral 2023-12-31, was Letter 2024-03-01: the <wrong>; type bytes sha256 x"
    tap.same(noted, [("asked", patient, words), ("ok", patient, words)], "and it was noted before and after")
    story = [step for step in user.json(f"/api/v1/documents/{row}/story")["steps"] if step["what"] == "edited"]
    tap.ok(len(story) == 1 and story[0]["words"].startswith(f"edited by {WHO}; type Referral, was Letter"), "its story has it", story)
    verifies(tap, bench, "after that, whatever the reason says")
    status, _, said = edit(user, row, newer, date="")
    tap.same((status, said["type"], said["date"]), (200, "Referral", ""), "a date alone, which is taken out")
    tap.same(in_ledger(bench, row)[1][1], None, "the row has none")
    count = len(entries(bench))
    status, same, _ = edit(user, row, version_of(user, row), type="Referral")
    tap.same((status, len(entries(bench)), same), (200, count, version_of(user, row)), "what is so already is no change")


def hostile(tap, bench, user, row):
    version, before = version_of(user, row), in_ledger(bench, row)
    for body in ({}, {"type": "x" * 101}, {"type": " Scan"}, {"type": "a\nb"}, {"type": "a\0b"}, {"date": "31.12.2023"}, {"date": "2023-02-30"},
                 {"date": "2023-12-31 "}, {"date": "20231231"}, {"date": 5}, {"type": ["x"]}, {"date": "2023-01-01\0"},
                 {"type": "Scan", "reason": "x" * 1001}, {"type": "Scan", "patient": "1"}):
        tap.same(edit(user, row, version, **body)[0], 400, f"refused: {str(body)[:50]}")
    tap.same((version_of(user, row), in_ledger(bench, row)), (version, before), "and nothing was changed")
    for kind in ("<script>alert(1)</script>", "'; drop table fmferry_document; --", "../../x", "Ärztlicher Brief \u202e", "x" * 100):
        status, version, said = edit(user, row, version, type=kind)
        tap.same((status, said["type"], in_ledger(bench, row)[0][0]), (200, kind, kind), f"a type is a text: {kind[:30]!r}")
    edit(user, row, version, type="<script>alert(1)</script>")
    tap.ok("<script>alert" not in user.get(f"/documents/{row}")[1] + user.get(f"/documents/{row}/edit")[1], "no page takes it for markup")
    verifies(tap, bench, "after hostile types")


def refused(tap, bench, console, moved, row):
    records = console.person("records2", "records")
    version = version_of(records, moved)
    status, _, said = edit(records, moved, version, type="Scan")
    tap.ok(status == 409 and said["type"].endswith("not-met") and "FileMaker" in said["detail"], "a document that was moved is refused, with its reason", said)
    tap.same(version_of(records, moved), version, "and is as it was")
    tap.ok(records.get(f"/documents/{moved}/edit")[0] == 409 and "/edit" not in records.get(f"/documents/{moved}")[1], "it has no form")
    tap.same(edit(records, str(uuid.uuid4()), '"x"', type="Scan")[0], 404, "one that is none is not there")
    version = version_of(records, row)
    for name, roles in (("staff2", "staff"), ("owner2", "owner"), ("operator2", "operator"), ("auditor2", "auditor"), ("admin2", "admin")):
        who = console.person(name, roles)
        tap.same((edit(who, row, version, type="Scan")[0], who.get(f"/documents/{row}/edit")[0]), (403, 403), f"{roles}: has no right to it")
        if roles in ("staff", "owner"):
            tap.ok("/edit" not in who.get(f"/documents/{row}")[1], f"{roles}: is not led there")
    tap.same(version_of(records, row), version, "and nothing was changed")
    status, _, _ = records.ask("POST", f"/api/v1/documents/{row}/away", json.dumps({"away": True}),
                               {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin", "X-Fmferry-Token": records.csrf, "If-Match": version})
    tap.same((status, edit(records, row, version, type="Scan")[0]), (200, 404), "what was taken away is not there to be edited")
    bench.sql("update documents_document set is_active = 1 where id = ?", uuid.UUID(row).hex)


def at_once(tap, bench, user, row):
    version, count = version_of(user, row), len(entries(bench))
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda i: edit(user, row, version, type=f"Type {i}")[0], range(6)))
    tap.same(sorted(done), [200] + [412] * 5, "of six at once, who saw the same, one is done")
    tap.same((len(entries(bench)), shown(user, row)[0]), (count + 1, f"Type {done.index(200)}"), "and it alone is noted")


def changed_by_others(tap, bench, user, row):
    """What the application changed since is not overwritten unseen."""
    version = version_of(user, row)
    bench.sql("update documents_document set document_date = '2020-01-01' where id = ?", uuid.UUID(row).hex)
    tap.same((edit(user, row, version, type="Scan")[0], shown(user, row)[1]), (412, "2020-01-01"), "changed in the application meanwhile: refused")
    version = version_of(user, row)
    bench.sql("update fmferry_document set epoch = epoch + 1 where type = (select type from fmferry_document where storage = 'upload' limit 1)")
    tap.same(edit(user, row, version, type="Scan")[0], 412, "changed in the ledger meanwhile: refused")
    bench.sql("update fmferry_document set epoch = epoch - 1 where type = (select type from fmferry_document where storage = 'upload' limit 1)")


def by_form(tap, bench, user, row):
    tap.ok(f'href="/documents/{row}/edit"' in user.get(f"/documents/{row}")[1], "the document's page leads to the form")
    page = user.get(f"/documents/{row}/edit")[1]
    version = re.search(r'name="version" value="([^"]+)"', page)[1].replace("&quot;", '"')
    tap.same(user.post(f"/documents/{row}/edit", version='"x"', type="Scan", date="")[0], 412, "another version is refused")
    tap.same(user.post(f"/documents/{row}/edit", version=version, type="Scan", date="yesterday")[0], 400, "a date that is none, too")
    status, headers, _ = user.post(f"/documents/{row}/edit", version=version, type="Lab report", date="2022-02-03", reason="by form")
    tap.same((status, headers["Location"], shown(user, row)), (303, f"/documents/{row}", ("Lab report", "2022-02-03")), "and what is right is done")
    tap.ok("edited by" in user.get(headers["Location"])[1], "the page tells of it")
    tap.ok(wait_until(lambda: found(user, "Lab report", "2022-02-03") == [row]), "the index follows, and it is found by both")
    tap.same(found(user, "Letter", "2024-03-01"), [], "and not by what it was")


def tallies(tap, bench):
    told = bench.sql("select type, sum(documents), sum(bytes) from fmferry_tally where state = 'done' group by type having sum(documents) <> 0 order by type")
    true = bench.sql("select d.type, count(*), sum(d.size) from fmferry_document d where d.state = 'done' group by d.type order by d.type")
    tap.same(told, true, "what is counted by type is what there is")


def forged(tap, bench, row):
    """The checker would have said so: what it holds of uploads, made untrue one by one."""
    key, = bench.sql("select s3_key from documents_document where id = ?", uuid.UUID(row).hex)[0]
    data = (bench.store / key).read_bytes()
    for code, change, back in (
            ("I3 upload-row", "update documents_document set document_date = '1999-01-01' where s3_key = ?", "update documents_document set document_date = '2022-02-03' where s3_key = ?"),
            ("I3 upload-rows", "update documents_document set filemaker_metadata = replace(filemaker_metadata, '/uploads', '') where s3_key = ?", None),
            ("I2 upload-object", None, None)):
        if change:
            bench.sql(change, key)
        else:
            (bench.store / key).write_bytes(data[:-1])
        found = {f"{one['invariant']} {one['code']}" for one in bench.judge(exit_code=0)[2]["violations"]}
        tap.ok(code in found, f"the checker finds {code}", found)
        if back:
            bench.sql(back, key)


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "edit") as bench:
        bench.serve(f"generate:{RECORDS},{SIZE}")
        bench.ferry("patients", "import")
        bench.ferry("run")
        console = Console(bench)
        user = console.person("records", "records")
        (moved, patient), = bench.sql("select id, object_id from documents_document where object_id is not null order by id limit 1")
        moved, patient = str(uuid.UUID(moved)), str(uuid.UUID(patient))
        row = upload(user, patient, [("one.pdf", pdf("one"))])[1][0]["row"]
        by_program(tap, bench, console, user, patient, row)
        hostile(tap, bench, user, row)
        refused(tap, bench, console, moved, row)
        at_once(tap, bench, user, row)
        changed_by_others(tap, bench, user, row)
        by_form(tap, bench, user, row)
        tallies(tap, bench)
        verifies(tap, bench, "in the end")
        console.program.signal(15)
        tap.same(console.program.finish(60).code, 0, "the console ends when it is told to")
        bench.stop_serving()
        bench.status()
        bench.sql("pragma wal_checkpoint")  # a reader that closed last leaves SQLite's log, and whoever writes next removes it
        bench.check("the checker agrees", exit_code=0)
        forged(tap, bench, row)


if __name__ == "__main__":
    main(test)
