#!/usr/bin/python3
"""Other ways to run: rehearsing, run after run, following, only some records."""

import datetime
import signal
import zoneinfo

from harness import main, play, wait_until


def marks(bench):
    return sum(line["effect"] == "patch" for line in bench.journal_lines())


def finish(tap, bench, what, done, **more):
    bench.status()
    bench.stop_serving()
    bench.check(f"{what}: the checker agrees", exit_code=done.code, **more)


def rehearsal(tap, bench):
    bench.serve("generate:40,2000")
    done = bench.ferry("run", "--dry-run")
    tap.ok(done.code == 0 and "40 documents" in done.out, "a rehearsal counts", done.out, done.err)
    tap.same({line["effect"] for line in bench.journal_lines()}, {"login", "logout"},
             "a rehearsal neither writes to the source nor fetches files")
    tap.ok(not bench.database.exists(), "a rehearsal makes no database")
    tap.ok(not bench.store.exists(), "a rehearsal makes no store")
    bench.ferry("patients", "import")
    bench.ferry("run")
    before = bench.snapshot()
    tap.same(bench.ferry("run", "--dry-run").code, 0, "a rehearsal after a run")
    bench.stop_serving()
    bench.check("a rehearsal: the checker finds nothing written", before=before)


def series(tap, bench):
    """Files that come only at the third asking: run after run until all are there."""
    (bench.folder / "scenario").write_text("on stream2 record 5..20 first 2 each do status 404\n")
    bench.serve("generate:40,2000", "--scenario", bench.folder / "scenario")
    bench.configure(run={"retry_ms": 1, "attempts": 1})
    bench.ferry("patients", "import")
    done = bench.ferry("run", "--until-done")
    tap.ok(done.code == 0, "run after run: it ends with 0", done.out, done.err)
    runs = bench.sql("select count(*) from fmferry_run")[0][0]
    tap.ok(runs == 3, "run after run: three of them", runs)
    finish(tap, bench, "run after run", done)


def series_in_vain(tap, bench):
    (bench.folder / "scenario").write_text("container 5..7 is missing\n")
    bench.serve("generate:12,2000", "--scenario", bench.folder / "scenario")
    bench.configure(run={"retry_ms": 1})
    done = bench.ferry("run", "--until-done")
    tap.ok(done.code == 3 and "stopped after" in done.out, "in vain: it ends by itself, and says so",
           done.code, done.out)
    finish(tap, bench, "in vain", done)


def following(tap, bench):
    """New and changed documents are moved as they come, until somebody says stop."""
    bench.serve("generate:20,2000")
    bench.configure(run={"follow_s": 1})
    bench.ferry("patients", "import")
    run = bench.start("run", "--continuous")
    tap.ok(wait_until(lambda: marks(bench) == 20), "following: what is there is moved")
    bench.happen("do insert 3", "do replace 4..5")
    tap.ok(wait_until(lambda: marks(bench) >= 25, limit=20), "following: and what comes",
           marks(bench))
    run.signal(signal.SIGINT)
    run.finish()
    tap.same(run.code, 130, "following: until somebody says stop")
    tap.same(bench.sql("select count(*) from fmferry_document where state = 'done'")[0][0], 23,
             "following: everything is done")
    finish(tap, bench, "following", run)


def only_some(tap, bench):
    bench.serve("generate:60,2000")
    bench.configure(source={"filter": "Type = Referral | file notes, Date !="})
    bench.ferry("patients", "import")
    done = bench.ferry("run")
    types = {name for name, in bench.sql("select distinct type from fmferry_document")}
    tap.ok(done.code == 0 and types == {"Referral", "File Notes"}, "a filter: only those", types,
           done.err)
    finish(tap, bench, "a filter", done)


KEYS = """
database Clinic
table DOCS 450
  field id text uuid not-empty
  field Type text choice Referral|Letter
  field Date date date 2015..2024
  field id_Contact text ref CONTACTS.id
  field num number serial 1
  field Weight number mixed 1..9
  field creationAccountName text account created-by fixed
  field creationTimestamp timestamp created 2020..2024 created-at fixed
  field Doc container file pdf 1K
  field NexusExportDate timestamp empty
table CONTACTS 10
  field id text uuid
  field FirstName text first-name
  field LastName text last-name
  field DOB date date 1930..2010
layout API_Docs of DOCS
  show id
  show Type
  show Date
  show id_Contact
  show num
  show Weight
  show creationAccountName
  show creationTimestamp
  show Doc
  show NexusExportDate
layout API_Contacts of CONTACTS
  show id
  show FirstName
  show LastName
  show DOB
documents API_Docs
"""


def by_key(tap, bench):
    """Records are read by a number that rises; deletions shift nothing. Else they are read by place."""
    (bench.folder / "solution.shape").write_text(KEYS)
    (bench.folder / "scenario").write_text("after find 3 do delete 1..20\nafter find 4 do insert 5\n")
    bench.serve(f"shape:{bench.folder / 'solution.shape'}", "--scenario", bench.folder / "scenario")
    bench.configure(source={"census_key": "num"})
    bench.ferry("patients", "import")
    first = bench.ferry("run")
    asked = bench.seen()["requests"]
    bench.configure(source={"census_key": "Weight"})
    second = bench.ferry("run")
    bench.configure(source={"census_key": "Type"})
    third = bench.ferry("run")
    tap.ok(first.code == 0 and "by place" not in first.err and asked["find"] > 5,
           "by key: pages are found, not counted", first.code, first.err, asked)
    tap.ok(second.code == 0 and "read by place: 0 records have none" in second.err,
           "by key: one that is not unique is not taken, and it is said", second.code, second.err)
    tap.ok(third.code == 2 and "census_key" in third.err and "number" in third.err,
           "by key: a text is refused", third.code, third.err)
    states = dict(bench.sql("select state, count(*) from fmferry_document group by 1"))
    tap.same(states.get("done"), 435, "by key: what lives is done, and nothing else")
    finish(tap, bench, "by key", second)


def another_zone(tap, bench):
    """The mark is written in the zone of FileMaker's stamps, wherever we are."""
    zone = "Pacific/Chatham"  # 12:45 or 13:45 ahead: nobody's own
    bench.serve("generate:5,2000", "--time-zone", zone)
    bench.configure(source={"time_zone": zone})
    before = datetime.datetime.now(zoneinfo.ZoneInfo(zone)).replace(microsecond=0, tzinfo=None)
    done = bench.ferry("run")
    after = datetime.datetime.now(zoneinfo.ZoneInfo(zone)).replace(tzinfo=None)
    written = [datetime.datetime.strptime(line["value"], "%m/%d/%Y %H:%M:%S")
               for line in bench.journal_lines() if line["effect"] == "patch"]
    tap.ok(len(written) == 5 and all(before <= one <= after for one in written),
           "another zone: the marks are in it", before, written, after)
    finish(tap, bench, "another zone", done)


def test(tap):
    play(tap, (rehearsal, series, series_in_vain, following, only_some, by_key, another_zone))


main(test)
