#!/usr/bin/python3
"""
Puts each of a kept list of deliberate faults into a copy of the tree, builds it, runs the tests of the
place, and says what no test noticed: tests/mutants/mutants.py [--only WORD] [--sample N] BUILD

The copy lies in BUILD/mutants and is used again. A fault that no longer fits the source, or does not
compile, is an error that has to be mended in the list. Ends with sums; the code is 1 if a fault survived
without a reason in the list, or could not be tried.
"""

import argparse
import collections
import concurrent.futures
import json
import pathlib
import queue
import random
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import faults  # noqa: E402
import run as runner  # noqa: E402

ROOT = runner.ROOT
UNIT_LIMIT, OTHER_LIMIT = 90, 600  # seconds; a fault that makes a test hang is noticed
PROGRAMS = ["src/fmferry", "fmsim", "audit/fmferry-audit", "preview/fmferry-preview",
            "tests/console_routes"]
WORDS = {"killed": "killed", "lives": "survived, as the list says", "survived": "SURVIVED",
         "revived": "KILLED, though the list says that it survives", "unfit": "DOES NOT FIT",
         "no-build": "DOES NOT COMPILE", "no-test": "NO SUCH TEST", "unsound": "ITS TEST FAILS WITHOUT IT"}
GOOD = ("killed", "lives")
Outcome = collections.namedtuple("Outcome", "fault word by seconds")


def tracked():
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                            stdout=subprocess.PIPE, check=True).stdout.decode()
    return [path for path in listed.split("\0") if path and (ROOT / path).is_file()]


class Copy:
    """A copy of the tree with a build, of which one file at a time is faulty."""

    def __init__(self, folder):
        self.tree, self.builds, self.known = folder / "tree", {}, {}
        self.folder = folder
        self.fill()
        self.build = self.set_up("build")

    def fill(self):
        """Only what differs is written, so that little is built anew; what is gone goes here, too."""
        wanted = set(tracked())
        for path in wanted:
            there, bytes_ = self.tree / path, (ROOT / path).read_bytes()
            if not there.exists() or there.read_bytes() != bytes_:
                there.parent.mkdir(parents=True, exist_ok=True)
                there.write_bytes(bytes_)
            there.chmod((ROOT / path).stat().st_mode & 0o777)
        for there in [path for path in self.tree.rglob("*") if path.is_file()]:
            if str(there.relative_to(self.tree)) not in wanted:
                there.unlink()

    def set_up(self, name, *options):
        build = self.folder / name
        if build not in self.builds:
            if not (build / "build.ninja").exists():
                subprocess.run(["meson", "setup", "-Dwerror=false", *options, build, self.tree],
                               stdout=subprocess.DEVNULL, check=True)
            self.builds[build] = True
        return build

    def make(self, tests):
        """Builds what these tests need; what was said, or "" if all went well."""
        units = [f"{folder_of(name)}/{name}" for name in tests if "/" not in name]
        targets = units + (PROGRAMS + self.modules() if len(units) < len(tests) else [])
        said = ninja(self.build, targets)
        if not said and any(name.startswith("crash/") for name in tests):
            said = ninja(self.set_up("build-failpoints", "-Dfailpoints=true"), ["src/fmferry"])
        return said

    def modules(self):
        """What tests preload into programs."""
        targets = json.loads((self.build / "meson-info" / "intro-targets.json").read_text())
        return [str(pathlib.Path(path).relative_to(self.build)) for target in targets
                if target["type"] == "shared module" for path in target["filename"]]

    def try_out(self, name):
        """Runs one test program here; whether it passed."""
        command = str(self.build / folder_of(name) / name) if "/" not in name \
            else str(self.tree / "tests" / name)
        limit = OTHER_LIMIT if "/" in name else UNIT_LIMIT
        return runner.run(name, [command], self.build, limit, self.tree, TAP_STOP="1")

    def unsound(self, name):
        """A test must pass where there is no fault: else it notices nothing. What it says, or ""."""
        if name not in self.known:
            said = self.make([name])
            done = None if said else self.try_out(name)
            self.known[name] = said[-300:] or (f"{name}: {done.failed[0]}" if done.failed else "")
        return self.known[name]

    def put(self, path, text):
        (self.tree / path).write_text(text)


def ninja(build, targets):
    done = subprocess.run(["nice", "ninja", "-C", str(build), *targets], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    return done.stdout if done.returncode else ""


def folder_of(program):
    """Where a program's source lies: unit_base_num in tests/unit/base, fuzz_num in tests/fuzz."""
    kind, _, rest = program.partition("_")
    return f"tests/unit/{rest.partition('_')[0]}" if kind == "unit" else "tests/fuzz"


def is_test(name):
    """A unit test or a fuzz target by its program's name, another by its path."""
    if "/" in name:
        return (ROOT / "tests" / name).is_file()
    kind, _, rest = name.partition("_")
    source = name if kind == "fuzz" else "test_" + rest.partition("_")[2]
    return (ROOT / folder_of(name) / f"{source}.c").is_file()


def try_fault(copy, fault):
    """(word, which test noticed, or what went wrong) of one fault."""
    if not all(map(is_test, fault.tests)):
        return "no-test", " ".join(name for name in fault.tests if not is_test(name))
    unsound = next(filter(None, map(copy.unsound, fault.tests)), "")
    if unsound:
        return "unsound", unsound
    sound = (copy.tree / fault.path).read_text()
    try:
        copy.put(fault.path, faults.put_in(sound, fault))
        said = copy.make(fault.tests)
        if said:
            return "no-build", next((line for line in said.splitlines() if "error" in line), said[-300:])
        for name in fault.tests:
            done = copy.try_out(name)
            if done.failed:
                return ("revived" if fault.lives else "killed"), f"{name}: {done.failed[0][:110]}"
        return ("lives" if fault.lives else "survived"), fault.lives or " ".join(fault.tests)
    except (faults.Wrong, OSError) as wrong:
        return "unfit", str(wrong)
    finally:
        copy.put(fault.path, sound)


def tell(outcome):
    print(f"{outcome.fault.area + '/' + outcome.fault.name:44} {WORDS[outcome.word]}"
          f"  ({outcome.seconds:.1f} s)  {outcome.by}", flush=True)


def try_all(copies, chosen):
    """Every fault, in as many copies as there are."""
    free, outcomes = queue.Queue(), []
    for copy in copies:
        free.put(copy)

    def one(fault):
        copy, started = free.get(), time.monotonic()
        try:
            return Outcome(fault, *try_fault(copy, fault), time.monotonic() - started)
        finally:
            free.put(copy)

    with concurrent.futures.ThreadPoolExecutor(len(copies)) as pool:
        for done in concurrent.futures.as_completed([pool.submit(one, fault) for fault in chosen]):
            outcomes.append(done.result())
            tell(outcomes[-1])
    return outcomes


def sums(outcomes, seconds):
    """Says the sums; whether all is as it should be."""
    counts = collections.Counter(outcome.word for outcome in outcomes)
    survivors = counts["lives"] + counts["survived"]
    for word in WORDS:
        for outcome in (one for one in outcomes if one.word == word and word not in GOOD):
            tell(outcome)
    print(f"{len(outcomes)} faults: {counts['killed'] + counts['revived']} killed, {survivors} survived "
          f"({100 * survivors / max(len(outcomes), 1):.1f} %; {counts['lives']} with a reason), "
          f"{sum(counts[word] for word in ('unfit', 'no-build', 'no-test', 'unsound'))} could not be tried; {seconds:.0f} s")
    return all(outcome.word in GOOD for outcome in outcomes) and len(outcomes) > 0


def choose(options):
    chosen = [fault for fault in faults.all_faults()
              if any(options.only in text for text in (f"{fault.area}/{fault.name}", fault.path, *fault.tests))]
    if options.sample:
        print(f"seed {options.seed}")
        chosen = random.Random(options.seed).sample(chosen, min(options.sample, len(chosen)))
    return sorted(chosen, key=lambda fault: (any("/" in name for name in fault.tests), fault.path))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--only", default="", help="only faults with this word in area, name, path or tests")
    parser.add_argument("--sample", type=int, default=0, help="so many, taken by seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="copies of the tree")
    options = parser.parse_args()
    started, chosen = time.monotonic(), choose(options)
    copies = [Copy(options.build.resolve() / "mutants" / str(number)) for number in range(options.jobs)]
    outcomes = try_all(copies, chosen)
    kept = [{"name": one.fault.name, "area": one.fault.area, "outcome": one.word, "by": one.by,
             "seconds": round(one.seconds, 1)} for one in outcomes]
    (options.build / "mutants" / "outcomes.json").write_text(json.dumps(kept, indent=1))
    return 0 if sums(outcomes, time.monotonic() - started) else 1


if __name__ == "__main__":
    sys.exit(main())
