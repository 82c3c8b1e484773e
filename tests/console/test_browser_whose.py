#!/usr/bin/python3
"""
Records at the console in a real browser: two rosters side by side, and a document that is given to another patient; each page
is held against axe-core. BROWSER_SHOTS=FOLDER keeps a picture of each.
"""

import pathlib
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Bench, main, need_programs, wait_until  # noqa: E402
from people import Console  # noqa: E402
from playing import browser, play  # noqa: E402

RECORDS = 40


def prepare(bench):
    """In doubt, gone, with a wrong document, and whose it is: the ids of patients."""
    bench.serve(f"generate:{RECORDS},500")
    bench.configure(console={"link": "yes"})
    bench.ferry("patients", "import")
    doubted, gone, wrong, right = [row for row, in bench.sql("select id from patients_patient order by id limit 4")]
    bench.sql("update patients_patient set dob = '1901-01-01' where id = ?", doubted)
    bench.sql("delete from patients_patient where id = ?", gone)
    bench.sql("update patients_patient set last_name = 'Ringelblum' where id = ?", right)
    bench.ferry("run")
    return doubted, gone, wrong, right


def test(tap):
    if not need_programs(tap):
        return
    folder = browser(tap, "whose is it, in a browser")
    if not folder:
        return
    with Bench(tap, "browser-whose") as bench:
        doubted, _, wrong, _ = prepare(bench)
        console = Console(bench)
        user = console.person("kim", "records")
        tap.ok(wait_until(lambda: user.json("/api/v1/patients?q=ringelblum")["items"], 60, 0.2), "patients are listed")
        (own,), = bench.sql("select lower(json_extract(filemaker_metadata, '$.filemaker_id')) from patients_patient where id = ?", doubted)
        (row,), = bench.sql("select id from documents_document where object_id = ? limit 1", wrong)
        play(tap, folder, "whose.mjs", f"https://localhost:{console.port}", user.key, own, str(uuid.UUID(row)), "Ringelblum")
        console.program.signal(15)
        tap.same(console.program.finish(60).code, 0, "the console ends when it is told to")
        bench.stop_serving()


if __name__ == "__main__":
    main(test)
