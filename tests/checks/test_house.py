#!/usr/bin/python3
"""Functions and files are short, headers say what they declare, and no two names are the same."""

import measures
from tree import Tap, files, text

LINES_MOST = 500
LENGTHS_MOST = (11, 22, 62)  # median, 90th percentile and longest of the functions in src/
DOCUMENTED_LEAST = 88        # of a hundred prototypes in src/
SAMPLE = """/* A comment: "one */
struct one {
    int a; /* {} */
};
enum one { ONE_A };

/* struct none { }; */
printf_like(2, 0) static void say(int a, const char *format,
                                  va_list args)
{
    if (a) {
        b("*/*", '"');
    }
}

static void two_words(void)
{
}

int three(void)
{
    return 3;
}
"""
HEADER = """/* Says nothing of what follows. */

void bare(int a);
int wrapped(int a,
            int b);
void told(void); /* on its own line */

/* Of both. */
must_check bool first(int a);
bool second(int a,
            int b);
void auto_first_cleanup(int *a);
#define macro(a) bare(a)

struct x {
    int (*method)(int a); /* of a field */
};
void last(void);
"""


# What is compiled into one program; fmsim takes base and json from src/.
PROGRAMS = [("src/",), ("sim/", "src/base/", "src/json/"), ("audit/",), ("preview/", "src/base/")]


def planted(tap):
    """Each figure is right for a text whose figures are known."""
    for name, found, wanted in (
            ("functions are measured", list(measures.functions(SAMPLE)),
             [("say", True, 7), ("two_words", True, 3), ("three", False, 4)]),
            ("tags are found", measures.tags(SAMPLE), [("one", "struct"), ("one", "enum")]),
            ("lengths are spread", measures.spread(range(1, 101)), (51, 91, 100)),
            ("comments of prototypes are seen", [good for _, good in measures.prototypes(HEADER)],
             [False, False, True, True, True, False]),
            ("long files are found", too_long({"long": 501, "short": 500}),
             ["long has 501 lines, more than 500"]),
            ("namesakes are found", namesakes({"a": SAMPLE, "b": "union b {\n}"}), ["one: struct in a, enum in a"]),
            ("names of one word are found", one_word({"a": SAMPLE}), ["a: say()"])):
        tap.check(name, [] if found == wanted else [f"wanted {wanted}", f"found {found}"])


def too_long(lines):
    """Complaints about {path: lines}."""
    return [f"{path} has {count} lines, more than {LINES_MOST}" for path, count in lines.items()
            if count > LINES_MOST]


def namesakes(texts):
    """Tags that stand more than once, and where."""
    places = {}
    for path, content in texts.items():
        for tag, kind in measures.tags(content):
            places.setdefault(tag, []).append(f"{kind} in {path}")
    return [f"{tag}: {', '.join(where)}" for tag, where in sorted(places.items()) if len(where) > 1]


def namesakes_within(programs, texts):
    """The same for each program by itself: the console and fmsim both have requests, and share none."""
    return sorted({complaint for folders in programs
                   for complaint in namesakes({path: texts[path] for path in texts if path.startswith(folders)})})


def one_word(texts):
    """Static functions whose name is one word."""
    return [f"{path}: {name}()" for path in texts for name, is_static, _ in measures.functions(texts[path])
            if is_static and "_" not in name]


def lengths(tap, texts):
    found = measures.spread([length for path in texts if path.startswith("src/")
                             for *_, length in measures.functions(texts[path])])
    print(f"# functions in src/: median {found[0]}, 90th percentile {found[1]}, longest {found[2]} lines")
    tap.check("functions are short", [f"{figure} lines are more than {most}" for figure, most
                                      in zip(found, LENGTHS_MOST) if figure > most])


def documented(tap, texts):
    bare = [(path, line) for path in texts if path.startswith("src/") and path.endswith(".h")
            for line, good in measures.prototypes(texts[path]) if not good]
    count = sum(len(list(measures.prototypes(texts[path]))) for path in texts
                if path.startswith("src/") and path.endswith(".h"))
    percent = 100 * (count - len(bare)) / count
    print(f"# documented in src/: {count - len(bare)} of {count} prototypes, {percent:.1f} %")
    tap.check("headers say what they declare", [f"{path}:{line}: no comment" for path, line in bare]
              if percent < DOCUMENTED_LEAST else [])


tap = Tap()
planted(tap)
texts = {path: text(path) for top in ("src/", "sim/", "audit/", "preview/") for path in files(".c", ".h", under=top)}
lengths(tap, texts)
tap.check("files are short, but for those that wait",
          too_long({path: len(content.splitlines()) for path, content in texts.items()}))
documented(tap, texts)
tap.check("every tag has one meaning", namesakes_within(PROGRAMS, texts))
tap.check("names of static functions have two words", one_word(texts))
tap.end()
