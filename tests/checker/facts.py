"""Reads truth, journal, ledger, registry and store afresh. Nothing here judges."""

import calendar
import collections
import configparser
import hashlib
import json
import os
import pathlib
import re
import shutil
import sqlite3
import tempfile

from . import rules, uploads

READ_SIZE = 1 << 20


def read_settings(path=None):
    """The settings that the rules depend on: the defaults, or those of a fmferry.ini."""
    settings = {"layout": "API_Docs", "container_field": "Doc", "containers": "waterfall", "filter": "",
                "mark_field": "NexusExportDate",
                "key_field": "id", "type_field": "Type", "date_field": "Date",
                "patient_field": "id_Contact", "author_field": "creationAccountName",
                "key": rules.KEY, "unlinked_key": rules.UNLINKED_KEY,
                "type_folders": rules.TYPE_FOLDERS, "type_slugs": "all", "bucket": "",
                "writeback": {}, "public_url": ""}
    if path:
        conf = configparser.ConfigParser(interpolation=None, strict=False, delimiters=("=",))
        conf.read(path, encoding="utf-8")
        for section in ("source", "store"):
            if conf.has_section(section):
                settings.update({name: value for name, value in conf.items(section)
                                 if name in settings})
        settings["public_url"] = conf.get("console", "public_url", fallback="")
        settings["writeback"] = writeback_of(path)
        take_bucket(settings, conf.get("store", "url", fallback=""))
    return settings


def writeback_of(path):
    """[writeback], whose names are those of fields, in capitals or not."""
    conf = configparser.ConfigParser(interpolation=None, strict=False, delimiters=("=",))
    conf.optionxform = str
    conf.read(path, encoding="utf-8")
    return {name: value for name, value in conf.items("writeback") if value} if conf.has_section("writeback") else {}


def take_bucket(settings, url):
    """s3://BUCKET/PREFIX: the prefix stands in front of every key, in the ledger too."""
    found = re.fullmatch(r"s3://([^/]+)/?(.*?)/?", url)
    if found:
        prefix = found.group(2) + "/" if found.group(2) else ""
        settings.update(bucket=found.group(1), key=prefix + settings["key"],
                        unlinked_key=prefix + settings["unlinked_key"])


# --- the source ------------------------------------------------------------------------------


class Truth:
    """The source's true content, record by record and container by container."""

    def __init__(self, path, settings):
        with open(path, encoding="utf-8") as source:
            self.entries = json.load(source)
        self.seen = len({entry["recordId"] for entry in self.entries})  # before any filter
        self.records, held = {}, collections.defaultdict(dict)
        for entry in self.entries:
            if not rules.passes(settings["filter"], entry):
                continue
            self.records.setdefault(entry["recordId"], entry)
            held[entry["recordId"]][entry["field"], entry["repetition"]] = entry
        self.units = {}
        for record_id, containers in held.items():
            named = [containers[place] for place in self._places(settings, containers)]
            self._add(record_id, named, settings["containers"] == "each")

    @staticmethod
    def _places(settings, containers):
        """The configured containers in their order; a field without a number means them all."""
        for name in filter(None, (part.strip() for part in settings["container_field"].split(","))):
            one = re.fullmatch(r"(.*)\((\d+)\)", name)
            for place in sorted(containers):
                if place[0] == name or (one and place == (one.group(1), int(one.group(2)))):
                    yield place

    def _add(self, record_id, named, each):
        """
        The documents that a record should have: its own, which is of the first container that is
        not empty, or with `each` one for every container, those behind the first only if not empty.
        """
        if not named:
            return
        full = [entry for entry in named if entry["kind"] != "empty"]
        self.units[record_id, "", 1] = named[0] if each else (full + named)[0]
        for entry in named[1:] if each else ():
            if entry["kind"] != "empty":
                self.units[record_id, entry["field"], entry["repetition"]] = entry

    def hashes(self, record_id):
        return {entry["sha256"] for entry in self.entries_of(record_id) if entry["sha256"]}

    def entries_of(self, record_id):
        if not hasattr(self, "_of"):
            self._of = collections.defaultdict(list)
            for entry in self.entries:
                self._of[entry["recordId"]].append(entry)
        return self._of.get(str(record_id), [])


def microseconds(text):
    """2026-11-23T02:02:08.012918Z as microseconds since 1970."""
    found = re.fullmatch(r"(\d+)-(\d+)-(\d+)[T ](\d+):(\d+):(\d+)(?:\.(\d{1,6}))?Z?", text)
    if not found:
        return None
    seconds = calendar.timegm(tuple(int(n) for n in found.groups()[:6]))
    return seconds * 1_000_000 + int((found.group(7) or "0").ljust(6, "0"))


class Journal:
    """Every effect on the source, in order. `others`: sessions that were not fmferry's."""

    def __init__(self, path, others=()):
        with open(path, encoding="utf-8") as source:
            self.lines = [json.loads(line) for line in source if line.endswith("\n")]
        self.others = {int(session) for session in others}
        self.by_record = collections.defaultdict(list)
        for number, line in enumerate(self.lines, 1):
            line["line"] = number
            line["us"] = microseconds(line["t"])
            if "recordId" in line:
                self.by_record[line["recordId"]].append(line)

    def is_ours(self, line):
        return line.get("session", 0) != 0 and line["session"] not in self.others

    def marks(self, field):
        """Marks that fmferry wrote."""
        return [line for line in self.lines if line["effect"] == "patch" and line["field"] == field
                and self.is_ours(line)]

    def hashes(self, record_id):
        """Bytes that were in a record at some time, as (sha256, where we know it from)."""
        return {line["sha256"] for line in self.by_record.get(record_id, ())
                if line["effect"] in ("stream", "upload") and "sha256" in line}

    def edits_since(self, record_id, mod_id):
        """Other people's edits of a record after it had this modification id."""
        return [line for line in self.by_record.get(record_id, ())
                if line.get("modId", -1) > mod_id and not self.is_ours(line)]


# --- the databases -----------------------------------------------------------------------------


class Database:
    """Ledger and registry, read from a copy, so that looking changes nothing."""

    def __init__(self, path, source=None):
        folder = tempfile.mkdtemp(prefix="checker-")
        try:
            copy = os.path.join(folder, "copy.db")
            shutil.copyfile(path, copy)
            if os.path.exists(f"{path}-wal"):
                shutil.copyfile(f"{path}-wal", f"{copy}-wal")
            self._read(copy, source)
        finally:
            shutil.rmtree(folder)

    def _read(self, path, source):
        sql = sqlite3.connect(path)
        sql.row_factory = sqlite3.Row
        sql.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        self.integrity = [row[0] for row in sql.execute("pragma integrity_check")]
        tables = {row[0] for row in sql.execute("select name from sqlite_master where type = 'table'")}
        everything = lambda name, order="rowid": [
            dict(row) for row in sql.execute(f"select * from {name} order by {order}")] \
            if name in tables else []
        sources = everything("fmferry_source")
        names = {row["name"] for row in sources}
        chosen = [row for row in sources if source == row["name"]
                  or source is None and row["name"].removesuffix("/uploads") not in names - {row["name"]}]
        if len(chosen) > 1:
            raise ValueError("the ledger has several sources: choose one with --source")
        self.source = chosen[0] if chosen else {"source": None, "name": source or ""}
        ours = lambda rows: [row for row in rows if row["source"] == self.source["source"]]
        self.documents = {row["document"]: row for row in ours(everything("fmferry_document"))}
        self.runs = {row["run"]: row for row in ours(everything("fmferry_run"))}
        self.census = ours(everything("fmferry_census", "source, number"))
        self.tallies = ours(everything("fmferry_tally", "source, run, state"))
        self.notes = ours(everything("fmferry_note", "source, name"))
        self.reactions = {row["record_id"]: row for row in ours(everything("fmferry_reaction", "record_id"))}
        self.versions = collections.defaultdict(list)
        for row in everything("fmferry_version", "document, number"):
            row["sha256"] = row["sha256"].hex() if row["sha256"] is not None else None
            self.versions[row["document"]].append(row)
        self.attempts = collections.defaultdict(list)
        for row in everything("fmferry_attempt", "document, number"):
            self.attempts[row["document"]].append(row)
        self.audit = collections.defaultdict(list)
        for row in everything("fmferry_audit", "run, seq"):
            self.audit[row["run"]].append(row)
        self.waivers = {row["document"]: row for row in everything("fmferry_waiver", "document")}
        self.accepted = {(row["document"], row["class"], row["sha256"].hex())
                         for row in everything("fmferry_refused", "document, sha256")
                         if row["accepted_us"] is not None}
        self.traits = {row["document"]: row for row in everything("fmferry_trait", "document")}
        self.rows = everything("documents_document")
        self.patients = everything("patients_patient")
        self.content_types = everything("django_content_type")
        self.uploads = uploads.Uploads(self, sources, everything)
        self.doubts = {row["filemaker_id"] for row in everything("fmferry_match", "filemaker_id")
                       if row["why"]}
        self.doubts |= {row["filemaker_id"].lower() for row in everything("fmferry_doubt", "id")}
        sql.close()
        self.by_record = collections.defaultdict(list)
        for row in self.documents.values():
            self.by_record[str(row["record_id"])].append(row)
        self.stories = collections.defaultdict(list)
        for entry in sorted((entry for entries in self.audit.values() for entry in entries
                             if entry["document"] is not None), key=self._order()):
            self.stories[entry["document"]].append(entry)

    def needs_hash(self, version):
        """Whether the store was found to replace objects, so that the key must hold the hash."""
        traits = dict(word.split("=") for note in self.notes if note["name"].startswith("store ")
                      for word in note["value"].split())
        is_large = (version["size"] or 0) >= rules.LARGE
        return "no" in (traits.get("conditional"), is_large and traits.get("conditional-large"))

    def gave_way(self, version):
        """Whether a person accepted that another's object stays under the documented key."""
        return (version["document"], "store-conflict", version["sha256"]) in self.accepted

    def _order(self):
        """How entries follow one another: run by run, or by the clock where runs went on together."""
        spans = [(entries[0]["at_us"], entries[-1]["at_us"])
                 for _, entries in sorted(self.audit.items()) if entries]
        apart = all(before[1] <= after[0] for before, after in zip(spans, spans[1:]))
        if apart:
            return lambda entry: (entry["run"], entry["seq"])
        return lambda entry: (entry["at_us"], entry["run"], entry["seq"])

    def present_version(self, document):
        """The version that a document is stored as; None if the ledger has none."""
        return next((version for version in self.versions[document["document"]]
                     if version["number"] == document["version"]), None)

    def is_in_doubt(self, filemaker_id):
        """Whether the review list says why nobody can be sure of this patient."""
        return rules.lower(rules.trim(filemaker_id or "")) in self.doubts

    def patients_of(self, filemaker_id):
        """The application's patients with this FileMaker id, as UUIDs with hyphens."""
        if not hasattr(self, "_patients"):
            self._patients = collections.defaultdict(list)
            for row in self.patients:
                known = filemaker_id_of(row["filemaker_metadata"])
                if known:
                    self._patients[rules.lower(rules.trim(known))].append(hyphens(row["id"]))
        return self._patients.get(rules.lower(rules.trim(filemaker_id)), []) if filemaker_id else []


def filemaker_id_of(metadata):
    try:
        known = json.loads(metadata or "{}").get("filemaker_id")
    except (ValueError, AttributeError):
        return None
    return known if isinstance(known, str) else None


def hyphens(digits):
    plain = digits.replace("-", "").lower()
    return "-".join((plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]))


# --- the store ---------------------------------------------------------------------------------


class Store:
    """A folder of objects; each is read once, when it is first asked for."""

    def __init__(self, path):
        self.root = pathlib.Path(path)
        self.objects, self.oddities, self._hashes = {}, [], {}
        for folder, _, names in os.walk(self.root):
            for name in names:
                found = pathlib.Path(folder, name)
                key = found.relative_to(self.root).as_posix()
                if found.is_symlink() or not found.is_file():
                    self.oddities.append(key)
                else:
                    self.objects[key] = found.stat()

    def size(self, key):
        return self.objects[key].st_size if key in self.objects else None

    def sha256(self, key):
        if key not in self.objects:
            return None
        if key not in self._hashes:
            hashed = hashlib.sha256()
            with open(self.root / key, "rb") as source:
                while part := source.read(READ_SIZE):
                    hashed.update(part)
            self._hashes[key] = hashed.hexdigest()
        return self._hashes[key]

    def start(self, key):
        with open(self.root / key, "rb") as source:
            return source.read(4096)


# --- a state to compare with -------------------------------------------------------------------


def snapshot_of(journal_lines, store, database):
    """The state that a rerun may not change, as JSON can keep it."""
    return {
        "journal": journal_lines,
        "store": {key: [about.st_size, about.st_mtime_ns, about.st_ino]
                  for key, about in store.objects.items()},
        "rows": {row["id"]: digest(row) for row in database.rows},
        "patients": {row["id"]: digest(row) for row in database.patients},
        "documents": {str(row["document"]): [row["state"], row["class"], row["version"]]
                      for row in database.documents.values()},
    }


def digest(row):
    return hashlib.sha256(json.dumps(row, sort_keys=True, default=repr).encode(
        "utf-8", "surrogateescape")).hexdigest()
