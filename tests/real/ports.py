"""
Ports for servers that need one named. They lie below those that the kernel gives to outgoing connections. A
lock promises each to one process until it ends: between the choice and the moment a server listens, and
while it is down to be started again, nobody else can have it.
"""

import fcntl
import os
import pathlib
import random
import socket
import tempfile

LOWEST = 15000
KERNELS = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range")
locks = []


def is_free(port):
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def is_promised(port):
    """Takes the lock of a port; whether another test has it."""
    folder = pathlib.Path(tempfile.gettempdir()) / f"fmferry-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    lock = open(folder / str(port), "w", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return True
    locks.append(lock)
    return False


def free_ports(count):
    """Ports that nobody listens on, and that are ours until this process ends."""
    above = int(KERNELS.read_text().split()[0]) if KERNELS.exists() else 32768
    found = []
    for port in random.SystemRandom().sample(range(LOWEST, max(above, LOWEST + 5000)), 5000):
        if len(found) == count:
            return found
        if not is_promised(port) and is_free(port):
            found.append(port)
    raise RuntimeError("there are no free ports")
