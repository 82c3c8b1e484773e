"""
What a finished export must be: a bag whose manifests coreutils finds right, and FHIR that a validator from
npm finds right; in both every document with its very bytes.

Debian and npm have no validator of bags that would not be the Library of Congress's own in Python;
so what RFC 8493 asks beside the manifests is checked here.
"""

import base64
import hashlib
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import npm  # noqa: E402
from harness import ROOT  # noqa: E402

VALIDATORS = ROOT / "tests" / "verify" / "validators"


def documents(bench):
    """sha256 -> how many, of what is done."""
    return dict(bench.sql("select lower(hex(v.sha256)), count(*) from fmferry_document d join"
                          " fmferry_version v on v.document = d.document and v.number = d.version"
                          " where d.state = 'done' group by 1"))


def count(hashes):
    return {one: hashes.count(one) for one in set(hashes)}


# --- BagIt ---------------------------------------------------------------------------------------


def manifest_of(path):
    return dict(reversed(line.split("  ", 1)) for line in path.read_text().splitlines())


def check_bag(tap, bench, bag):
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        done = subprocess.run(["sha256sum", "--check", "--strict", "--quiet", name], cwd=bag,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        tap.ok(done.returncode == 0, f"sha256sum finds {name} right", done.stdout)
    payload = manifest_of(bag / "manifest-sha256.txt")
    there = {path.relative_to(bag).as_posix(): path.stat().st_size for path in bag.rglob("*")
             if path.is_file()}
    tap.same(sorted(payload), sorted(path for path in there if path.startswith("data/")),
             "the manifest lists the payload, all of it and nothing else")
    tap.same(sorted(manifest_of(bag / "tagmanifest-sha256.txt")),
             ["bag-info.txt", "bagit.txt", "fmferry-export.txt", "manifest-sha256.txt"], "and the other the tag files")
    tap.same((bag / "bagit.txt").read_text(),
             "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "the declaration is RFC 8493's")
    info = dict(line.split(": ", 1) for line in (bag / "bag-info.txt").read_text().splitlines())
    tap.same(info["Payload-Oxum"], f"{sum(there[path] for path in payload)}.{len(payload)}",
             "Payload-Oxum is right")
    tap.same(count([hashed for path, hashed in payload.items() if "/documents/" in path]),
             documents(bench), "every document that is done is in it, with its bytes")
    lines = [json.loads(line) for line in open(bag / "data" / "documents.ndjson", encoding="utf-8")]
    tap.ok(all(payload[line["file"]] == line["metadata"]["sha256"] and line["metadata"]["fields"]
               for line in lines), "and what is known of each stands beside it", lines[:1])
    known = {json.loads(line)["id"] for line in open(bag / "data" / "patients.ndjson", encoding="utf-8")}
    tap.ok({line["patient"] for line in lines} - {None} <= known, "its patient too")


# --- FHIR ----------------------------------------------------------------------------------------


def check_schema(tap, fhir, names):
    folder, why = npm.installed(tap, VALIDATORS)
    if folder is None:
        tap.skip("a validator from npm finds every resource right", why)
        return
    done = subprocess.run(["node", "fhir.js", *(fhir / f"{name}.ndjson" for name in names)], cwd=folder,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
    said = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else {}
    tap.ok(said.get("wrong") == 0 and sorted(said["counts"]) == sorted(names),
           "a validator from npm finds every resource right (FHIR R4)", done.stdout)
    spoiled = fhir.parent / "spoiled.ndjson"
    text = (fhir / "DocumentReference.ndjson").read_text().splitlines()[0]
    spoiled.write_text(text.replace('"status":', '"statuz":') + "\n")
    done = subprocess.run(["node", "fhir.js", spoiled], cwd=folder, stdout=subprocess.PIPE, text=True)
    tap.ok('"wrong":1' in done.stdout, "and one wrong that is", done.stdout)


def check_fhir(tap, bench, fhir):
    names = ("Patient", "DocumentReference", "Binary")
    tap.same(sorted(path.name for path in fhir.iterdir()),
             sorted([*(f"{n}.ndjson" for n in names), "fmferry-export.txt"]),
             "three files of NDJSON, and one that says what they are of")
    patients, references, binaries = ([json.loads(line) for line in open(fhir / f"{name}.ndjson",
                                                                         encoding="utf-8")]
                                      for name in names)
    hashes = {f"Binary/{one['id']}": hashlib.sha256(base64.b64decode(one["data"], validate=True))
              .hexdigest() for one in binaries}
    tap.same(count(list(hashes.values())), documents(bench),
             "every document that is done has its bytes in a Binary")
    attached = [one["content"][0]["attachment"] for one in references]
    tap.ok(all(one["extension"][0]["valueString"] == hashes[one["url"]] for one in attached)
           and len(attached) == len(binaries), "and a reference that leads to it")
    known = {f"Patient/{one['id']}" for one in patients}
    subjects = [one["subject"]["reference"] for one in references if "subject" in one]
    linked = bench.sql("select count(*) from documents_document where object_id is not null")[0][0]
    tap.ok(len(subjects) == linked > 0 and set(subjects) <= known, "and to its patient", len(subjects))
    false = [one for one in patients for other in one["identifier"]
             if other["system"] == "urn:fmferry:mrn"]
    tap.same(false, [], "nothing stands in for a record number that nobody told")
    check_schema(tap, fhir, names)
