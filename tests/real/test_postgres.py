#!/usr/bin/python3
"""Ledger and registry on a real PostgreSQL: how it is reached, and a server that fails in the middle."""

import contextlib
import json
import pathlib
import re
import shutil
import signal
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import pooler
import postgres
from harness import Bench, Person, main, mounts_of_our_own, mount, need_programs, wait_until

DOCUMENTS = 900
TURNS_MAX = 14  # of a document of 16 workers: claimed, intended, stored, done


def url_through(server, port):
    return server.url.replace(f":{server.port}/", f":{port}/")


def begin(bench, server, url=None, data=f"generate:{DOCUMENTS},4000", patients=True, **run):
    server.empty()
    bench.serve(data, "--max-sessions", "0")
    bench.configure(ledger={"url": url or server.url, "lease_seconds": 10},
                    registry={"url": url or server.url},
                    run={"workers": 6, "retry_ms": 20, **run})
    if patients:
        bench.ferry("patients", "import")


def done(server):
    if server.ask("select to_regclass('fmferry_document')") == [(None,)]:
        return 0
    return server.ask("select count(*) from fmferry_document where state = 'done'")[0][0]


def is_begun(server):
    return server.ask("select to_regclass('fmferry_run')") != [(None,)] \
        and server.ask("select count(*) from fmferry_run where kind = 'run'") != [(0,)]


def check_end(tap, bench, server, what, code=0):
    bench.status()
    bench.stop_serving()
    server.copy(bench.database)
    bench.check(f"{what}: the checker agrees", exit_code=code)


def plain(tap, bench, server):
    begin(bench, server)
    first = bench.ferry("run", limit=300)
    tap.same((first.code, done(server)), (0, DOCUMENTS), "plain: all documents are moved")
    versions = server.ask("select id, updated_at from documents_document order by id")
    effects = [line for line in bench.journal_lines() if line["effect"] == "patch"]
    again = bench.ferry("run")
    tap.same((again.code, server.ask("select id, updated_at from documents_document order by id"),
              len([line for line in bench.journal_lines() if line["effect"] == "patch"])),
             (0, versions, len(effects)), "plain: the second run writes nothing")
    commits = sum(1 for _ in server.ask("select 1 from fmferry_run"))
    tap.ok(commits == 2, "plain: two runs are in the book", commits)
    check_end(tap, bench, server, "plain")


def turns(tap, bench, server):
    """Over a network each turn is a wait: a change begins, works and commits in few of them."""
    line = postgres.Line(server.port)
    begin(bench, server, url_through(server, line.port), data="generate:300,4000", workers=16)
    told = {}
    for delay_s in (0, 0.01):
        before = line.turns, line.commits
        run = bench.ferry("run", "--limit", "150", limit=300)
        told[delay_s] = [now - then for now, then in zip((line.turns, line.commits), before)]
        tap.same((run.code, done(server)), (3 if not delay_s else 0, 150 if not delay_s else 300),
                 f"turns: half of the documents, {delay_s * 1000:.0f} ms a turn")
        line.delay_s = 0.01
    line.close()
    for delay_s, (count, commits) in told.items():
        tap.note(f"turns: {delay_s * 1000:.0f} ms: {count / 150:.2f} for a document, {count} in all, "
                 f"{commits} commits")
    tap.ok(told[0][0] / 150 < TURNS_MAX, "turns: a document takes few", told)
    check_end(tap, bench, server, "turns")


def restarted(tap, bench, server):
    begin(bench, server)
    run = bench.start("run")
    for share in (4, 2):
        wait_until(lambda: done(server) >= DOCUMENTS // share, pause=0.02)
        server.end(signal.SIGQUIT)
        if share == 2:  # a moment is not said
            wait_until(lambda: "the database has not answered" in run.err_path.read_text())
        server.start()
    ended = run.finish(300)
    tap.same((ended.code, done(server)), (0, DOCUMENTS),
             "restarted twice: the run goes on and comes to its end")
    tap.ok("the database answers again" in ended.err, "restarted twice: it says so", ended.err)
    check_end(tap, bench, server, "restarted twice")


def lost_commits(tap, bench, server):
    line = postgres.Line(server.port)
    begin(bench, server, url_through(server, line.port), "generate:1200,2000")
    run = bench.start("run")
    wait_until(lambda: not run.is_running() or is_begun(server), pause=0.001)
    line.lose, line.cut = 6, 6  # what is looked at before a run is not tried again
    ended = run.finish(300)
    tap.same((ended.code, done(server)), (0, 1200), "commits unanswered: the run comes to its end")
    tap.ok(line.broken == 12, "commits unanswered: so they were, twelve times", line.broken)
    line.close()
    check_end(tap, bench, server, "commits unanswered")


def given(tap, bench, server):
    """Patients come after their documents; the server is stopped while they are given theirs."""
    begin(bench, server, data="generate:400,2000", patients=False)
    bench.ferry("run", limit=300)
    bench.ferry("patients", "import")
    link = bench.start("link")
    given_to = "select count(*) from fmferry_document where link = 'linked'"
    wait_until(lambda: server.ask(given_to)[0][0] > 100, pause=0.01)
    server.end(signal.SIGQUIT)
    server.start()
    ended = link.finish(300)
    tap.same((ended.code, server.ask(given_to)), (0, [(400,)]),
             "given: every document has its patient")
    hand = server.ask("select id::text from patients_patient order by id desc limit 1")[0][0]
    chosen = bench.ferry("link", "--document", "7", "--patient", hand, "--by", "Kim",
                         "--reason", "test")
    tap.same((chosen.code, server.ask("select patient, linked_by from fmferry_document "
                                      "where record_id = 7")), (0, [(hand, "Kim")]),
             "given: and one by hand")
    bench.ferry("run")
    verified = bench.ferry("verify", limit=120)
    tap.ok(verified.code == 0, "given: verify finds no difference", verified.out[-800:],
           verified.err[-400:])
    bench.stop_serving()


def two_count(tap, bench, server):
    """Between a census' look for a document and its adding it, another census adds it."""
    begin(bench, server, data="generate:50,4000")
    bench.ferry("run", limit=300)
    person = Person(bench)
    identity = str(uuid.uuid4())
    record = person.create(id=identity, Type="Letter")
    person.upload(record, b"%PDF-1.4 just now")
    waiting = ("select count(*) from pg_stat_activity where wait_event = 'transactionid' "
               "and query like 'insert into fmferry_document (%%'")
    with contextlib.closing(server.connect()) as other, other.cursor() as cursor:
        cursor.execute("insert into fmferry_document (source, identity, record_id, filemaker_id, type, "
                       "storage, mod_id, changed_us) select source, %s, %s, %s, 'Letter', storage, 0, "
                       "changed_us from fmferry_document limit 1", (identity, record, identity))
        cursor.execute("insert into fmferry_tally (source, run, state, class, type, link, documents, "
                       "bytes) select source, run, 'waiting', '', 'Letter', '', 1, 0 from fmferry_run "
                       "on conflict (source, run, state, class, type, link) do update "
                       "set documents = fmferry_tally.documents + 1")
        run = bench.start("run")
        wait_until(lambda: server.ask(waiting) == [(1,)], pause=0.05)
        other.commit()
    ended = run.finish(300)
    tap.same((ended.code, done(server)), (0, 51), "two count: all documents are moved")
    tap.ok("duplicate key" not in server.log.read_text("utf-8", "replace"),
           "two count: the second finds what the first has added", ended.err[-600:])
    counted = server.ask("select state, sum(documents)::int from fmferry_tally group by state "
                         "having sum(documents) <> 0")
    tap.same(counted, [("done", 51)], "two count: and counts it once")
    bench.stop_serving()


def styles(tap, bench, server, place=None, what="styles"):
    """The database tells dates as 25.12.1961 and times of another zone; so does the environment."""
    server.empty()
    server.ask("alter database postgres set datestyle = 'German, DMY'")
    server.ask("alter database postgres set timezone = 'Asia/Kathmandu'")
    try:
        styles_told(tap, bench, server, place or server, what)
    finally:
        for name in ("datestyle", "timezone"):
            server.ask(f"alter database postgres reset {name}")


def styles_told(tap, bench, server, place, what):
    strange = bench.environment(PGDATESTYLE="SQL, DMY", PGTZ="America/St_Johns")
    bench.serve("generate:40,2000", "--max-sessions", "0")
    bench.configure(ledger={"url": place.url}, registry={"url": place.url})
    for words in (("patients", "import"), ("run",)):
        ended = bench.ferry(*words, environment=strange)
        tap.ok(ended.code == 0, f"{what}: {' '.join(words)}", ended.code, ended.err[-400:])
    known = server.ask("select count(*), count(*) filter (where dob ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$') "
                       "from fmferry_patient")[0]
    tap.ok(known[0] == known[1] > 0, f"{what}: every date of birth is known as a date", known)
    linked = server.ask("select count(*) from fmferry_document where link = 'linked'")[0][0]
    tap.same(linked, 40, f"{what}: every document has its patient")
    told = bench.ferry("export", "fhir", bench.folder / "fhir", environment=strange)
    births = {json.loads(line).get("birthDate") for line in (bench.folder / "fhir/Patient.ndjson").open()}
    tap.ok(told.code == 0 and births and all(re.fullmatch(r"\d{4}-\d\d-\d\d", born or "") for born in births),
           f"{what}: and FHIR tells dates", births, told.err[-400:])
    bench.stop_serving()


def styles_pooled(tap, bench, server):
    if pooler.lacks():
        tap.skip("styles through a pooler", pooler.lacks())
        return
    with pooler.Pooler(server, "transaction", 1) as place:
        styles(tap, bench, server, place, "styles through a pooler")


def disk_full(tap, bench, server):
    small = server.folder / "small"
    small.mkdir()
    if not mount("-t", "tmpfs", "-o", "size=24m,mode=777", "tmpfs", small):
        tap.skip("disk full", "no tmpfs can be mounted here")
        return
    place = small / "tables"
    place.mkdir(mode=0o777)
    if server.user:
        shutil.chown(place, server.user)
    server.empty()
    with contextlib.closing(server.connect()) as link:
        link.autocommit = True
        link.cursor().execute(f"create tablespace small location '{place}'")
        link.cursor().execute("alter database postgres set default_tablespace = small")
    begin(bench, server)
    run = bench.start("run")
    wait_until(lambda: done(server) >= 100, pause=0.02)
    with open(small / "ballast", "wb") as ballast:
        try:
            while True:
                ballast.write(bytes(64 * 1024))
        except OSError:
            pass
    ended = run.finish(300)
    tap.same(ended.code, 6, "disk full: the run stops")
    tap.ok("disk" in ended.err.lower() or "space" in ended.err.lower(), "disk full: it says why",
           ended.err)
    (small / "ballast").unlink()
    last = bench.ferry("run", limit=300)
    tap.same((last.code, done(server)), (0, DOCUMENTS), "disk full: with room again, all is moved")
    check_end(tap, bench, server, "disk full")


def test(tap):
    missing = postgres.lacks()
    if missing:
        tap.skip("PostgreSQL", missing)
        return
    if not need_programs(tap):
        return
    private = mounts_of_our_own()
    with postgres.Postgres() as server:
        for story in (plain, turns, restarted, lost_commits, given, two_count, styles,
                      styles_pooled):
            with Bench(tap, f"postgres-{story.__name__}") as bench:
                story(tap, bench, server)
        if not private:
            tap.skip("disk full", "mounting is not allowed here")
            return
        with Bench(tap, "postgres-full") as bench:
            disk_full(tap, bench, server)


if __name__ == "__main__":
    main(test)
