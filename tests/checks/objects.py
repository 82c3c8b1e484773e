"""What the object files of a build define and need, as nm tells it."""

import collections
import json
import os
import pathlib
import shutil
import subprocess

from tree import ROOT

BUILD = pathlib.Path(os.environ.get("FMFERRY_BUILD") or ROOT / "build")
# Whose definitions a folder's files find, nearest first: fmsim is built with some of src/, the auditor's program alone.
FINDS = {"src": ("src",), "sim": ("sim", "src"), "audit": ("audit",), "preview": ("preview", "src")}

# path: of the source, or of what the build made, from the top; needs, defines: sets of symbols.
Object = collections.namedtuple("Object", "path needs defines")


def has_nm():
    return shutil.which("nm") is not None


def read_all(paths):
    """What nm says of object files, {object file: its source's path}. Names with two underscores are the compiler's."""
    listed = subprocess.run(["nm", "-A", "-P", *paths], stdout=subprocess.PIPE, check=True).stdout.decode()
    symbols = {path: (set(), set()) for path in paths.values()}
    for line in listed.splitlines():
        file, _, rest = line.partition(": ")
        name, kind = rest.split()[:2]
        needs, defines = symbols[paths[file]]
        if kind in "Uw":
            needs.add(name)
        elif kind.isupper() and not name.startswith("__"):
            defines.add(name)
    return [Object(path, *both) for path, both in symbols.items()]


def source_of(build, command):
    """A compiled file's path from the top of the tree, or of the build if it was made there; "" for another's."""
    file = (pathlib.Path(command["directory"]) / command["file"]).resolve()
    return next((str(file.relative_to(top)) for top in (build.resolve(), ROOT.resolve())
                 if file.is_relative_to(top)), "")


def top_of(path):
    return path.split("/")[0]


def is_ours(path):
    """Whether a file is part of a program that is given away, not of a test."""
    return top_of(path) in FINDS


def built(is_wanted, build=BUILD):
    """The objects of a build whose sources are wanted, by its own description: what else lies there is left over."""
    commands = json.loads((build / "compile_commands.json").read_text())
    paths = {str(pathlib.Path(command["directory"]) / command["output"]): source_of(build, command)
             for command in commands}
    return read_all({file: path for file, path in paths.items() if path and is_wanted(path)})


def definers(found):
    """Who defines what: {(folder, symbol): path}."""
    return {(top_of(one.path), symbol): one.path for one in found for symbol in one.defines}


def definer_of(one, symbol, known):
    """The file whose symbol an object means; None for a library's. A test may mean anybody's."""
    return next((known[top, symbol] for top in FINDS.get(top_of(one.path), FINDS) if (top, symbol) in known), None)
