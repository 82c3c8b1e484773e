#!/usr/bin/python3
"""
Every address, as the console's own table has it, is asked by each role, by nobody, by tokens with one right each, without
the session's own token, from another site, and by another name of the host: only who has its right passes. What belongs
to somebody else is out of reach by its number, too.
"""

import http.client
import json
import pathlib
import re
import ssl
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Bench, main, need_programs  # noqa: E402
from people import Console  # noqa: E402
from routes import ROLES, rights, routes  # noqa: E402

TOKEN_RIGHTS = ("find", "download", "upload", "away", "edit", "review", "run", "failures", "retry", "waive", "views", "nexus")
ENDS_THE_SESSION = ("/logout",)  # whoever passes is out; test_attacks has it
SITE = {"Sec-Fetch-Site": "same-origin"}


class Link:
    """A connection that is kept, for very many short questions."""

    def __init__(self, console):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.open = lambda: http.client.HTTPSConnection("localhost", console.port, timeout=300, context=context)
        self.connection = self.open()

    def ask(self, route, headers, body=""):
        """What became of it, in a word."""
        path = re.sub(r"\{\w+\}", "1", route["path"])
        self.connection.request(route["method"], path, body, {"Content-Type": kind(route), **headers})
        answer = self.connection.getresponse()
        if answer.headers["Content-Type"].startswith("text/event-stream"):
            self.connection.close()
            return "passed"
        return verdict(answer, answer.read().decode("utf-8", "replace"))


def is_api(route):
    return route["path"].startswith("/api/")


def kind(route):
    return "application/json" if is_api(route) else "application/x-www-form-urlencoded"


def changes(route):
    return route["method"] != "GET"


def verdict(answer, text):
    if answer.status == 303 and answer.headers["Location"].startswith("/login?to="):
        return "no-session"
    if answer.status in (401, 403, 421) and answer.headers["Content-Type"] == "application/problem+json":
        return json.loads(text)["type"].rsplit(":", 1)[1]
    for status, title, word in ((403, "you have no right to this", "no-right"), (401, "you are not logged in", "no-session"),
                                (403, "the request came from another page", "foreign"),
                                (421, "this server has another name", "wrong-host")):
        if answer.status == status and title in text:
            return word
    return "passed" if answer.status < 500 else str(answer.status)


def ask_all(link, table, headers, wanted, body=""):
    """The addresses at which something else happened than was wanted."""
    wrong = []
    for route in table:
        got = link.ask(route, headers(route), body)
        if got != wanted(route):
            wrong.append(f"{route['method']} {route['path']}: {got}, not {wanted(route)}")
    return wrong


def by_roles(tap, link, table, allowed, people):
    for role, person in people.items():
        cookie = {"Cookie": f"__Host-fmferry={person.key}"}
        own = {**cookie, **SITE, "X-Fmferry-Token": person.csrf}
        stays = [route for route in table if route["path"] not in ENDS_THE_SESSION]

        def passes(route, role=role):
            return "passed" if role in allowed[route["right"]] else "no-right"

        tap.same(ask_all(link, stays, lambda _: own, passes), [], f"{role} passes where the table says so, and nowhere else")
        unsafe = [route for route in table if changes(route)]
        tap.same(ask_all(link, unsafe, lambda _: {**cookie, **SITE},
                         lambda route: "passed" if route["skips_csrf"] else "foreign"), [],
                 f"{role} changes nothing without the session's token")
        tap.same(ask_all(link, unsafe, lambda _: {**own, "Sec-Fetch-Site": "cross-site"}, lambda _: "foreign"), [],
                 "nor does another site with it")


def by_nobody(tap, link, table):
    tap.same(ask_all(link, table, lambda _: SITE, lambda route: "passed" if route["right"] == "public" else "no-session"), [],
             "nobody passes but where everybody may")
    made_up = {"Cookie": f"__Host-fmferry={'0' * 64}", "Authorization": f"Bearer {'0' * 64}", **SITE}
    tap.same(ask_all(link, table, lambda _: made_up, lambda route: "passed" if route["right"] == "public" else "no-session"), [],
             "nor with a session and a token that are made up")


def by_tokens(tap, bench, link, table):
    for right in TOKEN_RIGHTS:
        said = bench.ferry("tokens", "add", f"only-{right}", "--rights", right).out
        bearer = {"Authorization": "Bearer " + re.search(r"^  (\w{64})$", said, re.M)[1]}
        tap.same(ask_all(link, table, lambda _: bearer,
                         lambda route: "passed" if route["right"] in ("public", right) else "no-right"), [],
                 f"a token with the right '{right}' passes where that is wanted")


def by_another_name(tap, link, table, person):
    tap.same(ask_all(link, table, lambda _: {"Host": "evil.example", "Cookie": f"__Host-fmferry={person.key}", **SITE},
                     lambda _: "wrong-host"), [], "nobody passes by another name of the host")


def of_others(tap, console, people):
    one, other = people["operator"], people["admin"]
    session, = console.sql("select session from fmferry_session where account = ?", other.account)[0]
    one.post("/self/session", session=str(session))
    tap.same(other.get("/self")[0], 200, "nobody ends a session of somebody else by its number")
    shown = one.get("/self/views?" + urllib.parse.urlencode({"who": "admin", "account": other.account}))[1]
    tap.same(set(re.findall(r"UTC</td><td>(\w*)</td>", shown)), {"operator"}, "nor reads what somebody else saw")
    tap.same([one.get(f"/failures/{number}")[0] for number in (1, 2, 99)], [404] * 3,
             "a document that has not failed is not there, whether there is one or not")


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "rights") as bench:
        bench.serve("generate:5,500")
        bench.ferry("run")
        console = Console(bench)
        table, allowed = routes(), rights()
        tap.ok(len(table) > 30, "the console prints its table", len(table))
        people = {role: console.person(role, role) for role in ROLES}
        link = Link(console)
        by_nobody(tap, link, table)
        by_roles(tap, link, table, allowed, people)
        by_tokens(tap, bench, link, table)
        by_another_name(tap, link, table, people["owner"])
        of_others(tap, console, people)
        console.program.signal(15)
        tap.same(console.program.finish(60).code, 0, "the console ends when it is told to")
        bench.stop_serving()


if __name__ == "__main__":
    main(test)
