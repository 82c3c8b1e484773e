#!/usr/bin/python3
"""
A Django program beside fmferry, on SQLite and PostgreSQL: fmferry fills the tables that Django made,
and Django lives on the tables that fmferry made.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import places
from application import Clinic, django_is_here, expected, look, people_at_work, roster, tables_of
from harness import Bench, main, need_programs

DOCUMENTS = 120


def filled(tap, place, kind):
    """The application is there first."""
    what = f"{kind}, Django's tables"
    with Bench(tap, "django-first") as bench:
        bench.serve(f"generate:{DOCUMENTS},1500")
        bench.configure(ledger={"url": f"sqlite:{bench.folder}/ledger.db"}, registry={"url": place.url})
        clinic = Clinic(bench, place)
        clinic.do("migrate")
        made = tables_of(place)
        people = roster(bench)[:-5]
        clinic.do("patients", json.dumps(people))
        check = bench.ferry("check")
        tap.ok(check.code == 0, f"{what}: check is content", check.out)
        late = bench.ferry("patients", "import")
        tap.ok(late.code == 0 and f": 5 written, {len(people)} already" in late.out,
               f"{what}: only who is missing is imported", late.out)
        run = bench.ferry("run", limit=120)
        tap.same(run.code, 0, f"{what}: the run comes to its end")
        tap.same(tables_of(place), made, f"{what}: no table of the application is altered")
        source = expected(bench)
        look(tap, clinic, source, {one["id"].lower() for one in roster(bench)}, what)
        people_at_work(tap, bench, clinic, place, what)
        bench.stop_serving()


def lived_on(tap, place, kind):
    """fmferry is there first."""
    what = f"{kind}, our tables"
    with Bench(tap, "django-later") as bench:
        bench.serve(f"generate:{DOCUMENTS},1500")
        bench.configure(ledger={"url": place.url}, registry={"url": place.url})
        bench.ferry("patients", "import")
        run = bench.ferry("run", limit=120)
        tap.same(run.code, 0, f"{what}: the run comes to its end")
        clinic = Clinic(bench, place)
        clinic.do("adopt")
        look(tap, clinic, expected(bench), {one["id"].lower() for one in roster(bench)}, what)
        people_at_work(tap, bench, clinic, place, what)
        bench.stop_serving()


def test(tap):
    if not need_programs(tap):
        return
    if not django_is_here():
        tap.skip("Django", "python3-django is not installed")
        return
    places.each(tap, filled)
    places.each(tap, lived_on)


if __name__ == "__main__":
    main(test)
