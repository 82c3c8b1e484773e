#!/usr/bin/python3
"""
A bucket's options: encryption with a key of one's own, tags, object lock, versioning. awscli sees each on
the object, and options that a server lacks are reported.
"""

import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from bucket import BucketBench, need  # noqa: E402
from harness import main, need_programs  # noqa: E402
from servers import KMS_KEY, Ceph  # noqa: E402

RECORDS = 20


def moved(tap, bench, name, **store):
    """Runs with some options; the keys that came."""
    before = {key for key, *_ in bench.client.listing(bench.bucket)}
    bench.configure(store=store)
    run = bench.ferry("run", limit=120)
    tap.ok(run.code == 0, f"{name}: all arrive", run.code, run.err, run.out)
    return [key for key, *_ in bench.client.listing(bench.bucket) if key not in before]


def head(bench, key):
    return bench.client.ask("head-object", bench.bucket, "--key", key)


def encryption(tap, server):
    with BucketBench(tap, "sse", server, "sse") as bench:
        bench.serve(f"generate:{RECORDS},9000")
        bench.configure(store={"encryption": "AES256"})
        refused = bench.ferry("run")
        tap.ok(refused.code == 1 and "AES256 was asked for" in refused.err,
               "an encryption that is not confirmed stops the run", refused.code, refused.err)
        tap.same(bench.client.listing("sse"), [], "before anything was moved")
        keys = moved(tap, bench, "encrypted", encryption="aws:kms", kms_key=KMS_KEY,
                     tags="from=filemaker, clinic=north & south")
        about = head(bench, keys[0])
        tap.same((about.get("ServerSideEncryption"), about.get("SSEKMSKeyId")), ("aws:kms", KMS_KEY),
                 "with the key that was named")
        tags = bench.client.ask("get-object-tagging", "sse", "--key", keys[0])["TagSet"]
        tap.same({tag["Key"]: tag["Value"] for tag in tags},
                 {"from": "filemaker", "clinic": "north & south"}, "and with its tags")
        bench.status()
        bench.stop_serving()
        bench.check("encrypted: the checker agrees", exit_code=0)


def versioned(tap, server):
    """Ceph's gateway ignores the condition where versioning is on: seen, and lived with."""
    with BucketBench(tap, "versioned", server, "versioned") as bench:
        bench.serve(f"generate:{RECORDS},9000")
        first = bench.ferry("check")
        tap.ok("are never replaced" in first.out, "first the condition holds", first.out)
        bench.client.aws("s3api", "put-bucket-versioning", "--bucket", "versioned",
                         "--versioning-configuration", "Status=Enabled")
        keys = moved(tap, bench, "versioned")
        tap.ok(keys and all("~" in key for key in keys),
               "then versioning is switched on, and every key carries the hash", keys[:2])
        versions = bench.client.ask("list-object-versions", "versioned").get("Versions", [])
        kept = [one for one in versions if "fmferry-probe" not in one["Key"]]
        tap.same(len(kept), RECORDS, "each is there in one version")
        again = bench.ferry("run")
        after = bench.client.ask("list-object-versions", "versioned").get("Versions", [])
        tap.ok(again.code == 0 and len(after) == len(versions), "a second run writes nothing",
               again.err)
        bench.status()
        bench.stop_serving()
        bench.check("versioned: the checker agrees", exit_code=0)


def locked(tap, server):
    with BucketBench(tap, "locked", server, "locked", make=("--object-lock-enabled-for-bucket",)) as bench:
        bench.serve(f"generate:{RECORDS},9000")
        keys = moved(tap, bench, "locked", object_lock="governance:1")
        one = next(key for key in keys if "fmferry-probe" not in key)
        about = head(bench, one)
        tap.ok(about.get("ObjectLockMode") == "GOVERNANCE" and "ObjectLockRetainUntilDate" in about,
               "its retention is on the object", about)
        version = ("--bucket", "locked", "--key", one, "--version-id", about["VersionId"])
        tap.ok(not bench.client.try_aws("s3api", "delete-object", *version)[0],
               "and cannot be removed")


def test(tap):
    if not need_programs(tap) or not need(tap, Ceph, "rclone", "aws"):
        return
    with tempfile.TemporaryDirectory(prefix="fmferry-ceph-") as folder:
        server = Ceph(folder).start()
        try:
            encryption(tap, server)
            versioned(tap, server)
            locked(tap, server)
        finally:
            server.stop()


main(test)
