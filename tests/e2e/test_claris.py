#!/usr/bin/python3
"""
FileMaker Cloud: `fmferry login` by Claris ID, with and without a code; a whole migration by FMID tokens that end in the
middle of it; and what is said when password, code, sign-in, clock or file do not do. Nothing secret is left anywhere.
"""

import json
import os
import stat
import subprocess
import sys

sys.dont_write_bytecode = True

from harness import FMFERRY, Bench, main, need_programs

MAIL, SECRET = "ferry@clinic.example", "Canary-Heron 0815 Grüße"
DOCUMENTS = 60


def serving(bench, *options, **source):
    bench.serve(f"generate:{DOCUMENTS},3000", "--claris", f"{MAIL}:{SECRET}", *options, config=False)
    own = {"login": "claris", "password_env": None, "account": "nobody", "claris_url": bench.ready["url"] + "/"}
    bench.configure(source={**own, **source})
    with open(bench.folder / "canaries", "a", encoding="utf-8") as canaries:
        canaries.write(f"{SECRET}\n")


def login(bench, *lines, account=MAIL):
    """Types the answers; returns the ended process."""
    return subprocess.run([FMFERRY, "--config", bench.config, "login", *(["--account", account] if account else [])], text=True,
                          input="".join(f"{line}\n" for line in lines), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          cwd=bench.folder, env=bench.environment(), timeout=120, check=False)


def token_of(bench):
    return json.loads((bench.folder / "claris.token").read_text())["refreshToken"]


def told(bench, *secrets):
    """Files, but the one that is meant to, with a secret in them; the simulator's truth and journal are none of ours."""
    return [path.name for path in bench.folder.rglob("*") if path.is_file() and path.name not in ("claris.token", "canaries")
            and any(secret.encode() in path.read_bytes() for secret in secrets)]


def whole(tap, bench):
    """Tokens end every few seconds, sessions every few writes: nobody notices."""
    serving(bench, "--claris-seconds", "2")
    done = login(bench, SECRET)
    tap.ok(done.returncode == 0 and "Signed in" in done.stdout, "login signs in", done.returncode, done.stdout, done.stderr)
    tap.same(stat.S_IMODE((bench.folder / "claris.token").stat().st_mode), 0o600, "what it keeps is closed to others")
    done = bench.ferry("check")
    tap.ok(done.code == 0 and f"the Claris ID '{MAIL}' opens" in done.out and "365 more days" in done.out,
           "check passes, says by whom and how long", done.code, done.out[-1500:], done.err)
    bench.ferry("patients", "import")
    bench.happen("every patch 7 do drop-sessions", "on get,find chance 3% do reset before", "on find nth 5 do status 401",
                 "on patch every 4 do delay 700ms")
    done = bench.ferry("run", "-v")
    tap.ok(done.code == 0 and f"{DOCUMENTS} done" in done.out, "everything moves", done.out, done.err[-500:])
    tap.same(bench.ferry("verify", "--deep").code, 0, "and is verified, by the same way")
    seen = bench.seen()["requests"]
    tap.ok(4 <= seen.get("claris", 0) <= 200, "tokens were renewed meanwhile, and not for every call", seen)
    tap.same(told(bench, SECRET, token_of(bench), "FMID "), [], "password and tokens stand in no log, ledger, object or row")
    bench.status()
    bench.stop_serving()
    _, said, findings = bench.judge(exit_code=0)
    other = [found for found in findings["violations"] if found["code"] != "session-open"]  # the server dropped those itself
    tap.ok(findings and not other, "the checker agrees", said)


def odata(tap):
    with Bench(tap, "claris-odata") as bench:
        serving(bench, "--claris-seconds", "2", "--switches", "stream-auth=bearer", odata_table="DOCS")
        login(bench, SECRET)
        bench.happen("on stream1 do status 404")
        done = bench.ferry("run")
        tap.ok(done.code == 0, "OData takes the same tokens", done.out, done.err[-600:], bench.ferry("failures").out[:800])


def revoked(tap):
    """A token that should be good for an hour is refused: another one is fetched, once, and not for each worker."""
    with Bench(tap, "claris-revoked") as bench:
        serving(bench)
        login(bench, SECRET)
        bench.configure(source=bench.sections["source"], run={"workers": 1})
        before = bench.seen()["requests"]["claris"]
        bench.happen("on login nth 1 do status 401")
        done = bench.ferry("run")
        tap.ok(done.code == 0, "a token that is refused before its time stops nothing", done.code, done.out, done.err[-500:])
        tap.same(bench.seen()["requests"]["claris"] - before, 2, "one token to begin with, and another in its place")
        bench.happen("on login do status 401")
        done = bench.ferry("run")
        tap.ok(done.code == 4 and "an account of the kind Claris ID" in done.err + done.out,
               "two that are refused are the file's doing: 4, and what it needs", done.code, done.err)


def tables(tap):
    """Without the Data API: every call carries the token itself."""
    with Bench(tap, "claris-tables") as bench:
        serving(bench, "--claris-seconds", "2", api="odata", layout="DOCS", mark_field="")
        bench.configure(source={**bench.sections["source"]}, patients={"layout": "CONTACTS"})
        login(bench, SECRET)
        bench.happen("on odata every 5 do delay 500ms")
        done = bench.ferry("run")
        tap.ok(done.code == 0 and f"{DOCUMENTS} done" in done.out, "a source by OData moves by the same tokens", done.out, done.err[-600:],
               bench.ferry("failures").out[:800])


def codes(tap):
    for kind, asks in (("sms:493817", "has sent a code to"), ("app:000123", "authenticator app")):
        with Bench(tap, "claris-code") as bench:
            serving(bench, "--claris-code", kind)
            done = login(bench, SECRET, "999999")
            tap.ok(done.returncode == 4 and "the code is wrong" in done.stderr and not (bench.folder / "claris.token").exists(),
                   f"{kind}: a wrong code ends with 4, and nothing is kept", done.returncode, done.stderr)
            done = login(bench, SECRET, "")
            tap.ok(done.returncode != 0 and "nobody is signed in" in done.stderr, f"{kind}: no code signs nobody in", done.stderr)
            done = login(bench, MAIL, SECRET, kind[4:], account=None)
            tap.ok(done.returncode == 0 and asks in done.stdout, f"{kind}: the code is asked for, once", done.stdout, done.stderr)
            done = bench.ferry("run")
            tap.same(done.code, 0, f"{kind}: runs need none")


def refused(tap):
    """Each ends in one sentence that says what to do, and in an exit code."""
    with Bench(tap, "claris-refused") as bench:
        serving(bench)
        done = bench.ferry("run")
        tap.ok(done.code == 4 and "fmferry login" in done.err, "without a sign-in: 4, and how to make one", done.code, done.err)
        for name, account, password, words in (("a wrong password", MAIL, "wrong", "refuses account or password"),
                                               ("an unknown account", "else@clinic.example", SECRET, "refuses account or password")):
            done = login(bench, password, account=account)
            tap.ok(done.returncode == 4 and words in done.stderr and password not in done.stdout + done.stderr,
                   f"{name}: 4, and nothing is repeated", done.returncode, done.stderr)
        for name, deny, code, words in (
                ("locked", "NotAuthorizedException:Password_attempts_exceeded", 5, "wait a quarter of an hour"),
                ("throttled", "TooManyRequestsException:Rate_exceeded", 5, "wait a quarter of an hour"),
                ("an old password", "PasswordResetRequiredException:Reset", 4, "new password"),
                ("a wrong client", "ResourceNotFoundException:No_client", 2, "claris_pool"),
                ("a network that is not let in", "ForbiddenException:WAF", 4, "another network")):
            bench.happen(f"on claris first 4 do deny {deny}")
            done = login(bench, SECRET)
            tap.ok(done.returncode == code and words in done.stderr, f"{name}: {code}, and the cure", done.returncode, done.stderr)
            while done.returncode != 0:  # the rule counts requests, and some were spared
                done = login(bench, SECRET)
        bench.happen("on claris first 2 do deny TooManyRequestsException:Rate_exceeded")
        tap.same(login(bench, SECRET).returncode, 0, "throttled for a moment: waits, and signs in")


def ended(tap):
    """The sign-in ends between runs, and in the middle of one: the run stops at once, and goes on after another login."""
    with Bench(tap, "claris-ended") as bench:
        serving(bench, "--claris-seconds", "2")
        login(bench, SECRET)
        bench.happen("on patch do delay 300ms", "every patch 5 do drop-sessions",
                     "on claris after 3 first 40 do deny NotAuthorizedException:Refresh_Token_has_expired")
        done = bench.ferry("run")
        tap.ok(done.code == 4 and "fmferry login" in done.err + done.out and done.seconds < 240,
               "a sign-in that ends stops the run with 4, and says what to give", done.code, done.seconds, done.err[-600:])
        done = bench.ferry("check")
        tap.ok(done.code != 0 and "fmferry login" in done.out + done.err, "check says it, too", done.out[-600:])
        bench.happen("on patch do delay 0ms")
        while login(bench, SECRET).returncode != 0:
            pass
        done = bench.ferry("run")
        tap.ok(done.code == 0, "after another login the rest moves", done.code, done.out, done.err[-500:])


def others(tap):
    with Bench(tap, "claris-clock") as bench:
        for ahead, words in (("600", " behind Claris's"), ("-600", " ahead of Claris's")):
            serving(bench, "--claris-ahead", ahead)
            done = login(bench, SECRET)
            tap.ok(done.returncode == 4 and "10 minutes" in done.stderr and words in done.stderr and "timedatectl" in done.stderr,
                   f"a clock that is ten minutes{words} is told before Claris counts a wrong password", done.returncode, done.stderr)
            bench.stop_serving()
    with Bench(tap, "claris-file") as bench:
        serving(bench)
        login(bench, SECRET)
        token = bench.folder / "claris.token"
        whole_text = token.read_text()
        os.chmod(token, 0o644)
        done = bench.ferry("run")
        tap.ok(done.code == 2 and "chmod 600" in done.err, "a kept token that others may read is refused", done.code, done.err)
        os.chmod(token, 0o600)
        token.write_text("{}")
        done = bench.ferry("run")
        tap.ok(done.code == 2 and "holds no sign-in" in done.err, "a file that is none is told", done.code, done.err)
        token.write_text(whole_text)
        bench.configure(source={"login": "claris", "password_env": None, "claris_url": bench.ready["url"] + "/", "claris_client": "another"})
        done = bench.ferry("run")
        tap.ok(done.code == 4 and "fmferry login" in done.err, "a sign-in to another pool is not used", done.code, done.err)
        bench.configure()
        done = login(bench, SECRET)
        tap.ok(done.returncode == 2 and "login = claris" in done.stderr, "login is for FileMaker Cloud alone", done.stderr)


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "claris") as bench:
        whole(tap, bench)
    odata(tap)
    revoked(tap)
    tables(tap)
    codes(tap)
    refused(tap)
    ended(tap)
    others(tap)


main(test)
