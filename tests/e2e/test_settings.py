#!/usr/bin/python3
"""
Each setting of the program's own list is broken in ways that happen. Either `check` names the fault, or the
configuration is refused. A new setting cannot be forgotten: its row is missing here, and that fails.
"""

import os
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "real"))

from harness import Bench, main, need_programs  # noqa: E402
from model_bench import ModelBench  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
AWAY = {"url": "s3://bucket/prefix", "endpoint": "https://127.0.0.1:1", "region": "x",
        "access_key": "x", "secret_key_env": "FMS", "silence_s": "1"}
NO_FOLDER = "for buckets only"

# setting: [(what is written, what is said)]; a dict is written whole
BREAKS = {
    "source.url": [("nonsense", "URL"), ("https://127.0.0.1:1", "address right"),
                   ("http://192.0.2.1", "readable by anybody"),
                   ("ftp://127.0.0.1", "URL"), ("https://127.0.0.1:1/fmi/data", "has a path")],
    "source.database": [("clinic2", "is 'Clinic' meant"), ("Clinic.fmp12", "802"), ("", "database")],
    "source.account": [("nobody", "check account and password"), ("", "account")],
    "source.api": [("rest", "data, odata"), ("odata", "names a table occurrence")],
    "source.login": [("key", "account, otto, claris"), ("otto", "begins with dk_")],
    "source.claris_token_file": [({"login": "claris", "password_env": None, "claris_token_file": ""}, "claris_token_file is empty"),
                                 ({"login": "claris", "password_env": None, "claris_token_file": "open.txt"}, "open.txt")],
    "source.claris_pool": [({"login": "claris", "password_env": None, "claris_pool": "NqkuZcXQY"}, "is not like")],
    "source.claris_client": [({"login": "claris", "password_env": None, "claris_client": ""}, "claris_client is empty")],
    "source.claris_url": [({"login": "claris", "password_env": None, "claris_url": "http://192.0.2.1/"}, "must begin with https"),
                          ({"login": "claris", "password_env": None, "claris_url": "nonsense"}, "claris_url")],
    "source.password_env": [("NOWHERE", "NOWHERE")],
    "source.password_file": [({"password_env": None, "password_file": "nowhere"}, "nowhere"),
                             ({"password_env": None, "password_file": "open.txt"}, "open.txt")],
    "source.password_command": [({"password_env": None, "password_command": "false"}, "password")],
    "source.ca_file": [("nowhere.pem", "CA file"), ("open.txt", "CA file")],
    "source.proxy": [("proxy:3128", "proxy is not of the form"), ("http://u:p@proxy:3128", "proxy is not of the form"),
                     ("socks5://proxy:1", "proxy is not of the form")],
    "source.proxy_user": [("somebody", "proxy_user does nothing")],
    "source.proxy_password_file": [("nowhere", "nowhere"), ("open.txt", "open.txt")],
    "source.client_certificate": [("nowhere.pem", "client_certificate"), ("open.txt", "client_certificate")],
    "source.client_key": [("nowhere.pem", "client_key does nothing")],
    "source.client_key_password_file": [("nowhere", "nowhere"), ("open.txt", "open.txt")],
    "source.allow_http": [("perhaps", "neither yes nor no")],
    "source.layout": [("API_Doc", "is 'API_Docs' meant"), ("API_Contacts", "layout of another table"),
                      ("", "layout")],
    "source.key_field": [("Id", "is 'id' meant"), ("id_Contact", "different ids"), ("Doc", "of type container"),
                         ("", "accept-record-ids"), ("Type", "not a UUID")],
    "source.container_field": [("Docs", "is 'Doc' meant"), ("Type", "must be of type"), ("Doc(2)", "1 rep"),
                               ("", "container_field"), ("Doc, Doc", "twice")],
    "source.containers": [("both", "waterfall, each")],
    "source.mark_field": [("NexusExport", "is 'NexusExportDate' meant"), ("Type", "both name"),
                          ("id", "both name"), ("Doc", "of type container"),
                          ("creationTimestamp", "auto-enter"), ("Date", "of type date")],
    "source.type_field": [("Typ", "is 'Type' meant"), ("Doc", "of type container")],
    "source.date_field": [("date", "is 'Date' meant"), ("Doc", "of type container"), ("num", "of type number")],
    "source.date_format": [("mdy", "day-first")],
    "source.backup": [("nowhere", "path_field must name")],
    "source.path_field": [("DocPath", "no field"), ("Doc", "must be a calculation")],
    "source.md5_field": [("DocMD5", "no field"), ("Doc", "must be a calculation")],
    "source.name_field": [("FileName", "no field"), ("Doc", "of type container")],
    "source.patient_field": [("id_Patient", "no field"), ("Doc", "of type container"),
                             ("id_Order", "none|patient_field"), ("id", "none")],
    "source.census_key": [("Num", "is 'num' meant"), ("Type", "of type text"), ("id", "of type text")],
    "source.patient_dob_field": [("DOB", "no field"), ("Doc", "of type container")],
    "source.author_field": [("creationAccount", "is 'creationAccountName' meant")],
    "source.created_field": [("creationTime", "creationTimestamp"), ("num", "of type number")],
    "source.time_zone": [("Mars/Olympus", "time_zone")],
    "source.filter": [("Type", "Type = Letter"), ("Nix = 1", "no field 'Nix'"),
                      ("Type = Nonsense", "no record matches"), ("Type = Nonsense | Rubbish", "no record"),
                      ("id =", "none of 60"), ("id_Contact = 1-2, Type != x", "none of 60"),
                      ("NexusExportDate =", "mark"), ("Typ = Letter", "is 'Type' meant")],
    "source.sessions": [("-1", "from 0 to 1000"), ("many", "sessions")],
    "source.mib_per_second": [("-1", "from 0 to"), ("2 MB", "from 0 to")],
    "source.requests_per_second": [("-1", "from 0 to"), ("1/s", "from 0 to")],
    "source.largest_mib": [("0", "from 1 to"), ("64G", "largest_mib")],
    "source.records_at_once": [("0", "from 1 to 50"), ("all", "records_at_once")],
    "source.latency_budget_ms": [("-5", "from 0 to"), ("2s", "latency")],
    "source.quiet_hours": [("8-18", "quiet_hours"), ("25:00-26:00", "quiet_hours"), ("nights", "quiet_hours"),
                           ("Mon-Fry 08:00-18:00", "Mon-Fri")],
    "source.reference_map": [("C:/Scans = /no/such/folder", "reference_map"), ("C:/Scans", "reference_map"),
                             ("C:/Scans = open.txt", "not a folder"), ("= /tmp", "reference_map")],
    "source.reference_links": [("maybe", "no, yes")],
    "source.odata_table": [("Dokuments", "odata_table"), ("no such", "odata_table")],
    "source.script_name": [("Get Documents", "is 'Get Document' meant"), ("Nix", "script_name")],

    "patients.layout": [("API_Contact", "layout"), ("API_Docs", "no field")],
    "patients.key_field": [("ID", "is 'id' meant"), ("", "key_field"), ("MRN", "has none")],
    "patients.first_name": [("FristName", "is 'FirstName' meant"), ("first", "no field")],
    "patients.last_name": [("lastname2", "no field")],
    "patients.dob": [("Born", "no field")],
    "patients.mrn": [("MNR", "is 'MRN' meant")],
    "patients.date_format": [("mdy", "day-first")],
    "patients.encoding": [("ascii-ish", "encoding")],
    "patients.second_identifier": [("shoe_size", "second_identifier|shoe_size")],

    "store.url": [("ftp:x", "dir:FOLDER"), ("dir:open.txt", "open.txt"), ("dir:/proc/nothing", "/proc"),
                  ("s3://", "bucket"), (AWAY, "127.0.0.1")],
    "store.endpoint": [("https://s3.example.invalid", NO_FOLDER)],
    "store.proxy": [("proxy:3128", "proxy is not of the form"), ("http://u:p@proxy:3128", "proxy is not of the form"),
                     ("socks5://proxy:1", "proxy is not of the form")],
    "store.proxy_user": [("somebody", "proxy_user does nothing")],
    "store.proxy_password_file": [("nowhere", "nowhere")],
    "store.client_certificate": [("nowhere.pem", NO_FOLDER)],
    "store.client_key": [("nowhere.pem", "client_key does nothing")],
    "store.client_key_password_file": [("nowhere", "nowhere")],
    "store.allow_http": [("perhaps", "neither yes nor no")],
    "store.region": [("ap-southeast-2", NO_FOLDER)],
    "store.addressing": [("dns", "auto, path, virtual")],
    "store.access_key": [("AKIA", NO_FOLDER)],
    "store.secret_key_env": [("FMP", NO_FOLDER)],
    "store.secret_key_file": [],
    "store.secret_key_command": [],
    "store.profile": [("clinic", NO_FOLDER)],
    "store.ca_file": [("nowhere.pem", "the CA file 'nowhere.pem'")],
    "store.encryption": [("rot13", "AES256"), ("AES256", NO_FOLDER)],
    "store.kms_key": [("abc", NO_FOLDER)],
    "store.storage_class": [("STANDARD_IA", NO_FOLDER)],
    "store.object_lock": [("governance:30", NO_FOLDER)],
    "store.expected_owner": [("123456789012", NO_FOLDER)],
    "store.silence_s": [("0", "from 1 to 3600")],
    "store.tags": [("a=b", NO_FOLDER)],
    "store.file_mode": [("rw", "file_mode"), ("9999", "file_mode")],
    "store.folder_mode": [("rwx", "folder_mode"), ("7777777", "folder_mode")],
    "store.group": [("no-such-group", "no-such-group")],
    "store.key": [("all/{ext}", "filemaker_id"), ("{nonsense}/{filemaker_id}", "nonsense"), ("", "key"),
                  ("../{filemaker_id}.{ext}", "rules for keys"), ("my docs/{filemaker_id}.{ext}", "rules for keys"),
                  ("/{filemaker_id}", "rules for keys"), ("a//{filemaker_id}", "rules for keys")],
    "store.unlinked_key": [("{patient_id}/{filemaker_id}", "patient_id"), ("x", "filemaker_id")],
    "store.type_folders": [("Referral=referrals", "the type's is 'referral'"), ("referral=", "type_folders"), ("=x", "type_folders"),
                           ("referral=../../x", "type_folders")],
    "store.type_slugs": [("some", "all, listed")],

    "registry.url": [("sqlite:no/such/x.db", "no/such"), ("mysql://x", "mysql|url"), ("sqlite:open.txt", "not a database")],
    "registry.application": [("other", "registry"), ("epic", "nexus, other")],
    "registry.documents_table": [("documents_other", "documents_other"), ("patients_patient", "patients_patient")],
    "registry.patients_table": [("patients_other", "patients_other"), ("documents_document", "documents_document")],
    "registry.content_type": [("patients", "content_type|patients"), ("no.such", "no.such|content")],
    "writeback.*": [({"MovedTo": "{key}"}, "no field"), ({"Type": "{key}"}, "both name"),
                    ({"Typ": "{nonsense}"}, "is not one of"), ({"Typ": "{console_url}"}, "public_url")],
    "console.public_url": [("http://docs.example", "https://"), ("docs", "public_url")],
    "document_columns.*": [({"nix": "{file_name}"}, "nix"), ({"notes": "{nonsense}"}, "nonsense")],
    "patient_columns.*": [({"nix": "{first_name}"}, "nix")],
    "ledger.url": [("sqlite:no/such/x.db", "no/such"), ("sqlite:open.txt", "not a database"), ("nonsense", "nonsense|url")],
    "ledger.lease_seconds": [("1", "from 10 to 3600")],

    "run.workers": [("0", "from 1 to 128"), ("4 threads", "workers")],
    "run.memory_mib": [("1", "from 8 to"), ("48M", "memory_mib")],
    "run.attempts": [("0", "from 1 to 5")],
    "run.retry_ms": [("0", "from 1 to")],
    "run.follow_s": [("0", "from 1 to")],
    "report.price_per_gb_month": [("cheap", "price"), ("-1", "from 0 to")],
    "notify.on": [("end, often", "nothing that is told")],
    "notify.shape": [("pager", "json, slack, teams, ntfy")],
    "notify.mail": [("nobody", "not one address"), ("a@b.example, c@d.example", "not one address")],
    "console.cache_mib": [("-1", "from 0 to")],
    "console.link": [("perhaps", "link")],
    "console.upload_mib": [("0", "from 1 to")],
    "console.idle_minutes": [("0", "from 1 to 240")],
    "console.day_hours": [("25", "from 1 to 24")],
    "report.signing_key": [("nowhere.key", "nowhere.key"), ("open.txt", "open.txt"), ("open.key", "open.key")],
}

# with a bucket as the store
BUCKETS = [
    ({"endpoint": "nonsense"}, "endpoint|URL"),
    ({"endpoint": "http://192.0.2.1"}, "readable by anybody"),
    ({"secret_key_env": None}, "secret_key"),
    ({"secret_key_env": "NOWHERE"}, "NOWHERE"),
    ({"secret_key_env": None, "secret_key_file": "open.txt"}, "open.txt"),
    ({"secret_key_env": None, "secret_key_command": "false"}, "secret"),
    ({"ca_file": "nowhere.pem"}, "CA file"),
    ({"kms_key": "abc"}, "kms"),
    ({"storage_class": "GLACIER"}, "storage_class|GLACIER"),
    ({"object_lock": "for ever"}, "object_lock|for ever"),
    ({"expected_owner": "me"}, "expected_owner|'me'"),
    ({"tags": "nonsense"}, "tags|nonsense"),
    ({"url": "s3://nowhere"}, "nowhere"),
    ({"access_key": "NOBODY"}, "access key"),
    ({"secret_key_env": "FMS"}, "secret|signature|SignatureDoesNotMatch"),
]

# settings that nothing can be wrong with, and why
FREE = {
    "source.name": "a name of the user's own",
    "report.currency": "a word for the report",
    "report.practice": "a name for the report",
    **{f"notify.{name}": "'fmferry notify --test' tries it"
       for name in ("command", "webhook_env", "webhook_file", "webhook_command", "sendmail")},
    **{f"console.{name}": "'fmferry serve' tries it when it opens"
       for name in ("address", "names", "url", "state", "certificate", "certificate_key", "behind", "scan_languages")},
}


def settings_of(bench):
    """The settings that the program itself explains."""
    section = None
    for line in bench.ferry("settings").out.splitlines():
        if line.startswith("## "):
            section = line.strip("# []")
        elif line.startswith("### "):
            name = line.removeprefix("### ")
            yield f"{section}.{'*' if name == 'COLUMN' else name}"


def manual(tap, bench):
    """docs/settings.md is what the program says, and `init` writes the keys that a clinic sets."""
    said = bench.ferry("settings")
    page = ROOT / "docs" / "settings.md"
    tap.ok(said.code == 0 and page.read_text() == said.out,
           "docs/settings.md is current (fmferry settings >docs/settings.md)")
    one = bench.ferry("settings", "run")
    tap.ok(one.code == 0 and one.out.startswith("## [run]") and one.out in said.out, "one section", one.out)
    tap.same(bench.ferry("settings", "rnu").code, 2, "a section that there is not")
    bench.config.unlink()
    bench.ferry("init", "--defaults")
    written = re.findall(r"^(\w+) =", bench.config.read_text(), re.MULTILINE)
    tap.ok(len(written) == 18, "init writes eighteen keys", written)
    bench.configure()


def try_one(tap, bench, setting, value, says):
    section, key = setting.split(".", 1)
    changes = value if isinstance(value, dict) else {key: value}
    bench.configure(**{section: changes})
    done = bench.ferry("check", limit=600, environment=bench.environment(FMS="another-secret"))
    must_mend(tap, f"{setting} = {value}: {says}", done, says)
    bench.configure()


def must_mend(tap, name, done, says):
    words = done.err + "\n".join(line for line in done.out.splitlines() if line.startswith("FAIL"))
    refused = done.code == 2 and "fmferry: " in done.err and done.out == ""
    failed = done.code == 1 and "to mend" in done.out
    tap.ok((refused or failed) and re.search(says, words), name, done.code, done.err, done.out)


def buckets(tap):
    with ModelBench(tap, "buckets", (), {}, {}) as bench:
        bench.serve("generate:8,2000")
        (bench.folder / "open.txt").write_text("no secret\n")
        os.chmod(bench.folder / "open.txt", 0o644)
        whole = bench.ferry("check")
        tap.ok(whole.code == 0 and "all fine" in whole.out, "a bucket: unbroken, all is fine",
               whole.out, whole.err)
        for changes, says in BUCKETS:
            bench.configure(store=changes)
            must_mend(tap, f"a bucket: {changes}: {says}", bench.ferry("check", limit=600, environment=bench.environment(FMS="no secret")), says)


def test(tap):
    if not need_programs(tap):
        return
    buckets(tap)
    with Bench(tap, "settings") as bench:
        bench.serve("generate:60,2000")
        manual(tap, bench)
        listed = set(settings_of(bench))
        tap.same(listed - set(BREAKS) - set(FREE), set(), "every setting has a row here")
        tap.same((set(BREAKS) | set(FREE)) - listed, set(), "and no row is of a setting that is gone")
        (bench.folder / "open.txt").write_text("neither key, certificate nor database\n" * 100)
        os.chmod(bench.folder / "open.txt", 0o644)
        for name in ("fmferry.key", "fmferry.key.pub"):
            (bench.folder / name).rename(bench.folder / name.replace("fmferry", "open"))
        os.chmod(bench.folder / "open.key", 0o644)
        bench.configure()
        bench.ferry("patients", "import")
        whole = bench.ferry("check")
        tap.ok(whole.code == 0 and "all fine" in whole.out, "unbroken, all is fine", whole.out, whole.err)
        for setting, breaks in BREAKS.items():
            for value, says in breaks:
                try_one(tap, bench, setting, value, says)
        after = bench.ferry("check")
        tap.ok(after.code == 0, "and so it is in the end", after.out, after.err)
        tap.ok(not any(line["effect"] == "patch" for line in bench.journal_lines()),
               "nothing was written to the source")


main(test)
