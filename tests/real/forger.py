"""
A forger changes a bucket behind fmferry's back: a small S3 client of its own, which replaces an object's
bytes and keeps everything that was written beside them.
"""

import base64
import datetime
import hashlib
import hmac
import http.client
import urllib.parse


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Forger:
    """One user of one bucket; keys are as the ledger has them."""

    def __init__(self, server, bucket):
        self.server, self.bucket = server, bucket
        self.place = urllib.parse.urlsplit(server.url).netloc
        self.link = http.client.HTTPConnection(self.place, timeout=300)

    def _signature(self, method, path, headers, stamp, body):
        names = sorted(headers)
        canonical = "\n".join([method, path, "", *(f"{name}:{headers[name]}" for name in names), "",
                               ";".join(names), sha256(body)])
        scope = f"{stamp[:8]}/{self.server.region}/s3/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{sha256(canonical.encode())}"
        key = ("AWS4" + self.server.secret_key).encode()
        for word in scope.split("/"):
            key = hmac.new(key, word.encode(), hashlib.sha256).digest()
        signed = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        return (f"AWS4-HMAC-SHA256 Credential={self.server.access_key}/{scope}, "
                f"SignedHeaders={';'.join(names)}, Signature={signed}")

    def _ask(self, method, key, body=b"", **more):
        """(Headers in lower case, body) of an answer that must be fine."""
        path = "/" + urllib.parse.quote(f"{self.bucket}/{key}", safe="/-._~")
        stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        headers = {"host": self.place, "x-amz-date": stamp, "x-amz-content-sha256": sha256(body),
                   **{name.replace("_", "-"): value for name, value in more.items()}}
        headers["Authorization"] = self._signature(
            method, path, {name: value for name, value in headers.items()}, stamp, body)
        for again in (True, False): # the server may have closed what was kept open
            try:
                self.link.request(method, path, body=body or None, headers=headers)
                answer = self.link.getresponse()
                break
            except (http.client.HTTPException, OSError):
                self.link.close()
                if not again:
                    raise
        said = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {key}: {answer.status} {said[:300]}")
        return {name.lower(): value for name, value in answer.getheaders()}, said

    def read(self, key):
        return self._ask("GET", key)[1]

    def remove(self, key):
        self._ask("DELETE", key)

    def beside(self, key):
        """The metadata written beside an object, to be written beside another."""
        head = self._ask("HEAD", key, x_amz_checksum_mode="ENABLED")[0]
        return {name: value for name, value in head.items()
                if name.startswith("x-amz-meta-") or name in ("content-type", "x-amz-checksum-sha256")}

    def write(self, key, data, beside):
        """Writes other bytes with the same metadata, and with a checksum that the server would not refuse."""
        true = base64.b64encode(hashlib.sha256(data).digest()).decode()
        headers = {**beside, "x-amz-checksum-sha256": true}
        if "keeps-sums" in getattr(getattr(self.server, "model", None), "quirks", ()):
            headers = beside
        self._ask("PUT", key, data, **{name.replace("-", "_"): value
                                       for name, value in headers.items()})

    def replace(self, key, data):
        self.write(key, data, self.beside(key))


def flipped(data):
    """The bytes with one bit flipped."""
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]
