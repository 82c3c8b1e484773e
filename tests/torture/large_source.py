#!/usr/bin/python3
"""
A FileMaker file of more than 2 GB, and a list whose files are as large: a whole migration, verified by reading everything
again, with as little memory as for a small one. The file is made by the tests' own writer: it proves our reader.

    MEGABYTES=200 tests/torture/large_source.py
"""

import hashlib
import os
import pathlib
import shutil
import sys
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "e2e")]
from fmp12_writer import PIECE, Fmp12, leads_to  # noqa: E402
from harness import Bench, main, need_programs  # noqa: E402

MEGABYTES, LARGE, RECORDS, LIMIT, MORE_MIB = int(os.environ.get("MEGABYTES", "2000")), 6, 2000, 3600, 16
FIELDS = {1: ("id", "text"), 2: ("Type", "text"), 3: ("Doc", "container"), 4: ("id_Contact", "text")}


def identity(n):
    return str(uuid.UUID(int=(4 << 76) | (8 << 62) | n)).upper()


def small(n):
    return b"%PDF-1.4 " + n.to_bytes(4, "big") * 1250


def pieces_of(n, size):
    """No two pieces are alike, so that none can be taken for another."""
    block = hashlib.shake_256(bytes([n])).digest(PIECE - 8)

    def pieces():
        for at in range(size // PIECE):
            yield at.to_bytes(8, "big") + block
    return pieces


def sizes(megabytes):
    """Six large documents, of which the first is a third of all."""
    return [megabytes * 1_000_000 // 3] + [megabytes * 1_000_000 * 2 // 3 // (LARGE - 1)] * (LARGE - 1)


def file_make(bench, megabytes):
    path, file, streams = bench.folder / "Clinic.fmp12", Fmp12(fanout=60), []
    file.table(129, "Letters", FIELDS)
    for n in range(1, RECORDS + 1):
        file.record(129, n, {1: identity(n), 2: "Letter", 3: leads_to(n), 4: "P1"})
        if n > LARGE:
            file.put_object(129, n, {"FILE": small(n)}, name=f"{n}.pdf")
    for n, size in enumerate(sizes(megabytes), 1):
        streams.append(file.put_large(129, n, pieces_of(n, size), f"{n}.bin"))
    file.write(path, streams)
    return f"fmp12:{path}", path.stat().st_size


def list_make(bench, megabytes):
    folder, lines, total = bench.folder / "export", [], 0
    folder.mkdir()
    large = dict(enumerate(sizes(megabytes), 1))
    for n in range(1, RECORDS + 1):
        path, md5 = folder / f"{n}.bin", hashlib.md5()
        with open(path, "wb") as to:
            for piece in pieces_of(n, large[n])() if n in large else [small(n)]:
                to.write(piece)
                md5.update(piece)
        total += path.stat().st_size
        lines.append(f"Letters,{n},1,Doc,1,{n}.bin,{path.stat().st_size},{md5.hexdigest()},Embedded,{n}.bin,{identity(n)},Letter,P1\n")
    (folder / "list.csv").write_text(
        "table,record_id,mod_id,field,repetition,original_name,size,md5,storage_type,relative_path,id,Type,id_Contact\n"
        + "".join(lines) + f"#end,{RECORDS}\n")
    return f"manifest:{folder / 'list.csv'}", total


def watched(bench, *words):
    program = bench.start(*words)
    watcher = program.watch_memory()
    program.finish(LIMIT)
    watcher.join()
    return program


def migrated(tap, make, what, megabytes):
    """The peaks of check, run and verify, in MiB."""
    with Bench(tap, f"large-{what}-{megabytes}") as bench:
        begun = time.monotonic()
        url, size = make(bench, megabytes)
        tap.note(f"{what}: {size / 1e6:.0f} MB in {RECORDS} documents, made in {time.monotonic() - begun:.0f} s")
        bench.configure(source={"url": url, "database": "Clinic", "layout": "Letters", "ca_file": None, "password_env": None,
                                "date_field": "", "author_field": "", "created_field": "", "name_field": ""},
                        patients={"layout": ""})
        bench.ferry("init", "--key")
        peaks = {}
        for words in (("check",), ("run",), ("verify", "--deep")):
            done = watched(bench, *words)
            tap.same(done.code, 0, f"{what}, {megabytes} MB: {' '.join(words)} ends well")
            peaks[words[0]] = done.peak_kib / 1024
            tap.note(f"{what}, {megabytes} MB: {' '.join(words)}: {done.peak_kib / 1024:.1f} MiB at most, {done.seconds:.1f} s")
        tap.same(bench.sql("select count(*) from fmferry_document where state = 'done'"), [(RECORDS,)], "each document arrived")
        tap.same(bench.sql("select count(*) from fmferry_witness"), [(RECORDS,)], "each proven by an MD5 that is not ours")
        shutil.rmtree(bench.store)
        return peaks


def test(tap):
    if not need_programs(tap):
        return
    for make, what in ((file_make, "a file"), (list_make, "a list")):
        few, many = (migrated(tap, make, what.replace(" ", "-"), size) for size in (60, MEGABYTES))
        for command, peak in many.items():
            tap.ok(peak < few[command] + MORE_MIB, f"{what} of {MEGABYTES} MB: {command} needs no more memory than with 60 MB",
                   f"{few[command]:.1f} MiB", f"{peak:.1f} MiB")


main(test)
