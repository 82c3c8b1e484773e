"""
Mutations of a finished migration, made behind fmferry's back. Each kind changes the documents that it is
given, and says by which words a command may name the change.
"""

import contextlib
import hashlib
import re
import sqlite3
import uuid

MARK = "01/02/2003 04:05:06"


@contextlib.contextmanager
def opened(database):
    """The open database; it is committed and closed at the end, because the file is put back afterwards."""
    with contextlib.closing(sqlite3.connect(database, timeout=300)) as sql, sql:
        yield sql


class Victim:
    """A document that is done, as ledger and registry have it."""

    def __init__(self, row):
        (self.document, self.record, self.identity, self.key, self.sha256, self.size,
         self.patient, self.row, self.run, self.entry) = row
        self.words = {f"record:{self.record} ", self.identity, *filter(None, [self.key])}
        if self.key:  # as the audit chain names it
            self.words.add(hashlib.sha256(self.key.encode()).hexdigest()[:32])
        if self.row:
            self.words.add(str(uuid.UUID(self.row)))


def victims(database, state="done"):
    """All documents of a state, in the order of their records."""
    with opened(database) as sql:
        return [Victim(row) for row in sql.execute(
            "select d.document, d.record_id, d.identity, coalesce(v.key, ''), v.sha256, v.size,"
            " d.patient, coalesce(r.id, ''), a.run, a.seq from fmferry_document d"
            " left join fmferry_version v on v.document = d.document and v.number = d.version"
            " left join documents_document r on r.s3_key = v.key"
            " left join (select document, max(run) as run, max(seq) as seq from fmferry_audit"
            "            where after = 'stored' and evidence <> '' group by document) a"
            "   on a.document = d.document"
            " where d.state = ? order by d.record_id", (state,))]


# --- the store -----------------------------------------------------------------------------------


class Folder:
    """Objects as files."""

    def __init__(self, path):
        self.path = path

    def read(self, key):
        return (self.path / key).read_bytes()

    def beside(self, key):
        return None

    def write(self, key, data, beside=None):
        (self.path / key).write_bytes(data)

    replace = write

    def remove(self, key):
        (self.path / key).unlink(missing_ok=True)


def in_store(change):
    """A mutation of each document's object by itself."""
    def mutate(world, chosen):
        for one in chosen:
            change(world.place, one)
    return mutate


def truncate(place, one):
    place.replace(one.key, place.read(one.key)[:one.size // 2])


def flip(place, one):
    data = bytearray(place.read(one.key))
    data[one.size // 2] ^= 1
    place.replace(one.key, bytes(data))


def grow(place, one):
    place.replace(one.key, place.read(one.key) + b"\n")


def surplus(place, one):
    other = f"{one.key.rsplit('/', 1)[0]}/{uuid.uuid4()}.pdf"
    place.write(other, place.read(one.key), place.beside(one.key))
    one.words = {other}


def swap_objects(world, chosen):
    """Two by two: each has the other's bytes."""
    for one, other in zip(chosen[::2], chosen[1::2]):
        kept = world.place.read(one.key)
        world.place.replace(one.key, world.place.read(other.key))
        world.place.replace(other.key, kept)


def overlay(world, chosen):
    """The bytes of another patient's document, which stays as it is."""
    for one, other in zip(chosen, world.others):
        world.place.replace(one.key, world.place.read(other.key))


# --- the registry --------------------------------------------------------------------------------


def by_sql(statement, *values):
    """A statement for each document; values are functions of it."""
    def mutate(world, chosen):
        with opened(world.database) as sql:
            for one in chosen:
                sql.execute(statement, [value(one) for value in values])
    return mutate


def double_rows(world, chosen):
    with opened(world.database) as sql:
        for one in chosen:
            copy = uuid.uuid4().hex
            sql.execute("create temp table copy as select * from documents_document where id = ?",
                        (one.row,))
            sql.execute("update copy set id = ?, filemaker_id = null", (copy,))
            sql.execute("insert into documents_document select * from copy")
            sql.execute("drop table copy")
            one.words, one.copy = {str(uuid.UUID(copy)), copy}, copy


def stranger_rows(world, chosen):
    """Rows that say nothing of FileMaker and point to our objects."""
    double_rows(world, chosen)
    with opened(world.database) as sql:
        for one in chosen:
            sql.execute("update documents_document set filemaker_metadata = null where id = ?",
                        (one.copy,))


def other_ids(world, chosen):
    with opened(world.database) as sql:
        for one in chosen:
            other = uuid.uuid4()
            sql.execute("update documents_document set id = ? where id = ?", (other.hex, one.row))
            one.words |= {str(other), other.hex}


def other_patient(world, one):
    """A patient of the application who is not this document's."""
    return next(patient for patient in world.patients if patient != one.patient.replace("-", ""))


def wrong_patient(world, chosen):
    with opened(world.database) as sql:
        for one in chosen:
            sql.execute("update documents_document set object_id = ? where id = ?",
                        (other_patient(world, one), one.row))


def wrong_patient_everywhere(world, chosen):
    """Row and ledger agree on the wrong patient; FileMaker knows better."""
    wrong_patient(world, chosen)
    with opened(world.database) as sql:
        for one in chosen:
            sql.execute("update fmferry_document set patient = ? where document = ?",
                        (str(uuid.UUID(other_patient(world, one))), one.document))


def wrong_key(world, chosen):
    """The keys of two rows changed places."""
    with opened(world.database) as sql:
        for one, other in zip(chosen[::2], chosen[1::2]):
            for row, key in ((one.row, other.key), (other.row, one.key)):
                sql.execute("update documents_document set s3_key = ? where id = ?", (key, row))


def wrong_metadata(member, value):
    def mutate(world, chosen):
        with opened(world.database) as sql:
            for one in chosen:
                sql.execute("update documents_document set filemaker_metadata ="
                            " json_set(filemaker_metadata, ?, ?) where id = ?",
                            (f"$.{member}", value, one.row))
    return mutate


# --- FileMaker -----------------------------------------------------------------------------------


def edit_records(**fields):
    def mutate(world, chosen):
        for one in chosen:
            world.person.edit(one.record, **fields)
    return mutate


# --- the ledger ----------------------------------------------------------------------------------


def drop_documents(world, chosen):
    with opened(world.database) as sql:
        sql.execute("pragma foreign_keys = off")
        for one in chosen:
            sql.execute("delete from fmferry_version where document = ?", (one.document,))
            sql.execute("delete from fmferry_document where document = ?", (one.document,))


def forge(world, chosen):
    """Other bytes, with every place that holds their hash made to agree: only the chain keeps the old one."""
    with opened(world.database) as sql:
        for one in chosen:
            flip(world.place, one)
            forged = hashlib.sha256(world.place.read(one.key))
            sql.execute("update fmferry_version set sha256 = ? where document = ?",
                        (forged.digest(), one.document))
            sql.execute("update documents_document set filemaker_metadata ="
                        " json_set(filemaker_metadata, '$.sha256', ?) where id = ?",
                        (forged.hexdigest(), one.row))


# --- the audit chain -----------------------------------------------------------------------------


def entry_words(chosen):
    """An entry is named alone, or, if it is not there, with those beside it that are not either."""
    gone = {(one.run, one.entry) for one in chosen}
    for one in chosen:
        first = last = one.entry
        while (one.run, first - 1) in gone:
            first -= 1
        while (one.run, last + 1) in gone:
            last += 1
        one.words |= {f"run {one.run}: entry {one.entry} ",
                      f"run {one.run}: entries {first} to {last} "}


def alter_entries(world, chosen):
    entry_words(chosen)
    by_sql("update fmferry_audit set words = words || '.'"
           " where run = ? and seq = ?", lambda one: one.run, lambda one: one.entry)(world, chosen)


def remove_entries(world, chosen):
    entry_words(chosen)
    by_sql("delete from fmferry_audit where run = ? and seq = ?",
           lambda one: one.run, lambda one: one.entry)(world, chosen)


def rewrite_chain(world, chosen):
    """Entries are altered without a trace in the compared values, and every hash behind them is made anew."""
    for one in chosen:
        one.words = {f"run {one.run}: it was rewritten"}
    with opened(world.database) as sql:
        for one in chosen:
            sql.execute("update fmferry_audit set at_us = at_us + 1 where run = ? and seq = ?",
                        (one.run, one.entry))
        before = bytes(32)
        rows = sql.execute("select run, seq, at_us, coalesce(document, 0), epoch, before, after,"
                           " evidence from fmferry_audit where run = ? order by seq",
                           (chosen[0].run,)).fetchall()
        for row in rows:
            before = hashlib.sha256(before + "".join(f"{cell}\n" for cell in row).encode()).digest()
            sql.execute("update fmferry_audit set hash = ? where run = ? and seq = ?",
                        (before, row[0], row[1]))


# --- the certificate -----------------------------------------------------------------------------


def alter_lines(world, chosen):
    for one in chosen:
        one.words = {"a line was altered"}
    wanted = {str(one.record) for one in chosen}
    head, _, body = world.certificate.read_text().partition("\n\n")
    lines = [line.replace("\tdone\t", "\tfailed\t") if line.split("\t")[0] in wanted else line
             for line in body.split("\n")]
    world.certificate.write_text(head + "\n\n" + "\n".join(lines))


def alter_head(world, chosen):
    for one in chosen:
        one.words = {"the head was altered"}
    world.certificate.write_text(re.sub("(?m)^state\tfailed\t.*$", "state\tfailed\t0",
                                        world.certificate.read_text()))


# In rounds: the sets of a round are changed at the same time. A kind is what it is called, what
# does it, by which kind verify must name it, by which fmferry-audit ("": it cannot see it; several:
# by one of them).
ROUNDS = [
    [
        ("object removed", in_store(lambda place, one: place.remove(one.key)), "object-missing",
         "object-missing"),
        ("object truncated", in_store(truncate), "object-size", "object-size"),
        ("object with one bit flipped", in_store(flip), "object-hash", "object-hash"),
        ("object with a byte more", in_store(grow), "object-size", "object-size"),
        ("object swapped with another patient's", swap_objects, "object-of-another",
         "object-hash object-size"),
        ("object overwritten with another patient's", overlay, "object-of-another",
         "object-hash object-size"),
        ("object too many", in_store(surplus), "object-surplus", "object-surplus"),
    ],
    [
        ("row removed", by_sql("delete from documents_document where id = ?", lambda one: one.row),
         "row-missing", "row-missing"),
        ("row doubled", double_rows, "row-surplus", "row-surplus"),
        ("row of the application's that points to our object", stranger_rows, "row-surplus",
         "row-surplus"),
        ("row under another patient", wrong_patient, "row-patient", ""),
        ("row and ledger under another patient", wrong_patient_everywhere, "patient", ""),
        ("row with another's key", wrong_key, "row-key", "row-key"),
        ("row with another id", other_ids, "row-id", "row-missing"),
        ("row with another size", by_sql("update documents_document set file_size = file_size + 1"
                                         " where id = ?", lambda one: one.row), "row-size", "row-size"),
        ("row's metadata with another hash", wrong_metadata("sha256", "0" * 64), "row-hash", ""),
        ("row's metadata with another record", wrong_metadata("recordId", 1), "row-record", ""),
    ],
    [
        ("ledger: state", by_sql("update fmferry_document set state = 'waiting' where document = ?",
                                 lambda one: one.document), "audit-state", ""),
        ("ledger: record id", by_sql("update fmferry_document set record_id = record_id + 1000000"
                                     " where document = ?", lambda one: one.document), "record-moved",
         ""),
        ("ledger: modId", by_sql("update fmferry_document set mod_id = mod_id - 1 where document = ?",
                                 lambda one: one.document), "audit-state", ""),
        ("ledger: patient", by_sql("update fmferry_document set patient = null where document = ?",
                                   lambda one: one.document), "row-patient", ""),
        ("ledger: type", by_sql("update fmferry_document set type = 'Other' where document = ?",
                                lambda one: one.document), "type", ""),
        ("ledger: hash", by_sql("update fmferry_version set sha256 = zeroblob(32) where document = ?",
                                lambda one: one.document), "audit-version", ""),
        ("ledger: size", by_sql("update fmferry_version set size = size + 1 where document = ?",
                                lambda one: one.document), "audit-version", ""),
        ("ledger: key", by_sql("update fmferry_version set key = key || 'x' where document = ?",
                               lambda one: one.document), "audit-version", ""),
        ("ledger: document removed", drop_documents, "document-missing", ""),
        ("bytes forged, ledger and row made to agree", forge, "audit-version", "object-hash"),
    ],
    [
        ("audit entry altered", alter_entries, "audit-chain", "audit-chain"),
    ],
    [
        ("audit entry removed", remove_entries, "audit-chain", "audit-chain"),
    ],
    [
        ("audit chain altered and made anew", rewrite_chain, "", "audit-chain"),
    ],
    [
        ("certificate: lines altered", alter_lines, "", "lines"),
        ("certificate: head altered", alter_head, "", "signature"),
    ],
]

# This is done by way of FileMaker and cannot be taken back, so it comes last.
MARKS = [
    ("mark taken away", edit_records(NexusExportDate=""), "mark-missing", ""),
    ("mark replaced", edit_records(NexusExportDate=MARK), "mark-foreign", ""),
    ("mark on a document that failed", edit_records(NexusExportDate=MARK), "mark-foreign", ""),
]
