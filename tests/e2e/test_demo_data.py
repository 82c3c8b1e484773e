#!/usr/bin/python3
"""The demonstration's documents, with the configuration that `fmferry init` writes."""

from harness import ACCOUNT, Bench, main, need_programs

DOCUMENTS, FAILED, PATIENTS = 500, {"container-empty": 1, "container-reference": 1}, 60


CLINIC = {"database": "Clinic", "layout": "API_Docs", "key_field": "id", "container_field": "Doc",
          "mark_field": "NexusExportDate", "type_field": "Type", "date_field": "Date",
          "patient_field": "id_Contact", "author_field": "creationAccountName",
          "created_field": "creationTimestamp", "account": ACCOUNT, "password_env": "FMP"}


def write_configuration(bench):
    """`init` with the clinic's names on its command line."""
    given = {**CLINIC, "url": bench.ready["url"], "ca_file": bench.ready["ca_file"]}
    words = [word for name, value in given.items() for word in ("--set", f"source.{name}={value}")]
    return bench.ferry("init", *words, "--set", "patients.layout=API_Contacts")


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "demo") as bench:
        bench.serve("demo", config=False)
        made = write_configuration(bench)
        tap.ok(made.code == 0 and "next: fmferry check" in made.out, "init writes a configuration", made.out,
               made.err)
        again = bench.ferry("init", "--defaults")
        tap.ok(again.code == 2 and "already exists" in again.err, "and never writes over one",
               again.err)
        checked = bench.ferry("check")
        tap.ok(checked.code == 0, "check finds all fine", checked.out)
        tap.same(bench.ferry("patients", "import").code, 0, "patients are imported")
        nameless = bench.sql("select count(*) from patients_patient where first_name = '' "
                             "or last_name = '' or dob is null")[0][0]
        tap.same(nameless, 0, "patients have their names and birth dates")
        done = bench.ferry("run", limit=600)
        tap.ok(done.code == 3, "the run ends with 3: two documents cannot be read", done.err)
        status = bench.status()
        tap.same(status["states"]["done"], DOCUMENTS - 2, "all others are done")
        tap.same({one["class"]: one["count"] for one in status["failures"]}, FAILED,
                 "the two say why")
        tap.same((status["links"]["unlinked"], status["links"]["review"]), (1, 0),
                 "one patient is not known")
        tap.same(bench.sql("select count(*) from patients_patient")[0][0], PATIENTS, "60 patients")
        odd = bench.sql("select document_date, filemaker_metadata from documents_document "
                        "where filemaker_metadata like '%31/02/2024%'")
        tap.ok(len(odd) == 1 and odd[0][0] is None and "date not understood" in odd[0][1],
               "a date that is none is kept as text, and said", odd)
        bench.stop_serving()
        bench.check("the checker agrees", exit_code=done.code)


main(test)
