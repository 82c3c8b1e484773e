#!/usr/bin/python3
"""
A migration into a real bucket is taken back. With the rights for runs nothing can be removed: that is said with the first
object, marks and rows may go alone, and with the rights for link the next call removes what is left.
"""

import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from bucket import BucketBench, Client, need  # noqa: E402
from harness import main, need_programs  # noqa: E402
from servers import Ceph  # noqa: E402
from test_radosgw_policy import allow  # noqa: E402

DOCUMENTS, WHO = 30, ("--by", "Ann Green", "--reason", "not used after all")


def rows(bench):
    return bench.sql("select count(*) from documents_document")[0][0]


def taken_back(tap, bench, server):
    bench.serve(f"generate:{DOCUMENTS},3000")
    bench.ferry("patients", "import")
    pair = server.user("mover")
    bench.configure(store={"access_key": pair[0]})
    environment = {**bench.environment(), "S3_SECRET": pair[1]}
    allow(bench, "mover", "run")
    done = bench.ferry("run", environment=environment, limit=120)
    moved = len(bench.client.listing(bench.bucket))
    tap.ok(done.code == 0 and moved >= DOCUMENTS, "all is moved", done.code, done.err, moved)
    done = bench.ferry("undo", *WHO, environment=environment, limit=120)
    tap.ok(done.code == 4 and "--policy link" in done.err and "--keep-objects" in done.err,
           "without the right to remove it stops, and says what helps", done.code, done.out, done.err)
    tap.same((len(bench.client.listing(bench.bucket)), rows(bench)), (moved, DOCUMENTS - 1), "with the first document")
    done = bench.ferry("undo", *WHO, "--keep-objects", environment=environment, limit=120)
    tap.ok(done.code == 0 and f"{DOCUMENTS}  objects kept" in done.out, "marks and rows go alone", done.code, done.out, done.err)
    tap.same((len(bench.client.listing(bench.bucket)), rows(bench)), (moved, 0), "the objects are there")
    allow(bench, "mover", "link")
    done = bench.ferry("undo", *WHO, environment=environment, limit=120)
    tap.ok(done.code == 0, "with that right they go", done.code, done.out, done.err)
    tap.same([key for key, *_ in bench.client.listing(bench.bucket) if "fmferry-probe" not in key], [], "and none is left")
    done = bench.ferry("verify", environment=environment)
    tap.ok(done.code == 0, "verify agrees", done.code, done.out, done.err)


def test(tap):
    if not need_programs(tap) or not need(tap, Ceph, "rclone", "aws"):
        return
    with tempfile.TemporaryDirectory(prefix="fmferry-ceph-") as folder:
        server = Ceph(folder).start()
        try:
            with BucketBench(tap, "undo", server, "undo", "nexus") as bench:
                taken_back(tap, bench, server)
        finally:
            server.stop()


main(test)
