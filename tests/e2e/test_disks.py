#!/usr/bin/python3
"""
A folder as a store on disks of all kinds: one that links files without a name, NFS, SMB, vfat, FUSE,
a kernel without openat2. Each document arrives whole and once, and none is replaced, also when fmferry is
killed at any flush or name; or the folder is refused, and the message says which kind to use instead. A disk
that fails, is full, gone or mounted for reading only stops the run with one sentence; the next run finishes.
"""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from disk import LIBRARY, Disk  # noqa: E402
from harness import Bench, main, need_programs  # noqa: E402

DOCUMENTS = 24
# What it is, what it lacks, how many moments it is killed at.
DISKS = [("a local disk", "", 6), ("NFS", "tmpfile", 6), ("SMB", "tmpfile,link,folder-flush", 8),
         ("NFS and an old kernel", "tmpfile,openat2,folder-flush", 4),
         ("a disk in a sandbox", "openat2-forbidden", 2)]
FAILURES = [("flush@5", "Input/output error", 1), ("folder-flush@5", "Input/output error", 1),
            ("full@9", "is full: make room", 6), ("quota@9", "quota", 6), ("stale@40", "mount it anew", 5),
            ("read-only@1", "mounted for reading only", 4)]


def left(store):
    return sorted(path.name for path in (store / ".fmferry").glob("*"))


def serve(bench):
    bench.serve(f"generate:{DOCUMENTS},4000")
    bench.configure(run={"workers": 2})
    return Disk(bench)


def run_to_end(tap, bench, disk, name, **how):
    """Runs until it is done, and has everything judged."""
    done = bench.ferry("run", environment=disk.environment(**how), limit=600)
    tap.ok(done.code == 0, f"{name}: the run ends well", done.err[-600:])
    bench.check(f"{name}: the checker agrees", exit_code=done.code)
    tap.same(left(bench.store), [], f"{name}: nothing is left under a hidden name")
    return done


def test_kinds(tap):
    for name, lacks, kills in DISKS:
        with Bench(tap, "disks") as bench:
            disk = serve(bench)
            done = bench.ferry("patients", "import", environment=disk.environment(lacks))
            tap.ok(done.code == 0, f"{name}: patients", done.err)
            run_to_end(tap, bench, disk, name, lacks=lacks)
            moments = disk.events()
        for kill in range(kills):
            with Bench(tap, "disks") as bench:
                disk = serve(bench)
                moment = 1 + moments * (2 * kill + 1) // (2 * kills)
                killed = bench.ferry("run", environment=disk.environment(lacks, cut=moment), limit=600)
                bench.forgive_open_sessions()
                at = f"{name}, killed at {moment} of {moments}"
                tap.ok(killed.code in (-9, 0), f"{at}", killed.code, killed.err[-300:])
                run_to_end(tap, bench, disk, at, lacks=lacks)


def test_refused(tap):
    for lacks in ("tmpfile,link,noreplace", "tmpfile,link,noreplace,openat2"):
        with Bench(tap, "disks") as bench:
            disk = serve(bench)
            for words in (("check",), ("run",)):
                done = bench.ferry(*words, environment=disk.environment(lacks))
                said = done.err + done.out
                tap.ok(done.code != 0 and "without replacing another" in said and "a bucket" in said,
                       f"{words[0]} refuses a disk without {lacks}", done.code, said[-600:])
            tap.same([path for path in bench.store.rglob("*") if path.is_file()], [],
                     "and has put nothing there")


def test_failures(tap):
    for fails, words, code in FAILURES:
        with Bench(tap, "disks") as bench:
            disk = serve(bench)
            done = bench.ferry("run", environment=disk.environment(fails=fails), limit=600)
            tap.ok(done.code == code and words in done.err,
                   f"{fails}: the run stops with {code} and says why", done.code, done.err[-600:])
            run_to_end(tap, bench, disk, f"after {fails}")


def test_mounts(tap):
    """A mount point without its disk does not become the store."""
    with Bench(tap, "disks") as bench:
        disk = serve(bench)
        run_to_end(tap, bench, disk, "before")
        away = bench.folder / "unmounted"
        bench.store.rename(away)
        for name, make in (("gone", lambda: None), ("empty", bench.store.mkdir)):
            make()
            for words in (("run",), ("check",), ("verify",), ("reconcile",), ("export", "bagit", "bag")):
                done = bench.ferry(*words)
                tap.ok(done.code != 0 and "mounted?" in done.err + done.out,
                       f"{words[0]} does not take a folder that is {name} for the store", done.code,
                       done.err[-400:] + done.out[-400:])
                there = bench.store.exists() and os.listdir(bench.store)
                tap.same(there, False if name == "gone" else [], "and makes nothing there")
        bench.store.rmdir()
        away.rename(bench.store)
        tap.same(bench.ferry("run").code, 0, "with its disk it is the store again")
        tap.same(bench.ferry("verify").code, 0, "and whole")


def test_modes(tap):
    with Bench(tap, "disks") as bench:
        serve(bench)
        bench.configure(store={"file_mode": "0640", "group": str(os.getegid())})
        done = bench.ferry("run")
        files = {oct(path.stat().st_mode & 0o7777) for path in bench.store.rglob("*") if path.is_file()}
        folders = {oct(path.stat().st_mode & 0o7777) for path in [bench.store, *bench.store.rglob("*")]
                   if path.is_dir()}
        tap.same((done.code, files, folders), (0, {"0o640"}, {"0o750"}),
                 "the application's group may read files and enter folders")
        for key, value in (("file_mode", "rw"), ("file_mode", "0444"), ("folder_mode", "99"),
                           ("group", "no-such-group")):
            bench.configure(store={key: value})
            done = bench.ferry("run")
            tap.ok(done.code == 2 and f"{key} = {value}" in done.err, f"{key} = {value} is refused",
                   done.err)


def test(tap):
    if not need_programs(tap):
        return
    if not LIBRARY.exists():
        tap.ok(False, "the disk's library is built", LIBRARY)
        return
    for part in (test_kinds, test_refused, test_failures, test_mounts, test_modes):
        part(tap)


main(test)
