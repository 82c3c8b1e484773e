#!/usr/bin/python3
"""Folders of src/ are layers and include downward only; what is foreign has one home."""

import re

from tree import Tap, files, text

# Lowest first; folders of one layer do not know each other.
LAYERS = [{"base"}, {"json", "http", "sql"}, {"claris"}, {"filemaker", "fmp12", "store", "ledger", "registry"}, {"source"}, {"document"},
          {"engine", "report", "verify", "export"}, {"census", "transfer"}, {"preflight"}, {"patients"}, {"run"},
          {"upload"}, {"console"}, {"cmd"}]
SIM_MAY = {"base", "json", "sim"}
PREVIEW_MAY = {"base"}
# What the console and its worker agree on stands with the worker.
WIRE = "preview/wire.h"
# The same within sim/, where sim.h and main.c stand beside the folders.
SIM_LAYERS = [{"base"}, {"content"}, {"file"}, {"data", "identity", "request"}, {"sim"}, {"faults"}, {"api"}, {"server"}, {"main"}]
# And within the console; what its parts share stands beside them, as do those that join them.
CONSOLE_LAYERS = [{"server"}, {"people"}, {"views"}, {"documents"}, {"preview", "run", "whose"}, {"index"}, {"taking", "upload"}, {"pages"}]
CONSOLE_JOINS = {"demo.h", "handler.h", "listener.h", "port.h", "serve.h", "users.h"}
HOMES = {"curl/": "src/http", "sqlite3.h": ("src/sql", "sim"), "libpq-fe.h": "src/sql", "yajl/": "src/json", "expat.h": ("src/filemaker", "src/store/s3", "preview"),
         "ini.h": "src/base", "openssl/": ("src/base", "src/http", "src/claris", "src/console", "sim"), "zlib.h": ("src/http", "sim"), "microhttpd.h": "src/console", "sodium.h": "src/console",
         "qrencode.h": "src/console", "archive": ("src/console", "preview"), "vips/": "preview", "poppler": "preview", "cairo": ("preview", "sim"),
         "seccomp.h": "preview", "fontconfig/": ("preview", "sim")}
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')


def layer_of(folder, layers=LAYERS):
    return next((rank for rank, layer in enumerate(layers) if folder in layer), None)


def may_within_sim(own, part):
    mine, theirs = (layer_of(name, SIM_LAYERS) for name in (own, part))
    return mine is not None and theirs is not None and (own == part or theirs < mine)


def may_within_console(path, name):
    """Of `src/console/own/file.c` and "console/part/file.h"; what stands in no folder may all."""
    own, part = path.split("/")[2:-1], name.split("/")[1:-1]
    if not own or not part:
        return not own or name.split("/")[1] not in CONSOLE_JOINS
    mine, theirs = (layer_of(names[0], CONSOLE_LAYERS) for names in (own, part))
    return mine is not None and theirs is not None and (own == part or theirs < mine)


def may_include(path, name):
    """A name without a folder is generated or the neighbour's; src/main.c is above all layers."""
    top, own = (path.split("/") + [""])[:2]
    folder, part = name.split("/")[:2]
    if top == "sim":
        return folder in SIM_MAY and (folder != "sim" or may_within_sim(own.split(".")[0], part.split(".")[0]))
    if top == "preview":
        return folder in PREVIEW_MAY
    if name == WIRE:
        return own == "console"
    if path.startswith("src/console/") and folder == "console":
        return may_within_console(path, name)
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
sources = [path for top in ("src/", "sim/", "preview/") for path in files(".c", ".h", under=top)]
for folder in sorted({path.rsplit("/", 1)[0] for path in sources}):
    top, _, part = folder.partition("/")
    known = not part or top == "preview" or layer_of(part.split("/")[0], SIM_LAYERS if top == "sim" else LAYERS) is not None
    tap.check(folder, ([] if known else [f"{folder} is in no layer"])
              + [complaint for path in sources if path.rsplit("/", 1)[0] == folder
                 for complaint in complaints_of(path)])
tap.end()
