"""
The end-to-end tests share this harness. It gives each test a folder with a simulated FileMaker Server, a
configuration and every command's output; it calls the checker and prints TAP. A test that fails keeps its
folder and prints its path.
"""

import base64
import contextlib
import ctypes
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse
import urllib.request

sys.dont_write_bytecode = True

ROOT = pathlib.Path(os.environ.get("FMFERRY_ROOT") or pathlib.Path(__file__).resolve().parents[2])
BUILD = pathlib.Path(os.environ.get("FMFERRY_BUILD") or ROOT / "build").resolve()
FMFERRY, FMSIM = BUILD / "src" / "fmferry", BUILD / "fmsim"
CHECK = ROOT / "tests" / "checker" / "check.py"
ACCOUNT, PASSWORD = "api", "Canary-Wren-4711-plover"
PR_SET_PDEATHSIG = 1
START_LIMIT, STOP_LIMIT = 300, 300


class Tap:
    """
    `tap.ok(good, name)` is one test; main() ends with a plan. A tap that is `kept` prints nothing:
    another one takes it over, so that things that go on at the same time do not mix.
    """

    def __init__(self, kept=False):
        self.count = self.bad = 0
        self.kept = [] if kept else None

    def take(self, other):
        """Prints the results of a kept tap."""
        for good, text, details in other.kept:
            if good is not None:
                self.line(good, text)
            self.note(*details)

    def line(self, good, text, *details):
        self.count += good is not None
        self.bad += good is False
        if self.kept is not None:
            self.kept.append((good, text, details))
            return
        if good is not None:
            print(f"{'ok' if good else 'not ok'} {self.count} - {text}", flush=True)
        for detail in details:
            for said in str(detail).splitlines():
                print(f"# {said}", flush=True)
        if good is False and os.environ.get("TAP_STOP"):
            sys.exit(1)  # one failure is enough for who asked

    def ok(self, good, name, *details):
        self.line(bool(good), name, *(() if good else details))
        return bool(good)

    def same(self, got, wanted, name):
        return self.ok(got == wanted, name, f"got      {got!r}", f"expected {wanted!r}")

    def known(self, good, name, why, sometimes=False):
        """
        A test that is expected to fail, because of a fault that is written down. `sometimes`: by
        chance; otherwise it is said when it holds, so that the mark is taken away.
        """
        if not good:
            self.skip(name, f"known fault: {why}")
        elif sometimes:
            self.ok(True, name)
        else:
            self.ok(False, name, f"expected to fail, and does not: {why}")

    def skip(self, name, why):
        self.line(True, f"{name} # SKIP {why}")

    def note(self, *details):
        self.line(None, "", *details)


def main(test):
    """Runs `test(tap)` and exits; an exception is a failure like any other."""
    tap = Tap()
    try:
        test(tap)
    except Exception as error:  # the plan must be printed
        tap.ok(False, f"{test.__module__} ran to its end", f"{type(error).__name__}: {error}",
               *traceback.format_exception(type(error), error, error.__traceback__))
    print(f"1..{tap.count}")
    sys.exit(1 if tap.bad else 0)


def die_with_parent():
    """In a child: whatever ends this test ends its programs."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Running:
    """A program of ours, its output going to files. `finish()` waits, and ends it if it is late."""

    def __init__(self, command, folder, base, environment):
        self.command = [str(word) for word in command]
        self.out_path, self.err_path = folder / f"{base}.out", folder / f"{base}.err"
        self.started, self.peak_kib, self.code = time.monotonic(), 0, None
        with open(self.out_path, "wb") as out, open(self.err_path, "wb") as err:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=err, env=environment,
                                            cwd=environment["HOME"], preexec_fn=die_with_parent)
        self.pid = self.process.pid

    def is_running(self):
        return self.process.poll() is None

    def signal(self, number):
        if self.is_running():
            self.process.send_signal(number)

    def kill(self):
        self.signal(signal.SIGKILL)
        self.process.wait()

    def command_line(self):
        """The command line, as everybody on the machine could read it."""
        try:
            return pathlib.Path(f"/proc/{self.pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            return ""

    def watch_memory(self):
        """Peak resident memory, looked at until the program ends. (ru_maxrss would count ours.)"""
        def look():
            while self.is_running():
                try:
                    status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
                except OSError:
                    return
                for line in status.splitlines():
                    if line.startswith("VmHWM:"):
                        self.peak_kib = max(self.peak_kib, int(line.split()[1]))
                time.sleep(0.005)
        watcher = threading.Thread(target=look, daemon=True)
        watcher.start()
        return watcher

    def finish(self, limit=300):
        try:
            self.process.wait(limit)
        except subprocess.TimeoutExpired:
            self.kill()
            raise TimeoutError(f"{' '.join(self.command)} did not end within {limit} s; "
                               f"see {self.err_path}") from None
        self.code = self.process.returncode
        self.seconds = time.monotonic() - self.started
        self.out = self.out_path.read_text("utf-8", "replace")
        self.err = self.err_path.read_text("utf-8", "replace")
        return self


def ask(database, statement, *values):
    """One statement, committed, and nothing left open: fmferry must be the last to close."""
    with contextlib.closing(sqlite3.connect(database, timeout=120)) as sql, sql:
        return sql.execute(statement, values).fetchall()


def open_in(journal):
    """Sessions that were opened and not closed."""
    sessions = set()
    for line in journal:
        if line["effect"] == "login":
            sessions.add(line["session"])
        elif line["effect"] == "logout":
            sessions.discard(line["session"])
    return sorted(sessions)


class Bench:
    """One migration in a folder of its own: `with Bench(tap, "name") as bench:`."""

    def __init__(self, tap, name):
        self.tap, self.name, self.bad_before = tap, name, tap.bad
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"fmferry-{name}-"))
        self.logs = self.folder / "logs"
        self.logs.mkdir()
        self.programs, self.sim, self.ready = [], None, {}
        self.calls, self.others, self.lost = 0, [], []
        self.database, self.store = self.folder / "fmferry.db", self.folder / "documents"
        self.journal, self.truth = self.folder / "journal.jsonl", self.folder / "truth.json"
        self.config = self.folder / "fmferry.ini"
        self.sections, self.left = {}, None
        pair = base64.b64encode(f"{ACCOUNT}:{PASSWORD}".encode()).decode()
        (self.folder / "canaries").write_text(f"{PASSWORD}\n{pair}\n")

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        for program in self.programs:
            program.kill()
        if error is not None or self.tap.bad > self.bad_before:
            self.tap.note(f"look at {self.folder}")
        else:
            shutil.rmtree(self.folder)
        return False

    def environment(self, **more):
        kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        return {**kept, "HOME": str(self.folder), "TMPDIR": str(self.folder), "FMP": PASSWORD, **more}

    # --- the source --------------------------------------------------------------------------

    def serve(self, data, *options, config=True):
        """Starts fmsim with a data set, and writes a configuration that fits it."""
        command = [FMSIM, "--data", data, "--cert-dir", self.folder / "certs", "--journal",
                   self.journal, "--truth", self.truth, "--account", f"{ACCOUNT}:{PASSWORD}",
                   *options]
        self.sim = self._start(command, "fmsim")
        self.ready = json.loads(self._first_line(self.sim))
        if config:
            self.configure()
        return self.ready

    def _first_line(self, program):
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline:
            text = program.out_path.read_text()
            if "\n" in text:
                return text.split("\n")[0]
            if not program.is_running():
                break
            time.sleep(0.01)
        raise RuntimeError(f"fmsim did not start: {program.err_path.read_text()[-400:]}")

    def happen(self, *lines):
        """Sends scenario lines to a running simulator."""
        trust = ssl.create_default_context(cafile=self.ready["ca_file"])
        request = urllib.request.Request(f"{self.ready['url']}/fmsim/scenario",
                                         "\n".join(lines).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=120, context=trust) as answer:
            answer.read()

    def seen(self):
        """The simulator's status."""
        trust = ssl.create_default_context(cafile=self.ready.get("ca_file"))
        with urllib.request.urlopen(f"{self.ready['url']}/fmsim/status", timeout=120,
                                    context=trust) as answer:
            return json.load(answer)

    def stop_serving(self):
        """Ends fmsim in good order, so that it writes the truth."""
        self.sim.signal(signal.SIGTERM)
        if self.sim.finish(STOP_LIMIT).code != 0:
            raise RuntimeError(f"fmsim ended with {self.sim.code}: {self.sim.err[-400:]}")

    def configure(self, **sections):
        """Writes fmferry.ini: what the bench needs, with changes; None takes a key away."""
        ours = {"source": {"url": self.ready.get("url", "https://127.0.0.1:1"),
                           "ca_file": str(self.folder / "certs" / "ca.pem"), "password_env": "FMP"},
                "patients": {"first_name": "FirstName", "last_name": "LastName", "dob": "DOB"},
                "run": {"workers": 4, "retry_ms": 20}}
        for section, keys in sections.items():
            ours.setdefault(section, {}).update(keys)
        self.sections = ours
        text = "".join(f"[{section}]\n" + "".join(f"{name} = {value}\n" for name, value in keys.items()
                                                  if value is not None) + "\n"
                       for section, keys in ours.items())
        self.config.write_text(text)
        return text

    def journal_lines(self):
        if not self.journal.exists():
            return []
        return [json.loads(line) for line in self.journal.read_text().splitlines(True)
                if line.endswith("\n")]

    def journal_count(self):
        return self.journal.read_bytes().count(b"\n") if self.journal.exists() else 0

    def open_sessions(self):
        return open_in(self.journal_lines())

    # --- fmferry -----------------------------------------------------------------------------

    def _start(self, command, base, environment=None):
        program = Running(command, self.logs, base, environment or self.environment())
        self.programs = [one for one in self.programs if one.is_running()] + [program]
        return program

    def start(self, *words, config=True, environment=None):
        """Starts fmferry and returns at once."""
        self.calls += 1
        named = "-".join(str(w) for w in words if not str(w).startswith("-"))
        base = f"{self.calls:03}-{named.replace('/', '_')[:40]}"
        where = ["--config", self.config] if config else []
        program = self._start([FMFERRY, *where, *words], base, environment)
        (self.logs / f"{base}.argv").write_text(program.command_line())
        return program

    def ferry(self, *words, limit=300, **options):
        """Runs fmferry to its end."""
        return self.start(*words, **options).finish(limit)

    def status(self):
        """What `status --json` says, kept for the checker."""
        done = self.ferry("status", "--json")
        (self.folder / "status.json").write_text(done.out)
        return json.loads(done.out)

    def forgive_open_sessions(self):
        """After a kill: nobody is left who could close these."""
        self.lost = self.open_sessions()

    def sql(self, statement, *values):
        return ask(self.database, statement, *values)

    # --- judging -----------------------------------------------------------------------------

    def look_left(self):
        """Remembers what an earlier importer left: nothing of it may be gone in the end."""
        self.left = self.folder / "left.json"
        self._check("--look-left", self.left)

    def snapshot(self, name="before.json"):
        path = self.folder / name
        self._check("--snapshot", path)
        return path

    def _check(self, *options):
        command = [str(word) for word in (CHECK, "--journal", self.journal, "--store", self.store,
                                          "--database", self.database, "--config", self.config,
                                          *options)]
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              env=self.environment(), timeout=300)

    def judge(self, *options, exit_code=None, before=None, status=True):
        """The checker's verdict: (whether all is well, its words, its findings)."""
        found = self.folder / "findings.json"
        found.unlink(missing_ok=True)
        words = ["--json", found, "--canaries", self.folder / "canaries", "--logs", *self.readable()]
        words += ["--truth", self.truth] if self.truth.exists() else []
        words += ["--exit-code", exit_code] if exit_code is not None else []
        words += ["--before", before] if before else []
        words += ["--left", self.left] if self.left else []
        words += ["--other-sessions", *self.others] if self.others else []
        words += ["--lost-sessions", *self.lost] if self.lost else []
        if status and (self.folder / "status.json").exists():
            words += ["--status", self.folder / "status.json"]
        done = self._check(*words, *options)
        (self.logs / "checker.txt").write_text(done.stdout)
        findings = json.loads(found.read_text()) if found.exists() else {}
        return done.returncode == 0, done.stdout, findings

    def readable(self):
        """Output that holds no answers about documents: logs, and what run and check print."""
        return [path for path in sorted(self.logs.iterdir())
                if path.suffix in (".err", ".argv") or path.suffix == ".out"
                and not path.name.startswith("fmsim") and "failures" not in path.name]

    def check(self, name, *options, known=None, sometimes=False, **more):
        """
        One test: the checker finds nothing wrong. `known`: violations by a fault that is written
        down, {"I7 run-sum": why}; without `sometimes` each must be there.
        """
        good, said, findings = self.judge(*options, **more)
        codes = {f"{v['invariant']} {v['code']}" for v in findings.get("violations", ())}
        self.tap.ok(findings and codes <= set(known or {}), name, said)
        for code, why in (known or {}).items():
            self.tap.known(code not in codes, f"{name}: {code}", why, sometimes)
        return findings


CLONE_NEWNS = 0x00020000


def mounts_of_our_own():
    """
    Lets this process mount what nobody else sees, and what is gone when it ends. False if it may
    not; call it before anything is started.
    """
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        return False
    return mount("--make-rprivate", "/")


def mount(*words):
    done = subprocess.run(["mount", *map(str, words)], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL)
    return done.returncode == 0


@contextlib.contextmanager
def small_disk(bench, size):
    """A folder on a disk of its own; grow it or seal it by remounting."""
    folder = bench.folder / "disk"
    folder.mkdir()
    if not mount("-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", folder):
        raise OSError("no tmpfs can be mounted")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


class Person:
    """Somebody at work in FileMaker while we migrate: edits records over the same API."""

    def __init__(self, bench, layout="API_Docs"):
        self.bench = bench
        self.base = f"{bench.ready['url']}/fmi/data/vLatest/databases/{bench.ready['database']}"
        self.records = f"/layouts/{layout}/records"
        self.trust = ssl.create_default_context(cafile=bench.ready["ca_file"])
        pair = base64.b64encode(f"{ACCOUNT}:{PASSWORD}".encode()).decode()
        opened = self._call("POST", "/sessions", {}, f"Basic {pair}")
        self.token = opened["token"]
        bench.others.append(next(line["session"] for line in reversed(bench.journal_lines())
                                 if line["effect"] == "login"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._call("DELETE", f"/sessions/{self.token}")

    def _call(self, method, path, body=None, authorization=None, media="application/json"):
        request = urllib.request.Request(self.base + path, method=method)
        request.add_header("Authorization", authorization or f"Bearer {self.token}")
        if body is not None:
            request.data = body if isinstance(body, bytes) else json.dumps(body).encode()
            request.add_header("Content-Type", media)
        with urllib.request.urlopen(request, timeout=120, context=self.trust) as answer:
            return json.load(answer)["response"]

    def edit(self, record_id, **fields):
        return self._call("PATCH", f"{self.records}/{record_id}", {"fieldData": fields})

    def read(self, record_id):
        return self._call("GET", f"{self.records}/{record_id}")["data"][0]

    def create(self, **fields):
        return self._call("POST", self.records, {"fieldData": fields})["recordId"]

    def delete(self, record_id):
        return self._call("DELETE", f"{self.records}/{record_id}")

    def upload(self, record_id, data, name="file.pdf", field="Doc"):
        """Puts a file into a container."""
        line = "----------------fmferry"
        head = (f'--{line}\r\nContent-Disposition: form-data; name="upload"; filename="{name}"\r\n'
                "Content-Type: application/octet-stream\r\n\r\n")
        body = head.encode() + data + f"\r\n--{line}--\r\n".encode()
        place = urllib.parse.quote(field, safe="")
        return self._call("POST", f"{self.records}/{record_id}/containers/{place}/1", body,
                          media=f"multipart/form-data; boundary={line}")


def need_programs(tap):
    """Whether the programs are there to be tested."""
    missing = [str(path) for path in (FMFERRY, FMSIM) if not os.access(path, os.X_OK)]
    if missing:
        tap.ok(False, "the programs are built", "missing: " + ", ".join(missing))
    return not missing


def play(tap, stories, prefix=""):
    """Each story on a bench of its own, which has its name."""
    if not need_programs(tap):
        return
    for story in stories:
        with Bench(tap, prefix + story.__name__.replace("_", "-")) as bench:
            story(tap, bench)


def wait_until(condition, limit=300, pause=0.002):
    """Whether `condition()` came true in time."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(pause)
    return False
