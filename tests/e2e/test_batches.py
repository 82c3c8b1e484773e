#!/usr/bin/python3
"""
Records that are read by one find, and marks that are read back by one: what that costs the server, as it
counts itself; finds that are refused, slow or wrong; ids that no find should be asked for; people at work
between the find and the mark, and between the mark and its reading back; ends with batches under way.
"""

import collections
import pathlib
import signal
import sys

sys.dont_write_bytecode = True

from harness import Bench, Person, main, need_programs, wait_until

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "crash"))
from killer import differences, end_of

FIELD = "NexusExportDate"
RUN_LIMIT = 300
AT_ONCE = 16
GIVEN_UP = "each record is read by itself from now on"
# Letters with operators of finds among them, in a place where they would be one.
OPERATORS = ["@home", "a*b", "#7", "who?", "=exact", "==whole", "a!", "<5", ">5", "\"quoted\"", "~near", "a...z",
             "a..z", "\u22645", "//", "back\\slash", "{1..5}"]


def requests(bench):
    """{kind: number} of all that came to FileMaker; the simulator's own pages are none of it."""
    return collections.Counter({kind: number for kind, number in bench.seen()["requests"].items()
                                if kind != "status"})


def marks_of(bench):
    """{record: number of marks}"""
    return collections.Counter(int(line["recordId"]) for line in bench.journal_lines()
                               if line["effect"] == "patch" and line["session"] not in bench.others)


def states(bench):
    return dict(bench.sql("select state, count(*) from fmferry_document group by 1"))


def served(bench, records, workers=2, at_once=AT_ONCE, options=()):
    bench.serve(f"generate:{records},2000", *options)
    bench.configure(source={"records_at_once": at_once}, run={"workers": workers, "retry_ms": 1})
    bench.ferry("patients", "import")


def finish(tap, bench, what, run, code=0):
    """The run's end, and the checker."""
    tap.ok(run.code == code, f"{what}: the run ends with {code}", run.code, run.err[-800:],
           bench.ferry("failures").out[:600])
    bench.status()
    bench.stop_serving()
    bench.check(f"{what}: the checker agrees", exit_code=run.code)


# --- what it costs -----------------------------------------------------------------------------------


def counted(tap, at_once, records, workers):
    """(requests for each document, the end)."""
    what = f"{at_once} records at once, {workers} workers"
    with Bench(tap, "counted") as bench:
        served(bench, records, workers, at_once)
        before = requests(bench)
        run = bench.ferry("run", limit=RUN_LIMIT)
        spent = requests(bench) - before
        each = spent.total() / records
        tap.note(f"{what}: {each:.2f} requests for each of {records} documents: "
                 + ", ".join(f"{kind} {number}" for kind, number in sorted(spent.items()) if number))
        finish(tap, bench, what, run)
        return each, end_of(bench)


def costs(tap):
    each, _ = counted(tap, AT_ONCE, 2000, 16)
    tap.ok(each <= 3.3, "16 records at once: at most 3.3 requests for each of 2,000 documents", each)
    each, together = counted(tap, AT_ONCE, 300, 2)
    singly, alone = counted(tap, 1, 300, 2)
    tap.ok(singly > each + 1, "each record by itself: more requests", each, singly)
    apart = list(differences(together, alone))
    tap.ok(not apart, "each record by itself: the same end", *apart)


# --- finds that are no good --------------------------------------------------------------------------


def trouble(tap, what, deed, records=120, workers=2, most_finds=None, says=None, code=0, late=False):
    """A run whose finds are in trouble from its beginning; `late`: once the first file has come."""
    with Bench(tap, "trouble") as bench:
        served(bench, records, workers, options=("--latency-ms", "5") if late else ())
        if not late:
            bench.happen(deed)
        before = requests(bench)
        run = bench.start("run")
        if late:
            wait_until(lambda: any(line["effect"] == "stream" for line in bench.journal_lines())
                       or not run.is_running())
            before = requests(bench)
            bench.happen(deed)
        run.finish(RUN_LIMIT)
        spent = requests(bench) - before
        tap.ok(spent["find"] > 0, f"{what}: finds were asked for", spent)
        if most_finds is not None:
            tap.ok(spent["find"] <= most_finds, f"{what}: finds end, at most {most_finds} were tried", spent)
        if says is not None:
            tap.ok((GIVEN_UP in run.err) == says, f"{what}: that is {'said' if says else 'nothing to say'}",
                   run.err[-600:])
        tap.same(states(bench), {"done": records}, f"{what}: all are done")
        tap.same(set(marks_of(bench).values()), {1}, f"{what}: one mark each")
        if "drop-sessions" in deed:
            bench.forgive_open_sessions()  # those that the source dropped
        if code:
            tap.ok("could not be confirmed" in run.err, f"{what}: the count by finds is not believed", run.err)
        finish(tap, bench, what, run, code)


def finds_in_trouble(tap):
    """Where finds answer wrongly the count by finds is wrong, too, and the run says so in the end."""
    trouble(tap, "finds without privileges", "on find do code 9", most_finds=8, says=True)
    trouble(tap, "finds that cannot open the file", "on find do code 802", most_finds=60)
    trouble(tap, "finds that say that no record matches", "on find do code 401", most_finds=30, says=True, code=3)
    trouble(tap, "finds that end in HTTP 500", "on find first 24 do status 500", late=True)
    trouble(tap, "finds that log out", "on find first 3 do drop-sessions")
    trouble(tap, "a find in three without an answer", "on find every 3 do reset after")
    trouble(tap, "slow finds", "on find do delay 1s", workers=1, most_finds=14, says=True)
    trouble(tap, "an index without a fifth", "on find do miss 20%", says=False, code=3)
    trouble(tap, "an index without anything", "on find do miss 100%", most_finds=30, says=True, code=3)
    trouble(tap, "finds that are late", "on find do stall 100ms")


# --- ids ---------------------------------------------------------------------------------------------


def odd_ids(tap):
    """Ids with operators are read singly; of ids that differ in case only, each document gets its own."""
    with Bench(tap, "odd-ids") as bench:
        served(bench, 20)
        with Person(bench) as person:
            twins = ["Twin-4711-a", "TWIN-4711-A", "shared-0815-b", "shared-0815-b", "shared-0815-b-c"]
            for n, one in enumerate(OPERATORS + twins):
                person.upload(person.create(id=one, Type="Letter"), b"%%PDF-1.4\n%d\n%%%%EOF\n" % n)
        before = requests(bench)
        run = bench.ferry("run", "--accept-record-ids", "tester")
        spent = requests(bench) - before
        tap.ok(spent["get"] >= len(OPERATORS), "odd ids: those with operators are read singly", spent)
        tap.same(states(bench), {"done": 20 + len(OPERATORS) + len(twins)}, "odd ids: all are done")
        finish(tap, bench, "odd ids", run)


# --- people at work ----------------------------------------------------------------------------------


def under_way(bench, kind, record):
    """Whether this was done for this record."""
    return any(line["effect"] == kind and line.get("recordId") == str(record)
               for line in bench.journal_lines())


def holding(bench, record):
    """A run of one worker whose batch is under way: one of its later files takes a while."""
    bench.happen(f"on stream2 record {record} first 1 do delay 2s")
    return bench.start("run")


def between_find_and_mark(tap):
    """The batch was found; then records of it are edited, replaced, deleted, given to another patient."""
    what = "between find and mark"
    with Bench(tap, "between") as bench:
        served(bench, 18, workers=1)
        with Person(bench) as person:
            patients = {record: person.read(record)["fieldData"]["id_Contact"] for record in range(1, 19)}
            other = next(one for one in patients.values() if one != patients[14])
            before = requests(bench)["find"]
            run = holding(bench, 6)
            found = wait_until(lambda: under_way(bench, "patch", 5) or not run.is_running())
            person.edit(10, imported="1")
            person.upload(11, b"%PDF-1.4\nanother file\n%%EOF\n")
            person.delete(12)
            person.edit(13, Type="Another Type")
            person.edit(14, id_Contact=other)
            tap.ok(found and requests(bench)["find"] > before and run.is_running(),
                   f"{what}: a batch is under way", requests(bench))
        run.finish(RUN_LIMIT)
        tap.same(states(bench), {"done": 17, "gone": 1}, f"{what}: all are done but the one that is gone")
        marks = marks_of(bench)
        tap.same({marks[record] for record in range(1, 19) if record != 12}, {1},
                 f"{what}: whoever was edited was not marked for what it was before")
        row, = bench.sql("select count(*) from documents_document where category like '%another-type%'")[0]
        tap.same(row, 1, f"{what}: the row has the new type")
        finish(tap, bench, what, run)


def between_mark_and_reading(tap):
    """FileMaker took the marks, and before they are read back people are at work in the records."""
    what = "between mark and reading back"
    with Bench(tap, "marked") as bench:
        served(bench, 18, workers=1)
        with Person(bench) as person:
            run = holding(bench, 14)
            marked = wait_until(lambda: under_way(bench, "patch", 13) or not run.is_running())
            acknowledged = bench.sql("select count(*) from fmferry_document where state = 'stored'")[0][0]
            person.edit(8, imported="1")
            person.upload(9, b"%PDF-1.4\nanother file\n%%EOF\n")
            person.delete(10)
            person.edit(11, **{FIELD: ""})
            tap.ok(marked and acknowledged >= 5 and run.is_running(),
                   f"{what}: marks wait for it, and what waits is stored and not done", acknowledged)
        run.finish(RUN_LIMIT)
        tap.same(states(bench), {"done": 17, "gone": 1}, f"{what}: all are done but the one that is gone")
        versions = dict(bench.sql("select record_id, count(*) from fmferry_version join fmferry_document "
                                  "using (document) group by 1"))
        tap.same((versions[8], versions[9]), (1, 2), f"{what}: a version for the other file, none for an edit")
        finish(tap, bench, what, run)


def mark_altered(tap):
    """The mark itself is altered before it is read back: that is said, and nobody writes over it."""
    what = "an altered mark"
    with Bench(tap, "altered") as bench:
        served(bench, 18, workers=1)
        with Person(bench) as person:
            run = holding(bench, 14)
            wait_until(lambda: under_way(bench, "patch", 13) or not run.is_running())
            person.edit(11, **{FIELD: "01/02/2003 04:05:06"})
            run.finish(RUN_LIMIT)
            tap.same(person.read(11)["fieldData"][FIELD], "01/02/2003 04:05:06", f"{what}: it stays")
        tap.same(states(bench), {"done": 17, "failed": 1}, f"{what}: this document fails, the others are done")
        finish(tap, bench, what, run, code=3)


def stale_urls(tap):
    """A URL of a batch has gone stale: the record is read once more, and that is no try."""
    for stale in ("401", "no-cookie"):
        what = f"stale URLs, {stale}"
        with Bench(tap, "stale") as bench:
            served(bench, 40, options=("--latency-ms", "5"))  # so that a find pays, whatever else the machine does
            bench.happen(f"on stream1 record every 3 first 1 each do stale {stale}")
            run = bench.ferry("run")
            tries = bench.sql("select d.record_id, a.class, a.message from fmferry_attempt a join fmferry_document d "
                              "using (document)")
            # The first records of a run are read singly, and one now and then, to learn what that takes.
            late = [one for one in tries if one[0] > 6]
            tap.ok(len(late) <= 2, f"{what}: no record of a batch lost a try", late)
            finish(tap, bench, what, run)


# --- ends --------------------------------------------------------------------------------------------


def ended(tap, number, what, at_once):
    """A run ends with batches under way; the next one ends the work, and no record is marked twice."""
    what = f"{what}, {at_once} at once"
    with Bench(tap, "ended") as bench:
        served(bench, 200, 3, at_once, ("--latency-ms", "3"))
        first = bench.start("run")
        wait_until(lambda: len(marks_of(bench)) >= 40 or not first.is_running())
        first.signal(number)
        first.finish(RUN_LIMIT)
        if number == signal.SIGTERM:
            held, = bench.sql("select count(*) from fmferry_document where run is not null")[0]
            tap.same((first.code, held, bench.open_sessions()), (143, 0, []),
                     f"{what}: exit code 143, nothing is held, no session is open")
            tap.same(states(bench).get("done", 0), sum(marks_of(bench).values()),
                     f"{what}: each mark that was written was read back")
        bench.forgive_open_sessions()
        last = bench.ferry("run", limit=RUN_LIMIT)
        tap.same(states(bench), {"done": 200}, f"{what}: the next run ends it")
        tap.same(set(marks_of(bench).values()), {1}, f"{what}: no record is marked twice")
        finish(tap, bench, what, last)


def ends(tap):
    for at_once in (1, 2, AT_ONCE):
        ended(tap, signal.SIGTERM, "SIGTERM", at_once)
        ended(tap, signal.SIGKILL, "kill -9", at_once)


STORIES = [costs, finds_in_trouble, odd_ids, between_find_and_mark, between_mark_and_reading, mark_altered,
           stale_urls, ends]


def test(tap):
    if not need_programs(tap):
        return
    for story in STORIES:
        story(tap)


main(test)
