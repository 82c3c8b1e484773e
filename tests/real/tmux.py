"""A person's terminal: a shell in tmux, typed into and read as it stands there, at any width."""

import os
import pathlib
import re
import shlex
import subprocess
import time

from servers import die_with_parent

ROWS, HISTORY, LIMIT = 40, 5000, 120


def lives(pid):
    """Whether a process has not ended, though nobody may have asked for its exit code yet."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Terminal:
    """`with Terminal(folder, environment, columns=80) as terminal:`; the shell is in the folder."""

    def __init__(self, folder, environment, columns=80):
        self.folder, self.environment = pathlib.Path(folder), environment
        self.socket, self.codes = self.folder / "tmux.socket", self.folder / "tmux.codes"
        self.columns = columns

    def __enter__(self):
        self.codes.write_text("")
        self.server = subprocess.Popen(["tmux", "-f", "/dev/null", "-S", str(self.socket), "-D"],
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL, cwd=self.folder,
                                       env={**self.environment, "TERM": "xterm-256color", "LANG": "C.UTF-8"},
                                       preexec_fn=die_with_parent)
        self._until(self.socket.exists, "tmux is ready")
        self._tmux("set-option", "-g", "history-limit", HISTORY)
        self._tmux("set-option", "-g", "status", "off")
        self._tmux("set-option", "-g", "default-terminal", "tmux-256color")
        begin = f"PS1='$ '; PROMPT_COMMAND='echo $? >> {shlex.quote(str(self.codes))}'"
        (self.folder / "tmux.rc").write_text(begin + "\n")
        self._tmux("new-session", "-d", "-x", self.columns, "-y", ROWS, "-c", self.folder,
                   "bash", "--noprofile", "--rcfile", self.folder / "tmux.rc", "-i")
        self._until(lambda: self._ended() == 1, "the shell is ready")
        self.shell = int(self._tmux("display-message", "-p", "#{pane_pid}"))
        return self

    def __exit__(self, *_):
        """The shell ends after tmux, and writes its history into the folder as it does."""
        self.server.terminate()
        self.server.wait()
        self._until(lambda: not lives(self.shell), "the shell has ended")

    def _tmux(self, *words):
        return subprocess.run(["tmux", "-S", str(self.socket), *map(str, words)], check=True, text=True,
                              stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, env=self.environment).stdout

    def _until(self, condition, what, limit=LIMIT):
        deadline = time.monotonic() + limit
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {limit} s: {what}\n{self.text() if self.server.poll() is None else ''}")
            time.sleep(0.1)

    def _ended(self):
        """How many commands have ended, with the shell's own beginning."""
        return self.codes.read_text().count("\n")

    # --- what a person does ------------------------------------------------------------------

    def resize(self, columns):
        """tmux tells the terminal's programs a moment later; what begins before that has the old width."""
        self._tmux("resize-window", "-x", columns, "-y", ROWS)
        self._until(lambda: self._width() == columns, "the terminal has its new width")
        self.columns = columns

    def _width(self):
        tty = os.open(self._tmux("display-message", "-p", "#{pane_tty}").strip(), os.O_RDONLY | os.O_NOCTTY)
        try:
            return os.get_terminal_size(tty).columns
        finally:
            os.close(tty)

    def clear(self):
        self._tmux("send-keys", "-R", "C-l")
        self._tmux("clear-history")

    def press(self, key):
        self._tmux("send-keys", key)

    def answer(self, text):
        self._tmux("send-keys", "-l", text)
        self.press("Enter")

    def begin(self, command):
        """Types a command and returns while it runs."""
        self.clear()
        self.begun = self._ended()
        self.answer(command)

    def end(self, limit=LIMIT):
        """Waits for the command's end; its exit code."""
        self._until(lambda: self._ended() > self.begun, "the command ends", limit)
        return int(self.codes.read_text().splitlines()[self.begun])

    def run(self, command, limit=LIMIT):
        """A command from its beginning to its end; its exit code."""
        self.begin(command)
        return self.end(limit)

    # --- what a person sees ------------------------------------------------------------------

    def text(self):
        """Everything since the last command was typed; folded lines are joined."""
        return self._tmux("capture-pane", "-p", "-J", "-S", "-").rstrip()

    def question(self, limit=LIMIT):
        """The line at whose end the command waits for an answer; None once it has ended."""
        def waits():
            if self._ended() > self.begun:
                return True
            x, row = map(int, self._tmux("display-message", "-p", "#{cursor_x} #{cursor_y}").split())
            screen = self.screen()
            line = screen[row] if row < len(screen) else ""
            if not line.strip() or x <= len(line.rstrip()):
                return False
            asked[:] = [line.rstrip()] if asked[1:] and asked[1] == line else ["", line]
            return asked[0]
        asked = ["", ""]
        self._until(waits, "a question, or the end", limit)
        return None if self._ended() > self.begun else asked[0]

    def folded(self):
        """The lines that the terminal broke because they were too long for it."""
        return [line for line in self.text().split("\n") if len(line) > self.columns]

    def screen(self):
        """What stands on the screen now, row by row."""
        return self._tmux("capture-pane", "-p").rstrip("\n").split("\n")

    def wait(self, pattern, limit=LIMIT):
        """Until something stands there; what it is."""
        found = []

        def look():
            found[:] = [re.search(pattern, self.text())]
            return found[0]
        self._until(look, pattern, limit)
        return found[0]
