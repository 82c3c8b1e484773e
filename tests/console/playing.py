"""What tests with a real browser share: whether there is one, and a script of browser/ whose lines are results."""

import os
import re
import shutil
import subprocess
import threading

import npm
from harness import ROOT

BROWSER = ROOT / "tests" / "console" / "browser"
SAID = re.compile(r"(not )?ok - (.*)")
LIMIT = 1800


def browser(tap, what):
    """The folder from which scripts are run; None: `what` is skipped, and why."""
    folder, why = npm.installed(tap, BROWSER)
    if not why and not shutil.which("chromium"):
        why = "chromium is not installed"
    if why:
        tap.skip(what, why)
        return None
    return folder


def play(tap, folder, script, *words, asks=None):
    """
    Runs a script, relays what it says, and holds that it comes to its end. `asks`: {line that it prints: what is then
    called with a function that answers it}. BROWSER_SHOTS=FOLDER: it keeps pictures there.
    """
    shots = filter(None, [os.environ.get("BROWSER_SHOTS")])
    program = subprocess.Popen(["node", script, *words, *shots], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)

    def answer(line):
        program.stdin.write(line + "\n")
        program.stdin.flush()

    end = threading.Timer(LIMIT, program.kill)
    end.start()
    for line in map(str.strip, program.stdout):
        found = SAID.fullmatch(line)
        if found:
            tap.ok(not found[1], found[2])
        elif asks and line in asks:
            asks[line](answer)
        elif line != "end":
            tap.note(line)
    end.cancel()
    tap.same(program.wait(), 0, "the browser's script comes to its end")
