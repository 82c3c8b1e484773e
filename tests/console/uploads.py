"""Forms with files, as browsers and programs send them, and what the bench has of them afterwards."""

import hashlib
import json
import secrets
import struct
import zlib


def pdf(text):
    """A PDF of one page with these words."""
    stream = f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode()
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
               b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
               b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (table, len(out))


def png(shade=0):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(bytes([0, shade]))) + chunk(b"IEND", b""))


def form(fields, files):
    """(Content-Type, body); fields are pairs, files are (name, bytes)."""
    boundary = "----" + secrets.token_hex(12)
    lines = []
    for name, value in fields:
        lines.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    for name, data in files:
        plain = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        lines.append(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{plain}"\r\n'
                     "Content-Type: application/octet-stream\r\n\r\n".encode() + data + b"\r\n")
    return f"multipart/form-data; boundary={boundary}", b"".join(lines) + f"--{boundary}--\r\n".encode()


def upload(who, patient, files, kind="Letter", day="2024-03-01", key=None, anyway=False):
    """By the interface for programs: (status, what became of each file, or the problem)."""
    fields = [("patient", patient), ("type", kind), ("date", day)] + [("anyway", "yes")] * anyway
    content, body = form(fields, files)
    headers = {"Content-Type": content, "Sec-Fetch-Site": "same-origin", "X-Fmferry-Token": who.csrf}
    if key:
        headers["Idempotency-Key"] = key
    status, _, text = who.ask("POST", "/api/v1/documents", body, headers)
    answer = json.loads(text)
    return status, answer.get("files", answer)


def patients_of(bench):
    return [row[0] for row in bench.sql("select cast(id as text) from patients_patient order by id")]


def rows_of(bench):
    """The rows of uploads: (id, key, name, active)."""
    return bench.sql("select cast(id as text), s3_key, original_name, is_active from documents_document "
                     "where json_extract(filemaker_metadata, '$.source') like '%/uploads'")


def uploads_of(bench):
    return bench.sql("select d.document, d.identity, d.state, d.class, hex(u.sha256), u.name from fmferry_upload u "
                     "join fmferry_document d on d.document = u.document order by d.document")


def complaints(bench):
    """What is not as it must be: each upload that is done has one row and one object with its bytes."""
    rows, objects = {key: name for _, key, name, _ in rows_of(bench)}, {}
    for path in bench.store.rglob("*"):
        if path.is_file():
            objects[path.relative_to(bench.store).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest().upper()
    for document, identity, state, group, sha256, _ in uploads_of(bench):
        key = bench.sql(f"select key from fmferry_version where document = {document} order by number desc limit 1")
        key = key[0][0] if key else None
        if state not in ("done", "failed"):
            yield f"{identity} is {state}"
        if state == "done" and (key not in rows or objects.get(key) != sha256):
            yield f"{identity} has no row, or no object with its bytes under {key}"
        if state == "failed" and (key in rows or not group):
            yield f"{identity} failed, and has a row"
    keys = [key for _, key, _, _ in rows_of(bench)]
    if len(keys) != len(set(keys)) or len(keys) != sum(row[2] == "done" for row in uploads_of(bench)):
        yield f"{len(keys)} rows for {uploads_of(bench)}"
