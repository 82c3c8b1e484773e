#!/usr/bin/python3
"""Every C file is as clang-format would have it."""

import shutil
import subprocess

from tree import ROOT, Tap, files

tap = Tap()
if shutil.which("clang-format"):
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", *files(".c", ".h")], cwd=ROOT,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = [line for line in done.stdout.decode().splitlines() if "error:" in line]
    tap.check("clang-format", said or (["it ended badly"] if done.returncode else []))
else:
    tap.skip("clang-format", "clang-format is not installed")
tap.end()
