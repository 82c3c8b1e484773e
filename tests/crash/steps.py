"""
Stories that are killed at their first step, their second, and so on: each time from the beginning, by
a fmferry that has failpoints, then resumed. The end must be that of the same story undisturbed, and the
checker must find nothing. Every failpoint takes part by itself.
"""

import collections
import json
import os
import pathlib
import random
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import earlier  # noqa: E402
from harness import BUILD, FMFERRY, ROOT, Bench, Person, Tap  # noqa: E402
from killer import differences, end_of  # noqa: E402

DYING = pathlib.Path(os.environ.get("FMFERRY_FAILPOINTS_BUILD")
                     or BUILD.parent / "build-failpoints") / "src" / "fmferry"
RUN_LIMIT = 600
# How much the writer commits at once, how often claims are fetched, and whether the last census sees a
# document that is not settled yet, so that another follows, is chance: these places are reached at
# least once, and nobody knows how often.
BY_CHANCE = {"desk.written", "desk.committed", "desk.registry", "dispatch.claimed", "mark.unconfirmed",
             "census.page-read", "census.page-told", "census.closing", "census.gone"}
SHAPE = """
database Clinic
table CONTACTS 4
  field id text uuid
  field FirstName text first-name
  field LastName text last-name
  field DOB date date 1930..2010
table DOCS 4
  field id text uuid not-empty
  field id_Contact text ref CONTACTS.id
  field Type text choice Referral|Letter
  field Date date date 2015..2024
  field creationAccountName text account created-by fixed
  field creationTimestamp timestamp created 2020..2024 created-at fixed
  field Doc container file pdf 3K
  field Scan container file png 2K repetitions 2
  field NexusExportDate timestamp empty
  field MovedTo text empty
  field MovedHash text empty
layout API_Docs of DOCS
  show id
  show id_Contact
  show Type
  show Date
  show creationAccountName
  show creationTimestamp
  show Doc
  show Scan repetitions 1..2
  show NexusExportDate
  show MovedTo
  show MovedHash
layout API_Contacts of CONTACTS
  show id
  show FirstName
  show LastName
  show DOB
documents API_Docs
"""


class Story:
    """
    `begin` serves a source; `before` brings it to where the command that dies starts; `command` dies;
    `last` ends it. `exit` is the code of the end. `beside` is the command of another process at work on
    the same ledger. `by_chance`: places that are reached at least once, beyond that by chance.
    """

    name, exit, command, last = "", 0, ("run",), ("run",)
    beside, by_chance = None, BY_CHANCE

    def must_die(self, place, time):
        """Whether this place is reached for the time-th time in every run, whatever takes turns with what."""
        if self.beside and place.startswith("census."):
            return False  # whoever comes first counts, and that may be the other
        return time == 1 or (place not in self.by_chance and not self.beside)

    def proof(self, bench):
        """What else is wrong in the end, while the source still answers."""
        return ()

    def begin(self, bench):
        bench.serve("generate:6,3000", "--max-sessions", "0")
        bench.configure(run={"workers": 1, "retry_ms": 1})

    def before(self, bench):
        bench.ferry("patients", "import")


class Plain(Story):
    name = "plain"


class ByTwo(Story):
    """Batches of two: deaths between two batches, and with marks of one that wait to be read back."""

    name, at_once = "by-two", 2

    def begin(self, bench):
        super().begin(bench)
        bench.configure(source={"records_at_once": self.at_once}, run={"workers": 1, "retry_ms": 1})


class Singly(ByTwo):
    name, at_once = "singly", 1


class BatchEdited(Story):
    """People at work in a batch after its records were found, and before its marks are read back."""

    name = "batch-edited"

    def before(self, bench):
        bench.ferry("patients", "import")
        bench.happen("after stream2 3 do edit 5", "after stream2 4 do replace 6", "after patch 4 do edit 3")


class MarkLost(Story):
    name = "mark-lost"

    def before(self, bench):
        bench.ferry("patients", "import")
        bench.happen("on patch record 1..4 first 1 each do reset after",
                     "on patch record 5 first 1 do reset before")


class BreakingStreams(Story):
    """Downloads break off, the web server in front stumbles."""

    name = "streams-break"

    def before(self, bench):
        bench.ferry("patients", "import")
        bench.happen("on stream2 record 1..3 first 1 each do cut 50%",
                     "on get,find every 5 do status 502")


class Correction(Story):
    name = "correction"

    def before(self, bench):
        bench.ferry("patients", "import")
        bench.ferry("run")
        bench.happen("do replace 1..2")
        with Person(bench) as person:
            person.edit(3, Type="Letter")
            person.edit(4, imported="7")


class Retry(Story):
    name = "retry"

    def begin(self, bench):
        (bench.folder / "scenario").write_text("container 2..3 is missing\ncontainer 4 is empty\n")
        bench.serve("generate:6,3000", "--max-sessions", "0", "--scenario", bench.folder / "scenario")
        bench.configure(run={"workers": 1, "retry_ms": 1})

    def before(self, bench):
        bench.ferry("patients", "import")
        bench.ferry("run")
        bench.happen("container 2..3 is good", "container 4 is embedded")
        bench.ferry("retry", "--all", "--yes")


class Containers(Story):
    name = "containers"

    def begin(self, bench):
        (bench.folder / "solution.shape").write_text(SHAPE)
        bench.serve(f"shape:{bench.folder / 'solution.shape'}", "--max-sessions", "0")
        bench.configure(source={"container_field": "Doc, Scan", "containers": "each"},
                        run={"workers": 1, "retry_ms": 1})


class Filled(Story):
    """Fields are filled with the marks, some for a file that replaces another; answers are lost."""

    name = "filled"

    def begin(self, bench):
        (bench.folder / "solution.shape").write_text(SHAPE)
        bench.serve(f"shape:{bench.folder / 'solution.shape'}", "--max-sessions", "0")
        bench.configure(writeback={"MovedTo": "{console_url}", "MovedHash": "{sha256} {bytes} {key} {date}"},
                        console={"public_url": "https://docs.example"}, run={"workers": 1, "retry_ms": 1})

    def before(self, bench):
        bench.ferry("run", "--limit", "2")
        bench.happen("do replace 1..2", "on patch record 3 first 1 do reset after",
                     "on patch record 4 first 1 do reset before")

    def proof(self, bench):
        seen = bench.ferry("verify", "--json")
        if seen.code != 0 or json.loads(seen.out.splitlines()[-1])["filled"] != 4:
            yield f"verify: {seen.code}, {seen.out[-900:]}"


class Together(Story):
    """The other one stops at half of the documents, so that there is always something left to die with."""

    name, beside = "together", ("run", "--limit", "6")

    def begin(self, bench):
        bench.serve("generate:12,3000", "--max-sessions", "0", "--latency-ms", "5")
        bench.configure(run={"workers": 2, "retry_ms": 1})


class Adopt(Story):
    name, command, last = "adopt", ("reconcile", "--adopt"), ("reconcile", "--adopt")

    def begin(self, bench):
        bench.serve("generate:8,3000", "--max-sessions", "0")
        bench.configure(run={"workers": 1, "retry_ms": 1})

    def before(self, bench):
        earlier.leave(bench)
        earlier.mark(bench, range(1, 7))
        (bench.store / earlier.key_of(bench, 2)).unlink()
        bench.sql("delete from documents_document where filemaker_id = ?",
                  earlier.filemaker_id(bench, 3))
        for record in (7, 8):
            key = bench.store / earlier.key_of(bench, record)
            key.unlink()
            key.parent.rmdir()
            bench.sql("delete from documents_document where filemaker_id = ?",
                      earlier.filemaker_id(bench, record))
        bench.look_left()


class Large(Story):
    name = "large"

    def begin(self, bench):
        bench.serve("generate:2,17000000", "--max-sessions", "0")
        bench.configure(run={"workers": 1, "retry_ms": 1})


class LargeCorrected(Large):
    name = "large-corrected"

    def begin(self, bench):
        bench.serve("generate:1,9000000", "--max-sessions", "0")
        bench.configure(run={"workers": 1, "retry_ms": 1})

    def before(self, bench):
        bench.ferry("patients", "import")
        bench.ferry("run")
        bench.happen("do replace 1")


class Resumed(Story):
    """The documents are stored, but the server did not take the marks: only these are missing."""

    name = "resumed"

    def before(self, bench):
        bench.ferry("patients", "import")
        bench.happen("on patch record 1..4 first 3 each do code 500")
        bench.ferry("run")


class Gone(Story):
    """The census may say that a record is gone before it is tried, or after."""

    name, by_chance = "gone", BY_CHANCE | {"move.begun", "settle.told"}

    def before(self, bench):
        bench.ferry("patients", "import")
        bench.ferry("run", "--limit", "2")
        with Person(bench) as person:
            person.delete(1)
            person.delete(5)


class Reconciled(Story):
    """An object was lost and a mark left unsure; the comparison dies, is made again, and a run follows."""

    name, command = "reconcile", ("reconcile",)

    def before(self, bench):
        bench.ferry("patients", "import")
        bench.happen("on patch record 3 do reset after", "on get record 3 after 1 do code 500")
        bench.configure(source={"records_at_once": 1})
        bench.ferry("run")
        key, = bench.sql("select v.key from fmferry_document d join fmferry_version v using (document) "
                         "where d.record_id = 1")[0]
        (bench.store / key).unlink()
        bench.happen("on get record 3 do delay 1ms")


class Linked(Story):
    """Patients come after their documents; one document has an earlier version."""

    name, command, last = "link", ("link",), ("link",)

    def begin(self, bench):
        bench.serve("generate:5,3000", "--max-sessions", "0")
        bench.configure(run={"workers": 1, "retry_ms": 1})

    def before(self, bench):
        bench.ferry("run")
        bench.happen("do replace 2")
        bench.ferry("run")
        bench.ferry("patients", "import")


class TakenBack(Story):
    """
    Of documents that are all ours, with one that waits, one that people changed in the application, and one
    whose mark they changed. The end is told as if undisturbed: marks, rows, objects and the ledger's states.
    """

    name, last = "undo", ("status",)
    command = ("undo", "--by", "Ann", "--reason", "not used")

    def begin(self, bench):
        bench.serve("generate:6,3000", "--max-sessions", "0")
        bench.configure(run={"workers": 1, "retry_ms": 1})

    def before(self, bench):
        bench.ferry("patients", "import")
        bench.ferry("run", "--limit", "5")
        bench.sql("update documents_document set description = 'hers' where json_extract(filemaker_metadata,"
                  " '$.recordId') = 2")
        with Person(bench) as person:
            person.edit(3, NexusExportDate="09/09/2031 09:09:09")


STORIES = [Plain(), ByTwo(), Singly(), BatchEdited(), MarkLost(), BreakingStreams(), Correction(), Retry(),
           Containers(), Filled(), Together(), Adopt(), Large(), LargeCorrected(), Resumed(), Gone(), Reconciled(), Linked(),
           TakenBack()]


def dying(bench, words, **environment):
    """Starts a fmferry with failpoints."""
    bench.calls += 1
    base = f"{bench.calls:03}-dying-{words[0]}"
    return bench._start([DYING, "--config", bench.config, *words], base,
                        bench.environment(**environment))


def finish(story, bench):
    """Whatever was begun is ended; the run's code."""
    if story.command[0] in ("reconcile", "undo") and story.last != story.command:
        bench.ferry(*story.command, limit=RUN_LIMIT)
    return bench.ferry(*story.last, limit=RUN_LIMIT)


def in_peace(story):
    """The story without a death: its end, and the failpoints that its command reaches, in order."""
    tap = Tap(kept=True)
    with Bench(tap, f"peace-{story.name}") as bench:
        story.begin(bench)
        story.before(bench)
        log = bench.folder / "reached"
        dying(bench, story.command, FMFERRY_FAIL_LOG=str(log)).finish(RUN_LIMIT)
        bench.forgive_open_sessions()  # those that the source dropped
        last = finish(story, bench)
        wrong = list(story.proof(bench))
        bench.stop_serving()
        good, said, _ = bench.judge(exit_code=last.code, status=False)
        if not good or wrong or last.code != story.exit:
            raise RuntimeError(f"{story.name} in peace ended with {last.code}:\n{said}\n{wrong}\n{last.err}")
        return end_of(bench), log.read_text().split()


def without_times(value):
    """A row's value; of its metadata only what does not depend on when, and how often, a mark was written."""
    if not isinstance(value, str) or not value.startswith('{"source"'):
        return value
    metadata = json.loads(value)
    metadata.pop("modId")
    for name in ("NexusExportDate", "modificationTimestamp", "modificationAccountName"):
        metadata["fields"].pop(name, None)
    return json.dumps(metadata, sort_keys=True)


def key_facts(end):
    """The facts that have to be the same; modification ids need not be, where a mark had to be written again."""
    return {"objects": {key: sha256 for key, sha256 in end["objects"].items()},
            "states": {record: row[:-1] for record, row in end["states"].items()},
            "source": {record: (*row[:2], row[3]) for record, row in end["source"].items()},
            "rows": {record: tuple(map(without_times, row)) for record, row in end["rows"].items()}}


def one_death(tap, story, peace, step):
    """Dies at one step, is resumed, and must end as if undisturbed. Returns whether the death came about."""
    place, time = step
    what = f"{story.name}, dead at {place} for the {time}. time"
    with Bench(tap, f"{story.name}-{place}-{time}") as bench:
        story.begin(bench)
        story.before(bench)
        other = bench.start(*story.beside) if story.beside else None
        dead = dying(bench, story.command, FMFERRY_FAIL=f"{place}:die@{time}")
        dead.finish(RUN_LIMIT)
        if other:
            other.finish(RUN_LIMIT)
        died = dead.code == -signal.SIGKILL
        bench.forgive_open_sessions()
        last = finish(story, bench)
        apart = list(story.proof(bench))
        bench.stop_serving()
        good, said, _ = bench.judge(exit_code=last.code, status=False)
        apart += list(differences(key_facts(end_of(bench)), key_facts(peace)))
        tap.ok(good and not apart and last.code == story.exit, what,
               f"ended with {last.code}", *apart, *([] if good else [said]), last.err)
        if not died and story.must_die(place, time):
            tap.ok(False, f"{what}: it does not die", f"it ended with {dead.code}", dead.err[-400:])
        return died


def steps_of(reached, chance=None):
    """
    The steps to die at, as (place, for which time): one after the other, or, for a sample, every named
    place once before any a second time.
    """
    seen, steps = collections.Counter(), []
    for place in reached:
        seen[place] += 1
        steps.append((place, seen[place]))
    if chance is None:
        return steps
    chance.shuffle(steps)
    first, taken = [], collections.Counter()
    for place, time in steps:
        taken[place] += 1
        first.append((taken[place], (place, time)))
    return [step for _, step in sorted(first, key=lambda pair: pair[0])]


def sample_chance(seed, story):
    return random.Random(f"{seed} {story.name}")


def has_failpoints(program):
    return b"FMFERRY_FAIL=" in program.read_bytes()


__all__ = ["STORIES", "DYING", "FMFERRY", "ROOT", "in_peace", "one_death", "steps_of", "sample_chance",
           "has_failpoints", "json"]
