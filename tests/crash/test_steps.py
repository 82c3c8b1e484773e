#!/usr/bin/python3
"""
fmferry dies at the first step of each story, the second, the third ... and resumes. This is a sample by seed,
in which every failpoint has its turn; tests/crash/every_step.py, or make torture, does all of them.
"""

import concurrent.futures
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Tap, main, need_programs  # noqa: E402
from steps import DYING, FMFERRY, STORIES, has_failpoints, in_peace, one_death, sample_chance, steps_of  # noqa: E402

SEED = int(os.environ.get("CRASH_SEED", "1"))
STEPS = int(os.environ.get("CRASH_STEPS", "10"))  # of each story; 0: all
TOGETHER = 3


def deaths(story):
    """
    One story: (a tap that says what happened, how many died, how many were to, the places reached). Where
    a place is reached by chance, the next of the sample has its turn; where it is not, a death that does
    not come about is a failure.
    """
    tap = Tap(kept=True)
    peace, reached = in_peace(story)
    wanted, died, tried = min(STEPS or len(reached), len(reached)), 0, 0
    for step in steps_of(reached, sample_chance(SEED, story) if STEPS else None):
        died += one_death(tap, story, peace, step)
        tried += 1
        if died == wanted:
            break
    return tap, story.name, died, tried, reached


def is_new(program):
    """Whether ninja has nothing to do for it: an old one would die in old ways."""
    build = program.parents[1]
    done = subprocess.run(["ninja", "-C", str(build), "-n", str(program.relative_to(build))],
                          stdout=subprocess.PIPE, text=True)
    return done.returncode == 0 and "no work to do" in done.stdout


def test(tap):
    if not need_programs(tap):
        return
    tap.ok(not has_failpoints(FMFERRY), "the program that is given away has no failpoints")
    if not tap.ok(DYING.exists() and has_failpoints(DYING), f"one with failpoints is built: {DYING}"):
        return
    if not tap.ok(is_new(DYING), "it is as new as its sources", "make failpoints"):
        return
    places = set()
    with concurrent.futures.ThreadPoolExecutor(TOGETHER) as pool:
        for told, name, died, tried, reached in pool.map(deaths, STORIES):
            tap.take(told)
            places |= set(reached)
            tap.ok(died >= min(STEPS or len(reached), len(set(reached))), f"{name}: deaths came about",
                   f"{died} of {tried}")
            tap.note(f"{name}: {died} deaths of {len(reached)} steps, {tried - died} did not come about")
    source = "".join(path.read_text() for path in (pathlib.Path(__file__).resolve().parents[2]
                                                   / "src").glob("*/*.c"))
    named = {part.partition('"')[0] for part in source.split('FAILPOINT("')[1:]}
    uploads = (pathlib.Path(__file__).resolve().parent / "test_uploads.py").read_text()
    places |= {name for name in named if name.startswith("upload.") and f'"{name[7:]}"' in uploads}
    tap.same(sorted(named - places), [], "every failpoint is reached by some story, or by test_uploads")


main(test)
