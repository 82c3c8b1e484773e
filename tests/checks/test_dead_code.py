#!/usr/bin/python3
"""No function or variable of src/, sim/, audit/ and preview/ is there for tests alone, and what one file uses is static."""

import dead_code
import objects
from objects import BUILD, Object
from tree import ROOT, Tap

# What stays, and why: symbol -> reason. Who gives one a use, or takes it away, strikes it off.
PREPARED = "a test prepares every statement that the build embeds"
KEPT = {
    "CONSOLE_STATEMENTS": PREPARED,
    "EXPORT_STATEMENTS": PREPARED,
    "INDEX_STATEMENTS": PREPARED,
    "LEDGER_STATEMENTS": PREPARED,
    "REGISTRY_STATEMENTS": PREPARED,
    "VERIFY_STATEMENTS": PREPARED,
    "gate_sessions": "tests see by it how many sessions are open",
    "gate_width": "tests see by it how a gate narrows and widens",
    "http_counts": "tests see by it that connections are used again",
    "ledger_source": "tests look into the ledger's tables with it",
    "queue_is_closed": "tests look into a queue with it",
    "queue_pop_within": "to go, with its tests: everybody waits as long as it takes",
    "sigv4_presigned": "to go, with its tests: nobody hands out a URL that works for a while",
    "sql_commits": "tests see by it that changes share a commit",
}
SAMPLE = [Object("src/a.c", {"b_used"}, {"a_used", "a_own", "a_opened", "a_tested", "a_dead", "auto_a_cleanup"}),
          Object("src/b.c", {"a_used"}, {"b_used", "b_sim"}), Object("sim/c.c", {"b_sim"}, {"a_dead"}),
          Object("sim/d.c", {"a_dead"}, {"main"}),
          Object("tests/unit/test_a.c", {"a_tested", "a_opened"}, {"main"})]
TEXTS = {"src/a.c": "/* a_dead a_dead a_tested a_tested */ a_used a_own a_own a_opened a_opened a_tested a_dead struct a_dead "
                    "auto_a_cleanup auto_a", "src/b.c": "b_used b_sim", "sim/c.c": "a_dead", "sim/d.c": "main"}
WANTED = {"a_own": "src/a.c: a_own is used in its own file alone: make it static",
          "auto_a_cleanup": "src/a.c: auto_a_cleanup is used in its own file alone: make it static",
          "a_dead": "src/a.c: a_dead is used by nobody",
          "a_tested": "src/a.c: a_tested is used by tests alone (tests/unit/test_a.c)"}


def text_of(path):
    """A source's text, wherever it is; nobody writes by hand what the build made, so its own uses do not count."""
    return (ROOT / path).read_text() if (ROOT / path).exists() else path.rsplit("/", 1)[1]


tap = Tap()
planted = dead_code.complaints(SAMPLE, TEXTS.get)
tap.check("what is dead, or should be static, is found", [] if planted == WANTED else sorted(planted.values()))
if objects.has_nm():
    found = dead_code.complaints(objects.built(lambda path: True), text_of)
    print(f"# {len(found)} symbols of {BUILD.name} are for nobody, for tests or not static; {len(KEPT)} may stay")
    tap.check("nothing is dead, and what can be static is",
              [words for symbol, words in found.items() if symbol not in KEPT])
    tap.check("what may stay is there, and still needs to be named", [symbol for symbol in KEPT if symbol not in found])
else:
    tap.skip("nothing is dead, and what can be static is", "nm is not installed")
tap.end()
