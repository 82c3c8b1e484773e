#!/usr/bin/python3
"""
The console's pages about a run and its failures: they say what the commands say, show nothing to those who may not,
and carry out decisions as the commands do.
"""

import json
import pathlib
import re
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Bench, main  # noqa: E402
from people import Console  # noqa: E402

SCENARIO = "container 1..60 is missing\ncontainer 70..72 is empty\n"
RECORDS = 120


def states(bench):
    return dict(bench.sql("select state, count(*) from fmferry_document group by state"))


def figure(page, name):
    return int(re.search(rf'data-figure="{re.escape(name)}">([\d,]+)<', page)[1].replace(",", ""))


# --- what is shown -----------------------------------------------------------------------------------


def shows_the_status(tap, bench, user):
    wanted = json.loads(bench.ferry("status", "--json").out)
    tap.same(user.json("/api/v1/status"), wanted, "the API has what status --json has")
    tap.same(user.json("/api/v1/runs")["items"], wanted["runs"], "and its runs")
    status, page = user.get("/run")
    tap.same(status, 200, "the page of the run is there")
    for name, number in wanted["outlook"].items():
        tap.same(figure(page, f"outlook.{name}"), number, f"it has {name} as status has it")
    tap.same(figure(page, "documents.total"), wanted["documents"]["total"], "and the total")
    tap.same(page.count('data-flag="checklist.'), len(wanted["checklist"]), "and the checklist")
    tap.ok("fmferry run" in page, "and the command instead of a button")
    tap.ok("style=" not in page and "<script>" not in page, "nothing is inline")


def shows_the_failures(tap, bench, user):
    wanted = json.loads(bench.ferry("failures", "--json").out)
    first = user.json("/api/v1/failures?limit=40")
    second = user.json(f"/api/v1/failures?limit=40&cursor={first['next']}")
    got = first["items"] + second["items"]
    tap.same(([len(first["items"]), len(second["items"])], second["next"]), ([40, len(wanted) - 40], None),
             "the list comes in pages")
    tap.same([{name: value for name, value in item.items() if name != "document"} for item in got], wanted,
             "whose items are those of failures --json, in order")
    empty = user.json("/api/v1/failures?class=container-empty")["items"]
    tap.same([item["class"] for item in empty], ["container-empty"] * 3, "or those of one class")
    tap.same(user.get("/api/v1/failures?class=none")[0], 400, "of which there must be one")
    tap.same([user.get(f"/api/v1/failures?{query}")[0] for query in
              ("cursor=40", f"cursor={first['next']}&class=container-empty", f"cursor={first['next'][:-1]}x")], [400] * 3,
             "a place that the list did not give, or gave for another list, is none")

    _, page = user.get("/failures")
    words = bench.ferry("failures").out.splitlines()[0]
    tap.ok(words.split(": ")[0] in page, "the page says of causes what the command says", words)
    tap.same(page.count('name="document.'), 50, "fifty documents are on it")
    further = re.search(r'href="(/failures\?[^"]*after=[\w-]+)"', page)[1].replace("&amp;", "&")
    tap.same(user.get(further)[1].count('name="document.'), len(wanted) - 50, "the rest is behind them")

    one = got[0]["document"]
    tries = bench.sql("select number, step, message from fmferry_attempt where document = ? order by number", one)
    attempts = user.json(f"/api/v1/failures/{one}")["attempts"]
    tap.same([(t["try"], t["step"], t["message"]) for t in attempts], [tuple(t) for t in tries],
             "one failure has every try")
    status, page = user.get(f"/failures/{one}")
    tap.same((status, page.count('<th scope="row" class="n">')), (200, len(tries)), "on its page, too")
    tap.same([user.get(f"/failures/{name}")[0] for name in ("999999", "x", "0")], [404] * 3,
             "what has not failed is not there")


def refuses_others(tap, bench, console):
    staff = console.person("staff", "staff")
    tap.same([staff.get(path)[0] for path in ("/run", "/failures", "/live", "/api/v1/status", "/api/v1/failures")],
             [403] * 5, "who looks up documents sees no run")
    auditor, before = console.person("auditor", "auditor"), states(bench)
    retry = {"kind": "retry", "choice": {"class": "container-empty"}, "expect": 3}
    tap.same(auditor.decide(retry)[0], 403, "nor does an auditor decide")
    tap.same(states(bench), before, "nothing was done")


# --- decisions ---------------------------------------------------------------------------------------


def decides(tap, bench, user):
    before = states(bench)
    retry = {"kind": "retry", "choice": {"class": "container-empty"}, "expect": 3}
    waive = {"kind": "waive", "choice": {"class": "container-empty"}, "expect": 3, "reason": "never scanned at all"}
    tap.same(user.decide(retry, token=False)[0], 403, "a decision without the session's token is refused")
    tap.same(user.decide({**retry, "expect": 2})[0], 409, "so is one that expects another number")
    tap.same(user.decide({**waive, "reason": "short"})[0], 400, "and a waiver without a reason that says something")
    tap.same(user.decide({**retry, "more": 1})[0], 400, "and what has a member too many")
    tap.same(user.decide({**retry, "choice": {"documents": [999999]}, "expect": 1})[0], 404, "and an unknown document")
    tap.same(states(bench), before, "nothing was done")
    tap.same(user.decide(waive), (200, {"count": 3}), "a class is waived")
    tap.same(bench.sql("select distinct who, reason from fmferry_waiver"), [("Operator", "never scanned at all")],
             "by the user's name")
    tap.same(user.decide(retry), (200, {"count": 3}), "and put back")
    tap.same(states(bench).get("waiting"), 3, "to waiting")


def decides_on_pages(tap, bench, user):
    failed = [one for one, in bench.sql("select document from fmferry_document where state = 'failed' limit 2")]
    chosen = {f"document.{number}": number for number in failed}
    status, _, page = user.post("/failures/choose", kind="waive", **chosen)
    tap.same((status, "2 documents would be waived" in page), (200, True), "a page says what would be done")
    documents = re.search(r'name="documents" value="([\d,]+)"', page)[1]
    tap.same(documents, ",".join(map(str, failed)), "and keeps which")
    fields = {"kind": "waive", "documents": documents, "reason": "on paper in folder 12"}
    tap.same(user.post("/failures/decide", **fields, expect=3)[0], 409, "another number than was shown is refused")
    tap.same(user.post("/failures/decide", **fields, expect=2, csrf="0" * 64)[0], 403, "a foreign form is, too")
    status, headers, _ = user.post("/failures/decide", **fields, expect=2)
    tap.same((status, headers["Location"]), (303, "/failures?done=waive&count=2"), "then it is done")
    tap.ok("2 documents waived" in user.get(headers["Location"])[1], "and said")
    tap.same(states(bench)["waived"], 2, "and so in the ledger")
    words = bench.ferry("failures").out.splitlines()[0]
    tap.ok(words.split(": ")[0] in user.get("/failures")[1], "what is kept of causes is found anew after a decision", words)


def wants_proof(tap, bench, console):
    late, before = console.person("late", "operator", proved=False), states(bench)
    waive = {"kind": "waive", "choice": {"class": "container-unavailable"}, "expect": 58,
             "reason": "never scanned at all"}
    tap.same(late.decide(waive)[0], 409, "many are not waived long after the login")
    status, headers, _ = late.ask("GET", "/failures/choose?kind=waive&class=container-unavailable")
    tap.same((status, headers["Location"]), (303, "/prove?to=%2Ffailures%2Fchoose%3Fkind%3Dwaive%26class%3D"
                                             "container-unavailable"), "the page leads to where one proves it")
    tap.same(states(bench), before, "nothing was done")


# --- what goes on ------------------------------------------------------------------------------------


class Stream(threading.Thread):
    """Reads /live to its end."""

    def __init__(self, user):
        super().__init__(daemon=True)
        self.connection, self.events, self.type = user.connection(), [], ""
        self.connection.request("GET", "/live", None, {"Cookie": f"__Host-fmferry={user.key}"})
        self.start()

    def run(self):
        answer, name = self.connection.getresponse(), ""
        self.type = answer.headers["Content-Type"]
        for line in answer:
            word, _, value = line.decode().rstrip("\n").partition(": ")
            if word == "event":
                name = value
            elif word == "data":
                self.events.append((name, json.loads(value)))

    def of(self, name, count=1, limit=20):
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            found = [data for event, data in self.events if event == name]
            if len(found) >= count:
                return found
            time.sleep(0.02)
        return []


def follows(tap, bench, console, user):
    first = Stream(user)
    tap.same(first.of("status")[:1], [json.loads(bench.ferry("status", "--json").out)],
             "the stream begins with the status")
    tap.same(first.type, "text/event-stream", "as a stream of events")
    document, = bench.sql("select document from fmferry_document where state = 'failed' limit 1")[0]
    user.decide({"kind": "retry", "choice": {"documents": [document]}, "expect": 1})
    news = first.of("status", 2)
    tap.same(news[-1:], [json.loads(bench.ferry("status", "--json").out)], "and goes on when it changes")
    second, third = Stream(user), Stream(user)
    tap.same(first.of("end"), [{"why": "replaced"}], "the oldest of three of a session ends")
    tap.ok(third.of("status") and not second.of("end", limit=0), "the other two do not")
    console.sql("update fmferry_session set ended_us = 1 where account = ?", user.account)
    tap.same((second.of("end"), third.of("end")), ([{"why": "session"}],) * 2, "all end with the session")


def ends(tap, bench, console):
    user = console.person("last", "operator")
    document, = bench.sql("select document from fmferry_document where state = 'failed' limit 1")[0]
    user.decide({"kind": "retry", "choice": {"documents": [document]}, "expect": 1})
    stream = Stream(user)
    tap.same(stream.of("status")[:1], [json.loads(bench.ferry("status", "--json").out)],
             "what changed while nobody listened stands in the first status of who comes then")
    console.program.signal(15)
    code = console.program.finish(30).code
    tap.same((code, stream.of("end", limit=5)), (0, [{"why": "closing"}]), "whoever ends the console ends its streams")


def test(tap):
    with Bench(tap, "console-run") as bench:
        (bench.folder / "scenario").write_text(SCENARIO)
        bench.serve(f"generate:{RECORDS},500", "--scenario", bench.folder / "scenario")
        bench.configure(run={"retry_ms": 1, "attempts": 2})
        bench.ferry("run")
        console = Console(bench)
        user = console.person("operator", "operator")
        shows_the_status(tap, bench, user)
        shows_the_failures(tap, bench, user)
        refuses_others(tap, bench, console)
        decides(tap, bench, user)
        decides_on_pages(tap, bench, user)
        wants_proof(tap, bench, console)
        follows(tap, bench, console, user)
        ends(tap, bench, console)
        bench.stop_serving()


main(test)
