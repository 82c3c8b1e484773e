#!/usr/bin/python3
"""
Amazon's own client of Cognito, from npm, signs in at fmsim: with passwords of any letters, with a code by message and by
app, and again with a token; refusals have the names that it knows. COGNITO_LOGINS=2000: so many, since some numbers are
short only once in 256 logins.
"""

import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import npm  # noqa: E402
from harness import ROOT, Bench, main, need_programs  # noqa: E402

HERE = ROOT / "tests" / "sim"
MAIL = "ferry@example.com"
LOGINS = int(os.environ.get("COGNITO_LOGINS", "8"))
LIMIT = 60 + LOGINS
SAID = re.compile(r"(not )?ok \d+ - (.*)")


def drive(tap, folder, password, code):
    with Bench(tap, "cognito") as bench:
        wanted = [] if code == "-" else ["--claris-code", code]
        bench.serve("generate:1,1K", "--http", "--claris", f"{MAIL}:{password}", *wanted, config=False)
        done = subprocess.run(["node", "sign_in.mjs", f"{bench.ready['url']}/", MAIL, password, code, str(LOGINS)], cwd=folder,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=LIMIT, check=False)
        for found in filter(None, map(SAID.fullmatch, done.stdout.splitlines())):
            tap.ok(not found[1], f"'{password}', code {code}: {found[2]}")
        if not tap.ok(re.search(r"^1\.\.\d+$", done.stdout, re.MULTILINE), f"'{password}', code {code}: comes to its end") or done.returncode:
            tap.note(done.stdout)
        bench.stop_serving()


def test(tap):
    if not need_programs(tap):
        return
    folder, why = npm.installed(tap, HERE / "cognito")
    if not folder:
        tap.skip("amazon-cognito-identity-js signs in", why)
        return
    for password, code in (("correct horse", "-"), ("Grüße, Zoë パス", "sms:493817"), ("p:a:s:s", "app:000123")):
        drive(tap, folder, password, code)


main(test)
