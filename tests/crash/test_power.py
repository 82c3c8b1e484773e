#!/usr/bin/python3
"""
Power cuts. A kill -9 keeps all that the kernel holds; a power cut keeps the flushed data and nothing else.
The disk of tests/preload/disk.c keeps flushed data apart and cuts the power at a flush or a name. The run
goes on with the rest: nothing that FileMaker's marks or the ledger promise may be gone. And whatever a
command reported as done is still there when the power goes at that moment.
"""

import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from disk import LIBRARY, Disk  # noqa: E402
from harness import Bench, main, need_programs  # noqa: E402

DOCUMENTS, CUTS = 30, 10
DISKS = [("a local disk", ""), ("NFS", "tmpfile"), ("SMB", "tmpfile,link")]


def serve(bench):
    bench.serve(f"generate:{DOCUMENTS},4000")
    bench.configure(run={"workers": 2})
    disk = Disk(bench)
    disk.flush()
    return disk


def events_of(tap, lacks):
    """The number of flushes and names of an undisturbed run."""
    with Bench(tap, "power") as bench:
        disk = serve(bench)
        tap.same(bench.ferry("run", environment=disk.environment(lacks)).code, 0, "in peace")
        return disk.events()


def test_cuts(tap):
    chance = random.Random(7)
    for name, lacks in DISKS:
        events = events_of(tap, lacks)
        step = events / CUTS
        for number in range(CUTS):
            cut = int(number * step + chance.uniform(1, step))
            with Bench(tap, "power") as bench:
                disk = serve(bench)
                bench.ferry("run", environment=disk.environment(lacks, cut=cut), limit=600)
                bench.forgive_open_sessions()
                marked = sum(line["effect"] == "mark" for line in bench.journal_lines())
                disk.lose_power()
                done = bench.ferry("run", limit=600)
                at = f"{name}, power cut at {cut} of {events}, {marked} marked"
                tap.ok(done.code == 0, f"{at}: the next run ends well", done.err[-600:])
                bench.check(f"{at}: nothing is lost", exit_code=done.code)


def test_promises(tap):
    """The power goes when the command has just ended."""
    with Bench(tap, "power") as bench:
        bench.serve(f"generate:{DOCUMENTS},4000")
        text = bench.config.read_text()
        bench.config.unlink()
        disk = Disk(bench)
        disk.flush()
        done = bench.ferry("init", environment=disk.environment())
        written = {path.name: path.read_bytes() for path in bench.folder.glob("fmferry.*")}
        disk.lose_power()
        left = {path.name: path.read_bytes() for path in bench.folder.glob("fmferry.*")}
        tap.ok(done.code == 0 and "fmferry.key" in written, "init", done.err)
        tap.ok(left == written, "init's configuration and keys are there", sorted(written), sorted(left))
        bench.config.write_text(text)
        disk.flush()
        done = bench.ferry("run", environment=disk.environment())
        disk.lose_power()
        tap.same(done.code, 0, "a run")
        rows = bench.sql("select count(*) from documents_document")[0][0]
        tap.same((rows, len([path for path in bench.store.rglob("*") if path.is_file()])),
                 (DOCUMENTS, DOCUMENTS), "every row and every file of a run that ended are there")
        bench.check("and all is well")
        for command, path in ((("verify", "--certificate", "certificate.txt"), "certificate.txt"),
                              (("report", "--output", "report.html"), "report.html"),
                              (("export", "bagit", "bag"), "bag")):
            disk.flush()
            done = bench.ferry(*command, environment=disk.environment())
            before = contents(bench.folder / path)
            disk.lose_power()
            tap.ok(done.code == 0 and before and contents(bench.folder / path) == before,
                   f"what {command[0]} wrote is there", done.code, done.err, len(before))


def contents(path):
    if path.is_file():
        return {"": path.read_bytes()}
    return {str(one.relative_to(path)): one.read_bytes() for one in path.rglob("*") if one.is_file()}


def test(tap):
    if not need_programs(tap):
        return
    if not LIBRARY.exists():
        tap.ok(False, "the disk's library is built", LIBRARY)
        return
    test_cuts(tap)
    test_promises(tap)


main(test)
