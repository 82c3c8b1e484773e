#!/usr/bin/python3
"""
Every step of every story: tests/crash/every_step.py [--story NAME] [--jobs N]

FMFERRY_BUILD names the build folder; beside it lies build-failpoints. The last line says how many
deaths there were; the first violation of a story is shown, and the folder to look at stays.
"""

import argparse
import concurrent.futures
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Tap, need_programs  # noqa: E402
from steps import STORIES, in_peace, one_death, steps_of  # noqa: E402


def whole(tap, story, pool):
    """All deaths of one story; how many came about, of how many."""
    peace, reached = in_peace(story)

    def death(step):
        own = Tap(kept=True)
        return own, one_death(own, story, peace, step)

    died = 0
    for own, dead in pool.map(death, steps_of(reached)):
        died += dead
        if own.bad:
            tap.take(own)
        tap.count += not own.bad
    return died, len(reached)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--story", default="")
    parser.add_argument("--jobs", type=int, default=4)
    given = parser.parse_args()
    tap, deaths, steps, started = Tap(), 0, 0, time.monotonic()
    if not need_programs(tap):
        return 1
    with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
        for story in STORIES:
            if given.story not in ("", story.name):
                continue
            died, reached = whole(tap, story, pool)
            deaths, steps = deaths + died, steps + reached
            print(f"# {story.name}: {died} deaths of {reached} steps, "
                  f"{time.monotonic() - started:.0f} s", flush=True)
    print(f"{deaths} deaths at {steps} steps, {tap.bad} violations, {time.monotonic() - started:.0f} s")
    return 1 if tap.bad else 0


sys.exit(main())
