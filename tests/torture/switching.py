"""
The same migration from a simulated server under different settings of its switches: whatever a real
server turns out to do, the end must be the same. Each record's end is compared with its end under the
defaults.
"""

import json
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import FMSIM, Bench  # noqa: E402

RUN_LIMIT = 3600
RUNS_MOST = 8

# Settings under which the source itself is another one: a file that is gone is an empty field; some
# records are not there for this account, or nothing in them can be read. Then neither the checker nor
# the failures can agree, and what is done both times is compared.
OTHER_SOURCE = "external-missing=empty|no-access-records=(shown|excluded)"

HOSTILE = """
database Clinic
table CONTACTS 300
  field id text uuid
  field FirstName text first-name
  field LastName text last-name
  field DOB date date 1930..2010
table DOCS {records}
  field id text uuid not-empty
  field id_Contact text ref CONTACTS.id
  field Type text choice "Referral|Letter|Fit & Trial (L/R)|A/B|..|  two  words|100%|REFERRAL"
  field Date date date 2015..2024 sometimes 90%
  field num number serial 1
  field Weight number mixed 1..99
  field Huge number big sometimes 30%
  field Remarks text words 0..200
  field Secret text const hidden
  field Tags text words 1..2 repetitions 3
  field g_note text const note global
  field creationAccountName text choice Admin|api|Reception
  field creationTimestamp timestamp created 2020..2024 created-at fixed
  field modificationTimestamp timestamp created 2020..2024 modified-at fixed
  field Doc container file pdf 3K sometimes 95%
  field Scan container file jpeg 2K stored secured repetitions 3 sometimes 60%
  field Whole container file other 1K stored open missing 3% sometimes 80%
  field NexusExportDate timestamp empty
table NOTES {notes}
  field id text uuid
  field id_Doc text ref DOCS.id
  field Text text words 1..9
  field Scan container file png 1K sometimes 50%
relation NOTE from DOCS.id to NOTES.id_Doc
relation CONTACT from DOCS.id_Contact to CONTACTS.id
layout API_Docs of DOCS
  show id
  show id_Contact
  show Type
  show Date
  show num
  show Weight
  show Huge
  show Remarks
  show Tags repetitions 1..2
  show Secret no-access
  deleted
  deleted
  show g_note
  show creationAccountName
  show creationTimestamp
  show modificationTimestamp
  show Doc
  show Scan repetitions 1..3
  show Whole
  show Type
  show NexusExportDate
  show CONTACT::LastName
  portal notes of NOTE rows 2
    row NOTE::Text
    row NOTE::Scan
  portal twin of NOTE rows 1
    row NOTE::Text
  portal twin of NOTE rows 2
    row NOTE::Text
layout API_Contacts of CONTACTS
  show id
  show FirstName
  show LastName
  show DOB
script "Get Document" base64 Doc
documents API_Docs
"""

# Kinds of containers as far as they go, and requests that fail now and then.
FAULTS = """
container any 2% is secured
container any 2% is additional
container any 1% is reference
container any 1% is truncated
container any 1% is error-page
on api chance 0.5% do reset after
on api chance 0.5% do status 503 json
on get chance 0.5% do twice
on stream2 chance 1% do cut 50%
on stream1 chance 1% do stale 401
on stream1 chance 1% do no-extension
on list nth 2 do empty-page
on list chance 3% do repeat-edge
after stream2 {third} do drop-sessions
after stream2 {half} do restart 200ms
"""


def switches():
    """{name: [default, other, ...]}, as fmsim lists them."""
    said = subprocess.run([FMSIM, "--switches"], stdout=subprocess.PIPE, text=True, check=True).stdout
    found = {}
    for name, values in re.findall(r"^(\S+) +((?:.*\| )?\[.*)$", said, re.MULTILINE):
        default = re.search(r"\[(.+?)\]", values)[1]
        found[name] = [default] + [word for word in re.split(r"[ |]+", values) if word != f"[{default}]"]
    return found


def mixed(word):
    """Sets many switches at once, but not those of the source's data: else there is less to compare."""
    return f"{word},external-missing=url,no-access-records=none"


def settings():
    """Each switch alone, each of its other ways; the defaults are the first."""
    return [""] + [f"{name}={value}" for name, values in switches().items() for value in values[1:]]


def serve_hostile(bench, words, records=2000):
    (bench.folder / "solution.shape").write_text(HOSTILE.format(records=records, notes=records // 40))
    faults = FAULTS.format(third=records // 3, half=records // 2)
    faults = re.sub(r"any (\d)%", lambda share: f"any {max(1, records * int(share[1]) // 100)}", faults)
    (bench.folder / "scenario").write_text(faults)
    bench.serve(f"shape:{bench.folder / 'solution.shape'}", *words, "--scenario",
                bench.folder / "scenario", "--max-sessions", "5", "--record-gap", "3")
    bench.configure(source={"container_field": "Doc, Scan, Whole"},
                    run={"workers": 5, "retry_ms": 2, "attempts": 4})


def serve_seed(bench, words):
    bench.serve("seed-replay", *words)
    bench.configure(run={"workers": 4, "retry_ms": 5, "attempts": 2})


def end_of(bench):
    """{recordId: where it went, or why not}, whatever the names of runs, ids and times."""
    end = {}
    for (metadata, key) in bench.sql("select filemaker_metadata, s3_key from documents_document"):
        told = json.loads(metadata)
        end[str(told["recordId"])] = ("done", key, told["sha256"])
    for one in json.loads(bench.ferry("failures", "--json").out):
        end[str(one["recordId"])] = ("failed", one["class"])
    return end


def marked(bench):
    return {entry["recordId"] for entry in json.loads(bench.truth.read_text()) if entry["mark"]}


def runs(bench):
    """Runs until one changes nothing more: (exit codes, the last)."""
    codes, before = [], None
    while len(codes) < RUNS_MOST:
        done = bench.ferry("run", limit=RUN_LIMIT)
        codes.append(done.code)
        states = bench.status()["states"]
        if done.code == 0 or (done.code == 3 and states == before):
            break
        before = states
    return codes, done


def move(tap, name, setting, serve):
    """One migration: its end, or None if something was wrong with it."""
    what = f"{name}, {setting or 'as it is'}"
    with Bench(tap, "switches") as bench:
        serve(bench, ["--switches", setting] if setting else [])
        imported = [bench.ferry("patients", "import", limit=120).code for _ in range(3)]
        codes, last = runs(bench)
        end = end_of(bench)
        bench.stop_serving()
        tap.note(f"{what}: the last run took {last.seconds:.1f} s")
        tap.ok(codes[-1] in (0, 3), f"{what}: it comes to an end after {len(codes)} runs",
               f"exit codes {codes}, patients {imported}", last.err[-800:])
        # Sessions that the server itself ended cannot be closed.
        bench.forgive_open_sessions()
        if not re.search(OTHER_SOURCE, setting):
            bench.check(f"{what}: the checker agrees", exit_code=codes[-1])
        done = {record for record, (state, *_) in end.items() if state == "done"}
        tap.same(len(done ^ marked(bench)), 0, f"{what}: what is done is marked, and nothing else")
    return end


def compare(tap, name, setting, got, wanted):
    """The same end; where the source is another one, at least of what is done both times."""
    records, expected = set(got) | set(wanted), set(wanted)
    if re.search(OTHER_SOURCE, setting):
        expected = {record for record in wanted if wanted[record][0] == "done"}
        records = {record for record in expected & set(got) if got[record][0] == "done"}
    if re.search("no-access-records=(shown|excluded)", setting): # of patients too: linked, or not
        got, wanted = ({record: end[-1] for record, end in all_.items()} for all_ in (got, wanted))
    other = sorted(record for record in records if got.get(record) != wanted.get(record))
    tap.ok(not other and len(records) > 0.9 * len(expected),
           f"{name}, {setting}: the same end as under the defaults, of {len(records)} records",
           *(f"record {record}: {got.get(record)} instead of {wanted.get(record)}"
             for record in other[:5]), f"{len(other)} differ")
