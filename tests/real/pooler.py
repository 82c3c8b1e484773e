"""
PgBouncer in front of a PostgreSQL server of ours, on loopback, on a free port; it dies with the process
that started it.
"""

import contextlib
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

from ports import free_ports

PR_SET_PDEATHSIG = 1
START_LIMIT = 300


def program():
    return shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin")


def lacks():
    """What is missing on this machine, in words; empty: nothing."""
    return "" if program() else "PgBouncer is not installed"


class Pooler:
    """`with Pooler(server, "transaction", size=1) as pooler:`; pooler.url leads through it."""

    def __init__(self, server, mode, size=1):
        self.server, self.process, self.port = server, None, free_ports(1)[0]
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fmferry-pooler-"))
        self.user = "postgres" if os.getuid() == 0 else None
        (self.folder / "pgbouncer.ini").write_text(
            f"[databases]\n* = host={server.address} port={server.port} user=postgres\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = any\npool_mode = {mode}\ndefault_pool_size = {size}\nmax_client_conn = 50\n"
            f"query_wait_timeout = 20\nserver_login_retry = 1\nlogfile = {self.folder}/log\n")
        if self.user:
            shutil.chown(self.folder, self.user)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def url(self):
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self):
        command = [program(), str(self.folder / "pgbouncer.ini")]
        if self.user:
            command = ["setpriv", "--reuid", self.user, "--regid", self.user, "--clear-groups",
                       "--pdeathsig", "KILL", *command]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            cwd=self.folder,
            preexec_fn=lambda: ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL))
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(Exception):
                self.ask("select 1")
                return
            time.sleep(0.05)
        raise RuntimeError("PgBouncer did not start: "
                           + (self.folder / "log").read_text("utf-8", "replace")[-500:])

    def end(self, number=signal.SIGKILL):
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(START_LIMIT)
        self.process = None

    def connect(self):
        """Connects as the application does: each statement commits by itself."""
        import psycopg2
        link = psycopg2.connect(self.url, connect_timeout=30)
        link.autocommit = True
        return link

    def ask(self, statement, *values):
        with contextlib.closing(self.connect()) as link, link.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []
