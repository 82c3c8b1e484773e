#!/usr/bin/python3
"""
Traps for the count: records deleted before the place that is being read, pages whose edge comes twice, a
foundCount that is wrong, an empty page in the middle, sessions that die between pages, all mixed by seed.
Every third seed reads the records by a key. A run may end undecided, but it must never say that everything
has arrived when something has not. Records that came after the last page was read are excused; no other
record may be missing then. TRAPS_FIRST and TRAPS choose the seeds (make torture: 1,000).
"""

import os
import random
import re

from harness import Bench, Tap, main, need_programs

FIRST, SEEDS = int(os.environ.get("TRAPS_FIRST", "1")), int(os.environ.get("TRAPS", "12"))
LIMIT = 240


def traps_of(chance, records, kinds):
    """Scenario lines: two to five traps, at pages by chance."""
    def page():
        return chance.randint(1, 9)
    traps = [lambda: f"after {kinds} {page()} do delete {chance.randint(1, records)}",
             lambda: f"after {kinds} {page()} do delete any {chance.randint(1, 30)}",
             lambda: f"after {kinds} {page()} do insert {chance.randint(1, 30)}",
             lambda: f"on {kinds} nth {page()} do repeat-edge",
             lambda: f"on {kinds} nth {page()} do found-count {chance.choice(('+', '-'))}{chance.randint(1, 40)}",
             lambda: f"on {kinds} nth {page()} do empty-page",
             lambda: f"on {kinds} nth {page()} do drop-sessions",
             lambda: f"on {kinds} nth {page()} do status 502"]
    return [chance.choice(traps)() for _ in range(chance.randint(2, 5))]


def came_too_late(bench, lines, pages):
    """Records that were created when the last of so many pages was already read."""
    events = (re.match(r"after \S+ (\d+) do insert (\d+)", line) for line in lines)
    count = sum(int(event[2]) for event in events if event and int(event[1]) == pages)
    created = [line["recordId"] for line in bench.journal_lines() if line["effect"] == "create"]
    return set(created[len(created) - count:])


def one(tap, seed):
    chance = random.Random(seed)
    records = chance.choice((150, 420, 900))
    by_key = seed % 3 == 0
    lines = traps_of(chance, records, "list,find" if by_key else "list")
    with Bench(tap, f"trap-{seed}") as bench:
        (bench.folder / "scenario").write_text("\n".join(lines) + "\n")
        bench.serve(f"generate:{records},200", "--seed", str(seed), "--max-sessions", "0", "--scenario",
                    bench.folder / "scenario")
        bench.configure(source={"census_key": "num" if by_key else ""},
                        run={"workers": 4, "retry_ms": 1})
        done = bench.ferry("run", limit=LIMIT)
        bench.forgive_open_sessions()
        asked = bench.seen()["requests"]
        pages = asked["list"] + (asked["find"] if by_key else 0)
        bench.stop_serving()
        good, said, findings = bench.judge(exit_code=done.code, status=False)
        late = came_too_late(bench, lines, pages)
        missed = {found["record"] for found in findings["violations"]
                  if found["code"] == "record-missed"}
        good = good or (missed and len(missed) == len(findings["violations"]) and missed <= late)
        tap.ok(good and done.code in (0, 3), f"seed {seed}: the end is told truly ({done.code})", *lines,
               said, done.err)
        return done.code == 0


def test(tap):
    if not need_programs(tap):
        return
    finished = bad = 0
    for seed in range(FIRST, FIRST + SEEDS):
        own = Tap(kept=True)
        finished += one(own, seed)
        bad += own.bad
        if own.bad:
            tap.take(own)
    tap.ok(bad == 0, f"{SEEDS} seeds, {finished} finished: none said so falsely")
    tap.ok(finished >= SEEDS // 2, "most come to a good end in spite of all", finished)


main(test)
