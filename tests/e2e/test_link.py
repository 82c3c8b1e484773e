#!/usr/bin/python3
"""Documents to patients who come later, get new ids, or are chosen by people."""

import contextlib
import csv
import json
import sqlite3
import ssl
import time
import urllib.request
import base64

from harness import ACCOUNT, PASSWORD, Person, main, play, wait_until

LATE = 300


def patients_of(bench):
    """Every patient that the source has: (id, first name, last name, date of birth)."""
    base = f"{bench.ready['url']}/fmi/data/vLatest/databases/{bench.ready['database']}"
    trust = ssl.create_default_context(cafile=bench.ready["ca_file"])
    pair = base64.b64encode(f"{ACCOUNT}:{PASSWORD}".encode()).decode()

    def call(method, path, authorization, body=None):
        request = urllib.request.Request(base + path, body, method=method, headers={
            "Authorization": authorization, "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=300, context=trust) as answer:
            return json.load(answer)["response"]

    token = call("POST", "/sessions", f"Basic {pair}", b"{}")["token"]
    data = call("GET", "/layouts/API_Contacts/records?_limit=5000", f"Bearer {token}")["data"]
    call("DELETE", f"/sessions/{token}", f"Bearer {token}")
    bench.others.append(next(line["session"] for line in bench.journal_lines()
                             if line["effect"] == "login"))
    return [tuple(record["fieldData"][name] for name in ("id", "FirstName", "LastName", "DOB"))
            for record in data]


def write_csv(bench, patients):
    path = bench.folder / "patients.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "FirstName", "LastName", "DOB"))
        writer.writerows(patients)
    return path


def unlinked(bench):
    return [path for path in bench.store.rglob("*") if path.is_file() and "unlinked" in path.parts]


def links(bench):
    return dict(bench.sql("select link, count(*) from fmferry_document group by link"))


def late(tap, bench):
    """300 of 400 patients are not in the application at first."""
    bench.serve("generate:1600,3000")
    bench.configure(run={"workers": 6, "retry_ms": 20})
    everybody = patients_of(bench)
    bench.ferry("patients", "import", "--csv", write_csv(bench, everybody[LATE:]))
    bench.ferry("run", limit=300)
    waiting = len(unlinked(bench))
    tap.ok(waiting > LATE, "late: their documents lie under unlinked/", waiting, links(bench))
    rows = dict(bench.sql("select id, s3_key from documents_document"))
    bench.ferry("patients", "import", "--csv", write_csv(bench, everybody))
    return everybody, waiting, rows


def at_once(tap, bench):
    everybody, waiting, rows = late(tap, bench)
    done = bench.ferry("link", limit=300)
    tap.same((done.code, len(unlinked(bench))), (0, 0), "late: nothing is left under unlinked/")
    tap.same(links(bench).get("unlinked", 0), 0, "late: every document has its patient")
    tap.ok(f"{waiting} given to their patient" in done.out, "late: it says how many", done.out)
    moved = [key for key, in bench.sql("select s3_key from documents_document")
             if key not in rows.values()]
    tap.same(len(moved), waiting, "late: as many rows have a new key, and no other")
    again = bench.ferry("link")
    tap.ok(again.code == 0 and "0 given to their patient" in again.out, "late: again does nothing",
           again.out)
    last = bench.ferry("run")
    check_end(tap, bench, "late", last.code)


def check_end(tap, bench, what, code):
    bench.status()
    verified = bench.ferry("verify", limit=600)
    tap.ok(verified.code == 0, f"{what}: verify finds no difference", verified.out[-1500:],
           verified.err[-500:])
    bench.stop_serving()
    bench.check(f"{what}: the checker agrees", exit_code=code)


def killed(tap, bench):
    """The same, killed again and again at moments that nobody chose."""
    _, waiting, _ = late(tap, bench)
    kills = 0
    for share in range(1, 13):
        run = bench.start("link")
        goal = waiting - waiting * share // 14
        wait_until(lambda: not run.is_running() or len(unlinked(bench)) <= goal, pause=0.003)
        if run.is_running():
            run.kill()
            kills += 1
    done = bench.ferry("link", limit=300)
    tap.ok(kills >= 10, "killed: often enough", kills)
    tap.same((done.code, len(unlinked(bench))), (0, 0), "killed: nothing is left under unlinked/")
    states = dict(bench.sql("select state, count(*) from fmferry_version group by state"))
    tap.same(states.get("leaving", 0), 0, "killed: nothing is left half-way")
    bench.forgive_open_sessions()
    last = bench.ferry("run")
    check_end(tap, bench, "killed", last.code)


def new_ids(bench):
    """The application drops its patients and reads them again: each gets another id."""
    with contextlib.closing(sqlite3.connect(bench.database, timeout=300)) as sql, sql:
        sql.execute("update patients_patient set id = "
                    "substr(id, 1, 8) || '0000' || '4000' || '8' || substr(id, 18, 15)")


def reimported(tap, bench):
    bench.serve("generate:400,3000")
    bench.configure(run={"workers": 4, "retry_ms": 20})
    bench.ferry("patients", "import")
    bench.ferry("run")
    before = {key for key, in bench.sql("select s3_key from documents_document")}
    new_ids(bench)
    plain = bench.ferry("link")
    tap.ok("0 given to their patient" in plain.out, "new ids: link alone leaves them", plain.out)
    done = bench.ferry("link", "--all")
    after = {key for key, in bench.sql("select s3_key from documents_document")}
    tap.ok(done.code == 0 and not before & after, "new ids: link --all moves every document",
           done.out, done.err, len(before & after))
    strangers = bench.sql("select count(*) from documents_document where object_id not in "
                          "(select id from patients_patient)")
    tap.same(strangers, [(0,)], "new ids: every row has a patient who exists")
    files = {str(path.relative_to(bench.store)) for path in bench.store.rglob("*") if path.is_file()}
    tap.same(files, after, "new ids: and nothing lies where it was")
    last = bench.ferry("run")
    check_end(tap, bench, "new ids", last.code)


def by_hand(tap, bench):
    bench.serve("generate:60,3000")
    bench.configure(run={"workers": 2, "retry_ms": 20})
    bench.ferry("patients", "import")
    bench.ferry("run")
    patients = [one for one, in bench.sql("select id from patients_patient order by id")]
    (own,), = bench.sql("select patient from fmferry_document where record_id = 7")
    other = next(one for one in patients if one != own.replace("-", ""))
    words = ("link", "--document", "7", "--patient", other)
    silent = bench.ferry(*words)
    tap.ok(silent.code == 2 and "--by" in silent.err, "by hand: who and why must be said", silent.err)
    nobody = bench.ferry("link", "--document", "7", "--patient",
                         "00000000-0000-4000-8000-000000000000", "--by", "Kim", "--reason", "test")
    tap.ok(nobody.code == 2 and "no patient" in nobody.err, "by hand: the patient must exist",
           nobody.err)
    done = bench.ferry(*words, "--by", "Kim", "--reason", "the scan was filed wrongly")
    now = bench.sql("select d.patient, d.linked_by, r.object_id, r.s3_key from fmferry_document d "
                    "join fmferry_version v on v.document = d.document and v.number = d.version "
                    "join documents_document r on r.s3_key = v.key where d.record_id = 7")
    tap.ok(done.code == 0 and len(now) == 1 and now[0][0].replace("-", "") == other
           and now[0][1:3] == ("Kim", other) and now[0][0] in now[0][3],
           "by hand: row, ledger and key follow", now, done.err)
    bench.ferry("link", "--all")
    with Person(bench) as person:
        person.edit("7", Type="Referral")
    bench.ferry("run")
    (still,), = bench.sql("select patient from fmferry_document where record_id = 7")
    tap.same(still, now[0][0], "by hand: it stays, whatever the source says later")
    out = bench.ferry("unlink", "--document", "7", "--by", "Kim", "--reason", "not ours")
    bench.ferry("link")
    (link, patient), = bench.sql("select link, patient from fmferry_document where record_id = 7")
    tap.ok(out.code == 0 and (link, patient) == ("unlinked", None) and len(unlinked(bench)) == 1,
           "by hand: taken from everybody, and not given back by itself", link, patient, out.err)
    history = bench.sql("select l.patient_before, l.patient, l.who, l.reason from fmferry_link l join "
                        "fmferry_document d on d.document = l.document where d.record_id = 7 "
                        "order by l.number")
    tap.ok([line[2:] for line in history] == [("Kim", "the scan was filed wrongly"),
                                              ("Kim", "not ours")]
           and history[0][0] == own, "by hand: the history tells all", history)
    taken_is_told(tap, bench)
    told = bench.ferry("link", "--history")
    tap.ok(told.code == 0 and len(told.out.splitlines()) == len(history)
           and f"{own} -> {now[0][0]}  by Kim: the scan was filed wrongly" in told.out,
           "by hand: and can be read", told.out, told.err)
    given_back(tap, bench, own)
    last = bench.ferry("run")
    check_end(tap, bench, "by hand", last.code)


def taken_is_told(tap, bench):
    """A document that a person took from its patient does not wait for a patient who is not known."""
    today = time.gmtime()
    words = f"taken from its patient by Kim on {today.tm_mday} {time.strftime('%B', today)} {today.tm_year}"
    status = bench.ferry("status").out
    tap.ok(words in status and "        0  patient not known yet" in status, "by hand: status says by whom it was taken",
           status)
    status = bench.status()
    tap.ok(status["links"]["unlinked"] == 1 and [(one["by"], one["count"]) for one in status["taken"]] == [("Kim", 1)],
           "by hand: and so does its JSON", status["taken"])
    bench.ferry("report", "--output", bench.folder / "report.html")
    page = (bench.folder / "report.html").read_text()
    tap.ok(f"<strong>1</strong> {words}" in page and "is not in the application yet" not in page,
           "by hand: and the report")
    (one,) = [one for one in json.loads(bench.ferry("report", "--json").out) if one["recordId"] == 7]
    tap.ok(one["link"] == "unlinked" and one["linked_by"] == "Kim" and one["linked_at"].startswith(str(today.tm_year)),
           "by hand: and the list of all documents", one)


def given_back(tap, bench, own):
    """The way back: the patient's id decides again."""
    silent = bench.ferry("link", "--again", "7")
    tap.ok(silent.code == 2 and "--by" in silent.err, "again: who and why must be said", silent.err)
    both = bench.ferry("link", "--again", "7", "--all", "--by", "Kim", "--reason", "x")
    tap.same(both.code, 2, "again: one document, not all")
    done = bench.ferry("link", "--again", "7", "--by", "Kim", "--reason", "it was right")
    (link, patient, by), = bench.sql("select link, patient, linked_by from fmferry_document where record_id = 7")
    tap.ok(done.code == 0 and (link, patient, by) == ("linked", own, "") and not unlinked(bench),
           "again: it is with its own patient", done.out, done.err, link, patient, by)
    tap.ok("1 document is with the patient of its id again" in done.out, "again: which is said", done.out)
    tap.same(bench.status()["taken"], [], "again: nobody took it any more")
    tap.same(bench.sql("select l.who, l.reason from fmferry_link l join fmferry_document d on d.document = l.document "
                       "where d.record_id = 7 order by l.number desc limit 1"), [("Kim", "it was right")],
             "again: the history tells it")
    twice = bench.ferry("link", "--again", "7", "--by", "Kim", "--reason", "again")
    tap.ok(twice.code == 0 and "nothing was done" in twice.out, "again: twice does nothing", twice.out)
    with Person(bench) as person:
        other = next(person.read(str(n))["fieldData"]["id_Contact"] for n in range(10, 60)
                     if bench.sql("select patient from fmferry_document where record_id = ?", n)[0][0] != own)
        person.edit("7", id_Contact=other)
    bench.ferry("run")
    (now,), = bench.sql("select patient from fmferry_document where record_id = 7")
    tap.ok(now not in (None, own), "again: and goes with the id from now on", now, own)
    bench.ferry("link")


def corrected(tap, bench):
    """The patient is corrected in FileMaker: the object must not stay with the wrong one."""
    bench.serve("generate:60,3000")
    bench.configure(run={"workers": 2, "retry_ms": 20})
    bench.ferry("patients", "import")
    bench.ferry("run")
    (own,), = bench.sql("select patient from fmferry_document where record_id = 9")
    with Person(bench) as person:
        other = next(person.read(str(n))["fieldData"]["id_Contact"] for n in range(10, 60)
                     if bench.sql("select patient from fmferry_document where record_id = ?",
                                  n)[0][0] != own)
        person.edit("9", id_Contact=other)
    run = bench.ferry("run")
    (now, key), = bench.sql("select d.patient, v.key from fmferry_document d join fmferry_version v "
                            "on v.document = d.document and v.number = d.version "
                            "where d.record_id = 9")
    tap.ok(run.code == 0 and now != own and now in key, "corrected: it lies with the right patient",
           own, now, key)
    bench.ferry("link")
    strays = [path for path in (bench.store / f"patients/filemaker-import/documents/{own}").rglob("*")
              if path.is_file() and path.stem == pathlib_stem(key)]
    tap.same(strays, [], "corrected: and no more with the wrong one, after link")
    last = bench.ferry("run")
    check_end(tap, bench, "corrected", last.code)


def pathlib_stem(key):
    return key.rpartition("/")[2].rpartition(".")[0]


def test(tap):
    play(tap, (at_once, killed, reimported, by_hand, corrected), "link-")


if __name__ == "__main__":
    main(test)
