#!/usr/bin/python3
"""
The configuration names another store in the middle of a migration. Every command that would look there for
documents refuses it, with both names and the remedy. The same folder written another way is the same. A
move that is asked for is followed, and documents that were not copied are named.
"""

import os
import shutil

from harness import Bench, main, need_programs

DOCUMENTS = 60
REFUSED = "the moved documents lie in the old one"


def check_refused(tap, bench, name):
    for words in (("run",), ("run", "--dry-run"), ("verify",), ("reconcile",), ("link", "--all"),
                  ("export", "bagit", bench.folder / "bag")):
        done = bench.ferry(*words, environment=bench.environment(S3_SECRET="x"))
        tap.ok(done.code == 2 and REFUSED in done.err and "--accept-store" in done.err,
               f"{name}: '{' '.join(map(str, words[:2]))}' is refused", done.code, done.err)
    tap.ok(not (bench.folder / "nowhere").exists(), f"{name}: no folder is made")
    done = bench.ferry("check", environment=bench.environment(S3_SECRET="x"))
    tap.ok(done.code != 0 and REFUSED in done.out + done.err, f"{name}: check says it, too", done.out)


def check_same(tap, bench):
    """A folder is the same, however its path is written."""
    link = bench.folder / "link"
    link.symlink_to(bench.store)
    home = os.getcwd()
    for form in (f"{bench.store}/", f"{bench.store}/../{bench.store.name}", f"{link}",
                 os.path.relpath(bench.store, home), f"{bench.store}//."):
        bench.configure(store={"url": f"dir:{form}"})
        done = bench.ferry("run")
        tap.ok(done.code == 0 and REFUSED not in done.err, f"'{form[-30:]}' is the same store",
               done.code, done.err)
    link.unlink()
    bench.configure()


def check_moved(tap, bench):
    """The store is copied, but for one document; the move is asked for, and the gap is found."""
    other = bench.folder / "other"
    shutil.copytree(bench.store, other)
    key = bench.sql("select key from fmferry_version order by key limit 1")[0][0]
    (other / key).unlink()
    bench.configure(store={"url": f"dir:{other}"})
    check_refused(tap, bench, "a copy")
    done = bench.ferry("run", "--accept-store")
    tap.ok(done.code == 0 and str(other) in done.err, "--accept-store follows, and says so", done.err)
    tap.same(bench.ferry("run").code, 0, "the next run needs no word")
    done = bench.ferry("verify")
    tap.ok(done.code == 3 and "object-missing" in done.out and key in done.out
           and "\n1 difference\n" in done.out, "what was not copied is named", done.out)
    bench.ferry("reconcile")
    tap.same((bench.ferry("run").code, bench.ferry("verify").code), (0, 0), "and moved anew")
    bench.configure()
    tap.same(bench.ferry("run").code, 2, "then the first one is another store")


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "other-store") as bench:
        bench.serve(f"generate:{DOCUMENTS},2000")
        bench.ferry("patients", "import")
        empty = bench.folder / "empty"
        bench.configure(store={"url": f"dir:{empty}"})
        bench.ferry("check")
        bench.configure()
        done = bench.ferry("run", "--limit", "20")
        tap.ok(done.code == 3, "part of it is moved; before the first document any store will do",
               done.code, done.err)
        nowhere = bench.folder / "nowhere"
        bench.configure(store={"url": f"dir:{nowhere}"})
        check_refused(tap, bench, "another folder")
        shutil.rmtree(nowhere, ignore_errors=True)
        bench.configure(store={"url": "s3://bucket/prefix", "endpoint": "http://127.0.0.1:9",
                               "access_key": "k", "secret_key_env": "S3_SECRET"})
        check_refused(tap, bench, "a bucket")
        bench.configure()
        tap.same(bench.ferry("run").code, 0, "set back, it goes on")
        check_same(tap, bench)
        check_moved(tap, bench)


main(test)
