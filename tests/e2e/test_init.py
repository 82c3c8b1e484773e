#!/usr/bin/python3
"""`fmferry init`: a configuration from questions on a terminal, or from what a command line says."""

import os
import pathlib
import re
import stat
import subprocess
import sys
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "real"))

import model_s3
import postgres
from fmp12_writer import Fmp12, leads_to
from harness import ACCOUNT, FMFERRY, PASSWORD, main, need_programs, play, wait_until
from model_bench import ModelBench
from terminals import Terminal, columns

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


# --- with questions ------------------------------------------------------------------------------

class Talk:
    """Answers `init` on a terminal: each question must come before it is answered."""

    def __init__(self, tap, bench, width=80):
        self.tap, self.bench = tap, bench
        self.screen = Terminal(bench, 50, width, "init")
        self.seen = 0

    def until(self, words):
        """Waits for words after those that were answered, and for the end of a question."""
        def came():
            self.screen.read()
            new = self.screen.text[self.seen:]
            return words in new and (new.endswith(": ") or not self.screen.is_running())
        good = wait_until(came, limit=300, pause=0.02)
        if not good:
            self.tap.ok(False, f"init says: {words}", self.screen.text[-3000:])
            raise RuntimeError(f"init does not say '{words}'")
        return self.screen.text[self.seen:]

    def answer(self, question, text=""):
        said = self.until(question)
        self.seen = len(self.screen.text)
        os.write(self.screen.master, f"{text}\n".encode())
        return said

    def key(self, letter):
        os.write(self.screen.master, letter)

    def end(self):
        wait_until(lambda: not self.screen.is_running(), limit=300)
        self.screen.read()
        return self.screen.process.wait()


def ask_server(talk, bench):
    talk.answer("Address", bench.ready["url"])
    talk.answer("Certificates to trust", bench.ready["ca_file"])
    talk.answer("Account", ACCOUNT)
    talk.answer("password", PASSWORD)
    talk.answer("File to keep it in")
    talk.answer("1 Clinic")


def ask_fields(talk, **answers):
    for question, key in (("Container field", "container"), ("The document's id", "key"), ("Mark", "mark"),
                          ("The patient's id", "patient"), ("The document's type", "type"),
                          ("The document's date", "date"), ("original name", "name"),
                          ("Account that made", "author"), ("Time at which", "created"), ("time zone", "zone")):
        talk.answer(question, answers.get(key, ""))


def ask_rest(talk, write="yes"):
    talk.answer("Layout of the patients", "API_Contacts")
    for question in ("The patient's id", "First name", "Last name", "Date of birth", "Store", "Folder", "Kind",
                     "Its file", "same database"):
        talk.answer(question)
    return talk.answer("Write these files?", write)


def all_good(tap, bench):
    """Enter takes what is offered; what comes out is content with `check`, and runs."""
    bench.serve("demo", config=False)
    for width in (80, 120):
        talk = Talk(tap, bench, width)
        ask_server(talk, bench)
        talk.answer("Layout of the documents", "API_Docs")
        ask_fields(talk)
        shown = talk.answer("Is this right?")
        ask_rest(talk, "no" if width == 120 else "yes")
        code = talk.end()
        tap.same((code, bench.config.exists()), (130, False) if width == 120 else (0, True),
                 f"at {width} columns: no writes nothing, yes writes")
        lines = talk.screen.text.replace("\r", "").split("\n")
        wide = [line for line in lines if columns(line) > width and str(bench.folder) not in line]
        tap.same(wide, [], f"no line is wider than {width} columns")
        tap.ok(PASSWORD not in talk.screen.text, "the password is not shown")
        tap.same(len(re.findall(r"record \d+", shown)), 3, "three records are shown")
        tap.ok(all(word in shown.replace("\r", "") for word in
                   ("/referrals/", "    type      Referral", "date      2024-", "file      Referral")),
               "with key, type, date, patient and file", shown)
        if width == 80:
            judge_written(tap, bench)
            for name in files(bench):
                (bench.folder / name).unlink()


def judge_written(tap, bench):
    tap.same([value(bench, key) for key in ("layout", "container_field", "mark_field", "patient_field", "type_field",
                                            "password_file")],
             [["API_Docs", "API_Contacts"], "Doc", "NexusExportDate", "id_Contact", "Type", "fmferry.password"],
             "what was offered and taken is written")
    secret = bench.folder / "fmferry.password"
    tap.same((secret.read_text(), stat.S_IMODE(secret.stat().st_mode)), (f"{PASSWORD}\n", 0o600),
             "the password is in its file, for its owner alone")
    tap.ok(PASSWORD not in bench.config.read_text(), "and not in the configuration")
    checked = bench.ferry("check")
    tap.ok(checked.code == 0 and "all fine" in checked.out, "check is content", checked.out, checked.err)


def mended(tap, bench):
    """What fails says why, and can be answered again."""
    bench.serve("generate:5,2000", config=False)
    talk = Talk(tap, bench)
    talk.answer("Address", "https://127.0.0.1:1")
    said = talk.answer("answer again")
    tap.ok("is the address right and the server on?" in " ".join(said.split()), "a wrong address", said)
    talk.answer("Address", bench.ready["url"])
    said = talk.answer("Certificates to trust", bench.ready["ca_file"])
    tap.ok("not trusted" in said, "a certificate that is not trusted asks for its authority", said)
    talk.answer("Account", ACCOUNT)
    talk.answer("password", "nonsense")
    talk.answer("File to keep it in")
    said = talk.answer("answer again")
    tap.ok("check account and password" in " ".join(said.split()), "a wrong password", said)
    talk.answer("Account")
    talk.answer("password", PASSWORD)
    talk.answer("File to keep it in")
    talk.answer("1 Clinic", "1")
    said = talk.answer("Layout of the documents", "API_Dcs") and talk.answer("answer again")
    tap.ok("is 'API_Docs' meant?" in said, "an unknown layout", said)
    talk.answer("Layout of the documents", "api_docs")
    talk.answer("Container field", "Type")
    said = talk.answer("answer again")
    tap.ok("container" in said and "Type" in said, "a field that is no container", said)
    ask_fields(talk, mark="-", zone="Mars/Olympus")
    said = talk.answer("answer again")
    tap.ok("Mars/Olympus" in said, "an unknown time zone", said)
    talk.answer("time zone", "Australia/Sydney")
    talk.answer("Is this right?")
    ask_rest(talk)
    tap.same(talk.end(), 0, "it ends well")
    tap.same([value(bench, key) for key in ("url", "mark_field", "container_field", "time_zone")],
             [[bench.ready["url"], "dir:documents", "sqlite:fmferry.db", "sqlite:fmferry.db"], "", "Doc",
              "Australia/Sydney"], "with the last answers, and no mark")
    done = bench.ferry("run")
    tap.ok(done.code == 0 and not any(line["effect"] == "patch" for line in bench.journal_lines()),
           "a run writes nothing to FileMaker then", done.err)


def kept(tap, bench):
    """What is not up yet can be kept as it is: a server, a layout, a bucket, a database."""
    talk = Talk(tap, bench)
    talk.answer("Address", "https://127.0.0.1:1")
    talk.answer("k: keep", "k")
    talk.answer("Account", ACCOUNT)
    talk.answer("password")
    talk.answer("The file that holds it", "later.password")
    talk.answer("Name of the file", "Clinic")
    talk.answer("k: keep", "k")
    talk.answer("Layout of the documents", "Letters")
    for question, text in (("Container field", "Scan"), ("The document's id", "uuid"), ("Mark", "-"),
                           ("The patient's id", "patient"), ("The document's type", "-"), ("The document's date", "-"),
                           ("original name", "-"), ("Account that made", "-"), ("Time at which", "-")):
        said = talk.answer(question, text)
        if text != "-":
            talk.answer("k: keep", "k")
    talk.answer("time zone")
    talk.answer("k: keep", "k")
    talk.answer("Layout of the patients", "-")
    talk.answer("Store", "bucket")
    talk.answer("Its server", "http://127.0.0.1:1")
    talk.answer("Region", "us-east-1")
    talk.answer("Bucket", "clinic")
    talk.answer("Prefix", "moved")
    talk.answer("Access key", "AKIA")
    talk.answer("Its secret", "Canary-secret-of-a-bucket")
    talk.answer("File to keep it in")
    talk.answer("k: keep", "k")
    talk.answer("Kind", "PostgreSQL")
    talk.answer("URL", "postgresql://nexus@127.0.0.1:1/nexus")
    talk.answer("k: keep", "k")
    talk.answer("same database")
    said = talk.answer("Write these files?")
    tap.same(talk.end(), 0, "it is written")
    tap.same([value(bench, key) for key in ("database", "container_field", "password_file", "access_key",
                                            "secret_key_file", "endpoint")],
             ["Clinic", "Scan", "later.password", "AKIA", "fmferry.s3-secret", "http://127.0.0.1:1"], "as it was kept")
    database = "postgresql://nexus@127.0.0.1:1/nexus"
    tap.same(value(bench, "url"), ["https://127.0.0.1:1", "s3://clinic/moved", database, database],
             "bucket and databases too")
    secret = bench.folder / "fmferry.s3-secret"
    tap.same((secret.read_text(), stat.S_IMODE(secret.stat().st_mode)), ("Canary-secret-of-a-bucket\n", 0o600),
             "the bucket's secret is in its file")
    tap.ok("Canary" not in talk.screen.text, "and was not shown", said)


def of_a_file(tap, bench):
    """Without a server: a FileMaker file needs no account, and gets no mark; its tables are offered."""
    path, file = bench.folder / "Old Clinic.fmp12", Fmp12(fanout=50)
    file.table(129, "Letters", {1: ("id", "text"), 2: ("Kind", "text"), 3: ("Doc", "container"), 4: ("Written", "text"),
                                5: ("id_Patient", "text")})
    for n in (1, 2, 3, 4):
        file.put_object(129, n, {"FILE": b"%PDF-1.4 " + bytes([n]) * 2000}, name=f"{n}.pdf")
        file.record(129, n, {1: str(uuid.UUID(int=(4 << 76) | (8 << 62) | n)), 2: "Letter", 3: leads_to(n), 4: "31.12.2019", 5: "P1"})
    path.write_bytes(file.bytes())
    talk = Talk(tap, bench)
    talk.answer("Address", f"fmp12:{path}x")
    said = talk.answer("answer again")
    tap.ok("No such file" in said, "a file that is not there", said)
    talk.answer("Address", f"fmp12:{path}")
    said = talk.answer("Name of the solution")
    tap.ok("a FileMaker file 21.1" in said and "[Old Clinic]" in said, "what it is, and its own name for the solution", said)
    said = talk.answer("Table of the documents", "Letters")
    tap.ok("Letters" in said and "Account" not in talk.screen.text, "its tables, and no account", said)
    for question, answer in (("Container field", ""), ("The document's id", ""), ("The patient's id", ""), ("The document's type", "Kind"),
                             ("The document's date", "Written"), ("original name", ""), ("Account that made", ""), ("Time at which", "")):
        talk.answer(question, answer)
    said = talk.answer("Form of the dates", "day-first")
    tap.ok("with dates such as 31.12.2019" in " ".join(said.split()), "a date of the file as an example", said)
    talk.answer("time zone")
    said = talk.answer("Is this right?")
    tap.ok(said.count("record ") == 3 and "2019-12-31" in said, "three of its records", said)
    talk.answer("Table of the patients", "-")
    for question in ("Store", "Folder", "Kind", "Its file", "same database", "Write these files?"):
        talk.answer(question)
    tap.same(talk.end(), 0, "it is written")
    tap.same([value(bench, key) for key in ("database", "mark_field", "container_field", "date_format", "account")],
             ["Old Clinic", "", "Doc", "day-first", ""], "with neither mark nor account")
    checked = bench.ferry("check")
    tap.ok("4 embedded and proven" in checked.out and checked.code == 0, "check is content", checked.out, checked.err)
    done = bench.ferry("run")
    tap.ok(done.code == 0 and len([one for one in bench.store.rglob("*") if one.is_file()]) == 4, "and a run moves all", done.err)


def of_a_list(tap, bench):
    """A list is taken from the command line, too: nothing of a server is left open."""
    done = bench.ferry("init", *sets(url="manifest:export/list.csv", database="Clinic", layout="Letters", key_field="id",
                                     container_field="Doc", type_field="Type", date_field="Date", patient_field="id_Contact"))
    tap.ok(done.code == 0 and "still to fill in" not in done.out, "init --set of a list", done.out, done.err)
    tap.same([value(bench, key) for key in ("account", "password_file", "mark_field")], ["", "", ""], "without account and mark")


def ask_bucket(talk, bench, secret, first=False):
    talk.answer("Its server", bench.in_store["endpoint"])
    talk.answer("Region", model_s3.REGION)
    talk.answer("Bucket", bench.bucket)
    talk.answer("Prefix", "moved" if first else "")
    talk.answer("Access key", model_s3.ACCESS_KEY)
    talk.answer("Its secret", secret)


def into_a_bucket(tap):
    """A bucket is reached with what was typed, and nothing is made in it."""
    with ModelBench(tap, "init-bucket", (), {}, {}) as bench:
        bench.serve("generate:5,2000", config=False)
        talk = Talk(tap, bench)
        ask_server(talk, bench)
        talk.answer("Layout of the documents", "1")
        ask_fields(talk)
        talk.answer("Is this right?")
        talk.answer("Layout of the patients", "-")
        talk.answer("Store", "2")
        ask_bucket(talk, bench, "nonsense", first=True)
        talk.answer("File to keep it in", "nowhere/secret")
        said = talk.answer("File to keep it in", "secret")
        tap.ok("No such file" in said, "a folder that is not there is said at once", said)
        said = talk.answer("answer again")
        tap.ok("✘" in said, "a wrong secret is refused by the server", said)
        ask_bucket(talk, bench, model_s3.SECRET_KEY)
        talk.answer("File to keep it in", "secret")
        said = talk.answer("Kind")
        tap.ok("it is there" in said, "the bucket is reached", said)
        talk.answer("Its file")
        talk.answer("same database")
        tap.same((list(bench.server.model.objects), (bench.folder / "fmferry.db").exists()), ([], False),
                 "nothing was made in the bucket, and no database")
        talk.answer("Write these files?")
        tap.same((talk.end(), value(bench, "url")[1], value(bench, "secret_key_file")),
                 (0, "s3://clinic/moved", "secret"), "it is written")
        checked = bench.ferry("check")
        tap.ok(not re.search(r"^FAIL +store", checked.out, re.MULTILINE), "check is content with the store",
               checked.out)


def into_postgres(tap, bench):
    """A database on a server is opened, and nothing is made in it."""
    if postgres.lacks():
        tap.skip("PostgreSQL", postgres.lacks())
        return
    bench.serve("generate:5,2000", config=False)
    with postgres.Postgres() as server:
        talk = Talk(tap, bench)
        ask_server(talk, bench)
        talk.answer("Layout of the documents", "1")
        ask_fields(talk)
        talk.answer("Is this right?")
        talk.answer("Layout of the patients", "-")
        talk.answer("Store", "folder")
        talk.answer("Folder")
        talk.answer("Kind", "PostgreSQL")
        talk.answer("URL", "postgresql://127.0.0.1:1/nexus")
        said = talk.answer("answer again")
        tap.ok("✘" in said, "a server that is not there", said)
        talk.answer("Kind", "2")
        talk.answer("URL", server.url)
        said = talk.answer("same database")
        tap.ok("it can be opened" in said, "one that is", said)
        talk.answer("Write these files?")
        tap.same((talk.end(), value(bench, "url")[2:]), (0, [server.url] * 2), "it is written, for both")
        tap.same(server.ask("select count(*) from pg_tables where schemaname = 'public'")[0][0], 0,
                 "no table was made")


def left_in_the_middle(tap, bench):
    """Ctrl-D, Ctrl-C and a terminal that goes away: nothing is written."""
    bench.serve("generate:5,2000", config=False)
    for name, letter in (("Ctrl-D", b"\x04"), ("Ctrl-C", b"\x03")):
        talk = Talk(tap, bench)
        ask_server(talk, bench)
        talk.until("Layout of the documents")
        talk.key(letter)
        code = talk.end()
        tap.same((code, files(bench)), (130, []), f"{name}: nothing is written")
        tap.ok("nothing was written" in talk.screen.text, "and that is said", talk.screen.text[-300:])
    talk = Talk(tap, bench)
    ask_server(talk, bench)
    talk.until("Layout of the documents")
    os.close(talk.screen.master)
    wait_until(lambda: not talk.screen.is_running(), limit=300)
    tap.same((talk.screen.is_running(), files(bench)), (False, []), "the terminal is gone: so is init, without a file")
    bench.stop_serving()
    tap.same(bench.open_sessions(), [], "no session is left open")


def test(tap):
    if not need_programs(tap):
        return
    into_a_bucket(tap)
    play(tap, (what_is_refused, what_is_set, what_is_left_open, all_or_nothing, all_good, mended, kept, of_a_file, of_a_list, into_postgres,
               left_in_the_middle), "init-")


main(test)
