#!/usr/bin/python3
"""
verify --without-source: FileMaker is switched off, its password is gone, and ledger, database and store are
still compared with one another; what nobody can know any more is said, and not certified.
"""

import hashlib
import json

from harness import Person, main, play

DOCUMENTS, BYTES = 60, 3000


def verify(bench, *options):
    """(exit code, {(record, kind)}, the counts)."""
    done = bench.ferry("verify", "--json", "--without-source", *options)
    lines = [json.loads(line) for line in done.out.splitlines()]
    return (done.code, {(one["recordId"], one["kind"]) for one in lines[:-1]},
            lines[-1] if lines else {"err": done.err})


def finish(bench):
    bench.serve(f"generate:{DOCUMENTS},{BYTES}")
    bench.ferry("patients", "import")
    bench.ferry("run")
    bench.ferry("init", "--key")


def switch_off(bench):
    """Nothing of FileMaker is left: no server, no certificate of it, no password."""
    bench.stop_serving()
    bench.configure(source={"url": "https://127.0.0.1:1", "ca_file": None, "password_env": "NOT_SET"})


def filemaker_is_gone(tap, bench):
    finish(bench)
    certificate = bench.folder / "last.txt"
    tap.same(bench.ferry("verify", "--certificate", certificate).code, 0, "the last certificate is written")
    switch_off(bench)
    tap.ok(bench.ferry("verify").code not in (0, 3), "a usual verify cannot work any more")
    done = bench.ferry("verify", "--without-source")
    tap.ok(done.code == 0 and "FileMaker was not asked" in done.out and "0 differences" in done.out
           and "at the source" not in done.out, "--without-source finds no difference, and says what it did not ask",
           done.out, done.err)
    code, found, counts = verify(bench, "--bytes")
    tap.same((code, found, counts["without_source"], counts["records"], counts["documents"], counts["marks"]),
             (0, set(), True, 0, 0, 0), "nothing of FileMaker is counted")
    tap.same([counts[name] for name in ("objects", "rows", "hashed", "bytes")],
             [DOCUMENTS] * 3 + [DOCUMENTS * BYTES], "every row and object is, and every byte")
    told = bench.status()["verified"]
    tap.ok(told["without_source"] and told["differences"] == 0, "the ledger notes it as what it is", told)
    said = bench.ferry("status").out
    tap.ok("FileMaker was not read" in said and "a separate reader agrees" not in said,
           "status does not call it a whole verification", said)
    refuse(tap, bench)
    spoil(tap, bench)


def refuse(tap, bench):
    path = bench.folder / "new.txt"
    for options, words in ((("--certificate", path), "a certificate needs FileMaker"),
                           (("--deep",), "at both ends needs FileMaker"), (("--sample", "1/3"), "needs FileMaker")):
        done = bench.ferry("verify", "--without-source", *options)
        tap.ok(done.code == 2 and words in done.err and not path.exists(),
               f"{options[0]} is refused, and says why", done.code, done.err)


def spoil(tap, bench):
    """What was changed in ledger, store and database is named, and nothing else."""
    rows = bench.sql("select d.record_id, v.key, d.document from fmferry_document d join fmferry_version v"
                     " on v.document = d.document order by d.record_id limit 6")
    (gone, gone_key, _), (other, other_key, _), (row, row_key, _), (moved, moved_key, _), (size, _, sized), \
        (lost, _, forgotten) = rows
    (bench.store / gone_key).unlink()
    (bench.store / other_key).write_bytes(bytes(BYTES))
    (bench.store / other_key).with_name("stray.pdf").write_bytes(b"x")
    bench.sql("delete from documents_document where s3_key = ?", row_key)
    bench.sql("update documents_document set object_id = (select id from patients_patient where id <> object_id"
              " limit 1) where s3_key = ?", moved_key)
    bench.sql("update fmferry_version set size = size + 1 where document = ?", sized)
    bench.sql("update fmferry_document set state = 'waived' where document = ?", forgotten)
    code, found, _ = verify(bench)
    tap.same((code, found),
             (3, {(gone, "object-missing"), (other, "object-hash"), (0, "object-surplus"), (row, "row-missing"),
                  (moved, "row-patient"), (size, "row-size"), (size, "object-size"), (size, "audit-version"),
                  (lost, "audit-state")}), "each change is named, and nothing else")


def source_bytes_stay_open(tap, bench):
    """A difference in FileMaker's bytes cannot be settled by whoever does not read them."""
    finish(bench)
    document, key, sha256, row, record = bench.sql(
        "select v.document, v.key, lower(hex(v.sha256)), r.id, d.record_id from fmferry_version v"
        " join fmferry_document d on d.document = v.document"
        " join documents_document r on r.s3_key = v.key order by 1 limit 1")[0]
    path = bench.store / key
    whole = path.read_bytes()
    forged = bytes([whole[0] ^ 1]) + whole[1:]
    path.write_bytes(forged)
    for digest in (hashlib.sha256(forged).hexdigest(), sha256):
        bench.sql(f"update fmferry_version set sha256 = x'{digest}' where document = ?", document)
        bench.sql("update documents_document set filemaker_metadata = json_set(filemaker_metadata,"
                  " '$.sha256', ?) where id = ?", digest, row)
        if digest != sha256:
            tap.same((bench.ferry("verify", "--deep").code, bench.status()["verified"]["open"]), (3, 1),
                     "a file of FileMaker differs")
    path.write_bytes(whole)
    switch_off(bench)
    code, found, _ = verify(bench)
    tap.same((code, found, bench.status()["verified"]["open"]), (3, {(record, "source-bytes")}, 1),
             "without FileMaker that stays open")


def against_a_certificate(tap, bench):
    """The ledger may have gone on since it was certified, but may not forget what was."""
    finish(bench)
    certificate = bench.folder / "last.txt"
    bench.ferry("verify", "--certificate", certificate)
    with Person(bench) as person:
        person.upload(9, b"%PDF-1.4 newer bytes\n" * 100)
    bench.ferry("run")
    switch_off(bench)
    code, found, counts = verify(bench, "--against", certificate)
    tap.same((code, found, counts["certified_before"], counts["stored_anew"]), (0, set(), DOCUMENTS, 1),
             "a ledger that went on agrees with its certificate")
    forged_certificates(tap, bench, certificate)
    lost, other, undone = [document for document, in bench.sql(
        "select document from fmferry_document where record_id in (2, 3, 4) order by record_id")]
    for table in ("fmferry_attempt", "fmferry_intent", "fmferry_version", "fmferry_document"):
        if bench.sql("select 1 from pragma_table_info(?) where name = 'document'", table):
            bench.sql(f"delete from {table} where document = ?", lost)
    bench.sql("update fmferry_version set sha256 = zeroblob(32) where document = ?", other)
    bench.sql("update fmferry_document set state = 'waiting' where document = ?", undone)
    bench.sql("delete from fmferry_audit where run = (select min(run) from fmferry_audit) and seq ="
              " (select max(seq) from fmferry_audit where run = (select min(run) from fmferry_audit))")
    code, found, _ = verify(bench, "--against", certificate)
    tap.same((code, {one for one in found if one[1].startswith("certified-")}),
             (3, {(2, "certified-missing"), (3, "certified-bytes"), (4, "certified-state"),
                  (0, "certified-chain")}), "what it forgot is named, and nothing else")


def forged_certificates(tap, bench, certificate):
    text, forged = certificate.read_text(), bench.folder / "forged.txt"
    for what, old, new, words in (("head", "state\tdone\t", "state\tdone\t1", "altered after it was signed"),
                                  ("line", "\tdone\t\t", "\tdone\tx\t", "lines that were altered"),
                                  ("source", "source\t", "source\tother ", "another source"),
                                  ("form", "fmferry certificate 1", "fmferry certificate 9", "no certificate")):
        forged.write_text(text.replace(old, new, 1))
        done = bench.ferry("verify", "--without-source", "--against", forged)
        tap.ok(text != forged.read_text() and done.code == 1 and words in done.err,
               f"a certificate with another {what} is refused", done.code, done.err)
    key = bench.folder / "fmferry.key"
    key.rename(bench.folder / "kept.key")
    (bench.folder / "fmferry.key.pub").rename(bench.folder / "kept.key.pub")
    bench.ferry("init", "--key")
    done = bench.ferry("verify", "--without-source", "--against", certificate)
    tap.ok(done.code == 2 and "signed by another key" in done.err, "so is one that somebody else signed", done.err)
    (bench.folder / "kept.key").replace(key)


def test(tap):
    play(tap, (filemaker_is_gone, source_bytes_stay_open, against_a_certificate), "without-")


main(test)
