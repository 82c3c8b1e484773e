"""
Certificates that anybody could write, with a key of his own and any lines he likes. The form is that of
docs/certificate.md; none of fmferry's code makes them.
"""

import hashlib
import subprocess

CELLS = ("record", "mod_id", "identity", "container", "repetition", "storage", "size", "sha256",
         "key", "row", "state", "reason")


def line(number, data=b"", **cells):
    """The line of a document that is done, with `data` under a key of its own; `cells` override."""
    known = {"record": str(number), "mod_id": "1", "repetition": "1", "storage": "embedded",
             "identity": f"00000000-0000-4000-8000-{number:012d}", "size": str(len(data)),
             "sha256": hashlib.sha256(data).hexdigest(), "key": f"documents/{number}.pdf",
             "row": f"10000000-0000-4000-8000-{number:012d}", "state": "done"}
    return "\t".join({**known, **cells}.get(name, "") for name in CELLS)


def root_of(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    left = 1
    while left < len(leaves) - left:
        left *= 2
    return hashlib.sha256(b"\1" + root_of(leaves[:left]) + root_of(leaves[left:])).digest()


class Forger:
    """Signs with a key that is made in `folder`."""

    def __init__(self, folder):
        self.folder, self.key = folder, folder / "forger.key"
        self._openssl("genpkey", "-algorithm", "ed25519", "-out", self.key)
        self.public = self._openssl("pkey", "-in", self.key, "-pubout", "-outform", "DER")[-32:]

    def _openssl(self, *words):
        return subprocess.run(["openssl", *map(str, words)], check=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE).stdout

    def certificate(self, lines, runs=(), name="certificate.txt"):
        leaves = [hashlib.sha256(b"\0" + one.encode()).digest() for one in lines]
        head = "".join(f"{words}\n" for words in (
            "fmferry certificate 1", "source\tClinic/API_Docs", "store\tdocuments",
            "made\t2026-03-01T10:00:00Z", "by\ta forger", "read\tevery byte",
            *(f"run\t{run}\t{entries}\t{end}" for run, entries, end in runs),
            f"leaves\t{len(lines)}", f"root\t{root_of(leaves).hex()}",
            f"public\t{self.public.hex()}"))
        signed = self.folder / "signed"
        signed.write_text(head)
        signature = self._openssl("pkeyutl", "-sign", "-rawin", "-inkey", self.key, "-in", signed)
        path = self.folder / name
        path.write_text(f"{head}signature\t{signature.hex()}\n\n" + "".join(
            f"{one}\n" for one in lines))
        return path
