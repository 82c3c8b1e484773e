#!/usr/bin/python3
"""
The clinic as the first importer found it, with ledger and registry on PostgreSQL and the documents in
Ceph's gateway: a Django program then reads all of it through its ORM, rclone reads every object, and
a second run writes nothing.
"""

import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import postgres  # noqa: E402
from application import Clinic, django_is_here, expected, look  # noqa: E402
from bucket import BucketBench, need  # noqa: E402
from harness import main, need_programs  # noqa: E402
from servers import Ceph  # noqa: E402

DONE, FAILED = 10203, 1056
LIMIT = 1200


def move(tap, bench, server):
    bench.serve("seed-replay")
    bench.configure(ledger={"url": server.url}, registry={"url": server.url})
    clinic = Clinic(bench, server)
    clinic.do("migrate")
    bench.ferry("patients", "import")
    first = bench.ferry("run", limit=LIMIT)
    tap.ok(first.code == 3, "the run ends with 3", first.code, first.err, first.out)
    tap.note(f"the run took {first.seconds:.0f} s")
    states = bench.status()["states"]
    tap.same((states["done"], states["failed"]), (DONE, FAILED), "10,203 done and 1,056 failed")
    commits = server.ask("select sum(beats) from fmferry_run")[0][0]
    tap.note(f"{float(commits) / DONE:.3f} commits of the ledger for each document that was moved")
    moved = {one for (one,) in server.ask("select identity from fmferry_document where state = 'done'")}
    source = {one: fields for one, fields in expected(bench).items() if one in moved}
    known = {one.lower() for (one,) in server.ask(
        "select filemaker_metadata ->> 'filemaker_id' from patients_patient")}
    look(tap, clinic, source, known, "Django")
    server.copy(bench.database)
    before = bench.snapshot()
    second = bench.ferry("run", limit=LIMIT)
    tap.same(second.code, 3, "a second run ends with 3")
    bench.status()
    bench.stop_serving()
    server.copy(bench.database)
    found = bench.check("the checker agrees; the second run wrote nothing", exit_code=second.code,
                        before=before)
    tap.same(found["counts"]["I2"]["objects read"], DONE, "it read every object")


def test(tap):
    if not need_programs(tap) or not need(tap, Ceph, "rclone", "aws"):
        return
    missing = postgres.lacks() or ("" if django_is_here() else "python3-django is not installed")
    if missing:
        tap.skip("PostgreSQL and Django", missing)
        return
    with tempfile.TemporaryDirectory(prefix="fmferry-ceph-") as folder, postgres.Postgres() as server:
        store = Ceph(folder).start()
        try:
            with BucketBench(tap, "seed-postgres", store, "seed") as bench:
                move(tap, bench, server)
        finally:
            store.stop()


main(test)
