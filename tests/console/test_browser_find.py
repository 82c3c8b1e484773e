#!/usr/bin/python3
"""
Staff at the console in a real browser: a patient is found and opened in two keystrokes, documents are listed, by keyboard
and at 375 px; each page is held against axe-core. BROWSER_SHOTS=FOLDER keeps a picture of each.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Bench, main, need_programs, wait_until  # noqa: E402
from people import Console  # noqa: E402
from playing import browser, play  # noqa: E402

RECORDS = 120


def busiest(bench):
    """Who has the most documents: what one types, and the last name."""
    (last, first, born), = bench.sql("select last_name, first_name, dob from patients_patient where id = (select object_id "
                                     "from documents_document group by 1 order by count(*) desc limit 1)")
    return f"{last.lower()} {first[:2].lower()} {born[:4]}", last


def test(tap):
    if not need_programs(tap):
        return
    folder = browser(tap, "patients in a browser")
    if not folder:
        return
    with Bench(tap, "find") as bench:
        bench.serve(f"generate:{RECORDS},500")
        bench.configure()
        bench.ferry("patients", "import")
        bench.ferry("run")
        console = Console(bench)
        user = console.person("kim", "staff")
        tap.ok(wait_until(lambda: len(user.json("/api/v1/documents?limit=200")["items"]) == RECORDS, 60, 0.2),
               "all documents are listed")
        play(tap, folder, "find.mjs", f"https://localhost:{console.port}", user.key, *busiest(bench))
        console.program.signal(15)
        tap.same(console.program.finish(60).code, 0, "the console ends when it is told to")
        bench.stop_serving()


if __name__ == "__main__":
    main(test)
