#!/usr/bin/python3
"""
tests/run.py, tried on small TAP programs that are each wrong in their own way and on builds older than their sources;
and how one test is chosen, in a program and for the debugger.
"""

import json
import os
import pathlib
import subprocess
import tempfile

from objects import BUILD
from tree import ROOT, Tap

GOOD = "1..2\nok 1 - a\nok 2 - b\n"
# name, what the program prints, its exit code, what run.py says of it; "": it passes
FORMS = [
    ("good", GOOD, 0, ""),
    ("plan-at-the-end", "ok 1 - a\nok 2 - b\n1..2\n", 0, ""),
    ("skips", "1..2\nok 1 - a # SKIP no such thing\nok 2 - b\n", 0, ""),
    ("talks", "# a remark\n1..1\nokay, ready\n# ok 7\nok 1 - a\n", 0, ""),
    ("too-few", "1..3\nok 1 - a\nok 2 - b\n", 0, "3 results are planned, 2 came"),
    ("too-few-at-the-end", "ok 1 - a\n1..2\n", 0, "2 results are planned, 1 came"),
    ("too-many", "1..1\nok 1 - a\nok 2 - b\n", 0, "1 results are planned, 2 came"),
    ("no-plan", "ok 1 - a\n", 0, "0 plans were printed"),
    ("two-plans", "1..1\nok 1 - a\n1..1\n", 0, "2 plans were printed"),
    ("plan-in-between", "ok 1 - a\n1..2\nok 2 - b\n", 0, "neither first nor last"),
    ("nothing", "1..0\n", 0, "nothing is tested"),
    ("silence", "", 0, "0 plans were printed"),
    ("twice-the-same", "1..2\nok 1 - a\nok 1 - a\n", 0, "result 2 is numbered 1"),
    ("a-gap", "1..2\nok 1 - a\nok 3 - b\n", 0, "result 2 is numbered 3"),
    ("no-number", "1..1\nok - a\n", 0, "numbered not at all"),
    ("fails", "1..2\nok 1 - a\nnot ok 2 - b\n", 1, "not ok 2 - b"),
    ("fails-in-peace", "1..1\nnot ok 1 - a\n", 0, "status 0 in spite"),
    ("dies", "1..2\nok 1 - a\nok 2 - b\n", 3, "ended with status 3"),
    ("bails-out", "1..1\nok 1 - a\nBail out! no more\n", 0, "Bail out!"),
]
RULE = "rule touch\n  command = touch $out\nbuild made: touch {source}\n"


class Fake:
    """A tree with one build folder: TAP programs, a description of them, and something to build."""

    def __init__(self, folder):
        self.root, self.build = pathlib.Path(folder), pathlib.Path(folder) / "build"
        for path in ("meson-info", "tests/unit"):
            (self.build / path).mkdir(parents=True)
        (self.root / "source").write_text("1")
        (self.build / "build.ninja").write_text(RULE.format(source=self.root / "source"))
        self.described = []
        self.describe()
        self.make()

    def make(self):
        subprocess.run(["ninja", "-C", self.build], stdout=subprocess.DEVNULL, check=True)

    def describe(self):
        targets = [{"type": "executable", "filename": [str(path)]} for path in self.described]
        (self.build / "meson-info" / "intro-targets.json").write_text(json.dumps(targets))

    def add(self, name, prints, code, known=True):
        path = self.build / "tests" / "unit" / f"unit_{name}"
        path.write_text(f"#!/bin/sh\ncat <<'END'\n{prints}END\nexit {code}\n")
        path.chmod(0o755)
        self.described += [path] if known else []
        self.describe()

    def add_script(self, name, text):
        path = self.root / "tests" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def run(self, *words):
        done = subprocess.run([ROOT / "tests" / "run.py", *words, self.build],
                              env=dict(os.environ, FMFERRY_ROOT=str(self.root)),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.returncode, done.stdout


def second_try(tap, fake):
    """What drives a browser has two tries, and it is said; nothing else has."""
    once = "#!/bin/sh\n[ -e {0} ] && echo 'ok 1 - a' || echo 'not ok 1 - a'\necho 1..1\n[ -e {0} ] || {{ touch {0}; exit 1; }}\n"
    fake.add_script("console/test_browser_once.py", once.format(fake.root / "tried"))
    expect(tap, "a browser's test that fails once is tried again, and it is said", fake.run("--only", "browser_once"), 0,
           "two tries: console/test_browser_once.py\n0 skipped\n1 passed, 0 failed\n")
    fake.add_script("console/test_browser_never.py", "#!/bin/sh\necho 'not ok 1 - a'\necho 1..1\nexit 1\n")
    expect(tap, "one that fails twice has failed", fake.run("--only", "browser_never"), 1, "0 passed, 1 failed\n")
    fake.add_script("console/test_other.py", once.format(fake.root / "other"))
    expect(tap, "nothing else is tried again", fake.run("--only", "test_other"), 1, "0 passed, 1 failed\n")


def expect(tap, name, done, code, said):
    """One test: run.py ended with `code` and said this."""
    good = done[0] == code and said in done[1]
    tap.check(name, [] if good else [f"ended with {done[0]}, not {code}; '{said}' is wanted in:",
                                     *done[1].splitlines()])


def said_by(*command, **environment):
    done = subprocess.run([str(word) for word in command], env=dict(os.environ, **environment),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def one_test(tap):
    """A unit test's program runs the tests that are named; a stand-in for gdb prints what it is given."""
    program = BUILD / "tests" / "unit" / "base" / "unit_base_num"
    names = said_by(program, "--list")[1].split()
    tap.check("a program names its tests", [] if len(names) > 2 else names)
    expect(tap, "one test by name", said_by(program, names[1]), 0, f"1..1\nok 1 - {names[1]}\n")
    expect(tap, "two, in the program's order", said_by(program, names[2], names[0], names[0]), 0,
           f"1..2\nok 1 - {names[0]}\nok 2 - {names[2]}\n")
    expect(tap, "a name that is no test's", said_by(program, names[0], "none"), 2, "there is no test 'none' here")
    with_gdb = dict(FMFERRY_BUILD=str(BUILD), GDB="echo debugger:")
    expect(tap, "the debugger gets the program and the test",
           said_by(ROOT / "tools" / "debug", "unit_base_num", names[0], **with_gdb), 0,
           f"debugger: -ex break tap_fail --args {program.resolve()} {names[0]}\n")
    expect(tap, "and the nearest names of what is not there",
           said_by(ROOT / "tools" / "debug", "base_num", **with_gdb), 1, "no program base_num: unit_base_num")


tap = Tap()
one_test(tap)
with tempfile.TemporaryDirectory(prefix="fmferry-runner-") as folder:
    fake = Fake(folder)
    for name, prints, code, said in FORMS:
        fake.add(name, prints, code)
        expect(tap, name, fake.run("--only", f"unit_{name}"), 1 if said else 0, said)
    expect(tap, "no such test", fake.run("--only", "nobody"), 2, "no test has 'nobody'")
    expect(tap, "two words take the tests of either", fake.run("--only", "unit_good", "--only", "unit_too-few-at"), 1,
           "2 programs in ")
    code, said = fake.run()
    bad = sum(line.startswith("FAILED ") for line in said.splitlines())
    tap.check("all together: none hides another",
              [] if code == 1 and bad == sum(bool(wrong) for *_, wrong in FORMS) else said.splitlines())
    second_try(tap, fake)
    fake.add("left-over", GOOD, 0, known=False)
    expect(tap, "a program without a source is not taken", fake.run("--only", "left-over"), 2, "no test has")
    fake.described.append(fake.build / "tests" / "unit" / "unit_gone")
    fake.describe()
    expect(tap, "a program that is not there fails", fake.run("--only", "unit_gone"), 1, "No such file")
    (fake.root / "source").write_text("2")
    os.utime(fake.root / "source", (2 ** 31, 2 ** 31))
    expect(tap, "a build that is older than its sources is refused", fake.run("--only", "unit_good"), 2,
           "older than its sources")
    (fake.build / "build.ninja").unlink()
    expect(tap, "what is no build is refused", fake.run("--only", "unit_good"), 2, "no build folder")
tap.end()
