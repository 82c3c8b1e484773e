#!/usr/bin/python3
"""
A whole migration from a FileMaker file, without a server: `[source] url = fmp12:PATH`. Every proven document arrives with its
bytes and its name, the file stays as it was, and what lies outside, is ambiguous or broken fails with a sentence that helps.
A run that is killed goes on, and nothing comes twice.
"""

import hashlib
import os
import pathlib
import sys
import uuid

sys.dont_write_bytecode = True

from fmp12_writer import Fmp12, leads_to, masked, number, scsu
from harness import ROOT, Bench, main, need_programs

SHARED = pathlib.Path(os.environ.get("FMFERRY_SHARED") or ROOT.parent / "shared") / "corpus"

FIELDS = {1: ("id", "text"), 2: ("Type", "text"), 3: ("Doc", "container"), 4: ("Date", "text"), 5: ("id_Contact", "text"),
          6: ("Outside", "container", "external")}
SIZES = [1, 999, 1000, 1001, 70_000, 400_000]


def identity(n):
    return str(uuid.UUID(int=(0x1234 << 112) | (4 << 76) | (8 << 62) | n)).upper()


def content(n, size):
    return (b"%PDF-1.4 " + bytes((n + at) % 251 for at in range(size)))[:max(size, 1)]


def good_file(count=12):
    """Documents that all can be moved, among them two with the same bytes."""
    file, bodies = Fmp12(fanout=3), {}
    file.table(129, "Letters", FIELDS)
    file.table(130, "Contacts", {1: ("id", "text"), 2: ("FirstName", "text"), 3: ("LastName", "text"), 4: ("DOB", "text")})
    for n in (1, 2, 3):
        file.record(130, n, {1: identity(1000 + n), 2: f"Änne {n}", 3: "Muster", 4: "2001-02-03"})
    for n in range(1, count + 1):
        bodies[n] = content(n % (count - 1), SIZES[n % (count - 1) % len(SIZES)])
        file.put_object(129, n, {"FILE": bodies[n]}, name=f"Brief Müller {n}.pdf")
        file.record(129, n * 700, {1: identity(n), 2: "Letter", 3: leads_to(n), 4: "2019-03-02",
                                      5: identity(1000 + n % 3 + 1)}, changes=n)
    return file, bodies


def configured(bench, path):
    bench.configure(source={"url": f"fmp12:{path}", "database": "Clinic", "layout": "Letters", "ca_file": None,
                            "password_env": None, "date_format": "iso", "author_field": "", "created_field": "", "name_field": ""},
                    patients={"layout": "Contacts"})


def stored(bench):
    return sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in bench.store.rglob("*") if path.is_file())


def moves_a_sample(tap, bench):
    """What FileMaker itself has written: a picture, without an id of its own."""
    path = SHARED / "fmp12" / "Genecom_CropImage.fmp12"
    if not path.exists():
        tap.skip("a file that FileMaker wrote", "the samples are not there")
        return
    configured(bench, path)
    bench.configure(source={**bench.sections["source"], "layout": "CropImage", "key_field": "", "container_field": "Image_Org",
                            "type_field": "", "date_field": "", "date_format": "", "patient_field": ""}, patients={"layout": ""})
    ran = bench.ferry("run", "--accept-record-ids", "a tester")
    tap.same(stored(bench), ["5cda31786a3c76fcd62e811d55a0f1d7f8bc4126cf45458e70dd81043e5f3614"],
             "the picture that an independent reader found, and not its name or size")
    tap.ok(ran.code == 0, "of a file that FileMaker wrote", ran.out, ran.err)
    tap.same(bench.sql("select original_name from documents_document"), [("pool.jpg",)], "with its name")
    tap.ok(bench.ferry("verify", "--deep").code == 0, "and verify agrees")


def witnesses(bench):
    return [bytes(md5).hex() for (md5,) in bench.sql("select md5 from fmferry_witness w join fmferry_document d using (document) "
                                                     "order by d.record_id")]


def is_witnessed(tap, bench, file, count, verified):
    """FileMaker's MD5 of each object is kept, and counts where any MD5 of FileMaker's does."""
    said = [file.values[(number(129), number(31), number(5), number(n), number(4))].hex() for n in range(1, count + 1)]
    tap.same(witnesses(bench), said, "FileMaker's MD5 of each object is kept")
    evidence = bench.sql("select evidence from fmferry_audit a join fmferry_document d using (document) "
                         "where d.record_id = 700 and a.after = 'stored'")[0][0]
    tap.ok(f"; md5 {said[0]} of the object by FileMaker" in evidence, "the audit chain says of what it is", evidence)
    tap.ok(f"{count}  files that FileMaker's own MD5 proved when they were stored" in verified.out, "verify counts it", verified.out)
    tap.ok(f"\ncompared\tfilemaker md5\t{count}\n" in (bench.folder / "certificate.jsonl").read_text(), "so does the certificate")
    tap.same(bench.status()["witnessed"], count, "and status")


def moves_repetitions(tap, bench):
    """Each repetition is a document of its own, with its own bytes, under its own number."""
    path, file, bodies = bench.folder / "Clinic.fmp12", Fmp12(fanout=50), {}
    file.table(129, "Letters", {1: ("id", "text"), 2: ("Type", "text"), 3: ("Doc", "container", 3)})
    for n, places in ((1, (1, 2, 3)), (2, (1, 2)), (300, (1, 3))):
        for place in places:
            bodies[n, place] = b"%%PDF-1.4 record %d, repetition %d" % (n, place)
            file.put_object(129, 10 * n + place, {"FILE": bodies[n, place]}, name=f"{n}-{place}.pdf")
        file.record(129, n, {1: identity(n), 2: "Letter", **{(3, place): leads_to(10 * n + place) for place in places}})
    path.write_bytes(file.bytes())
    configured(bench, path)
    bench.configure(source={**bench.sections["source"], "containers": "each", "patient_field": "", "date_field": ""}, patients={"layout": ""})
    ran = bench.ferry("run")
    found = {(record, place): (bench.store / key).read_bytes() for record, place, key in bench.sql(
        "select d.record_id, d.repetition, v.key from fmferry_document d join fmferry_version v using (document) where v.state = 'stored'")}
    tap.same(found, bodies, "each repetition under its number")
    tap.same(ran.code, 0, "and the run ends well")


def judges_both(tap, bench):
    """A field may say the MD5 of the file, too. What either contradicts does not arrive."""
    path, file = bench.folder / "Clinic.fmp12", Fmp12(fanout=50)
    file.table(129, "Letters", {**FIELDS, 7: ("DocMD5", "text")})
    page = b"<!DOCTYPE html><html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>\n"
    large = bytes(range(256)) * (9 * 4096)
    stale = hashlib.md5(b"what was here before").hexdigest()
    for n, (body, said) in enumerate(((b"agrees", hashlib.md5(b"agrees").hexdigest().upper()), (b"is said to differ", stale),
                                      (page, ""), (large, ""), (b"unsaid", "?")), 1):
        file.put_object(129, n, {"FILE": body}, name=f"{n}.html" if body is page else f"{n}.bin")
        file.record(129, n, {1: identity(n), 2: "Letter", 3: leads_to(n), 7: said})
    path.write_bytes(file.bytes())
    configured(bench, path)
    bench.configure(source={**bench.sections["source"], "md5_field": "DocMD5"}, run={"retry_ms": 1, "attempts": 2})
    checked = bench.ferry("check").out
    tap.ok("4 are proven by FileMaker's own MD5" in " ".join(checked.split()), "check says for how many", checked)
    tap.same(bench.ferry("run").code, 3, "one is left")
    tap.same(bench.sql("select record_id, state, class from fmferry_document where state <> 'done'"),
             [(2, "failed", "container-differs")], "the one whose MD5 the field contradicts")
    objects = [file.values[(number(129), number(31), number(5), number(n), number(4))].hex() for n in (3, 4, 5)]
    tap.same(witnesses(bench), [hashlib.md5(b"agrees").hexdigest(), *objects], "what is said of the file alone is kept, else of the object")
    tap.same(bench.sql("select count(*) from fmferry_attempt a join fmferry_document d using (document) where d.record_id = 3"), [(0,)],
             "what looks like an error page arrives at the first try: the file proves it")
    bench.ferry("accept", "--record", "2", "--by", "Kim Ito", "--reason", "looked at it: the MD5 in the field is stale")
    tap.same(bench.ferry("run").code, 0, "a person accepts it")
    tap.same(len(witnesses(bench)), 5, "and the object's own MD5 is its witness")


def moves_all(tap, bench):
    path = bench.folder / "Clinic.fmp12"
    file, bodies = good_file()
    before = file.bytes()
    path.write_bytes(before)
    configured(bench, path)
    bench.ferry("init", "--key")
    checked = bench.ferry("check")
    tap.ok(checked.code == 0 and "a FileMaker file 21.1" in checked.out, "check is content with a file", checked.out, checked.err)
    tap.ok(f"all containers of 'Letters': {len(bodies)} embedded and proven" in " ".join(checked.out.split()), "says where they lie", checked.out)
    tap.ok("a file is never changed" in checked.out, "and says that no record is marked", checked.out)
    brought = bench.ferry("patients", "import")
    tap.ok(brought.code == 0 and "3" in brought.out, "patients come from a table of the same file", brought.out, brought.err)
    ran = bench.ferry("run")
    tap.same(bench.sql("select count(*) from documents_document where object_id is not null"), [(len(bodies),)], "and are linked")
    tap.same(bench.sql("select count(*) from documents_document where original_name like 'Brief Müller %.pdf'"),
             [(len(bodies),)], "names are those that FileMaker kept beside the bytes")
    tap.ok(ran.code == 0, "a run moves all", ran.out[-900:], ran.err[-900:])
    wanted = sorted(hashlib.sha256(body).hexdigest() for body in bodies.values())
    tap.same(stored(bench), wanted, "each document with its bytes")
    tap.same(sorted(name for (name,) in bench.sql("select state from fmferry_document")), ["done"] * len(bodies), "all are done")
    tap.ok(path.read_bytes() == before, "the file is as it was")
    seen = bench.ferry("verify", "--deep", "--certificate", bench.folder / "certificate.jsonl")
    tap.ok(seen.code == 0, "verify --deep finds no difference, and certifies", seen.out[-1500:], seen.err[-900:])
    is_witnessed(tap, bench, file, len(bodies), seen)
    again = bench.ferry("run")
    tap.ok(again.code == 0 and stored(bench) == wanted, "a second run moves nothing", again.err[-600:])
    file.record(129, 70_000, {1: identity(99), 2: "Letter", 3: leads_to(1)})
    path.write_bytes(file.bytes())
    tap.ok(bench.ferry("run").code == 0 and len(stored(bench)) == len(wanted) + 1, "a newer copy of the file: what is new is moved")


def current(bench):
    """The bytes to which the rows lead, in the order of the records."""
    return [(bench.store / key).read_bytes() for (key,) in
            bench.sql("select v.key from fmferry_document d join fmferry_version v on v.document = d.document and v.number = d.version "
                      "order by d.record_id")]


def is_exchanged(tap, bench):
    """Between two runs the file is copied, replaced by a newer one, by an older one."""
    path, (file, bodies) = bench.folder / "Clinic.fmp12", good_file(4)

    def written(at, words=None):
        os.utime(path, (at, at))
        checked, dry = bench.ferry("check"), bench.ferry("run", "--dry-run")
        ran = bench.ferry("run")
        for what, said in (("check", checked.out), ("a dry run", dry.err), ("a run", ran.err)):
            said = " ".join(said.split())
            tap.ok(words in said if words else "at the last run" not in said, f"{what}: {words or 'says nothing of the file'}", said)
        return " ".join(ran.err.split())

    path.write_bytes(file.bytes())
    size = path.stat().st_size
    configured(bench, path)
    written(1_700_000_000)
    written(1_700_000_000)
    written(1_700_000_100, "It holds the same: it was only copied")
    written(1_700_000_100)
    file.record(129, 60_000, {1: identity(98), 2: "Letter", 3: leads_to(1)})
    edited = b"%PDF-1.4 another page was scanned"
    file.put_object(129, 50, {"FILE": edited}, name="edited.pdf")
    file.record(129, 700, {1: identity(1), 2: "Letter", 3: leads_to(50)}, changes=9)
    file.put([2, 3], masked(scsu("22.0")))
    path.write_bytes(file.bytes())
    said = written(1_700_000_200, "A newer copy of the same is right")
    tap.ok(f"{path.stat().st_size} bytes, written 2023-11-14T22:16:40.000000Z by FileMaker 22.0; then {size} bytes, "
           "written 2023-11-14T22:15:00.000000Z by FileMaker 21.1" in said, "what it is, and what it was", said)
    tap.same(current(bench), [edited, *(bodies[n] for n in (2, 3, 4)), bodies[1]], "what is new or was edited is moved")
    newer = path.read_bytes()
    path.write_bytes(good_file(4)[0].bytes())
    written(1_700_000_000, "It is an older copy: documents that were edited since would be moved again, as they were then")
    tap.same(bench.sql("select record_id from fmferry_document where state = 'gone'"), [(60_000,)], "what the older has not counts as gone")
    tap.same(current(bench)[:4], [bodies[n] for n in (1, 2, 3, 4)], "what was edited since is as it was then")
    path.write_bytes(newer)
    written(1_700_000_200, "A newer copy of the same is right")
    tap.same(current(bench), [edited, *(bodies[n] for n in (2, 3, 4)), bodies[1]], "and all is right again with the newer one")
    tap.ok(bench.ferry("verify", "--deep").code == 0, "verify agrees")


def says_what_stays(tap, bench):
    path = bench.folder / "Clinic.fmp12"
    file, bodies = good_file(4)
    file.put_object(129, 21, {"PDF ": b"%PDF-1.4 one", "TIFF": b"II*\0 other"}, name="both")
    file.put_object(129, 22, {}, name="away.doc")
    file.put_object(129, 23, {"FILE": b"these bytes rotted"}, name="broken.txt", md5=bytes(16))
    for n, value in ((21, leads_to(21)), (22, leads_to(22)), (23, leads_to(23)), (24, leads_to(999))):
        file.record(129, 7000 + n, {1: identity(n), 2: "Letter", 3: value})
    path.write_bytes(file.bytes())
    file.record(129, 7025, {1: identity(25), 2: "Letter", 6: "remote:scan.pdf"})
    path.write_bytes(file.bytes())
    configured(bench, path)
    bench.configure(source={**bench.sections["source"], "container_field": "Doc, Outside"}, patients={"layout": "Contacts"})
    checked = " ".join(bench.ferry("check").out.split())
    tap.ok(f"all containers of 'Letters': 4 embedded and proven ({sum(len(body) for body in bodies.values())} bytes), "
           "1 outside the file, in FileMaker's folder, 1 by reference: only their place is stored, "
           "1 embedded, and several of their streams may be the document, 1 embedded and broken, 1 that are not there" in checked,
           "check counts all containers by where their document lies", checked)
    tap.ok("FMDeveloperTool --copySelfContained" in checked and "'fmferry records' shows which records" in checked, "and says what helps", checked)
    ran = bench.ferry("run")
    tap.same(ran.code, 3, "something is left")
    tap.same(len(stored(bench)), len(bodies), "only what is proven was put")
    listed = bench.ferry("failures", "--json")
    for words in ("may each be the document", "the document lies outside the file", "FMDeveloperTool --copySelfContained", "not those of which FileMaker made the MD5",
                  "the file has none of that number"):
        tap.ok(words in listed.out, f"it is said: {words}", listed.out[-3000:])


def both_streams(tap, bench):
    """An object with two documents: both are moved as soon as both are named, and none is left behind meanwhile."""
    path = bench.folder / "Clinic.fmp12"
    file, bodies = good_file(2)
    two = {"GIFf": b"GIF89a one form", "JPEG": b"\xff\xd8\xff another form"}
    three = {"PDF ": b"%PDF-1.4 first", "PNGf": b"\x89PNG second", "TIFF": b"II*\0 third"}
    file.put_object(129, 21, two, name="both.gif")
    file.put_object(129, 22, three, name="three.pdf")
    for n in (21, 22):
        file.record(129, 7000 + n, {1: identity(n), 2: "Letter", 3: leads_to(n)})
    path.write_bytes(file.bytes())
    configured(bench, path)
    bench.ferry("init", "--key")
    bench.ferry("patients", "import")
    tap.same(bench.ferry("run").code, 3, "one name for several documents: they fail")
    tap.ok("'Doc, Doc:2', with [source] containers = each" in bench.ferry("failures", "--json").out, "it is said what to set")
    source = bench.sections["source"]
    bench.configure(source={**source, "container_field": "Doc, Doc:2"}, patients={"layout": "Contacts"})
    refused = bench.ferry("run")
    tap.ok(refused.code == 2 and "[source] containers = each" in refused.err, "the second is not left behind for the first", refused.code, refused.err)
    bench.configure(source={**source, "container_field": "Doc, Doc:2", "containers": "each"}, patients={"layout": "Contacts"})
    checked = " ".join(bench.ferry("check").out.split())
    tap.ok("2 embedded, and several of their streams may be the document" in checked and "one that has more streams than names fails" in checked,
           "check says that both are moved", checked)
    tap.same(bench.ferry("run").code, 3, "now two of them move, and the three wait for a third name")
    held = [*bodies.values(), *two.values()]
    tap.same(stored(bench), sorted(hashlib.sha256(body).hexdigest() for body in held), "each with its own bytes, nobody's are mixed")
    bench.configure(source={**source, "container_field": "Doc, Doc:2, Doc:3", "containers": "each"}, patients={"layout": "Contacts"})
    tap.same(bench.ferry("run", "--retry-failed").code, 0, "with a third name everything moves")
    held += three.values()
    tap.same(stored(bench), sorted(hashlib.sha256(body).hexdigest() for body in held), "all of them")
    found = bench.sql("select d.record_id, d.container, v.key from fmferry_document d join fmferry_version v using (document) where d.record_id > 7000")
    tap.same(sorted((record, container, (bench.store / key).read_bytes()) for record, container, key in found),
             sorted([(7021, "", two["GIFf"]), (7021, "Doc:2", two["JPEG"]), (7022, "", three["PDF "]), (7022, "Doc:2", three["PNGf"]),
                     (7022, "Doc:3", three["TIFF"])]), "the ledger has under which name")
    done = bench.ferry("verify", "--deep", "--certificate", bench.folder / "certificate.jsonl")
    tap.ok(done.code == 0 and f"{len(held)}  files read again" in done.out, "verify reads them all again", done.out[-1200:], done.err)
    tap.ok(bench.ferry("run").code == 0, "another run finds nothing to do")


def refuses(tap, bench):
    path = bench.folder / "Clinic.fmp12"
    whole = good_file(4)[0].bytes()
    for what, data, words in (("cut", whole[:-4096], "copy it again"), ("no FileMaker file", b"PK\3\4" * 4096, "FileMaker")):
        path.write_bytes(data)
        configured(bench, path)
        ran = bench.ferry("run")
        tap.ok(ran.code in (1, 2) and words in ran.err and not bench.store.exists(), f"{what}: refused, nothing written",
               ran.code, ran.err)
    path.write_bytes(whole)
    configured(bench, path)
    bench.config.write_text(bench.config.read_text().replace("layout = Letters", "layout = Leters"))
    ran = bench.ferry("run")
    tap.ok(ran.code == 2 and "is 'Letters' meant?" in ran.err, "a table that is not there, and which is", ran.err)


def survives_kills(tap, bench):
    path = bench.folder / "Clinic.fmp12"
    file, bodies = good_file()
    path.write_bytes(file.bytes())
    configured(bench, path)
    wanted = sorted(hashlib.sha256(body).hexdigest() for body in bodies.values())
    for limit in (1, 3, 5):  # cut short by --limit, so that no test depends on time
        bench.ferry("run", "--limit", limit)
    program = bench.start("run")
    program.kill()
    tap.ok(bench.ferry("run").code == 0, "a run that was killed goes on")
    tap.same(stored(bench), wanted, "and nothing comes twice")


def test(tap):
    if not need_programs(tap):
        return
    for story in (moves_a_sample, moves_all, moves_repetitions, judges_both, is_exchanged, says_what_stays, both_streams, refuses,
                  survives_kills):
        with Bench(tap, "file-source-" + story.__name__.replace("_", "-")) as bench:
            story(tap, bench)


main(test)
