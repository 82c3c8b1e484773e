#!/usr/bin/python3
"""
Two consoles share a ledger in PostgreSQL. While one corrects an upload, and has not committed it, the other is sent another
correction of what both saw: it waits, is told that somebody was faster, and changes nothing. The one that is faster is
played by the test, so that the moment is always the same.
"""

import concurrent.futures
import contextlib
import json
import pathlib
import sys
import uuid

for folder in ("e2e", "console"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / folder))

import places
from harness import Bench, main, need_programs, wait_until
from people import Console
from test_edit import edit, version_of
from test_nexus import token_of
from test_tokens import Program
from test_upload_twice import WAITS
from uploads import pdf, upload

NEWEST = ("select d.type, u.day, r.category, cast(r.document_date as text), r.uploaded_by from fmferry_document d"
          " join fmferry_upload u on u.document = d.document join fmferry_version v on v.document = d.document"
          " join documents_document r on r.s3_key = v.key")


def changed_by_the_other(link):
    with contextlib.closing(link.cursor()) as cursor:
        cursor.execute("update fmferry_document set epoch = epoch + 1 where document = (select max(document) from fmferry_upload)")


def told(place):
    return place.ask(NEWEST)[0]


def story(tap, place, _):
    with Bench(tap, "edit-twice") as bench:
        bench.serve("generate:12,2000")
        bench.configure(ledger={"url": place.url}, registry={"url": place.url})
        bench.ferry("patients", "import")
        bench.ferry("run")
        user = Program(Console(bench), token_of(bench, "ann", "edit,upload,find"))
        patient = str(uuid.UUID(str(place.ask("select id from patients_patient order by id limit 1")[0][0])))
        row = upload(user, patient, [("a.pdf", pdf("one"))])[1][0]["row"]
        status, version, said = edit(user, row, version_of(user, row), type="Ärztlicher Brief", date="2023-12-31", reason="x")
        tap.same((status, said["type"], told(place)), (200, "Ärztlicher Brief", ("Ärztlicher Brief", "2023-12-31", "=c3=a4rztlicher-brief", "2023-12-31", "ann")),
                 "ledger and row are changed")
        with contextlib.closing(place.connect()) as link, concurrent.futures.ThreadPoolExecutor(1) as pool:
            changed_by_the_other(link)
            sent = pool.submit(edit, user, row, version, type="Scan")
            tap.ok(wait_until(lambda: sent.done() or place.ask(WAITS)[0][0] > 0), "the second correction comes")
            tap.ok(not sent.done(), "and waits for the first")
            link.commit()
            status, _, said = sent.result()
        tap.same((status, said["type"].rsplit(":", 1)[1]), (412, "stale"), "then it is told that somebody was faster")
        tap.same(told(place)[0::2][:2], ("Ärztlicher Brief", "=c3=a4rztlicher-brief"), "and nothing was changed, in ledger or row")
        place.ask("update fmferry_document set epoch = epoch - 1 where document = (select max(document) from fmferry_upload)")
        tap.same(edit(user, row, version, date="")[0], 200, "a date can be taken out")
        tap.same((told(place)[3], json.loads(bench.ferry("verify", "--json").out.splitlines()[-1])["differences"]), (None, 0), "and verify finds no difference")
        bench.stop_serving()


def test(tap):
    if need_programs(tap):
        places.each(tap, story, places.Server)


if __name__ == "__main__":
    main(test)
