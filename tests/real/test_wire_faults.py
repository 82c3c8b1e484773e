#!/usr/bin/python3
"""
The 27 faults of the wire on PUT, HEAD, part and Complete, each on a document of its own: whatever
happens, every object is made once, with its bytes, none is replaced, and no upload stays open. Then
the same against Ceph's gateway.
"""

import collections
import json
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import model_s3  # noqa: E402
import wire  # noqa: E402
from bucket import BucketBench, need  # noqa: E402
from harness import Bench, main, need_programs  # noqa: E402
from servers import Ceph  # noqa: E402

MIB = 1 << 20
KINDS = ("put", "head", "part", "complete")
TRUST = "wrong-certificate"  # ends the run: tried by itself, where TLS is
TRIES = 4


class Chooser:
    """
    Which fault happens to which request. Each object is given one fault at one kind of request, when
    it is first heard of; so that there is a HEAD at all, the answer to its PUT is lost first.
    """

    def __init__(self):
        self.small = [(kind, fault) for fault in wire.FAULTS if fault != TRUST
                      for kind in ("put", "head")]
        self.large = [(kind, fault) for fault in wire.FAULTS if fault != TRUST
                      for kind in ("part", "complete")]
        self.plans, self.done = {}, set()

    def __call__(self, kind, path):
        key = path.partition("?")[0]
        if kind not in KINDS + ("create",) or "fmferry-probe" in key:
            return None
        if key not in self.plans:
            waiting = self.large if kind == "create" else self.small
            if not waiting:
                return None
            self.plans[key] = waiting.pop(0)
        planned, fault = self.plans[key]
        if planned == "head" and kind == "put" and (key, kind) not in self.done:
            self.done.add((key, kind))
            return "reset-applied"
        if kind != planned or (key, kind) in self.done:
            return None
        self.done.add((key, kind))
        return fault


def files_of(bench):
    """As many small and large files as there are faults for them."""
    files = bench.folder / "files"
    files.mkdir()
    each = 2 * (len(wire.FAULTS) - 1)
    for number in range(each):
        (files / f"small-{number}.txt").write_bytes(b"letter number %d, as it is\n" % number * 60)
        (files / f"large-{number}.bin").write_bytes(b"%8d" % number * MIB + b"the end")
    return files, 2 * each


def run_to_the_end(tap, bench, name):
    """A run that ends because the store is away is begun again, as people would do."""
    for tries in range(TRIES):
        run = bench.ferry("run", limit=300)
        if run.code == 0:
            break
    tap.ok(run.code == 0, f"{name}: everything arrives", run.code, run.out[-600:], run.err[-600:])
    tap.note(f"{tries + 1} runs, the last in {run.seconds:.0f} s")
    return run


def check_happened(tap, proxy, name):
    happened = set(proxy.happened)
    missing = [(kind, fault) for kind in KINDS for fault in wire.FAULTS
               if fault != TRUST and (kind, fault) not in happened]
    tap.same(missing, [], f"{name}: every fault happened to each of the four")


def against_the_model(tap):
    with Bench(tap, "wire") as bench:
        effects = bench.folder / "effects.jsonl"
        server = model_s3.Server("clinic", effects)
        proxy = wire.Wire(server.port, Chooser())
        files, total = files_of(bench)
        bench.serve(f"files:{files}")
        bench.configure(
            store={"url": "s3://clinic", "endpoint": proxy.url, "region": model_s3.REGION,
                   "access_key": model_s3.ACCESS_KEY, "secret_key_file": bench.folder / "secret",
                   "silence_s": 2}, run={"workers": 6, "retry_ms": 20})
        (bench.folder / "secret").write_text(model_s3.SECRET_KEY)
        (bench.folder / "secret").chmod(0o600)
        run_to_the_end(tap, bench, "model")
        check_happened(tap, proxy, "model")
        lines = [line for line in map(json.loads, effects.read_text().splitlines())
                 if "fmferry-probe" not in line["key"]]
        made = collections.Counter(line["key"] for line in lines
                                   if line["effect"] in ("put", "complete"))
        tap.ok(len(made) == total and set(made.values()) == {1}, "model: each object is made once",
               len(made), [key for key, count in made.items() if count > 1])
        tap.ok(not [line for line in lines if line.get("replaced") or line["effect"] == "delete"],
               "model: none is replaced or removed")
        stored = dict(bench.sql("select key, size from fmferry_version where state = 'stored'"))
        there = {key: one["size"] for key, one in server.model.objects.items()}
        tap.same(sorted(stored.items() ^ there.items()), [], "model: ledger and store agree")
        tap.same(server.model.uploads, {}, "model: no upload is open")
        before = len(lines)
        bench.ferry("run")
        tap.same(len([line for line in map(json.loads, effects.read_text().splitlines())
                      if "fmferry-probe" not in line["key"]]), before, "model: a rerun writes nothing")
        proxy.stop()
        server.stop()


def against_ceph(tap):
    with tempfile.TemporaryDirectory(prefix="fmferry-ceph-") as folder:
        server = Ceph(folder).start()
        try:
            proxy = wire.Wire(server.port, Chooser())
            with BucketBench(tap, "wire-ceph", server, "clinic", url=proxy.url) as bench:
                files, total = files_of(bench)
                bench.serve(f"files:{files}")
                bench.configure(store={"silence_s": 2}, run={"workers": 6, "retry_ms": 20})
                run_to_the_end(tap, bench, "Ceph")
                check_happened(tap, proxy, "Ceph")
                bench.status()
                bench.stop_serving()
                found = bench.check("Ceph: the checker agrees", exit_code=0)
                tap.same(found["counts"]["I2"]["objects read"], total, "Ceph: it read every object")
            proxy.stop()
        finally:
            server.stop()


def test(tap):
    if not need_programs(tap):
        return
    against_the_model(tap)
    if need(tap, Ceph, "rclone", "aws"):
        against_ceph(tap)


main(test)
