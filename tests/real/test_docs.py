#!/usr/bin/python3
"""
Every command block of README.md and docs/ is run as it stands there, in a folder of its own with
fmsim, a model S3 server and the programs that were built. What cannot be run is in a short list with
its reason, and is counted. A block that is new must be given a story, or this test fails.
"""

import contextlib
import os
import pathlib
import re
import shlex
import sqlite3
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import ACCOUNT, BUILD, FMFERRY, FMSIM, PASSWORD, ROOT, Bench, main, need_programs, wait_until  # noqa: E402
from model_bench import ModelBench  # noqa: E402

PROGRAMS = ("fmferry", "fmferry-audit", "fmsim", "aws", "make", "manage.py", "apt-get", "sudo", "import",
            "select", "curl", "psql", "sqlite3", "openssl", "sha256sum", "docker", "podman", "systemctl", "rclone")
NOT_RUN = {
    "make demo": "it installs packages; what it does then is the next block",
    "make test": "it would run itself",
    "sudo -u fmferry sh -c 'cd /var/lib/fmferry && fmferry init && fmferry check'": "it needs a user of the machine's",
    "systemctl enable --now fmferry-run fmferry-serve fmferry-verify.timer": "it would keep fmferry running here",
    "make deb": "`make torture-deb` builds packages and installs them",
    "make oci": "`make torture-oci` makes the image and runs what is in it",
    "podman load -i build-deb/fmferry_0.1.0_amd64.oci.tar": "podman is not installed; docs/install.md says so",
    "podman run --rm --read-only --cap-drop=all --tmpfs /tmp -v fmferry:/var/lib/fmferry fmferry:0.1.0 run": "the same",
    "sudo apt-get install ./build-deb/fmferry_0.1.0_amd64.deb": "the same",
    "make install PREFIX=/usr/local": "tests/packaging/test_install.py installs elsewhere",
    "manage.py migrate --fake contenttypes": "tests/real/test_django.py runs it with Django",
    "manage.py migrate --fake-initial": "the same",
}
LIMIT = 120


def blocks_of(path):
    """(Line, text) of every block that is fenced or indented."""
    fenced, found, at = None, [], 0
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("```"):
            if fenced is None:
                fenced, at = [], number
            else:
                found.append((at, "\n".join(fenced)))
                fenced = None
        elif fenced is not None:
            fenced.append(line)
        elif line.startswith("    "):
            if found and found[-1][0] < 0 and -found[-1][0] + found[-1][1].count("\n") + 1 == number:
                found[-1] = (found[-1][0], found[-1][1] + "\n" + line[4:])
            else:
                found.append((-number, line[4:]))
    return [(abs(number), text) for number, text in found]


def command_blocks():
    """{(file, first line): lines}; a block is one of commands if its first word is a program's."""
    found = {}
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for _, text in blocks_of(path):
            lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
            if lines and lines[0].split()[0] in PROGRAMS:
                found[(path.name, re.split(r"\s+#", lines[0])[0].strip())] = lines
    return found


class Sandbox:
    """Runs lines in a bench's folder, with the programs that were built first in its path."""

    def __init__(self, tap, bench):
        self.tap, self.bench = tap, bench
        self.bin = bench.folder / "bin"
        self.bin.mkdir()
        for name, path in (("fmferry", FMFERRY), ("fmsim", FMSIM),
                           ("fmferry-audit", BUILD / "audit" / "fmferry-audit")):
            (self.bin / name).symlink_to(path)

    def run(self, line, swaps=(), codes=(0,)):
        command = re.split(r"\s+#", line)[0].strip()
        if command in NOT_RUN:
            self.tap.skip(command, NOT_RUN[command])
            return
        for old, new in swaps:
            command = command.replace(old, str(new))
        environment = self.bench.environment()
        environment["PATH"] = f"{self.bin}:{os.environ['PATH']}"
        done = subprocess.run(["sh", "-c", command], cwd=self.bench.folder, env=environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=LIMIT)
        self.tap.ok(done.returncode in codes, line.strip(), command, done.returncode, done.stdout[-600:])
        return done.stdout


# --- stories -------------------------------------------------------------------------------------

def first_migration(tap, lines):
    """README.md: `init` with its questions answered by its defaults, then a server that is there."""
    with Bench(tap, "docs") as bench:
        bench.serve("generate:40,2000", config=False)
        sandbox = Sandbox(tap, bench)
        for line in lines:
            # A run under a limit ends with 3: something is left.
            sandbox.run(line, [("fmferry init", "fmferry init --defaults")],
                        (3,) if "--limit" in line else (0,))
            if line.startswith("fmferry init"):
                (bench.folder / "password").write_text(PASSWORD)
                (bench.folder / "password").chmod(0o600)
                bench.configure(source={"password_env": None, "password_file": "password",
                                        "account": ACCOUNT})
        bench.check("and all is well", exit_code=0)


def certificate(tap, lines):
    with Bench(tap, "docs") as bench:
        bench.serve("generate:20,2000")
        tap.same([bench.ferry(*words).code for words in (
            ("init", "--key"), ("run",), ("verify", "--certificate", "certificate.txt"))], [0, 0, 0],
            "a certificate")
        sandbox = Sandbox(tap, bench)
        identity, record = bench.sql("select identity, record_id from fmferry_document limit 1")[0]
        swaps = [("--key ...", "--key fmferry.key.pub"), ("0378A837-C12A-4435-9B17-6B7A8C401CD3", identity),
                 ("--document 1204", f"--document {record}")]
        for line in lines:
            said = sandbox.run(line, swaps)
            tap.ok("all is as certified" in said, "and it says so", said)


def last_day(tap, lines):
    """cutover.md: both calls; the second is answered for from the command line, as no terminal is there."""
    with Bench(tap, "docs") as bench:
        bench.serve("generate:20,2000")
        bench.ferry("init", "--key")
        sandbox = Sandbox(tap, bench)
        for line in lines:
            sandbox.run(line, [("--certificate certificate.txt", "--certificate certificate.txt --frozen-by Kim")])
        bench.check("and all is well", exit_code=0)


def going_back(tap, lines):
    """going-back.md: each block by itself, of a migration that nobody has changed."""
    with Bench(tap, "docs") as bench:
        bench.serve("generate:20,2000")
        bench.ferry("run")
        if lines[0].startswith("fmferry retry"):
            bench.ferry("undo", "--by", "Kim Ito", "--reason", "too early")
        sandbox = Sandbox(tap, bench)
        for line in lines:
            sandbox.run(line)
        bench.check("and all is well", exit_code=0)


def certificate_of_bucket(tap, lines):
    """With the prefix of a bucket: the files in the folder lack it."""
    with ModelBench(tap, "docs", (), {}, {"url": "s3://clinic/prefix"}) as bench:
        bench.serve("generate:20,2000")
        tap.same([bench.ferry(*words).code for words in (
            ("init", "--key"), ("run",), ("verify", "--deep", "--certificate", "certificate.txt"))],
            [0, 0, 0], "a certificate over a bucket")
        sandbox = Sandbox(tap, bench)
        fetch(sandbox, bench, lines[0])
        said = sandbox.run(lines[1])
        tap.ok("begin with 'prefix/'" in said and "all is as certified" in said,
               "the prefix is noticed, and said", said)


def fetch(sandbox, bench, line):
    """Fetches by awscli, with the server's address. Without awscli the objects are laid down as it would."""
    real = "/usr/bin/aws"
    if os.access(real, os.X_OK):
        pair = bench.in_store
        (sandbox.bin / "aws").write_text(
            f"#!/bin/sh\nAWS_ACCESS_KEY_ID={pair['access_key']} AWS_SECRET_ACCESS_KEY=\"$S3_SECRET\""
            f" AWS_DEFAULT_REGION={pair['region']} exec {real} --endpoint-url {pair['endpoint']} \"$@\"\n")
        (sandbox.bin / "aws").chmod(0o700)
        sandbox.run(line, [("s3://bucket/", "s3://clinic/")])
        return
    sandbox.tap.skip(line, "awscli is not installed")
    for key, one in bench.server.model.objects.items():
        path = bench.folder / "folder" / key.split("/", 1)[1]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(one["body"] if isinstance(one, dict) else one.body)


def simulators(tap, lines):
    """Each serves until it is told to end."""
    with Bench(tap, "docs") as bench:
        sandbox = Sandbox(tap, bench)
        (bench.folder / "scans").mkdir()
        (bench.folder / "scans" / "a.txt").write_bytes(b"a letter\n")
        for line in lines:
            command = shlex.split(line, comments=True)
            program = bench._start([sandbox.bin / command[0], *command[1:]], f"sim-{len(bench.programs)}")
            ready = bench._first_line(program)
            program.signal(15)
            tap.ok('"url"' in ready and program.finish().code == 0, line, ready, program.err)


def links(tap, lines):
    """After a migration whose patients come later, a document and a patient are given by hand."""
    with Bench(tap, "docs") as bench:
        bench.serve("generate:20,2000")
        tap.same(bench.ferry("run").code, 0, "a migration")
        if "import" not in lines[0]:
            tap.same(bench.ferry("patients", "import").code, 0, "its patients")
        sandbox = Sandbox(tap, bench)
        record = bench.sql("select min(record_id) from fmferry_document")[0][0]
        if "--again" in lines[0]:
            tap.same(bench.ferry("unlink", "--document", record, "--by", "Kim Ito", "--reason", "by mistake").code,
                     0, "a document is taken from its patient")
        for line in lines:
            patients = bench.sql("select id from patients_patient order by id")
            sandbox.run(line, [("4711", record), ("5f0c...", patients[0][0] if patients else "")])


def review(tap, lines):
    """A patient whose dates of birth differ, as the application and FileMaker have them."""
    with Bench(tap, "docs") as bench:
        bench.serve("generate:20,2000")
        tap.same([bench.ferry(*words).code for words in (("patients", "import"), ("run",))], [0, 0],
                 "a migration")
        said = "json_extract(filemaker_metadata, '$.filemaker_id')"
        identity = bench.sql(f"select {said} from patients_patient where dob is not null limit 1")
        bench.sql(f"update patients_patient set dob = '1901-01-01' where {said} = ?", identity[0][0])
        tap.ok(bench.ferry("patients", "import").code in (0, 3), "imported again, with a doubt")
        sandbox = Sandbox(tap, bench)
        for line in lines:
            sandbox.run(line, [("9DCF3AF2-...", identity[0][0])])


def plain(tap, lines):
    """They need nothing."""
    with Bench(tap, "docs") as bench:
        sandbox = Sandbox(tap, bench)
        for line in lines:
            sandbox.run(line)


def nothing(tap, lines):
    """All lines are in the list of commands that are not run."""
    for line in lines:
        command = re.split(r"\s+#", line)[0].strip()
        tap.ok(command in NOT_RUN, f"{command} is in the list", command)
        tap.skip(command, NOT_RUN.get(command, ""))


def chain(tap, lines):
    """The program that recomputes an audit chain, beside a ledger."""
    with Bench(tap, "docs") as bench:
        bench.serve("generate:5,2000")
        tap.same([bench.ferry(*words).code for words in (("run",), ("verify",))], [0, 0], "a ledger")
        done = subprocess.run([sys.executable, "-c", "\n".join(lines)], cwd=bench.folder,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        tap.ok(done.returncode == 0, "ledger.md's program finds the chain whole", done.stdout)
        bench.sql("update fmferry_audit set words = words || '.' where run = 1 and seq = 2")
        done = subprocess.run([sys.executable, "-c", "\n".join(lines)], cwd=bench.folder,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        tap.ok(done.returncode != 0 and "was altered" in done.stdout, "and sees what was altered", done.stdout)


def query(tap, lines):
    with Bench(tap, "docs") as bench:
        bench.serve("generate:5,2000")
        bench.ferry("run")
        bench.ferry("verify")
        tap.same(len(bench.sql("\n".join(lines))), 1, "ledger.md's query finds the verification")


def open_and_end(tap, bench):
    """A console at any port, until it is ended."""
    program = bench.start("serve", "--address", "127.0.0.1:0")
    tap.ok(wait_until(lambda: "open at" in program.out_path.read_text()), "the console opens",
           program.err_path.read_text())
    program.signal(15)
    tap.same(program.finish().code, 0, "and ends")


def console(tap, lines):
    """An account, and the console; at a port that is free."""
    with Bench(tap, "docs") as bench:
        bench.serve("generate:5,2000")
        bench.ferry("run")
        Sandbox(tap, bench).run(lines[0])
        tap.same(lines[1].split("#")[0].strip(), "fmferry serve", "then it is opened")
        open_and_end(tap, bench)


def tokens(tap, lines):
    """A program's token is made, listed and ended: the number of the page is that of another one."""
    with Bench(tap, "docs") as bench:
        bench.serve("generate:5,2000")
        bench.ferry("run")
        sandbox = Sandbox(tap, bench)
        for line in (lines[0], lines[1], lines[2].replace(" 3", " 1")):
            sandbox.run(line)


def told(tap, lines):
    """By a command, which takes it."""
    with Bench(tap, "docs") as bench:
        bench.configure(notify={"command": "cat"})
        tap.ok("sent" in Sandbox(tap, bench).run(lines[0]), "it is sent")


def after_a_run(tap, lines):
    """They need a ledger."""
    with Bench(tap, "docs") as bench:
        bench.serve("generate:5,2000")
        bench.ferry("run")
        sandbox = Sandbox(tap, bench)
        for line in lines:
            sandbox.run(line)


def filemaker_file(tap, lines):
    """A file that lies where the guide has it: one of its documents is broken, so something is left."""
    with Bench(tap, "docs") as bench:
        (bench.folder / "Backup").mkdir()
        (bench.folder / "Backup" / "Clinic.fmp12").write_bytes(
            (ROOT / "tests" / "unit" / "fmp12" / "small.fmp12").read_bytes())
        sandbox = Sandbox(tap, bench)
        sandbox.run(lines[0], codes=(3,))
        said = sandbox.run(lines[1], [("4711", "3001")])
        tap.ok("record 3001" in said and "proven" in said, "and the record is shown", said)


def view_chain(tap, lines):
    """The program that recomputes a chain of the view log, beside a console's database."""
    with Bench(tap, "docs") as bench:
        bench.serve("generate:5,2000")
        bench.ferry("run")
        open_and_end(tap, bench)
        command = [sys.executable, "-c", "\n".join(lines)]
        done = subprocess.run(command, cwd=bench.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        tap.ok(done.returncode == 0, "access.md's program finds the chain whole", done.stdout)
        with contextlib.closing(sqlite3.connect(bench.folder / "fmferry-console.db")) as link, link:
            link.execute("update fmferry_view set detail = detail || '.' where seq = 1")
        done = subprocess.run(command, cwd=bench.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        tap.ok(done.returncode != 0 and "was altered" in done.stdout, "and sees what was altered", done.stdout)


STORIES = {
    ("install.md", "make install PREFIX=/usr/local"): nothing,
    ("install.md", "make deb"): nothing,
    ("install.md", "make oci"): nothing,
    ("install.md", "fmferry version"): plain,
    ("install.md", "sudo -u fmferry sh -c 'cd /var/lib/fmferry && fmferry init && fmferry check'"): nothing,
    ("README.md", "make demo"): nothing,
    ("README.md", "fmferry init"): first_migration,
    ("access.md", "fmferry tokens add nexus --rights find,download --from 192.0.2.7 --days 365"): tokens,
    ("access.md", "import hashlib, sqlite3"): view_chain,
    ("console.md", "fmferry users add kim --role operator,owner,admin"): console,
    ("certificate.md", "fmferry-audit --key fmferry.key.pub certificate.txt"): certificate,
    ("certificate.md", "aws s3 sync s3://bucket/prefix folder"): certificate_of_bucket,
    ("cutover.md", "fmferry cutover --rehearse"): last_day,
    ("cutover.md", "fmferry cutover --certificate certificate.txt"): last_day,
    ("going-back.md", "fmferry undo --dry-run"): going_back,
    ("going-back.md", "fmferry undo --by 'A. Green' --reason 'the practice stays with FileMaker'"): going_back,
    ("going-back.md", "fmferry retry --class undone"): going_back,
    ("fmsim.md", "fmsim --data demo"): simulators,
    ("fmp12.md", "fmferry tables Backup/Clinic.fmp12"): filemaker_file,
    ("ledger.md", "import hashlib, sqlite3"): chain,
    ("ledger.md", "select r.run, r.version, r.host, a.at_us, a.evidence from fmferry_run r"): query,
    ("links.md", "fmferry patients import"): links,
    ("links.md", 'fmferry link --document 4711 --patient 5f0c... --by "Kim Ito" --reason'
                 ' "scanned into the wrong file"'): links,
    ("links.md", 'fmferry link --again 4711 --by "Kim Ito" --reason "it was right as it was"'): links,
    ("operations.md", "fmferry tokens add prometheus --rights run --days 365"): after_a_run,
    ("operations.md", "fmferry notify --test"): told,
    ("operations.md", "fmferry metrics > fmferry.prom.new && mv fmferry.prom.new fmferry.prom"): after_a_run,
    ("registry.md", "manage.py migrate --fake contenttypes"): nothing,
    ("registry.md", 'fmferry patients accept --patient 9DCF3AF2-... --by "Kim Ito" --reason "typing error,'
                    ' card checked"'): review,
}


def test(tap):
    if not need_programs(tap):
        return
    found = command_blocks()
    tap.same(sorted(set(found) - set(STORIES)), [], "every block of commands has a story here")
    tap.same(sorted(set(STORIES) - set(found)), [], "and every story its block")
    for place, story in STORIES.items():
        if place in found:
            tap.note(f"--- {place[0]}: {place[1]}")
            story(tap, found[place])


main(test)
