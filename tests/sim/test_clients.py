#!/usr/bin/python3
"""
Third-party clients that were written for FileMaker Server meet fmsim: three from npm make every call they
have, over http, and over https with an authority of our own.

clients/package.json overrides tools that these packages list among their needs and that none of the calls
touches (a scanner, a bundler, a release tool): 30 MB instead of 280.
"""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import ACCOUNT, BUILD, PASSWORD, ROOT, Bench, main, need_programs  # noqa: E402

HERE = ROOT / "tests" / "sim"
PROGRAMS = [("fms-api-client.mjs", "fms-api-client"), ("fmdapi.mjs", "@proofkit/fmdapi"),
            ("fmdapi.mjs", "@proofgeist/fmdapi")]
AWAY = re.compile(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|E5\d\d|ERR_SOCKET")
INSTALL_LIMIT, RUN_LIMIT = 300, 120
NPM = "10.9.2"  # where npm is older than 10: Debian's 9.2 stumbles over an alias in "overrides"
SAID = re.compile(r"(not )?ok \d+ - (.*)")


def npm():
    """An npm that can read our lock file; an old one can fetch it."""
    version = subprocess.run(["npm", "--version"], stdout=subprocess.PIPE, text=True).stdout
    return ["npm"] if int(version.split(".")[0]) >= 10 else ["npx", "--yes", f"npm@{NPM}"]


def installed(tap):
    """The folder of the build that has the packages; None, and why, if they cannot be had."""
    folder, source = BUILD / "clients", HERE / "clients"
    missing = [name for name in ("node", "npm") if not shutil.which(name)]
    if missing:
        return None, f"{' and '.join(missing)} is not installed"
    folder.mkdir(exist_ok=True)
    for path in source.iterdir():
        shutil.copy(path, folder)
    state = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()
    mark = folder / "node_modules" / ".installed"
    if mark.exists() and mark.read_text() == state:
        return folder, None
    done = subprocess.run([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund",
                           "--loglevel=error"], cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=INSTALL_LIMIT)
    if done.returncode != 0 and AWAY.search(done.stdout):
        return None, "the registry of packages cannot be reached"
    if not tap.ok(done.returncode == 0, "the packages are installed", done.stdout):
        return None, None
    mark.write_text(state)
    return folder, None


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
    folder, why = installed(tap)
    if why:
        for _, package in PROGRAMS:
            tap.skip(f"{package} makes every call it has", why)
    if folder:
        over(tap, folder)
        over(tap, folder, "--http")
        untrusted(tap, folder)


main(test)
