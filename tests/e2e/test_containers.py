#!/usr/bin/python3
"""Records with several containers and repetitions: the first that holds a file, or each for itself."""

from harness import Person, main, play, wait_until

RECORDS = 60
SHAPE = f"""
database Clinic
table CONTACTS 10
  field id text uuid
  field FirstName text first-name
  field LastName text last-name
  field DOB date date 1930..2010
table DOCS {RECORDS}
  field id text uuid not-empty
  field id_Contact text ref CONTACTS.id
  field Type text choice Referral|Letter|Report
  field Date date date 2015..2024
  field creationAccountName text account created-by fixed
  field creationTimestamp timestamp created 2020..2024 created-at fixed
  field Doc container file pdf 3K sometimes {{often}}%
  field "Second Scan" container file png 2K repetitions 3 sometimes 40%
  field NexusExportDate timestamp empty
layout API_Docs of DOCS
  show id
  show id_Contact
  show Type
  show Date
  show creationAccountName
  show creationTimestamp
  show Doc
  show "Second Scan" repetitions 1..3
  show NexusExportDate
layout API_Contacts of CONTACTS
  show id
  show FirstName
  show LastName
  show DOB
documents API_Docs
"""
EACH = {"container_field": "Doc, Second Scan", "containers": "each"}


def serve(bench, often=100, **source):
    """`often`: how many of a hundred records have a file in their first container."""
    (bench.folder / "solution.shape").write_text(SHAPE.replace("{often}", str(often)))
    bench.serve(f"shape:{bench.folder / 'solution.shape'}")
    bench.configure(source=source)
    bench.ferry("patients", "import")


def finish(tap, bench, what, code, **more):
    last = bench.ferry("run")
    tap.same(last.code, code, f"{what}: a run ends with {code}")
    bench.status()
    read = bench.ferry("verify", "--deep")
    tap.same(read.code, 0, f"{what}: verify --deep finds no difference")
    bench.stop_serving()
    return bench.check(f"{what}: the checker agrees", exit_code=last.code, **more)


def waterfall(tap, bench):
    serve(bench, often=70, container_field="Doc, Second Scan")
    finish(tap, bench, "the first that holds a file", 3)
    states = dict(bench.sql("select state || class, count(*) from fmferry_document group by 1"))
    tap.ok(sum(states.values()) == RECORDS and set(states) == {"done", "failedcontainer-empty"},
           "the first that holds a file: one document a record", states)


def each(tap, bench):
    serve(bench, **EACH)
    found = finish(tap, bench, "each for itself", 0)
    containers = found["counts"]["I7"]["containers"]
    tap.ok(containers > RECORDS, "each for itself: more documents than records", containers)
    tap.same(bench.sql("select count(*) from fmferry_document")[0][0], containers,
             "each for itself: a document for each file")
    rows = bench.sql("select count(*), count(filemaker_id) from documents_document")[0]
    tap.ok(rows[1] < rows[0], "each for itself: only a record's own document bears its id", rows)
    marked = [line["recordId"] for line in bench.journal_lines() if line["effect"] == "patch"]
    tap.same(len(marked), len(set(marked)), "each for itself: a record is marked once")


def each_with_edits(tap, bench):
    """A file comes, one is replaced: the record is marked again when all are stored."""
    serve(bench, **EACH)
    bench.ferry("run")
    with Person(bench) as person:
        person.upload(3, b"%PDF-1.4 another\n", field="Doc")
        person.upload(5, b"%PDF-1.4 a second\n", field="Second Scan")
        person.edit(7, Type="Report")
    finish(tap, bench, "each, edited", 0)


def each_with_gaps(tap, bench):
    """A file that cannot arrive keeps its record from being marked, not the run from ending."""
    serve(bench, often=70, **EACH)
    run = bench.start("run")
    ended = wait_until(lambda: not run.is_running())
    run.kill()
    tap.ok(ended, "each, with gaps: the run ends")
    bench.forgive_open_sessions()
    bench.stop_serving()
    bench.check("each, with gaps: the checker agrees", "--interrupted")


def one_repetition(tap, bench):
    serve(bench, container_field="Second Scan(2)")
    finish(tap, bench, "one repetition", 3)


def runs_with(bench, **source):
    bench.configure(source=source)
    return bench.ferry("run")


def refused(tap, bench, what, says, **source):
    """A run with another source than the ledger's: it ends with 2, says why, and does nothing."""
    before = (bench.journal_count(), bench.sql("select count(*) from fmferry_run"))
    done = runs_with(bench, **source)
    writes = [line["effect"] for line in bench.journal_lines()[before[0]:]]
    tap.ok(done.code == 2 and says in done.err and "Set it back" in done.err
           and set(writes) <= {"login", "logout"}
           and before[1] == bench.sql("select count(*) from fmferry_run"),
           f"another source, {what}: it is refused", done.code, done.err, writes)


def another_list(tap, bench):
    """The list of containers is altered between runs: added to, or refused."""
    serve(bench, container_field="Doc")
    bench.ferry("run")
    tap.same(runs_with(bench, **EACH).code, 0, "another list: one more container is moved as well")
    for what, fields, mode in (("turned round", "Second Scan, Doc", "each"),
                               ("shorter", "Doc", "each"),
                               ("only the first that is not empty", "Doc, Second Scan", "waterfall")):
        refused(tap, bench, what, "'each: Doc, Second Scan(1), Second Scan(2), Second Scan(3)' when",
                container_field=fields, containers=mode)
    bench.configure(source=EACH)
    finish(tap, bench, "another list", 0)


def longer_waterfall(tap, bench):
    """A record that was empty may have a file in a container that is new on the list."""
    serve(bench, often=50, container_field="Doc")
    bench.ferry("run")
    empty = "select count(*) from fmferry_document where class = 'container-empty'"
    before = bench.sql(empty)[0][0]
    done = runs_with(bench, container_field="Doc, Second Scan")
    after = bench.sql(empty)[0][0]
    tap.ok(done.code == 3 and 0 < after < before, "a longer waterfall: what was empty is looked at again",
           done.code, before, after, done.err)
    finish(tap, bench, "a longer waterfall", 3)


def another_key(tap, bench):
    """Another key field, and everything would be moved a second time."""
    serve(bench)
    bench.ferry("run")
    refused(tap, bench, "another key", "key_field was 'id'", key_field="id_Contact")
    bench.configure(source={"key_field": "id"})
    finish(tap, bench, "another key", 0)


def test(tap):
    play(tap, (waterfall, each, each_with_edits, each_with_gaps, one_repetition, another_list,
               longer_waterfall, another_key))


main(test)
