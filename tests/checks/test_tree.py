#!/usr/bin/python3
"""Small rules for all files: portable, tidy, of a size to keep; headers that stand alone."""

import concurrent.futures
import os
import pathlib
import re
import shlex
import shutil
import subprocess

from tree import ROOT, Tap, files, text

BYTES_MAX = 200 * 1024
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:work|home|root)(?=[/\s\"'`]|$)")
TEMPORARY = re.compile(r"(?<![\w.])/tmp/[\w{$-]")
BUILD = pathlib.Path(os.environ.get("FMFERRY_BUILD") or ROOT / "build") # has generated headers
ALONE = [*shlex.split(os.environ.get("CC", "cc")), "-std=gnu17", "-D_GNU_SOURCE", "-fsyntax-only",
         "-Wall", "-Wextra", "-Werror", "-iquote", "src", "-iquote", ".", "-iquote", "tests",
         "-iquote", "tests/fuzz", "-iquote", str(BUILD / "src"), "-x", "c", "-"]


def matching(pattern, paths):
    return [f"{path}:{number}: {line.strip()[:100]}" for path in paths
            for number, line in enumerate((text(path) or "").splitlines(), 1)
            if pattern.search(line)]


def not_alone(path):
    """The compiler's errors for a file that includes only this header."""
    done = subprocess.run(ALONE, cwd=ROOT, input=f'#include "{path}"\n'.encode(),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return [f"{path}: {line}" for line in done.stdout.decode().splitlines() if "error" in line]


tap = Tap()
everything = files()
readable = [path for path in everything if not path.startswith("tests/fuzz/corpus/")]
headers = files(".h")

tap.check("no path of one machine", matching(MACHINE_PATH, readable))
tap.check("no names under /tmp outside of tests",
          matching(TEMPORARY, [path for path in readable if not path.startswith("tests/")]))
tap.check("no blanks at the end of a line", matching(re.compile(r"[ \t]$"), readable))
tap.check("every header says #pragma once",
          [path for path in headers if "\n#pragma once\n" not in "\n" + (text(path) or "")])
tap.check("no file is too large to keep",
          [f"{path}: {(ROOT / path).stat().st_size} bytes, at most {BYTES_MAX}"
           for path in everything if (ROOT / path).stat().st_size > BYTES_MAX])
tap.check("commands say everything through base/foreign.h",
          matching(re.compile(r"(?<!\w)printf\("),
                   files(".c", under="src/cmd/")))
tap.check("there is a licence", [] if (ROOT / "LICENSE").is_file() else ["LICENSE is missing"])
if shutil.which(ALONE[0]):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        tap.check("every header compiles alone",
                  [line for lines in pool.map(not_alone, headers) for line in lines])
else:
    tap.skip("every header compiles alone", f"{ALONE[0]} is not installed")
tap.end()
