#!/usr/bin/python3
"""
`fmferry tables` and `fmferry records`: FileMaker's files without FileMaker. What a writer of the tests made is read back as
it was given; samples of real FileMaker files have what an independent reader found in them; and each file that cannot be
read is refused with a sentence that says what helps.
"""

import base64
import fcntl
import hashlib
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

from fmp12_small import small
from fmp12_writer import SECTOR, Fmp12, leads_to
from harness import FMFERRY, ROOT, main, need_programs

SHARED = pathlib.Path(os.environ.get("FMFERRY_SHARED") or ROOT.parent / "shared") / "corpus"
SMALL = ROOT / "tests" / "unit" / "fmp12" / "small.fmp12"
CLOSE_IT = "close it in FileMaker and copy it again"


def fmferry(*words):
    return subprocess.run([str(FMFERRY), *map(str, words)], capture_output=True, text=True, timeout=300, check=False)


def lines_of(*words):
    """What a command prints with --json."""
    done = fmferry(*words, "--json")
    return [json.loads(line) for line in done.stdout.splitlines()] if done.returncode in (0, 3) else done.stderr


def records_of(path, table):
    return lines_of("records", path, table)


# --- what the writer made ------------------------------------------------------------------------------


def small_is_read(tap):
    tap.ok(small().bytes() == SMALL.read_bytes(), "small.fmp12 is what tests/e2e/fmp12_small.py writes")
    head, *found = lines_of("tables", SMALL)
    tap.same(head["written_by"], "21.1", "the version is read")
    tables = {one["name"]: one for one in found if "fields" in one}
    tap.same(list(tables), ["Documents", "患者"], "tables, one with a name in pieces")
    tap.same(tables["患者"]["fields"][0]["name"], "名前", "and its fields")
    tap.same(tables["Documents"]["containers"], {"proven": 9, "ambiguous": 1, "reference": 1, "broken": 1, "external": 1,
                                                 "missing": 1, "other": 1, "global": 0}, "containers by their kind")
    tap.same((tables["Documents"]["objects"], tables["Documents"]["unused"], tables["Documents"]["counted_otherwise"]),
             (12, 1, 0), "objects, and the one that nobody uses; a counter is none")
    tap.same(tables["患者"]["containers"]["global"], 1, "a global leads to an object, too")
    objects = {(one["table"], one["object"]): one for one in found if "object" in one}
    roles = {one["code"]: one["role"] for one in objects[129, 300]["streams"]}
    tap.same(roles, {"JPEG": "preview", "PDF ": "document", "FNAM": "about"}, "a preview is not taken for the document")
    tap.same((objects[129, 303]["state"], objects[129, 303].get("fault")),
             ("broken", "its bytes are not those of which FileMaker made the MD5"), "a wrong MD5 is told")
    tap.same(objects[130, 1]["name"], "印.png", "a Japanese file name")
    tap.same(fmferry("tables", SMALL).returncode, 3, "and the exit code says that something is left")


def records_are_read(tap):
    first, *rest = records_of(SMALL, "Documents")
    values = {(one["name"], one["repetition"]): one["text"] for one in first["values"]}
    tap.same((first["record"], first["changes"]), (1, 200), "record and count of changes")
    tap.same(values, {("Title", 1): "Grüße, Nr. 0", ("Title", 2): "again", ("File", 1): leads_to(1), ("Number", 1): "25abc"},
             "values and repetitions, as they were typed")
    tap.same([one["record"] for one in rest][4:8], [15001, 18001, 20001, 20002], "record numbers of three bytes")
    outside = [one for one in rest[-1]["values"] if one["name"] == "Outside"]
    tap.same([one["container"] for one in outside], [{"state": "external"}], "what lies outside the file")
    tap.same(records_of(SMALL, 130)[0]["values"][0]["text"], "田中😀", "a table by its number, a name in Japanese")
    said = fmferry("records", SMALL, "Documents", "--record", 20005)
    tap.ok("record 20005" in said.stdout and "broken: its bytes" in said.stdout and "20006" not in said.stdout,
           "one record alone, for people", said.stdout)
    for words, cure in ((("Document",), "there are: Documents"), (("Documents", "--record", 5), "has no record 5")):
        done = fmferry("records", SMALL, *words)
        tap.ok(done.returncode == 2 and cure in done.stderr, f"records {words}: {cure}", done.stderr)


def large_is_read(tap, folder):
    """An object of 3 MiB, whose pieces have numbers of two bytes, and 600 records."""
    content = bytes(random.Random(7).randbytes(3 * 1024 * 1024 + 17))
    file = Fmp12(fanout=30)
    file.table(129, "T", {1: ("C", "container")})
    file.put_object(129, 1, {"FILE": content}, name="large.bin", references=600)
    for at in range(600):
        file.record(129, at + 16000, {1: leads_to(1)})
    path = folder / "large.fmp12"
    path.write_bytes(file.bytes())
    done = lines_of("tables", path)
    tap.same(done[2]["containers"]["proven"], 600, "600 records have one document")
    streams = {one["code"]: one for one in done[1]["streams"]}
    tap.same(streams["FILE"]["sha256"], hashlib.sha256(content).hexdigest(), "and its 3 MiB are what was written")


# --- samples -------------------------------------------------------------------------------------------


def found_in(path):
    """A file in the form of EXPECTED.json."""
    head, *rest = lines_of("tables", path)
    found = {key: head[key] for key in ("written_by", "leaves", "entries")} | {"tables": [], "objects": []}
    for one in rest:
        if "fields" not in one:
            streams = {each["code"]: {"bytes": each["bytes"], "sha256": each["sha256"]} for each in one["streams"]}
            found["objects"].append({key: one[key] for key in ("table", "object", "md5", "name", "kind")}
                                    | {"streams": streams})
            continue
        sums, containers = hashlib.sha256(), []
        for record in records_of(path, one["table"]):
            for value in record["values"]:
                place = {"record": record["record"], "field": value["field"], "repetition": value["repetition"]}
                sums.update((json.dumps([*place.values(), value["text"]]) + "\n").encode())
                if "container" in value:
                    containers.append(place | {"object": value["container"]["object"]})
        fields = [{key: field[key] for key in ("number", "name", "type", "stored_externally")} for field in one["fields"]]
        found["tables"].append({"number": one["table"], "name": one["name"], "fields": fields, "records": one["records"],
                                "sha256_of_values": sums.hexdigest(), "containers": containers})
    return found


def samples_are_read(tap):
    expected = SHARED / "fmp12" / "EXPECTED.json"
    if not expected.is_file():
        tap.skip("real files", "no corpus beside the tree, and FMFERRY_SHARED names none")
        return
    for name, wanted in json.loads(expected.read_text()).items():
        found = found_in(SHARED / "fmp12" / name)
        wrong = [key for key in wanted if wanted[key] != found[key]]
        tap.ok(not wrong, f"{name}: as the independent reader has it", wrong)


def filemaker_agrees(tap):
    """FileMaker itself wrote the Base64 of a container into the text beside it."""
    path = SHARED / "fmp12" / "Ooe.fmp12"
    if not path.is_file():
        tap.skip("FileMaker's own Base64", "no corpus beside the tree, and FMFERRY_SHARED names none")
        return
    values = {one["field"]: one for one in records_of(path, 129)[0]["values"]}
    content = base64.b64decode(values[6]["text"])
    sums = {one["code"]: one["sha256"] for one in values[11]["container"]["streams"]}
    tap.same((len(content), sums["FILE"]), (4982, hashlib.sha256(content).hexdigest()),
             "FileMaker wrote the same bytes as text")


# --- what cannot be read -------------------------------------------------------------------------------


def bad_files(folder):
    """(name, content, exit code, words)"""
    good = SMALL.read_bytes()
    mixed = random.Random(1).randbytes(len(good) - SECTOR)
    fp5 = bytearray(good)
    fp5[15:20] = b"\0\0\0\0\0"
    torn = bytearray(good)
    torn[5 * SECTOR:6 * SECTOR] = good[6 * SECTOR:7 * SECTOR]
    yield "letter.pdf", b"%PDF-1.4\n" + good, 2, ["is no FileMaker file", "name the .fmp12 or .fp7 file"]
    yield "empty.fmp12", b"", 2, ["is no FileMaker file"]
    yield "old.fp5", bytes(fp5), 2, ["FileMaker 6 or older", "FileMaker Pro 7 to 11"]
    yield "cut.fmp12", good[:-7], 1, ["is cut", CLOSE_IT]
    yield "short.fmp12", good[:-SECTOR], 1, ["is damaged, or was copied while it was open", CLOSE_IT]
    yield "torn.fmp12", bytes(torn), 1, ["is damaged, or was copied while it was open", CLOSE_IT]
    yield "secret.fmp12", good[:SECTOR] + mixed, 1, ["is encrypted", "FMDeveloperTool --copySelfContained",
                                                     "-encryption_key"]


def refused(tap, folder, name, code, words):
    before = sorted(os.listdir(folder))
    for command in (["tables", folder / name], ["records", folder / name, "Documents"]):
        done = fmferry(*command)
        tap.ok(done.returncode == code and not done.stdout and all(one in done.stderr for one in words)
               and done.stderr.count("\n") == 1, f"{command[0]}: {name} is refused, in one sentence",
               done.returncode, done.stdout, done.stderr)
    tap.same(sorted(os.listdir(folder)), before, f"{name}: nothing is written")


class Descending(Fmp12):
    """Two keys of the last leaf stand in each other's place."""

    def order(self):
        paths = sorted(self.values)
        return [*paths[:-2], paths[-1], paths[-2]]


class Misled(Fmp12):
    """The index sends to the second leaf for keys that begin behind its first one."""

    def index(self, children, is_leftmost):
        (path, child), *rest = children[1:]
        return super().index([children[0], ((*path, b"\x01"), child), *rest], is_leftmost)


class Twice(Fmp12):
    """The index leads to the second leaf a second time."""

    def index(self, children, is_leftmost):
        return super().index([*children[:2], *children[1:]], is_leftmost)


def crooked_trees(tap, folder):
    """Each sector is in order; what the tree says of them is not. The same file with a straight tree is read."""
    for form, words in ((Fmp12, None), (Descending, "its keys do not ascend"), (Misled, "before the place that the index gives it"),
                        (Twice, "reaches beyond the place that the index gives it")):
        file = form()
        file.table(129, "T", {1: ("Title", "text")})
        for record in range(1, 200):
            file.record(129, record, {1: f"title {record:05}" * 8})
        path = folder / f"{form.__name__}.fmp12"
        path.write_bytes(file.bytes())
        done = fmferry("tables", path)
        tap.ok(done.returncode == (1 if words else 0) and (words or "") in done.stderr, f"a tree, {form.__name__}: {words or 'is read'}",
               done.returncode, done.stderr)


def bad_input(tap, folder):
    for name, content, code, words in bad_files(folder):
        (folder / name).write_bytes(content)
        refused(tap, folder, name, code, words)
    (folder / "folder.fmp12").mkdir()
    refused(tap, folder, "folder.fmp12", 2, ["is no plain file"])
    (folder / "open.fmp12").write_bytes(SMALL.read_bytes())
    with open(folder / "open.fmp12", "r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        refused(tap, folder, "open.fmp12", 1, ["is open in another program", CLOSE_IT])
        fcntl.flock(held, fcntl.LOCK_UN)
        fcntl.lockf(held, fcntl.LOCK_EX)
        refused(tap, folder, "open.fmp12", 1, ["is open in another program"])
    done = fmferry("tables", folder / "nowhere.fmp12")
    tap.ok(done.returncode == 1 and "No such file" in done.stderr, "a file that is not there", done.stderr)


def test(tap):
    if not need_programs(tap):
        return
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        small_is_read(tap)
        records_are_read(tap)
        large_is_read(tap, folder)
        samples_are_read(tap)
        filemaker_agrees(tap)
        (folder / "bad").mkdir()
        bad_input(tap, folder / "bad")
        crooked_trees(tap, folder)


main(test)
