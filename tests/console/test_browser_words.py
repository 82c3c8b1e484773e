#!/usr/bin/python3
"""
Staff who search for a word in a real browser: it is found in a letter, on the page that has it, and marked beside the page;
each page is held against axe-core. BROWSER_SHOTS=FOLDER keeps a picture of each.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Bench, main, need_programs, wait_until  # noqa: E402
from letters import LETTERS  # noqa: E402
from people import Console  # noqa: E402
from playing import browser, play  # noqa: E402


def test(tap):
    if not need_programs(tap):
        return
    folder = browser(tap, "words in a browser")
    if not folder:
        return
    with Bench(tap, "browser-words") as bench:
        scans = bench.folder / "scans"
        scans.mkdir()
        for name, data in LETTERS.items():
            (scans / name).write_bytes(data)
        bench.serve(f"files:{scans}")
        bench.ferry("run", limit=600)
        console = Console(bench)
        user = console.person("kim", "staff")
        tap.ok(wait_until(lambda: user.json("/api/v1/index") | {"wordless": 0} == {"documents": len(LETTERS), "waiting": 0, "wordless": 0},
                          60, 0.1), "the words of all letters are read")
        play(tap, folder, "words.mjs", f"https://localhost:{console.port}", user.key)
        console.program.signal(15)
        tap.same(console.program.finish(60).code, 0, "the console ends when it is told to")
        bench.stop_serving()


if __name__ == "__main__":
    main(test)
