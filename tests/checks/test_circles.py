#!/usr/bin/python3
"""No files of src/, sim/, audit/ and preview/ stand in a circle: neither by what they include nor by what they call."""

import pathlib
import subprocess
import tempfile

import circles
import objects
from tree import Tap, files, text

HEADERS = {"one/a.h": '#include "one/b.h"\n', "one/b.h": '#include "two/c.h"\n', "two/c.h": '#include "one/a.h"\n',
           "two/d.h": '#include "two/c.h"\n'}
INSIDE = {"one/a.h": "", "one/inside.h": '#include "one/a.h"\n', "one/a.c": '#include "one/a.h"\n#include "one/inside.h"\n'}
BODIES = {"src/one/ping.c": "int pong(int);\nint ping(int a)\n{\n    return pong(a);\n}\n",
          "src/one/pong.c": "int ping(int);\nint pong(int a)\n{\n    return ping(a);\n}\n",
          "src/one/serve.c": "int ping(int);\nint serve(int a)\n{\n    return ping(a);\n}\n"}


def written(folder, texts):
    """Writes files into a folder and reads them back, as {path: text}."""
    for path, content in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.[ch]")}


def compiled(folder, texts):
    """Compiles each file by itself; what nm says of the objects."""
    paths = {f"{folder / path}.o": path for path in written(folder, texts)}
    for file, path in paths.items():
        subprocess.run(["cc", "-c", "-o", file, folder / path], check=True)
    return objects.read_all(paths)


def expect(tap, name, edges, wanted):
    found = circles.circles(edges)
    tap.check(name, [] if found == wanted else [f"wanted {wanted}, found {found}"])


def planted(tap, folder):
    """Circles that are put in are found, and nothing else is."""
    expect(tap, "a circle of headers is found", circles.by_includes(written(folder / "headers", HEADERS)),
           [("one/a", "one/b", "two/c")])
    expect(tap, "a module's own private header makes no circle",
           circles.by_includes(written(folder / "inside", INSIDE)), [])
    if objects.has_nm():
        expect(tap, "a circle of calls is found", circles.by_calls(compiled(folder / "bodies", BODIES)),
               [("src/one/ping", "src/one/pong")])
    else:
        tap.skip("a circle of calls is found", "nm is not installed")


def standing(tap, kind, edges):
    """One test: no files of the tree stand in a circle."""
    found = circles.circles(edges)
    print(f"# {kind}: {len(edges)} edges, {len(found)} circles")
    tap.check(f"no circle by {kind}", list(circles.described(edges)) if found else [])


tap = Tap()
with tempfile.TemporaryDirectory(prefix="fmferry-circles-") as folder:
    planted(tap, pathlib.Path(folder))
standing(tap, "includes", circles.by_includes({path: text(path) for top in objects.FINDS
                                               for path in files(".c", ".h", under=f"{top}/")}))
if objects.has_nm():
    standing(tap, "calls", circles.by_calls(objects.built(objects.is_ours)))
else:
    tap.skip("no circle by calls", "nm is not installed")
tap.end()
