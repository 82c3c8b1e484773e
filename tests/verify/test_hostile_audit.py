#!/usr/bin/python3
"""
fmferry-audit is given hostile material: databases that would run programs, certificates that would have
other files read or would pass by saying less, folders that hold links, pipes and more. Nothing is run,
nothing outside of the folder is read, nothing hangs, and no missing document passes.
"""

import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from forged import Forger, line  # noqa: E402
from harness import BUILD, main  # noqa: E402

AUDIT = BUILD / "audit" / "fmferry-audit"
GIVES_UP_AFTER = 300  # only of what would never end
PLAIN = "create table documents_document (id text, s3_key text, file_size integer)"
TRACE = ("run integer, seq integer, at_us integer, document integer, epoch integer, before text,"
         " after text, evidence text, hash blob")


class Desk:
    """An auditor's desk: a folder, a forger, and the program's output."""

    def __init__(self, folder):
        self.folder, self.forger = folder, Forger(folder)
        self.home = folder / "home"
        self.home.mkdir()

    def audit(self, *words, before=(), **more):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.home), **more}
        done = subprocess.run([*before, AUDIT, *map(str, words)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=GIVES_UP_AFTER, env=environment)
        return done.returncode, done.stdout.decode("utf-8", "replace")

    def store(self, name="store", data=b"a document", places=("documents/1.pdf",)):
        folder = self.folder / name
        for place in places:
            path = folder / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return folder

    def database(self, *statements, name="hostile.db"):
        path = self.folder / name
        path.unlink(missing_ok=True)
        with sqlite3.connect(path) as sql:
            for statement in statements:
                sql.execute(statement)
        sql.close()
        return path


# --- databases -----------------------------------------------------------------------------------

def row(number, size=10):
    return (f"insert into documents_document values ('10000000-0000-4000-8000-{number:012d}',"
            f" 'documents/{number}.pdf', {size})")


def test_databases(tap, desk):
    certificate = desk.forger.certificate([line(1, b"a document")])
    good = desk.database(PLAIN, row(1))
    code, said = desk.audit("--database", good, certificate)
    tap.ok(code == 0, "a database that is as certified", said)

    ran = desk.home / "ran"
    view = "create view documents_document as select "
    for name, statements in (
            ("edit()", [f"{view} edit('x', 'touch {ran};') as id, 'k' as s3_key, 1 as file_size"]),
            ("writefile()", [f"{view} writefile('{ran}', 'x') as id, 'k' as s3_key, 1 as file_size"]),
            ("a harmless view", [f"{view} 'x' as id, 'k' as s3_key, 1 as file_size"]),
            ("load_extension()", [f"{view} load_extension('/{ran}') as id, 'k' as s3_key, 1 as file_size"]),
            ("a virtual table", ["create virtual table documents_document using fts5(id, s3_key, file_size)"]),
            ("a view that never ends", [
                "create view documents_document as with recursive n(id) as (select 1 union all"
                " select id + 1 from n) select id, 'k' as s3_key, 1 as file_size from n"])):
        code, said = desk.audit("--database", desk.database(*statements), certificate)
        tap.ok(code == 1 and "cannot be read" in said or "not read" in said and not ran.exists(),
               f"{name} in the database is refused, and nothing is run", f"{code} {said}")

    chain = desk.forger.certificate([line(1, b"a document")], [(1, 1, "0" * 64)], "chain.txt")
    code, said = desk.audit("--database", desk.database(
        PLAIN, row(1), "create view fmferry_audit as select edit('x') as run"), chain)
    tap.ok(code == 1 and "not a plain table" in said, "a view in place of the audit chain", said)
    code, said = desk.audit("--database", desk.database(
        PLAIN, row(1), f"create table fmferry_audit ({TRACE})"), chain)
    tap.ok(code == 3 and "audit-chain" in said, "an empty audit chain is no chain", said)


def test_database_files(tap, desk):
    """Files that are no database, databases with strange names, and files beside one."""
    certificate = desk.forger.certificate([line(1, b"a document")])
    os.mkfifo(desk.folder / "pipe")
    (desk.folder / "text").write_text("no database\n" * 500)
    for name, path in (("a pipe", desk.folder / "pipe"), ("/dev/zero", "/dev/zero"),
                       ("a folder", desk.folder), ("a text", desk.folder / "text"),
                       ("nothing", desk.folder / "none")):
        code, said = desk.audit("--database", path, certificate)
        tap.ok(code == 1 and "fmferry-audit: " in said, f"{name} is no database", f"{code} {said}")
    tap.ok(not (desk.folder / "none").exists(), "no database is made where there is none")

    for name in ("what?mode=rwc.db", "a%41b.db", "#1 of 2.db", "file:x.db"):
        path = desk.database(PLAIN, row(1), name=name)
        code, said = desk.audit("--database", path, certificate)
        tap.ok(code == 0, f"a database called '{name}' is that file", said)

    sent = desk.folder / "sent"
    sent.mkdir()
    path = desk.database("pragma journal_mode = wal", PLAIN, row(1), name="sent/wal.db")
    code, said = desk.audit("--database", path, certificate)
    tap.ok(code == 0 and os.listdir(sent) == ["wal.db"],
           "nothing is made beside a database in WAL mode", said, os.listdir(sent))
    (desk.home / ".sqliterc").write_text(f".shell touch {desk.home}/ran\n")
    desk.audit("--database", path, certificate)
    tap.ok(not (desk.home / "ran").exists(), "a start file of the sqlite3 shell is not read")


def test_programs(tap, desk):
    """No program is started: none is linked, none is seen, and the kernel would refuse one."""
    if shutil.which("nm"):
        asked = subprocess.run(["nm", "-D", "--undefined-only", AUDIT], stdout=subprocess.PIPE,
                               check=True).stdout.decode()
        names = {word.split("@")[0] for word in asked.split()}
        starts = {"system", "popen", "fork", "vfork", "clone", "posix_spawn", "posix_spawnp", "execl",
                  "execlp", "execle", "execv", "execvp", "execvpe", "execve", "dlopen"}
        tap.same(names & starts, set(), "fmferry-audit calls nothing that starts a program")
    else:
        tap.skip("fmferry-audit calls nothing that starts a program", "nm is not installed")
    certificate = desk.forger.certificate([line(1, b"a document")])
    words = ("--store", desk.store(), "--database", desk.database(PLAIN, row(1)), certificate)
    trace = desk.folder / "trace"
    if shutil.which("strace"):
        code, said = desk.audit(*words, before=["strace", "-f", "-o", str(trace), "-e",
                                                "trace=execve,execveat,fork,vfork,clone,clone3"])
        seen = [call for call in trace.read_text().splitlines() if "(" in call]
        tap.ok(code == 0 and len(seen) == 1, "nothing but itself is started", said, *seen)
    else:
        tap.skip("nothing but itself is started", "strace is not installed")
    code, said = desk.audit(*words, LD_PRELOAD=str(BUILD / "tests" / "preload" / "libstarts.so"))
    tap.ok(code == 0 and "started: -1\n" in said,
           "a library that was led to start one is refused by the kernel", said)


# --- certificates --------------------------------------------------------------------------------

def test_lines(tap, desk):
    store, data = desk.store(), b"a document"
    (desk.folder / "secret").write_bytes(data)
    outside = pathlib.Path("/etc/hostname").read_bytes() if os.path.exists("/etc/hostname") else b"x"
    for name, forged in (
            ("no key", line(1, data, key="")),
            ("no key, and stored", line(1, data, key="", state="stored")),
            ("no size", line(1, data, size="")),
            ("a size that is none", line(1, data, size="-10")),
            ("no hash", line(1, data, sha256="")),
            ("half a hash", line(1, data, sha256="ab" * 16)),
            ("a key that leads out", line(1, outside, key="../../../../../../../../etc/hostname")),
            ("a key that leads out and back", line(1, data, key="../secret")),
            ("a key that leads out below", line(1, data, key="documents/../../secret")),
            ("a key from the root", line(1, outside, key="/etc/hostname")),
            ("a key with an empty part", line(1, data, key="documents//1.pdf")),
            ("a key that is the folder", line(1, data, key=".")),
            ("a key that ends in a slash", line(1, data, key="documents/1.pdf/")),
            ("a key with a zero", line(1, data, key="documents/1.pdf\0x")),
            ("a key of 5,000 bytes", line(1, data, key="d/" * 2500 + "x")),
            ("a state that is none", line(1, data, key="", row="", state="Done")),
            ("no state", line(1, data, key="", row="", state="")),
            ("a key, and failed", line(1, data, state="failed")),
            ("nothing", "")):
        certificate = desk.forger.certificate([forged, line(2, b"", key="", row="", state="waived")])
        for words in ((), ("--store", store)):
            code, said = desk.audit(*words, certificate)
            tap.ok(code == 3 and "certificate-line" in said and "NOT as certified" in said,
                   f"a line with {name} is refused{' with its store' if words else ''}", said)
    for cells in ({"key": "documents/1.pdf"}, {"row": line(1).split("\t")[9]}):
        certificate = desk.forger.certificate([line(1, data), line(2, data, **cells)])
        code, said = desk.audit(certificate)
        tap.ok(code == 3 and "two documents have" in said, f"two lines of one {[*cells][0]}", said)


# --- folders -------------------------------------------------------------------------------------

def test_folders(tap, desk):
    data = b"a document"
    secret = desk.folder / "outside"
    secret.mkdir()
    (secret / "1.pdf").write_bytes(data)

    def link(path):
        path.symlink_to(secret / "1.pdf")

    def sparse(path):
        with open(path, "wb") as file:
            os.truncate(file.fileno(), 1 << 40)

    for name, make in (("a link", link), ("a pipe", os.mkfifo), ("a folder", pathlib.Path.mkdir),
                       ("a link to /dev/zero", lambda path: path.symlink_to("/dev/zero")),
                       ("a device", lambda path: os.mknod(path, 0o20600, os.makedev(1, 5)))):
        folder = desk.folder / f"holds {name}"
        (folder / "documents").mkdir(parents=True)
        try:
            make(folder / "documents" / "1.pdf")
        except PermissionError:
            tap.skip(f"{name} is no document", "only root makes devices")
            continue
        code, said = desk.audit("--store", folder, desk.forger.certificate([line(1, data)]))
        tap.ok(code == 3 and "object-missing" in said, f"{name} is no document", f"{code} {said}")
    folder = desk.folder / "linked"
    folder.mkdir()
    (folder / "documents").symlink_to(secret)
    code, said = desk.audit("--store", folder, desk.forger.certificate([line(1, data)]))
    tap.ok(code == 3 and "object-missing" in said, "a link above a document is not followed", said)
    folder = desk.folder / "sparse"
    (folder / "documents").mkdir(parents=True)
    sparse(folder / "documents" / "1.pdf")
    code, said = desk.audit("--store", folder, desk.forger.certificate([line(1, data)]))
    tap.ok(code == 3 and f"{1 << 40} bytes lie there" in said,
           "a file of a TiB is told by its size, and not read", said)


def test_prefix(tap, desk):
    """`aws s3 sync s3://bucket/prefix folder` leaves the prefix out."""
    data = b"a document"
    keys = [f"clinic/2026/{kind}/{number}.pdf" for kind in ("a", "b") for number in range(3)]
    lines = [line(number + 1, data, key=key) for number, key in enumerate(keys)]
    certificate = desk.forger.certificate(lines)
    for name, cut, words in (("whole", "", ()), ("cut", "clinic/", ()), ("cut twice", "clinic/2026/", ()),
                             ("named", "clinic/2026/", ("--prefix", "clinic/2026")),
                             ("named with its slash", "clinic/", ("--prefix", "clinic/"))):
        folder = desk.store(f"fetched {name}", data, [key[len(cut):] for key in keys])
        code, said = desk.audit("--store", folder, *words, certificate)
        noticed = f"begin with '{cut}'" in said
        tap.ok(code == 0 and noticed == bool(cut and not words), f"keys and folder: {name}", said)
    (folder / "2026" / "a" / "0.pdf").write_bytes(b"b document")
    (folder / "2026" / "more").write_bytes(b"")
    for words in ((), ("--prefix", "clinic/")):
        code, said = desk.audit("--store", folder, *words, certificate)
        tap.ok(code == 3 and "object-hash" in said and "'2026/more' is in no line" in said
               and said.count("object-") == 2, f"and what differs is named {words}", said)
    code, said = desk.audit("--store", folder, "--prefix", "other", certificate)
    tap.ok(code == 3 and said.count("object-missing") == len(keys), "a wrong prefix proves nothing")
    code, said = desk.audit("--store", folder, "--document", lines[4].split("\t")[2], certificate)
    tap.ok(code == 0 and "begin with 'clinic/'" in said, "of one document too", said)
    empty = desk.folder / "empty"
    empty.mkdir()
    code, said = desk.audit("--store", empty, certificate)
    tap.ok(code == 3 and "is this the folder?" in said, "a folder without any of them is doubted", said)
    (empty / "lost+found").mkdir()
    (empty / "lost+found" / "x").write_bytes(b"")
    (empty / ".fmferry").mkdir()
    (empty / ".fmferry" / "on its way").write_bytes(b"")
    code, said = desk.audit("--store", empty, certificate)
    tap.ok("object-surplus" not in said, "a disk's lost+found is not surplus", said)


def test(tap):
    with tempfile.TemporaryDirectory(prefix="fmferry-audit-") as name:
        for part in (test_databases, test_database_files, test_programs, test_lines, test_folders,
                     test_prefix):
            folder = pathlib.Path(name) / part.__name__
            folder.mkdir()
            part(tap, Desk(folder))


main(test)
