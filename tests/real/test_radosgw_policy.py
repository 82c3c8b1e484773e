#!/usr/bin/python3
"""
The policies that check prints are enough, and no more: with that for runs a migration goes through
and nothing can be removed; with that for link it can, and nothing outside the prefix can be touched.
"""

import json
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from bucket import BucketBench, Client, need  # noqa: E402
from harness import main, need_programs  # noqa: E402
from servers import Ceph  # noqa: E402

DONE = 498


def allow(bench, user, policy):
    """Gives a user the rights that check prints, and nothing else."""
    rights = json.loads(bench.ferry("check", "--policy", policy).out)
    for statement in rights["Statement"]:
        statement["Principal"] = {"AWS": [f"arn:aws:iam:::user/{user}"]}
    (bench.folder / "policy.json").write_text(json.dumps(rights))
    bench.client.aws("s3api", "put-bucket-policy", "--bucket", bench.bucket, "--policy",
                     f"file://{bench.folder / 'policy.json'}")


def may(client, *words):
    return client.try_aws("s3api", *words)[0]


def move(tap, bench, server):
    bench.serve("demo")
    bench.ferry("patients", "import")
    pair = server.user("mover")
    mover = Client(server, bench.folder, pair)
    bench.configure(store={"access_key": pair[0]})
    environment = {**bench.environment(), "S3_SECRET": pair[1]}
    none = bench.ferry("run", environment=environment)
    tap.ok(none.code == 4 and "AccessDenied" in none.err and "--policy run" in none.err,
           "without rights a run stops, and says which it needs", none.code, none.err)
    allow(bench, "mover", "run")
    checked = bench.ferry("check", environment=environment)
    tap.ok(checked.code == 0 and "may be removed" in checked.out, "with those for runs check is fine",
           checked.out, checked.err)
    probe = [key for key, *_ in bench.client.listing(bench.bucket)]
    tap.ok(len(probe) == 1 and "fmferry-probe" in probe[0], "it could not take its object away", probe)
    again = bench.ferry("check", environment=environment)
    tap.ok([key for key, *_ in bench.client.listing(bench.bucket)] == probe,
           "and another check makes none", again.out, again.err)
    tap.ok(f"1 objects were left by trials that were cut off or may not remove anything: {probe[0]}."
           in again.out, "but names the one that lies there", again.out)
    bench.client.aws("s3", "rm", f"s3://{bench.bucket}/{probe[0]}")
    done = bench.ferry("run", environment=environment, limit=300)
    tap.ok(done.code == 3, "a run goes through", done.code, done.err, done.out)
    tap.same(bench.status()["states"]["done"], DONE, "to its end")
    bench.stop_serving()
    owner, bench.client = bench.client, mover  # whose objects they are
    bench.check("the checker agrees", exit_code=3)
    bench.client = owner
    key = bench.client.listing(bench.bucket)[0][0]
    one = ("--bucket", bench.bucket, "--key", key)
    tap.ok(not may(mover, "delete-object", *one), "it may not remove an object")
    allow(bench, "mover", "link")
    tap.ok(may(mover, "delete-object", *one), "with the rights for link it may")
    tap.ok(not may(mover, "put-object", "--bucket", bench.bucket, "--key", "elsewhere"),
           "but put nothing outside the prefix")


def test(tap):
    if not need_programs(tap) or not need(tap, Ceph, "rclone", "aws"):
        return
    with tempfile.TemporaryDirectory(prefix="fmferry-ceph-") as folder:
        server = Ceph(folder).start()
        try:
            with BucketBench(tap, "policy", server, "policy", "nexus") as bench:
                move(tap, bench, server)
        finally:
            server.stop()


if __name__ == "__main__":
    main(test)
