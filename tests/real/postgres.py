"""
A PostgreSQL server of our own, on loopback, on a free port; it dies with the process that started it. Also a
copy of its tables in SQLite, in the forms that Django gives them there, for the checker, and a connection to
the server that breaks on request.
"""

import contextlib
import ctypes
import datetime
import glob
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time

from ports import free_ports

PR_SET_PDEATHSIG = 1
START_LIMIT = 300


def programs():
    """The folder of PostgreSQL's programs, or None."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    return pathlib.Path(found[-1]).parent if found else None


def lacks():
    """What is missing on this machine, in words; empty: nothing."""
    if not programs():
        return "PostgreSQL is not installed"
    try:
        import psycopg2  # noqa: F401
    except ImportError:
        return "psycopg2 is not installed"
    return ""


class Postgres:
    """`with Postgres() as server:`; server.url names an empty database."""

    def __init__(self, address="127.0.0.1", settings=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fmferry-pg-"))
        self.data, self.log = self.folder / "data", self.folder / "log"
        self.address, self.port, self.process = address, free_ports(1)[0], None
        self.settings = settings
        self.user = "postgres" if os.getuid() == 0 else None
        if self.user:
            shutil.chown(self.folder, self.user)
        self._call("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                   "--locale=C.UTF-8", "--no-sync")
        with open(self.data / "pg_hba.conf", "a", encoding="ascii") as rules:
            rules.write("host all all 10.0.0.0/8 trust\n")

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.end(signal.SIGINT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _as_user(self):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    def _command(self, name, *words):
        command = [str(programs() / name), *map(str, words)]
        if self.user:
            command = ["setpriv", "--reuid", self.user, "--regid", self.user, "--clear-groups",
                       "--pdeathsig", "KILL", *command]
        return command

    def _call(self, name, *words):
        subprocess.run(self._command(name, *words), check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.PIPE, cwd=self.folder)

    @property
    def url(self):
        return f"postgresql://postgres@{self.address}:{self.port}/postgres"

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self._command("postgres", "-D", self.data, "-c", f"listen_addresses={self.address}",
                              "-c", f"port={self.port}", "-c", f"unix_socket_directories={self.folder}",
                              "-c", "shared_buffers=64MB",
                              *(word for one in self.settings for word in ("-c", one))),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                preexec_fn=self._as_user)
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline:
            with contextlib.suppress(Exception):
                self.ask("select 1")
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"PostgreSQL did not start: {self.log.read_text('utf-8', 'replace')[-500:]}")

    def end(self, number=signal.SIGQUIT):
        """SIGQUIT: at once, as after a power cut; SIGINT: in good order."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(START_LIMIT)
        self.process = None

    def connect(self):
        import psycopg2
        return psycopg2.connect(self.url, connect_timeout=5)

    def ask(self, statement, *values):
        """One statement, committed; its rows."""
        with contextlib.closing(self.connect()) as link, link, link.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def empty(self):
        """As if it had just been made."""
        self.ask("drop schema public cascade; create schema public")

    def copy(self, path):
        """Copies every table in SQLite's forms, for the checker, which can read only those."""
        pathlib.Path(path).unlink(missing_ok=True)
        with contextlib.closing(self.connect()) as link, link.cursor() as cursor, \
                contextlib.closing(sqlite3.connect(path)) as to, to:
            cursor.execute("select table_name from information_schema.tables "
                           "where table_schema = 'public' and table_type = 'BASE TABLE'")
            for (table,) in cursor.fetchall():
                _table_copy(cursor, to, table)


def _plain(value, kind):
    if value is None or isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if kind == "uuid":
        return str(value).replace("-", "")
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return bytes(value) if isinstance(value, memoryview) else value


def _table_copy(cursor, to, table):
    cursor.execute("select column_name, data_type from information_schema.columns "
                   "where table_schema = 'public' and table_name = %s order by ordinal_position",
                   (table,))
    columns = cursor.fetchall()
    names = ", ".join(f'"{name}"' for name, _ in columns)
    told = ", ".join(f'"{name}"::text' if kind in ("json", "jsonb", "uuid") else f'"{name}"'
                     for name, kind in columns)
    to.execute(f'create table "{table}" ({names})')
    cursor.execute(f'select {told} from "{table}" order by 1')
    to.executemany(f'insert into "{table}" values ({", ".join("?" * len(columns))})',
                   ([_plain(value, kind) for value, (_, kind) in zip(row, columns)]
                    for row in cursor))


class Line:
    """
    A line to a server that breaks at a COMMIT: `lose` after the server has it and before the answer
    comes back, `cut` before the server has it. Counted down, so that a run comes to its end. It counts `turns`:
    how often the client spoke after the server did, which over a network is a wait each.
    """

    def __init__(self, port):
        self.to, self.lose, self.cut = port, 0, 0
        self.every, self.commits, self.broken, self.turns, self.delay_s = 5, 0, 0, 0, 0
        self.lock = threading.Lock()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                near, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near):
        try:
            far = socket.create_connection(("127.0.0.1", self.to))
        except OSError:  # the server is down
            near.close()
            return
        deaf, answered = threading.Event(), threading.Event()
        back = threading.Thread(target=self._answers, args=(far, near, deaf, answered), daemon=True)
        back.start()
        with contextlib.suppress(OSError):
            while data := near.recv(65536):
                self._turn_count(answered)
                how = self._what_now(data)
                if how == "cut":
                    break
                if how == "lose":
                    deaf.set()
                    far.sendall(data)
                    back.join(10)  # the server has answered, and nobody heard it
                    break
                far.sendall(data)
        for one in (near, far):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _turn_count(self, answered):
        if answered.is_set():
            answered.clear()
            with self.lock:
                self.turns += 1
            time.sleep(self.delay_s)

    def _answers(self, far, near, deaf, answered):
        """A server that was killed ends the line too, with a reset as with an end."""
        with contextlib.suppress(OSError):
            while data := far.recv(65536):
                if deaf.is_set():
                    return
                answered.set()
                near.sendall(data)
        with contextlib.suppress(OSError):
            near.shutdown(socket.SHUT_RDWR)

    def _what_now(self, data):
        """Whether this is a COMMIT, and one that breaks."""
        if b"\0commit\0" not in data:
            return ""
        with self.lock:
            self.commits += 1
            if self.commits % self.every:
                return ""
            for how in ("lose", "cut"):
                if getattr(self, how) > 0:
                    setattr(self, how, getattr(self, how) - 1)
                    self.broken += 1
                    return how
        return ""

    def close(self):
        self.socket.close()
