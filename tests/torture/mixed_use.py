#!/usr/bin/python3
"""
Uses one simulator in every way at once, for the given time: calls of all kinds, good ones, wrong ones and
bytes that are no calls, while people work in it and requests fail. Run it on a build with the sanitizers:
they report leaks when fmsim ends, and then this program ends with 1.

    FMFERRY_BUILD=build-asan tests/torture/mixed_use.py --minutes M [--threads N] [--seed S]

Every minute a line with the requests so far and the simulator's memory.
"""

import argparse
import base64
import http.client
import json
import os
import pathlib
import random
import socket
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import ACCOUNT, PASSWORD, ROOT, Bench, Tap, need_programs  # noqa: E402

SHAPE = ROOT / "tests" / "sim" / "workshop.shape"
RECORDS, TOKENS_KEPT, MOST_MADE = 120, 3, 200
SCENARIO = """
on any chance 1% do reset before
on api chance 1% do reset after
on stream2 chance 3% do cut 50%
on stream2 chance 2% do trickle 200000
on api chance 1% do status 503 json
on api chance 1% do html
on list chance 2% do swap
on get chance 2% do twice
on list chance 2% do empty-page
on list chance 2% do repeat-edge
on patch chance 2% do reset at 50%
on upload chance 5% do reset upload
on any chance 1% do endless-headers
on any chance 1% do bad-chunk
every 20s do hold 5 2s
every 60s do drop-sessions
every 90s do restart 300ms
every 45s do container any 5 is missing
every 50s do container any 5 is good
"""
CRITERIA = ["*", "=", "==", "!", "//", "?", ">=01/01/2022", "1...40", "<50", "S@an", '"Le"', "*a*",
            "{1..5}", "3/*/2022", "\u00e9", "", "x" * 300]


def form_of(data, part="upload"):
    head = (f'--edge\r\nContent-Disposition: form-data; name="{part}"; filename="a b.pdf"\r\n'
            "Content-Type: application/pdf\r\n\r\n")
    return head.encode() + data + b"\r\n--edge--\r\n", "multipart/form-data; boundary=edge"


class Visitor:
    """One thread: picks what to do by its own seed, and never minds how it ends."""

    def __init__(self, seed, port):
        self.chance, self.port = random.Random(seed), port
        self.requests, self.answers, self.tokens, self.made = 0, {}, [], []
        self.line = None

    # --- one request -------------------------------------------------------------------------

    def ask(self, method, path, body=None, media="application/json", **headers):
        """(status, body), or (None, b"") if nothing came that makes sense."""
        self.requests += 1
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        if body is not None:
            headers["Content-Type"] = media
        if self.chance.random() < 0.5:
            headers["Accept-Encoding"] = "gzip"
        try:
            if self.line is None:
                self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            self.line.request(method, path, body, headers)
            answer = self.line.getresponse()
            data, status = answer.read(), answer.status
            self.cookie, self.where = answer.getheader("Set-Cookie"), answer.getheader("Location")
        except (OSError, http.client.HTTPException, ValueError):
            self.line = None
            data, status = b"", None
        self.answers[status] = self.answers.get(status, 0) + 1
        return status, data

    def call(self, method, rest, body=None, **more):
        """A call of the Data API with a token, mostly a good one."""
        token = self.chance.choice(self.tokens) if self.tokens else "0" * 52
        version = self.chance.choice(["v1", "v2", "vLatest"])
        return self.ask(method, f"/fmi/data/{version}/databases/Workshop{rest}", body,
                        Authorization=f"Bearer {token}", **more)

    def response(self, method, rest, body=None, **more):
        status, data = self.call(method, rest, body, **more)
        try:
            return json.loads(data)["response"] if status == 200 else {}
        except (ValueError, KeyError):
            return {}

    # --- what is done ------------------------------------------------------------------------

    def record(self):
        return self.chance.choice(self.made) if self.made and self.chance.random() < 0.3 \
            else self.chance.randrange(1, RECORDS + 10)

    def log_in(self):
        pair = base64.b64encode(f"{ACCOUNT}:{self.chance.choice([PASSWORD, PASSWORD, 'no'])}".encode())
        status, data = self.ask("POST", "/fmi/data/vLatest/databases/Workshop/sessions", {},
                                Authorization=f"Basic {pair.decode()}")
        if status == 200 and data.startswith(b'{"response"'):
            self.tokens.append(json.loads(data)["response"]["token"])
        if len(self.tokens) > TOKENS_KEPT:
            self.log_out()

    def log_out(self):
        if self.tokens:
            token = self.tokens.pop(0)
            if self.chance.random() < 0.8: # others are left to their idle time
                self.ask("DELETE", f"/fmi/data/v2/databases/Workshop/sessions/{token}")

    def read_range(self):
        query = {"_offset": self.chance.randrange(0, 140), "_limit": self.chance.choice([0, 1, 7, 500])}
        if self.chance.random() < 0.5:
            query["_sort"] = json.dumps([{"fieldName": self.chance.choice(["Name", "Born", "Huge", "Nix"]),
                                          "sortOrder": self.chance.choice(["ascend", "descend", "Kinds"])}])
        if self.chance.random() < 0.4:
            query.update({"portal": '["attachments","twin"]', "_limit.attachments": 2})
        if self.chance.random() < 0.2:
            query.update({"script": "Echo", "script.param": "x", "layout.response": "Slim"})
        layout = self.chance.choice(["Customers", "Slim", "One", "Files", "Lines", "Nowhere"])
        self.call("GET", f"/layouts/{layout}/records?{urllib.parse.urlencode(query)}")

    def search(self):
        fields = ["Name", "Born", "Ref", "Kind", "Created", "Serial", "Scan", "CUSTOMER::Name"]
        query = [{self.chance.choice(fields): self.chance.choice(CRITERIA)
                  for _ in range(self.chance.randrange(0, 3))} for _ in range(self.chance.randrange(0, 4))]
        if query and self.chance.random() < 0.3:
            query[-1]["omit"] = "true"
        self.call("POST", "/layouts/Customers/_find", {"query": query, "limit": "20"})

    def read_one(self):
        self.call("GET", f"/layouts/Customers/records/{self.record()}?portal=[]")

    def make(self):
        if len(self.made) > MOST_MADE:
            self.call("DELETE", f"/layouts/Customers/records/{self.made.pop(0)}")
        fields = {"Name": "N" * self.chance.randrange(2000), "Born": self.chance.choice(["1/2/1990", "x"])}
        made = self.chance.choice([
            lambda: self.response("POST", "/layouts/Customers/records", {"fieldData": fields}),
            lambda: self.response("POST", f"/layouts/Customers/records/{self.record()}", {})])()
        if "recordId" in made:
            self.made.append(made["recordId"])

    def edit(self):
        body = {"fieldData": {self.chance.choice(["Name", "Kind", "Huge", "Secret", "Nix"]):
                              self.chance.choice(["", "a\rb", "1e400", 12, None])}}
        if self.chance.random() < 0.3:
            body["modId"] = str(self.chance.randrange(4))
        self.call("PATCH", f"/layouts/Customers/records/{self.record()}", body)

    def upload(self):
        body, media = form_of(os.urandom(self.chance.choice([0, 100, 5000, 300_000])),
                              self.chance.choice(["upload", "upload", "else"]))
        field = self.chance.choice(["Scan/2", "Thumb", "Thumb/1", "Name/1", "Scan/9"])
        self.call("POST", f"/layouts/Customers/records/{self.record()}/containers/{field}", body,
                  media=media)

    def stream(self):
        got = self.response("GET", f"/layouts/Files/records/{self.chance.randrange(1, 400)}")
        for record in got.get("data", ()):
            url = urllib.parse.urlsplit(record["fieldData"].get("File") or "http:/")
            status, _ = self.ask("GET", f"{url.path}?{url.query}")
            if status == 302 and self.cookie:
                there = urllib.parse.urlsplit(self.where)
                self.ask("GET", f"{there.path}?{there.query}", Cookie=self.cookie.split(";")[0])

    def odata(self):
        pair = base64.b64encode(f"{ACCOUNT}:{PASSWORD}".encode()).decode()
        path = self.chance.choice([
            "CUSTOMERS?$top=5&$filter=Serial%20gt%2050%20and%20startswith(Name,'A')&$orderby=Name%20desc",
            "CUSTOMERS?$count=true&$select=Name,Serial&$skip=3", "CUSTOMERS(3)", "CUSTOMERS('x')/Name",
            "CUSTOMERS?$filter=((", "$metadata", "ATTACH(2)/File/$value", "", "ORDER%20LINES?$top=2"])
        self.ask("GET", f"/fmi/odata/v4/Workshop/{path}", Authorization=f"Basic {pair}",
                 Prefer="odata.maxpagesize=2")

    def metadata(self):
        self.call("GET", self.chance.choice(["/layouts", "/scripts", "/layouts/Customers",
                                             "/layouts/Customers/metadata", "/layouts/Files?recordId=3"]))
        self.ask("GET", self.chance.choice(["/fmi/data/v2/productInfo", "/fmi/data/v2/databases", "/",
                                            "/fmsim/status", "/fmi/data/v2/validateSession", "/x%zz"]))

    def script(self):
        self.call("GET", f"/layouts/Customers/script/{self.chance.choice(['Echo', 'Fail', 'Get%20Scan', 'No'])}"
                         "?script.param=1")
        self.call("PATCH", "/globals", {"globalFields": {"CUSTOMERS::g_note": "x" * self.chance.randrange(99)}})

    def nonsense(self):
        """Bytes, some of which begin like a request; the connection is left in the middle."""
        self.requests += 1
        begun = self.chance.choice([b"", b"GET / HTTP/1.1\r\n", b"POST /fmi/data/v2/databases/Workshop/sessions "
                                    b"HTTP/1.1\r\nContent-Length: 99\r\n\r\n{", b"GET /" + b"a" * 9000])
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as line:
                line.sendall(begun + self.chance.randbytes(self.chance.randrange(400)))
                line.settimeout(0.05)
                line.recv(1000)
        except OSError:
            pass

    def work(self, until, pause):
        doings = [self.log_in, self.read_range, self.read_range, self.search, self.search, self.read_one,
                  self.make, self.edit, self.edit, self.upload, self.stream, self.stream, self.odata,
                  self.metadata, self.script, self.nonsense]
        while time.monotonic() < until:
            self.chance.choice(doings)()
            time.sleep(pause)
        if self.line:
            self.line.close()


def resident_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pause-ms", type=float, default=2)
    given = parser.parse_args()
    tap = Tap()
    if not need_programs(tap):
        return 1
    with Bench(tap, "mixed") as bench:
        scenario = bench.folder / "scenario"
        scenario.write_text(SCENARIO)
        bench.serve(f"shape:{SHAPE}", "--http", "--scenario", scenario, "--live-inserts", "6",
                    "--live-deletes", "6", "--live-edits", "60", "--live-replaces", "30",
                    "--idle-seconds", "20", config=False)
        started = time.monotonic()
        until = started + given.minutes * 60
        port = urllib.parse.urlsplit(bench.ready["url"]).port
        visitors = [Visitor(given.seed * 1000 + number, port) for number in range(given.threads)]
        threads = [threading.Thread(target=one.work, args=(until, given.pause_ms / 1000))
                   for one in visitors]
        for one in threads:
            one.start()
        while any(one.is_alive() for one in threads):
            threads[0].join(60)
            for one in threads[1:]:
                if not threads[0].is_alive():
                    one.join()
            if bench.sim.is_running():
                print(f"# {(time.monotonic() - started) / 60:.1f} min, "
                      f"{sum(one.requests for one in visitors)} requests, "
                      f"{resident_mib(bench.sim.pid):.0f} MiB", flush=True)
        bench.sim.signal(15)
        done = bench.sim.finish(120)
        statuses = {}
        for one in visitors:
            for status, count in one.answers.items():
                statuses[status] = statuses.get(status, 0) + count
        tap.note(f"answers by status: {dict(sorted(statuses.items(), key=lambda pair: str(pair[0])))}")
        tap.ok(done.code == 0 and not done.err.strip(), "fmsim ends well, with nothing to say",
               f"it ended with {done.code}", done.err[-3000:])
        tap.ok(statuses.get(200, 0) > statuses.get(None, 0), "most was answered")
    print(f"1..{tap.count}")
    return 1 if tap.bad else 0


sys.exit(main())
