#!/usr/bin/python3
"""
Third-party clients that were written for FileMaker Server meet fmsim: three from npm make every call they
have, over http, and over https with an authority of our own.

clients/package.json overrides tools that these packages list among their needs and that none of the calls
touches (a scanner, a bundler, a release tool): 30 MB instead of 280.
"""

import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import npm  # noqa: E402
from harness import ACCOUNT, PASSWORD, ROOT, Bench, main, need_programs  # noqa: E402

HERE = ROOT / "tests" / "sim"
PROGRAMS = [("fms-api-client.mjs", "fms-api-client"), ("fmdapi.mjs", "@proofkit/fmdapi"),
            ("fmdapi.mjs", "@proofgeist/fmdapi")]
RUN_LIMIT = 600
SAID = re.compile(r"(not )?ok \d+ - (.*)")


def drive(tap, bench, folder, program, package, ca_file):
    """Runs one client; each of its steps is a test."""
    where = "https" if bench.ready["url"].startswith("https") else "http"
    own = bench.folder / re.sub(r"\W", "-", package)
    own.mkdir()
    command = ["node", program, bench.ready["url"], bench.ready["database"], ACCOUNT, PASSWORD, own,
               package]
    trust = {"NODE_EXTRA_CA_CERTS": str(ca_file)} if ca_file else {}
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, env={**os.environ, **trust}, timeout=RUN_LIMIT)
    steps = [SAID.fullmatch(line) for line in done.stdout.splitlines()]
    for found in filter(None, steps):
        tap.ok(not found[1], f"{package}, {where}: {found[2]}")
    if not tap.ok(re.search(r"^1\.\.\d+$", done.stdout, re.MULTILINE),
                  f"{package}, {where}: comes to its end") or done.returncode:
        tap.note(done.stdout)


def over(tap, folder, *options):
    with Bench(tap, "clients") as bench:
        bench.serve(f"shape:{HERE / 'workshop.shape'}", *options, config=False)
        for program, package in PROGRAMS:
            drive(tap, bench, folder, program, package, bench.ready.get("ca_file"))
        # Not from the journal: sessions that a scenario drops do not log out.
        tap.same(bench.seen()["sessions"], 0, f"{' '.join(options) or 'https'}: no session stays open")
        bench.stop_serving()


def untrusted(tap, folder):
    """The authority is ours alone: who does not know it refuses to speak."""
    with Bench(tap, "clients-untrusted") as bench:
        bench.serve(f"shape:{HERE / 'workshop.shape'}", config=False)
        script = ("fetch(process.argv[1] + '/fmi/data/vLatest/productInfo')"
                  ".then(() => process.exit(1), (error) => console.log(error.cause.code))")
        done = subprocess.run(["node", "-e", script, bench.ready["url"]], text=True, timeout=RUN_LIMIT,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        tap.ok(done.returncode == 0 and re.search("CERT|VERIFY", done.stdout),
               "a client that does not know the authority refuses", done.stdout)
        bench.stop_serving()


def test(tap):
    if not need_programs(tap):
        return
    folder, why = npm.installed(tap, HERE / "clients")
    if why:
        for _, package in PROGRAMS:
            tap.skip(f"{package} makes every call it has", why)
    if folder:
        over(tap, folder)
        over(tap, folder, "--http")
        untrusted(tap, folder)


main(test)
