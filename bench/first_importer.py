#!/usr/bin/python3
"""
The clinic's first importer, written again from what is known of it, so that it can be measured:
one document after the other; finds the records without an export date and pages through them by
offset while setting that date, so that half of what is left is skipped each time; runs again until
a run brings nothing, 20 times at most; holds whole downloads in memory; looks at nothing twice.

Kinder than the original in three ways: it keeps its connections, it verifies TLS, and its keys
are right.
"""

import argparse
import datetime
import json
import sqlite3
import time
import uuid

import boto3
import botocore.config
import requests

PAGE, RUNS_MAX = 50, 20


class FileMaker:
    def __init__(self, options):
        self.base = f"{options.url}/fmi/data/vLatest/databases/{options.database}"
        self.layout = f"{self.base}/layouts/{options.layout}"
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.verify = options.ca_file or True
        answer = self.http.post(f"{self.base}/sessions", json={},
                                auth=tuple(options.account.split(":", 1)))
        answer.raise_for_status()
        self.http.headers["Authorization"] = f"Bearer {answer.json()['response']['token']}"

    def find_unmarked(self, offset):
        """(how many there are, up to PAGE of them)"""
        answer = self.http.post(f"{self.layout}/_find",
                                json={"query": [{"NexusExportDate": "="}], "offset": str(offset),
                                      "limit": str(PAGE)})
        if not answer.ok:
            return 0, []
        response = answer.json()["response"]
        return response["dataInfo"]["foundCount"], response["data"]

    def download(self, url):
        answer = self.http.get(url)
        answer.raise_for_status()
        return answer.content

    def mark(self, record):
        stamp = datetime.datetime.now().strftime("%m/%d/%Y %H:%M:%S")
        self.http.patch(f"{self.layout}/records/{record['recordId']}",
                        json={"fieldData": {"NexusExportDate": stamp}}).raise_for_status()


class Application:
    """The bucket and the row of a document."""

    def __init__(self, options):
        manners = botocore.config.Config(s3={"addressing_style": "path"},
                                         retries={"max_attempts": 1})
        self.s3 = boto3.client("s3", endpoint_url=options.endpoint, verify=options.ca_file or True,
                               region_name="us-east-1", aws_access_key_id=options.access_key,
                               aws_secret_access_key=options.secret_key, config=manners)
        self.bucket = options.bucket
        self.sql = sqlite3.connect(options.rows)
        self.sql.execute("create table if not exists documents_document (id text primary key,"
                         " filemaker_id text, object_id text, s3_key text, file_size integer,"
                         " category text, filemaker_metadata text)")

    def take(self, fields, data):
        key = (f"patients/filemaker-import/documents/{fields['id_Contact'] or 'unlinked'}/"
               f"{str(fields['Type']).lower().replace(' ', '-') or 'untyped'}/{fields['id']}.pdf")
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=data, ContentType="application/pdf")
        with self.sql:
            self.sql.execute("insert or replace into documents_document values (?,?,?,?,?,?,?)",
                             (uuid.uuid4().hex, fields["id"], fields["id_Contact"], key, len(data),
                              fields["Type"], json.dumps(fields)))


def move(filemaker, application, record):
    """Whether one document was moved. What went wrong is not looked at, as in the original."""
    try:
        data = filemaker.download(record["fieldData"]["Doc"])
        application.take(record["fieldData"], data)
        filemaker.mark(record)
        return True
    except (requests.RequestException, OSError):
        return False


def one_run(filemaker, application, limit):
    """Pages by offset through a set that shrinks meanwhile."""
    run = {"found": 0, "processed": 0, "successful": 0, "failed": 0, "good_s": 0, "bad_s": 0}
    offset, begun = 1, time.monotonic()
    while not limit or run["processed"] < limit:
        found, records = filemaker.find_unmarked(offset)
        run["found"] = run["found"] or found
        if not records:
            break
        for record in records:
            at = time.monotonic()
            good = move(filemaker, application, record)
            run["processed"] += 1
            run["successful" if good else "failed"] += 1
            run["good_s" if good else "bad_s"] += time.monotonic() - at
        offset += PAGE
    return {**run, "seconds": time.monotonic() - begun}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("url", "database", "endpoint", "rows"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--layout", default="API_Docs")
    parser.add_argument("--account", required=True, help="name:password")
    parser.add_argument("--ca-file")
    parser.add_argument("--bucket", default="bench")
    parser.add_argument("--access-key", default="bench")
    parser.add_argument("--secret-key", default="bench")
    parser.add_argument("--limit", type=int, default=0,
                        help="end the first run after so many, and make no other")
    options = parser.parse_args()

    filemaker, application = FileMaker(options), Application(options)
    runs = []
    while len(runs) < RUNS_MAX:
        runs.append(one_run(filemaker, application, options.limit))
        if options.limit or runs[-1]["successful"] == 0:
            break
    print(json.dumps(runs))


main()
