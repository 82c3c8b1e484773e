#!/usr/bin/python3
"""
Large documents into Ceph's gateway, in parts. The mover is killed again and again while parts are on
their way; then it finishes, and no upload is left open. And 5 GiB go through in less than 96 MiB.
"""

import hashlib
import os
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from bucket import BucketBench, need  # noqa: E402
from harness import main, need_programs, wait_until  # noqa: E402
from servers import Ceph  # noqa: E402

MIB = 1 << 20
SIZES = {"under.bin": 8 * MIB - 1, "one.bin": 8 * MIB, "over.bin": 8 * MIB + 1, "two.bin": 16 * MIB,
         "many.bin": 60 * MIB + 7}
KILLS = 6
HUGE, MEMORY_KIB = 5 << 30, 96 * 1024


def write(folder, sizes):
    folder.mkdir()
    for number, (name, size) in enumerate(sizes.items()):
        (folder / name).write_bytes(hashlib.shake_128(bytes([number])).digest(size))


def is_under_way(bench):
    return bench.database.exists() and bench.sql(
        "select 1 from sqlite_master where name = 'fmferry_version'") and bench.sql(
        "select 1 from fmferry_version where state = 'intended' and upload_id is not null")


def kill_and_resume(tap, server):
    with BucketBench(tap, "large", server, "large") as bench:
        write(bench.folder / "files", SIZES)
        bench.serve(f"files:{bench.folder / 'files'}", "--latency-ms", "20")
        bench.configure(run={"workers": 2})
        left = 0
        for _ in range(KILLS):
            run = bench.start("run")
            wait_until(lambda: is_under_way(bench) or not run.is_running())
            run.kill()
            left += len(bench.client.open_uploads("large"))
        tap.ok(left >= KILLS / 2, "runs were killed while uploads were open", left)
        bench.forgive_open_sessions()
        done = bench.ferry("run", limit=120)
        tap.ok(done.code == 0, "then one runs to its end", done.err, done.out)
        tap.note(f"{left} uploads were open when runs were killed")
        bench.status()
        bench.stop_serving()
        found = bench.check("the checker agrees", exit_code=0)
        tap.same(found["counts"]["I2"]["objects read"], len(SIZES), "it read every object")


def huge(tap, server):
    """A file of zeros: the bytes are all sent, but take no place at the source."""
    with BucketBench(tap, "huge", server, "huge") as bench:
        (bench.folder / "files").mkdir()
        with open(bench.folder / "files" / "huge.bin", "wb") as sparse:
            sparse.write(b"\x00fmferry")
            sparse.truncate(HUGE)
        bench.serve(f"files:{bench.folder / 'files'}")
        run = bench.start("run")
        watcher = run.watch_memory()
        run.finish(600)
        watcher.join()
        tap.ok(run.code == 0, "5 GiB arrive", run.err, run.out)
        tap.ok(run.peak_kib < MEMORY_KIB, "in less than 96 MiB", f"{run.peak_kib} KiB")
        tap.note(f"peak {run.peak_kib // 1024} MiB, {run.seconds:.0f} s")
        listed = bench.client.listing("huge")
        tap.same([size for _, _, size, _ in listed], [HUGE], "whole")
        tap.same(bench.client.open_uploads("huge"), [], "and no upload is left open")
        key = listed[0][0]
        bench.client.aws("s3api", "get-object", "--bucket", "huge", "--key", key, "--range",
                         f"bytes={HUGE - 9 * MIB}-", bench.folder / "tail")
        tail = (bench.folder / "tail").read_bytes()
        tap.ok(len(tail) == 9 * MIB and not tail.strip(b"\x00"), "its end is as it was")


def test(tap):
    if not need_programs(tap) or not need(tap, Ceph, "aws", "rclone"):
        return
    with tempfile.TemporaryDirectory(prefix="fmferry-ceph-") as folder:
        server = Ceph(folder).start()
        try:
            kill_and_resume(tap, server)
        finally:
            server.stop()
    free = os.statvfs(tempfile.gettempdir())
    if free.f_bavail * free.f_frsize < 4 * HUGE:
        tap.skip("5 GiB arrive", "less than 20 GiB are free")
        return
    with tempfile.TemporaryDirectory(prefix="fmferry-ceph-") as folder:
        server = Ceph(folder, kind="bluestore").start()
        try:
            huge(tap, server)
        finally:
            server.stop()


main(test)
