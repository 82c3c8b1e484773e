#!/usr/bin/python3
"""
docs/troubleshooting.md says what is printed when something is wrong, and people search it for these words. Each
row of its tables is provoked here, and what is printed must be what stands there, with the exit code. A row
without a story fails, and so does a story without a row.
"""

import contextlib
import pathlib
import re
import shutil
import signal
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "real"))

from disk import Disk  # noqa: E402
from harness import ROOT, Bench, main, need_programs, wait_until  # noqa: E402
from model_bench import ModelBench  # noqa: E402

PAGE = ROOT / "docs" / "troubleshooting.md"
ROW = re.compile(r"^\| `(?P<words>[^`]+)` \|.*\| (?P<code>\d+|–) \|$")
ROWS_LEAST = 20
STORIES = {}


def story(words, **options):
    """Registers a function of a bench that returns a program that has ended."""
    def register(function):
        STORIES[words] = function, options
        return function
    return register


def serving(bench, *options, data="generate:12,2000", scenario=(), **sections):
    """A source, and a configuration that fits it."""
    path = bench.folder / "scenario"
    path.write_text("".join(f"{line}\n" for line in scenario))
    bench.serve(data, "--scenario", path, *options)
    bench.configure(**sections)


# --- setting up ------------------------------------------------------------------------------------------


@story("there is no option '--limt'; is '--limit' meant?")
def misspelled(bench):
    return bench.ferry("run", "--limt", "10")


@story("there is no configuration yet ('fmferry init' writes one)")
def no_configuration(bench):
    return bench.ferry("run", config=False)


@story("the FileMaker password: the environment variable … is not set")
def no_password(bench):
    bench.configure()
    environment = bench.environment()
    del environment["FMP"]
    return bench.ferry("run", environment=environment)


@story("begins with a byte order mark")
def byte_order_mark(bench):
    bench.configure(source={"password_env": None, "password_file": "password"})
    (bench.folder / "password").write_bytes(b"\xef\xbb\xbfsecret\n")
    (bench.folder / "password").chmod(0o600)
    return bench.ferry("run")


@story("[source] url is http://: account, password and documents would cross the network readable by anybody")
def clear_text(bench):
    bench.configure(source={"url": "http://192.0.2.1"})
    return bench.ferry("run")


# --- FileMaker -------------------------------------------------------------------------------------------


@story("asking what server this is: Failed to connect to …: is the address right and the server on?")
def server_away(bench):
    bench.configure()
    return bench.ferry("run")


@story("the server's certificate is not trusted: it was issued by '…', who is not among those trusted here")
def no_trust(bench):
    serving(bench, source={"ca_file": None})
    return bench.ferry("run")


@story("logging in to '…': FileMaker error 212 (Invalid user account or password): check account and password")
def bad_login(bench):
    serving(bench, source={"account": "nobody"})
    return bench.ferry("run")


@story("reading record …: FileMaker error 212 (Invalid user account or password)")
def changed_password(bench):
    serving(bench, scenario=["on get,find after 3 do code 212"])
    return bench.ferry("run")


@story("FileMaker error 105 (Layout is missing): [source] layout must be spelled exactly as in FileMaker")
def other_layout(bench):
    serving(bench, source={"layout": "API_Doc"})
    return bench.ferry("run")


@story("layout '…' has no field '…' ([source] mark_field); is '…' meant?")
def other_field(bench):
    serving(bench, source={"mark_field": "NexusExport"})
    return bench.ferry("run")


@story("FileMaker error 953 (Data transfer limit of the license reached)")
def transfer_limit(bench):
    serving(bench, scenario=["on get,find after 3 do code 953"])
    return bench.ferry("run")


@story("FileMaker Server has not answered for …, and the run waits for it for … more")
def outage(bench):
    serving(bench, data="generate:40,2000", scenario=["on stream2 after 10 first 1 do down 14s"])
    return bench.ferry("run")


@story("would be moved by the number of their record, for good")
def no_ids(bench):
    serving(bench, source={"key_field": "id_Contact"})
    return bench.ferry("run")


@story("the record count could not be confirmed: the source says that it has … records, and … were read")
def unsure_count(bench):
    serving(bench, scenario=["on list do found-count +5"])
    return bench.ferry("run", limit=600)


# --- store -----------------------------------------------------------------------------------------------


@story("No space left on device (the disk of the store's folder is full: make room, then run again)")
def full_disk(bench):
    serving(bench)
    return bench.ferry("run", environment=Disk(bench).environment(fails="full@9"))


@story("Read-only file system (the folder is mounted for reading only: mount it for writing)")
def read_only_disk(bench):
    serving(bench)
    return bench.ferry("run", environment=Disk(bench).environment(fails="read-only@1"))


@story("the store's folder '…' is not there, though it was used before: is its disk or share mounted?")
def unmounted(bench):
    serving(bench)
    bench.ferry("run")
    shutil.rmtree(bench.store)
    return bench.ferry("run")


@story("the server says 403 QuotaExceeded", quirks=("quota",))
def used_up_quota(bench):
    serving(bench)
    return bench.ferry("run")


@story("the server says 507", quirks=("full",))
def full_bucket(bench):
    serving(bench)
    return bench.ferry("run")


@story("the server says 403 AccessDenied, …: the key's policy must allow what 'fmferry check --policy run' prints", quirks=("denies",))
def denied(bench):
    serving(bench)
    return bench.ferry("run")


@story("the server says 403 SignatureDoesNotMatch, …: the secret key does not belong to the access key", quirks=())
def wrong_secret(bench):
    serving(bench)
    return bench.ferry("run", environment={**bench.environment(), "S3_SECRET": "another"})


@story("the store 's3://…': Failed to connect to …: Couldn't connect to server", quirks=())
def bucket_away(bench):
    serving(bench, store={"endpoint": "http://127.0.0.1:1", "silence_s": 1})
    return bench.ferry("run", limit=600)


# --- databases -------------------------------------------------------------------------------------------


@story("the ledger (has 'fmferry run' been started yet?)")
def no_ledger(bench):
    bench.configure()
    return bench.ferry("status")


@story("connecting to PostgreSQL: connection to server at … failed: Connection refused")
def database_away(bench):
    serving(bench, registry={"url": "postgresql://fmferry@127.0.0.1:1/clinic"})
    return bench.ferry("run", limit=400)


@story("[store] url was '…' when this ledger was begun, and is '…' now")
def other_store(bench):
    serving(bench)
    bench.ferry("run")
    bench.configure(store={"url": str(bench.folder / "elsewhere")})
    return bench.ferry("run")


# --- what a run says -------------------------------------------------------------------------------------


@story("no document has a patient: the application has none with a FileMaker id")
def no_patients(bench):
    serving(bench)
    return bench.ferry("run")


@story("'fmferry failures' says why, 'fmferry status' what to do")
def some_failed(bench):
    serving(bench, scenario=["container 3..5 is empty"])
    bench.ferry("patients", "import")
    return bench.ferry("run")


@story("interrupted; 'fmferry run' goes on from here")
def stopped(bench):
    serving(bench, "--latency-ms", "20", data="generate:300,2000")
    run = bench.start("run")
    wait_until(lambda: b'"patch"' in bench.journal.read_bytes() or not run.is_running())
    run.signal(signal.SIGINT)
    return run.finish()


@story("no run is under way: 'fmferry run' goes on")
def killed(bench):
    serving(bench, "--latency-ms", "20", data="generate:300,2000")
    run = bench.start("run")
    wait_until(lambda: b'"patch"' in bench.journal.read_bytes() or not run.is_running())
    run.kill()
    return bench.ferry("status")


# --- one code for a cause --------------------------------------------------------------------------------


def login_refused(bench):
    """FileMaker lets nobody in any more."""
    bench.configure(source={"account": "nobody"})


def database_gone(bench):
    """The ledger and the registry are on a server that is off."""
    gone = {"url": "postgresql://fmferry@127.0.0.1:1/clinic"}
    bench.configure(ledger=gone, registry=gone)


def bucket_gone(bench):
    """The bucket's server is off."""
    bench.server.stop()


def bucket_denied(bench):
    """The access key has lost its rights."""
    bench.server.model.quirks.add("denies")


RUN, DRY, IMPORT = ("run",), ("run", "--dry-run"), ("patients", "import")
LINK, VERIFY, RECONCILE, BAG = ("link", "--all"), ("verify",), ("reconcile",), ("export", "bagit", "bag")
CAUSES = [(login_refused, 4, [RUN, DRY, IMPORT, VERIFY, RECONCILE]),
          (database_gone, 5, [RUN, DRY, IMPORT, LINK, VERIFY, RECONCILE, BAG, ("status",), ("failures",), ("report",),
                              ("retry", "--class", "container-empty"), ("patients", "review")]),
          (bucket_denied, 4, [VERIFY, RECONCILE, BAG]),
          (bucket_gone, 5, [VERIFY, RECONCILE])]


def one_code(tap):
    """Whichever command meets a cause, after a run that went well."""
    with ModelBench(tap, "causes", (), {}, {}) as bench:
        serving(bench)
        bench.ferry("patients", "import")
        tap.same(bench.ferry("run").code, 0, "all is well at first")
        for begin, code, commands in CAUSES:
            begin(bench)
            ended = {words: bench.ferry(*words, limit=600) for words in commands}
            others = {words: (one.code, one.err[-300:]) for words, one in ended.items()
                      if one.code != code or "next: " not in one.err}
            tap.same(others, {}, f"{begin.__name__}: {len(commands)} commands end with {code}, and say what to do")
            bench.configure()


# --- judging ---------------------------------------------------------------------------------------------


def rows(text):
    """{words: exit code, or None} of the page's tables."""
    found = {}
    for line in text.splitlines():
        row = ROW.match(line)
        if row:
            found[row["words"]] = None if row["code"] == "–" else int(row["code"])
    return found


def is_said(words, said):
    """Whether the words are in what was printed; … stands for anything within a line."""
    return re.search(r"[^\n]*?".join(map(re.escape, words.split("…"))), said)


@contextlib.contextmanager
def bench_for(tap, options):
    quirks = options.get("quirks")
    with Bench(tap, "trouble") if quirks is None else ModelBench(tap, "trouble", quirks, {}, {}) as bench:
        yield bench
        if quirks is not None:
            bench.server.stop()


def test(tap):
    if not need_programs(tap):
        return
    one_code(tap)
    wanted = rows(PAGE.read_text())
    tap.ok(len(wanted) >= ROWS_LEAST, f"{len(wanted)} rows stand in the page")
    tap.same(sorted(set(wanted) ^ set(STORIES)), [], "each has a story, and each story a row")
    for words, code in wanted.items():
        if words not in STORIES:
            continue
        provoke, options = STORIES[words]
        with bench_for(tap, options) as bench:
            ended = provoke(bench)
            tap.ok(is_said(words, ended.out + ended.err) and code in (None, ended.code),
                   f"{provoke.__name__}: '{words}' and {code}", ended.code, ended.out, ended.err)


main(test)
