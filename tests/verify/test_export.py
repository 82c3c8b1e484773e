#!/usr/bin/python3
"""
Leaving again, as a bag and as FHIR (exports.py says what must be right): once without a trouble, and as
somebody else would find it.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from exports import check_bag, check_fhir  # noqa: E402
from harness import Bench, main, need_programs  # noqa: E402


def check_taken(tap, bench, kind):
    """A folder in the way stays as it is."""
    taken = bench.folder / f"taken-{kind}"
    taken.mkdir()
    done = bench.ferry("export", kind, taken)
    tap.ok(done.code == 2 and "is there already" in done.err and not list(taken.iterdir()),
           f"{kind}: a folder that is there is refused", done.err)
    partial = bench.folder / f"foreign-{kind}.partial"
    partial.mkdir()
    (partial / "mine.txt").write_text("not an export\n")
    done = bench.ferry("export", kind, bench.folder / f"foreign-{kind}")
    tap.ok(done.code == 2 and "is no export that could go on" in done.err
           and [path.name for path in partial.iterdir()] == ["mine.txt"],
           f"{kind}: so is a partial folder that is no export", done.err)


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "export") as bench:
        bench.serve("demo")
        bench.ferry("patients", "import")
        bench.ferry("run")
        before = bench.snapshot()
        for kind, check in (("bagit", check_bag), ("fhir", check_fhir)):
            target = bench.folder / kind
            done = bench.ferry("export", kind, f"{target}/")
            tap.ok(done.code == 0, f"export {kind} ends with 0", done.err)
            check(tap, bench, target)
            check_taken(tap, bench, kind)
        bench.status()
        bench.stop_serving()
        bench.check("nothing was changed by all this", before=before)


main(test)
