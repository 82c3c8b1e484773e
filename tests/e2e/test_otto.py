#!/usr/bin/python3
"""
OttoFMS before the server: a key in place of account and password, no session of ours, no key where it does not belong;
a whole migration by it, and what is said when the key or the streams do not do.
"""

import sys

sys.dont_write_bytecode = True

from harness import Bench, main, need_programs

KEY = "dk_3f2aXb81Tq0z"
DOCUMENTS = 60


def serving(bench, *options, key=KEY, **source):
    bench.serve(f"generate:{DOCUMENTS},3000", "--otto-key", KEY, *options, config=False)
    path = bench.folder / "otto.key"
    path.write_text(key)
    path.chmod(0o600)
    bench.configure(source={"login": "otto", "password_env": None, "password_file": "otto.key", "account": "nobody", **source})


def whole(tap, bench):
    serving(bench)
    done = bench.ferry("check")
    tap.ok(done.code == 0 and "OttoFMS's key opens" in done.out, "check passes, and says by what", done.code, done.out[-1500:], done.err)
    bench.ferry("patients", "import")
    done = bench.ferry("run")
    tap.ok(done.code == 0 and f"{DOCUMENTS} done" in done.out, "everything moves", done.out, done.err[-500:])
    tap.same(bench.ferry("verify", "--deep").code, 0, "and is verified, by the key, too")
    seen = bench.seen()["requests"]
    tap.same((seen.get("login", 0), seen.get("logout", 0)), (0, 0), "no session of ours is opened or closed")
    told = [path.name for path in bench.folder.rglob("*") if path.is_file() and path.name != "otto.key" and KEY.encode() in path.read_bytes()]
    tap.same(told, [], "the key stands in no log, ledger, object or row")
    bench.status()
    bench.stop_serving()
    bench.check("the checker agrees", exit_code=0)


def sessions_drop(tap, bench):
    """The server ends the sessions that OttoFMS keeps: it opens others, and nobody here notices."""
    serving(bench)
    bench.happen("every patch 7 do drop-sessions", "on get,find chance 3% do reset before")
    done = bench.ferry("run")
    tap.ok(done.code == 0, "sessions that end stop nothing", done.out, done.err[-500:])


def refused(tap):
    for name, key, code, words in (
            ("another key", "dk_another", 4, "OttoFMS refuses the key"), ("a key for administration", "ak_12345", 2, "begins with dk_"),
            ("a key of Otto 3", "KEY_12345", 2, "Otto 3's"), ("a password", "secret", 2, "wants a key of OttoFMS")):
        with Bench(tap, "otto-refused") as bench:
            serving(bench, key=key)
            done = bench.ferry("run")
            tap.ok(done.code == code and words in done.err and key not in done.err + done.out, f"{name} ends with {code}, in a sentence",
                   done.code, done.err)
            done = bench.ferry("check")
            tap.ok(done.code != 0 and words in done.out + done.err and key not in done.out + done.err, f"{name}: check says it, too",
                   done.code, done.out[-600:], done.err)
    with Bench(tap, "otto-absent") as bench:
        bench.serve(f"generate:{DOCUMENTS},3000", config=False)
        (bench.folder / "otto.key").write_text(KEY)
        (bench.folder / "otto.key").chmod(0o600)
        bench.configure(source={"login": "otto", "password_env": None, "password_file": "otto.key"})
        done = bench.ferry("run")
        tap.ok(done.code in (1, 4, 5) and "/otto" in done.err, "a server without OttoFMS is told", done.code, done.err)


def streams(tap):
    """A server whose streams want the token that OttoFMS keeps for itself: by OData, or in words."""
    with Bench(tap, "otto-streams") as bench:
        serving(bench, "--switches", "stream-auth=bearer")
        bench.ferry("run")
        said = bench.ferry("failures").out
        tap.ok("odata_table" in said, "documents that fail say what to set", said[:1500])
        bench.configure(source={"login": "otto", "password_env": None, "password_file": "otto.key", "odata_table": "DOCS"})
        done = bench.ferry("run", "--retry-failed")
        tap.ok(done.code == 0, "by OData they all move", done.out, done.err[-600:], bench.ferry("failures").out[:800])


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "otto") as bench:
        whole(tap, bench)
    with Bench(tap, "otto-drop") as bench:
        sessions_drop(tap, bench)
    refused(tap)
    streams(tap)


main(test)
