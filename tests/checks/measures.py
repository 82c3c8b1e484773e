"""What can be measured of a C file as clang-format leaves it: its functions, prototypes and names."""

import re

COMMENT_OR_LITERAL = re.compile(r"""/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'""", re.DOTALL)
TAG = re.compile(r"^\s*(?:typedef |static |const )*(struct|enum|union) (\w+)\s*\{", re.MULTILINE)
NAME = re.compile(r"(\w+)\s*\(")
ATTRIBUTES = re.compile(r"\b(?:printf_like|__attribute__)\s*(\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))")
CLEANUP = re.compile(r"\bauto_\w+_cleanup\(")


def without_comments(text):
    """The text with blanks instead of comments; lines keep their numbers."""
    return COMMENT_OR_LITERAL.sub(
        lambda found: re.sub(r"[^\n]", " ", found.group()) if found.group().startswith("/*") else found.group(), text)


def signature_start(lines, brace):
    """The line on which the signature before a lonely '{' begins."""
    start = brace
    while start and lines[start - 1].strip() and not lines[start - 1].startswith(("#", "}")) \
            and not lines[start - 1].rstrip().endswith(";"):
        start -= 1
    return start


def functions(text):
    """Every function that has a body, as (name, whether it is static, its lines with signature and braces)."""
    lines = without_comments(text).splitlines()
    for brace in (number for number, line in enumerate(lines) if line == "{"):
        start = signature_start(lines, brace)
        signature = ATTRIBUTES.sub("", " ".join(lines[start:brace]))
        name = NAME.search(signature)
        if name:
            yield name.group(1), "static" in signature.split(), lines.index("}", brace) - start + 1


def spread(lengths):
    """Median, 90th percentile and maximum."""
    ordered = sorted(lengths)
    return tuple(ordered[min(len(ordered) - 1, len(ordered) * part // 100)] for part in (50, 90, 100))


def is_prototype(statement):
    """Whether a statement at the left margin declares a function; what stands behind an auto_* needs no comment."""
    return "(" in statement and "{" not in statement and not CLEANUP.search(statement) \
        and statement[:1].isalpha() and not statement.startswith(("typedef", "extern", "static"))


def prototypes(header):
    """
    Every function that a header declares, as (line, whether a comment stands above it, above the group that it
    belongs to, or on its own line). A group ends at an empty line.
    """
    documented, statement, begin = False, "", 0
    bare = without_comments(header).splitlines()
    for number, (line, said) in enumerate(zip(header.splitlines(), bare), 1):
        if not line.strip():
            documented = False
        elif line.startswith("/*"):
            documented = True
        if not statement and said[:1].strip() and not said.startswith(("#", "}")):
            statement, begin = said, number
        elif statement:
            statement += " " + said.strip()
        if said.rstrip().endswith(("{", ";")):
            if is_prototype(statement):
                yield begin, documented or "/*" in line
            statement = ""


def tags(text):
    """Every struct, enum and union that a file defines, as (name, kind)."""
    return [(name, kind) for kind, name in TAG.findall(without_comments(text))]
