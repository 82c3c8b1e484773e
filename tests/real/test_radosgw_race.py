#!/usr/bin/python3
"""
Two movers that know nothing of each other, each with a ledger of its own, move the same records into
one bucket at once: each key is made once, nobody is shown an error, and both have every document.
"""

import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import wire  # noqa: E402
from bucket import BucketBench, need  # noqa: E402
from harness import main, need_programs  # noqa: E402
from servers import Ceph  # noqa: E402

RECORDS = 400


class Watcher:
    """Counts what the gateway answered to the puts of each key."""

    def __init__(self):
        self.answers = {}

    def __call__(self, kind, path):
        if kind == "put" and "fmferry-probe" not in path:
            self.answers.setdefault(path, []).append(kind)


def race(tap, bench, seen):
    bench.serve(f"generate:{RECORDS},20000")
    config = {"source": {"mark_field": ""}, "run": {"workers": 4}}
    movers = []
    for name in ("one", "two"):
        database = f"sqlite:{bench.folder}/{name}.db"
        bench.config = bench.folder / f"{name}.ini"
        bench.configure(registry={"url": database}, ledger={"url": database}, **config)
    for name in ("one", "two"):
        bench.config = bench.folder / f"{name}.ini"
        movers.append(bench.start("run"))
    for mover in movers:
        mover.finish(200)
    tap.same([mover.code for mover in movers], [0, 0], "both end well")
    tap.ok(not any("rror" in mover.err or "conflict" in mover.err for mover in movers),
           "and show no error", *(mover.err[-300:] for mover in movers))
    listed = bench.client.listing("race")
    tap.same(len(listed), RECORDS, "each object is there once")
    contested = [path for path, puts in seen.answers.items() if len(puts) > 1]
    tap.ok(len(contested) > RECORDS / 2, "most keys were put by both", len(contested))
    tap.note(f"{len(contested)} of {RECORDS} keys were contested")
    bench.fetch()
    for name in ("one", "two"):
        bench.database, bench.config = bench.folder / f"{name}.db", bench.folder / f"{name}.ini"
        rows = bench.sql("select s3_key from documents_document")
        tap.same(sorted(key for key, in rows), [key for key, *_ in listed],
                 f"mover {name} has a row for each")
    bench.stop_serving()
    for name in ("one", "two"):
        bench.database, bench.config = bench.folder / f"{name}.db", bench.folder / f"{name}.ini"
        bench.check(f"the checker agrees with mover {name}", exit_code=0, status=False)


def test(tap):
    if not need_programs(tap) or not need(tap, Ceph, "rclone", "aws"):
        return
    with tempfile.TemporaryDirectory(prefix="fmferry-ceph-") as folder:
        server = Ceph(folder).start()
        seen = Watcher()
        proxy = wire.Wire(server.port, seen)
        try:
            with BucketBench(tap, "race", server, "race", url=proxy.url) as bench:
                race(tap, bench, seen)
        finally:
            proxy.stop()
            server.stop()


main(test)
