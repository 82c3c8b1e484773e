#!/usr/bin/python3
"""
The separate reader, the certificate and the exports where the store is Ceph's gateway, and ledger and
registry are on PostgreSQL: nothing differs, changes there are named, and both can be exported.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import postgres  # noqa: E402
from bucket import BucketBench, need  # noqa: E402
from harness import BUILD, main, need_programs, wait_until  # noqa: E402
from servers import Ceph  # noqa: E402

DOCUMENTS, BYTES = 200, 30000
AUDIT = BUILD / "audit" / "fmferry-audit"


def verify(bench, *options):
    done = bench.ferry("verify", "--json", *options, limit=120)
    lines = [json.loads(line) for line in done.out.splitlines()]
    return done.code, lines[:-1], lines[-1] if lines else {"err": done.err}


def audit(bench, server, certificate):
    """Audits the bucket as a folder and the database by its URL, as somebody would who has nothing of ours."""
    bench.fetch()
    done = subprocess.run([AUDIT, "--key", bench.folder / "fmferry.key.pub", "--store", bench.store,
                           "--database", server.url, certificate], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=120)
    return done.returncode, {line.split()[0] for line in done.stdout.splitlines()[:-1]
                             if not line.startswith(" ")}, done.stdout


def check_clean(tap, bench, server, certificate):
    code, found, counts = verify(bench)
    tap.same((code, found, counts.get("hashed")), (0, [], DOCUMENTS), "nothing differs")
    code, found, counts = verify(bench, "--deep", "--certificate", certificate)
    tap.same((code, found, counts.get("source_read")), (0, [], DOCUMENTS),
             "nor when every byte is read at both ends")
    code, kinds, said = audit(bench, server, certificate)
    tap.ok((code, kinds) == (0, set()), "fmferry-audit finds bucket and database as certified", said)


def check_exports(tap, bench):
    for kind, file in (("bagit", "manifest-sha256.txt"), ("fhir", "Binary.ndjson")):
        done = bench.ferry("export", kind, bench.folder / kind)
        lines = (bench.folder / kind / file).read_text().splitlines() if done.code == 0 else []
        tap.ok(len([line for line in lines if "/documents/" in line or "Binary" in line])
               == DOCUMENTS, f"export {kind} has every document", done.err)


def check_patience(tap, bench, store, database):
    """Gateway and database go away in turn, and come back: the export waits, and says so."""
    target = bench.folder / "patient"
    store.daemons.kill("gateway")
    program = bench.start("export", "bagit", target)

    def says(words):
        return wait_until(lambda: words in program.err_path.read_text() or not program.is_running(), 60, 0.05) \
            and words in program.err_path.read_text()
    tap.ok(says("the store is away, and the export waits for it"), "an export waits for a store that is away",
           program.err_path.read_text())
    database.end()
    store.start_gateway()
    tap.ok(says("the database is away, and the export waits for it"), "and for a database",
           program.err_path.read_text())
    database.start()
    program.finish(120)
    lines = (target / "manifest-sha256.txt").read_text().splitlines() if program.code == 0 else []
    tap.ok(len([line for line in lines if "/documents/" in line]) == DOCUMENTS
           and "the store answers again" in program.err and "the database answers again" in program.err,
           "both come back, and it ends whole", program.code, program.err)


def spoil(bench, server):
    """Six documents, each in another way; what verify must say of each record."""
    client, bucket = bench.client, bench.bucket
    rows = server.ask("select d.record_id, v.key, d.document from fmferry_document d"
                      " join fmferry_version v on v.document = d.document order by 1 limit 6")
    (gone, key, _), (other, other_key, _), (more, more_key, _), (row, row_key, _), \
        (altered, _, document), (moved, moved_key, _) = rows
    wrong = bench.folder / "wrong"
    wrong.write_bytes(bytes(BYTES))
    client.aws("s3api", "delete-object", "--bucket", bucket, "--key", key)
    client.aws("s3api", "put-object", "--bucket", bucket, "--key", other_key, "--body", wrong)
    client.aws("s3api", "put-object", "--bucket", bucket, "--key", more_key + ".more", "--body", wrong)
    server.ask("delete from documents_document where s3_key = %s", row_key)
    server.ask("update fmferry_audit set evidence = evidence || '.' where document = %s and"
               " after = 'stored' and evidence <> ''", document)
    server.ask("update documents_document set object_id = (select id from patients_patient where id"
               " <> object_id limit 1) where s3_key = %s", moved_key)
    return {(gone, "object-missing"), (other, "object-hash"), (0, "object-surplus"),
            (row, "row-missing"), (0, "audit-chain"), (altered, "audit-version"),
            (moved, "row-patient")}


def story(tap, bench, server, store):
    bench.serve(f"generate:{DOCUMENTS},{BYTES}")
    bench.configure(ledger={"url": server.url}, registry={"url": server.url})
    bench.ferry("patients", "import")
    done = bench.ferry("run", limit=300)
    tap.ok(done.code == 0, "everything is moved", done.err)
    bench.ferry("init", "--key")
    certificate = bench.folder / "certificate.txt"
    check_clean(tap, bench, server, certificate)
    check_exports(tap, bench)
    check_patience(tap, bench, store, server)
    wanted = spoil(bench, server)
    code, found, _ = verify(bench, "--deep")
    tap.same((code, {(one["recordId"], one["kind"]) for one in found}), (3, wanted),
             "what was changed in bucket and database is named, and nothing else")
    code, kinds, said = audit(bench, server, certificate)
    tap.ok((code, kinds) == (3, {"object-missing", "object-hash", "object-surplus", "row-missing",
                                 "audit-chain"}), "by fmferry-audit too, but for the patient", said)


def test(tap):
    missing = postgres.lacks()
    if missing:
        tap.skip("PostgreSQL", missing)
        return
    if not need_programs(tap) or not need(tap, Ceph, "rclone", "aws", "psql"):
        return
    with tempfile.TemporaryDirectory(prefix="fmferry-ceph-") as folder, \
            postgres.Postgres() as database:
        store = Ceph(folder).start()
        try:
            with BucketBench(tap, "verify-real", store, "verify", prefix="clinic") as bench:
                story(tap, bench, database, store)
        finally:
            store.stop()


main(test)
