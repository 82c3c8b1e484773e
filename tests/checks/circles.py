"""Circles of files: modules that need one another, so that none can be understood, tested or moved alone."""

import pathlib
import re

import objects

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def module_of(path):
    """A file's module: x.c and x.h are one."""
    return path.rsplit(".", 1)[0]


def target_of(path, name, texts):
    """The file that an include names: beside the including one, from the top, or from src/. None if it is generated."""
    beside = str(pathlib.PurePosixPath(path).parent / name)
    return next((found for found in (beside, name, f"src/{name}") if found in texts), None)


def included(texts):
    """Which file includes which, across modules: {(path, path): the name as written}."""
    found = {(path, target_of(path, name, texts)): name
             for path, text in texts.items() for name in INCLUDE.findall(text)}
    return {(path, target): name for (path, target), name in found.items()
            if target and module_of(path) != module_of(target)}


def is_own_private_header(path, target, pairs, texts):
    """Whether x.c includes a header without a body that is built on x.h: it is x's own inside, and no circle."""
    own, body = f"{module_of(path)}.h", f"{module_of(target)}.c"
    return path.endswith(".c") and body not in texts and (target, own) in pairs


def by_includes(texts):
    """The edges of {path: text}: {(module, module): the header}."""
    pairs = included(texts)
    return {(module_of(path), module_of(target)): name for (path, target), name in sorted(pairs.items())
            if not is_own_private_header(path, target, pairs, texts)}


def by_calls(found):
    """The edges of object files: {(module, module): a symbol of the second that the first needs}."""
    known, edges = objects.definers(found), {}
    for one in found:
        for symbol in sorted(one.needs):
            definer = objects.definer_of(one, symbol, known)
            if definer and definer != one.path:
                edges.setdefault((module_of(one.path), module_of(definer)), symbol)
    return edges


def reachable(start, edges):
    """The modules that one reaches over at least one edge."""
    found, waiting = set(), [start]
    while waiting:
        source = waiting.pop()
        fresh = {target for target in edges.get(source, ()) if target not in found}
        found |= fresh
        waiting += fresh
    return found


def circles(edges):
    """Every set of modules that all reach one another, in order of their names."""
    onward = {}
    for source, target in edges:
        onward.setdefault(source, []).append(target)
    reach = {module: reachable(module, onward) for module in onward}
    knots = {tuple(sorted(other for other in reach[module] if module in reach.get(other, ())))
             for module in reach}
    return sorted(knots - {()})


def described(edges):
    """Lines that name the files of each circle, and one reason for each edge within it."""
    for knot in circles(edges):
        yield f"a circle of {len(knot)}: {', '.join(knot)}"
        yield from (f"  {source} needs {target}: {why}" for (source, target), why in sorted(edges.items())
                    if source in knot and target in knot)
