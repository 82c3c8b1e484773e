#!/usr/bin/python3
"""
Staff who upload in a real browser: chosen and dropped, with a bar, twice, over a line that breaks, and without script; the
page is held against axe-core, and what arrived against the store. BROWSER_SHOTS=FOLDER keeps a picture of each.
"""

import pathlib
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Bench, main, need_programs  # noqa: E402
from people import Console  # noqa: E402
from playing import browser, play  # noqa: E402
from uploads import complaints, patients_of, pdf, uploads_of  # noqa: E402

NAMES = ("one", "two", "three", "four")


def test(tap):
    if not need_programs(tap):
        return
    folder = browser(tap, "uploads in a browser")
    if not folder:
        return
    with Bench(tap, "browser-upload") as bench:
        files = bench.folder / "files"
        files.mkdir()
        for name in NAMES:
            (files / f"{name}.pdf").write_bytes(pdf(f"the file {name}"))
        (files / "large.pdf").write_bytes(pdf("large") + bytes(1_200_000))
        (files / "program.exe").write_bytes(b"MZ" + bytes(200))
        bench.serve("generate:6,2000")
        bench.ferry("patients", "import")
        bench.ferry("run", limit=600)
        console = Console(bench)
        user = console.person("kim", "staff")
        play(tap, folder, "upload.mjs", f"https://localhost:{console.port}", user.key, str(uuid.UUID(patients_of(bench)[0])), str(files))
        tap.same(list(complaints(bench)), [], "each upload has its row and its bytes")
        stored = [name for *_, state, _, _, name in uploads_of(bench) if state == "done"]
        tap.same({name: stored.count(f"{name}.pdf") for name in (*NAMES[1:], "large")}, {**{name: 1 for name in NAMES[1:]}, "large": 1},
                 "each that was sent once, or twice by a line that broke, is stored once")
        console.program.signal(15)
        tap.same(console.program.finish(60).code, 0, "the console ends when it is told to")
        bench.stop_serving()


if __name__ == "__main__":
    main(test)
