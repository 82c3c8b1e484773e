#!/usr/bin/python3
"""
The units under a systemd that has booted: a Debian 12 with the packages of a folder, systemd its first process, in
namespaces of its own. There the services begin, say that they are ready, move a migration from a fmsim outside within all
that encloses them, read the words of what was moved, and end. As root.
    units.py FOLDER
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parents[1]
for place in ("e2e", "console", "preview"):
    sys.path.insert(0, str(HERE / place))
from harness import PASSWORD, Bench, main, wait_until  # noqa: E402
from letters import pdf  # noqa: E402
from old_office import rtf  # noqa: E402

DOCUMENTS, LIMIT = 30, 180
INSTALL = 'chroot "$1" sh -c "apt-get -q -y --no-install-recommends install /debs/*.deb && rm -r /debs"'
# What systemd finds when it begins. Nothing that is done here is seen outside.
BOOT = """set -eu
root=$1
mount --make-rprivate /
mount --bind "$root" "$root"
mount --make-private "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
for folder in run tmp dev; do mount -t tmpfs -o mode=755 tmpfs "$root/$folder"; done
mkdir "$root/dev/pts" "$root/dev/shm"
for device in null zero full random urandom tty; do
    : >"$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
cd "$root"
mkdir -p mnt
/usr/sbin/pivot_root . mnt
umount -l /mnt
exec /usr/bin/env -i container=unshare PATH=/usr/sbin:/usr/bin /lib/systemd/systemd \\
    --log-target=null --show-status=false </dev/null
"""


def root_made(packages, folder):
    debs = folder / "debs"
    debs.mkdir()
    for package in pathlib.Path(packages).glob("*.deb"):
        if package.name.startswith("fmferry_"):
            shutil.copy(package, debs)
    subprocess.run(["mmdebstrap", "--variant=apt", "--include=systemd,systemd-sysv,dbus,unrtf", "--format=directory", "--quiet",
                    f"--customize-hook=copy-in {debs} /", f"--customize-hook={INSTALL}", "bookworm", folder / "root"],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return folder / "root"


class Machine:
    """A systemd that has booted."""

    def __init__(self, root):
        self.outside = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--ipc", "--uts", "--cgroup", "--fork", "--kill-child", "sh", "-c", BOOT, "sh", root],
            stdin=subprocess.DEVNULL)
        wait_until(lambda: self.first() and self("systemctl", "is-system-running").stdout in ("running\n", "degraded\n"),
                   LIMIT, 0.5)

    def first(self):
        """systemd's number outside, once it is there."""
        with contextlib.suppress(OSError):
            children = pathlib.Path(f"/proc/{self.outside.pid}/task/{self.outside.pid}/children").read_text().split()
            if children and pathlib.Path(f"/proc/{children[0]}/comm").read_text() == "systemd\n":
                return children[0]
        return None

    def __call__(self, *words):
        return subprocess.run(["nsenter", "--target", self.first(), "--mount", "--pid", "--ipc", "--uts", "--cgroup", "--root",
                               "--wdns=/var/lib/fmferry", *words], capture_output=True, text=True, timeout=LIMIT, check=False)

    def shown(self, unit, name):
        return self("systemctl", "show", "--value", "-p", name, unit).stdout.strip()

    def end(self):
        self.outside.kill()  # and with it everything within
        self.outside.wait()


def laid(bench, root):
    """What somebody who has set it up has in the service's folder."""
    work = root / "var" / "lib" / "fmferry"
    text = bench.config.read_text().replace(str(bench.folder / "certs"), ".")
    (work / "fmferry.ini").write_text(re.sub(r"password_env = .*", "password_file = password", text))
    (work / "ca.pem").write_bytes((bench.folder / "certs" / "ca.pem").read_bytes())
    (work / "password").write_text(PASSWORD + "\n")
    owner = work.stat()
    for path in work.iterdir():
        os.chown(path, owner.st_uid, owner.st_gid)
        path.chmod(0o600)
    return work


def devices_allowed(machine):
    """Where nobody may make device nodes, as within this test on many machines, one line of the units cannot be kept."""
    if machine("systemd-run", "--wait", "-q", "-p", "PrivateDevices=yes", "true").returncode == 0:
        return
    print("# no device nodes can be made here: PrivateDevices=no")
    for unit in ("run", "serve", "verify"):
        machine("sh", "-c", f"mkdir -p /run/systemd/system/fmferry-{unit}.service.d"
                            f" && printf '[Service]\\nPrivateDevices=no\\n' >/run/systemd/system/fmferry-{unit}.service.d/here.conf")
    machine("systemctl", "daemon-reload")


def states(machine):
    told = machine("setpriv", "--reuid", "fmferry", "--regid", "fmferry", "--clear-groups", "fmferry", "status", "--json")
    return json.loads(told.stdout)["states"] if told.stdout.startswith("{") else {}


def runs(tap, machine, work):
    began = machine("systemctl", "start", "fmferry-run")
    tap.ok(began.returncode == 0 and machine.shown("fmferry-run", "SubState") == "running", "fmferry-run begins, and says that it is ready",
           began.stderr, machine("journalctl", "-u", "fmferry-run", "-n", "20", "--no-pager").stdout)
    wait_until(lambda: states(machine).get("done") == DOCUMENTS or machine.shown("fmferry-run", "ActiveState") != "active", LIMIT, 1)
    stored = [path for path in (work / "documents").rglob("*") if path.suffix in (".pdf", ".rtf")]
    tap.same((states(machine).get("done"), len(stored)), (DOCUMENTS, DOCUMENTS), "it moves the migration within what encloses it")
    figure = machine("systemd-analyze", "security", "--no-pager", "fmferry-run.service").stdout
    level = re.search(r"exposure level for \S+: ([\d.]+)", figure)
    tap.ok(level and float(level[1]) <= 1.5, f"it is exposed by {level and level[1]}, at most 1.5", figure[-300:])


def words_found(work):
    index = work / "fmferry-console" / "index.db"
    if not index.exists():
        return 0, 0
    with contextlib.closing(sqlite3.connect(f"file:{index}?mode=ro", uri=True, timeout=30)) as database:
        return tuple(database.execute("select count(*) from page where text like ?", [f"%{word}%"]).fetchone()[0]
                     for word in ("footwear", "insoles"))


def serves(tap, machine, work):
    began = machine("systemctl", "start", "fmferry-serve")
    tap.ok(began.returncode == 0 and machine.shown("fmferry-serve", "SubState") == "running", "fmferry-serve, too", began.stderr,
           machine("journalctl", "-u", "fmferry-serve", "-n", "20", "--no-pager").stdout)
    wait_until(lambda: words_found(work) == (DOCUMENTS - 1, 1), LIMIT, 1)
    tap.same(words_found(work), (DOCUMENTS - 1, 1), "and its processes read the words of PDFs and of an RTF, locked once more within")
    tap.same(machine("systemctl", "start", "fmferry-verify").returncode, 0, "fmferry-verify reads its part, and ends well")
    for unit in ("fmferry-serve", "fmferry-run"):
        machine("systemctl", "stop", unit)
        tap.same((machine.shown(unit, "ActiveState"), machine.shown(unit, "Result")), ("inactive", "success"), f"{unit} ends in good order")


def test(tap):
    with Bench(tap, "units") as bench:
        root = root_made(sys.argv[1], bench.folder)
        folder = bench.folder / "scans"
        folder.mkdir()
        for number in range(DOCUMENTS - 1):
            (folder / f"letter{number}.pdf").write_bytes(pdf(f"footwear number{number}"))
        (folder / "old.rtf").write_bytes(rtf("insoles"))
        bench.serve(f"files:{folder}")
        work = laid(bench, root)
        machine = Machine(root)
        try:
            tap.ok(machine.first(), "systemd has booted")
            devices_allowed(machine)
            runs(tap, machine, work)
            serves(tap, machine, work)
        finally:
            machine.end()


if __name__ == "__main__":
    main(test)
