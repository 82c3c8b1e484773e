/* The table of every key in fmferry.ini: which member it fills, its default, what it means. */
#include "cmd/settings.h"

#include "base/time.h"

const char *const settings_date_formats[] = { "", "us", "month-first", "iso", "day-first", NULL };
const char *const settings_encodings[] = {
    "", "utf-8", "utf-16le", "utf-16be", "windows-1252", NULL
};
const int settings_date_meanings[] = { DATE_ASK, DATE_US, DATE_US, DATE_ISO, DATE_DAY_FIRST };
const char *const settings_notices[] = { "end", "stop", "failures", "idle", NULL };
static const char *const login_choices[] = { "account", "otto", "claris",
                                             NULL }; /* as enum filemaker_login */
static const char *const api_choices[] = { "data", "odata", NULL };
static const char *const container_choices[] = { "waterfall", "each", NULL };
static const char *const application_choices[] = { "nexus", "other", NULL };
static const char *const link_choices[] = { "no", "yes", NULL };
static const char *const slug_choices[] = { "all", "listed", NULL };
static const char *const shape_choices[] = { "json", "slack", "teams", "ntfy", NULL };
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
/* How a server is reached: its proxy, and the certificate that it may want of us. */
#define ROUTE(section, to_server, route, secrets) \
    NAME(section, "proxy", route.proxy, "", \
         "The proxy " to_server ": http://HOST:PORT, or direct for none. Empty: the " \
         "environment's\n" \
         "HTTPS_PROXY, ALL_PROXY and NO_PROXY, which do not count for this machine itself"), \
    NAME(section, "proxy_user", route.proxy_user, "", \
         "The name that the proxy wants; empty: none"), \
    NAME(section, "proxy_password_file", secrets.proxy_password.file, "", \
         "A file that holds the proxy's password, belongs to you and is readable by nobody else"), \
    NAME(section, "client_certificate", route.client_certificate, "", \
         "A certificate (PEM) of our own, if the server wants one; empty: none"), \
    NAME(section, "client_key", route.client_key, "", \
         "Its private key (PEM); empty: it is in the certificate's file"), \
    NAME(section, "client_key_password_file", secrets.key_password.file, "", \
         "A file that holds the key's password, if it has one")
#define FLAG(section, name, member, help) \
    KEY(section, name, FIELD_OF_FLAG(struct settings, member), "no", help)
/* clang-format on */

const struct conf_key settings_keys[] = {
    TEXT("source", "name", name, "",
         "The source's name in the ledger; empty: database/layout.\n"
         "Never change it once a run has started: it is part of every document's identity."),
    TEXT("source", "url", engine.filemaker.url, "https://127.0.0.1:8443",
         "The address of FileMaker Server, without a path: https://fms.example.com; or a file,\n"
         "fmp12:PATH, that no server hosts (docs/fmp12.md), or manifest:PATH, a list with files"),
    CHOICE(
        "source", "api", engine.filemaker.is_odata, api_choices, "data",
        "data: layouts by the Data API. odata: table occurrences by OData, where the Data API is\n"
        "off or its downloads fail; layout then names an occurrence, one container is read, and\n"
        "nothing is written to FileMaker (docs/odata.md)"),
    TEXT("source", "database", engine.filemaker.database, "Clinic",
         "The hosted file's name, spelled as on the server, without .fmp12"),
    TEXT("source", "account", engine.filemaker.account, "api",
         "An account with the extended privilege fmrest that may read the layout and write the "
         "mark"),
    CHOICE("source", "login", engine.filemaker.login, login_choices, "account",
           "account: by account and password. otto: OttoFMS stands before the server and gave a\n"
           "key (dk_...), which is then the password; account does not count (docs/otto.md).\n"
           "claris: FileMaker Cloud, by the sign-in that 'fmferry login' made (docs/cloud.md)"),
    TEXT("source", "claris_token_file", claris.token_file, "claris.token",
         "With login = claris: where 'fmferry login' keeps the sign-in; readable by you alone"),
    TEXT("source", "claris_pool", claris.pool, "us-west-2_NqkuZcXQY",
         "With login = claris: Claris's user pool, and the id of its program there, as Claris's\n"
         "documentation has them (docs/cloud.md)"),
    TEXT("source", "claris_client", claris.client, "4l9rvl4mv5es1eep1qe97cautn", "See claris_pool"),
    NAME("source", "claris_url", claris.url, "",
         "With login = claris: where the pool is asked; empty: at Amazon, in the pool's region"),
    NAME("source", "password_env", password.env, "",
         "The environment variable that holds the password, instead of password_file"),
    NAME("source", "password_file", password.file, "",
         "A file that holds the password, belongs to you and is readable by nobody else (mode "
         "0600).\n"
         "Instead of it, password_env or password_command may be set"),
    NAME("source", "password_command", password.command, "",
         "A command that prints the password, instead of password_file, such as\n"
         "pass show clinic/filemaker; no shell is started"),
    { "source",
      "password",
      { 0 },
      "",
      "",
      "a password must not be written in this file: say where it is with password_env, "
      "password_file or password_command" },
    NAME(
        "source", "ca_file", engine.filemaker.ca_file, "",
        "Certificates (PEM) to trust if the server's is not publicly trusted; empty: the system's"),
    ROUTE("source", "to FileMaker Server", engine.filemaker.route, source_route),
    FLAG("source", "allow_http", source_http,
         "yes: use an http:// address even if it is not this machine's. The password and the\n"
         "documents then cross the network readable by anybody"),
    TEXT("source", "layout", engine.fields.layout, "API_Docs",
         "The layout of the documents; a separate layout without portals is fastest"),
    TEXT("source", "key_field", engine.fields.key, "id",
         "The document's id: a UUID that never changes"),
    TEXT("source", "container_field", engine.fields.container_list, "Doc",
         "The container field, or several, separated by commas. A repeating field stands for all "
         "its\n"
         "repetitions, Scan(2) for one; in a FileMaker file, Doc:2 beside Doc for the second of "
         "two\n"
         "documents in one container. Once a run has started, names may only be added at the end"),
    CHOICE("source", "containers", engine.fields.each_is_document, container_choices, "waterfall",
           "With several containers: waterfall takes the first that is not empty as the record's\n"
           "document; each makes every one that is not empty a document of its own"),
    TEXT("source", "mark_field", engine.fields.mark, "NexusExportDate",
         "The timestamp field for the export date; empty: nothing is written to FileMaker"),
    TEXT("source", "type_field", engine.fields.type, "Type",
         "The document's type, which decides its folder"),
    TEXT("source", "date_field", engine.fields.date, "Date", "The document's date"),
    DATES("source", "date_format", engine.fields.text_dates, "",
          "The form of dates in text fields: month-first (or us), day-first, iso (YYYY-MM-DD).\n"
          "Empty: a date that could be two days is kept as text and not guessed. Fields of type\n"
          "date do not need this"),
    TEXT("source", "name_field", engine.fields.name, "",
         "The file's original name, if the solution keeps one; empty: it does not"),
    TEXT("source", "md5_field", engine.fields.md5_list, "",
         "A calculation, not stored, that says the MD5 of the container's file:\n"
         "GetContainerAttribute ( Doc ; \"MD5\" ). With several containers one for each, in their\n"
         "order, - for none. What arrives is compared with it; empty: it is not"),
    TEXT("source", "backup", engine.backup_path, "",
         "The folder of a backup in which documents of open external storage lie, such as\n"
         "Backup/RC_Data_FMS/Clinic (docs/backup-folder.md). Wants path_field and md5_field.\n"
         "Empty: there is none"),
    TEXT(
        "source", "path_field", engine.fields.path_list, "",
        "A text that says where the container's file lies in that folder:\n"
        "GetContainerAttribute ( Doc ; \"externalFiles\" ). With several containers one for each,\n"
        "in their order, - for none"),
    TEXT("source", "patient_field", engine.fields.patient, "id_Contact", "The patient's id"),
    TEXT("source", "census_key", engine.fields.census_key, "",
         "A number field to read the records by, if its value is unique to each record and never\n"
         "changes; empty: there is none"),
    TEXT("source", "patient_dob_field", engine.fields.patient_dob, "",
         "The patient's date of birth, if the documents' layout shows it too: a document that\n"
         "contradicts its patient is not linked; empty: the layout does not show it"),
    TEXT("source", "author_field", engine.fields.author, "creationAccountName",
         "The account that made the record"),
    TEXT("source", "created_field", engine.fields.created, "creationTimestamp",
         "The time the record was made"),
    TEXT(
        "source", "time_zone", time_zone, "",
        "The time zone of FileMaker's timestamps, such as Australia/Sydney; empty: this machine's"),

    TEXT("source", "filter", engine.filter_text, "",
         "The records that are documents, if not all are: Type = Letter | Report, Archived !="),
    NUMBER("source", "sessions", engine.sessions, 0, 1000, "0",
           "The most FileMaker Server sessions at a time; 0: one for each worker and one for "
           "counting"),
    { "source", "requests_per_second",
      FIELD_OF_DECIMAL(struct settings, gate.requests_per_second, 0, 100000), "0",
      "The most requests a second, for the sake of the people who work in FileMaker; 0: no limit",
      NULL },
    { "source", "mib_per_second", FIELD_OF_DECIMAL(struct settings, gate.mib_per_second, 0, 100000),
      "0",
      "The most of documents' bytes a second, in MiB, of all workers together, for the sake of a\n"
      "line that others need: 2.5; 0: no limit",
      NULL },
    NUMBER(
        "source", "records_at_once", engine.records_at_once, 1, BATCH_MAX, "16",
        "The records that one find reads, for the documents that a worker takes next, and whose\n"
        "marks it reads back together. 1: each record by itself, in about twice the requests"),
    SCALED("source", "largest_mib", engine.filemaker.largest_bytes, 1, 1048576, MIB(1), "65536",
           "The size that no file exceeds, in MiB: a download that goes past it is taken to be\n"
           "endless and given up"),
    SCALED("source", "latency_budget_ms", gate.latency_budget_us, 0, 600000, TIME_MS, "2000",
           "If calls take longer than this on average, fewer are made at once; 0: no limit"),
    TEXT(
        "source", "quiet_hours", quiet_hours, "",
        "The hours in which nothing is asked of FileMaker, on the source's clock: 08:00-18:30, or\n"
        "Mon-Fri 08:00-18:00, Sat 09:00-12:00; the day is that on which a span begins. Empty: "
        "none"),
    TEXT("source", "reference_map", engine.reference_map, "",
         "The local mounts of files that FileMaker only points to:\n"
         "C:/Scans = /mnt/scans, //server/old = /mnt/old"),
    CHOICE("source", "reference_links", engine.reference_links, link_choices, "no",
           "yes: symbolic links below these folders are followed. Set it only if nobody else can "
           "make\n"
           "any there"),
    TEXT("source", "odata_table", engine.odata_table, "",
         "The table occurrence to read by OData if a file cannot be streamed; empty: OData is not "
         "used"),
    TEXT("source", "script_name", engine.script, "",
         "The solution's script to call if a file cannot be streamed: it is given the document's "
         "id\n"
         "and exits with the container as Base64; empty: there is none"),

    TEXT("patients", "layout", patients.layout, "API_Contacts",
         "The layout of the patients; empty: FileMaker's patients are not read"),
    TEXT("patients", "key_field", patients.key, "id", "The patient's id in FileMaker"),
    TEXT("patients", "first_name", patients.first_name, "FirstName", "The field of the first name"),
    TEXT("patients", "last_name", patients.last_name, "LastName", "The field of the last name"),
    TEXT("patients", "dob", patients.dob, "DOB", "The field of the date of birth"),
    TEXT("patients", "mrn", patients.mrn, "",
         "The field of the medical record number; empty: there is none, and nothing stands in for "
         "it"),
    DATES("patients", "date_format", patients.csv_dates, "",
          "The form of dates of birth in a CSV or a text field: month-first (or us), day-first, "
          "iso.\n"
          "Empty: in a text field, the form that [source] date_format says; in a CSV, a date that\n"
          "could be two days is left out"),
    CHOICE("patients", "encoding", patients.encoding, settings_encodings, "",
           "The encoding of a CSV: utf-8, utf-16le, utf-16be, windows-1252. Empty: UTF-8, or\n"
           "UTF-16 where the file shows it"),
    TEXT("patients", "second_identifier", engine.registry.second_identifier, "dob",
         "The field that must agree as well as the id, where both sides know it: dob, last_name,\n"
         "first_name"),

    TEXT("store", "url", engine.store.url, "dir:documents",
         "The place the documents go to: a folder (dir:PATH) or a bucket (s3://BUCKET/PREFIX)"),
    NAME("store", "endpoint", engine.store.endpoint, "",
         "The bucket's server, such as https://s3.example.com; empty: AWS"),
    FLAG("store", "allow_http", store_http,
         "yes: use an http:// endpoint even if it is not this machine's. The documents then cross\n"
         "the network readable by anybody"),
    NAME(
        "store", "region", engine.store.region, "",
        "The bucket's region, such as ap-southeast-2; empty: the server is asked, us-east-1 first"),
    CHOICE(
        "store", "addressing", engine.store.addressing, addressing_choices, "auto",
        "The place of the bucket's name in an address: path (in the path) or virtual (in the host\n"
        "name). auto: virtual on AWS, path elsewhere"),
    NAME("store", "access_key", engine.store.access_key, "",
         "The access key. Empty: AWS_ACCESS_KEY_ID, ~/.aws, or the machine's own credentials\n"
         "(docs/s3.md)"),
    NAME("store", "secret_key_env", engine.store.secret_key.env, "",
         "The environment variable that holds the access key's secret. With access_key, set "
         "exactly\n"
         "one of secret_key_env, secret_key_file and secret_key_command"),
    NAME("store", "secret_key_file", engine.store.secret_key.file, "",
         "A file that holds the secret, belongs to you and is readable by nobody else (mode 0600)"),
    NAME("store", "secret_key_command", engine.store.secret_key.command, "",
         "A command that prints the secret; no shell is started"),
    { "store",
      "secret_key",
      { 0 },
      "",
      "",
      "a secret must not be written in this file: say where it is with secret_key_env, "
      "secret_key_file or secret_key_command" },
    NAME("store", "profile", engine.store.profile, "",
         "The profile in ~/.aws; empty: AWS_PROFILE, or default"),
    NAME(
        "store", "ca_file", engine.store.ca_file, "",
        "Certificates (PEM) to trust if the server's is not publicly trusted; empty: the system's"),
    ROUTE("store", "to the bucket's server", engine.store.route, store_route),
    CHOICE("store", "encryption", engine.store.encryption, encryption_choices, "",
           "The encryption to ask for: AES256, aws:kms, aws:kms:dsse; empty: the bucket's default"),
    NAME("store", "kms_key", engine.store.kms_key, "",
         "The id of the key for aws:kms; empty: the bucket's key"),
    NAME("store", "storage_class", engine.store.storage_class, "",
         "The storage class, such as STANDARD_IA, but none that must be thawed before it can be\n"
         "read; empty: the bucket's"),
    NAME("store", "object_lock", engine.store.object_lock, "",
         "The object lock: governance:DAYS, compliance:DAYS (nobody can undo it) or legal-hold;\n"
         "empty: none"),
    NAME("store", "expected_owner", engine.store.expected_owner, "",
         "The number of the account that must own the bucket; empty: any account"),
    SCALED("store", "silence_s", engine.store.silence_us, 1, 3600, TIME_SECOND, "60",
           "The seconds a server may stay silent before it counts as away"),
    NAME("store", "tags", engine.store.tags, "", "Tags of every object: name=value, name=value"),
    NAME("store", "file_mode", engine.store.file_mode, "",
         "The mode of files in a folder store, such as 0640; empty: 0600, for you alone"),
    NAME("store", "folder_mode", engine.store.folder_mode, "",
         "The mode of its folders; empty: those who may read the files may enter (0640: 0750)"),
    NAME("store", "group", engine.store.group, "",
         "The group of both, such as www-data; you must belong to it. Empty: your own"),
    TEXT("store", "key", engine.keys.linked,
         "patients/filemaker-import/documents/{patient_id}/{type-slug}/{filemaker_id}.{ext}",
         "The key of a document; the names in braces are filled in (docs/keys.md)"),
    TEXT("store", "unlinked_key", engine.keys.unlinked,
         "patients/filemaker-import/documents/unlinked/{type-slug}/{filemaker_id}.{ext}",
         "The key of a document whose patient is not in the application yet"),
    TEXT("store", "type_folders", engine.keys.type_folders, "referral=referrals",
         "The types whose folder is not their own name: type=folder, type=folder"),
    CHOICE("store", "type_slugs", engine.keys.listed_only, slug_choices, "all",
           "listed: types that type_folders does not name are hashed, because they may hold names"),

    TEXT("registry", "url", engine.registry.url, "sqlite:fmferry.db",
         "The application's database; the tables are made if there is no application yet"),
    CHOICE("registry", "application", engine.registry.is_other_application, application_choices,
           "nexus",
           "nexus: the columns are filled as Nexus wants them, except those named below;\n"
           "other: only the columns named below are filled (docs/registry.md)"),
    TEXT("registry", "documents_table", engine.registry.documents_table, "documents_document",
         "The application's table of documents"),
    TEXT("registry", "patients_table", engine.registry.patients_table, "patients_patient",
         "Its table of patients; empty: it has none"),
    TEXT("registry", "content_type", engine.registry.content_type, "patients.patient",
         "Django's name for patients in django_content_type; empty: there is no such table"),
    { "document_columns",
      "*",
      { 0 },
      "",
      "Columns of the documents table and their values: column = {file_name}. Empty: the column\n"
      "is not filled. 'once' in front: it is filled only when the row is made (docs/registry.md)",
      NULL },
    { "patient_columns", "*", { 0 }, "", "The same for the patients table", NULL },
    { "writeback",
      "*",
      { 0 },
      "",
      "Fields of the documents' layout that are filled together with the mark, so that people who\n"
      "work in FileMaker find a document in its new place: Moved to = {console_url}. Known are\n"
      "{console_url}, {key}, {sha256}, {bytes} and {date} (docs/filemaker.md). Empty: the field "
      "is\n"
      "left alone",
      NULL },
    TEXT(
        "ledger", "url", engine.ledger_url, "sqlite:fmferry.db",
        "The database of the ledger, the migration's own book. With PostgreSQL (postgresql://...)\n"
        "any number of machines may work on one migration"),
    SCALED(
        "ledger", "lease_seconds", engine.lease_us, 10, 3600, TIME_SECOND, "120",
        "With PostgreSQL: a run that gives no sign of life for this long is taken for dead, and\n"
        "others take over its documents. Set the same for all that share the ledger"),

    NUMBER("run", "workers", engine.workers, 1, 128, "4",
           "The documents moved at once; each uses one FileMaker Server session"),
    SCALED("run", "memory_mib", engine.memory_bytes, 8, 65536, MIB(1), "48",
           "The memory for documents on their way, for all workers together"),
    NUMBER("run", "attempts", engine.max_tries, 1, 5, "5",
           "The most tries per document in one run"),
    SCALED("run", "retry_ms", engine.first_wait_us, 1, 600000, TIME_MS, "500",
           "The first wait before a document is tried again; each later one is twice as long"),
    SCALED("run", "follow_s", follow_every_us, 1, 86400, TIME_SECOND, "300",
           "With run --continuous: the seconds between two counts of the source"),

    TEXT("notify", "on", notify.on, "end, stop, failures, idle",
         "What a run tells: its end, that it stopped, new reasons of failures, and that nothing "
         "has\n"
         "moved for an hour. Nothing is told unless a command, webhook or mail is set"),
    NAME("notify", "command", notify.command, "",
         "A command that gets the message on its standard input; no shell is started"),
    NAME("notify", "webhook_env", notify.webhook.env, "",
         "The environment variable that holds a webhook's address, which is a secret: whoever "
         "knows\n"
         "it may write there"),
    NAME("notify", "webhook_file", notify.webhook.file, "",
         "A file that holds it, belongs to you and is readable by nobody else (mode 0600)"),
    NAME("notify", "webhook_command", notify.webhook.command, "",
         "A command that prints it; no shell is started"),
    { "notify",
      "webhook",
      { 0 },
      "",
      "",
      "a webhook's address lets anybody write there and must not be written in this file: say "
      "where it is with webhook_env, webhook_file or webhook_command" },
    CHOICE("notify", "shape", notify.shape, shape_choices, "json",
           "What the webhook wants: json, slack, teams or ntfy"),
    NAME("notify", "mail", notify.mail, "", "The address to which mail is sent; empty: none"),
    TEXT("notify", "sendmail", notify.sendmail, "/usr/sbin/sendmail",
         "The program that takes mail, as sendmail does"),

    TEXT("report", "practice", practice, "",
         "The practice whose documents these are, as it stands above the report: name and place"),
    { "report", "price_per_gb_month",
      FIELD_OF_DECIMAL(struct settings, status.price_per_gb_month, 0, 1000), "0.025",
      "The store's price for a gigabyte and month, for status and report", NULL },
    TEXT("report", "currency", status.currency, "USD", "The currency of that price"),
    TEXT("report", "signing_key", signing_key, "fmferry.key",
         "The private key that signs certificates; 'init' makes it. Keep it where the people who\n"
         "administer the databases cannot read it. Give fmferry.key.pub, beside it, to anybody"),

    TEXT("console", "address", console.address, "127.0.0.1:8480",
         "The address and port of 'fmferry serve'; 127.0.0.1: for this machine alone"),
    TEXT("console", "names", console.names, "localhost",
         "The names by which browsers call it, with blanks between: clinic-server 192.168.1.20"),
    TEXT("console", "public_url", public_url, "",
         "How people's browsers call it, for {console_url} in [writeback]:\n"
         "https://documents.clinic.example"),
    TEXT("console", "url", console.url, "",
         "The database of its accounts and its view log; empty: beside the ledger, on PostgreSQL "
         "the\n"
         "same one, else sqlite:fmferry-console.db"),
    TEXT("console", "state", console.state, "fmferry-console",
         "A folder of its own, for its certificate and what can be made anew"),
    TEXT("console", "certificate", console.certificate, "",
         "A file with its certificate, then those that sign it (PEM); empty: it makes one itself"),
    TEXT("console", "certificate_key", console.certificate_key, "",
         "The file with the certificate's key (PEM, chmod 600)"),
    TEXT("console", "behind", console.behind, "",
         "The address of a proxy on this machine that does TLS: the console itself then has none"),
    SCALED("console", "cache_mib", console.cache_bytes, 0, 1048576, MIB(1), "2048",
           "MiB of its folder that pictures of documents may take, encrypted, until it ends"),
    FLAG("console", "link", console.link,
         "Whether documents may be given to patients there; its key to the store then needs the\n"
         "rights that 'fmferry check --policy link' prints"),
    SCALED(
        "console", "upload_mib", console.upload_bytes, 1, 10240, MIB(1), "512",
        "MiB that one uploaded file may have; so much of its folder is needed for each on its way"),
    TEXT("console", "scan_languages", console.scan_languages, "",
         "The languages of scans whose words are to be found: deu+eng, as Tesseract names them;\n"
         "empty: words of scans are not read. They take seconds for a page, at idle times"),
    SCALED("console", "idle_minutes", console.idle_us, 1, 240, 60 * TIME_SECOND, "15",
           "Minutes after which whoever sees patients and does nothing is logged out"),
    SCALED("console", "day_hours", console.day_us, 1, 24, 3600 * TIME_SECOND, "10",
           "Hours after which everybody is logged out"),
    CONF_END,
};
