#!/usr/bin/python3
"""
A first evening at a terminal of 80 and of 120 columns, as docs/first-evening.md tells it: from `init` to the
report, into Ceph's gateway and PostgreSQL, with FileMaker, the store and the database away in turn, Ctrl-C,
kill -9 and a full store. What stands on the screen must be what stands in the document; only figures,
times and addresses may differ. `test_walk.py --write` writes the screens into the document.
"""

import os
import pathlib
import re
import signal
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import postgres  # noqa: E402
from bucket import BucketBench, need  # noqa: E402
from harness import ACCOUNT, FMFERRY, PASSWORD, ROOT, main, need_programs, wait_until  # noqa: E402
from servers import Ceph, made_certificate  # noqa: E402
from tmux import Terminal  # noqa: E402

PAGE = ROOT / "docs" / "first-evening.md"
SCREEN = re.compile(r"(<!-- screen: ([a-z-]+)( in part)? -->\n```\n)(.*?)(```\n)", re.S)
RUN_LIMIT = 900
WRITES = "--write" in sys.argv

# What differs from one evening to the next, and what stands for it in a comparison.
VARYING = [(r"[\u2580-\u259f]+", "BAR"), (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\b", "ID"),
           (r"\b[0-9a-f]{12,}\b", "HASH"), (r"\d+", "#"), (r"#([.,:T-]#)*Z?", "#"),
           (r"# (h|min|s|ms)\b( # (min|s|ms)\b)*", "TIME"), (r" +", " ")]


def plain(line):
    """A line without what varies."""
    for pattern, word in VARYING:
        line = re.sub(pattern, word, line)
    return line.strip()


def stands(told, seen, in_part):
    """What of the document does not stand on the screen, or None. How words are folded does not count."""
    told, seen = ([plain(line) for line in lines if line.strip()] for lines in (told, seen))
    if in_part:
        rest = iter(seen)
        return next((line for line in told if line not in rest), None)
    told, seen = (" ".join(lines).split() + ["(the end)"] for lines in (told, seen))
    at = next((at for at, (one, other) in enumerate(zip(told, seen)) if one != other), None)
    return None if at is None else f"{' '.join(told[max(at - 8, 0):at + 2])} | {' '.join(seen[at:at + 8])}"


class Walk:
    """The person at the terminal, and what happens around him."""

    def __init__(self, tap, bench, database, terminal):
        self.tap, self.bench, self.database, self.terminal = tap, bench, database, terminal
        self.gateway = bench.server.daemons
        self.seen = {}

    def see(self, name, lines=None):
        """Keeps what stands there, under the name it has in the document."""
        lines = lines or self.terminal.text().split("\n")
        if lines[-1] == "$":
            lines = lines[:-1]
        self.seen[name] = [re.sub(r"[\w./-]*/fmferry-walk-\w+", "/evening", line).rstrip() for line in lines]

    def compare(self):
        """Each screen of the document with what was seen."""
        page = PAGE.read_text()
        told = {name: (text.split("\n"), bool(in_part)) for _, name, in_part, text, _ in SCREEN.findall(page)}
        self.tap.same(sorted(told), sorted(self.seen), "the document shows each screen")
        for name, (lines, in_part) in told.items():
            seen = self.seen.get(name, [])
            missed = stands(lines, seen, in_part)
            self.tap.ok(missed is None, f"the screen '{name}' is as the document shows it", missed, *seen)
        if WRITES:
            PAGE.write_text(SCREEN.sub(lambda found: found[1] + "\n".join(self.seen[found[2]]) + "\n" + found[5]
                                       if found[2] in self.seen and not found[3] else found[0], page))

    def do(self, name, command, code=0, limit=RUN_LIMIT):
        """A command from beginning to end, with its screen at the width it has now."""
        got = self.terminal.run(command, limit)
        self.see(name)
        return self.tap.ok(got == code, f"{command}: ends with {code}", f"with {got}",
                           self.terminal.text()[-3000:])

    def read(self, name, command, code=0):
        """A command whose words are folded where the terminal ends, at both widths."""
        for columns in (120, 80):
            self.terminal.resize(columns)
            self.do(name, command, code)
            folded = self.terminal.folded()
            self.tap.ok(not folded, f"{command}: fits {columns} columns", *folded)

    def both_widths(self, name, look):
        """A moment of a run at 80 and at 120 columns: `look` must find its words on one row each time."""
        for columns in (80, 120):
            self.terminal.resize(columns)
            found = []
            seen = wait_until(lambda: found.extend([screen for screen in [self.terminal.screen()]
                                                    if any(re.search(look, row) for row in screen)]) or found, 60)
            self.tap.ok(seen, f"{name}: said at {columns} columns", *self.terminal.screen())
            if found and columns == 80:
                self.see(name, [row for row in found[0] if row.strip()])
        self.terminal.resize(80)

    def process(self):
        """The number of the fmferry that runs in the terminal."""
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if (entry / "exe").resolve() == FMFERRY.resolve() and (entry / "cwd").resolve() == self.bench.folder:
                    return int(entry.name)
            except OSError:
                continue
        return None


# --- before anything is moved -----------------------------------------------------------------------

def answers_for(bench, database, certificate):
    """What the person answers, by what is asked; to all else Enter."""
    return [(r"^  Address:", bench.ready["url"]),
            (r"Certificates to trust .*system's", bench.ready["ca_file"]),
            (r"Account with the extended", ACCOUNT), (r"Its password \(not shown", PASSWORD),
            (r"Layout of the documents", "API_Docs"), (r"^  Store ", "bucket"),
            (r"Its server, such as https://s3", bench.server.tls_url),
            (r"Certificates to trust", str(certificate)), (r"Bucket", bench.bucket),
            (r"Region", bench.server.region),
            (r"Access key", bench.server.access_key), (r"Its secret \(not shown", bench.server.secret_key),
            (r"^  Kind ", "PostgreSQL"), (r"URL, such as postgresql", database.url)]


def guide(walk, certificate):
    """`fmferry init`, answered as the questions come."""
    terminal, answers = walk.terminal, answers_for(walk.bench, walk.database, certificate)
    terminal.begin("fmferry init")
    for _ in range(80):
        question = terminal.question()
        if question is None:
            break
        fitting = next((one for one in answers if re.search(one[0], question)), None)
        if fitting:
            answers.remove(fitting)
        terminal.answer(fitting[1] if fitting else "")
    walk.tap.same(terminal.end(), 0, "init: ends with 0")
    walk.see("init")


# --- what happens -----------------------------------------------------------------------------------

def away_in_turn(walk):
    """FileMaker Server, the store and the database go away during a run and come back."""
    terminal, bench = walk.terminal, walk.bench
    terminal.begin("fmferry run")
    terminal.wait(r"[1-9]\d{2} done", RUN_LIMIT)
    bench.happen("do down 20s")
    walk.both_widths("filemaker-away", "FileMaker Server is away")
    terminal.wait(r"FileMaker Server answers again", RUN_LIMIT)
    walk.gateway.kill("gateway", signal.SIGKILL)
    walk.both_widths("store-away", "the store is away")
    bench.server.start_gateway()
    terminal.wait(r"the store answers again", RUN_LIMIT)
    walk.database.end(signal.SIGINT)
    walk.both_widths("database-away", "the database is away")
    walk.database.start()
    terminal.wait(r"the database answers again", RUN_LIMIT)
    terminal.press("C-c")
    walk.tap.same(terminal.end(RUN_LIMIT), 130, "Ctrl-C: the run finishes what is in hand and ends with 130")
    walk.see("interrupted")


def killed(walk):
    terminal = walk.terminal
    terminal.begin("fmferry run")
    terminal.wait(r"[1-9]\d* done", RUN_LIMIT)
    os.kill(walk.process(), signal.SIGKILL)
    terminal.end()
    walk.do("killed", "fmferry status", code=3)


def full(walk):
    """Nothing more fits into the store; then there is room again."""
    ceph = walk.bench.server
    objects = len(walk.bench.client.listing(walk.bench.bucket))
    ceph.admin("quota", "set", "--quota-scope=user", "--uid=test", f"--max-objects={objects + 500}")
    ceph.admin("quota", "enable", "--quota-scope=user", "--uid=test")
    walk.gateway.kill("gateway", signal.SIGTERM)
    ceph.start_gateway()
    walk.do("full", "fmferry run", code=6)
    ceph.admin("quota", "disable", "--quota-scope=user", "--uid=test")


def evening(walk):
    walk.read("check", "fmferry check")
    walk.do("patients", "fmferry patients import")
    walk.do("ten", "fmferry run --limit 10", code=3)
    away_in_turn(walk)
    killed(walk)
    full(walk)
    walk.do("run", "fmferry run", code=3)
    walk.read("status", "fmferry status", code=3)
    walk.read("failures", "fmferry failures")
    walk.do("verify", "fmferry verify")
    walk.do("report", "fmferry report")


def judged(walk):
    """After all that: a checker that nobody here shares code with finds every document in its place."""
    bench = walk.bench
    bench.status()
    bench.stop_serving()
    bench.forgive_open_sessions()
    walk.database.copy(bench.database)
    bench.check("the checker agrees", exit_code=3)


def test(tap):
    if not need_programs(tap) or not need(tap, Ceph, "rclone", "aws", "tmux"):
        return
    if missing := postgres.lacks():
        tap.skip("PostgreSQL", missing)
        return
    with tempfile.TemporaryDirectory(prefix="fmferry-walk-") as folder, postgres.Postgres() as database:
        certificate = made_certificate(folder)
        store = Ceph(pathlib.Path(folder) / "ceph", cert=certificate).start()
        try:
            with BucketBench(tap, "walk", store, "walk", url=store.tls_url, ca_file=certificate) as bench:
                bench.serve("seed-replay", config=False)
                with Terminal(bench.folder, bench.environment(
                        PATH=f"{FMFERRY.parent}:{os.environ['PATH']}", LANG="C.UTF-8")) as terminal:
                    walk = Walk(tap, bench, database, terminal)
                    guide(walk, certificate)
                    evening(walk)
                    walk.compare()
                    judged(walk)
        finally:
            store.stop()


main(test)
