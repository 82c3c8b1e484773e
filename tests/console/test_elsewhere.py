#!/usr/bin/python3
"""
The console where ledger, application and accounts are in PostgreSQL and the documents in a bucket: staff find a
patient, see a document and take its file, upload some; what is not verified is not there; the owner signs.
"""

import hashlib
import json
import pathlib
import re
import sys
import tempfile
import time
import uuid

for folder in ("e2e", "real"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / folder))
import bucket  # noqa: E402
import postgres  # noqa: E402
import servers  # noqa: E402
from harness import main, need_programs, wait_until  # noqa: E402
from playing import browser, play  # noqa: E402
from people import Console, set_up  # noqa: E402
from uploads import pdf, png, upload  # noqa: E402

RECORDS, LONG, PASSWORD = 40, 60, "lemon garden tractor"
ROWS = ("select d.id, d.object_id, p.last_name, p.first_name, p.dob from documents_document d"
        " join patients_patient p on p.id = d.object_id order by d.id")
HIDES = [("taken away in the application", "update documents_document set is_active = false where id = '%s'"),
         ("another key in its row", "update documents_document set s3_key = s3_key || 'x' where id = '%s'"),
         ("no patient in its row", "update documents_document set object_id = null where id = '%s'"),
         ("another kind of owner", "update documents_document set content_type_id = 2 where id = '%s'")]


def rows_of(user, path):
    answer = user.json(path)
    if "items" not in answer:
        raise RuntimeError(f"{path}: {answer}")
    return [item["row"] for item in answer["items"]]


def finds(tap, database, staff):
    """A patient by name and year, the documents, and whether the lists are those of the application."""
    row, patient, last, first, born = (str(value) for value in database.ask(ROWS)[0])
    everything = [str(one[0]) for one in database.ask("select id from documents_document")]
    listed, deadline = [], time.monotonic() + LONG
    while sorted(listed) != sorted(everything) and time.monotonic() < deadline:
        time.sleep(0.5)
        listed = rows_of(staff, "/api/v1/documents?limit=200")
    tap.same(sorted(listed), sorted(everything), "all documents are listed in the end")
    found = staff.json(f"/api/v1/patients?q={last}+{born[:4]}")["items"]
    tap.ok(patient in [one["patient"] for one in found], "a patient is found by name and year", found)
    wanted = [str(one[0]) for one in database.ask("select id from documents_document where object_id = '%s'" % patient)]
    tap.same(sorted(rows_of(staff, f"/api/v1/patients/{patient}/documents")), sorted(wanted), "with the documents")
    status, page = staff.get(f"/patients/{patient}")
    tap.ok(status == 200 and last in page and first in page and row in page, "on a page, too", page[:800])
    return row


def takes(tap, database, staff, row):
    (key, hexadecimal), = database.ask(
        "select v.key, encode(v.sha256, 'hex') from fmferry_version v, documents_document d"
        " where v.key = d.s3_key and d.id = '%s'" % row)
    status, headers, _ = staff.ask("HEAD", f"/documents/{row}/file")
    tap.same((status, headers["ETag"]), (200, f'"sha256:{hexadecimal}"'), "a file is there under its hash")
    connection = staff.connection()
    connection.request("GET", f"/documents/{row}/file", headers={"Cookie": f"__Host-fmferry={staff.key}"})
    answer = connection.getresponse()
    tap.same((answer.status, hashlib.sha256(answer.read()).hexdigest()), (200, hexadecimal), "and comes from the bucket as it is")
    connection.close()
    noted = database.ask("select count(*) from fmferry_view where what = 'download' and row = '%s'" % row)
    tap.same(int(noted[0][0]), 1, "which is noted")
    tap.same(staff.get(f"/documents/{row}")[0], 200, "its page opens")
    steps = [step["what"] for step in staff.json(f"/api/v1/documents/{row}/story")["steps"]]
    tap.ok("stored" in steps and "verified" in steps, "and tells where it comes from", steps)


def hides(tap, database, staff, row):
    for name, statement in HIDES:
        database.ask("create table kept as select * from documents_document where id = '%s'" % row)
        database.ask(statement % row)
        tap.same([staff.get(path)[0] for path in (f"/documents/{row}", f"/documents/{row}/file", f"/api/v1/documents/{row}")],
                 [404] * 3, f"not there: {name}")
        tap.ok(row not in rows_of(staff, "/api/v1/documents?limit=200"), f"nor in a list: {name}")
        database.ask("update documents_document d set is_active = k.is_active, s3_key = k.s3_key, object_id = k.object_id,"
                     " content_type_id = k.content_type_id from kept k where k.id = d.id")
        database.ask("drop table kept")
    tap.same(staff.get(f"/documents/{row}")[0], 200, "and it is there again")
    tap.same(staff.get(f"/documents/{uuid.uuid4()}")[0], 404, "what never was is answered alike")


def fetched(user, row):
    """Status and bytes of a document's file."""
    connection = user.connection()
    connection.request("GET", f"/documents/{row}/file", headers={"Cookie": f"__Host-fmferry={user.key}"})
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, data


def uploads(tap, bench, database, staff, row):
    """What is uploaded is in bucket and database at once, in the lists soon, and right for whoever looks."""
    (patient,), = database.ask("select object_id from documents_document where id = '%s'" % row)
    files = [("one.pdf", pdf("one")), ("scan.png", png()), ("large.pdf", pdf("large") + bytes(9_000_000)), ("Befünd.pdf", pdf("four"))]
    status, done = upload(staff, patient, files)
    tap.same((status, [one["outcome"] for one in done]), (201, ["stored"] * 4), f"four files are uploaded, one in parts: {done}")
    rows = [one["row"] for one in done]
    tap.same([fetched(staff, one) for one in rows] == [(200, data) for _, data in files], True, "each can be taken at once, as it was sent")
    for one, (name, data) in zip(rows, files):
        (key, size, whose), = database.ask("select s3_key, file_size, object_id from documents_document where id = '%s'" % one)
        bench.client.aws("s3", "cp", f"s3://{bench.bucket}/{key}", bench.folder / "uploaded")
        tap.ok((bench.folder / "uploaded").read_bytes() == data and (int(size), str(whose)) == (len(data), str(patient)),
               f"its row is the patient's and its object is in the bucket, for other clients, too: {name}", key, size, whose)
    listed = lambda: set(rows) <= set(rows_of(staff, f"/api/v1/patients/{patient}/documents?limit=200"))  # noqa: E731
    tap.ok(wait_until(listed, LONG, 0.2), "the patient's list has them")
    status, again = upload(staff, patient, files[:1])
    tap.same((status, again[0]["outcome"], again[0]["row"]), (409, "duplicate", rows[0]), "sent again: told where it is")
    tap.same(int(database.ask("select count(*) from fmferry_upload")[0][0]), 4, "and stored once")
    for words in ((), ("--bytes",)):
        said = bench.ferry("verify", "--json", *words, limit=600)
        *differences, whole = map(json.loads, said.out.splitlines())
        tap.same((said.code, differences, whole["uploads"]), (0, [], 4), f"verify {' '.join(words)} finds no difference, and has counted them")
    (key,), = database.ask("select s3_key from documents_document where id = '%s'" % rows[1])
    bench.client.aws("s3", "cp", f"s3://{bench.bucket}/{key}", bench.folder / "uploaded")
    bench.client.aws("s3", "rm", f"s3://{bench.bucket}/{key}")
    said = bench.ferry("verify", "--json", limit=600)
    tap.same((said.code, [json.loads(line).get("kind") for line in said.out.splitlines()][:1]), (3, ["object-missing"]), "one that is gone is found")
    tap.same(staff.get(f"/documents/{rows[1]}")[0], 404, "and is not there for anybody")
    bench.client.aws("s3", "cp", bench.folder / "uploaded", f"s3://{bench.bucket}/{key}")
    tap.same(bench.ferry("verify", "--bytes", limit=600).code, 0, "until it is back")


def breaks(tap, bench, database, staff, row):
    """Somebody puts other bytes under the key, of the same size."""
    (key,), = database.ask("select s3_key from documents_document where id = '%s'" % row)
    path = bench.folder / "object"
    bench.client.aws("s3", "cp", f"s3://{bench.bucket}/{key}", path)
    right = path.read_bytes()
    for name, data in (("other", right[:-1] + bytes([right[-1] ^ 1])), ("right", right)):
        path.write_bytes(data)
        bench.client.aws("s3", "cp", path, f"s3://{bench.bucket}/{key}")
        status, _, text = staff.ask("GET", f"/documents/{row}/file")
        tap.ok(status >= 400 and right[:40].decode("latin-1") not in text, f"{name} bytes: none is handed out", status)
        tap.same(staff.get(f"/documents/{row}")[0], 404, f"{name} bytes: it is not there until it is verified")
    tap.same(int(database.ask("select count(*) from fmferry_view where outcome = 'broken' and row = '%s'" % row)[0][0]), 1,
             "that it was broken is noted")
    tap.same(bench.ferry("verify", "--bytes").code, 0, "a verification reads the bytes again")
    tap.same(staff.get(f"/documents/{row}")[0], 200, "and it is there")


def signs(tap, bench, database, owner):
    page = owner.get("/signoff")[1]
    tap.ok("Everything is met." in page, "nothing is open", page)
    digest = re.search(r'name="digest" value="(\w+)"', page)[1]
    _, headers, text = owner.post("/signoff", read="yes", reason="", password=PASSWORD, code=owner.spares.pop(), digest=digest)
    tap.same(headers.get("Location"), "/signoff?done=1", "the owner signs")
    tap.same(database.ask("select who, exceptions from fmferry_signoff")[0][:2], ("kim", "[]"), "it stands in the ledger")
    tap.same(bench.ferry("verify").code, 0, "and verify accepts it")
    tap.same(json.loads(bench.ferry("status", "--json").out)["signed"]["by"], "kim", "status tells of it")


def browses(tap, database, console, staff, owner, row):
    """The stories of the browser that do not depend on where the data are."""
    folder = browser(tap, "S8, S9, S10 and S16 on PostgreSQL with a bucket")
    if not folder:
        return
    url = f"https://localhost:{console.port}"
    (last, first, born), = database.ask("select last_name, first_name, dob from patients_patient where id = (select object_id"
                                        " from documents_document group by 1 order by count(*) desc limit 1)")
    play(tap, folder, "find.mjs", url, staff.key, f"{last.lower()} {first[:2].lower()} {str(born)[:4]}", last)
    (size, name), = database.ask("select file_size, original_name from documents_document where id = '%s'" % row)
    play(tap, folder, "document.mjs", url, owner.key,
         json.dumps({"pdf": {"row": row, "size": int(size), "pages": 1, "saved": name}}))


def there(tap, bench, database):
    bench.serve(f"generate:{RECORDS},20000")
    bench.configure(ledger={"url": database.url}, registry={"url": database.url})
    bench.ferry("patients", "import")
    bench.ferry("run")
    bench.ferry("verify", "--bytes")
    console = Console(bench)
    staff = set_up(bench, console, "sam", "staff", PASSWORD)
    owner = set_up(bench, console, "kim", "owner", PASSWORD)
    row = finds(tap, database, staff)
    takes(tap, database, staff, row)
    hides(tap, database, staff, row)
    browses(tap, database, console, staff, owner, row)
    uploads(tap, bench, database, staff, row)
    breaks(tap, bench, database, staff, row)
    signs(tap, bench, database, owner)
    console.program.signal(15)
    tap.same(console.program.finish(30).code, 0, "the console ends when it is told to")
    bench.stop_serving()


def test(tap):
    if not need_programs(tap):
        return
    missing = postgres.lacks()
    if missing:
        tap.skip("the console on PostgreSQL with a bucket", missing)
        return
    if not bucket.need(tap, servers.Ceph, "aws"):
        return
    with tempfile.TemporaryDirectory(prefix="fmferry-elsewhere-") as folder:
        store = servers.Ceph(folder).start()
        try:
            with postgres.Postgres() as database, \
                    bucket.BucketBench(tap, "elsewhere", store, "elsewhere", reader="aws") as bench:
                there(tap, bench, database)
        finally:
            store.stop()


main(test)
