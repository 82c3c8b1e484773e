#!/usr/bin/python3
"""
Failures by cause: neighbours that fail alike are shown once, each document where it is asked for; and a thousand
failures fit one screen.
"""

import csv
import io
import json

from harness import main, play, wait_until
from terminals import Terminal, columns

SCENARIO = ("container 1..60 is missing\ncontainer 20..29 is empty\ncontainer 200 is empty\n"
            "container 300 is missing\n")
RECORDS = 320


def failed(bench):
    (bench.folder / "scenario").write_text(SCENARIO)
    bench.serve(f"generate:{RECORDS},500", "--scenario", bench.folder / "scenario")
    bench.configure(run={"retry_ms": 1, "attempts": 2})
    return bench.ferry("run")


def by_cause(tap, bench):
    tap.same(failed(bench).code, 3, "62 documents fail")
    out = bench.ferry("failures").out
    lines = out.splitlines()
    tap.ok(lines[0].startswith("60 documents failed: records 1–60"), "neighbours are one cluster, whatever their classes",
           out)
    tap.ok(lines[1].startswith("50  container-unavailable, 1–60: ") and lines[4].startswith("10  container-empty, 20–29: "),
           "each class of it is a cause, the larger first", out)
    tap.ok("HTTP status 404" in lines[2] and lines[3].lstrip().startswith("→ open the record"),
           "with evidence and advice", out)
    tap.ok("2 documents failed, scattered over records 200–300" in out, "those apart are said to be so", out)
    tap.ok("fmferry retry --class CLASS\n" in out and "add --record N-M" in out, "the commands that follow are said", out)
    types = sum(int(word.split()[0]) for word in lines[1].split(": ", 1)[1].split(", "))
    tap.same(types, 50, "the types of a cause sum to its documents")

    limited = bench.ferry("failures", "--limit", "1").out
    tap.ok("container-empty" not in limited and "3 more causes, of 12 documents" in limited,
           "--limit: what is left out is counted", limited)
    few = bench.ferry("failures", "--class", "container-empty", "--record", "1-100").out
    tap.ok(few.startswith("10 documents failed: records 20–29") and "unavailable" not in few
           and "retry --class container-empty --record 1-100\n" in few, "only what is asked for, and commands for just that",
           few)
    none = bench.ferry("failures", "--class", "integrity")
    tap.same((none.code, none.out), (0, "no such document has failed\n"), "nothing of a class")
    status = bench.status()
    tap.same([[one["count"] for one in failure["clusters"]] for failure in status["failures"]], [[10, 1], [50, 1]],
             "status has the same clusters")
    bench.stop_serving()


def by_document(tap, bench):
    failed(bench)
    every = json.loads(bench.ferry("failures", "--json").out)
    tap.same(len(every), 62, "JSON has each document")
    kind = every[0]["type"]
    for words, wanted in ((["--class", "container-empty"], lambda one: one["class"] == "container-empty"),
                          (["--type", kind], lambda one: one["type"] == kind),
                          (["--record", "20"], lambda one: one["recordId"] == 20),
                          (["--record", "55-250", "--class", "container-unavailable"],
                           lambda one: 55 <= one["recordId"] <= 60)):
        chosen = [one["recordId"] for one in every if wanted(one)]
        listed = json.loads(bench.ferry("failures", "--json", *words).out)
        tap.ok(chosen and [one["recordId"] for one in listed] == chosen, f"JSON: {' '.join(words)}", chosen, listed[:2])
        rows = list(csv.DictReader(io.StringIO(bench.ferry("failures", "--csv", *words).out)))
        tap.same([int(row["record"]) for row in rows], chosen, f"CSV: {' '.join(words)}")
    tap.same(len(json.loads(bench.ferry("failures", "--json", "--limit", "5").out)), 5, "JSON: --limit")
    text = bench.ferry("failures", "--all", "--limit", "2").out
    tap.ok(sum(line.startswith("record ") for line in text.splitlines()) == 2 and "60 more: without --limit" in text, "--all: the first, and how many more", text)
    tap.same(bench.ferry("failures", "--all").out.count("    failed at fetch"), 62, "--all: each with its evidence")
    for words, said in ((["--class", "container-emtpy"], "is 'container-empty' meant?"),
                        (["--type", kind + "x"], f"is '{kind}' meant?"), (["--record", "x"], "--record")):
        wrong = bench.ferry("failures", *words)
        tap.ok(wrong.code == 2 and said in wrong.err, f"{' '.join(words)}: {said}", wrong.err)
    bench.stop_serving()


def on_a_screen(tap, bench):
    """More than a thousand failures of five causes: they fit 24 lines of 80 columns."""
    bench.serve("generate:1100,300")
    bench.configure(run={"retry_ms": 1, "attempts": 1})
    bench.happen("container 1..1056 is missing", "container 100..200 is empty", "container 300..340 is empty")
    tap.same(bench.ferry("run", limit=600).code, 3, "1,056 documents fail")
    for width in (40, 60, 80, 120):
        seen = Terminal(bench, 24, width, "failures")
        wait_until(lambda: (seen.read(), not seen.is_running())[1])  # pylint: disable=cell-var-from-loop
        seen.read()
        lines = seen.text.replace("\x1b[1m", "").replace("\x1b[0m", "").split("\r\n")
        folded = [line for line in lines if "fmferry " not in line]
        tap.ok("1,056 documents failed" in lines[0] and all(columns(line) <= width for line in folded),
               f"{width} columns: nothing is wider", *lines)
        tap.ok(width < 80 or len(lines) <= 24, f"{width} columns: one screen has room for it", len(lines), *lines)
    bench.stop_serving()


def test(tap):
    play(tap, (by_cause, by_document, on_a_screen), "failures-")


main(test)
