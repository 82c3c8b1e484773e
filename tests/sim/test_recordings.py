#!/usr/bin/python3
"""
fmsim is compared with every answer that was recorded from a real server. A solution is made from the recording
and asked the same question. Its answer must have the same members, in the same order, of the same kinds; where
an answer consists of names, the same names. Each recording is listed with its result, or with the reason why
it does not apply. The recordings are not part of the project (see `folder`).
"""

import base64
import fnmatch
import http.client
import json
import os
import pathlib
import re
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import ACCOUNT, PASSWORD, ROOT, Bench, main, need_programs  # noqa: E402
from recordings import load, of_layout, of_layouts, of_record, of_scripts, skeleton  # noqa: E402

SHARED = pathlib.Path(os.environ.get("FMFERRY_SHARED") or ROOT.parent / "shared")
FOLDER = SHARED / "fixtures" / "filemaker"
DATABASES = "/fmi/data/v2/databases"
PAIR = base64.b64encode(f"{ACCOUNT}:{PASSWORD}".encode()).decode()
VARIES = {"Date", "ETag", "Content-Length", "X-FM-Data-Access-Token", "Access-Control-Allow-Origin"}
ECHO = {"script": "Echo", "script.param": "x", "script.prerequest": "Echo",
        "script.prerequest.param": "y", "script.presort": "Echo", "script.presort.param": "z"}
PLAIN = "table T 3\nfield id number serial 1\nfield Scan container empty\nfield g text empty global\n" \
        "table Empty 0\nfield id number serial 1\n" \
        "layout L of T\nshow id\nshow Scan\nshow g\nlayout E of Empty\nshow id\nscript Echo echo\n"
LARGE = PLAIN.replace("field Scan", "field text text words 300..400\nfield Scan") \
             .replace("show Scan", "show text\nshow Scan")
WIDE = "table T 1\n" + "".join(f"field f{number} text empty\n" for number in range(9)) \
       + "layout L of T\n" + "".join(f"show f{number}\n" for number in range(9))


class Server:
    """A simulated server with one solution, and one session."""

    def __init__(self, tap, shape, *switches):
        self.bench = Bench(tap, "recording")
        path = self.bench.folder / "solution.shape"
        path.write_text(shape)
        words = ["--switches", ",".join(switches)] if switches else []
        self.ready = self.bench.serve(f"shape:{path}", "--http", *words, config=False)
        self.base = f"/fmi/data/v2/databases/{urllib.parse.quote(self.ready['database'])}"
        self.token = self.ask("POST", "sessions", {}, Authorization=f"Basic {PAIR}")[2]["response"]["token"]

    def __enter__(self):
        return self

    def __exit__(self, *what):
        return self.bench.__exit__(*what)

    def raw(self, method, path, body=None, **headers):
        """(status, [(header, value)], body)"""
        line = http.client.HTTPConnection("127.0.0.1", urllib.parse.urlsplit(self.ready["url"]).port,
                                          timeout=30)
        line.request(method, path if path.startswith("/") else f"{self.base}/{path}", body, headers)
        answer = line.getresponse()
        got = answer.status, answer.getheaders(), answer.read()
        line.close()
        return got

    def ask(self, method, path, body=None, **headers):
        if path != DATABASES: # which takes an account, or nothing
            headers.setdefault("Authorization", f"Bearer {getattr(self, 'token', '')}")
        if body is not None and not isinstance(body, bytes):
            headers["Content-Type"], body = "application/json", json.dumps(body).encode()
        status, names, data = self.raw(method, path, body, **headers)
        return status, names, json.loads(data)


def query_of(words):
    return urllib.parse.urlencode(words, quote_via=urllib.parse.quote)


# --- how a recording is compared: each returns (got, recorded), to be the same ----------------------


def bare(recorded):
    """Puts an answer that a client had unwrapped into its envelope again."""
    if isinstance(recorded, dict) and "messages" in recorded:
        return {name: value for name, value in recorded.items() if name != "_note_"}
    return {"response": recorded, "messages": [{"code": "0", "message": "OK"}]}


def shape(got, recorded, ordered=True):
    return skeleton(got, ordered), skeleton(recorded, ordered)


def records(kind, *switches, scripts=False, without=()):
    """The answer to a get, list or find. `without`: members that this recording leaves away."""
    def judge(tap, recorded):
        recorded = bare({"data": recorded} if isinstance(recorded, list) else recorded)
        answer = recorded["response"]
        answer.get("dataInfo", {}).update(totalRecordCount=1) # a text, where its author veiled it
        with Server(tap, of_record(answer["data"][0]), *switches) as server:
            words = ECHO if scripts else {}
            if kind == "find":
                asked = server.ask("POST", "layouts/L/_find",
                                   {"query": [{found_by(answer): "*"}], **words})
            else:
                one = "/1" if kind == "get" else ""
                asked = server.ask("GET", f"layouts/L/records{one}?{query_of(words)}")
            got = asked[2]
        for name in without:
            got["response"].pop(name, None)
            for one in got["response"]["data"]:
                one.pop(name, None)
        return shape(got, recorded)
    return judge


def found_by(answer):
    return next(name for name in answer["data"][0]["fieldData"] if name and "::" not in name)


def layout(*switches):
    """All of it, where the words of its value lists are known."""
    def judge(tap, recorded):
        recorded = bare(recorded)
        with Server(tap, of_layout(recorded["response"]), *switches) as server:
            _, _, got = server.ask("GET", "layouts/L")
        return (got, recorded) if "valueLists" not in recorded["response"] else shape(got, recorded)
    return judge


def names(what, ordered=True, *switches):
    """The same names in the same folders."""
    def judge(tap, recorded):
        recorded = bare(recorded)
        made = {"layouts": of_layouts, "scripts": of_scripts}[what](recorded["response"][what])
        with Server(tap, made, *switches) as server:
            _, _, got = server.ask("GET", what)
        same = (lambda value: json.dumps(value["response"], sort_keys=not ordered))
        return same(got), same(recorded)
    return judge


def plain(method, path, body=None, solution=PLAIN, switches=(), look=lambda got: got, **headers):
    """Any other call; `look` picks from our answer what the recording has."""
    def judge(tap, recorded):
        with Server(tap, solution, *switches) as server:
            _, _, got = server.ask(method, path.replace("TOKEN", server.token), body, **headers)
        return shape(look(got), recorded)
    return judge


def whole(method, path, body=None, solution=PLAIN, ordered=True):
    """A recording of a whole answer: its status, its headers in their order."""
    def judge(tap, recorded):
        head = recorded.partition("\n\n")[0]
        lines = [line for line in head.splitlines() if not line.startswith("#")]
        wanted = [line.split(": ", 1) for line in lines[1:]]
        token = "POST" == method and "sessions" in path
        with Server(tap, solution) as server:
            authorization = {"Authorization": f"Basic {PAIR}" if token else f"Bearer {server.token}"}
            if path.startswith("/"):
                authorization = {}
            media = {"Content-Type": "application/json"} if body is not None else {}
            status, got, _ = server.raw(method, path.replace("TOKEN", server.token),
                                        None if body is None else json.dumps(body).encode(),
                                        **{"Accept-Encoding": "gzip"}, **media, **authorization)
        # Recordings of 2022 spell one value in lower case.
        normal = (lambda pairs: [(name, "..." if name in VARIES else value.replace("keep-alive", "Keep-Alive"))
                                 for name, value in pairs])
        order = (lambda pairs: pairs) if ordered else sorted
        return (status, order(normal(got))), (int(lines[0].split()[1]), order(normal(wanted)))
    return judge


def unwrapped(*members):
    """The part that a client picked from the answer, with texts of scripts read as JSON."""
    def look(got):
        picked = {name: got["response"][name] for name in members}
        return {name: json.loads(value) if name.startswith("scriptResult") else value
                for name, value in picked.items()}
    return look


def form():
    head = '--edge\r\nContent-Disposition: form-data; name="upload"; filename="a.png"\r\n\r\n'
    return head.encode() + b"bytes\r\n--edge--\r\n"


JSON_SCRIPT = {**ECHO, "script.param": '{"answer":"x"}', "script.presort.param": '{"answer":"x"}'}
UPLOAD = {"method": "POST", "path": "layouts/L/records/1/containers/Scan/1", "body": form(),
          "Content-Type": "multipart/form-data; boundary=edge"}
OLD = ("product-version=present",)
A_CLIENTS = "output of the client's own utilities, no answer of a server"

# What is done with each file. A text says why it does not apply; a judge compares.
FILES = {
    "README.md": "says where the others come from",
    "24u-fmRESTor.js/createRecord.json": plain("POST", "layouts/L/records", {"fieldData": {}, **ECHO}),
    "24u-fmRESTor.js/deleteRecord.json": plain("DELETE", f"layouts/L/records/2?{query_of(ECHO)}"),
    "24u-fmRESTor.js/duplicateRecord.json": plain("POST", "layouts/L/records/1", ECHO),
    "24u-fmRESTor.js/editRecord.json": plain("PATCH", "layouts/L/records/1", {"fieldData": {}}),
    "24u-fmRESTor.js/findRecord.json": records("find"),
    "24u-fmRESTor.js/getDatabaseNames.json": plain("GET", DATABASES),
    "24u-fmRESTor.js/getLayoutMetadata.json": layout(),
    "24u-fmRESTor.js/getLayoutNames.json": names("layouts", True, "layout-table=absent"),
    "24u-fmRESTor.js/getProductInformation.json": plain("GET", "/fmi/data/v2/productInfo", switches=OLD),
    "24u-fmRESTor.js/getRecord.json": records("get", scripts=True),
    "24u-fmRESTor.js/getRecords.json": records("list"),
    "24u-fmRESTor.js/getScriptNames.json": names("scripts"),
    "24u-fmRESTor.js/runScript.json": plain("GET", "layouts/L/script/Echo?script.param=x"),
    "24u-fmRESTor.js/setGlobalField.json": plain("PATCH", "globals", {"globalFields": {"T::g": "x"}}),
    "24u-fmRESTor.js/uploadFileToContainter.json": plain(**UPLOAD),
    "fmdata/Databases.json": plain("GET", DATABASES),
    "fmdata/LayoutList.json": names("layouts", False, "layout-table=absent"), # its members are sorted
    "fmdata/ProductInfo.json": plain("GET", "/fmi/data/v2/productInfo", switches=OLD),
    "fmdata/ScriptList.json": names("scripts"),
    "fmdata/ScriptResponseOK.json": plain("GET", "layouts/L/script/Echo?script.param=x"),
    "fmdata/SpecificLayout.json": layout(),
    "fmdata/cwp-*.xml": "XML publishing, which is not simulated",
    "fmdata/fms-find-with-datainfo.json": records("find", without=("portalDataInfo",)),
    "fmdata/fms-find-with-portal.json": records("find", "data-info=absent", without=("portalDataInfo",)),
    "fsans-dapi-http/database-names.http": whole("GET", DATABASES),
    "fsans-dapi-http/find-records.http":
        whole("POST", "layouts/L/_find", {"query": [{"id": 1}]}, solution=LARGE),
    "fsans-dapi-http/get-records.http": whole("GET", "layouts/L/records", solution=LARGE),
    "fsans-dapi-http/get-single-record-by-id.http": whole("GET", "layouts/L/records/1", solution=LARGE),
    "fsans-dapi-http/layout-metadata.http":
        whole("GET", "layouts/L", solution=WIDE, ordered=False), # of 2022; newer ones end otherwise
    "fsans-dapi-http/layout-names.http": whole("GET", "layouts"),
    "fsans-dapi-http/log-out.http": whole("DELETE", "sessions/TOKEN"),
    "fsans-dapi-http/login.http": whole("POST", "sessions", {}),
    "fsans-dapi-http/product-info.http": whole("GET", "/fmi/data/v2/productInfo"),
    "fsans-dapi-http/script-names.http": whole("GET", "scripts"),
    "luidog-fms-api-client/client-logout-example.json": plain("DELETE", "sessions/TOKEN"),
    "luidog-fms-api-client/create-record-example.json":
        plain("POST", "layouts/L/records", {"fieldData": {}}, look=lambda got: got["response"]),
    "luidog-fms-api-client/databases-info-example.json":
        plain("GET", DATABASES, look=lambda got: got["response"]),
    "luidog-fms-api-client/delete-record-example.json":
        plain("DELETE", "layouts/L/records/1", look=lambda got: got["response"]),
    "luidog-fms-api-client/duplicate-record-example.json":
        plain("POST", "layouts/L/records/1", {}, look=lambda got: got["response"]),
    "luidog-fms-api-client/edit-record-example.json":
        plain("PATCH", "layouts/L/records/1", {"fieldData": {}}, look=lambda got: got["response"]),
    "luidog-fms-api-client/field-data-utility-original-example.json":
        records("list", without=("dataInfo",)),
    "luidog-fms-api-client/transform-utility-original-example.json":
        records("list", without=("dataInfo",)),
    "luidog-fms-api-client/find-records-example.json": records("find"),
    "luidog-fms-api-client/get-record-example.json": records("get"),
    "luidog-fms-api-client/list-records-example.json": records("list"),
    "luidog-fms-api-client/layout-details-example.json": layout(),
    "luidog-fms-api-client/layouts-example.json": names("layouts", True, "layout-table=absent"),
    "luidog-fms-api-client/product-info-example.json":
        plain("GET", "/fmi/data/v2/productInfo", switches=OLD,
              look=lambda got: got["response"]["productInfo"]),
    "luidog-fms-api-client/run-script-string-example.json":
        plain("GET", f"layouts/L/records?{query_of(JSON_SCRIPT)}", look=unwrapped("scriptResult")),
    "luidog-fms-api-client/run-scripts-example.json":
        plain("GET", f"layouts/L/records?{query_of(JSON_SCRIPT)}",
              look=unwrapped("scriptResult.presort", "scriptResult")),
    "luidog-fms-api-client/script-trigger-example.json":
        plain("GET", f"layouts/L/script/Echo?{query_of({'script.param': JSON_SCRIPT['script.param']})}",
              look=unwrapped("scriptResult", "scriptError")),
    "luidog-fms-api-client/scripts-example.json": names("scripts", False), # its client sorts members
    "luidog-fms-api-client/set-globals-example.json":
        plain("PATCH", "globals", {"globalFields": {"T::g": "x"}}, look=lambda got: got["response"]),
    "luidog-fms-api-client/upload-image-example.json": # its client adds the record's id
        plain(**UPLOAD, look=lambda got: {**got["response"], "recordId": "1"}),
    "luidog-fms-api-client/*": A_CLIENTS,
    "error-bodies/server-access-log-sample.txt": "a server's log, no answer",
    "proofkit-fmodata/sample-odata-metadata.xml": "made by hand",
    "python-fmrest/notebook-outputs.txt": "what a client printed; its container values stand in "
                                          "container-urls",
}

# --- recordings of several answers in one file ------------------------------------------------------


def errors(tap, folder):
    """Code, words, and the status where it was recorded."""
    asks = {
        "10": ("GET", "layouts", None, {"Authorization": None}),
        "105": ("GET", "layouts/Nowhere/records", None, {}),
        "401": ("POST", "layouts/L/_find", {"query": [{"id": "99"}]}, {}),
        "102": ("POST", "layouts/L/_find", {"query": [{"Nothing": "1"}]}, {}),
        "960 upload": ("POST", UPLOAD["path"], form().replace(b'"upload"', b'"else"'),
                       {"Content-Type": UPLOAD["Content-Type"]}),
        "960": ("POST", "layouts/L/_find", {"query": [{"id": "1"}], "_limit.related_portal": "1"}, {}),
        "101": ("GET", "layouts/E/records?_offset=1", None, {}),
    }
    with Server(tap, PLAIN) as server:
        for entry in load(folder / "error-bodies" / "errors.json"):
            [message] = entry["body"]["messages"]
            upload = " upload" if "upload" in message["message"] else ""
            method, path, body, headers = asks[message["code"] + upload]
            if "Authorization" in headers:
                status, _, data = server.raw(method, path)
                got = json.loads(data)
            else:
                status, _, got = server.ask(method, path, body, **headers)
            # One project's own tests shorten these words; the server's list has them whole.
            words = message["message"].replace("Field missing", "Field is missing")
            tap.same((got["messages"], got["response"], status),
                     ([{"code": message["code"], "message": words}], {}, entry["http"] or status),
                     f"error-bodies/errors.json: {message['code']} {words}")


def form_of(value):
    """A container's value without what is chance: host and hash."""
    value = re.sub(r"//[^/]+/", "//HOST/", value)
    value = re.sub(r"/(?:[0-9A-F]{64}|\{hash\})", "/HASH", value)
    value = re.sub(r"\.[a-z0-9]{3,4}\?", ".EXT?", value)
    return re.sub(r"file:.*<CR>filewin:.*", "file:NAME<CR>filewin:PATH", value)


CONTAINERS = """table T 6
field a container file png 1K
field b container file other 1K
field c container file pdf 1K stored secured
field d container file pdf 1K stored additional
field e container empty
field f container file pdf 1K stored reference
layout L of T
show a
show b
show c
show d
show e
show f
"""


def container_values(tap, folder):
    with Server(tap, CONTAINERS) as server:
        _, _, got = server.ask("GET", "layouts/L/records/1")
        fields = got["response"]["data"][0]["fieldData"]
        # Plain HTTP has a path of its own; what was recorded over TLS differs in nothing else.
        ours = {form_of(value.replace("\r", "<CR>")) for value in fields.values()}
        ours |= {one.replace("http:", "https:").replace("/Streaming/", "/Streaming_SSL/") for one in ours}
    lines = (folder / "container-urls" / "observed-container-values.txt").read_text().splitlines()
    for line in lines:
        if not line or line.startswith("#"):
            continue
        kind, value, _ = line.split("\t")
        value = "" if kind == "empty" else value
        wanted = form_of(value)
        if "Additional" in kind or "Additional" in value:
            wanted = wanted.replace("http:", "https:") # the note's author veiled host and port
        tap.ok(wanted in ours, f"container-urls: {kind}", wanted, sorted(ours))


TABLE = """database fmdapi_test
table contacts 5
field PrimaryKey text uuid not-empty
field CreationTimestamp timestamp created 2020..2024 created-at
field CreatedBy text account created-by
field ModificationTimestamp timestamp created 2020..2024 modified-at
field ModifiedBy text account modified-by
field name text last-name
field hobby text words 1..2
field id_user text uuid
field my_calc text const x calculation
layout contacts of contacts
show PrimaryKey
"""
NO_ODATA = re.compile(r"insert|webhook|expand|navigation")


def odata(tap, folder):
    """Reads: status, kind of body, and the words of an error."""
    with Server(tap, TABLE) as server:
        _, _, first = server.ask("GET", "/fmi/odata/v4/fmdapi_test/contacts?$top=1",
                                 Authorization=f"Basic {PAIR}")
        key = first["value"][0]["PrimaryKey"]
        for name, entry in load(folder / "proofkit-fmodata" / "odata-captures.json").items():
            if NO_ODATA.search(name):
                tap.note(f"does not apply: odata-captures.json, {name}: writing, webhooks and related "
                         "rows are more than a reader needs")
                continue
            path = re.sub(r".*fmdapi_test\.fmp12", "/fmi/odata/v4/fmdapi_test", entry["url"])
            path = re.sub(r"'[-0-9A-F]{36}'", f"'{key}'", path)
            status, headers, got = server.ask("GET", path, Authorization=f"Basic {PAIR}")
            recorded = entry["response"]
            # Which fields are empty (null) is chance.
            alike = (lambda value: json.loads(json.dumps(value).replace(": null", ': "x"')))
            media = dict(headers)["Content-Type"].replace(" ", "")
            tap.same((status, media, skeleton(alike(got)), got.get("error")),
                     (entry["status"], entry["headers"]["content-type"], skeleton(alike(recorded)),
                      recorded.get("error")), f"odata-captures.json, {name}")


MANY = {"error-bodies/errors.json": errors, "container-urls/observed-container-values.txt": container_values,
        "proofkit-fmodata/odata-captures.json": odata}


def judge_file(tap, name, path):
    rule = FILES.get(name) or next((rule for pattern, rule in FILES.items()
                                    if fnmatch.fnmatchcase(name, pattern)), None)
    if rule is None:
        tap.ok(False, f"{name}: nothing is known about this recording; it belongs into the list")
        return
    if isinstance(rule, str):
        tap.note(f"does not apply: {name}: {rule}")
        return
    got, wanted = rule(tap, path.read_text() if path.suffix == ".http" else load(path))
    tap.same(got, wanted, name)


def no_access(tap, folder):
    """A field that the account may not see: its entry in the layout, its value in a record."""
    recorded = load(folder / "24u-fmRESTor.php" / "noAccessField.json")
    with Server(tap, "table T 1\nfield a text const x\nfield b text const x\nlayout L of T\n"
                     "show a\nshow b no-access\n") as server:
        fields = server.ask("GET", "layouts/L")[2]["response"]["fieldMetaData"]
        values = server.ask("GET", "layouts/L/records/1")[2]["response"]["data"][0]["fieldData"]
    tap.same(fields[1], recorded["fieldMetaDataEntry"], "24u-fmRESTor.php/noAccessField.json: the entry")
    tap.same(list(values.values())[1], recorded["fieldDataFragment"][""],
             "24u-fmRESTor.php/noAccessField.json: the value")


MANY["24u-fmRESTor.php/noAccessField.json"] = no_access


def test(tap):
    if not need_programs(tap):
        return
    if not FOLDER.is_dir():
        tap.skip("answers as recorded", "there are no recordings here (set FMFERRY_SHARED)")
        return
    for path in sorted(path for path in FOLDER.rglob("*") if path.is_file()):
        name = str(path.relative_to(FOLDER))
        if name in MANY:
            MANY[name](tap, FOLDER)
        else:
            judge_file(tap, name, path)


main(test)
