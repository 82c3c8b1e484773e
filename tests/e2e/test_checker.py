#!/usr/bin/python3
"""
Proves the checker: a good migration is found good, and each of many single mutations of it is
named, by its invariant, its code and the record, key or row that was touched.
"""

import contextlib
import hashlib
import json
import os
import shutil
import sys

from harness import PASSWORD, ROOT, Bench, Person, ask, main, need_programs

sys.path.insert(0, str(ROOT / "tests"))
from checker import check, rules  # noqa: E402

SCENARIO = """
container 3 is empty
container 4 is reference
container 5 is missing
container 6 is error-page
container 7..8 is empty
"""
STRANGERS = 2  # patients whom the application does not know
PLACELESS = ("I6 story", "I7 tally", "I7 census", "I8")  # said of a sum, or of what is not there
MUTATIONS = []


def build(tap, bench):
    """Three runs: all kinds of documents; edits in between; a rerun; one more edit at the end."""
    (bench.folder / "scenario").write_text(SCENARIO)
    bench.serve("generate:30,3000", "--scenario", bench.folder / "scenario")
    bench.configure(run={"workers": 1, "retry_ms": 1})
    bench.ferry("patients", "import")
    bench.sql("delete from patients_patient where id in (select id from patients_patient "
              f"order by id limit {STRANGERS})")
    codes = [bench.ferry("run").code]
    bench.happen("do replace 11..12")
    edit(bench, 13)
    codes.append(bench.ferry("run").code)
    bench.snapshot()
    codes.append(bench.ferry("run", "--verbose").code)
    bench.status()
    edit(bench, 14)
    bench.stop_serving()
    tap.same(codes, [3, 3, 3], "three runs end with 3: some documents cannot be read")


def edit(bench, record):
    with Person(bench) as person:
        person.edit(record, imported="7")


class Copy:
    """A copy of the good state, to be spoiled in one place."""

    def __init__(self, good, folder):
        self.folder, self.exit_code, self.others = folder, 3, good.others
        shutil.copytree(good.store, folder / "documents", copy_function=shutil.copy2)
        for name in ("fmferry.db", "journal.jsonl", "truth.json", "status.json", "canaries",
                     "fmferry.ini"):
            shutil.copy2(good.folder / name, folder / name)
        shutil.copytree(good.logs, folder / "logs")
        self.before = self._snapshot_here(good)
        self.store = folder / "documents"

    def _snapshot_here(self, good):
        """The good state's snapshot, with the inodes and times that the copies have."""
        before = json.loads((good.folder / "before.json").read_text())
        for key in before["store"]:
            about = os.stat(self.folder / "documents" / key)
            before["store"][key] = [about.st_size, about.st_mtime_ns, about.st_ino]
        path = self.folder / "before.json"
        path.write_text(json.dumps(before))
        return path

    # --- ways to spoil -----------------------------------------------------------------------

    def sql(self, statement, *values):
        return ask(self.folder / "fmferry.db", statement, *values)

    def document(self, where="d.state = 'done' and d.version = 1 and d.link = 'linked' "
                             "and d.record_id > 14"):
        """Record, document, key, row: of the first document that fits."""
        return self.sql("select d.record_id, d.document, v.key, r.id from fmferry_document d "
                        "left join fmferry_version v on v.document = d.document "
                        "and v.number = d.version left join documents_document r "
                        f"on r.s3_key = v.key where {where} order by d.document limit 1")[0]

    @contextlib.contextmanager
    def truth(self):
        path = self.folder / "truth.json"
        entries = json.loads(path.read_text())
        yield entries
        path.write_text(json.dumps(entries))

    @contextlib.contextmanager
    def journal(self):
        path = self.folder / "journal.jsonl"
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        yield lines
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))

    def entry(self, entries, record):
        return next(entry for entry in entries if entry["recordId"] == str(record))

    def rehash(self, run):
        """Makes a run's chain fit again, as somebody would who knows how."""
        before = bytes(32)
        for row in self.sql("select run, seq, at_us, coalesce(document, 0), epoch, before, after, "
                            "evidence from fmferry_audit where run = ? order by seq", run):
            before = hashlib.sha256(before + "".join(f"{value}\n" for value in row).encode()).digest()
            self.sql("update fmferry_audit set hash = ? where run = ? and seq = ?", before, row[0],
                     row[1])

    # --- what the checker says -----------------------------------------------------------------

    def violations(self):
        given = check.arguments([
            "--truth", str(self.folder / "truth.json"), "--journal",
            str(self.folder / "journal.jsonl"), "--store", str(self.store), "--database",
            str(self.folder / "fmferry.db"), "--config", str(self.folder / "fmferry.ini"),
            "--status", str(self.folder / "status.json"), "--exit-code", str(self.exit_code),
            "--canaries", str(self.folder / "canaries"), "--before", str(self.before), "--logs",
            *[str(path) for path in sorted((self.folder / "logs").glob("*.err"))],
            "--other-sessions", *map(str, self.others)])
        return check.judge(check.read_scene(given), given)


def mutation(*expected):
    """Marks a function as a mutation; it returns what the checker must point at."""
    def note(spoil):
        MUTATIONS.append((spoil, expected))
        return spoil
    return note


# --- the store ---------------------------------------------------------------------------------


@mutation("I1 mark-without-object", "I2 object-missing", "I8 sum-of-store", "I14 store-written")
def object_removed(copy):
    record, _, key, _ = copy.document()
    os.remove(copy.store / key)
    return record, key


@mutation("I1 mark-without-object", "I2 object-size", "I3 object-of-other-bytes")
def object_truncated(copy):
    record, _, key, _ = copy.document()
    os.truncate(copy.store / key, 2999)
    return record, key


@mutation("I1 mark-without-object", "I2 object-hash", "I3 object-of-other-bytes", "I8 sum-of-store")
def object_with_one_bit_flipped(copy):
    record, _, key, _ = copy.document()
    data = bytearray((copy.store / key).read_bytes())
    data[1700] ^= 4
    (copy.store / key).write_bytes(data)
    return record, key


@mutation("I2 object-hash", "I3 object-of-other-bytes")
def objects_swapped(copy):
    record, _, key, _ = copy.document()
    other = copy.document(f"d.state = 'done' and d.version = 1 and d.record_id > {record}")[2]
    first, second = copy.store / key, copy.store / other
    data = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(data)
    return record, key


@mutation("I3 object-without-intent", "I14 store-written")
def object_surplus(copy):
    key = copy.document()[2].rpartition("/")[0] + "/surplus.pdf"
    (copy.store / key).write_bytes(b"%PDF-1.4\n")
    return (key,)


@mutation("I2 object-missing")
def older_object_removed(copy):
    record, key = copy.sql("select d.record_id, v.key from fmferry_document d join fmferry_version v "
                           "on v.document = d.document where v.state = 'superseded' limit 1")[0]
    os.remove(copy.store / key)
    return record, key


@mutation("I3 object-odd", "I2 object-missing")
def object_as_a_link(copy):
    record, _, key, _ = copy.document()
    os.rename(copy.store / key, copy.folder / "elsewhere")
    os.symlink(copy.folder / "elsewhere", copy.store / key)
    return (key,)


@mutation("I3 object-of-two")
def object_of_two_documents(copy):
    record, document, key, _ = copy.document()
    other = copy.document(f"d.state = 'done' and d.version = 1 and d.record_id > {record}")[1]
    copy.sql("update fmferry_version set key = ? where document = ?", key, other)
    return (key,)


@mutation("I12 leftover", "I3 object-without-intent")
def probe_left_behind(copy):
    (copy.store / "fmferry-probe-17").write_bytes(b"1")
    return ("fmferry-probe-17",)


@mutation("I12 leftover")
def write_ahead_log_left_behind(copy):
    (copy.folder / "fmferry.db-journal").write_bytes(b"x")
    return ()


# --- the registry ------------------------------------------------------------------------------


@mutation("I3 row-missing", "I8 sum-of-registry", "I14 rows-written")
def row_removed(copy):
    record, _, _, row = copy.document()
    copy.sql("delete from documents_document where id = ?", row)
    return record, row


@mutation("I3 row-surplus")
def row_doubled(copy):
    columns = [row[1] for row in copy.sql("pragma table_info(documents_document)")]
    fresh = {"id": "'" + "ab" * 16 + "'", "filemaker_id": "null"}
    copy.sql(f"insert into documents_document ({', '.join(columns)}) select "
             + ", ".join(fresh.get(name, name) for name in columns)
             + " from documents_document where id = ?", copy.document()[3])
    return ("ab" * 16,)


@mutation("I3 row-unfounded")
def row_of_a_failed_document(copy):
    row = copy.document()[3]
    failed, identity = copy.sql("select record_id, identity from fmferry_document "
                                "where state = 'failed' limit 1")[0]
    made = rules.row_id("Clinic/API_Docs", identity).hex
    copy.sql("update documents_document set id = ? where id = ?", made, row)
    return failed, made


@mutation("I3 row-object-id", "I3 ledger-link")
def row_of_another_patient(copy):
    record, _, _, row = copy.document()
    copy.sql("update documents_document set object_id = (select id from patients_patient "
             "where id <> object_id limit 1) where id = ?", row)
    return record, row


@mutation("I3 row-object-id", "I3 key-wrong")
def everything_of_another_patient(copy):
    """Ledger, key, object and row agree with one another, and are wrong together."""
    record, document, key, row = copy.document()
    mine, other = copy.sql("select d.patient, p.id from fmferry_document d, patients_patient p "
                           "where d.document = ? and p.id <> replace(d.patient, '-', '') limit 1",
                           document)[0]
    there = "-".join((other[:8], other[8:12], other[12:16], other[16:20], other[20:]))
    moved = key.replace(mine, there)
    (copy.store / moved).parent.mkdir(parents=True, exist_ok=True)
    os.rename(copy.store / key, copy.store / moved)
    copy.sql("update fmferry_version set key = ? where document = ?", moved, document)
    copy.sql("update fmferry_document set patient = ? where document = ?", mine, document)
    copy.sql("update documents_document set s3_key = ?, object_id = ? where id = ?", moved, other, row)
    return (record,)


@mutation("I3 row-object-id", "I3 row-content-type-id", "I3 ledger-link")
def row_without_its_patient(copy):
    record, _, _, row = copy.document()
    copy.sql("update documents_document set object_id = null, content_type_id = null where id = ?",
             row)
    return record, row


def column_spoiled(column, value, *codes):
    @mutation(*(f"I3 {code}" for code in codes or (f"row-{column.replace('_', '-')}",)))
    def spoil(copy):
        record, _, _, row = copy.document()
        copy.sql(f"update documents_document set {column} = ? where id = ?", value, row)
        return record, row
    spoil.__name__ = f"row_with_another_{column}"


column_spoiled("s3_key", "patients/filemaker-import/documents/unlinked/erf/x.pdf")
column_spoiled("file_size", 2999)
column_spoiled("mime_type", "image/png", "row-mime-type", "row-mime-implausible")
column_spoiled("category", "other")
column_spoiled("document_date", "1999-12-31")
column_spoiled("document_date", None)
column_spoiled("filemaker_id", "cd" * 16)
column_spoiled("file_name", "../../x.pdf")
column_spoiled("original_name", "x.pdf")
column_spoiled("s3_bucket", "elsewhere")
column_spoiled("uploaded_by", "")
column_spoiled("uploaded_at", "2001-01-01 00:00:00", "row-time")
column_spoiled("filemaker_metadata", "{}", "row-metadata")
column_spoiled("filemaker_metadata", None, "row-metadata")


def metadata_spoiled(name, expression, expected="I3 row-metadata"):
    @mutation(expected)
    def spoil(copy):
        record, _, _, row = copy.document()
        copy.sql(f"update documents_document set filemaker_metadata = {expression} where id = ?", row)
        return record, row
    spoil.__name__ = f"metadata_with_{name}"


metadata_spoiled("another_hash", "json_set(filemaker_metadata, '$.sha256', '00')")
metadata_spoiled("another_record", "json_set(filemaker_metadata, '$.recordId', 9999)")
metadata_spoiled("another_date", "json_set(filemaker_metadata, '$.fields.Date', '01/01/2001')")
metadata_spoiled("a_field_less", "json_remove(filemaker_metadata, '$.fields.num')")
metadata_spoiled("a_streams_address", "json_set(filemaker_metadata, '$.fields.Doc', "
                 "'https://fms/Streaming_SSL/MainDB/1.pdf?RCType=EmbeddedRCFileProcessor')")
metadata_spoiled("somebody_elses_mark", "json_set(filemaker_metadata, '$.fields.NexusExportDate', "
                 "'01/01/2001 00:00:00')", "I4 foreign-mark-lost")


@mutation("I3 row-mime-implausible", "I3 key-extension")
def type_told_wrongly_everywhere(copy):
    record, document, _, row = copy.document()
    copy.sql("update documents_document set mime_type = 'image/png' where id = ?", row)
    copy.sql("update fmferry_version set kind = 'image/png' where document = ?", document)
    return record, row


# --- the source --------------------------------------------------------------------------------


@mutation("I5 mark-missing")
def mark_missing(copy):
    record = copy.document()[0]
    with copy.truth() as entries:
        copy.entry(entries, record)["mark"] = ""
    return (record,)


@mutation("I5 mark-foreign")
def mark_of_somebody_else(copy):
    record = copy.document()[0]
    with copy.truth() as entries:
        copy.entry(entries, record)["mark"] = "01/01/2001 00:00:00"
    return (record,)


@mutation("I1 mark-for-other-bytes", "I2 not-the-source's-bytes", "I8 sum-of-ledger")
def bytes_that_the_source_never_had(copy):
    record = copy.document()[0]
    with copy.truth() as entries:
        copy.entry(entries, record)["sha256"] = "00" * 32
    with copy.journal() as lines:
        for line in lines:
            if line.get("recordId") == str(record):
                line.pop("sha256", None)
    return (record,)


@mutation("I2 not-the-source's-bytes")
def file_replaced_without_a_trace(copy):
    """The truth alone differs: what the journal saw long ago does not excuse it."""
    record = copy.document()[0]
    with copy.truth() as entries:
        copy.entry(entries, record)["sha256"] = "00" * 32
    return (record,)


@mutation("I7 record-missed", "I7 census-untrue")
def record_never_seen(copy):
    with copy.truth() as entries:
        entries.append({**entries[20], "recordId": "777", "mark": "",
                        "id": "00000000-0000-4000-8000-000000000000"})
    return ("777",)


@mutation("I7 record-invented", "I7 census-untrue")
def record_that_never_was(copy):
    record = copy.document()[0]
    with copy.truth() as entries:
        entries.remove(copy.entry(entries, record))
    return (record,)


@mutation("I5 mod-id")
def record_edited_by_nobody(copy):
    record = copy.document()[0]
    with copy.truth() as entries:
        copy.entry(entries, record)["modId"] = "99"
    return (record,)


@mutation("I7 identity-wrong")
def record_with_another_id(copy):
    record = copy.document()[0]
    with copy.truth() as entries:
        copy.entry(entries, record)["id"] = "00000000-0000-4000-8000-000000000000"
    return (record,)


@mutation("I3 row-metadata")
def record_of_another_patient(copy):
    record, _, _, row = copy.document()
    with copy.truth() as entries:
        copy.entry(entries, record)["id_Contact"] = "00000000-0000-4000-8000-000000000000"
    return record, row


# --- the journal -------------------------------------------------------------------------------


@mutation("I9 session-open")
def session_left_open(copy):
    with copy.journal() as lines:
        lines.remove(next(line for line in lines if line["effect"] == "logout"
                          and line["session"] not in copy.others))
    return ()


@mutation("I9 logout-without-login")
def session_opened_by_nobody(copy):
    with copy.journal() as lines:
        lines.remove(next(line for line in lines if line["effect"] == "login"))
    return ()


def mark_of(lines, record):
    return next(line for line in lines if line["effect"] == "patch" and line["recordId"] == str(record))


@mutation("I4 mark-before-record")
def mark_written_too_early(copy):
    record = copy.document()[0]
    with copy.journal() as lines:
        line = mark_of(lines, record)
        line["t"] = lines[0]["t"]
    return (record,)


@mutation("I4 mark-not-intended")
def mark_with_another_text(copy):
    record = copy.document()[0]
    with copy.journal() as lines:
        mark_of(lines, record)["value"] = "01/01/2001 00:00:00"
    return (record,)


@mutation("I5 mark-not-ours")
def edit_taken_for_our_mark(copy):
    """Somebody's edit gave the modification id that our mark would have given."""
    record = copy.document()[0]
    with copy.journal() as lines:
        line = mark_of(lines, record)
        line.update(effect="edit", field="id_Contact")
        del line["session"]
    return (record,)


@mutation("I4 mark-without-record")
def mark_on_a_failed_document(copy):
    with copy.journal() as lines:
        lines.append({**mark_of(lines, copy.document()[0]), "recordId": "5"})
    return ("5",)


@mutation("I4 mark-unknown")
def mark_on_a_record_nobody_knows(copy):
    with copy.journal() as lines:
        lines.append({**mark_of(lines, copy.document()[0]), "recordId": "778"})
    return ("778",)


@mutation("I1 mark-without-document")
def mark_of_ours_without_a_document(copy):
    with copy.journal() as lines:
        lines.append({**mark_of(lines, copy.document()[0]), "recordId": "778"})
    with copy.truth() as entries:
        entries.append({**copy.entry(entries, copy.document()[0]), "recordId": "778"})
    return ("778",)


@mutation("I4 source-written", "I14 source-written")
def another_field_written(copy):
    record = copy.document()[0]
    with copy.journal() as lines:
        lines.append({**mark_of(lines, record), "field": "Type"})
    return (record,)


@mutation("I4 source-written")
def record_deleted_by_us(copy):
    record = copy.document()[0]
    with copy.journal() as lines:
        lines.insert(5, {**mark_of(lines, record), "effect": "delete"})
    return (record,)


# --- the ledger --------------------------------------------------------------------------------


@mutation("I6 state-untold", "I7 tally-wrong", "I14 documents-written")
def state_altered(copy):
    record, document, _, _ = copy.document()
    copy.sql("update fmferry_document set state = 'waiting' where document = ?", document)
    return (record,)


@mutation("I2 version-missing", "I6 state-untold")
def failure_turned_into_success(copy):
    record, document, _, _ = copy.document("d.state = 'failed'")
    copy.sql("update fmferry_document set state = 'done', class = '' where document = ?", document)
    return (record,)


@mutation("I7 tally-wrong")
def tally_altered(copy):
    copy.sql("update fmferry_tally set documents = documents + 1 where state = 'done' and (run, type) "
             "= (select run, type from fmferry_tally where state = 'done' limit 1)")
    return ()


@mutation("I7 tally-wrong")
def tally_with_other_bytes(copy):
    copy.sql("update fmferry_tally set bytes = bytes + 1 where state = 'done' and documents > 0")
    return ()


@mutation("I10 chain-broken")
def audit_entry_altered(copy):
    copy.sql("update fmferry_audit set words = words || '.' where run = 1 and seq = 9")
    return ()


@mutation("I10 chain-gap")
def audit_entry_removed(copy):
    copy.sql("delete from fmferry_audit where run = 1 and seq = 9")
    return ()


@mutation("I10 chain-cut")
def audit_cut_short(copy):
    copy.sql("delete from fmferry_audit where run = 1 and seq = (select max(seq) from fmferry_audit "
             "where run = 1)")
    return ()


@mutation("I10 chain-headless")
def audit_removed_whole(copy):
    copy.sql("delete from fmferry_audit where run = 2")
    return ()


@mutation("I10 chain-broken")
def audit_entries_in_another_order(copy):
    for old, new in ((9, -1), (10, 9), (-1, 10)):
        copy.sql("update fmferry_audit set seq = ? where run = 1 and seq = ?", new, old)
    return ()


@mutation("I6 transition-forbidden", "I6 transition-gap")
def audit_with_a_forbidden_step(copy):
    record, document, _, _ = copy.document()
    copy.sql("update fmferry_audit set became = 'done' where document = ? and before = 'claimed'",
             document)
    copy.rehash(1)
    return (record,)


@mutation("I6 epoch-fell")
def audit_with_a_falling_epoch(copy):
    record, document, _, _ = copy.document()
    copy.sql("update fmferry_audit set epoch = 0 where document = ? and after = 'done'", document)
    copy.rehash(1)
    return (record,)


@mutation("I6 story-without-document", "I7 record-missed", "I3 row-surplus")
def document_removed(copy):
    record, document, _, row = copy.document()
    copy.sql("delete from fmferry_document where document = ?", document)
    return record, row


@mutation("I7 record-twice", "I7 tally-wrong")
def document_doubled(copy):
    record, document, _, _ = copy.document()
    columns = [row[1] for row in copy.sql("pragma table_info(fmferry_document)")]
    fresh = {"document": "7777", "identity": "identity || '-2'"}
    copy.sql(f"insert into fmferry_document ({', '.join(columns)}) select "
             + ", ".join(fresh.get(name, name) for name in columns)
             + " from fmferry_document where document = ?", document)
    return (record,)


@mutation("I2 version-missing", "I3 object-without-intent")
def version_removed(copy):
    record, document, key, _ = copy.document()
    copy.sql("delete from fmferry_version where document = ?", document)
    return record, key


@mutation("I2 object-hash", "I3 object-of-other-bytes")
def version_with_another_hash(copy):
    record, document, key, _ = copy.document()
    copy.sql("update fmferry_version set sha256 = zeroblob(32) where document = ?", document)
    return record, key


@mutation("I3 key-wrong", "I2 object-missing")
def version_with_another_key(copy):
    record, document, key, _ = copy.document()
    moved = key.replace(".pdf", "-x.pdf")
    copy.sql("update fmferry_version set key = ? where document = ?", moved, document)
    return record, moved


@mutation("I3 key-of-another-patient")
def edited_document_under_another_patients_key(copy):
    """A document that was stored more than once may keep an older type's folder, but no other patient's."""
    record, document, key, _ = copy.document("d.record_id = 13")
    other = copy.sql("select patient from fmferry_patient where patient <> (select patient from "
                     "fmferry_document where document = ?) limit 1", document)[0][0]
    patient = copy.sql("select patient from fmferry_document where document = ?", document)[0][0]
    moved = key.replace(patient, other) if patient else key.replace("unlinked", other)
    (copy.store / moved).parent.mkdir(parents=True, exist_ok=True)
    os.rename(copy.store / key, copy.store / moved)
    copy.sql("update fmferry_version set key = ? where document = ?", moved, document)
    return record, moved


@mutation("I3 key-hash")
def first_version_with_a_later_ones_key(copy):
    record, document, key, _ = copy.document()
    moved = key.replace(".pdf", "~0123456789ab.pdf")
    copy.sql("update fmferry_version set key = ? where document = ?", moved, document)
    return record, moved


@mutation("I3 content-twice")
def one_content_in_two_versions(copy):
    record, document, key, _ = copy.document()
    names = "kind, upload_id, mod_id, mark, at_us, patient, imprint"
    copy.sql("insert into fmferry_version (document, number, epoch, state, key, sha256, size, "
             f"{names}) select document, 2, epoch, 'superseded', key || 'x', sha256, size, {names} "
             "from fmferry_version where document = ?", document)
    return record, key


@mutation("I2 version-missing")
def version_only_intended(copy):
    record, document, _, _ = copy.document()
    copy.sql("update fmferry_version set state = 'intended' where document = ?", document)
    return (record,)


@mutation("I2 ledger-size", "I7 tally-wrong")
def document_with_another_size(copy):
    record, document, _, _ = copy.document()
    copy.sql("update fmferry_document set size = 2999 where document = ?", document)
    return (record,)


@mutation("I3 ledger-link")
def document_with_another_link(copy):
    record, document, _, _ = copy.document()
    copy.sql("update fmferry_document set link = 'unlinked' where document = ?", document)
    return (record,)


@mutation("I5 mod-id")
def document_with_another_mod_id(copy):
    record, document, _, _ = copy.document()
    copy.sql("update fmferry_document set mod_id = mod_id + 1 where document = ?", document)
    return (record,)


@mutation("I7 claim-left")
def claim_left(copy):
    record, document, _, _ = copy.document()
    copy.sql("update fmferry_document set run = 1 where document = ?", document)
    return (record,)


@mutation("I7 record-not-gone")
def document_called_gone(copy):
    record, document, _, _ = copy.document()
    copy.sql("update fmferry_document set state = 'gone' where document = ?", document)
    return (record,)


@mutation("I7 evidence-missing")
def evidence_removed(copy):
    record, document, _, _ = copy.document("d.state = 'failed'")
    copy.sql("delete from fmferry_attempt where document = ?", document)
    return (record,)


@mutation("I7 class-wrong")
def failure_with_another_class(copy):
    record, document, _, _ = copy.document("d.class = 'container-empty'")
    copy.sql("update fmferry_document set class = 'container-zero' where document = ?", document)
    return (record,)


@mutation("I7 waiver-missing")
def waived_by_nobody(copy):
    record, document, _, _ = copy.document("d.state = 'failed'")
    copy.sql("update fmferry_document set state = 'waived' where document = ?", document)
    return (record,)


@mutation("I7 run-wrong")
def run_with_other_figures(copy):
    copy.sql("update fmferry_run set successful = successful + 1 where run = 1")
    return ()


@mutation("I7 run-sum")
def run_that_does_not_sum_up(copy):
    copy.sql("update fmferry_run set processed = processed + 1 where run = 1")
    return ()


@mutation("I7 census-disagrees")
def census_with_another_witness(copy):
    copy.sql("update fmferry_census set witness = witness - 1 where number = 1")
    return ()


@mutation("I9 upload-open")
def upload_left_open(copy):
    key = copy.document()[2]
    copy.sql("update fmferry_version set upload_id = 'x' where key = ?", key)
    return (key,)


# --- words, exit codes, reruns -----------------------------------------------------------------


def log_spoiled(name, code, words):
    @mutation(f"I11 {code}")
    def spoil(copy):
        with open(next((copy.folder / "logs").glob("*-run.err")), "a", encoding="utf-8") as log:
            log.write(words(copy))
        return ()
    spoil.__name__ = f"log_with_{name}"


def patient(copy):
    return copy.sql("select last_name from patients_patient where last_name <> '' limit 1")[0][0]


log_spoiled("the_password", "secret-told", lambda copy: f"x {PASSWORD}x\n")
log_spoiled("a_token", "secret-told", lambda copy: "Authorization: Bearer 0123456789abcdef\n")
log_spoiled("a_containers_url", "secret-told", lambda copy: "/Streaming_SSL/MainDB/1.pdf?RCType=E\n")
log_spoiled("a_patients_name", "person-told", lambda copy: f"info moved for {patient(copy)}, done\n")
log_spoiled("a_files_name", "file-named", lambda copy: "info reading 'document-9.pdf'\n")


@mutation("I11 secret-in-database")
def password_in_the_database(copy):
    copy.sql("insert into fmferry_note values (1, 'x', ?)", PASSWORD)
    return ()


@mutation("I11 secret-in-ledger")
def token_in_the_evidence(copy):
    copy.sql("update fmferry_attempt set message = 'Bearer 0123456789abcdef'")
    return ()


@mutation("I11 key-names-person")
def key_with_a_patients_name(copy):
    record, document, key, _ = copy.document()
    named = key.rpartition("/")[0] + f"/{patient(copy).lower()}.pdf"
    copy.sql("update fmferry_version set key = ? where document = ?", named, document)
    return ()


@mutation("I13 exit-code")
def exit_code_that_hides_failures(copy):
    copy.exit_code = 0
    return ()


@mutation("I13 exit-code")
def exit_code_that_hides_an_open_census(copy):
    copy.sql("update fmferry_document set state = 'done' where state = 'failed'")
    copy.sql("update fmferry_census set closed_us = null where run = 3")
    copy.exit_code = 0
    return ()


@mutation("I7 status-wrong")
def status_with_another_sum(copy):
    path = copy.folder / "status.json"
    status = json.loads(path.read_text())
    status["states"]["done"] += 1
    path.write_text(json.dumps(status))
    return ()


@mutation("I7 status-shape")
def status_without_its_links(copy):
    path = copy.folder / "status.json"
    status = json.loads(path.read_text())
    del status["links"]
    path.write_text(json.dumps(status))
    return ()


@mutation("I14 store-written")
def rerun_that_wrote_an_object_again(copy):
    key = copy.document()[2]
    data = (copy.store / key).read_bytes()
    os.remove(copy.store / key)
    (copy.store / key).write_bytes(data)
    return (key,)


@mutation("I14 rows-written")
def rerun_that_wrote_a_row_again(copy):
    row = copy.document()[3]
    copy.sql("update documents_document set updated_at = uploaded_at, description = 'x' where id = ?",
             row)
    return (row,)


# --- running -------------------------------------------------------------------------------------


def points_at(violation, place):
    """Whether a violation names the record, row or key that was touched."""
    named = {violation["record"], violation["row"], violation["key"]}
    return not place or any(str(one) in named for one in place)


def try_mutation(tap, bench, spoil, expected):
    folder = bench.folder / "copy"
    folder.mkdir()
    copy = Copy(bench, folder)
    place = spoil(copy)
    found = copy.violations().violations
    missing = [wanted for wanted in expected if not any(
        f"{v['invariant']} {v['code']}" == wanted
        and (points_at(v, place) or wanted.startswith(PLACELESS)) for v in found)]
    said = [f"{v['invariant']} {v['code']} record={v['record']} row={v['row']} key={v['key']}: "
            f"{v['text']}" for v in found[:12]]
    tap.ok(not missing, spoil.__name__.replace("_", " ") + f": {', '.join(expected)}",
           f"not said of {place}: {missing}", "said:", *said)
    shutil.rmtree(folder)


def test_good(tap, bench):
    folder = bench.folder / "copy"
    folder.mkdir()
    report = Copy(bench, folder).violations()
    tap.ok(not report.violations, "the good migration is found good", report.violations[:10])
    tap.same(sorted(set(f"I{n}" for n in range(1, 15)) - report.counts.keys()), [],
             "and every invariant had something to look at")
    tap.ok(report.counts["I5"].get("edited since") == 1
           and report.counts["I2"]["objects read"] > report.counts["I2"]["stored documents"],
           "edited documents and older versions among it", report.counts)
    shutil.rmtree(folder)


def test_rules(tap):
    """The published rules, by examples worked out by hand."""
    long_name = "x" * 101
    hashed = hashlib.sha256(long_name.encode()).hexdigest()[:12]
    slugs = {
        "Referral": "referral", "DVA Footwear + CMO Script": "dva-footwear-+-cmo-script",
        "  Two \t\u00a0 words\u2003": "two-words", "": "untyped", " \u3000 ": "untyped",
        "..": "=2e=2e", ".hidden.": "=2ehidden=2e", "a.b": "a.b", "A/B": "a=2fb",
        "\u00d6dem": "=c3=b6dem", "\u0130": "i", "50% = half": "50=25-=3d-half",
        "x~y": "x=7ey", long_name: "x" * 80 + "=" + hashed, "x" * 100: "x" * 100,
        "\u03a3\u0391\u03a3": "=cf=83=ce=b1=cf=83",
    }
    tap.same({name: rules.slug(name) for name in slugs}, slugs, "types become folders by the rules")
    days = {"02/10/2015": "2015-02-10", "2/9/2015": "2015-02-09", "02/29/2023": None,
            "02/29/2024": "2024-02-29", "31/02/2024": None, "13/01/2024": None, "": None,
            "2024-03-01": "2024-03-01", "01/02/24": None, "01/02/2024 10:00:00": "2024-01-02"}
    tap.same({text: rules.day(text) for text in days}, days, "dates are read by the rules")
    tap.same([rules.folder(name, "referral=referrals, letter = post ,x", listed) for name, listed in
              (("Referral", False), ("Letter", True), ("X", True), ("Quote", False), ("Quote", True))],
             ["referrals", "post", "x", "quote",
              "type=" + hashlib.sha256(b"quote").hexdigest()[:12]], "folders can be listed")


def test(tap):
    test_rules(tap)
    if not need_programs(tap):
        return
    with Bench(tap, "checker") as bench:
        build(tap, bench)
        test_good(tap, bench)
        for spoil, expected in MUTATIONS:
            try_mutation(tap, bench, spoil, expected)


main(test)
