#!/usr/bin/python3
"""
What a scanner would try (test_rights has every address with every role): requests from other sites, without the form's own
token, by another name of the host; sessions brought along or used again; headers and log lines by the way; paths
written in other ways; malformed requests on the wire. The console lives, and nothing gets more than it may.
"""

import os
import pathlib
import random
import re
import socket
import ssl
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Bench, main, need_programs, wait_until  # noqa: E402
from people import Browser, Console  # noqa: E402

MALFORMED = int(os.environ.get("MALFORMED", "400"))  # more: a longer look
ROLES = ("staff", "records", "operator", "owner", "auditor", "admin")
GUARDS = ("Strict-Transport-Security", "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy",
          "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Permissions-Policy", "Cache-Control",
          "X-Request-Id")


def guarded(tap, people, stranger):
    asked = [(stranger, "GET", "/"), (stranger, "GET", "/login"), (stranger, "GET", "/no/such"), (stranger, "PUT", "/run"),
             (stranger, "GET", "/api/v1/status"), (people["admin"], "GET", "/run"), (people["admin"], "GET", "/none"),
             (people["admin"], "GET", "/users"), (people["admin"], "DELETE", "/users"), (stranger, "GET", "/x?a=%zz"),
             (stranger, "GET", "/assets/0/style.css")]
    bare = [f"{method} {path}: {name}" for who, method, path in asked
            for name in GUARDS if name not in who.ask(method, path)[1]]
    tap.same(bare, [], "every answer has all the headers that guard it, errors too")
    csp = stranger.ask("GET", "/login")[1]["Content-Security-Policy"]
    tap.ok("default-src 'none'" in csp and "unsafe" not in csp and "frame-ancestors 'none'" in csp,
           "and the policy lets nothing be run or framed but what is ours", csp)


def other_sites(tap, console, admin):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = urllib.parse.urlencode({"csrf": admin.csrf, "name": "mallory", "role.admin": "admin"})
    for headers, name in (({"Sec-Fetch-Site": "cross-site"}, "another site"),
                          ({"Sec-Fetch-Site": "same-site"}, "a neighbour's name"),
                          ({"Origin": "https://evil.example"}, "another origin, from a browser without Fetch Metadata"),
                          ({"Origin": "null"}, "an origin that is none"),
                          ({"Origin": ""}, "an origin that is empty"),
                          ({}, "what says of no page where it comes from")):
        tap.same(admin.ask("POST", "/users", body, {**form, **headers})[0], 403, f"a form from {name} is refused")
    tap.same(admin.ask("POST", "/login", urllib.parse.urlencode({"name": "admin", "password": "x", "code": "1"}), form)[0], 403,
             "nor is a login taken from there")
    own = admin.ask("POST", "/users", body, {**form, "Origin": f"https://localhost:{console.port}"})[0]
    tap.same(own, 200, "a form of ours, from a browser without Fetch Metadata, is taken")
    console.sql("delete from fmferry_ticket")
    console.sql("delete from fmferry_account where name = 'mallory'")
    for token, name in (("", "no token"), ("0" * 64, "a made-up token")):
        status = admin.ask("POST", "/users", urllib.parse.urlencode({"csrf": token, "name": "mallory", "role.admin": "admin"}),
                           {**form, "Sec-Fetch-Site": "same-origin"})[0]
        tap.same(status, 403, f"a form with {name} is refused")
    other = console.person("second", "admin")
    crossed = Browser(console, admin.account, admin.key, other.csrf)
    tap.same(crossed.post("/users", name="mallory", **{"role.admin": "admin"})[0], 403,
             "a token of another session is refused")
    tap.same(console.sql("select count(*) from fmferry_account where name = 'mallory'")[0][0], 0, "nobody was added by them")
    tap.same(admin.ask("GET", "/users", None, {"Host": "evil.example"})[0], 421, "another name of the host is refused")
    tap.same(admin.ask("GET", "/users", None, {"Host": ""})[0] in (400, 421), True, "and none")


def sessions(tap, console, stranger):
    brought = Browser(console, 0, "a" * 64, "")
    status, headers, _ = brought.ask("GET", "/login")
    tap.ok(status == 200 and "Set-Cookie" not in headers, "a session that is brought along is not taken over")
    one = console.person("leaver", "operator")
    tap.same(one.get("/run")[0], 200, "a session")
    _, headers, _ = one.post("/logout")
    tap.ok("Max-Age=0" in headers["Set-Cookie"] and headers["Clear-Site-Data"] == '"*"', "that logs out, is cleared")
    tap.same(one.ask("GET", "/run")[0], 303, "and is no session any more")
    shut = console.person("shut", "operator")
    console.bench.ferry("users", "shut", "shut")
    tap.same(shut.ask("GET", "/run")[0], 303, "nor is that of an account that was shut")
    demoted = console.person("demoted", "operator")
    console.bench.ferry("users", "role", "demoted", "--role", "staff")
    tap.same(demoted.ask("GET", "/run")[0], 403, "roles that were taken away are gone at the next request")
    for to in ("//evil.example", "/\\evil.example", "https://evil.example/", "/%0d%0aX: y", "/run\r\nX-Evil: 1"):
        status, headers, text = stranger.ask("GET", "/login?" + urllib.parse.urlencode({"to": to}))
        found = re.search(r'name="to" value="([^"]*)"', text)
        kept = found and urllib.parse.unquote(found[1])
        tap.ok(status == 400 or (kept and kept.startswith("/") and "evil" not in kept) and "X-Evil" not in headers,
               f"{to!r} leads nowhere else", found and found[1])


def paths(tap, people, stranger):
    """Ways to write a path that is not one of ours; the raw bytes are sent, as no client of a browser would."""
    wrong = []
    for path in ("/run/", "//run", "/./run", "/users/../run", "/%72un", "/run%00", "/run%2f", "/run;x=1", "/RUN", "/run%0a",
                 "/assets/../../fmferry.ini", "/assets/%2e%2e/fmferry.ini", "/users/%2e%2e%2frun", "/users/%c0%ae",
                 "/users/" + "a" * 7000, "/" + "x/" * 2000):
        status = people["owner"].ask("GET", path)[0]
        if status not in (400, 403, 404, 414):
            wrong.append(f"{path[:40]}: {status}")
    tap.same(wrong, [], "a path that is written in another way is no address")
    tap.same(stranger.ask("TRACE", "/run")[0] in (401, 405), True, "TRACE shows nothing")
    tap.same(stranger.ask("OPTIONS", "/run")[0] in (401, 405), True, "nor does OPTIONS")
    status, _, text = stranger.ask("HEAD", "/login")
    tap.ok(status == 200 and text == "", "HEAD has no body")


# --- the wire --------------------------------------------------------------------------------------


def raw(port, octets):
    """The first line of the answer to these bytes; "" if there is none."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), timeout=300) as plain, context.wrap_socket(plain) as link:
        try:
            link.sendall(octets)
            link.shutdown(socket.SHUT_WR)
            return link.recv(65536).split(b"\r\n")[0].decode("latin-1")
        except (OSError, ssl.SSLError):
            return ""


def malformed(seed):
    """A request that is wrong in one or more ways."""
    dice = random.Random(seed)
    length = dice.choice((b"Content-Length: 5\r\nContent-Length: 6\r\n", b"Content-Length: -1\r\n", b"Content-Length: 1e3\r\n",
                          b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"Transfer-Encoding: cow\r\n",
                          b"Content-Length: 99999999999999999999999\r\n"))
    head = dice.choice((b"X: " + bytes(dice.randrange(1, 256) for _ in range(40)).replace(b"\n", b"") + b"\r\n",
                        b"X: a\rb\r\n", b"X: a\x00b\r\n", b"X" * 40000 + b": y\r\n", b": empty\r\n", b"no colon\r\n",
                        b" folded\r\n", b"Cookie: " + b"a=b; " * 3000 + b"\r\n"))
    line = dice.choice((b"GET /run", b"GET  /run HTTP/1.1", b"GET /run HTTP/9.9", b"GET\t/run\tHTTP/1.1", b"get /run HTTP/1.1",
                        b"\x16\x03\x01", b"GET http://evil.example/run HTTP/1.1", b"POST /login HTTP/1.1",
                        b"GET /" + b"a" * 40000 + b" HTTP/1.1", b"GET /%zz HTTP/1.1", b"GET /run?" + b"a=b&" * 200 + b" HTTP/1.1"))
    return line + b"\r\nHost: localhost\r\n" + head + (length if dice.random() < 0.5 else b"") + b"\r\nhello"


def wire(tap, console, people):
    taken = []
    for seed in range(MALFORMED):
        said = raw(console.port, malformed(seed))
        if re.match(r"HTTP/\S+ 2", said):
            taken.append(f"seed {seed}: {said}")
    tap.same(taken, [], f"{MALFORMED} malformed requests: none is answered with 2xx")
    tap.ok(console.program.is_running(), "the console lives")
    tap.same(people["operator"].get("/run")[0], 200, "and answers others as before")


class Flood:
    """Connections from one of this machine's addresses, each with half a head."""

    def __init__(self, port):
        self.port, self.links = port, []
        self.context = ssl.create_default_context()
        self.context.check_hostname, self.context.verify_mode = False, ssl.CERT_NONE

    def open(self, address):
        """Whether one more is taken."""
        try:
            plain = socket.create_connection(("127.0.0.1", self.port), timeout=300, source_address=(address, 0))
            link = self.context.wrap_socket(plain)
            link.sendall(b"GET /run HTTP/1.1\r\nHost: local")
        except OSError:
            return False
        self.links.append(link)
        return True

    def end(self):
        for link in self.links:
            link.close()


def asked_from(person, address):
    connection = person.connection()
    connection.source_address = (address, 0)
    try:
        connection.request("GET", "/run", headers={"Cookie": f"__Host-fmferry={person.key}"})
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def floods(tap, console, people):
    """32 connections are for one address, 256 for all; who comes beyond is turned away."""
    flood = Flood(console.port)
    taken = [flood.open("127.0.0.9") for _ in range(40)]
    tap.same((taken.count(True), taken[:32].count(True)), (32, 32), "an address has 32 connections, and no more")
    tap.same(asked_from(people["operator"], "127.0.0.10"), 200, "another address is answered meanwhile")
    others = [flood.open(f"127.0.1.{1 + index // 32}") for index in range(240)]
    tap.same(others.count(True), 256 - 32, "all together have 256")
    tap.ok(console.program.is_running(), "the console lives")
    flood.end()
    tap.ok(wait_until(lambda: asked_from(people["operator"], "127.0.0.11") == 200), "and answers when they have gone")


def asks_too_much(tap, people):
    """A session has 600 requests a minute; who asks faster waits, and is told how long."""
    greedy, statuses = people["auditor"], []
    link = greedy.connection()
    while len(statuses) < 5000 and 429 not in statuses:
        link.request("GET", "/health", headers={"Cookie": f"__Host-fmferry={greedy.key}"})
        answer = link.getresponse()
        answer.read()
        statuses.append(answer.status)
    link.close()
    tap.same((set(statuses[:-1]), statuses[-1], answer.headers["Retry-After"].isdigit()), ({200}, 429, True),
             "who asks without end is told to wait")
    tap.same(people["operator"].get("/run")[0], 200, "nobody else is")


def slow_heads(tap, console, people):
    """As many as one address may have, each with half a head; the others of this machine are one address here, too."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    links = []
    for _ in range(20):
        link = context.wrap_socket(socket.create_connection(("127.0.0.1", console.port), timeout=300))
        link.sendall(b"GET /run HTTP/1.1\r\nHost: local")
        links.append(link)
    tap.same(people["operator"].get("/run")[0], 200, "twenty connections that never finish their heads hold nobody up")
    for link in links:
        link.close()


def log_lines(tap, console):
    text = console.program.err_path.read_text()
    tap.ok("mallory" not in text and "evil" not in text, "nothing that was sent stands in the log", text[-2000:])


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "attacks") as bench:
        bench.serve("generate:5,500")
        bench.ferry("run")
        console = Console(bench)
        people = {role: console.person(role, role) for role in ROLES}
        stranger = Browser(console, 0, "", "")
        guarded(tap, people, stranger)
        other_sites(tap, console, people["admin"])
        sessions(tap, console, stranger)
        paths(tap, people, stranger)
        slow_heads(tap, console, people)
        asks_too_much(tap, people)
        floods(tap, console, people)
        wire(tap, console, people)
        log_lines(tap, console)
        console.program.signal(15)
        tap.same(console.program.finish(60).code, 0, "the console ends when it is told to")
        bench.stop_serving()


if __name__ == "__main__":
    main(test)
