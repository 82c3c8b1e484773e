#!/usr/bin/python3
"""
The clinic as the first importer found it, in one run: 10,203 documents done, 1,056 failed with class
and evidence, every sum 11,259. A second run writes nothing.
"""

import json

from harness import Bench, main, need_programs
from papers import check_reading
from webpage import Page

TOTAL, DONE, FAILED = 11259, 10203, 1056
CLASSES = {"container-unavailable": 739, "container-empty": 264, "container-reference": 21,
           "container-truncated": 17, "container-not-a-file": 15}
PATIENTS = 2700
LIMIT = 300


def check_failures(tap, bench):
    """Each failure with its class, what was tried, and what was answered."""
    listed = json.loads(bench.ferry("failures", "--json").out)
    tap.same(len(listed), FAILED, "every failure is listed")
    tap.ok(all(one["class"] in CLASSES and one["message"] and one["step"] and one["tries"]
               for one in listed), "each with class, step, tries and words", listed[:2])
    tap.ok(all(1 <= one["recordId"] <= FAILED for one in listed), "all among the first 1,056 records")
    refused = [one for one in listed if one["class"] == "container-unavailable"]
    tap.ok(refused and all(one["http_status"] == 404 for one in refused),
           "the unavailable ones with the answer of the stream", refused[:2])


def check_sums(tap, status):
    known = {failure["class"]: failure["count"] for failure in status["failures"]}
    tap.same(known, CLASSES, "739 unavailable, 264 empty, 21 by reference, 17 truncated, 15 pages")
    tap.same((status["states"]["done"], status["states"]["failed"]), (DONE, FAILED),
             "10,203 done and 1,056 failed")
    tap.same(sum(status["states"].values()), TOTAL, "the states sum to 11,259")
    tap.same((status["source"]["total"], status["source"]["witnesses"]), (TOTAL, [TOTAL, TOTAL]),
             "and so do both counts of the source")
    tap.same(sum(kind["total"] for kind in status["types"]), TOTAL, "and the types")
    run = status["runs"][0]
    tap.same((run["found"], run["processed"], run["successful"] + run["failed"], run["waiting"]),
             (TOTAL, TOTAL, TOTAL, 0), "and the run's documents")
    tap.ok(status["links"]["unlinked"] > 0 and status["links"]["linked"] > 9000,
           "documents of late patients are recorded as unlinked", status["links"])


def check_report(tap, bench):
    """A report with so many failures is read on every screen, and fits a few sheets of paper."""
    path = bench.folder / "report.html"
    tap.same(bench.ferry("report", "--output", path).code, 0, "there is a report")
    rows = [row for table in Page(path.read_text()).tables if table[0][:2] == ["Documents", "Cause"]
            for row in table[1:] if len(row) == 3]
    tap.same({name: int(row[0]) for row in rows for name in CLASSES if row[1].startswith(name)}, CLASSES,
             "each cause stands once in it, with the number of its documents")
    check_reading(tap, bench.folder, path, "Clinic/API_Docs", 8)


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "seed") as bench:
        bench.serve("seed-replay")
        imported = bench.ferry("patients", "import")
        tap.ok(imported.code == 0 and f"{PATIENTS} written" in imported.out, "2,700 patients",
               imported.out, imported.err)
        first = bench.ferry("run", limit=LIMIT)
        tap.ok(first.code == 3, "one run ends with 3", first.code, first.err, first.out)
        tap.note(f"the run took {first.seconds:.0f} s")
        check_sums(tap, bench.status())
        check_failures(tap, bench)
        check_report(tap, bench)
        before = bench.snapshot()
        second = bench.ferry("run", limit=LIMIT)
        tap.same(second.code, 3, "a second run ends with 3")
        bench.status()
        bench.stop_serving()
        bench.check("the checker agrees; the second run wrote nothing", exit_code=second.code,
                    before=before)


main(test)
