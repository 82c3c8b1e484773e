#!/usr/bin/python3
"""
Who saw what, on both databases: a console that is killed and one that ends leave chains that hold, in which
everything stands that was shown or refused; without the log nothing is shown; what is altered is found.
"""

import hashlib
import json
import pathlib
import re
import ssl
import sys
import time
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import places
from harness import ROOT, Bench, main, need_programs, wait_until

KEYS = {"auditor": bytes(range(32)), "operator": bytes(range(1, 33))}


class Console:
    """`fmferry serve`, and what browsers of its users get from it."""

    def __init__(self, bench):
        self.program = bench.start("serve", "--address", "127.0.0.1:0")
        if not wait_until(lambda: "open at" in self.program.out_path.read_text()):
            raise RuntimeError(self.program.err_path.read_text())
        self.port = re.search(r"open at https://[^:]+:(\d+)/", self.program.out_path.read_text()).group(1)
        self.trust = ssl.create_default_context()
        self.trust.check_hostname, self.trust.verify_mode = False, ssl.CERT_NONE

    def get(self, path, role=None, form=None):
        """Status and body; with a form, of what is answered to that."""
        request = urllib.request.Request(f"https://127.0.0.1:{self.port}{path}", form and form.encode())
        request.add_header("Sec-Fetch-Site", "same-origin")
        if role:
            request.add_header("Cookie", f"__Host-fmferry={KEYS[role].hex()}")
        try:
            with urllib.request.urlopen(request, timeout=300, context=self.trust) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def end(self, number=15):
        self.program.signal(number)
        return self.program.finish()


def log_in(place):
    """Sessions as a login leaves them."""
    now = int(time.time() * 1e6)
    for number, (role, key) in enumerate(KEYS.items(), 1):
        digest = hashlib.sha256(key).hexdigest()
        blob = f"x'{digest}'" if place.url.startswith("sqlite:") else f"'\\x{digest}'::bytea"
        place.script(f"insert into fmferry_account (account, name, shown, roles, made_us) "
                     f"values ({number}, '{role}', '{role}', '{role}', {now})")
        place.script(f"insert into fmferry_session (hash, account, csrf, address, agent, begun_us, seen_us, proved_us) "
                     f"values ({blob}, {number}, {blob}, '', '', {now}, {now}, {now})")


def look(tap, kind, console):
    """What is shown, and what is refused."""
    tap.same(console.get("/views", "operator")[0], 403, f"{kind}: an operator may not read the log")
    code, page = console.get("/views", "auditor")
    tap.ok(code == 200 and "GET /views" in page and "views-read" in page,
           f"{kind}: an auditor reads of that, and of the reading", code, page[-3000:])
    code, own = console.get("/self/views", "operator")
    tap.ok(code == 200 and "GET /views" in own and "<td>views-read</td>" not in own, f"{kind}: everybody reads one's own", code)
    code, table = console.get("/views.csv?what=refused", "auditor")
    tap.ok(code == 200 and table.count("\r\n") == 2 and ',"operator",' in table, f"{kind}: as CSV what is chosen", table)


def wrong_logins(tap, kind, bench, console):
    """Whose it was is noted, and nothing that may be a password."""
    codes = [console.get("/login", form=f"name={name}&password=Canary-6&code=1")[0] for name in ("operator", "Canary-5")]
    said = bench.ferry("views", "export")
    logins = [(one["who"], one["outcome"]) for one in map(json.loads, said.out.splitlines()) if one["what"] == "login"]
    tap.same((codes, logins), ([401, 401], [("operator", "refused"), ("", "refused")]), f"{kind}: wrong logins are noted")
    tap.ok("Canary" not in said.out, f"{kind}: without what was typed", said.out)


def turn_pages(tap, kind, console):
    """Fifty on a page; an address that was altered is refused."""
    for _ in range(60):
        console.get("/views?what=views-read", "auditor")
    seen, path = [], "/views?what=views-read"
    while path:
        code, page = console.get(path, "auditor")
        seen.append(page.count("<tr><td>"))
        found = re.search(r'href="(/views\?[^"]*cursor=[^"]*)"', page)
        path, before = found and found.group(1).replace("&amp;", "&"), path
    tap.ok(len(seen) == 2 and seen[0] == 50 and seen[1] >= 12, f"{kind}: pages of fifty", seen)
    tap.same([console.get(before.replace("views-read", "login"), "auditor")[0], console.get(before + "A", "auditor")[0]],
             [400, 400], f"{kind}: a place in another list is none in this one")


def without_log(tap, kind, place, console):
    """The table is away for a moment, as on a disk that is full."""
    place.script("alter table fmferry_view rename to away")
    refused = [console.get("/views", "auditor"), console.get("/views", "operator")]
    place.script("alter table away rename to fmferry_view")
    tap.ok([code for code, _ in refused] == [503, 503] and not any("<table" in body for _, body in refused),
           f"{kind}: what cannot be noted is not shown", refused)
    tap.same(console.get("/views", "auditor")[0], 200, f"{kind}: and then again")


def altered(tap, kind, place, bench):
    """Somebody with the database's password."""
    place.script("update fmferry_view set detail = 'nothing' where watch = 1 and seq = 2")
    said = bench.ferry("views", "check")
    tap.ok(said.code == 3 and "entry 2 of start 1" in said.out, f"{kind}: what was altered is named", said.code, said.out)


def published_check(tap, bench):
    """The lines of docs/access.md, as they stand there."""
    words = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "access.md").read_text(), re.S).group(1)
    found = {}
    exec(words.replace('"fmferry-console.db"', repr(str(bench))), found)
    tap.ok(found["row"][1] > 60, "the published check goes through the whole chain", found["row"])


def story(tap, place, kind):
    with Bench(tap, "views") as bench:
        bench.serve("generate:3,20")
        bench.configure(ledger={"url": place.url}, registry={"url": place.url}, console={"url": place.url})
        bench.ferry("run")
        bench.stop_serving()
        console = Console(bench)
        log_in(place)
        look(tap, kind, console)
        wrong_logins(tap, kind, bench, console)
        turn_pages(tap, kind, console)
        without_log(tap, kind, place, console)
        console.end(9)
        console = Console(bench)
        tap.same(console.get("/views", "operator")[0], 403, f"{kind}: after a kill it goes on")
        said = bench.ferry("views", "check")
        tap.ok(said.code == 0 and "starts of the console: 2" in said.out, f"{kind}: the open log is unbroken", said.out)
        ended = console.end()
        tap.ok(ended.code == 0 or ended.code == 143, f"{kind}: it ends when told to", ended.code, ended.err)
        head = re.search(r"view log sealed: watch=2 seq=(\d+) hash=([0-9a-f]{64})", ended.err)
        tap.ok(head, f"{kind}: the head goes to the log", ended.err)
        said = bench.ferry("views", "check")
        tap.ok(said.code == 0 and "seals: 1" in said.out, f"{kind}: and is compared", said.out, said.err)
        lines = [json.loads(line) for line in bench.ferry("views", "export").out.splitlines()]
        tap.ok(head and [lines[-1]["seq"], lines[-1]["hash"]] == [int(head.group(1)), head.group(2)],
               f"{kind}: an export ends with it", lines[-1:])
        tap.same(len(bench.ferry("views", "export", "--to", "2020-01-01", "--csv").out.splitlines()), 1,
                 f"{kind}: an export of a time before has a head alone")
        if kind == "SQLite":
            published_check(tap, place.path)
        altered(tap, kind, place, bench)


def test(tap):
    if need_programs(tap):
        places.each(tap, story)


if __name__ == "__main__":
    main(test)
