#!/usr/bin/python3
"""
Moments at which one missing step of the protocol would show, each brought about on purpose: between
intent and put, between reading and recording, between two readings, two uploads, two records.
"""

import hashlib
import os
import pathlib
import sys

sys.dont_write_bytecode = True
for folder in ("e2e", "real"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / folder))

from harness import Bench, Person, main, need_programs  # noqa: E402
from model_bench import ModelBench  # noqa: E402
from steps import DYING, dying, has_failpoints  # noqa: E402

MIB = 1 << 20
LARGE_SIZE = 9 * MIB + 11
SMALL = "generate:6,3000"


def die(tap, bench, place, words=("run",)):
    """A fmferry that dies at this place."""
    dead = dying(bench, words, FMFERRY_FAIL=f"{place}:die@1")
    dead.finish(120)
    bench.forgive_open_sessions()
    return tap.ok(dead.code == -9, f"it dies at {place}", dead.code, dead.err[-300:])


def objects(bench):
    return {str(path.relative_to(bench.store)) for path in bench.store.rglob("*") if path.is_file()}


def intents(bench):
    return {key for key, in bench.sql("select key from fmferry_version")}


def intent_before_object(tap, size):
    """Dead before the intent: nothing is put. Dead after the put: the intent is there."""
    for place, put in (("put.chosen", False), ("put.intended", False), ("move.put", True)):
        with Bench(tap, f"intent-{place}") as bench:
            bench.serve(f"generate:1,{size}")
            bench.configure(run={"workers": 1})
            die(tap, bench, place)
            tap.same(len(objects(bench)), int(put), f"{size} bytes, dead at {place}: objects")
            tap.ok(objects(bench) <= intents(bench), f"{size} bytes, dead at {place}: none without an intent",
                   objects(bench), intents(bench))


def torn_record(tap, size, mark="NexusExportDate"):
    """
    A record is edited, or its file replaced, after its bytes were read. Those bytes are never marked: of a
    small document because the mark is refused, and they are an earlier version then; of a large one, and
    where there is no mark, because the record is read again, and they are not put.
    """
    for deed in ("edit", "replace"):
        what = f"{size} bytes, {deed}{'' if mark else ', no mark field'}"
        with Bench(tap, f"torn-{deed}") as bench:
            (bench.folder / "scenario").write_text(f"after stream2 1 do {deed} 1\n")
            bench.serve(f"generate:1,{size}", "--scenario", bench.folder / "scenario")
            bench.configure(run={"workers": 1, "retry_ms": 1}, source={"mark_field": mark})
            bench.ferry("patients", "import")
            run = bench.ferry("run")
            tap.same(run.code, 0, f"{what}: the run ends well")
            versions = 2 if mark and size < LARGE_SIZE else 1
            tap.same(bench.sql("select count(*) from fmferry_version"), [(versions,)], f"{what}: versions")
            tap.same(len(objects(bench)), versions, f"{what}: an object for each")
            tap.same(bench.sql("select count(*) from fmferry_document d join fmferry_version v using (document)"
                               " where v.number = d.version and v.state = 'stored' and d.state = 'done'"),
                     [(1,)], f"{what}: the newest is what is done")
            marks = sum(line["effect"] == "patch" for line in bench.journal_lines())
            tap.same(marks, 1 if mark else 0, f"{what}: and one mark at most")
            bench.stop_serving()
            bench.check(f"{what}: the checker agrees", exit_code=run.code)


def swap_ids(bench, first, second):
    """Two records change places, as in a file that was restored or imported anew."""
    with Person(bench) as person:
        ids = [person.read(record)["fieldData"]["id"] for record in (first, second)]
        person.edit(first, id="6f9619ff-8b86-4011-b42d-00c04fc964ff")
        person.edit(second, id=ids[0])
        person.edit(first, id=ids[1])


SWAPPED = """
database Clinic
table DOCS 6
  field id text uuid
  field Type text choice Referral|Letter
  field id_Contact text ref CONTACTS.id
  field Date date date 2015..2024
  field creationAccountName text account created-by fixed
  field creationTimestamp timestamp created 2020..2024 created-at fixed
  field Doc container file pdf 3K
  field NexusExportDate timestamp empty
table CONTACTS 4
  field id text uuid
  field FirstName text first-name
  field LastName text last-name
  field DOB date date 1930..2010
layout API_Docs of DOCS
  show id
  show id_Contact
  show Type
  show Date
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


def swapped(tap, what, scenario, said, before):
    """The file is another one now: the run stops before anything of it is moved; unless it was meant."""
    with Bench(tap, "swapped") as bench:
        (bench.folder / "solution.shape").write_text(SWAPPED)
        bench.serve(f"shape:{bench.folder / 'solution.shape'}")
        bench.configure(run={"workers": 1, "retry_ms": 1, "attempts": 1})
        bench.ferry("patients", "import")
        if before:
            bench.happen(*before)
        first = bench.ferry("run")
        bench.configure(run={"workers": 1, "retry_ms": 1})
        swap_ids(bench, 5, 6)
        bench.happen("on stream2 do delay 1ms", *scenario)
        patches = sum(line["effect"] == "patch" for line in bench.journal_lines())
        run = bench.ferry("run")
        tap.ok(run.code == 1 and said in run.err and "restored or rebuilt" in run.err,
               f"{what}: the run stops and says why", first.code, run.code, run.err)
        tap.same(sum(line["effect"] == "patch" for line in bench.journal_lines()), patches,
                 f"{what}: nothing was marked")
        tap.same(bench.sql("select count(*) from fmferry_attempt where class = 'integrity'")[0][0], 0,
                 f"{what}: nor tried again")
        if scenario:
            return  # the census is held up, so that the worker comes first
        meant = bench.ferry("run", "--accept-rebuilt")
        tap.ok(meant.code == 0, f"{what}: if it was meant, it goes on", meant.code, meant.err)


def upload_of_before(tap):
    """Dead in the middle of an upload; by the next run its key is another: the first is taken away."""
    with ModelBench(tap, "upload", (), {}, {}) as bench:
        (bench.folder / "solution.shape").write_text(SWAPPED.replace("pdf 3K", f"pdf {LARGE_SIZE}"))
        bench.serve(f"shape:{bench.folder / 'solution.shape'}")
        bench.configure(run={"workers": 1, "retry_ms": 1})
        bench.ferry("patients", "import")
        if not die(tap, bench, "large.sent"):
            return
        tap.same(len(bench.server.model.uploads), 1, "an upload is open")
        begun = next(iter(bench.server.model.uploads.values()))["key"]
        record, = bench.sql("select record_id from fmferry_document join fmferry_version using (document)")[0]
        with Person(bench) as person:
            person.edit(record, Type="Letter" if "referral" in begun else "Referral")
        run = bench.ferry("run", limit=600)
        keys = {line["key"] for line in bench.journaled() if line["effect"] == "complete"}
        tap.ok(run.code == 0 and begun not in keys, "the next run ends well, under another key", run.code,
               run.err, keys)
        tap.same(bench.server.model.uploads, {}, "an earlier upload: it was taken away")
        bench.server.stop()


def large_file(bench):
    files = bench.folder / "files"
    files.mkdir()
    data = hashlib.shake_256(b"large").digest(LARGE_SIZE)
    (files / "large.bin").write_bytes(data)
    bench.serve(f"files:{files}")
    bench.configure(run={"workers": 1, "retry_ms": 1})
    return hashlib.sha256(data).digest()


def whole_hash(tap):
    """The ledger's hash of a file in several parts is that of the whole file."""
    with Bench(tap, "whole") as bench:
        sha256 = large_file(bench)
        run = bench.ferry("run", limit=600)
        tap.same((run.code, bench.sql("select sha256, size from fmferry_version")), (0, [(sha256, LARGE_SIZE)]),
                 "several parts: hash and size are of the whole")


def second_reading(tap, nth):
    """Where a key needs the hash first, a file is read twice; if the readings differ, neither counts."""
    with ModelBench(tap, "second", ("no-condition",), {}, {}) as bench:
        sha256 = large_file(bench)
        bench.happen(f"on stream2 nth {nth} do flip {8 * MIB + 77}")
        run = bench.ferry("run", limit=600)
        stored = bench.sql("select key, sha256 from fmferry_version where state = 'stored'")
        made = [line["key"] for line in bench.journaled() if line["effect"] == "complete"]
        tap.same(run.code, 0, f"reading {nth} differs: the run ends well")
        tap.ok(len(stored) == 1 and stored[0][1] == sha256 and sha256.hex()[:12] in stored[0][0],
               f"reading {nth} differs: what is stored is the file", stored, sha256.hex())
        tap.same(made, [stored[0][0]], f"reading {nth} differs: nothing else was ever made")
        tap.same(bench.server.model.uploads, {}, f"reading {nth} differs: no upload is left open")
        bench.server.stop()


def integrity_stops(tap):
    """A store that gives back other bytes than it was sent: nothing more is entrusted to it."""
    with ModelBench(tap, "spoils", ("verifies-nothing",), {}, {}) as bench:
        bench.serve("generate:30,2000")
        bench.configure(run={"workers": 1, "retry_ms": 1})
        first = bench.ferry("run", "--limit", "2")
        bench.server.model.quirks.add("spoils")
        run = bench.ferry("run", limit=600)
        states = dict(bench.sql("select state, count(*) from fmferry_document group by state"))
        tap.ok(first.code == 3 and run.code == 1 and "with sha256" in run.err,
               "other bytes come back: the run stops and says why", first.code, run.code, run.err[-600:])
        tap.ok(states.get("done") == 2 and states.get("failed", 0) <= 1,
               "other bytes come back: nothing fails for it but the store", states)
        tap.same(bench.sql("select count(*) from fmferry_attempt where class = 'store-conflict'"), [(0,)],
                 "other bytes come back: what lies there is nobody else's")
        bench.server.stop()


def test(tap):
    if not need_programs(tap):
        return
    if not tap.ok(DYING.exists() and has_failpoints(DYING), f"a fmferry with failpoints is built: {DYING}"):
        return
    for size in (2000, LARGE_SIZE):
        intent_before_object(tap, size)
        torn_record(tap, size)
    torn_record(tap, 2000, mark="")
    swapped(tap, "swapped, all done", (), "was record", ())
    swapped(tap, "swapped, some to do", ("on list do delay 60s",), "and is now",
            ("on stream2 record 5..6 first 1 each do status 404",))
    upload_of_before(tap)
    whole_hash(tap)
    for nth in (1, 2):
        second_reading(tap, nth)
    integrity_stops(tap)


os.environ.setdefault("FMFERRY_BUILD", "build")
main(test)
