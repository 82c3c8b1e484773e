#!/usr/bin/python3
"""
A whole migration by OData alone, `[source] api = odata`: to done, verified and certified, against each generation of the
server; next links, tables too wide for one address, names that servers give in place of files, addresses that lead to
another record, and refusals, each in a sentence.
"""

import subprocess
import sys

sys.dont_write_bytecode = True

from harness import FMFERRY, Bench, main, need_programs

DOCUMENTS = 60
BY_ODATA = {"api": "odata", "layout": "DOCS", "mark_field": ""}
PATIENTS = {"layout": "CONTACTS"}


def serving(bench, data=f"generate:{DOCUMENTS},3000", *options, **source):
    bench.serve(data, *options, config=False)
    bench.configure(source={**BY_ODATA, **source}, patients=PATIENTS)


def moved(tap, bench, count, name):
    done = bench.ferry("run")
    tap.ok(done.code == 0 and f"{count} done" in done.out, f"{name}: all {count} move", done.code, done.out[-700:], done.err[-700:],
           bench.ferry("failures").out[:700])


def moved_in_all(tap, bench, count, name):
    done = bench.ferry("run")
    states = bench.status()["states"]
    tap.ok(done.code == 0 and states["done"] == count, f"{name}: all {count} are done", done.code, states, bench.ferry("failures").out[:700])


def whole(tap, generation):
    name = f"generation {generation}" if generation else "usual"
    options = ["--generation", str(generation)] if generation else []
    with Bench(tap, f"odata-{generation or 'usual'}") as bench:
        serving(bench, f"generate:{DOCUMENTS},3000", *options)
        done = bench.ferry("check")
        tap.ok(done.code == 0 and "by OData" in done.out, f"{name}: check passes, and says by what", done.code, done.out[-2500:], done.err)
        tap.ok("no record is marked" in done.out, f"{name}: and that there are no marks", done.out[-2500:])
        bench.ferry("patients", "import")
        moved(tap, bench, DOCUMENTS, name)
        bench.ferry("init", "--key")
        done = bench.ferry("verify", "--deep", "--certificate", bench.folder / "certificate.jsonl")
        tap.ok(done.code == 0 and f"{DOCUMENTS}  files read again" in done.out, f"{name}: verified to the last byte, with a certificate", done.code,
               done.out[-1500:], done.err)
        seen = bench.seen()["requests"]
        tap.same([seen.get(kind, 0) for kind in ("login", "get", "list", "find", "patch", "stream1")], [0] * 6,
                 f"{name}: the Data API is not asked")
        done = bench.ferry("run")
        tap.ok(done.code == 0, f"{name}: another run finds nothing to do", done.out[-500:], done.err[-500:])
        bench.status()
        bench.stop_serving()
        bench.check(f"{name}: the checker agrees", exit_code=0)


def same_by_both_doors(tap):
    """What arrives by OData is what arrives by the Data API, to the last column."""
    got = []
    for door in ({**BY_ODATA, "name": "one"}, {"mark_field": "", "name": "one"}):
        with Bench(tap, "odata-doors") as bench:
            bench.serve(f"generate:{DOCUMENTS},3000", "--switches", "odata-octet=name,stream-disposition=present", config=False)
            bench.configure(source=door, patients=PATIENTS if "api" in door else {})
            bench.ferry("patients", "import")
            bench.ferry("run")
            columns = [name for _, name, *_ in bench.sql("pragma table_info(documents_document)")]
            kept = [name for name in columns if not name.endswith(("_at", "metadata"))]
            got.append((kept, sorted(map(str, bench.sql(f"select {', '.join(kept)} from documents_document"))),
                        sorted(path.name for path in bench.store.rglob("*") if path.is_file())))
    tap.ok(len(got[0][1]) == DOCUMENTS and len(got[0][0]) > 8, "rows were compared", got[0][0], len(got[0][1]))
    tap.same(got[0], got[1], "rows and objects are the same by both doors")


def next_links(tap):
    with Bench(tap, "odata-links") as bench:
        serving(bench, "generate:120,500", "--switches", "odata-page=7,odata-names=long,odata-id=rowid-text,odata-count-path=400")
        moved(tap, bench, 120, "seven rows at a time")


WIDE = """database Clinic
table DOCS 25
  field id text uuid not-empty
  field id_Contact text uuid
  field Type text choice Scan|Photo
  field Date date date 2015..2024
{fields}
  field "Doc file" container file pdf 5K
  field Old container file pdf 5K repetitions 3
  field num number serial 1
layout L of DOCS as "DOCS"
  show id
  show Type
  show id_Contact
  show "Doc file"
documents L
"""


def wide(tap):
    """A table whose names fill several addresses, some with blanks and letters of other countries."""
    with Bench(tap, "odata-wide") as bench:
        shape = bench.folder / "wide.shape"
        shape.write_text(WIDE.format(fields="\n".join(f'  field "Größe der langen Spalte Nummer {n:03}" text words 1..3' for n in range(50))))
        serving(bench, f"shape:{shape}", "--generation", "22", container_field="Doc file", author_field="", created_field="", name_field="",
                filter="num != 3, num != 4")
        done = bench.ferry("run")
        tap.ok(done.code == 0 and "23 done" in done.out, "fields of several addresses, and a filter on one of the last", done.out[-500:], done.err,
               bench.ferry("failures").out[:600])


SHARED = """database Clinic
table DOCS 12
  field Folder text choice A
  field id text uuid not-empty
  field id_Contact text uuid
  field Type text choice Scan|Photo
  field Date date date 2015..2024
  field Doc container file pdf 5K
layout L of DOCS as "DOCS"
  show id
  show Type
  show Doc
documents L
"""


def shared_keys(tap):
    """Rows whose addresses are made of a value that they share: nobody's document becomes another's."""
    with Bench(tap, "odata-shared") as bench:
        shape = bench.folder / "shared.shape"
        shape.write_text(SHARED)
        serving(bench, f"shape:{shape}", author_field="", created_field="", name_field="")
        done = bench.ferry("run")
        said = bench.ferry("failures").out
        tap.ok(done.code == 3 and "1 done" in done.out, "only the record to which the address leads is moved", done.code, done.out[-400:], done.err)
        tap.ok("not unique" in said and "api = data" in said, "the others fail, and it is said why", said[:900])


def demo(tap):
    """Empty and referred-to containers, texts among the files, all kinds of files."""
    with Bench(tap, "odata-demo") as bench:
        serving(bench, "demo", "--generation", "21")
        bench.ferry("patients", "import")
        done = bench.ferry("run")
        tap.ok(done.code == 3 and "498 done" in done.out and "2 failed" in done.out, "all that can be read is moved", done.code, done.out[-500:])
        said = bench.ferry("failures").out
        tap.ok(said.count("container-empty") >= 1 and "41" in said and "173" in said, "what is empty, or only referred to, is told", said[:900])
        tap.same(bench.ferry("verify", "--deep").code, 0, "and verified")


def faults(tap):
    with Bench(tap, "odata-cut") as bench:
        serving(bench, f"generate:{DOCUMENTS},30000", "--generation", "22")
        bench.happen("on odata every 9 do cut 50%", "on odata every 13 do status 503", "on odata every 17 do reset before")
        done = bench.ferry("run")
        tap.ok(done.code in (0, 3), "cut answers, 503 and resets: which document gets too many of them is chance", done.code, done.out[-500:], done.err[-500:])
        tap.ok(bench.sql("select count(*) from fmferry_attempt where class = 'container-truncated'") > [(0,)], "answers were cut")
        bench.happen("forget")
        bench.ferry("retry", "--all", "--yes")
        moved_in_all(tap, bench, DOCUMENTS, "when it is over")
        bench.stop_serving()
        serving(bench, f"generate:{DOCUMENTS},30000", "--generation", "22")
        tap.same(bench.ferry("verify", "--deep").code, 0, "and every byte is right")


def refused(tap):
    cases = (
        ("a wrong password", {}, [], 4, "fmodata"),
        ("OData is off", {}, [], 1, "switched off"),
        ("a wrong table", {"layout": "DOC"}, [], 2, "is 'DOCS' meant"),
        ("two containers", {"container_field": "Doc, Other"}, [], 2, "several containers"),
        ("a value list by field", {}, ["--switches", "odata-metadata=8309"], 2, "goes by a field"),
    )
    for name, source, options, code, words in cases:
        with Bench(tap, "odata-refused") as bench:
            serving(bench, f"generate:{DOCUMENTS},3000", *options, **source)
            if name == "a wrong password":
                bench.configure(source={**BY_ODATA, "account": "nobody"}, patients=PATIENTS)
            if name == "OData is off":
                bench.happen("on odata do status 404")
            done = bench.ferry("check")
            tap.ok(done.code != 0 and words in done.out + done.err, f"{name}: check says it", done.code, done.out[-900:], done.err)
            done = bench.ferry("run")
            tap.ok(done.code == code and words in done.err, f"{name}: run ends with {code}", done.code, done.err)


HIDDEN = """database Clinic
table DOCS 10
  field id text uuid not-empty
  field id_Contact text uuid
  field Type text choice Scan|Photo
  field Date date date 2015..2024
  field Doc container file pdf 5K
  field Named container file pdf 5K
  field Far container file pdf 5K
  field Mark timestamp empty
layout L of DOCS as "DOCS"
  show id
  show id_Contact
  show Type
  show Date
  show Doc
  show Named
  show Mark
documents L
"""


def hidden(tap):
    """By the Data API, check asks OData what the layout hides."""
    with Bench(tap, "odata-hidden") as bench:
        shape = bench.folder / "hidden.shape"
        shape.write_text(HIDDEN)
        bench.serve(f"shape:{shape}", "--generation", "26", config=False)
        bench.configure(source={"layout": "L", "mark_field": "Mark", "author_field": "", "created_field": "", "name_field": ""})
        said = bench.ferry("check").out
        tap.ok("container 'Far' of table 'DOCS' is not on the layout" in said, "a container that the layout lacks", said[:2500])
        tap.ok("container 'Named' is on the layout, and [source]" in said, "one that nobody has named", said[:2500])
        tap.ok("'Doc' is" not in said and "table 'DOCS' has 3 containers; the server's version is 26.0.1" in said, "no word of the others", said[:2500])
        bench.happen("on odata do status 404")
        said = bench.ferry("check").out
        tap.ok("look yourself whether the table has containers" in said, "where OData is off, that is said", said[:2500])


def other_logins(tap):
    """A key of OttoFMS, and a Claris ID whose tokens end in the middle, do for OData as they do for the Data API."""
    with Bench(tap, "odata-otto") as bench:
        key = bench.folder / "otto.key"
        key.write_text("dk_3f2aXb81Tq0z")
        key.chmod(0o600)
        serving(bench, f"generate:{DOCUMENTS},3000", "--otto-key", "dk_3f2aXb81Tq0z", "--generation", "22", login="otto", password_env=None,
                password_file=key, account="nobody")
        moved(tap, bench, DOCUMENTS, "a key of OttoFMS")
    with Bench(tap, "odata-claris") as bench:
        bench.serve(f"generate:{DOCUMENTS},3000", "--claris", "ferry@clinic.example:Canary-Heron", "--claris-seconds", "2", config=False)
        bench.configure(source={**BY_ODATA, "login": "claris", "password_env": None, "account": "nobody",
                                "claris_url": bench.ready["url"] + "/"}, patients=PATIENTS)
        done = subprocess.run([FMFERRY, "--config", bench.config, "login", "--account", "ferry@clinic.example"], text=True,
                              input="Canary-Heron\n", capture_output=True, cwd=bench.folder, env=bench.environment(), timeout=120, check=False)
        tap.same(done.returncode, 0, "a Claris ID signs in")
        bench.happen("on odata every 20 do delay 700ms")
        moved(tap, bench, DOCUMENTS, "a Claris ID")


def test(tap):
    if not need_programs(tap):
        return
    for generation in (0, 19, 20, 21, 22, 26):
        whole(tap, generation)
    for story in (same_by_both_doors, next_links, wide, shared_keys, demo, faults, refused, hidden, other_logins):
        story(tap)


main(test)
