#!/usr/bin/python3
"""
Documents that look like an error page, and error pages that look like a document. Bytes that come twice the
same are the file, bytes with a second sign against them are not, and a person may overrule that.
"""

import hashlib
import json

from harness import Bench, Person, main, need_programs

EXCEL = (b"<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><head><title>Orders</title></head>"
         b"<body><table><tr><td>%s</td></tr></table></body></html>")
MESSAGE = b'{"messages":[{"code":"952","message":"Invalid FileMaker Data API token"}],"response":{}}'
NOT_FOUND = b"<!DOCTYPE html><html><head><title>404 Not Found</title></head><body>x</body></html>"

# name of the file -> its bytes, and what a run makes of it
FILES = {
    "a-orders.xls": (EXCEL % b"one", "done"),
    "b-letter.doc": (b"\xef\xbb\xbf<!DOCTYPE html><html><body>Dear doctor</body></html>", "done"),
    "c-chat.dat": (b'{"messages":[{"from":"a","text":"b"}]}', "done"),
    "d-page.html": (b"<html><body>saved from the web</body></html>", "done"),
    "e-answer.json": (MESSAGE, "done"),
    "f-twin.doc": (EXCEL % b"twin", "container-not-a-file"),
    "g-twin.doc": (EXCEL % b"twin", "container-not-a-file"),
    "h-scan.pdf": (b"<html><body>not a scan</body></html>", "container-not-a-file"),
    "i-words.doc": (NOT_FOUND, "container-not-a-file"),
    "j-answer.doc": (MESSAGE + b"\n", "container-not-a-file"),
    "k-empty.txt": (b"", "container-zero"),
    "l-other.pdf": (b"%PDF-1.4 ours\n", "store-conflict"),
}
RECORD = {name: number for number, name in enumerate(sorted(FILES), 1)}
REASON = ("--by", "R. Keeper", "--reason", "opened in FileMaker, it is the letter")


def outcomes(bench):
    return {record: cls if state == "failed" else state for record, state, cls in bench.sql(
        "select record_id, state, class from fmferry_document order by record_id")}


def stored(bench, name):
    """The object of a document, as the ledger names it."""
    (key, sha256), = bench.sql("select v.key, lower(hex(v.sha256)) from fmferry_version v join "
                               "fmferry_document d on d.document = v.document where d.record_id = ? "
                               "and v.state = 'stored'", RECORD[name])
    return key, (bench.store / key).read_bytes(), sha256


def lay_another_there(bench, name):
    """Somebody else's object under the key that a document will have."""
    bench.ferry("run", "--limit", "1")
    (identity, kind), = bench.sql("select filemaker_id, type from fmferry_document "
                                  "where record_id = ?", RECORD[name])
    folder = {"Referral": "referrals"}.get(kind, kind.lower().replace(" ", "-"))
    path = (bench.store / "patients/filemaker-import/documents/unlinked" / folder / f"{identity}.pdf")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"somebody else's")
    return path


def test_check(tap, bench):
    """Of the eight files that it tries, check refuses those that a run refuses in the end."""
    said = bench.ferry("check").out
    tap.ok("2 of 8 files tried: container-not-a-file" in said and "1 of 8 files tried: "
           "container-zero" in said, "check judges pages as a run does", said)


def test_first_run(tap, bench):
    bench.ferry("run")
    first = outcomes(bench)
    tap.ok(first[RECORD["b-letter.doc"]] == first[RECORD["f-twin.doc"]] == "container-not-a-file",
           "what looks like a page is not taken at its first reading", first)
    done = bench.ferry("run")
    tap.same(done.code, 3, "a second run reads again, and ends with 3: some are refused")
    got = outcomes(bench)
    for name, (_, wanted) in FILES.items():
        tap.same(got[RECORD[name]], wanted, f"{name}: {wanted}")
    tap.ok(stored(bench, "a-orders.xls")[0].endswith(".html"), "the bytes decide on the extension",
           stored(bench, "a-orders.xls")[0])
    twins = [row for row in json.loads(bench.ferry("failures", "--json").out)
             if row["recordId"] == RECORD["g-twin.doc"]]
    tap.ok(f"came for record {RECORD['f-twin.doc']}" in json.dumps(twins),
           "of twins, each is told about the other", twins)


def test_words(tap, bench):
    for words, what in ((("--record", "8"), "without a name"),
                        (("--record", "8", "--by", "X", "--reason", " "), "without a reason"),
                        (REASON, "of nothing")):
        done = bench.ferry("accept", *words)
        tap.ok(done.code == 2 and done.err, f"an acceptance {what} is refused", done.code, done.err)
    none = bench.ferry("accept", "--record", RECORD["a-orders.xls"], *REASON)
    tap.ok(none.code == 3 and "there is nothing to accept" in none.out, "nor is what is done accepted", none.out)


def test_accepted(tap, bench, another):
    refused = [name for name, (_, wanted) in FILES.items() if wanted != "done"]
    for name in refused:
        done = bench.ferry("accept", "--record", RECORD[name], *REASON)
        tap.ok(done.code == 0, f"{name} is accepted", done.out, done.err)
    with Person(bench) as person:
        person.upload(RECORD["i-words.doc"], NOT_FOUND + b"another")
    tap.same(bench.ferry("run").code, 3, "a run moves what was accepted")
    got = outcomes(bench)
    for name in refused:
        wanted = "container-not-a-file" if name == "i-words.doc" else "done"
        tap.same(got[RECORD[name]], wanted, f"{name} then: {wanted}")
    for name in set(refused) - {"i-words.doc"}:
        _, data, sha256 = stored(bench, name)
        tap.ok(data == FILES[name][0] and sha256 == hashlib.sha256(data).hexdigest(),
               f"{name} lies there, byte for byte")
    tap.same(another.read_bytes(), b"somebody else's", "the other object stays")
    tap.ok("~" in stored(bench, "l-other.pdf")[0], "and ours lies beside it")
    findings, = bench.sql("select filemaker_metadata from documents_document where s3_key = ?",
                          stored(bench, "h-scan.pdf")[0])
    tap.ok("accepted as it came" in findings[0], "the row says that it was accepted")
    bench.ferry("report", "-o", bench.folder / "report.html")
    report = (bench.folder / "report.html").read_text()
    tap.ok("Documents accepted as they came" in report and "R. Keeper" in report,
           "and so does the report")


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "pages") as bench:
        files = bench.folder / "files"
        files.mkdir()
        for name, (data, _) in FILES.items():
            (files / name).write_bytes(data)
        bench.serve(f"files:{files}", "--switches", "stream-disposition=present")
        bench.configure(run={"workers": 2, "attempts": 1})
        test_check(tap, bench)
        another = lay_another_there(bench, "l-other.pdf")
        test_first_run(tap, bench)
        test_words(tap, bench)
        test_accepted(tap, bench, another)
        # Of what came, the first and the newest were accepted, each when it was the newest.
        with Person(bench) as person:
            person.upload(RECORD["i-words.doc"], NOT_FOUND + b"a third")
        bench.ferry("run")
        bench.ferry("accept", "--record", RECORD["i-words.doc"], *REASON)
        with Person(bench) as person:
            person.upload(RECORD["i-words.doc"], NOT_FOUND + b"another")
        bench.ferry("run")
        tap.same(outcomes(bench)[RECORD["i-words.doc"]], "container-not-a-file",
                 "what came before the newest was not accepted with it")
        bench.ferry("accept", "--record", RECORD["i-words.doc"], *REASON)
        last = bench.ferry("run")
        tap.same(last.code, 0, "what came last is accepted anew, and all is done")
        read = bench.ferry("verify", "--deep")
        tap.ok(read.code == 3 and read.out.count("object-surplus") >= 1 and "1 difference" in read.out,
               "verify finds nothing but the other object", read.out)
        another.unlink()
        bench.status()
        bench.stop_serving()
        bench.check("the checker agrees", exit_code=last.code)


main(test)
