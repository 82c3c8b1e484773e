#!/usr/bin/python3
"""
Documents per second with one, two and four movers on one ledger in PostgreSQL, each in a network of
its own, while the source takes 20 ms for every answer.

    bench/movers.py [DOCUMENTS]
"""

import importlib.machinery
import importlib.util
import os
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
os.environ.setdefault("FMFERRY_ROOT", str(ROOT))
os.environ.setdefault("FMFERRY_BUILD", str(ROOT / "build"))
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "tests" / "real")]

import postgres  # noqa: E402
from harness import Bench, Tap  # noqa: E402

LATENCY_MS, WORKERS, CALLS = 20, 4, 6


def story_of(name):
    loader = importlib.machinery.SourceFileLoader(name, str(ROOT / "tests" / "real" / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


def measure(movers, server, machines, documents):
    server.empty()
    with Bench(Tap(kept=True), "bench-movers") as bench:
        bench.serve(f"generate:{documents},50K", "--latency-ms", LATENCY_MS, "--max-sessions", "0")
        bench.configure(ledger={"url": server.url}, registry={"url": server.url},
                        run={"workers": WORKERS})
        bench.ferry("patients", "import", limit=300)
        ports = (server.port, int(bench.ready["url"].rsplit(":", 1)[1]))
        with machines.Machines(bench, ports) as net:
            begun = time.monotonic()
            codes = [run.finish(3600).code for run in [net.start(n) for n in range(movers)]]
            took = time.monotonic() - begun
        if set(codes) != {0}:
            raise RuntimeError(f"the movers ended with {codes}")
    return documents / took


def main():
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    machines = story_of("test_movers.py")
    print(f"{documents} documents of 50 KiB, {LATENCY_MS} ms per answer, {WORKERS} workers per mover")
    print("movers  documents/s  of the possible")
    with postgres.Postgres() as server:
        for movers in (1, 2, 4):
            rate = measure(movers, server, machines, documents)
            possible = movers * WORKERS / (CALLS * LATENCY_MS / 1000)
            print(f"{movers:6}  {rate:11.1f}  {rate / possible:14.0%}", flush=True)


main()
