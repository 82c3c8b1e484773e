#!/usr/bin/python3
"""Runs test programs that print TAP, a few at a time, and counts.

    tests/run.py [--jobs N] [--only WORD ...] BUILD ...

BUILD is a build folder: its unit tests and fuzz replays are run from it (a sanitizer build is just
another folder). The first BUILD also runs the tests in Python, which drive its programs. Only
programs that the build describes are run, and only if they are as new as their sources.
The last line is `N passed, N failed`; the lines before it say how long it took, and what was skipped and why.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import tap_reader  # noqa: E402

ROOT = pathlib.Path(os.environ.get("FMFERRY_ROOT") or pathlib.Path(__file__).resolve().parent.parent)
FOLDERS = ("checks", "sim", "e2e", "verify", "crash", "model", "console", "preview", "packaging", "real")
# They drive a browser or a terminal, programs of others whose clocks are their own. One that fails is tried once more,
# alone, and both outcomes are printed; everything else has one try.
SECOND_TRY = ("console/test_browser", "console/test_elsewhere", "real/test_walk")
Result = collections.namedtuple("Result", "name passed failed skipped output seconds")


def described(build):
    """The programs that a build folder makes, by its own description; anything else in it is left over."""
    targets = json.loads((build / "meson-info" / "intro-targets.json").read_text())
    return {pathlib.Path(path) for target in targets if target["type"] == "executable"
            for path in target["filename"]}


def programs_of(build, first):
    """Every TAP program of a build folder, as (name, command)."""
    build = pathlib.Path(build).resolve()
    for path in sorted(described(build)):
        if "tests" in path.relative_to(build).parts and path.name.startswith(("unit_", "fuzz_")):
            yield f"{build.name}/{path.name}", [str(path)], build
    if first:
        for folder in FOLDERS:
            for path in sorted((ROOT / "tests" / folder).glob("test_*.py")):
                if os.access(path, os.X_OK):
                    yield f"{folder}/{path.name}", [str(path)], build


def is_stale(build):
    """Says why a build folder cannot be tested as it is; "" if it can."""
    if not (pathlib.Path(build) / "build.ninja").exists():
        return f"{build} is no build folder: meson setup {build}"
    done = subprocess.run(["ninja", "-C", str(build), "-n"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    if done.returncode == 0 and "no work to do" in done.stdout:
        return ""
    return f"{build} is older than its sources and would test what was there before: ninja -C {build}"


def run(name, command, build, limit, root=ROOT, **more):
    """
    Runs one program, with `more` in its environment. Its output goes to a file: a process that it leaves behind
    could hold a pipe open for ever.
    """
    environment = dict(os.environ, FMFERRY_BUILD=str(build), FMFERRY_ROOT=str(root),
                       UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1", **more)
    started = time.monotonic()
    with tempfile.TemporaryFile() as out:
        try:
            status = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out,
                                    stderr=subprocess.STDOUT, env=environment, cwd=root,
                                    timeout=limit).returncode
        except subprocess.TimeoutExpired:
            out.write(f"\n# ended after {limit} s\n".encode())
            status = -1
        except OSError as error:
            out.write(f"# {error}\n".encode())
            status = -1
        out.seek(0)
        output = out.read().decode("utf-8", "replace")
    return Result(name, *tap_reader.read(name, output, status), output, time.monotonic() - started)


def report(result):
    word = "FAILED" if result.failed else "ok"
    skipped = f", {len(result.skipped)} skipped" if result.skipped else ""
    print(f"{word:6} {result.name}: {result.passed} passed{skipped} "
          f"({result.seconds:.1f} s)", flush=True)
    if result.failed:
        print(result.output)
        print("\n".join(line for line in result.failed if line not in result.output.splitlines()))


def run_all(programs, jobs, limit):
    results = {}
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        waiting = [pool.submit(run, *program, limit) for program in programs]
        for done in concurrent.futures.as_completed(waiting):
            result = done.result()
            results[result.name] = result
            report(result)
    return results


def try_again(programs, results, limit):
    """Those that failed and have a second try. Returns their names."""
    again = [program for program in programs if results[program[0]].failed and program[0].startswith(SECOND_TRY)]
    for program in again:
        print(f"once more, alone: {program[0]}", flush=True)
        results[program[0]] = run(*program, limit)
        report(results[program[0]])
    return [name for name, *_ in again]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("builds", nargs="+", metavar="BUILD")
    parser.add_argument("--jobs", type=int, default=(os.cpu_count() or 2) + 1,
                        help="programs at once; one more than processors, since many wait for a server")
    parser.add_argument("--only", action="append", metavar="WORD",
                        help="only programs with this word in their name; given twice, with either")
    parser.add_argument("--limit", type=int, default=1800, help="seconds for one program")
    options = parser.parse_args()

    stale = [why for why in map(is_stale, options.builds) if why]
    if stale:
        print("\n".join(stale))
        sys.exit(2)
    started, words = time.monotonic(), options.only or [""]
    programs = [program for index, build in enumerate(options.builds)
                for program in programs_of(build, index == 0) if any(word in program[0] for word in words)]
    if not programs:
        print(f"no test has '{' or '.join(words)}' in its name")
        sys.exit(2)
    by_name = run_all(programs, options.jobs, options.limit)
    again = try_again(programs, by_name, options.limit)
    results = by_name.values()

    skipped = [f"{result.name}: {line}" for result in results for line in result.skipped]
    failed = sum(len(result.failed) for result in results)
    print(f"{len(results)} programs in {time.monotonic() - started:.0f} s")
    for name in again:
        print(f"two tries: {name}")
    for line in skipped:
        print(f"skipped {line}")
    print(f"{len(skipped)} skipped")
    print(f"{sum(result.passed for result in results)} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
