#!/usr/bin/python3
"""
Keys, paths and commands that somebody else wrote: rows whose keys lead out of an export, files by
reference behind links, a configuration that others may write. Nothing is made or read outside the folder, no
program of theirs is run, and the message says why.
"""

import os
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from harness import Bench, Person, main, need_programs  # noqa: E402

SECRET = b"%PDF-1.4\nnobody's business outside of this machine\n%%EOF\n"


def tree(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_exports(tap):
    """An earlier fault: the file was written before the rule for keys was applied."""
    with Bench(tap, "foreign-keys") as bench:
        bench.serve("generate:3,2000")
        tap.same(bench.ferry("run").code, 0, "a migration")
        row, good = bench.sql("select id, s3_key from documents_document limit 1")[0]
        deep = bench.folder / "exports" / "deep"
        deep.mkdir(parents=True)
        (bench.store / "planted").symlink_to(bench.folder / "fmferry.key")
        for key in ("../../../../planted.pdf", "../../outside", "/" + str(bench.folder) + "/planted",
                    "x/../../../../../planted", "./x", "a//b", "x/", "", "a\nb", "planted",
                    ".fmferry/x", "é"):
            bench.sql("update documents_document set s3_key = ? where id = ?", key, row)
            before = tree(bench.folder)
            for kind in ("bagit", "fhir"):
                done = bench.ferry("export", kind, deep / kind)
                made = {path for path in tree(bench.folder) - before
                        if not path.startswith(("logs/", f"exports/deep/{kind}.partial"))}
                said = done.out + done.err
                told = ("key" in said and "leads out" in said) or "symbolic link" in said
                tap.ok(done.code == 3 and told and made <= {"fmferry.db-shm", "fmferry.db-wal"},
                       f"export {kind} with the key {key!r}", done.code, said, made)
                outside = [path for path in (deep / f"{kind}.partial").rglob("*") if path.is_symlink()]
                tap.same(outside, [], "and no link is in it")
                shutil.rmtree(deep / f"{kind}.partial", ignore_errors=True)
        (bench.store / "planted").unlink()
        bench.sql("update documents_document set s3_key = ? where id = ?", good, row)
        tap.same(bench.ferry("export", "bagit", deep / "bagit").code, 0, "and with its own key")


def test_verify(tap):
    """A key in the ledger is as foreign as one in a row."""
    with Bench(tap, "foreign-keys") as bench:
        bench.serve("generate:3,2000")
        tap.same(bench.ferry("run").code, 0, "a migration")
        (bench.folder / "outside.pdf").write_bytes(SECRET)
        version, good = bench.sql("select document, key from fmferry_version limit 1")[0]
        for key in ("../outside.pdf", str(bench.folder / "outside.pdf"), "a/../../outside.pdf"):
            bench.sql("update fmferry_version set key = ? where document = ?", key, version)
            for words in (("verify",), ("verify", "--deep")):
                done = bench.ferry(*words)
                tap.ok(done.code == 3 and "object-missing" in done.out, f"{' '.join(words)} with the key"
                       f" {key!r}", done.code, done.out[-300:], done.err[-300:])
            done = bench.ferry("reconcile")
            tap.ok(done.code == 1 and "breaks the rules for keys" in done.err,
                   f"reconcile with the key {key!r}", done.code, done.err)
        bench.sql("update fmferry_version set key = ? where document = ?", good, version)
        tap.same(bench.ferry("verify").code, 0, "and with its own key")


def test_links_in_store(tap):
    """Somebody puts a link where a folder of the store belongs: no document goes elsewhere."""
    with Bench(tap, "foreign-links") as bench:
        bench.serve("generate:6,2000")
        elsewhere = bench.folder / "elsewhere"
        elsewhere.mkdir()
        bench.store.mkdir()
        (bench.store / "patients").symlink_to(elsewhere)
        done = bench.ferry("run")
        states = dict(bench.sql("select state, count(*) from fmferry_document group by 1"))
        tap.ok(done.code == 3 and states == {"failed": 6}, "each document fails", done.code, states, done.err)
        tap.same(os.listdir(elsewhere), [], "and nothing is put behind the link")
        said = bench.ferry("failures")
        tap.ok("symbolic link" in said.out + done.err, "it is said why", said.out[-800:])
        (bench.store / "patients").unlink()
        tap.same(bench.ferry("retry", "--all", "--yes").code, 0, "tried again without it")
        done = bench.ferry("run")
        bench.check("all arrive", exit_code=done.code)


def test_references(tap):
    """A file that the container points to: below the mounted folder, and no link."""
    with Bench(tap, "foreign-references") as bench:
        scenario = bench.folder / "scenario"
        scenario.write_text("container 1 is reference\ncontainer 2 is reference\n")
        bench.serve("generate:3,2000", "--scenario", scenario)
        mounted = bench.folder / "mounted"
        mounted.mkdir()
        (bench.folder / "private.pdf").write_bytes(SECRET)
        bench.configure(source={"reference_map": f"C:/Scans = {mounted}"})
        done = bench.ferry("run")
        names = [name for name, in bench.sql(
            "select d.record_id from fmferry_document d where d.state <> 'done' order by 1")]
        tap.same((done.code, names), (3, [1, 2]), "files that are not there fail")
        evidence = bench.ferry("failures").out
        wanted = name_of_files(bench)
        tap.ok(len(wanted) == 2, "their names are known", evidence)
        for name in wanted:
            (mounted / name).symlink_to(bench.folder / "private.pdf")
        bench.ferry("retry", "--all", "--yes")
        done = bench.ferry("run")
        stored = [path.read_bytes() for path in bench.store.rglob("*") if path.is_file()]
        tap.ok(done.code == 3 and SECRET not in stored, "a link is not followed", done.err)
        tap.ok("reference_links" in bench.ferry("failures").out + done.err
               + str(bench.sql("select evidence from fmferry_audit order by run desc, seq desc limit 9")),
               "and which setting would allow it is said")
        bench.configure(source={"reference_map": f"C:/Scans = {mounted}", "reference_links": "yes"})
        bench.ferry("retry", "--all", "--yes")
        done = bench.ferry("run")
        stored = [path.read_bytes() for path in bench.store.rglob("*") if path.is_file()]
        tap.ok(done.code == 0 and SECRET in stored, "with the setting it is", done.code, done.err)


def name_of_files(bench):
    """The files that the records' containers point to, by the simulator's word."""
    with Person(bench) as person:
        fields = [person.read(record)["fieldData"] for record in (1, 2)]
    return [one["Doc"].split("/C:/Scans/")[-1].split("\r")[0] for one in fields]


def test_configuration(tap):
    with Bench(tap, "foreign-ini") as bench:
        bench.serve("generate:3,2000")
        ran, away = bench.folder / "ran", bench.folder / "env"
        program = bench.folder / "password"
        program.write_text(f"#!/bin/sh\nenv > '{away}'\ntouch '{ran}'\necho Canary-Wren-4711-plover\n")
        program.chmod(0o700)
        bench.configure(source={"password_env": None, "password_command": str(program)})
        for path, mode in ((bench.config, 0o666), (bench.config, 0o620), (bench.folder, 0o777),
                           (bench.folder, 0o770)):
            kept = path.stat().st_mode & 0o7777
            path.chmod(mode)
            for words in (("check",), ("run",)):
                done = bench.ferry(*words)
                tap.ok(done.code == 2 and "chmod go-w" in done.err and not ran.exists(),
                       f"{words[0]}: {path.name if path == bench.config else 'its folder'} of mode"
                       f" {mode:o} may name no command", done.code, done.err)
            path.chmod(kept)
        done = bench.ferry("run", environment=bench.environment(
            AWS_SECRET_ACCESS_KEY="Canary-Wren-4711-plover", PGPASSWORD="other-Canary"))
        tap.ok(done.code == 0 and ran.exists(), "one of one's own may", done.err)
        names = {line.split("=")[0] for line in away.read_text().splitlines()}
        tap.same(names & {"FMP", "PGPASSWORD", "AWS_SECRET_ACCESS_KEY"}, set(),
                 "the program sees no other secret")
        away.unlink()
        bench.configure(source={"password_env": None, "password_command": f"{program} | cat"})
        done = bench.ferry("run")
        tap.ok(done.code == 2 and "no shell is started" in done.err, "no shell is started", done.err)


def test(tap):
    if not need_programs(tap):
        return
    for part in (test_exports, test_verify, test_links_in_store, test_references, test_configuration):
        part(tap)


main(test)
