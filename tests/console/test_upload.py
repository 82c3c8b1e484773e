#!/usr/bin/python3
"""
What people upload goes the way of all documents: claimed, put, compared, committed with its row, visible. What is there
already is shown, what is sent again is not doubled, kinds are told by first bytes, and who may not does not.
"""

import concurrent.futures
import hashlib
import json
import pathlib
import re
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Bench, main, need_programs, wait_until  # noqa: E402
from people import Console  # noqa: E402
from uploads import complaints, form, patients_of, pdf, png, rows_of, upload, uploads_of  # noqa: E402

RECORDS, SIZE = 12, 3000
NAMES = {  # as it is sent -> as it is kept; the bytes are a PDF's
    "scan.pdf": "scan.pdf", "Befünd 1.PDF": "Befünd 1.PDF", "scan": "scan.pdf", "scan.jpg": "scan.pdf", "a.exe": "a.exe.pdf",
    "../../etc/passwd": "passwd.pdf", "C:\\scans\\x.pdf": "C:scansx.pdf", "": "upload.pdf", ".pdf": "upload.pdf",
    'q"uote.pdf': 'q"uote.pdf', "line\r\nSet-Cookie: a=b.pdf": "lineSet-Cookie: a=b.pdf", "x" * 300 + ".pdf": "x" * 200 + ".pdf",
    "<script>alert(1)</script>.pdf": "script>.pdf", "伊藤.pdf": "伊藤.pdf",
}
REFUSED = {"page.html": b"<!DOCTYPE html><html><body>x</body></html>", "x.pdf": b"\x7fELF\x02\x01\x01" + bytes(64),
           "x.svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
           "x.zip": b"PK\x05\x06" + bytes(18), "x.png": b"MZ" + bytes(200), "empty.pdf": b""}


def one(tap, bench, console, user, patient):
    status, files = upload(user, patient, [("scan 1.pdf", pdf("one"))])
    tap.same((status, files[0]["outcome"], files[0]["problem"]), (201, "stored", None), "a file is stored")
    row = files[0]["row"]
    status, text = user.get(f"/api/v1/documents/{row}")
    tap.ok(status == 200 and '"scan 1.pdf"' in text and hashlib.sha256(pdf("one")).hexdigest() in text,
           "it is visible at once, with its bytes' hash", text)
    taken = user.ask("GET", f"/documents/{row}/file")
    tap.same(taken[2].encode(), pdf("one"), "and can be taken")
    ours = bench.sql("select category, uploaded_by, document_date, file_size, mime_type, filemaker_id, is_active, "
                     f"cast(object_id as text), s3_key from documents_document where id = '{uuid.UUID(row).hex}' or id = '{row}'")[0]
    tap.same(ours[:7], ("letter", "Staff", "2024-03-01", len(pdf("one")), "application/pdf", None, 1), "its row is the application's own form")
    tap.ok(uuid.UUID(ours[7]) == uuid.UUID(patient) and re.fullmatch(rf"patients/filemaker-import/documents/{patient}/letter/[0-9a-f-]{{36}}\.pdf", ours[8]),
           "its patient, and a key by the key's rules", ours)
    noted = console.sql("select outcome, patient, detail from fmferry_view where what = 'upload' order by seq")
    tap.same([(out, who) for out, who, _ in noted], [("asked", patient), ("ok", patient)], "it was noted before, and after")
    tap.ok("scan 1.pdf" in noted[0][2], "with its name", noted)
    page = user.get(f"/documents/{row}")[1]
    tap.ok("uploaded by Staff" in page and "FileMaker" not in page.split("Where it comes from")[1], "its story names no FileMaker", page)
    tap.ok(wait_until(lambda: row in user.get(f"/patients/{patient}")[1]), "the list of the patient has it")
    return row


def again(tap, bench, user, patient, row):
    status, files = upload(user, patient, [("other name.pdf", pdf("one"))])
    tap.same((status, files[0]["outcome"], files[0]["row"]), (409, "duplicate", row), "the same bytes: told where they are")
    status, files = upload(user, patients_of(bench)[1], [("scan.pdf", pdf("one"))])
    tap.same((status, files[0]["outcome"]), (201, "stored"), "another patient may have them")
    status, files = upload(user, patient, [("scan.pdf", pdf("one"))], anyway=True)
    tap.same((status, files[0]["outcome"]), (201, "stored"), "and whoever says so stores them twice")
    key, before = "key-of-sixteen-characters", len(uploads_of(bench))
    first = upload(user, patient, [("a.pdf", pdf("a")), ("b.pdf", pdf("b"))], key=key)
    tap.same(upload(user, patient, [("a.pdf", pdf("a")), ("b.pdf", pdf("b"))], key=key), first, "sent again with its key: the same answer")
    tap.same(len(uploads_of(bench)), before + 2, "and no more documents")
    tap.same(upload(user, patient, [("a.pdf", pdf("c"))], key=key)[0], 422, "the key of another form is refused")
    status, files = upload(user, patient, [("x.pdf", pdf("twin")), ("y.pdf", pdf("twin"))])
    tap.same((status, [one["outcome"] for one in files]), (207, ["stored", "duplicate"]), "twice in one form: stored once")


def there_already(tap, bench, console, user, patient):
    """S14: the bytes of a document that was moved, here and taken away."""
    row, key, kind = next((str(uuid.UUID(row)), key, kind) for row, key, kind, whose in bench.sql(
        "select id, s3_key, category, cast(object_id as text) from documents_document where filemaker_id is not null order by id")
        if whose and uuid.UUID(whose) == uuid.UUID(patient))
    data = (bench.store / key).read_bytes()
    tap.ok(wait_until(lambda: row in user.get(f"/patients/{patient}")[1]), "a document that was moved is listed")
    status, files = upload(user, patient, [("again.pdf", data)])
    tap.same((status, files[0]["outcome"], files[0]["row"]), (409, "duplicate", row), "S14: the bytes of a document that was moved: told where it is")
    tap.same(console.sql("select outcome, row from fmferry_view where what = 'upload' order by seq desc limit 1"), [("refused", row)], "that is noted")
    other = next(one for one in patients_of(bench) if uuid.UUID(one) != uuid.UUID(patient))
    tap.same(upload(user, str(uuid.UUID(other)), [("again.pdf", data)])[0], 201, "another patient may have them")
    bench.sql("update documents_document set is_active = 0 where id = ?", uuid.UUID(row).hex)
    status, files = upload(user, patient, [("again.pdf", data)])
    tap.ok((status, files[0]["row"]) == (409, row) and "brought back" in files[0]["detail"], "S14: also if it was taken away", files)
    content, body = form([("csrf", user.csrf), ("patient", patient), ("type", "Scan")], [("again.pdf", data)])
    text = user.ask("POST", "/upload", body, {"Content-Type": content, "Sec-Fetch-Site": "same-origin"})[2]
    tap.ok(f'href="/documents/{row}/away"' in text and "is there already" in text, "the page leads to it", text)
    bench.sql("update documents_document set is_active = 1 where id = ?", uuid.UUID(row).hex)
    text = user.ask("POST", "/upload", body, {"Content-Type": content, "Sec-Fetch-Site": "same-origin"})[2]
    tap.ok(re.search(rf'href="/documents/{row}">[^<]*</a>', text), "and to the document once it is back", text)
    status, files = upload(user, patient, [("again.pdf", data)], anyway=True)
    tap.same((status, files[0]["outcome"]), (201, "stored"), "S14: whoever says so stores it anyway")


def at_once(tap, bench, user, patient):
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda i: upload(user, patient, [(f"{i}.pdf", pdf("at once"))]), range(6)))
    outcomes = sorted(files[0]["outcome"] for _, files in done)
    tap.same(outcomes, ["duplicate"] * 5 + ["stored"], "six uploads of the same bytes at once: one is stored")
    tap.same(len({files[0]["row"] for _, files in done}), 1, "all are told the same document")


def kinds(tap, user, patient):
    files = [(name, pdf(f"name {i}")) for i, name in enumerate(NAMES)]
    status, done = upload(user, patient, files)
    tap.same((status, {file["outcome"] for file in done}), (201, {"stored"}), f"names of all kinds: {done}")
    tap.same([file["name"] for file in done], list(NAMES.values()), "are kept without folders and control characters")
    tap.ok("another kind" in done[3]["detail"] and done[0]["detail"] is None, "an extension that contradicts is told", done)
    status, done = upload(user, patient, list(REFUSED.items()))
    tap.same((status, {file["problem"] for file in done}), (415, {"kind-refused"}), f"other kinds are refused, whatever their names: {done}")
    good = [("p.png", png()), ("t.txt", "Größe\n".encode()), ("r.rtf", b"{\\rtf1 x}"), ("g.gif", b"GIF89a" + bytes(20))]
    status, done = upload(user, patient, good + [("bad.html", REFUSED["page.html"])])
    tap.same((status, [file["outcome"] for file in done]), (207, ["stored"] * 4 + ["refused"]), f"a form of good and bad: each is told: {done}")


def forms(tap, console, user, patient):
    wanted = [("patient", patient), ("type", "Letter"), ("date", "2024-03-01")]
    head = {"Sec-Fetch-Site": "same-origin", "X-Fmferry-Token": user.csrf}

    def send(fields, files, **more):
        content, body = form(fields, files)
        return user.ask("POST", "/api/v1/documents", body, {**head, "Content-Type": content, **more})[0]

    for fields, files, status, words in (
            (wanted, [], 400, "no file"), (wanted[1:], [("a.pdf", pdf("f"))], 400, "no patient"),
            ([("patient", str(uuid.uuid4()))] + wanted[1:], [("a.pdf", pdf("f"))], 404, "nobody's id"),
            ([("patient", "'; drop")] + wanted[1:], [("a.pdf", pdf("f"))], 404, "what is no id"),
            (wanted[:2] + [("date", "01.03.2024")], [("a.pdf", pdf("f"))], 400, "no day"),
            ([wanted[0], ("type", "x" * 101), wanted[2]], [("a.pdf", pdf("f"))], 400, "a type that is too long"),
            (wanted + [("type", "x")], [("a.pdf", pdf("f"))], 400, "a field twice"),
            (wanted, [(f"{i}.pdf", pdf(f"{i}")) for i in range(26)], 413, "26 files"),
            (wanted, [("a.pdf", pdf("f") + bytes(11 << 20))], 413, "a file that is too large")):
        tap.same(send(fields, files), status, f"refused: {words}")
    content, body = form(wanted, [("a.pdf", pdf("f"))])
    tap.same(user.ask("POST", "/api/v1/documents", body[:-10], {**head, "Content-Type": content})[0], 400, "refused: a form that broke off")
    tap.same(user.ask("POST", "/api/v1/documents", b"{}", {**head, "Content-Type": "application/json"})[0], 400, "refused: no form")
    for name, who, headers, status in (
            ("an owner", console.person("owner", "owner"), {}, 403), ("an operator", console.person("operator", "operator"), {}, 403),
            ("another site's page", user, {"Sec-Fetch-Site": "cross-site"}, 403), ("a form of nobody", user, {"X-Fmferry-Token": "x"}, 403),
            ("nobody", type(user)(console, 0, "0" * 64, ""), {}, 401)):
        content, body = form(wanted, [("a.pdf", pdf("never"))])
        got = who.ask("POST", "/api/v1/documents", body + bytes(300_000),
                      {**head, "X-Fmferry-Token": who.csrf, "Content-Type": content, **headers})[0]
        tap.same(got, status, f"refused: {name}")


def page(tap, bench, user, patient):
    text = user.get(f"/upload?patient={patient}")[1]
    names = re.findall(r'<input[^>]* name="(\w+)"', text[text.index('action="/upload"'):])
    tap.same((names[-1], "anyway" in names), ("file", True), "nothing stands behind the files: a field there is refused")
    key = re.search(r'name="key" value="([0-9a-f-]{36})"', text)[1]
    content, body = form([("csrf", user.csrf), ("key", key), ("patient", patient), ("type", "Scan"), ("date", "2024-05-06")],
                         [("a <b>.pdf", pdf("page")), ("x.html", REFUSED["page.html"]), ("", b"")])
    before = len(rows_of(bench))
    for _ in range(2):
        status, _, text = user.ask("POST", "/upload", body, {"Content-Type": content, "Sec-Fetch-Site": "same-origin"})
        tap.ok(status == 200 and "stored, compared, linked" in text and "was refused: " in text, "the page says what became of each", text)
    tap.same(len(rows_of(bench)), before + 1, "the same form sent twice stores once")
    tap.ok("a &lt;b&gt;.pdf" in text and "a <b>" not in text, "names are text")
    bad = body.replace(user.csrf.encode(), b"0" * 64)
    tap.same(user.ask("POST", "/upload", bad, {"Content-Type": content, "Sec-Fetch-Site": "same-origin"})[0], 403, "a form without the session's token is refused")


def large(tap, bench, user, patient):
    data = pdf("large") + bytes(9_000_000)
    status, files = upload(user, patient, [("large.pdf", data)])
    tap.same((status, files[0]["outcome"] if status == 201 else files), (201, "stored"), "a large one")
    key = bench.sql("select key from fmferry_version order by document desc limit 1")[0][0]
    tap.same(hashlib.sha256((bench.store / key).read_bytes()).digest(), hashlib.sha256(data).digest(), "has its bytes in the store")


def fails(tap, bench, console, user, patient):
    """What does not arrive is told: on the page of failures, in status and report; sent again, it is there."""
    key, = bench.sql("select key from fmferry_version where key like ? limit 1", f"%/{patient}/letter/%")[0]
    obstacle = (bench.store / key).parent.with_name("blocked")
    operator = console.person("operator3", "operator")
    tap.ok("did not arrive" not in operator.get("/failures")[1], "while all arrived, the page of failures has no uploads")
    obstacle.write_bytes(b"")
    status, files = upload(user, patient, [("Secret <name>.pdf", pdf("blocked"))], kind="Blocked")
    tap.ok(status >= 500 and files[0]["outcome"] == "failed", "where its folder should be is a file: it does not arrive", files)
    (document, name), = bench.sql("select document, class from fmferry_document where state = 'failed'")
    page = operator.get("/failures")[1]
    part = page[page.index('id="uploads"'):]
    tap.ok("1 upload did not arrive" in part and f">{document}<" in part and name in part and "Blocked" in part and "Staff" in part,
           "the page of failures has it: which, from whom, why", part)
    tap.ok("Secret" not in part, "and not the name of its file", part)
    tap.ok('id="uploads"' not in operator.get(f"/failures?class={name}")[1], "a class of the migration's has it not")
    tap.same(json.loads(bench.ferry("status", "--json").out)["uploads"]["failed"], 1, "status counts it")
    bench.ferry("report", "--output", bench.folder / "report.html")
    report = (bench.folder / "report.html").read_text()
    arrived = sum(row[2] == "done" for row in uploads_of(bench))
    figures = re.findall(r'<td class="n">([^<]*)</td>', report[report.index('id="uploads"'):].split("</table>")[0])
    tap.same((figures[0], figures[2], figures[4]), (str(arrived), "0", "1"), "the report has uploads by their states")
    tap.ok(figures[1], "and how large they are", figures)
    obstacle.unlink()
    status, files = upload(user, patient, [("Secret <name>.pdf", pdf("blocked"))], kind="Blocked")
    tap.same((status, bench.sql("select document, state from fmferry_document where type = 'Blocked'")), (201, [(document, "done")]),
             "sent again it is the same document, and there")
    tap.ok('id="uploads"' not in operator.get("/failures")[1], "and the page of failures has it no more")


def verified(tap, bench):
    """`verify` knows uploads: nothing is wrong with them, and what is made wrong is found."""
    count = sum(row[2] == "done" for row in uploads_of(bench))

    def found(*words):
        said = bench.ferry("verify", "--json", *words)
        *differences, whole = map(json.loads, said.out.splitlines())
        return said.code, sorted(one["kind"] for one in differences), whole

    code, kinds, said = found()
    tap.same((code, kinds, said["uploads"]), (0, [], count), "verify finds no difference, and has counted them")
    tap.same(found("--without-source")[:2], (0, []), "nor without FileMaker")
    key, = bench.sql("select key from fmferry_version v join fmferry_upload u on u.document = v.document order by v.document limit 1")[0]
    place = bench.store / key
    data = place.read_bytes()
    for kind, make in (("object-missing", place.unlink), ("object-hash", lambda: place.write_bytes(bytes(len(data))))):
        make()
        code, kinds, _ = found()
        tap.same((code, kinds), (3, [kind]), f"{kind} is found")
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(data)
    row, = bench.sql("select id from documents_document where s3_key = '%s'" % key)[0]
    for kind, change, back in (
            ("row-key", "s3_key = 'x'", f"s3_key = '{key}'"), ("row-size", "file_size = 1", f"file_size = {len(data)}")):
        bench.sql(f"update documents_document set {change} where id = '{row}'")
        tap.ok(kind in found()[1], f"{kind} is found")
        bench.sql(f"update documents_document set {back} where id = '{row}'")
    bench.sql("update fmferry_audit set words = words || 'x' where document = (select min(document) from fmferry_upload) and became = 2")
    tap.ok("audit-chain" in str(found()[1]) or found()[0] == 3, "an entry that was altered is found", found()[1])
    bench.sql("update fmferry_audit set words = rtrim(words, 'x') where document = (select min(document) from fmferry_upload) and became = 2")
    tap.same(found()[:2], (0, []), "and all is well again")


def told(tap, bench):
    """`status`, `report` and `export` know them."""
    done = [row for row in uploads_of(bench) if row[2] == "done"]
    status = json.loads(bench.ferry("status", "--json").out)
    tap.same(status["uploads"]["arrived"], len(done), "status counts uploads by themselves")
    tap.same(status["states"]["done"], RECORDS, "and not among the documents of FileMaker")
    tap.ok(f"{len(done)}  more were uploaded" in bench.ferry("status").out, "for people, too")
    tap.same(bench.ferry("report", "--output", bench.folder / "report.html").code, 0, "a report is made")
    for kind in ("bagit", "fhir"):
        out = bench.ferry("export", kind, bench.folder / kind)
        tap.ok(out.code == 0, f"an export to {kind} is whole", out.err)
    exported = (bench.folder / "bagit" / "manifest-sha256.txt").read_text()
    tap.same([name for _, _, _, _, sha256, name in done if sha256.lower() not in exported], [], "and has every upload")


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "uploads") as bench:
        bench.serve(f"generate:{RECORDS},{SIZE}")
        bench.configure(console={"upload_mib": 10})
        bench.ferry("patients", "import")
        bench.ferry("run")
        console = Console(bench)
        user = console.person("staff", "staff")
        patient = patients_of(bench)[0]
        patient = str(uuid.UUID(patient))
        row = one(tap, bench, console, user, patient)
        again(tap, bench, user, patient, row)
        there_already(tap, bench, console, user, patient)
        at_once(tap, bench, user, patient)
        kinds(tap, user, patient)
        forms(tap, console, user, patient)
        page(tap, bench, user, patient)
        large(tap, bench, user, patient)
        fails(tap, bench, console, user, patient)
        tap.same(list(complaints(bench)), [], "each upload has its row and its object, once")
        left = [path for path in (bench.folder / "fmferry-console").rglob("*") if "upload" in path.name]
        tap.same(left, [], "nothing of them lies in the console's folder")
        verified(tap, bench)
        told(tap, bench)
        console.program.signal(15)
        tap.same(console.program.finish(60).code, 0, "the console ends when it is told to")
        log = console.program.err_path.read_text()
        tap.ok("scan 1" not in log and patient not in log, "no name of a file or patient is in the log", log)
        bench.stop_serving()


if __name__ == "__main__":
    main(test)
