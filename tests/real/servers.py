"""
Real servers that nobody here wrote, each in a folder of its own, on loopback, on free ports: Ceph's radosgw
and OpenStack Swift with s3api. They are children of the process that starts them and die with it; `stop()`
ends them by their own process ids.
"""

import ctypes
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
import uuid

from ports import free_ports

PR_SET_PDEATHSIG = 1
START_LIMIT, STOP_LIMIT = 300, 60
KMS_KEY = "testkey-1"


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def lacks(*programs):
    """Which programs are not installed."""
    found = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    return [name for name in programs if shutil.which(name, path=found) is None]


def made_certificate(folder):
    """Certificate and key of localhost in one PEM, which also serves as the authority to trust."""
    path, key = pathlib.Path(folder) / "server.pem", pathlib.Path(folder) / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-keyout", key, "-out",
                    path, "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost,IP:127.0.0.1"],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    path.write_bytes(path.read_bytes() + key.read_bytes())
    return path


class Daemons:
    """Processes by name, their output in files; none outlives the test."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.logs = self.folder / "log"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.running = {}

    def start(self, name, *command, **environment):
        kept = {word: os.environ[word] for word in ("LD_LIBRARY_PATH",) if word in os.environ}
        with open(self.logs / f"{name}.out", "ab") as out:
            self.running[name] = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                cwd=self.folder, preexec_fn=die_with_parent,
                env={**kept, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self.folder),
                     "CEPH_ARGS": "", **environment})

    def call(self, *command, **environment):
        """A program that ends; its standard output."""
        done = subprocess.run(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, cwd=self.folder, timeout=START_LIMIT,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self.folder), "CEPH_ARGS": "",
                 **environment})
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]} ended with {done.returncode}: "
                               f"{done.stderr.decode('utf-8', 'replace')[-600:]}")
        return done.stdout.decode()

    def kill(self, name, number=signal.SIGKILL):
        process = self.running.pop(name, None)
        if process is not None:
            process.send_signal(number)
            try:
                process.wait(STOP_LIMIT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def stop(self, *first):
        """Ends everything, `first` before the others; says what had ended before it should."""
        for name, process in self.running.items():
            if process.poll() is not None:
                self._tell(name, process.returncode)
        for name in [*first, *self.running]:
            self.kill(name, signal.SIGTERM)

    def _tell(self, name, code):
        said = (self.logs / f"{name}.out").read_text("utf-8", "replace")[-2000:]
        print(f"# {name} ended by itself with {code}: " + said.strip().replace("\n", "\n# "), flush=True)

    def wait_for(self, name, condition):
        """Until a server is ready: the one that was started, not another that answers in its place."""
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline and self.running[name].poll() is None:
            if condition():
                return
            time.sleep(0.02)
        raise RuntimeError(f"{name} did not start: "
                           f"{(self.logs / f'{name}.out').read_text('utf-8', 'replace')[-600:]}")


def answers(port, path="/"):
    """Whether an HTTP server answers anything at all."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        connection.getresponse().read()
        return True
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


CEPH_CONF = """\
[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{mon2},v1:127.0.0.1:{mon1}]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
public network = 127.0.0.0/8
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
run dir = {folder}/run
admin socket = {folder}/run/$name.asok
pid file =
log file = {folder}/log/$name.log
crash dir = {folder}/run
keyring = {folder}/keyring
osd pool default size = {copies}
osd pool default min size = {copies_least}
osd pool default pg num = 8
osd pool default pgp num = 8
osd pool default pg autoscale mode = off
auth allow insecure global id reclaim = false
osd crush chooseleaf type = 0
mon allow pool size one = true
mon warn on pool no redundancy = false
mon pg warn min per osd = 0
mon data avail crit = 1
mon data avail warn = 2
mon max pg per osd = 1000
# Without this each of a dozen maps waits a second.
paxos propose interval = 0.05
paxos min wait = 0.02
debug mon = 0
debug osd = 0
debug ms = 0
debug paxos = 0
debug rocksdb = 0
debug bluestore = 0
[mon.a]
mon data = {folder}/mon
[osd]
osd objectstore = {kind}
osd data = {folder}/osd$id
osd memory target = 939524096
memstore device bytes = 12884901888
bluestore block create = true
bluestore block size = 8589934592
bluestore fsck on mount = false
osd class load list = *
osd class default list = *
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:{port}{tls}
rgw thread pool size = 64
rgw enable usage log = false
rgw enable ops log = false
rgw run sync thread = false
rgw dns name = localhost
rgw crypt require ssl = false
rgw crypt s3 kms backend = testing
rgw crypt s3 kms encryption keys = {kms_key}=YmluCmJvb3N0CmJvb3N0LWJ1aWxkCmNlcGguY29uZgo=
rgw gc obj min wait = 5
rgw gc processor period = 5
rgw gc processor max time = 5
"""


class Ceph:
    """
    A monitor, some OSDs and a gateway. One OSD in memory by default; `osds` > 1: on disk, with as
    many copies; `kind` where it is to be otherwise. `cert`: a PEM with certificate and key, for TLS on a second port.
    """

    needs = ("radosgw", "radosgw-admin", "ceph-mon", "ceph-osd", "ceph", "ceph-authtool", "monmaptool")
    access_key, secret_key, region = "test-access", "test-secret-0123456789", "us-east-1"

    def __init__(self, folder, osds=1, cert=None, kind=None):
        self.folder = pathlib.Path(folder)
        self.osds, self.cert = osds, cert
        self.kind = kind or ("memstore" if osds == 1 else "bluestore")
        self.daemons = Daemons(self.folder)
        self.conf = self.folder / "ceph.conf"

    def start(self):
        for name in ("run", "mon"):
            (self.folder / name).mkdir()
        self.port, self.tls_port, self.mon2, self.mon1 = free_ports(4)
        tls = f" ssl_endpoint=127.0.0.1:{self.tls_port} ssl_certificate={self.cert} " \
              f"ssl_private_key={self.cert}" if self.cert else ""
        self.fsid = str(uuid.uuid4())
        self.conf.write_text(CEPH_CONF.format(
            fsid=self.fsid, mon2=self.mon2, mon1=self.mon1, folder=self.folder, port=self.port,
            copies=self.osds, copies_least=min(self.osds, 2), tls=tls, kms_key=KMS_KEY,
            kind=self.kind))
        self._start_monitor()
        for number in range(self.osds):
            self._make_osd(number)
            self.start_osd(number)
        self.start_gateway()
        self.admin("user", "create", "--uid=test", "--display-name=Test",
                   f"--access-key={self.access_key}", f"--secret-key={self.secret_key}",
                   "--caps=users=*;user-policy=*")
        self.url = f"http://127.0.0.1:{self.port}"
        self.tls_url = f"https://127.0.0.1:{self.tls_port}"
        return self

    def _key(self, name, *caps):
        words = [word for cap in caps for word in ("--cap", *cap.split(" ", 1))]
        self.daemons.call("ceph-authtool", self.folder / "keyring", "--gen-key", "-n", name, *words)

    def _start_monitor(self):
        keyring = self.folder / "keyring"
        self.daemons.call("ceph-authtool", keyring, "--create-keyring", "--gen-key", "-n", "mon.",
                          "--cap", "mon", "allow *")
        self._key("client.admin", "mon allow *", "osd allow *", "mgr allow *")
        self._key("client.rgw", "mon allow *", "osd allow *", "mgr allow *")
        for number in range(self.osds):
            self._key(f"osd.{number}", "mon allow profile osd", "mgr allow profile osd", "osd allow *")
        self.daemons.call("monmaptool", "--create", "--clobber", "--fsid", self.fsid, "--addv", "a",
                          f"[v2:127.0.0.1:{self.mon2},v1:127.0.0.1:{self.mon1}]",
                          self.folder / "monmap")
        self.daemons.call("ceph-mon", "-c", self.conf, "--mkfs", "-i", "a", "--monmap",
                          self.folder / "monmap", "--keyring", keyring)
        self.daemons.start("mon", "ceph-mon", "-f", "-c", self.conf, "-i", "a")

    def _make_osd(self, number):
        (self.folder / f"osd{number}").mkdir()
        name = str(uuid.uuid4())
        self.daemons.call("ceph", "-c", self.conf, "osd", "new", name)
        self.daemons.call("ceph-osd", "-c", self.conf, "-i", number, "--mkfs", "--osd-uuid", name)

    def start_osd(self, number):
        self.daemons.start(f"osd.{number}", "ceph-osd", "-f", "-c", self.conf, "-i", number)

    def start_gateway(self):
        self.daemons.start("gateway", "radosgw", "-f", "-c", self.conf, "-n", "client.rgw")
        self.daemons.wait_for("gateway", lambda: answers(self.port))

    def admin(self, *words):
        return self.daemons.call("radosgw-admin", "-c", self.conf, *words)

    def health(self):
        return json.loads(self.daemons.call("ceph", "-c", self.conf, "status", "-f", "json"))

    def user(self, name):
        """Another user, as (access key, secret key)."""
        pair = (f"{name}-access", f"{name}-secret-0123456789")
        self.admin("user", "create", f"--uid={name}", f"--display-name={name}",
                   f"--access-key={pair[0]}", f"--secret-key={pair[1]}")
        return pair

    def stop(self):
        self.daemons.stop("gateway", *(f"osd.{number}" for number in range(self.osds)))


SWIFT_SERVER = """\
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
user = {user}
swift_dir = {folder}/etc
devices = {folder}/srv
mount_check = false
workers = 1
log_address = /nonexistent
log_level = WARNING
disable_fallocate = true
fallocate_reserve = 0
recon_cache_path = {folder}/cache
[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
"""
SWIFT_PROXY = """\
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
user = {user}
swift_dir = {folder}/etc
workers = 2
log_address = /nonexistent
log_level = WARNING
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck proxy-logging cache listing_formats bulk s3api tempauth copy slo dlo versioned_writes symlink proxy-logging proxy-server
[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
s3_acl = false
check_bucket_owner = false
dns_compliant_bucket_names = true
min_segment_size = 5242880
[filter:tempauth]
use = egg:swift#tempauth
user_{account} = {secret} .admin .reseller_admin
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:{cache}
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
allow_object_versioning = true
"""
SWIFT_FILTERS = ("catch_errors", "gatekeeper", "healthcheck", "listing_formats", "bulk", "copy", "slo",
                 "dlo", "symlink")
SWIFT_HASH = "[swift-hash]\nswift_hash_path_suffix = fmferry\nswift_hash_path_prefix = fmferry\n" \
             "[storage-policy:0]\nname = gold\ndefault = yes\n"


class Swift:
    """OpenStack Swift behind its S3 API, on one device."""

    needs = ("swift-ring-builder", "swift-proxy-server", "swift-account-server",
             "swift-container-server", "swift-object-server", "memcached")
    access_key, secret_key, region = "test:tester", "testing", "us-east-1"
    parts = {"account": 2, "container": 1, "object": 0}

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.daemons = Daemons(self.folder)

    def start(self):
        for name in ("etc", "srv/d1", "cache"):
            (self.folder / name).mkdir(parents=True)
        self._hash_is_set()
        self.port, cache, *ports = free_ports(2 + len(self.parts))
        user = subprocess.check_output(["id", "-un"], text=True).strip()
        common = {"folder": self.folder, "user": user}
        for (name, _), port in zip(self.parts.items(), ports):
            self._make_ring(name, port)
            self._write(f"{name}.conf", SWIFT_SERVER.format(name=name, port=port, **common))
        proxy = SWIFT_PROXY.format(port=self.port, cache=cache, secret=self.secret_key,
                                   account=self.access_key.replace(":", "_"), **common)
        proxy += "".join(f"[filter:{name}]\nuse = egg:swift#{name}\n" for name in SWIFT_FILTERS)
        proxy += "[filter:proxy-logging]\nuse = egg:swift#proxy_logging\n"
        self._write("proxy.conf", proxy)
        self.daemons.start("memcached", "memcached", "-u", user, "-l", "127.0.0.1", "-p", cache, "-U",
                           0, "-m", 32)
        for (name, _), port in zip(self.parts.items(), ports):
            self.daemons.start(name, f"swift-{name}-server", self.folder / "etc" / f"{name}.conf")
        self.daemons.start("proxy", "swift-proxy-server", self.folder / "etc" / "proxy.conf")
        for (name, _), port in zip(self.parts.items(), ports):
            self.daemons.wait_for(name, lambda: answers(port))
        self.daemons.wait_for("proxy", lambda: answers(self.port, "/healthcheck"))
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    def _write(self, name, text):
        (self.folder / "etc" / name).write_text(text)

    def _hash_is_set(self):
        """This file's place is compiled in; Debian ships it without what it must hold."""
        path = pathlib.Path("/etc/swift/swift.conf")
        if path.exists() and re.search(r"^swift_hash_path_suffix *= *\S", path.read_text(), re.M):
            return
        path.parent.mkdir(exist_ok=True)
        path.write_text(SWIFT_HASH)

    def _make_ring(self, name, port):
        builder = self.folder / "etc" / f"{name}.builder"
        self.daemons.call("swift-ring-builder", builder, "create", 3, 1, 1)
        self.daemons.call("swift-ring-builder", builder, "add", f"r1z1-127.0.0.1:{port}/d1", 1)
        self.daemons.call("swift-ring-builder", builder, "rebalance")

    def stop(self):
        self.daemons.stop("proxy")
