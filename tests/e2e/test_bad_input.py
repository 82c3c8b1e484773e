#!/usr/bin/python3
"""
Bad input is reported in one sentence that names the fault, its place and its remedy, with the right exit
code. Nothing is half written: no object, no row, no mark, no session.
"""

import contextlib
import re
import shutil

from harness import Bench, main, mount, mounts_of_our_own, need_programs, small_disk

FAILED, USAGE, REFUSED, AWAY, FULL = 1, 2, 4, 5, 6
INI = r"fmferry\.ini:\d+: "

# what is wrong, exit code, what the sentence must say (regular expressions), changes to the file
CASES = [
    ("the account is unknown", REFUSED, ["'nobody'", "212", "check account and password"],
     {"source": {"account": "nobody"}}),
    ("the database is unknown", USAGE, ["'Nowhere'", "802", "spelled exactly"],
     {"source": {"database": "Nowhere"}}),
    ("the layout is unknown", USAGE, ["'Nowhere'", "105", r"\[source\] layout"],
     {"source": {"layout": "Nowhere"}}),
    ("the container field is not on the layout", USAGE,
     ["no field 'Nix'", "container_field", "layout"], {"source": {"container_field": "Nix"}}),
    ("the mark field is not on the layout", USAGE, ["no field 'Nix'", "mark_field"],
     {"source": {"mark_field": "Nix"}}),
    ("the mark field is a container", USAGE,
     ["'Doc'", "mark_field", "of type container", "timeStamp"], {"source": {"mark_field": "Doc"}}),
    ("the container field is a text", USAGE, ["'Type'", "container_field", "of type text"],
     {"source": {"container_field": "Type"}}),
    ("the key field is a container", USAGE, ["'Doc'", "key_field", "text or number"],
     {"source": {"key_field": "Doc"}}),
    ("the patient field is not on the layout", USAGE, ["no field 'Nix'", "patient_field"],
     {"source": {"patient_field": "Nix"}}),
    ("a key is unknown", USAGE, [INI, "no key 'nonsense'", r"\[run\]", "fmferry settings"],
     {"run": {"nonsense": "1"}}),
    ("a section is unknown", USAGE, [INI, r"no section \[nonsense\]"], {"nonsense": {"x": "1"}}),
    ("a number is none", USAGE, [INI, "workers", "'many'", "from 1 to 128"],
     {"run": {"workers": "many"}}),
    ("a number is out of range", USAGE, [INI, "workers", "'0'", "from 1 to 128"],
     {"run": {"workers": "0"}}),
    ("a choice is none", USAGE, [INI, "type_slugs", "all, listed"],
     {"store": {"type_slugs": "some"}}),
    ("the time zone is unknown", USAGE, [INI, "time_zone", "'Mars/Olympus'", "Australia/Sydney"],
     {"source": {"time_zone": "Mars/Olympus"}}),
    ("no password is named", USAGE,
     ["not named", "password_env", "password_file", "password_command"], {"source": {"password_env": None}}),
    ("the password's variable is not set", USAGE, ["password", "NOWHERE", "not set"],
     {"source": {"password_env": "NOWHERE"}}),
    ("the password is named twice", USAGE, ["password"],
     {"source": {"password_command": "echo x"}}),
    ("the password's file is not there", USAGE, ["password", "nowhere"],
     {"source": {"password_env": None, "password_file": "nowhere"}}),
    ("the CA file is not there", USAGE, ["CA file", "nowhere.pem"],
     {"source": {"ca_file": "nowhere.pem"}}),
    ("the CA file holds no certificate", USAGE, ["CA file", "junk.pem"],
     {"source": {"ca_file": "junk.pem"}}),
    ("the CA is another one", REFUSED, ["certificate", "not trusted", "ca_file"],
     {"source": {"ca_file": "other/ca.pem"}}),
    ("no CA is named", REFUSED, ["certificate", "not trusted", "ca_file"], {"source": {"ca_file": None}}),
    ("nobody listens", AWAY, ["https://127.0.0.1:1", "connect", "address right"],
     {"source": {"url": "https://127.0.0.1:1"}}),
    ("the address is none", USAGE, ["'nonsense'", "URL"], {"source": {"url": "nonsense"}}),
    ("the address has a path", USAGE, ["has a path", "https://"],
     {"source": {"url": "https://127.0.0.1:1/fmi"}}),
    ("the filter is none", USAGE, [INI, "filter", "'nonsense'", "Type = Letter"],
     {"source": {"filter": "nonsense"}}),
    ("the filter names the mark", USAGE, [INI, "filter", "mark"],
     {"source": {"filter": "NexusExportDate ="}}),
    ("the filter names a field that is not there", USAGE, ["'Nix'", "filter"],
     {"source": {"filter": "Nix = 1"}}),
    ("the store is of no known kind", USAGE, ["'ftp:x'", "dir:FOLDER"], {"store": {"url": "ftp:x"}}),
    ("the ledger's folder is not there", FAILED, ["no/such/x.db"],
     {"ledger": {"url": "sqlite:no/such/x.db"}, "registry": {"url": "sqlite:no/such/x.db"}}),
    ("the ledger is no database", FAILED, ["junk.pem", "not a database"],
     {"ledger": {"url": "sqlite:junk.pem"}, "registry": {"url": "sqlite:junk.pem"}}),
]

# the same for `patients import`
PATIENTS = [
    ("a field of the patients is missing", USAGE, ["'API_Contacts'", "'firstName'", "first_name"],
     {"patients": {"first_name": "firstName"}}),
    ("the patients' layout is unknown", USAGE, ["'Contacts'", "105"],
     {"patients": {"layout": "Contacts"}}),
]

# text put behind the file
TEXTS = [
    ("a key is given twice", USAGE, [INI, "'account'", "on line"],
     "\n[source]\naccount = api\naccount = api\n"),
    ("the password stands in the file", USAGE,
     [INI, "must not be written", "password_env", "password_file", "password_command"],
     "\n[source]\npassword = x\n"),
    ("a line is neither section nor key", USAGE, [INI, "key = value"], "\nnonsense\n"),
]

# words on the command line
LINES = [
    ("the command is unknown", ["dance"], ["'dance'", "fmferry --help"]),
    ("the option is unknown", ["run", "--dance"], ["'--dance'", "fmferry run --help"]),
    ("the command is misspelled", ["statis"], ["is 'status' meant"]),
    ("the option is misspelled", ["run", "--limits=5"], ["is '--limit' meant"]),
    ("a value is missing", ["run", "--limit"], ["--limit needs a value"]),
    ("a value is no number", ["run", "--limit", "some"], ["--limit", "'some'"]),
    ("a word is too many", ["run", "away"], ["'?away'?"]),
    ("status comes before any run", ["status", "--json"], ["fmferry run", "fmferry.db"]),
    ("failures come before any run", ["failures"], ["fmferry run", "fmferry.db"]),
    ("two forms are asked for", ["failures", "--json", "--csv"], ["--json and --csv"]),
]


def written(bench):
    """Traces that must not be there after a command that could not work."""
    if bench.store.is_dir() and any(path.is_file() for path in bench.store.rglob("*")):
        yield "objects in the store"
    if bench.database.exists():
        tables = {row[0] for row in bench.sql("select name from sqlite_master where type = 'table'")}
        for table in tables & {"documents_document", "fmferry_document", "fmferry_version"}:
            if bench.sql(f"select count(*) from {table}")[0][0]:
                yield f"rows in {table}"
    if any(line["effect"] not in ("login", "logout") for line in bench.journal_lines()):
        yield "effects on the source"
    if bench.open_sessions():
        yield f"open sessions: {bench.open_sessions()}"


def check_refusal(tap, bench, what, done, code, says):
    """One sentence, and what to do next where the code has a cause of its own; nothing written."""
    lines = done.err.splitlines()
    hints = [line for line in lines[1:] if line.startswith("next: ")]
    missing = [word for word in says if not re.search(word, done.err)]
    tap.ok(done.code == code and lines[0].startswith("fmferry: ") and hints == lines[1:] and not missing
           and len(hints) == (code in (REFUSED, AWAY, FULL)) and done.out == "", what, f"exit code {done.code}, expected {code}", f"not said: {missing}",
           done.err, done.out)
    left = list(written(bench))
    if left:
        tap.ok(False, f"{what}: nothing is written", *left)


def test_files(tap, bench):
    for what, code, says, changes in CASES:
        bench.configure(**changes)
        check_refusal(tap, bench, what, bench.ferry("run"), code, says)
    for what, code, says, changes in PATIENTS:
        bench.configure(**changes)
        check_refusal(tap, bench, what, bench.ferry("patients", "import"), code, says)
    for what, code, says, text in TEXTS:
        bench.configure()
        bench.config.write_text(bench.config.read_text() + text)
        check_refusal(tap, bench, what, bench.ferry("run"), code, says)
    bench.configure()
    environment = bench.environment(FMP="not-the-password")
    check_refusal(tap, bench, "the password is wrong", bench.ferry("run", environment=environment),
                  REFUSED, ["'api'", "212", "check account and password"])


def test_lines(tap, bench):
    for what, words, says in LINES:
        check_refusal(tap, bench, what, bench.ferry(*words), USAGE, says)
    bench.config.unlink()
    check_refusal(tap, bench, "there is no configuration", bench.ferry("run"), USAGE,
                  ["no configuration", "fmferry init", r"fmferry\.ini"])


def test_certificates(tap):
    for kind, says in (("expired", "expired"), ("wrong-name", "name|host|subject"),
                       ("self-signed", "not trusted")):
        with Bench(tap, "certificate") as bench:
            bench.serve("generate:3,2000", "--certificate", kind)
            if kind == "self-signed":
                bench.configure(source={"ca_file": None})
            check_refusal(tap, bench, f"the certificate is {kind}", bench.ferry("run"), REFUSED,
                          ["certificate", says])


def test_templates(tap, bench):
    for template in ("all/{ext}", "all/{nonsense}/{filemaker_id}.{ext}"):
        bench.configure(store={"key": template})
        for command in ("check", "run"):
            check_refusal(tap, bench, f"{command}: the key template {template}", bench.ferry(command),
                          USAGE, [INI, "key", "{filemaker_id}"])


@contextlib.contextmanager
def on_small_disk(tap, name):
    """A bench whose store or ledger lies on a disk with too little room."""
    with Bench(tap, name) as bench:
        bench.serve("generate:60,20000")
        with small_disk(bench, "400k") as disk:
            if name == "store":
                bench.store = disk / "documents"
                bench.configure(store={"url": f"dir:{bench.store}"})
            else:
                bench.database = disk / "fmferry.db"
                url = {"url": f"sqlite:{bench.database}"}
                bench.configure(ledger=url, registry=url)
            yield bench, disk


def test_disk(tap, name, full, sealed):
    """A full disk stops the run, and so does a read-only one; with room it goes on, and nothing is lost."""
    with on_small_disk(tap, name) as (bench, disk):
        tap.same(bench.ferry("patients", "import").code, 0, f"{name}: patients are imported")
        done = bench.ferry("run")
        tap.ok(done.code == FULL and re.search(full, done.err) and done.err.count("\n") == 2,
               f"{name}: a full disk stops the run", done.code, done.err, done.out)
        bench.check(f"{name}: what was done before is whole", "--interrupted", exit_code=done.code)
        mount("-o", "remount,size=20m", disk)
        mount("-o", "remount,ro", disk)
        done = bench.ferry("run")
        tap.ok(done.code == REFUSED and re.search(sealed, done.err), f"{name}: so does a sealed one",
               done.code, done.err)
        checked = bench.ferry("check")
        tap.ok(checked.code == FAILED and re.search(f"FAIL  .*{name}", checked.out),
               f"{name}: check says so", checked.out)
        mount("-o", "remount,rw", disk)
        last = bench.ferry("run")
        tap.ok(last.code == 0, f"{name}: with room the run completes", last.err)
        bench.status()
        bench.stop_serving()
        bench.check(f"{name}: the checker agrees", exit_code=last.code)


def test(tap):
    if not need_programs(tap):
        return
    can_mount = mounts_of_our_own()
    with Bench(tap, "bad-input") as bench:
        bench.serve("generate:12,2000")
        (bench.folder / "junk.pem").write_text("neither a certificate nor a database\n" * 100)
        with Bench(tap, "other") as other:
            other.serve("generate:1,2000")
            (bench.folder / "other").mkdir()
            shutil.copy(other.folder / "certs" / "ca.pem", bench.folder / "other")
        test_files(tap, bench)
        test_lines(tap, bench)
    test_certificates(tap)
    with Bench(tap, "templates") as bench:
        bench.serve("generate:12,2000")
        test_templates(tap, bench)
    if not can_mount:
        tap.skip("full and sealed disks", "this process may not mount")
        return
    test_disk(tap, "store", "No space left", "Read-only")
    test_disk(tap, "ledger", "full", "Read-only|readonly")


main(test)
