"""
A small strict S3 of our own verifies rules that no server here does: checksums, conditions at the end of
uploads, conflicts, the clock, the region. It believes nothing, keeps a journal of every effect, and can be
given the quirks of other servers. It keeps objects as hashes, small ones with their bytes.
"""

import base64
import calendar
import hashlib
import hmac
import http.server
import json
import threading
import time
import urllib.parse
import xml.etree.ElementTree as xml

ACCESS_KEY, SECRET_KEY, REGION = "MODELKEY", "model/secret+key", "eu-central-1"
SKEW_MOST = 15 * 60
PART_LEAST, KEPT_MOST = 5 << 20, 1 << 20
QUIRKS = {"no-condition",           # If-None-Match is ignored
          "no-condition-complete",  # ... at the end of uploads only
          "verifies-nothing",       # neither signed hash, nor checksum, nor MD5
          "md5-only",               # only Content-MD5
          "opaque-etags",           # ETags that are no MD5, as of objects under SSE-KMS
          "keeps-sums",             # tells whatever checksum it was sent, and never checks one
          "no-checksums",           # every request that names an x-amz-checksum is refused
          "spoils",                 # stores other bytes than it was sent
          "conflict-first",         # the first put of each key is told of a conflict
          "expires",                # the first credentials expire after some requests
          "quota", "full",          # no document may be put any more: the quota is used up; the disks are full
          "denies",                 # whatever is asked for, a right is missing
          "list-v1", "list-plain",  # listing as older servers do it
          "lists-for-questions",    # a question that it does not know is answered with a long list
          "complete-error-once"}    # 200 with an error in its body, once per upload


def sha256_base64(data):
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def quoted(text, keep=""):
    return urllib.parse.quote(text, safe=keep + "-._~")


class Refused(Exception):
    def __init__(self, status, code, **more):
        super().__init__(code)
        self.status, self.code, self.more = status, code, more


class Model:
    """The state, under one lock; one bucket."""

    def __init__(self, bucket, journal, quirks=(), clock_off=0, page=1000):
        assert set(quirks) <= QUIRKS
        self.bucket, self.quirks, self.clock_off, self.page = bucket, set(quirks), clock_off, page
        self.objects, self.uploads, self.told = {}, {}, set()
        self.lock, self.number, self.requests = threading.Lock(), 0, 0
        self.journal = open(journal, "a", encoding="utf-8")

    def note(self, effect, **more):
        self.journal.write(json.dumps({"effect": effect, **more}) + "\n")
        self.journal.flush()

    def now(self):
        return time.time() + self.clock_off


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    # --- who asks ----------------------------------------------------------------------------

    def check_signature(self, model, query_text, payload):
        words = self.headers.get("Authorization", "")
        if not words.startswith("AWS4-HMAC-SHA256 "):
            raise Refused(403, "AccessDenied")
        parts = dict(word.strip().split("=", 1) for word in words.split(" ", 1)[1].split(","))
        access_key, date, region, service, end = parts["Credential"].split("/")
        names = parts["SignedHeaders"].split(";")
        for name in self.headers:
            if (name.lower().startswith("x-amz-") or name.lower() == "host") \
                    and name.lower() not in names:
                raise Refused(403, "AccessDenied", said=f"{name} is not signed")
        if access_key != ACCESS_KEY:
            raise Refused(403, "InvalidAccessKeyId")
        stamp = self.headers["x-amz-date"]
        at = calendar.timegm(time.strptime(stamp, "%Y%m%dT%H%M%SZ"))
        if abs(at - model.now()) > SKEW_MOST:
            raise Refused(403, "RequestTimeTooSkewed", ServerTime=time.strftime(
                "%Y-%m-%dT%H:%M:%SZ", time.gmtime(model.now())))
        if region != REGION:
            raise Refused(400, "AuthorizationHeaderMalformed", Region=REGION)
        values = "".join(f"{name}:{' '.join(self.headers[name].split())}\n" for name in names)
        raw_path = self.path.partition("?")[0]
        canonical = "\n".join([self.command, raw_path, query_text, values, ";".join(names), payload])
        scope = f"{date}/{region}/{service}/{end}"
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        key = ("AWS4" + SECRET_KEY).encode()
        for word in (date, region, service, end):
            key = hmac.new(key, word.encode(), hashlib.sha256).digest()
        if hmac.new(key, text.encode(), hashlib.sha256).hexdigest() != parts["Signature"]:
            raise Refused(403, "SignatureDoesNotMatch")

    def check_headers(self, model):
        """Backblaze B2 refuses S3's own checksums wherever they are named."""
        for name in self.headers:
            if "no-checksums" in model.quirks and (name.lower().startswith("x-amz-checksum-")
                                                   or "-checksum-algorithm" in name.lower()):
                raise Refused(400, "InvalidArgument",
                              Message=f"Unsupported header '{name}' received for this API call.")

    def check_body(self, model, body):
        if "verifies-nothing" in model.quirks:
            return
        md5 = self.headers.get("Content-MD5")
        if md5 and base64.b64encode(hashlib.md5(body).digest()).decode() != md5:
            raise Refused(400, "BadDigest")
        if "md5-only" in model.quirks:
            return
        if hashlib.sha256(body).hexdigest() != self.headers["x-amz-content-sha256"]:
            raise Refused(400, "XAmzContentSHA256Mismatch")
        checksum = self.headers.get("x-amz-checksum-sha256")
        if checksum and checksum != sha256_base64(body) and "keeps-sums" not in model.quirks:
            raise Refused(400, "BadDigest")

    # --- answering ---------------------------------------------------------------------------

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        self.send_header("x-amz-request-id", "model")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def serve(self):
        model = self.server.model
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        raw_path, _, raw_query = self.path.partition("?")
        pairs = sorted((part.partition("=")[0], part.partition("=")[2])
                       for part in raw_query.split("&") if part)
        query = {urllib.parse.unquote(name): urllib.parse.unquote(value) for name, value in pairs}
        try:
            self.check_signature(model, "&".join(f"{a}={b}" for a, b in pairs),
                                 self.headers.get("x-amz-content-sha256", ""))
            self.check_headers(model)
            self.check_body(model, body)
            bucket, _, key = urllib.parse.unquote(raw_path)[1:].partition("/")
            if bucket != model.bucket:
                raise Refused(404, "NoSuchBucket")
            with model.lock:
                self.act(model, key, query, body)
        except Refused as refused:
            more = "".join(f"<{name}>{value}</{name}>" for name, value in refused.more.items())
            self.answer(refused.status, f"<Error><Code>{refused.code}</Code>{more}</Error>".encode())

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = serve

    def act(self, model, key, query, body):
        if "denies" in model.quirks:
            raise Refused(403, "AccessDenied")
        model.requests += 1
        name = {"GET": "get", "HEAD": "head", "PUT": "put", "POST": "post",
                "DELETE": "delete"}[self.command]
        if "expires" in model.quirks and model.requests == 40:
            raise Refused(400, "ExpiredToken")
        if not key:
            return self.of_bucket(model, query)
        if name == "post" and "uploads" in query:
            return self.create(model, key)
        if "uploadId" in query:
            return getattr(self, f"upload_{name}")(model, key, query, body)
        return getattr(self, f"object_{name}")(model, key, body)

    # --- the bucket --------------------------------------------------------------------------

    def of_bucket(self, model, query):
        if "lists-for-questions" in model.quirks and {"versioning", "object-lock"} & query.keys():
            others = "".join(f"<Contents><Key>{n:300}</Key></Contents>" for n in range(1000))
            return self.answer(200, f"<ListBucketResult>{others}</ListBucketResult>".encode())
        if "versioning" in query:
            return self.answer(200, b"<VersioningConfiguration/>")
        if "object-lock" in query:
            raise Refused(404, "ObjectLockConfigurationNotFoundError")
        if "uploads" in query:
            found = "".join(f"<Upload><Key>{one['key']}</Key><UploadId>{name}</UploadId></Upload>"
                            for name, one in model.uploads.items()
                            if one["key"].startswith(query.get("prefix", "")))
            return self.answer(200, f"<ListMultipartUploadsResult>{found}"
                               "</ListMultipartUploadsResult>".encode())
        return self.listing(model, query)

    def listing(self, model, query):
        v2 = query.get("list-type") == "2" and "list-v1" not in model.quirks
        encode = query.get("encoding-type") == "url" and "list-plain" not in model.quirks
        after = query.get("continuation-token", "")[1:] if v2 else query.get("marker", "")
        keys = [key for key in sorted(model.objects)
                if key.startswith(query.get("prefix", "")) and key > after]
        most = min(int(query.get("max-keys", 1000)), model.page)
        page, rest = keys[:most], keys[most:]
        shown = (lambda key: urllib.parse.quote_plus(key, safe="/")) if encode else str
        text = "".join(f"<Contents><Key>{shown(key)}</Key><Size>{model.objects[key]['size']}</Size>"
                       "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>" for key in page)
        text += f"<IsTruncated>{'true' if rest else 'false'}</IsTruncated>"
        text += "<EncodingType>url</EncodingType>" if encode else ""
        if v2:
            text += f"<KeyCount>{len(page)}</KeyCount>"
            text += f"<NextContinuationToken>={page[-1]}</NextContinuationToken>" if rest else ""
        self.answer(200, f"<ListBucketResult>{text}</ListBucketResult>".encode())

    # --- objects -----------------------------------------------------------------------------

    def check_condition(self, model, key, quirk):
        if not {"no-condition", quirk} & model.quirks and self.headers.get("If-None-Match") == "*":
            if key in model.objects:
                raise Refused(412, "PreconditionFailed")
            if "conflict-first" in model.quirks and key not in model.told:
                model.told.add(key)
                raise Refused(409, "ConditionalRequestConflict")

    def keep(self, model, key, size, sha256, etag, composite, body, headers):
        if "spoils" in model.quirks and body:
            body = bytes([body[0] ^ 1]) + body[1:]
        replaced = key in model.objects
        model.objects[key] = {"size": size, "etag": etag, "composite": composite, "sum": sha256,
                              "body": body if size <= KEPT_MOST else None, "headers": headers}
        return replaced

    def object_put(self, model, key, body):
        self.check_condition(model, key, "")
        if "probe" not in key and {"quota", "full"} & model.quirks:
            raise Refused(*((403, "QuotaExceeded") if "quota" in model.quirks else (507, "XMinioStorageFull")))
        if not {"verifies-nothing", "md5-only", "no-checksums"} & model.quirks \
                and not self.headers.get("x-amz-checksum-sha256") and "probe" not in key:
            raise Refused(400, "InvalidRequest", said="no checksum")
        checksum, etag = sha256_base64(body), self.etag_of(model, hashlib.md5(body).hexdigest())
        if "keeps-sums" in model.quirks:
            checksum = self.headers.get("x-amz-checksum-sha256")
        replaced = self.keep(model, key, len(body), checksum, etag, None, body, self.kept_headers())
        model.note("put", key=key, size=len(body), sha256=hashlib.sha256(body).hexdigest(),
                   replaced=replaced, condition=self.headers.get("If-None-Match"))
        self.answer(200, ETag=etag, **self.sums(model, checksum))

    def etag_of(self, model, md5):
        """A made-up one looks like an MD5 and is another each time."""
        if "opaque-etags" in model.quirks:
            model.number += 1
            md5 = hashlib.md5(f"{md5} {model.number}".encode()).hexdigest()
        return f'"{md5}"'

    def kept_headers(self):
        return {name.lower(): value for name, value in self.headers.items()
                if name.lower().startswith("x-amz-meta-") or name.lower() == "content-type"}

    def sums(self, model, checksum):
        if {"verifies-nothing", "md5-only", "no-checksums"} & model.quirks or not checksum:
            return {}
        return {"x_amz_checksum_sha256": checksum}

    def object_head(self, model, key, body):
        if key not in model.objects:
            raise Refused(404, "NoSuchKey")
        one = model.objects[key]
        more = self.sums(model, one["composite"] or one["sum"]) \
            if self.headers.get("x-amz-checksum-mode") == "ENABLED" else {}
        self.answer(200, ETag=one["etag"], Content_Length=str(one["size"]), **one["headers"], **more)

    def object_get(self, model, key, body):
        if key not in model.objects:
            raise Refused(404, "NoSuchKey")
        one = model.objects[key]
        if one["body"] is None:
            raise Refused(405, "MethodNotAllowed", said="its bytes were not kept")
        self.answer(200, one["body"], ETag=one["etag"], **one["headers"])

    def object_delete(self, model, key, body):
        if model.objects.pop(key, None) is not None:
            model.note("delete", key=key)
        self.answer(204)

    # --- uploads -----------------------------------------------------------------------------

    def create(self, model, key):
        model.number += 1
        name = f"upload-{model.number}+/="
        model.uploads[name] = {"key": key, "parts": {}, "headers": self.kept_headers()}
        model.note("create", key=key, upload=name)
        self.answer(200, ("<InitiateMultipartUploadResult><UploadId>"
                          f"{name}</UploadId></InitiateMultipartUploadResult>").encode())

    def upload(self, model, key, query):
        one = model.uploads.get(query["uploadId"])
        if one is None or one["key"] != key:
            raise Refused(404, "NoSuchUpload")
        return one

    def upload_put(self, model, key, query, body):
        one, number = self.upload(model, key, query), int(query["partNumber"])
        if not 1 <= number <= 10000 or not body:
            raise Refused(400, "InvalidArgument")
        if "no-checksums" not in model.quirks and not self.headers.get("x-amz-checksum-sha256"):
            raise Refused(400, "InvalidRequest", said="no checksum")
        part = {"size": len(body), "md5": hashlib.md5(body).digest(),
                "sha256": hashlib.sha256(body).digest(), "body": body if len(body) <= 64 else b""}
        one["parts"][number] = part
        self.answer(200, ETag=f'"{part["md5"].hex()}"', **self.sums(model, sha256_base64(body)))

    def upload_get(self, model, key, query, body):
        self.upload(model, key, query)
        self.answer(200, b"<ListPartsResult/>")

    def upload_delete(self, model, key, query, body):
        self.upload(model, key, query)
        del model.uploads[query["uploadId"]]
        model.note("abort", key=key, upload=query["uploadId"])
        self.answer(204)

    def upload_post(self, model, key, query, body):
        """The end: every part as it was sent, in order, and nothing in the way."""
        one = self.upload(model, key, query)
        self.check_condition(model, key, "no-condition-complete")
        if "complete-error-once" in model.quirks and query["uploadId"] not in model.told:
            model.told.add(query["uploadId"])
            return self.answer(200, b"   <Error><Code>InternalError</Code></Error>")
        bare = lambda element: element.tag.rpartition("}")[2]
        named = [{bare(field): field.text for field in part} for part in xml.fromstring(body)]
        if [int(part["PartNumber"]) for part in named] != sorted(one["parts"]):
            raise Refused(400, "InvalidPartOrder")
        for part, told in zip((one["parts"][n] for n in sorted(one["parts"])), named):
            sums = self.sums(model, base64.b64encode(part["sha256"]).decode())
            if told["ETag"] != f'"{part["md5"].hex()}"' \
                    or told.get("ChecksumSHA256") != sums.get("x_amz_checksum_sha256"):
                raise Refused(400, "InvalidPart")
        parts = [one["parts"][n] for n in sorted(one["parts"])]
        if any(part["size"] < PART_LEAST for part in parts[:-1]) and "probe" not in key:
            raise Refused(400, "EntityTooSmall")
        size = sum(part["size"] for part in parts)
        if self.headers.get("x-amz-mp-object-size") != str(size):
            raise Refused(400, "InvalidRequest")
        etag = f'"{hashlib.md5(b"".join(p["md5"] for p in parts)).hexdigest()}-{len(parts)}"'
        sums = f'{sha256_base64(b"".join(p["sha256"] for p in parts))}-{len(parts)}'
        replaced = self.keep(model, key, size, None, etag, sums, b"".join(p["body"] for p in parts)
                             if size <= 64 else None, one["headers"])
        del model.uploads[query["uploadId"]]
        model.note("complete", key=key, size=size, upload=query["uploadId"], replaced=replaced,
                   parts=[part["sha256"].hex() for part in parts],
                   condition=self.headers.get("If-None-Match"))
        self.answer(200, ("<CompleteMultipartUploadResult>"
                          f"<ETag>{etag.replace(chr(34), '&quot;')}</ETag>"
                          + (f"<ChecksumSHA256>{sums}</ChecksumSHA256>"
                             if "no-checksums" not in model.quirks else "") +
                          "</CompleteMultipartUploadResult>").encode())


class Server:
    """The model behind a port of its own, in a thread of its own."""

    access_key, secret_key, region = ACCESS_KEY, SECRET_KEY, REGION
    needs = ()

    def __init__(self, bucket, journal, **more):
        self.model = Model(bucket, journal, **more)
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.model = self.model
        self.port = self.http.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def stop(self):
        self.http.shutdown()
        self.http.server_close()
        self.model.journal.close()
