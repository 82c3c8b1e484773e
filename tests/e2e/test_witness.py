#!/usr/bin/python3
"""
FileMaker's own MD5 as a third witness: with `md5_field`, bytes that FileMaker's server itself spoils on the way are
not taken for the document, a stale MD5 is a person's to judge, and what looks like an error page is taken at once if
FileMaker says it is the file. Status, report, verification and certificate say for how many.
"""

import hashlib
import json
import re

from harness import Bench, Person, main, need_programs

PAGE = b"<!DOCTYPE html><html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>\n"
LARGE = 9 * 1024 * 1024
FILES = {
    "1-letter.txt": b"a letter\n" * 200,
    "2-flipped.txt": b"the server flips a bit of these\n" * 100,
    "3-large.bin": bytes(range(256)) * (LARGE // 256),
    "4-large-flipped.bin": bytes(range(255, -1, -1)) * (LARGE // 256),
    "5-page.html": PAGE,
    "6-stale.txt": b"another file was here when the MD5 was kept\n",
    "7-unsaid.txt": b"FileMaker cannot say the MD5 of this one\n",
    "8-lower.txt": b"an MD5 in lower case is one, too\n",
}
SCENARIO = "on stream2 record 2 first 3 each do flip 50%\non stream2 record 4 first 3 each do flip 50%\n"
STALE = hashlib.md5(b"what was here before").hexdigest().upper()


def serve(bench):
    (bench.folder / "papers").mkdir()
    for name, data in FILES.items():
        (bench.folder / "papers" / name).write_bytes(data)
    (bench.folder / "scenario").write_text(SCENARIO)
    bench.serve(f"files:{bench.folder / 'papers'}", "--scenario", bench.folder / "scenario")
    with Person(bench) as people:
        people.edit(6, DocMD5=STALE)
        people.edit(7, DocMD5="?")
        people.edit(8, DocMD5=hashlib.md5(FILES["8-lower.txt"]).hexdigest())
    bench.configure(source={"md5_field": "DocMD5", "name_field": "FileName"}, run={"retry_ms": 1, "attempts": 2})


def outcomes(bench):
    return {record: (state, kind or "") for record, state, kind in
            bench.sql("select record_id, state, class from fmferry_document order by record_id")}


def witnesses(bench):
    return {record: bytes(md5) for record, md5 in
            bench.sql("select d.record_id, w.md5 from fmferry_witness w join fmferry_document d using (document)")}


def checks(tap, bench):
    out = " ".join(bench.ferry("check").out.split())
    tap.ok("5 of 8 tried are whole" in out and "4 are proven by FileMaker's own MD5" in out, "check: for how many", out)
    tap.ok("3 of 8 files tried: container-differs" in out, "and what it contradicts", out)


def moves(tap, bench):
    done = bench.ferry("run")
    tap.same(done.code, 3, "the run ends, and some have failed")
    tap.same(outcomes(bench), {record: ("failed", "container-differs") if record in (2, 4, 6) else ("done", "")
                               for record in range(1, 9)}, "bytes that FileMaker's MD5 contradicts are not taken")
    names = sorted(FILES)
    tap.same(witnesses(bench), {record: hashlib.md5(FILES[names[record - 1]]).digest() for record in (1, 3, 5, 8)},
             "the MD5 is kept where it was compared")
    said = json.loads(bench.ferry("failures", "--all", "--json").out)
    stale = next(one for one in said if one["recordId"] == 6)
    tap.ok(STALE.lower() in stale["message"] and "MD5" in stale["message"], "the evidence names what FileMaker said",
           stale["message"])
    tap.same(bench.sql("select count(*) from fmferry_attempt a join fmferry_document d using (document) "
                       "where d.record_id = 5"), [(0,)], "what looks like an error page arrives at the first try")
    evidence = bench.sql("select evidence from fmferry_audit a join fmferry_document d using (document) "
                         "where d.record_id = 1 and a.after = 'stored'")[0][0]
    tap.ok(f"; md5 {hashlib.md5(FILES['1-letter.txt']).hexdigest()} by FileMaker" in evidence, "so does the audit chain",
           evidence)
    objects = sorted(path.read_bytes() for path in bench.store.rglob("*") if path.is_file())
    tap.ok(not any(b"flips" in data or b"another file" in data for data in objects) and len(objects) == 5,
           "nothing of the others lies in the store", len(objects))


def judges(tap, bench):
    """A person sees that the file is right and its MD5 stale; the server has been mended."""
    done = bench.ferry("accept", "--record", "6", "--by", "Kim Ito", "--reason", "looked at it: the MD5 is stale")
    tap.same(done.code, 0, "a person accepts the bytes")
    done = bench.ferry("run")
    tap.same(done.code, 0, "then everything arrives")
    tap.same(set(outcomes(bench).values()), {("done", "")}, "the accepted one, too")
    tap.same(sorted(witnesses(bench)), [1, 2, 3, 4, 5, 8], "which has no witness, and does not count as if it had")


def tells(tap, bench):
    tap.same(bench.status()["witnessed"], 6, "status --json says for how many")
    tap.ok("6  are proven by FileMaker's own MD5" in bench.ferry("status").out, "so does status")
    done = bench.ferry("report", "--output", bench.folder / "report.html")
    tap.ok(done.code == 0, "the report is written", done.err, done.out)
    text = re.sub(r"<[^>]+>", "", (bench.folder / "report.html").read_text())
    tap.ok("6 are proven by FileMaker's own MD5." in text, "and the report")
    bench.ferry("init", "--key")
    done = bench.ferry("verify", "--deep", "--certificate", bench.folder / "certificate")
    tap.ok(done.code == 0 and re.search(r"\n +6  files that FileMaker's own MD5 proved when they were stored\n", done.out),
           "and the verification", done.out, done.err)
    tap.ok("\ncompared\tfilemaker md5\t6\n" in (bench.folder / "certificate").read_text(), "and the certificate")


def refuses(tap, bench):
    for setting, words in (("DocMd5", "is 'DocMD5' meant?"), ("Doc", "must be a calculation whose result is text"),
                           ("DocMD5, FileName", "names more fields than container_field")):
        bench.configure(source={"md5_field": setting, "name_field": "FileName"})
        done = bench.ferry("check")
        tap.ok(done.code == 1 and words in " ".join(done.out.split()), f"check: md5_field = {setting}: {words}", done.out)


    bench.configure(source={"md5_field": "FileName"})
    out = " ".join(bench.ferry("check").out.split())
    tap.ok("FileMaker says no MD5 of any of these files" in out, "check: a field that says no MD5 is noted", out)


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "witness") as bench:
        serve(bench)
        checks(tap, bench)
        moves(tap, bench)
        judges(tap, bench)
        tells(tap, bench)
        refuses(tap, bench)
        bench.stop_serving()


if __name__ == "__main__":
    main(test)
