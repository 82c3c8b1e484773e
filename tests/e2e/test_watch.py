#!/usr/bin/python3
"""
status --watch redraws itself in place on a terminal of any width, from the ledger of a run in another
process. It fits, and leaves the terminal as it was. Elsewhere it writes a line each time.
"""

import os
import re
import signal

from harness import Bench, main, need_programs, wait_until
from terminals import Terminal, columns

LIMIT = 300
FRAME = "\x1b[H"


class Watch(Terminal):
    """status --watch, frame by frame."""

    def frames(self):
        """Whole ones, oldest first; what moves the cursor and paints is taken out."""
        self.read()
        parts = self.text.split(FRAME)[1:]
        return [[re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line) for line in part.split("\r\n")]
                for part in parts if "Ctrl-C ends" in part]

    def until(self, condition):
        return wait_until(lambda: any(condition(frame) for frame in self.frames()), LIMIT, 0.05)


def figure(frame, name):
    found = next((line for line in frame if line.strip().startswith(name)), "")
    numbers = re.findall(r"[\d,]+", found)
    return int(numbers[0].replace(",", "")) if numbers else 0


def check_run(tap, bench):
    watch = Watch(bench, 24, 60, "status", "--watch", "--every", "1")
    tap.ok(watch.until(lambda frame: any("looking again" in line for line in frame)),
           "whoever watches before a run waits for it", watch.text[-400:])
    run = bench.start("run")
    tap.ok(watch.until(lambda frame: 0 < figure(frame, "done")), "and sees it begin")
    tap.ok(watch.until(lambda frame: figure(frame, "done") == figure(frame, "total") - 2
                       and figure(frame, "total") == 500), "and end", watch.text[-1500:])
    tap.ok(run.finish().code == 3, "the run did not notice", run.err)
    frames = watch.frames()
    wide = [line for frame in frames for line in frame if columns(line) > 60]
    tall = [len(frame) for frame in frames if len(frame) > 24]
    tap.same((wide[:3], tall[:3]), ([], []), f"{len(frames)} frames fit 24 lines of 60")
    done = [figure(frame, "done") for frame in frames if figure(frame, "total")]
    tap.ok(done == sorted(done) and len(set(done)) > 1, "figures only grow", done)
    return watch


def check_end(tap, watch):
    watch.resize(50, 110)
    tap.ok(watch.until(lambda frame: any("Is it complete?" in line for line in frame)),
           "a larger window shows more")
    os.write(watch.master, b"\x03")
    tap.ok(wait_until(lambda: not watch.is_running(), LIMIT), "Ctrl-C ends it")
    watch.read()
    tap.same(watch.process.returncode, 130, "with 130")
    tap.ok(watch.text.count("\x1b[?25l") == 1 and watch.text.rstrip().endswith("\x1b[?25h"),
           "and the cursor is back", repr(watch.text[-80:]))
    tap.ok("fmferry:" not in watch.text, "without complaint")


def check_pipe(tap, bench):
    program = bench.start("status", "--watch", "--every", "1")
    tap.ok(wait_until(lambda: program.out_path.read_text().count("\n") >= 2, LIMIT),
           "where there is no terminal there is a line each time")
    program.signal(signal.SIGINT)
    program.finish()
    tap.ok(program.code == 130 and "\x1b" not in program.out and "498 of 500 done, 2 failed" in
           program.out.splitlines()[0], "plain, with the figures", program.out, program.err)
    tap.ok(bench.ferry("status", "--watch", "--json").code == 2, "--json is not watched")


def check_once(tap, bench):
    """status by itself, on a terminal of every width."""
    for width in (40, 66, 80, 98, 140):
        terminal = Terminal(bench, 40, width, "status")
        tap.ok(wait_until(lambda: terminal.read() or not terminal.is_running(), LIMIT), f"{width}: ends")
        terminal.read()
        plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.text)
        wide = [line for line in plain.split("\r\n") if columns(line) > width]
        tap.ok(not wide and "container-empty" in plain and terminal.process.returncode == 3,
               f"{width} columns are enough", wide)


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "watch") as bench:
        bench.serve("demo")
        bench.ferry("patients", "import")
        for path in (bench.database, bench.folder / "fmferry.db-wal", bench.folder / "fmferry.db-shm"):
            path.unlink(missing_ok=True)
        watch = check_run(tap, bench)
        check_end(tap, watch)
        check_pipe(tap, bench)
        check_once(tap, bench)


main(test)
