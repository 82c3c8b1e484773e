#!/usr/bin/python3
"""
Every command's help ends with examples that can be typed as they stand: the words of each are a command and
options that exist, and what it needs is there.
"""

import re
import shlex
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

from harness import FMFERRY, ROOT, main, need_programs

MOST = 3
# They need none, and would do their work.
WITHOUT_CONFIGURATION = ("init", "settings", "version", "manual", "completion", "tables", "records")


def fmferry(*words, given=""):
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run([str(FMFERRY), *words], capture_output=True, text=True, timeout=300, cwd=folder,
                              input=given, check=False)


def commands():
    """The names that the help of the program lists."""
    listed = fmferry("help").stdout.partition("Global options:")[0]
    return re.findall(r"^  (\w+(?: \w+)?)  +\S", listed, re.MULTILINE)


def examples(text):
    """Each line to type, with what it is for."""
    part = text.partition("\nExamples:\n")[2].partition("\nGlobal options:")[0]
    return re.findall(r"^  (\S.*)\n      (\S.*)$", part, re.MULTILINE)


def words_of(line, name):
    """What the shell hands to the command of this name: nothing of the others in the pipe, no redirection."""
    parts = [shlex.split(part) for part in line.split(" | ")]
    words = next((one for one in parts if " ".join(one[1:]).startswith(name)), parts[0])
    return words[:words.index(">") if ">" in words else None]


def example_is_right(tap, name, text, line):
    program, *words = words_of(line, name)
    tap.ok(program == "fmferry" and " ".join(words).startswith(name), f"'{line}' is an example of it")
    parsed = fmferry(*words, "--help")
    tap.ok(parsed.returncode == 0 and parsed.stdout == text, f"'{line}' is understood", parsed.stderr)
    if name in WITHOUT_CONFIGURATION:
        return
    begun = fmferry("--config", "nowhere.ini", *words, given="record\n17\n")
    tap.ok("nowhere.ini" in begun.stderr, f"'{line}' has all that it needs", begun.stderr)


def classes_are_known(tap, lines):
    named = {word for line in lines for word in re.findall(r"--class (\S+)", line)}
    known = (ROOT / "docs" / "errors.md").read_text()
    tap.ok(named and all(f"`{one}`" in known for one in named), "the failure classes in examples exist", named)


def test(tap):
    if not need_programs(tap):
        return
    names, lines = commands(), []
    tap.ok(len(names) >= 20, f"the help lists {len(names)} commands", names)
    for name in names:
        text = fmferry("help", *name.split()).stdout
        given = examples(text)
        tap.ok(1 <= len(given) <= MOST, f"{name}: {len(given)} examples", text)
        tap.ok(all(len(one) < 100 for pair in given for one in pair), f"{name}: its examples are short", given)
        for line, _ in given:
            example_is_right(tap, name, text, line)
            lines.append(line)
    classes_are_known(tap, lines)


main(test)
