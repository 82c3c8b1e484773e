#!/usr/bin/python3
"""The report's templates: sections are taken apart as they should be, and every place is filled."""

import pathlib
import re
import subprocess
import sys
import tempfile

from tree import ROOT, Tap, files, text

PLACE = re.compile(r"\{\{([a-z_]+)\}\}")
FILLED = re.compile(r'\bPAGE_[A-Z]+\("([a-z_]+)"')
LIST = "<!-- A list. -->\n<ul>\n  {{#row}}\n  <li>{{name}}{{#old}} (old){{/old}}</li>\n  {{/row}}\n</ul>\n"
TEXTS = {"t_list": "<ul>\n{{row}}</ul>\n", "t_list_row": "<li>{{name}}{{old}}</li>\n", "t_list_old": " (old)",
         "t_style": "a {\n  b: {{c}};\n}\n"}
WRONG = {"open": "{{#a}}x", "crossed": "{{#a}}{{#b}}{{/a}}{{/b}}", "twice": "{{#a}}x{{/a}}{{#a}}y{{/a}}"}


def embed(folder, scratch):
    """Compiles the texts of a folder; the process, and name -> text as the C has it."""
    made = [scratch / f"{folder.name}{suffix}" for suffix in (".c", ".h", ".d")]
    done = subprocess.run([sys.executable, ROOT / "tools/embed_text.py", "t", *made, folder], capture_output=True)
    source = made[0].read_text() if done.returncode == 0 else ""
    arrays = re.findall(r"const char (\w+)\[\] = \{([^}]*)\}", source)
    return done, {name: bytes(int(one) % 256 for one in octets.split(","))[:-1].decode() for name, octets in arrays}


def folder_of(above, name, texts):
    folder = above / name
    folder.mkdir()
    for file, content in texts.items():
        (folder / file).write_text(content)
    return folder


def planted(tap, above):
    _, found = embed(folder_of(above, "good", {"list.html": LIST, "style.css": TEXTS["t_style"],
                                               "pieces.html": "<!-- A collection. -->\n{{#a}}\nx\n{{/a}}\n"}), above)
    wanted = {**TEXTS, "t_pieces_a": "x\n"}
    tap.check("sections become templates, and a collection none", [] if found == wanted else [f"{found}"])
    for name, content in WRONG.items():
        done, _ = embed(folder_of(above, name, {"wrong.html": content}), above)
        tap.check(f"a section that is {name} is refused", [] if done.returncode == 1 else [f"{done}"])


def standing(tap, above):
    """A place is filled where a value of its name is made; a name without a place is left over."""
    places = {name for template in embed(ROOT / "src/report/html", above)[1].values() for name in PLACE.findall(template)}
    filled = {name for path in files(".c", under="src/report/") for name in FILLED.findall(text(path))}
    tap.check("every place of a template has a value", [f"nobody fills {{{{{one}}}}}" for one in sorted(places - filled)])
    tap.check("every value has a place", [f'no template has {{{{{one}}}}}' for one in sorted(filled - places)])


tap = Tap()
with tempfile.TemporaryDirectory() as scratch:
    planted(tap, pathlib.Path(scratch))
    standing(tap, pathlib.Path(scratch))
tap.end()
