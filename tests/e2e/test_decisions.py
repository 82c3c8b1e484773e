#!/usr/bin/python3
"""
A person's decisions: failures are waived by name and with a reason, taken back, tried again; one by one, by class,
or by a list that is taken whole or not at all.
"""

import json
import subprocess

from harness import FMFERRY, Person, main, play, wait_until
from terminals import Terminal

SCENARIO = "container 3..5 is empty\ncontainer 6 is missing\n"


def states(bench):
    return {name: count for name, count in bench.status()["states"].items() if count}


def refuse(tap, bench, what, *words):
    done = bench.ferry(*words)
    tap.ok(done.code == 2 and len(done.err.splitlines()) == 1, f"{what} is refused", done.code, done.err)


def failed(bench):
    """Four documents of twelve fail: records 3 to 5 are empty, 6 is missing."""
    (bench.folder / "scenario").write_text(SCENARIO)
    bench.serve("generate:12,2000", "--scenario", bench.folder / "scenario")
    bench.configure(run={"retry_ms": 1})
    bench.ferry("patients", "import")
    return bench.ferry("run")


def by_class(tap, bench):
    tap.same(failed(bench).code, 3, "four documents fail")
    tap.same(states(bench), {"done": 8, "failed": 4}, "and are counted so")

    refuse(tap, bench, "a waiver without a name", "waive", "--all", "--reason", "lost")
    refuse(tap, bench, "a waiver without a reason", "waive", "--all", "--by", "A. Owner")
    refuse(tap, bench, "a waiver of nothing", "waive", "--by", "A. Owner", "--reason", "lost")
    tap.same(states(bench), {"done": 8, "failed": 4}, "nothing was waived so")

    waived = bench.ferry("waive", "--class", "container-empty", "--by", "A. Owner", "--reason", "empty since 2015")
    tap.ok(waived.code == 0, "a class is waived", waived.err)
    tap.same(states(bench), {"done": 8, "failed": 1, "waived": 3}, "and counted so")
    back = bench.ferry("retry", "--record", "4")
    tap.ok(back.code == 0, "one is taken back", back.err)
    with Person(bench) as person:
        person.upload(4, b"%PDF-1.4 found again\n")
    tap.same(bench.ferry("run").code, 3, "the next run moves it")
    tap.same(states(bench), {"done": 9, "failed": 1, "waived": 2}, "and it is done")
    bench.ferry("waive", "--record", "6", "--by", "A. Owner", "--reason", "the file is gone")
    last = bench.ferry("run")
    tap.same(last.code, 0, "with everything done or waived a run ends with 0")
    tap.same(bench.ferry("status").code, 0, "and so does status")
    tap.same(json.loads(bench.ferry("failures", "--json").out), [], "and nothing has failed")
    bench.status()
    bench.stop_serving()
    bench.check("the checker agrees", exit_code=last.code)


def piped(bench, text, *words):
    done = subprocess.run([str(FMFERRY), "--config", str(bench.config), *words], input=text, capture_output=True,
                          text=True, timeout=300, env=bench.environment(), cwd=bench.folder,
                          check=False)
    return done.returncode, done.stdout, done.stderr


SIGNED = ("--by", "A. Owner", "--reason", "lost")


def by_list(tap, bench):
    failed(bench)
    ids = dict(bench.sql("select record_id, filemaker_id from fmferry_document"))
    first = f"\ufeff{ids[3].lower()}\r\n\n  {ids[4]}\n"
    tap.same(piped(bench, f"{first}{ids[3]}\n{ids[1]}\n", "waive", "--from", "-", *SIGNED)[:2],
             (0, "1 line named a document again\n2 documents are waived; 1 has arrived\n"),
             "a list from a pipe: each once, and who is left alone is said")
    tap.same(states(bench), {"done": 8, "failed": 2, "waived": 2}, "and it is done")

    listed = bench.folder / "ids"
    listed.write_text(f"{ids[5]}\n{ids[6]}\n\nnobody\n")
    wrong = bench.ferry("waive", "--from", listed, *SIGNED)
    tap.ok(wrong.code == 2 and "line 4" in wrong.err and "'nobody'" in wrong.err, "a line that is no document is named",
           wrong.err)
    tap.same(states(bench), {"done": 8, "failed": 2, "waived": 2}, "and nothing at all was done")
    tap.same(bench.sql("select count(*) from fmferry_run where kind = 'waive'"), [(1,)], "nor noted")

    table = bench.ferry("failures", "--csv").out
    code, _, said = piped(bench, table, "retry", "--from", "-")
    tap.ok(code == 2 and "--csv" in said, "a CSV is not taken for ids", said)
    code, _, said = piped(bench, f"{ids[5]}\n", "retry", "--from", "-", "--csv")
    tap.ok(code == 2 and "line 1" in said, "nor ids for a CSV", said)
    code, _, said = piped(bench, f"{table}77,x\r\n", "retry", "--from", "-", "--csv")
    tap.ok(code == 2 and "line 4" in said and "record 77" in said, "a record that is not there is named", said)
    tap.same(piped(bench, table, "retry", "--from", "-", "--csv", "--dry-run")[:2], (0, "2 documents would wait again\n"),
             "a CSV: what would be done")
    tap.same(states(bench), {"done": 8, "failed": 2, "waived": 2}, "is not done yet")
    tap.same(piped(bench, table, "retry", "--from", "-", "--csv")[:2], (0, "2 documents wait again\nnext: fmferry run\n"),
             "a CSV: it is done")
    tap.same(piped(bench, table, "retry", "--from", "-", "--csv")[:2],
             (3, "no document waits again; 2 were already waiting\n"), "twice does nothing, and says so")
    for what, words in (("nothing", ["--from", "/dev/null"]), ("a list and a class", ["--from", listed, "--class", "x"]),
                        ("a form of no list", ["--csv", "--class", "container-empty"])):
        refuse(tap, bench, what, "retry", *words)
    bench.stop_serving()


def by_words(tap, bench):
    """Classes, types and ranges of records; the nearest name where one is mistyped."""
    failed(bench)
    (kind,), = bench.sql("select type from fmferry_document where record_id = 6")
    for words, said in ((["--class", "container-emtpy"], "'container-empty'"), (["--type", kind + "x"], f"'{kind}'"),
                        (["--record", "5-3"], "5 is after 3"), (["--record", "3-"], "--record"),
                        (["--id", "nobody"], "'nobody'"), (["--record", "77"], "no document")):
        done = bench.ferry("retry", *words)
        tap.ok(done.code == 2 and said in done.err, f"{' '.join(words)}: {said}", done.code, done.err)
    tap.same(bench.ferry("waive", "--record", "1-4", "--dry-run", *SIGNED).out, "2 documents would be waived\n",
             "a range: those in it that failed")
    tap.same(bench.ferry("waive", "--record", "4-6", "--dry-run", *SIGNED).out, "3 documents would be waived\n",
             "from the first to the last")
    tap.same(bench.ferry("waive", "--record", "1-4", *SIGNED).out, "2 documents are waived\n", "and they are")
    tap.same(bench.ferry("retry", "--type", kind, "--class", "container-unavailable").out.splitlines()[0],
             "1 document waits again", "a type and a class")
    tap.same(bench.ferry("accept", "--record", "5", *SIGNED).out.splitlines()[0],
             "no document is accepted as it came; 1 has nothing to accept", "there must be something to accept")
    bench.stop_serving()


def all_of_them(tap, bench):
    failed(bench)
    bench.sql("update fmferry_document set state = 'waiting' where record_id = 1")
    refuse(tap, bench, "--all without --yes", "waive", "--all", *SIGNED)
    tap.same(bench.ferry("waive", "--all", "--dry-run", *SIGNED).out, "4 documents would be waived\n",
             "it can be looked at first: what waits and never failed is not meant")
    asked = Terminal(bench, 24, 80, "waive", "--all", *SIGNED)
    wait_until(lambda: (asked.read(), "Go on?" in asked.text)[1])
    asked.type("no\n")
    asked.process.wait(60)
    asked.read()
    tap.ok("4 documents would be waived" in asked.text and "nothing was done" in asked.text, "on a terminal it asks",
           asked.text)
    asked = Terminal(bench, 24, 80, "waive", "--all", *SIGNED)
    wait_until(lambda: (asked.read(), "Go on?" in asked.text)[1])
    asked.type("yes\n")
    asked.process.wait(60)
    asked.read()
    tap.ok(asked.process.returncode == 0 and "4 documents are waived" in asked.text, "and does what was agreed to",
           asked.text)
    tap.same(bench.ferry("retry", "--all", "--yes").out.splitlines()[0], "4 documents wait again", "--yes is enough")
    bench.stop_serving()


def test(tap):
    play(tap, (by_class, by_list, by_words, all_of_them), "decisions-")


main(test)
