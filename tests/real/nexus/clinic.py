#!/usr/bin/python3
"""
The application, as small as it can be: a Django program with the models beside it.

    clinic.py URL FOLDER migrate       makes its tables; FOLDER keeps its migrations
    clinic.py URL FOLDER adopt         makes itself at home on tables that are there
    clinic.py URL FOLDER patients      reads patients from standard input, as JSON, and keeps them
    clinic.py URL FOLDER read          prints what it knows, as JSON, read through the ORM
    clinic.py URL FOLDER rows          prints every row of a document, as Django writes JSON
    clinic.py URL FOLDER work          does what people do: adds, changes, deletes softly
"""

import datetime
import json
import pathlib
import sys
import urllib.parse

import django
from django.conf import settings
from django.core.management import call_command


SAMPLE = 500  # documents that are also asked for one by one


def database(url):
    if url.startswith("sqlite:"):
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": url.removeprefix("sqlite:"),
                "OPTIONS": {"timeout": 30}}
    parts = urllib.parse.urlsplit(url)
    return {"ENGINE": "django.db.backends.postgresql", "NAME": parts.path[1:], "USER": parts.username,
            "HOST": parts.hostname, "PORT": parts.port}


def set_up(url, folder):
    made = pathlib.Path(folder) / "made"
    for app in ("patients", "documents"):
        (made / app).mkdir(parents=True, exist_ok=True)
        (made / app / "__init__.py").touch()
    (made / "__init__.py").touch()
    sys.path[:0] = [str(folder), str(pathlib.Path(__file__).resolve().parent)]
    settings.configure(
        DATABASES={"default": database(url)}, USE_TZ=True, TIME_ZONE="UTC", SECRET_KEY="none",
        INSTALLED_APPS=["django.contrib.contenttypes", "patients", "documents"],
        MIGRATION_MODULES={"patients": "made.patients", "documents": "made.documents"})
    django.setup()


def migrate():
    call_command("makemigrations", verbosity=0)
    call_command("migrate", verbosity=0)


def adopt():
    """The tables of django_content_type's first form never were; the rest is as it would make it."""
    call_command("makemigrations", verbosity=0)
    call_command("migrate", "contenttypes", fake=True, verbosity=0)
    call_command("migrate", fake_initial=True, verbosity=0)
    call_command("migrate", check_unapplied=True, verbosity=0)


def patients():
    from patients.models import Patient
    for number, one in enumerate(json.load(sys.stdin)):
        Patient.objects.create(mrn=str(number), first_name=one["first"], last_name=one["last"],
                               dob=datetime.date.fromisoformat(one["dob"]) if one["dob"] else None,
                               filemaker_metadata={"filemaker_id": one["id"], "origin": "clinic"})


def read():
    """Lists by patient and category, as the application's own service does."""
    from django.contrib.contenttypes.models import ContentType
    from documents.models import Document
    from patients.models import Patient
    kind = ContentType.objects.get_for_model(Patient)
    lists = {}
    for patient in Patient.objects.all():
        mine = Document.objects.filter(content_type=kind, object_id=patient.id, is_active=True)
        categories = mine.values_list("category", flat=True).distinct()
        lists[patient.filemaker_metadata["filemaker_id"].lower()] = {
            category: sorted(str(one.filemaker_id) for one in mine.filter(category=category))
            for category in categories}
        for one in mine[:1]:
            assert one.content_object == patient, one.id
    by_json = {str(one.filemaker_id): one.filemaker_metadata["fields"]["Type"]
               for one in Document.objects.filter(filemaker_metadata__fields__Type__isnull=False)}
    rows = {str(one.filemaker_id): {
        "name": one.file_name, "size": one.file_size, "key": one.s3_key, "tags": one.tags,
        "date": one.document_date and one.document_date.isoformat(), "active": one.is_active,
        "aware": one.uploaded_at.utcoffset() is not None, "age": abs(
            (datetime.datetime.now(datetime.timezone.utc) - one.uploaded_at).total_seconds()),
        "found": number >= SAMPLE or Document.objects.get(filemaker_id=one.filemaker_id).pk == one.pk,
        "linked": one.object_id is not None, "description": one.description,
    } for number, one in enumerate(Document.objects.exclude(filemaker_id=None))}
    print(json.dumps({"lists": lists, "types": by_json, "rows": rows,
                      "own": Document.objects.filter(filemaker_id=None).count()}))


def rows():
    from django.core.serializers.json import DjangoJSONEncoder
    from documents.models import Document
    for one in Document.objects.order_by("pk"):
        print(json.dumps({field.attname: getattr(one, field.attname) for field in Document._meta.concrete_fields},
                         cls=DjangoJSONEncoder))


def work():
    from documents.models import Document
    from patients.models import Patient
    patient = Patient.objects.order_by("pk").first()
    added = Document.objects.create(
        content_object=patient, file_name="scan.pdf", original_name="scan.pdf", file_size=3,
        mime_type="application/pdf", s3_bucket="", s3_key="uploads/scan.pdf", s3_url="",
        category="letter", uploaded_by="reception")
    ours = Document.objects.exclude(filemaker_id=None).order_by("pk")
    softly, described = ours[0], ours[1]
    softly.is_active = False
    softly.save()
    described.description, described.tags = "looked at", ["urgent"]
    described.full_clean()
    described.save()
    print(json.dumps({"added": str(added.pk), "softly": str(softly.filemaker_id),
                      "described": str(described.filemaker_id)}))


def main():
    url, folder, what = sys.argv[1:]
    set_up(url, folder)
    {"migrate": migrate, "adopt": adopt, "patients": patients, "read": read, "rows": rows,
     "work": work}[what]()


main()
