#!/usr/bin/python3
"""
Proof that is proof: objects replaced behind fmferry's back, with everything kept that was written
beside them, on servers that keep a checksum, on those whose ETag is an MD5, on those that keep nothing
to compare or repeat whatever they were told. A difference stays open until that very object was read
again; there is no certificate over one.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from bucket import BucketBench, need  # noqa: E402
from forger import Forger, flipped  # noqa: E402
from harness import BUILD, main, need_programs  # noqa: E402
from model_bench import ModelBench  # noqa: E402
from servers import Ceph, Swift  # noqa: E402

DOCUMENTS, BYTES, MIB = 40, 3000, 1 << 20
AUDIT = BUILD / "audit" / "fmferry-audit"

# What the model does, and by what its objects can be compared without reading them.
MODELS = (
    ((), "checksum"),
    (("md5-only",), "etag"),
    (("md5-only", "opaque-etags"), "not_compared"),
    (("verifies-nothing", "opaque-etags"), "not_compared"),
    (("keeps-sums",), "etag"),
    (("keeps-sums", "opaque-etags"), "not_compared"),
)


def verify(bench, *options):
    done = bench.ferry("verify", "--json", *options, limit=120)
    lines = [json.loads(line) for line in done.out.splitlines()]
    return done.code, [(one["kind"], one["key"]) for one in lines[:-1]], lines[-1] if lines else {
        "err": done.err}


def compared(counts):
    return {name: count for name, count in counts["compared"].items() if count}


def says_no(tap, bench, name, words):
    """Neither status nor report calls it good."""
    said = bench.ferry("status").out
    tap.ok(words in said and "reader agrees" not in said, f"{name}: status says '{words}'", said[-900:])
    page = bench.folder / "report.html"
    bench.ferry("report", "--output", page)
    said = page.read_text() if page.exists() else ""
    at = said.find("separate reader")
    good = "Yes, every one of them" in said and "difference" in words
    tap.ok(words in said and "reader agrees" not in said and not good, f"{name}: the report too",
           said[at - 100:at + 400])


def check_whole(tap, bench, name, how):
    """Nothing was changed: the verdict, and the evidence for it."""
    code, found, counts = verify(bench)
    tap.same((code, found, compared(counts)), (3 if how == "not_compared" else 0, [], {how: DOCUMENTS}),
             f"{name}: nothing differs, and it is said by what that is known")
    if how == "not_compared":
        done = bench.ferry("verify")
        tap.ok(f"{DOCUMENTS}  objects not compared" in done.out, f"{name}: in words", done.out)
        says_no(tap, bench, name, f"{DOCUMENTS} not compared")
    code, found, counts = verify(bench, "--bytes")
    tap.same((code, found, compared(counts)), (0, [], {"bytes": DOCUMENTS}), f"{name}: --bytes reads all")
    said = bench.ferry("status").out
    tap.ok("✔ a separate reader agrees" in said, f"{name}: then status calls it good", said[-900:])


def lines_of(certificate):
    head, _, body = certificate.read_text().partition("\n\n")
    return ([tuple(line.split("\t")[1:]) for line in head.splitlines() if line.startswith("compared\t")],
            {line.split("\t")[-1] for line in body.splitlines()})


def check_certificate(tap, bench, name, how):
    certificate = bench.folder / "certificate.txt"
    code, _, _ = verify(bench, "--certificate", certificate)
    head, cells = lines_of(certificate)
    tap.same((code, cells, dict(head)["bytes"]), (0, {"bytes"}, str(DOCUMENTS)),
             f"{name}: a certificate reads every byte, and says so of each document")
    by_word = "bytes" if how == "not_compared" else how
    code, _, _ = verify(bench, "--certificate", certificate, "--checksums")
    tap.same((code, lines_of(certificate)[1]), (0, {by_word}), f"{name}: or rests on {by_word}")
    done = subprocess.run([AUDIT, "--key", bench.folder / "fmferry.key.pub", certificate],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
    words = f"of {DOCUMENTS} of {DOCUMENTS} stored documents only the server's word was compared"
    tap.ok(done.returncode == 0 and (words in done.stdout) == (by_word != "bytes"),
           f"{name}: fmferry-audit reads it, and says by what right it was made", done.stdout)
    certificate.unlink()


def check_open(tap, bench, name, key, kind):
    """The difference is named, again and again, and nothing is signed."""
    for _ in range(2):
        code, found, _ = verify(bench)
        tap.same((code, found), (3, [(kind, key)]), f"{name}: verify names it, however often")
    certificate = bench.folder / "certificate.txt"
    for options in ((), ("--checksums",)):
        code, found, _ = verify(bench, "--certificate", certificate, *options)
        tap.same((code, found, certificate.exists()), (3, [(kind, key)], False),
                 f"{name}: no certificate is written over it {' '.join(options)}")
    says_no(tap, bench, name, "1 difference open since")
    tap.same(bench.status()["verified"]["open"], 1, f"{name}: as JSON, too")


def check_flip(tap, bench, forger, name, how):
    key, other = (row[0] for row in bench.sql("select key from fmferry_version order by key limit 2"))
    whole = forger.read(key)
    forger.replace(key, flipped(whole))
    if how == "not_compared":
        code, found, counts = verify(bench)
        tap.same((code, found, compared(counts)), (3, [], {how: DOCUMENTS}),
                 f"{name}: one bit is another, and it is not said that this was looked at")
        code, found, _ = verify(bench, "--bytes")
        tap.same((code, found), (3, [("object-hash", key)]), f"{name}: --bytes names it")
    check_open(tap, bench, name, key, "object-hash")
    done = bench.ferry("export", "bagit", bench.folder / "bag")
    tap.ok(done.code == 3 and key in done.out and "verify --bytes" in done.out,
           f"{name}: export says the same, and what names all", done.out, done.err)
    forger.replace(key, whole)
    says_no(tap, bench, name, "1 difference open since")
    code, found, counts = verify(bench)
    tap.same((code, found, counts["settled"]), (3 if how == "not_compared" else 0, [], 1),
             f"{name}: put back and read again, it is settled")
    tap.same(bench.status()["verified"]["open"], 0, f"{name}: nothing is open")
    beside = forger.beside(other)
    kept = forger.read(other)
    forger.remove(other)
    check_open(tap, bench, name, other, "object-missing")
    forger.write(other, flipped(kept), beside)
    code, found, _ = verify(bench)
    tap.same((code, [one[1] for one in found]), (3, [other]),
             f"{name}: what was missing is read, not believed, when it is back")
    forger.write(other, kept, beside)
    code, found, _ = verify(bench, "--certificate", bench.folder / "certificate.txt")
    tap.same((code, found), (0, []), f"{name}: mended, it is certified")


def check_reconcile(tap, bench, forger, name):
    """The mover's own comparison believes no more; what it puts back arrives once the way is free."""
    key = bench.sql("select key from fmferry_version order by key desc limit 1")[0][0]
    forger.replace(key, flipped(forger.read(key)))
    done = bench.ferry("reconcile")
    tap.ok(done.code == 3 and "object-differs" in done.out and key in done.out,
           f"{name}: reconcile names it", done.out[-600:])
    tap.same((bench.ferry("run").code, bench.status()["states"]["failed"]), (3, 1),
             f"{name}: other bytes under its key are not taken for its own")
    forger.remove(key)
    bench.ferry("retry", "--all", "--yes")
    tap.same((bench.ferry("run").code, verify(bench, "--bytes")[0]), (0, 0),
             f"{name}: taken away, it arrives anew")


def check_imprints(tap, bench, name):
    """The imprints that verify compares the server's word with are in the audit chain as well."""
    changed = bench.sql("update fmferry_version set imprint = 'etag 0' where imprint is not null"
                        " and document = (select min(document) from fmferry_version) returning key")
    if changed:
        code, found, _ = verify(bench)
        tap.same((code, found), (3, [("audit-version", changed[0][0])]),
                 f"{name}: who alters it in the ledger is named")


def story(tap, bench, name, how):
    bench.serve(f"generate:{DOCUMENTS},{BYTES}")
    bench.ferry("patients", "import")
    done = bench.ferry("run", limit=120)
    tap.ok(done.code == 0, f"{name}: all arrive", done.err)
    bench.ferry("init", "--key")
    check_whole(tap, bench, name, how)
    check_certificate(tap, bench, name, how)
    forger = Forger(bench.server, bench.bucket)
    check_flip(tap, bench, forger, name, how)
    check_reconcile(tap, bench, forger, name)
    check_imprints(tap, bench, name)


def large(tap, bench, name):
    """Sent in parts: the ETag of the parts is known, too; written anew whole, the bytes decide."""
    files = bench.folder / "files"
    files.mkdir()
    for number in range(2):
        (files / f"{number}.bin").write_bytes(b"%7d\n" % number * (9 * MIB // 8))
    bench.serve(f"files:{files}")
    done = bench.ferry("run", limit=120)
    tap.ok(done.code == 0, f"{name}, large: all arrive", done.err)
    code, found, counts = verify(bench)
    tap.same((code, found, compared(counts)), (0, [], {"etag": 2}), f"{name}, large: compared by ETag")
    forger = Forger(bench.server, bench.bucket)
    key = bench.sql("select key from fmferry_version")[0][0]
    whole = forger.read(key)
    forger.replace(key, flipped(whole))
    code, found, _ = verify(bench)
    tap.same((code, found), (3, [("object-hash", key)]), f"{name}, large: one bit is another: named")
    forger.replace(key, whole)
    for wanted in ({"bytes": 1, "etag": 1}, {"bytes": 1, "etag": 1}):
        code, found, counts = verify(bench)
        tap.same((code, found, compared(counts)), (0, [], wanted),
                 f"{name}, large: with another ETag, the same bytes are no difference")


def on_server(tap, kind, folder):
    server = kind(folder).start()
    name = kind.__name__
    try:
        with BucketBench(tap, f"proof-{name}", server, "proof") as bench:
            story(tap, bench, name, "etag")
        with BucketBench(tap, f"proof-{name}-large", server, "large") as bench:
            large(tap, bench, name)
    finally:
        server.stop()


def test(tap):
    if not need_programs(tap):
        return
    for quirks, how in MODELS:
        with ModelBench(tap, "proof", quirks, {}, {}) as bench:
            story(tap, bench, ", ".join(quirks) or "strict", how)
            bench.server.stop()
    for kind in (Ceph, Swift):
        if need(tap, kind, "aws"):
            with tempfile.TemporaryDirectory(prefix="fmferry-proof-") as folder:
                on_server(tap, kind, folder)


main(test)
