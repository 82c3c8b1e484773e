#!/usr/bin/python3
"""
What the guides say of the tree is true: every path that they name is there, every target of make and every fragment of
this tree's links; and every decision stands in the list of decisions, under its number.
"""

import fnmatch
import pathlib
import posixpath
import re

from tree import ROOT, Tap, files, text

TOPS = tuple(f"{path.name}/" for path in ROOT.iterdir() if path.is_dir())
CODE = re.compile(r"```.*?```", re.DOTALL)
QUOTED = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PATH = re.compile(r"(?<![\w/.$-])(?:[\w*.-]+/)+[\w*.-]*")
MAKE = re.compile(r"\bmake ([a-z][a-z-]*)")
# What a build, a run or a clinic has, and this tree has not.
ELSEWHERE = ("build", "demo/")
DECISION = re.compile(r"docs/decisions/(\d{4})-[\w-]+\.md")


def is_there(name, known):
    """Whether a path names files: a folder, a file, or a pattern; in src/ without its suffix or the folder, too."""
    name = name.rstrip("/.")
    spellings = [prefix + name + suffix for prefix in ("", "src/") for suffix in ("", ".c", ".h")]
    return any(one in known or "*" in one and fnmatch.filter(known, one) for one in spellings)


def named_paths(content):
    """The paths in code and in what is quoted: words that begin as a folder of the tree; quoted, of src/, too."""
    for tops, quotes in ((TOPS + FOLDERS, QUOTED.findall(CODE.sub("", content))), (TOPS, CODE.findall(content))):
        yield from (path for quoted in quotes for path in PATH.findall(quoted)
                    if path.startswith(tops) and not path.startswith(ELSEWHERE))


def links(path, content):
    """The files that links lead to, from the top of the tree."""
    for target in LINK.findall(CODE.sub("", content)):
        if "://" not in target and not target.startswith("#"):
            yield posixpath.normpath(posixpath.join(posixpath.dirname(path), target.partition("#")[0]))


def complaints(path, content, known, targets):
    yield from (f"{path}: there is no {name}" for name in named_paths(content) if not is_there(name, known))
    yield from (f"{path}: a link leads to {name}, which is not there" for name in links(path, content)
                if name.rstrip("/") not in known)
    yield from (f"{path}: there is no 'make {name}'" for name in MAKE.findall("\n".join(
        QUOTED.findall(CODE.sub("", content)) + CODE.findall(content))) if name not in targets)


def undecided(listed, index, texts):
    """Decisions that the index does not link to, or whose title has another number."""
    for path in listed:
        number = int(DECISION.fullmatch(path).group(1))
        if f"({path.rpartition('/')[2]})" not in index:
            yield f"docs/decisions/README.md does not name {path}"
        if not texts[path].startswith(f"# {number}. "):
            yield f"{path}: its title does not begin with '# {number}. '"


paths = files()
known = {*paths, *(str(parent) for path in paths for parent in pathlib.PurePath(path).parents)}
FOLDERS = tuple(f"{path[4:]}/" for path in known if re.fullmatch(r"src/[a-z]+", path))
targets = set(re.findall(r"^([a-z][a-z-]*):", text("Makefile"), re.MULTILINE))
tap = Tap()
SAMPLE = """`src/base/mem.c` `base/mem` `src/base/` `tests/checks/test_*.py` `build/x` `make check` [a](docs/keys.md#x)
`src/base/none.c` `base/none` `tests/none/` and `src/*.none` and [b](none.md)
```
make none; src/none/x
```
"""
wanted = [f"a.md: there is no {name}" for name in ("src/base/none.c", "base/none", "tests/none/", "src/*.none",
                                                      "src/none/x")]
wanted += ["a.md: a link leads to none.md, which is not there", "a.md: there is no 'make none'"]
found = list(complaints("a.md", SAMPLE, known, targets))
tap.check("paths, links and targets that are not there are found",
          [] if found == wanted else [f"wanted {wanted}", f"found {found}"])
two = {"docs/decisions/0001-a.md": "# 1. A", "docs/decisions/0002-b.md": "# 3. B"}
found = list(undecided(two, "[A](0001-a.md)", two))
tap.check("decisions that are not listed, or numbered otherwise, are found", [] if len(found) == 2 else found)

guides = ["CONTRIBUTING.md", "README.md", "docs/architecture.md", *files(".md", under="docs/decisions/")]
for path in guides[:3]:
    tap.check(path, list(complaints(path, text(path), known, targets)))
tap.check("the decisions", [line for path in guides[3:] for line in complaints(path, text(path), known, targets)])
decisions = {path: text(path) for path in guides if DECISION.fullmatch(path)}
tap.check("every decision is listed, under its number",
          list(undecided(decisions, text("docs/decisions/README.md"), decisions)))
questions = re.findall(r"^\| [^|]*\? \| (.*) \|$", text("CONTRIBUTING.md"), re.MULTILINE)
tap.check("ten questions have an answer that names a file of src/",
          [f"{len(questions)} questions"] * (len(questions) != 10)
          + [answer for answer in questions if "`src/" not in answer])
tap.end()
