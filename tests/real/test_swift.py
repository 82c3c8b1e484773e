#!/usr/bin/python3
"""
The second S3 server, OpenStack Swift, which knows no conditional put: every key carries the hash of
its bytes. The demonstration's clinic arrives, read back by rclone; a second run writes nothing. With
SEED=1 (make torture) it is the clinic of the first importer, whose 11,259 documents take this server
some minutes.
"""

import os
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from bucket import BucketBench, need  # noqa: E402
from harness import main, need_programs  # noqa: E402
from servers import Swift  # noqa: E402

DATA, DONE, FAILED = ("seed-replay", 10203, 1056) if os.environ.get("SEED") else ("demo", 498, 2)
LIMIT = 1800
FOUND = "every key carries the hash"


def move(tap, bench):
    bench.serve(DATA)
    bench.ferry("patients", "import")
    checked = bench.ferry("check")
    # where the first files that it tries cannot be fetched, check says so too
    tap.ok(FOUND in checked.out and (checked.code == 0 or DATA != "demo"), "check finds out what the server does",
           checked.out, checked.err)
    first = bench.ferry("run", limit=LIMIT)
    tap.ok(first.code == 3, "the run ends with 3", first.code, first.err, first.out)
    tap.note(f"the run took {first.seconds:.0f} s")
    states = bench.status()["states"]
    tap.same((states["done"], states["failed"]), (DONE, FAILED), f"{DONE} done and {FAILED} failed")
    before = bench.snapshot()
    second = bench.ferry("run", limit=LIMIT)
    tap.same(second.code, 3, "a second run ends with 3")
    bench.status()
    bench.stop_serving()
    found = bench.check("the checker agrees; the second run wrote nothing", exit_code=second.code,
                        before=before)
    tap.same(found["counts"]["I2"]["objects read"], DONE, "it read every object")


def move_large(tap, bench):
    """In parts, which Swift keeps as segments in a container beside the bucket."""
    files = bench.folder / "files"
    files.mkdir()
    for number in range(3):
        (files / f"{number}.bin").write_bytes(b"%7d\n" % number * (3 << 19))
    bench.serve(f"files:{files}")
    run = bench.ferry("run", limit=120)
    tap.ok(run.code == 0, "large ones arrive", run.code, run.err, run.out)
    bench.status()
    bench.stop_serving()
    found = bench.check("large ones: the checker agrees", exit_code=0)
    tap.same(found["counts"]["I2"]["objects read"], 3, "it read every object")


def test(tap):
    if not need_programs(tap) or not need(tap, Swift, "rclone", "aws"):
        return
    with tempfile.TemporaryDirectory(prefix="fmferry-swift-") as folder:
        server = Swift(folder).start()
        try:
            with BucketBench(tap, "swift", server, "demo") as bench:
                move(tap, bench)
            with BucketBench(tap, "swift-large", server, "large") as bench:
                move_large(tap, bench)
        finally:
            server.stop()


main(test)
