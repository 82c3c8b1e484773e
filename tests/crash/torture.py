#!/usr/bin/python3
"""Kills migrations until N kills are done, each differently, all following from one seed.

    tests/crash/torture.py --kills N [--seed S] [--per-migration K]

FMFERRY_BUILD names the build folder. The last line says how many kills there were and how many
migrations; the first violation ends it with 1, and the folder to look at stays.
"""

import argparse
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Tap, need_programs  # noqa: E402
from killer import Plan, killed, undisturbed  # noqa: E402


def plan_of(seed, kills):
    """Mostly many small documents; sometimes few that are larger than any buffer. One to four movers."""
    chance = random.Random(seed * 7919)
    processes = chance.randint(1, 4)
    if chance.random() < 0.2:
        return Plan(seed, min(kills, 10), documents=chance.randrange(8, 30), size=9_000_000,
                    processes=processes)
    return Plan(seed, kills, documents=chance.randrange(300, 3000),
                size=chance.choice((300, 4000, 50_000)), processes=processes)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--per-migration", type=int, default=25)
    given = parser.parse_args()
    tap, kills, migrations, started = Tap(), 0, 0, time.monotonic()
    if not need_programs(tap):
        return 1
    while kills < given.kills and not tap.bad:
        plan = plan_of(given.seed + migrations, min(given.per_migration, given.kills - kills))
        kills += killed(tap, plan, undisturbed(tap, plan))
        migrations += 1
        print(f"# {kills} of {given.kills} kills, {time.monotonic() - started:.0f} s", flush=True)
    print(f"1..{tap.count}")
    print(f"{kills} kills in {migrations} migrations, {tap.bad} violations; to see the last one again: "
          f"--seed {given.seed + migrations - 1} --kills {plan.kills}")
    return 1 if tap.bad else 0


sys.exit(main())
