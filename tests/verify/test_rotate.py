#!/usr/bin/python3
"""
Re-reading in turn: in seven nights every byte is read again at both ends, and each that changed in silence is found
and stays known; a night that is broken off, killed or ended by quiet hours is made up for.
"""

import json
import pathlib
import signal
import struct
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import BUILD, BUILD, Bench, main, need_programs, wait_until  # noqa: E402

DOCUMENTS, NIGHTS, LIMIT = 210, 7, 120
ALTERED = 25  # at each end
CLOCK = BUILD / "tests" / "preload" / "libclock.so"
DAY_US = 24 * 3600 * 1_000_000


class Clock:
    """The machine's wall clock, so many microseconds on."""

    def __init__(self, bench):
        self.path = bench.folder / "clock"
        self.set(0)
        self.environment = bench.environment(LD_PRELOAD=str(CLOCK), CLOCK_FILE=str(self.path))

    def set(self, added_us):
        with open(self.path, "r+b" if self.path.exists() else "wb") as file:
            file.write(struct.pack("=q", added_us))


def moved(bench):
    bench.serve(f"generate:{DOCUMENTS},4000")
    bench.ferry("patients", "import")
    bench.ferry("run", limit=LIMIT)


def night(bench, clock):
    return bench.ferry("verify", "--rotate", str(NIGHTS), "--json", limit=LIMIT, environment=clock.environment)


def lines_of(done):
    return [json.loads(line) for line in done.out.splitlines()]


def parts_read(bench):
    """The parts that were compared to their end, in their order."""
    return [json.loads(found)["sample"] for found, in bench.sql(
        "select a.evidence from fmferry_run r join fmferry_audit a on a.run = r.run "
        "where r.kind = 'verify' and a.after = 'verified' order by r.run")]


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def alter(bench):
    """In silence: half in the store; half at the source, where nothing says that the record was touched."""
    keys = bench.sql("select d.record_id, v.key from fmferry_document d join fmferry_version v on v.document = d.document "
                     "order by d.record_id")
    stored, sourced = keys[:ALTERED], keys[-ALTERED:]
    for _, key in stored:
        flip(bench.store / key)
    bench.happen(*(f"on stream2 record {record} do flip 50%" for record, _ in sourced))
    return {record for record, _ in stored}, {record for record, _ in sourced}


def seven_nights(tap, bench):
    moved(bench)
    clock, (stored, sourced) = Clock(bench), alter(bench)
    found, new = {}, []
    for number in range(NIGHTS):
        clock.set(number * DAY_US)
        done = night(bench, clock)
        before = set(found)
        for line in lines_of(done)[:-1]:
            found.setdefault(line["recordId"], line["kind"])
        new.append(set(found) - before)
        tap.ok(done.code in (0, 3), f"night {number + 1} ends, and finds {len(new[-1])} more", done.code, done.err[-500:])
    tap.same(parts_read(bench), [f"{number + 1}/{NIGHTS}" for number in range(NIGHTS)], "each night another part")
    tap.same(({one for one in found if one in stored}, {one for one in found if one in sourced}, set(found) - stored - sourced),
             (stored, sourced, set()), f"each of {2 * ALTERED} altered bytes is found within {NIGHTS} nights, and nothing else")
    tap.ok(sum(bool(one) for one in new) > 3, "they were found in more than one night", [len(one) for one in new])
    told(tap, bench, NIGHTS)
    open_ = {record for record, in bench.sql("select d.record_id from fmferry_finding f join fmferry_document d on d.document = f.document")}
    tap.same(open_, stored | sourced, "the ledger has a finding for each, so the console shows none of them")
    done = night(bench, clock)
    tap.same(parts_read(bench)[-1], f"1/{NIGHTS}", "then it begins anew")


def made_up_for(tap, bench):
    """Broken off: the part is read again."""
    moved(bench)
    clock = Clock(bench)
    tap.same(night(bench, clock).code, 0, "the first part is read")
    for number in (signal.SIGINT, signal.SIGKILL):
        bench.happen("on stream2 first 1 do stall 600s")
        program = bench.start("verify", "--rotate", str(NIGHTS), environment=clock.environment)
        streams = bench.seen()["requests"].get("stream1", 0)
        wait_until(lambda: bench.seen()["requests"].get("stream1", 0) > streams or not program.is_running(), LIMIT)
        program.signal(number)
        code = program.finish(LIMIT).code
        tap.ok(code in (128 + number, -number), f"{number.name} ends a night", code)
        tap.same(parts_read(bench), [f"1/{NIGHTS}"], f"{number.name}: the second part is not taken for read")
    tap.same(night(bench, clock).code, 0, "the next night goes well")
    tap.same(parts_read(bench), [f"1/{NIGHTS}", f"2/{NIGHTS}"], "and reads the second part")
    told(tap, bench, read=2)
    certified(tap, bench)


def told(tap, bench, read):
    """Status, metrics and report say how far it has come."""
    rotation = bench.status()["rotation"]
    tap.same((rotation["parts"], rotation["read"], rotation["last"], bool(rotation["all_since"])),
             (NIGHTS, read, read, read == NIGHTS), f"status --json tells of {read} parts")
    words = "every byte was read again since" if read == NIGHTS else f"{read} of {NIGHTS} parts so far"
    shown = " ".join(bench.ferry("status").out.split())
    tap.ok("read again in turn" in shown and words in shown, "so does status", shown[-900:])
    metrics = bench.ferry("metrics").out
    tap.ok(f"fmferry_rotation_parts {NIGHTS}\n" in metrics and f"fmferry_rotation_read_parts {read}\n" in metrics
           and ("\nfmferry_rotation_all_since_timestamp_seconds " in metrics) == (read == NIGHTS), "so do the metrics")
    bench.ferry("report", "--output", bench.folder / "report.html")
    page = " ".join((bench.folder / "report.html").read_text().split())
    tap.ok(f"read again part by part, in the store and in FileMaker: part {read} of {NIGHTS} on" in page and words in page,
           "so does the report")


def certified(tap, bench):
    bench.ferry("init", "--key")
    done = bench.ferry("verify", "--certificate", bench.folder / "certificate", limit=LIMIT)
    lines = [line.split("\t") for line in (bench.folder / "certificate").read_text().split("\n\n")[0].split("\n")]
    tap.same([line[1] for line in lines if line[0] == "reread"], [f"2/{NIGHTS}", f"1/{NIGHTS}"],
             "the certificate has a line for each part that was read again")
    audited = subprocess.run([BUILD / "audit" / "fmferry-audit", "--key", bench.folder / "fmferry.key.pub",
                              bench.folder / "certificate"], capture_output=True, text=True)
    tap.same((done.code, audited.returncode), (0, 0), "and the auditor's program takes it")


def quiet_hours(tap, bench):
    moved(bench)
    clock = Clock(bench)
    bench.configure(source={"quiet_hours": "08:00-18:00", "time_zone": "UTC"})
    now_us = int(__import__("time").time() * 1e6)
    at = lambda hour: (hour * 3600 * 1_000_000 - now_us) % DAY_US  # noqa: E731
    clock.set(at(9))
    done = bench.ferry("verify", "--rotate", str(NIGHTS), environment=clock.environment)
    tap.ok(done.code == 3 and "until 18:00" in done.out and not parts_read(bench), "in quiet hours nothing is read", done.code, done.out, done.err)
    clock.set(at(2))
    bench.happen("on stream2 first 1 do stall 600s")  # it hangs until somebody ends it
    program = bench.start("verify", "--rotate", str(NIGHTS), environment=clock.environment)
    streams = bench.seen()["requests"].get("stream1", 0)
    wait_until(lambda: bench.seen()["requests"].get("stream1", 0) > streams or not program.is_running(), LIMIT)
    clock.set(at(8))
    done = program.finish(LIMIT)
    tap.ok(done.code == 3 and "quiet hours began: part 1/7" in done.out, "when they begin the night ends, with 3 and a sentence",
           done.code, done.out[-500:], done.err[-300:])
    clock.set(at(2) + DAY_US)
    tap.same((night(bench, clock).code, parts_read(bench)), (0, [f"1/{NIGHTS}"]), "the next night reads that part")


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "rotate") as bench:
        seven_nights(tap, bench)
    with Bench(tap, "rotate-broken") as bench:
        made_up_for(tap, bench)
    with Bench(tap, "rotate-quiet") as bench:
        quiet_hours(tap, bench)
        done = bench.ferry("verify", "--rotate", "7", "--sample", "1/7")
        tap.ok(done.code == 2 and "excludes" in done.err, "a part is not named and taken in turn at once", done.err)


main(test)
