#!/usr/bin/python3
"""
fmferry-audit and a PostgreSQL server whose author means harm: a view, a policy, a function that
stands in front of PostgreSQL's own. None of them is run with the auditor's rights. Nothing outside the URL
leads it to another server, or to this one without TLS.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
for folder in ("e2e", "verify"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / folder))

import postgres  # noqa: E402
from forged import Forger, line  # noqa: E402
from harness import BUILD, main  # noqa: E402

AUDIT = BUILD / "audit" / "fmferry-audit"
ROW = "10000000-0000-4000-8000-000000000001"
TABLE = ("create table documents_document (id uuid, s3_key text, file_size integer);"
         f" insert into documents_document values ('{ROW}', 'documents/1.pdf', 10)")
TRAIL = ("drop table if exists fmferry_audit; create table fmferry_audit (run bigint, seq bigint, at_us"
         " bigint, document bigint, epoch bigint, before text, after text, evidence text, hash bytea);"
         " insert into fmferry_audit values (1, 1, 2, 3, 4, 'a', 'b', 'c', '\\xabcd')")
# Each leaves a row in "ran", on a connection of its own, whatever becomes of the transaction.
RAN = ("create extension if not exists dblink; create table if not exists ran (what text);"
       " create or replace function public.run_it(what text) returns text language plpgsql as $$ begin"
       " perform public.dblink_exec('host=127.0.0.1 port=' || current_setting('port') ||"
       " ' user=postgres dbname=postgres', format('insert into ran values (%L)', what)); return what; end $$")


def audit(certificate, url, **environment):
    done = subprocess.run([AUDIT, "--database", url, certificate], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
                          env={"PATH": os.environ["PATH"], **environment})
    return done.returncode, done.stdout


def hostile(server, certificate, *statements):
    """The audit's output, and which of the author's functions were run."""
    server.ask("delete from ran")
    for statement in statements:
        server.ask(statement)
    code, said = audit(certificate, server.url)
    return code, said, [what for what, in server.ask("select what from ran")]


def test_programs(tap, server, certificate, chain):
    server.ask(RAN)
    server.ask(TABLE)
    server.ask(TRAIL)
    code, said, ran = hostile(server, certificate)
    tap.ok((code, ran) == (0, []), "a database that is as certified", said)
    tap.ok("ran" not in said and server.ask("select run_it('trial')") == [("trial",)]
           and server.ask("select what from ran") == [("trial",)], "what is run is seen")

    code, said, ran = hostile(
        server, certificate, "drop table documents_document",
        "create view documents_document as select public.run_it('view') as id, '' as s3_key, 1 as file_size")
    tap.ok((code, ran) == (1, []) and "not a plain table" in said, "a view is refused", said, ran)

    server.ask("drop view documents_document")
    server.ask(TABLE)
    code, said, ran = hostile(
        server, chain,
        "create or replace function public.encode(bytea, text) returns text language sql as"
        " $$ select public.run_it('encode') $$",
        "create or replace function public.same(bigint, integer) returns boolean language sql as"
        " $$ select public.run_it('operator') is not null $$",
        "create operator public.= (leftarg = bigint, rightarg = integer, function = public.same)",
        "alter database postgres set search_path = public, pg_catalog")
    tap.ok(code == 3 and ran == [], "functions and operators in front of PostgreSQL's own", said, ran)

    code, said, ran = hostile(
        server, certificate, "alter database postgres reset search_path",
        "create role auditor login", "grant select on documents_document to auditor",
        "alter table documents_document enable row level security",
        "create policy p on documents_document using (public.run_it('policy') is not null)")
    server.ask("delete from ran")
    code, said = audit(certificate, server.url.replace("postgres@", "auditor@"))
    tap.ok(code == 1 and server.ask("select what from ran") == [], "a policy is refused", said)
    server.ask("alter table documents_document disable row level security")


def test_places(tap, server, certificate, folder):
    code, said = audit(certificate, server.url, PGHOSTADDR="192.0.2.1", PGPORT="1", PGSERVICE="other",
                       PGOPTIONS="-c search_path=nowhere", PGDATABASE="nowhere")
    tap.ok(code == 0, "the environment leads to no other server", said)
    (folder / "pg_service.conf").write_text("[clinic]\nhost=192.0.2.1\n")
    code, said = audit(certificate, "postgresql://?service=clinic",
                       PGSERVICEFILE=str(folder / "pg_service.conf"))
    tap.ok(code == 1 and "a service file is not asked" in said, "nor does a service file", said)
    for place in ("192.0.2.1", "127.0.0.1,192.0.2.1", "db.example"):
        code, said = audit(certificate, f"postgresql://a@{place}/x?sslmode=prefer")
        tap.ok(code == 1 and "does not prove" in said, f"{place} must prove who it is", said)
    code, said = audit(certificate, "postgresql://a@/x?hostaddr=192.0.2.1&sslmode=disable")
    tap.ok(code == 1 and "does not prove" in said, "an address elsewhere must, too", said)
    code, said = audit(certificate, "postgresql://a:Canary-Wren@127.0.0.1/x")
    tap.ok(code == 1 and "PGPASSWORD" in said and "Canary" not in said,
           "a password in the URL is refused, and not repeated", said)


def test(tap):
    if postgres.lacks():
        tap.skip("a hostile PostgreSQL server", postgres.lacks())
        return
    with tempfile.TemporaryDirectory(prefix="fmferry-audit-") as name, postgres.Postgres() as server:
        folder = pathlib.Path(name)
        forger = Forger(folder)
        certificate = forger.certificate([line(1, b"a document")])
        chain = forger.certificate([line(1, b"a document")], [(1, 1, "0" * 64)], "chain.txt")
        test_programs(tap, server, certificate, chain)
        test_places(tap, server, certificate, folder)


main(test)
