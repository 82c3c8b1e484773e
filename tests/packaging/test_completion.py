#!/usr/bin/python3
"""
What 'fmferry completion' prints completes in real shells: bash through its function, fish through its own query,
zsh through a terminal on which somebody presses Tab.
"""

import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import FMFERRY, main, need_programs  # noqa: E402

# (line up to the cursor, words that are offered among others, a word that is not)
CASES = [
    ("fmferry ru", {"run"}, "report"),
    ("fmferry patients ", {"import", "undo", "review", "accept"}, "run"),
    ("fmferry -c fmferry.ini patients im", {"import"}, "undo"),
    ("fmferry run --lim", {"--limit"}, "--dry-run"),
    ("fmferry failures --class container-e", {"container-empty"}, "container-zero"),
    ("fmferry settings stor", {"store"}, "source"),
    ("fmferry completion fi", {"fish"}, "bash"),
    ("fmferry -c fmferry.i", {"fmferry.ini"}, "run"),
    ("fmferry help ver", {"verify", "version"}, "run"),
    ("fmferry export ", {"bagit", "fhir"}, "run"),
]
LIMIT = 300
ASK_BASH = r"""
source "$1"
COMP_LINE=$2 COMP_WORDS=($2) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
[[ $2 == *' ' ]] && COMP_WORDS+=('') COMP_CWORD=$((COMP_CWORD + 1))
_fmferry
printf '%s\n' "${COMPREPLY[@]}"
"""


def script_of(shell, folder):
    path = folder / ("_fmferry" if shell == "zsh" else f"fmferry.{shell}")
    path.write_text(subprocess.run([FMFERRY, "completion", shell], capture_output=True, text=True, check=True).stdout)
    return path


def ask(folder, *command):
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False, timeout=LIMIT,
                          env={"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"})
    return {line.partition("\t")[0].strip() for line in done.stdout.splitlines()}, done.stderr


def bash_offers(script, folder, line):
    return ask(folder, "bash", "--norc", "-c", ASK_BASH, "bash", script, line)


def fish_offers(script, folder, line):
    return ask(folder, "fish", "--no-config", "-c", f"source {script}; complete -C '{line}'")


class Zsh:
    """A zsh on a terminal. What it says is read until it says what is waited for."""

    def __init__(self, folder):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execvpe("zsh", ["zsh", "-f", "-i"], {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "dumb"})
        self.say(f"PS1= PS2= LISTMAX=1000 COLUMNS=300; fpath=({folder} $fpath); autoload -Uz compinit; compinit -u -D; "
                 "bindkey '^X' _show; _show() { print -r -- \"<$BUFFER>\"; BUFFER= }; zle -N _show; "
                 "setopt no_list_ambiguous no_always_last_prompt; print rea''dy\n")
        self.until(b"ready\r\n")

    def say(self, text):
        os.write(self.terminal, text.encode())

    def until(self, wanted):
        said, end = b"", time.monotonic() + LIMIT
        while wanted not in said:
            if not select.select([self.terminal], [], [], max(0.0, end - time.monotonic()))[0]:
                raise TimeoutError(f"zsh did not say {wanted}, but {said[-500:]}")
            said += os.read(self.terminal, 4096)
        return said.decode("utf-8", "replace")

    def offers(self, line):
        """What stands after Tab: the list that is shown, and the line as it is then."""
        self.say(line + "\t\x18")
        said = self.until(b">\r\n")
        return set(re.findall(r"[\w.-]+", said.replace(line, "", 1))), said

    def end(self):
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


def shell_is_served(tap, shell, offers):
    for line, wanted, unwanted in CASES:
        words, said = offers(line)
        tap.ok(wanted <= words and unwanted not in words, f"{shell}: '{line}' offers {', '.join(sorted(wanted))}",
               words, said)


def test(tap):
    if not need_programs(tap):
        return
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "fmferry.ini").touch()
        for shell, offers in (("bash", bash_offers), ("fish", fish_offers), ("zsh", None)):
            if not shutil.which(shell):
                tap.skip(f"{shell} completes", f"{shell} is not installed")
                continue
            script = script_of(shell, folder)
            if offers:
                shell_is_served(tap, shell, lambda line, script=script, offers=offers: offers(script, folder, line))
                continue
            zsh = Zsh(folder)
            shell_is_served(tap, "zsh", zsh.offers)
            zsh.end()


main(test)
