#!/usr/bin/python3
"""
A later run takes one try for a document that failed and of which nothing has changed, and all tries where
something has. Tries are counted at the source, as reads of a record and of its file.
"""

import collections

from harness import Person, main, play, wait_until

KINDS = {1: "missing", 2: "missing", 3: "truncated", 4: "error-page", 5: "zero", 6: "empty", 7: "reference"}
RETRIED = {1, 2, 3, 4, 5}
ALL_TRIES = 5


class Tries:
    """
    How often the source was asked for each record's file since the last look. Answers that a rule of the
    scenario gives name no record, and are counted under 0.
    """

    def __init__(self, bench):
        self.bench, self.seen = bench, bench.journal_count()

    def take(self):
        lines = self.bench.journal_lines()
        new, self.seen = lines[self.seen:], len(lines)
        return dict(collections.Counter(int(line.get("recordId", 0)) for line in new
                                        if line["effect"] == "stream"))


def reads(bench):
    return bench.seen()["requests"]["get"]


def each(records, tries):
    return dict.fromkeys(records, tries)


def failing(bench):
    """Twenty documents, seven of which cannot be had, after a first run."""
    bench.serve("generate:20,2000")
    bench.happen(*(f"container {record} is {kind}" for record, kind in KINDS.items()))
    bench.ferry("patients", "import")
    tries = Tries(bench)
    bench.ferry("run")
    return tries


def failed(bench):
    return {record for record, in bench.sql("select record_id from fmferry_document where state = 'failed'")}


def one_try(tap, bench):
    tries = failing(bench)
    first = {record: count for record, count in tries.take().items() if record in KINDS}
    tap.same((first, failed(bench)), (each(RETRIED, ALL_TRIES), set(KINDS)),
             "first run: five tries each, none where there is nothing to fetch")
    bench.configure(source={"records_at_once": 1})  # so that each reading of a record is counted
    for number in ("second", "third"):
        before = reads(bench)
        done = bench.ferry("run")
        tap.same((done.code, tries.take(), reads(bench) - before, failed(bench)),
                 (3, each(RETRIED, 1), len(RETRIED), set(KINDS)),
                 f"{number} run: one try each, of one record and one file")
    bench.status()
    bench.check("one try: the checker agrees", exit_code=3)


def mended(tap, bench):
    tries = failing(bench)
    tries.take()
    bench.happen(*(f"container {record} is good" for record in (1, 3, 4)))
    bench.ferry("run")
    tap.same((tries.take(), failed(bench)), (each(RETRIED, 1), {2, 5, 6, 7}),
             "mended: the one try moves what can be had again")
    tap.same(bench.sql("select document from fmferry_last_failure where document in"
                       " (select document from fmferry_document where state = 'done')"), [],
             "mended: what they failed with is forgotten")


def edit_was_counted(bench, record, runs=20):
    """Runs until a census has seen the edit: it does not look at a document that is just in hand."""
    with Person(bench) as person:
        mod_id = int(person.read(record)["modId"])
    for _ in range(runs):
        if bench.sql(f"select mod_id from fmferry_document where record_id = {record}") == [(mod_id,)]:
            return True
        bench.ferry("run")
    return False


def edited(tap, bench):
    tries = failing(bench)
    tries.take()
    with Person(bench) as person:
        person.edit(2, Date="02/03/2016")
    bench.ferry("run")
    seen = tries.take()
    again = seen.pop(2)  # one more if the census sees the edit after the first try
    tap.ok(ALL_TRIES <= again <= ALL_TRIES + 1, "edited: all tries for that record", again)
    tap.same(seen, each(RETRIED - {2}, 1), "edited: one for the others")
    tap.ok(edit_was_counted(bench, 2), "edited: a census sees the edit")
    tries.take()
    bench.ferry("run")
    tap.same(tries.take(), each(RETRIED, 1), "edited: then one try each again")


def otherwise(tap, bench):
    """The one try ends with another status, or with another class."""
    tries = failing(bench)
    tries.take()
    bench.happen("on stream2 record 1 do status 500", "container 3 is missing")
    bench.ferry("run")
    tap.same(tries.take(), {0: ALL_TRIES, 2: 1, 3: ALL_TRIES, 4: 1, 5: 1},
             "otherwise: all tries where the answer is another one")
    bench.ferry("run")
    tap.same(tries.take(), each({0, 2, 3, 4, 5}, 1), "otherwise: then that one counts")


def told(tap, bench):
    """A person's word: retry, and run --retry-failed."""
    tries = failing(bench)
    tries.take()
    bench.ferry("retry", "--record", "2")
    bench.ferry("run")
    tap.same(tries.take(), {**each(RETRIED, 1), 2: ALL_TRIES}, "retry: all tries for that document")
    bench.ferry("run", "--retry-failed")
    tap.same(tries.take(), each(RETRIED, ALL_TRIES), "run --retry-failed: all tries for each")
    series = bench.ferry("run", "--retry-failed", "--until-done")
    tap.ok("stopped after 2 runs" in series.out, "a series ends after two runs without news", series.out)
    tap.same(tries.take(), each(RETRIED, ALL_TRIES + 1), "and gives all tries in its first run only")


def configured(tap, bench):
    """Another way to the files in the configuration: all tries, once."""
    tries = failing(bench)
    tries.take()
    mounted = bench.folder / "mounted"
    mounted.mkdir()
    for setting in ({"source": {"reference_map": f"C:/Scans = {mounted}"}}, {"run": {"attempts": 4}}):
        bench.configure(**setting)
        bench.ferry("run")
        tap.same(tries.take(), each(RETRIED, setting.get("run", {}).get("attempts", ALL_TRIES)),
                 f"{next(iter(setting))} changed: all tries")
        bench.ferry("run")
        tap.same(tries.take(), each(RETRIED, 1), f"{next(iter(setting))} as it was: one try")


def other_way(tap, bench):
    """Where other ways are configured, the one try takes them all."""
    tries = failing(bench)
    bench.configure(source={"odata_table": "DOCUMENTS"})
    bench.happen("on odata do status 500")
    bench.ferry("run")
    tries.take()
    before = bench.seen()["requests"]["odata"]
    bench.ferry("run")
    asked = bench.seen()["requests"]["odata"] - before
    tap.ok(asked >= len(RETRIED), "other way: asked in the one try, too", asked)
    tap.same(tries.take(), each(RETRIED, 1), "other way: and the stream once")


def broken_off(tap, bench):
    """A run that dies in the middle does not use up the one try, nor give more."""
    tries = failing(bench)
    tries.take()
    bench.configure(run={"workers": 1})
    bench.happen("on stream2 nth 1 do stall 600s")
    asked = bench.seen()["requests"]["stream2"]
    run = bench.start("run")
    wait_until(lambda: bench.seen()["requests"]["stream2"] > asked)
    run.kill()
    bench.forgive_open_sessions()
    bench.ferry("run")
    tap.same(tries.take(), each(RETRIED, 1), "broken off: one try each")


STORIES = [one_try, mended, edited, otherwise, told, configured, other_way, broken_off]


def test(tap):
    play(tap, STORIES)


main(test)
