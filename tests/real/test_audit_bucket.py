#!/usr/bin/python3
"""
fmferry-audit reads a bucket of Ceph's gateway, by TLS and with nothing of ours: as certified it finds it so, and
each object that was changed, removed or added it names. Killed, it goes on; without the right to ask, or from a
server that does not prove who it is, it finds out nothing and says that.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from bucket import BucketBench, need  # noqa: E402
from harness import BUILD, die_with_parent, main, need_programs, wait_until  # noqa: E402
from servers import Ceph, made_certificate  # noqa: E402

AUDIT = BUILD / "audit" / "fmferry-audit"
DOCUMENTS, BYTES = 120, 20000


class Auditor:
    """Somebody with a certificate, a public key, and the right to read a bucket."""

    def __init__(self, bench, certificate, ca_file):
        self.bench, self.certificate, self.server = bench, certificate, bench.server
        self.options = ["--key", bench.folder / "fmferry.key.pub", "--store", bench.in_store["url"],
                        "--endpoint", self.server.tls_url, "--ca-file", ca_file]
        self.login = {"AWS_ACCESS_KEY_ID": self.server.access_key, "AWS_SECRET_ACCESS_KEY": self.server.secret_key}

    def start(self, *options, replaced=(), login=None):
        words = [word for word in self.options if word not in replaced]
        self.out = open(self.bench.folder / "audit.out", "w+", encoding="utf-8")
        return subprocess.Popen([str(word) for word in (AUDIT, *words, *options, self.certificate)],
                                stdin=subprocess.DEVNULL, stdout=self.out, stderr=subprocess.STDOUT,
                                env={**(self.login if login is None else login), "PATH": os.environ["PATH"]},
                                preexec_fn=die_with_parent)

    def audit(self, *options, **more):
        """(exit code, {kind}, what was said)."""
        program = self.start(*options, **more)
        code = program.wait(300)
        return self.told(code)

    def told(self, code):
        self.out.seek(0)
        said = self.out.read()
        self.out.close()
        kinds = sorted(line.split()[0] for line in said.splitlines() if line.startswith("object-"))
        return code, kinds, said


def as_certified(tap, auditor):
    code, kinds, said = auditor.audit()
    tap.ok((code, kinds) == (0, []) and "all is as certified" in said, "the bucket is found as certified", said)
    record, path = auditor.bench.sql("select d.record_id, v.key from fmferry_document d join fmferry_version v"
                                     " on v.document = d.document order by 1 limit 1")[0]
    code, kinds, said = auditor.audit("--document", str(record))
    tap.ok(code == 0 and path in said, "so is one document by itself", said)


def login_by_file(tap, auditor):
    path = auditor.bench.folder / "credentials"
    path.write_text("[default]\n" + "".join(f"{name.lower()} = {value}\n" for name, value in auditor.login.items()))
    path.chmod(0o644)
    code, _, said = auditor.audit("--credentials", path, login={})
    tap.ok(code == 1 and "others may read it" in said, "a file of credentials that others may read is refused", said)
    path.chmod(0o600)
    code, _, said = auditor.audit("--credentials", path, login={})
    tap.ok(code == 0, "for one's own eyes alone it serves", said)
    code, _, said = auditor.audit(login={})
    tap.ok(code == 1 and "no credentials" in said, "without any, that is said", said)
    code, _, said = auditor.audit(login={**auditor.login, "AWS_SECRET_ACCESS_KEY": "wrong"})
    tap.ok(code == 1 and "SignatureDoesNotMatch" in said and "as certified" not in said,
           "a wrong secret finds out nothing", said)


def who_answers(tap, auditor, ca_file):
    code, _, said = auditor.audit(replaced=("--ca-file", ca_file))
    tap.ok(code == 1 and "certificate" in said, "a server that nobody vouches for is not read", said)
    code, _, said = auditor.audit(replaced=("--endpoint", auditor.server.tls_url))
    tap.ok(code == 1, "nor is another one in its place", said)
    for endpoint in ("http://s3.example.com", "https://", "s3.example.com", "https://s3.example.com/path"):
        code, _, said = auditor.audit("--endpoint", endpoint, replaced=("--endpoint", auditor.server.tls_url))
        tap.ok(code == 1 and endpoint in said, f"'{endpoint}' is refused", said)
    code, _, said = auditor.audit("--prefix", "x")
    tap.same(code, 2, "a folder's option is none of a bucket")


def killed(tap, auditor):
    notes = auditor.bench.folder / "notes.txt"
    program = auditor.start("--resume", notes)
    wait_until(lambda: program.poll() is not None or notes.exists() and notes.read_bytes().count(b"\n") > 5,
               pause=0.0005)
    program.kill()
    killed_by = program.wait()
    auditor.told(killed_by)
    with open(notes, "a", encoding="ascii") as half:
        half.write("11")  # what a crash leaves of a line
    read = len({line for line in notes.read_text().splitlines()[1:-1]})
    code, kinds, said = auditor.audit("--resume", notes)
    tap.ok(killed_by == -9 and (code, kinds) == (0, []) and 5 <= read < DOCUMENTS
           and f"{read} objects were read by an earlier call" in said,
           "killed, it goes on where it was", killed_by, read, said)
    code, _, said = auditor.audit("--resume", notes)
    tap.ok(code == 0 and f"{DOCUMENTS} objects were read by an earlier call" in said, "to the end", said)
    notes.write_text(notes.read_text().replace("fmferry-audit 1 ", "fmferry-audit 1 0"))
    code, _, said = auditor.audit("--resume", notes)
    tap.ok(code == 1 and "notes of another audit" in said, "another audit's notes are refused", said)


def away_for_a_moment(tap, auditor):
    daemons = auditor.server.daemons
    daemons.kill("gateway")
    program = auditor.start()
    wait_until(lambda: program.poll() is not None, limit=1)
    auditor.server.start_gateway()
    code, kinds, said = auditor.told(program.wait(120))
    tap.ok((code, kinds) == (0, []), "a server that is away for a moment is asked again", said)


def changed(tap, auditor):
    """One object of the same size, one longer, one shorter, one missing, one too many."""
    client, bucket = auditor.bench.client, auditor.bench.bucket
    keys = [key for key, in auditor.bench.sql("select key from fmferry_version where state = 'stored' order by key")]
    other, longer, shorter, gone = keys[:4]
    body = auditor.bench.folder / "body"
    stray = other.rsplit("/", 1)[0] + "/a stray+one & <more>.pdf"
    for key, size in ((other, BYTES), (longer, BYTES + 1), (shorter, BYTES - 1), (stray, 10)):
        body.write_bytes(bytes(size))
        client.aws("s3api", "put-object", "--bucket", bucket, "--key", key, "--body", body)
    client.aws("s3api", "delete-object", "--bucket", bucket, "--key", gone)
    code, kinds, said = auditor.audit()
    tap.same((code, kinds), (3, ["object-hash", "object-missing", "object-size", "object-size", "object-surplus"]),
             "what was changed is found, and nothing else")
    tap.ok(all(f"key     {key}" in said for key in (other, longer, shorter, gone)) and f"'{stray}'" in said
           and "NOT as certified" in said, "and named", said)


def test(tap):
    if not need_programs(tap) or not need(tap, Ceph, "aws", "openssl"):
        return
    with tempfile.TemporaryDirectory(prefix="fmferry-ceph-") as folder:
        pem = made_certificate(folder)
        server = Ceph(folder, cert=pem).start()
        try:
            with BucketBench(tap, "audit-bucket", server, "audited", prefix="clinic") as bench:
                bench.serve(f"generate:{DOCUMENTS},{BYTES}")
                bench.ferry("patients", "import")
                bench.ferry("init", "--key")
                tap.same(bench.ferry("run", limit=300).code, 0, "everything is moved")
                certificate = bench.folder / "certificate.txt"
                tap.same(bench.ferry("verify", "--certificate", certificate, limit=120).code, 0, "and certified")
                auditor = Auditor(bench, certificate, pem)
                as_certified(tap, auditor)
                login_by_file(tap, auditor)
                who_answers(tap, auditor, pem)
                killed(tap, auditor)
                away_for_a_moment(tap, auditor)
                changed(tap, auditor)
        finally:
            server.stop()


main(test)
