#!/usr/bin/python3
"""
What a run pays for people who watch it: instructions (callgrind, all threads but the first, which only watches the time)
of the same run beside a console with 50 open streams, and beside none, in turn.

    PAIRS=3 RECORDS=400 tests/torture/viewers.py
"""

import os
import pathlib
import re
import statistics
import sys
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "tests" / "console"), str(ROOT / "bench")]
from counts import instructions_of  # noqa: E402
from harness import FMFERRY, Bench, main  # noqa: E402
from people import Console  # noqa: E402

PAIRS, RECORDS = int(os.environ.get("PAIRS", "3")), int(os.environ.get("RECORDS", "400"))
VIEWERS, OF_ONE, MOST = 50, 2, 0.02


class Viewer:
    """Reads its stream as it comes; the address is one of this machine's, as an office has several."""

    def __init__(self, user, address):
        self.connection, self.news = user.connection(), 0
        self.connection.source_address = (address, 0)
        self.connection.request("GET", "/live", headers={"Cookie": f"__Host-fmferry={user.key}"})
        self.answer = self.connection.getresponse()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        try:
            for line in self.answer:
                self.news += line.startswith(b"event: status")
        except (OSError, ValueError):
            pass


def watched(console):
    people = [console.person(f"viewer{number}", "operator") for number in range(VIEWERS // OF_ONE)]
    return [Viewer(person, f"127.0.0.{2 + index // 10}") for index, person in enumerate(people) for _ in range(OF_ONE)]


def counted(bench):
    report = bench.folder / "callgrind"
    done = bench._start(["valgrind", "--tool=callgrind", "--separate-threads=yes", f"--callgrind-out-file={report}",
                         FMFERRY, "--config", bench.config, "run"], "counted").finish(1800)
    if done.code != 0:
        raise RuntimeError(done.err[-2000:])
    return sum(instructions_of(path) for path in bench.folder.glob("callgrind-*") if not path.name.endswith("-01"))


def run(tap, with_viewers):
    with Bench(tap, "viewers") as bench:
        bench.serve(f"generate:{RECORDS},1000", "--http")
        bench.configure(source={"allow_http": "yes"}, run={"workers": 1})
        bench.ferry("run", "--limit", "1")
        console = Console(bench)
        viewers = watched(console) if with_viewers else []
        figure = counted(bench)
        if with_viewers:
            tap.ok(min(viewer.news for viewer in viewers) >= 3, f"{len(viewers)} viewers follow the run",
                   [viewer.news for viewer in viewers])
        console.program.signal(15)
        console.program.finish(120)
        return figure


def test(tap):
    alone, beside = [], []
    for pair in range(PAIRS):
        order = [(alone, False), (beside, True)]
        for figures, with_viewers in order if pair % 2 == 0 else reversed(order):
            figures.append(run(tap, with_viewers))
    more = statistics.median(beside) / statistics.median(alone) - 1
    tap.note(f"alone {alone}", f"beside {VIEWERS} viewers {beside}", f"{more:+.2%} instructions")
    tap.ok(more < MOST, f"{VIEWERS} viewers cost less than {MOST:.0%} more instructions")


main(test)
