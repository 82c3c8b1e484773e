#!/usr/bin/python3
"""`fmferry init`: a configuration from questions on a terminal, or from what a command line says."""

import re
import subprocess

from harness import ACCOUNT, FMFERRY, PASSWORD, main, play

KEYS = {"database": "Clinic", "account": ACCOUNT, "layout": "API_Docs", "key_field": "id",
        "container_field": "Doc", "mark_field": "NexusExportDate", "type_field": "Type",
        "date_field": "Date", "patient_field": "id_Contact"}


def files(bench):
    return sorted(path.name for path in bench.folder.iterdir() if path.name.startswith("fmferry"))


def value(bench, key):
    found = re.findall(rf"^{key} = ?(.*)$", bench.config.read_text(), re.MULTILINE)
    return found[0] if len(found) == 1 else found


def sets(**keys):
    return [word for name, text in keys.items() for word in ("--set", f"source.{name}={text}")]


# --- without questions ---------------------------------------------------------------------------

def what_is_refused(tap, bench):
    """Nothing is written if one word is wrong, and no secret is taken from a command line."""
    for words, says in (
            (["source.layot=x"], "--set source.layot: there is no key 'layot' in [source]; is 'layout' meant?"),
            (["sorce.layout=x"], "is [source] meant?"),
            (["layout=x"], "section.key=value"),
            (["source.layout"], "section.key=value"),
            (["run.workers=0"], "--set run.workers: workers: '0' is not a whole number from 1 to 128"),
            (["source.layout=x", "store.key=all/{ext}"], "filemaker_id"),
            (["source.time_zone=Mars/Olympus"], "Mars/Olympus"),
            (["source.layout=a ; b"], "as it is"),
            (["source.layout=a\n[run]"], "one line"),
            ([f"source.password={PASSWORD}"], "password_file"),
            ([f"store.secret_key={PASSWORD}"], "secret_key_file"),
            ([f"registry.url=postgresql://nexus:{PASSWORD}@db/nexus"], "can read a command line"),
            ([f"ledger.url=postgresql://db/nexus?password={PASSWORD}"], "can read a command line")):
        done = bench.ferry("init", *[part for word in words for part in ("--set", word)])
        said = words[-1].split("=")[0]
        tap.ok(done.code == 2 and says in done.err and files(bench) == [],
               f"--set {said} is refused: {says}", done.code, done.err, files(bench))
        tap.ok(PASSWORD not in done.err + done.out, "and nothing secret is repeated", done.err)


def what_is_set(tap, bench):
    """A command line is enough for a configuration that `check` is content with."""
    bench.serve("generate:20,2000", config=False)
    done = bench.ferry("init", *sets(url=bench.ready["url"], ca_file=bench.ready["ca_file"], password_env="FMP",
                                     author_field="creationAccountName", created_field="creationTimestamp", **KEYS),
                       "--set", "patients.layout=API_Contacts", "--set", "document_columns.description={type}",
                       "--set", "run.workers=2")
    tap.ok(done.code == 0 and "next: fmferry check" in done.out, "init --set", done.out, done.err)
    tap.same([value(bench, key) for key in ("layout", "password_file", "workers", "description")],
             [["API_Docs", "API_Contacts"], "", "2", "{type}"], "what was set is written, and no password's file")
    tap.same([bench.config.stat().st_mode & 0o777, (bench.folder / "fmferry.key").stat().st_mode & 0o777],
             [0o600, 0o600], "only its owner can read it")
    checked = bench.ferry("check")
    tap.ok(checked.code == 0 and "all fine" in checked.out, "check is content", checked.out, checked.err)
    key, config = (bench.folder / "fmferry.key").read_bytes(), bench.config.read_text()
    again = bench.ferry("init", "--set", "source.layout=Other")
    tap.ok(again.code == 2 and "already exists" in again.err and bench.config.read_text() == config,
           "a second init writes over nothing", again.err)
    bench.config.unlink()
    third = bench.ferry("init", "--defaults")
    tap.ok(third.code == 0 and (bench.folder / "fmferry.key").read_bytes() == key,
           "and keeps the key that signs", third.err)


def what_is_left_open(tap, bench):
    """From a pipe nothing is asked, and no clinic's names are made up."""
    done = subprocess.run([FMFERRY, "--config", bench.config, "init"], input=b"whatever\n" * 40, cwd=bench.folder,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=bench.environment())
    said = done.stdout.decode()
    tap.ok(done.returncode == 0 and "still to fill in: [source] url, database, account, layout" in said,
           "what is not known is named", said, done.stderr)
    text = bench.config.read_text()
    tap.ok(not any(name in text.replace("API_Contacts", "") for name in
                   ("API_Docs", "NexusExportDate", "id_Contact", "creationAccountName")),
           "no layout or field is anybody's", text)
    tap.ok(bench.ferry("check").code != 0, "check does not take it for a configuration that is whole")


def all_or_nothing(tap, bench):
    """If one of the files cannot be made, none is there."""
    bench.config = bench.folder / "nowhere" / "fmferry.ini"
    done = bench.ferry("init", "--defaults")
    tap.ok(done.code == 1 and files(bench) == [], "neither configuration nor key", done.code, done.err, files(bench))


def test(tap):
    play(tap, (what_is_refused, what_is_set, what_is_left_open, all_or_nothing), "init-")


main(test)
