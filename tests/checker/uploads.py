"""
Uploads: documents of a source of their own, NAME/uploads, which FileMaker never had. They are taken out of what is compared
with it, and held against what holds for them: I2, I3, I6, I7 and I10.
"""

import collections
import json


class Uploads:
    """What a ledger has of them; it is taken from the database, which keeps the rest."""

    def __init__(self, database, sources, everything):
        self.name = f"{database.source['name']}/uploads"
        number = next((row["source"] for row in sources if row["name"] == self.name), None)
        mine = lambda rows: [row for row in rows if number is not None and row["source"] == number]  # noqa: E731
        self.documents = {row["document"]: row for row in mine(everything("fmferry_document"))}
        self.runs = {row["run"]: row for row in mine(everything("fmferry_run"))}
        self.tallies = mine(everything("fmferry_tally", "source, run, state"))
        self.sent = {row["document"]: row for row in everything("fmferry_upload", "document")}
        self.versions = {document: database.versions.pop(document) for document in self.documents
                         if document in database.versions}
        self.audit = {run: database.audit.pop(run) for run in self.runs if run in database.audit}
        self.rows = [row for row in database.rows if self.is_mine(row)]
        database.rows = [row for row in database.rows if not self.is_mine(row)]
        self.stories = collections.defaultdict(list)
        for run in sorted(self.audit):
            for entry in self.audit[run]:
                if entry["document"] is not None:
                    self.stories[entry["document"]].append(entry)
        self.keys = {version["key"] for versions in self.versions.values() for version in versions}

    def is_mine(self, row):
        try:
            return json.loads(row["filemaker_metadata"] or "{}").get("source") == self.name
        except (ValueError, AttributeError, KeyError):
            return False


def check_uploads(scene, report):
    """Each that is done has its row and its object, and no other has either."""
    rows = collections.defaultdict(list)
    for row in scene.database.uploads.rows:
        rows[json.loads(row["filemaker_metadata"])["identity"]].append(row)
    for document in scene.database.uploads.documents.values():
        check_upload(scene, report, document, rows.pop(document["identity"], []))
    for found in rows.values():
        report.say("I3", "upload-row-surplus", "belongs to no upload of the ledger", row=found[0]["id"])


def check_upload(scene, report, document, rows):
    uploads, number = scene.database.uploads, document["document"]
    is_done, sent = document["state"] == "done", uploads.sent.get(number)
    report.count("I3", 1, "uploads")
    if document["state"] not in ("done", "failed") or document["run"] is not None:
        report.say("I7", "upload-under-way", f"upload {number} is {document['state']}, held by {document['run']}")
    if len(rows) != int(is_done):
        report.say("I3", "upload-rows", f"upload {number} is {document['state']}, and has {len(rows)} rows")
    if sent is None:
        report.say("I3", "upload-unsent", f"upload {number} has nothing that was sent")
    elif is_done:
        check_stored(scene, report, document, sent, rows)


def check_stored(scene, report, document, sent, rows):
    number = document["document"]
    version = next((one for one in scene.database.uploads.versions.get(number, ())
                    if one["number"] == document["version"]), None)
    if version is None or version["state"] != "stored" or version["sha256"] != sent["sha256"].hex():
        report.say("I2", "upload-version", f"upload {number} is done, and no version is stored with what was sent")
        return
    if (scene.store.size(version["key"]), scene.store.sha256(version["key"])) != (sent["size"], version["sha256"]):
        report.say("I2", "upload-object", f"upload {number}: the object is not what was sent", key=version["key"])
    for row in rows:
        check_row(report, document, sent, version, row)


def check_row(report, document, sent, version, row):
    metadata = json.loads(row["filemaker_metadata"])
    told = (row["s3_key"], row["file_size"], row["mime_type"], row["original_name"], row["document_date"] or "", row["uploaded_by"],
            metadata["sha256"], metadata["size"], metadata["type"])
    true = (version["key"], sent["size"], sent["mime"], sent["name"], sent["day"], sent["who"],
            version["sha256"], sent["size"], document["type"])
    if told != true:
        report.say("I3", "upload-row", f"upload {document['document']}: its row says {told}, true is {true}", row=row["id"])
