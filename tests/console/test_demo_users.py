#!/usr/bin/python3
"""
`serve --demo`: a user for each role, whose password and codes stand on the terminal once and nowhere else; and nothing
that might be somebody's real ledger is opened so.
"""

import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Bench, main, need_programs  # noqa: E402
from people import Browser, Console  # noqa: E402
from test_login import send  # noqa: E402

ROLES = ("staff", "records", "operator", "owner", "auditor", "admin")
SEES = {"operator": "/run", "owner": "/run", "auditor": "/run", "admin": "/users"}
USER = re.compile(r"^  demo-(\w+) +(\S+)\n((?: +\S+){4})$", re.M)


def refused(tap, bench):
    other = bench.folder / "other.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                    bench.folder / "other.key", "-out", other, "-days", "2", "-subj", "/O=fmsim clinic/CN=fmsim"],
                   check=True, capture_output=True)
    cases = (({"source": {"ca_file": None}}, "names no certificate"), ({"source": {"ca_file": other}}, "fmsim made"),
             ({"source": {"ca_file": bench.config}}, "fmsim made"),
             ({"source": {"url": "https://fms.clinic.example"}}, "not on this machine"),
             ({"console": {"address": "0.0.0.0:0"}}, "open to other machines"),
             ({"console": {"url": "postgresql:///clinic"}}, "files of SQLite"),
             ({"ledger": {"url": "postgresql:///clinic"}}, "files of SQLite"),
             ({"registry": {"url": "postgresql:///clinic"}}, "files of SQLite"))
    for sections, why in cases:
        bench.configure(**sections)
        done = bench.ferry("serve", "--demo")
        tap.ok(done.code == 2 and "make demo" in done.err and why in done.err and "demo-" not in done.out,
               f"refused: {why}", done.err)
    bench.configure()
    bench.ferry("users", "add", "kim", "--role", "staff")
    done = bench.ferry("serve", "--demo")
    tap.ok(done.code == 2 and "users of its own" in done.err, "refused: a console that somebody uses", done.err)
    for path in bench.folder.glob("fmferry-console*"):
        subprocess.run(["rm", "-r", path], check=True)


def users_of(console):
    return {role: (password, codes.split()) for role, password, codes in USER.findall(console.program.out_path.read_text())}


def log_in(console, role, password, code):
    who = Browser(console, 0, "", "")
    return who, send(who, "/login", name=f"demo-{role}", password=password, code=code)[0]


def each_role(tap, console, users):
    tap.same(tuple(users), ROLES, "there is a user for each role")
    tap.same(len({password for password, _ in users.values()}), len(ROLES), "each with a password of its own")
    for role, (password, codes) in users.items():
        who, status = log_in(console, role, password, codes[0])
        first = who.ask("GET", "/")[1]["Location"]
        tap.same((status, first), (303, SEES.get(role, first)), f"{role} logs in, and sees what {role} may")
    _, (password, codes) = next(iter(users.items()))
    tap.same(log_in(console, "staff", password, codes[0])[1], 401, "a code is good once")
    who, status = log_in(console, "staff", password, codes[1])
    tap.same(status, 303, "the next one is good")
    return who


def nowhere_else(tap, bench, console, users):
    secrets = [password for password, _ in users.values()] + [code for _, codes in users.values() for code in codes]
    process = pathlib.Path("/proc") / str(console.program.process.pid)
    places = {"its arguments": process / "cmdline", "its log": console.program.err_path,
              "its database": console.database, "its database's journal": pathlib.Path(f"{console.database}-wal")}
    for name, path in places.items():
        data = path.read_bytes() if path.exists() else b""
        tap.same([secret for secret in secrets if secret.encode() in data], [], f"no password or code is in {name}")


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "demo-users") as bench:
        bench.serve("generate:5,500")
        bench.ferry("run")
        refused(tap, bench)
        console = Console(bench, "--demo")
        users = users_of(console)
        who = each_role(tap, console, users)
        nowhere_else(tap, bench, console, users)
        console.program.signal(15)
        tap.same(console.program.finish(60).code, 0, "the console ends when it is told to")
        again = Console(bench, "--demo")
        anew = users_of(again)
        password, codes = users["staff"]
        tap.same(log_in(again, "staff", password, codes[2])[1], 401, "the next start makes passwords anew")
        tap.same(Browser(again, 0, who.key, "").ask("GET", "/self")[0], 303, "and ends the sessions of before")
        tap.same(log_in(again, "staff", anew["staff"][0], anew["staff"][1][3])[1], 303, "which are good then")
        again.program.signal(15)
        tap.same(again.program.finish(60).code, 0, "and ends")
        bench.stop_serving()


if __name__ == "__main__":
    main(test)
