#!/usr/bin/python3
"""
What people take away is listed, found and opened no more; it can be brought back, and nothing of it is removed: documents
that were moved, and uploads alike. Each is noted before and after; `verify` finds no difference.
"""

import contextlib
import json
import os
import pathlib
import re
import sqlite3
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Bench, main, need_programs, wait_until  # noqa: E402
from people import Console  # noqa: E402
from uploads import patients_of, pdf, upload  # noqa: E402

RECORDS, SIZE = 12, 2000


def listed(user, patient):
    return {one["row"] for one in user.json(f"/api/v1/patients/{patient}/documents?limit=200")["items"]}


def away(user, query=""):
    """Every document that is away, page after page."""
    found, cursor = {}, ""
    while cursor is not None:
        page = user.json(f"/api/v1/away?limit=2{query}" + (f"&cursor={cursor}" if cursor else ""))
        found.update({one["row"]: one for one in page["items"]})
        cursor = page["next"]
    return found


def change(user, row, is_away, version, **more):
    status, headers, text = user.ask("POST", f"/api/v1/documents/{row}/away", json.dumps({"away": is_away, **more}),
                                     {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin",
                                      "X-Fmferry-Token": user.csrf, **({"If-Match": version} if version else {})})
    return status, json.loads(text)


def version_of(user, row):
    return user.ask("GET", f"/api/v1/documents/{row}")[1]["ETag"]


def verifies(tap, bench, words):
    said = bench.ferry("verify", "--json")
    tap.same((said.code, len(said.out.splitlines())), (0, 1), f"verify finds no difference {words}")


def by_program(tap, bench, console, user, patient, row, what):
    """There and back again, by the addresses for programs."""
    key, = bench.sql("select s3_key from documents_document where id = ?", uuid.UUID(row).hex)[0]
    version = version_of(user, row)
    tap.same(change(user, row, True, None)[0], 428, f"{what}: it needs a version")
    tap.same(change(user, row, True, '"1-0000000000000000"')[0], 412, "and the present one")
    tap.same(change(user, row, False, version)[0], 404, "what is not away cannot be brought back")
    status, said = change(user, row, True, version, reason="scanned <twice>")
    tap.same((status, said["away"], said["row"]), (200, True, row), "it is taken away")
    tap.same([user.get(path)[0] for path in (f"/api/v1/documents/{row}", f"/documents/{row}", f"/documents/{row}/file",
                                             f"/documents/{row}/thumbnail", f"/documents/{row}/pages/1")], [404] * 5,
             "then it is nowhere to be had")
    tap.ok(row not in listed(user, patient), "nor listed")
    tap.ok(bench.sql("select is_active from documents_document where id = ?", uuid.UUID(row).hex) == [(0,)]
           and (bench.store / key).exists(), "the application's row says so; the object stays")
    tap.same(change(user, row, True, version)[0], 404, "it cannot be taken away twice")
    told = away(user, f"&patient={patient}")
    tap.ok(told[row]["version"] == said["version"] != version, "who may bring it back finds it, with its version", told)
    tap.same(change(user, row, False, version)[0], 412, "which is another one than before")
    verifies(tap, bench, f"while {what} is away")
    status, back = change(user, row, False, told[row]["version"])
    tap.same((status, back["away"], back["version"]), (200, False, version), "it is brought back, and is what it was")
    tap.ok(user.get(f"/documents/{row}")[0] == 200 and row not in away(user), "for everybody")
    noted = console.sql("select what, outcome, patient, detail from fmferry_view where row = ? and what in ('away', 'back') order by seq", row)
    tap.same(noted, [("away", "asked", patient, "scanned <twice>"), ("away", "ok", patient, "scanned <twice>"),
                     ("back", "asked", patient, ""), ("back", "ok", patient, "")], "each was noted before and after")


def index_has(bench, row):
    with contextlib.closing(sqlite3.connect(bench.folder / "fmferry-console" / "index.db", timeout=300)) as index:
        return index.execute("select count(*) from card where row = ?", (uuid.UUID(row).bytes,)).fetchone()[0] == 1


def by_form(tap, bench, user, patient, row):
    """S15, without script: taken away by mistake, and brought back."""
    tap.ok(f'href="/documents/{row}/away"' in user.get(f"/documents/{row}")[1], "the document's page leads there")
    page = user.get(f"/documents/{row}/away")[1]
    version = re.search(r'name="version" value="([^"]+)"', page)[1].replace("&quot;", '"')
    tap.ok("Take it away" in page and "Nothing of it is removed" in page, "S15: the form says what would be done", page)
    tap.same(user.post(f"/documents/{row}/away", version='"x"')[0], 412, "another version is refused")
    status, headers, _ = user.post(f"/documents/{row}/away", version=version, reason="by mistake")
    tap.same((status, headers["Location"]), (303, f"/documents/{row}/away"), "S15: it is taken away")
    page = user.get(headers["Location"])[1]
    tap.ok("was taken away" in page and "Bring it back" in page, "the page that follows has the way back", page)
    tap.ok(wait_until(lambda: not index_has(bench, row)), "the index lets go of it")
    for path in ("/away", f"/away?patient={patient}"):
        tap.ok(f'href="/documents/{row}/away"' in user.get(path)[1], f"{path} has it")
    tap.same(user.get(f"/away?patient={uuid.uuid4()}")[0], 404, "nobody's list is not there")
    other = next(one for one in patients_of(bench) if uuid.UUID(one) != uuid.UUID(patient))
    tap.ok("Nothing is away" in user.get(f"/away?patient={other}")[1], "another patient's list has it not")
    version = re.search(r'name="version" value="([^"]+)"', page)[1].replace("&quot;", '"')
    status, headers, _ = user.post(f"/documents/{row}/away", version=version)
    tap.same((status, headers["Location"]), (303, f"/documents/{row}"), "S15: and brought back")
    tap.same(user.get(f"/documents/{row}")[0], 200, "where it was")
    tap.ok(wait_until(lambda: row in listed(user, patient)), "and listed again")


def yields_and_runs(tap, program):
    """What keeps the index comes behind the pages, and is not of the class idle, which a busy machine never runs."""
    threads = [int(folder.name) for folder in pathlib.Path(f"/proc/{program.pid}/task").iterdir()
               if (folder / "comm").read_text() == "index\n"]
    ours = os.getpriority(os.PRIO_PROCESS, program.pid)
    tap.same([(os.getpriority(os.PRIO_PROCESS, thread), os.sched_getscheduler(thread) == os.SCHED_IDLE) for thread in threads],
             [(min(ours + 10, 19), False)], "the index has a rank behind the pages, and is not idle")


def not_verified(tap, bench, user, row):
    """Verified or invisible holds for what is away, too."""
    version = version_of(user, row)
    change(user, row, True, version)
    told = away(user)[row]
    bench.sql("update documents_document set s3_key = s3_key || 'x' where id = ?", uuid.UUID(row).hex)
    tap.ok(row not in away(user) and "1 more is not verified" in user.get("/away")[1], "what is not verified is not shown there")
    tap.same((change(user, row, False, told["version"])[0], user.get(f"/documents/{row}/away")[0]), (404, 404), "nor brought back")
    bench.sql("update documents_document set s3_key = rtrim(s3_key, 'x') where id = ?", uuid.UUID(row).hex)
    tap.same(change(user, row, False, told["version"])[0], 200, "until it is")


def others(tap, bench, console, row):
    version = version_of(console.person("reader", "staff"), row)
    for name, roles, status in (("owner2", "owner", 200), ("records2", "records", 200), ("operator2", "operator", 403), ("auditor2", "auditor", 403)):
        who = console.person(name, roles)
        got, said = change(who, row, True, version)
        tap.same(got, status, f"{roles}: {status}")
        if got == 200:
            tap.same(change(who, row, False, said["version"])[0], 200, "and back")


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "away") as bench:
        bench.serve(f"generate:{RECORDS},{SIZE}")
        bench.ferry("patients", "import")
        bench.ferry("run")
        console = Console(bench)
        user = console.person("staff", "staff")
        (moved, patient), = bench.sql("select id, object_id from documents_document where object_id is not null order by id limit 1")
        moved, patient = str(uuid.UUID(moved)), str(uuid.UUID(patient))
        tap.ok(wait_until(lambda: moved in listed(user, patient)), "a document that was moved is listed")
        by_program(tap, bench, console, user, patient, moved, "a document that was moved")
        sent = upload(user, patient, [("one.pdf", pdf("one"))])[1][0]["row"]
        tap.ok(wait_until(lambda: sent in listed(user, patient)), "an upload is listed")
        yields_and_runs(tap, console.program)
        by_program(tap, bench, console, user, patient, sent, "an upload")
        by_form(tap, bench, user, patient, moved)
        not_verified(tap, bench, user, sent)
        others(tap, bench, console, moved)
        rows = [str(uuid.UUID(one)) for one, in bench.sql("select id from documents_document where object_id is not null")]
        for row in rows:
            change(user, row, True, version_of(user, row))
        tap.same(sorted(away(user)), sorted(rows), "all that are away are listed, page by page")
        bench.ferry("run")
        tap.same(sorted(away(user)), sorted(rows), "a run brings nothing back")
        verifies(tap, bench, "while all are away")
        console.program.signal(15)
        tap.same(console.program.finish(60).code, 0, "the console ends when it is told to")
        bench.stop_serving()


if __name__ == "__main__":
    main(test)
