"""I4, of what is written back: fields that are filled with a mark, in the same request, with what the version says."""

import re

from . import rules


def fields_of(scene):
    return scene.settings["writeback"]


def is_filling(scene, line):
    return line["effect"] == "patch" and line.get("field") in fields_of(scene)


def day_of(mark):
    month, day, year = mark[:10].split("/") if "/" in mark else (mark[5:7], mark[8:10], mark[:4])
    return f"{year}-{month}-{day}"


def value_of(scene, document, version, field):
    row = rules.row_id(scene.database.source["name"], document["identity"], document["container"], document["repetition"])
    values = {"{console_url}": f"{scene.settings['public_url'].rstrip('/')}/documents/{row}", "{key}": version["key"],
              "{sha256}": version["sha256"], "{bytes}": str(version["size"]), "{date}": day_of(version["mark"])}
    return re.sub(r"\{\w+\}", lambda name: values[name.group()], fields_of(scene)[field])


def check_filled(scene, report):
    """Each value that was written, against the versions that the ledger had for that very mark."""
    marks = {(line["recordId"], line["modId"]) for line in scene.journal.marks(scene.settings["mark_field"])}
    for line in scene.journal.lines:
        if not scene.journal.is_ours(line) or not is_filling(scene, line):
            continue
        report.count("I4", 1, "fields filled")
        if (line["recordId"], line["modId"]) not in marks:
            report.say("I4", "filled-without-mark", f"'{line['field']}' was written by itself (journal line "
                       f"{line['line']})", line["recordId"])
        meant = [value_of(scene, document, version, line["field"])
                 for document in scene.database.by_record.get(line["recordId"], ())
                 for version in scene.database.versions[document["document"]]
                 if version["mod_id"] == line["modId"] - 1 and version["mark"] and version["sha256"]]
        if meant and line["value"] not in meant:
            report.say("I4", "filled-otherwise", f"'{line['field']}' was filled with '{line['value']}' and not with "
                       f"'{meant[0]}' (journal line {line['line']})", line["recordId"])
