#!/usr/bin/python3
"""
What `make install` brings, and only there: programs, a page of the manual for each command without a warning of
mandoc and groff, completions, documents. The demonstration runs from what was installed.
"""

import fnmatch
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import BUILD, FMFERRY, ROOT, ask, main, need_programs  # noqa: E402

PROGRAMS = ("fmferry", "fmferry-audit", "fmsim", "fmferry-demo")


def said(*command, **more):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, timeout=120,
                          **more)


def version_is_told(tap):
    plain, told = said(FMFERRY, "--version").stdout.split()[1], json.loads(said(FMFERRY, "version", "--json").stdout)
    tap.same(told["version"], plain, "version --json says what --version says")
    steps = {path.name.partition(".")[0] for path in (ROOT / "src/ledger/sql/schema").iterdir()}
    tap.same(told["ledger_schema"], len(steps), "and the step of the ledger's schema")


def pages_are_right(tap, folder):
    pages = sorted(folder.glob("man?/*"))
    commands = {one.split(":")[0] for one in said(FMFERRY, "manual", "--list").stdout.split()}
    tap.same({page.name for page in pages} - commands, {f"{name}.1" for name in PROGRAMS[1:]},
             "there is a page for each command, the configuration and the other programs")
    for lint in (("mandoc", "-T", "lint", "-W", "warning"), ("groff", "-man", "-ww", "-z", "-Tutf8")):
        if not shutil.which(lint[0]):
            tap.skip(f"{lint[0]} has nothing against {len(pages)} pages", f"{lint[0]} is not installed")
            continue
        done = said(*lint, *pages)
        tap.ok(done.returncode == 0 and not done.stdout + done.stderr,
               f"{lint[0]} has nothing against {len(pages)} pages", (done.stdout + done.stderr)[:2000])


def page_says_what_help_says(tap, folder):
    """Each key and each option stands on its page."""
    keys = [line[4:] for line in said(FMFERRY, "settings").stdout.splitlines() if line.startswith("### ")]
    page = (folder / "man5" / "fmferry.ini.5").read_text()
    tap.same([key for key in keys if f"\\fB{key}\\fR" not in page and key != "COLUMN"], [],
             f"fmferry.ini(5) has all {len(keys)} keys")
    options = re.findall(r"^ +(?:-\w, )?(--[\w-]+)", said(FMFERRY, "help", "run").stdout, re.MULTILINE)
    page = (folder / "man1" / "fmferry-run.1").read_text().replace("\\-", "-")
    tap.same([word for word in options if f"\\fB{word}\\fR" not in page], [], "fmferry-run(1) has all options")


def packages_take_it_all(tap, folder, prefix):
    """Each file that is installed is in one Debian package, or is named as one that is not."""
    lists = {path.name: [line.split()[0] for line in path.read_text().splitlines()]
             for path in [*(ROOT / "packaging/debian").glob("*.install"), ROOT / "packaging/debian/not-installed"]}
    homeless = []
    for path in (path for path in folder.rglob("*") if path.is_file()):
        name = "usr/" + str(path.relative_to(prefix))
        takers = [one for one, patterns in lists.items()
                  if any(fnmatch.fnmatch(name, pattern) or name.startswith(pattern + "/") for pattern in patterns)]
        homeless += [f"{name}: {takers}"] if len(takers) != 1 else []
    tap.same(homeless, [], "each file is in one Debian package")
    control = (ROOT / "packaging/debian/control").read_text()
    needed = re.findall(r"^build +(lib\S+-dev)", (ROOT / "packages.txt").read_text(), re.MULTILINE)
    tap.same([one for one in needed if f" {one}," not in control and one != "libc6-dev"], [],
             "and each library that the build needs is known to them")
    version = re.search(r"version: '([^']+)'", (ROOT / "meson.build").read_text())[1]
    tap.ok((ROOT / "packaging/debian/changelog").read_text().startswith(f"fmferry ({version})"), "of this version")


def demonstration_runs(tap, prefix, folder):
    environment = {"PATH": f"{prefix / 'bin'}:{os.environ['PATH']}", "HOME": str(folder), "LANG": "C.UTF-8"}
    done = said("fmferry-demo", folder / "shown", env=environment, cwd=folder)
    tap.ok(done.returncode == 0 and "fmferry serve --demo" in done.stdout, "the demonstration runs as installed",
           done.stdout[-800:], done.stderr[-800:])
    tap.ok(ask(folder / "shown" / "fmferry.db", "select count(*) from fmferry_document where state = 'done'")[0][0] > 400,
           "and moves its documents")


def test(tap):
    if not need_programs(tap):
        return
    version_is_told(tap)
    if not shutil.which("meson"):
        tap.skip("it is installed", "meson is not installed")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        done = said("meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", folder)
        tap.ok(done.returncode == 0, "it is installed", done.stdout[-800:], done.stderr[-800:])
        prefix = next(folder.rglob("bin/fmferry")).parents[1]
        tap.same(sorted(path.name for path in (prefix / "bin").iterdir()), sorted(PROGRAMS), "programs are in bin")
        tap.ok(all((prefix / "libexec" / name).is_file() for name in ("fmferry-preview", "fmferry-words")),
               "what draws and reads documents is where the console looks")
        share = prefix / "share"
        pages_are_right(tap, share / "man")
        page_says_what_help_says(tap, share / "man")
        for path in ("bash-completion/completions/fmferry", "zsh/site-functions/_fmferry",
                     "fish/vendor_completions.d/fmferry.fish", "doc/fmferry/README.md", "doc/fmferry/errors.md"):
            tap.ok((share / path).is_file(), f"share/{path} is there")
        packages_take_it_all(tap, folder, prefix)
        demonstration_runs(tap, prefix, folder)


main(test)
