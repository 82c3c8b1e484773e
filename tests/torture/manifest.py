#!/usr/bin/python3
"""
A manifest of twenty thousand lines, and a folder of a backup with as many files, moved under the sanitizers: all arrive, verify
finds no difference, and neither a leak nor an overflow is met.

    LINES=2000 tests/torture/manifest.py
"""

import hashlib
import os
import pathlib
import sys
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "e2e")]
sys.dont_write_bytecode = True
from fmp12_writer import Fmp12  # noqa: E402
from harness import Bench, main, need_programs  # noqa: E402

LINES, LIMIT = int(os.environ.get("LINES", "20000")), 3600
HEADER = "table,record_id,mod_id,field,repetition,original_name,size,md5,storage_type,relative_path,id,Type,Date,id_Contact"


def identity(n):
    return str(uuid.UUID(int=(0x1234 << 112) | (4 << 76) | (8 << 62) | n)).upper()


def body(n):
    return b"%PDF-1.4 " + n.to_bytes(4, "big") * (1 + n % 500)


def md5(n):
    return hashlib.md5(body(n)).hexdigest().upper()


def spread(folder):
    """Files in a hundred folders; their paths."""
    paths = [f"{n % 100:02}/letter {n}, \"Müller\".pdf" for n in range(1, LINES + 1)]
    for n, path in enumerate(paths, 1):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body(n))
    return paths


def quoted(text):
    return '"' + text.replace('"', '""') + '"'


def a_manifest(folder):
    lines = [HEADER]
    for n, path in enumerate(spread(folder / "export"), 1):
        lines.append(f"Letters,{n},1,Doc,1,{quoted(path[3:])},{len(body(n))},{md5(n)},Embedded,{quoted(path)},{identity(n)},Letter,2019-03-02,"
                     f"{identity(900_000 + n % 700)}")
    (folder / "export" / "manifest.csv").write_text("\n".join([*lines, f"#end,{LINES}", ""]))
    return {"url": f"manifest:{folder / 'export' / 'manifest.csv'}"}


def a_backup(folder):
    file = Fmp12()
    file.table(129, "Letters", {1: ("id", "text"), 2: ("Type", "text"), 3: ("Doc", "container", "external"), 4: ("Date", "text"),
                                5: ("id_Contact", "text"), 6: ("Path", "text"), 7: ("MD5", "text")})
    for n, path in enumerate(spread(folder / "Clinic"), 1):
        file.record(129, n, {1: identity(n), 2: "Letter", 3: f"remote:letter {n}.pdf", 4: "2019-03-02", 5: identity(900_000 + n % 700),
                             6: path, 7: md5(n)})
    (folder / "Clinic.fmp12").write_bytes(file.bytes())
    return {"url": f"fmp12:{folder / 'Clinic.fmp12'}", "backup": folder / "Clinic", "path_field": "Path", "md5_field": "MD5"}


def timed(tap, bench, *words):
    begun = time.monotonic()
    done = bench.ferry(*words, limit=LIMIT)
    tap.note(f"{words[0]}: {time.monotonic() - begun:.1f} s, exit code {done.code}")
    tap.ok(done.code == 0 and "Sanitizer" not in done.err and "runtime error" not in done.err, f"{words[0]} ends well", done.out[-600:],
           done.err[-2000:])
    return done


def moved(tap, source):
    with Bench(tap, f"twenty-thousand-{source.__name__[2:]}") as bench:
        bench.configure(source={"database": "Clinic", "layout": "Letters", "ca_file": None, "password_env": None, "date_format": "iso",
                                "author_field": "", "created_field": "", "name_field": "", **source(bench.folder)}, patients={"layout": ""})
        timed(tap, bench, "check")
        timed(tap, bench, "run")
        tap.same(bench.sql("select state, count(*) from fmferry_document group by state"), [("done", LINES)], "all are done")
        tap.same(bench.sql("select count(*) from fmferry_witness"), [(LINES,)], "each by its MD5")
        seen = timed(tap, bench, "verify", "--deep")
        tap.ok("\n0 differences\n" in seen.out, "verify agrees", seen.out[-900:])


def test(tap):
    if need_programs(tap):
        for source in (a_manifest, a_backup):
            moved(tap, source)


main(test)
