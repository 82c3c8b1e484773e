"""What the bench stands on: folders of documents, servers to copy between, and one measured run."""

import contextlib
import ctypes
import json
import math
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests" / "real"))

import servers

ACCOUNT, PASSWORD = "api", "secret"
ANSWER_LIMIT = 120


# --- documents -----------------------------------------------------------------------------------

def sizes_of(kind, count):
    """`mixed`: log-normal around 260 KiB; any other kind is one size, by a name or as "260K"."""
    chance = random.Random(f"{kind} {count}")
    if kind == "mixed":
        return [max(1024, int(math.exp(chance.gauss(math.log(260 << 10), 1)))) for _ in range(count)]
    size = {"tiny": "1K", "small": "50K", "large": "64M"}.get(kind, kind)
    return [int(size[:-1]) << {"K": 10, "M": 20}[size[-1]]] * count


def documents_make(folder, kind, count):
    """A folder of files that begin like PDF and otherwise differ; the same for the same request."""
    folder.mkdir(parents=True)
    for number, size in enumerate(sizes_of(kind, count)):
        head = b"%PDF-1.7\n"
        body = random.Random(f"{kind} {number}").randbytes(min(size, 1 << 20) - len(head))
        with open(folder / f"{number:06}.pdf", "wb") as file:
            file.write(head + body)
            for _ in range(1, size >> 20):
                file.write(head + body)
    return folder


# --- servers -------------------------------------------------------------------------------------

def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


@contextlib.contextmanager
def serving(command, folder):
    """A server that prints a line of JSON when it is ready; yields that line, then ends it."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "server.err", "wb") as errors:
        server = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE,
                                  stderr=errors, cwd=folder, preexec_fn=die_with_parent)
    try:
        line = server.stdout.readline()
        if not line:
            raise RuntimeError(f"{command[0]} did not start: {(folder / 'server.err').read_text()}")
        yield json.loads(line)
    finally:
        server.terminate()
        server.wait()


def filemaker(build, folder, data, *options, tls=True):
    """The simulated FileMaker Server with a set of records."""
    return serving([build / "fmsim", "--data", data, "--cert-dir", folder / "certs", "--account",
                    f"{ACCOUNT}:{PASSWORD}", "--max-sessions", 0, *options,
                    *(() if tls else ("--http",))], folder)


def null_store(build, folder, *options, tls=True):
    """An S3 server that forgets, and a web server of plain files."""
    return serving([build / "bench" / "null_store", "--cert-dir", folder / "certs", *options,
                    *(() if tls else ("--http",))], folder)


def s3_settings(store):
    return {"url": "s3://bench", "endpoint": store["url"], "region": "us-east-1",
            "ca_file": store["ca_file"]}


def s3_secrets(store):
    return {"AWS_ACCESS_KEY_ID": store.get("access_key", "bench"),
            "AWS_SECRET_ACCESS_KEY": store.get("secret_key", "bench")}


def both_trusted(folder):
    """One file with the certificates of a web server in `folder`/web and of a store in `folder`."""
    both = folder / "both.pem"
    both.write_text("".join((place / "certs" / "ca.pem").read_text()
                            for place in (folder / "web", folder)))
    return both


def has_radosgw():
    return not servers.lacks(*servers.Ceph.needs)


@contextlib.contextmanager
def radosgw(folder):
    """A real S3 server, Ceph's, in memory, with a bucket; yields {"url", "ca_file", ...}."""
    import boto3  # only here: who has no radosgw need not have it

    folder.mkdir(parents=True, exist_ok=True)
    certificate = servers.made_certificate(folder)
    ceph = servers.Ceph(folder / "ceph", cert=certificate)
    try:
        ceph.start()
        boto3.client("s3", endpoint_url=ceph.url, region_name=ceph.region,
                     aws_access_key_id=ceph.access_key,
                     aws_secret_access_key=ceph.secret_key).create_bucket(Bucket="bench")
        yield {"url": ceph.tls_url, "ca_file": certificate, "access_key": ceph.access_key,
               "secret_key": ceph.secret_key}
    finally:
        ceph.stop()


# --- measuring -----------------------------------------------------------------------------------

TIME_FORMAT = "%e %U %S %M %R"


class Measured(dict):
    """wall_s, cpu_s, peak_mib, page_faults of one process and its children, its exit code and its output."""
    __getattr__ = dict.__getitem__


def measure(command, folder, base, limit=3600, good=(0,), **environment):
    """
    Runs a command through time(1), whose small memory the kernel's figure begins with: a child of
    this process would begin with ours.
    """
    folder.mkdir(parents=True, exist_ok=True)
    out, said = folder / f"{base}.out", folder / f"{base}.time"
    words = ["/usr/bin/time", "-q", "-f", TIME_FORMAT, "-o", said, *command]
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    with open(out, "wb") as stdout, open(folder / f"{base}.err", "wb") as stderr:
        process = subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL,
                                   stdout=stdout, stderr=stderr, cwd=folder,
                                   env={**kept, "HOME": str(folder), **environment},
                                   preexec_fn=die_with_parent)
        code = process.wait(limit)
    wall, user, system, peak, faults = (float(word) for word in said.read_text().split()[-5:])
    if code not in good:
        raise RuntimeError(f"{command[0]} ended with {code}: "
                           f"{(folder / f'{base}.err').read_text('utf-8', 'replace')[-800:]}")
    return Measured(wall_s=wall, cpu_s=user + system, user_s=user, system_s=system,
                    peak_mib=peak / 1024, page_faults=int(faults), code=code, out=out.read_text("utf-8", "replace"))


# --- fmferry -------------------------------------------------------------------------------------

def configure(folder, source, workers, store=None, **more):
    """Writes fmferry.ini for a source that is serving; `more`: sections with their keys."""
    sections = {"source": {"url": source["url"], "password_env": "FMP"},
                "store": store or {"url": f"dir:{folder / 'documents'}"},
                "run": {"workers": workers}}
    if source.get("ca_file"):
        sections["source"]["ca_file"] = source["ca_file"]
    for name, keys in more.items():
        sections.setdefault(name, {}).update(keys)
    path = folder / "fmferry.ini"
    path.write_text("".join(f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())
                            for name, keys in sections.items()))
    return path


def ferry(build, folder, *words, before=(), base="fmferry", good=(0, 3), **environment):
    """One call of fmferry, measured; `before`: a tool that it is run under."""
    return measure([*before, build / "src" / "fmferry", "--config", folder / "fmferry.ini", *words],
                   folder, base, good=good, FMP=PASSWORD, **environment)


def done_of(out):
    """How many documents a run says that it moved."""
    found = re.search(r"this run: (\d+) done", out)
    return int(found.group(1)) if found else 0


def waited(condition):
    """Waits for something to come true."""
    deadline = time.monotonic() + ANSWER_LIMIT
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("a server did not get ready")
        time.sleep(0.05)
