#!/usr/bin/python3
"""
Two consoles share a ledger in PostgreSQL. While one takes an upload, and has not committed it, the other is sent the same
bytes for the same patient: it waits, and then tells where they are. The one that takes it is played by the test, so that
the moment is always the same.
"""

import concurrent.futures
import contextlib
import pathlib
import sys
import uuid

for folder in ("e2e", "console"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / folder))

import places
from harness import Bench, main, need_programs, wait_until
from people import Console
from test_nexus import token_of
from test_tokens import Program
from uploads import pdf, upload

WAITS = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"


def taken_by_the_other(link, patient):
    """What another console writes between its question and its commit: the newest upload is this patient's."""
    with contextlib.closing(link.cursor()) as cursor:
        cursor.execute("select source from fmferry_source where name like '%%/uploads' for no key update")
        for table in ("fmferry_upload", "fmferry_document"):
            cursor.execute(f"update {table} set patient = %s where document = (select max(document) from fmferry_upload)", (patient,))


def story(tap, place, _):
    with Bench(tap, "upload-twice") as bench:
        bench.serve("generate:12,2000")
        bench.configure(ledger={"url": place.url}, registry={"url": place.url})
        bench.ferry("patients", "import")
        bench.ferry("run")
        program = Program(Console(bench), token_of(bench, "scanner", "upload,find"))
        one, other = (str(uuid.UUID(str(row[0]))) for row in place.ask("select id from patients_patient order by id limit 2"))
        status, files = upload(program, other, [("a.pdf", pdf("same"))])
        tap.same(status, 201, "a patient has the bytes")
        with contextlib.closing(place.connect()) as link, concurrent.futures.ThreadPoolExecutor(1) as pool:
            taken_by_the_other(link, one)
            sent = pool.submit(upload, program, one, [("b.pdf", pdf("same"))])
            tap.ok(wait_until(lambda: sent.done() or place.ask(WAITS)[0][0] > 0), "the second upload comes")
            tap.ok(not sent.done(), "and waits for the first")
            link.commit()
            status, second = sent.result()
        tap.same((status, second[0]["outcome"], second[0]["row"]), (409, "duplicate", files[0]["row"]), "then it tells where the bytes are")
        tap.same(place.ask("select count(*) from fmferry_upload")[0][0], 1, "they are stored once")
        bench.stop_serving()


def test(tap):
    if need_programs(tap):
        places.each(tap, story, places.Server)


if __name__ == "__main__":
    main(test)
