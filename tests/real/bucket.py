"""
The tests against S3 servers share this: a migration whose store is a bucket, and third-party clients that
read the objects back.
"""

import json
import os
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import Bench  # noqa: E402

AWS = "/usr/bin/aws"
CLIENT_LIMIT = 600


class Client:
    """awscli and rclone, as one user of one server."""

    def __init__(self, server, folder, pair=None, url=None, ca_file=None):
        self.url, self.folder = url or server.url, pathlib.Path(folder)
        access_key, secret_key = pair or (server.access_key, server.secret_key)
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "AWS_ACCESS_KEY_ID": access_key,
            "AWS_SECRET_ACCESS_KEY": secret_key, "AWS_DEFAULT_REGION": server.region,
            "AWS_PAGER": "", "RCLONE_CONFIG": "/dev/null", "RCLONE_CONFIG_IT_TYPE": "s3",
            "RCLONE_CONFIG_IT_PROVIDER": "Ceph", "RCLONE_CONFIG_IT_ENDPOINT": self.url,
            "RCLONE_CONFIG_IT_REGION": server.region, "RCLONE_CONFIG_IT_ENV_AUTH": "true"}
        if ca_file:
            self.environment["AWS_CA_BUNDLE"] = str(ca_file)

    def _run(self, *words):
        return subprocess.run([str(word) for word in words], env=self.environment, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=CLIENT_LIMIT)

    def try_aws(self, *words):
        """(Whether it worked, what it printed.)"""
        done = self._run(AWS, "--endpoint-url", self.url, *words)
        return done.returncode == 0, done.stdout if done.returncode == 0 else done.stderr

    def aws(self, *words):
        good, said = self.try_aws(*words)
        if not good:
            raise RuntimeError(f"aws {' '.join(map(str, words))}: {said[-400:]}")
        return said

    def ask(self, command, bucket, *words):
        """An s3api call, as JSON."""
        return json.loads(self.aws("s3api", command, "--bucket", bucket, *words) or "{}")

    def make(self, bucket, *words):
        self.aws("s3api", "create-bucket", "--bucket", bucket, *words)
        return bucket

    def read_with_aws(self, bucket, folder):
        """Reads the whole bucket into a folder; files that did not change since are left alone."""
        self.aws("s3", "sync", "--only-show-errors", "--delete", f"s3://{bucket}", folder)

    def read_with_rclone(self, bucket, folder):
        done = self._run("rclone", "sync", "--quiet", "--use-server-modtime", "--transfers", "8",
                         "--checkers", "8", f"IT:{bucket}", folder)
        if done.returncode != 0:
            raise RuntimeError(f"rclone: {done.stderr[-400:]}")

    def listing(self, bucket):
        """Key, ETag, size and time of every object."""
        return [(one["Key"], one["ETag"], one["Size"], one["LastModified"])
                for one in self.ask("list-objects-v2", bucket).get("Contents", [])]

    def open_uploads(self, bucket):
        """Keys of uploads that were begun and neither completed nor aborted."""
        return [one["Key"] for one in self.ask("list-multipart-uploads", bucket).get("Uploads", [])]


class BucketBench(Bench):
    """A migration into a bucket. `reader` names the client that reads everything for the checker."""

    def __init__(self, tap, name, server, bucket, prefix="", reader="rclone", url=None, ca_file=None,
                 make=()):
        super().__init__(tap, name)
        self.server, self.bucket, self.reader = server, bucket, reader
        self.client = Client(server, self.folder)
        self.client.make(bucket, *make)
        self.in_store = {"url": f"s3://{bucket}/{prefix}".rstrip("/"), "endpoint": url or server.url,
                         "region": server.region, "ca_file": str(ca_file) if ca_file else None,
                         "access_key": server.access_key, "secret_key_env": "S3_SECRET"}
        with open(self.folder / "canaries", "a") as canaries:
            canaries.write(f"{server.secret_key}\n")

    def configure(self, **sections):
        sections["store"] = {**self.in_store, **sections.get("store", {})}
        return super().configure(**sections)

    def environment(self, **more):
        return super().environment(S3_SECRET=self.server.secret_key, **more)

    def fetch(self):
        """Fetches the bucket's objects into the folder that the checker reads."""
        self.store.mkdir(exist_ok=True)
        if self.reader == "aws":
            self.client.read_with_aws(self.bucket, self.store)
        else:
            self.client.read_with_rclone(self.bucket, self.store)

    def snapshot(self, name="before.json"):
        """What a second run may not change. The bytes are read here, once."""
        self.fetch()
        self.listed = self.client.listing(self.bucket)
        return super().snapshot(name)

    def check(self, name, *options, **more):
        if more.get("before"):
            self.tap.ok(self.client.listing(self.bucket) == self.listed,
                        f"{name}: every object is as it was")
        else:
            self.fetch()
        found = super().check(name, *options, **more)
        self.tap.same(self.client.open_uploads(self.bucket), [], f"{name}: no upload is left open")
        return found


def need(tap, server, *programs):
    """Whether what a test needs is installed; says what is missing."""
    from servers import lacks
    missing = lacks(*server.needs, *programs)
    if missing:
        tap.skip(f"{server.__name__} is a store", f"not installed: {', '.join(missing)}")
    return not missing
