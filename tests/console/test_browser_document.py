#!/usr/bin/python3
"""
Documents in a real browser: every kind is leafed through with the keyboard, downloaded, held against axe-core in light and
dark, on a telephone and at 320 px, and without script. The documents are the corpus's where it is there, else fmsim's own.
BROWSER_SHOTS=FOLDER keeps a picture of each.
"""

import json
import os
import pathlib
import shutil
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import ROOT, Bench, main, need_programs  # noqa: E402
from people import Console  # noqa: E402
from playing import browser, play  # noqa: E402
from uploads import patients_of, pdf, upload  # noqa: E402

CORPUS = pathlib.Path(os.environ.get("FMFERRY_SHARED") or ROOT.parent / "shared") / "corpus"
KINDS = {"pdf": ("GeoTopo-komprimiert.pdf", 117), "tiff": ("Arbitro.tiff", None), "heic": ("IMG_5195.HEIC", 1),
         "password": ("libreoffice-writer-password.pdf", None)}
SAVED = "R\u00e9f\u00e9r 100% (new).pdf"


def source(tap, bench):
    """What the source has: {kind: name of the file}, and its data."""
    if not (CORPUS / "SHA256SUMS").is_file():
        tap.skip("117 pages, a TIFF, a HEIC and a password", "no corpus beside the tree, and FMFERRY_SHARED names none")
        return {"pdf": None}, "generate:1,20000"
    folder = bench.folder / "scans"
    folder.mkdir()
    for name, _ in KINDS.values():
        shutil.copyfile(CORPUS / name, folder / name)
    return {kind: name for kind, (name, _) in KINDS.items()}, f"files:{folder}"


def documents_of(bench, kinds):
    """{kind: what the browser's script needs to know}; the PDF has an awkward name."""
    found = {}
    for kind, name in kinds.items():
        wanted = (CORPUS / name).stat().st_size if name else None
        row, size = next((row, size) for row, size in bench.sql("select id, file_size from documents_document")
                         if wanted in (None, size))
        found[kind] = {"row": str(uuid.UUID(row)), "size": size, "pages": KINDS[kind][1] if name else 1, "opens": "openpassword"}
    bench.sql("update documents_document set original_name = ? where id = ?", SAVED, uuid.UUID(found["pdf"]["row"]).hex)
    found["pdf"]["saved"] = SAVED
    return found


def uploaded(bench, console):
    """The row of a document that was uploaded; where the folder of another type should be is a file, so it did not arrive."""
    bench.ferry("patients", "import")
    patient, clerk = str(uuid.UUID(patients_of(bench)[0])), console.person("clerk", "staff")
    row = upload(clerk, patient, [("one.pdf", pdf("one"))])[1][0]["row"]
    key, = bench.sql("select key from fmferry_version where key like ?", f"%/{patient}/letter/%")[0]
    (bench.store / key).parent.with_name("blocked").write_bytes(b"")
    upload(clerk, patient, [("two.pdf", pdf("two"))], kind="Blocked")
    return row


def test(tap):
    if not need_programs(tap):
        return
    folder = browser(tap, "documents in a browser")
    if not folder:
        return
    with Bench(tap, "browser-document") as bench:
        kinds, data = source(tap, bench)
        bench.serve(data)
        bench.ferry("run", limit=600)
        console = Console(bench)
        owner = console.person("owner", "owner records")
        found = documents_of(bench, kinds)
        found["pdf"]["upload"] = uploaded(bench, console)
        play(tap, folder, "document.mjs", f"https://localhost:{console.port}", owner.key,
             json.dumps(found))
        console.program.signal(15)
        tap.same(console.program.finish(60).code, 0, "the console ends when it is told to")
        bench.stop_serving()


if __name__ == "__main__":
    main(test)
