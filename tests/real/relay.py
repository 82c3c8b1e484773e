#!/usr/bin/python3
"""Hands bytes on: relay.py ADDRESS:PORT ADDRESS:PORT ...   (from to from to ...)

Listens on each `from` and connects to its `to`. A side that receives nothing from the other for some seconds
hangs up, so that a cut line is noticed. The relay prints a line when it listens.
"""

import contextlib
import ctypes
import signal
import socket
import sys
import threading

TCP_USER_TIMEOUT, PATIENCE_MS = 18, 4000


def place(text):
    address, port = text.rsplit(":", 1)
    return address, int(port)


def hand_on(one, other):
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    for side in (one, other):
        with contextlib.suppress(OSError):
            side.shutdown(socket.SHUT_RDWR)


def watchful(link):
    """Notices a dead line whether or not there is something to say."""
    link.setsockopt(socket.IPPROTO_TCP, TCP_USER_TIMEOUT, PATIENCE_MS)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 4)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def serve(listener, to):
    while True:
        near, _ = listener.accept()
        try:
            far = socket.create_connection(to, timeout=3)
        except OSError:
            near.close()
            continue
        far.settimeout(None)
        for link in (near, far):
            watchful(link)
        for pair in ((near, far), (far, near)):
            threading.Thread(target=hand_on, args=pair, daemon=True).start()


def main(words):
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # ends with whoever started it
    for here, there in zip(words[::2], words[1::2]):
        listener = socket.create_server(place(here), backlog=128)
        threading.Thread(target=serve, args=(listener, place(there)), daemon=True).start()
    print("listening", flush=True)
    signal.pause()


if __name__ == "__main__":
    main(sys.argv[1:])
