"""
A small copy of the state that an earlier importer leaves: rows with ids of its own, objects under keys of
its own, marks. It is made from a migration of ours that wrote no marks and whose ledger is thrown away.
"""

import random
import uuid

from harness import Person

MARK = "11/18/2024 19:35:20"


def leave(bench, chance=None):
    """Turns a source that is being served into one that somebody else has half migrated."""
    chance = chance or random.Random(7)
    sections = dict(bench.sections)
    bench.configure(source={"mark_field": ""})
    bench.ferry("patients", "import")
    bench.ferry("run", limit=300)
    bench.config.unlink()
    for table, in bench.sql("select name from sqlite_master where type = 'table' and name like 'fmferry%'"):
        bench.sql(f"drop table {table}")
    for row, key in bench.sql("select id, s3_key from documents_document "
                              "order by filemaker_id"):
        theirs = f"{key.rpartition('.')[0]}.pdf/{chance.randrange(1 << 32):08x}.pdf"
        aside = (bench.store / key).rename(bench.store / "aside")
        (bench.store / theirs).parent.mkdir(parents=True)
        aside.rename(bench.store / theirs)
        bench.sql("update documents_document set id = ?, s3_key = ?, filemaker_metadata = '{}', "
                  "description = 'seen by staff', file_name = 'x.pdf', original_name = 'x.pdf', "
                  "uploaded_at = '2024-11-18 19:35:20', updated_at = '2024-11-18 19:35:20' "
                  "where id = ?", uuid.UUID(int=chance.getrandbits(128)).hex, theirs, row)
    bench.configure(**{name: sections[name] for name in ("source", "store", "registry", "ledger", "run")
                       if name in sections})


def key_of(bench, record_id):
    """Where the earlier importer's row has the file of a record."""
    return bench.sql("select s3_key from documents_document where filemaker_id = ?",
                     filemaker_id(bench, record_id))[0][0]


def filemaker_id(bench, record_id):
    with Person(bench) as person:
        return person.read(record_id)["fieldData"]["id"].replace("-", "").lower()


def mark(bench, records):
    with Person(bench) as person:
        for record in records:
            person.edit(record, NexusExportDate=MARK)
