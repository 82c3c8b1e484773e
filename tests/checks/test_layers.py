#!/usr/bin/python3
"""Folders of src/ are layers and include downward only; what is foreign has one home."""

import re

from tree import Tap, files, text

# Lowest first; folders of one layer do not know each other.
LAYERS = [{"base"}, {"json", "http", "sql"}, {"filemaker", "store", "ledger", "registry"}, {"document"},
          {"engine", "report", "verify", "export"}, {"census", "transfer"}, {"preflight"}, {"patients"}, {"run"},
          {"console"}, {"cmd"}]
SIM_MAY = {"base", "json", "sim"}
# The same within sim/, where sim.h and main.c stand beside the folders.
SIM_LAYERS = [{"base"}, {"content"}, {"file"}, {"data", "request"}, {"sim"}, {"faults"}, {"api"}, {"server"}, {"main"}]
HOMES = {"curl/": "src/http", "sqlite3.h": ("src/sql", "sim"), "libpq-fe.h": "src/sql", "yajl/": "src/json", "expat.h": "src/store/s3",
         "ini.h": "src/base", "openssl/": ("src/base", "src/http", "src/console", "sim"), "zlib.h": ("src/http", "sim"), "microhttpd.h": "src/console", "sodium.h": "src/console",
         "qrencode.h": "src/console"}
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')


def layer_of(folder, layers=LAYERS):
    return next((rank for rank, layer in enumerate(layers) if folder in layer), None)


def may_within_sim(own, part):
    mine, theirs = (layer_of(name, SIM_LAYERS) for name in (own, part))
    return mine is not None and theirs is not None and (own == part or theirs < mine)


def may_include(path, name):
    """A name without a folder is generated or the neighbour's; src/main.c is above all layers."""
    top, own = (path.split("/") + [""])[:2]
    folder, part = name.split("/")[:2]
    if top == "sim":
        return folder in SIM_MAY and (folder != "sim" or may_within_sim(own.split(".")[0], part.split(".")[0]))
    mine, theirs = layer_of(own), layer_of(folder)
    return theirs is not None and (mine is None or folder == own or theirs < mine)


def complaints_of(path):
    for number, line in enumerate(text(path).splitlines(), 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        kind, name = found.groups()
        if kind == '"' and "/" in name and not may_include(path, name):
            yield f'{path}:{number}: looks up or aside to "{name}"'
        for foreign, homes in HOMES.items():
            if kind == "<" and name.startswith(foreign) and not path.startswith(homes):
                yield f"{path}:{number}: <{name}> belongs to {homes}"


tap = Tap()
sources = files(".c", ".h", under="src/") + files(".c", ".h", under="sim/")
for folder in sorted({path.rsplit("/", 1)[0] for path in sources}):
    top, _, part = folder.partition("/")
    known = not part or layer_of(part.split("/")[0], SIM_LAYERS if top == "sim" else LAYERS) is not None
    tap.check(folder, ([] if known else [f"{folder} is in no layer"])
              + [complaint for path in sources if path.rsplit("/", 1)[0] == folder
                 for complaint in complaints_of(path)])
tap.end()
