"""I9, I11 to I14, which are about everything around the documents: sessions, secrets, leftovers, exit codes, reruns."""

import os
import pathlib
import re

from . import facts, rules

# --- I9 ----------------------------------------------------------------------------------------


def check_sessions(scene, report, lost=()):
    """I9: each login has its logout. `lost`: sessions that a killed process could not close."""
    opened, closed = {}, set()
    for line in scene.journal.lines:
        if line["effect"] == "login" and line["status"] == 200:
            opened[line["session"]] = line["line"]
        elif line["effect"] == "logout":
            if line["session"] not in opened:
                report.say("I9", "logout-without-login", f"session {line['session']} (journal line "
                           f"{line['line']})")
            closed.add(line["session"])
    for session, number in opened.items():
        if session in scene.journal.others:
            continue
        report.count("I9", 1, "sessions")
        if session not in closed and session not in lost:
            report.say("I9", "session-open", f"session {session} was opened (journal line {number}) "
                       "and never closed")
    for versions in scene.database.versions.values():
        for version in versions:
            if version["upload_id"] is not None and not scene.settings["bucket"]:
                report.say("I9", "upload-open", f"upload {version['upload_id']} is recorded, in a "
                           "store that has no uploads", key=version["key"])
    report.leave("I9", "uploads in parts: a folder has none, of a bucket the test asks the server")


# --- I11 ---------------------------------------------------------------------------------------

SECRET_SHAPES = [
    (re.compile(r"Bearer\s+\S{8,}"), "a session's token"),
    (re.compile(r"Basic\s+[A-Za-z0-9+/]{8,}={0,2}"), "an account with its password"),
    (re.compile(r"X-FMS-Session-Key=\S+"), "a download's cookie"),
    (re.compile(r"/Streaming\S*\?\S+"), "a container's URL"),
    (re.compile(r"X-FM-Data-Access-Token:\s*\S+"), "a session's token"),
]
WORD = re.compile(r"(?<!\w)[^\W\d_]+(?!\w)")
NAME_LEAST = 3


def check_secrets(scene, report, logs, canaries, database_path):
    """I11: words that must not appear, looked for where they would do harm."""
    names = names_of_people(scene)
    for path in logs:
        text = pathlib.Path(path).read_text(encoding="utf-8", errors="replace")
        where = os.path.basename(path)
        report.count("I11", 1, "logs")
        look_for_secrets(report, where, text, canaries)
        look_for_people(scene, report, where, text, names)
    for version in (version for versions in scene.database.versions.values() for version in versions):
        report.count("I11", 1, "keys")
        look_for_words(report, version["key"], version["key"], names, "key-names-person")
        look_for_secrets(report, version["key"], version["key"], canaries)
    for suffix in ("", "-wal"):
        if os.path.exists(database_path + suffix):
            raw = pathlib.Path(database_path + suffix).read_bytes()
            report.count("I11", len(raw), "bytes of database")
            for secret in canaries:
                if secret.encode() in raw:
                    report.say("I11", "secret-in-database", f"a secret stands in the file '{suffix}'")
    report.count("I11", len(names), "names")
    report.count("I11", len(canaries), "secrets")
    look_into_ledger(scene, report)


def names_of_people(scene):
    """First and last names of the application's patients, as words."""
    names = set()
    for patient in scene.database.patients:
        for column in ("first_name", "last_name"):
            names |= {word.lower() for word in WORD.findall(patient[column])
                      if len(word) >= NAME_LEAST}
    return names


def look_for_secrets(report, where, text, canaries):
    for secret in canaries:
        if secret in text:
            report.say("I11", "secret-told", f"a secret stands in {where}")
    for shape, what in SECRET_SHAPES:
        if shape.search(text):
            report.say("I11", "secret-told", f"{what} stands in {where}")


def look_for_words(report, where, text, names, code):
    without_ids = rules.UUID.sub(" ", text)  # whose digits may spell a name
    for name in sorted(names & {word.lower() for word in WORD.findall(without_ids)}):
        report.say("I11", code, f"the name '{name}' stands in {where}")


def look_for_people(scene, report, where, text, names):
    look_for_words(report, where, text, names, "person-told")
    for entry in scene.truth.entries if scene.truth else ():
        if len(entry.get("name", "")) > NAME_LEAST and entry["name"] in text:
            report.say("I11", "file-named", f"the file's name '{entry['name']}' stands in {where}",
                       entry["recordId"])


def look_into_ledger(scene, report):
    """Addresses of streams and tokens in what the ledger keeps as words."""
    texts = [(attempt["message"], f"an attempt of document {number}")
             for number, attempts in scene.database.attempts.items() for attempt in attempts]
    texts += [(entry["evidence"], f"the audit of run {entry['run']}")
              for entries in scene.database.audit.values() for entry in entries]
    texts += [(note["value"], f"the note {note['name']}") for note in scene.database.notes]
    for text, where in texts:
        report.count("I11", 1, "texts of the ledger")
        for shape, what in SECRET_SHAPES:
            if shape.search(text):
                report.say("I11", "secret-in-ledger", f"{what} stands in {where}")


# --- I12 ---------------------------------------------------------------------------------------

LEFTOVER = re.compile(r"fmferry-probe|\.part$|\.tmp$|\.new$|~$|^\.fmferry|^core(\.\d+)?$")


def check_leftovers(scene, report, database_path):
    """I12: no file of ours that is not an object, a database or its lock."""
    for key in scene.store.objects:
        report.count("I12", 1, "files in the store")
        if LEFTOVER.search(key.rpartition("/")[2]) and not scene.is_trial(key):
            report.say("I12", "leftover", "was left in the store", key=key)
    folder, base = os.path.split(os.path.abspath(database_path))
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        report.count("I12", 1, "files beside the database")
        busy = name in (f"{base}-wal", f"{base}-journal") and os.path.getsize(path) > 0
        if os.path.isfile(path) and (LEFTOVER.search(name) or (busy and not scene.interrupted)):
            report.say("I12", "leftover", f"'{name}' was left beside the database")
    report.leave("I12", "memory, descriptors and threads: a state does not show them")


# --- I13 ---------------------------------------------------------------------------------------


CAUSES = {4, 5, 6}          # refused, away, full
SIGNALS = {129, 130, 143}  # hang-up, Ctrl-C, SIGTERM


def check_exit_code(scene, report, code):
    """I13: 0 if nothing is left, 3 if something is, else what stopped the run."""
    if code is None:
        report.leave("I13", "no exit code was given")
        return
    left = scene.with_state("waiting", "claimed", "stored", "failed")
    runs = [run for run in scene.database.runs.values() if run.get("kind", "run") == "run"]
    last = max(runs, key=lambda run: run["run"], default=None)
    closed = [census for census in scene.database.census
              if last and (census["closed_us"] or 0) >= last["started_us"]]
    report.count("I13", 1, "exit codes")
    if last is None:
        possible, why = {1, 2, *CAUSES}, "there was no run"
    elif last["ended_us"] is None:
        possible, why = {1, *CAUSES}, "the run could not even write its end"
    elif last["status"] == "stopped":
        possible, why = {1, 2, *CAUSES, *SIGNALS}, "the run was stopped"
    elif last["status"] == "interrupted":
        possible, why = SIGNALS, "the run was interrupted"
    elif left or not closed:
        possible, why = {3}, f"{len(left)} documents are left" if left else "no census was closed"
    else:
        possible, why = {0}, "nothing is left"
    if code not in possible:
        report.say("I13", "exit-code", f"the exit code was {code}, but {why}",
                   record=left[0]["record_id"] if left else None)


# --- I14 ---------------------------------------------------------------------------------------


def check_nothing_written(scene, report, before):
    """I14: source, store and registry are as they were when the snapshot was taken."""
    now = facts.snapshot_of(len(scene.journal.lines), scene.store, scene.database)
    for line in scene.journal.lines[before["journal"]:]:
        report.count("I14", 1, "effects on the source")
        if line["effect"] not in ("login", "logout", "stream") and scene.journal.is_ours(line):
            report.say("I14", "source-written", f"{line['effect']} of {line.get('field')} (journal "
                       f"line {line['line']})", line.get("recordId"))
    for place, what, name in (("store", "objects", "key"), ("rows", "rows", "row"),
                              ("patients", "patients", "row"), ("documents", "documents", "record")):
        report.count("I14", len(now[place]), what)
        for thing in sorted(before[place].keys() | now[place].keys()):
            was, is_now = before[place].get(thing), now[place].get(thing)
            if was != is_now:
                verb = "was made" if was is None else "was removed" if is_now is None else "was altered"
                shown = scene.database.documents[int(thing)]["record_id"] \
                    if place == "documents" and int(thing) in scene.database.documents else thing
                report.say("I14", f"{place}-written", f"{verb} by a rerun: {was} is now {is_now}",
                           **{name: shown})
