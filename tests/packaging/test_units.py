#!/usr/bin/python3
"""
The units of systemd: it understands them and calls each well enclosed; what the programs do in them is allowed there;
and they tell systemd that they have begun, that they live, and that they end.
"""

import pathlib
import re
import shutil
import socket
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import BUILD, FMFERRY, Bench, main, need_programs, wait_until  # noqa: E402

EXPOSED_MOST = 15  # tenths
UNITS = ("run", "serve", "verify")
# What is denied and does no harm: each goes on without.
DENIED = {"fchown",         # SQLite gives its files to the folder's owner, if it is root
          "set_mempolicy"}  # libnuma, below libheif, tries what there is


def analyze(*words):
    return subprocess.run(["systemd-analyze", *map(str, words)], capture_output=True, text=True, check=False,
                          timeout=60)


def units_are_good(tap, folder):
    """Copies that name the program that was built: systemd looks whether it is there."""
    for unit in UNITS:
        made = (BUILD / "packaging" / f"fmferry-{unit}.service").read_text()
        path = folder / f"fmferry-{unit}.service"
        path.write_text(re.sub(r"/\S*/bin/fmferry\b", str(FMFERRY), made))
        done = analyze("verify", "--man=no", path)
        tap.ok(done.returncode == 0 and path.name not in done.stderr, f"{path.name} is understood", done.stderr)
        done = analyze("security", "--offline=yes", "--no-pager", f"--threshold={EXPOSED_MOST}", path)
        figure = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
        tap.ok(done.returncode == 0 and figure, f"{path.name} is exposed by {figure and figure[1]}, at most 1.5",
               done.stdout[-600:], done.stderr)


# --- system calls ------------------------------------------------------------------------------------

def calls_of_set(name):
    found = set()
    for line in analyze("syscall-filter", name).stdout.splitlines()[1:]:
        word = line.strip()
        if word.startswith("@"):
            found |= calls_of_set(word)
        elif word and not word.startswith("#"):
            found.add(word)
    return found


def allowed_by(unit):
    """As systemd reads it: lines in order, ~ takes away; @default is always there."""
    allowed = calls_of_set("@default")
    for value in re.findall(r"^SystemCallFilter=(.*)$", unit, re.MULTILINE):
        for word in value.lstrip("~").split():
            calls = calls_of_set(word) if word.startswith("@") else {word}
            allowed = allowed - calls if value.startswith("~") else allowed | calls
    return allowed


def calls_made(path):
    return set(re.findall(r"^(?:\d+ +)?(\w+)\(", path.read_text("utf-8", "replace"), re.MULTILINE))


def calls_are_allowed(tap, bench):
    traced = ["strace", "-f", "-qq", "--signal=none", "-o"]
    run, serve = bench.folder / "run.strace", bench.folder / "serve.strace"
    done = subprocess.run([*traced, run, FMFERRY, "run"], cwd=bench.folder, env=bench.environment(),
                          capture_output=True, text=True, check=False, timeout=120)
    tap.ok(done.returncode == 0, "a run under strace", done.stdout, done.stderr[-500:])
    console = bench._start([*traced, serve, FMFERRY, "serve", "--address", "127.0.0.1:0"], "serve")
    # It is open, and its drawing processes have locked themselves.
    wait_until(lambda: "open at" in console.out_path.read_text() and " seccomp(" in serve.read_text("utf-8", "replace"))
    subprocess.run(["pkill", "-TERM", "-P", str(console.pid)], check=False)
    console.finish()
    for unit, path in (("run", run), ("serve", serve)):
        allowed = allowed_by((BUILD / "packaging" / f"fmferry-{unit}.service").read_text())
        made = calls_made(path)
        tap.ok(len(made) > 30 and made - DENIED <= allowed,
               f"fmferry-{unit}.service allows the {len(made)} calls that are made", sorted(made - allowed))
        tap.ok({"mount", "chown", "setuid", "reboot"}.isdisjoint(allowed), "and none of those that it must not make")


# --- telling -----------------------------------------------------------------------------------------

class Manager:
    """A socket on which somebody is told."""

    def __init__(self, folder):
        self.path, self.said = str(folder / "notify"), ""
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(60)

    def hear(self, wanted):
        """Listens until this is said; all that was said so far."""
        while wanted not in self.said:
            self.said += self.socket.recv(4096).decode() + "\n"
        return self.said


def systemd_is_told(tap, bench, *words):
    manager = Manager(bench.folder)
    program = bench.start(*words, environment=bench.environment(NOTIFY_SOCKET=manager.path))
    tap.ok("READY=1\nSTATUS=" in manager.hear("WATCHDOG=1"), f"{words[0]}: it has begun, and lives")
    program.signal(15)
    tap.ok("STOPPING=1" in manager.hear("STOPPING=1"), f"{words[0]}: it ends")
    tap.same(program.finish().code, 0 if words[0] == "serve" else 143, f"{words[0]}: and has ended")
    pathlib.Path(manager.path).unlink()


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "units") as bench:
        bench.serve("generate:12,2000")
        if shutil.which("systemd-analyze"):
            units_are_good(tap, bench.folder)
        else:
            tap.skip("the units are understood", "systemd is not installed")
        if shutil.which("strace") and shutil.which("systemd-analyze") and (BUILD / "preview").is_dir():
            calls_are_allowed(tap, bench)
        else:
            tap.skip("their calls are allowed", "strace or systemd is not installed")
        systemd_is_told(tap, bench, "run", "--continuous")
        systemd_is_told(tap, bench, "serve", "--address", "127.0.0.1:0")


main(test)
