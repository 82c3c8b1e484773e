#!/usr/bin/python3
"""
PostgreSQL beyond this machine must prove who it is before anything is sent to it, however libpq learned of
it: URL, environment, service file, lists. A network of our own has an address that is not loopback. A
listener there writes down the bytes it is sent, or is a server with good and bad certificates.
"""

import contextlib
import ctypes
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import postgres
from harness import Bench, main, mount, mounts_of_our_own, need_programs
from ports import free_ports

CLONE_NEWNET = 0x40000000
AWAY, NAME, EVIL = "10.77.88.99", "db.clinic.test", "127.evil.test"
PASSWORD = "Canary-Heron-8812"
TLS, GSS, PLAIN = 80877103, 80877104, 196608  # what a client asks for first


def network_of_our_own():
    """True if there is one, with an address that is not loopback."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        return False
    return all(subprocess.run(["ip", *words.split()], stderr=subprocess.DEVNULL).returncode == 0
               for words in ("link set lo up", f"addr add {AWAY}/32 dev lo"))


class Thief:
    """Says that it has no TLS, asks for the password in clear, and keeps what it gets."""

    def __init__(self):
        self.port, self.heard, self.calls = free_ports(1)[0], [], 0
        self.socket = socket.create_server((AWAY, self.port))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            with contextlib.suppress(OSError):
                near, _ = self.socket.accept()
                self.calls += 1
                threading.Thread(target=self._listen, args=(near,), daemon=True).start()

    def _listen(self, near):
        with contextlib.suppress(OSError, struct.error), near:
            while True:
                size, what = struct.unpack("!II", near.recv(8, socket.MSG_WAITALL))
                if what not in (TLS, PLAIN, GSS):
                    return
                if what == PLAIN:
                    break
                near.sendall(b"N")
            self.heard.append(near.recv(size - 8, socket.MSG_WAITALL))
            near.sendall(b"R" + struct.pack("!II", 8, 3))
            self.heard.append(near.recv(4096))

    def took(self):
        """The bytes received since the last look."""
        heard, self.heard = self.heard, []
        return b" ".join(heard)


def openssl(folder, *words):
    subprocess.run(["openssl", *map(str, words)], check=True, cwd=folder, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def authority(folder, name):
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "2", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=keyCertSign")


def certificate(folder, ca, name, alt):
    openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
            f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
    (folder / "ext").write_text(f"subjectAltName={alt}\n")
    openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{ca}.pem", "-CAkey", f"{ca}.key",
            "-CAcreateserial", "-days", "2", "-extfile", "ext", "-out", f"{name}.pem")


def names_make(folder):
    """Names for the address, one of which looks like an address of this machine."""
    hosts = folder / "hosts"
    hosts.write_text(f"127.0.0.1 localhost\n{AWAY} {NAME} {EVIL}\n")
    return mount("--bind", hosts, "/etc/hosts")


def ask(bench, url, **environment):
    bench.configure(ledger={"url": url}, registry={"url": url})
    return bench.ferry("status", environment=bench.environment(PGPASSWORD=PASSWORD, **environment))


def theft(tap, bench, folder):
    """By every way to a server elsewhere: nothing is sent to it but the question for TLS."""
    thief = Thief()
    closed = free_ports(1)[0]
    service = folder / "services"
    service.write_text(f"[clinic]\nhost={AWAY}\nport={thief.port}\nsslmode=disable\ndbname=db\n"
                       f"[address]\nhostaddr={AWAY}\nport={thief.port}\nsslmode=prefer\n"
                       f"[late]\nport={thief.port}\nhostaddr={AWAY}\nsslrootcert=/dev/null\n")
    by_file = {"PGSERVICEFILE": str(service)}
    port, base = f"port={thief.port}", "postgresql://kim@"
    ways = {
        "hostaddr alone": (f"{base}/db?hostaddr={AWAY}&{port}", {}),
        "host": (f"{base}{AWAY}:{thief.port}/db", {}),
        "a name": (f"{base}{NAME}:{thief.port}/db", {}),
        "a name like an address": (f"{base}{EVIL}:{thief.port}/db", {}),
        "a folder as host, and hostaddr": (f"{base}/db?host=/run&hostaddr={AWAY}&{port}", {}),
        "localhost, and hostaddr": (f"{base}localhost/db?hostaddr={AWAY}&{port}", {}),
        "several, the first local": (f"{base}127.0.0.1:{closed},{AWAY}:{thief.port}/db", {}),
        "several, the first a folder": (f"{base}/db?host=/run,{AWAY}&port={closed},{thief.port}", {}),
        "PGHOST": (f"{base}/db?{port}", {"PGHOST": AWAY}),
        "PGHOSTADDR": (f"{base}/db?{port}", {"PGHOSTADDR": AWAY}),
        "PGHOSTADDR behind localhost": (f"{base}localhost:{thief.port}/db", {"PGHOSTADDR": AWAY}),
        "?service=": (f"{base}/db?service=clinic", by_file),
        "PGSERVICE": (f"{base}/db", {**by_file, "PGSERVICE": "clinic"}),
        "a service with hostaddr": (f"{base}/db?service=address", by_file),
        "a service behind localhost": (f"{base}localhost/db?service=late", by_file),
        "PGSSLMODE=disable": (f"{base}{AWAY}:{thief.port}/db", {"PGSSLMODE": "disable"}),
        "PGREQUIRESSL=0": (f"{base}{AWAY}:{thief.port}/db", {"PGREQUIRESSL": "0"}),
        "PGGSSENCMODE=require": (f"{base}{AWAY}:{thief.port}/db", {"PGGSSENCMODE": "require"}),
    }
    for what, (url, environment) in ways.items():
        calls = thief.calls
        ended = ask(bench, url, **environment)
        tap.ok(ended.code != 0 and not thief.took() and thief.calls > calls,
               f"{what}: nothing is sent without TLS", ended.code, thief.calls - calls, ended.err[-500:])
        tap.ok("TLS must be on" in ended.err or "server does not support SSL" in ended.err,
               f"{what}: and it says why", ended.err[-500:])
    for mode in ("disable", "allow", "prefer", "require", "verify-ca"):
        ended = ask(bench, f"{base}{AWAY}:{thief.port}/db?sslmode={mode}")
        tap.ok(ended.code == 2 and f"sslmode={mode} does not prove" in ended.err and not thief.took(),
               f"sslmode={mode}: refused before it connects", ended.err[-400:])
    ended = ask(bench, f"postgresql+unverified://kim@{AWAY}:{thief.port}/db?sslmode=disable")
    tap.ok(PASSWORD.encode() in thief.took() and "nothing proves" in ended.err,
           "and who says unverified and disable in the configuration gets it, loudly", ended.err[-400:])
    ended = ask(bench, f"postgresql+unverified://kim@{AWAY}:{thief.port}/db")
    tap.ok(not thief.took(), "unverified alone is encrypted all the same", ended.err[-400:])


def moved_hosts(tap, bench, folder):
    """localhost itself leads elsewhere: not taken for this machine."""
    hosts = folder / "moved"
    hosts.write_text(f"{AWAY} localhost\n")
    thief = Thief()
    if not mount("--bind", hosts, "/etc/hosts"):
        tap.skip("localhost elsewhere", "nothing can be mounted over /etc/hosts")
        return
    ended = ask(bench, f"postgresql://kim@localhost:{thief.port}/db")
    tap.ok(ended.code != 0 and not thief.took() and thief.calls, "localhost elsewhere: nothing is sent",
           ended.err[-400:])
    subprocess.run(["umount", "/etc/hosts"], check=True)


def proven(tap, bench, server, folder):
    """A real server, with a good certificate and with bad ones."""
    ca, evil = folder / "clinic.pem", folder / "evil.pem"
    service = folder / "trusting"
    service.write_text(f"[clinic]\nsslrootcert={evil}\nsslmode=require\n")
    home = bench.folder / ".postgresql"
    home.mkdir()
    shutil.copy(evil, home / "root.crt")
    at, by_name = f"postgresql://postgres@{AWAY}:{server.port}/postgres", \
        f"postgresql://postgres@{NAME}:{server.port}/postgres"

    def use(name):
        shutil.copy(folder / f"{name}.pem", server.data / "server.crt")
        shutil.copy(folder / f"{name}.key", server.data / "server.key")
        for one in ("server.crt", "server.key"):
            os.chmod(server.data / one, 0o600)
            if server.user:
                shutil.chown(server.data / one, server.user)
        server.end()
        server.start()

    def try_it(what, url, sign, **environment):
        ended = ask(bench, url, **environment)
        reached = "fmferry_schema" in ended.err
        tap.ok(ended.code != 0 and (reached if sign is None else sign in ended.err and not reached), what,
               ended.err[-600:])

    use("right")
    try_it("a good certificate, its address: let in", f"{at}?sslrootcert={ca}", None)
    try_it("a good certificate, its name: let in", f"{by_name}?sslrootcert={ca}", None)
    try_it("and by PGHOSTADDR, with its name", f"{by_name}?sslrootcert={ca}", None, PGHOSTADDR=AWAY)
    try_it("an authority unknown here: refused, with what to name", at, "?sslrootcert=FILE")
    try_it("the wrong authority: refused", f"{at}?sslrootcert={evil}", "authority")
    try_it("an authority's file that is not there: said", f"{at}?sslrootcert=/nowhere.pem", "a file that is there")
    use("wrong")
    try_it("another name: refused, and both names said", f"{by_name}?sslrootcert={ca}", "other.clinic.test")
    try_it("another name: refused, with what to do", f"{by_name}?sslrootcert={ca}", "name that its certificate has")
    try_it("another name, by address: refused", f"{at}?sslrootcert={ca}", AWAY)
    use("forged")
    for what, environment, more in (
            ("PGSSLROOTCERT", {"PGSSLROOTCERT": str(evil)}, ""),
            ("PGSSLROOTCERT and PGSSLMODE", {"PGSSLROOTCERT": str(evil), "PGSSLMODE": "verify-ca"}, ""),
            ("PGSSLMODE=require", {"PGSSLMODE": "require"}, ""), ("~/.postgresql/root.crt", {}, ""),
            ("SSL_CERT_FILE", {"SSL_CERT_FILE": str(evil)}, ""),
            ("a service file", {"PGSERVICEFILE": str(service)}, "?service=clinic")):
        try_it(f"a forged certificate, {what}: refused", at + more, "authority", **environment)
    use("right")
    roots(tap, try_it, at, folder, ca)


def roots(tap, try_it, url, folder, ca):
    """Where systems keep their authorities: a bundle, a folder, or nowhere."""
    place = pathlib.Path("/etc/ssl/certs")
    if pathlib.Path("/etc/pki/tls").exists() or pathlib.Path("/etc/ssl/cert.pem").exists() \
            or not mount("-t", "tmpfs", "tmpfs", place):
        tap.skip("authorities of the system", "this system's cannot be hidden")
        return
    try_it("no authorities at all: said, with what to do", url, "ca-certificates")
    named = subprocess.run(["openssl", "x509", "-subject_hash", "-noout", "-in", ca], check=True,
                           stdout=subprocess.PIPE, text=True).stdout.strip()
    shutil.copy(folder / "evil.pem", place / "0badc0de.0")
    shutil.copy(folder / "evil.pem", place / "README")
    try_it("a folder without ours: refused", url, "authority")
    shutil.copy(ca, place / f"{named}.0")
    try_it("a folder of certificates and no bundle: let in", url, None)
    shutil.copy(folder / "evil.pem", place / "ca-certificates.crt")
    try_it("a bundle is what counts where there is one", url, "authority")
    shutil.copy(ca, place / "ca-certificates.crt")
    try_it("a bundle: let in", url, None)
    subprocess.run(["umount", str(place)], check=True)


def here(tap, bench, server):
    """On this machine all is as it was."""
    port = server.port
    for what, url, environment in (
            ("127.0.0.1", f"postgresql://postgres@127.0.0.1:{port}/postgres", {}),
            ("localhost", f"postgresql://postgres@localhost:{port}/postgres", {}),
            ("a folder", f"postgresql://postgres@/postgres?host={server.folder}&port={port}", {}),
            ("PGHOST", f"postgresql://postgres@/postgres?port={port}", {"PGHOST": "127.0.0.1"}),
            ("hostaddr", f"postgresql://postgres@/postgres?hostaddr=127.0.0.1&port={port}", {})):
        ended = ask(bench, url, **environment)
        tap.ok("fmferry_schema" in ended.err, f"{what}: let in without a certificate", ended.err[-400:])


def test(tap):
    missing = postgres.lacks()
    if missing:
        tap.skip("PostgreSQL beyond this machine", missing)
        return
    if not need_programs(tap):
        return
    if not mounts_of_our_own() or not network_of_our_own():
        tap.skip("PostgreSQL beyond this machine", "no network of our own is allowed here")
        return
    with Bench(tap, "postgres-tls") as bench:
        folder = bench.folder / "keys"
        folder.mkdir()
        for name in ("clinic", "evil"):
            authority(folder, name)
        certificate(folder, "clinic", "right", f"IP:{AWAY},DNS:{NAME}")
        certificate(folder, "clinic", "wrong", "DNS:other.clinic.test")
        certificate(folder, "evil", "forged", f"IP:{AWAY},DNS:{NAME}")
        if not names_make(folder):
            tap.skip("PostgreSQL beyond this machine", "nothing can be mounted over /etc/hosts")
            return
        theft(tap, bench, folder)
        moved_hosts(tap, bench, folder)
        with postgres.Postgres(settings=(f"listen_addresses=127.0.0.1,{AWAY}",)) as server:
            here(tap, bench, server)
            server.settings = (*server.settings, "ssl=on")
            proven(tap, bench, server, folder)


if __name__ == "__main__":
    main(test)
