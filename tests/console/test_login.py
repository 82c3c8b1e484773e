#!/usr/bin/python3
"""
Accounts from their link to their end, as a browser sends them: what may be a password, codes and spare codes that count
once, waits after wrong tries, links that are good once, another password, an administrator who stays. The codes are
made here, by Python's own HMAC (RFC 6238). Keys that others may read are refused.
"""

import pathlib
import re
import sys
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Bench, main, need_programs  # noqa: E402
from people import Browser, Console, Telephone, send  # noqa: E402

PASSWORD, OTHER = "lemon garden tractor", "violet harbour kettle"


def said(text):
    found = re.search(r'role="alert">([^<]*)<', text)
    return found[1] if found else ""


def setup(tap, bench, who):
    """Sets kim up; the telephone and the spare codes."""
    link = re.search(r"/setup/\w+", bench.ferry("users", "add", "kim", "--role", "admin,operator").out)[0]
    status, _, text = who.ask("GET", link)
    tap.same(status, 200, "a link to set an account up")
    telephone = Telephone(re.search(r"<code>([A-Z2-7 ]+)</code>", text)[1])
    code = telephone.now()
    for password, again, digits, why in (("short", "short", code, "12 to 128"), (PASSWORD, OTHER, code, "not the same"),
                                         ("kimkimkimkimkim", "kimkimkimkimkim", code, "different characters"),
                                         (PASSWORD, PASSWORD, "000000" if code != "000000" else "000001", "not the code")):
        status, _, text = send(who, link, password=password, again=again, digits=digits)
        tap.ok(status == 400 and why in said(text), f"refused: {why}", said(text))
    tap.same(send(who, "/login", name="kim", password=PASSWORD, code=code)[0], 401, "nobody logs in before")
    status, headers, text = send(who, link, password=PASSWORD, again=PASSWORD, digits=telephone.now())
    spares = re.findall(r"<li>(\w{5}-\w{5})</li>", text)
    tap.ok(status == 200 and len(spares) == 8, "set up, with eight spare codes", said(text))
    flags = headers["Set-Cookie"]
    tap.ok(all(flag in flags for flag in ("Path=/", "Secure", "HttpOnly", "SameSite=Strict")), "its cookie is guarded", flags)
    tap.same(who.ask("GET", link)[0], 404, "the link was good once")
    return telephone, spares


def codes(tap, console, telephone, spares):
    fresh = lambda: Browser(console, 0, "", "")  # noqa: E731
    log_in = lambda code, name="kim": send(fresh(), "/login", name=name, password=PASSWORD, code=code)[0]  # noqa: E731
    tap.same(log_in(telephone.code(telephone.used)), 401, "the code of the setup does not count again")
    code = telephone.next()
    tap.same(log_in(code), 303, "the next one does")
    tap.same(log_in(code), 401, "once")
    tap.same(log_in(spares[0].upper()), 303, "a spare code logs in, as it is typed")
    tap.same(log_in(spares[0]), 401, "once")
    tap.same(log_in(spares[1], "KIM"), 303, "a name's case does not matter")
    tap.same(log_in(spares[2], "nobody"), 401, "a spare code is its owner's alone")
    telephone.spare = spares[2:]


def waiting(tap, console, telephone):
    """After five wrong tries one has to wait, with the right password too; then the tries are forgotten."""
    fresh = Browser(console, 0, "", "")
    console.sql("update fmferry_account set tries = 0, next_us = 0 where name = 'kim'")
    wrong = lambda: send(fresh, "/login", name="kim", password="wrong", code="1")[0]  # noqa: E731
    tap.same([wrong() for _ in range(5)], [401] * 5, "five wrong tries are answered at once")
    waits = []
    for tries in (11, 12, 30):
        console.sql("update fmferry_account set tries = ?, next_us = 0 where name = 'kim'", tries)
        tap.same(wrong(), 401, f"a wrong try after {tries}")
        waits.append(console.sql("select next_us from fmferry_account where name = 'kim'")[0][0] / 1e6 - time.time())
    tap.ok(100 < waits[0] <= 128 < waits[1] <= 256 < waits[2] <= 900, "waits grow, up to a quarter of an hour", waits)
    status, headers, _ = send(fresh, "/login", name="kim", password=PASSWORD, code=telephone.spare[0])
    tap.ok(status == 429 and int(headers["Retry-After"]) > 1, "then the right password has to wait, too", status)
    tap.same(console.sql("select tries from fmferry_account where name = 'kim'")[0][0], 31, "a try that has to wait is not looked at")
    console.sql("update fmferry_account set next_us = 0 where name = 'kim'")


def another_password(tap, console, telephone):
    one, other = (Browser(console, 0, "", "") for _ in range(2))
    for who in (one, other):
        tap.same(send(who, "/login", name="kim", password=PASSWORD, code=telephone.spare.pop(0))[0], 303, "logged in")
    tap.same(console.sql("select tries from fmferry_account where name = 'kim'")[0][0], 0, "wrong tries are forgotten then")
    one.csrf = re.search(r'name="csrf" value="(\w+)"', one.get("/self")[1])[1]
    fields = {"csrf": one.csrf, "password": OTHER, "again": OTHER}
    status, _, text = send(one, "/self/password", old="not the old one", code=telephone.spare[0], **fields)
    tap.same(status, 403, "another password wants the one until now")
    status, _, text = send(one, "/self/password", old=PASSWORD, code=telephone.spare.pop(0), **fields)
    tap.ok(status == 200 and "was changed" in text, "and is then taken", said(text))
    tap.same((one.get("/self")[0], other.ask("GET", "/self")[0]), (200, 303), "all other sessions end")
    fresh = Browser(console, 0, "", "")
    tap.same(send(fresh, "/login", name="kim", password=PASSWORD, code=telephone.spare[0])[0], 401,
             "the password until now is none")
    return one


def administrators(tap, bench, console, admin):
    tap.same(send(admin, "/users/kim", csrf=admin.csrf, do="shut")[0], 409, "the last administrator cannot be shut")
    tap.same(send(admin, "/users/kim", csrf=admin.csrf, do="roles", **{"role.staff": "staff"})[0], 409, "nor lose the role")
    tap.same(send(admin, "/users", csrf=admin.csrf, name="Not Good!", **{"role.staff": "staff"})[0], 400, "a name has its form")
    status, _, text = send(admin, "/users", csrf=admin.csrf, name="ito", shown="<b>Ito</b>", **{"role.staff": "staff"})
    first = re.search(r"/setup/\w+", text)[0]
    tap.ok(status == 200 and "<b>Ito" not in text and "&lt;b&gt;Ito" in text, "a user is added; the name is text, not markup")
    _, _, text = send(admin, "/users/ito", csrf=admin.csrf, do="link")
    second = re.search(r"/setup/\w+", text)[0]
    tap.same([admin.ask("GET", link)[0] for link in (first, second)], [404, 200], "a new link makes the one before useless")
    console.sql("update fmferry_ticket set until_us = 1")
    tap.same(admin.ask("GET", second)[0], 404, "and is good for an hour")
    tap.same(bench.ferry("users", "add", "ito", "--role", "staff").code, 2, "a name is given once")
    tap.same(bench.ferry("users", "role", "ito", "--role", "king").code, 2, "a role is one of six")
    tap.ok("ito" in bench.ferry("users", "list").out, "the list has them")


def private_keys(tap, bench):
    for name in ("console-tls.key", "secret.key"):
        path = bench.folder / "fmferry-console" / name
        path.chmod(0o644)
        done = bench.ferry("serve", "--address", "127.0.0.1:0")
        tap.ok(done.code == 2 and name in done.err and "chmod 600" in done.err, f"{name} that others may read is refused", done.err)
        path.chmod(0o600)


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "login") as bench:
        bench.serve("generate:5,500")
        bench.ferry("run")
        console = Console(bench)
        telephone, spares = setup(tap, bench, Browser(console, 0, "", ""))
        codes(tap, console, telephone, spares)
        waiting(tap, console, telephone)
        admin = another_password(tap, console, telephone)
        administrators(tap, bench, console, admin)
        console.program.signal(15)
        tap.same(console.program.finish(60).code, 0, "the console ends when it is told to")
        private_keys(tap, bench)
        bench.stop_serving()


if __name__ == "__main__":
    main(test)
