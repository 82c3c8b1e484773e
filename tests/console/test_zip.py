#!/usr/bin/python3
"""
Many documents at once: staff take 40 as one ZIP and check every hash; what is not verified is in none; each is noted before
its bytes; names are UTF-8 and say so, sizes stand where unpackers look for them; memory stays bounded.
"""

import hashlib
import io
import json
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import uuid
import zipfile

for folder in ("e2e", "verify"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / folder))
from harness import Bench, Person, main, need_programs, wait_until  # noqa: E402
from people import Console  # noqa: E402
import mutations  # noqa: E402

RECORDS, SIZE, LARGE, LONG = 60, 3000, 9_000_000, 900


def text_of(row):
    return str(uuid.UUID(row))


def ticket(user, **body):
    return user.send_json("/api/v1/tickets", body)


def fetch(user, url):
    """Status, headers and bytes; None: the connection broke."""
    connection = user.connection()
    connection.request("GET", url, None, {"Cookie": f"__Host-fmferry={user.key}"})
    answer = connection.getresponse()
    try:
        data = answer.read()
    except Exception:  # noqa: BLE001 - broken off, in whichever way
        data = None
    return answer.status, answer.headers, data


def zip_of(user, **body):
    status, said = ticket(user, **body)
    if status != 201:
        return status, said, None
    status, headers, data = fetch(user, said["url"])
    return status, said, zipfile.ZipFile(io.BytesIO(data))


def manifest(archive):
    return dict(reversed(line.split("  ", 1)) for line in archive.read("manifest-sha256.txt").decode().splitlines())


def noted(console, user, what="zip"):
    return console.sql("select row, outcome from fmferry_view where account = ? and what = ? order by watch, seq", user.account, what)


# --- what is sent --------------------------------------------------------------------------------------


def takes_forty(tap, bench, console, user, documents):
    chosen = documents[:40]
    status, said, archive = zip_of(user, documents=[text_of(one.row) for one in chosen])
    tap.same((status, said["count"], said["bytes"]), (200, 40, sum(one.size for one in chosen)), "S12: 40 documents are chosen")
    names = archive.namelist()
    tap.same((len(names), names[-1], archive.testzip()), (41, "manifest-sha256.txt", None), "S12: and come as one ZIP")
    told = manifest(archive)
    tap.same(sorted(told.values()), sorted(one.sha256.hex() for one in chosen), "S12: the manifest has each hash")
    tap.same([name for name in names[:-1] if hashlib.sha256(archive.read(name)).hexdigest() != told[name]], [], "and each is right")
    tap.same(noted(console, user), [(text_of(one.row), "ok") for one in chosen], "each stands in the view log")
    tap.same(fetch(user, said["url"])[0], 404, "a ticket is good once")
    return archive


def is_unpacked(tap, bench, user, documents):
    """By programs that others wrote; names with letters beyond ASCII."""
    found = user.json(f"/api/v1/patients/{text_of(documents[0].patient)}/documents?limit=200")["items"]
    folder = bench.folder / "unpacked"
    folder.mkdir()
    _, said = ticket(user, query={"patient": text_of(documents[0].patient)})
    _, headers, data = fetch(user, said["url"])
    tap.same((said["count"], headers["Content-Type"], headers["Content-Disposition"].split(";")[0]), (len(found), "application/zip", "attachment"),
             "a query chooses, too")
    (bench.folder / "all.zip").write_bytes(data)
    archive = zipfile.ZipFile(io.BytesIO(data))
    wrong = [one.filename for one in archive.infolist()
             if one.compress_type != 0 or (not one.filename.isascii() and not one.flag_bits & 0x800)
             or struct.unpack("<I", data[one.header_offset + 22:one.header_offset + 26])[0] != one.file_size]
    tap.same(wrong, [], "all are stored, names beyond ASCII are marked as UTF-8 (bit 11), sizes stand in front")
    tap.ok(any("R\u00e9f\u00e9r \u4f0a\u85e4_ _x__" in one for one in archive.namelist()), "the patient's name is there", archive.namelist())
    tap.same([one for one in archive.namelist() if re.search(r'[\\\\:*?"<>|]|\.\./|^/', one)], [], "no name does harm")
    for program, words in (("unzip", ["unzip", "-q", bench.folder / "all.zip"]), ("7z", ["7z", "x", "-y", bench.folder / "all.zip"])):
        if not shutil.which(program):
            tap.skip(f"{program} takes it apart", f"{program} is not installed")
            continue
        shutil.rmtree(folder)
        folder.mkdir()
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
        checked = subprocess.run(["sha256sum", "--quiet", "--strict", "-c", "manifest-sha256.txt"], cwd=folder, capture_output=True, text=True)
        tap.same((done.returncode, checked.returncode, checked.stdout + checked.stderr), (0, 0, ""),
                 f"{program} takes it apart, and sha256sum -c finds all as it should be")


def takes_all_but(tap, user, documents):
    every = {item["row"] for item in user.json("/api/v1/documents?limit=200")["items"]}
    left = sorted(every)[:3]
    _, said, archive = zip_of(user, query={}, **{"except": left})
    tap.same((said["count"], len(archive.namelist())), (len(every) - 3, len(every) - 3 + 1), "a selection is a query and exceptions")
    boxes = {f"document.{n}": row for n, row in enumerate(left)}
    for which, wanted in (("chosen", 3), ("rest", len(every) - 3), ("all", len(every))):
        status, headers, _ = user.post("/zip", which=which, q="", **boxes)
        _, _, data = fetch(user, headers["Location"])
        tap.same((status, len(zipfile.ZipFile(io.BytesIO(data)).namelist()) - 1), (303, wanted), f"the form takes what is said: {which}")


def refuses(tap, console, user, documents):
    row = text_of(documents[0].row)
    for body, status, words in (({}, 400, "either"), ({"documents": []}, 400, "no document"), ({"documents": ["x"]}, 400, "ids"),
                                ({"documents": [row], "query": {}}, 400, "either"), ({"query": {"x": "y"}}, 400, "no member"),
                                ({"documents": [str(uuid.uuid4())]}, 400, "no document"), ({"query": {"from": "soon"}}, 400, "2023"),
                                ({"documents": [str(uuid.UUID(int=n)) for n in range(1, 1500)]}, 400, "no document")):
        got, said = ticket(user, **body)
        tap.ok(got == status and words in said["detail"], f"{str(body)[:60]} is refused: {words}", got, said)
    _, said = ticket(user, documents=[row])
    other = console.person("other", "staff")
    tap.same(fetch(other, said["url"])[0], 404, "a ticket is good for nobody else")
    tap.same(console.person("nosy", "auditor").ask("POST", "/api/v1/tickets", "{}", {"Sec-Fetch-Site": "same-origin"})[0], 403, "nor for whom has no right")
    tap.same(fetch(user, said["url"])[0], 200, "but for the one who chose")


# --- what is not ---------------------------------------------------------------------------------------


def leaves_out(tap, bench, console, user, documents):
    """Between the choice and the sending, one is taken away and one gets other bytes."""
    away, forged, large = documents[0], documents[1], next(one for one in documents if one.size == LARGE)
    _, said = ticket(user, documents=[text_of(one.row) for one in (away, forged, large, documents[2])])
    bench.sql("update documents_document set is_active = 0 where id = ?", away.row)
    path = bench.store / forged.key
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    before = len(noted(console, user))
    status, _, got = fetch(user, said["url"])
    archive = zipfile.ZipFile(io.BytesIO(got))
    told, missing = manifest(archive), archive.read("left-out.txt").decode()
    tap.same((status, archive.testzip(), sorted(told.values())),
             (200, None, sorted([large.sha256.hex(), documents[2].sha256.hex(), hashlib.sha256(missing.encode()).hexdigest()])),
             "what may not be given is left out, and the rest is whole")
    tap.ok(f"{text_of(away.row)}: it is not there" in missing and f"{text_of(forged.row)}: its bytes are not" in missing,
           "the ZIP says what is missing, and why", missing)
    tap.same(noted(console, user)[before:], [(text_of(forged.row), "broken"), (text_of(large.row), "ok"), (text_of(documents[2].row), "ok")],
             "wrong bytes are noted as such, the others before they are sent")
    tap.same(ticket(user, documents=[text_of(forged.row)])[0], 400, "from then on nobody can choose it")
    path.write_bytes(data)
    bench.sql("update documents_document set is_active = 1 where id = ?", away.row)
    bench.ferry("verify", limit=600)


def hides_mutations(tap, bench, user, documents):
    """What verify finds wrong is in no ZIP."""
    one, wrong = documents[3], []
    row = {"documents": [text_of(one.row), text_of(documents[4].row)]}
    for words, statement in (("row's key", "update documents_document set s3_key = 'elsewhere' where id = ?"),
                             ("row's patient", "update documents_document set object_id = (select id from patients_patient where id <> object_id limit 1) where id = ?"),
                             ("row gone", "delete from documents_document where id = ?")):
        kept = bench.sql("select * from documents_document where id = ?", one.row)
        bench.sql(statement, one.row)
        _, said, archive = zip_of(user, **row)
        if said["count"] != 1 or one.sha256.hex() in manifest(archive).values():
            wrong.append(words)
        bench.sql("delete from documents_document where id = ?", one.row)
        bench.sql(f"insert into documents_document values ({','.join('?' * len(kept[0]))})", *kept[0])
    for words, change, back in (
            ("finding", "insert into fmferry_finding (document, kind, words, by_run, at_us) values (?, 'row-hash', 'x', 1, 1)", "delete from fmferry_finding where document = ?"),
            ("waived", "update fmferry_document set state = 'waived' where document = ?", "update fmferry_document set state = 'done' where document = ?"),
            ("not stored", "update fmferry_version set state = 'leaving' where document = ?", "update fmferry_version set state = 'stored' where document = ?")):
        bench.sql(change, one.document)
        _, said, archive = zip_of(user, **row)
        if said["count"] != 1 or one.sha256.hex() in manifest(archive).values():
            wrong.append(words)
        bench.sql(back, one.document)
    tap.same(wrong, [], "what is not verified is in no ZIP")
    tap.same(zip_of(user, **row)[1]["count"], 2, "and is again when it is")


def gives_nothing_unnoted(tap, console, user, documents):
    _, said = ticket(user, documents=[text_of(one.row) for one in documents[:3]])
    console.sql("create trigger full before insert on fmferry_view begin select raise(abort, 'no room'); end")
    status, _, data = fetch(user, said["url"])
    console.sql("drop trigger full")
    tap.same(data, None, "what cannot be noted is not sent: the connection breaks")
    tap.same(zip_of(user, documents=[text_of(documents[0].row)])[0], 200, "what can be is sent again, and the place was given back")


def shows_thumbnails(tap, bench, console, documents):
    """A glance is noted once, and what is not verified has none."""
    user, one = console.person("glance", "staff"), documents[5]
    path = f"/documents/{text_of(one.row)}/thumbnail"
    got = [fetch(user, path) for _ in range(2)]
    tap.same(([status for status, _, _ in got], {headers["Content-Type"] for _, headers, _ in got} <= {"image/jpeg", "image/svg+xml"},
              noted(console, user, "pages")), ([200, 200], True, [(text_of(one.row), "ok")]), "a small picture is noted once")
    bench.sql("update documents_document set is_active = 0 where id = ?", one.row)
    tap.same(fetch(user, path)[0], 404, "and there is none of what is not verified")
    bench.sql("update documents_document set is_active = 1 where id = ?", one.row)


def prints(tap, bench, console, documents):
    user, chosen = console.person("printer", "staff"), documents[6:9]
    boxes = {f"document.{n}": text_of(one.row) for n, one in enumerate(chosen)}
    bench.sql("update documents_document set is_active = 0 where id = ?", chosen[2].row)
    status, _, page = user.post("/print", which="chosen", **boxes)
    tap.same((status, [row for row, _ in noted(console, user, "print")], text_of(chosen[2].row) in page, page.count("<h2")),
             (200, [text_of(one.row) for one in chosen[:2]], False, 2), "what is printed is noted; what is not verified is not there")
    tap.same((user.post("/print", which="all")[0], user.post("/print", which="chosen")[0]), (413, 400), "more than 20 are too many, none too few")
    bench.sql("update documents_document set is_active = 1 where id = ?", chosen[2].row)


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "zip") as bench:
        bench.serve(f"generate:{RECORDS},{SIZE}")
        with Person(bench) as person:
            person.upload(RECORDS, (b"%PDF-1.4\n" + bytes(range(256)) * (LARGE // 256 + 1))[:LARGE], "large.pdf")
        bench.ferry("patients", "import")
        bench.ferry("run", limit=600)
        documents = [one for one in mutations.victims(bench.database) if one.patient]
        bench.sql("update patients_patient set last_name = 'R\u00e9f\u00e9r \u4f0a\u85e4: \"x\"/..' where id = ?", uuid.UUID(documents[0].patient).hex)
        console = Console(bench)
        user = console.person("kim", "staff")
        documents = [one for one in mutations.victims(bench.database) if one.patient]
        tap.ok(wait_until(lambda: len(user.json("/api/v1/documents?limit=200")["items"]) == RECORDS, LONG), "all documents are listed")
        takes_forty(tap, bench, console, user, documents)
        is_unpacked(tap, bench, user, documents)
        takes_all_but(tap, user, documents)
        refuses(tap, console, user, documents)
        leaves_out(tap, bench, console, user, documents)
        hides_mutations(tap, bench, user, documents)
        gives_nothing_unnoted(tap, console, user, documents)
        shows_thumbnails(tap, bench, console, documents)
        prints(tap, bench, console, documents)
        tap.same([path.name for path in (bench.folder / "fmferry-console").iterdir() if path.name.startswith(("held", "spool"))], [], "no temporary file is left")
        console.program.signal(15)
        tap.same(console.program.finish(60).code, 0, "the console ends when it is told to")
        bench.stop_serving()


if __name__ == "__main__":
    main(test)
