"""`fmferry serve` of a bench, and people who use it, each with a role and a session."""

import base64
import hashlib
import hmac
import http.client
import json
import re
import secrets
import sqlite3
import ssl
import struct
import time
import urllib.parse


class Console:
    """`fmferry serve` of a bench, and people who use it; `start` may start another fmferry."""

    def __init__(self, bench, *options, start=None):
        self.bench = bench
        self.program = (start or bench.start)("serve", "--address", "127.0.0.1:0", *options)
        deadline = time.monotonic() + 60
        while not (found := re.search(r"https://localhost:(\d+)/", self.program.out_path.read_text())):
            if not self.program.is_running() or time.monotonic() > deadline:
                raise RuntimeError(f"serve did not start: {self.program.err_path.read_text()}")
            time.sleep(0.02)
        self.port = int(found[1])
        self.database = bench.folder / "fmferry-console.db"

    def sql(self, statement, *values):
        with sqlite3.connect(self.database, timeout=300) as database:
            return database.execute(statement, values).fetchall()

    def person(self, name, roles, proved=True):
        """An account with a session, as a login makes it."""
        now, key, csrf = time.time_ns() // 1000, secrets.token_bytes(32), secrets.token_bytes(32)
        with sqlite3.connect(self.database, timeout=300) as database:
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
        return http.client.HTTPSConnection("localhost", self.console.port, timeout=300, context=context)

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

    def send_json(self, path, body, token=True):
        headers = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}
        if token:
            headers["X-Fmferry-Token"] = self.csrf
        status, _, text = self.ask("POST", path, json.dumps(body), headers)
        return status, json.loads(text)

    def decide(self, body, token=True):
        return self.send_json("/api/v1/decisions", body, token)


FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


class Telephone:
    """Shows codes, by the number of 30 seconds since 1970."""

    def __init__(self, secret):
        self.key, self.used = base64.b32decode(secret.replace(" ", "")), 0

    def code(self, step):
        digest = hmac.new(self.key, struct.pack(">Q", step), hashlib.sha1).digest()
        at = digest[-1] & 15
        return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"

    def now(self):
        """The present code; the console takes it for a minute and more."""
        self.used = int(time.time()) // 30
        return self.code(self.used)

    def next(self):
        """The code after the newest one, which the console takes already: clocks may be off by a step."""
        self.used += 1
        return self.code(self.used)


def send(who, path, **fields):
    """Status, headers and text of what is answered to a form; a session that comes with it is kept."""
    status, headers, text = who.ask("POST", path, urllib.parse.urlencode(fields), FORM)
    found = re.match(r"__Host-fmferry=(\w+);", headers.get("Set-Cookie", ""))
    if found:
        who.key = found[1]
    return status, headers, text


def set_up(bench, console, name, roles, password):
    """An account by its link, with a session and a telephone, as a person has it; `spares` are codes, each good once."""
    who = Browser(console, 0, "", "")
    said = bench.ferry("users", "add", name, "--role", roles).out
    link = re.search(r"/setup/\w+", said)[0]
    telephone = Telephone(re.search(r"<code>([A-Z2-7 ]+)</code>", who.ask("GET", link)[2])[1])
    text = send(who, link, password=password, again=password, digits=telephone.now())[2]
    who.spares = re.findall(r"<li>(\w{5}-\w{5})</li>", text)
    who.csrf = re.search(r'name="csrf" value="(\w+)"', who.get("/self")[1])[1]
    return who
