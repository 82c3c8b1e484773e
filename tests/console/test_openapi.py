#!/usr/bin/python3
"""
docs/openapi.yaml says of every address for programs what the console's own table and its answers say: in both directions,
with right, parameters and problems. A validator that others wrote reads the file; answers, good ones and a problem for
each thing that can be wrong with a request, are held against its schemas.
"""

import json
import pathlib
import re
import subprocess
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import npm  # noqa: E402
from harness import ROOT, Bench, main, need_programs  # noqa: E402
from people import Console  # noqa: E402
from routes import routes  # noqa: E402

API = ROOT / "docs" / "openapi.yaml"
OF_ALL = {"bad-request", "no-session", "no-right", "wrong-host", "too-many", "database-away", "busy", "internal"}
NOWHERE = {"not-there", "wrong-method"}  # of addresses that are none


# --- the file and the table ---------------------------------------------------------------------------


def operations(document):
    return {(method, path): operation for path, methods in document["paths"].items() for method, operation in methods.items()}


def parameters(document, operation, where):
    found = [document["components"]["parameters"][one["$ref"].rsplit("/", 1)[1]] if "$ref" in one else one
             for one in operation.get("parameters", [])]
    return {one["name"] for one in found if one["in"] == where}


def wanted_problems(route):
    """What follows from the row alone."""
    wanted = set() if route["method"] == "GET" else {"foreign"}
    wanted |= {"too-large"} if route["method"] in ("POST", "PATCH") else set()
    wanted |= {"not-there"} if "{" in route["path"] else set()
    return wanted | ({"key-used", "under-way"} if route["may_repeat"] else set())


def differences(document, route, operation):
    name = f"{route['method']} {route['path']}"
    if operation is None:
        return [f"{name} is missing: add it to docs/openapi.yaml, with operationId, summary, x-right: {route['right']}, "
                f"x-problems: {sorted(wanted_problems(route))} and responses"]
    if route["query"] is None:
        return [f"{name}: say in route_table.c which parameters it takes, .query = \"...\" (\"\": none)"]
    found = []
    for what, is_there, wanted in (
            ("x-right", operation.get("x-right"), route["right"]),
            ("parameters in query", parameters(document, operation, "query"), set(route["query"].split())),
            ("parameters in path", parameters(document, operation, "path"), set(re.findall(r"\{(\w+)\}", route["path"]))),
            ("Idempotency-Key", "Idempotency-Key" in parameters(document, operation, "header"), route["may_repeat"]),
            ("requestBody", "requestBody" in operation, route["method"] in ("POST", "PATCH")),
            ("default response", operation["responses"].get("default"), {"$ref": "#/components/responses/Problem"}),
            ("x-problems that follow from the table", wanted_problems(route) - set(operation.get("x-problems", [])), set())):
        if is_there != wanted:
            found.append(f"{name}: {what}: the file has {is_there or 'none'}, the table {wanted or 'none'}")
    return found


def compared(tap, document):
    table = {(route["method"].lower(), route["path"]): route for route in routes()
             if route["path"].startswith(("/api/v1/", "/nexus/"))}
    described = operations(document)
    tap.same([line for key, route in table.items() for line in differences(document, route, described.get(key))], [],
             "every address of the table stands in docs/openapi.yaml as it is")
    tap.same([f"{method.upper()} {path}" for method, path in described if (method, path) not in table], [],
             "and nothing else does")
    known = set(re.findall(r'\{ \d+, "([\w-]+)",', (ROOT / "src" / "console" / "server" / "problem.c").read_text()))
    named = {one.rsplit(":", 1)[1] for one in document["components"]["schemas"]["Problem"]["properties"]["type"]["enum"]}
    tap.same(named, known, "its types of problem are those of problem.c")
    tap.same([f"{path}: {one}" for (_, path), operation in described.items() for one in operation.get("x-problems", [])
              if one not in known or one in OF_ALL], [], "and each that is named is one of them")
    tap.same([path for (_, path), operation in described.items() if not operation.get("operationId")], [], "each has a name")


# --- answers ------------------------------------------------------------------------------------------


class Answers:
    """Asks, and keeps what is answered for check.mjs."""

    def __init__(self):
        self.kept = []

    def ask(self, who, method, path, body=None, **headers):
        """`path` is as the file has it; what stands in brackets is filled in: /failures/{document=7}."""
        sent = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/json", "X-Fmferry-Token": who.csrf,
                **{name.replace("_", "-"): value for name, value in headers.items()}}
        filled = re.sub(r"\{\w+=([^}]*)\}", r"\1", path)
        body = body if isinstance(body, str) or body is None else json.dumps(body)
        status, got, text = who.ask(method, f"/api/v1{filled}", body, sent)
        kept = {"method": method.lower(), "path": "/api/v1" + re.sub(r"=[^}]*\}", "}", path.split("?")[0]), "status": status,
                "type": got["Content-Type"], "body": json.loads(text) if text else None}
        if text:
            self.kept.append(kept)
        return status, kept["body"]


def good_answers(answers, people, failed):
    operator, admin = people["operator"], people["admin"]
    got = [answers.ask(operator, "GET", path)[0] for path in ("/status", "/runs", "/failures", "/failures?limit=1",
                                                              "/failures?class=container-empty", f"/failures/{{document={failed}}}")]
    got.append(answers.ask(admin, "POST", "/tokens", {"name": "lab", "rights": ["run"], "addresses": ["::1"], "days": 2})[0])
    got.append(answers.ask(admin, "GET", "/tokens")[0])
    got.append(answers.ask(admin, "DELETE", "/tokens/{token=1}")[0])
    owner = people["owner"]
    status, grounds = answers.ask(owner, "GET", "/signoff")
    signature = {"digest": grounds["digest"], "read": True, "reason": "the rest is on paper"}
    got += [status, answers.ask(owner, "POST", "/signoffs", signature)[0], answers.ask(owner, "GET", "/signoffs")[0]]
    return got


def patient_answers(tap, answers, staff):
    """Lists and who is not there; test_patients.py has what is in the lists."""
    got = [answers.ask(staff, "GET", path)[0] for path in ("/patients", "/patients?q=x&dob=1980-02-29", "/documents",
                                                          "/documents?q=type:letter&from=2020&limit=2")]
    tap.same(got, [200] * 4, "patients and documents are listed")
    for path, status, problem, words in (("/patients/{patient=nobody}", 404, "not-there", "no such patient"),
                                         ("/patients/{patient=nobody}/documents", 404, "not-there", "no such patient"),
                                         ("/patients?dob=soon", 400, "bad-request", "write 1980-02-29"),
                                         ("/documents?from=soon", 400, "bad-request", "2023-05-17"),
                                         ("/documents?q=to:soon", 400, "bad-request", "2023-05-17"),
                                         ("/documents?cursor=x", 400, "bad-request", "first page")):
        got, said = answers.ask(staff, "GET", path)
        tap.ok((got, said["type"]) == (status, f"urn:fmferry:problem:{problem}") and words in said["detail"], f"{path}: {problem}",
               said)
def ticket_answers(tap, answers, bench, staff):
    """A ticket; test_zip.py takes what it is good for."""
    row = str(uuid.UUID(bench.sql("select id from documents_document order by id limit 1")[0][0]))
    got = [answers.ask(staff, "POST", "/tickets", body)[0]
           for body in ({"documents": [row]}, {"documents": ["x"]}, {"query": {"from": "soon"}}, {"documents": [row] * 2001})]
    tap.same(got, [201, 400, 400, 413], "documents are chosen")
    tap.same(answers.ask(staff, "GET", f"/zip/{{ticket={'0' * 64}}}")[0], 404, "a ticket that is none is not there")


def review_answers(tap, answers, bench, records):
    """Somebody in doubt; test_whose.py has what follows."""
    bench.sql("insert into fmferry_match (filemaker_id, patient, why) values ('f-1', '', 'nobody knows'), ('f-2', '', 'nor here')")
    status, page = answers.ask(records, "GET", "/review?limit=1")
    tap.same((status, len(page["items"]), answers.ask(records, "GET", f"/review?cursor={page['next']}")[0]), (200, 1, 200),
             "who is in doubt is listed")
    for body, status, problem in (({"reason": "short"}, 400, "bad-request"), ({"reason": "the same address"}, 404, "not-there")):
        got, said = answers.ask(records, "POST", "/review/{id=f-1}/accept", body)
        tap.same((got, said["type"]), (status, f"urn:fmferry:problem:{problem}"), f"accepting {body}: {problem}")
    tap.same([answers.ask(records, "GET", path)[0] for path in ("/unlinked", "/unlinked/documents", "/unlinked/documents?of=x&cursor=x")],
             [200, 200, 400], "and documents with no patient")
    row = str(uuid.UUID(bench.sql("select id from documents_document order by id limit 1")[0][0]))
    wish = {"patient": None, "reason": "the same address"}
    for part, body, headers, status, problem in (
            (row, wish, {}, 428, "no-version"), (row, wish, {"If_Match": '"x"'}, 412, "stale"), ("x", wish, {}, 404, "not-there"),
            (row, {"reason": "short"}, {"If_Match": "*"}, 400, "bad-request"), (row, wish, {"If_Match": "*"}, 409, "not-met")):
        got, said = answers.ask(records, "POST", f"/documents/{{row={part}}}/patient", body, **headers)
        tap.same((got, said["type"]), (status, f"urn:fmferry:problem:{problem}"), f"giving {part} {body} {headers}: {problem}")
    tap.same(answers.ask(records, "GET", f"/tasks/{{task={row}}}")[0], 404, "a task that is none is not there")
    tap.same(answers.ask(records, "GET", "/review?cursor=x")[0], 400, "a cursor of another list is refused")


def away_answers(tap, answers, bench, staff):
    """A document is taken away and brought back; test_away.py has what that means."""
    row = str(uuid.UUID(bench.sql("select id from documents_document order by id limit 1")[0][0]))
    path = f"/documents/{{row={row}}}/away"
    for body, headers, status, problem in (
            ({"away": True}, {}, 428, "no-version"), ({"away": True}, {"If_Match": '"x"'}, 412, "stale"), ({"away": False}, {"If_Match": "*"}, 404, "not-there"),
            ({}, {"If_Match": "*"}, 400, "bad-request"), ({"away": True, "reason": "x" * 1001}, {"If_Match": "*"}, 400, "bad-request")):
        got, said = answers.ask(staff, "POST", path, body, **headers)
        tap.same((got, said["type"]), (status, f"urn:fmferry:problem:{problem}"), f"away {str(body)[:40]} {headers}: {problem}")
    tap.same([answers.ask(staff, "POST", path, {"away": True, "reason": "twice"}, If_Match="*")[0], answers.ask(staff, "GET", "/away?limit=1")[0],
              answers.ask(staff, "GET", "/away?patient=nobody")[0], answers.ask(staff, "POST", path, {"away": False}, If_Match="*")[0]],
             [200, 200, 404, 200], "a document is taken away, listed as such, and brought back")


def edit_answers(tap, answers, bench, records):
    """A document that was moved is refused; test_edit.py has uploads."""
    row = str(uuid.UUID(bench.sql("select id from documents_document order by id limit 1")[0][0]))
    path = f"/documents/{{row={row}}}"
    for body, headers, status, problem in (
            ({"type": "Scan"}, {}, 428, "no-version"), ({"type": "Scan"}, {"If_Match": '"x"'}, 412, "stale"), ({}, {"If_Match": "*"}, 400, "bad-request"),
            ({"name": "x"}, {"If_Match": "*"}, 400, "bad-request"), ({"date": "2024-03-01"}, {"If_Match": "*"}, 409, "not-met")):
        got, said = answers.ask(records, "PATCH", path, body, **headers)
        tap.same((got, said["type"]), (status, f"urn:fmferry:problem:{problem}"), f"edit {body} {headers}: {problem}")


def document_answers(tap, answers, bench, staff):
    """What is told of a document; its bytes are no JSON, and test_take.py has them."""
    number, = bench.sql("select id from documents_document order by id limit 1")[0]
    row = str(uuid.UUID(number))
    got = [answers.ask(staff, "GET", f"/documents/{{row={row}}}{part}")[0] for part in ("", "/story")]
    tap.same(got, [200, 200], "a document and its story are told")
    for part, headers, status, problem in (("", {}, 404, "not-there"), ("/story", {}, 404, "not-there"),
                                           ("/file", {}, 404, "not-there"), ("/file", {"Range": "bytes=9999-"}, 416, "range"),
                                           ("/file", {"If_Match": '"x"'}, 412, "stale")):
        asked = "x" if status == 404 else row
        got, said = answers.ask(staff, "GET", f"/documents/{{row={asked}}}{part}", **headers)
        tap.same((got, said["type"]), (status, f"urn:fmferry:problem:{problem}"), f"document{part} {headers}: {problem}")


def retry(failed, **more):
    return {"kind": "retry", "choice": {"documents": [failed]}, "expect": 1, **more}


def wrong_requests(people, failed):
    """Who, method, path, body, headers; status, type, and what the sentence says."""
    operator, staff, admin = people["operator"], people["staff"], people["admin"]
    post = lambda body, status, problem, words, **headers: (operator, "POST", "/decisions", body, headers, status, problem, words)  # noqa: E731
    token = lambda body, words: (admin, "POST", "/tokens", body, {}, 400, "bad-request", words)  # noqa: E731
    return [
        (operator, "GET", "/failures?limit=0", None, {}, 400, "bad-request", "limit: "),
        (operator, "GET", "/failures?limit=201", None, {}, 400, "bad-request", "1 to 200"),
        (operator, "GET", "/failures?limit=ten", None, {}, 400, "bad-request", "limit: "),
        (operator, "GET", "/failures?limit=1&limit=2", None, {}, 400, "bad-request", "twice"),
        (operator, "GET", "/failures?cursor=..", None, {}, 400, "bad-request", "cursor"),
        (operator, "GET", "/failures?class=nothing", None, {}, 400, "bad-request", "no class 'nothing'"),
        (operator, "GET", "/failures?clas=x", None, {}, 400, "bad-request", "'clas' is no parameter here; these are: class limit cursor"),
        (operator, "GET", "/status?x=1", None, {}, 400, "bad-request", "there are none"),
        (operator, "GET", "/failures?class=%zz", None, {}, 400, "bad-request", "parameters"),
        (operator, "GET", "/failures/{document=9999}", None, {}, 404, "not-there", ""),
        (operator, "GET", "/failures/{document=-1}", None, {}, 404, "not-there", ""),
        (operator, "GET", "/failures/{document=x}", None, {}, 404, "not-there", ""),
        (staff, "GET", f"/failures/{{document={failed}}}", None, {}, 403, "no-right", "'failures'"),
        (operator, "GET", "/tokens", None, {}, 403, "no-right", "'users'"),
        (operator, "GET", "/status", None, {"Cookie": "", "X_Fmferry_Token": ""}, 401, "no-session", ""),
        (operator, "GET", "/status", None, {"Host": "evil.example"}, 421, "wrong-host", "evil.example"),
        post(retry(failed), 403, "foreign", "page", Sec_Fetch_Site="cross-site"),
        post(retry(failed), 403, "foreign", "session", X_Fmferry_Token="0" * 64),
        post("{", 400, "bad-request", "the body: "), post("[]", 400, "bad-request", "object"), post("", 400, "bad-request", "body"),
        post('{"kind":"retry","kind":"waive","choice":{"documents":[1]},"expect":1}', 400, "bad-request", "comes twice"),
        post(retry(failed), 400, "bad-request", "application/json", Content_Type="text/plain"),
        post(retry(failed, force=True), 400, "bad-request", "'force' is no member here; these are: kind, choice, expect, reason"),
        post(retry(failed, kind="forget"), 400, "bad-request", "neither 'retry' nor 'waive'"),
        post(retry(failed, choice={}), 400, "bad-request", "either documents or a class"),
        post(retry(failed, choice={"documents": [0]}), 400, "bad-request", "numbers above 0"),
        post(retry(failed, choice={"documents": list(range(1, 66))}), 400, "bad-request", "at most 64"),
        post(retry(failed, choice={"class": "nothing"}), 400, "bad-request", "no class"),
        post(retry(failed, choice={"documents": [9999]}), 404, "not-there", ""),
        post(retry(failed, expect=0), 400, "bad-request", "expected"),
        post(retry(failed, expect=7), 409, "changed", "nothing was done"),
        post(retry(failed, expect=2 ** 40), 400, "bad-request", "too large"),
        (people["owner"], "POST", "/decisions", retry(failed, kind="waive", reason="short"), {}, 400, "bad-request", "10 characters"),
        (people["owner"], "POST", "/decisions", retry(failed), {}, 403, "no-right", "'retry'"),
        post(retry(failed, reason="x" * 70_000), 413, "too-large", "65536"),
        post(retry(failed), 400, "bad-request", "Idempotency-Key", Idempotency_Key="short"),
        post(retry(failed), 400, "bad-request", "Idempotency-Key", Idempotency_Key="k" * 65),
        token({"name": "x", "rights": ["run"]}, "2 to 40"), token({"name": "lab", "rights": ["all"]}, "no right"),
        token({"name": "lab", "rights": "run"}, "rights"), token({"name": "lab", "rights": ["run"], "addresses": ["here"]}, "no numeric"),
        (admin, "DELETE", "/tokens/{token=99}", None, {}, 404, "not-there", ""),
        (admin, "DELETE", "/tokens/{token=1}", None, {}, 404, "not-there", "no token that is good"),
    ]


def mended(tap, answers, people, failed):
    for who, method, path, body, headers, status, problem, words in wrong_requests(people, failed):
        got, said = answers.ask(who, method, path, body, **headers)
        tap.ok((got, said["type"], said["status"]) == (status, f"urn:fmferry:problem:{problem}", status)
               and words in said.get("detail", "") and len(said["mend"]) > 15,
               f"{method} {path} {str(body)[:60]} {headers or ''}: {problem}", got, said)


def repeated(tap, console, answers, people, failed):
    """A decision that is sent twice with the same key is carried out once."""
    operator, key = people["operator"], "0123456789abcdef"
    first = answers.ask(operator, "POST", "/decisions", retry(failed), Idempotency_Key=key)
    tap.same(first, (200, {"count": 1}), "a decision with an Idempotency-Key")
    noted = "select count(*) from fmferry_view where what = 'retry'"
    before = console.sql(noted)
    tap.same(answers.ask(operator, "POST", "/decisions", retry(failed), Idempotency_Key=key), first, "sent again is answered again")
    tap.same(console.sql(noted), before, "and not carried out again")
    status, said = answers.ask(operator, "POST", "/decisions", retry(failed, expect=2), Idempotency_Key=key)
    tap.same((status, said["type"]), (422, "urn:fmferry:problem:key-used"), "another request does not get its answer")
    status, _ = answers.ask(people["second"], "POST", "/decisions", retry(failed), Idempotency_Key=key)
    tap.same(status, 409, "somebody else's key is another one: the document waits already")
    status, _ = answers.ask(people["second"], "POST", "/decisions", retry(failed), Idempotency_Key=key)
    tap.same(status, 409, "and what was refused is judged anew")
    tap.same(console.sql("select count(*) from fmferry_answer")[0][0], 1, "refusals are not kept")
    console.sql("update fmferry_answer set status = 0")
    status, said = answers.ask(operator, "POST", "/decisions", retry(failed), Idempotency_Key=key)
    tap.same((status, said["type"]), (409, "urn:fmferry:problem:under-way"), "what is under way is said so")
    console.sql("update fmferry_answer set status = 200, at_us = at_us - 90000000000")
    status, _ = answers.ask(operator, "POST", "/decisions", retry(failed), Idempotency_Key=key)
    tap.same((status, console.sql("select count(*) from fmferry_answer")[0][0]), (409, 0), "after a day the key is forgotten")


def checked(tap, folder, kept):
    done = subprocess.run(["node", "check.mjs", API], cwd=folder, input=json.dumps(kept), capture_output=True, text=True)
    tap.same(done.returncode, 0, "the file is read")
    if done.returncode:
        tap.note(done.stderr[-2000:])
        return None
    said = json.loads(done.stdout)
    tap.same(said["errors"], [], "the validator finds the file to be OpenAPI 3.1")
    tap.same(said["answers"], [], f"{len(kept)} answers fit their schemas")
    return said["document"]


def named(tap, document, kept):
    """Each problem that was met stands in the file."""
    described = operations(document)
    missing = {f"{one['method'].upper()} {one['path']}: {problem}" for one in kept if one["type"] == "application/problem+json"
               for problem in [one["body"]["type"].rsplit(":", 1)[1]]
               if problem not in OF_ALL | set(described[one["method"], one["path"]].get("x-problems", []))}
    tap.same(missing, set(), "every problem that was met stands in x-problems")


def test(tap):
    if not need_programs(tap):
        return
    folder, why = npm.installed(tap, ROOT / "tests" / "console" / "openapi")
    if why:
        tap.skip("docs/openapi.yaml", why)
        return
    with Bench(tap, "openapi") as bench:
        (bench.folder / "scenario").write_text("container 1..2 is empty\n")
        bench.serve("generate:5,500", "--scenario", bench.folder / "scenario")
        bench.configure(run={"retry_ms": 1, "attempts": 1})
        bench.ferry("run")
        console = Console(bench)
        people = {role: console.person(role, role) for role in ("operator", "staff", "records", "owner", "admin")}
        people["second"] = console.person("second", "operator")
        failed, = bench.sql("select document from fmferry_document where state = 'failed' limit 1")[0]
        answers = Answers()
        tap.same(good_answers(answers, people, failed), [200] * 6 + [201, 200, 204, 200, 200, 200], "good requests are answered")
        patient_answers(tap, answers, people["staff"])
        document_answers(tap, answers, bench, people["staff"])
        away_answers(tap, answers, bench, people["staff"])
        edit_answers(tap, answers, bench, people["records"])
        ticket_answers(tap, answers, bench, people["staff"])
        review_answers(tap, answers, bench, people["records"])
        mended(tap, answers, people, failed)
        repeated(tap, console, answers, people, failed)
        document = checked(tap, folder, answers.kept)
        if document:
            compared(tap, document)
            named(tap, document, answers.kept)
        console.program.signal(15)
        tap.same(console.program.finish(60).code, 0, "the console ends when it is told to")
        bench.stop_serving()


if __name__ == "__main__":
    main(test)
