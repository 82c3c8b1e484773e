#!/usr/bin/python3
"""
Two thousand documents, 500 MB, as one ZIP: the console stays small while it sends them, and what others wrote takes the ZIP
apart, finds each hash, and could do so on Windows.

    DOCUMENTS=200 tests/torture/zip.py
"""

import os
import pathlib
import re
import subprocess
import sys
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / folder) for folder in ("e2e", "console")]
from harness import Bench, main, need_programs, wait_until  # noqa: E402
from people import Console  # noqa: E402

DOCUMENTS, SIZE, MOST_MIB, LIMIT = int(os.environ.get("DOCUMENTS", "2000")), 250_000, 64, 1800
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
NAMES = [("CON", "."), ("nul.txt", ""), ('Dr. <b>"x"|?*', "a/b\\c:"), ("Müller-Łuk\u00e1cs", "伊藤"), ("Mu\u0308ller", "Ends with. "),
         ("../../etc", "passwd"), ("line\r\nbreak", "\u202eevil"), ("ANNA", "BERG"), ("anna", "berg"), ("=1+1", "-rf")]


def renames(bench):
    """The first patients get the names that do harm; two differ in case alone, also in their births."""
    ids = [row for row, in bench.sql("select id from patients_patient order by id")]
    for patient, (last, first) in zip(ids, NAMES):
        bench.sql("update patients_patient set last_name = ?, first_name = ?, dob = '1950-01-01' where id = ?", last, first, patient)


def memory(console, which):
    status = pathlib.Path(f"/proc/{console.program.pid}/status").read_text()
    return int(re.search(rf"{which}:\s+(\d+)", status)[1]) / 1024


def fetched(tap, bench, console, user, count):
    """The ZIP, written as it comes, and what the console needed for it."""
    status, said = user.send_json("/api/v1/tickets", {"query": {}})
    tap.same((status, said.get("count")), (201, count), "all are chosen")
    pathlib.Path(f"/proc/{console.program.pid}/clear_refs").write_text("5")  # the peak begins anew
    idle, begun, path = memory(console, "VmRSS"), time.monotonic(), bench.folder / "all.zip"
    connection = user.connection()
    connection.request("GET", said["url"], None, {"Cookie": f"__Host-fmferry={user.key}"})
    answer = connection.getresponse()
    with open(path, "wb") as to:
        while part := answer.read(1 << 20):
            to.write(part)
    peak, size = memory(console, "VmHWM"), path.stat().st_size
    tap.note(f"{count} documents, {size / 1e6:.0f} MB in {time.monotonic() - begun:.1f} s; idle {idle:.1f} MiB, peak {peak:.1f} MiB")
    tap.same(answer.status, 200, "and come")
    tap.ok(size >= count * SIZE * 0.9, "with all their bytes", size)
    tap.ok(peak - idle < MOST_MIB, f"the console needs less than {MOST_MIB} MiB more than when it is idle", idle, peak)
    return path


def bad_part(part):
    """What Windows cannot have as the name of a file or folder."""
    return (not part or re.search(r'[<>:"|?*\\\x00-\x1f]', part) or part[-1] in ". " or len(part) > 255
            or part.split(".")[0].strip().lower() in DEVICES)


def is_named_well(tap, path):
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
    unmarked = [one.filename for one in entries if not one.filename.isascii() and not one.flag_bits & 0x800]
    tap.same(unmarked, [], "names beyond ASCII are marked as UTF-8")
    tap.ok(any(not one.filename.isascii() for one in entries), "and there are such")
    names = [one.filename for one in entries]
    tap.same([name for name in names if any(map(bad_part, name.split("/")))], [], "each name is one that Windows takes")
    tap.same(len({name.casefold() for name in names}), len(names), "no two names differ in case alone")
    tap.ok(max(map(len, names)) < 200, "none is so long that a folder's name in front is too much", max(map(len, names)))


def is_unpacked(tap, bench, path, count):
    tested = subprocess.run(["unzip", "-tqq", path], capture_output=True, text=True)
    tap.same((tested.returncode, tested.stdout), (0, ""), "unzip finds no fault")
    folder = bench.folder / "unpacked"
    folder.mkdir()
    subprocess.run(["unzip", "-q", path], cwd=folder, check=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    checked = subprocess.run(["sha256sum", "--strict", "-c", "manifest-sha256.txt"], cwd=folder, capture_output=True, text=True)
    tap.same((checked.returncode, checked.stdout.count(": OK\n")), (0, count), "sha256sum finds each as it should be")
    tap.same(sum(one.is_file() for one in folder.rglob("*")), count + 1, "and nothing else is there")


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "zip") as bench:
        bench.serve(f"generate:{DOCUMENTS},{SIZE}")
        bench.configure()
        bench.ferry("patients", "import", limit=LIMIT)
        bench.ferry("run", limit=LIMIT)
        renames(bench)
        (count,), = bench.sql("select count(*) from documents_document")
        tap.same(count, DOCUMENTS, "all documents are there")
        console = Console(bench)
        user = console.person("kim", "staff")
        listed = lambda: user.send_json("/api/v1/tickets", {"query": {}})[1].get("count") == count  # noqa: E731
        tap.ok(wait_until(listed, LIMIT, 1), "and in the index")
        path = fetched(tap, bench, console, user, count)
        is_named_well(tap, path)
        is_unpacked(tap, bench, path, count)
        console.program.signal(15)
        tap.same(console.program.finish(60).code, 0, "the console ends when it is told to")
        bench.stop_serving()


main(test)
