#!/usr/bin/python3
"""
The owner in a real browser: gives documents up without script, sees what keeps him from signing, reads the report, signs,
and prints. BROWSER_SHOTS=FOLDER keeps pictures of the pages, and the sheet for the signature.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Bench, main, need_programs  # noqa: E402
from people import Console, set_up  # noqa: E402
from playing import browser, play  # noqa: E402

PASSWORD = "lemon garden tractor"


def test(tap):
    if not need_programs(tap):
        return
    folder = browser(tap, "the sign-off in a browser")
    if not folder:
        return
    with Bench(tap, "browser-signoff") as bench:
        (bench.folder / "scenario").write_text("container 1..3 is missing\n")
        bench.serve("generate:60,500", "--scenario", bench.folder / "scenario")
        bench.configure(run={"retry_ms": 1, "attempts": 1}, report={"practice": "Harbour Street Clinic"})
        bench.ferry("patients", "import")
        bench.ferry("run")
        bench.ferry("init", "--key")
        console = Console(bench)
        owner = set_up(bench, console, "kim", "owner,auditor", PASSWORD)

        def verify(answer):
            bench.ferry("verify", "--certificate", bench.folder / "certificate.txt")
            answer("verified")

        play(tap, folder, "signoff.mjs", f"https://localhost:{console.port}", owner.key, PASSWORD, ",".join(owner.spares),
             asks={"verify": verify})
        tap.same(bench.sql("select who, exceptions from fmferry_signoff"), [("kim", "[]")], "it stands in the ledger")
        console.program.signal(15)
        tap.same(console.program.finish(60).code, 0, "the console ends when it is told to")
        bench.stop_serving()


if __name__ == "__main__":
    main(test)
