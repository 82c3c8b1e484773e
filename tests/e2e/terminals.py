"""Programs on a terminal of any size, as a person sees them."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import unicodedata

from harness import FMFERRY, die_with_parent


class Terminal:
    """A program on a terminal of a size."""

    def __init__(self, bench, rows, columns, *words, **environment):
        self.master, slave = pty.openpty()
        self.resize(rows, columns)
        self.text = ""
        self.process = subprocess.Popen([str(FMFERRY), "--config", str(bench.config), *words],
                                        stdin=slave, stdout=slave, stderr=slave, cwd=bench.folder,
                                        env=bench.environment(**{"TERM": "xterm-256color", **environment}),
                                        preexec_fn=self.take_terminal)
        os.close(slave)
        bench.programs.append(self)

    @staticmethod
    def take_terminal():
        """The child's own session, so that Ctrl-C on this terminal reaches it."""
        die_with_parent()
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def is_running(self):
        return self.process.poll() is None

    def kill(self):
        if self.is_running():
            self.process.kill()
            self.process.wait()

    def type(self, text):
        os.write(self.master, text.encode())

    def read(self):
        while select.select([self.master], [], [], 0.05)[0]:
            try:
                data = os.read(self.master, 65536)
            except OSError:  # the other side is closed
                break
            if not data:
                break
            self.text += data.decode("utf-8", "replace")


def columns(line):
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in line
               if not unicodedata.combining(one))


class Screen:
    """What stands on a wide terminal after all that a program wrote; it knows the sequences that fmferry uses."""

    STEP = re.compile(r"\x1b\[(\d*)([A-Za-z])|([\r\n])|([^\x1b\r\n]+)")

    def __init__(self, text):
        self.lines, self.row, self.column = [""], 0, 0
        for count, command, move, words in self.STEP.findall(text):
            if words:
                self.write(words)
            elif move == "\r":
                self.column = 0
            elif move == "\n":
                self.row += 1
                self.lines += [""] * (self.row + 1 - len(self.lines))
            elif command == "A":
                self.row = max(0, self.row - int(count or 1))
            elif command == "K":
                self.lines[self.row] = "" if count == "2" else self.lines[self.row][:self.column]
            elif command == "J":
                self.lines[self.row] = self.lines[self.row][:self.column]
                del self.lines[self.row + 1:]

    def write(self, words):
        line = self.lines[self.row].ljust(self.column)
        self.lines[self.row] = line[:self.column] + words + line[self.column + len(words):]
        self.column += len(words)
