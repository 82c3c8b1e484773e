"""Symbols that no program uses, and symbols that could be static."""

import re

import measures
import objects

AUTO = re.compile(r"(auto_\w+)_cleanup")


def uses_in(symbol, text):
    """How often a file's text names a symbol beside its own definition; an `auto_x` names auto_x_cleanup()."""
    words = "|".join({symbol, *AUTO.findall(symbol)})
    return len(re.findall(rf"(?<!struct )\b(?:{words})\b", measures.without_comments(text))) - 1


def users_of(found):
    """Who else needs what: {(path, symbol): paths}."""
    known, users = objects.definers(found), {}
    for one in found:
        for symbol in one.needs:
            definer = objects.definer_of(one, symbol, known)
            if definer != one.path:
                users.setdefault((definer, symbol), set()).add(one.path)
    return users


def verdict(symbol, users, text):
    """What is wrong with a symbol, given who else needs it; "" if nothing is. `text`: of the file that defines it."""
    if any(objects.is_ours(user) for user in users):
        return ""
    if uses_in(symbol, text) > 0:
        return "" if users else "is used in its own file alone: make it static"
    return f"is used by tests alone ({', '.join(sorted(users))})" if users else "is used by nobody"


def complaints(found, text_of):
    """Every symbol that is not as it should be: {symbol: "path: what is wrong"}. `text_of` gives a file's text."""
    users = users_of(found)
    judged = {(one.path, symbol): verdict(symbol, users.get((one.path, symbol), ()), text_of(one.path))
              for one in found if objects.is_ours(one.path) for symbol in one.defines if symbol != "main"}
    return {symbol: f"{path}: {symbol} {wrong}" for (path, symbol), wrong in sorted(judged.items()) if wrong}
