#!/usr/bin/python3
"""
PgBouncer between us and the database: the application's writes, through the same pool, go on while
and after each command; nothing is left in a session; a migration is done, or refused in a sentence.
"""

import contextlib
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import pooler
import postgres
from harness import Bench, main, need_programs, wait_until

DOCUMENTS = 300
# PgBouncer gives each client its own of these again.
ITS_OWN = ("application_name", "client_encoding", "DateStyle", "TimeZone", "standard_conforming_strings")


class Application(threading.Thread):
    """Writes through the pool, one statement after the other, until it is told to end."""

    def __init__(self, pool):
        super().__init__(daemon=True)
        self.pool, self.ending, self.lock = pool, threading.Event(), threading.Lock()
        self.written, self.errors = 0, []
        pool.ask("create table if not exists clinic_note (n serial primary key, words text)")
        self.start()

    def run(self):
        link = None
        while not self.ending.wait(0.01):
            try:
                link = link or self.pool.connect()
                with link.cursor() as cursor:
                    cursor.execute("insert into clinic_note (words) values (%s)", ("a note",))
                self.written += 1
            except Exception as error:
                self.errors.append(str(error))
                link = None

    def further(self):
        """Waits until it has written once more than now."""
        before = self.written
        wait_until(lambda: self.written > before + 1 or len(self.errors) > 3, pause=0.01)

    def end(self):
        self.ending.set()
        self.join()


def left(pool):
    """The settings, locks and the like that a session of the pool still has from its last client."""
    settings = pool.ask("select name, setting from pg_settings where source = 'session' "
                        "and name <> all (%s) order by name", list(ITS_OWN))
    return {"settings": settings,
            "read only": pool.ask("show default_transaction_read_only"),
            "prepared": pool.ask("select name from pg_prepared_statements"),
            "locks": pool.ask("select objid from pg_locks where locktype = 'advisory'"),
            "listening": pool.ask("select pg_listening_channels()"),
            "tables": pool.ask("select relname from pg_class where relpersistence = 't'")}


CLEAN = {"settings": [], "read only": [("off",)], "prepared": [], "locks": [], "listening": [],
         "tables": []}


def begin(bench, server, url):
    server.empty()
    bench.serve(f"generate:{DOCUMENTS},3000", "--max-sessions", "0")
    bench.configure(ledger={"url": url, "lease_seconds": 10}, registry={"url": url},
                    run={"workers": 4, "retry_ms": 20})


def done(server):
    if server.ask("select to_regclass('fmferry_document')") == [(None,)]:
        return 0
    return server.ask("select count(*) from fmferry_document where state = 'done'")[0][0]


def through(tap, server, mode, size):
    """Every command, with the application at work."""
    with pooler.Pooler(server, mode, size) as pool, Bench(tap, f"pooler-{mode}") as bench:
        begin(bench, server, pool.url)
        application = Application(pool)
        for words, code in ((("check",), 0), (("patients", "import"), 0), (("run", "--dry-run"), 0),
                            (("run",), 0), (("status",), 0), (("check",), 0), (("verify",), 0),
                            (("verify", "--deep"), 0), (("failures",), 0), (("report",), 0), (("link",), 0),
                            (("reconcile",), 0), (("run",), 0)):
            what = f"{mode}, pool of {size}, {' '.join(words)}"
            ended = bench.ferry(*words, limit=200)
            tap.ok(ended.code == code, f"{what}: ends well", ended.code, ended.out[-600:], ended.err[-600:])
            tap.ok(words != ("check",) or "a connection pooler stands in front of" in ended.out,
                   f"{what}: says what stands there", ended.out[-600:])
            application.further()
            tap.same(left(pool), CLEAN, f"{what}: leaves nothing in a session")
            tap.same(application.errors[:3], [], f"{what}: the application's writes go on")
        application.end()
        tap.same(done(server), DOCUMENTS, f"{mode}: every document is moved")
        bench.stop_serving()
        server.copy(bench.database)
        bench.check(f"{mode}: the checker agrees", exit_code=0)


def statement_mode(tap, server):
    with pooler.Pooler(server, "statement") as pool, Bench(tap, "pooler-statement") as bench:
        begin(bench, server, pool.url)
        for words in (("check",), ("run",), ("status",), ("patients", "import")):
            ended = bench.ferry(*words)
            said = ended.out + ended.err
            tap.ok(ended.code not in (0, 3) and "statement mode" in said and "pool_mode" in said,
                   f"statement mode: {' '.join(words)} says what to do", ended.code, said[-600:])
        tap.same(server.ask("select count(*) from pg_class where relname like 'fmferry%%'"), [(0,)],
                 "statement mode: nothing was made")
        bench.stop_serving()


def options(tap, server):
    """A pooler that takes no settings is reported, with the remedy."""
    with pooler.Pooler(server, "transaction") as pool, Bench(tap, "pooler-options") as bench:
        begin(bench, server, pool.url + "?options=-c%20statement_timeout%3D1000")
        ended = bench.ferry("check")
        said = ended.out + ended.err
        tap.ok(ended.code == 1 and "?options=" in said, "options: check says what to leave out", said[-600:])
        bench.stop_serving()


def waiting(tap, server):
    """Somebody keeps the only connection: the cause is reported, and nothing is lost."""
    with pooler.Pooler(server, "transaction", 1) as pool, Bench(tap, "pooler-waiting") as bench:
        begin(bench, server, pool.url)
        link = pool.connect()
        with link.cursor() as cursor:
            cursor.execute("begin")
            cursor.execute("select 1")
            ended = bench.ferry("status", limit=120)
            cursor.execute("rollback")
        link.close()
        tap.ok(ended.code != 0 and "pool_size" in ended.err, "waiting: status says why", ended.err[-400:])
        bench.stop_serving()


def dies(tap, server):
    """The pooler goes twice in the middle of a run, and comes back."""
    with pooler.Pooler(server, "transaction", 1) as pool, Bench(tap, "pooler-dies") as bench:
        begin(bench, server, pool.url)
        bench.ferry("patients", "import")
        run = bench.start("run")
        for share in (4, 2):
            wait_until(lambda: done(server) >= DOCUMENTS // share or not run.is_running(), pause=0.01)
            pool.end()
            pool.start()
        ended = run.finish(300)
        tap.same((ended.code, done(server)), (0, DOCUMENTS), "the pooler dies twice: the run comes to its end")
        bench.stop_serving()
        server.copy(bench.database)
        bench.check("the pooler dies twice: the checker agrees", exit_code=0)


def killed(tap, server):
    """kill -9 in the middle: the pool's session is free again, and holds nothing of ours."""
    with pooler.Pooler(server, "transaction", 1) as pool, Bench(tap, "pooler-killed") as bench:
        begin(bench, server, pool.url)
        bench.ferry("patients", "import")
        application = Application(pool)
        for share in (4, 2):
            run = bench.start("run")
            wait_until(lambda: done(server) >= DOCUMENTS // share or not run.is_running(), pause=0.01)
            run.kill()
            application.further()
            tap.same((left(pool), application.errors[:3]), (CLEAN, []),
                     f"killed at 1/{share}: the application goes on, nothing is left")
            open_ones = "select count(*) from pg_stat_activity where state like 'idle in transaction%%'"
            wait_until(lambda: server.ask(open_ones) == [(0,)], pause=0.02)
        bench.forgive_open_sessions()
        ended = bench.ferry("run", limit=300)
        application.end()
        tap.same((ended.code, done(server)), (0, DOCUMENTS), "killed twice: the next run ends it")
        bench.stop_serving()
        server.copy(bench.database)
        bench.check("killed twice: the checker agrees", exit_code=0)


def test(tap):
    missing = postgres.lacks() or pooler.lacks()
    if missing:
        tap.skip("PgBouncer", missing)
        return
    if not need_programs(tap):
        return
    with postgres.Postgres() as server:
        through(tap, server, "transaction", 1)
        through(tap, server, "transaction", 2)
        through(tap, server, "session", 4)
        for story in (statement_mode, options, waiting, dies, killed):
            story(tap, server)


if __name__ == "__main__":
    main(test)
