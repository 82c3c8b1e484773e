#!/usr/bin/python3
"""`reconcile` compares the books: it names every difference, and mends those that can be mended. It also
compares a bad state that an earlier importer left."""

import os
import re

import earlier
from harness import Person, main, play

DOCUMENTS = 40
PAGE = b"<!DOCTYPE html>\n<html><body><h1>The requested file could not be loaded.</h1></body></html>\n"


def named(done):
    """(record or '', what) of every line."""
    lines = done.out.partition("taken over unchanged")[0]
    return sorted(re.findall(r"^(?:record (\d+)  )?(?!compared)([a-z-]+): ", lines, re.M))


def object_of(bench, record):
    return bench.store / bench.sql("select v.key from fmferry_document d join fmferry_version v using "
                                   "(document) where d.record_id = ?", record)[0][0]


def row_of(bench, record):
    return bench.sql("select id from documents_document where json_extract(filemaker_metadata, "
                     "'$.recordId') = ?", record)[0][0]


def spoil(bench):
    object_of(bench, 1).unlink()
    os.chmod(object_of(bench, 2), 0o600)
    object_of(bench, 2).write_bytes(b"something else")
    bench.sql("delete from documents_document where id = ?", row_of(bench, 3))
    bench.sql("update documents_document set s3_key = 'elsewhere' where id = ?", row_of(bench, 4))
    (object_of(bench, 5).parent / "stray.pdf").write_bytes(b"%PDF-1.4 stray")
    bench.sql("update documents_document set filemaker_id = '00000000000000000000000000000001', id = 'a' "
              "where id = ?", row_of(bench, 6))
    with Person(bench) as person:
        person.edit(7, NexusExportDate="")
        person.edit(8, NexusExportDate="01/01/2020 00:00:00")
        person.edit(9, imported="7")  # an edit that concerns nobody


def differences(tap, bench):
    bench.serve(f"generate:{DOCUMENTS},3000")
    bench.configure(run={"retry_ms": 1})
    bench.ferry("patients", "import")
    bench.ferry("run")
    clean = bench.ferry("reconcile")
    tap.ok(clean.code == 0 and " 0 differences" in clean.out, "nothing differs after a run", clean.out,
           clean.err)
    spoil(bench)
    done = bench.ferry("reconcile")
    tap.same(named(done), [("", "object-unknown"), ("", "row-unknown"), ("1", "object-missing"),
                           ("2", "object-differs"), ("3", "row-deleted"), ("4", "row-points-elsewhere"),
                           ("6", "row-deleted"), ("7", "mark-missing"), ("8", "mark-altered")],
             "every difference is named, and nothing else")
    tap.ok(done.code == 3 and "put back to waiting: 4;" in done.out, "four are to be done again",
           done.code, done.out[-400:])
    run = bench.ferry("run")
    after = named(bench.ferry("reconcile"))
    tap.ok(run.code == 3 and bench.sql("select class from fmferry_document where record_id = 2")
           == [("store-conflict",)], "bytes that are not ours are not written over", run.out)
    tap.same([one for one in after if one[0]], [("3", "row-deleted"), ("6", "row-deleted"), ("8", "mark-of-another")],
             "a run has mended the rest; what people did stays")


def unsure(tap, bench):
    """A mark whose answer was lost, on a record that then could not be read back."""
    (bench.folder / "scenario").write_text("on patch record 3 do reset after\n"
                                           "on get record 3 after 1 do code 500\n"
                                           "on patch record 5 do code 500\n")
    bench.serve(f"generate:{DOCUMENTS},3000", "--scenario", bench.folder / "scenario")
    bench.configure(run={"retry_ms": 1}, source={"records_at_once": 1})
    bench.ferry("patients", "import")
    bench.ferry("run", limit=600)
    states = dict(bench.sql("select record_id, state from fmferry_document where record_id in (3, 5)"))
    tap.same(states, {3: "stored", 5: "stored"}, "unsure: stored, and their marks not confirmed")
    done = bench.ferry("reconcile")
    tap.same(named(done), [("3", "mark-unsure"), ("5", "mark-pending")], "unsure: both are named")
    states = dict(bench.sql("select record_id, state from fmferry_document where record_id in (3, 5)"))
    tap.same(states, {3: "done", 5: "stored"}, "unsure: a look settles the one that is there")
    bench.stop_serving()
    bench.check("unsure: the checker agrees")


def inheritance(tap, bench):
    """Everything that can be wrong with an earlier importer's marks, rows and objects."""
    bench.serve(f"generate:{DOCUMENTS},3000")
    bench.configure(run={"retry_ms": 1})
    earlier.leave(bench)
    earlier.mark(bench, [record for record in range(1, 31) if record != 11])
    keys = {record: earlier.key_of(bench, record) for record in (5, 6, 9, 10, 12)}
    (bench.store / keys[5]).unlink()
    flipped = (bench.store / keys[12]).read_bytes()
    flipped = flipped[:-1] + bytes([flipped[-1] ^ 1])  # of the same size
    for record, what in ((6, b"%PDF-1.4 not this one"), (9, PAGE), (10, PAGE), (12, flipped)):
        (bench.store / keys[record]).unlink()
        (bench.store / keys[record]).write_bytes(what)
    for record in (7, 10):
        bench.sql("delete from documents_document where filemaker_id = ?",
                  earlier.filemaker_id(bench, record))
    for record in range(31, DOCUMENTS + 1):
        key = bench.store / earlier.key_of(bench, record)
        key.unlink()
        key.parent.rmdir()
        bench.sql("delete from documents_document where filemaker_id = ?",
                  earlier.filemaker_id(bench, record))
    bench.happen("container 8..10 is missing")
    bench.look_left()
    refused = bench.ferry("run")
    tap.ok(refused.code == 3 and "source-marked" in bench.ferry("failures").out,
           "inheritance: a run alone touches none of it", refused.out)
    done = bench.ferry("reconcile", "--adopt", limit=600)
    wrong = [one for one in named(done) if one[1] != "taken-over"]
    tap.same(wrong, [("10", "false-mark"), ("12", "moved-anew"), ("5", "moved-anew"), ("6", "moved-anew"),
                     ("7", "moved-anew"), ("8", "unproven"), ("9", "false-mark")],
             "inheritance: what is wrong is named")
    tap.ok("taken over unchanged, nothing put again: 23," in done.out,
           "inheritance: what is right is taken over", done.out[-900:])
    marked = {line["recordId"] for line in bench.journal_lines() if line["effect"] == "patch"
              and bench.sql("select 1") and line["value"] != earlier.MARK}
    tap.same(sorted(map(int, marked)), [5, 6, 7, 11, 12] + list(range(31, DOCUMENTS + 1)),
             "inheritance: only marks that stood for nothing, or were missing, are written")
    again = bench.ferry("reconcile", "--adopt", limit=600)
    bench.status()
    bench.stop_serving()
    bench.check("inheritance: the checker agrees", exit_code=again.code)


def test(tap):
    play(tap, (differences, unsure, inheritance))


main(test)
