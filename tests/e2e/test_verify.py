#!/usr/bin/python3
"""
verify: a finished migration is without difference, shallow, deep and in samples; people may go on
working; a run may be under way; a kill leaves nothing; the key that signs is closed to others.
"""

import hashlib
import json
import subprocess

from harness import BUILD, Bench, Person, main, need_programs, wait_until

DOCUMENTS, BYTES, PARTS = 300, 20000, 3


def verify(bench, *options, **more):
    """(exit code, differences, the counts)."""
    done = bench.ferry("verify", "--json", *options, **more)
    lines = [json.loads(line) for line in done.out.splitlines()]
    return done.code, lines[:-1], lines[-1] if lines else {"err": done.err}


def check_reading(tap, bench):
    code, found, counts = verify(bench)
    tap.same((code, found), (0, []), "nothing differs")
    tap.same([counts[name] for name in ("documents", "objects", "rows", "marks", "hashed")],
             [DOCUMENTS] * 5, "and every document, object, row and mark was looked at")
    tap.same((counts["bytes"], counts["source_read"]), (DOCUMENTS * BYTES, 0),
             "every byte of the store, none of the source")
    code, found, counts = verify(bench, "--deep")
    tap.same((code, found, counts["source_read"]), (0, [], DOCUMENTS),
             "--deep reads every file of the source again")
    parts = [verify(bench, "--sample", f"{part}/{PARTS}")[2] for part in range(1, PARTS + 1)]
    tap.same(sum(part["source_read"] for part in parts), DOCUMENTS, "the samples together read all")
    tap.ok(all(part["source_read"] < DOCUMENTS / 2 for part in parts), "each of them a part", parts)
    for wrong in ("0/3", "4/3", "3", "a/b", ""):
        tap.same(bench.ferry("verify", "--sample", wrong).code, 2, f"--sample '{wrong}' is refused")


def check_certificate(tap, bench):
    certificate, key = bench.folder / "certificate.txt", bench.folder / "fmferry.key"
    done = bench.ferry("verify", "--certificate", certificate)
    tap.ok(done.code == 2 and "init --key" in done.err, "without a key there is no certificate",
           done.code, done.err)
    tap.same(bench.ferry("init", "--key").code, 0, "init --key makes one")
    tap.same((key.stat().st_mode & 0o777, bench.ferry("init", "--key").code), (0o600, 2),
             "for its owner alone, and never a second one")
    key.chmod(0o640)
    done = bench.ferry("verify", "--certificate", certificate)
    tap.ok(done.code == 2 and "nobody else" in done.err, "a key that others may read is refused",
           done.err)
    key.chmod(0o600)
    pem = key.read_bytes()
    key.write_bytes(pem.decode().encode("utf-16"))
    done = bench.ferry("verify", "--certificate", certificate)
    tap.ok(done.code == 2 and "is UTF-16" in done.err, "a key in UTF-16 is called so", done.code, done.err)
    key.write_bytes(pem)
    tap.same(bench.ferry("verify", "--certificate", certificate).code, 0, "then it is written")
    lines = certificate.read_text().splitlines()
    tap.same((lines[0], len(lines[lines.index("") + 1:])), ("fmferry certificate 1", DOCUMENTS),
             "with a line for each document")
    return certificate


def audit(*words):
    """fmferry-audit: its exit code and what it says."""
    done = subprocess.run([BUILD / "audit" / "fmferry-audit", *words], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=300)
    return done.returncode, done.stdout


def check_audit(tap, bench, certificate):
    """The auditor's own program, with the whole and with one document."""
    key = ("--key", bench.folder / "fmferry.key.pub")
    both = ("--store", bench.store, "--database", bench.database)
    code, said = audit(*key, *both, certificate)
    tap.ok(code == 0 and "all is as certified" in said, "fmferry-audit finds all as certified", said)
    identity, path = bench.sql("select identity, key from fmferry_document d join fmferry_version v"
                               " on v.document = d.document where record_id = 17")[0]
    proof = bench.folder / "17.txt"
    for wanted in (identity, identity.upper(), "17"):
        code, said = audit(*key, *both, "--document", wanted, certificate)
        tap.ok(code == 0 and identity in said and path in said, f"and document {wanted[:8]} proven",
               said)
    code, said = audit(*key, "--document", "17", "--proof", proof, certificate)
    tap.ok(code == 0 and len(proof.read_text()) < 4000, "a proof of one document is short", said)
    tap.same(audit(*key, *both, proof)[0], 0, "and is checked alone")
    whole = proof.read_text()
    for old, new, name in (("\tdone\t", "\tfailed\t", "state"), ("\t20000\t", "\t20001\t", "size"),
                           ("proof\t16", "proof\t15", "place"), ("source\t", "source\tX", "source"),
                           ("\npath\t", "\npath\t0", "path")):
        proof.write_text(whole.replace(old, new, 1))
        tap.ok(old in whole and audit(*key, proof)[0] in (1, 3), f"altered in its {name}, it is not",
               audit(*key, proof))
    steering = "\x1b[2K\r", "\u009b2K", "\u202e"
    proof.write_text(whole.replace("source\t", "source\t" + "".join(steering), 1))
    code, said = audit(proof)
    tap.ok(code == 3 and "???" in said.replace("[2K", "").replace("2K", "")
           and not any(one in said for one in ("\x1b", "\r", "\u009b", "\u202e")),
           "what is forged cannot steer the auditor's terminal", repr(said[-200:]))
    tap.same(audit(*key, "--document", "99999", certificate)[0], 3, "a document that is in no line")
    other = bench.folder / "other"
    other.mkdir()
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", other / "key"], check=True)
    subprocess.run(["openssl", "pkey", "-in", other / "key", "-pubout", "-out", other / "pub"],
                   check=True)
    tap.same(audit("--key", other / "pub", certificate)[0], 3, "another's key did not sign it")
    tap.same([audit(*key, "--database", other / "none", certificate)[0], audit(other / "pub")[0],
              audit()[0]], [1, 1, 2], "what cannot be read is no proof")


def noted(bench):
    """Every verification that the ledger remembers, and that it says no more than that."""
    entries = bench.sql("select r.run, a.before, a.after, a.evidence from fmferry_run r"
                        " join fmferry_audit a on a.run = r.run where r.kind = 'verify'"
                        " and a.document is null order by r.run, a.seq")
    runs = sorted({entry[0] for entry in entries})
    whole = all([entry[1:3] for entry in entries if entry[0] == run]
                == [("", "running"), ("", "verified"), ("running", "finished")] for run in runs)
    return whole, [json.loads(entry[3]) for entry in entries if entry[2] == "verified"]


def check_note(tap, bench, certificate):
    """The ledger's note of a verification; a verification does not depend on being allowed to write it."""
    _, _, counts = verify(bench, "--certificate", certificate)
    tap.same(noted(bench)[1][-1], counts, "what verify found stands in the ledger")
    told = bench.status()["verified"]
    tap.same((told["differences"], told["records"], told["outdated"], told["certificate_sha256"]),
             (0, DOCUMENTS, False, hashlib.sha256(certificate.read_bytes()).hexdigest()),
             "status tells it, with the hash of the certificate")
    said = bench.ferry("status").out
    tap.ok("✔ a separate reader agrees" in said and f"no difference, {DOCUMENTS} records" in said,
           "in words too", said)
    bench.sql("create trigger closed before insert on fmferry_run begin"
              " select raise(abort, 'closed'); end")
    done = bench.ferry("verify")
    tap.ok(done.code == 0 and "keeps no note" in done.err and "trigger" in done.err
           and "noted in" not in done.out, "a ledger that cannot be written is verified, and it is said",
           done.code, done.out, done.err)
    bench.sql("drop trigger closed")
    tap.same(bench.status()["verified"], told, "and the ledger remembers the one before")


def check_kill(tap, bench):
    """Ended at many moments: the certificate and the note are there whole, or not at all."""
    left = []
    for step in range(1, 9):
        path = bench.folder / f"killed-{step}.txt"
        program = bench.start("verify", "--certificate", path)
        wait_until(lambda: False, limit=step * 0.012)
        program.kill()
        if path.exists() and not path.read_text().endswith("\n"):
            left.append(path)
        path.unlink(missing_ok=True)
    left += [path for path in bench.folder.iterdir() if path.name.startswith(".")]
    tap.same(left, [], "verify that is killed leaves nothing half-written")
    tap.ok(noted(bench)[0], "no note either")
    bench.forgive_open_sessions()


def check_open_source(tap, bench, certificate):
    """A file from FileMaker stays in doubt until FileMaker was read again, however shallow the call."""
    document, key, sha256, row = bench.sql(
        "select v.document, v.key, lower(hex(v.sha256)), r.id from fmferry_version v"
        " join documents_document r on r.s3_key = v.key order by 1 limit 1")[0]
    path = bench.store / key
    whole = path.read_bytes()
    forged = bytes([whole[0] ^ 1]) + whole[1:]

    def say(data):
        """Store, ledger and row agree on these bytes; audit chain and FileMaker do not."""
        path.chmod(0o600)
        path.write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        bench.sql("update fmferry_version set sha256 = unhex(?) where document = ?".replace(
            "unhex(?)", f"x'{digest}'"), document)
        bench.sql("update documents_document set filemaker_metadata = json_set(filemaker_metadata,"
                  " '$.sha256', ?) where id = ?", digest, row)

    say(forged)
    kinds = lambda found: sorted(one["kind"] for one in found)
    tap.same(kinds(verify(bench)[1]), ["audit-version"], "who looks less closely sees less")
    tap.same(kinds(verify(bench, "--deep")[1]), ["audit-version", "source-bytes"],
             "--deep reads FileMaker's bytes, which are others")
    before = certificate.read_bytes()
    code, found, _ = verify(bench, "--certificate", certificate)
    tap.same((code, kinds(found), certificate.read_bytes()), (3, ["audit-version", "source-bytes"], before),
             "which stays said afterwards, and nothing is signed")
    tap.same(bench.status()["verified"]["open"], 1, "status says so")
    say(whole)
    said = bench.ferry("status").out
    tap.ok("1 difference open since" in said and "reader agrees" not in said,
           "mended, it is open until it was read", said)
    page = bench.folder / "doubt.html"
    bench.ferry("report", "--output", page)
    told = page.read_text()
    tap.ok("1 difference that is not mended" in told and "Yes, every one" not in told,
           "and the report's first words are no yes", told[:3000])
    code, found, counts = verify(bench)
    tap.same((code, found, counts["source_read"], counts["settled"]), (0, [], 1, 1),
             "a shallow call reads that file again, and no other")
    tap.same((hashlib.sha256(whole).hexdigest(), bench.status()["verified"]["open"]), (sha256, 0),
             "then nothing is open")


def known(bench):
    """What is known to be wrong with documents: {document: kind}."""
    return dict(bench.sql("select document, kind from fmferry_finding"))


def check_findings(tap, bench):
    """What verify says of a document is asked by its number, until a verification finds nothing."""
    tap.same(known(bench), {}, "nothing is known to be wrong")
    (one, row, *_), (two, _, key, _), (three, _, _, kind) = bench.sql(
        "select d.document, r.id, v.key, d.type from fmferry_document d join fmferry_version v"
        " on v.document = d.document join documents_document r on r.s3_key = v.key order by 1 desc limit 3")
    path, whole = bench.store / key, (bench.store / key).read_bytes()
    grow = lambda bytes: bench.sql("update documents_document set file_size = file_size + ? where id = ?",
                                   bytes, row)
    name = lambda text: bench.sql("update fmferry_document set type = ? where document = ?", text, three)
    grow(1)
    path.chmod(0o600)
    path.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
    name("Other")
    tap.same((verify(bench)[0], known(bench)), (3, {one: "row-size", two: "object-hash", three: "type"}),
             "each difference is known by its document")
    grow(-1)
    path.write_bytes(whole)
    tap.same((verify(bench, "--without-source")[0], known(bench)), (0, {three: "type"}),
             "mended, it is taken back; but without FileMaker not what only FileMaker can tell")
    name(kind)
    tap.same((verify(bench)[0], known(bench)), (0, {}), "with FileMaker that, too")


def check_people(tap, bench, certificate):
    with Person(bench) as person:
        person.edit(5, Type="Letter")
        person.create(Type="Letter")
        person.delete(7)
    code, found, counts = verify(bench)
    tap.same((code, found), (0, []), "what people do meanwhile is no difference")
    tap.same([counts[name] for name in ("edited", "newer", "gone")], [1, 1, 1], "but it is counted")
    with Person(bench) as person:
        person.edit(9, NexusExportDate="")
        person.edit(10, NexusExportDate="01/02/2024 03:04:05")
    code, found, _ = verify(bench, "--certificate", certificate)
    tap.same((code, sorted((one["kind"], one["recordId"]) for one in found)),
             (3, [("mark-foreign", 10), ("mark-missing", 9)]), "a mark taken away or changed is named")
    lines = certificate.read_text().splitlines()
    tap.same(len(lines[lines.index("") + 1:]), DOCUMENTS,
             "and the certificate of before was not written over")
    told, last = bench.status()["verified"], noted(bench)[1][-1]
    tap.same((told["differences"], told["certificate_sha256"], last["kinds"]),
             (2, None, {"mark-missing": 1, "mark-foreign": 1}), "the ledger remembers what was found")
    said = bench.ferry("status").out
    tap.ok("✘ a separate reader found differences" in said and "reader agrees" not in said,
           "status does not call it good", said)
    bench.ferry("run")
    told = bench.status()["verified"]
    tap.ok(told["outdated"], "after a run that moved something it is of before", told)


def test_during_run(tap):
    with Bench(tap, "verify-live") as bench:
        bench.serve("generate:400,4000", "--latency-ms", "5")
        bench.ferry("patients", "import")
        run = bench.start("run")
        wait_until(lambda: bench.database.exists() and len(bench.journal_lines()) > 60)
        rounds = named = 0
        while run.is_running() or not rounds:
            code, found, counts = verify(bench)
            tap.ok(code in (0, 3) and not found, "during a run nothing is called a difference",
                   code, found[:3], counts)
            rounds, named = rounds + 1, named + len(found)
            if rounds == 8:
                break
        tap.same((run.finish(120).code, named), (0, 0), "and the run ends as if nobody had looked")
        bench.status()
        bench.stop_serving()
        bench.check("the checker agrees", exit_code=run.code)


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "verify") as bench:
        bench.serve(f"generate:{DOCUMENTS},{BYTES}")
        tap.same(bench.ferry("verify").code, 2, "before the first run there is nothing to verify")
        bench.configure(registry={"application": "other", "documents_table": "files"})
        done = bench.ferry("verify")
        tap.ok(done.code == 2 and "another application" in done.err,
               "another application's tables are not read", done.err)
        bench.configure()
        bench.ferry("patients", "import")
        tap.same(bench.ferry("run").code, 0, "everything is moved")
        before = bench.snapshot()
        check_reading(tap, bench)
        certificate = check_certificate(tap, bench)
        check_audit(tap, bench, certificate)
        check_note(tap, bench, certificate)
        check_kill(tap, bench)
        bench.status()
        bench.check("nothing was changed by all this", before=before)
        check_open_source(tap, bench, certificate)
        check_findings(tap, bench)
        check_people(tap, bench, certificate)
    test_during_run(tap)


main(test)
