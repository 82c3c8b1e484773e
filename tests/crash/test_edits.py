#!/usr/bin/python3
"""
A console dies at each of the commits that the correction of an upload takes, before, between and behind those of
application and ledger: in one database, and in two, where the application's commit is the first. The next console does what was
intended, or nothing of it was: row and ledger say the same, the audit chain has it once, and `verify` finds no difference.
"""

import contextlib
import http.client
import json
import pathlib
import sqlite3
import sys
import uuid

for folder in ("e2e", "console"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / folder))
from harness import Bench, main, need_programs, wait_until  # noqa: E402
from people import Console  # noqa: E402
from steps import DYING, dying, has_failpoints  # noqa: E402
from test_edit import edit, version_of  # noqa: E402
from uploads import pdf, upload  # noqa: E402

PLACES, MOST = ("desk.written", "desk.registry", "desk.committed"), 20
LOST = (OSError, http.client.HTTPException, ValueError)


class Story:
    def __init__(self, bench, registry):
        self.bench, self.registry, self.number = bench, registry, 0
        bench.ferry("patients", "import")
        bench.ferry("run")
        with self.opened() as (_, user):
            patient = str(uuid.UUID(self.rows("select cast(id as text) from patients_patient order by id limit 1")[0][0]))
            self.row = upload(user, patient, [("one.pdf", pdf("one"))])[1][0]["row"]

    def rows(self, statement):
        with contextlib.closing(sqlite3.connect(self.registry, timeout=300)) as link:
            return link.execute(statement).fetchall()

    @contextlib.contextmanager
    def opened(self):
        console = Console(self.bench)
        user = console.person(f"person{self.number}", "records staff")
        self.number += 1
        yield console, user
        console.program.signal(15)
        console.program.finish(60)

    def state(self):
        """What ledger and row say, which must be the same."""
        ledger = self.bench.sql("select d.type, u.day from fmferry_upload u join fmferry_document d on d.document = u.document")
        row = self.rows("select json_extract(filemaker_metadata, '$.type'), document_date from documents_document"
                        " where json_extract(filemaker_metadata, '$.source') like '%/uploads'")
        return ledger, row

    def told(self, kind):
        return self.bench.sql("select count(*) from fmferry_audit where evidence like ?", f"%; edited by %type {kind}, was%")[0][0]

    def dies(self, place, count, version, kind, day):
        """Whether the console died; who asked it was answered, or was not."""
        start = lambda *words: dying(self.bench, words, FMFERRY_FAIL=f"{place}:die@{count}")  # noqa: E731
        try:
            console = Console(self.bench, start=start)
            user = console.person(f"person{self.number}", "records")
            self.number += 1
            answer = edit(user, self.row, version, type=kind, date=day)[0]
        except RuntimeError:
            return True, None
        except LOST:
            console.program.finish(60)
            return True, None
        console.program.signal(15)
        console.program.finish(60)
        return console.program.code == -9, answer


def sweep(tap, story, place):
    """Dies at the first commit, the second, ... until the correction is through."""
    outcomes = []
    for count in range(1, MOST):
        with story.opened() as (_, user):
            version, before = version_of(user, story.row), story.state()[0][0]
        kind, day = f"Type {place} {count}", f"2024-01-{count:02}"
        died, answer = story.dies(place, count, version, kind, day)
        with story.opened():
            tap.ok(wait_until(lambda: story.bench.sql("select count(*) from fmferry_note where name like 'edit %'") == [(0,)]),
                   f"{place} {count}: the next console settles what was left")
        ledger, row = story.state()
        is_new = ledger == [(kind, day)]
        tap.ok(ledger == row and (is_new or ledger == [before]), f"{place} {count}: row and ledger say the same, all or nothing of it", ledger, row, before)
        tap.same(story.told(kind), int(is_new), f"{place} {count}: the audit chain has it once, if it was done")
        outcomes.append((died, answer, is_new))
        if not died:
            break
    tap.ok(outcomes[-1] == (False, 200, True), f"{place}: in the end it is through", outcomes)
    tap.note(f"{place}: {outcomes}")
    tap.ok(any(died and is_new for died, _, is_new in outcomes), f"{place}: at least once a console that died is followed by one that did it", outcomes)


def story(tap, name, apart):
    with Bench(tap, name) as bench:
        bench.serve("generate:6,2000")
        registry = bench.folder / "nexus.db" if apart else bench.database
        if apart:
            bench.configure(registry={"url": f"sqlite:{registry}"})
        told = Story(bench, registry)
        for place in PLACES:
            sweep(tap, told, place)
        said = bench.ferry("verify", "--json")
        tap.same((said.code, json.loads(said.out.splitlines()[-1])["differences"]), (0, 0), f"{name}: verify finds no difference")
        bench.stop_serving()


def test(tap):
    if not need_programs(tap):
        return
    if not tap.ok(DYING.exists() and has_failpoints(DYING), f"a fmferry with failpoints is built: {DYING}"):
        return
    story(tap, "edits-die", False)
    story(tap, "edits-die-apart", True)


if __name__ == "__main__":
    main(test)
