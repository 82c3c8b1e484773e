#!/usr/bin/python3
"""
A finished migration is changed behind fmferry's back, a hundred documents at a time and each time others.
verify and fmferry-audit must name every change that their table says they can see, and nothing else. The
same is done in buckets, a few documents each time; there the forger keeps all that was written beside an
object. The table in docs/verify.md is this test's output:

    tests/verify/test_mutations.py --write
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
for folder in ("e2e", "real"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / folder))

import bucket  # noqa: E402
import harness  # noqa: E402
import mutations  # noqa: E402
import servers  # noqa: E402
from forger import Forger  # noqa: E402
from model_bench import ModelBench  # noqa: E402

EACH, FEW = 100, 2
FEW_OF = "generate:90,2000"
AUDIT = harness.BUILD / "audit" / "fmferry-audit"
PAGE = harness.ROOT / "docs" / "verify.md"
BEGIN, END = "<!-- the table: tests/verify/test_mutations.py --write -->\n", "<!-- end -->\n"


class World:
    """The finished migration, and copies of what can be put back."""

    def __init__(self, bench, place=None, options=()):
        self.bench, self.database, self.store = bench, bench.database, bench.store
        self.place, self.options = place or mutations.Folder(bench.store), options
        self.audits = place is None # fmferry-audit looks into folders
        self.certificate, self.key = bench.folder / "certificate.txt", bench.folder / "fmferry.key"
        self.kept = bench.folder / "kept"
        self.others, self.patients, self.person = [], [], None

    def keep(self):
        """All programs have ended, so the database is one file."""
        self.kept.mkdir()
        shutil.copyfile(self.database, self.kept / "database")
        shutil.copyfile(self.certificate, self.kept / "certificate")
        self.patients = [row[0] for row in self.bench.sql("select id from patients_patient limit 2")]

    def objects_of(self, chosen):
        return {one.key: (self.place.read(one.key), self.place.beside(one.key))
                for one in chosen if one.key}

    def restore(self, objects, chosen):
        for name in ("database", "certificate"):
            target = self.database if name == "database" else self.certificate
            shutil.copyfile(self.kept / name, target)
        for beside in ("-wal", "-shm"):
            pathlib.Path(f"{self.database}{beside}").unlink(missing_ok=True)
        for key, (data, beside) in objects.items():
            self.place.write(key, data, beside)
        for one in chosen:
            for word in one.words:
                if word.startswith("patients/") and word not in objects:
                    self.place.remove(word)

    # --- what is said, as (kind, text with everything that names something) ----------------------

    def verify(self):
        done = self.bench.ferry("verify", "--json", *self.options, limit=300)
        lines = [json.loads(line) for line in done.out.splitlines()[:-1]]
        return done.code, [(one["kind"], f"record:{one['recordId']} {one['id']} {one['key']} "
                            f"{one['row']} {one['words']} ") for one in lines]

    def audit(self):
        if not self.audits:
            return None, []
        done = subprocess.run([AUDIT, "--key", f"{self.key}.pub", "--store", self.store,
                               "--database", self.database, self.certificate],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=300)
        found = []
        for line in done.stdout.splitlines()[:-1]:
            if line.startswith("  ") and found:
                found[-1][1] += line + " "
            else:
                kind = line.split(" ", 1)[0]
                found.append([kind, re.sub(r" record (\d+)", r" record:\1", line) + " "])
        return done.returncode, found


def named(found, one):
    """The kinds by which a mutation was named."""
    return {kind for kind, text in found if any(word in text for word in one.words)}


def judge(tap, who, found, chosen, wanted, name):
    """Whether all were named as the table says; gives the kinds by which all were."""
    kinds = [named(found, one) for one in chosen]
    missed = [one.words for one, seen in zip(chosen, kinds) if not seen & set(wanted.split())]
    if wanted:
        tap.ok(not missed, f"{who} names all {len(chosen)}: {name}",
               f"{len(missed)} were not, such as {missed[:1]}", found[:4])
    else:
        tap.ok(not any(kinds), f"{who} cannot see it: {name}", found[:4])
    return " ".join(sorted(set.intersection(*kinds))) or wanted if wanted else ""


def judge_others(tap, who, found, chosen, name):
    """Nothing is named that was not changed."""
    words = [word for one in chosen for word in one.words]
    strangers = [text for _, text in found if not any(word in text for word in words)]
    tap.ok(not strangers, f"{who} names nothing else: {name}", len(strangers), strangers[:3])


def ask_both(tap, world, kinds):
    """The output of both programs, with their exit codes."""
    names = ", ".join(name for name, *_ in kinds)
    code, seen = world.verify()
    wanted = any(by_verify for _, _, by_verify, _ in kinds)
    tap.same((code, bool(seen)), (3, True) if wanted else (0, False),
             f"verify {'ends with 3' if wanted else 'cannot see it'}: {names}")
    code, proven = world.audit()
    wanted = any(by_audit for *_, by_audit in kinds)
    if world.audits:
        tap.same((code, bool(proven)), (3, True) if wanted else (0, False),
                 f"fmferry-audit {'ends with 3' if wanted else 'cannot see it'}: {names}")
    return seen, proven


# What is named without a document of the ledger: an object, a row, a chain; or it has none any more.
NO_DOCUMENT = ("object too many", "row doubled", "ledger: document removed", "audit entry altered",
               "audit entry removed")


def judge_known(tap, world, chosen, by_verify, name):
    """Each document that verify names is known to the ledger as wrong, so that nobody is shown it."""
    known = {row[0] for row in world.bench.sql("select document from fmferry_finding")}
    missed = [one.document for one in chosen if one.document not in known]
    if by_verify and name not in NO_DOCUMENT:
        tap.ok(not missed, f"the ledger knows that something is wrong: {name}", len(missed), missed[:3])


def try_round(tap, world, kinds, sets):
    """Changes every set and asks once. Gives the kinds' rows of the table."""
    for (_, mutate, _, _), chosen in zip(kinds, sets):
        mutate(world, chosen)
    seen, proven = ask_both(tap, world, kinds)
    for (name, _, by_verify, _), chosen in zip(kinds, sets):
        judge_known(tap, world, chosen, by_verify, name)
    everybody = sum(sets, [])
    judge_others(tap, "verify", seen, everybody, kinds[0][0])
    judge_others(tap, "fmferry-audit", proven, everybody, kinds[0][0])
    return [(name, judge(tap, "verify", seen, chosen, by_verify, name),
             judge(tap, "fmferry-audit", proven, chosen, by_audit, name) if world.audits else "")
            for (name, _, by_verify, by_audit), chosen in zip(kinds, sets)]


def try_and_restore(tap, world, kinds, sets):
    chosen = sum(sets, [])
    objects = world.objects_of(chosen)
    rows = try_round(tap, world, kinds, sets)
    world.restore(objects, chosen)
    return rows


def table(rows, in_buckets):
    """As it stands in the page."""
    lines = ["| what was changed | `verify` says | in a bucket | `fmferry-audit` says |", "|---|---|---|---|"]
    for name, seen, proven in rows:
        cell = lambda kinds: ", ".join(f"`{kind}`" for kind in kinds.split()) or "cannot see it"
        there = cell(in_buckets[name]) if name in in_buckets else "not tried"
        lines.append(f"| {name} | {cell(seen)} | {there} | {cell(proven)} |")
    return "\n".join(lines) + "\n"


def check_page(tap, rows, in_buckets):
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    wanted = before + BEGIN + table(rows, in_buckets) + END + after
    if "--write" in sys.argv:
        PAGE.write_text(wanted)
    tap.ok(PAGE.read_text() == wanted, "the table in docs/verify.md is this test's output",
           table(rows, in_buckets))


def prepare(tap, bench, world, data="seed-replay"):
    bench.serve(data)
    bench.ferry("patients", "import")
    tap.same(bench.ferry("run", limit=600).code, 0 if data == FEW_OF else 3, "the clinic is moved")
    tap.same(bench.ferry("init", "--key").code, 0, "there is a key")
    done = bench.ferry("verify", "--certificate", world.certificate, limit=300)
    tap.ok(done.code == 0, "nothing differs", done.out, done.err)
    if world.audits:
        tap.same(world.audit(), (0, []), "fmferry-audit finds all as certified")
    world.keep()


def try_all(tap, world, each):
    """Every kind, each with documents of its own."""
    done = [one for one in mutations.victims(world.database) if one.patient]
    failed = mutations.victims(world.database, "failed")
    take = lambda pool, count=each: [pool.pop(0) for _ in range(count)]
    rows, world.others = [], done[-each:]
    for kinds in mutations.ROUNDS:
        rows += try_and_restore(tap, world, kinds, [take(done) for _ in kinds])
    with harness.Person(world.bench) as world.person:
        sets = [take(done), take(done), *([take(failed)] if failed else [])]
        rows += try_round(tap, world, mutations.MARKS[:len(sets)], sets)
    return rows


def in_bucket(tap, bench, name, *options):
    """By which words each kind is named; nothing of the objects is read but what is in doubt."""
    tap.note(f"in a bucket: {name}")
    world = World(bench, Forger(bench.server, bench.bucket), options)
    prepare(tap, bench, world, FEW_OF)
    return {kind: seen for kind, seen, _ in try_all(tap, world, FEW)}


def in_buckets(tap):
    """The words by which all buckets' were named."""
    said = {}
    for quirks, options in (((), ()), (("md5-only",), ()), (("md5-only", "opaque-etags"), ("--bytes",))):
        name = ", ".join(("model", *quirks, *options))
        with ModelBench(tap, "mutations", quirks, {}, {}) as bench:
            said[name] = in_bucket(tap, bench, name, *options)
            bench.server.stop()
    for kind in (servers.Ceph, servers.Swift):
        if not bucket.need(tap, kind, "aws"):
            continue
        with tempfile.TemporaryDirectory(prefix="fmferry-mutations-") as folder:
            server = kind(folder).start()
            try:
                with bucket.BucketBench(tap, "mutations", server, "mutations") as bench:
                    said[kind.__name__] = in_bucket(tap, bench, kind.__name__)
            finally:
                server.stop()
    words = lambda kind: set.intersection(*(set(one[kind].split()) for one in said.values()))
    return {kind: " ".join(sorted(words(kind))) for kind in next(iter(said.values()))}


def test(tap):
    if not harness.need_programs(tap):
        return
    with harness.Bench(tap, "mutations") as bench:
        world = World(bench)
        prepare(tap, bench, world)
        rows = try_all(tap, world, EACH)
        tap.ok(len(rows) * EACH >= 2000, f"{len(rows) * EACH} mutations in sets of {EACH}")
    check_page(tap, rows, in_buckets(tap))


harness.main(test)
