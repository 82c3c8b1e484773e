#!/usr/bin/python3
"""
fmferry-words locks itself and becomes the program that reads a document's words; documents that were made to do harm do
none; and the lock holds against a program that is evil on purpose.
"""

import contextlib
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time
from html import unescape

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from drawing import Worker  # noqa: E402
from harness import BUILD, ROOT, Bench, main  # noqa: E402
from old_office import compound, doc, rtf, xls  # noqa: E402
from test_preview import deed, pdf_of  # noqa: E402

PROGRAM, PREVIEW = BUILD / "preview/fmferry-words", BUILD / "preview/fmferry-preview"
NO_KIND, NO_PROGRAM = 101, 102
TEXT = "The K\u00f6nig clinic ordered footwear"
CORPUS = {"text_only.doc": "It only contains some text.", "valid.xls": "0.267876", "lorem-ipsum.rtf": "Lorem ipsum dolor sit amet"}


def hurried(process):
    """
    What reads scans steps back behind all others. Here somebody waits for it: as root it is called to the front again.
    Whether it had stepped back; it may be over before it could be seen.
    """
    while process.poll() is None:
        try:
            if os.sched_getscheduler(process.pid) == os.SCHED_IDLE:
                with contextlib.suppress(PermissionError):
                    os.sched_setscheduler(process.pid, os.SCHED_OTHER, os.sched_param(0))
                return True
        except ProcessLookupError:
            break
        time.sleep(0.002)
    return False


def words(data, *languages, seconds=900, watch=lambda process: None):
    """Exit code and words of a document that lies in memory, as the console gives it."""
    memory = os.memfd_create("document")
    with os.fdopen(memory, "w+b") as file:
        file.write(data)
        file.flush()
        file.seek(0)
        with subprocess.Popen([PROGRAM, *languages], stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            watch(process)
            said = process.communicate(timeout=seconds)[0]
    return process.returncode, said.decode(errors="replace")


def has(tap, program):
    if shutil.which(program, path="/usr/bin"):
        return True
    tap.skip(f"words by {program}", "it is not installed")
    return False


def kinds(tap):
    for program, name, data in (("catdoc", "DOC", lambda: doc(TEXT)), ("xls2csv", "XLS", lambda: xls(TEXT, "knee")),
                                ("unrtf", "RTF", lambda: rtf(TEXT))):
        if has(tap, program):
            code, text = words(data())
            tap.ok(code == 0 and TEXT in unescape(text), f"{name}: its words are read by {program}", (code, text))
    for name, data in (("a PDF", pdf_of(b"")), ("plain text", b"knee"), ("a compound file of another program", compound("Pictures", b"x")),
                       ("a head alone", compound("WordDocument", b"x")[:8]), ("a picture, and no language", b"\xff\xd8\xff\xe0")):
        tap.same(words(data), (NO_KIND, ""), f"{name}: nobody is asked for its words")


def of_the_corpus(tap):
    folder = pathlib.Path(os.environ.get("FMFERRY_SHARED") or ROOT.parent / "shared") / "corpus"
    if not folder.is_dir():
        tap.skip("documents of others", "no corpus beside the tree, and FMFERRY_SHARED names none")
        return
    for name, text in CORPUS.items():
        code, got = words((folder / name).read_bytes())
        tap.ok(code == 0 and text in got, f"{name}: read", (code, got[:200]))


def scans(tap):
    if not has(tap, "tesseract"):
        return
    page = Worker(PREVIEW, pdf_of(b"BT /F1 14 Tf 20 100 Td (Orthopaedic footwear was fitted) Tj ET"))
    picture = page.draw(1, 2000).jpeg
    page.end()
    seen = []

    def look(process):
        seen.append(hurried(process))

    code, text = words(picture, "eng", watch=look)
    tap.ok(code == 0 and "footwear was fitted" in text, "a picture of a page: its words are read", (code, text))
    if subprocess.run(["chrt", "--idle", "0", "true"], check=False).returncode != 0:
        tap.skip("behind all other work of the machine", "nobody may step back here")
    else:
        tap.ok(any(seen) or any(words(picture, "eng", watch=look) and seen[-1] for _ in range(9)), "behind all other work of the machine")
    tap.ok(words(picture, "xyz", watch=look)[0] not in (0, NO_KIND), "a language that is not installed is no success")
    tap.ok(words(b"\xff\xd8\xff\xe0" + bytes(1000), "eng", watch=look)[0] != 0, "a picture that is none is no success")


def broken(tap):
    """Whatever stands in them: an end within the limits, and no file but their own tables is opened."""
    chance, ends = random.Random(11), {}
    for data in (doc(TEXT * 20), xls(TEXT, "knee"), rtf(TEXT * 20), b"{\\rtf1" + b"{" * 200_000, rtf(TEXT)[:40]):
        for _ in range(6):
            bad = bytearray(data)
            for _ in range(12):
                bad[chance.randrange(16, len(bad))] = chance.randrange(256)
            code, _ = words(bytes(bad))
            ends[code] = ends.get(code, 0) + 1
    print(f"# ends of broken documents: {ends}")
    tap.ok(all(code in (0, 1, NO_KIND, -signal.SIGSEGV, -signal.SIGABRT, -signal.SIGXCPU, 255) for code in ends), "broken ones come to an end", ends)


KILLED = ("looks_into_another",)
REFUSED = ("reads_passwords", "reads_itself", "lists_the_root", "writes_a_file", "writes_to_what_is_open", "opens_a_socket",
           "opens_a_local_socket", "starts_a_program", "makes_a_process", "signals_another", "makes_code", "takes_memory",
           "lifts_a_limit", "reads_fonts")


def the_lock(tap):
    with Bench(tap, "words-lock") as bench:
        for names, wanted in ((KILLED, -signal.SIGSYS), (REFUSED, 2)):
            for name in names:
                tap.same((deed(bench.folder, "free", name), deed(bench.folder, "becoming", name)), (0, wanted),
                         f"{name}: works without the lock, and not after becoming a program")


def test(tap):
    if not PROGRAM.exists():
        tap.skip("words of old offices", "this build has no fmferry-words")
        return
    kinds(tap)
    of_the_corpus(tap)
    scans(tap)
    broken(tap)
    the_lock(tap)


if __name__ == "__main__":
    main(test)
