#!/usr/bin/python3
"""
`check` passes where all is well, before, during and after a migration. It skips no step without saying so,
and refuses whatever `run` would refuse, in the same words.
"""

import json
import re

from harness import Bench, Person, main, need_programs

STEPS = ["configuration", "store", "ledger and registry", "FileMaker Server", "login", "sessions",
         "layout and fields", "hidden by the layout", "earlier runs", "ids", "records", "reading records", "filter", "a file",
         "other ways to files", "mark", "writing the mark", "dates and times", "layout of patients",
         "patients", "pace", "room", "signing key"]
LINE = re.compile(r"^(ok|note|left|FAIL)  +(.*)$")


def told(done):
    """The output of each step: {step: {"ok": [...], "note": [...]}}."""
    said = {}
    for text in done.out.splitlines():
        found = LINE.match(text)
        if not found:
            continue
        how, rest = found.groups()
        step = next((name for name in sorted(STEPS, key=len, reverse=True) if rest.startswith(name)),
                    "ledger and registry" if rest.startswith("registry ") else None)
        said.setdefault(step, {}).setdefault(how, []).append(rest[len(step or ""):].strip())
    return said


def fine(tap, bench, name, *says):
    """All steps are reported, and none needs mending."""
    done = bench.ferry("check")
    missing = [word for word in says if not re.search(word, done.out)]
    tap.ok(done.code == 0 and "all fine" in done.out and "FAIL" not in done.out and not missing, name,
           f"not said: {missing}", done.out, done.err)
    tap.ok(set(told(done)) == set(STEPS), f"{name}: no step is left out without a word",
           set(STEPS) ^ set(told(done)))
    return done


def to_mend(tap, bench, name, step, *says, run=True):
    """One step needs mending; `run` says the same and does not start."""
    done = bench.ferry("check")
    words = " ".join(told(done).get(step, {}).get("FAIL", []))
    missing = [word for word in says if not re.search(word, words)]
    tap.ok(done.code == 1 and words and not missing, f"{name}: check says so", f"not said: {missing}",
           done.out, done.err)
    tap.ok(set(told(done)) == set(STEPS), f"{name}: and tells of every step",
           set(STEPS) ^ set(told(done)))
    if not run:
        return
    ran = bench.ferry("run")
    tap.ok(ran.code == 2 and not [word for word in says if not re.search(word, ran.err)]
           and len(ran.err.splitlines()) == 1, f"{name}: and run refuses so", ran.code, ran.err)
    tap.ok(not any(line["effect"] == "patch" for line in bench.journal_lines()),
           f"{name}: with nothing written")


# --- how records are read ------------------------------------------------------------------------

def reading_is(tap, bench, rule, verdict, *says, **source):
    """What `check` says of finds, in words and as JSON, while a rule holds."""
    bench.configure(source=source)
    if rule:
        bench.happen(rule)
    words = " ".join(sum(told(bench.ferry("check"))["reading records"].values(), []))
    done = bench.ferry("check", "--json")
    found = json.loads(done.out)
    missing = [word for word in says if not re.search(word, words)]
    tap.ok(not missing, f"finds, {verdict}: said in words", f"not said: {missing}", words)
    tap.same(found["reading"]["finds"], verdict, f"finds, {verdict}: and as JSON")
    return found


def reading(tap):
    """A find of several records is measured beside one record by itself, and a page."""
    with Bench(tap, "reading") as bench:
        bench.serve("generate:60,2000")
        bench.ferry("patients", "import")
        found = reading_is(tap, bench, None, "used", r"12 by one find, which takes \d+ ms; one by itself",
                           r"a page of 60 ", records_at_once=12)
        said = found["reading"]
        tap.same((said["records_at_once"], said["asked"], said["found"], said["page_records"]),
                 (12, 12, 12, 60), "finds, used: with the figures")
        tap.ok(said["find_us"] > 0 and said["single_us"] > 0 and said["page_us"] > 0,
               "finds, used: each was measured", said)
        tap.same((found["to_mend"], {step["step"] for step in found["steps"]} ^ set(STEPS)), (0, set()),
                 "as JSON: every step, and nothing to mend")
        reading_is(tap, bench, None, "not-wanted", r"each by itself, as \[source\] records_at_once says",
                   records_at_once=1)
        reading_is(tap, bench, "on find do delay 1s", "slow", r"a find of 16 records takes 1\S* s",
                   r"'id' has no index", r"each by itself")
        reading_is(tap, bench, "on find do miss 100%", "misses", r"a find of 16 records by 'id' gives 0",
                   r"index may not be whole")
        reading_is(tap, bench, "on find do code 9", "refused", r"refuses to find records by 'id'",
                   r"Insufficient privileges", r"each by itself")
        reading_is(tap, bench, "on find do status 504", "too-much", r"16 records by one find are too much",
                   r"half as many")


# --- where all is well ---------------------------------------------------------------------------

def the_clinic(tap):
    """Its first 1,056 records cannot be read: that is no reason to stop it."""
    with Bench(tap, "clinic") as bench:
        bench.serve("seed-replay")
        fine(tap, bench, "the clinic before its patients are imported", r"no patients in the application",
             r"11259 records have 11259 different ids", r"next: fmferry patients import",
             r"container-unavailable", r"check --write-test \d+")
        bench.ferry("patients", "import")
        fine(tap, bench, "the clinic before its migration", r"2700 in the application", r"next: fmferry run",
             r"note +a file +\d+ of \d+ files tried: container-")
        tested = bench.ferry("check", "--write-test", "1")
        tap.ok(tested.code == 0 and "emptied again" in tested.out,
               "the mark can be tried on the clinic's first record, which has no readable file",
               tested.out)


def marks(tap):
    """In the middle, and when every record is marked, by us."""
    with Bench(tap, "marks") as bench:
        bench.serve("generate:60,2000")
        bench.ferry("patients", "import")
        bench.ferry("run", "--limit", "20")
        done = fine(tap, bench, "in the middle of a migration", r"20 of 60 records .* a mark of ours",
                    r"60 documents are known, 20 of them done", r"check --write-test \d+")
        record = re.search(r"--write-test (\d+)", done.out)[1]
        with Person(bench) as person:
            tap.same(person.read(int(record))["fieldData"]["NexusExportDate"], "",
                     "the record that is offered for the test has no mark")
        tap.same(bench.ferry("run").code, 0, "the rest is moved")
        done = fine(tap, bench, "after the migration", r"60 of 60 records .* a mark of ours",
                    r"left out because every record of the layout is already marked")
        tap.ok("earlier importer" not in done.out, "our own marks are nobody else's", done.out)
        bench.database.rename(bench.folder / "away.db")
        done = bench.ferry("check")
        tap.ok("60 of 60 records" in done.out and "earlier importer" in done.out,
               "without the ledger they are", done.out)


def few_good(tap):
    """One good file among many that cannot be fetched is enough; no step needs mending."""
    with Bench(tap, "few-good") as bench:
        (bench.folder / "scenario").write_text("container 1..299 is missing\ncontainer 301..600 is missing\n")
        bench.serve("generate:600,2000", "--scenario", bench.folder / "scenario")
        bench.happen("container 1..600 is missing", "container 1..40 is good")
        done = fine(tap, bench, "560 of 600 files are gone", r"\d+ of \d+ files .*container-unavailable")
        bench.happen("container 1..600 is missing")
        to_mend(tap, bench, "every file is gone", "a file", r"none of \d+ files", run=False)
        bench.happen("container 1..600 is empty")
        done = bench.ferry("check")
        tap.ok(done.code == 0 and "left" in told(done)["a file"], "no file at all: left out, and said",
               done.out)
        bench.happen("container 1..600 is no-access")
        to_mend(tap, bench, "no container may be seen", "a file", "sees none of", run=False)


# --- ids -----------------------------------------------------------------------------------------

def ids(tap):
    with Bench(tap, "ids") as bench:
        bench.serve("demo")
        bench.ferry("patients", "import")
        bench.configure(source={"key_field": "id_Contact"})
        to_mend(tap, bench, "another table's id", "ids", "500 records have 60 different ids",
                "440 of them", "--accept-record-ids")
        dry = bench.ferry("run", "--dry-run")
        tap.ok(dry.code == 2 and re.search(r"\b60  different ids", dry.out)
               and "440 of 500 records" in dry.err, "the dry run counts them", dry.out, dry.err)
        tap.same(bench.ferry("run", "--accept-record-ids", "").code, 2, "nobody cannot answer for it")
        done = bench.ferry("run", "--limit", "3", "--accept-record-ids", "Dr. Wren")
        tap.ok(done.code == 3 and "for good" in done.err, "somebody can", done.code, done.err)
        tap.same(bench.sql("select value from fmferry_note where name = 'record ids accepted by'"),
                 [("Dr. Wren",)], "and the name is kept")
        tap.same(bench.ferry("run", "--limit", "3").code, 3, "who has begun is not asked again")
        tap.same(bench.ferry("check").code, 0, "by check neither")
    for what, field, says in (("texts that are no UUID", "Type", "not a UUID"),
                              ("no key field at all", "", "no key_field is named"),
                              ("a number that rises", "num", "not a UUID")):
        with Bench(tap, "ids-odd") as bench:
            bench.serve("generate:40,2000")
            bench.configure(source={"key_field": field})
            to_mend(tap, bench, what, "ids", says)


def few_doubles(tap):
    """A few are a note: they are moved by the number of their record, as ever."""
    with Bench(tap, "doubles") as bench:
        bench.serve("generate:60,2000")
        with Person(bench) as person:
            person.edit(2, id=person.read(1)["fieldData"]["id"])
            person.edit(3, id="A-3")
        bench.ferry("patients", "import")
        done = bench.ferry("check")
        tap.ok(done.code == 0 and "60 records have 59 different ids" in done.out
               and "2 records share 1 of them" in done.out and "1 have one that is not a UUID" in done.out,
               "two doubles and an odd one are counted", done.out)
        dry = bench.ferry("run", "--dry-run")
        tap.ok(dry.code == 0 and re.search(r"\b58  different ids", dry.out)
               and re.search(r"\b2  of all these", dry.out), "by the dry run too", dry.out)
        tap.same(bench.ferry("run").code, 0, "and a run goes on")


SHAPE = """database Clinic
table DOCS 200
  field Key text uuid sometimes 60%
  field Type text choice Letter|Report
  field Doc container file pdf 2K
  field Mark timestamp empty
  field Stamped timestamp empty modified-at
  field Needed timestamp empty not-empty-entry
  field Twice timestamp empty repetitions 2
  field Global timestamp empty global
  field Worked timestamp created 2015..2024 calculation
layout API_Docs of DOCS
  show Key
  show Type
  show Doc
  show Mark
  show Stamped
  show Needed
  show Twice
  show Global
  show Worked
documents API_Docs
"""
SOURCE = {"key_field": "Key", "mark_field": "Mark", "date_field": "", "patient_field": "",
          "author_field": "", "created_field": ""}


def shaped(tap):
    """Ids that are empty, and fields that a mark cannot stand in."""
    with Bench(tap, "shaped") as bench:
        (bench.folder / "docs.shape").write_text(SHAPE)
        bench.serve(f"shape:{bench.folder / 'docs.shape'}")
        ours = {**SOURCE, "patient_field": ""}
        bench.configure(source=ours, registry={"patients_table": ""})
        to_mend(tap, bench, "ids that are often empty", "ids", r"\d+ have none")
        for field, says in (("Stamped", "auto-enter"), ("Needed", "may not be empty"),
                            ("Global", "global"), ("Worked", "cannot be written"),
                            ("Type", "type_field both name 'Type'"), ("Key", "key_field both name 'Key'"),
                            ("Doc", "of type container"), ("mark", "is 'Mark' meant"),
                            ("Mark(1)", "name the field alone"), ("DOCS::Mark", "related table")):
            bench.configure(source={**ours, "mark_field": field}, registry={"patients_table": ""})
            done, ran = bench.ferry("check"), bench.ferry("run", "--accept-record-ids", "Wren")
            words = " ".join(told(done).get("layout and fields", {}).get("FAIL", []))
            tap.ok(done.code == 1 and says in words, f"a mark in '{field}': {says}", done.out, done.err)
            tap.ok(ran.code == 2 and says in ran.err, f"a mark in '{field}': run says so too", ran.code,
                   ran.err)


def strict(tap):
    """Where servers differ most, the answers are the same."""
    for switches in ("strict", "lenient", "random:7"):
        with Bench(tap, "strict") as bench:
            bench.serve("generate:60,2000", "--switches", switches)
            done = bench.ferry("check")
            tap.ok(done.code == 0 and "FAIL" not in done.out, f"all is fine under {switches}", done.out)


# --- what the source cannot do -------------------------------------------------------------------

def crowded(tap):
    with Bench(tap, "crowded") as bench:
        bench.serve("generate:10,2000", "--max-sessions", "3")
        done = bench.ferry("check")
        tap.ok(done.code == 0 and "room for 3 of the 5 sessions" in done.out
               and "sessions = 2" in done.out, "a crowded server is noted, at once", done.out)
        tap.same(bench.open_sessions(), [], "and every session is given back")


def empty(tap):
    with Bench(tap, "nothing") as bench:
        bench.serve("generate:3,2000")
        with Person(bench) as person:
            for record in (1, 2, 3):
                person.delete(record)
        to_mend(tap, bench, "a layout without records", "records", "shows no record", run=False)



def refusals(tap):
    """The server's refusals are reported by their cause."""
    for scenario, step, says in (
            ("on login do code 9", "login", "fmrest"),
            ("on login do code 211", "login", "new password"),
            ("on login do code 214", "login", "locked"),
            ("on login do code 210", "login", "switched off"),
            ("on layout do code 9", "layout and fields", "privilege set"),
            ("on layout do code 105", "layout and fields", "the account sees API_Docs"),
            ("on stream do code 9", "a file", "none of"),
            ("on stream2 do html", "a file", "none of")):
        with Bench(tap, "refusals") as bench:
            bench.serve("generate:6,2000")
            bench.happen(scenario)
            done = bench.ferry("check")
            words = " ".join(told(done).get(step, {}).get("FAIL", []))
            tap.ok(done.code == 1 and says in words, f"{scenario}: {says}", done.out, done.err)
    with Bench(tap, "refusals-find") as bench:
        bench.serve("generate:60,2000")
        bench.happen("on find do code 102")
        done = bench.ferry("check")
        tap.ok(done.code == 0 and "could not be counted" in done.out and "check --write-test" in done.out,
               "finds that are refused are a note, and no step goes without a word", done.out)


def pages(tap):
    """A layout that is slow or large is read as a run reads it, and that is said."""
    most = r"note +records +the server gives at most %s records at a time"
    for scenario, says in (("on list above 40 do status 504", most % 31),
                           ("on list above 3 do status 408", most % r"\d"),
                           ("on list above 200 do pad 70000000", most % 125),
                           ("on find above 20 do status 504", "600 different ids"),
                           ("on list above 200 do pad 6000000", r"note .*MiB: the layout is slow or large")):
        with Bench(tap, "pages") as bench:
            bench.serve("generate:600,2000")
            bench.happen(scenario)
            done = bench.ferry("check", limit=600)
            tap.ok(done.code == 0 and re.search(says, done.out), f"{scenario}: {says}", done.out, done.err)


def changed(tap):
    """Settings that must stay as they were when the ledger was begun: check says the same as run."""
    with Bench(tap, "changed") as bench:
        bench.serve("generate:30,2000")
        bench.ferry("patients", "import")
        tap.same(bench.ferry("run").code, 0, "all is moved")
        for section, changes, says in (
                ("store", {"url": "dir:elsewhere"}, "store. url was"),
                ("source", {"key_field": "id_Contact"}, "key_field was 'id'"),
                ("source", {"name": "other"}, "as source 'Clinic/API_Docs'")):
            bench.configure(**{section: changes})
            done, ran = bench.ferry("check"), bench.ferry("run")
            words = " ".join(told(done).get("earlier runs", {}).get("FAIL", []))
            tap.ok(done.code == 1 and re.search(says, words), f"another {changes}: check says so",
                   done.out, done.err)
            tap.ok(ran.code == 2 and re.search(says, ran.err), f"another {changes}: and so does run",
                   ran.code, ran.err)
        bench.configure(source={"name": "letters", "filter": "Type = Nonsense | Letter"})
        done = bench.ferry("check")
        tap.ok("as source" not in done.out, "a part of the records may be a source of its own", done.out)


# --- passwords in clear --------------------------------------------------------------------------

COMMANDS = (("run",), ("run", "--dry-run"), ("patients", "import"), ("verify",), ("check",),
            ("reconcile",))


def clear_text(tap):
    with Bench(tap, "clear") as bench:
        bench.serve("generate:4,2000", "--http")
        done = bench.ferry("patients", "import")
        tap.ok(done.code == 0 and "http://, to this machine itself" in done.err,
               "on this machine it is said", done.code, done.err)
        tap.same(bench.ferry("run").code, 0, "and works")
        for host in ("fms.example.invalid", "127.example.invalid", "192.0.2.1"):
            bench.configure(source={"url": f"http://{host}"})
            for words in COMMANDS:
                done = bench.ferry(*words)
                tap.ok(done.code == 2 and "readable by anybody" in done.err
                       and "allow_http = yes" in done.err,
                       f"{' '.join(words)} refuses http://{host}", done.code, done.err, done.out)
        bench.configure(source={"url": "http://127.0.0.1.invalid:1", "allow_http": "yes"})
        done = bench.ferry("run", limit=600)
        tap.ok("READABLE BY ANYBODY" in done.err, "who allows it is told aloud", done.err)
        bench.configure(store={"url": "s3://bucket/prefix", "endpoint": "http://s3.example.invalid",
                               "access_key": "x", "secret_key_env": "FMP"})
        for words in (("run",), ("check",), ("link",)):
            done = bench.ferry(*words)
            tap.ok(done.code == 2 and "[store]" in done.err and "allow_http" in done.err,
                   f"{' '.join(words)}: the same for a store", done.code, done.err)


def test(tap):
    if not need_programs(tap):
        return
    for story in (reading, the_clinic, marks, few_good, ids, few_doubles, shaped, strict, crowded, empty, refusals, pages, changed, clear_text):
        story(tap)


main(test)
