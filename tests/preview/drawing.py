"""fmferry-preview, driven as the console drives it: one process, one document, requests over a socket."""

import fcntl
import mmap
import os
import pathlib
import resource
import select
import socket
import struct
import subprocess

MAGIC, FD, ANSWERS_IN_S = 0x46505631, 3, 600
JPEG_MAX, TEXT_MAX = 16 << 20, 1 << 20
SHAPES = ("ok", "encrypted", "damaged", "too large", "no picture")
HELLO, REQUEST, ANSWER = struct.Struct("<Iii"), struct.Struct("<Iii64s128s"), struct.Struct("<IIiiiII")
SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW


class Page:
    """An answer; `shape` "died": the worker ended without one."""

    def __init__(self, shape, pages=0, width=0, height=0, jpeg=b"", text=""):
        self.shape, self.pages, self.width, self.height, self.jpeg, self.text = shape, pages, width, height, jpeg, text

    def __repr__(self):
        return f"{self.shape}, {self.pages} pages, {self.width} x {self.height}, {len(self.jpeg)} bytes"


def size_of(jpeg):
    """Width and height as a JPEG itself says them; None: it is none."""
    at = 2
    if jpeg[:2] != b"\xff\xd8" or jpeg[-2:] != b"\xff\xd9":
        return None
    while at + 9 < len(jpeg) and jpeg[at] == 0xFF:
        if jpeg[at + 1] in (0xC0, 0xC1, 0xC2):
            height, width = struct.unpack(">HH", jpeg[at + 5:at + 9])
            return width, height
        at += 2 + struct.unpack(">H", jpeg[at + 2:at + 4])[0]
    return None


def sealed(data, seals):
    fd = os.memfd_create("test", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    with open(os.dup(fd), "wb") as file:
        file.write(data)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, seals)
    return fd


class Worker:
    def __init__(self, program, data, mime="application/octet-stream"):
        self.mime, self.fresh = mime, True
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket = ours
        self.document = sealed(data, SEALS | fcntl.F_SEAL_WRITE)
        self.room = os.memfd_create("room", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(self.room, JPEG_MAX + TEXT_MAX)
        fcntl.fcntl(self.room, fcntl.F_ADD_SEALS, SEALS)
        self.process = subprocess.Popen([program], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=False,
                                        preexec_fn=lambda: os.dup2(theirs.fileno(), FD), env={"VIPS_NOVECTOR": "1"})
        theirs.close()
        _, self.landlock, self.seccomp = HELLO.unpack(self.receive(HELLO.size))

    def receive(self, size):
        if not select.select([self.socket], [], [], ANSWERS_IN_S)[0]:
            raise RuntimeError("the worker says nothing")
        return self.socket.recv(size)

    def draw(self, page=1, width=1200, password=""):
        request = REQUEST.pack(MAGIC, page, width, self.mime.encode(), password.encode())
        beside = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("ii", self.document, self.room))] if self.fresh else []
        self.fresh = False
        try:
            self.socket.sendmsg([request], beside)
            answer = self.receive(ANSWER.size)
        except OSError:
            answer = b""
        if len(answer) != ANSWER.size:
            return Page("died")
        _, shape, pages, width, height, jpeg_size, text_size = ANSWER.unpack(answer)
        with mmap.mmap(self.room, JPEG_MAX + TEXT_MAX, prot=mmap.PROT_READ) as room:
            return Page(SHAPES[shape], pages, width, height, room[:jpeg_size],
                        room[JPEG_MAX:JPEG_MAX + text_size].decode())

    def memory(self):
        """The most it had, in MiB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) >> 10

    def cpu_ms(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 1000 // os.sysconf("SC_CLK_TCK")

    def end(self):
        """Closes its socket; how it ended, as Popen has it."""
        self.socket.close()
        for fd in (self.document, self.room):
            os.close(fd)
        return self.process.wait(ANSWERS_IN_S)
