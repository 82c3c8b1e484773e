#!/usr/bin/python3
"""
Two thousand records, a hundred of which answer each mark, are tried again and again for more than an hour
of a clock that the test moves forward. No record gets more than six edits an hour, each document that
answers ends with a reason, and all others arrive.
"""

import calendar
import collections
import contextlib
import mmap
import struct
import threading
import time

from harness import BUILD, Bench, main, need_programs

LIBRARY = BUILD / "tests" / "preload" / "libclock.so"
EDITS_MAX, HOUR_US = 6, 3600 * 1000000
RECORDS, STEP_US, PAUSE_S = 2000, 4 * 1000000, 0.02

# Records that are multiples of 20 answer, each fifth of them in its way.
ANSWERS = {20: "replace", 40: "clear", 60: "edit", 80: "alter", 100: "touch"}


class Clock:
    """The wall clock of the programs that are started with it."""

    def __init__(self, bench):
        path = bench.folder / "clock"
        path.write_bytes(bytes(8))
        with open(path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 8)
        plain = bench.environment
        bench.environment = lambda **more: plain(LD_PRELOAD=str(LIBRARY), CLOCK_FILE=str(path), **more)

    def now_us(self):
        return struct.unpack("<q", self.map[:])[0]

    def set_on(self, by_us):
        self.map[:] = struct.pack("<q", self.now_us() + by_us)

    @contextlib.contextmanager
    def runs_fast(self):
        """Sets the clock on all the time."""
        over = threading.Event()

        def go():
            while not over.wait(PAUSE_S):
                self.set_on(STEP_US)
        thread = threading.Thread(target=go, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def edits_of(bench):
    """{record: [when, in microseconds of the set clock]} of our marks."""
    edits = collections.defaultdict(list)
    for line in bench.journal_lines():
        if line["effect"] == "patch":
            edits[int(line["recordId"])].append(us(line["t"]))
    return edits


def most_in_an_hour(times):
    return max(sum(at <= other < at + HOUR_US for other in times) for at in times)


def scenario():
    lines = []
    for first, how in ANSWERS.items():
        lines += [f"on patch record {record} do answer {how}" for record in range(first, RECORDS + 1, 100)]
    return "\n".join(lines) + "\n"


def endless(tap, bench):
    clock = Clock(bench)
    (bench.folder / "scenario").write_text(scenario())
    bench.serve(f"generate:{RECORDS},600", "--scenario", bench.folder / "scenario")
    bench.configure(run={"retry_ms": 500}, source={"time_zone": "UTC"})
    bench.ferry("patients", "import")
    with clock.runs_fast():
        first = bench.ferry("run", limit=600)
        codes = []
        while clock.now_us() < 1.2 * HOUR_US:
            bench.ferry("retry", "--class", "source-reacts")
            codes.append(bench.ferry("run", limit=600).code)
            clock.set_on(60 * 1000000)
    tap.same(first.code, 3, "endless: the first run comes to an end, and says that something is left")
    edits = edits_of(bench)
    worst = {record: most_in_an_hour(times) for record, times in edits.items()}
    tap.ok(max(worst.values()) <= EDITS_MAX, f"endless: at most {EDITS_MAX} edits of a record in any hour",
           sorted(worst.items(), key=lambda one: -one[1])[:5])
    tap.note(f"{len(codes)} runs more in {clock.now_us() / HOUR_US:.1f} hours of the set clock, "
             f"{sum(map(len, edits.values()))} edits")
    others = bench.sql("select state, count(*) from fmferry_document where record_id % 20 <> 0 group by 1")
    tap.same(others, [("done", RECORDS * 19 // 20)], "endless: all others are done")
    ends = bench.sql("select record_id % 100, state, class, count(*) from fmferry_document "
                     "where record_id % 20 = 0 group by 1, 2, 3 order by 1")
    tap.ok(all((state, name) in (("done", ""), ("failed", "source-reacts"), ("stored", "mark-waits"),
                                 ("waiting", "source-reacts")) for _, state, name, _ in ends),
           "endless: each of them is done, has failed, or says what it waits for", ends)
    good = {rest % 100: state for rest, state, _, count in ends if count == RECORDS // 100}
    tap.ok(good.get(60) == "done" and good.get(0) == "done",
           "endless: what was answered twice alike, with the same file, is done", ends)
    marks = [line for line in bench.journal_lines() if line["effect"] == "patch"]
    late = [line for line in marks if mark_us(line["value"]) > us(line["t"]) + 1000000]
    tap.ok(not late, "endless: no mark is later than the time at which it was written", late[:3])


def us(text):
    """2026-11-23T01:54:01.185887Z in microseconds."""
    whole, _, part = text.rstrip("Z").partition(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) * 1000000 + int(part)


def mark_us(value):
    return calendar.timegm(time.strptime(value, "%m/%d/%Y %H:%M:%S")) * 1000000


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "endless") as bench:
        endless(tap, bench)


main(test)
