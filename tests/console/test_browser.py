#!/usr/bin/python3
"""
The console in a real browser: an account is set up by its link, a run is watched, failures are opened and put back; every
page is held against axe-core in light and dark, at 320 px and with letters twice as large, with the keyboard alone.
BROWSER_SHOTS=FOLDER keeps a picture of each.
"""

import pathlib
import re
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Bench, main, need_programs  # noqa: E402
from playing import browser, play  # noqa: E402
from people import Console  # noqa: E402

SCENARIO = "container 1..60 is missing\ncontainer 70..72 is empty\n"
PASSWORD = "lemon garden tractor"


def link_of(bench, port):
    """The link to set the account up; it names the port that is configured."""
    said = bench.ferry("users", "add", "kim", "--role", "operator,owner,admin", "--shown", "Kim <Ito>").out
    return f"https://localhost:{port}/setup/" + re.search(r"/setup/(\w+)", said)[1]


def test(tap):
    if not need_programs(tap):
        return
    folder = browser(tap, "the console in a browser")
    if not folder:
        return
    with Bench(tap, "browser") as bench:
        (bench.folder / "scenario").write_text(SCENARIO)
        bench.serve("generate:120,500", "--scenario", bench.folder / "scenario")
        bench.configure(run={"workers": 2, "retry_ms": 20, "attempts": 1})
        bench.ferry("run", "--limit", "90")
        console = Console(bench)

        def run(answer):
            bench.ferry("run", limit=600)
            answer("the run has ended")

        play(tap, folder, "stories.mjs", f"https://localhost:{console.port}", link_of(bench, console.port), PASSWORD,
             asks={"watching": lambda answer: threading.Thread(target=run, args=[answer]).start()})
        console.program.signal(15)
        tap.same(console.program.finish(60).code, 0, "the console ends when it is told to")
        bench.stop_serving()


if __name__ == "__main__":
    main(test)
