#!/usr/bin/python3
"""
`fmferry metrics` and the console's /metrics: OpenMetrics as a parser that others wrote reads it, with the figures of
`status --json`, and nothing of a patient. The dashboard asks for series that exist; the documentation names every one.
"""

import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import ROOT, Bench, Person, main, need_programs, wait_until  # noqa: E402
from people import Browser, Console  # noqa: E402

SCENARIO = "container 1..6 is missing\ncontainer 10..12 is empty\n"
NAME = 'Cli"nic\\Docs'
LIMIT = 120
OPERATIONS = ROOT / "docs" / "operations.md"


class Program(Browser):
    """Asks with a token."""

    def __init__(self, console, text):
        super().__init__(console, 0, "", "")
        self.headers = {"Authorization": f"Bearer {text}", "Cookie": ""}

    def ask(self, method, path, body=None, headers=()):
        return super().ask(method, path, body, {**self.headers, **dict(headers)})


def read(tap, text):
    """{sample: {labels: value}}, by a strict reader; None where it is not installed."""
    try:
        from prometheus_client.openmetrics import parser
    except ImportError:
        tap.skip("OpenMetrics as others read it", "python3-prometheus-client is not installed")
        return None
    found = {}
    for family in parser.text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
    return found


def linted(tap, text):
    """Prometheus's own judge knows the older form, in which a counter's family has its sample's name."""
    if not shutil.which("promtool"):
        return tap.skip("promtool has nothing to say", "prometheus is not installed")
    counters = re.findall(r"^# TYPE (\w+) counter$", text, re.M)
    for name in counters:
        text = re.sub(rf"^(# (?:TYPE|HELP)) {name} ", rf"\1 {name}_total ", text, flags=re.M)
    for name in re.findall(r"^# TYPE (\w+) info$", text, re.M):
        text = re.sub(rf"^# (TYPE|HELP) {name} ", rf"# \1 {name}_info ", text, flags=re.M).replace("_info info", "_info gauge")
    said = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    return tap.same((said.returncode, said.stdout + said.stderr), (0, ""), "promtool has nothing to say")


def one(found, sample, **labels):
    return found.get(sample, {}).get(tuple(sorted(labels.items())))


def says_the_status(tap, found, status):
    tap.same(one(found, "fmferry_migration_info", source=NAME, version=status["verified"]["version"]), 1,
             "it says which source, whatever signs are in its name")
    states = {dict(labels)["state"]: value for labels, value in found["fmferry_documents"].items()}
    tap.same(states, {**status["states"], "gone": status["source"]["gone"]}, "documents by state are those of the status")
    failed = {dict(labels)["class"]: value for labels, value in found["fmferry_failed_documents"].items()}
    tap.same({name: value for name, value in failed.items() if value}, {f["class"]: f["count"] for f in status["failures"]},
             "so are the failures")
    tap.ok(len(failed) > 20, "and a class that never occurred is there, with 0", failed)
    outlook = {dict(labels)["outlook"]: value for labels, value in found["fmferry_outlook_documents"].items()}
    tap.same(outlook, {name: status["outlook"][name] for name in outlook}, "and the outlook")
    tap.same(sum(outlook.values()), status["documents"]["total"], "which sums to all")
    links = {dict(labels)["link"]: value for labels, value in found["fmferry_stored_documents"].items()}
    tap.same(links, status["links"], "and the links")
    run = status["runs"][-1]
    outcomes = {dict(labels)["outcome"]: value for labels, value in found["fmferry_run_documents"].items()}
    tap.same(outcomes, {"successful": run["successful"], "failed": run["failed"], "waiting": run["waiting"],
                        "untried": run["found"] - run["processed"]}, "and the newest run")
    tries = status["tries"]["total"] - status["tries"]["successful"]
    tap.same([one(found, name) for name in ("fmferry_run_number", "fmferry_failed_tries_total", "fmferry_stored_bytes",
                                            "fmferry_complete", "fmferry_runs_under_way", "fmferry_census_closed",
                                            "fmferry_verify_differences", "fmferry_verify_open_differences")],
             [run["run"], tries, status["bytes"]["stored"], 0, 0, 1, status["verified"]["differences"],
              status["verified"]["open"]], "and every other figure")
    tap.ok(one(found, "fmferry_witnessed_documents") == status["witnessed"] and one(found, "fmferry_run_sessions") == 0,
           "how many have FileMaker's own MD5; and no run has sessions now", status["witnessed"])
    tap.ok(one(found, "fmferry_run_end_timestamp_seconds") >= one(found, "fmferry_run_start_timestamp_seconds") > 1e9
           and one(found, "fmferry_verify_timestamp_seconds") > 1e9, "moments are seconds since 1970")
    tap.ok("fmferry_sign_timestamp_seconds" not in found, "what has not happened has no moment")


def has_nothing_of_patients(tap, bench, text):
    """Every text of every record, and every id."""
    rows = bench.sql("select id, first_name, last_name from patients_patient")
    words = {str(word) for row in rows for word in row if word and len(str(word)) > 3}
    for row in bench.sql("select identity, filemaker_id, type from fmferry_document"):
        words |= {str(word) for word in row if word}
    words |= set((bench.folder / "canaries").read_text().split())
    tap.ok(len(words) > 100, f"{len(words)} texts of records were sought")
    tap.same([word for word in sorted(words) if word.lower() in text.lower()], [], "and none is in it")


def is_seen_while_it_moves(tap, bench):
    """A run that hangs at a document: what it has is told, and nothing else."""
    bench.happen("on stream2 first 1 do stall 600s")
    hung = bench.seen()["requests"].get("stream1", 0)
    with Person(bench) as people:
        people.create()
    program = bench.start("run")
    wait_until(lambda: bench.seen()["requests"].get("stream1", 0) > hung or not program.is_running(), LIMIT)
    text = bench.ferry("metrics").out
    tap.ok("\nfmferry_runs_under_way 1\n" in text and "\nfmferry_run_sessions 3\n" in text,
           "a run under way is told, with the sessions that it may have", text)
    has_nothing_of_patients(tap, bench, text)
    program.signal(signal.SIGKILL)
    program.finish(LIMIT)


def is_written_down(tap, text):
    families = set(re.findall(r"^# TYPE (\w+) ", text, re.M))
    page = OPERATIONS.read_text()
    tap.same(sorted(name for name in families if not re.search(rf"`{name}(_total|_seconds)?`", page)), [],
             "docs/operations.md names every family")
    asked = set(re.findall(r"\bfmferry_\w+", "".join(
        (OPERATIONS.read_text(), *(target["expr"] for panel in json.loads((ROOT / "docs" / "grafana.json").read_text())["panels"]
                                   for target in panel["targets"])))))
    known = families | {f"{name}{end}" for name in families for end in ("_total", "_info", "_count", "_sum")}
    tap.same(sorted(asked - known), [], "and no other is named there, or asked for by the dashboard")


def is_on_the_console(tap, bench, text):
    console = Console(bench)
    bare = Browser(console, 0, "", "")
    tap.same(bare.get("/metrics")[0] in (303, 401), True, "a stranger sees nothing")
    for rights, wanted in (("run", 200), ("find,views", 403)):
        made = bench.ferry("tokens", "add", rights.replace(",", "-"), "--rights", rights).out
        program = Program(console, re.search(r"^  (\w{64})$", made, re.M)[1])
        status, headers, answer = program.ask("GET", "/metrics")
        tap.same(status, wanted, f"with the right {rights}: {wanted}")
        if status == 200:
            tap.same(answer, text, "/metrics has what `fmferry metrics` has")
            kind = dict((name.lower(), value) for name, value in dict(headers).items())["content-type"]
            tap.same(kind, "application/openmetrics-text; version=1.0.0; charset=utf-8", "and says which form it has")
            tap.same(program.get("/metrics?x=1")[0], 400, "it takes no parameter")


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "metrics") as bench:
        (bench.folder / "scenario").write_text(SCENARIO)
        bench.serve("generate:60,2K", "--scenario", bench.folder / "scenario", config=False)
        bench.configure(source={"name": NAME, "sessions": 3}, run={"attempts": 2})
        bench.ferry("patients", "import")
        bench.ferry("run")
        bench.ferry("verify")
        status, done = json.loads(bench.ferry("status", "--json").out), bench.ferry("metrics")
        tap.same((done.code, done.err), (0, ""), "fmferry metrics answers")
        tap.ok(done.out.endswith("\n# EOF\n"), "and ends as OpenMetrics must")
        found = read(tap, done.out)
        if found:
            says_the_status(tap, found, status)
        linted(tap, done.out)
        has_nothing_of_patients(tap, bench, done.out)
        is_written_down(tap, done.out)
        is_on_the_console(tap, bench, done.out)
        is_seen_while_it_moves(tap, bench)


main(test)
