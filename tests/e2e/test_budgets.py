#!/usr/bin/python3
"""
One document stays within its budget, in counts that do not depend on the machine: bench/budgets.json. Only
`make bench` measures time, and time gates nothing. A count that got much better asks for a lower budget,
so that the gain is kept.
"""

import json
import pathlib
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True

from harness import BUILD, ROOT, main, need_programs

sys.path.insert(0, str(ROOT / "bench"))

from counts import Counted, calls_of

BUDGETS = json.loads((ROOT / "bench" / "budgets.json").read_text())


def within(tap, name, got):
    """Checks one budget: the count is not over it, and, where the budget says so, not far under."""
    budget = BUDGETS[name]
    most, room = budget["most"], budget.get("within")
    slack = most * (1 + (room or 0))
    tap.ok(got <= slack, f"{name}: {budget['what']}", f"got {got:.5g}, at most {slack:.5g}")
    if room:
        tap.ok(got >= most * (1 - room), f"{name}: the budget is not too high",
               f"got {got:.5g}: write that into bench/budgets.json instead of {most}")
    tap.note(f"{name} {got:.5g} of {most}")


def counts_of_one_worker(tap, folder):
    one = Counted(BUILD, folder, "1K", 1)
    within(tap, "instructions", one.instructions())
    calls = one.system_calls()
    within(tap, "system_calls", calls["workers"])
    within(tap, "system_calls_commit", calls["commit"])
    within(tap, "commits", calls["commits"])
    # One worker: how full the pages of an index become depends on the order in which documents come.
    within(tap, "ledger_bytes", Counted(BUILD, folder, "1K", 1).plain(2000)["ledger_bytes"])


def counts_of_many_workers(tap, folder):
    many = Counted(BUILD, folder, "50K", 16, tls=True)
    calls = many.system_calls()
    within(tap, "commits_16_workers", calls["commits"])
    within(tap, "connections", calls["connect"])
    within(tap, "peak_mib_16_workers", many.plain()["peak_mib"])
    within(tap, "peak_mib_large", Counted(BUILD, folder, "64M", 16, tls=True).plain(24)["peak_mib"])


def page_faults_of_large_documents(tap, folder):
    """Documents cross in memory that is used again: 24 of them have taken all that there is."""
    mib = 4
    counted = Counted(BUILD, folder, f"{mib}M", 16, tls=True, into_s3=True)
    within(tap, "page_faults_per_mib", counted.page_faults(24, 72) / mib)


def a_trace_without_commits_is_no_count(tap, folder):
    """Where strace may not trace, or wrote only its summary, that is said, and nothing is counted."""
    for name, trace in (("nothing", ""), ("a summary", "100.00    0.000034          17         2           total\n"),
                        ("no commit", "7 write(3, \"\"..., 5) = 5\n")):
        (folder / "trace").write_text(trace)
        try:
            said = f"counted {calls_of(folder / 'trace')}"
        except RuntimeError as error:
            said = str(error)
        tap.ok("strace saw no commit" in said, f"{name} is no count", said)


def test(tap):
    missing = [tool for tool in ("valgrind", "strace", "time") if not shutil.which(tool)]
    if missing:
        tap.skip("budgets", f"not installed: {', '.join(missing)}")
        return
    if not need_programs(tap):
        return
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fmferry-budgets-"))
    try:
        a_trace_without_commits_is_no_count(tap, folder)
        counts_of_one_worker(tap, folder)
        counts_of_many_workers(tap, folder)
        page_faults_of_large_documents(tap, folder)
    finally:
        shutil.rmtree(folder)


main(test)
