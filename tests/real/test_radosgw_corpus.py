#!/usr/bin/python3
"""
Real files into Ceph's gateway over TLS, below a prefix: read back by awscli byte for byte, with
their types and where they are from; what the bucket is found to do is shown, and a rerun writes
nothing.
"""

import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from bucket import BucketBench, need  # noqa: E402
from harness import ROOT, main, need_programs  # noqa: E402
from servers import Ceph, made_certificate  # noqa: E402

FILES = 37
FOUND = "objects are never replaced; above 8 MiB they may be"


def corpus():
    import os
    shared = os.environ.get("FMFERRY_SHARED") or ROOT.parent / "shared"
    return pathlib.Path(shared) / "corpus"


def check_metadata(tap, bench):
    row = bench.sql("select s3_bucket, s3_key, mime_type, filemaker_id from documents_document "
                    "where mime_type = 'application/pdf' limit 1")[0]
    about = bench.client.ask("head-object", bench.bucket, "--key", row[1])
    tap.same((row[0], about["ContentType"]), (bench.bucket, row[2]), "bucket and type are in the row")
    tap.same(sorted(about["Metadata"]), ["filemaker-layout", "filemaker-record", "sha256"],
             "its metadata say where it is from")
    tap.same(about["Metadata"]["filemaker-layout"], "API_Docs", "by layout")


def check_trust(tap, bench):
    """The 27th fault of the wire: whoever shows another certificate is told nothing."""
    other = bench.folder / "other"
    other.mkdir()
    bench.configure(store={"ca_file": made_certificate(other)})
    stranger = bench.ferry("run")
    tap.ok(stranger.code == 4 and "certificate" in stranger.err,
           "a server that nobody vouches for ends the run", stranger.code, stranger.err)
    bench.configure()


def move(tap, bench):
    bench.serve(f"files:{corpus()}")
    bench.ferry("patients", "import")
    check_trust(tap, bench)
    checked = bench.ferry("check")
    tap.ok(checked.code == 0 and FOUND in checked.out, "check finds out what the server does",
           checked.out, checked.err)
    tap.same(bench.client.ask("list-objects-v2", bench.bucket).get("Contents", []), [],
             "and leaves nothing")
    done = bench.ferry("run", limit=120)
    tap.ok(done.code == 0, "the run ends with 0", done.err, done.out)
    bench.status()
    tap.same(bench.sql("select count(*) from documents_document")[0][0], FILES, "all files are there")
    check_metadata(tap, bench)
    before = bench.snapshot()
    again = bench.ferry("run")
    tap.same(again.code, 0, "a second run ends with 0")
    bench.status()
    verified = bench.ferry("verify", "--deep")
    tap.ok(verified.code == 0, "verify --deep finds no difference", verified.out, verified.err)
    reported = bench.ferry("report", "--output", bench.folder / "report.html")
    tap.ok(reported.code == 0 and FOUND in (bench.folder / "report.html").read_text(),
           "the report says what the server was found to do", reported.out, reported.err)
    bench.stop_serving()
    found = bench.check("the checker agrees; the second run wrote nothing", exit_code=again.code,
                        before=before)
    tap.same(found["counts"]["I2"]["objects read"], FILES, "it read every object")


def test(tap):
    if not need_programs(tap) or not need(tap, Ceph, "aws"):
        return
    if not (corpus() / "SHA256SUMS").is_file():
        tap.skip("the corpus arrives", "no corpus beside the tree, and FMFERRY_SHARED names none")
        return
    with tempfile.TemporaryDirectory(prefix="fmferry-ceph-") as folder:
        cert = made_certificate(folder)
        server = Ceph(folder, cert=cert).start()
        try:
            with BucketBench(tap, "corpus-s3", server, "corpus", "deep/er", "aws", server.tls_url,
                             cert) as bench:
                move(tap, bench)
        finally:
            server.stop()


main(test)
