#!/usr/bin/python3
"""
The owner signs: what is not met is named, what was seen is what is signed, and nobody signs for another. It stands in
the ledger, its audit chain, status, report and view log, and verify accepts it.
"""

import hashlib
import html
import json
import pathlib
import re
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Bench, main, need_programs  # noqa: E402
from people import Console, set_up  # noqa: E402
from uploads import patients_of, pdf, upload  # noqa: E402

SCENARIO = "container 1..3 is missing\n"
RECORDS, PASSWORD, WHY = 60, "lemon garden tractor", "the paper charts are kept in the cellar"
NEVER, CAPTURED = "a separate reader agrees", "all documents are captured, or given up by name"


def digest_of(page):
    return re.search(r'name="digest" value="(\w+)"', page)[1]


def sign(owner, **fields):
    """Status, where to, and text of what is answered to the form."""
    wanted = {"read": "yes", "reason": WHY, "password": PASSWORD, "code": "", **fields}
    status, headers, text = owner.post("/signoff", **wanted)
    return status, headers.get("Location"), text


def signed(ask):
    return ask("select number, who, reason, exceptions, figures, verified, certificate, run from fmferry_signoff"
               " order by number")


# --- what is open ------------------------------------------------------------------------------------


def shows_what_is_open(tap, bench, owner):
    status, page = owner.get("/signoff")
    page = html.unescape(page)
    wanted = json.loads(bench.ferry("status", "--json").out)["checklist"]
    tap.same(status, 200, "the page is there")
    tap.same([row for row in re.findall(r"<tr><td>(met|not met)</td><th scope=\"row\">([^<]*)</th><td>([^<]*)</td>", page)[:6]],
             [("met" if one["met"] else "not met", one["criterion"], one["figure"]) for one in wanted],
             "with the criteria and figures of status")
    grounds = owner.json("/api/v1/signoff")
    missing = [one["name"] for one in grounds["grounds"] if not one["met"]]
    tap.same((missing, grounds["exceptions"]), ([CAPTURED, NEVER], 2), "the API names what is not met")
    tap.same([f"Not met: {name}." in page for name in missing], [True, True], "and so does the page, each by name")
    tap.ok("Sign with these exceptions" in page and 'id="reason"' in page, "who signs, says why")
    tap.same(digest_of(page), grounds["digest"], "both have the same digest")
    tap.ok("style=" not in page, "nothing is inline")


def others_look(tap, console):
    for name, roles, look in (("otto", "operator", 200), ("audrey", "auditor", 200), ("stella", "staff", 403)):
        other = console.person(name, roles)
        status, page = other.get("/signoff")
        tap.same((status, 'name="digest"' in page), (look, False), f"{roles}: looks at most")
        tap.same(other.post("/signoff", digest="0" * 64)[0], 403, f"{roles}: signs nothing")


# --- what is refused ---------------------------------------------------------------------------------


def refuses(tap, bench, console, owner):
    digest = digest_of(owner.get("/signoff")[1])
    tap.same([sign(owner, **{"digest": digest, **fields})[0] for fields in
              ({"read": "no"}, {"reason": "short"}, {"digest": "nothing"}, {"digest": "0" * 64})], [400, 400, 400, 412],
             "not read, without a reason, without figures, with others")
    status, _, page = sign(owner, digest=digest, code="000000", password="something else")
    tap.ok(status == 403 and "nothing was signed" in page and WHY in page, "a wrong password, and the reason is kept", page)
    tap.same(sign(owner, digest=digest, csrf="0" * 64)[0], 403, "a form of another site")
    late = console.person("late", "owner", proved=False)
    body = {"digest": digest, "read": True, "reason": WHY}
    tap.same(late.send_json("/api/v1/signoffs", body)[0], 409, "by the API not long after the login")
    tap.same(late.send_json("/api/v1/signoffs", {**body, "more": 1})[0], 400, "nor with a member too many")
    tap.same(signed(bench.sql), [], "nothing was signed by all that")
    return digest


def waives_three(tap, bench, owner):
    """S5, by the API; then what was seen is no longer so."""
    failed = [one for one, in bench.sql("select document from fmferry_document where state = 'failed'")]
    done = owner.decide({"kind": "waive", "choice": {"documents": failed}, "expect": 3, "reason": "scanned twice, see 12"})
    tap.same(done, (200, {"count": 3}), "the owner gives three up")


# --- signing -----------------------------------------------------------------------------------------


def signs_with_exceptions(tap, bench, console, owner, old):
    status, _, page = sign(owner, digest=old)
    tap.ok(status == 412 and "nothing was signed" in page, "what was seen is no longer so: refused", status, page)
    page = owner.get("/signoff")[1]
    tap.ok("scanned twice, see 12" in page and ">kim<" in page, "who gave what up, and why, stands on the page")
    status, to, text = sign(owner, digest=digest_of(page), code=owner.spares.pop())
    tap.same((status, to), (303, "/signoff?done=1"), "then it is signed")
    tap.ok("sign-off 1" in owner.get(to)[1], "and said", text)
    (number, who, reason, exceptions, figures, verified, certificate, run), = signed(bench.sql)
    tap.same((number, who, reason, verified, certificate), (1, "kim", WHY, None, None), "it stands in the ledger")
    tap.same([one["name"] for one in json.loads(exceptions)], [NEVER], "with its exception")
    tap.same(json.loads(figures)["states"]["waived"], 3, "and all figures of that moment")
    digest, all_hash = re.fullmatch(r"signoff 1 by kim, shown (\w{64}), all (\w{64})", bench.sql(
        "select evidence from fmferry_audit where run = ? and after = 'signed'", run)[0][0]).groups()
    tap.same(digest, digest_of(page), "the audit chain names what was shown")
    statement, = bench.sql("select statement from fmferry_signoff")[0]
    parts = (who, statement, reason, exceptions, figures)
    tap.same(hashlib.sha256("".join(f"{part}\n" for part in parts).encode()).hexdigest(), all_hash,
             "and the hash of all that was signed")
    noted = console.sql("select detail, account from fmferry_view where what = 'sign'")
    tap.same([detail for detail, _ in noted], ["sign-off 1, 1 exception"], "and the view log who it was")


def is_told(tap, bench, owner):
    status = json.loads(bench.ferry("status", "--json").out)["signed"]
    tap.same((status["by"], status["exceptions"], status["outdated"]), ("kim", 1, False), "status --json tells it")
    tap.ok(re.search(r"signed +\d{4}-.* by kim, with 1 exception\n", bench.ferry("status").out), "so does status")
    tap.ok("by kim, with 1 exception." in owner.get("/run")[1], "and the page of the run")
    code, headers, report = owner.ask("GET", "/signoff/report")
    tap.ok(code == 200 and "sandbox" in headers["Content-Security-Policy"] and "script-src" not in
           headers["Content-Security-Policy"], "the report is a page without rights", headers)
    bench.ferry("report", "--output", bench.folder / "report.html")
    steady = lambda text: re.sub(r"\d\d:\d\d(:\d\d)?|as of .*? ", "", text)  # noqa: E731
    tap.ok(abs(len(steady(report)) - len(steady((bench.folder / "report.html").read_text()))) < 200,
           "it is the one that the command writes")
    tap.ok("signed in the console" in report and "scanned twice, see 12" in report, "and tells of the signature, and S5")
    paper = owner.get("/signoff/paper")[1]
    tap.ok("Signed in the console on" in paper and WHY in paper and ">Place and date<" in paper, "so does the page for paper")


def signs_whole(tap, bench, owner):
    """Verified, with a certificate: nothing is open."""
    certificate = bench.folder / "certificate.txt"
    bench.ferry("init", "--key")
    done = bench.ferry("verify", "--certificate", certificate)
    tap.ok(done.code == 0, "verify accepts the ledger with a signature", done.out, done.err)
    page = owner.get("/signoff")[1]
    tap.ok("Everything is met." in page and 'id="reason"' not in page, "nothing is open")
    to = sign(owner, digest=digest_of(page), code=owner.spares.pop(), reason="")[1]
    tap.same(to, "/signoff?done=2", "it is signed without a reason")
    row = signed(bench.sql)[1]
    tap.same((row[2], json.loads(row[3]), row[6].hex()),
             ("", [], hashlib.sha256(certificate.read_bytes()).hexdigest()), "with the certificate's hash")
    tap.same(bench.ferry("verify", "--against", certificate).code, 0, "verify finds nothing against it afterwards")


def signs_by_the_api(tap, console, owner):
    proved = console.person("vera", "owner")
    digest = proved.json("/api/v1/signoff")["digest"]
    tap.same(proved.send_json("/api/v1/signoffs", {"digest": digest, "read": True}), (200, {"number": 3}),
             "by the API, just after password and code were given")
    first = owner.json("/api/v1/signoffs?limit=2")
    rest = owner.json(f"/api/v1/signoffs?limit=2&cursor={first['next']}")
    tap.same(([one["number"] for one in first["items"]], [one["number"] for one in rest["items"]], rest["next"]),
             ([3, 2], [1], None), "the list comes in pages, the newest first")
    tap.same(rest["items"][0]["exceptions"][0]["name"], NEVER, "with what was not met")
    tap.same(owner.get("/api/v1/signoffs?cursor=x")[0], 400, "and a cursor that nobody gave is refused")


def upload_is_no_part_of_it(tap, bench, console, owner):
    """What is uploaded afterwards was never in FileMaker: it is told, and the signature stands (decision 97)."""
    patient = str(uuid.UUID(patients_of(bench)[0]))
    digest = digest_of(owner.get("/signoff")[1])
    status, files = upload(console.person("clerk", "staff"), patient, [("new.pdf", pdf("new"))])
    tap.same((status, files[0]["outcome"]), (201, "stored"), "a document is uploaded after the signature")
    said = json.loads(bench.ferry("status", "--json").out)
    tap.same((said["signed"]["outdated"], said["verified"]["outdated"], said["uploads"]["arrived"]), (False, False, 1),
             "status has it, and takes neither signature nor verification for out of date")
    tap.same(digest_of(owner.get("/signoff")[1]), digest, "what would be signed is what it was")
    tap.same(bench.ferry("verify").code, 0, "verify finds no difference")


def is_outdated(tap, bench):
    bench.ferry("retry", "--record", bench.sql("select record_id from fmferry_document where state = 'waived'")[0][0])
    bench.ferry("run")
    tap.ok(json.loads(bench.ferry("status", "--json").out)["signed"]["outdated"], "after another run it is out of date")


def altered(tap, bench):
    """A signature that was changed behind fmferry's back is named."""
    bench.sql("update fmferry_signoff set who = 'Mallory' where number = 1")
    done = bench.ferry("verify", "--json")
    kinds = [json.loads(line)["kind"] for line in done.out.splitlines()[:-1]]
    tap.same((done.code, kinds), (3, ["audit-signoff"]), "verify names a sign-off that was altered")
    bench.sql("update fmferry_signoff set who = 'kim' where number = 1")
    bench.sql("delete from fmferry_signoff where number = 2")
    kinds = [json.loads(line)["kind"] for line in bench.ferry("verify", "--json").out.splitlines()[:-1]]
    tap.same(kinds, ["audit-signoff"], "and one that was removed")




def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "signoff") as bench:
        (bench.folder / "scenario").write_text(SCENARIO)
        bench.serve(f"generate:{RECORDS},500", "--scenario", bench.folder / "scenario")
        bench.configure(run={"retry_ms": 1, "attempts": 2})
        bench.ferry("patients", "import")
        bench.ferry("run")
        console = Console(bench)
        owner = set_up(bench, console, "kim", "owner", PASSWORD)
        shows_what_is_open(tap, bench, owner)
        others_look(tap, console)
        old = refuses(tap, bench, console, owner)
        waives_three(tap, bench, owner)
        signs_with_exceptions(tap, bench, console, owner, old)
        is_told(tap, bench, owner)
        signs_whole(tap, bench, owner)
        signs_by_the_api(tap, console, owner)
        upload_is_no_part_of_it(tap, bench, console, owner)
        is_outdated(tap, bench)
        altered(tap, bench)
        console.program.signal(15)
        console.program.finish(30)
        bench.stop_serving()


main(test)
