#!/usr/bin/python3
"""Writes the pages of the manual into a folder, as the programs print them:

    manuals.py SECTION FOLDER FMFERRY [PROGRAM ...]

fmferry makes pages for SECTION (1 or 5) of its tables. What another PROGRAM says of itself with --help becomes
its page as it stands.
"""

import pathlib
import shutil
import subprocess
import sys


def said(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def escaped(line):
    for char, name in (("\\", "\\e"), ("-", "\\-"), ("'", "\\(aq"), ("`", "\\(ga"), ("^", "\\(ha"), ("~", "\\(ti")):
        line = line.replace(char, name)
    return "\\&" + line if line.startswith(".") else line


def page_of_help(program, title):
    """The first line is the summary; the rest is printed as it is."""
    name = pathlib.Path(program).name
    summary, _, rest = said(program, "--help").partition("\n")
    lines = [escaped(line) for line in rest.strip().splitlines()]
    return "\n".join([title, ".SH NAME", f"{escaped(name)} \\- {escaped(summary.removeprefix(name + ': ').rstrip('.'))}",
                      ".SH DESCRIPTION", ".nf", *lines, ".fi", ""])


def title_of(name, first_page):
    """The title line of another page, under this page's name."""
    words = first_page.splitlines()[0].split(maxsplit=2)
    return f"{words[0]} {name.upper()} {words[2]}"


def main(section, folder, fmferry, *others):
    folder = pathlib.Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in said(fmferry, "manual", "--list").split():
        if name.endswith("." + section):
            (folder / name).write_text(said(fmferry, "manual", name))
    for other in others:
        name = pathlib.Path(other).name
        (folder / f"{name}.{section}").write_text(page_of_help(other, title_of(name, said(fmferry, "manual"))))


main(*sys.argv[1:])
