#!/usr/bin/python3
"""
Migrations without a server, from a FileMaker file, from a manifest, and from a file with the folder of a backup, killed at the
first step, the second, and so on, then resumed. A sample by seed, in which every failpoint that is reached has its turn;
CRASH_STEPS=0 does all, CRASH_SOURCE=manifest those of one. It always ends done, verify finds no difference, each document is
there once, and the source is as it was.
"""

import concurrent.futures
import hashlib
import os
import pathlib
import random
import signal
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from fmp12_writer import Fmp12, leads_to  # noqa: E402
from harness import Bench, Tap, main, need_programs  # noqa: E402
from steps import BY_CHANCE, DYING, dying, has_failpoints, steps_of  # noqa: E402

SEED = int(os.environ.get("CRASH_SEED", "1"))
STEPS = int(os.environ.get("CRASH_STEPS", "12"))  # 0: all
SIZES = [1, 1000, 70_000, 9_000_000]  # the last is stored part by part


def identity(n):
    return str(uuid.UUID(int=(0x1234 << 112) | (4 << 76) | (8 << 62) | n)).upper()


def body(n):
    return (b"%PDF-1.4 " + bytes((n + at) % 251 for at in range(251)) * (SIZES[n - 1] // 251 + 1))[:SIZES[n - 1]]


def md5(n):
    return hashlib.md5(body(n)).hexdigest().upper()


LETTERS = range(1, len(SIZES) + 1)
SUMS = sorted(hashlib.sha256(body(n)).hexdigest() for n in LETTERS)


# --- sources: each writes what it is, and returns the settings by which it is read ----------------------------------------------------

def a_file(folder):
    file = Fmp12(fanout=40)
    file.table(129, "Letters", {1: ("id", "text"), 2: ("Type", "text"), 3: ("Doc", "container"), 4: ("Date", "text"),
                                5: ("id_Contact", "text")})
    for n in LETTERS:
        file.put_object(129, n, {"FILE": body(n)}, name=f"letter {n}.pdf")
        file.record(129, n, {1: identity(n), 2: "Letter", 3: leads_to(n), 4: "2019-03-02", 5: identity(1000 + n)})
    (folder / "Clinic.fmp12").write_bytes(file.bytes())
    return {"url": f"fmp12:{folder / 'Clinic.fmp12'}"}


def a_manifest(folder):
    lines = ["table,record_id,mod_id,field,repetition,original_name,size,md5,storage_type,relative_path,id,Type,Date,id_Contact"]
    for n in LETTERS:
        (folder / f"{n}_1.bin").write_bytes(body(n))
        lines.append(f"Letters,{n},1,Doc,1,letter {n}.pdf,{len(body(n))},{md5(n)},Embedded,{n}_1.bin,{identity(n)},Letter,2019-03-02,"
                     f"{identity(1000 + n)}")
    (folder / "manifest.csv").write_text("\n".join([*lines, f"#end,{len(LETTERS)}", ""]))
    return {"url": f"manifest:{folder / 'manifest.csv'}"}


def a_backup(folder):
    """A file whose documents lie outside, and the folder in which they do."""
    file, docs = Fmp12(fanout=40), folder / "RC_Data_FMS" / "Clinic" / "Letters" / "Doc"
    file.table(129, "Letters", {1: ("id", "text"), 2: ("Type", "text"), 3: ("Doc", "container", "external"), 4: ("Date", "text"),
                                5: ("id_Contact", "text"), 6: ("Path", "text"), 7: ("MD5", "text")})
    docs.mkdir(parents=True)
    for n in LETTERS:
        (docs / f"letter {n}.pdf").write_bytes(body(n))
        file.record(129, n, {1: identity(n), 2: "Letter", 3: f"remote:letter {n}.pdf", 4: "2019-03-02", 5: identity(1000 + n),
                             6: f"Letters/Doc/letter {n}.pdf", 7: md5(n)})
    (folder / "Clinic.fmp12").write_bytes(file.bytes())
    return {"url": f"fmp12:{folder / 'Clinic.fmp12'}", "backup": folder / "RC_Data_FMS" / "Clinic", "path_field": "Path", "md5_field": "MD5"}


SOURCES = {"file": a_file, "manifest": a_manifest, "backup": a_backup}


# --- deaths -------------------------------------------------------------------------------------------------------------------------

def files_of(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def begin(bench, source):
    """Writes the source and the configuration; returns the folder, and what is in it."""
    folder = bench.folder / "source"
    folder.mkdir()
    bench.configure(source={"database": "Clinic", "layout": "Letters", "ca_file": None, "password_env": None, "date_format": "iso",
                            "author_field": "", "created_field": "", "name_field": "", **SOURCES[source](folder)},
                    patients={"layout": ""}, run={"workers": 1, "retry_ms": 1})
    return folder, files_of(folder)


def end_is_right(bench, folder, before):
    """What is wrong with the end of a migration; nothing, if all is well."""
    last = bench.ferry("run", limit=600)
    if last.code != 0:
        yield f"the last run ended with {last.code}: {last.err[-600:]}"
    stored = sorted(hashlib.sha256(found.read_bytes()).hexdigest() for found in bench.store.rglob("*") if found.is_file())
    if stored != SUMS:
        yield f"stored are {stored}, and not {SUMS}"
    rows = bench.sql("select count(*), count(distinct filemaker_id) from documents_document")
    if rows != [(len(SUMS), len(SUMS))]:
        yield f"rows: {rows}"
    states = [state for (state,) in bench.sql("select state from fmferry_document")]
    if states != ["done"] * len(SUMS):
        yield f"states: {states}"
    seen = bench.ferry("verify", "--deep", limit=600)
    if seen.code != 0:
        yield f"verify ended with {seen.code}: {seen.out[-900:]}"
    if files_of(folder) != before:
        yield "the source was changed"


def in_peace(source):
    """The places that an undisturbed run reaches, in order."""
    with Bench(Tap(kept=True), f"{source}-in-peace") as bench:
        (folder, before), log = begin(bench, source), bench.folder / "reached"
        dying(bench, ("run",), FMFERRY_FAIL_LOG=str(log)).finish(120)
        wrong = list(end_is_right(bench, folder, before))
        if wrong:
            raise RuntimeError(f"{source} in peace: {wrong}")
        return log.read_text().split()


def death(source, step):
    place, time = step
    tap = Tap(kept=True)
    with Bench(tap, f"{source}-{place}-{time}") as bench:
        folder, before = begin(bench, source)
        dead = dying(bench, ("run",), FMFERRY_FAIL=f"{place}:die@{time}")
        dead.finish(120)
        tap.ok(dead.code == -signal.SIGKILL or place in BY_CHANCE, f"{source}: it dies at {place} for the {time}. time", dead.code)
        wrong = list(end_is_right(bench, folder, before))
        tap.ok(not wrong, f"{source}: dead at {place} for the {time}. time, and resumed", *wrong)
    return tap


def deaths(tap, source):
    reached = in_peace(source)
    wanted = max(STEPS, len(set(reached))) if STEPS else len(reached)
    steps = steps_of(reached, random.Random(SEED) if STEPS else None)[:wanted]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for told in pool.map(lambda step: death(source, step), steps):
            tap.take(told)
    tap.note(f"{source}: {len(steps)} deaths of {len(reached)} steps")


def test(tap):
    if not need_programs(tap):
        return
    if not tap.ok(DYING.exists() and has_failpoints(DYING), f"a fmferry with failpoints is built: {DYING}", "make failpoints"):
        return
    for source in os.environ.get("CRASH_SOURCE", " ".join(SOURCES)).split():
        deaths(tap, source)


main(test)
