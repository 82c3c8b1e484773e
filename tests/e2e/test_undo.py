#!/usr/bin/python3
"""
A migration of 300 documents is taken back, after people have changed rows, objects and marks of some 30
each. What is theirs stays to the byte and is named; what is ours goes. The rehearsal says the same before,
and writes nothing. `verify` finds nothing amiss afterwards, and whoever asks for it moves all of it again.
"""

import contextlib
import hashlib
import re
import signal
import sqlite3

from harness import Bench, Person, main, need_programs, wait_until
from test_manifest import export

SOURCE, DOCUMENTS, EACH = "generate:300,2000", 300, 30
HERS = "09/09/2031 09:09:09"
WHO = ("--by", "Ann Green", "--reason", "not used after all")


def documents(bench):
    """Record, key and the row's id of each document, in the order of their numbers."""
    return bench.sql("select d.record_id, v.key, d.identity from fmferry_document d join fmferry_version v"
                     " on v.document = d.document and v.number = d.version order by d.document")


def key_rows(bench):
    return {row[0]: row for row in bench.sql("select s3_key, * from documents_document")}


def objects(bench):
    return {str(path.relative_to(bench.store)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in bench.store.rglob("*") if path.is_file() and ".fmferry" not in path.parts}


def ledger_dump(bench):
    with contextlib.closing(sqlite3.connect(bench.database)) as link:
        return list(link.iterdump())


def marks(bench, numbers):
    with Person(bench) as person:
        return {number: person.read(str(number))["fieldData"]["NexusExportDate"] for number in numbers}


class Changed:
    """What people changed since, by record; each group of records is apart from the others."""

    def __init__(self, bench):
        self.all = documents(bench)
        groups = [self.all[start:start + EACH] for start in range(0, 7 * EACH, EACH)]
        (self.rows, self.deleted, self.objects, self.marks, self.emptied, self.edited, self.copied) = groups
        with contextlib.closing(sqlite3.connect(bench.database)) as link:
            for number, (_, key, _) in enumerate(self.rows):
                column, value = (("description", "hers"), ("tags", '["urgent"]'), ("is_active", 0))[number % 3]
                link.execute(f"update documents_document set {column} = ? where s3_key = ?", (value, key))
            for _, key, _ in self.deleted:
                link.execute("delete from documents_document where s3_key = ?", (key,))
            for number, (_, key, _) in enumerate(self.copied):
                link.execute("insert into documents_document select ?, object_id, file_name, original_name, file_size,"
                             " mime_type, s3_bucket, s3_key, s3_url, category, 'her copy', tags, uploaded_by,"
                             " uploaded_at, updated_at, document_date, is_active, null, null, content_type_id"
                             " from documents_document where s3_key = ?", (f"{number:032x}", key))
            link.commit()
        for _, key, _ in self.objects:
            (bench.store / key).chmod(0o600)
            (bench.store / key).write_bytes(b"%PDF-1.4 hers\n")
        with Person(bench) as person:
            for record, _, _ in self.marks:
                person.edit(str(record), NexusExportDate=HERS)
            for record, _, _ in self.emptied:
                person.edit(str(record), NexusExportDate="")
            for record, _, _ in self.edited:
                person.edit(str(record), Type="Letter of hers")

    def kept_keys(self):
        """Objects that must stay: of rows that stay, those that people changed, those of her copies."""
        return {key for group in (self.rows, self.objects, self.copied) for _, key, _ in group}


def figures(text):
    found = dict((name, int(number)) for number, name in re.findall(r"^ +(\d+)  (\w+) ", text, re.M))
    stays = dict((name, int(number)) for name, number in re.findall(r"(\w+) (?:would be )?\w+; (\d+) stay", text))
    return found, stays


def rehearsed(tap, bench, changed):
    ledger, seen = ledger_dump(bench), objects(bench)
    writes = [line for line in bench.journal_lines() if line["effect"] == "patch"]
    done = bench.ferry("undo", "--dry-run")
    tap.same(done.code, 3, "the rehearsal says that something would stay")
    tap.same(figures(done.out), ({"marks": DOCUMENTS - 2 * EACH, "rows": DOCUMENTS - 2 * EACH,
                                  "objects": DOCUMENTS - 3 * EACH},
                                 {"marks": EACH, "rows": EACH, "objects": 3 * EACH}), "it counts what would go")
    tap.ok("nothing was written" in done.out and f"{DOCUMENTS} documents would be taken back" in done.out,
           "it says what it is", done.out[-600:])
    tap.same((ledger_dump(bench) == ledger, objects(bench) == seen,
              [line for line in bench.journal_lines() if line["effect"] == "patch"] == writes), (True,) * 3,
             "it wrote nothing anywhere")
    named = set(map(int, re.findall(r"^record (\d+)  (?:row|mark|object) stays", done.out, re.M)))
    tap.same(named, {record for group in (changed.rows, changed.objects, changed.marks, changed.copied)
                     for record, _, _ in group}, "it names all that would stay, and nothing else")
    return done


def refused_without_a_name(tap, bench):
    for words in ((), ("--by", "Ann"), ("--reason", "so"), ("--by", " ", "--reason", " ")):
        done = bench.ferry("undo", *words)
        tap.ok(done.code == 2 and "--by and --reason" in done.err, f"refused with {words}", done.code, done.err)


def taken_back(tap, bench, changed, rehearsal):
    rows, seen, stood = key_rows(bench), objects(bench), marks(bench, [record for record, _, _ in changed.marks])
    copies = {tuple(row) for row in bench.sql("select * from documents_document where description = 'her copy'")}
    done = bench.ferry("undo", *WHO, limit=600)
    tap.ok(done.code == 3 and figures(done.out) == figures(rehearsal.out), "it does what the rehearsal said",
           done.code, done.out[-600:], done.err[-600:])
    after = key_rows(bench)
    hers = {key for _, key, _ in changed.rows}
    tap.same({key: after.get(key) for key in hers}, {key: rows[key] for key in hers},
             "rows that people changed are as they left them")
    tap.same({tuple(row) for row in bench.sql("select * from documents_document where description = 'her copy'")},
             copies, "rows of their own are as they were")
    tap.same(bench.sql("select count(*) from documents_document"), [(2 * EACH,)], "all other rows are gone")
    left = objects(bench)
    tap.same(left, {key: seen[key] for key in changed.kept_keys()},
             "objects that people changed or need are as they were; the others are gone")
    tap.same(marks(bench, stood), stood, "marks of theirs stand as they were")
    others = [record for record, _, _ in changed.all if record not in stood]
    tap.same(set(marks(bench, others).values()), {""}, "ours are empty")
    tap.same(bench.sql("select state, class, count(*) from fmferry_document group by 1, 2"),
             [("waived", "undone", DOCUMENTS)], "the ledger says undone")
    tap.same(bench.sql("select distinct who, reason from fmferry_waiver"), [("Ann Green", "not used after all")],
             "by name and reason")


def settled(tap, bench, changed):
    done = bench.ferry("verify", limit=600)
    tap.ok(done.code == 0, "verify finds nothing amiss", done.code, done.out[-1500:], done.err[-300:])
    patches = sum(line["effect"] == "patch" for line in bench.journal_lines())
    left, rows = objects(bench), key_rows(bench)
    done = bench.ferry("undo", *WHO, limit=600)
    tap.ok(done.code == 3 and "0 documents taken back" in done.out and f"{DOCUMENTS}  documents were taken back before"
           in done.out, "a second call has nothing to do", done.out[-600:])
    done = bench.ferry("run")
    tap.ok(done.code == 0 and "but for what was given up by name" in done.out, "a run moves nothing by itself, and does not say that all is there",
           done.code, done.out, done.err)
    tap.same((sum(line["effect"] == "patch" for line in bench.journal_lines()), objects(bench) == left,
              key_rows(bench) == rows), (patches, True, True), "neither writes anything")
    done = bench.ferry("status")
    tap.ok("undone" in done.out, "status says undone", done.out)


def moved_again(tap, bench):
    """What nobody had changed is moved again, once somebody says so."""
    done = bench.ferry("retry", "--class", "undone")
    tap.ok(done.code == 0 and str(DOCUMENTS) in done.out, "told to move them again", done.out, done.err)
    done = bench.ferry("run", limit=600)
    states = dict(bench.sql("select state, count(*) from fmferry_document group by 1"))
    tap.ok(states.get("done", 0) >= DOCUMENTS - 2 * EACH, "what is not theirs is done again", done.code, states,
           done.err[-600:])


def changed_meanwhile(tap):
    with Bench(tap, "changed") as bench:
        bench.serve(SOURCE)
        bench.ferry("patients", "import")
        done = bench.ferry("run", limit=600)
        tap.ok(done.code == 0, "all is moved", done.code, done.err)
        changed = Changed(bench)
        rehearsal = rehearsed(tap, bench, changed)
        refused_without_a_name(tap, bench)
        taken_back(tap, bench, changed, rehearsal)
        settled(tap, bench, changed)
        moved_again(tap, bench)


def nobody_changed_anything(tap):
    with Bench(tap, "all ours") as bench:
        bench.serve("generate:40,2000")
        bench.ferry("patients", "import")
        bench.ferry("run", "--limit", "30")
        done = bench.ferry("undo", *WHO, "--keep-objects")
        tap.ok(done.code == 0 and "30  objects kept" in done.out, "objects may be kept", done.code, done.out, done.err)
        tap.same((len(objects(bench)), bench.sql("select count(*) from documents_document")), (30, [(0,)]),
                 "marks and rows are gone, objects are there")
        done = bench.ferry("verify")
        tap.ok(done.code == 0 and "0 differences" in done.out, "nothing differs", done.code, done.out)
        done = bench.ferry("undo", *WHO)
        tap.ok(done.code == 0, "and go with another call", done.code, done.out, done.err)
        tap.same((objects(bench), bench.sql("select count(*) from documents_document"), bench.open_sessions()),
                 ({}, [(0,)], []), "nothing is left")
        bench.ferry("retry", "--class", "undone")
        done = bench.ferry("run")
        tap.ok(done.code == 0, "all is moved again", done.code, done.out, done.err)
        tap.same((len(objects(bench)), bench.sql("select state, count(*) from fmferry_document group by 1")),
                 (40, [("done", 40)]), "each document is there")
        done = bench.ferry("verify", "--deep")
        tap.ok(done.code == 0, "and nothing differs", done.code, done.out)
        bench.check("the checker agrees", exit_code=0)


def only_copies(tap):
    """What FileMaker does not have any more is never removed: the store has the only copy."""
    with Bench(tap, "only copies") as bench:
        bench.serve("generate:6,2000")
        bench.ferry("patients", "import")
        bench.ferry("run")
        seen = documents(bench)
        before = objects(bench)
        with Person(bench) as person:
            person.delete(str(seen[0][0]))
            person.upload(str(seen[1][0]), b"%PDF-1.4 another file\n")
        done = bench.ferry("undo", *WHO)
        tap.ok(done.code == 3 and done.out.count("document stays") == 2, "two documents stay", done.out, done.err)
        kept = {key for _, key, _ in seen[:2]}
        tap.same(objects(bench), {key: before[key] for key in kept}, "with their objects")
        tap.same(set(key_rows(bench)), kept, "and their rows")


def alone(tap):
    """Not beside a run; and whoever signed is named."""
    with Bench(tap, "alone") as bench:
        bench.serve("generate:6,2000")
        done = bench.ferry("undo", "--dry-run")
        tap.ok(done.code == 2, "without a ledger there is nothing to take back", done.code, done.err)
        bench.ferry("patients", "import")
        following = bench.start("run", "--continuous")
        wait_until(lambda: bench.database.exists() and bench.sql(
            "select count(*) from sqlite_master where name = 'fmferry_document'") == [(1,)] and bench.sql(
            "select count(*) from fmferry_document where state = 'done'") == [(6,)])
        before = ledger_dump(bench)
        done = bench.ferry("undo", *WHO)
        tap.ok(done.code == 2 and "is under way" in done.err, "refused beside a run", done.code, done.err)
        tap.same(bench.sql("select count(*) from fmferry_run where kind = 'undo'"), [(0,)], "nothing is begun")
        following.signal(signal.SIGTERM)
        following.finish()
        tap.ok(before, "the run goes on until it is stopped")
        bench.sql("insert into fmferry_signoff (source, run, at_us, who, statement, reason, exceptions, figures, digest)"
                  " values (1, 1, 1700000000000000, 'Dr. Ito', 's', '', '[]', '{}', x'00')")
        done = bench.ferry("undo", "--dry-run")
        tap.ok(done.code == 0 and "Dr. Ito signed this migration off on 2023-11-14" in done.out, "a signature is told",
               done.out, done.err)


def from_a_manifest(tap):
    """A source without marks has none to empty; its files are read again before their copies go."""
    with Bench(tap, "manifest") as bench:
        bench.serve("generate:4,1000")
        folder = export(bench)
        bench.ferry("run")
        tap.same(len(objects(bench)), 5, "all is moved")
        done = bench.ferry("undo", "--dry-run")
        tap.ok(done.code == 0 and "5  objects would be removed" in done.out, "rehearsed", done.code, done.out, done.err)
        (folder / "files" / "700_1.bin").write_bytes(b"other bytes")
        done = bench.ferry("undo", *WHO)
        tap.ok(done.code == 3 and done.out.count("document stays") == 1, "what the export does not have any more stays",
               done.code, done.out, done.err)
        tap.same((len(objects(bench)), bench.sql("select count(*) from documents_document")), (1, [(1,)]),
                 "with its object and its row; the others are gone")


SHAPE = """
database Clinic
table DOCS 5
  field id text uuid not-empty
  field Type text choice Referral|Letter
  field Doc container file pdf 3K
  field Scan container file png 2K repetitions 2
  field NexusExportDate timestamp empty
layout API_Docs of DOCS
  show id
  show Type
  show Doc
  show Scan repetitions 1..2
  show NexusExportDate
documents API_Docs
"""


def several_in_a_record(tap):
    """One mark stands for all files of a record: the first that is taken back empties it, the others are read again."""
    with Bench(tap, "several") as bench:
        (bench.folder / "solution.shape").write_text(SHAPE)
        bench.serve(f"shape:{bench.folder / 'solution.shape'}")
        bench.configure(source={"container_field": "Doc, Scan", "containers": "each", "patient_field": "", "date_field": "",
                                "author_field": "", "created_field": ""}, patients={"layout": ""})
        done = bench.ferry("run")
        tap.same((done.code, len(objects(bench))), (0, 15), "three files of each record are moved")
        done = bench.ferry("undo", *WHO)
        tap.ok(done.code == 0 and "15  objects removed" in done.out, "all are taken back", done.code, done.out, done.err)
        tap.same((objects(bench), set(marks(bench, range(1, 6)).values())), ({}, {""}), "nothing is left")
        bench.ferry("retry", "--class", "undone")
        done = bench.ferry("run")
        tap.same((done.code, len(objects(bench))), (0, 15), "and moved again")
        bench.check("the checker agrees with it", exit_code=0)


def filled_with_the_mark(tap):
    """Fields of [writeback] go with the mark, but for those that somebody has written into."""
    with Bench(tap, "filled") as bench:
        (bench.folder / "papers").mkdir()
        for number in range(6):
            (bench.folder / "papers" / f"{number}-letter.txt").write_bytes(b"letter %d\n" % number * 20)
        bench.serve(f"files:{bench.folder / 'papers'}")
        bench.configure(writeback={"MovedTo": "{key}"})
        bench.ferry("run", "--limit", "3")
        bench.configure(writeback={"MovedTo": "{key}", "MovedHash": "{date} {sha256}"})
        done = bench.ferry("run")
        tap.ok(done.code == 0, "moved, under two rules", done.code, done.err)
        with Person(bench) as person:
            tap.ok(all(person.read(record)["fieldData"]["MovedTo"] for record in range(1, 7)), "fields are filled")
            person.edit(2, MovedTo="in the cupboard")
        done = bench.ferry("undo", *WHO)
        tap.ok(done.code == 3 and re.findall(r"^record (\d+)  (\w+) stays", done.out, re.M) == [("2", "field")],
               "only hers stays", done.code, done.out, done.err)
        with Person(bench) as person:
            read = {record: person.read(record)["fieldData"] for record in range(1, 7)}
        tap.same([(one["MovedTo"], one["MovedHash"], one["NexusExportDate"]) for one in read.values()],
                 [("in the cupboard" if record == 2 else "", "", "") for record in read], "all else is empty")


def test(tap):
    if not need_programs(tap):
        return
    changed_meanwhile(tap)
    nobody_changed_anything(tap)
    only_copies(tap)
    filled_with_the_mark(tap)
    several_in_a_record(tap)
    alone(tap)
    from_a_manifest(tap)


main(test)
