#!/usr/bin/python3
"""
A migration from a FileMaker file, killed at its first step, its second, and so on, then resumed. A sample by seed, in which
every failpoint that is reached has its turn; CRASH_STEPS=0 does all. It always ends done, verify finds no difference, each
document is there once, and the file is as it was.
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


def written():
    """A file, and the hashes of its documents."""
    file, sums = Fmp12(fanout=40), []
    file.table(129, "Letters", {1: ("id", "text"), 2: ("Type", "text"), 3: ("Doc", "container"), 4: ("Date", "text"),
                                5: ("id_Contact", "text")})
    for n, size in enumerate(SIZES, 1):
        body = (b"%PDF-1.4 " + bytes((n + at) % 251 for at in range(251)) * (size // 251 + 1))[:size]
        file.put_object(129, n, {"FILE": body}, name=f"letter {n}.pdf")
        file.record(129, n, {1: identity(n), 2: "Letter", 3: leads_to(n), 4: "2019-03-02", 5: identity(1000 + n)})
        sums.append(hashlib.sha256(body).hexdigest())
    return file.bytes(), sorted(sums)


def begin(bench, data):
    path = bench.folder / "Clinic.fmp12"
    path.write_bytes(data)
    bench.configure(source={"url": f"fmp12:{path}", "database": "Clinic", "layout": "Letters", "ca_file": None,
                            "password_env": None, "date_format": "iso", "author_field": "", "created_field": "",
                            "name_field": ""},
                    patients={"layout": ""}, run={"workers": 1, "retry_ms": 1})
    return path


def end_is_right(bench, path, data, sums):
    """What is wrong with the end of a migration; nothing, if all is well."""
    last = bench.ferry("run", limit=120)
    if last.code != 0:
        yield f"the last run ended with {last.code}: {last.err[-600:]}"
    stored = sorted(hashlib.sha256(found.read_bytes()).hexdigest() for found in bench.store.rglob("*") if found.is_file())
    if stored != sums:
        yield f"stored are {stored}, and not {sums}"
    rows = bench.sql("select count(*), count(distinct filemaker_id) from documents_document")
    if rows != [(len(sums), len(sums))]:
        yield f"rows: {rows}"
    states = [state for (state,) in bench.sql("select state from fmferry_document")]
    if states != ["done"] * len(sums):
        yield f"states: {states}"
    seen = bench.ferry("verify", "--deep", limit=120)
    if seen.code != 0:
        yield f"verify ended with {seen.code}: {seen.out[-900:]}"
    if path.read_bytes() != data:
        yield "the file was changed"


def in_peace(data, sums):
    """The places that an undisturbed run reaches, in order."""
    with Bench(Tap(kept=True), "file-in-peace") as bench:
        path, log = begin(bench, data), bench.folder / "reached"
        dying(bench, ("run",), FMFERRY_FAIL_LOG=str(log)).finish(120)
        wrong = list(end_is_right(bench, path, data, sums))
        if wrong:
            raise RuntimeError(f"in peace: {wrong}")
        return log.read_text().split()


def death(data, sums, step):
    place, time = step
    tap = Tap(kept=True)
    with Bench(tap, f"file-{place}-{time}") as bench:
        path = begin(bench, data)
        dead = dying(bench, ("run",), FMFERRY_FAIL=f"{place}:die@{time}")
        dead.finish(120)
        tap.ok(dead.code == -signal.SIGKILL or place in BY_CHANCE, f"it dies at {place} for the {time}. time", dead.code)
        wrong = list(end_is_right(bench, path, data, sums))
        tap.ok(not wrong, f"dead at {place} for the {time}. time, and resumed", *wrong)
    return tap


def test(tap):
    if not need_programs(tap):
        return
    if not tap.ok(DYING.exists() and has_failpoints(DYING), f"a fmferry with failpoints is built: {DYING}", "make failpoints"):
        return
    data, sums = written()
    reached = in_peace(data, sums)
    wanted = max(STEPS, len(set(reached))) if STEPS else len(reached)
    steps = steps_of(reached, random.Random(SEED) if STEPS else None)[:wanted]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for told in pool.map(lambda step: death(data, sums, step), steps):
            tap.take(told)
    tap.note(f"{len(steps)} deaths of {len(reached)} steps")


main(test)
