#!/usr/bin/python3
"""
A document is opened and taken: its bytes are hashed before they are handed out, noted before the first one leaves, and
what is not verified is not there. Names are read back by Python's own parser of mail; a range, a condition and a large
file are answered as RFC 9110 has it.
"""

import contextlib
import datetime
import email.message
import hashlib
import html
import http.client
import json
import pathlib
import sqlite3
import sys
import uuid

for folder in ("e2e", "verify"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / folder))
from harness import Bench, Person, main, need_programs, wait_until  # noqa: E402
from people import Console  # noqa: E402
from test_zip import manifest, zip_of  # noqa: E402
import mutations  # noqa: E402

RECORDS, SIZE, LARGE = 44, 3000, 20_000_000
NAMES = {  # as it is kept -> as it is saved
    "letter.pdf": "letter.pdf", "two words.pdf": "two words.pdf", "Référ.pdf": "Référ.pdf", "伊藤.pdf": "伊藤.pdf",
    "tooth \U0001F9B7.jpg": "tooth \U0001F9B7.jpg", "e\u0301.pdf": "e\u0301.pdf", "100%.pdf": "100%.pdf",
    "a%41.pdf": "a%41.pdf", "a;b,c=d.pdf": "a;b,c=d.pdf", "it's (new) & [old]!.pdf": "it's (new) & [old]!.pdf",
    '"quoted".pdf': "_quoted_.pdf", "back\\slash.pdf": "back_slash.pdf", "../../etc/passwd": "_._.._etc_passwd",
    "C:\\scans\\1.pdf": "C__scans_1.pdf", "a*b?c<d>e|f.pdf": "a_b_c_d_e_f.pdf",
    "line\r\nSet-Cookie: a=b.pdf": "line__Set-Cookie_ a=b.pdf", "tab\there.pdf": "tab_here.pdf",
    "invoice\u202efdp.exe": "invoice_fdp.exe", "no\u200bwidth.pdf": "no_width.pdf", ".htaccess": "_htaccess",
    ".": "document", "..": "document", "": "document", "   ": "document", "ends in a dot.": "ends in a dot",
    " blanks .pdf ": "blanks .pdf", "con.pdf": "_con.pdf", "LPT1": "_LPT1", "console.pdf": "console.pdf",
    "x" * 101 + ".pdf": "x" * 96 + ".pdf", "é" * 120 + ".pdf": "é" * 96 + ".pdf",
}


class Taker:
    """Somebody who takes documents, and keeps account of what came."""

    def __init__(self, user):
        self.user, self.got, self.connection = user, [], user.connection()

    def answer_to(self, method, path, headers):
        self.connection.request(method, path, None, headers)
        return self.connection.getresponse()

    def ask(self, path, method="GET", **headers):
        """(status, headers, bytes); bytes None: the connection broke before their end."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        names["Cookie"] = f"__Host-fmferry={self.user.key}"
        try:
            answer = self.answer_to(method, path, names)
        except (http.client.RemoteDisconnected, ConnectionResetError):  # nothing was asked for a while: as a browser does
            self.connection = self.user.connection()
            answer = self.answer_to(method, path, names)
        try:
            data = answer.read()
        except http.client.IncompleteRead:
            data = None
            self.connection = self.user.connection()
        if data != b"" and answer.headers.get("Content-Disposition"):
            self.got.append(path.split("/")[-2])
        return answer.status, answer.headers, data

    def file(self, one, **headers):
        return self.ask(f"/documents/{uuid.UUID(one.row)}/file", **headers)


def text_of(row):
    return str(uuid.UUID(row))


def entries(console, one, what="download"):
    return [outcome for outcome, in console.sql("select outcome from fmferry_view where row = ? and what = ? "
                                                "order by watch, seq", text_of(one.row), what)]


# --- what is given -----------------------------------------------------------------------------------


def gives_files(tap, bench, console, taker, documents):
    for one in documents[:3]:
        data = (bench.store / one.key).read_bytes()
        status, headers, got = taker.file(one)
        tap.same((status, got == data, headers["ETag"]), (200, True, f'"sha256:{one.sha256.hex()}"'),
                 f"a file of {one.size} bytes comes as it is")
        tap.same((headers["Content-Type"], headers["X-Content-Type-Options"], headers["Content-Security-Policy"],
                  headers["Cache-Control"], headers["Content-Disposition"].split(";")[0], headers["Accept-Ranges"]),
                 ("application/pdf", "nosniff", "sandbox; default-src 'none'; frame-ancestors 'none'", "no-store",
                  "attachment", "bytes"), "as a file that no browser shows")
    one = documents[0]
    bench.sql("update documents_document set mime_type = 'text/html' where id = ?", one.row)
    tap.same(taker.file(one)[1]["Content-Type"], "application/pdf", "its type is that of its bytes, whatever its row says")
    api = taker.ask(f"/api/v1/documents/{text_of(one.row)}/file")
    tap.same((api[0], hashlib.sha256(api[2]).digest()), (200, one.sha256), "programs get the same")
    tap.same(taker.ask("/documents/x/file")[0], 404, "what is no row is not there")
    tap.same(taker.ask(f"/documents/{uuid.uuid4()}/file")[0], 404, "nor is a row that there is not")


def keeps_conditions(tap, bench, console, taker, one):
    data, tag = (bench.store / one.key).read_bytes(), f'"sha256:{one.sha256.hex()}"'
    before = len(entries(console, one))
    status, headers, got = taker.file(one, If_None_Match=f'W/"x", {tag}')
    tap.same((status, got, headers["ETag"]), (304, b"", tag), "who has it is not given it again")
    status, _, got = taker.file(one, If_Match='"x"')
    tap.same((status, data[:40] in got), (412, False), "who wants another version gets none")
    status, headers, got = taker.file(one, method="HEAD")
    tap.same((status, headers["Content-Length"], got), (200, str(one.size), b""), "HEAD tells the size alone")
    status, headers, got = taker.file(one, Range="bytes=99999999-")
    tap.same((status, headers["Content-Range"], data[:40] in got), (416, f"bytes */{one.size}", False),
             "what lies behind the end is not there")
    tap.same(len(entries(console, one)), before, "for none of this a download is noted: no byte left")
    for asked, first, last in (("bytes=0-9", 0, 9), ("bytes=-7", one.size - 7, one.size - 1),
                               (f"bytes={one.size - 5}-", one.size - 5, one.size - 1)):
        status, headers, got = taker.file(one, Range=asked)
        tap.same((status, headers["Content-Range"], got == data[first:last + 1]),
                 (206, f"bytes {first}-{last}/{one.size}", True), f"a range comes: {asked}")
    tap.same(taker.file(one, Range="bytes=0-1,5-6")[::2], (200, data), "two ranges at once give the whole")
    tap.same(taker.file(one, Range="bytes=0-1", If_Range='"x"')[::2], (200, data), "so does a range of another version")
    tap.same(taker.file(one, Range="bytes=0-1", If_Range=tag)[::2], (206, data[:2]), "of this one it comes")


def saved_name(header):
    """As Python's parser of mail has it; it takes the first of two names, and RFC 6266 the one with the star."""
    plain, star, name = header.partition("; filename*=")
    message = email.message.Message()
    message["Content-Disposition"] = f"attachment; filename*={name}" if star else plain
    return message.get_filename()


def reads_names(tap, bench, taker, documents):
    wrong = []
    for one, (name, saved) in zip(documents, NAMES.items()):
        bench.sql("update documents_document set original_name = ? where id = ?", name, one.row)
        status, headers, _ = taker.file(one)
        if status != 200 or saved_name(headers["Content-Disposition"]) != saved or "Set-Cookie" in headers:
            wrong.append((status, name, saved, headers["Content-Disposition"]))
    tap.same((wrong, len(NAMES) >= 30), ([], True), "awkward names are read by another's parser as they were meant")


def gives_large(tap, bench, console, taker, one):
    path = bench.store / one.key
    data = path.read_bytes()
    tap.same(len(data), LARGE, "a large file is there")
    status, _, got = taker.file(one)
    tap.same((status, got == data), (200, True), "it comes as it is")
    status, headers, got = taker.file(one, Range=f"bytes={LARGE - 1000000}-")
    tap.same((status, got == data[-1000000:]), (206, True), "and its end alone, for going on")
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    status, _, got = taker.file(one)
    tap.same((status, got, entries(console, one)[-2:]), (200, None, ["ok", "broken"]),
             "with another last byte the connection breaks, and that is noted")
    tap.same(taker.file(one)[0], 404, "from then on it is not there")
    path.write_bytes(data)
    tap.same(taker.file(one)[0], 404, "though the right bytes are put back")
    bench.ferry("verify", limit=600)
    tap.same(taker.file(one)[0], 200, "until a verification has seen them")


# --- what is told ------------------------------------------------------------------------------------


def tells_documents(tap, bench, console, taker, one):
    (row,), = bench.sql("select id from documents_document where id = ?", one.row)
    (shown,), = bench.sql("select type from fmferry_document where document = ?", one.document)
    status, headers, text = taker.ask(f"/api/v1/documents/{text_of(row)}")
    told = json.loads(text)
    tap.same((status, told["row"], told["patient"], told["sha256"], told["size"], told["mime"], told["type"]),
             (200, text_of(row), text_of(one.patient), one.sha256.hex(), one.size, "application/pdf", shown),
             "programs are told what is known of a document")
    tag = headers["ETag"]
    tap.same(taker.ask(f"/api/v1/documents/{text_of(row)}", If_None_Match=tag)[0], 304, "and nothing if it is the same")
    bench.sql("update documents_document set original_name = 'other.pdf' where id = ?", one.row)
    other = taker.ask(f"/api/v1/documents/{text_of(row)}", If_None_Match=tag)
    tap.same((other[0], other[1]["ETag"] == tag), (200, False), "a change in the application is another version")
    before = len(entries(console, one, "open"))
    taker.ask(f"/documents/{text_of(row)}")
    tap.same((before, len(entries(console, one, "open"))), (1, 1), "opening is noted once in a quarter of an hour")
    console.sql("update fmferry_view set at_us = at_us - 900000000 where row = ? and what = 'open'", text_of(row))
    taker.ask(f"/documents/{text_of(row)}")
    tap.same(len(entries(console, one, "open")), 2, "and then again")
    Taker(console.person("second", "staff")).ask(f"/documents/{text_of(row)}")
    tap.same(len(entries(console, one, "open")), 3, "by somebody else each time")


def tells_stories(tap, bench, console, taker, one):
    path = f"/api/v1/documents/{text_of(one.row)}/story"
    steps = json.loads(taker.ask(path)[2])["steps"]
    tap.same([step["what"] for step in steps], ["read", "stored", "marked", "verified"], "a document's story is told in order")
    chain = bench.sql("select run, at_us from fmferry_audit where document = ? and after in ('stored', 'done') and "
                      "evidence <> '' order by seq", one.document)
    tap.same([(step["run"], step["at"]) for step in steps[1:3]],
             [(run, datetime.datetime.fromtimestamp(at // 10**6, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
               + f".{at % 10**6:06}Z") for run, at in chain], "as the audit chain has it")
    tap.ok(one.key in steps[0]["words"] and f"{one.size} bytes" in steps[0]["words"], "with the bytes and their key", steps[0])
    page = html.unescape(taker.ask(f"/documents/{text_of(one.row)}")[2].decode())
    tap.ok(all(step["words"] in page for step in steps) and one.sha256.hex() in page, "the page has it, too")
    tap.ok("style=" not in page and "<script>" not in page and "who=" not in page, "and nothing inline")
    owner = Taker(console.person("owner", "owner"))
    looks = [step for step in json.loads(owner.ask(path)[2])["steps"] if step["what"] == "seen"]
    tap.same({(look["who"], look["words"]) for look in looks} >= {("staff", "open"), ("owner", "open")}, True,
             "S18: the owner sees who looked, staff do not")
    tap.same(console.sql("select count(*) from fmferry_view where what = 'views-read' and account = ?",
                         owner.user.account), [(1,)], "and that the owner saw it is noted")


# --- what is not -------------------------------------------------------------------------------------


def paths_of(one):
    row = text_of(one.row)
    return [f"/documents/{row}/file", f"/api/v1/documents/{row}/file", f"/documents/{row}", f"/api/v1/documents/{row}",
            f"/api/v1/documents/{row}/story", f"/documents/{row}/pages/1", f"/documents/{row}/pages/1/text",
            f"/api/v1/documents/{row}/pages/1", f"/api/v1/documents/{row}/pages/1/text"]


def is_hidden(taker, one):
    """Whatever is asked about a document, it is not there."""
    return {taker.ask(path)[0] for path in paths_of(one)} == {404}


def bundled(taker, chosen, healthy):
    """Which of the chosen come in a ZIP, and which on a page to print, together with a healthy one that must."""
    rows = [text_of(one.row) for one in [*chosen, healthy]]
    told = manifest(zip_of(taker.user, documents=rows)[2]).values()
    _, _, page = taker.user.post("/print", which="chosen", **{f"document.{n}": row for n, row in enumerate(rows)})
    if healthy.sha256.hex() not in told or rows[-1] not in page:
        return "the healthy one is missing"
    return [one.sha256.hex() in told for one in chosen], [text_of(one.row) in page for one in chosen]


class World:
    """What tests/verify/mutations.py changes."""

    def __init__(self, bench, documents):
        self.database, self.place, self.others = bench.database, mutations.Folder(bench.store), documents[-2:]
        self.patients = [row[0] for row in bench.sql("select id from patients_patient limit 2")]


@contextlib.contextmanager
def taken_back(bench, documents):
    """Everything is as it was afterwards."""
    kept = {one.key: (bench.store / one.key).read_bytes() for one in documents}
    with sqlite3.connect(bench.database) as source, sqlite3.connect(":memory:") as copy:
        source.backup(copy)
        yield
        copy.backup(source)
    for key, data in kept.items():
        (bench.store / key).write_bytes(data)


# Where rows, places and bytes are right, only a verification sees it; a row too many changes nothing about the document.
SEEN_LATER = {"row's metadata with another hash", "row's metadata with another record", "row with another size",
              "row and ledger under another patient", "ledger: record id", "ledger: modId", "ledger: type",
              "bytes forged, ledger and row made to agree"}
OF_NO_DOCUMENT = {"object too many", "row doubled", "row of the application's that points to our object"}
MORE = [
    ("taken away in the application", mutations.by_sql("update documents_document set is_active = 0 where id = ?",
                                                       lambda one: one.row)),
    ("version not stored", mutations.by_sql("update fmferry_version set state = 'superseded' where document = ?",
                                            lambda one: one.document)),
    ("version without a hash", mutations.by_sql("update fmferry_version set sha256 = null where document = ?",
                                                lambda one: one.document)),
    ("document waived", mutations.by_sql("update fmferry_document set state = 'waived' where document = ?",
                                         lambda one: one.document)),
    ("a finding about it", mutations.by_sql("insert into fmferry_finding (document, kind, words, by_run, at_us) "
                                            "values (?, 'row-hash', 'x', 1, 1)", lambda one: one.document)),
]


@contextlib.contextmanager
def index_asleep(tap, bench, taker):
    """The index has read all words, and cannot go on: it would find what is altered here, and say so later."""
    tap.ok(wait_until(lambda: json.loads(taker.ask("/api/v1/index")[2])["waiting"] == 0, 120), "all words are read")
    with contextlib.closing(sqlite3.connect(bench.folder / "fmferry-console" / "index.db", timeout=300, isolation_level=None)) as link:
        link.execute("begin immediate")
        yield


def hides_mutations(tap, bench, console, documents):
    """Each mutation is looked at by somebody else: nobody may ask more than 600 times a minute."""
    def newcomer():
        newcomers.append(len(newcomers))
        return Taker(console.person(f"curious{len(newcomers)}", "staff"))
    newcomers = []
    world, pool = World(bench, documents), [one for one in documents if one.patient][2:]
    kinds = [(name, mutate) for row in mutations.ROUNDS[:3] for name, mutate, *_ in row] + MORE
    for name, mutate in kinds:
        if name not in SEEN_LATER:
            with taken_back(bench, documents):
                mutate(world, pool[:2])
                taker = newcomer()
                shown, given = [not is_hidden(taker, one) for one in pool[:2]], [name in OF_NO_DOCUMENT] * 2
                tap.same(shown, given, f"not there: {name}")
                tap.same(bundled(taker, pool[:2], pool[-1]), (given, given), f"in no ZIP, and not printed: {name}")
    with taken_back(bench, documents):
        later = [(name, mutate, [pool.pop(0), pool.pop(0)]) for name, mutate in kinds if name in SEEN_LATER]
        for _, mutate, chosen in later:
            mutate(world, chosen)
        bench.ferry("verify", limit=600)
        taker = newcomer()
        for name, _, chosen in later:
            tap.same([is_hidden(taker, one) for one in chosen], [True] * 2, f"not there once verify has named it: {name}")
            tap.same(bundled(taker, chosen, pool[-1]), ([False] * 2, [False] * 2), f"nor in a ZIP or printed: {name}")
    taker = newcomer()
    tap.same([taker.file(one)[0] for one in documents], [200] * len(documents), "and all is there again")


def gives_nothing_unnoted(tap, console, taker, one):
    with sqlite3.connect(console.database, timeout=300) as database:
        database.execute("create trigger full before insert on fmferry_view begin select raise(abort, 'no room'); end")
    answers = [taker.ask(path) for path in paths_of(one)] + [taker.ask(paths_of(one)[0], method="HEAD")]
    tap.same([(status, "Content-Disposition" in headers) for status, headers, _ in answers], [(503, False)] * (len(paths_of(one)) + 1),
             "what cannot be noted is not given")
    with sqlite3.connect(console.database, timeout=300) as database:
        database.execute("drop trigger full")
    tap.same(taker.ask(paths_of(one)[0])[0], 200, "what can be is given again")


def asks_rights(tap, console, one):
    people = {role: Taker(console.person(role, role)) for role in ("operator", "auditor", "admin")}
    refused = {role: [person.ask(path)[0] for path in paths_of(one)] for role, person in people.items()}
    tap.same(refused, {role: [403] * len(paths_of(one)) for role in refused}, "who may see no documents gets none")


def accounts(tap, console, taker):
    """As a proxy would count: every answer that had a document's bytes has its entry."""
    noted = [row for row, in console.sql("select row from fmferry_view where what = 'download' and outcome = 'ok' and "
                                         "account = ?", taker.user.account)]
    tap.same(sorted(noted), sorted(taker.got), f"each of {len(taker.got)} answers with bytes has its entry")


def prepare(bench):
    bench.serve(f"generate:{RECORDS},{SIZE}")
    with Person(bench) as person:
        person.upload(RECORDS, (b"%PDF-1.4\n" + bytes(range(256)) * (LARGE // 256))[:LARGE], "large.pdf")
    bench.ferry("patients", "import")
    bench.ferry("run", limit=600)
    bench.ferry("verify", limit=600)


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "console-take") as bench:
        prepare(bench)
        console = Console(bench)
        taker = Taker(console.person("staff", "staff"))
        documents = mutations.victims(bench.database)
        large = next(one for one in documents if one.size == LARGE)
        small = [one for one in documents if one.size < LARGE]
        gives_files(tap, bench, console, taker, small)
        keeps_conditions(tap, bench, console, taker, small[3])
        reads_names(tap, bench, taker, small)
        gives_large(tap, bench, console, taker, large)
        accounts(tap, console, taker)
        tells_documents(tap, bench, console, taker, small[5])
        tells_stories(tap, bench, console, taker, small[6])
        with index_asleep(tap, bench, taker):
            hides_mutations(tap, bench, console, small)
        gives_nothing_unnoted(tap, console, taker, small[0])
        asks_rights(tap, console, small[0])
        console.program.signal(15)
        tap.same(console.program.finish(30).code, 0, "the console ends when it is told to")
        bench.stop_serving()


main(test)
