#!/usr/bin/python3
"""Compiles a text into C: a `const char NAME[]` that ends with a zero.

    embed_text.py NAME OUT.c OUT.h FILE
"""

import pathlib
import sys


def main():
    name, source, header, path = sys.argv[1:]
    made = f"/* Made from {pathlib.Path(path).name} by {pathlib.Path(sys.argv[0]).name}. */\n"
    octets = pathlib.Path(path).read_bytes() + b"\0"
    lines = [", ".join(str(octet if octet < 128 else octet - 256) for octet in octets[at:at + 20])
             for at in range(0, len(octets), 20)]
    pathlib.Path(header).write_text(f"{made}#pragma once\n\nextern const char {name}[];\n")
    pathlib.Path(source).write_text(f'{made}#include "{pathlib.Path(header).name}"\n\n'
                                    f"const char {name}[] = {{\n    " + ",\n    ".join(lines)
                                    + "\n};\n")


main()
