#!/usr/bin/python3
"""
The list of deliberate faults fits the source: nearly every fault can be put in, and names tests that exist.
Whoever changes a line that a fault names mends the list, or make mutants ends with an error. Whether tests
notice the faults is for make mutants to find out.
"""

import collections
import pathlib
import sys

from tree import ROOT, Tap

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "mutants"))
sys.dont_write_bytecode = True
import faults  # noqa: E402
import mutants  # noqa: E402

LEAST, SURVIVORS_MOST, LOOSE_MOST = 200, 0.05, 0.05
SAMPLE = "static int even(int a, int b)\n{\n    return a % 2 == 0\n           && b % 2 == 0;\n}\n"


def example(old, new, function="even"):
    return faults.Fault("example", "", "", function, [], old, new, "", "")


def outcome(fault, text=SAMPLE):
    try:
        return faults.put_in(text, fault)
    except faults.Wrong as wrong:
        return str(wrong)


def unfit(fault):
    """Says what keeps a fault from being tried; "" if nothing does."""
    missing = [name for name in fault.tests if not mutants.is_test(name)]
    if missing:
        return f"there is no test {', '.join(missing)}"
    try:
        faults.put_in((ROOT / fault.path).read_text(), fault)
    except (faults.Wrong, OSError) as wrong:
        return str(wrong)
    return ""


tap = Tap()
tap.check("a line that was wrapped anew is found",
          [] if outcome(example("== 0 && b % 2", "&& b")) == SAMPLE.replace("== 0\n           && b % 2", "&& b")
          else [outcome(example("== 0 && b % 2", "&& b"))])
for old, new, function, said in (("% 2", "% 3", "even", "2 times"), ("a % 3", "a", "even", "0 times"),
                                 ("a", "b", "odd", "no function odd"), ("eve", "b", "", "0 times"),
                                 ("b % 2", "b % 2", "even", "the same")):
    got = outcome(example(old, new, function))
    tap.check(f"'{old}' in {function or 'the file'}: {said}", [] if said in got else [got])
listed = faults.all_faults()
loose = [f"{fault.where} [{fault.name}]: {unfit(fault)}" for fault in listed if unfit(fault)]
for one in loose:
    print(f"# to be mended: {one}")
tap.check("the faults fit the source, but for a few that wait to be mended",
          loose if len(loose) > LOOSE_MOST * len(listed) else [])
names = collections.Counter((fault.area, fault.name) for fault in listed)
tap.check("no two have one name", [f"{area}/{name}" for (area, name), count in names.items() if count > 1])
tap.check(f"there are at least {LEAST}", [] if len(listed) >= LEAST else [f"{len(listed)}"])
lives = [fault for fault in listed if fault.lives]
tap.check("few may survive", [] if len(lives) <= SURVIVORS_MOST * len(listed) else
          [f"{len(lives)} of {len(listed)}"] + [f"{fault.area}/{fault.name}: {fault.lives}" for fault in lives])
tap.end()
