#!/usr/bin/python3
"""
How long the console's pages take beside a million documents of 27,000 patients, asked for over TLS one after the other:
the median and the slowest of a hundred for each kind of page, how long the index takes to be filled, and the memory.
The rows are made directly, as `run` and `verify` would have left them; as photographs, of which no words are read.

    DOCUMENTS=1000000 ASKED=500 tests/torture/pages.py
"""

import contextlib
import hashlib
import os
import pathlib
import random
import sqlite3
import sys
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "tests" / "console"), str(ROOT / "tests" / "checker")]
from harness import Bench, main, wait_until  # noqa: E402
from people import Console  # noqa: E402
from rules import row_id  # noqa: E402

DOCUMENTS, ASKED = int(os.environ.get("DOCUMENTS", "1000000")), int(os.environ.get("ASKED", "500"))
PER_PATIENT, PER_MINUTE, DAY_ONE = 37, 500, 730_000
TYPES = ("Letter", "Referral", "Report", "Invoice", "File Notes", "Cards", "Quote", "Purchase Order")
LIMIT = 3600
MOST_MS = {"list of 50": 20, "list of 50, deep": 20, "a patient's page": 20, "patients by name": 50, "type and time": 50,
           "a document": 20}


def copied(database, table, changes):
    """An insert of rows like the first of a table, but for the columns that change; and the names of those."""
    names = [column[1] for column in database.execute(f"pragma table_info({table})")]
    first = dict(zip(names, database.execute(f"select {', '.join(names)} from {table} limit 1").fetchone()))
    values = [changes.get(name) or (lambda _, kept=first[name]: kept) for name in names]
    return (f"insert into {table} ({', '.join(names)}) values ({', '.join('?' * len(names))})",
            lambda number: [value(number) for value in values])


def of_number(number):
    """A document that does not exist: its identity, row, patient, key, type and day; the same for the same number."""
    identity = str(uuid.UUID(int=(0xFEED << 112) + number))
    patient = uuid.UUID(int=(0xBEEF << 112) + number // PER_PATIENT)
    kind = TYPES[number * 7919 % len(TYPES)]
    key = f"patients/{patient}/{number}.pdf"
    return identity, patient, key, kind


def fill(bench):
    """Documents, versions, rows and patients, beside the one that was really moved."""
    with contextlib.closing(sqlite3.connect(bench.database)) as database, database:
        (start,), (source,) = (database.execute(text).fetchone() for text in (
            "select max(document) from fmferry_document", "select name from fmferry_source"))
        numbers = range(DOCUMENTS)
        tables = {
            "patients_patient": (range(0, DOCUMENTS, PER_PATIENT), {
                "id": lambda n: of_number(n)[1].hex, "mrn": lambda n: str(n),
                "last_name": lambda n: f"Name{n // PER_PATIENT % 9973}", "first_name": lambda n: f"First{n // PER_PATIENT % 101}",
                "dob": lambda n: f"{1930 + n % 90}-{1 + n % 12:02}-{1 + n % 28:02}", "filemaker_metadata": lambda n: "{}"}),
            "documents_document": (numbers, {
                "id": lambda n: row_id(source, of_number(n)[0]).hex, "object_id": lambda n: of_number(n)[1].hex,
                "s3_key": lambda n: of_number(n)[2], "category": lambda n: of_number(n)[3].lower().replace(" ", "-"),
                "document_date": lambda n: f"{2000 + n % 26}-{1 + n % 12:02}-{1 + n % 28:02}",
                "filemaker_id": lambda n: uuid.UUID(of_number(n)[0]).hex, "filemaker_metadata": lambda n: "{}"}),
            "fmferry_document": (numbers, {
                "document": lambda n: start + 1 + n, "identity": lambda n: of_number(n)[0], "record_id": lambda n: 10_000 + n,
                "type": lambda n: of_number(n)[3], "patient": lambda n: str(of_number(n)[1])}),
            "fmferry_version": (numbers, {
                "document": lambda n: start + 1 + n, "key": lambda n: of_number(n)[2], "kind": lambda n: "image/jpeg", "patient": lambda n: str(of_number(n)[1]),
                "key_number": lambda n: int.from_bytes(hashlib.sha256(of_number(n)[2].encode()).digest()[:8], "big", signed=True)}),
        }
        for table, (rows, changes) in tables.items():
            statement, values = copied(database, table, {name: change for name, change in changes.items()})
            database.executemany(statement, map(values, rows))
        return [str(row_id(source, of_number(n)[0])) for n in random.Random(7).sample(numbers, min(ASKED, DOCUMENTS))]


class Timed:
    """Requests over connections that stay open; a new person whenever one has asked as often as one may in a minute."""

    def __init__(self, console):
        self.console, self.asked, self.user, self.link = console, 0, None, None

    def ms(self, path):
        if self.asked % PER_MINUTE == 0:
            self.user = self.console.person(f"reader{self.asked}", "owner")
            self.link = self.user.connection()
        self.asked += 1
        begun = time.monotonic()
        self.link.request("GET", path, headers={"Cookie": f"__Host-fmferry={self.user.key}"})
        answer = self.link.getresponse()
        text = answer.read()
        took = (time.monotonic() - begun) * 1000
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {text[:400]}")
        return took


def cursors(user, count):
    """Places far down the list of all, and the path to each."""
    paths, path = [], "/api/v1/documents?limit=200"
    while len(paths) < count:
        following = user.json(path)["next"]
        if not following:
            break
        path = f"/api/v1/documents?limit=200&cursor={following}"
        paths.append(path.replace("limit=200", "limit=50"))
    return paths


def measured(tap, timed, name, paths):
    times = sorted(timed.ms(path) for path in paths)
    middle, slow = times[len(times) // 2], times[len(times) * 99 // 100]
    tap.ok(slow <= MOST_MS[name], f"{name}: median {middle:.1f} ms, 99 of 100 within {slow:.1f} ms, at most {MOST_MS[name]}")


def test(tap):
    with Bench(tap, "pages") as bench:
        bench.serve("generate:1,500")
        bench.ferry("patients", "import")
        bench.ferry("run")
        bench.ferry("verify")
        rows = fill(bench)
        begun = time.monotonic()
        console = Console(bench)
        user = console.person("kim", "owner")
        index = bench.folder / "fmferry-console" / "index.db"

        def cards():
            with contextlib.closing(sqlite3.connect(f"file:{index}?mode=ro", uri=True, timeout=60)) as link:
                return link.execute("select count(*) from card").fetchone()[0]

        full = wait_until(lambda: index.exists() and cards() == DOCUMENTS + 1, LIMIT, 1)
        tap.ok(full, f"{DOCUMENTS} documents are in the index after {time.monotonic() - begun:.0f} s", index.exists() and cards())
        chance = random.Random(3)
        patients = [chance.randrange(DOCUMENTS // PER_PATIENT or 1) for _ in range(ASKED)]
        timed = Timed(console)
        measured(tap, timed, "list of 50", ["/api/v1/documents?limit=50"] * ASKED)
        measured(tap, timed, "list of 50, deep", cursors(user, ASKED // 2))
        measured(tap, timed, "a patient's page", [f"/patients/{of_number(n * PER_PATIENT)[1]}" for n in patients])
        measured(tap, timed, "patients by name", [f"/api/v1/patients?q=name{n % 9973}+{1930 + n * PER_PATIENT % 90}" for n in patients])
        measured(tap, timed, "type and time", [f"/api/v1/documents?type=Letter&from={2000 + n % 26}" for n in patients])
        measured(tap, timed, "a document", [f"/api/v1/documents/{row}" for row in rows])
        status = pathlib.Path(f"/proc/{console.program.process.pid}/status").read_text()
        peak = int(status.split("VmHWM:")[1].split()[0]) // 1024
        tap.note(f"peak of the console {peak} MiB")
        console.program.signal(15)
        console.program.finish(120)
        bench.stop_serving()


main(test)
