"""`fmferry serve` of a bench, and people who use it, each with a role and a session."""

import hashlib
import http.client
import json
import re
import secrets
import sqlite3
import ssl
import time
import urllib.parse


class Console:
    """`fmferry serve` of a bench, and people who use it."""

    def __init__(self, bench):
        self.bench = bench
        self.program = bench.start("serve", "--address", "127.0.0.1:0")
        deadline = time.monotonic() + 60
        while not (found := re.search(r"https://localhost:(\d+)/", self.program.out_path.read_text())):
            if not self.program.is_running() or time.monotonic() > deadline:
                raise RuntimeError(f"serve did not start: {self.program.err_path.read_text()}")
            time.sleep(0.02)
        self.port = int(found[1])
        self.database = bench.folder / "fmferry-console.db"

    def sql(self, statement, *values):
        with sqlite3.connect(self.database, timeout=30) as database:
            return database.execute(statement, values).fetchall()

    def person(self, name, roles, proved=True):
        """An account with a session, as a login makes it."""
        now, key, csrf = time.time_ns() // 1000, secrets.token_bytes(32), secrets.token_bytes(32)
        with sqlite3.connect(self.database, timeout=30) as database:
            account = database.execute("insert into fmferry_account (name, shown, roles, password, made_us) "
                                       "values (?, ?, ?, 'x', ?)", (name, name.title(), roles, now)).lastrowid
            database.execute("insert into fmferry_session (hash, account, csrf, address, agent, begun_us, seen_us, "
                             "proved_us) values (?, ?, ?, '127.0.0.1', 'test', ?, ?, ?)",
                             (hashlib.sha256(key).digest(), account, csrf, now, now,
                              now if proved else now - 360_000_000))
        return Browser(self, account, key.hex(), csrf.hex())


class Browser:
    def __init__(self, console, account, key, csrf):
        self.console, self.account, self.key, self.csrf = console, account, key, csrf

    def connection(self):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection("localhost", self.console.port, timeout=60, context=context)

    def ask(self, method, path, body=None, headers=()):
        connection = self.connection()
        connection.request(method, path, body, {"Cookie": f"__Host-fmferry={self.key}", **dict(headers)})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, answer.headers, text

    def get(self, path):
        status, _, text = self.ask("GET", path)
        return status, text

    def json(self, path):
        return json.loads(self.get(path)[1])

    def post(self, path, **fields):
        return self.ask("POST", path, urllib.parse.urlencode({"csrf": self.csrf, **fields}),
                        {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"})

    def decide(self, body, token=True):
        headers = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}
        if token:
            headers["X-Fmferry-Token"] = self.csrf
        status, _, text = self.ask("POST", "/api/v1/decisions", json.dumps(body), headers)
        return status, json.loads(text)
