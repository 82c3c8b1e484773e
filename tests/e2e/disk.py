"""
A disk below a bench's folder that lacks a feature, fails, or loses its power. tests/preload/disk.c
simulates it; this module rebuilds the disk's content after a power cut from the flushed files.
"""

import pathlib
import shutil

from harness import BUILD

LIBRARY = BUILD / "tests" / "preload" / "libdisk.so"


class Disk:
    """The disk of a bench: its database, its store and its configuration."""

    def __init__(self, bench):
        self.bench, self.root = bench, bench.folder.resolve()
        self.shadow, self.counted = bench.folder / "shadow", bench.folder / "counted"

    def environment(self, lacks="", fails="", cut=0):
        """For fmferry alone: the simulator is on another machine."""
        more = {"LD_PRELOAD": str(LIBRARY), "DISK_ROOT": str(self.root), "DISK_LACKS": lacks,
                "DISK_COUNT": str(self.counted)}
        if fails:
            more["DISK_FAILS"] = fails
        if self.shadow.exists():
            more["DISK_SHADOW"] = str(self.shadow)
        if cut:
            more["DISK_CUT"] = str(cut)
        return self.bench.environment(**more)

    def events(self):
        """The number of flushes and names that the last undisturbed program made."""
        return int(self.counted.read_text())

    def is_on_disk(self, path):
        """The simulator's files, the logs and our own are elsewhere."""
        return path.name.startswith(("fmferry.", "certificate", "report", "bag")) or path.name == "documents"

    def flush(self):
        """Makes all present files certain to be on the disk."""
        shutil.rmtree(self.shadow, ignore_errors=True)
        self.shadow.mkdir()
        for path in [self.root, *self.root.rglob("*")]:
            top = self.root / path.relative_to(self.root).parts[0] if path != self.root else path
            if path != self.root and not self.is_on_disk(top):
                continue
            number = path.stat().st_ino
            if path.is_dir():
                (self.shadow / f"d{number}").write_text("".join(
                    f"{'d' if one.is_dir() else 'f'} {one.stat().st_ino} {one.name}\n"
                    for one in path.iterdir() if path != self.root or self.is_on_disk(one)))
            else:
                shutil.copyfile(path, self.shadow / f"f{number}")

    def lose_power(self):
        """Leaves what was flushed, and nothing else."""
        after = self.root / "after"
        after.mkdir()
        self._put_together(self.root.stat().st_ino, after, lambda path: self.is_on_disk(path))
        for path in list(self.root.iterdir()):
            if self.is_on_disk(path):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for path in list(after.iterdir()):
            path.rename(self.root / path.name)
        after.rmdir()
        shutil.rmtree(self.shadow)

    def _put_together(self, number, to, wanted=lambda path: True):
        listed = self.shadow / f"d{number}"
        for line in listed.read_text().splitlines() if listed.exists() else []:
            kind, inode, name = line.split(" ", 2)
            path = to / name
            if not wanted(path):
                continue
            if kind == "d":
                path.mkdir(mode=0o700)
                self._put_together(inode, path)
                continue
            held = self.shadow / f"f{inode}"
            path.write_bytes(held.read_bytes() if held.exists() else b"")
            path.chmod(0o600 if path.suffix != ".pub" else 0o644)
