#!/usr/bin/python3
"""Rows in Nexus's own way over PostgreSQL: column by column what Nexus's models in Django read there."""

import pathlib
import sys
import uuid

for folder in ("e2e", "console"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / folder))

import places
from harness import Bench, main, need_programs
from people import Console
from test_nexus import MISSING, Nexus, alike, by_django, listed, token_of
from uploads import pdf


def story(tap, place, _):
    with Bench(tap, "nexus-rows") as bench:
        bench.serve("generate:30,2000")
        bench.configure(ledger={"url": place.url}, registry={"url": place.url})
        bench.ferry("patients", "import")
        bench.ferry("run")
        nexus = Nexus(Console(bench), token_of(bench, "nexus", "nexus"))
        found = place.ask("select object_id from documents_document group by object_id order by count(*) desc, object_id limit 1")
        patient = str(uuid.UUID(str(found[0][0])))
        listed(tap, bench, nexus, patient, place.url)
        made = nexus.upload("a.pdf", pdf("server"), patient_id=patient, category="Letter", document_date="2024-03-01")
        tap.ok(made.status_code == 201 and alike(made.json(), by_django(bench, patient, place.url)[made.json()["id"]]) == [],
               "a file is uploaded, and its row is answered", made.text)
        tap.same(nexus.row(made.json()["id"], "stream/").content, pdf("server"), "its bytes come back")
        bench.stop_serving()


def test(tap):
    if not need_programs(tap):
        return
    if MISSING:
        tap.skip("a client of Nexus's own", f"{' and '.join(MISSING)} not installed")
        return
    places.each(tap, story, places.Server)


if __name__ == "__main__":
    main(test)
