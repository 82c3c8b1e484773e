/* The table of every key in fmferry.ini: which member it fills, its default, what it means. */
#include "cmd/settings.h"

#include "base/time.h"

const char *const settings_date_formats[] = { "", "us", "month-first", "iso", "day-first", NULL };
const char *const settings_encodings[] = {
    "", "utf-8", "utf-16le", "utf-16be", "windows-1252", NULL
};
const int settings_date_meanings[] = { DATE_ASK, DATE_US, DATE_US, DATE_ISO, DATE_DAY_FIRST };
static const char *const container_choices[] = { "waterfall", "each", NULL };
static const char *const application_choices[] = { "nexus", "other", NULL };
static const char *const link_choices[] = { "no", "yes", NULL };
static const char *const slug_choices[] = { "all", "listed", NULL };
static const char *const addressing_choices[] = { "auto", "path", "virtual", NULL };
static const char *const encryption_choices[] = { "", "AES256", "aws:kms", "aws:kms:dsse", NULL };

/* clang-format off */
#define KEY(section, name, field, fallback, help) { section, name, field, fallback, help, NULL }
#define TEXT(section, name, member, fallback, help) \
    KEY(section, name, FIELD_OF_TEXT(struct settings, member), fallback, help)
#define NAME(section, name, member, fallback, help) \
    KEY(section, name, FIELD_OF_NAME(struct settings, member), fallback, help)
#define NUMBER(section, name, member, least, most, fallback, help) \
    KEY(section, name, FIELD_OF_INT(struct settings, member, least, most), fallback, help)
#define SCALED(section, name, member, least, most, unit, fallback, help) \
    KEY(section, name, FIELD_OF_SCALED(struct settings, member, least, most, unit), fallback, help)
#define CHOICE(section, name, member, choices, fallback, help) \
    KEY(section, name, FIELD_OF_CHOICE(struct settings, member, choices), fallback, help)
#define DATES(section, name, member, fallback, help) \
    KEY(section, name, FIELD_OF_CHOICE_AS(struct settings, member, settings_date_formats, \
                                          settings_date_meanings), fallback, help)
#define FLAG(section, name, member, help) \
    KEY(section, name, FIELD_OF_FLAG(struct settings, member), "no", help)
/* clang-format on */

const struct conf_key settings_keys[] = {
    TEXT("source", "name", name, "",
         "What this source is called in the ledger; empty: database/layout.\n"
         "Never change it once a run was started: it is part of every document's identity."),
    TEXT("source", "url", engine.filemaker.url, "https://127.0.0.1:8443",
         "FileMaker Server, without a path: https://fms.example.com"),
    TEXT("source", "database", engine.filemaker.database, "Clinic",
         "The hosted file, spelled as on the server, without .fmp12"),
    TEXT("source", "account", engine.filemaker.account, "api",
         "An account with the privilege fmrest, that may read the layout and write the mark"),
    NAME("source", "password_env", password.env, "",
         "The environment variable that holds the password, instead of password_file"),
    NAME("source", "password_file", password.file, "",
         "A file with the password that belongs to you and that nobody else may read (mode 0600).\n"
         "Instead of it: password_env or password_command"),
    NAME("source", "password_command", password.command, "",
         "A command that prints the password, instead of password_file (such as:\n"
         "pass show clinic/filemaker); no shell is started"),
    { "source",
      "password",
      { 0 },
      "",
      "",
      "a password must not be written in this file: name where it is, by password_env, "
      "password_file or password_command" },
    NAME(
        "source", "ca_file", engine.filemaker.ca_file, "",
        "Certificates (PEM) to trust if the server's is not publicly trusted; empty: the system's"),
    FLAG("source", "allow_http", source_http,
         "yes: an http:// address that is not this machine's is spoken to, although password and\n"
         "documents then cross the network readable for everybody"),
    TEXT("source", "layout", engine.fields.layout, "API_Docs",
         "The layout of the documents; a layout of its own, without portals, is fastest"),
    TEXT("source", "key_field", engine.fields.key, "id",
         "The document's id: a UUID that never changes"),
    TEXT("source", "container_field", engine.fields.container_list, "Doc",
         "The container; several with commas between them. A repeating field stands for all its\n"
         "repetitions, Scan(2) for one. Once a run was started, names may only be added behind"),
    CHOICE("source", "containers", engine.fields.each_is_document, container_choices, "waterfall",
           "Of several: waterfall takes the first that is not empty as the record's document;\n"
           "with each, every one that is not empty is a document of its own"),
    TEXT("source", "mark_field", engine.fields.mark, "NexusExportDate",
         "Where the export date is written, a timestamp; empty: nothing is written to FileMaker"),
    TEXT("source", "type_field", engine.fields.type, "Type",
         "The document's type: decides on its folder"),
    TEXT("source", "date_field", engine.fields.date, "Date", "The document's date"),
    DATES("source", "date_format", engine.fields.text_dates, "",
          "How dates stand in text fields: month-first (or us), day-first, iso (YYYY-MM-DD).\n"
          "Empty: one that could be two days is kept as text and not guessed. Fields of type\n"
          "date need no telling"),
    TEXT("source", "name_field", engine.fields.name, "",
         "The file's original name, if the solution keeps it; empty: it does not"),
    TEXT("source", "patient_field", engine.fields.patient, "id_Contact", "The patient's id"),
    TEXT("source", "census_key", engine.fields.census_key, "",
         "A number to read records by, if each record has another one and it never changes"),
    TEXT("source", "patient_dob_field", engine.fields.patient_dob, "",
         "The patient's date of birth, if the documents' layout shows it too: a document that\n"
         "contradicts its patient is not linked; empty: it does not"),
    TEXT("source", "author_field", engine.fields.author, "creationAccountName",
         "Who made the record"),
    TEXT("source", "created_field", engine.fields.created, "creationTimestamp", "When it was made"),
    TEXT("source", "time_zone", time_zone, "",
         "The zone of FileMaker's stamps (Australia/Sydney); empty: this machine's"),

    TEXT("source", "filter", engine.filter_text, "",
         "Which records are documents, if not all: Type = Letter | Report, Archived !="),
    NUMBER("source", "sessions", engine.sessions, 0, 1000, "0",
           "Most sessions of FileMaker Server at a time; 0: one for each worker and one to count"),
    { "source", "requests_per_second",
      FIELD_OF_DECIMAL(struct settings, gate.requests_per_second, 0, 100000), "0",
      "A ceiling, for the sake of the people who work in FileMaker; 0: none", NULL },
    SCALED("source", "largest_mib", engine.filemaker.largest_bytes, 1, 1048576, MIB(1), "65536",
           "No file is larger: a download that goes on behind this has no end, and is given up"),
    SCALED("source", "latency_budget_ms", gate.latency_budget_us, 0, 600000, TIME_MS, "2000",
           "If calls take longer than this on average, fewer are made at once; 0: does not matter"),
    TEXT("source", "quiet_hours", quiet_hours, "",
         "Hours in which nothing is asked of FileMaker, such as 08:00-18:30; empty: none"),
    TEXT("source", "reference_map", engine.reference_map, "",
         "Where files are mounted here that FileMaker only points to:\n"
         "C:/Scans = /mnt/scans, //server/old = /mnt/old"),
    CHOICE("source", "reference_links", engine.reference_links, link_choices, "no",
           "Whether symbolic links below these folders are followed: only if nobody else can make "
           "any"),
    TEXT("source", "odata_table", engine.odata_table, "",
         "If a file cannot be streamed: the table occurrence to ask by OData; empty: do not"),
    TEXT("source", "script_name", engine.script, "",
         "If a file cannot be streamed: a script of the solution that is given the document's id\n"
         "and exits with the container as Base64; empty: there is none"),

    TEXT("patients", "layout", patients.layout, "API_Contacts", "The layout of the patients"),
    TEXT("patients", "key_field", patients.key, "id", "The patient's id in FileMaker"),
    TEXT("patients", "first_name", patients.first_name, "FirstName", "The field of the first name"),
    TEXT("patients", "last_name", patients.last_name, "LastName", "The field of the last name"),
    TEXT("patients", "dob", patients.dob, "DOB", "The field of the date of birth"),
    TEXT("patients", "mrn", patients.mrn, "",
         "Its medical record number; empty: there is none, and nothing stands in for it"),
    DATES("patients", "date_format", patients.csv_dates, "",
          "How dates of birth stand in a CSV or a text field: month-first (or us), day-first,\n"
          "iso. Empty: in a text field as [source] date_format says; in a CSV one that could be\n"
          "two days is left out"),
    CHOICE("patients", "encoding", patients.encoding, settings_encodings, "",
           "The letters of a CSV: utf-8, utf-16le, utf-16be, windows-1252. Empty: UTF-8, or\n"
           "UTF-16 where the file shows it"),
    TEXT("patients", "second_identifier", engine.registry.second_identifier, "dob",
         "What must agree beside the id, where both sides know it: dob, last_name, first_name"),

    TEXT("store", "url", engine.store.url, "dir:documents",
         "Where the documents go: a folder (dir:PATH) or a bucket (s3://BUCKET/PREFIX)"),
    NAME("store", "endpoint", engine.store.endpoint, "",
         "For a bucket: the server, such as https://s3.example.com; empty: AWS"),
    FLAG("store", "allow_http", store_http,
         "yes: an http:// endpoint that is not this machine's is spoken to, although documents\n"
         "then cross the network readable for everybody"),
    NAME("store", "region", engine.store.region, "",
         "The bucket's region, such as ap-southeast-2; empty: asked for, from us-east-1 on"),
    CHOICE("store", "addressing", engine.store.addressing, addressing_choices, "auto",
           "Where the bucket's name stands: path (in the path) or virtual (in the host's name).\n"
           "auto: virtual on AWS, path elsewhere"),
    NAME("store", "access_key", engine.store.access_key, "",
         "The access key. Empty: AWS_ACCESS_KEY_ID, ~/.aws, or what the machine is given\n"
         "(docs/s3.md)"),
    NAME(
        "store", "secret_key_env", engine.store.secret_key.env, "",
        "With access_key, where its secret is: exactly one of secret_key_env, secret_key_file and\n"
        "secret_key_command is set. Here: the name of an environment variable"),
    NAME("store", "secret_key_file", engine.store.secret_key.file, "",
         "A file with the secret that belongs to you and that nobody else may read (mode 0600)"),
    NAME("store", "secret_key_command", engine.store.secret_key.command, "",
         "A command that prints the secret; no shell is started"),
    { "store",
      "secret_key",
      { 0 },
      "",
      "",
      "a secret must not be written in this file: name where it is, by secret_key_env, "
      "secret_key_file or secret_key_command" },
    NAME("store", "profile", engine.store.profile, "",
         "The profile in ~/.aws; empty: AWS_PROFILE, or default"),
    NAME(
        "store", "ca_file", engine.store.ca_file, "",
        "Certificates (PEM) to trust if the server's is not publicly trusted; empty: the system's"),
    CHOICE("store", "encryption", engine.store.encryption, encryption_choices, "",
           "Encryption to ask for: AES256, aws:kms, aws:kms:dsse; empty: as the bucket does"),
    NAME("store", "kms_key", engine.store.kms_key, "",
         "With aws:kms: the key's id; empty: the bucket's"),
    NAME("store", "storage_class", engine.store.storage_class, "",
         "STANDARD_IA and the like; empty: the bucket's. Not one that must be thawed to be read"),
    NAME("store", "object_lock", engine.store.object_lock, "",
         "governance:DAYS, compliance:DAYS (nobody can undo it) or legal-hold; empty: none"),
    NAME("store", "expected_owner", engine.store.expected_owner, "",
         "The number of the account that must own the bucket; empty: any"),
    SCALED("store", "silence_s", engine.store.silence_us, 1, 3600, TIME_SECOND, "60",
           "For how many seconds a server may say nothing before it counts as away"),
    NAME("store", "tags", engine.store.tags, "", "Tags of every object: name=value, name=value"),
    NAME("store", "file_mode", engine.store.file_mode, "",
         "For a folder: the mode of its files, such as 0640; empty: 0600, for you alone"),
    NAME("store", "folder_mode", engine.store.folder_mode, "",
         "The mode of its folders; empty: who may read the files may enter (0640: 0750)"),
    NAME("store", "group", engine.store.group, "",
         "The group of both, such as www-data, that you must belong to; empty: your own"),
    TEXT("store", "key", engine.keys.linked,
         "patients/filemaker-import/documents/{patient_id}/{type-slug}/{filemaker_id}.{ext}",
         "The key of a document; the names in braces are filled in (docs/keys.md)"),
    TEXT("store", "unlinked_key", engine.keys.unlinked,
         "patients/filemaker-import/documents/unlinked/{type-slug}/{filemaker_id}.{ext}",
         "The key of a document whose patient is not in the application yet"),
    TEXT("store", "type_folders", engine.keys.type_folders, "referral=referrals",
         "Types whose folder is not their own name: type=folder, type=folder"),
    CHOICE("store", "type_slugs", engine.keys.listed_only, slug_choices, "all",
           "listed: types that are not named above are hashed, because they may hold names"),

    TEXT("registry", "url", engine.registry.url, "sqlite:fmferry.db",
         "The application's database; its tables are made if there is no application yet"),
    CHOICE("registry", "application", engine.registry.is_other_application, application_choices,
           "nexus",
           "nexus: its columns are filled as Nexus wants them, but for those named below;\n"
           "other: only the columns that are named below are filled (docs/registry.md)"),
    TEXT("registry", "documents_table", engine.registry.documents_table, "documents_document",
         "The application's table of documents"),
    TEXT("registry", "patients_table", engine.registry.patients_table, "patients_patient",
         "Its table of patients; empty: it has none"),
    TEXT("registry", "content_type", engine.registry.content_type, "patients.patient",
         "What Django calls patients, in django_content_type; empty: there is no such table"),
    { "document_columns",
      "*",
      { 0 },
      "",
      "Columns of the table of documents, and what goes into each: column = {file_name}.\n"
      "Empty: nothing does. 'once' in front: only when the row is made (docs/registry.md)",
      NULL },
    { "patient_columns", "*", { 0 }, "", "The same for the table of patients", NULL },
    TEXT("ledger", "url", engine.ledger_url, "sqlite:fmferry.db",
         "Where the migration's own book is kept. On PostgreSQL (postgresql://...) any number of\n"
         "machines may work at one migration"),
    SCALED("ledger", "lease_seconds", engine.lease_us, 10, 3600, TIME_SECOND, "120",
           "With PostgreSQL: a run that gives no sign of life for so long is taken for dead, and\n"
           "others take over what it had in hand. The same for all that share the ledger"),

    NUMBER("run", "workers", engine.workers, 1, 128, "4",
           "Documents moved at once; each uses one session of FileMaker Server"),
    SCALED("run", "memory_mib", engine.memory_bytes, 8, 65536, MIB(1), "48",
           "Memory for documents on their way, all workers together"),
    NUMBER("run", "attempts", engine.max_tries, 1, 5, "5", "Most tries per document in one run"),
    SCALED("run", "retry_ms", engine.first_wait_us, 1, 600000, TIME_MS, "500",
           "The first wait before trying a document again; each later one is three times as long"),
    SCALED("run", "follow_s", follow_every_us, 1, 86400, TIME_SECOND, "300",
           "With run --continuous: how often the source is counted anew, in seconds"),

    { "report", "price_per_gb_month",
      FIELD_OF_DECIMAL(struct settings, status.price_per_gb_month, 0, 1000), "0.025",
      "What the store costs for a gigabyte and month, for status and report", NULL },
    TEXT("report", "currency", status.currency, "USD", "The currency of that price"),
    TEXT("report", "signing_key", signing_key, "fmferry.key",
         "The private key that signs certificates; 'init' makes it. Keep it where the people who\n"
         "administer the databases cannot read it; fmferry.key.pub beside it is for everybody"),
    CONF_END,
};
