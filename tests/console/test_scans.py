#!/usr/bin/python3
"""
Words of scans are read if somebody names their languages, and not else; behind all other words, by the process of lowest rank.
Naming a language later, or no more, has everything read again, while what was found stays found.
"""

import hashlib
import pathlib
import shutil
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "preview"))
from drawing import Worker  # noqa: E402
from harness import BUILD, Bench, main, need_programs, wait_until  # noqa: E402
from letters import pdf  # noqa: E402
from people import Console  # noqa: E402

LONG = 900


def picture(text):
    """A page as a scanner makes it."""
    worker = Worker(BUILD / "preview/fmferry-preview", pdf(text))
    jpeg = worker.draw(1, 2000).jpeg
    worker.end()
    return jpeg


def scanned_pdf(jpeg):
    """One page that is a picture and nothing else, behind one that has words."""
    drawn = b"q 600 0 0 200 0 0 cm /I Do Q"
    written = b"BT /F 12 Tf 20 100 Td (cover sheet) Tj ET"
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 2/Kids[4 0 R 6 0 R]>>",
               b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 200]/Contents 5 0 R/Resources<</Font<</F 3 0 R>>>>>>",
               b"<</Length %d>>stream\n%s\nendstream" % (len(written), written),
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 200]/Contents 7 0 R/Resources<</XObject<</I 8 0 R>>>>>>",
               b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
               b"<</Type/XObject/Subtype/Image/Width 2000/Height 667/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode/Length %d>>"
               b"stream\n%s\nendstream" % (len(jpeg), jpeg)]
    return b"%PDF-1.4\n" + b"".join(b"%d 0 obj%s endobj\n" % (i + 1, body) for i, body in enumerate(objects)) + b"trailer<</Root 1 0 R>>\n"


FILES = {}


def names(user, words):
    known = {hashlib.sha256(data).hexdigest(): name for name, data in FILES.items()}
    return sorted(known[item["sha256"]] for item in user.json(f"/api/v1/documents?q={urllib.parse.quote(words)}")["items"])


def is_read(user):
    index = user.json("/api/v1/index")
    return index["documents"] == len(FILES) and index["waiting"] == 0


def opened(tap, bench, languages):
    bench.configure(console={"scan_languages": languages})
    console = Console(bench)
    user = console.person(f"kim{len(languages)}", "staff")
    tap.ok(wait_until(lambda: is_read(user), LONG, 0.1), f"'{languages}': all is read", user.json("/api/v1/index"))
    return console, user


def closed(console):
    console.program.signal(15)
    console.program.finish(60)


def refuses(tap, bench):
    for languages, sentence in (("xyz", "apt install tesseract-ocr-xyz"), ("eng;rm", "no language"), ("eng+", "no language"), ("../eng", "no language")):
        bench.configure(console={"scan_languages": languages})
        done = bench.ferry("serve", limit=60)
        tap.ok(done.code == 2 and sentence in done.err, f"'{languages}' is refused with a sentence", done.code, done.err)


def test(tap):
    if not need_programs(tap):
        return
    if not shutil.which("tesseract", path="/usr/bin") or not (BUILD / "preview/fmferry-words").exists():
        tap.skip("words of scans", "Tesseract is not installed, or this build has no fmferry-words")
        return
    with Bench(tap, "scans") as bench:
        jpeg = picture("Orthopaedic footwear was fitted")
        FILES.update({"a-scan.jpg": jpeg, "b-scanned.pdf": scanned_pdf(picture("Insoles were ground again")), "c-letter.pdf": pdf("A usual letter")})
        folder = bench.folder / "scans"
        folder.mkdir()
        for name, data in FILES.items():
            (folder / name).write_bytes(data)
        bench.serve(f"files:{folder}")
        bench.ferry("run", limit=600)
        console, user = opened(tap, bench, "")
        tap.same((names(user, "footwear"), names(user, "insoles"), names(user, "cover"), names(user, "usual")),
                 ([], [], ["b-scanned.pdf"], ["c-letter.pdf"]), "nobody asked for words of scans: none are read, all others are")
        closed(console)
        console, user = opened(tap, bench, "eng")
        tap.same((names(user, "footwear fitted"), names(user, "insoles"), names(user, "cover"), names(user, "usual")),
                 (["a-scan.jpg"], ["b-scanned.pdf"], ["b-scanned.pdf"], ["c-letter.pdf"]), "with a language, they are found beside the others")
        hit = user.json("/api/v1/documents?q=insoles")["items"][0]["hit"]
        tap.same(hit["page"], 2, "on the page that is a scan")
        tap.ok("Orthopaedic" not in user.get("/search?q=insoles")[1], "and nobody else's words beside them")
        closed(console)
        refuses(tap, bench)
        bench.stop_serving()


if __name__ == "__main__":
    main(test)
