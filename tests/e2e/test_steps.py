#!/usr/bin/python3
"""
`-v` says what became of each document, step by step: as lines for people, or with --log-json as events whose
members keep their names. Neither tells a secret, a patient's data or the name of a file.
"""

import json
import re
import sys

sys.dont_write_bytecode = True

from harness import PASSWORD, Bench, main, need_programs

STEPS = ["fetched", "stored", "recorded", "marked", "confirmed"]
LINE = re.compile(r"^\S+Z debug \[worker-\d+\] ([0-9a-f-]{36}): (\w+), (\d+) bytes, (\d+) ms$", re.MULTILINE)
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
EVENT = {"time": str, "level": str, "worker": str, "item": str, "message": str, "step": str, "bytes": int, "ms": int}


def steps_of_lines(log):
    return [(item, step, int(size)) for item, step, size, _ in LINE.findall(log)]


def steps_of_events(tap, log):
    events = [json.loads(line) for line in log.splitlines()]
    steps = [event for event in events if "step" in event]
    odd = [event for event in steps if {name: type(value) for name, value in event.items()} != EVENT
           or event["level"] != "debug" or not STAMP.fullmatch(event["time"]) or event["ms"] < 0]
    tap.ok(events and not odd, "each event has the members that docs/json.md lists, and no other", odd[:3])
    return [(event["item"], event["step"], event["bytes"]) for event in steps]


def nothing_private(tap, bench, log, form):
    """`log` tells neither names of people or files, nor what opens FileMaker."""
    people = [name for row in bench.sql("select first_name, last_name from patients_patient") for name in row]
    files = [one["name"] for one in json.loads(bench.truth.read_text())]
    secret = [word for word in {*people, *files, PASSWORD} if re.search(rf"\b{re.escape(word)}\b", log)]
    tap.ok(people and files and not secret, f"{form}: nothing private is logged", secret)


def steps_are_right(tap, bench, steps, form):
    """Every document of the truth has all its steps, in their order, with its size."""
    for one in json.loads(bench.truth.read_text()):
        mine = [(step, size) for item, step, size in steps if item == one["id"].lower()]
        tap.same(mine, [(step, one["size"]) for step in STEPS], f"{form}: the steps of record {one['recordId']}")


def log_of(tap, name, data, *words):
    bench = Bench(tap, name)
    with bench:
        bench.serve(data)
        bench.ferry("patients", "import")
        ran = bench.ferry(*words, "run")
        bench.stop_serving()
        yield bench, ran.err


def test(tap):
    if not need_programs(tap):
        return
    for bench, log in log_of(tap, "steps-text", "generate:20,2000", "-v"):
        steps_are_right(tap, bench, steps_of_lines(log), "text")
        nothing_private(tap, bench, log, "text")
    for bench, log in log_of(tap, "steps-json", "generate:20,2000", "--verbose", "--log-json"):
        steps_are_right(tap, bench, steps_of_events(tap, log), "JSON")
        nothing_private(tap, bench, log, "JSON")
    for bench, log in log_of(tap, "steps-large", "generate:2,9M", "-v"):
        steps_are_right(tap, bench, steps_of_lines(log), "large files")
    for _, log in log_of(tap, "steps-quiet", "generate:5,2000"):
        tap.same(steps_of_lines(log), [], "without -v, no steps are logged")


main(test)
