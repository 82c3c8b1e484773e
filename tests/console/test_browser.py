#!/usr/bin/python3
"""
The console in a real browser: an account is set up by its link, a run is watched, failures are opened and put back; every
page is held against axe-core in light and dark, at 320 px and with letters twice as large, with the keyboard alone.
BROWSER_SHOTS=FOLDER keeps a picture of each.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import npm  # noqa: E402
from harness import ROOT, Bench, main, need_programs  # noqa: E402
from people import Console  # noqa: E402

BROWSER = ROOT / "tests" / "console" / "browser"
SCENARIO = "container 1..60 is missing\ncontainer 70..72 is empty\n"
PASSWORD = "lemon garden tractor"
SAID = re.compile(r"(not )?ok - (.*)")
LIMIT = 1800


def link_of(bench, port):
    """The link to set the account up; it names the port that is configured."""
    said = bench.ferry("users", "add", "kim", "--role", "operator,owner,admin", "--shown", "Kim <Ito>").out
    return f"https://localhost:{port}/setup/" + re.search(r"/setup/(\w+)", said)[1]


def watch(tap, bench, folder, words):
    """Relays what the browser's script says; when it watches the run, one begins."""
    program = subprocess.Popen(["node", "stories.mjs", *words], cwd=folder, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run():
        bench.ferry("run", limit=120)
        program.stdin.write("the run has ended\n")
        program.stdin.flush()

    end = threading.Timer(LIMIT, program.kill)
    end.start()
    for line in program.stdout:
        found = SAID.fullmatch(line.strip())
        if found:
            tap.ok(not found[1], found[2])
        elif line.strip() == "watching":
            threading.Thread(target=run).start()
        elif line.strip() != "end":
            tap.note(line.rstrip())
    end.cancel()
    tap.same(program.wait(), 0, "the browser's script comes to its end")


def test(tap):
    if not need_programs(tap):
        return
    folder, why = npm.installed(tap, BROWSER)
    if not why and not shutil.which("chromium"):
        why = "chromium is not installed"
    if why:
        tap.skip("the console in a browser", why)
        return
    with Bench(tap, "browser") as bench:
        (bench.folder / "scenario").write_text(SCENARIO)
        bench.serve("generate:120,500", "--scenario", bench.folder / "scenario")
        bench.configure(run={"workers": 2, "retry_ms": 20, "attempts": 1})
        bench.ferry("run", "--limit", "90")
        console = Console(bench)
        watch(tap, bench, folder, [f"https://localhost:{console.port}", link_of(bench, console.port), PASSWORD,
                                   *filter(None, [os.environ.get("BROWSER_SHOTS")])])
        console.program.signal(15)
        tap.same(console.program.finish(60).code, 0, "the console ends when it is told to")
        bench.stop_serving()


if __name__ == "__main__":
    main(test)
