#!/usr/bin/python3
"""
The protocol as Promela models: every state is visited, and none violates what docs/model.md promises.
Each way of breaking the protocol that a model knows (-D in its first comment) must be caught, and the wanted
end must be reachable.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import main  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
LIMIT = 600
COMPILE = ["cc", "-O2", "-w", "-DSAFETY", "-DNOREDUCE", "-DCOLLAPSE", "-DVECTORSZ=2048",
           "-DMEMLIM=4000", "-o", "pan", "pan.c"]


def search(model, *switches):
    """All states of a model: (errors, states, whether the search was complete)."""
    with tempfile.TemporaryDirectory(prefix="fmferry-model-") as folder:
        def run(*command):
            done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, timeout=LIMIT,
                                  stderr=subprocess.STDOUT, text=True)
            return done.stdout
        said = run("spin", "-a", *switches, str(HERE / model)) + run(*COMPILE)
        if not (pathlib.Path(folder) / "pan").exists():
            raise RuntimeError(f"{model} {switches}: {said[-600:]}")
        said = run("./pan", "-m1000000")
    errors = re.search(r"errors: (\d+)", said)
    states = re.search(r"([\d.e+]+) states, stored", said)
    whole = "max search depth too small" not in said and "out of memory" not in said
    return int(errors.group(1)), int(float(states.group(1))), whole


def broken_of(model):
    """The switches that the model's first comment tells of."""
    comment = (HERE / model).read_text().partition("*/")[0]
    return re.findall(r"^ \*   ([A-Z0-9]{5,}) ", comment, re.M)


def answered(tap):
    """A solution that answers marks: without kills and late answers, which the other search has."""
    model, switches = "crossing.pml", ("-DREACTS", "-DMAXK=0", "-DMAXT=0")
    errors, states, whole = search(model, *switches)
    tap.ok(errors == 0 and whole, f"{model}: {states} states where marks are answered, none is wrong",
           errors, whole)
    comment = (HERE / model).read_text().partition("*/")[0]
    broken = re.findall(r"^ \*   REACTS\+([A-Z]+) ", comment, re.M)
    tap.ok(len(broken) >= 3, f"{model} knows ways to break that", broken)
    for switch in broken:
        errors, states, _ = search(model, *switches, f"-D{switch}")
        tap.ok(errors > 0, f"{model}: {switch} is caught", f"{states} states")
    errors, _, _ = search(model, *switches, "-DREACH")
    tap.ok(errors > 0, f"{model}: a document whose mark is answered can arrive at all")


def test(tap):
    for model in sorted(path.name for path in HERE.glob("*.pml")):
        errors, states, whole = search(model)
        tap.ok(errors == 0 and whole, f"{model}: {states} states, none is wrong", errors, whole)
        switches = broken_of(model)
        tap.ok(len(switches) >= 2, f"{model} knows ways to be broken", switches)
        for switch in switches:
            errors, states, _ = search(model, f"-D{switch}")
            tap.ok(errors > 0, f"{model}: {switch} is caught", f"{states} states")
    answered(tap)
    errors, _, _ = search("crossing.pml", "-DREACH")
    tap.ok(errors > 0, "crossing.pml: a document can arrive at all")


main(test)
