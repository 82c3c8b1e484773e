"""The checks of the tree share this: the list of files, and TAP."""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(os.environ.get("FMFERRY_ROOT") or pathlib.Path(__file__).resolve().parents[2])


def files(*suffixes, under=""):
    """The committed files, or without git all files but those of builds; relative to ROOT, sorted."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, stdout=subprocess.PIPE,
                                check=True).stdout.decode().split("\0")
    else:
        listed = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*")]
    return [path for path in sorted(listed)
            if path.startswith(under) and not path.startswith("build")
            and (not suffixes or path.endswith(suffixes)) and (ROOT / path).is_file()]


def text(path):
    """A file's text; None if it is not text."""
    data = (ROOT / path).read_bytes()
    try:
        return None if b"\0" in data else data.decode("utf-8")
    except UnicodeDecodeError:
        return None


class Tap:
    """`tap.check(name, complaints)` is one test, which passes if there are no complaints."""

    def __init__(self):
        self.count = self.bad = 0

    def check(self, name, complaints):
        self.count += 1
        for complaint in complaints:
            print(f"# {complaint}")
        self.bad += bool(complaints)
        print(f"{'not ok' if complaints else 'ok'} {self.count} - {name}", flush=True)

    def skip(self, name, why):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {why}", flush=True)

    def end(self):
        print(f"1..{self.count}")
        sys.exit(1 if self.bad else 0)
