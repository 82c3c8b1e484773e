#!/usr/bin/python3
"""
Open external storage from the folder of a backup: `[source] backup`. FileMaker says where a document lies in it and the MD5 that it
has; what agrees arrives, though the server cannot hand it out any more. What is missing, differs, leads out, is a link,
or is encrypted fails with a class and a cure, and nothing outside of the folder is read.
"""

import hashlib
import os
import sys
import uuid

sys.dont_write_bytecode = True

from fmp12_writer import Fmp12
from harness import Bench, Person, main, need_programs

LARGE = 9 * 1024 * 1024
COUNT = 8
NEVER = b"%PDF-1.4 nobody may send this away\n"


def body(n):
    return b"%PDF-1.4 " + bytes((n * 7 + at) % 251 for at in range(LARGE if n == 3 else 1000 * n))


def md5(data):
    return hashlib.md5(data).hexdigest().upper()


def folder_of(bench, count=COUNT):
    """What FileMaker Server would have kept, and one file that no record names."""
    folder = bench.folder / "Backup" / "RC_Data_FMS" / "Clinic"
    (folder / "Docs" / "Doc").mkdir(parents=True)
    for n in range(1, count + 1):
        (folder / "Docs" / "Doc" / f"Müller {n}.pdf").write_bytes(body(n))
    (folder / "Docs" / "Doc" / "left over.pdf").write_bytes(b"%PDF-1.4 of a record that was deleted\n")
    return folder


def serve(bench, scenario="container 1..8 is missing\n", count=COUNT, **edits):
    """A server that has lost its external files; it still says what they are."""
    papers = bench.folder / "papers"
    papers.mkdir()
    for n in range(1, count + 1):
        (papers / f"{n:02}.pdf").write_bytes(body(n))
    (bench.folder / "scenario").write_text(scenario)
    bench.serve(f"files:{papers}", "--scenario", bench.folder / "scenario")
    with Person(bench) as people:
        for n in range(1, count + 1):
            people.edit(n, **{"DocPath": f"Docs/Doc/Müller {n}.pdf", "DocMD5": md5(body(n)), **edits.get(f"record_{n}", {})})
    folder = folder_of(bench, count)
    use(bench, folder)
    return folder


def use(bench, folder, **source):
    bench.configure(source={"backup": folder, "path_field": "DocPath", "md5_field": "DocMD5", "name_field": "", **source},
                    run={"retry_ms": 1, "attempts": 2})


def stored(bench):
    return sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in bench.store.rglob("*") if path.is_file())


def outcomes(bench):
    return {record: (state, kind or "") for record, state, kind in
            bench.sql("select record_id, state, class from fmferry_document order by record_id")}


def said(bench, record):
    return bench.sql("select a.message from fmferry_attempt a join fmferry_document d using (document) "
                     "where d.record_id = ? order by a.at_us desc", record)[0][0]


def streamed(bench):
    return {int(line["recordId"]) for line in bench.journal_lines() if line["effect"] == "stream"}


def moves_all(tap, bench):
    """Whole: to done, verified, certified; the server has none of the files, and the run is killed on the way."""
    folder = serve(bench)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    bench.ferry("init", "--key")
    checked = bench.ferry("check")
    words = " ".join(checked.out.split())
    tap.ok(checked.code == 0 and "the backup's folder has 9 files" in words and "8 in the backup's folder, as FileMaker says" in words
           and "8 are proven by FileMaker's own MD5" in words, "check: what the folder has", checked.out, checked.err)
    listed = bench.folder / "orphans.txt"
    checked = bench.ferry("check", "--orphans", listed)
    tap.ok(listed.read_text() == "Docs/Doc/left over.pdf\n" and listed.stat().st_mode & 0o777 == 0o600
           and "no record names 1 of them" in " ".join(checked.out.split()), "check --orphans lists what no record names", checked.out,
           checked.err)
    bench.ferry("run", "--limit", 2)
    program = bench.start("run")
    program.kill()
    bench.forgive_open_sessions()
    ran = bench.ferry("run")
    tap.same((ran.code, set(outcomes(bench).values())), (0, {("done", "")}), "a run that was killed goes on, to done")
    tap.same(stored(bench), sorted(hashlib.sha256(body(n)).hexdigest() for n in range(1, COUNT + 1)), "each with its bytes, once")
    tap.same(bench.sql("select count(*) from fmferry_witness"), [(COUNT,)], "each has FileMaker's MD5")
    tap.same(bench.sql("select count(*) from documents_document where original_name like 'Müller %.pdf'"), [(COUNT,)],
             "and its name in the folder")
    tap.same(streamed(bench), set(), "no file was asked of the server")
    seen = bench.ferry("verify", "--deep", "--certificate", bench.folder / "certificate")
    tap.ok(seen.code == 0 and f"compared\tfilemaker md5\t{COUNT}\n" in (bench.folder / "certificate").read_text(),
           "verify --deep reads the folder, too, and certifies", seen.out, seen.err)
    tap.ok("9  files in the backup's folder\n" in seen.out and "1  of them that no record names" in seen.out, "and says what is left over", seen.out)
    bench.ferry("report", "--output", bench.folder / "report.html")
    tap.ok("No record names 1 file in the backup’s folder" in (bench.folder / "report.html").read_text(), "so does the report")
    tap.same({path: path.stat().st_mtime_ns for path in folder.rglob("*")}, before, "the folder is as it was")


def by_odata(tap, bench):
    """The same where tables are read by OData: the folder has the bytes, and a row says where."""
    folder = serve(bench)
    use(bench, folder, api="odata", layout="DOCS", mark_field="")
    bench.configure(source=bench.sections["source"], run=bench.sections["run"], patients={"layout": "CONTACTS"})
    checked = bench.ferry("check")
    words = " ".join(checked.out.split())
    tap.ok(checked.code == 0 and "8 in the backup's folder, as FileMaker says" in words, "by OData: check looks into the folder", checked.out, checked.err)
    ran = bench.ferry("run")
    tap.same((ran.code, set(outcomes(bench).values())), (0, {("done", "")}), "by OData: to done")
    tap.same(stored(bench), sorted(hashlib.sha256(body(n)).hexdigest() for n in range(1, COUNT + 1)), "by OData: each with its bytes, once")
    tap.same(bench.sql("select count(*) from fmferry_witness"), [(COUNT,)], "by OData: each has FileMaker's MD5")
    seen = bench.ferry("verify", "--deep")
    tap.ok(seen.code == 0 and "1  of them that no record names" in seen.out, "by OData: verify reads the folder, too", seen.out, seen.err)
    tap.same(streamed(bench), set(), "by OData: no file was asked of the server")


def bad_ones(bench, folder):
    """One thing wrong with each; returns what the records must say, and what becomes of them."""
    docs = folder / "Docs" / "Doc"
    outside = bench.folder / "Backup" / "RC_Data_FMS" / "secret.pdf"
    outside.write_bytes(NEVER)
    (docs / "Müller 1.pdf").unlink()
    (docs / "Müller 2.pdf").write_bytes(body(2) + b"more")
    (docs / "Müller 3.pdf").write_bytes(body(3)[:-1] + b"x")
    (docs / "Müller 4.pdf").unlink()
    (docs / "Müller 4.pdf").symlink_to(outside)
    (docs / "link").symlink_to(outside.parent)
    secure = folder / "Secure" / "0B"
    secure.mkdir(parents=True)
    (secure / "0B4F11").write_bytes(os.urandom(100))
    os.mkfifo(docs / "pipe")
    never = {"DocMD5": md5(NEVER)}
    return {
        1: ({}, "backup-missing", "has no file at the path"), 2: ({}, "container-differs", "MD5"),
        3: ({}, "container-differs", "MD5"), 4: (never, "backup-missing", "is a link"),
        5: ({**never, "DocPath": "../secret.pdf"}, "backup-missing", "leads out of it"),
        6: ({**never, "DocPath": str(outside)}, "backup-missing", "not relative"),
        7: ({**never, "DocPath": "Docs/Doc/link/secret.pdf"}, "backup-missing", "is a link"),
        8: ({"DocPath": "Secure/0B/0B4F11"}, "backup-encrypted", "FMDeveloperTool"),
        9: ({"DocMD5": "?"}, "container-unproven", "no MD5"),
        10: ({"DocPath": "Docs/Doc/pipe"}, "backup-missing", "no plain file"),
        11: ({"DocPath": "Docs/Doc"}, "backup-missing", "no plain file"),
        12: ({"DocPath": "Docs/Doc/Müller 11.pdf\rDocs/Doc/Müller 12.pdf"}, "backup-missing", "more than one"),
        13: ({"DocPath": "Docs/Doc/Müller 12.pdf"}, "container-differs", "MD5"),
        15: ({}, "backup-encrypted", "FileMaker says that the document is in secure storage"),
    }


def refuses_each(tap, bench):
    count = 15
    folder = serve(bench, f"container 1..{count} is missing\ncontainer 15 is secured\ncontainer 15 is missing\n", count)
    bad = bad_ones(bench, folder)
    with Person(bench) as people:
        for n, (fields, _kind, _words) in bad.items():
            people.edit(n, **fields)
    ran = bench.ferry("run")
    tap.same(ran.code, 3, "something is left")
    tap.same(outcomes(bench), {**{n: ("failed", kind) for n, (_fields, kind, _words) in bad.items()}, 14: ("done", "")},
             "each fails with its class, and the good one arrives")
    for n, (_fields, _kind, words) in bad.items():
        tap.ok(words in said(bench, n) and "secret" not in said(bench, n) and "Müller" not in said(bench, n),
               f"record {n}: {words}", said(bench, n))
    tap.same(stored(bench), [hashlib.sha256(body(14)).hexdigest()], "nothing else lies in the store")
    checked = " ".join(bench.ferry("check").out.split())
    tap.ok("1 of 18 files in the backup's folder are FileMaker's secure storage" in checked
           and "3 in the backup's folder are links or no plain files" in checked
           and all(f"files tried: {kind}" in checked for kind in ("backup-missing", "container-differs")), "check says what is not read", checked)
    mends(tap, bench, folder)


def mends(tap, bench, folder):
    """A newer backup has what was missing; a person has looked at the one without an MD5."""
    (folder / "Docs" / "Doc" / "Müller 1.pdf").write_bytes(body(1))
    tap.same(bench.ferry("accept", "--record", "9", "--by", "Kim Ito", "--reason", "it is her letter").code, 0, "a person accepts")
    bench.ferry("run")
    found = outcomes(bench)
    tap.same((found[1], found[9]), (("done", ""), ("done", "")), "then both arrive")
    tap.same(sorted(row[0] for row in bench.sql("select d.record_id from fmferry_witness w join fmferry_document d using (document)")),
             [1, 14], "the accepted one without a witness")


def goes_the_other_way(tap, bench):
    """A stale backup: what is newer than it comes from the server, compared with the same MD5."""
    folder = serve(bench, "container 5 is missing\n", record_4={"DocPath": ""})
    (folder / "Docs" / "Doc" / "Müller 1.pdf").unlink()
    (folder / "Docs" / "Doc" / "Müller 2.pdf").write_bytes(b"%PDF-1.4 as it was yesterday\n")
    ran = bench.ferry("run")
    tap.same((ran.code, set(outcomes(bench).values())), (0, {("done", "")}), "everything arrives")
    tap.same(stored(bench), sorted(hashlib.sha256(body(n)).hexdigest() for n in range(1, COUNT + 1)), "as it is today")
    tap.same(streamed(bench), {1, 2, 4}, "the server was asked for what the folder cannot give, and for no more")
    seen = bench.ferry("verify", "--deep")
    tap.ok(seen.code == 0, "verify --deep agrees", seen.out, seen.err)


def comes_with_a_file(tap, bench):
    """A FileMaker file whose documents lie outside; stored fields say where."""
    folder = folder_of(bench)
    file = Fmp12(fanout=3)
    file.table(129, "Letters", {1: ("id", "text"), 2: ("Type", "text"), 3: ("Doc", "container", "external"), 4: ("Path", "text"),
                                5: ("MD5", "text")})
    for n in range(1, COUNT + 1):
        file.record(129, n * 7, {1: str(uuid.UUID(int=(0x1234 << 112) | (4 << 76) | (8 << 62) | n)).upper(), 2: "Letter",
                                 3: f"remote:Müller {n}.pdf", 4: f"Docs/Doc/Müller {n}.pdf", 5: md5(body(n))})
    (bench.folder / "Clinic.fmp12").write_bytes(file.bytes())
    use(bench, folder, url=f"fmp12:{bench.folder / 'Clinic.fmp12'}", database="Clinic", layout="Letters", ca_file=None, password_env=None,
        path_field="Path", md5_field="MD5", date_field="", patient_field="", author_field="", created_field="")
    bench.ferry("init", "--key")
    checked = bench.ferry("check")
    tap.ok("8 in the backup's folder, as FileMaker says" in " ".join(checked.out.split()), "check", checked.out, checked.err)
    ran = bench.ferry("run")
    tap.same((ran.code, stored(bench)), (0, sorted(hashlib.sha256(body(n)).hexdigest() for n in range(1, COUNT + 1))),
             "a file and its folder, without a server")
    seen = bench.ferry("verify", "--deep", "--certificate", bench.folder / "certificate")
    tap.ok(seen.code == 0, "verified and certified", seen.out, seen.err)


def comes_with_a_manifest(tap, bench):
    """A manifest that leads into the folder for some, and has the files of others beside it."""
    folder, beside, lines = folder_of(bench), bench.folder / "export", []
    beside.mkdir()
    for n in range(1, COUNT + 1):
        path = f"backup:Docs/Doc/Müller {n}.pdf" if n % 2 else f"{n}_1.bin"
        if n % 2 == 0:
            (beside / path).write_bytes(body(n))
        lines.append(f"Letters,{n},1,Doc,1,brief {n}.pdf,{len(body(n))},{md5(body(n))},External (Open),{path},"
                     f"{str(uuid.UUID(int=(0x1234 << 112) | (4 << 76) | (8 << 62) | n)).upper()},Letter")
    head = "table,record_id,mod_id,field,repetition,original_name,size,md5,storage_type,relative_path,id,Type"
    (beside / "manifest.csv").write_text("\n".join([head, *lines, f"#end,{COUNT}", ""]))
    use(bench, "", url=f"manifest:{beside / 'manifest.csv'}", database="Clinic", layout="Letters", ca_file=None, password_env=None,
        path_field=None, md5_field=None, date_field="", patient_field="", author_field="", created_field="")
    ran = bench.ferry("run")
    tap.ok(ran.code == 2 and "name it with [source] backup" in ran.err and not bench.store.exists(), "without the folder: refused", ran.err)
    bench.configure(source={**bench.sections["source"], "backup": folder}, run={"retry_ms": 1, "attempts": 2})
    (folder / "Docs" / "Doc" / "Müller 7.pdf").rename(bench.folder / "away.pdf")
    ran = bench.ferry("run")
    tap.same(bench.sql("select record_id, class from fmferry_document where state <> 'done'"), [(7, "backup-missing")],
             "a file that is missing there is one document's failure")
    (bench.folder / "away.pdf").rename(folder / "Docs" / "Doc" / "Müller 7.pdf")
    bench.ferry("init", "--key")
    ran = bench.ferry("run")
    tap.same((ran.code, stored(bench)), (0, sorted(hashlib.sha256(body(n)).hexdigest() for n in range(1, COUNT + 1))), "a list, its files and a folder")
    seen = bench.ferry("verify", "--deep", "--certificate", bench.folder / "certificate")
    tap.ok(seen.code == 0 and "5  of them that no record names" in seen.out, "verified and certified", seen.out, seen.err)


def refuses_the_folder(tap, bench):
    folder = serve(bench)
    secure, empty = bench.folder / "secure", bench.folder / "empty"
    (secure / "Secure" / "A1").mkdir(parents=True)
    (secure / "Secure" / "A1" / "A1FF").write_bytes(b"\0" * 64)
    empty.mkdir()
    for what, words, more in (("not there", "No such file", {"backup": bench.folder / "nowhere"}),
                              ("no folder", "Not a directory", {"backup": folder / "Docs" / "Doc" / "left over.pdf"}),
                              ("empty", "is it mounted", {"backup": empty}), ("encrypted", "--copySelfContained", {"backup": secure}),
                              ("no path", "path_field must name", {"path_field": ""}), ("no MD5", "md5_field must name", {"md5_field": ""})):
        use(bench, folder, **more)
        for command in ("check", "run"):
            ran = bench.ferry(command)
            tap.ok(ran.code == 2 and words in ran.err and not bench.store.exists(), f"{what}: {command} refuses, nothing written",
                   ran.code, ran.out, ran.err)
    use(bench, folder, path_field="DocPaht")
    tap.ok("is 'DocPath' meant?" in " ".join(bench.ferry("check").out.split()), "a field that is not there")


def test(tap):
    if not need_programs(tap):
        return
    for story in (moves_all, by_odata, refuses_each, goes_the_other_way, comes_with_a_file, comes_with_a_manifest, refuses_the_folder):
        with Bench(tap, "backup-" + story.__name__.replace("_", "-")) as bench:
            story(tap, bench)
            if bench.ready:
                bench.stop_serving()


main(test)
