#!/usr/bin/python3
"""check --write-test: one record is marked and the mark taken back, and nothing else happens."""

from harness import Bench, Person, main, need_programs, wait_until

FIELD = "NexusExportDate"


def marks_of(bench, record):
    return [line["value"] for line in bench.journal_lines()
            if line["effect"] == "patch" and line["recordId"] == str(record)]


def record(bench):
    with Person(bench) as person:
        read = person.read(7)
    return read["fieldData"][FIELD], int(read["modId"])


def good(tap, bench):
    before = record(bench)[1]
    done = bench.ferry("check", "--write-test", "7")
    tap.ok(done.code == 0 and "was marked" in done.out and "emptied again" in done.out,
           "the mark is tried", done.out, done.err)
    tap.same(record(bench), ("", before + 2), "and taken back")
    tap.same(len(marks_of(bench, 7)), 2, "with two writes")
    run = bench.ferry("run")
    tap.same(run.code, 0, "a run afterwards finds nothing in its way")


def marked_already(tap, bench):
    with Person(bench) as person:
        person.edit(7, **{FIELD: "01/02/2020 10:00:00"})
    before = len(marks_of(bench, 7))
    done = bench.ferry("check", "--write-test", "7")
    tap.ok(done.code == 1 and "is already marked" in done.out, "a record that is marked is left alone",
           done.out)
    tap.same(len(marks_of(bench, 7)), before, "and not written to")


def answer_lost(tap, bench):
    before = record(bench)[1]
    bench.happen("on patch record 7 first 2 do reset after")
    done = bench.ferry("check", "--write-test", "7")
    tap.same((done.code, *record(bench)), (0, "", before + 2),
             "answers that are lost are looked for")


def edited_meanwhile(tap, bench):
    """Somebody's edit comes between the two writes: it is not written over."""
    before = record(bench)[1]
    bench.happen("on patch record 7 nth 2 do edit 7")
    done = bench.ferry("check", "--write-test", "7")
    tap.ok(done.code == 1 and "the mark was written; taking it back" in done.out,
           "an edit in between is said", done.out)
    mark, mod_id = record(bench)
    tap.ok(mark and mod_id == before + 2, "and stays", mark, mod_id)


def is_done(bench):
    return bench.sql("select state, class from fmferry_document where record_id = 7")


def answered(tap, bench):
    """The solution edits the record whenever it is edited: check sees that beforehand."""
    before = record(bench)[1]
    bench.happen("on patch record 7 do answer edit")
    done = bench.ferry("check", "--write-test", "7")
    tap.ok(done.code == 0 and "answered with 2 edits" in done.out and "source-reacts" in done.out,
           "an answer of the source's own is told", done.out)
    tap.same(record(bench), ("", before + 4), "and the mark is taken back")
    tap.same((bench.ferry("run").code, is_done(bench)), (0, [("done", "")]), "a run comes to an end with it")


def altered(tap, bench):
    bench.happen("on patch record 7 do answer alter")
    done = bench.ferry("check", "--write-test", "7")
    tap.ok(done.code == 1 and "01/02/2000 03:04:05" in done.out, "a mark that is altered is told", done.out)
    bench.ferry("run")
    tap.same(is_done(bench), [("failed", "source-reacts")], "and a run blames no earlier importer")


def not_taken_back(tap, bench):
    """FileMaker refuses to empty the field: the mark stands, and a run knows it."""
    bench.happen("on patch record 7 nth 2 do code 500")
    done = bench.ferry("check", "--write-test", "7")
    tap.ok(done.code == 1 and "a run knows it as ours" in done.out, "a mark that stays is told", done.out)
    tap.ok(record(bench)[0], "it stands there")
    tap.same((bench.ferry("run").code, is_done(bench)), (0, [("done", "")]), "and is in no run's way")


def killed(tap, bench):
    bench.happen("on patch record 7 nth 2 do delay 600s")
    check = bench.start("check", "--write-test", "7")
    wait_until(lambda: record(bench)[0])
    check.kill()
    tap.ok(record(bench)[0], "a test that was killed leaves its mark")
    tap.same((bench.ferry("run").code, is_done(bench)), (0, [("done", "")]), "which is in no run's way either")


def refusals(tap, bench):
    for word, says in (("0", "--write-test"), ("seven", "--write-test")):
        done = bench.ferry("check", "--write-test", word)
        tap.ok(done.code == 2 and says in done.err, f"'{word}' is no record", done.err)
    done = bench.ferry("check", "--write-test", "4711")
    tap.ok(done.code == 1 and "reading record 4711" in done.out, "a record that is not there", done.out)
    for code, says in ((201, "privilege set"), (9, "privilege set"), (301, "has the record open"),
                       (509, "validation"), (101, "no such record")):
        bench.happen(f"on patch record 9 nth 1 do code {code}")
        done = bench.ferry("check", "--write-test", "9")
        tap.ok(done.code == 1 and f"FileMaker error {code}" in done.out and says in done.out,
               f"error {code} is said with its cure", done.out)
    bench.configure(source={"mark_field": ""})
    done = bench.ferry("check", "--write-test", "7")
    tap.ok(done.code == 1 and "mark_field is empty" in done.out, "no mark field", done.out)


def test(tap):
    if not need_programs(tap):
        return
    for story in (good, marked_already, answer_lost, edited_meanwhile, answered, altered,
                  not_taken_back, killed, refusals):
        with Bench(tap, story.__name__) as bench:
            bench.serve("generate:20,2000")
            bench.ferry("patients", "import")
            story(tap, bench)


main(test)
