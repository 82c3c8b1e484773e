#!/usr/bin/python3
"""
Everybody follows every link that the console shows: none is broken. What patients are called, what files are called, what
was sought, and every secret stands in no log, argument, environment, header, address or name of a file. Afterwards the
console has no more memory than it may.
"""

import html
import os
import pathlib
import re
import sqlite3
import sys
import urllib.parse
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Bench, main, need_programs  # noqa: E402
from people import Console  # noqa: E402

ROLES = ("staff", "records", "operator", "owner", "auditor", "admin")
PAGES = 60  # of one role
IDLE_MIB = 48
LINK = re.compile(r'(?:href|src|action)="([^"]*)"')
TOKEN = re.compile(r'<p class="code">(\w{64})</p>')
FINDERS = ("staff", "records", "owner")
SAFE = ("Content-Disposition", "Set-Cookie")  # a file's own name, and the session's own key, belong there


class Walk:
    """One role's way through all links, breadth first."""

    def __init__(self, person):
        self.person, self.seen, self.broken, self.headers, self.unfilled = person, set(), [], [], []

    def follow(self, paths):
        waiting = list(paths)
        while waiting and len(self.seen) < PAGES:
            path = waiting.pop(0)
            if path in self.seen:
                continue
            self.seen.add(path)
            status, headers, text = self.open(path)
            self.headers += [f"{name}: {value}" for name, value in headers.items() if name not in SAFE]
            if status not in (200, 303):
                self.broken.append(f"{path}: {status}")
            if headers["Content-Type"].startswith("text/html"):
                self.unfilled += [f"{path}: {place}" for place in re.findall(r"{{.*?}}", text)]
                waiting += [link for link in map(html.unescape, LINK.findall(text)) if self.is_page(link)]
            waiting += [headers["Location"]] if status == 303 else []

    def open(self, path):
        connection = self.person.connection()
        connection.request("GET", path, headers={"Cookie": f"__Host-fmferry={self.person.key}"})
        answer = connection.getresponse()
        text = "" if path == "/live" else answer.read().decode("utf-8", "replace")
        connection.close()
        return answer.status, answer.headers, text

    def is_page(self, link):
        """Links that lead to our own pages by GET; forms have actions, of which those that only change are none."""
        return link.startswith("/") and not any(link.startswith(part) for part in CHANGES)


CHANGES = ("/logout", "/self/session", "/self/password", "/failures/decide", "/failures/choose", "/tokens/", "/prove", "/zip", "/print")


def patients(bench):
    """Names in the application's tables."""
    rows = bench.sql("select first_name, last_name from patients_patient")
    return {name for row in rows for name in row if len(name) >= 4}


def memory_mib(program):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{program.pid}/status").read_text())[1]) / 1024


def everybody(tap, people, patient):
    """Whoever may see patients begins with one, too: no page lists them before somebody was sought."""
    walks = {role: Walk(person) for role, person in people.items()}
    for role, walk in walks.items():
        walk.follow(["/"] + [f"/patients/{patient}"] * (role in FINDERS))
        tap.same(walk.broken, [], f"no link of {role} is broken ({len(walk.seen)} pages)")
        tap.same(walk.unfilled, [], f"and no place of a page is left unfilled for {role}")
    return walks


def secrets(console, people):
    """Keys and tokens of sessions, a token for programs, and a password that was typed."""
    _, _, page = people["admin"].post("/tokens", name="lab", days="1", **{"right.run": "run"})
    token = TOKEN.search(page)[1]
    people["admin"].ask("GET", "/api/v1/status", None, {"Authorization": f"Bearer {token}", "Cookie": ""})
    people["staff"].ask("POST", "/login", urllib.parse.urlencode({"name": "staff", "password": "CanaryPassword", "code": "1"}),
                        {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"})
    people["staff"].get("/documents?q=CanarySought")
    people["staff"].get("/patients?q=CanarySought")
    people["staff"].get("/search?q=CanarySought")
    return {token, "CanaryPassword", "CanarySought"} | {one for who in people.values() for one in (who.key, who.csrf)}


def nowhere(tap, bench, console, walks, canaries):
    process = pathlib.Path("/proc") / str(console.program.pid)
    names = [str(path.relative_to(bench.folder)) for path in (bench.folder / "fmferry-console").rglob("*")]
    places = {"the log": console.program.err_path.read_text(), "what was printed": console.program.out_path.read_text(),
              "arguments": (process / "cmdline").read_text(), "the names of the console's files": "\n".join(names),
              "headers": "\n".join(line for walk in walks.values() for line in walk.headers),
              "addresses": "\n".join(urllib.parse.unquote(path.split("?")[0]) for walk in walks.values() for path in walk.seen)}
    try:
        places["the environment"] = (process / "environ").read_bytes().decode("latin-1")
    except PermissionError:
        tap.note("the environment cannot be read by others: the process is not dumpable")
    for place, text in places.items():
        tap.same(sorted(one for one in canaries if re.search(rf"\b{re.escape(one)}\b", text)), [], f"no name and no secret is in {place}")
    tap.ok("GET /run" in places["the log"], "and the log has what was asked", places["the log"][:500])


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "crawl") as bench:
        bench.serve("demo")
        bench.configure(patients={"layout": "API_Contacts"})
        bench.ferry("patients", "import")
        bench.ferry("run", "--limit", "120")
        console = Console(bench, "-v")
        tap.ok(memory_mib(console.program) <= IDLE_MIB, f"at its start the console has {IDLE_MIB} MiB at most", memory_mib(console.program))
        people = {role: console.person(role, role) for role in ROLES}
        (patient,), = bench.sql("select object_id from documents_document group by 1 order by count(*) desc limit 1")
        walks = everybody(tap, people, uuid.UUID(patient))
        names = patients(bench)
        tap.ok(len(names) > 20, "there are patients", len(names))
        nowhere(tap, bench, console, walks, names | secrets(console, people))
        tap.ok(memory_mib(console.program) <= IDLE_MIB, "and after all that", memory_mib(console.program))
        console.program.signal(15)
        tap.same(console.program.finish(60).code, 0, "the console ends when it is told to")
        bench.stop_serving()


if __name__ == "__main__":
    main(test)
