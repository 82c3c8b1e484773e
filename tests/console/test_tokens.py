#!/usr/bin/python3
"""
Tokens of programs: made on the command line, on the page and by REST, shown once, with rights, addresses and an end of
their own; noted; and what no token can do.
"""

import hashlib
import json
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Bench, main, need_programs  # noqa: E402
from people import Browser, Console  # noqa: E402

JSON = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}


class Program(Browser):
    """Asks with a token."""

    def __init__(self, console, text):
        super().__init__(console, 0, "", "")
        self.text = text

    def ask(self, method, path, body=None, headers=()):
        return super().ask(method, path, body, {"Authorization": f"Bearer {self.text}", "Cookie": "", **dict(headers)})


def sent(who, method, path, body=None):
    headers = {**JSON, "X-Fmferry-Token": who.csrf}
    status, _, text = who.ask(method, path, body and json.dumps(body), headers)
    return status, json.loads(text) if text else None


def on_the_command_line(tap, bench, console):
    said = bench.ferry("tokens", "add", "monitor", "--rights", "run, views", "--days", "3").out
    text = re.search(r"^  (\w{64})$", said, re.M)[1]
    program = Program(console, text)
    tap.same(program.get("/api/v1/status")[0], 200, "a token opens what it has the right to")
    tap.same(program.get("/views")[0], 200, "both rights count")
    tap.same(program.get("/api/v1/failures")[0], 403, "and nothing else")
    tap.same(program.get("/self")[0], 403, "no token has an account")
    noted = console.sql("select what, outcome from fmferry_view where token is not null order by seq")
    tap.ok(("refused", "refused") in noted, "what it may not is noted with it", noted)
    row = console.sql("select hash, rights, addresses, until_us - made_us from fmferry_token")[0]
    tap.same(row, (hashlib.sha256(bytes.fromhex(text)).digest(), "run views", "", 3 * 86_400_000_000), "its hash is kept, not the text")
    listed = bench.ferry("tokens", "list").out
    tap.ok("monitor" in listed and "good" in listed and text not in listed, "the list has it, without its text", listed)
    for words, why in ((("x", "--rights", "run"), "2 to 40"), (("Lab", "--rights", "run"), "a-z"),
                       (("lab", "--rights", "sign"), "no right that a token can have"),
                       (("lab", "--rights", "users"), "no right that a token can have"),
                       (("lab", "--rights", "any"), "no right that a token can have"),
                       (("lab", "--rights", ""), "no right is named"), (("lab", "--rights", "run", "--days", "366"), "365"),
                       (("lab", "--rights", "run", "--from", "localhost"), "no numeric address")):
        done = bench.ferry("tokens", "add", *words)
        tap.ok(done.code == 2 and why in done.err, f"refused: {' '.join(words)}", done.err)
    tap.same((bench.ferry("tokens", "end", "1").code, bench.ferry("tokens", "end", "1").code), (0, 2), "it is ended once")
    tap.same(program.get("/api/v1/status")[0], 401, "and opens nothing any more")
    tap.same(bench.ferry("tokens", "end", "first").code, 2, "a token is named by its number")


def on_the_page(tap, console, admin):
    status, _, page = admin.post("/tokens", name="lab", days="10", addresses="192.0.2.7", **{"right.run": "run"})
    text = re.search(r"<p class=\"code\">(\w{64})</p>", page)[1]
    tap.same(status, 200, "an administrator makes one")
    tap.ok(text not in admin.get("/tokens")[1], "its text is shown once")
    program = Program(console, text)
    tap.same(program.get("/api/v1/status")[0], 401, "from another address than its own it is none")
    console.sql("update fmferry_token set addresses = '192.0.2.7 127.0.0.1' where name = 'lab'")
    tap.same(program.get("/api/v1/status")[0], 200, "from its own it is good")
    console.sql("update fmferry_token set until_us = ? where name = 'lab'", time.time_ns() // 1000 + 200_000)
    while program.get("/api/v1/status")[0] == 200:
        time.sleep(0.05)
    tap.same(program.get("/api/v1/status")[0], 401, "until its end has come")
    tap.ok("expired" in admin.get("/tokens")[1], "which the page says")
    number = console.sql("select token from fmferry_token where name = 'lab'")[0][0]
    tap.same(admin.post(f"/tokens/{number}")[0], 404, "one that is no good cannot be ended")
    noted = [row[0] for row in console.sql("select detail from fmferry_view where what = 'token' order by seq")]
    tap.same(noted[:1], ["make lab: run, from 192.0.2.7, 10 days"], "making it is noted")
    bad = [admin.post("/tokens", **{"name": "lab", "days": "1", "right.run": "run", **fields})[0]
           for fields in ({"days": "0"}, {"days": "366"}, {"name": "<b>"}, {"right.run": "sign"}, {"addresses": "here"})]
    tap.same(bad, [400] * 5, "what cannot be is refused")


def by_rest(tap, console, admin):
    status, made = sent(admin, "POST", "/api/v1/tokens", {"name": "nexus", "rights": ["views", "run"], "days": 1})
    tap.same((status, sorted(made)), (201, ["text", "token", "until"]), "a program of an administrator makes one")
    program = Program(console, made["text"])
    tap.same(program.get("/api/v1/status")[0], 200, "which is good")
    item = admin.json("/api/v1/tokens")["items"][0]
    tap.same((item["token"], item["rights"], item["addresses"], item["state"], item["made_by"], item["until"], item["ended"]),
             (made["token"], ["run", "views"], [], "good", "admin", made["until"], None), "and stands in the list")
    tap.ok(made["text"] not in json.dumps(admin.json("/api/v1/tokens")), "without its text")
    for body, why in (({"name": "a b", "rights": ["run"]}, "a-z"), ({"name": "lab", "rights": []}, "no right"),
                      ({"name": "lab", "rights": [1]}, "texts"), ({"name": "lab", "rights": ["run"], "x": 1}, "'x'"),
                      ({"name": "lab", "rights": ["run"], "days": 366}, "days"), ({"rights": ["run"]}, "name")):
        status, problem = sent(admin, "POST", "/api/v1/tokens", body)
        tap.ok(status == 400 and why in problem["detail"], f"refused: {body}", problem)
    ends = [sent(admin, "DELETE", f"/api/v1/tokens/{name}")[0] for name in (made["token"], made["token"], "x", 99)]
    tap.same(ends, [204, 404, 404, 404], "it is ended once")
    tap.same(program.get("/api/v1/status")[0], 401, "and opens nothing any more")


def not_by_others(tap, console):
    for role in ("staff", "owner", "auditor", "operator"):
        other = console.person(role, role)
        got = (other.get("/tokens")[0], other.post("/tokens")[0], sent(other, "POST", "/api/v1/tokens", {})[0],
               sent(other, "DELETE", "/api/v1/tokens/1")[0])
        tap.same(got, (403,) * 4, f"{role} has nothing to do with them")


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "tokens") as bench:
        bench.serve("generate:5,500")
        bench.ferry("run")
        console = Console(bench)
        admin = console.person("admin", "admin")
        on_the_command_line(tap, bench, console)
        on_the_page(tap, console, admin)
        by_rest(tap, console, admin)
        not_by_others(tap, console)
        console.program.signal(15)
        tap.same(console.program.finish(60).code, 0, "the console ends when it is told to")
        bench.stop_serving()


if __name__ == "__main__":
    main(test)
