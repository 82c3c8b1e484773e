#!/usr/bin/python3
"""-Dsim=false and -Dpreview=false configure the mover where the libraries that only these need are not installed."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from tree import ROOT, Tap

HIDDEN = ("cairo", "fontconfig", "libjpeg", "libtiff-4", "libheif", "vips", "poppler-glib", "libseccomp")
WANTED = {"fmferry", "fmferry-audit", "unit_base_str"}


def hide(folder):
    """A folder with the pkg-config files of this machine, but for those of HIDDEN."""
    said = subprocess.run(["pkg-config", "--variable", "pc_path", "pkg-config"], capture_output=True, text=True, check=True)
    for place in [*os.environ.get("PKG_CONFIG_PATH", "").split(":"), *said.stdout.strip().split(":")]:
        for path in pathlib.Path(place or "/nonexistent").glob("*.pc"):
            if path.stem not in HIDDEN and not (folder / path.name).exists():
                (folder / path.name).symlink_to(path.resolve())


def configure(scratch, *options):
    """Where it was configured, the exit code, and what Meson said."""
    build = scratch / f"build{len(options)}"
    done = subprocess.run(["meson", "setup", *options, build, ROOT], capture_output=True, text=True,
                          env={**os.environ, "PKG_CONFIG_LIBDIR": str(scratch / "pc"), "PKG_CONFIG_PATH": ""})
    return build, done.returncode, done.stdout + done.stderr


def targets(build):
    said = subprocess.run(["meson", "introspect", "--targets", build], capture_output=True, text=True, check=True)
    return {target["name"] for target in json.loads(said.stdout)}


tap = Tap()
if not shutil.which("meson") or not shutil.which("pkg-config"):
    tap.skip("the simulator can be left out", "Meson or pkg-config is not installed")
    tap.end()
    sys.exit()
with tempfile.TemporaryDirectory(prefix="fmferry-without-sim-") as folder:
    scratch = pathlib.Path(folder)
    (scratch / "pc").mkdir()
    hide(scratch / "pc")
    build, code, said = configure(scratch, "-Dsim=false", "-Dpreview=false")
    tap.check("the mover is configured without them", [said[-2000:]] if code else [])
    found = targets(build) if code == 0 else set()
    tap.check("mover, audit and unit tests are there", sorted(WANTED - found))
    tap.check("nothing of the simulator and the worker is", sorted(name for name in found if re.search(r"sim|^preview$|(fmferry-|evil_|rude_)preview|^ask$|^null_store$", name)))
    _, code, said = configure(scratch)
    tap.check("with the simulator they are missed", [] if code and re.search('"(%s)"' % "|".join(HIDDEN), said)
              else [f"exit code {code}: {said[-500:]}"])
tap.end()
