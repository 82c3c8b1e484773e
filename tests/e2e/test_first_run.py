#!/usr/bin/python3
"""A first migration: check, patients, run, status; a second run writes nothing."""

from harness import Bench, main, need_programs

DOCUMENTS, BYTES = 300, 20000
SHAPE = {"source": {"name", "layout", "total", "gone", "census_complete", "census_at", "witnesses"},
         "states": {"waiting", "claimed", "stored", "done", "failed", "waived"},
         "links": {"linked", "unlinked", "review"}, "uploads": {"arrived", "failed", "under_way", "bytes"},
         "bytes": {"source", "known", "stored"},
         "cost_per_month": {"amount", "currency"}, "forecast": {"will_be_done", "never", "eta"}}
RUN = {"run", "started", "ended", "found", "processed", "successful", "failed", "waiting", "status"}


def check_status(tap, status):
    tap.same({name: set(status[name]) for name in SHAPE}, SHAPE, "status --json has the shape")
    tap.same([set(run) for run in status["runs"]], [RUN], "and its runs have theirs")
    tap.same(status["states"], {"waiting": 0, "claimed": 0, "stored": 0, "done": DOCUMENTS,
                                "failed": 0, "waived": 0}, "everything is done")
    tap.same((status["source"]["total"], status["source"]["gone"], status["source"]["witnesses"]),
             (DOCUMENTS, 0, [DOCUMENTS, DOCUMENTS]), "two counts of the source agree")
    tap.same(sum(kind["total"] for kind in status["types"]), DOCUMENTS, "the types sum up")
    tap.same(sum(status["links"].values()), DOCUMENTS, "the links sum up")
    tap.same(status["bytes"]["stored"], DOCUMENTS * BYTES, "the bytes sum up")
    tap.same([run[name] for run in status["runs"] for name in ("found", "processed", "successful",
                                                               "failed", "waiting", "status")],
             [DOCUMENTS, DOCUMENTS, DOCUMENTS, 0, 0, "finished"], "the run counts documents")
    tap.ok(all(point["met"] for point in status["checklist"]) and status["checklist"],
           "every point of the checklist is met", status["checklist"])


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "first-run") as bench:
        bench.serve(f"generate:{DOCUMENTS},{BYTES}")
        checked = bench.ferry("check")
        tap.ok(checked.code == 0 and "all fine" in checked.out, "check finds all fine", checked.out)
        tap.ok(not any(line["effect"] == "patch" for line in bench.journal_lines()),
               "check writes nothing to the source")
        tap.same(bench.ferry("patients", "import").code, 0, "patients are imported")
        first = bench.ferry("run")
        tap.ok(first.code == 0, "the run ends with 0", first.err, first.out)
        tap.ok("no document has a patient" not in first.out, "and says nothing about patients", first.out)
        check_status(tap, bench.status())
        failures = bench.ferry("failures", "--json")
        tap.same((failures.code, failures.out.split()), (0, ["[", "]"]), "no failures")

        before = bench.snapshot()
        second = bench.ferry("run")
        tap.ok(second.code == 0, "a second run ends with 0", second.err)
        bench.status()
        bench.stop_serving()
        found = bench.check("the checker agrees; the second run wrote nothing",
                            exit_code=second.code, before=before)
        counts = found.get("counts", {})
        tap.same([counts.get("I2", {}).get("objects read"), counts.get("I1", {}).get("marks"),
                  counts.get("I3", {}).get("rows")], [DOCUMENTS] * 3, "and looked at every document")
        tap.ok(counts.get("I11", {}).get("names", 0) > 20, "and knew whose names to look for", counts)
    with Bench(tap, "no-patients") as bench:
        bench.serve("generate:3,2000")
        done = bench.ferry("run")
        tap.ok("no document has a patient" in done.out and "fmferry patients import" in done.out,
               "a run before the patients were imported says so, and what to do", done.out)
        bench.stop_serving()


main(test)
