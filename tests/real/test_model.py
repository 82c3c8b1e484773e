#!/usr/bin/python3
"""
Rules that only a strict server of our own verifies: checksums, conditions at the end of uploads, conflicts,
the clock, the region; and the safe ways into servers that verify nothing or replace objects.
"""

import collections
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import main, need_programs  # noqa: E402
from model_bench import ModelBench  # noqa: E402

MIB = 1 << 20
SMALL, LARGE = 12, 2
LARGE_SIZE = 8 * MIB + 40

# Quirks, more of the model, more configuration, what check says, what the journal must show.
CASES = (
    ((), {}, {}, "are never replaced", {}),
    ((), {"clock_off": 3 * 3600}, {}, "are never replaced", {}),
    ((), {"clock_off": -86400}, {}, "are never replaced", {}),
    ((), {}, {"region": "us-west-2"}, "are never replaced", {}),
    ((), {}, {"tags": "from=filemaker", "storage_class": "STANDARD_IA"}, "never replaced", {}),
    (("conflict-first",), {}, {}, "are never replaced", {}),
    (("complete-error-once",), {}, {}, "are never replaced", {}),
    (("no-condition",), {}, {}, "every key carries the hash", {"hashed": SMALL + LARGE}),
    (("no-condition-complete",), {}, {}, "above 8 MiB they may be", {"hashed": LARGE}),
    (("lists-for-questions",), {}, {}, "are never replaced", {}),
    (("md5-only",), {}, {}, "are never replaced", {}),
    (("no-checksums",), {}, {}, "it refuses SHA-256 checksums", {}),
    (("no-checksums", "md5-only"), {}, {}, "it refuses SHA-256 checksums", {}),
    (("no-checksums", "no-condition"), {}, {}, "every key carries the hash", {"hashed": SMALL + LARGE}),
    (("no-checksums", "verifies-nothing"), {}, {}, "everything is read back", {"large": False}),
    (("verifies-nothing",), {}, {}, "everything is read back", {"large": False}),
)


def sizes_of(bench):
    return bench.sql("select size from fmferry_version where state = 'stored'")


def move(tap, name, quirks, more, settings, says, wanted):
    with ModelBench(tap, "model", quirks, more, settings) as bench:
        files = bench.folder / "files"
        files.mkdir()
        for number in range(SMALL):
            (files / f"small-{number}.txt").write_bytes(b"a letter, number %d\n" % number * 50)
        for number in range(LARGE if wanted.get("large", True) else 0):
            (files / f"large-{number}.bin").write_bytes(bytes([number]) * LARGE_SIZE)
        total = len(list(files.iterdir()))
        bench.serve(f"files:{files}")
        checked = bench.ferry("check")
        tap.ok(checked.code == 0 and says in checked.out, f"{name}: check says what it does",
               checked.out, checked.err)
        tap.same(sorted(bench.server.model.objects), [], f"{name}: and leaves nothing")
        run = bench.ferry("run", limit=120)
        tap.ok(run.code == 0, f"{name}: all arrive", run.code, run.out, run.err)
        effects = bench.journaled()
        made = collections.Counter(line["key"] for line in effects
                                   if line["effect"] in ("put", "complete"))
        tap.ok(len(made) == total and set(made.values()) == {1}, f"{name}: each object is made once",
               made)
        tap.ok(not [line for line in effects if line.get("replaced") or line["effect"] == "delete"],
               f"{name}: none is replaced or removed")
        stored = dict(bench.sql("select key, lower(hex(sha256)) from fmferry_version "
                                "where state = 'stored'"))
        put = {line["key"]: line["sha256"] for line in effects if line["effect"] == "put"}
        tap.ok(all(stored.get(key) == sha256 for key, sha256 in put.items()) and put,
               f"{name}: with the bytes that the ledger says")
        tap.same(sum("~" in key for key in made), wanted.get("hashed", 0), f"{name}: keys with hashes")
        tap.same(bench.server.model.uploads, {}, f"{name}: no upload is open")
        lines = len(bench.effects.read_text().splitlines())
        again = bench.ferry("run")
        tap.ok(again.code == 0 and len(bench.effects.read_text().splitlines()) == lines,
               f"{name}: a second run writes nothing", again.out, again.err)
        bench.server.stop()


def spoiled(tap):
    """A server that stores other bytes than it was sent is found out before anything is moved."""
    with ModelBench(tap, "spoils", ("spoils", "verifies-nothing"), {}, {}) as bench:
        bench.serve("demo")
        run = bench.ferry("run")
        tap.ok(run.code == 1 and "does not come back" in run.err, "a store that spoils is refused",
               run.code, run.err)
        bench.server.stop()


def test(tap):
    if not need_programs(tap):
        return
    for quirks, more, settings, says, wanted in CASES:
        name = ", ".join([*quirks, *(f"{k} {v}" for k, v in {**more, **settings}.items())]) or "strict"
        move(tap, name, quirks, more, settings, says, wanted)
    spoiled(tap)


main(test)
