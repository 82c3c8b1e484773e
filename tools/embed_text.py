#!/usr/bin/python3
"""Compiles the texts of a folder into C: one `const char PREFIX_NAME[]` per file, ended by a zero.

    embed_text.py PREFIX OUT.c OUT.h OUT.d FOLDER

OUT.d names the files and the folder for Ninja, so that a new file is seen by the next build.

A file .html is a template: its first comment and the blanks before its lines stay in the source.
What stands between {{#name}} and {{/name}} becomes a template of its own, PREFIX_FILE_NAME, and the
place {{name}} in the one around it. A line that has nothing but such a mark vanishes, and so does a
template that has nothing but places: its file is a collection.
"""

import pathlib
import re
import sys

MARK = re.compile(r"\{\{([#/])([a-z_]+)\}\}")


def split_sections(text, name, path):
    """name -> text, for the template and all sections within it."""
    found, open_ones, at = {name: ""}, [name], 0
    for mark in MARK.finditer(text):
        inner = f"{name}_{mark[2]}"
        found[open_ones[-1]] += text[at:mark.start()]
        at = mark.end()
        if mark[1] == "#":
            if inner in found:
                sys.exit(f"{path}: '{mark[2]}' was given twice")
            found[open_ones[-1]] += "{{" + mark[2] + "}}"
            found[inner] = ""
            open_ones.append(inner)
        elif open_ones.pop() != inner:
            sys.exit(f"{path}: '{mark[2]}' ends where it was not open")
    found[open_ones[-1]] += text[at:]
    if len(open_ones) != 1:
        sys.exit(f"{path}: '{open_ones[-1]}' does not end")
    return {name: text for name, text in found.items() if re.sub(r"\{\{[a-z_]+\}\}", "", text)}


def texts_of(path, prefix):
    """name -> text, of one file."""
    name, text = f"{prefix}_{path.stem}", path.read_text()
    if path.suffix != ".html":
        return {name: text}
    text = re.sub(r"\A<!--.*?-->\n", "", text, flags=re.DOTALL)
    text = re.sub(r"^[ ]+", "", text, flags=re.MULTILINE)
    text = re.sub(r"^(\{\{[#/][a-z_]+\}\})\n", r"\1", text, flags=re.MULTILINE)
    return split_sections(text, name, path)


def array_of(text):
    octets = text.encode() + b"\0"
    lines = [", ".join(str(octet if octet < 128 else octet - 256) for octet in octets[at:at + 20])
             for at in range(0, len(octets), 20)]
    return "{\n    " + ",\n    ".join(lines) + "\n}"


def main():
    prefix, source, header, depfile, folder = sys.argv[1:]
    paths = sorted(path for path in pathlib.Path(folder).iterdir() if path.is_file())
    texts = {}
    for path in paths:
        texts |= texts_of(path, prefix)
    needed = " ".join(str(path).replace(" ", "\\ ") for path in [folder, *paths])
    pathlib.Path(depfile).write_text(f"{source}: {needed}\n{header}: {needed}\n")
    made = f"/* Made from the texts of a folder by {pathlib.Path(sys.argv[0]).name}. */\n"
    pathlib.Path(header).write_text(f"{made}#pragma once\n\n" + "".join(
        f"extern const char {name}[];\n" for name in texts))
    pathlib.Path(source).write_text(f'{made}#include "{pathlib.Path(header).name}"\n' + "".join(
        f"\nconst char {name}[] = {array_of(text)};\n" for name, text in texts.items()))


main()
