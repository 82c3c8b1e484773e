"""
The kept list of deliberate faults, tests/mutants/*.txt, and how one is put into a source text.

    [name]
    in    src/http/tls.c context_new          the file, and the function; none: anywhere in the file
    test  unit_http_http e2e/test_faults.py           the programs that should notice, the quickest first
    old   SSL_VERIFY_PEER                     what stands there, once in that function
    new   SSL_VERIFY_NONE                     what is put instead; without it: nothing
    lives why no test can notice              only for a fault that may survive

Blanks and line ends do not count in `old`, so that a reformatted line is found again; further lines of
`old` and `new` continue them. What stands before the first [name] says what the file is about.
"""

import collections
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parent
KEYS = ("in", "test", "old", "new", "lives")
Fault = collections.namedtuple("Fault", "name area path function tests old new lives where")


class Wrong(Exception):
    """A fault that cannot be put in, or a list that cannot be read."""


def faults_of(path):
    """The faults of one list, in order."""
    name, found, where = None, {}, 0
    for number, line in enumerate(path.read_text().splitlines() + ["[]"], 1):
        heading = re.fullmatch(r"\[([\w.-]*)\]", line)
        if heading:
            if name:
                yield fault_new(name, path.stem, found, f"{path.name}:{where}")
            name, found, where = heading.group(1), {}, number
        elif name and line.strip() and not line.startswith("#"):
            key, _, text = line.partition(" ")
            if key not in KEYS:
                raise Wrong(f"{path.name}:{number}: a line begins with one of {', '.join(KEYS)}")
            found.setdefault(key, []).append(text.strip())


def fault_new(name, area, found, where):
    for key in ("in", "test", "old"):
        if key not in found:
            raise Wrong(f"{where}: [{name}] has no line '{key}'")
    path, _, function = found["in"][0].partition(" ")
    return Fault(name, area, path, function.strip(), " ".join(found["test"]).split(),
                 "\n".join(found["old"]), "\n".join(found.get("new", [])),
                 " ".join(found.get("lives", [])), where)


def all_faults():
    return [fault for path in sorted(FOLDER.glob("*.txt")) for fault in faults_of(path)]


def place_of(text, function):
    """Where a function's definition begins and ends."""
    if not function:
        return 0, len(text)
    found = re.search(rf"^\w[^\n;]*\b{re.escape(function)}\([^;{{]*\)\s*\n\{{.*?^\}}", text, re.M | re.S)
    if not found:
        raise Wrong(f"there is no function {function}")
    return found.span()


def pattern_of(old):
    """Finds a piece of code, however it is wrapped."""
    tokens = re.findall(r"\w+|[^\w\s]", old)
    parts = [re.escape(tokens[0])]
    for before, token in zip(tokens, tokens[1:]):
        apart = before[-1].isalnum() and token[0].isalnum()
        parts.append((r"\s+" if apart else r"\s*") + re.escape(token))
    return re.compile(r"(?<!\w)" * (tokens[0][0].isalnum()) + "".join(parts)
                      + r"(?!\w)" * (tokens[-1][-1].isalnum()))


def put_in(text, fault):
    """The source text with the fault in it."""
    begin, end = place_of(text, fault.function)
    found = list(pattern_of(fault.old).finditer(text, begin, end))
    if len(found) != 1:
        raise Wrong(f"'{fault.old}' stands {len(found)} times in {fault.function or fault.path}, not once")
    faulty = text[:found[0].start()] + fault.new + text[found[0].end():]
    if faulty == text:
        raise Wrong("old and new are the same")
    return faulty
