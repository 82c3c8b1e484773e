#!/usr/bin/python3
"""
Sixty kills with -9, at moments chosen from the source's journal: in small documents with few and many
workers, in documents that pass through in parts, and of several processes that share a ledger. torture.py
does more of them.
"""

import concurrent.futures
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import main, need_programs  # noqa: E402
from killer import Plan, killed, undisturbed  # noqa: E402

PLANS = [Plan(11, 22, workers=4), Plan(12, 22, workers=8),
         Plan(13, 8, documents=16, size=9_000_000, workers=3),
         Plan(14, 14, documents=1500, workers=3, processes=3)]


def test(tap):
    if not need_programs(tap):
        return
    kills = 0
    for plan in PLANS:
        with concurrent.futures.ThreadPoolExecutor(1) as beside:
            peace = beside.submit(undisturbed, tap, plan)
            kills += killed(tap, plan, peace.result())
    tap.note(f"{kills} kills")
    planned = sum(plan.kills for plan in PLANS)
    tap.ok(kills >= planned * 0.8, "most kills met a run that was alive", f"{kills} of {planned}")


main(test)
