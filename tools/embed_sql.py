#!/usr/bin/python3
"""Compiles .sql files into C: one `struct sql_text` per statement.

    embed_sql.py PREFIX OUT.c OUT.h OUT.d FOLDER

Every .sql file below FOLDER is taken; OUT.d names them and their folders for Ninja, so that a new file
is seen by the next build.

`document_claim.sql` becomes PREFIX_DOCUMENT_CLAIM and serves both databases; a pair
`x.sqlite.sql` and `x.postgres.sql` becomes one PREFIX_X. Files below `schema/` become, in the order
of their names, the table PREFIX_SCHEMA, ended by an empty one. Comment lines stay in the source.
"""

import pathlib
import sys


def text_of(path):
    """The statement as a C string, its comment lines left out."""
    lines = [line.strip() for line in path.read_text().splitlines()]
    body = " ".join(line for line in lines if line and not line.startswith("--"))
    escaped = body.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped + '"'


def gather(paths):
    """name -> {driver: C string}, statements and schema steps apart."""
    statements, schema = {}, {}
    for path in paths:
        name, _, driver = path.name.removesuffix(".sql").partition(".")
        texts = (schema if path.parent.name == "schema" else statements).setdefault(name, {})
        for which in [driver] if driver else ["sqlite", "postgres"]:
            if which not in ("sqlite", "postgres") or which in texts:
                sys.exit(f"{path}: '{which}' is not a database, or was given twice")
            texts[which] = text_of(path)
    for name, texts in {**statements, **schema}.items():
        if set(texts) != {"sqlite", "postgres"}:
            sys.exit(f"{name}: there is no text for one of the two databases")
    return statements, schema


def initializer(name, texts):
    return f'{{ "{name}",\n    {texts["sqlite"]},\n    {texts["postgres"]} }}'


def write_depfile(depfile, outputs, folder, paths):
    """A folder's time changes when a file comes or goes."""
    folders = [folder, *sorted(path for path in folder.rglob("*") if path.is_dir())]
    needed = " ".join(str(path).replace(" ", "\\ ") for path in [*folders, *paths])
    pathlib.Path(depfile).write_text("".join(f"{output}: {needed}\n" for output in outputs))


def main():
    prefix, source, header, depfile, folder = sys.argv[1:]
    paths = sorted(pathlib.Path(folder).rglob("*.sql"))
    statements, schema = gather(paths)
    write_depfile(depfile, [source, header], pathlib.Path(folder), paths)
    head = [f"/* Made from the .sql files by {pathlib.Path(sys.argv[0]).name}. */", "#pragma once",
            "", '#include "sql/sql.h"', ""]
    body = [f"/* Made from the .sql files by {pathlib.Path(sys.argv[0]).name}. */",
            f'#include "{pathlib.Path(header).name}"', ""]
    for name, texts in statements.items():
        symbol = f"{prefix}_{name}".upper()
        head.append(f"extern const struct sql_text {symbol};")
        body.append(f"const struct sql_text {symbol} = {initializer(name, texts)};\n")
    head.append(f"\n/* Every statement, ended by one without a name: for the test that prepares all. */")
    head.append(f"extern const struct sql_text *const {prefix.upper()}_STATEMENTS[];")
    names = [f"&{prefix}_{name}".upper() for name in statements]
    body.append(f"const struct sql_text *const {prefix.upper()}_STATEMENTS[] = "
                f"{{ {', '.join(names + ['NULL'])} }};\n")
    if schema:
        head.append(f"extern const struct sql_text {prefix.upper()}_SCHEMA[];")
        rows = [initializer(name, texts) for name, texts in schema.items()] + ["{ NULL, NULL, NULL }"]
        body.append(f"const struct sql_text {prefix.upper()}_SCHEMA[] = {{ " + ",\n".join(rows) + " };")
    pathlib.Path(header).write_text("\n".join(head) + "\n")
    pathlib.Path(source).write_text("\n".join(body) + "\n")


main()
