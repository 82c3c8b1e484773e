#!/usr/bin/python3
"""
A sample of what tests/torture/switches.py does whole: a hostile solution, moved under other settings of
fmsim's switches, comes to the same end as under the defaults. FMFERRY_SEED picks another sample.
"""

import concurrent.futures
import os
import pathlib
import random
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / part) for part in ("e2e", "torture")]
from harness import Tap, main, need_programs  # noqa: E402
from switching import compare, mixed, move, serve_hostile, settings  # noqa: E402

RECORDS = 200
SEED = int(os.environ.get("FMFERRY_SEED", "1"))


def trial(setting, wanted=None):
    tap = Tap(kept=True)
    got = move(tap, "hostile", setting, lambda bench, words: serve_hostile(bench, words, RECORDS))
    if wanted is not None:
        compare(tap, "hostile", setting, got, wanted)
    return tap, got


def test(tap):
    if not need_programs(tap):
        return
    chance = random.Random(SEED)
    tried = [mixed("strict"), mixed("lenient"), *chance.sample(settings()[1:], 6),
             *(mixed(f"random:{chance.randrange(10 ** 6)}") for _ in range(3))]
    first, wanted = trial("")
    tap.take(first)
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        for one, _ in pool.map(lambda setting: trial(setting, wanted), tried):
            tap.take(one)


main(test)
