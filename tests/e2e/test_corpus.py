#!/usr/bin/python3
"""Real files of many kinds arrive byte for byte: PDFs, photos, scans, office documents, broken ones."""

import json
import os
import pathlib

from harness import ROOT, Bench, main, need_programs

FILES = 37


def corpus():
    shared = os.environ.get("FMFERRY_SHARED") or ROOT.parent / "shared"
    return pathlib.Path(shared) / "corpus"


def sums():
    """Hash by file name, as the corpus itself lists them."""
    lines = (corpus() / "SHA256SUMS").read_text().splitlines()
    return {line.split(maxsplit=1)[1].lstrip("*"): line.split()[0] for line in lines if line.strip()}


def test(tap):
    if not need_programs(tap):
        return
    if not (corpus() / "SHA256SUMS").is_file():
        tap.skip("the corpus arrives", "no corpus beside the tree, and FMFERRY_SHARED names none")
        return
    with Bench(tap, "corpus") as bench:
        bench.serve(f"files:{corpus()}")
        bench.ferry("patients", "import")
        done = bench.ferry("run")
        tap.ok(done.code == 0, "the run ends with 0", done.err, done.out)
        status = bench.status()
        tap.same(status["states"]["done"], FILES, "all files are done")
        bench.stop_serving()
        found = bench.check("the checker agrees", exit_code=done.code)
        tap.same(found["counts"]["I2"]["objects read"], FILES, "and read every object")
        served = {entry["name"]: entry["sha256"] for entry in json.loads(bench.truth.read_text())}
        stored = [row[0] for row in bench.sql("select lower(hex(sha256)) from fmferry_version "
                                              "where state = 'stored'")]
        tap.same(served, sums(), "the source had each file as the corpus lists it")
        tap.same(sorted(stored), sorted(sums().values()), "and the store has")


main(test)
