#!/usr/bin/python3
"""
verify --without-source: FileMaker is switched off, its password is gone, and ledger, database and store are
still compared with one another; what nobody can know any more is said, and not certified.
"""

import hashlib
import json

from harness import main, play

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


def test(tap):
    play(tap, (filemaker_is_gone, source_bytes_stay_open), "without-")


main(test)
