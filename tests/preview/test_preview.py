#!/usr/bin/python3
"""
fmferry-preview makes a picture of every page, or says why not; documents that were made to do harm do none; and the
lock holds against a program that is evil on purpose.
"""

import io
import os
import pathlib
import random
import signal
import struct
import subprocess
import sys
import zipfile
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from drawing import Worker, size_of  # noqa: E402
from harness import BUILD, ROOT, Bench, main  # noqa: E402

PROGRAM, EVIL = BUILD / "preview/fmferry-preview", BUILD / "tests/preview/evil_preview"
USUAL_MIB = 256

# The corpus: its documents with their pages, and those that have no picture.
DRAWN = {".pdf": "ok", ".tiff": "ok", ".jpg": "ok", ".png": "ok", ".heic": "ok", ".heif": "ok"}
PAGES = {"GeoTopo-komprimiert.pdf": 117, "multicolumn.pdf": 3, "pdflatex-4-pages.pdf": 4}
PASSWORDS = {"libreoffice-writer-password.pdf": "openpassword", "encryption_openpassword.pdf": None}


# --- office documents ---------------------------------------------------------------------------------


def zipped(parts, level=9):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return data.getvalue()


def word(body, head=""):
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml":
                   f'<?xml version="1.0"?>{head}<w:document xmlns:w="w"><w:body>{body}</w:body></w:document>'})


OFFICE = {
    "DOCX": (word("<w:p><w:r><w:t>Knee</w:t></w:r><w:r><w:tab/><w:t>brace &amp; M\u00fcller</w:t><w:instrText>HIDDEN</w:instrText></w:r></w:p>"
                  "<w:p><w:r><w:t>next</w:t></w:r></w:p>"), "Knee\tbrace & M\u00fcller\nnext\n"),
    "XLSX": (zipped({"xl/worksheets/sheet1.xml": '<worksheet><sheetData><row><c t="s"><v>0</v></c><c><v>42.5</v></c>'
                     '<c t="inlineStr"><is><t>inline</t></is></c></row></sheetData></worksheet>',
                     "xl/sharedStrings.xml": "<sst><si><t>Shared</t></si></sst>"}), "\t42.5\tinline\t\nShared\n"),
    "ODT": (zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml":
                    "<o:document xmlns:o='o' xmlns:text='t'><o:styles>HIDDEN</o:styles><o:body><text:h>Head</text:h>"
                    "<text:p>one<text:s/>two <text:span>three</text:span></text:p></o:body></o:document>"}), "Head\none\ttwo three\n"),
    "ODS": (zipped({"content.xml": "<o:document xmlns:o='o' xmlns:text='t'><o:row><o:cell><text:p>7</text:p></o:cell><o:cell>"
                    "<text:p>eight</text:p></o:cell></o:row></o:document>"}), "7\neight\n"),
    "a ZIP of something else": (zipped({"letter.txt": "Knee"}), None),
}
LAUGHS = "<!DOCTYPE a [" + "".join(f"<!ENTITY e{i} '{'&e%d;' % (i - 1) * 10 if i else 'ha'}'>" for i in range(10)) + "]>"


def office(tap):
    for name, (data, wanted) in OFFICE.items():
        worker = Worker(PROGRAM, data)
        read, seen, behind = worker.draw(1, 0), worker.draw(1, 320), worker.draw(2, 0)
        got = (read.shape, read.pages, read.text, seen.shape, seen.text, behind.shape)
        tap.same((got, worker.end()), (("ok", 1, wanted, "no picture", wanted, "no picture") if wanted is not None
                                       else ("no picture", 0, "", "no picture", "", "no picture"), 0), f"{name}: has its words, and no picture")
    hostile = {
        "a bomb of 100 MB": (word("<w:p><w:t>" + "x" * 100_000_000 + "</w:t></w:p>"), "too large"),
        "laughter without end": (word("<w:p><w:t>&e9;</w:t></w:p>", LAUGHS), "damaged"),
        "a file of the machine's": (word("<w:p><w:t>&f;</w:t></w:p>", '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]>'), "damaged"),
        "a million elements within each other": (word("<w:p>" * 1_000_000), "damaged"),
        "twelve thousand parts": (zipped({f"word/header{i}.xml": "<p><t>x</t></p>" for i in range(12_000)}, 1), "ok"),
        "an end that is missing": (OFFICE["DOCX"][0][:200], "damaged"),
        "XML that is none": (word("<w:p></w:t>"), "damaged"),
    }
    for name, (data, wanted) in hostile.items():
        worker = Worker(PROGRAM, data)
        read = worker.draw(1, 0)
        tap.ok(read.shape == wanted and worker.memory() < USUAL_MIB and len(read.text) <= 1 << 20 and worker.end() == 0,
               f"{name}: {wanted}", read)


PAGE = ("<!DOCTYPE html><html><head><title>Knee</title><style>HIDDEN</style><script>HIDDEN</script></head><body><p>one <b>two</b>"
        "<p>M&uuml;ller &#322; &lt;b&gt;<br>three<!-- HIDDEN --><table><tr><td>7<td>eight</table></body></html>")


def html(tap):
    worker = Worker(PROGRAM, PAGE.encode(), "text/html")
    read, seen = worker.draw(1, 0), worker.draw(1, 320)
    tap.same((read.shape, read.text.split("\n"), seen.shape, worker.end()),
             ("ok", ["Knee", "one two", "M\u00fcller \u0142 <b>", "three", "7", "eight", ""], "no picture", 0), "HTML: has its words, and no picture")
    old = Worker(PROGRAM, PAGE.replace("&uuml;", "\u00fc").encode("cp1252"), "text/html")
    tap.ok("M\u00fcller" in old.draw(1, 0).text and old.end() == 0, "in Windows' Western characters, too")
    for name, data in (("elements within each other", b"<div>" * 500_000), ("a file of the machine's", b'<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><p>&f;'),
                       ("tags without an end", b"<a <b <c" * 50_000), ("attributes", b"<p " + b"a=b " * 300_000)):
        worker = Worker(PROGRAM, data, "text/html")
        read = worker.draw(1, 0)
        tap.ok(read.shape in ("ok", "damaged") and "root:" not in read.text and worker.memory() < USUAL_MIB and worker.end() == 0,
               f"{name}: an answer, and no death", read)


# --- what is usual ------------------------------------------------------------------------------------


def right_size(data, page, width):
    """Whether the picture has the size that it says, and that it should have."""
    if size_of(page.jpeg) != (page.width, page.height) or page.width > width:
        return False
    if data.startswith(b"%PDF"):
        return page.width == width or page.height == 4096
    if data.startswith(b"\x89PNG"):
        wide, high = struct.unpack(">II", data[16:24])
        return abs(page.width - min(width, wide)) <= 1 and abs(page.height * wide - high * page.width) <= 2 * wide
    return page.width > 0


def draw_all(tap, name, data, pages, memory):
    """Every page, and the first in three sizes; the middle of long ones is left out."""
    worker = Worker(PROGRAM, data)
    bad = []
    numbers = sorted({*range(1, min(pages, 4) + 1), pages})
    for number, width in [(1, 320), (1, 2000)] + [(number, 1200) for number in numbers]:
        page = worker.draw(number, width)
        if page.shape != "ok" or page.pages != pages or not right_size(data, page, width):
            bad.append(f"page {number} at {width}: {page}")
    beyond = worker.draw(pages + 1, 320)
    if beyond.shape != "no picture":
        bad.append(f"page {pages + 1}: {beyond}")
    memory[name] = worker.memory()
    tap.same((bad, worker.end()), ([], 0), f"{name}: every page has a picture of the right size")


def of_the_simulator(tap, memory):
    """Documents as a practice has them, made by fmsim: they pass through the mover into a folder."""
    with Bench(tap, "preview") as bench:
        bench.serve("demo", "--patients", "all")
        bench.ferry("patients", "import")
        bench.ferry("run")
        found = {}
        for path in sorted(path for path in bench.store.rglob("*") if path.is_file()):
            found.setdefault(kind_of(path.read_bytes()), []).append(path.read_bytes())
    tap.same(sorted(found), ["heic", "jpeg", "pdf", "png", "tiff"], "fmsim makes documents of every kind")
    for kind, documents in sorted(found.items()):
        data = max(documents, key=len)
        draw_all(tap, f"{kind} of fmsim", data, once(data, width=0).pages, memory)


def kind_of(data):
    for head, kind in ((b"%PDF", "pdf"), (b"II*\0", "tiff"), (b"\xff\xd8", "jpeg"), (b"\x89PNG", "png")):
        if data.startswith(head):
            return kind
    return "heic" if data[4:8] == b"ftyp" else "other"


def of_the_corpus(tap, memory):
    folder = pathlib.Path(os.environ.get("FMFERRY_SHARED") or ROOT.parent / "shared") / "corpus"
    if not (folder / "SHA256SUMS").is_file():
        tap.skip("documents of others", "no corpus beside the tree, and FMFERRY_SHARED names none")
        return
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        data = path.read_bytes()
        if path.name in PASSWORDS:
            encrypted(tap, path.name, data, PASSWORDS[path.name])
        elif path.suffix.lower() in DRAWN:
            draw_all(tap, path.name, data, PAGES.get(path.name, 1), memory)
        else:
            tap.same(once(data).shape, "no picture", f"{path.name}: says that it has no picture")


def encrypted(tap, name, data, password):
    worker = Worker(PROGRAM, data)
    tap.same([worker.draw(1, 320).shape, worker.draw(1, 320, "wrong").shape], ["encrypted"] * 2,
             f"{name}: asks for its password")
    if password:
        page = worker.draw(1, 320, password)
        tap.ok(page.shape == "ok" and right_size(data, page, 320), "is drawn with it", page)
        tap.same(worker.draw(1, 320).shape, "encrypted", "and asks again: it was not kept")
    worker.end()


def texts(tap):
    pdf = pdf_of(b"BT /F1 24 Tf 20 100 Td (Jane Citizen) Tj ET")
    tap.same(once(pdf).text, "Jane Citizen", "a page's text comes beside its picture")
    page = once(pdf, width=0)
    tap.same((page.shape, page.jpeg, page.text), ("ok", b"", "Jane Citizen"), "or alone")
    for data in ("Grüße\n".encode(), "Grüße\n".encode("cp1252"), b"\xff\xfe" + "Grüße\n".encode("utf-16-le"),
                 b"\xfe\xff" + "Grüße\n".encode("utf-16-be"), b"\xef\xbb\xbf" + "Grüße\n".encode()):
        page = once(data, "text/plain", 0)
        tap.same((page.shape, page.text), ("ok", "Grüße\n"), f"plain text is read: {data[:4]}")
    long = ("€" * 400_000).encode()
    page = once(long, "text/plain", 0)
    tap.same((page.shape, len(page.text)), ("ok", (1 << 20) // 3), "a long one is cut between characters")


def once(data, mime="application/octet-stream", width=320, page=1):
    worker = Worker(PROGRAM, data, mime)
    answer = worker.draw(page, width)
    worker.end()
    return answer


# --- documents that were made to do harm --------------------------------------------------------------


def pdf_file(objects):
    text, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(text))
        text += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(text)
    text += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    text += b"".join(b"%010d 00000 n \n" % place for place in places)
    return text + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def stream(data, head=b""):
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), head, data)


def pdf_of(content, box=b"0 0 300 200", more=()):
    return pdf_file([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                     b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> "
                     b"/XObject << /X 6 0 R >> >> >>" % box, stream(content),
                     b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>", *more])


def png_of(width, height, rows):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    data = b"".join(packer.compress(row) for _ in range(rows)) + packer.flush()
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
            + chunk(b"IDAT", data) + chunk(b"IEND", b""))


def tiff_of(count, loop=False):
    """Pages of one black pixel, each naming the next."""
    entries = ((256, 3, 1), (257, 3, 1), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1), (278, 3, 1),
               (279, 4, 1))
    body = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", tag, kind, 1, value)
                                                      for tag, kind, value in entries)
    size = len(body) + 4
    text = [b"II*\0", struct.pack("<I", 12), bytes(4)]
    for number in range(count):
        after = 12 if loop else 12 + size * (number + 1)
        text.append(body + struct.pack("<I", after if loop or number + 1 < count else 0))
    return b"".join(text)


def cmyk_tiff():
    entries = ((256, 3, 1, 8), (257, 3, 1, 8), (258, 3, 4, 122), (259, 3, 1, 1), (262, 3, 1, 5), (273, 4, 1, 130),
               (277, 3, 1, 4), (278, 3, 1, 8), (279, 4, 1, 256))
    return (b"II*\0" + struct.pack("<IH", 8, len(entries)) + b"".join(struct.pack("<HHII", *one) for one in entries)
            + bytes(4) + struct.pack("<4H", 8, 8, 8, 8) + bytes((0, 255, 255, 0)) * 64)


FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 300 200] /Resources << /XObject << /X %d 0 R >> >>"
HTML = b"<html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script><rect width="9" height="9"/></svg>'


def deep_forms():
    """Each draws the next one ten times: ten billion in the end."""
    forms = [stream(b"/X Do " * 10, FORM % (7 + step)) for step in range(10)]
    return pdf_of(b"/X Do", more=[*forms, stream(b"0 0 1 1 re f", FORM % 6)])


def hostile(tap):
    cases = (
        ("SVG", SVG, "image/svg+xml", {"no picture"}),
        ("SVG that is called a PNG", SVG, "image/png", {"no picture"}),
        ("HTML", HTML, "text/html", {"no picture"}),
        ("PDF and HTML in one", HTML + pdf_of(b""), "text/html", {"ok", "damaged"}),
        ("a PNG of 1.6 thousand million pixels", png_of(40_000, 40_000, 40_000), "image/png", {"too large"}),
        ("a PNG that is nearly too large", png_of(16_000, 16_000, 16_000), "image/png", {"ok"}),
        ("a PNG whose end is missing", png_of(3_000, 3_000, 10)[:-40], "image/png", {"ok", "damaged"}),
        ("a page of 10 x 14,400,000 points", pdf_of(b"", b"0 0 10 14400000"), "application/pdf", {"ok"}),
        ("a page without an area", pdf_of(b"", b"0 0 0 0"), "application/pdf", {"ok", "damaged"}),
        ("a page of 1e300 points", pdf_of(b"", b"0 0 1e300 1e300"), "application/pdf", {"ok", "damaged"}),
        ("a tree of pages that has itself as a leaf",
         pdf_file([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R] /Count 9 >>"]),
         "application/pdf", {"damaged"}),
        ("a form that draws itself", pdf_of(b"/X Do", more=[stream(b"/X Do", FORM % 6)]), "application/pdf", {"ok"}),
        ("forms that draw each other without end", deep_forms(), "application/pdf", {"ok", "died"}),
        ("a TIFF that goes in a circle", tiff_of(1, loop=True), "image/tiff", {"ok", "damaged"}),
        ("a TIFF of 60,000 pages", tiff_of(60_000), "image/tiff", {"ok"}),
        ("no byte", b" ", "application/pdf", {"no picture"}),
    )
    for name, data, mime, wanted in cases:
        worker = Worker(PROGRAM, data, mime)
        page = worker.draw(1, 1200)
        print(f"# {name}: {page}")
        tap.ok(page.shape in wanted and (page.shape == "ok") == bool(page.jpeg), f"{name}: {' or '.join(sorted(wanted))}",
               page)
        code = worker.end()
        tap.ok(code == 0 or page.shape == "died", "and its worker ends as it should", code)
    page = once(cmyk_tiff(), width=1200)
    tap.same((page.shape, page.width, page.height), ("ok", 8, 8), "colours of print are drawn")
    tap.same(once(pdf_of(b""), page=2001).shape, "too large", "pages beyond 2,000 are not drawn")


def broken(tap):
    """Any document may be cut off, or have bytes that were never written: there is an answer, and no death."""
    chance, shapes = random.Random(7), {}
    whole = [pdf_of(b"BT /F1 24 Tf 20 100 Td (Jane) Tj ET"), png_of(300, 300, 300), tiff_of(20), cmyk_tiff()]
    for data in whole:
        for cut in (len(data) // 3, len(data) // 2, len(data) - 9):
            note(shapes, once(data[:cut]))
        for _ in range(4):
            bad = bytearray(data)
            for _ in range(8):
                bad[chance.randrange(8, len(bad))] = chance.randrange(256)
            note(shapes, once(bytes(bad)))
    print(f"# broken documents: {shapes}")
    tap.ok(set(shapes) <= {"ok", "damaged", "no picture", "too large", "encrypted"}, "broken ones get an answer", shapes)


def note(shapes, page):
    shapes[page.shape] = shapes.get(page.shape, 0) + 1


# --- the lock -----------------------------------------------------------------------------------------

KILLED = ("starts_a_program", "looks_into_another")
REFUSED = ("reads_passwords", "reads_itself", "lists_the_root", "writes_a_file", "writes_to_what_is_open",
           "opens_a_socket", "opens_a_local_socket", "makes_a_process", "signals_another", "makes_code", "takes_memory",
           "lifts_a_limit")
ALLOWED = ("makes_a_thread", "reads_fonts")


def deed(scratch, state, name):
    """How evil_preview ended: 0 done, 2 refused, negative: by which signal."""
    with open(scratch / "out", "w+b") as out:
        return subprocess.run([EVIL, state, name], stdout=out, stderr=subprocess.DEVNULL, cwd=scratch, timeout=300).returncode


def the_lock(tap):
    with Bench(tap, "lock") as bench:
        for names, wanted in ((KILLED, -signal.SIGSYS), (REFUSED, 2), (ALLOWED, 0)):
            for name in names:
                tap.same((deed(bench.folder, "free", name), deed(bench.folder, "locked", name)), (0, wanted),
                         f"{name}: works without the lock, and not with it" if wanted else f"{name}: works")
    worker = Worker(PROGRAM, b"x")
    print(f"# Landlock {worker.landlock}, seccomp {worker.seccomp}")
    tap.same(worker.seccomp, 1, "the worker says that the kernel filters its calls")
    worker.end()


def test(tap):
    memory = {}
    if not PROGRAM.exists():
        tap.skip("documents are drawn", "this build has no fmferry-preview")
        return
    of_the_simulator(tap, memory)
    of_the_corpus(tap, memory)
    texts(tap)
    office(tap)
    html(tap)
    hostile(tap)
    broken(tap)
    the_lock(tap)
    most = max(memory, key=memory.get)
    print(f"# memory: {most} needs {memory[most]} MiB")
    tap.ok(memory[most] <= USUAL_MIB, f"no usual document needs more than {USUAL_MIB} MiB", memory)


if __name__ == "__main__":
    main(test)
