#!/usr/bin/python3
"""
Every repetition has a bound and is reported: a source that never settles, records that cannot be read, texts
that are kept in another form, runs that died, walks that begin anew.
"""

import re

from harness import Person, main, play, wait_until


def states(bench):
    return dict(((state, name), count) for state, name, count in bench.sql(
        "select state, class, count(*) from fmferry_document group by 1, 2"))


def limited(tap, bench):
    """The first ten cannot be read: the next ones are tried, not the same ones again."""
    bench.serve("generate:40,2000")
    bench.happen("container 1..10 is missing")
    bench.configure(run={"retry_ms": 60000})
    bench.ferry("patients", "import")
    first = bench.ferry("run", "--limit", "10")
    tap.ok("10 tried, 0 could be read and stored" in first.out, "limit: the ending says what came of it",
           first.out)
    tap.same(bench.ferry("run", "--limit", "10").out.count("this run: 10 done"), 1,
             "limit: the next ten are others")
    for _ in range(2):
        bench.ferry("run", "--limit", "10")
    tap.same(bench.sql("select count(*) from fmferry_document where state = 'done'"), [(30,)],
             "limit: after four runs all that can be read have arrived")
    said = bench.ferry("status").out
    tap.ok("container-unavailable" in said and "will arrive" not in said,
           "limit: status promises nothing of those that cannot be read", said)


def odd_texts(tap, bench):
    """NUL and invalid characters, in type and patient's id: kept in one form, and moved once."""
    bench.serve("generate:8,2000")
    bench.ferry("patients", "import")
    odd = ["a\0b", "\0", "Referral\0", "x\ud800y", "trailing  ", "two\r\nlines", "z" * 3000]
    with Person(bench) as person:
        for record, text in enumerate(odd, 1):
            person.edit(record, Type=text)
            person.edit(record, id_Contact=text[:200])
    run = bench.ferry("run")
    tap.same((run.code, states(bench)), (0, {("done", ""): 8}), "odd texts: all arrive")
    tap.same(bench.sql("select max(epoch) from fmferry_document"), [(1,)], "odd texts: each is tried once")
    again = bench.ferry("run")
    tap.same((again.code, bench.sql("select max(epoch) from fmferry_document")), (0, [(1,)]),
             "odd texts: the next run has nothing to do")
    bench.status()
    read = bench.ferry("verify", "--deep")
    tap.ok("\n0 difference" in read.out, "odd texts: a separate reader agrees", read.out)


def killed(tap, bench):
    """A run that was killed counts as dead at once, for every command."""
    bench.serve("generate:400,2000")
    bench.happen("on stream2 after 40 do stall 600s")
    bench.ferry("patients", "import")
    run = bench.start("run")
    wait_until(lambda: bench.journal.exists() and bench.journal.read_text().count('"patch"') > 9)
    tap.ok(bench.status()["throughput"]["running"], "killed: the run is under way before")
    run.kill()
    now = bench.status()
    moved = [one for one in now["runs"] if one["found"] or one["status"] == "died"]
    tap.ok(not now["throughput"]["running"] and moved[-1]["status"] == "died",
           "killed: status says at once that it died", now["throughput"], now["runs"])
    said = bench.ferry("status").out
    tap.ok("no run is under way" in said and "under way, ends" not in said, "killed: so in words", said)


def walk_anew(tap, bench):
    """The source says another number first: the walk begins anew, and nothing is counted twice."""
    for words, counted in ((["run", "--dry-run"], r"(\d+)  records, (\d+) documents"),
                           (["reconcile"], r"(\d+) records")):
        bench.happen("on list first 12 do found-count +5")
        done = bench.ferry("--verbose", *words)
        tap.ok("walking again" in done.err, f"{words[0]}: the walk begins anew", done.err[-600:])
        found = re.search(counted, done.out)
        tap.ok(found and set(found.groups()) == {"450"}, f"{words[0]}: and counts each record once",
               done.out)


def twice_counted(tap, bench):
    bench.serve("generate:450,2000")
    bench.ferry("patients", "import")
    bench.ferry("run")
    walk_anew(tap, bench)


STORIES = [limited, odd_texts, killed, twice_counted]


def test(tap):
    play(tap, STORIES)


main(test)
