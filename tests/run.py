#!/usr/bin/python3
"""Runs test programs that print TAP, a few at a time, and counts.

    tests/run.py [--jobs N] [--only WORD] BUILD ...

BUILD is a build folder: its unit tests and fuzz replays are run from it (a sanitizer build is
simply another folder). The first BUILD also runs the end-to-end tests, which drive its programs.
The last line is `N passed, N failed`; the line before it says what was skipped, and why.
"""

import argparse
import collections
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
Result = collections.namedtuple("Result", "name passed failed skipped output seconds")


def programs_of(build, first):
    """Every TAP program of a build folder, as (name, command)."""
    build = pathlib.Path(build).resolve()
    for kind in ("unit", "fuzz"):
        for path in sorted((build / "tests" / kind).glob(f"{kind}_*")):
            if path.is_file() and os.access(path, os.X_OK):
                yield f"{build.name}/{path.name}", [str(path)], build
    if first:
        for folder in ("checks", "sim", "e2e", "verify", "crash", "model", "real"):
            for path in sorted((ROOT / "tests" / folder).glob("test_*")):
                if os.access(path, os.X_OK):
                    yield f"{folder}/{path.name}", [str(path)], build


def run(name, command, build, limit):
    """Runs one program; a program that prints no plan, or dies, has failed."""
    environment = dict(os.environ, FMFERRY_BUILD=str(build), FMFERRY_ROOT=str(ROOT),
                       UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1")
    started = time.monotonic()
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=environment, cwd=ROOT, timeout=limit)
        output, status = done.stdout.decode("utf-8", "replace"), done.returncode
    except subprocess.TimeoutExpired as late:
        output = (late.stdout or b"").decode("utf-8", "replace") + f"\n# ended after {limit} s\n"
        status = -1
    lines = output.splitlines()
    passed = [line for line in lines if line.startswith("ok ")]
    failed = [line for line in lines if line.startswith("not ok ")]
    skipped = [line for line in passed if "# SKIP" in line]
    planned = any(line.startswith("1..") for line in lines)
    if not planned or (status != 0 and not failed):
        failed.append(f"not ok - {name} ended with status {status}")
    return Result(name, len(passed) - len(skipped), failed, skipped, output,
                  time.monotonic() - started)


def report(result):
    word = "FAILED" if result.failed else "ok"
    skipped = f", {len(result.skipped)} skipped" if result.skipped else ""
    print(f"{word:6} {result.name}: {result.passed} passed{skipped} "
          f"({result.seconds:.1f} s)", flush=True)
    if result.failed:
        print(result.output)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("builds", nargs="+", metavar="BUILD")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--only", default="", help="only programs with this word in their name")
    parser.add_argument("--limit", type=int, default=1800, help="seconds for one program")
    options = parser.parse_args()

    programs = [program for index, build in enumerate(options.builds)
                for program in programs_of(build, index == 0) if options.only in program[0]]
    results = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        waiting = [pool.submit(run, *program, options.limit) for program in programs]
        for done in concurrent.futures.as_completed(waiting):
            results.append(done.result())
            report(results[-1])

    skipped = [f"{result.name}: {line}" for result in results for line in result.skipped]
    failed = sum(len(result.failed) for result in results)
    for line in skipped:
        print(f"skipped {line}")
    print(f"{len(skipped)} skipped")
    print(f"{sum(result.passed for result in results)} passed, {failed} failed")
    sys.exit(1 if failed or not results else 0)


main()
