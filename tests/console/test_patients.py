#!/usr/bin/python3
"""
Patients and documents are found by what people type: only what is verified is shown, in pages, and noted before. What the
ledger or the application changes is found as it is within seconds; the index may be deleted.
"""

import contextlib
import pathlib
import re
import sqlite3
import sys
import urllib.parse
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import BUILD, Bench, main, wait_until  # noqa: E402
from people import Console  # noqa: E402

RECORDS, FIRST = 260, 250
LONG = 900
COUNTER = BUILD / "tests" / "preload" / "libstatements.so"


class Clinic:
    """What bench, ledger and application have: the truth that the console is held against."""

    def __init__(self, bench):
        self.bench = bench
        with sqlite3.connect(bench.database, timeout=300) as database:
            self.people = {str(uuid.UUID(row)): rest for row, *rest in database.execute(
                "select id, last_name, first_name, dob, mrn from patients_patient")}
            self.rows = [(str(uuid.UUID(row)), patient and str(uuid.UUID(patient)), category, day) for row, patient, category, day
                         in database.execute("select id, object_id, category, document_date from documents_document")]

    def change(self, statement, *values):
        with sqlite3.connect(self.bench.database, timeout=300) as database:
            database.execute(statement, values)

    def of(self, patient):
        """Rows of a patient, newest first; the ledger's number breaks ties, so sets are compared by day."""
        return sorted((day or "", row) for row, whose, _, day in self.rows if whose == patient)

    def busiest(self):
        return max(self.people, key=lambda patient: len(self.of(patient)))


def all_of(user, path):
    """Every item of a list, page after page; each page's size."""
    items, sizes, cursor = [], [], ""
    while True:
        page = user.json(path + ("&" if "?" in path else "?") + "limit=50" + cursor)
        items += page["items"]
        sizes.append(len(page["items"]))
        if page["next"] is None:
            return items, sizes
        cursor = f"&cursor={page['next']}"


def noted(console, user, what):
    return console.sql("select patient, detail from fmferry_view where account = ? and what = ? order by watch, seq",
                       user.account, what)


# --- what is found -----------------------------------------------------------------------------------


def is_filled(tap, user):
    tap.ok(wait_until(lambda: len(all_of(user, "/api/v1/documents")[0]) == FIRST, LONG), "all documents are listed in the end")


def finds_patients(tap, clinic, user):
    one = clinic.busiest()
    last, first, born, _ = clinic.people[one]
    year, month, day = born.split("-")
    for typed in (f"{last[:4].lower()}+{year}", f"{last},+{first}", f"{day}.{month}.{year}", born):
        found = [item["patient"] for item in user.json(f"/api/v1/patients?q={typed}")["items"]]
        tap.ok(one in found, f"a patient is found by the form of '{typed.replace(last[:4].lower(), 'name')}'", found)
    item, = [item for item in user.json(f"/api/v1/patients?q={last}&dob={born}")["items"] if item["patient"] == one]
    tap.same(item, {"patient": one, "last_name": last, "first_name": first, "born": born, "record_number": None,
                    "documents": len(clinic.of(one))}, "with name, birthday, and how many documents there are")
    tap.same(user.json(f"/api/v1/patients/{one}"),
             {"patient": one, "last_name": last, "first_name": first, "born": born, "record_number": None,
              "rows": len(clinic.of(one))}, "or is asked for by id")
    tap.same(user.get(f"/api/v1/patients/{uuid.uuid4()}")[0], 404, "nobody else is there")
    tap.same([user.get(f"/api/v1/patients?{words}")[0] for words in ("dob=today", "q=" + "+".join("abcdefghijklmnopq"), "q=ito&cursor=x")],
             [400] * 3, "what cannot be read is refused")


def slug(kind):
    """A type as the application has it; people read it as FileMaker spells it."""
    return re.sub("[^a-z0-9]+", "-", kind.lower())


def lists_documents(tap, clinic, user):
    one = clinic.busiest()
    items, _ = all_of(user, f"/api/v1/patients/{one}/documents")
    tap.same(sorted((item["date"], item["row"]) for item in items), clinic.of(one), "a patient's documents are listed")
    tap.same([item["date"] for item in items], sorted((item["date"] for item in items), reverse=True), "the newest first")
    some = clinic.rows[0][2]
    wanted = sorted(row for row, whose, category, _ in clinic.rows if whose == one and category == slug(items[0]["type"]))
    got = user.json(f"/api/v1/patients/{one}/documents?type={urllib.parse.quote(items[0]['type'])}")["items"]
    tap.same(sorted(item["row"] for item in got), wanted, "or those of one type")
    every, sizes = all_of(user, "/api/v1/documents")
    tap.same((sizes, len({item["row"] for item in every})), ([50] * 5, FIRST), "all come in pages, none twice")
    typed = sorted(row for row, _, category, day in clinic.rows if category == some and day >= "2020")
    got, _ = all_of(user, f"/api/v1/documents?q=type:{some}+from:2020")
    tap.same(sorted(item["row"] for item in got), typed, "words, a type and a time choose among them")
    tap.same(user.get(f"/api/v1/documents?cursor={user.json('/api/v1/documents')['next']}&type={some}")[0], 400,
             "a cursor is good for its own list alone")


def shows_pages(tap, clinic, user):
    one = clinic.busiest()
    last, first, born, _ = clinic.people[one]
    name, documents = f"{last}, {first}", clinic.of(one)
    status, page = user.get("/patients")
    tap.ok(status == 200 and "/patients/" in page, "who comes sees whom he opened last")
    status, page = user.get(f"/patients?q={last}+{first}")
    tap.ok(status == 200 and f'href="/patients/{one}"' in page and f'value="{last} {first}"' in page, "the page finds patients, too")
    status, page = user.get(f"/patients/{one}")
    rows = re.findall(r'href="/documents/([0-9a-f-]{36})"', page)
    tap.same((status, sorted(rows)), (200, sorted(row for _, row in documents)), "and lists the documents of one")
    tap.ok(f"<h1>{name.replace(chr(39), '&#39;')}</h1>" in page and f"{len(documents)} documents" in page,
           "under the name, with their number", page[:1500])
    tap.ok("style=" not in page and "<script>" not in page, "nothing is inline")
    status, page = user.get(f"/search?q=type:{clinic.rows[0][2]}")
    tap.ok(status == 200 and "/documents/" in page and "/patients/" in page, "a search leads to documents and their patients")
    tap.same([user.get(path)[0] for path in ("/search", "/patients/x", f"/patients/{one}?from=never")], [200, 404, 400],
             "an empty search is a form; who is not there, and what is no day, is said")


def is_noted(tap, clinic, console, user):
    one = clinic.busiest()
    user.get(f"/patients/{one}?type=letter")
    patient, detail = noted(console, user, "list")[-1]
    tap.ok(patient == one and "type 'letter'" in detail, "a list is noted with its patient", detail)
    user.get("/search?q=knee+type:letter")
    tap.same(noted(console, user, "search")[-1][1], "documents 'knee type:letter': 0", "a search with its words and how many it found")
    tap.ok("knee" not in console.program.err_path.read_text(), "and nothing of it stands in the log")


# --- what changes ------------------------------------------------------------------------------------


def follows_the_application(tap, clinic, user):
    one = clinic.busiest()
    documents = clinic.of(one)
    taken, moved = documents[0][1], documents[1][1]
    clinic.change("update documents_document set is_active = 0 where id = ?", uuid.UUID(taken).hex)
    clinic.change("update documents_document set s3_key = 'elsewhere' where id = ?", uuid.UUID(moved).hex)
    got, _ = all_of(user, f"/api/v1/patients/{one}/documents")
    tap.same(sorted(item["row"] for item in got), sorted(row for _, row in documents[2:]),
             "what was taken away or points elsewhere is not listed from that moment on")
    page = user.get(f"/patients/{one}")[1]
    tap.ok(f"{len(documents) - 2} documents; 1 more is not verified" in page, "the page says that one is not verified",
           re.findall(r"<p>[^<]*document[^<]*", page))
    clinic.change("update documents_document set is_active = 1 where id = ?", uuid.UUID(taken).hex)
    clinic.change("update patients_patient set last_name = 'Zzyzx' where id = ?", uuid.UUID(one).hex)
    tap.ok("<h1>Zzyzx," in user.get(f"/patients/{one}")[1], "a new name shows at once on the patient's page")


def trusts_no_index(tap, bench, clinic, user):
    """What the index proposes is asked about: here it is wrong about a patient, and two rows have each other's keys."""
    one, other = clinic.busiest(), next(whose for _, whose, _, _ in clinic.rows if whose and whose != clinic.busiest())
    before, _ = all_of(user, f"/api/v1/patients/{one}/documents")
    foreign = user.json(f"/api/v1/patients/{other}/documents")["items"][0]["row"]
    with contextlib.closing(sqlite3.connect(bench.folder / "fmferry-console" / "index.db", timeout=300)) as index, index:
        changed = index.execute("update card set person = (select person from card where row = ?) where row = ?",
                                (uuid.UUID(before[0]["row"]).bytes, uuid.UUID(foreign).bytes)).rowcount
    got, _ = all_of(user, f"/api/v1/patients/{one}/documents")
    tap.same((changed, [item["row"] for item in got]), (1, [item["row"] for item in before]),
             "an index that is wrong about a patient shows nothing of somebody else")
    first, second = (uuid.UUID(item["row"]).hex for item in before[:2])
    keys = [bench.sql("select s3_key from documents_document where id = ?", row)[0][0] for row in (first, second)]
    for row, key in ((first, keys[1]), (second, keys[0])):
        clinic.change("update documents_document set s3_key = ? where id = ?", key, row)
    got, _ = all_of(user, f"/api/v1/patients/{one}/documents")
    tap.same([item["row"] for item in got], [item["row"] for item in before[2:]], "rows with each other's keys are not listed")
    for row, key in zip((first, second), keys):
        clinic.change("update documents_document set s3_key = ? where id = ?", key, row)


def follows_the_ledger(tap, bench, clinic, user):
    bench.ferry("run", limit=600)
    tap.ok(wait_until(lambda: len(all_of(user, "/api/v1/documents")[0]) == RECORDS - 1, LONG, 0.2),
           "what arrives meanwhile is listed within seconds", len(all_of(user, "/api/v1/documents")[0]))


def asks_little(tap, clinic, user, counted):
    """Statements for a page, with the session's and the view log's; the thread of the index is not counted."""
    one, number = clinic.busiest(), lambda: int.from_bytes(counted.read_bytes(), sys.byteorder)
    for path, most in ((f"/patients?q={clinic.people[one][0]}", 6), ("/api/v1/documents", 6), (f"/patients/{one}", 8),
                       (f"/search?q=type:{clinic.rows[0][2]}", 7)):
        user.get(path)
        before = number()
        user.get(path)
        asked = number() - before
        tap.note(f"{path.split('?')[0].replace(one, 'one')}: {asked} statements")
        tap.ok(3 <= asked <= most, f"{path.split('?')[0].replace(one, 'one')} asks at most {most} statements", asked)


def is_made_anew(tap, bench, clinic, console):
    console.program.signal(15)
    tap.same(console.program.finish(30).code, 0, "the console ends at once, whatever the index does")
    path = bench.folder / "fmferry-console" / "index.db"
    tap.same(path.stat().st_mode & 0o777, 0o600, "nobody else may read the index")
    path.unlink()
    counted, plain = bench.folder / "statements", bench.environment
    bench.environment = lambda **more: plain(LD_PRELOAD=str(COUNTER), STATEMENTS=str(counted), **more)
    again = Console(bench)
    bench.environment = plain
    user = again.person("again", "staff")
    tap.ok(wait_until(lambda: len(all_of(user, "/api/v1/documents")[0]) == RECORDS - 1, LONG, 0.2), "deleted, it is made anew")
    asks_little(tap, clinic, user, counted)
    again.program.signal(15)
    again.program.finish(30)


def refuses_others(tap, clinic, console):
    one = clinic.busiest()
    paths = ("/patients", f"/patients/{one}", "/search?q=x", "/api/v1/patients?q=x", f"/api/v1/patients/{one}",
             f"/api/v1/patients/{one}/documents", "/api/v1/documents")
    for role in ("operator", "auditor", "admin"):
        user = console.person(role, role)
        tap.same({user.get(path)[0] for path in paths}, {403}, f"no patient is shown to {role}")


def test(tap):
    with Bench(tap, "patients") as bench:
        bench.serve(f"generate:{RECORDS},500")
        bench.configure()
        bench.ferry("patients", "import")
        bench.ferry("run", "--limit", FIRST, limit=600)
        clinic, console = Clinic(bench), Console(bench)
        user = console.person("kim", "staff")
        is_filled(tap, user)
        finds_patients(tap, clinic, user)
        lists_documents(tap, clinic, user)
        shows_pages(tap, clinic, user)
        is_noted(tap, clinic, console, user)
        refuses_others(tap, clinic, console)
        trusts_no_index(tap, bench, clinic, user)
        follows_the_application(tap, clinic, user)
        follows_the_ledger(tap, bench, clinic, user)
        is_made_anew(tap, bench, clinic, console)
        bench.stop_serving()


main(test)
