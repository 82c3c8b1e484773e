#!/usr/bin/python3
"""
Three disks with three copies behind Ceph's gateway. While documents are on their way one disk's
server is killed and comes back, and the gateway is killed and started again: the run ends by itself,
nothing is lost, nothing is there twice.
"""

import pathlib
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from bucket import BucketBench, need  # noqa: E402
from harness import main, need_programs, wait_until  # noqa: E402
from servers import Ceph  # noqa: E402

RECORDS = 3000


def done(bench):
    return bench.database.exists() and bench.sql(
        "select 1 from sqlite_master where name = 'fmferry_document'") and bench.sql(
        "select count(*) from fmferry_document where state = 'done'")[0][0] or 0


def fail_and_recover(tap, bench, server):
    bench.serve(f"generate:{RECORDS},40000")
    bench.configure(store={"silence_s": 20}, run={"workers": 8})
    run = bench.start("run")
    tap.ok(wait_until(lambda: done(bench) > RECORDS / 10, 120, 0.05), "documents are on their way")
    server.daemons.kill("osd.2")
    at_kill = done(bench)
    wait_until(lambda: done(bench) > at_kill + RECORDS / 10 or not run.is_running(), 120, 0.05)
    server.daemons.kill("gateway")
    time.sleep(1)
    server.start_gateway()
    tap.ok(run.is_running(), "the mover outlives the gateway", run.err_path.read_text()[-400:])
    server.start_osd(2)
    run.finish(300)
    tap.ok(run.code == 0, "the run ends by itself", run.code, run.err[-600:], run.out)
    tap.note(f"the run took {run.seconds:.0f} s; a disk was gone at document {at_kill}")
    bench.status()
    bench.stop_serving()
    found = bench.check("zero lost, zero doubled: the checker agrees", exit_code=0)
    tap.same(found["counts"]["I2"]["objects read"], RECORDS, "it read every object")


def test(tap):
    if not need_programs(tap) or not need(tap, Ceph, "rclone", "aws"):
        return
    with tempfile.TemporaryDirectory(prefix="fmferry-ceph-") as folder:
        server = Ceph(folder, osds=3).start()
        try:
            with BucketBench(tap, "osds", server, "osds") as bench:
                fail_and_recover(tap, bench, server)
        finally:
            server.stop()


main(test)
