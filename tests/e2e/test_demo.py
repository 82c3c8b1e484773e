#!/usr/bin/python3
"""
`make demo` is the first thing that a stranger sees: each step ends well, and nothing is left running.
`make sim` is what he tries on with.
"""

import json
import pathlib
import socket
import ssl
import subprocess
import urllib.request

from harness import BUILD, ROOT, Bench, ask, main, need_programs, wait_until

DOCUMENTS = 500


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def sim_by_hand(tap, bench):
    """One command leaves fmsim going, where it says and with the certificates that it names."""
    port = free_port()
    started = bench._start([ROOT / "tools" / "sim", BUILD, port], "sim")
    tap.ok(wait_until(lambda: '"pid"' in started.out_path.read_text()), "fmsim starts", started.err_path.read_text())
    said = started.out_path.read_text()
    ready = json.loads(said.splitlines()[-1])
    tap.same((ready["url"], pathlib.Path(ready["ca_file"]).is_file()), (f"https://127.0.0.1:{port}", True),
             "make sim serves at the port that was asked for")
    tap.ok(all(word in said for word in (ready["url"], str(pathlib.Path(ready["ca_file"]).resolve()), "demonstration")),
           "and says what init will ask for", said)
    trust = ssl.create_default_context(cafile=ready["ca_file"])
    with urllib.request.urlopen(f"{ready['url']}/fmi/data/vLatest/productInfo", timeout=300, context=trust) as answer:
        tap.same(answer.status, 200, "a client that trusts its certificates reaches it")
    started.signal(2)
    tap.same(started.finish().code, 0, "Ctrl-C ends it")


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "demo") as bench:
        sim_by_hand(tap, bench)
        folder = bench.folder / "demo"
        shown = subprocess.run([ROOT / "tools" / "demo", BUILD, folder], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, env=bench.environment(), timeout=300)
        said = shown.stdout.decode("utf-8", "replace")
        tap.same(shown.returncode, 0, "it ends with 0")
        tap.ok("FAIL" not in said and "all fine" in said, "check finds nothing to mend", said[:4000])
        states = dict(ask(folder / "fmferry.db", "select state, count(*) from fmferry_document group by 1"))
        tap.ok(sum(states.values()) == DOCUMENTS and states["done"] > DOCUMENTS - 10, "and all is moved",
               states, said[-3000:])
        tap.ok(f"{folder}/documents" in said, "it says where everything is", said[-900:])
        report = folder / "fmferry-report.html"
        tap.ok(report.exists() and b"</html>" in report.read_bytes() and str(report) in said,
               "it ends with the report", said[-900:])
        tap.ok(all(next_one in said.split("Next, by your own hand:")[-1] for next_one in
                   ("make sim", "fmferry init", "fmferry check", "fmferry serve --demo")), "and with what comes next", said[-900:])


main(test)
