#!/usr/bin/python3
"""The process protects itself, under a shell that allows everybody everything: nobody else reads the files
that it writes, or its memory."""

import json
import os
import resource
import subprocess

from harness import BUILD, FMFERRY, Bench, main, need_programs

HARDENED = BUILD / "tests" / "hardened.so"


def own_words(tap, bench):
    """Each command reports on itself as it ends."""
    for words in (("--version",), ("check",), ("patients", "import"), ("run",), ("status",), ("verify",)):
        told = bench.folder / "told"
        told.unlink(missing_ok=True)
        bench.ferry(*words, config=words != ("--version",), environment=bench.environment(
            LD_PRELOAD=str(HARDENED), HARDENED=str(told)))
        tap.same(told.read_text() if told.exists() else "", "umask 077, core 0 0, dumpable 0\n",
                 f"{' '.join(words)}: its files and its memory are its owner's alone")


def files(tap, bench):
    """Nobody else can read the files made, though the shell would let them."""
    made = [path for path in (bench.database, *bench.store.rglob("*"))
            if path.exists()]
    open_ = [f"{path.relative_to(bench.folder)} {path.stat().st_mode & 0o777:o}" for path in made
             if path.stat().st_mode & 0o077]
    tap.ok(len(made) > 10, "there are files to look at", len(made))
    tap.same(open_, [], "nothing that was written may be read by others")


def opened(folder):
    """The program as -Ddebugging=true makes it: linked again, with main() compiled anew for a version.h that says so."""
    commands = json.loads((BUILD / "compile_commands.json").read_text())
    compile_ = next(one for one in commands if one["file"].endswith("src/main.c") and "fmferry.p" in one["output"])
    listed = subprocess.run(["ninja", "-C", BUILD, "-t", "commands", "src/fmferry"], stdout=subprocess.PIPE,
                            check=True, text=True).stdout
    link = next(line for line in listed.splitlines() if " -o src/fmferry " in line)
    (folder / "version.h").write_text('#define VERSION "0+debugging"\n#define DEBUGGING true\n')
    for command, old, new in ((compile_["command"], compile_["output"], folder / "main.o"),
                              (link.replace(compile_["output"], str(folder / "main.o")), "src/fmferry", folder / "fmferry")):
        subprocess.run(f"{command} -iquote {folder}".replace(f" -o {old} ", f" -o {new} "), shell=True,
                       cwd=BUILD, check=True)
    return folder / "fmferry"


def own_word(program, told):
    """A program's report on its own hardening, as it ends."""
    subprocess.run([program, "--version"], stdout=subprocess.DEVNULL, check=True,
                   env=dict(os.environ, LD_PRELOAD=str(HARDENED), HARDENED=str(told)))
    return told.read_text()


def debugging(tap, bench, hard):
    """The switch for developers opens the memory, and only there; its version names it."""
    wide = "unlimited" if hard == resource.RLIM_INFINITY else hard
    said = own_word(opened(bench.folder), bench.folder / "told").replace(str(2 ** 64 - 1), "unlimited")
    tap.same(said, f"umask 077, core {wide} {wide}, dumpable 1\n", "with -Ddebugging=true its memory may be dumped")
    options = json.loads((BUILD / "meson-info" / "intro-buildoptions.json").read_text())
    tap.ok(not next(one["value"] for one in options if one["name"] == "debugging"), "which is off unless it is asked for")
    version = subprocess.run([FMFERRY, "--version"], stdout=subprocess.PIPE, text=True).stdout
    tap.ok("debugging" not in version, "and no other program's version says so", version)


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
        debugging(tap, bench, hard)
        bench.stop_serving()


main(test)
