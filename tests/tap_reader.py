"""
Reads the output of a TAP program. The plan shows whether a result is missing: a program passes only if it
ended well, printed one plan, first or last, and exactly the results that it announces, numbered 1, 2, 3 ...
"""

import collections
import re

LINE = re.compile(r"(not )?ok\b(?: +(\d+))?")
PLAN = re.compile(r"1\.\.(\d+)\s*(?:#.*)?$")
Read = collections.namedtuple("Read", "passed failed skipped")


def plans_of(lines):
    """Every plan, as (results before it, results planned)."""
    results = 0
    for line in lines:
        results += bool(LINE.match(line))
        found = PLAN.match(line)
        if found:
            yield results, int(found.group(1))


def wrong_plan(lines, count):
    """Says what is wrong with the plan."""
    plans = list(plans_of(lines))
    if len(plans) != 1:
        yield f"{len(plans)} plans were printed, not one"
        return
    (before, planned), = plans
    if before not in (0, count):
        yield f"the plan stands behind {before} of {count} results, neither first nor last"
    if planned != count:
        yield f"{planned} results are planned, {count} came"
    if planned == 0:
        yield "nothing is tested"


def wrong_numbers(lines):
    """Names the first result that is not numbered one after the one before."""
    for place, line in enumerate((line for line in lines if LINE.match(line)), 1):
        number = LINE.match(line).group(2)
        if number is None or int(number) != place:
            yield f"result {place} is numbered {number or 'not at all'}: {line[:60]}"
            return


def read(name, output, status):
    """The number of results that passed; the lines that failed, with one for each fault of form; the lines skipped."""
    lines = output.splitlines()
    results = [line for line in lines if LINE.match(line)]
    failed = [line for line in results if line.startswith("not ok")]
    passed = [line for line in results if not line.startswith("not ok")]
    skipped = [line for line in passed if "# SKIP" in line]
    wrong = [*wrong_plan(lines, len(results)), *wrong_numbers(lines)]
    wrong += [line for line in lines if line.startswith("Bail out!")]
    if status != 0 and not failed:
        wrong.append(f"it ended with status {status}")
    if status == 0 and failed:
        wrong.append("it ended with status 0 in spite of what failed")
    failed += [f"not ok - {name}: {what}" for what in wrong]
    return Read(len(passed) - len(skipped), failed, skipped)
