#!/usr/bin/python3
"""
An export that something happens to: killed again and again it goes on and ends as if nothing had been;
damaged documents are listed, and nothing looks whole that is not.
"""

import contextlib
import json
import pathlib
import random
import shutil
import signal
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from exports import check_bag, check_fhir, manifest_of  # noqa: E402
from harness import BUILD, main, play, wait_until  # noqa: E402

CHECKS = {"bagit": check_bag, "fhir": check_fhir}
RENAMES = {"bagit": (1, 2), "fhir": ()}  # a bag's files are put aside and moved back; FHIR has one file
SIZE, KILLS = "generate:120,40K", 6
STOPS = BUILD / "tests" / "preload" / "libstops.so"


def migrate(bench, data="demo"):
    bench.serve(data)
    bench.ferry("patients", "import")
    bench.ferry("run")


def export(bench, kind, target, *options):
    return bench.ferry("export", kind, target, *options)


def partial_of(target):
    return pathlib.Path(f"{target}.partial")


def written(partial):
    """How many bytes of documents lie in a partial export."""
    return sum(path.stat().st_size for path in partial.rglob("*") if path.is_file())


def missing_in(folder):
    path = next(folder.rglob("missing.ndjson"), None)
    return [json.loads(line) for line in path.read_text().splitlines()] if path else []


def tree(folder):
    """Every file and its bytes; the day in bag-info.txt may be another."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*")
            if path.is_file() and path.name not in ("bag-info.txt", "tagmanifest-sha256.txt")}


# --- killed ------------------------------------------------------------------------------------------


def killed_once(bench, kind, target, **when):
    """Kills an export at a moment that no other work on the machine moves; whether it had written and was not done."""
    environment = bench.environment(LD_PRELOAD=str(STOPS), **{name: str(value) for name, value in when.items()})
    done = bench.ferry("export", kind, target, environment=environment)
    partial = partial_of(target)
    return done.code == -signal.SIGKILL and partial.exists() and written(partial) > 0


def killed_at_random(tap, bench):
    migrate(bench, SIZE)
    chance = random.Random(88)
    for kind, check in CHECKS.items():
        calm, target = bench.folder / f"calm-{kind}", bench.folder / kind
        tap.same(export(bench, kind, calm).code, 0, f"{kind}: undisturbed, it ends with 0")
        whole, hits = written(calm), 0
        for kill in range(KILLS):  # each writes an eighth at most, so that none comes to its end
            hits += killed_once(bench, kind, target, STOP_BYTES=int(chance.uniform(0.05, 1 / 8) * whole))
            if kill in RENAMES[kind]:
                hits += killed_once(bench, kind, target, STOP_RENAMES=kill)
        tap.same((hits, target.exists()), (KILLS + len(RENAMES[kind]), False),
                 f"{kind}: killed, there is nothing of its name")
        done = export(bench, kind, target)
        tap.ok(done.code == 0 and "from an earlier call" in done.out,
               f"{kind}: the next call ends it, and fetches less", done.out, done.err)
        tap.ok(not partial_of(target).exists() and not (target / "kept").exists(),
               f"{kind}: nothing is left behind")
        check(tap, bench, target)
        if kind == "bagit":
            tap.ok(tree(calm) == tree(target), "every file is as if nothing had happened")
        else:
            lines = [sorted((folder / "Binary.ndjson").read_text().splitlines()) for folder in (calm, target)]
            tap.ok(lines[0] == lines[1], "every line is as if nothing had happened")


def spoiled_meanwhile(tap, bench):
    """What lies in the folder counts only if its bytes are right, and only if a row asks for it."""
    migrate(bench)
    victim = bench.sql("select key from fmferry_version where state = 'stored' order by key")[0][0]
    for kind, check in CHECKS.items():
        target, partial = bench.folder / kind, partial_of(bench.folder / kind)
        spoil_store(bench, victim)
        tap.same(export(bench, kind, target).code, 3, f"{kind}: one document is damaged")
        mend_store(bench, victim)
        if kind == "bagit":
            files = sorted(path for path in (partial / "data" / "documents").rglob("*") if path.is_file())
            files[0].write_bytes(bytes(files[0].stat().st_size))
            (partial / "data" / "documents" / "stray.pdf").write_text("of a row that is gone\n")
            lost = 1
        else:
            text = (partial / "Binary.ndjson").read_text().splitlines(True)
            text[3] = text[3].replace("A", "B", 40)
            (partial / "Binary.ndjson").write_text("".join(text))
            lost = len(text) - 3
        done = export(bench, kind, target)
        total = bench.sql("select count(*) from fmferry_document where state = 'done'")[0][0]
        tap.ok(done.code == 0 and f"\n{total - 1 - lost} of them are there" in f"\n{done.out}",
               f"{kind}: only what is right is kept", done.out, done.err)
        check(tap, bench, target)


# --- damaged -----------------------------------------------------------------------------------------


def spoil_store(bench, key, remove=False):
    path = bench.store / key
    kept = bench.folder / "kept-bytes" / key
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(path, kept)
    if remove:
        path.unlink()
    else:
        path.write_bytes(bytes(path.stat().st_size))


def mend_store(bench, key):
    shutil.copy2(bench.folder / "kept-bytes" / key, bench.store / key)


def damaged_are_listed(tap, bench):
    migrate(bench)
    keys = [key for key, in bench.sql("select key from fmferry_version where state = 'stored' order by key")]
    wrong, gone, later = keys[0], keys[5], keys[9]
    for kind, check in CHECKS.items():
        spoil_store(bench, wrong)
        spoil_store(bench, gone, remove=True)
        listed(tap, bench, kind, {wrong, gone})
        accepted(tap, bench, kind, {wrong, gone}, later)
        mended(tap, bench, kind, check, (wrong, gone))


def listed(tap, bench, kind, keys):
    target, partial = bench.folder / kind, partial_of(bench.folder / kind)
    done = export(bench, kind, target)
    tap.ok(done.code == 3 and not target.exists() and partial.exists(),
           f"{kind}: damaged documents end it with 3, and it gets no name", done.out, done.err)
    tap.ok(all(key in done.out for key in keys) and "--accept-damaged" in done.out,
           "each is named, and what to do", done.out)
    tap.same({line["key"] for line in missing_in(partial)}, keys, "and listed inside")
    tap.ok(not (partial / "bagit.txt").exists(), "it is no bag yet")
    tap.ok(all(line["id"] and line["filemaker_id"] and line["why"] for line in missing_in(partial)),
           "with ids and reasons", missing_in(partial))


def accepted(tap, bench, kind, keys, later):
    """Only what somebody has seen on the list is accepted."""
    target = bench.folder / f"{kind}-accepted"
    done = export(bench, kind, target, "--accept-damaged", "Dr. Wren")
    tap.ok(done.code == 3 and not target.exists(), f"{kind}: what was never listed cannot be accepted", done.out)
    spoil_store(bench, later)
    if kind == "bagit":
        shutil.rmtree(partial_of(target) / "data" / "documents")  # else the kept file is as good
    else:
        (partial_of(target) / "Binary.ndjson").unlink()
    done = export(bench, kind, target, "--accept-damaged", "Dr. Wren")
    tap.ok(done.code == 3 and later in done.out and not target.exists()
           and not any(key in done.out for key in keys), "nor what came since", done.out)
    mend_store(bench, later)
    done = export(bench, kind, target, "--accept-damaged", "Dr. Wren")
    tap.ok(done.code == 0 and "as Dr. Wren accepts" in done.out, "the rest is, by name", done.out, done.err)
    tap.same({(line["key"], line["accepted_by"]) for line in missing_in(target)},
             {(key, "Dr. Wren") for key in keys}, "the export says what is missing, and who accepted it")
    if kind == "bagit":
        accepted_bag(tap, target, keys)
    else:
        accepted_fhir(tap, target, keys)
    done = export(bench, kind, bench.folder / "other", "--accept-damaged", "two\nlines")
    tap.same(done.code, 2, "a name is one line")


def accepted_bag(tap, bag, keys):
    info = (bag / "bag-info.txt").read_text()
    tap.ok("INCOMPLETE" in info and f"Missing-Documents: {len(keys)}\nMissing-Accepted-By: Dr. Wren\n" in info,
           "so does bag-info.txt", info)
    payload = manifest_of(bag / "manifest-sha256.txt")
    lines = [json.loads(line) for line in (bag / "data" / "documents.ndjson").read_text().splitlines()]
    tap.ok("data/missing.ndjson" in payload and not {f"data/documents/{key}" for key in keys} & set(payload),
           "the manifest has the list, and not the documents")
    tap.same(len([line for line in lines if line["file"] is None and line["metadata"]["fields"]]), len(keys),
             "what is known of them is there without a file")
    tap.ok(all((bag / path).is_file() for path in payload), "and what the manifest names is there")


def accepted_fhir(tap, fhir, keys):
    references = [json.loads(line) for line in (fhir / "DocumentReference.ndjson").read_text().splitlines()]
    binaries = {json.loads(line)["id"] for line in (fhir / "Binary.ndjson").read_text().splitlines()}
    bare = {one["id"] for one in references if "url" not in one["content"][0]["attachment"]}
    tap.ok(len(bare) == len(keys) and binaries == {one["id"] for one in references} - bare,
           "a missing document has a reference that leads nowhere", bare)


def mended(tap, bench, kind, check, keys):
    target, total = bench.folder / kind, None
    for key in keys:
        mend_store(bench, key)
    done = export(bench, kind, target)
    total = bench.sql("select count(*) from fmferry_document where state = 'done'")[0][0]
    tap.ok(done.code == 0 and f"{total - len(keys)} of them are there from an earlier call" in done.out,
           f"{kind}: mended, only these are fetched", done.out, done.err)
    tap.same(missing_in(target), [], "and nothing is missing")
    check(tap, bench, target)


def rows_that_say_nothing(tap, bench):
    """A row without a hash, one with a key that leads out, one whose metadata cannot be read, and two with one key."""
    migrate(bench)
    rows = [row for row, in bench.sql("select id from documents_document order by id")]
    no_hash, outside, torn, twin = rows[1], rows[4], rows[7], rows[10]
    bench.sql("update documents_document set filemaker_metadata ="
              " json_remove(filemaker_metadata, '$.sha256') where id = ?", no_hash)
    bench.sql("update documents_document set s3_key = '../../outside' where id = ?", outside)
    with contextlib.closing(sqlite3.connect(bench.database)) as sql, sql:
        sql.execute("pragma ignore_check_constraints = on")  # not every application's table has them
        sql.execute("update documents_document set filemaker_metadata = '{\"source\":' where id = ?", (torn,))
    bench.sql("update documents_document set s3_key = (select s3_key from documents_document where id = ?)"
              " where id = ?", rows[9], twin)
    done = export(bench, "bagit", bench.folder / "bag")
    tap.same((done.code, sorted(line["id"].replace("-", "") for line in
                                missing_in(partial_of(bench.folder / "bag")))),
             (3, sorted((no_hash, outside, torn, twin))), "each is missing, and the others are not")
    tap.ok(not (bench.folder / "outside").exists(), "nothing is written outside")


# --- refused -----------------------------------------------------------------------------------------


def of_something_else(tap, bench):
    migrate(bench)
    target = bench.folder / "left"
    key = bench.sql("select key from fmferry_version where state = 'stored'")[0][0]
    spoil_store(bench, key)
    export(bench, "bagit", target)
    before = tree(partial_of(target))
    for what, kind, sections in (("another kind", "fhir", {}),
                                 ("another field for the type", "bagit", {"source": {"type_field": "num"}})):
        bench.configure(**sections)
        done = export(bench, kind, target)
        tap.ok(done.code == 2 and "is another export" in done.err and tree(partial_of(target)) == before,
               f"a partial export of {what} is refused, and stays", done.err)
    bench.configure(registry={"url": f"sqlite:{bench.folder / 'copy.db'}"})
    shutil.copy(bench.database, bench.folder / "copy.db")
    done = export(bench, "bagit", target)
    tap.ok(done.code == 2 and "database: sqlite:" in done.err, "so is one of another database", done.err)
    bench.configure()
    mend_store(bench, key)
    tap.same(export(bench, "bagit", target).code, 0, "the right one goes on")


def state_of(program):
    """As the kernel has it: "T" for one that was stopped."""
    return pathlib.Path(f"/proc/{program.process.pid}/stat").read_text().rsplit(") ", 1)[1][0]


def interrupted(tap, bench):
    """Ctrl-C: the command says how it goes on. And no two write the same export."""
    migrate(bench, SIZE)
    target = bench.folder / "bag"
    stands = bench.environment(LD_PRELOAD=str(STOPS), STOP_BYTES="50000", STOP_SIGNAL=str(int(signal.SIGSTOP)))
    program = bench.start("export", "bagit", target, environment=stands)
    tap.ok(wait_until(lambda: state_of(program) == "T"), "an export stands still")
    done = export(bench, "bagit", target)
    tap.ok(done.code == 2 and "another export is writing" in done.err, "a second one is refused", done.err)
    program.signal(signal.SIGINT)
    program.signal(signal.SIGCONT)
    program.finish()
    tap.ok(program.code == 130 and "the same command goes on from there" in program.err,
           "Ctrl-C ends it, and it says how it goes on", program.code, program.err)
    tap.same(export(bench, "bagit", target).code, 0, "and it does")


def test(tap):
    play(tap, (killed_at_random, spoiled_meanwhile, damaged_are_listed, rows_that_say_nothing,
               of_something_else, interrupted), "export-")


main(test)
