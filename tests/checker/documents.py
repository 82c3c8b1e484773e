"""I1 to I5 and I8: source, ledger, store and registry, document by document."""

import collections
import hashlib
import json

from . import facts, filled, left, rules


class Scene:
    """Everything that was read. `truth` is None while the source is still running."""

    def __init__(self, settings, truth, journal, database, store, interrupted=False,
                 late_patients=False, leftovers=None):
        self.left = leftovers or left.Left()
        self.settings, self.truth, self.journal = settings, truth, journal
        self.database, self.store = database, store
        self.interrupted, self.late_patients = interrupted, late_patients

    def record(self, document):
        """The source's truth about a document; None if unknown or gone."""
        place = (str(document["record_id"]), document["container"], document["repetition"])
        return self.truth.units.get(place) if self.truth else None

    def was_edited(self, document):
        """Whether somebody edited the record after the ledger last looked at it."""
        entry = self.record(document)
        return entry is not None and int(entry["modId"]) != document["mod_id"]

    def was_edited_at_all(self, document):
        """Whether anybody edited the record at all, for a container that holds nothing now."""
        entry = self.truth.records[str(document["record_id"])]
        return int(entry["modId"]) != document["mod_id"]

    def possible_bytes(self, record_id):
        """Hashes of bytes that were in a record's container at some time."""
        now = self.truth.hashes(record_id) if self.truth else set()
        return self.journal.hashes(str(record_id)) | now

    def is_trial(self, key):
        """Whether a run that was killed while it probed the store left this object there: the next one removes it."""
        return self.interrupted and rules.TRIAL.fullmatch(key) is not None

    def with_state(self, *states):
        return [row for row in self.database.documents.values() if row["state"] in states]


# --- I1 ----------------------------------------------------------------------------------------


def check_marks_stand_for_objects(scene, report):
    """I1: whoever reads our mark in FileMaker may rely on the object."""
    ours = collections.defaultdict(set)
    for line in scene.journal.marks(scene.settings["mark_field"]):
        ours[line["recordId"]].add(line["value"])
    for record_id, mark in marks_of(scene):
        documents = scene.database.by_record.get(record_id, [])
        versions = [version for document in documents
                    for version in scene.database.versions[document["document"]]]
        if mark not in ours[record_id] and mark not in [version["mark"] for version in versions]:
            continue  # an earlier importer's: I4 and I5 look after it
        if mark == "":
            continue  # it was emptied again: there is no mark
        report.count("I1", 1, "marks")
        if not versions:
            report.say("I1", "mark-without-document", f"the mark '{mark}' is ours, but the ledger "
                       "knows no document", record_id)
        for document in documents:
            if was_stored(scene, document):
                check_mark_stands(scene, report, document, mark)


def check_mark_stands(scene, report, document, mark):
    """
    One of the files that a record's mark stands for. What was given to another patient lies under
    that one's key before the mark follows; it never does if the record is deleted in between.
    """
    versions = [version for version in scene.database.versions[document["document"]]]
    meant = [version for version in versions if version["mark"] == mark]
    given = {version["sha256"] for version in meant if version["state"] in ("leaving", "removed")}
    whole = [version for version in meant or versions if object_is_whole(scene, version)] or \
            [version for version in versions
             if version["sha256"] in given and object_is_whole(scene, version)]
    if not whole:
        report.say("I1", "mark-without-object", f"the mark '{mark}' stands for no whole object",
                   document["record_id"], key=", ".join(version["key"] for version in versions))
    elif not any(version["sha256"] in scene.possible_bytes(document["record_id"])
                 for version in whole):
        report.say("I1", "mark-for-other-bytes", f"the mark '{mark}' stands for bytes that the record "
                   "never had", document["record_id"], key=whole[0]["key"])


def marks_of(scene):
    """(recordId, mark) as they stand in the source: by the truth, or by what was written."""
    if scene.truth is not None:
        return [(record_id, entry["mark"]) for record_id, entry in scene.truth.records.items()
                if entry.get("mark")]
    last = {line["recordId"]: line["value"]
            for line in scene.journal.marks(scene.settings["mark_field"])}
    return list(last.items())


def has_object(version):
    """Whether its object must be there. One that was given to another patient is removed last."""
    return version["state"] in ("stored", "superseded")


def object_is_whole(scene, version):
    return (has_object(version) and version["sha256"] is not None
            and scene.store.size(version["key"]) == version["size"]
            and scene.store.sha256(version["key"]) == version["sha256"])


# --- I2 ----------------------------------------------------------------------------------------


def check_objects(scene, report):
    """I2: what the ledger says is stored lies there, whole, and is what the source has."""
    for document in scene.with_state("stored", "done"):
        version = scene.database.present_version(document)
        report.count("I2", 1, "stored documents")
        if version is None or version["state"] != "stored":
            report.say("I2", "version-missing",
                       f"{document['state']}, but its version {document['version']} is "
                       f"{version['state'] if version else 'not there'}", document["record_id"])
            continue
        if version["size"] != document["size"]:
            report.say("I2", "ledger-size", f"the document has {document['size']} bytes, its version "
                       f"{version['size']}", document["record_id"], version["key"])
        check_bytes_are_the_sources(scene, report, document, version)
    for number, versions in scene.database.versions.items():
        document = scene.database.documents.get(number)
        for version in versions:
            if document and has_object(version):
                report.count("I2", 1, "objects read")
                check_object(scene, report, document, version)


def check_object(scene, report, document, version):
    where = {"record": document["record_id"], "key": version["key"]}
    if scene.store.size(version["key"]) is None:
        report.say("I2", "object-missing", f"version {version['number']} ({version['state']}) is not "
                   "in the store", **where)
    elif scene.store.size(version["key"]) != version["size"]:
        report.say("I2", "object-size", f"{scene.store.size(version['key'])} bytes lie there, "
                   f"{version['size']} were stored", **where)
    elif scene.store.sha256(version["key"]) != version["sha256"]:
        report.say("I2", "object-hash", f"sha256 {scene.store.sha256(version['key'])} lies there, "
                   f"{version['sha256']} was stored", **where)


def check_bytes_are_the_sources(scene, report, document, version):
    entry = scene.record(document)
    if scene.truth is None or (entry is None and not scene.possible_bytes(document["record_id"])):
        return
    if entry and not scene.was_edited(document):
        true = version["sha256"] == entry["sha256"] and version["size"] == entry["size"]
    else:
        true = version["sha256"] in scene.possible_bytes(document["record_id"])
    report.count("I2", 1, "compared with the source")
    if not true:
        report.say("I2", "not-the-source's-bytes",
                   f"{version['size']} bytes with sha256 {version['sha256']} were stored; the record "
                   f"has {entry['size'] if entry else 'no'} bytes with sha256 "
                   f"{entry['sha256'] if entry else 'unknown'}", document["record_id"], version["key"])


# --- I3 ----------------------------------------------------------------------------------------


def check_rows_and_objects(scene, report):
    """I3: rows, objects and documents belong to one another, one to one."""
    check_rows(scene, report)
    check_store_is_intended(scene, report)
    check_keys(scene, report)


def was_stored(scene, document):
    return any(v["state"] != "intended" for v in scene.database.versions[document["document"]])


def check_rows(scene, report):
    rows, seen = collections.defaultdict(list), set()
    for row in scene.database.rows:
        rows[row["id"]].append(row)
    source = scene.database.source["name"]
    for document in scene.database.documents.values():
        row_id = rules.row_id(source, document["identity"], document["container"],
                              document["repetition"]).hex
        seen.add(row_id)
        found = rows.get(row_id, [])
        should = 1 if was_stored(scene, document) else 0
        if document["class"] == "undone":
            should = min(len(found), 1)  # it was taken back, unless people have changed it
        report.count("I3", should, "rows")
        if len(found) < should:
            report.say("I3", "row-missing", f"{document['state']}, but documents_document has no "
                       "row", document["record_id"], row=row_id)
        elif len(found) > should:
            report.say("I3", "row-unfounded" if not should else "row-doubled",
                       f"{len(found)} rows, {should} expected", document["record_id"], row=row_id)
        elif found:
            check_row(scene, report, document, found[0])
    for row_id in rows.keys() - seen:
        for row in rows[row_id]:
            if scene.left.is_untouched(row):
                continue
            report.say("I3", "row-surplus", "belongs to no document of the ledger", row=row_id,
                       key=row["s3_key"])


def check_row(scene, report, document, row):
    """Every column, by what the ledger, the source and the bytes say."""
    version = scene.database.present_version(document)
    if version is None:
        return  # said by I2
    metadata = read_metadata(row["filemaker_metadata"])
    if metadata is None:
        report.say("I3", "row-metadata", "filemaker_metadata is not what this project writes",
                   document["record_id"], row=row["id"])
        return
    wanted = row_wanted(scene, document, version, metadata)
    wanted.update(patient_wanted(scene, document, metadata))
    for column, values in wanted.items():
        if row[column] not in values:
            report.say("I3", f"row-{column.replace('_', '-')}", f"{column} is {row[column]!r}, not "
                       + " or ".join(repr(value) for value in values), document["record_id"],
                       version["key"], row["id"])
    check_link(scene, report, document, row)
    check_mime(scene, report, document, version, row)
    check_metadata(scene, report, document, version, row, metadata)
    check_uploaded_at(scene, report, document, row)


def read_metadata(text):
    def once(pairs):
        if len({name for name, _ in pairs}) != len(pairs):
            raise ValueError("a name stands there twice")
        return dict(pairs)
    try:
        metadata = json.loads(text, object_pairs_hook=once)
    except (TypeError, ValueError):
        return None
    shape = {"source": str, "identity": str, "recordId": int, "modId": int, "storage": str,
             "sha256": str, "size": int, "fields": dict, "findings": list}
    if not isinstance(metadata, dict):
        return None
    whole = all(isinstance(metadata.get(name), kind) for name, kind in shape.items())
    return metadata if whole else None


def field(scene, metadata, name):
    """A field's text as it was when the document was moved."""
    value = metadata["fields"].get(scene.settings[name])
    return "" if value is None else str(value)


def row_wanted(scene, document, version, metadata):
    extensions = [version["key"].rpartition(".")[2]]
    if scene.left.has_taken(document, version):  # whose keys call everything a PDF
        extensions = sorted(rules.EXTENSIONS.get(version["mime"], extensions))
    type_name = field(scene, metadata, "type_field")
    day = rules.day(field(scene, metadata, "date_field"))
    names = [name[:255] for extension in extensions
             for name in rules.made_names(type_name, day, extension)]
    entry = scene.record(document)
    if "file name made" not in metadata["findings"] and entry:
        names = [entry["name"][:255]]
    author = field(scene, metadata, "author_field").strip() or "FileMaker Import"
    filemaker_id = None if document["container"] else document["filemaker_id"]
    return {
        "file_name": names, "original_name": names, "file_size": [min(version["size"], rules.INT_MAX)],
        "mime_type": [version["mime"]], "s3_bucket": [scene.settings["bucket"]], "s3_key": [version["key"]],
        "s3_url": [""], "category": [rules.slug(type_name)[:100]], "uploaded_by": [author[:100]],
        "document_date": [day], "is_active": [0, 1],
        "filemaker_id": [filemaker_id.replace("-", "").lower() if filemaker_id else None],
    }


def patient_wanted(scene, document, metadata):
    """Columns that say whose document it is; the ledger must agree (check_link)."""
    told = field(scene, metadata, "patient_field")
    patients = scene.database.patients_of(told)
    number = next((row["id"] for row in scene.database.content_types
                   if (row["app_label"], row["model"]) == ("patients", "patient")), None)
    linked = len(patients) == 1
    objects = [patients[0].replace("-", "")] if linked else [None]
    types = [number] if linked else [None]
    if linked and scene.late_patients and document["link"] == "unlinked":
        objects, types = [None], [None]
    if linked and document["link"] == "review" and scene.database.is_in_doubt(told):
        objects, types = [None], [None]
    return {"object_id": objects, "content_type_id": types}


def check_link(scene, report, document, row):
    """The ledger's word for the link, and the row it wrote."""
    linked = row["object_id"] is not None
    patient = facts.hyphens(row["object_id"]) if linked else None
    words = ("linked",) if linked else ("unlinked", "review")
    if document["link"] not in words or document["patient"] != patient:
        report.say("I3", "ledger-link", f"the ledger says {document['link'] or 'nothing'} to "
                   f"{document['patient']}, the row {patient}", document["record_id"], row=row["id"])


def check_mime(scene, report, document, version, row):
    """The type that is told, by the first bytes; the extension, by the type."""
    extension = version["key"].rpartition(".")[2]
    known = rules.EXTENSIONS.get(row["mime_type"])
    if scene.left.has_taken(document, version):
        known = None
    if not rules.EXTENSION.fullmatch(extension) or (known and extension not in known):
        report.say("I3", "key-extension", f"'.{extension}' does not go with {row['mime_type']}",
                   document["record_id"], version["key"], row["id"])
    if version["key"] not in scene.store.objects:
        return  # said by I2
    possible = rules.mimes_of(scene.store.start(version["key"]))
    if possible and row["mime_type"] not in possible:
        report.say("I3", "row-mime-implausible", f"{row['mime_type']} is said of bytes that are "
                   + " or ".join(sorted(possible)), document["record_id"], version["key"], row["id"])


def check_metadata(scene, report, document, version, row, metadata):
    wanted = {"source": scene.database.source["name"], "identity": document["identity"],
              "recordId": document["record_id"], "modId": mod_id_stored(scene, document),
              "sha256": version["sha256"], "size": version["size"]}
    if document["container"]:
        wanted.update(container=document["container"], repetition=document["repetition"])
    bad = [name for name, value in wanted.items() if metadata.get(name) != value]
    entry = scene.record(document)
    if entry and not scene.was_edited(document):
        names = {"key_field": "id", "patient_field": "id_Contact", "type_field": "Type",
                 "date_field": "Date"}
        bad += [scene.settings[setting] for setting, name in names.items()
                if name in entry and field(scene, metadata, setting) != entry[name]]
    bad += [f"{name} (a stream's address)" for name, value in metadata["fields"].items()
            if any(mark in str(value) for mark in rules.STREAM_MARKS)]
    bad += sorted(fields_of_all(scene) - metadata["fields"].keys())
    if bad:
        report.say("I3", "row-metadata", "filemaker_metadata is not true or not whole: "
                   + ", ".join(bad), document["record_id"], version["key"], row["id"])


def mod_id_stored(scene, document):
    """The record's modification id when its row was written, as the audit has it."""
    stored = [entry["evidence"] for entry in scene.database.stories[document["document"]]
              if (entry["before"], entry["after"]) == ("claimed", "stored")]
    last = stored[-1].partition(";")[0].rpartition(" modId ")[2] if stored else ""
    return int(last) if last.isdigit() else None


def fields_of_all(scene):
    """Names that any row's metadata has: every record of a layout shows the same fields."""
    if not hasattr(scene, "_fields"):
        scene._fields = set()
        for row in scene.database.rows:
            metadata = read_metadata(row["filemaker_metadata"])
            scene._fields |= metadata["fields"].keys() if metadata else set()
    return scene._fields


def check_uploaded_at(scene, report, document, row):
    before = scene.left.row_of(document)
    for column in ("uploaded_at", "updated_at"):
        if before and row[column] == before[column] and column == "uploaded_at":
            continue  # it came with an earlier importer
        at_us = facts.microseconds(str(row[column]))
        inside = at_us is not None and any(
            run["started_us"] <= at_us <= (run["ended_us"] or at_us)
            for run in scene.database.runs.values())
        if not inside:
            report.say("I3", "row-time", f"{column} is {row[column]!r}, when no run was under way",
                       document["record_id"], row=row["id"])


def check_store_is_intended(scene, report):
    """No object without an intent, none that two documents share, none with other bytes."""
    owners = collections.defaultdict(list)
    for versions in scene.database.versions.values():
        for version in versions:
            if version["state"] != "removed":
                owners[version["key"]].append(version)
    for key in scene.store.objects:
        report.count("I3", 1, "objects")
        meant = owners.get(key, [])
        documents = {version["document"] for version in meant}
        records = [scene.database.documents[n]["record_id"] for n in documents
                   if n in scene.database.documents]
        if not meant and (key in scene.left.objects or scene.is_trial(key) or key in scene.database.uploads.keys):
            continue
        if not meant:
            report.say("I3", "object-without-intent", "the ledger never meant to store it", key=key)
        elif len(documents) > 1:
            report.say("I3", "object-of-two", f"belongs to {len(documents)} documents: records "
                       + ", ".join(map(str, records)), records[0] if records else None, key)
        elif not any(may_be(scene, version, key) for version in meant):
            report.say("I3", "object-of-other-bytes", "holds bytes that were not meant for it",
                       records[0] if records else None, key)
    for key in scene.store.oddities:
        report.say("I3", "object-odd", "is no regular file", key=key)


def may_be(scene, version, key):
    """Whether an object may be this version. A large one's hash is not known before its end."""
    if version["sha256"] is None:
        record_id = scene.database.documents[version["document"]]["record_id"]
        return scene.store.sha256(key) in scene.possible_bytes(record_id)
    return scene.store.sha256(key) == version["sha256"]


def check_keys(scene, report):
    """Keys by the published rules, made a second time."""
    for number, versions in scene.database.versions.items():
        document = scene.database.documents.get(number)
        if document is None:
            report.say("I3", "version-without-document", f"document {number} is not in the ledger",
                       key=versions[0]["key"])
            continue
        contents = [v["sha256"] for v in versions if v["sha256"] is not None
                    and (has_object(v) or v["state"] == "intended" and not was_moved(versions))]
        if len(set(contents)) != len(contents):
            report.say("I3", "content-twice", "one content has two versions", document["record_id"],
                       versions[0]["key"])
        for version in versions:
            report.count("I3", 1, "keys made again")
            check_key(scene, report, document, version)


def was_moved(versions):
    """Whether the document was with another patient: then intents of the way may be left."""
    return any(v["state"] in ("leaving", "removed") for v in versions)


def check_key(scene, report, document, version):
    key, extension = version["key"], version["key"].rpartition(".")[2]
    has_hash = "~" in key.rpartition("/")[2]
    where = {"record": document["record_id"], "key": key}
    if not rules.KEY_BYTES.fullmatch(key) or any(p in ("", ".", "..") for p in key.split("/")):
        report.say("I3", "key-bytes", "has bytes or parts that no key may have", **where)
    plain = key.replace(f"~{(version['sha256'] or '')[:12]}", "")
    needs_hash = scene.database.needs_hash(version) or scene.database.gave_way(version)
    if has_hash and version["number"] == 1 and not needs_hash and not scene.left.has_folder(plain):
        report.say("I3", "key-hash", "the first version has a later one's key", **where)
    if needs_hash and not has_hash:
        report.say("I3", "key-without-hash", "in a store that may replace it", **where)
    hashed = version["sha256"] if has_hash else None
    wanted = [rules.key(scene.settings, patient, document, extension, hashed)
              for patient in patients_possible(scene, document, version)]
    if key in wanted or scene.left.has_taken(document, version):
        return
    if is_as_counted(scene, document) \
            or key.rpartition("/")[2] != f"{rules.stem(document, hashed)}.{extension}":
        report.say("I3", "key-wrong", f"should be {' or '.join(wanted)}", **where)
    elif version["number"] == document["version"] and not is_under(scene, key, document["patient"]):
        report.say("I3", "key-of-another-patient", f"the document is that of {document['patient']}",
                   **where)


def is_under(scene, key, patient):
    """Whether a key lies where the patient's do, whatever the type."""
    template = scene.settings["key" if patient else "unlinked_key"].partition("{type-slug}")[0]
    return key.startswith(template.replace("{patient_id}", patient or ""))


def patients_possible(scene, document, version):
    """Whose it is stands in the ledger only once it is stored."""
    if version["state"] in ("leaving", "removed"):
        return [version["patient"]]
    if version["state"] != "intended":
        return [document["patient"]]
    patients = scene.database.patients_of(document["patient_id"])
    unsure = scene.late_patients or scene.database.is_in_doubt(document["patient_id"])
    return [None, *patients] if unsure or len(patients) != 1 else patients


def is_as_counted(scene, document):
    """Whether it was stored once only: of an edited one the bytes keep the key that they have."""
    story = scene.database.stories[document["document"]]
    stored = sum(entry["before"] == "claimed" and entry["after"] == "stored" for entry in story)
    return stored <= 1 and not any(entry["evidence"].startswith("edited") for entry in story)


# --- I4 ----------------------------------------------------------------------------------------


def check_marks_follow_records(scene, report):
    """I4: each mark that was written, against what the ledger had committed by then."""
    for line in scene.journal.marks(scene.settings["mark_field"]):
        report.count("I4", 1, "marks written")
        check_mark_written(scene, report, line)
    for line in scene.journal.lines:
        if scene.journal.is_ours(line) and line["effect"] not in ("login", "logout", "stream") \
                and not filled.is_filling(scene, line) \
                and not (line["effect"] == "patch" and line["field"] == scene.settings["mark_field"]
                         and line.get("layout") in (None, scene.settings["layout"])):
            report.say("I4", "source-written", f"{line['effect']} of {line.get('field')!r} "
                       f"(journal line {line['line']})", line.get("recordId"))
    filled.check_filled(scene, report)
    check_no_foreign_mark_was_lost(scene, report)
    check_marks_are_few(scene, report)


def check_mark_written(scene, report, line):
    """Every document that the record had by then must have been stored as of this very edit."""
    if line["value"] == "":
        check_mark_emptied(scene, report, line)
        return
    documents = [document for document in scene.database.by_record.get(line["recordId"], ())
                 if document["state"] not in ("waived", "gone")
                 or was_stored(scene, document)]
    begun = [document for document in documents
             if any(entry["at_us"] < line["us"] and entry["before"] == "waiting"
                    for entry in scene.database.stories[document["document"]])]
    if not documents:
        report.say("I4", "mark-unknown", "the ledger knows no document of this record",
                   line["recordId"])
    for document in begun or documents:
        check_mark_of(scene, report, line, document)
    fetched = line["modId"] - 1
    meant = [version for document in documents
             for version in scene.database.versions[document["document"]]
             if version["mod_id"] == fetched]
    if meant and line["value"] not in [version["mark"] for version in meant]:
        report.say("I4", "mark-not-intended", f"'{line['value']}' was written, '{meant[0]['mark']}' "
                   f"was intended (journal line {line['line']})", line["recordId"], meant[0]["key"])


def check_mark_emptied(scene, report, line):
    """Only a taking back empties marks, and the ledger says so before, of one of the record's documents."""
    stories = [scene.database.stories[document["document"]]
               for document in scene.database.by_record.get(line["recordId"], ())]
    if not any(entry["at_us"] < line["us"] and rules.is_taken_back(entry) for story in stories for entry in story):
        report.say("I4", "mark-emptied", f"its mark was emptied, and it was not taken back (journal line {line['line']})",
                   line["recordId"])


def check_mark_of(scene, report, line, document):
    fetched = line["modId"] - 1
    stored = [entry for entry in scene.database.stories[document["document"]]
              if entry["after"] == "stored" and entry["evidence"].partition(";")[0]
              .endswith(f" modId {fetched}")]
    if not stored:
        report.say("I4", "mark-without-record", f"marked as of modId {fetched}, which the ledger "
                   f"never stored (journal line {line['line']})", line["recordId"])
    elif stored[0]["at_us"] > line["us"]:
        report.say("I4", "mark-before-record", f"marked {stored[0]['at_us'] - line['us']} us before "
                   f"it was recorded (journal line {line['line']})", line["recordId"])


def check_no_foreign_mark_was_lost(scene, report):
    """A mark that stood there when the document was moved must have been ours."""
    ours = collections.defaultdict(set)
    for line in scene.journal.marks(scene.settings["mark_field"]):
        ours[line["recordId"]].add(line["value"])
    for row in scene.database.rows:
        metadata = read_metadata(row["filemaker_metadata"])
        if metadata is None:
            continue  # said by I3
        before = metadata["fields"].get(scene.settings["mark_field"]) or ""
        report.count("I4", 1, "marks found before")
        if before and before not in ours[str(metadata["recordId"])] \
                and not may_be_replaced(scene, str(metadata["recordId"]), before):
            report.say("I4", "foreign-mark-lost", f"the record bore the mark '{before}', which was "
                       "not ours", metadata["recordId"], row=row["id"])


def may_be_replaced(scene, record_id, before):
    """An earlier importer's mark: kept where it was right, replaced where the document was moved."""
    entry = scene.truth.records.get(record_id) if scene.truth else None
    written = [line["value"] for line in scene.journal.by_record.get(record_id, ())
               if line["effect"] == "patch"]
    kept = entry is None or entry["mark"] == before or entry["mark"] in written
    return bool(scene.left.rows or scene.left.objects) and kept


# --- I5 ----------------------------------------------------------------------------------------


def check_marks_agree(scene, report):
    """I5: done documents carry exactly the mark that the ledger means, on what was read."""
    marking = bool(scene.settings["mark_field"])
    for document in scene.with_state("done"):
        version, entry = scene.database.present_version(document), scene.record(document)
        if version is None:
            continue  # said by I2
        where = {"record": document["record_id"], "key": version["key"]}
        report.count("I5", 1, "done documents")
        if scene.left.has_taken(document, version) and not was_marked_by_us(scene, document, version):
            check_mark_kept(scene, report, document, version, entry)
            continue
        if marking and counts_as_marked(scene, document, version):
            check_mark_stands_still(scene, report, document, version)
            continue
        if document["mod_id"] != version["mod_id"] + (1 if marking else 0):
            report.say("I5", "mod-id", f"done at modId {document['mod_id']}, fetched at "
                       f"{version['mod_id']}", **where)
        if marking and not was_marked_by_us(scene, document, version):
            report.say("I5", "mark-not-ours", f"done with the mark '{version['mark']}' at modId "
                       f"{document['mod_id']}, which we never wrote", **where)
        if entry is None:
            continue
        if scene.was_edited(document):
            check_edit(scene, report, document, entry)
        elif marking and entry["mark"] not in marks_meant(scene, document, version):
            report.say("I5", "mark-missing" if not entry["mark"] else "mark-foreign",
                       f"the mark is '{entry['mark']}', the ledger means '{version['mark']}'", **where)
    if scene.truth is None:
        report.leave("I5", "the source is still running: there is no truth to compare with")


def counts_as_marked(scene, document, version):
    """Whether the ledger says that the mark that stood there counts, and the record was read since."""
    reaction = scene.database.reactions.get(document["record_id"])
    return (reaction is not None and reaction["kept_us"] is not None
            and document["mod_id"] == version["mod_id"])


def check_mark_stands_still(scene, report, document, version):
    """
    The source answers each mark with an edit: ours stands, was written for these very bytes, and since then
    nobody wrote to the record but the answer itself, or it was marked as often as is allowed.
    """
    report.count("I5", 1, "marks that were answered")
    where = {"record": document["record_id"], "key": version["key"]}
    lines = scene.journal.by_record.get(str(document["record_id"]), ())
    ours = [line for line in lines if line["effect"] == "patch" and scene.journal.is_ours(line)
            and line["modId"] <= document["mod_id"]]
    if not ours or ours[-1]["value"] not in marks_meant(scene, document, version):
        report.say("I5", "mark-not-ours", f"the mark '{version['mark']}' counts, and was not the last that "
                   "we wrote", **where)
        return
    between = [line for line in lines if ours[-1]["modId"] < line.get("modId", -1) <= document["mod_id"]]
    if any(line["effect"] != "answer" for line in between) and len(ours) < rules.EDITS_MAX:
        report.say("I5", "edit-lost", f"the mark of modId {ours[-1]['modId']} counts at modId "
                   f"{document['mod_id']}, and somebody edited the record in between", **where)
    before = [entry for entry in scene.database.stories[document["document"]]
              if entry["after"] == "stored" and version["sha256"] in entry["evidence"]
              and entry["evidence"].endswith(f" modId {ours[-1]['modId'] - 1}")]
    if not before:
        report.say("I5", "mark-for-other-bytes", f"the mark of modId {ours[-1]['modId']} was not written "
                   "for these bytes", **where)
    entry = scene.record(document)
    if entry is not None and not scene.was_edited(document) and entry["mark"] != version["mark"]:
        report.say("I5", "mark-foreign", f"the mark is '{entry['mark']}', the ledger means "
                   f"'{version['mark']}'", **where)


def check_marks_are_few(scene, report):
    """I4: a record is marked a few times an hour, whatever answers."""
    hour = 3600 * 1_000_000
    for record, lines in scene.journal.by_record.items():
        marks = [line["us"] for line in lines if line["effect"] == "patch" and scene.journal.is_ours(line)]
        most = max((sum(at <= other < at + hour for other in marks) for at in marks), default=0)
        if most > rules.EDITS_MAX:
            report.say("I4", "marked-too-often", f"{most} marks within an hour", record)


def check_mark_kept(scene, report, document, version, entry):
    """A mark of an earlier importer's that was taken over stands as it stood, on the same record."""
    report.count("I5", 1, "marks taken over")
    where = {"record": document["record_id"], "key": version["key"]}
    if document["mod_id"] != version["mod_id"]:
        report.say("I5", "mod-id", f"taken over at modId {document['mod_id']}, read at "
                   f"{version['mod_id']}", **where)
    if entry is not None and not scene.was_edited(document) and entry["mark"] != version["mark"]:
        report.say("I5", "mark-foreign", f"the mark is '{entry['mark']}', the ledger took over "
                   f"'{version['mark']}'", **where)


def marks_meant(scene, document, version):
    """A record is marked once for all its files, with the mark that was meant for the last of them."""
    return [other["mark"] for sibling in scene.database.by_record[str(document["record_id"])]
            for other in scene.database.versions[sibling["document"]]
            if other["mod_id"] == version["mod_id"]]


def was_marked_by_us(scene, document, version):
    """Whether the journal has our very mark: somebody's edit may look like it."""
    meant = marks_meant(scene, document, version)
    return any(line["effect"] == "patch" and line["value"] in meant
               and line["modId"] == document["mod_id"] and scene.journal.is_ours(line)
               for line in scene.journal.by_record.get(str(document["record_id"]), ()))


def check_edit(scene, report, document, entry):
    report.count("I5", 1, "edited since")
    if not scene.journal.edits_since(entry["recordId"], document["mod_id"]) \
            or int(entry["modId"]) < document["mod_id"]:
        report.say("I5", "mod-id", f"done at modId {document['mod_id']}, the record has "
                   f"{entry['modId']}, and nobody edited it", document["record_id"])


# --- I8 ----------------------------------------------------------------------------------------


def check_sums_of_bytes(scene, report):
    """I8: bytes and a hash of hashes, summed up from four independent places."""
    if scene.truth is None:
        report.leave("I8", "the source is still running: there is no truth to compare with")
        return
    places = {name: {} for name in ("source", "ledger", "store", "registry")}
    rows = {row["id"]: row for row in scene.database.rows}
    for document in scene.with_state("stored", "done"):
        version, entry = scene.database.present_version(document), scene.record(document)
        if version is None or entry is None or scene.was_edited(document):
            continue
        row = rows.get(rules.row_id(scene.database.source["name"], document["identity"],
                                    document["container"], document["repetition"]).hex)
        metadata = read_metadata(row["filemaker_metadata"]) if row else None
        where = document["record_id"]
        report.count("I8", 1, "documents")
        report.count("I8", version["size"] or 0, "bytes")
        places["source"][where] = (entry["size"], entry["sha256"])
        places["ledger"][where] = (document["size"], version["sha256"])
        places["store"][where] = (scene.store.size(version["key"]), scene.store.sha256(version["key"]))
        places["registry"][where] = (metadata["size"], metadata["sha256"]) if metadata else (None, None)
    sums = {name: sum_of(place) for name, place in places.items()}
    for name, place in places.items():
        if sums[name] != sums["source"]:
            apart = [w for w in place if place[w] != places["source"][w]]
            report.say("I8", f"sum-of-{name}", f"{sums[name][0]} bytes, the source has "
                       f"{sums['source'][0]}; {len(apart)} documents differ", record=apart[0])


def sum_of(place):
    """Bytes, and the hash of all hashes in the order of the records."""
    hashes = "".join(f"{record} {place[record][1]}\n" for record in sorted(place))
    return sum(size or 0 for size, _ in place.values()), hashlib.sha256(hashes.encode()).hexdigest()
