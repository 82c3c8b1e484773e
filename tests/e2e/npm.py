"""
What others wrote and npm keeps: the packages of a folder with a package-lock.json, installed once in a
build. Tests run side by side, so one of them installs and the others wait: two `npm ci` in one folder
take each other's files away.
"""

import fcntl
import hashlib
import re
import shutil
import subprocess

from harness import BUILD

AWAY = re.compile(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|E5\d\d|ERR_SOCKET")
INSTALL_LIMIT = 300
NPM = "10.9.2"  # where npm is older than 10: Debian's 9.2 stumbles over an alias in "overrides"


def npm():
    """An npm that can read our lock files; an old one can fetch it."""
    version = subprocess.run(["npm", "--version"], stdout=subprocess.PIPE, text=True).stdout
    return ["npm"] if int(version.split(".")[0]) >= 10 else ["npx", "--yes", f"npm@{NPM}"]


def install(tap, folder, name):
    done = subprocess.run([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund",
                           "--loglevel=error"], cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=INSTALL_LIMIT)
    if done.returncode != 0 and AWAY.search(done.stdout):
        return "the registry of packages cannot be reached"
    if not tap.ok(done.returncode == 0, f"npm installs the {name}", done.stdout):
        return f"npm could not install the {name}"
    return None


def installed(tap, source):
    """The folder of the build that has `source`'s packages and files; None, and why, if it cannot be had."""
    missing = [name for name in ("node", "npm") if not shutil.which(name)]
    if missing:
        return None, f"{' and '.join(missing)} is not installed"
    folder, mark = BUILD / source.name, BUILD / source.name / "node_modules" / ".installed"
    folder.mkdir(exist_ok=True)
    state = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()
    with open(BUILD / f"{source.name}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for path in source.iterdir():
            shutil.copy(path, folder)
        if mark.exists() and mark.read_text() == state:
            return folder, None
        why = install(tap, folder, source.name)
        if why:
            return None, why
        mark.write_text(state)
    return folder, None
