#!/usr/bin/python3
"""
What fmferry can print is listed whole, and reads as plain English: tools/messages finds every sentence, and errors
have one form: they begin small, end without a full stop, and say what was met and not that something "failed".
"""

import importlib.machinery
import importlib.util
import re

from tree import ROOT, Tap

ERRORS = ("err_set", "err_os", "err_ctx", "failure_say")
NOT_OURS = ("src/filemaker/errors.c", "src/sql/postgres_words.c")  # Claris's words, and signs of libpq's
LEAST = 1500
NOT_PLAIN = re.compile(r"\b(failed to|unable to|could not be able|invalid|illegal|fatal|please|sorry|oops|successfully|"
                       r"utili[sz]e|in order to|e\.g\.|i\.e\.|etc\.|and/or|N/A)", re.I)
TWICE = re.compile(r"\b(\w+) \1(?![\w.-])", re.I)
SQL = re.compile(r"^[ ,|(]*(select|insert|update|delete|create|case|from|where|cast|on conflict|do |begin|set |pragma)\b")
SAMPLE = r'''
/* "not this one" */
#include "nor this.h"
static const char *const table[] = { "a row of a table", "oneword", "its \"second\" part " WORD
                                     " goes on" };
static bool f(struct err *err)
{
    print("%d done" "%s, in two parts\n", 1, good ? "all is well" : "it is not");
    return err_set(err, ERR_DATA, 0, "reading '%s'", 'a') || other("of another");
}
'''
WANTED = [(4, "-", "a row of a table"), (4, "-", "oneword"), (4, "-", 'its "second" part <WORD> goes on'),
          (8, "print", "%d done%s, in two parts\n"), (8, "print", "all is well"), (8, "print", "it is not"),
          (9, "err_set", "reading '%s'"), (9, "other", "of another")]


def lister():
    """tools/messages as a module."""
    loader = importlib.machinery.SourceFileLoader("messages", str(ROOT / "tools" / "messages"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("messages", loader))
    loader.exec_module(module)
    return module


def complaints(found):
    """What is not plain, of {text: (path, line, function)}."""
    said = []
    for text, (path, line, function) in found.items():
        where = f"{path}:{line}: {text.strip()!r}"
        if str(path).endswith(NOT_OURS) or SQL.match(text):
            continue
        said += [f"{where} has '{word[0]}'" for word in [NOT_PLAIN.search(text) or TWICE.search(text)] if word]
        if function in ERRORS and (text.rstrip().endswith((".", "!")) and not text.rstrip().endswith("...")):
            said.append(f"{where} ends like a sentence, and a cause may follow")
        if function in ERRORS and re.match(r"[A-Z][a-z]+ [a-z]", text) and not text.startswith("FileMaker"):
            said.append(f"{where} begins like a sentence, and a noun may stand before it")
    return said


def planted(tap, messages):
    found = list(messages.literals(SAMPLE))
    tap.check("texts are found, with their places and what is given them",
              [] if found == WANTED else [f"wanted {WANTED}", f"found  {found}"])
    for text, function, is_plain in (("reading '%s'", "err_set", True), ("failed to read '%s'", "err_set", False),
                                     ("Reading the file", "err_set", False), ("the file ended.", "err_os", False),
                                     ("the the file", "print", False), ("an invalid name", "print", False),
                                     ("FileMaker error %d", "err_set", True), ("All is well.", "print", True),
                                     ("select the the from", "-", True)):
        said = complaints({text: ("a.c", 1, function)})
        tap.check(f"'{text}' is {'plain' if is_plain else 'not plain'}", said if is_plain else [] if said else ["not seen"])


def test():
    tap, messages = Tap(), lister()
    planted(tap, messages)
    found = messages.messages(sorted((ROOT / "src").rglob("*.c")))
    tap.check(f"at least {LEAST} texts are listed", [] if len(found) >= LEAST else [f"{len(found)}"])
    tap.check("all of them are plain", complaints(found))
    tap.end()


test()
