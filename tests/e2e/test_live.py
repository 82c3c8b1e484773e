#!/usr/bin/python3
"""
People at work and one request in twenty failing, while we migrate: see tests/torture/living.py. Here
a few hundred records, with one mover and with two; LIVE_RECORDS and LIVE_SEEDS say otherwise, LIVE_REPLAY
adds the clinic's own set (make torture-live: all of it).
"""

import concurrent.futures
import os
import pathlib
import sys

from harness import Tap, main, need_programs

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "torture"))
from living import live, replay  # noqa: E402

RECORDS = int(os.environ.get("LIVE_RECORDS", "400"))
SEEDS = [int(seed) for seed in os.environ.get("LIVE_SEEDS", "1").split()]
REPLAYS = [int(seed) for seed in os.environ.get("LIVE_REPLAY", "").split()]
AT_ONCE = int(os.environ.get("LIVE_JOBS", "2"))


def alone(story, *words):
    tap = Tap(kept=True)
    story(tap, *words)
    return tap


def test(tap):
    if not need_programs(tap):
        return
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [pool.submit(alone, live, RECORDS, seed, processes)
                   for seed in SEEDS for processes in (1, 2)]
        waiting += [pool.submit(alone, replay, seed, processes)
                    for seed in REPLAYS for processes in (1, 2)]
        for one in waiting:
            tap.take(one.result())


main(test)
