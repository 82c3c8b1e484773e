#!/usr/bin/python3
"""
A solution that answers each edit with one of its own, in the same commit: modId rises by two. The mark
counts where the same answer came twice and mark and file are as they should be. Otherwise the document fails
with a class of its own. No record is written more than six times an hour, and nobody waits for ever.
"""

import collections

from harness import Person, main, play

FIELD = "NexusExportDate"
EDITS_MAX, HOUR_US = 6, 3600 * 1000000


def marks_of(bench):
    """{record: [journal lines of our marks]}"""
    marks = collections.defaultdict(list)
    for line in bench.journal_lines():
        if line["effect"] == "patch" and line["session"] not in bench.others:
            marks[int(line["recordId"])].append(line)
    return marks


def states(bench):
    """{(state, class): count}"""
    return dict(((state, name), count) for state, name, count in bench.sql(
        "select state, class, count(*) from fmferry_document group by 1, 2"))


def moved(tap, bench, what, records, *lines, config=None, code=0, runs=1):
    """Moves so many records under a scenario, and has the checker look."""
    (bench.folder / "scenario").write_text("\n".join(lines) + "\n")
    bench.serve(f"generate:{records},2000", "--scenario", bench.folder / "scenario")
    bench.configure(run={"retry_ms": 1}, **(config or {}))
    bench.ferry("patients", "import")
    for _ in range(runs):
        last = bench.ferry("run")
    tap.same(last.code, code, f"{what}: a run ends with {code}")
    bench.status()
    return last


def judged(tap, bench, what, code=0):
    read = bench.ferry("verify", "--deep")
    tap.ok("\n0 difference" in read.out or code, f"{what}: a separate reader agrees", read.out, read.err)
    bench.stop_serving()
    bench.check(f"{what}: the checker agrees", exit_code=code)


def same_answer(tap, bench):
    run = moved(tap, bench, "the same answer", 20, "on patch record every 2 do answer edit")
    tap.same(states(bench), {("done", ""): 20}, "the same answer: all are done")
    tap.same(sorted(len(lines) for lines in marks_of(bench).values()), [1] * 10 + [2] * 10,
             "the same answer: one mark, or two where it was answered")
    tap.ok("answered with another edit" in run.err and "6 times an hour" in run.err,
           "the same answer: the run says so", run.err)
    told = bench.sql("select count(*) from fmferry_attempt where message like 'counts as marked%'")
    tap.same(told, [(10,)], "the same answer: the evidence says that the mark counts")
    said = bench.ferry("status").out
    tap.ok("10" in said and "answers" in said, "the same answer: status says of how many", said)
    again = bench.ferry("run")
    bench.status()
    tap.same((again.code, sum(map(len, marks_of(bench).values()))), (0, 30),
             "the same answer: a second run writes nothing")
    judged(tap, bench, "the same answer")


def touched(tap, bench):
    moved(tap, bench, "the same file anew", 6, "on patch do answer touch")
    tap.same(states(bench), {("done", ""): 6}, "the same file anew: all are done")
    judged(tap, bench, "the same file anew")


def edited_before_the_end(tap, bench):
    """A mark that stood there counts, the run dies before it says so, and somebody replaces the file."""
    moved(tap, bench, "edited before the end", 3, "on patch record 2 do answer edit")
    bench.sql("update fmferry_document set state = 'stored' where record_id = 2")
    with Person(bench) as person:
        person.upload(2, b"%PDF-1.4\nanother file\n%%EOF\n")
    bench.ferry("run")
    versions = bench.sql("select count(*) from fmferry_version join fmferry_document using (document) "
                         "where record_id = 2")
    tap.same((versions, states(bench)), ([(2,)], {("done", ""): 3}), "edited before the end: the new file is moved, too")


def replaced(tap, bench):
    moved(tap, bench, "another file", 6, "on patch do answer replace", code=3)
    tap.same(states(bench), {("failed", "source-reacts"): 6}, "another file: each fails with its class")
    most = max(len(lines) for lines in marks_of(bench).values())
    tap.ok(most <= EDITS_MAX, "another file: a few marks each", most)
    judged(tap, bench, "another file", code=3)


def cleared(tap, bench):
    moved(tap, bench, "emptied", 6, "on patch do answer clear", code=3)
    tap.same(states(bench), {("failed", "source-reacts"): 6}, "emptied: each fails with its class")
    said = bench.ferry("failures").out
    tap.ok("emptied" in said and "OnWindowTransaction" in said, "emptied: it is said, and what to do", said)
    judged(tap, bench, "emptied", code=3)


def altered(tap, bench):
    moved(tap, bench, "altered", 6, "on patch do answer alter", code=3, runs=2)
    tap.same(states(bench), {("failed", "source-reacts"): 6}, "altered: each fails with its class")
    tap.same({len(lines) for lines in marks_of(bench).values()}, {1}, "altered: one mark each")
    said = bench.ferry("failures").out
    tap.ok("01/02/2000 03:04:05" in said and "earlier importer" not in said,
           "altered: it is said what stands there, and nobody else is blamed", said)
    bench.happen("set edit-answer none")
    judged(tap, bench, "altered", code=3)


def altered_together(tap, bench):
    """
    All in one worker's find, but for two that were read singly before, and tried again at once: a record that
    was read ahead tells of the time before the mark, and serves no second claim.
    """
    (bench.folder / "scenario").write_text("on patch record 3..6 do answer alter\n")
    bench.serve("generate:6,2000", "--scenario", bench.folder / "scenario")
    bench.configure(run={"workers": 1, "retry_ms": 1})
    bench.ferry("patients", "import")
    tap.same(bench.ferry("run").code, 3, "altered together: a run ends with 3")
    tap.same(states(bench), {("done", ""): 2, ("failed", "source-reacts"): 4},
             "altered together: each fails with its class")
    tap.same(bench.sql("select distinct class from fmferry_attempt"), [("source-reacts",)],
             "altered together: nobody is said to have edited them")
    tap.same({len(lines) for lines in marks_of(bench).values()}, {1}, "altered together: one mark each")
    bench.status()
    judged(tap, bench, "altered together", code=3)


def mended(tap, bench):
    """The script is gone, the fields are emptied: a person says retry."""
    moved(tap, bench, "mended", 4, "on patch record 1..2 first 1 each do answer alter",
          "on patch record 3 first 4 do answer clear", code=3)
    with Person(bench) as person:
        for record in (1, 2):
            person.edit(record, **{FIELD: ""})
    tap.ok(bench.ferry("retry", "--class", "source-reacts").code == 0, "mended: retry")
    tap.same(bench.ferry("run").code, 0, "mended: the next run is whole")
    bench.status()
    judged(tap, bench, "mended")


def read_only(tap, bench):
    """The record is edited whenever it is read: never the same twice."""
    moved(tap, bench, "each reading", 4, "on get record 2 do answer edit", code=3)
    tap.same(states(bench), {("done", ""): 3, ("failed", "source-changed"): 1},
             "each reading: it fails, the others arrive")
    tap.same(len(marks_of(bench)[2]), 0, "each reading: it is never marked")
    judged(tap, bench, "each reading", code=3)


def several_files(tap, bench):
    """A record with several files: one mark for all of them."""
    shape = bench.folder / "several.shape"
    shape.write_text("""
database Clinic
table CONTACTS 9
  field id text uuid
  field FirstName text first-name
  field LastName text last-name
  field DOB date date 1930..2010
table DOCS 6
  field id text uuid not-empty
  field id_Contact text ref CONTACTS.id
  field Type text choice A|B
  field Date date date 2015..2024
  field Doc container file pdf 3K
  field Scan container file jpeg 2K
  field NexusExportDate timestamp empty
layout API_Docs of DOCS
  show id
  show id_Contact
  show Type
  show Date
  show Doc
  show Scan
  show NexusExportDate
layout API_Contacts of CONTACTS
  show id
  show FirstName
  show LastName
  show DOB
documents API_Docs
""")
    bench.serve(f"shape:{shape}", "--switches", "edit-answer=edit")
    bench.configure(run={"retry_ms": 1}, source={"container_field": "Doc, Scan", "containers": "each",
                                                "author_field": "", "created_field": ""})
    bench.ferry("patients", "import")
    tap.same(bench.ferry("run").code, 0, "several files: the run is whole")
    bench.status()
    tap.same(states(bench), {("done", ""): 12}, "several files: all are done")
    most = max(len(lines) for lines in marks_of(bench).values())
    tap.ok(most <= EDITS_MAX, "several files: a few marks each", most)
    judged(tap, bench, "several files")


STORIES = [same_answer, touched, edited_before_the_end, replaced, cleared, altered, altered_together, mended,
           read_only, several_files]


def test(tap):
    play(tap, STORIES)


main(test)
