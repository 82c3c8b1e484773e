#!/usr/bin/python3
"""
Uploads of a console that dies: at each step of one, at a step of settling what another left, and by kill -9 while five
people upload. Whoever saw no answer sends the same form with the same key again. In the end each file is stored once,
with its row and its bytes, or its upload is recorded as interrupted; `verify` finds no difference.

UPLOADS=200: so many instead of 20.
"""

import concurrent.futures
import hashlib
import http.client
import os
import pathlib
import random
import sys
import threading
import time

for folder in ("e2e", "console"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / folder))
from harness import Bench, main, need_programs, wait_until  # noqa: E402
from people import Browser, Console  # noqa: E402
from steps import DYING, dying, has_failpoints  # noqa: E402
from uploads import complaints, patients_of, pdf, upload, uploads_of  # noqa: E402

UPLOADS, PEOPLE = int(os.environ.get("UPLOADS", "20")), 5
LARGE = pdf("large") + bytes(9 << 20)
PLACES = [("received", pdf("received")), ("intended", pdf("intended")), ("put", pdf("put")), ("part", LARGE),
          ("recorded", pdf("recorded"))]
LOST = (OSError, http.client.HTTPException, ValueError)


def dies(place):
    return f"upload.{place}:die@1"


def doomed(bench, place):
    """A console that dies when an upload has come so far."""
    return Console(bench, start=lambda *words: dying(bench, words, FMFERRY_FAIL=dies(place)))


def settled(bench):
    """Whether no upload is left under way."""
    return all(state in ("done", "failed") for _, _, state, *_ in uploads_of(bench))


def done_of(bench, data):
    sha256 = hashlib.sha256(data).hexdigest().upper()
    return [row for row in uploads_of(bench) if row[4] == sha256 and row[2] == "done"]


def sent_in_vain(console, user, patient, data, key):
    try:
        return upload(user, patient, [("scan.pdf", data)], key=key)
    except LOST:
        return None


def dies_at(tap, bench, user, patient, place, data):
    """The sender sees no answer, a new console settles what was left, and the same form is sent again."""
    key = f"key-of-upload-at-{place}"
    user.console = console = doomed(bench, place)
    answer = sent_in_vain(console, user, patient, data, key)
    tap.same((answer, console.program.finish(60).code), (None, -9), f"{place}: the console dies, and nobody is answered")
    user.console = console = Console(bench)
    tap.ok(wait_until(lambda: settled(bench)), f"{place}: the next one settles what was left", uploads_of(bench))
    status, files = upload(user, patient, [("scan.pdf", data)], key=key)
    tap.ok(status in (201, 409) and files[0]["outcome"] in ("stored", "duplicate"), f"{place}: sent again it is taken, or told", status, files)
    tap.same(len(done_of(bench, data)), 1, f"{place}: it is stored once")
    tap.same(list(complaints(bench)), [], f"{place}: with its row and its bytes")
    console.program.signal(15)
    tap.same(console.program.finish(60).code, 0, f"{place}: the console ends when it is told to")


def dies_while_settling(tap, bench, user, patient):
    data = pdf("settling")
    user.console = console = doomed(bench, "put")
    sent_in_vain(console, user, patient, data, "key-of-upload-settled")
    console.program.finish(60)
    begun = dying(bench, ("serve", "--address", "127.0.0.1:0"), FMFERRY_FAIL=dies("looked"))
    begun.finish(60)
    tap.same(begun.code, -9, "settling: a console dies after it has looked")
    user.console = console = Console(bench)
    tap.ok(wait_until(lambda: settled(bench)), "settling: the next one settles", uploads_of(bench))
    tap.same((len(done_of(bench, data)), list(complaints(bench))), (1, []), "settling: it is stored once, with its row")
    console.program.signal(15)
    console.program.finish(60)


class Office:
    """Five people upload while the console is killed and opened again."""

    def __init__(self, bench, seed):
        self.bench, self.chance, self.console = bench, random.Random(seed), Console(bench)
        self.people = [self.console.person(f"person{number}", "staff") for number in range(PEOPLE)]
        self.patients, self.answers, self.is_over = patients_of(bench), {}, threading.Event()

    def user(self, number):
        one = self.people[number % PEOPLE]
        return Browser(self.console, one.account, one.key, one.csrf)

    def send(self, number):
        """Until somebody answers, and the answer is about the file."""
        data, patient = pdf(f"upload {number}"), self.patients[number % len(self.patients)]
        while number not in self.answers and not self.is_over.is_set():
            answer = sent_in_vain(self.console, self.user(number), patient, data, f"key-of-upload-{number:06}")
            if answer and answer[0] in (201, 207, 409):
                self.answers[number] = answer[1][0]
            else:
                time.sleep(0.05)

    def kill(self):
        """Who cannot open the console again sends everybody home: nobody would be answered."""
        try:
            return self.kill_while_people_upload()
        finally:
            self.is_over.set()

    def kill_while_people_upload(self):
        """Again and again; counts by what was answered, not by the clock."""
        deaths, seen = 0, 0
        while not self.is_over.is_set():
            wait_until(lambda: self.is_over.is_set() or len(self.answers) >= seen + self.chance.randrange(1, 5), 30, 0.01)
            if self.is_over.is_set():
                break
            seen, deaths = len(self.answers), deaths + 1
            self.console.program.signal(9)
            self.console.program.finish(60)
            self.console = Console(self.bench)
        return deaths

    def work(self):
        with concurrent.futures.ThreadPoolExecutor(PEOPLE + 1) as pool:
            killer = pool.submit(self.kill)
            list(pool.map(self.send, range(UPLOADS)))
            self.is_over.set()
            return killer.result()


def office(tap, bench):
    crowd = Office(bench, 7)
    deaths = crowd.work()
    tap.ok(deaths > 2, f"{UPLOADS} uploads of {PEOPLE} people, {deaths} deaths of the console")
    crowd.console.program.finish(60)  # it ends with the thread that began it
    console = Console(bench)
    tap.ok(wait_until(lambda: settled(bench)), "all are settled", uploads_of(bench))
    counts = {number: len(done_of(bench, pdf(f"upload {number}"))) for number in range(UPLOADS)}
    tap.same({number: count for number, count in counts.items() if count != 1}, {}, "each is stored once")
    tap.same(list(complaints(bench)), [], "with its row and its bytes")
    console.program.signal(15)
    tap.same(console.program.finish(60).code, 0, "the console ends when it is told to")


def test(tap):
    if not need_programs(tap):
        return
    if not tap.ok(DYING.exists() and has_failpoints(DYING), f"a fmferry with failpoints is built: {DYING}"):
        return
    with Bench(tap, "uploads-die") as bench:
        bench.serve("generate:6,2000")
        bench.ferry("patients", "import")
        bench.ferry("run")
        first = Console(bench)
        user, patient = first.person("sam", "staff"), patients_of(bench)[0]
        first.program.signal(15)
        first.program.finish(60)
        for place, data in PLACES:
            dies_at(tap, bench, user, patient, place, data)
        dies_while_settling(tap, bench, user, patient)
        office(tap, bench)
        found = bench.ferry("verify", "--bytes", limit=300)
        tap.ok(found.code == 0, "verify finds no difference", found.out[-1500:], found.err[-500:])
        bench.stop_serving()
        bench.sql("pragma wal_checkpoint")  # a reader that closed last leaves SQLite's log, and whoever writes next removes it
        bench.check("the checker agrees", exit_code=0)


main(test)
