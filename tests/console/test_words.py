#!/usr/bin/python3
"""
Words that stand in documents are found, with the page that has them: of PDFs, office files old and new, HTML and plain texts, whatever their encoding.
What cannot be read, holds nothing up. A kill in the middle loses no words; what is not verified is not found.
"""

import hashlib
import pathlib
import shutil
import sqlite3
import sys
import urllib.parse
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "preview"))
from harness import Bench, main, need_programs, wait_until  # noqa: E402
from letters import LETTERS, docx, pdf  # noqa: E402
from old_office import doc, rtf, xls  # noqa: E402
from people import Console  # noqa: E402

LONG = 900
MANY = 12
HAS_ALL = all(shutil.which(program, path="/usr/bin") for program in ("catdoc", "xls2csv", "unrtf"))


FILES = {
    **LETTERS,
    "d-note.txt": "Gr\u00f6\u00dfe der F\u00fc\u00dfe: 42; Z\u00fcrich".encode("utf-8"),
    "e-old.txt": "Anamnese: na\u00efve \u20ac uro".encode("cp1252"),
    "h-word.docx": docx("Physiotherapy &amp; rest"),
    "f-wide.txt": "Befund unauff\u00e4llig".encode("utf-16"),
    "g-picture.png": bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154"
                                   "78da63606060000000040001275a63b20000000049454e44ae426082"),
    **({"n-old.doc": doc("Einlagen f\u00fcr K\u00f6nig"), "o-table.xls": xls("Schuhgr\u00f6\u00dfe", "Wei\u00df"),
        "p-rich.rtf": rtf("Kn\u00f6chel {\\b geschwollen}")} if HAS_ALL else {}),
    "q-page.html": b"<!DOCTYPE html><html><head><title>Overview</title></head><body><p>Zehen<p>beweglich</body></html>",
    **{f"m-{i:02}.pdf": pdf(f"series number{i:02}") for i in range(MANY)},
}
HASHES = {hashlib.sha256(data).hexdigest(): name for name, data in FILES.items()}
WORDLESS = {"c-broken.pdf", "g-picture.png"}


def names(user, words):
    return sorted(HASHES[item["sha256"]] for item in user.json(f"/api/v1/documents?q={urllib.parse.quote(words)}")["items"])


def all_read(user, documents=len(FILES)):
    index = user.json("/api/v1/index")
    return index["documents"] == documents and index["waiting"] == 0


def finds_words(tap, user):
    for typed, wanted in (("orthopaedic", ["a-letter.pdf", "b-report.pdf"]), ("ORTHOPAEDIC foot", ["a-letter.pdf"]),
                          ('"knee was examined"', ["b-report.pdf"]), ('"examined knee"', []), ("muller", ["a-letter.pdf"]),
                          ("M\u00dcLLER", ["a-letter.pdf"]), ("zurich", ["d-note.txt"]), ("physio", ["h-word.docx"]), ("naive", ["e-old.txt"]),
                          ("unauffallig", ["f-wide.txt"]), ("series number03", ["m-03.pdf"]), ("number", [f"m-{i:02}.pdf" for i in range(MANY)]),
                          ("zehen beweglich", ["q-page.html"]), ("Dear fitted", [])):
        tap.same(names(user, typed), wanted, f"'{typed}' is found where it stands")
    if HAS_ALL:
        for typed, wanted in (("einlagen konig", ["n-old.doc"]), ("schuhgr\u00f6\u00dfe wei\u00df", ["o-table.xls"]),
                              ("geschwollen", ["p-rich.rtf"]), ("knochel", ["p-rich.rtf"]), ("author", [])):
            tap.same(names(user, typed), wanted, f"'{typed}' is found in a file of an old office")
    else:
        tap.skip("words of DOC, XLS and RTF", "catdoc or unrtf is not installed")
    tap.same(user.json("/api/v1/index"), {"documents": len(FILES), "waiting": 0, "wordless": len(WORDLESS)},
             "all were read, and what has no words is counted")
    tap.ok("are being read" not in user.get("/search")[1], "then the page says nothing of it")


def hits(user, words, **more):
    """What the answer says besides the documents; and each document's page and excerpt, found words in brackets."""
    answer = user.json(f"/api/v1/documents?{urllib.parse.urlencode({'q': words, **more})}")
    return answer, {HASHES[item["sha256"]]: (item["hit"]["page"], "".join(f"[{part['text']}]" if part["is_found"] else part["text"]
                                                                          for part in item["hit"]["excerpt"]))
                    for item in answer["items"]}


def plain(page):
    return page.replace("<span>", "").replace("</span>", "")


def shows_where(tap, user):
    answer, found = hits(user, "orthopaedic foot")
    tap.same((found, answer["count"], answer["count_is_least"]),
             ({"a-letter.pdf": (2, "new [orthopaedic] [footwear] was fitted")}, 1, False), "a hit has its page, and the words around it")
    tap.same(hits(user, "sincerely")[1], {"a-letter.pdf": (3, "Yours <b>[sincerely]</b> & co")}, "as they stand there")
    row = next(item["row"] for item in answer["items"])
    page = user.get("/search?q=orthopaedic+foot")[1]
    tap.ok(f'href="/documents/{row}?page=2&amp;q=orthopaedic%20foot"' in page
           and "new <mark>orthopaedic</mark> <mark>footwear</mark> was fitted" in plain(page), "the page shows them and leads there", page)
    page = user.get("/search?q=sincerely")[1]
    tap.ok("Yours &lt;b&gt;<mark>sincerely</mark>&lt;/b&gt; &amp; co" in plain(page), "markup in a document stays text", page)
    page = user.get(f"/documents/{row}?page=3&q=orthopaedic+sinc")[1]
    tap.ok("Yours &lt;b&gt;<mark>sincerely</mark>&lt;/b&gt; &amp; co" in plain(page) and '<details id="words" open' in page
           and f'href="/documents/{row}?page=2&amp;q=orthopaedic%20sinc"' in page,
           "beside the page its words are marked, any of them, and the way to the next one keeps them", page)
    tap.ok("<mark>" not in user.get(f"/documents/{row}?page=3")[1] + user.get(f"/documents/{row}?page=3&q=%22")[1],
           "and nothing is marked where nothing was sought")
    best = [HASHES[item["sha256"]] for item in hits(user, "series", sort="best")[0]["items"]]
    tap.same(sorted(best), [f"m-{i:02}.pdf" for i in range(MANY)], "best first has the same documents")
    first = user.json("/api/v1/documents?q=series&sort=best&limit=5")
    second = user.json(f"/api/v1/documents?q=series&sort=best&limit=50&cursor={first['next']}")
    tap.same([HASHES[item["sha256"]] for item in first["items"] + second["items"]], best, "and goes on where its page ended")


def says_how_to_mend(tap, user):
    for typed, sentence in (('"knee was', 'a phrase begins with a quote and does not end: write "knee was"'),
                            ("typ:letter", "'typ:' is none of type:, from:, to: and patient:"), ("type: letter", "nothing stands behind type:"),
                            ("from:yesterday", "'yesterday' is no day"), ("from:2024 to:2023", "the time ends before it begins"),
                            ("a b c d e f g h i j k l m n o p q", "these are more than 16 words")):
        status, page = user.get(f"/search?q={urllib.parse.quote(typed)}")
        asked, problem = user.get(f"/api/v1/documents?q={urllib.parse.quote(typed)}")
        tap.ok((status, asked) == (400, 400) and sentence in problem.replace('\\"', '"') and "Nothing was sought" in page
               and f'value="{typed.replace(chr(34), "&quot;")}"' in page, f"'{typed}' is refused with a sentence, and stays in the field",
               problem, page)
    tap.same((names(user, '"10:30"'), names(user, "10:30"), user.get("/api/v1/documents?q=x&sort=odd")[0]), ([], [], 400),
             "a colon between numbers is none of these")


def follows_the_application(tap, bench, user):
    row = uuid.UUID(next(item["row"] for item in user.json("/api/v1/documents?limit=200")["items"]
                         if HASHES[item["sha256"]] == "b-report.pdf")).hex
    bench.sql("update documents_document set is_active = 0 where id = ?", row)
    tap.same(names(user, "orthopaedic"), ["a-letter.pdf"], "what was taken away is not found from that moment on")
    bench.sql("update documents_document set is_active = 1 where id = ?", row)
    tap.same(names(user, "orthopaedic"), ["a-letter.pdf", "b-report.pdf"], "and is found when it is back")


def wrong_bytes(tap, bench, user, index):
    """Bytes that were altered in the store are compared before they are read: their words come into no index."""
    path = next(path for path in bench.store.rglob("*") if path.is_file() and b"number05" in path.read_bytes())
    path.write_bytes(path.read_bytes().replace(b"series", b"secret"))
    with sqlite3.connect(index, timeout=300) as database:
        database.execute("update reading set shape = 0")
    tap.ok(wait_until(lambda: all_read(user, len(FILES) - 1), LONG, 0.1), "of wrong bytes nothing is read, and they leave the list",
           user.json("/api/v1/index"))
    tap.same((names(user, "secret"), names(user, "number05")), ([], []), "nothing of them is found")
    tap.same(bench.sql("select kind from fmferry_finding"), [("object-hash",)], "and it is a finding")


def goes_on_after_a_kill(tap, bench, console):
    console.program.kill()
    console.program.finish(30)
    index = bench.folder / "fmferry-console" / "index.db"
    with sqlite3.connect(index, timeout=300) as database:
        database.execute("update reading set shape = 0 where document in (select document from reading order by document limit 9)")
    again = Console(bench)
    user = again.person("again", "staff")
    tap.ok(wait_until(lambda: all_read(user), LONG, 0.1), "after a kill the rest is read", user.json("/api/v1/index"))
    tap.same(names(user, "number"), [f"m-{i:02}.pdf" for i in range(MANY)], "and found once, not twice")
    return again, user, index


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "words") as bench:
        folder = bench.folder / "scans"
        folder.mkdir()
        for name, data in FILES.items():
            (folder / name).write_bytes(data)
        bench.serve(f"files:{folder}")
        bench.ferry("run", limit=600)
        console = Console(bench)
        user = console.person("kim", "staff")
        tap.ok(wait_until(lambda: all_read(user), LONG, 0.1), "the words of all documents are read", user.json("/api/v1/index"))
        finds_words(tap, user)
        shows_where(tap, user)
        says_how_to_mend(tap, user)
        follows_the_application(tap, bench, user)
        console, user, index = goes_on_after_a_kill(tap, bench, console)
        wrong_bytes(tap, bench, user, index)
        console.program.signal(15)
        tap.same(console.program.finish(30).code, 0, "the console ends at once, whatever is read")
        bench.stop_serving()


if __name__ == "__main__":
    main(test)
