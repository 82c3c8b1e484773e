#!/usr/bin/python3
"""Judges the state of a migration by the invariants I1 to I14.

    check.py --truth T --journal J --store DIR --database DB [--config fmferry.ini]
             [--exit-code N] [--status status.json] [--logs FILES] [--before SNAPSHOT ...]
    check.py --snapshot FILE --journal J --store DIR --database DB

Without --truth (the source is still running) the ledger is compared with the journal alone. Every
violation is named with its record, row and key. For each invariant the number of things examined is given.
Ends with 0 if nothing is violated, 1 if something is, 2 if the state could not be read.
"""

import argparse
import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from checker import around, book, documents, facts, findings, left, uploads  # noqa: E402


def arguments(words=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    say = parser.add_argument
    say("--truth", help="what fmsim wrote in the end; leave it out while the source is running")
    say("--journal", required=True, help="every effect on the source, as fmsim wrote it")
    say("--store", required=True, help="the folder of objects")
    say("--database", required=True, help="SQLite file with ledger and registry")
    say("--config", help="fmferry.ini, where it differs from the defaults")
    say("--source", help="which source of the ledger, if it has several")
    say("--exit-code", type=int, help="of the last 'fmferry run'")
    say("--status", help="what 'fmferry status --json' printed")
    say("--logs", nargs="*", default=[], help="files that may hold no secrets and no names")
    say("--canaries", help="a file of secrets to look for, one a line")
    say("--before", nargs="*", default=[], help="snapshots that must still hold")
    say("--snapshot", help="write a snapshot to this file, check nothing")
    say("--interrupted", action="store_true", help="a run was killed, and none has followed yet")
    say("--lost-sessions", type=int, nargs="*", default=[], help="which killed runs left open")
    say("--other-sessions", type=int, nargs="*", default=[], help="which were not fmferry's")
    say("--late-patients", action="store_true", help="patients came after the last run")
    say("--left", help="what an earlier importer left, as --look-left wrote it")
    say("--look-left", help="write that to this file, check nothing")
    say("--json", help="write what was found to this file too")
    return parser.parse_args(words)


def read_json(path):
    with open(path, encoding="utf-8") as source:
        return json.load(source)


def read_scene(given):
    settings = facts.read_settings(given.config)
    return documents.Scene(
        settings, facts.Truth(given.truth, settings) if given.truth else None,
        facts.Journal(given.journal, given.other_sessions),
        facts.Database(given.database, given.source), facts.Store(given.store),
        given.interrupted, given.late_patients, left.Left(given.left))


def judge(scene, given):
    """All invariants, one after another."""
    report = findings.Report()
    canaries = [line for line in pathlib.Path(given.canaries).read_text("utf-8").splitlines()
                if line] if given.canaries else []
    documents.check_marks_stand_for_objects(scene, report)
    documents.check_objects(scene, report)
    left.check_taken(scene, report)
    documents.check_rows_and_objects(scene, report)
    documents.check_marks_follow_records(scene, report)
    documents.check_marks_agree(scene, report)
    uploads.check_uploads(scene, report)
    book.check_transitions(scene, report)
    book.check_states(scene, report, read_json(given.status) if given.status else None)
    documents.check_sums_of_bytes(scene, report)
    around.check_sessions(scene, report, given.lost_sessions)
    book.check_audit(scene, report)
    around.check_secrets(scene, report, given.logs, canaries, given.database)
    around.check_leftovers(scene, report, given.database)
    around.check_exit_code(scene, report, given.exit_code)
    for path in given.before:
        around.check_nothing_written(scene, report, read_json(path))
    left.check_nothing_gone(scene, report)
    if not given.before and not given.left:
        report.leave("I14", "no snapshot of an earlier state was given")
    return report


def main():
    given = arguments()
    if given.look_left:
        seen = left.look(given.store, given.database)
        pathlib.Path(given.look_left).write_text(json.dumps(seen), encoding="utf-8")
        return 0
    try:
        scene = read_scene(given)
        if given.snapshot:
            state = facts.snapshot_of(len(scene.journal.lines), scene.store, scene.database)
            pathlib.Path(given.snapshot).write_text(json.dumps(state), encoding="utf-8")
            return 0
        report = judge(scene, given)
    except (OSError, ValueError, KeyError) as error:
        print(f"the state cannot be read: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    report.show()
    if given.json:
        report.save(given.json)
    return 1 if report.violations else 0


if __name__ == "__main__":
    sys.exit(main())
