#!/usr/bin/python3
"""
The Debian packages in a bare Debian 12 without a compiler, which mmdebstrap makes and throws away: installed, looked
at, demonstrated, upgraded, purged. Takes the packages of a folder:
    deb.py FOLDER
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

INSIDE = pathlib.Path(__file__).with_name("deb_inside.sh")


def newer(package, folder):
    """The same package under a later version."""
    tree = folder / "tree"
    subprocess.run(["dpkg-deb", "-R", package, tree], check=True)
    control = tree / "DEBIAN" / "control"
    lines = [f"{line}+next" if line.startswith("Version:") else line for line in control.read_text().splitlines()]
    control.write_text("\n".join(lines) + "\n")
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", tree, folder / package.name], check=True,
                   stdout=subprocess.DEVNULL)
    shutil.rmtree(tree)


def main(packages):
    with tempfile.TemporaryDirectory() as name:
        debs = pathlib.Path(name) / "debs"
        (debs / "next").mkdir(parents=True)
        found = [path for path in pathlib.Path(packages).glob("*.deb") if "dbgsym" not in path.name]
        for package in found:
            shutil.copy(package, debs)
            newer(package, debs / "next")
        shutil.copy(INSIDE, debs / "inside.sh")
        done = subprocess.run(
            ["mmdebstrap", "--variant=apt", "--format=null", "--quiet", f"--customize-hook=copy-in {debs} /",
             '--customize-hook=chroot "$1" sh /debs/inside.sh', "bookworm", "/dev/null"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)  # what hooks say is an error's
    print(done.stdout, end="")
    good = done.returncode == 0 and "\n1.." in done.stdout and "not ok" not in done.stdout and len(found) == 2
    if done.returncode != 0:
        print(f"# mmdebstrap ended with {done.returncode}")
    print("the packages are good" if good else "THE PACKAGES ARE NOT GOOD")
    sys.exit(0 if good else 1)


main(*sys.argv[1:])
