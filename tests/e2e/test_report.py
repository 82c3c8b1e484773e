#!/usr/bin/python3
"""
The report's markup is right, and its figures are those of status and of the source. It loads nothing from
elsewhere, holds no secret, and everybody can read it in light and dark. It is there whole or not at all,
whoever kills the command, whatever run is under way.
"""

import csv
import hashlib
import io
import json
import re
import shutil
import signal
import subprocess

from harness import FMFERRY, PASSWORD, Bench, main, need_programs, wait_until
from papers import check_reading
from webpage import Page, browse, browser, contrast, first_pixel, themes

DOCUMENTS = 500
PRACTICE = "O’Neil & “Söhne”; {Praxis} \\ Sydney"
KILLS = [("write", 1), ("write", 4), ("fchmod", 1), ("fsync", 1), ("linkat", 1), ("rename", 1),
         ("fsync", 2)]
PARTS = ["Did every document arrive?", "Where they are", "What did not arrive, and why",
         "What was accepted, and by whom", "Is it complete?", "How far this can be relied on",
         "Signature", "Documents by year", "Documents by type", "Documents by size",
         "Progress over time", "Rate", "Time per document", "Failures by cause",
         "Failures by position in the source", "Run history", "Documents that were given up",
         "Documents that did not arrive", "Settings", "Versions", "Sums that balance"]


def report_of(bench, name="report.html"):
    done = bench.ferry("report", "--output", str(bench.folder / name))
    return done, (bench.folder / name).read_text() if (bench.folder / name).exists() else ""


def number(text):
    return int(re.sub(r"[^\d]", "", text) or -1)


def row_of(page, head, name):
    """The row that begins with a name, of the table whose first row is `head`."""
    for table in page.tables:
        if table and table[0][:len(head)] == head:
            return next((row for row in table if row and row[0] == name), None)
    return None


# --- what stands in it -----------------------------------------------------------------------


def check_markup(tap, text, page):
    tap.same(page.wrong, [], "the markup is right")
    tap.ok(text.startswith("<!DOCTYPE html>") and '<html lang="en">' in text, "it says what it is")
    tap.same([tag for tag in page.tags if tag in ("script", "iframe", "object", "link", "img")], [],
             "nothing in it comes from elsewhere")
    tap.same([link for link in page.links if not link.startswith("#")], [], "it leads nowhere else")
    tap.ok("default-src 'none'" in text, "and a browser is told so")
    tap.same([one for one in PARTS if one not in page.text], [], "all its parts are there")
    steps = [b - a for a, b in zip(page.headings, page.headings[1:])]
    tap.ok(page.headings[0] == 1 and page.headings.count(1) == 1 and max(steps) <= 1,
           "headings go down by one step at a time", page.headings)
    tap.ok(len(page.svgs) == 17, "eight plots in two widths and a bar, each with words for those who "
           "cannot see it", len(page.svgs))
    tap.same(text.count("<figure"), text.count("<details"), "each plot has its figures as a table")


def check_figures(tap, page, status):
    head = ["Documents", "Number", "Share"]
    states, total = status["states"], status["source"]["total"]
    for name, count in (("arrived", states["done"]), ("did not arrive", states["failed"]),
                        ("given up", states["waived"]), ("all documents in FileMaker", total)):
        row = row_of(page, head, name)
        tap.ok(row and number(row[1]) == count, f"{name}: {count}", row)
    for failure in status["failures"]:
        row = row_of(page, ["Cause", "documents"], failure["class"])
        tap.ok(row and number(row[1]) == failure["count"],
               f"{failure['class']}: {failure['count']}", row)
    types = next(table for table in page.tables if table[0][0] == "Type")
    tap.same(sum(sum(map(number, row[1:])) for row in types[1:]), total, "types sum to the total")
    sums = next(table for table in page.tables if table[0][0] == "Figure")[1:]
    tap.ok(len(sums) > 20 and all(row[1] == row[2] for row in sums), "every sum balances", sums)
    for point in status["checklist"]:
        tap.ok(point["criterion"] in page.text and point["figure"] in page.text,
               f"the checklist: {point['criterion']}", point)


def check_evidence(tap, page, bench):
    """Each cause once, with all its documents counted and one that shows it."""
    listed = json.loads(bench.ferry("failures", "--json").out)
    rows = [row for table in page.tables if table[0][:2] == ["Documents", "Cause"]
            for row in table[1:] if len(row) == 3]
    tap.same(sum(number(row[0]) for row in rows), len(listed), "every failure is counted")
    tap.ok(all(any(row[1].startswith(one["class"]) and one["message"] in row[2] for row in rows)
               for one in listed), "each with its cause and its evidence", rows[:2])
    tap.ok("fmferry failures --csv" in page.text, "and it says where every single one is listed")


def check_shares(tap, page):
    """Nothing is lost in rounding, and nobody has to add up to see it."""
    rows = next(table for table in page.tables if table[0][:3] == ["Documents", "Number", "Share"])[1:-1]
    tenths = [1 if "below" in row[2] else int(row[2].strip("%").replace(".", "")) for row in rows]
    tap.same(sum(tenths), 1000, "the shares sum to 100.0 %")


def check_parties(tap, page, bench):
    told = [PRACTICE, bench.ready["url"], f"file {bench.ready['database']}", "layout API_Docs",
            str(bench.store), str(bench.database)]
    tap.same([one for one in told if one not in page.text], [], "it says whose documents, from where to where")


# --- the signature ---------------------------------------------------------------------------


def check_signature(tap, page, status):
    """All that is open stands where it is signed."""
    text = page.text[page.text.index("Before you sign"):page.text.index("The documents Documents by")]
    failed, unlinked = status["states"]["failed"], status["links"]["unlinked"]
    tap.ok(re.search(rf"{failed} documents? did not arrive", text)
           and re.search(rf"{unlinked} documents? (has|have) arrived without a patient", text),
           "what is open stands above the signature", text)
    tap.ok("There is no certificate of this state" in text
           and "fmferry verify --certificate certificate.txt" in text,
           "and that there is no certificate, and what makes one", text)


def check_certificate(tap):
    """The hash of the newest certificate, as long as it covers all that happened."""
    with Bench(tap, "report-certificate") as bench:
        path = bench.folder / "certificate.txt"
        bench.serve("demo")
        bench.ferry("run")
        bench.ferry("init", "--key")
        tap.same(bench.ferry("verify", "--certificate", path).code, 0, "a certificate is written")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        text = Page(report_of(bench)[1]).text
        tap.ok(digest in text and "no certificate" not in text, "its hash stands beside the signature", text)
        bench.ferry("verify")
        tap.ok(digest in Page(report_of(bench)[1]).text, "also when verify looked again since")
        bench.ferry("waive", "--class", "container-reference", "--by", "Ada", "--reason", "nobody misses it")
        text = Page(report_of(bench)[1]).text
        tap.ok("The certificate does not cover this state" in text and digest not in text
               and digest[-8:] in text, "until something is decided about a document", text)


def check_zone(tap, bench):
    """Times are those of a clock on the wall, with its zone."""
    bench.configure(source={"time_zone": "Pacific/Chatham"}, report={"practice": PRACTICE})
    text = Page(report_of(bench, "chatham.html")[1]).text
    bench.configure(source={"time_zone": None}, report={"practice": PRACTICE})
    tap.ok(re.search(r"as it stood on \d+ \w+ \d+, \d\d:\d\d UTC\+1[23]:45", text)
           and re.search(r"\d\d:\d\d:\d\d UTC\+1[23]:45", text), "times are local, and say so", text[:300])


def check_verified(tap, page):
    """The separate reader's findings, as the ledger keeps them."""
    tap.ok(f"{DOCUMENTS} records, " in page.text and "no difference found." in page.text,
           "what verify found is told", page.text[-300:])
    tap.ok("a separate reader agrees" in page.text, "also where it says whether all is complete")


def check_secrets(tap, text):
    tap.ok(PASSWORD not in text and "password_env" in text and "FMP" in text,
           "secrets are named and not there")


def check_colours(tap, text):
    """By WCAG 2 AA: 4.5 for text, 3 for what is drawn."""
    found = themes(text)
    tap.same(len(found), 3, "there are colours for light, for dark and for paper")
    low = []
    for name, theme in zip(("light", "dark", "paper"), found):
        theme = {**found[0], **theme}
        for words in ("ink", "soft", "link", "good", "bad"):
            if contrast(theme[words], theme["paper"]) < 4.5:
                low.append((name, words, contrast(theme[words], theme["paper"])))
        for drawn in ("good", "bad", "wait", "plain", "away", *(f"tone-{n}" for n in range(1, 7))):
            if contrast(theme[drawn], theme["paper"]) < 3:
                low.append((name, drawn, contrast(theme[drawn], theme["paper"])))
    tap.same(low, [], "and each stands out enough")


# --- every document --------------------------------------------------------------------------


def check_lists(tap, bench):
    told = json.loads(bench.ferry("report", "--json").out)
    rows = list(csv.DictReader(io.StringIO(bench.ferry("report", "--csv").out)))
    truth = {int(one["recordId"]): one for one in json.loads(bench.truth.read_text())}
    tap.same((len(told), len(rows)), (DOCUMENTS, DOCUMENTS), "--json and --csv have every document")
    tap.same([{name: "" if value is None else str(value) for name, value in one.items()}
              for one in told], [{name: value.removeprefix(" ") if value[:2] in
                                  (" =", " +", " -", " @") else value
                                  for name, value in row.items()} for row in rows],
             "and say the same")
    wrong = [one for one in told if one["state"] == "done"
             and any(str(one[name]) != str(truth[one["recordId"]][name])
                     for name in ("sha256", "size", "mark", "id"))]
    tap.same(wrong[:2], [], "hash, size, mark and id are the source's own")
    bad = [one for one in told if one["state"] == "done" and hashlib.sha256(
        (bench.store / one["key"]).read_bytes()).hexdigest() != one["sha256"]]
    tap.same(bad[:2], [], "and the file under the key has them")
    tap.ok(all(one["class"] and one["key"] is None for one in told if one["state"] == "failed"),
           "what failed has a class and no key")


# --- whole or not at all ---------------------------------------------------------------------


def check_refusal(tap, bench, before):
    """A ledger that somebody altered gets no report, and the old one stays."""
    path = bench.folder / "report.html"
    altered = (("a state", "update fmferry_document set state = 'done', class = '' where state = 'failed'"),
               ("a size", "update fmferry_document set size = size + 1 where document = 7"),
               ("a type", "update fmferry_document set type = 'x' where document = 7"),
               ("a tally", "update fmferry_tally set documents = documents + 1 where state = 'done'"),
               ("an entry", "update fmferry_audit set became = 'failed' where after = 'done' and document = 7"))
    for name, statement in altered:
        (bench.folder / "kept.db").write_bytes(bench.database.read_bytes())
        bench.sql(statement)
        done = bench.ferry("report", "--output", str(path))
        tap.ok(done.code == 1 and "do not balance" in done.err, f"{name} altered: no report",
               done.code, done.err)
        tap.ok(path.read_text() == before, "and the one before is as it was")
        for old in bench.folder.glob("fmferry.db-*"):
            old.unlink()
        bench.database.write_bytes((bench.folder / "kept.db").read_bytes())


def kill_at(bench, path, call, when):
    """Writes a report and kills the process at a system call; whether it died there."""
    command = ["strace", "-f", "-qq", "-o", bench.folder / "strace.txt", "-e", f"trace={call}", "-e",
               f"inject={call}:signal=SIGKILL:when={when}", FMFERRY, "--config", bench.config,
               "report", "--output", path]
    done = subprocess.run([str(word) for word in command], cwd=bench.folder,
                          env=bench.environment(), stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, timeout=300)
    return done.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)


def check_kills(tap, bench, before):
    """Killed at every step of writing: the old report or a new one, and nothing half beside it."""
    if not shutil.which("strace"):
        tap.skip("killed at every step, the report is whole", "no strace here")
        return
    place = bench.folder / "kills"
    place.mkdir()
    path = place / "report.html"
    for call, when in KILLS:
        path.write_text(before)
        died = kill_at(bench, path, call, when)
        text = path.read_text()
        beside = [one for one in place.iterdir() if one != path]
        whole = all(one.read_text().endswith("</html>\n") for one in beside)
        tap.ok(died and text.endswith("</html>\n") and whole and len(beside) <= (call == "linkat"
               or call == "rename"), f"killed at {call} {when}: the report is whole",
               died, [one.name for one in beside])
        for one in beside:
            one.unlink()


def check_nowhere(tap, bench):
    done = bench.ferry("report", "--output", str(bench.folder / "no" / "such" / "report.html"))
    tap.ok(done.code == 1 and "report.html" in done.err, "a place that is not there is named", done.err)
    done = bench.ferry("report", "--json", "--csv")
    tap.ok(done.code == 2, "--json and --csv exclude each other", done.err)


# --- while a run is under way ----------------------------------------------------------------


def check_live(tap):
    with Bench(tap, "report-live") as bench:
        bench.serve("demo", "--latency-ms", "2")
        bench.ferry("patients", "import")
        run = bench.start("run")
        seen, wrong = 0, []
        wait_until(lambda: bench.database.exists() and bench.ferry("status").code in (0, 3))
        while run.is_running():
            done, text = report_of(bench, f"live{seen}.html")
            page = Page(text)
            wrong += [(done.code, done.err)] if done.code else []
            wrong += page.wrong
            seen += 1
        run.finish()
        last = bench.ferry("run")  # who only reads may close last, and cannot put the log away
        tap.same((run.code, last.code), (3, 3), "the run ends as ever")
        tap.ok(seen > 0 and not wrong, f"{seen} reports during a run, each balanced", wrong[:3])
        bench.status()
        bench.stop_serving()
        bench.check("the run did not notice", exit_code=last.code)


# --- in a browser ----------------------------------------------------------------------------


def printed_pages(bench, path):
    printed = bench.folder / "printed.pdf"
    browse(bench.folder, path, "--no-pdf-header-footer", f"--print-to-pdf={printed}")
    return len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes()))


def check_browser(tap, bench, page):
    if not browser():
        tap.skip("the report in a browser", "no Chromium here")
        return
    path = bench.folder / "report.html"
    shown = Page(browse(bench.folder, path, "--dump-dom"))
    tap.same([one for one in PARTS if one not in shown.text], [], "a browser shows all its parts")
    tap.same(len(shown.tables), len(page.tables), "and all its tables")
    for name, option, bright in (("light", "--blink-settings=preferredColorScheme=1", True),
                                 ("dark", "--blink-settings=preferredColorScheme=0", False)):
        browse(bench.folder, path, option, "--window-size=800,1200",
               f"--screenshot={bench.folder}/{name}.png")
        pixel = first_pixel(bench.folder / f"{name}.png")
        tap.ok((min(pixel) > 230) if bright else (max(pixel) < 60), f"{name} is {name}", pixel)
    check_reading(tap, bench.folder, path, PRACTICE, 8)
    front = bench.folder / "front.html"
    front.write_text(path.read_text().split("<section id=", 1)[0] + "</main></body></html>")
    tap.same(printed_pages(bench, front), 2, "what is to be signed stands on two of them")


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "report") as bench:
        bench.serve("demo")
        bench.configure(report={"practice": PRACTICE})
        bench.ferry("patients", "import")
        for _ in range(5):
            bench.ferry("run")  # the later ones are short, and begin side by side in the plots
        bench.ferry("waive", "--class", "container-empty", "--by", "Ada <b>Moreau</b>", "--reason",
                    "there never was a \"file\" & nobody misses it")
        never = Page(report_of(bench)[1]).text
        tap.ok("That was never done" in never, "nothing is said in verify's name without its word")
        bench.ferry("verify")
        status = bench.status()
        bench.stop_serving()
        done, text = report_of(bench)
        tap.ok(done.code == 0 and "report.html" in done.out, "a report is written", done.err)
        tap.same((bench.folder / "report.html").stat().st_mode & 0o777, 0o600, "for its owner alone")
        page = Page(text)
        check_markup(tap, text, page)
        check_figures(tap, page, status)
        check_evidence(tap, page, bench)
        check_shares(tap, page)
        check_parties(tap, page, bench)
        check_signature(tap, page, status)
        check_zone(tap, bench)
        tap.ok("Ada <b>Moreau</b>" in page.text and 'never was a "file" & nobody' in page.text,
               "who gave something up, and why, in their own words")
        check_verified(tap, page)
        check_secrets(tap, text)
        check_colours(tap, text)
        check_lists(tap, bench)
        check_browser(tap, bench, page)
        check_kills(tap, bench, text)
        check_nowhere(tap, bench)
        check_refusal(tap, bench, text)
    check_certificate(tap)
    check_live(tap)


main(test)
