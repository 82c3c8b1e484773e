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
# other ways of crossing, with bounds that are smaller where the first search has the larger ones
MODES = {"REREAD": ("-DMAXE=2",), "NOMARK": ("-DMAXE=2",), "REACTS": ("-DMAXK=0", "-DMAXT=0")}
COMPILE = ["cc", "-w", "-DSAFETY", "-DNOREDUCE", "-DCOLLAPSE", "-DVECTORSZ=2048",
           "-DMEMLIM=4000", "-o", "pan", "pan.c"]


def search(model, *switches, ends_early=False):
    """
    All states of a model: (errors, states, whether the search was complete). One that ends early, at the first
    error, is compiled as it is: that takes longer than the search.
    """
    with tempfile.TemporaryDirectory(prefix="fmferry-model-") as folder:
        def run(*command):
            done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, timeout=LIMIT,
                                  stderr=subprocess.STDOUT, text=True)
            return done.stdout
        said = run("spin", "-a", *switches, str(HERE / model)) + run(*COMPILE, "-O0" if ends_early else "-O2")
        if not (pathlib.Path(folder) / "pan").exists():
            raise RuntimeError(f"{model} {switches}: {said[-600:]}")
        said = run("./pan", "-m1000000")
    errors = re.search(r"errors: (\d+)", said)
    states = re.search(r"([\d.e+]+) states, stored", said)
    whole = "max search depth too small" not in said and "out of memory" not in said
    return int(errors.group(1)), int(float(states.group(1))), whole


def broken_of(model, mode=None):
    """The switches that the model's first comment tells of, for a mode of the model or for none."""
    comment = (HERE / model).read_text().partition("*/")[0]
    return re.findall(rf"^ \*   {mode}\+([A-Z]+) " if mode else r"^ \*   ([A-Z0-9]{5,}) ", comment, re.M)


def hold(tap, model, least, mode=None, bounds=()):
    """No state is wrong, each break is caught, and the wanted end can be reached."""
    name = f"{model} with {mode}" if mode else model
    switches = (f"-D{mode}", *bounds) if mode else ()
    errors, states, whole = search(model, *switches)
    tap.ok(errors == 0 and whole, f"{name}: {states} states, none is wrong", errors, whole)
    broken = broken_of(model, mode)
    tap.ok(len(broken) >= least, f"{name} knows ways to be broken", broken)
    for switch in broken:
        errors, states, _ = search(model, *switches, f"-D{switch}", ends_early=True)
        tap.ok(errors > 0, f"{name}: {switch} is caught", f"{states} states")
    if "REACH" in (HERE / model).read_text():
        errors, _, _ = search(model, *switches, "-DREACH", ends_early=True)
        tap.ok(errors > 0, f"{name}: a document can arrive at all")


def test(tap):
    for model in sorted(path.name for path in HERE.glob("*.pml")):
        hold(tap, model, 2)
    for mode, bounds in MODES.items():
        hold(tap, "crossing.pml", 1, mode, bounds)


main(test)
