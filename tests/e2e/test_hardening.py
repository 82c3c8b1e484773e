#!/usr/bin/python3
"""What the process does for itself, under a shell that allows everybody everything: nobody else reads what it writes, or its memory."""

import os
import resource

from harness import BUILD, Bench, main, need_programs

HARDENED = BUILD / "tests" / "hardened.so"


def own_words(tap, bench):
    """Each command, asked from inside as it ends."""
    for words in (("--version",), ("check",), ("patients", "import"), ("run",), ("status",), ("verify",)):
        told = bench.folder / "told"
        told.unlink(missing_ok=True)
        bench.ferry(*words, config=words != ("--version",), environment=bench.environment(
            LD_PRELOAD=str(HARDENED), HARDENED=str(told)))
        tap.same(told.read_text() if told.exists() else "", "umask 077, core 0 0, dumpable 0\n",
                 f"{' '.join(words)}: its files and its memory are its owner's alone")


def files(tap, bench):
    """Whatever was made is nobody else's, though the shell would let it."""
    made = [path for path in (bench.database, *bench.store.rglob("*"))
            if path.exists()]
    open_ = [f"{path.relative_to(bench.folder)} {path.stat().st_mode & 0o777:o}" for path in made
             if path.stat().st_mode & 0o077]
    tap.ok(len(made) > 10, "there are files to look at", len(made))
    tap.same(open_, [], "nothing that was written may be read by others")


def test(tap):
    if not need_programs(tap) or not tap.ok(HARDENED.exists(), "what is preloaded was built"):
        return
    os.umask(0)
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    if not hard:
        tap.skip("cores could be dumped here", "the hard limit of this machine is 0")
    with Bench(tap, "hardening") as bench:
        bench.serve("generate:12,2000")
        own_words(tap, bench)
        files(tap, bench)
        bench.stop_serving()


main(test)
