#!/usr/bin/python3
"""
Nexus's own way, by a client as its service has one: requests with a token lists a patient's documents, uploads, takes them
by a link that is good once and as a stream; Django's own model of the table reads what stands there. What may not be
shown is not there, and all of it is noted.
"""

import importlib.util
import json
import pathlib
import re
import subprocess
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Bench, main, need_programs  # noqa: E402
from people import Console  # noqa: E402
from uploads import pdf  # noqa: E402

MISSING = [name for name in ("requests", "django") if not importlib.util.find_spec(name)]
if not MISSING:
    import requests

RECORDS, SIZE = 30, 2000
# The columns of Nexus's table, as its model has them.
COLUMNS = {"id", "content_type_id", "object_id", "file_name", "original_name", "file_size", "mime_type", "s3_bucket", "s3_key", "s3_url",
           "category", "description", "tags", "uploaded_by", "uploaded_at", "updated_at", "document_date", "is_active", "filemaker_id"}
CLINIC = pathlib.Path(__file__).resolve().parents[1] / "real" / "nexus" / "clinic.py"


def session_of(console):
    """Trusts the console's own certificate, and nothing that the environment says."""
    session = requests.Session()
    session.trust_env, session.verify = False, console.bench.folder / "fmferry-console" / "console-tls.crt"
    return session


class Nexus:
    """Nexus's client of a documents service."""

    def __init__(self, console, token):
        self.base = f"https://localhost:{console.port}/nexus/documents/"
        self.session = session_of(console)
        self.session.headers["Authorization"] = f"Bearer {token}"

    def list(self, **asked):
        return self.session.get(self.base, params=asked)

    def row(self, row, tail="", **asked):
        return self.session.get(f"{self.base}{row}/{tail}", params=asked)

    def upload(self, name, data, **fields):
        return self.session.post(f"{self.base}upload/", files={"file": (name, data)}, data=fields)


def token_of(bench, name, rights):
    return re.search(r"^  (\w{64})$", bench.ferry("tokens", "add", name, "--rights", rights).out, re.M)[1]


def by_django(bench, patient, url=None):
    """Rows of a patient that nobody took away: {id: row}, as Nexus's own models read them."""
    done = subprocess.run(["/usr/bin/python3", CLINIC, url or f"sqlite:{bench.database}", bench.folder / "clinic", "rows"], capture_output=True, text=True,
                          check=True)
    rows = map(json.loads, done.stdout.splitlines())
    return {row["id"]: row for row in rows if row["object_id"] == patient and row["is_active"]}


def moment(text):
    """A stamp without its fraction: Django writes milliseconds, we microseconds."""
    return text.split(".")[0].rstrip("Z")


def alike(ours, theirs):
    """The columns in which a row of ours and Django's differ."""
    return [name for name in COLUMNS
            if (moment(ours[name]) != moment(theirs[name]) if name.endswith("_at") else ours[name] != theirs[name])]


def listed(tap, bench, nexus, patient, url=None):
    said = nexus.list(patient_id=patient).json()
    theirs = by_django(bench, patient, url)
    tap.ok(said["count"] == len(said["results"]) == len(theirs) > 1, "the documents of a patient are listed", said)
    tap.same({name for row in said["results"] for name in row}, COLUMNS, "with the columns of the table, FileMaker's fields left out")
    tap.same([alike(row, theirs[row["id"]]) for row in said["results"]], [[]] * len(theirs), "each as Django reads it")
    days = [row["document_date"] or "" for row in said["results"]]
    tap.same(days, sorted(days, reverse=True), "those with the latest date first")
    pages = [nexus.list(patient_id=patient, limit=1, offset=at).json() for at in range(len(theirs) + 1)]
    tap.same([row for page in pages for row in page["results"]], said["results"], "and page by page the same")
    tap.same({page["count"] for page in pages}, {len(theirs)}, "with one count")
    category = said["results"][0]["category"]
    of_one = nexus.list(patient_id=patient, category=category).json()["results"]
    tap.same(of_one, [row for row in said["results"] if row["category"] == category], "those of a category")
    tap.same(nexus.list(patient_id=patient, category="nothing").json(), {"count": 0, "results": []}, "and of one that there is not")
    with_all = nexus.list(patient_id=patient, metadata="1", limit=1).json()["results"][0]
    tap.ok(set(with_all) - COLUMNS == {"filemaker_metadata"} and isinstance(with_all["filemaker_metadata"], dict), "metadata when it is asked for", with_all)
    row = said["results"][0]
    tap.same(nexus.row(row["id"]).json(), row, "one row is as in the list")
    for asked, status in (({}, 400), ({"patient_id": str(uuid.uuid4())}, 404), ({"patient_id": "' or 1=1"}, 404),
                          ({"patient_id": patient, "offset": "10001"}, 400), ({"patient_id": patient, "limit": "0"}, 400),
                          ({"patient_id": patient, "limit": "201"}, 400), ({"patient_id": patient, "metadata": "yes"}, 400),
                          ({"patient_id": patient, "ordering": "id"}, 400)):
        tap.same(nexus.list(**asked).status_code, status, f"refused: {asked}")
    return row


def taken(tap, bench, console, nexus, row):
    data = (bench.store / row["s3_key"]).read_bytes()
    got = nexus.row(row["id"], "stream/")
    tap.ok(got.content == data and got.headers["Content-Disposition"].startswith("attachment"), "the bytes are streamed", got.headers)
    part = nexus.session.get(f"{nexus.base}{row['id']}/stream/", headers={"Range": "bytes=5-9"})
    tap.same((part.status_code, part.content), (206, data[5:10]), "and a part of them")
    link = nexus.row(row["id"], "download-url/").json()
    tap.ok(re.fullmatch(rf"https://localhost:{console.port}/once/[0-9a-f]{{64}}", link["url"]) and link["expires_in"] == 60, "a link is given", link)
    anybody = session_of(console).get(link["url"])
    tap.same((anybody.status_code, anybody.content), (200, data), "whoever has it takes the file without a token")
    tap.same(session_of(console).get(link["url"]).status_code, 404, "once")
    noted = console.sql("select what, token is not null from fmferry_view where row = ? order by seq", row["id"])
    tap.same([what for what, by_token in noted if by_token], ["open", "download", "download", "once", "download"], "and each is noted with the token")


def uploaded(tap, bench, nexus, patient):
    before = nexus.list(patient_id=patient).json()["count"]
    made = nexus.upload("Befund.pdf", pdf("nexus"), patient_id=patient, category="Referral Letter", document_date="2024-03-01")
    row = made.json()
    tap.ok(made.status_code == 201 and alike(row, by_django(bench, patient)[row["id"]]) == [], "a file is uploaded, and its row is answered", made.text)
    tap.same((row["original_name"], row["document_date"], row["uploaded_by"], row["file_size"]), ("Befund.pdf", "2024-03-01", "nexus", len(pdf("nexus"))),
             "with what was sent")
    tap.same(nexus.row(row["id"], "stream/").content, pdf("nexus"), "its bytes come back")
    listed = nexus.list(patient_id=patient, category="Referral Letter").json()
    tap.same([one["id"] for one in listed["results"]], [row["id"]], "and its category finds it, spelled as it was sent")
    tap.same(nexus.list(patient_id=patient).json()["count"], before + 1, "there is one more")
    again = nexus.upload("x.pdf", pdf("nexus"), patient_id=patient, category="Other")
    tap.ok(again.status_code == 409 and row["id"] in again.json()["detail"], "the same bytes again: told where they are", again.text)
    for name, data, fields, status in (("x.html", b"<!DOCTYPE html><html>", {"patient_id": patient}, 415),
                                       ("a.pdf", pdf("a"), {"patient_id": patient, "description": "words"}, 400), ("a.pdf", pdf("a"), {}, 400),
                                       ("a.pdf", pdf("a"), {"patient_id": str(uuid.uuid4())}, 404)):
        tap.same(nexus.upload(name, data, category="Letter", **fields).status_code, status, f"refused: {name} {fields}")
    both = nexus.session.post(f"{nexus.base}upload/", files=[("file", ("a.pdf", pdf("a"))), ("file", ("b.pdf", pdf("b")))], data={"patient_id": patient})
    tap.same(both.status_code, 400, "two files at once are refused")
    return row


def hidden(tap, bench, console, nexus, patient, row):
    """Verified or invisible holds here, too."""
    path = bench.store / row["s3_key"]
    bench.sql(f"update documents_document set s3_key = 'elsewhere' where id = '{uuid.UUID(row['id']).hex}'")
    shown = nexus.list(patient_id=patient).json()
    tap.ok(row["id"] not in {one["id"] for one in shown["results"]} and shown["count"] == len(shown["results"]), "what contradicts the ledger is not listed")
    tap.same([nexus.row(row["id"], tail).status_code for tail in ("", "download-url/", "stream/")], [404] * 3, "nor there at all")
    bench.sql(f"update documents_document set s3_key = '{row['s3_key']}' where id = '{uuid.UUID(row['id']).hex}'")
    link = nexus.row(row["id"], "download-url/").json()["url"]
    data = path.read_bytes()
    path.write_bytes(b"x" * len(data))
    tap.ok(session_of(console).get(link).status_code >= 400, "wrong bytes are not handed out by a link")
    path.write_bytes(data)
    tap.same(nexus.row(row["id"]).status_code, 404, "and what was found wrong is not shown")
    tap.same((bench.ferry("verify").code, nexus.row(row["id"]).status_code), (0, 200),
             "until verify finds nothing wrong with it: with an upload as with a document")


def removed(tap, bench, console, nexus, patient, row):
    """The soft delete: nothing is removed."""
    path = f"{nexus.base}{row['id']}/"
    tap.same([nexus.session.delete(f"{nexus.base}{uuid.uuid4()}/").status_code, nexus.session.delete(path).status_code,
              nexus.session.delete(path).status_code], [404, 204, 404], "a document is taken away, once")
    tap.ok(row["id"] not in {one["id"] for one in nexus.list(patient_id=patient).json()["results"]} and row["id"] not in by_django(bench, patient),
           "then neither we nor Django list it")
    tap.same([nexus.row(row["id"], tail).status_code for tail in ("", "download-url/", "stream/")], [404] * 3, "nor is it there at all")
    tap.ok((bench.store / row["s3_key"]).exists(), "its object stays")
    noted = console.sql("select outcome, token is not null from fmferry_view where row = ? and what = 'away' order by seq", row["id"])
    tap.same(noted, [("asked", 1), ("ok", 1)], "it is noted with the token, before and after")


def test(tap):
    if not need_programs(tap):
        return
    if MISSING:
        tap.skip("a client of Nexus's own", f"{' and '.join(MISSING)} not installed")
        return
    with Bench(tap, "nexus") as bench:
        bench.serve(f"generate:{RECORDS},{SIZE}")
        bench.configure()
        bench.ferry("patients", "import")
        bench.ferry("run")
        console = Console(bench)
        nexus = Nexus(console, token_of(bench, "nexus", "nexus"))
        patient = str(uuid.UUID(bench.sql("select cast(object_id as text) from documents_document group by object_id order by count(*) desc limit 1")[0][0]))
        row = listed(tap, bench, nexus, patient)
        taken(tap, bench, console, nexus, row)
        made = uploaded(tap, bench, nexus, patient)
        hidden(tap, bench, console, nexus, patient, made)
        removed(tap, bench, console, nexus, patient, row)
        others = Nexus(console, token_of(bench, "other", "find, download, upload"))
        tap.same([others.list(patient_id=patient).status_code, others.upload("a.pdf", pdf("o"), patient_id=patient).status_code], [403, 403],
                 "a token without the right does nothing here")
        tap.same(nexus.session.get(f"https://localhost:{console.port}/api/v1/patients").status_code, 403, "and this one nothing elsewhere")
        tap.same(bench.ferry("verify").code, 0, "verify finds no difference")
        bench.stop_serving()


if __name__ == "__main__":
    main(test)
