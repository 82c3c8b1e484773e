#!/usr/bin/python3
"""
Sets every switch of fmsim both ways, each alone, and any number of random settings. Under each, fmferry moves
the seed and a hostile solution of 2,000 records to the same end.

    tests/torture/switches.py [--random N] [--only WORD] [--set seed|hostile] [--jobs N]

FMFERRY_BUILD names the build folder. The last line counts; any failure makes it end with 1.
"""

import argparse
import concurrent.futures
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Tap, need_programs  # noqa: E402
from switching import compare, mixed, move, serve_hostile, serve_seed, settings  # noqa: E402

SETS = {"hostile": serve_hostile, "seed": serve_seed}


def trial(name, setting, wanted):
    tap = Tap(kept=True)
    got = move(tap, name, setting, SETS[name])
    if wanted is not None:
        compare(tap, name, setting, got, wanted)
    return tap, got


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--random", type=int, default=20)
    parser.add_argument("--only", default="", help="only settings with this word in them")
    parser.add_argument("--set", choices=SETS, action="append")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    tap = Tap()
    if not need_programs(tap):
        return 1
    tried = [one for one in [*settings()[1:], mixed("strict"), mixed("lenient"),
                             *(mixed(f"random:{seed}") for seed in range(1, given.random + 1))]
             if given.only in one]
    for name in given.set or SETS:
        first, wanted = trial(name, "", None)
        tap.take(first)
        with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
            for one, _ in pool.map(lambda setting, name=name: trial(name, setting, wanted), tried):
                tap.take(one)
    print(f"1..{tap.count}")
    print(f"{len(tried)} settings, {tap.count - tap.bad} passed, {tap.bad} failed")
    return 1 if tap.bad else 0


sys.exit(main())
