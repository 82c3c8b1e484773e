#!/usr/bin/python3
"""
Obstacles between us and FileMaker: proxies that compress though nobody asked, layouts that are too slow or
too large for large pages, a single record that is, Cloudflare's own errors. Every document arrives bit for
bit or fails with a message, and nobody waits for ever.
"""

import concurrent.futures
import re

from harness import Bench, Tap, main, need_programs

SHAPE = """
database Clinic
table CONTACTS 90
  field id text uuid
  field FirstName text first-name
  field LastName text last-name
  field DOB date date 1930..2010
table DOCS {records}
  field id text uuid not-empty
  field id_Contact text ref CONTACTS.id
  field Type text choice Letter|Report
  field Date date date 2015..2024
  field imported number serial 1
  field creationAccountName text choice Admin|api
  field creationTimestamp timestamp created 2020..2024 created-at fixed
  field Doc container file {kind} 3K
  field NexusExportDate timestamp empty
layout API_Docs of DOCS
  show id
  show id_Contact
  show Type
  show Date
  show imported
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


def serve(bench, kind, records, *lines, switches="", source=None):
    (bench.folder / "solution.shape").write_text(SHAPE.format(kind=kind, records=records))
    (bench.folder / "scenario").write_text("\n".join(lines))
    bench.serve(f"shape:{bench.folder / 'solution.shape'}", "--scenario", bench.folder / "scenario",
                *(["--switches", switches] if switches else []))
    bench.configure(run={"retry_ms": 2, "workers": 3}, source=source or {})


def compressed(tap, kind):
    """Every kind of file under everything that can be done to it on the way."""
    for coding in ("gzip", "deflate", "label"):
        with Bench(tap, "compressed") as bench:
            serve(bench, kind, 12, switches=f"stream-coding={coding},json-coding=gzip,json-mark=yes")
            done = bench.ferry("run")
            tap.same(done.code, 0, f"{kind} under {coding}: all done")
            bench.stop_serving()
            bench.check(f"{kind} under {coding}: bit for bit", exit_code=done.code)


def slow(tap, most, records):
    """Pages that are not done in time above so many records; at 1, each record is read alone."""
    with Bench(tap, "slow") as bench:
        serve(bench, "pdf", records, f"on list above {most} do status 504")
        imported = bench.ferry("patients", "import")
        tap.ok(imported.code == 0 and "90" in imported.out, f"above {most}: patients come",
               imported.out, imported.err)
        rehearsed = bench.ferry("run", "--dry-run")
        tap.ok(rehearsed.code == 0 and re.search(rf"\b{records}\b", rehearsed.out),
               f"above {most}: a dry run counts them", rehearsed.out, rehearsed.err)
        done = bench.ferry("run")
        tap.same(done.code, 0, f"above {most}: the run ends well")
        tap.ok("records at once are too much for the server" in done.err,
               f"above {most}: it is said", done.err[-600:])
        tap.same(bench.status()["states"]["done"], records, f"above {most}: all are done")
        for words_ in (("verify",), ("reconcile",)):
            tap.same(bench.ferry(*words_).code, 0, f"above {most}: {words_[0]} reads it too")
        bench.stop_serving()
        bench.check(f"above {most}: the checker agrees", exit_code=done.code)


def by_key(tap, what):
    """The census by a key asks by finds, which shrink as well."""
    with Bench(tap, "key") as bench:
        serve(bench, "pdf", 200, switches=f"page-most={what}")
        bench.configure(source={"census_key": "imported"})
        done = bench.ferry("run")
        tap.same((done.code, bench.status()["states"]["done"]), (0, 200),
                 f"{what} above 30, by a key: all are done")
        bench.stop_serving()
        bench.check(f"{what} above 30, by a key: the checker agrees", exit_code=done.code)


def fat(tap, place, what):
    """One record that is too long even alone: the others arrive, and it is named."""
    with Bench(tap, "fat") as bench:
        serve(bench, "pdf", 40, f"on list,get reaching {place} do pad 20000000")
        done = bench.ferry("run", limit=300)
        tap.same(done.code, 3, f"{what} is too fat: the run ends, and says that something is left")
        tap.same(bench.status()["states"]["done"], 39, f"{what} is too fat: all others are done")
        tap.ok("cannot be read" in done.err and "longer than" in done.err
               and ("record 17 " in done.err or place != 17),
               f"{what} is too fat: it is said which, and why", done.err[-900:])
        bench.stop_serving()


def lighter(tap):
    """A record that was too large is so no more."""
    with Bench(tap, "fat") as bench:
        serve(bench, "pdf", 40, "on list,get reaching 17 first 12 do pad 20000000")
        codes = [bench.ferry("run", limit=300).code for _ in range(3)]
        tap.ok(codes[-1] == 0 and bench.status()["states"]["done"] == 40,
               "it is too fat no more: it comes, too", codes)
        bench.stop_serving()
        bench.check("it is too fat no more: the checker agrees", exit_code=0)


def alone(tap):
    """One record that the server is never done with in time: it fails, and nobody waits for ever."""
    with Bench(tap, "alone") as bench:
        serve(bench, "pdf", 20, "on get reaching 5 do status 504", source={"records_at_once": 1})
        done = bench.ferry("run")
        tap.same(done.code, 3, "one that is never done in time: the run ends, and says so")
        failed = bench.ferry("failures").out
        tap.ok("source-rejected" in failed and "does not finish reading this record" in failed,
               "one that is never done in time: it is a failure with words", failed)
        tap.same(bench.status()["states"]["done"], 19, "one that is never done in time: the others are")
        bench.stop_serving()
        bench.check("one that is never done in time: the checker agrees", exit_code=done.code)


def endless(tap):
    """A file larger than any may be is given up, with words; a smaller cap is for the test."""
    with Bench(tap, "endless") as bench:
        bench.serve("generate:6,3M")
        bench.configure(run={"retry_ms": 2, "attempts": 2}, source={"largest_mib": 2})
        done = bench.ferry("run")
        failed = bench.ferry("failures").out
        tap.ok(done.code == 3 and "beyond 2 MiB" in failed and "largest_mib" in failed,
               "larger than any file may be: it is said", done.err[-300:], failed)
        bench.configure(run={"retry_ms": 2}, source={"largest_mib": 3})
        tap.same(bench.ferry("run").code, 0, "as large as a file may be: it comes")
        bench.stop_serving()


def passing(tap, status):
    """A server that says it is away, on each kind of request, ends nothing."""
    with Bench(tap, "passing") as bench:
        serve(bench, "pdf", 30,
              *(f"on {kind} nth {n} do status {status}"
                for kind in ("login", "list", "find", "get", "stream1", "stream2", "patch")
                for n in (1, 3)))
        done = bench.ferry("run")
        tap.same(done.code, 0, f"{status} now and then: the run ends well")
        tap.same(bench.status()["states"]["done"], 30, f"{status} now and then: all are done")
        bench.stop_serving()
        bench.check(f"{status} now and then: the checker agrees", exit_code=done.code)


def words(tap):
    """The obstacle is called by its name."""
    cases = [("on any do redirect https://login.example/sso?a=b", ("redirects", "https://login.example/sso")),
             ("on any do html", ("web page", "HTTP status 200")),
             ("on any do status 404", ("404", "switched off")),
             ("on any do code 959", ("959", "switched off")),
             ("on any do cut fitting 20", ("ends at byte 20",))]
    for line, wanted in cases:
        with Bench(tap, "words") as bench:
            serve(bench, "pdf", 5, line)
            done = bench.ferry("check")
            said = done.out + done.err
            tap.ok(done.code != 0 and all(word in said for word in wanted), f"{line}: it is said",
                   said[-800:])
            bench.stop_serving()


def tell(story):
    tap = Tap(kept=True)
    story[0](tap, *story[1:])
    return tap


def test(tap):
    if not need_programs(tap):
        return
    stories = [(compressed, kind) for kind in ("pdf", "gzip", "text", "other")]
    stories += [(slow, 40, 300), (slow, 3, 60), (slow, 1, 30), (by_key, "504"), (by_key, "long")]
    stories += [(fat, 17, "in the middle"), (fat, 1, "the first"), (fat, 40, "the last"), (lighter,), (alone,), (endless,)]
    stories += [(passing, status) for status in (500, 520, 522, 530, 511, 429)] + [(words,)]
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        for one in pool.map(tell, stories):
            tap.take(one)


main(test)
