#!/usr/bin/python3
"""
Four machines at one migration: four movers in network namespaces of their own, with one ledger on
PostgreSQL. Two of them are killed, one is cut off for longer than its lease and let back in.
"""

import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import postgres
from harness import FMFERRY, Bench, main, need_programs, wait_until

MOVERS, DOCUMENTS, LEASE_S, SESSIONS = 4, 1600, 10, 8
RELAY = pathlib.Path(__file__).with_name("relay.py")


def ip(*words):
    return subprocess.run(["ip", *map(str, words)], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


class Machines:
    """Namespaces on one bridge; each reaches the servers by relays, as over a network."""

    def __init__(self, bench, servers):
        self.bench, self.servers = bench, servers
        self.mark = f"ff{os.getpid() % 100000}"
        self.bridge, self.net = f"{self.mark}b", f"10.{77 + os.getpid() % 100}.{os.getpid() % 250}"
        self.names = [f"{self.mark}n{n}" for n in range(MOVERS)]
        self.relays = []

    def __enter__(self):
        ip("link", "add", self.bridge, "type", "bridge")
        ip("addr", "add", f"{self.net}.1/24", "dev", self.bridge)
        ip("link", "set", self.bridge, "up")
        self._relay([], *(word for port in self.servers
                          for word in (f"{self.net}.1:{port}", f"127.0.0.1:{port}")))
        for number, name in enumerate(self.names):
            self._machine(number, name)
        return self

    def _machine(self, number, name):
        outside, inside = f"{self.mark}o{number}", f"{self.mark}i{number}"
        ip("netns", "add", name)
        ip("link", "add", outside, "type", "veth", "peer", "name", inside, "netns", name)
        ip("link", "set", outside, "master", self.bridge, "up")
        ip("-n", name, "addr", "add", f"{self.net}.{10 + number}/24", "dev", inside)
        ip("-n", name, "link", "set", inside, "up")
        ip("-n", name, "link", "set", "lo", "up")
        self._relay(self.inside(number), *(word for port in self.servers
                                           for word in (f"127.0.0.1:{port}", f"{self.net}.1:{port}")))

    def _relay(self, where, *words):
        relay = subprocess.Popen([*where, sys.executable, str(RELAY), *words], text=True,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self.relays.append(relay)
        if relay.stdout.readline() != "listening\n":
            raise RuntimeError("a relay does not listen")

    def inside(self, number):
        return ["ip", "netns", "exec", self.names[number]]

    def start(self, number):
        command = [*self.inside(number), FMFERRY, "--config", self.bench.config, "run"]
        return self.bench._start(command, f"mover-{number}-{time.monotonic_ns()}")

    def cut(self, number):
        ip("link", "set", f"{self.mark}o{number}", "down")

    def join(self, number):
        ip("link", "set", f"{self.mark}o{number}", "up")

    def __exit__(self, *_):
        for relay in self.relays:
            relay.kill()
            relay.wait()
        for name in self.names:
            ip("netns", "del", name)
        ip("link", "del", self.bridge)


def possible():
    name = f"ffprobe{os.getpid()}"
    made = ip("netns", "add", name) and ip("netns", "exec", name, "true")
    ip("netns", "del", name)
    return made and ip("link", "show")


def done(server):
    if server.ask("select to_regclass('fmferry_document')") == [(None,)]:
        return 0
    return server.ask("select count(*) from fmferry_document where state = 'done'")[0][0]


def most_sessions(bench):
    """How many sessions of ours were open at once, by the journal."""
    now = most = 0
    for line in bench.journal_lines():
        if line["effect"] in ("login", "logout"):
            now += 1 if line["effect"] == "login" else -1
            most = max(most, now)
    return most


def begin(bench, server):
    server.empty()
    bench.serve(f"generate:{DOCUMENTS},4000", "--latency-ms", "10", "--max-sessions", "0")
    bench.configure(ledger={"url": server.url, "lease_seconds": LEASE_S},
                    registry={"url": server.url},
                    source={"sessions": SESSIONS}, run={"workers": 4, "retry_ms": 20})
    bench.ferry("patients", "import")


def misfortunes(tap, bench, server):
    begin(bench, server)
    with Machines(bench, (server.port, int(bench.ready["url"].rsplit(":", 1)[1]))) as machines:
        runs = [machines.start(number) for number in range(MOVERS)]
        wait_until(lambda: done(server) > DOCUMENTS // 8, pause=0.05)
        runs[0].kill()
        machines.cut(1)
        cut_at = time.monotonic()
        wait_until(lambda: done(server) > DOCUMENTS // 3, pause=0.05)
        runs[2].kill()
        again = machines.start(2)
        wait_until(lambda: time.monotonic() > cut_at + 2 * LEASE_S, pause=0.1)
        machines.join(1)
        ends = [run.finish(240) for run in (runs[1], runs[3], again)]
    codes = [run.code for run in ends]
    tap.ok(codes[1] == 0 and codes[2] == 0, "misfortunes: who lives comes to a good end", codes,
           ends[1].err[-600:], ends[2].err[-600:])
    tap.ok(codes[0] in (0, 1, 3, 4), "misfortunes: who was cut off ends", codes[0], ends[0].err[-600:])
    tap.ok("taken over" in ends[0].err or "took over" in ends[0].err or codes[0] == 0,
           "misfortunes: and says what happened", ends[0].err[-600:])
    tap.same(done(server), DOCUMENTS, "misfortunes: every document is done")
    held = server.ask("select count(*) from fmferry_document where run is not null")
    tap.same(held, [(0,)], "misfortunes: nobody holds any")
    tap.ok(server.ask("select count(distinct run) from fmferry_audit where after = 'done'")[0][0] >= 4,
           "misfortunes: the work was shared")
    bench.forgive_open_sessions()
    last = bench.ferry("run")
    bench.status()
    bench.stop_serving()
    server.copy(bench.database)
    bench.check("misfortunes: the checker agrees", exit_code=last.code)


def together(tap, bench, server):
    """A good day: the sessions of the source are shared, and never more than there may be."""
    begin(bench, server)
    with Machines(bench, (server.port, int(bench.ready["url"].rsplit(":", 1)[1]))) as machines:
        codes = [run.finish(240).code for run in [machines.start(n) for n in range(MOVERS)]]
    tap.ok(set(codes) <= {0}, "together: all come to a good end", codes)
    tap.same(done(server), DOCUMENTS, "together: every document is done")
    patches = sum(line["effect"] == "patch" for line in bench.journal_lines())
    tap.same(patches, DOCUMENTS, "together: each was marked once")
    # each mover looks at the source once by itself before it joins the others
    tap.ok(most_sessions(bench) <= SESSIONS + MOVERS,
           f"together: no more than {SESSIONS} sessions, and one look of each", most_sessions(bench))
    bench.status()
    bench.stop_serving()
    server.copy(bench.database)
    bench.check("together: the checker agrees", exit_code=0)


def test(tap):
    missing = postgres.lacks() or ("" if possible() else "network namespaces are not allowed here")
    if missing:
        tap.skip("movers", missing)
        return
    if not need_programs(tap):
        return
    with postgres.Postgres() as server:
        for story in (together, misfortunes):
            with Bench(tap, f"movers-{story.__name__}") as bench:
                story(tap, bench, server)


if __name__ == "__main__":
    main(test)
