"""
The objects and rows that an earlier importer left, read before fmferry starts. Afterwards none of them may be
gone, and whatever was taken over must have been right.
"""

import contextlib
import json
import sqlite3

from . import facts

KEPT = ("is_active", "description", "tags", "uploaded_at")


def look(store, database):
    """Its objects and rows, as JSON can keep them."""
    objects = facts.Store(store)
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as sql:
        sql.row_factory = sqlite3.Row
        rows = [dict(row) for row in sql.execute("select * from documents_document")]
    return {"objects": {key: objects.sha256(key) for key in objects.objects},
            "rows": {row["filemaker_id"]: row for row in rows}}


class Left:
    """`None` for a path: nothing was left."""

    def __init__(self, path=None):
        self.objects, self.rows = {}, {}
        if path:
            with open(path, encoding="utf-8") as source:
                read = json.load(source)
            self.objects, self.rows = read["objects"], read["rows"]

    def row_of(self, document):
        """The row that was there for a document; None if there was none."""
        if document["container"] or not document["filemaker_id"]:
            return None
        return self.rows.get(document["filemaker_id"].replace("-", "").lower())

    def has_taken(self, document, version):
        """Whether a document stands on an object of the earlier importer's."""
        row = self.row_of(document)
        return row is not None and version is not None and version["key"] == row["s3_key"]

    def has_folder(self, key):
        """Whether its keys made a folder where the documented key would be a file."""
        keys = [*self.objects, *(row["s3_key"] for row in self.rows.values())]
        return any(other.startswith(key + "/") for other in keys)

    def is_untouched(self, row):
        """Whether a row is still as it was."""
        return self.rows.get(row["filemaker_id"]) == row


def check_nothing_gone(scene, report):
    """I14, for the earlier importer's things: objects are as they were; rows are there, with people's texts."""
    left = scene.left
    for key, sha256 in left.objects.items():
        report.count("I14", 1, "objects left by another")
        if scene.store.sha256(key) != sha256:
            report.say("I14", "left-object-lost", "an earlier importer's object is gone or other",
                       key=key)
    rows = {row["filemaker_id"]: row for row in scene.database.rows if row["filemaker_id"]}
    for filemaker_id, before in left.rows.items():
        report.count("I14", 1, "rows left by another")
        now = rows.get(filemaker_id)
        if now is None:
            report.say("I14", "left-row-lost", "an earlier importer's row is gone", row=before["id"])
        elif any(now[column] != before[column] for column in KEPT):
            report.say("I14", "left-row-altered", "what is people's was written over",
                       row=before["id"])


def check_taken(scene, report):
    """I2: documents that were taken over are right, and their marks are those that were there."""
    for document in scene.with_state("stored", "done"):
        version = scene.database.present_version(document)
        if not scene.left.has_taken(document, version):
            continue
        report.count("I2", 1, "taken over")
        if scene.left.objects.get(version["key"]) != version["sha256"]:
            report.say("I2", "taken-unproven", "its object was taken over, and has other bytes",
                       document["record_id"], version["key"])
