#!/usr/bin/python3
"""
PostgreSQL's message about a refused value contains the value: a patient's name must reach neither ledger nor
report nor log. A database in an encoding that lacks characters is refused.
"""

import contextlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import postgres
from harness import Bench, main, need_programs

DOCUMENTS = 24
NAME = "Jane Canary-Doe"

# Each way in which a refusal can carry a value; the SQLSTATE that is said instead.
WAYS = (
    ("raise exception 'patient % is unknown', who", "P0001"),
    ("perform who::uuid", "22P02"),
    ("perform who::date", "22007"),
    ("execute format('select %s', who)", "42601"),
    ("raise exception using errcode = '23514', message = who, detail = who, hint = who, "
     "constraint = 'known_patients'", "23514"),
    ("raise notice '%', who; raise warning '%', who; perform 1 / (n - n)", "22012"),
    ("raise exception using errcode = '42501', message = who", "42501"),
    ("raise exception using errcode = 'AB123', message = who", "AB123"),
    ("perform 'a' || 1 from pg_sleep(0) where who::json is null", "22P02"),
    ("insert into known (name) values (who)", "23505"),
    ("insert into short (name) values (who)", "22001"),
    ("insert into short (other) values (who)", "23514"),
)
RULE = """
create table known (name text unique, other int);
insert into known values ('{name}');
create table short (name varchar(3), other text check (other = ''));
create sequence refusals;
create function refuse() returns trigger language plpgsql as $$
declare n int := nextval('refusals') - 1; who text := '{name}';
begin
  case n % {count}
  {ways}
  end case;
  return new;
end $$;
create trigger refuse before insert on documents_document for each row execute function refuse();
"""


def begin(bench, server, url=None, documents=DOCUMENTS):
    server.empty()
    bench.serve(f"generate:{documents},2000", "--max-sessions", "0")
    bench.configure(ledger={"url": url or server.url}, registry={"url": url or server.url},
                    run={"workers": 1, "retry_ms": 1})


def everything_in(server):
    """Every row of every table of ours, as text."""
    tables = [name for (name,) in server.ask("select relname from pg_class where relkind = 'r' "
                                             "and relname like 'fmferry%%'")]
    return {name: "\n".join(row for (row,) in server.ask(f'select t::text from "{name}" t'))
            for name in tables}


def values(tap, server):
    with Bench(tap, "refused") as bench:
        begin(bench, server)
        bench.ferry("patients", "import")
        ways = "\n".join(f"when {i} then {words};" for i, (words, _) in enumerate(WAYS))
        with contextlib.closing(server.connect()) as link, link, link.cursor() as cursor:
            cursor.execute(RULE.format(name=NAME, count=len(WAYS), ways=ways))
        ran = bench.ferry("--verbose", "run", limit=120)
        tap.ok(ran.code == 3, "every document is refused, and the run comes to its end", ran.code, ran.err[-600:])
        said = [bench.ferry("--verbose", *words) for words in (
            ("failures",), ("failures", "--json"), ("status",), ("status", "--json"),
            ("failures", "--csv"), ("report", "--output", bench.folder / "report.html"), ("report", "--csv"),
            ("report", "--json"), ("reconcile",), ("retry", "--all", "--yes"))]
        said += [bench.ferry("--verbose", "--log-json", "run", limit=120)]
        tap.same([one.command for one in said if one.code == 2], [], "every command was understood")
        texts = {f"{' '.join(map(str, one.command[3:]))}": one.out + one.err for one in [ran, *said]}
        texts |= everything_in(server)
        texts |= {str(path): path.read_text("utf-8", "replace") for path in bench.folder.glob("*.html")}
        carrying = [name for name, text in texts.items() if "Canary" in text or "Jane" in text]
        tap.same(carrying, [], "the value stands nowhere: output, log, report, ledger")
        kept = texts["fmferry_attempt"] + texts["fmferry_document"]
        for words, state in WAYS:
            tap.ok(f"SQLSTATE {state}" in kept, f"{words[:50]}: said with its SQLSTATE {state}", kept[:600])
        for place in ('constraint "known_patients"', 'type "uuid"'):
            tap.ok(place in kept.replace('""', '"').replace('\\"', '"'), f"and with its {place}", kept[:900])
        tap.ok(len(texts["fmferry_attempt"]) > 0 and server.ask("select count(*) from documents_document") == [(0,)],
               "nothing was written for them")
        bench.stop_serving()


def ids(tap, server):
    """An id of a patient that is no id, by hand."""
    with Bench(tap, "refused-id") as bench:
        begin(bench, server, documents=5)
        bench.ferry("run", limit=600)
        ended = bench.ferry("link", "--document", "1", "--patient", "PAT-77", "--by", "Kim", "--reason", "test")
        tap.ok(ended.code == 2 and "'PAT-77' cannot be the id" in ended.err and "uuid" in ended.err,
               "an id of another form: said by its cause", ended.code, ended.err)
        bench.stop_serving()


def encodings(tap, server):
    for encoding, why in (("LATIN1", "lacks most characters"), ("SQL_ASCII", "no encoding"),
                          ("WIN1252", "lacks"), ("EUC_JP", "lacks")):
        with contextlib.closing(server.connect()) as link:
            link.autocommit = True
            link.cursor().execute(f"create database {encoding.lower()} template template0 "
                                  f"encoding '{encoding}' lc_collate 'C' lc_ctype 'C'")
        with Bench(tap, "encoding") as bench:
            begin(bench, server, server.url.rpartition("/")[0] + f"/{encoding.lower()}", 3)
            for words in (("check",), ("run",), ("patients", "import"), ("status",)):
                ended = bench.ferry(*words)
                said = ended.out + ended.err
                tap.ok(ended.code in (1, 2) and encoding in said and why in said and "createdb" in said,
                       f"{encoding}: {' '.join(words)} is refused, with the cure", ended.code, said[-500:])
            bench.stop_serving()


def test(tap):
    missing = postgres.lacks()
    if missing:
        tap.skip("PostgreSQL", missing)
        return
    if not need_programs(tap):
        return
    with postgres.Postgres() as server:
        for story in (values, ids, encodings):
            story(tap, server)


if __name__ == "__main__":
    main(test)
