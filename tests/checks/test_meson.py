#!/usr/bin/python3
"""`meson test` knows the programs that tests/run.py runs, and no others, and gives them what they need."""

import json
import pathlib
import sys

from objects import BUILD
from tree import ROOT, Tap

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import run as runner  # noqa: E402

NEEDS = {"FMFERRY_BUILD": str(BUILD.resolve()), "FMFERRY_ROOT": str(ROOT.resolve())}


def suite_of(path):
    """The suite of a program: unit and fuzz by its name, the folder of one in Python."""
    return path.parent.name if path.suffix == ".py" else path.name.partition("_")[0]


def differences(ours, mesons):
    """What is wrong with Meson's tests, {path: description}, beside the paths that run.py runs."""
    yield from (f"{path}: Meson does not know it; it belongs in a meson.build" for path in sorted(ours - set(mesons)))
    yield from (f"{path}: run.py does not run it" for path in sorted(set(mesons) - ours))
    for path, test in sorted(mesons.items()):
        suites = [name.rpartition(":")[2] for name in test["suite"]]
        if suite_of(path) not in suites:
            yield f"{path}: is not in the suite {suite_of(path)}"
        if test["protocol"] != "tap":
            yield f"{path}: Meson looks at its exit code alone, not at what it prints"
        if path.suffix == ".py" and any(test["env"].get(name) != value for name, value in NEEDS.items()):
            yield f"{path}: is not told where the build and the tree are"


def example(name, suite="e2e", protocol="tap", env=None):
    return {pathlib.Path(f"tests/e2e/{name}"): {"suite": [f"fmferry:{suite}"], "protocol": protocol,
                                                "env": NEEDS if env is None else env}}


tap = Tap()
good = example("test_a.py")
for name, mesons, said in (("the same programs are well", good, []),
                           ("one that Meson does not know is found", {}, ["Meson does not know it"]),
                           ("one that run.py does not run", {**good, **example("test_b.py")}, ["run.py does not run it"]),
                           ("another suite", example("test_a.py", suite="unit"), ["not in the suite e2e"]),
                           ("another protocol", example("test_a.py", protocol="exitcode"), ["exit code alone"]),
                           ("another build", example("test_a.py", env={}), ["is not told where"])):
    found = list(differences(set(good), mesons))
    tap.check(name, [] if len(found) == len(said) and all(map(str.__contains__, found, said)) else found or ["nothing"])
listed = json.loads((BUILD / "meson-info" / "intro-tests.json").read_text())
mesons = {pathlib.Path(test["cmd"][0]): test for test in listed}
ours = {pathlib.Path(command[0]).resolve() for _, command, _ in runner.programs_of(BUILD, True)}
print(f"# {len(ours)} programs, {len(listed)} tests of Meson's")
tap.check("meson test and tests/run.py know the same programs", list(differences(ours, mesons)))
tap.check("no program is two tests", [] if len(mesons) == len(listed) else ["one is there twice"])
tap.end()
