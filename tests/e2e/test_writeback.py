#!/usr/bin/python3
"""
Write back: fields of the solution's choosing are filled in the same request as the mark, read back with it and
compared. What a field holds already, and this migration did not write, is neither overwritten nor passed over in
silence; answers may be lost, edits come in between, rules change: each field says what the ledger says, or somebody
is told. A document costs no request more.
"""

import hashlib
import json
import re

from harness import Bench, Person, main, need_programs

MARK = "NexusExportDate"
FILES = {f"{i:02}-letter.txt": f"letter {i}\n".encode() * (10 + i) for i in range(1, 13)}
RULES = {"MovedTo": "{console_url}", "MovedHash": "{date} {sha256} {bytes} {key}"}
CONSOLE = "https://docs.clinic.example"


def serve(bench, *options):
    (bench.folder / "papers").mkdir(exist_ok=True)
    for name, data in FILES.items():
        (bench.folder / "papers" / name).write_bytes(data)
    bench.serve(f"files:{bench.folder / 'papers'}", *options)
    configure(bench)


def configure(bench, rules=None, **more):
    sections = {"source": {}, "writeback": dict(RULES) if rules is None else rules,
                "console": {"public_url": CONSOLE + "/"}, "run": {"retry_ms": 1}}
    for section, keys in more.items():
        sections[section] = {**sections.get(section, {}), **keys}
    bench.configure(**sections)


def records(bench):
    with Person(bench) as people:
        return {record: people.read(record) for record in range(1, len(FILES) + 1)}


def wanted(bench, rules=None):
    """What each field is to hold, from ledger and registry alone."""
    rows = {path: row for row, path in bench.sql("select id, s3_key from documents_document")}
    told = {}
    for record, key, sha256, size, mark in bench.sql(
            "select d.record_id, v.key, v.sha256, v.size, v.mark from fmferry_document d "
            "join fmferry_version v on v.document = d.document and v.number = d.version"):
        row = str(rows[key]).replace("-", "")
        page = "-".join((row[:8], row[8:12], row[12:16], row[16:20], row[20:]))
        month, day, year = mark[:10].split("/")
        values = {"{console_url}": f"{CONSOLE}/documents/{page}", "{key}": key, "{sha256}": bytes(sha256).hex(),
                  "{bytes}": str(size), "{date}": f"{year}-{month}-{day}"}
        told[record] = {field: re.sub(r"\{\w+\}", lambda name: values[name.group()], rule)
                        for field, rule in (rules or RULES).items()}
    return told


def fields(bench, names=RULES):
    return {record: {name: read["fieldData"][name] for name in names} for record, read in records(bench).items()}


def outcomes(bench):
    return {record: (state, kind or "") for record, state, kind in
            bench.sql("select record_id, state, class from fmferry_document order by record_id")}


def verified(bench):
    done = bench.ferry("verify", "--json")
    return done.code, json.loads(done.out.splitlines()[-1])


def patches(bench):
    return [line for line in bench.journal_lines() if line["effect"] == "patch"]


def fills(tap):
    with Bench(tap, "fills") as bench:
        serve(bench)
        out = " ".join(bench.ferry("check").out.split())
        tap.ok("it fills 'MovedTo', 'MovedHash'" in out, "check says what will be filled", out)
        before = {record: int(read["modId"]) for record, read in records(bench).items()}
        tap.same(bench.ferry("run").code, 0, "a run")
        tap.same(fields(bench), wanted(bench), "fills each field with what ledger and registry say")
        writes = patches(bench)
        tap.same(({line["recordId"] for line in writes},
                  {record: int(read["modId"]) - before[record] for record, read in records(bench).items()}),
                 ({str(record) for record in before}, dict.fromkeys(before, 1)), "in the one write that sets the mark")
        hashes = {record: read["MovedHash"].split()[1] for record, read in fields(bench).items()}
        tap.same(hashes, {record: hashlib.sha256(data).hexdigest() for record, data in
                          zip(range(1, len(FILES) + 1), (FILES[name] for name in sorted(FILES)))}, "truly")
        code, said = verified(bench)
        tap.same((code, said["differences"], said["filled"], said["not_filled"], said["filled_otherwise"]),
                 (0, 0, len(FILES), 0, 0), "verify reads and compares them")
        before = len(writes)
        tap.same(bench.ferry("run").code, 0, "a second run")
        tap.same(len(patches(bench)), before, "writes nothing")
        bench.stop_serving()
        bench.check("the checker agrees")


def foreign(tap):
    with Bench(tap, "foreign") as bench:
        serve(bench)
        with Person(bench) as people:
            people.edit(3, MovedTo="ask Mary Major")
            people.edit(4, MovedHash="fmferry check --write-test")
        done = bench.ferry("run")
        tap.same((done.code, outcomes(bench)[3], outcomes(bench)[4]), (3, ("failed", "source-filled"), ("done", "")),
                 "what somebody wrote there is in the way; a test's remnant is not")
        now = records(bench)[3]["fieldData"]
        tap.same((now["MovedTo"], now["MovedHash"], now[MARK]), ("ask Mary Major", "", ""), "and is left as it is")
        tap.same(bench.sql("select count(*) from fmferry_version v join fmferry_document d using (document) "
                           "where d.record_id = 3"), [(0,)], "before anything is put")
        evidence = bench.sql("select message from fmferry_attempt")[0][0]
        tap.ok("'MovedTo'" in evidence and "14 bytes" in evidence and "Mary" not in evidence,
               "the evidence names the field, and not what it holds", evidence)
        with Person(bench) as people:
            people.edit(3, MovedTo="")
        tap.same((bench.ferry("run").code, fields(bench)), (0, wanted(bench)), "once it is empty, the next run fills it")
        bench.stop_serving()
        bench.check("the checker agrees")


def in_doubt(tap):
    """Answers are lost after the write and before it, and records are edited around it."""
    with Bench(tap, "in-doubt") as bench:
        (bench.folder / "scenario").write_text("on patch record 2 first 1 do reset after\n"
                                               "on patch record 3 first 1 do reset before\n"
                                               "on patch record 4 first 1 do edit 4\n"
                                               "on patch record 5 first 1 do answer edit\n")
        serve(bench, "--scenario", bench.folder / "scenario")
        for _ in range(3):
            done = bench.ferry("run")
        tap.same(done.code, 0, "writes in doubt are looked for")
        tap.same(fields(bench), wanted(bench), "and each field says what the ledger says")
        tap.same(verified(bench)[0], 0, "verify agrees")
        bench.stop_serving()
        bench.check("the checker agrees")


def replaced(tap):
    """A file is replaced: its new version's values take the place of ours."""
    with Bench(tap, "replaced") as bench:
        serve(bench)
        bench.ferry("run")
        first = fields(bench)
        with Person(bench) as people:
            people.upload(6, b"a new letter\n" * 40, "new.txt")
        tap.same(bench.ferry("run").code, 0, "a replaced file is moved")
        tap.ok(fields(bench)[6] != first[6] and fields(bench) == wanted(bench), "and its fields tell of the new one",
               fields(bench)[6])
        with Person(bench) as people:
            people.edit(7, MovedTo="moved on by hand")
            people.edit(8, MovedTo="")
        done = bench.ferry("run")
        tap.same((done.code, outcomes(bench)[7]), (3, ("failed", "source-filled")),
                 "what a person put in place of ours is theirs")
        tap.same(fields(bench)[7]["MovedTo"], "moved on by hand", "and stays")
        tap.same(fields(bench)[8], wanted(bench)[8], "what was emptied is filled again")


def rules_change(tap):
    with Bench(tap, "rules") as bench:
        serve(bench)
        configure(bench, rules={})
        bench.ferry("run", "--limit", "4")
        configure(bench)
        bench.ferry("run", "--limit", "4")
        other = {"MovedTo": "see {console_url}", "MovedHash": "{sha256}"}
        configure(bench, rules=other)
        tap.same(bench.ferry("run").code, 0, "rules may change between runs")
        code, said = verified(bench)
        none = sum(1 for read in fields(bench).values() if not read["MovedTo"])
        tap.same((code, said["not_filled"], said["filled"]), (0, none, len(FILES) - none),
                 "verify knows the rules of each time, and those of none")
        tap.ok(0 < none < len(FILES), "and there are such", none)
        with Person(bench) as people:
            edited = next(record for record, read in fields(bench).items() if read["MovedTo"].startswith("https"))
            people.edit(edited, num="4711")
        tap.same(bench.ferry("run").code, 0, "what earlier rules wrote is ours: it is filled anew")
        tap.same(fields(bench)[edited], wanted(bench, other)[edited], "as the present rules say")


def edited_since(tap):
    with Bench(tap, "edited") as bench:
        serve(bench)
        bench.ferry("run")
        with Person(bench) as people:
            people.edit(2, MovedTo="elsewhere")
        code, said = verified(bench)
        tap.same((code, said["filled"], said["filled_otherwise"]), (0, len(FILES) - 1, 1),
                 "a person may fill a field otherwise: it is counted")
        bench.sql("update fmferry_document set mod_id = mod_id + 1 where record_id = 2")
        code, said = verified(bench)
        tap.same((code, said["kinds"].get("field-foreign")), (3, 1),
                 "where nobody edited the record, it is a difference")


def altered(tap):
    """A solution that alters what is written: said, and not called done."""
    with Bench(tap, "altered") as bench:
        (bench.folder / "scenario").write_text("on patch record 5 do answer alter\n")
        serve(bench, "--scenario", bench.folder / "scenario")
        done = bench.ferry("run")
        tap.same((done.code, outcomes(bench)[5]), (3, ("failed", "source-reacts")), "what is altered is not called done")
        with Person(bench) as people:
            people.edit(5, **{MARK: ""})
        bench.ferry("retry", "--record", "5", "--by", "Kim Ito")
        done = bench.ferry("run")
        tap.same((done.code, outcomes(bench)[5]), (3, ("failed", "source-filled")), "nor is what stands in its fields ours")


def tries(tap):
    with Bench(tap, "tries") as bench:
        serve(bench)
        before = int(records(bench)[7]["modId"])
        done = bench.ferry("check", "--write-test", "7")
        tap.ok(done.code == 0 and "emptied again" in done.out, "check --write-test tries the fields, too", done.out)
        read = records(bench)[7]
        tap.same((read["fieldData"]["MovedTo"], read["fieldData"]["MovedHash"], int(read["modId"])), ("", "", before + 2),
                 "and empties them again")
        with Person(bench) as people:
            people.edit(8, MovedTo="x")
        done = bench.ferry("check", "--write-test", "8")
        tap.ok(done.code == 1 and "is filled: name a record where it is empty" in " ".join(done.out.split()),
               "a record that is filled is left alone", done.out)


def refuses(tap):
    with Bench(tap, "refuses") as bench:
        serve(bench)
        for rules, words in (({"Moved To": "{key}"}, "is 'MovedTo' meant?"), ({MARK: "{key}"}, "mark_field both name"),
                             ({"Doc": "{key}"}, "container_field both name"), ({"id": "{key}"}, "key_field both name"),
                             ({"imported": "{key}"}, "must be of type text"),
                             ({"modificationAccountName": "{key}"}, "filled by FileMaker itself")):
            configure(bench, rules=rules)
            done = bench.ferry("check")
            tap.ok(done.code == 1 and words in " ".join(done.out.split()), f"check: {rules}: {words}", done.out)
            tap.ok(bench.ferry("run").code == 2, "and run refuses")
        for rules, more, words in (({"MovedTo": "{name}"}, {}, "is not one of"),
                                   ({"MovedTo": "{console_url}"}, {"console": {"public_url": ""}}, "public_url"),
                                   ({"MovedTo": "{key}"}, {"source": {"mark_field": ""}}, "mark_field is empty"),
                                   ({"MovedTo": "{key}"}, {"console": {"public_url": "http://a.example"}}, "https://"),
                                   ({"MovedTo": "{key}"}, {"console": {"public_url": "https://a/b"}}, "at its root")):
            configure(bench, rules=rules, **more)
            done = bench.ferry("run")
            tap.ok(done.code == 2 and words in done.err and "fmferry.ini:" in done.err, f"{rules} {more}: {words}",
                   done.err)


def test(tap):
    if not need_programs(tap):
        return
    for story in (fills, foreign, in_doubt, replaced, rules_change, edited_since, altered, tries, refuses):
        story(tap)


if __name__ == "__main__":
    main(test)
