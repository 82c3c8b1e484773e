/* Every key of fmferry.ini, with its default and the words that `init` writes beside it. */
#include "cmd/settings.h"

#include "base/child.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "document/key.h"
#include "http/url.h"
#include "store/open.h"

const char *const settings_date_formats[] = { "", "us", "month-first", "iso", "day-first", NULL };
const char *const settings_encodings[] = {
    "", "utf-8", "utf-16le", "utf-16be", "windows-1252", NULL
};
static const char *const container_choices[] = { "waterfall", "each", NULL };
static const char *const application_choices[] = { "nexus", "other", NULL };
static const char *const link_choices[] = { "no", "yes", NULL };
static const char *const slug_choices[] = { "all", "listed", NULL };
static const char *const addressing_choices[] = { "auto", "path", "virtual", NULL };
static const char *const encryption_choices[] = { "", "AES256", "aws:kms", "aws:kms:dsse", NULL };

#define TEXT(section, name, member, fallback, help)                                                \
    {                                                                                              \
        section, name, FIELD_OF_TEXT(struct settings, member), fallback, help, NULL                \
    }
#define NUMBER(section, name, member, least, most, fallback, help)                                 \
    {                                                                                              \
        section, name, FIELD_OF_INT(struct settings, member, least, most), fallback, help, NULL    \
    }
#define CHOICE(section, name, member, choices, fallback, help)                                     \
    {                                                                                              \
        section, name, FIELD_OF_CHOICE(struct settings, member, choices), fallback, help, NULL     \
    }

#define FLAG(section, name, member, help)                                                          \
    {                                                                                              \
        section, name, FIELD_OF_FLAG(struct settings, member), "no", help, NULL                    \
    }

const struct conf_key settings_keys[] = {
    TEXT("source", "name", name, "",
         "What this source is called in the ledger; empty: database/layout.\n"
         "Never change it once a run was started: it is part of every document's identity."),
    TEXT("source", "url", url, "https://127.0.0.1:8443",
         "FileMaker Server, without a path: https://fms.example.com"),
    TEXT("source", "database", database, "Clinic",
         "The hosted file, spelled as on the server, without .fmp12"),
    TEXT("source", "account", account, "api",
         "An account with the privilege fmrest, that may read the layout and write the mark"),
    TEXT("source", "password_env", password.env, "",
         "Where the password is: name exactly one of these three.\n"
         "An environment variable,"),
    TEXT("source", "password_file", password.file, "",
         "a file that belongs to you and that nobody else may read (mode 0600),"),
    TEXT("source", "password_command", password.command, "",
         "or a command that prints it (such as: pass show clinic/filemaker); no shell is started"),
    { "source", "password", FIELD_OF_TEXT(struct settings, url), "", "",
      "a password does not belong into this file: name where it is, by password_env, "
      "password_file or password_command" },
    TEXT(
        "source", "ca_file", ca_file, "",
        "Certificates (PEM) to trust if the server's is not publicly trusted; empty: the system's"),
    FLAG("source", "allow_http", source_http,
         "yes: an http:// address that is not this machine's is spoken to, although password and\n"
         "documents then cross the network readable for everybody"),
    TEXT("source", "layout", layout, "API_Docs",
         "The layout of the documents; a layout of its own, without portals, is fastest"),
    TEXT("source", "key_field", key_field, "id", "The document's id: a UUID that never changes"),
    TEXT("source", "container_field", container_field, "Doc",
         "The container; several with commas between them. A repeating field stands for all its\n"
         "repetitions, Scan(2) for one. Once a run was started, names may only be added behind"),
    CHOICE("source", "containers", containers, container_choices, "waterfall",
           "Of several: waterfall takes the first that is not empty as the record's document;\n"
           "with each, every one that is not empty is a document of its own"),
    TEXT("source", "mark_field", mark_field, "NexusExportDate",
         "Where the export date is written, a timestamp; empty: nothing is written to FileMaker"),
    TEXT("source", "type_field", type_field, "Type", "The document's type: decides on its folder"),
    TEXT("source", "date_field", date_field, "Date", "The document's date"),
    CHOICE("source", "date_format", date_format, settings_date_formats, "",
           "How dates stand in text fields: month-first (or us), day-first, iso (YYYY-MM-DD).\n"
           "Empty: one that could be two days is kept as text and not guessed. Fields of type\n"
           "date need no telling"),
    TEXT("source", "name_field", name_field, "",
         "The file's original name, if the solution keeps it; empty: it does not"),
    TEXT("source", "patient_field", patient_field, "id_Contact", "The patient's id"),
    TEXT("source", "census_key", census_key, "",
         "A number to read records by, if each record has another one and it never changes"),
    TEXT("source", "patient_dob_field", patient_dob_field, "",
         "The patient's date of birth, if the documents' layout shows it too: a document that\n"
         "contradicts its patient is not linked; empty: it does not"),
    TEXT("source", "author_field", author_field, "creationAccountName", "Who made the record"),
    TEXT("source", "created_field", created_field, "creationTimestamp", "When it was made"),
    TEXT("source", "time_zone", time_zone, "",
         "The zone of FileMaker's stamps (Australia/Sydney); empty: this machine's"),

    TEXT("source", "filter", filter, "",
         "Which records are documents, if not all: Type = Letter | Report, Archived !="),
    NUMBER("source", "sessions", sessions, 0, 1000, "0",
           "Most sessions of FileMaker Server at a time; 0: one for each worker and one to count"),
    { "source", "requests_per_second",
      FIELD_OF_DECIMAL(struct settings, requests_per_second, 0, 100000), "0",
      "A ceiling, for the sake of the people who work in FileMaker; 0: none", NULL },
    NUMBER("source", "largest_mib", largest_mib, 1, 1048576, "65536",
           "No file is larger: a download that goes on behind this has no end, and is given up"),
    NUMBER("source", "latency_budget_ms", latency_budget_ms, 0, 600000, "2000",
           "If calls take longer than this on average, fewer are made at once; 0: does not matter"),
    TEXT("source", "quiet_hours", quiet_hours, "",
         "Hours in which nothing is asked of FileMaker, such as 08:00-18:30; empty: none"),
    TEXT("source", "reference_map", reference_map, "",
         "Where files are mounted here that FileMaker only points to:\n"
         "C:/Scans = /mnt/scans, //server/old = /mnt/old"),
    CHOICE("source", "reference_links", reference_links, link_choices, "no",
           "Whether symbolic links below these folders are followed: only if nobody else can make "
           "any"),
    TEXT("source", "odata_table", odata_table, "",
         "If a file cannot be streamed: the table occurrence to ask by OData; empty: do not"),
    TEXT("source", "script_name", script_name, "",
         "If a file cannot be streamed: a script of the solution that is given the document's id\n"
         "and exits with the container as Base64; empty: there is none"),

    TEXT("patients", "layout", patients_layout, "API_Contacts", "The layout of the patients"),
    TEXT("patients", "key_field", patients_key, "id", "The patient's id in FileMaker"),
    TEXT("patients", "first_name", patients_first, "FirstName", "Fields of the patient's record"),
    TEXT("patients", "last_name", patients_last, "LastName", NULL),
    TEXT("patients", "dob", patients_dob, "DOB", NULL),
    TEXT("patients", "mrn", patients_mrn, "",
         "Its medical record number; empty: there is none, and nothing stands in for it"),
    CHOICE("patients", "date_format", patients_dates, settings_date_formats, "",
           "How dates of birth stand in a CSV or a text field: month-first (or us), day-first,\n"
           "iso. Empty: in a text field as [source] date_format says; in a CSV one that could be\n"
           "two days is left out"),
    CHOICE("patients", "encoding", patients_encoding, settings_encodings, "",
           "The letters of a CSV: utf-8, utf-16le, utf-16be, windows-1252. Empty: UTF-8, or\n"
           "UTF-16 where the file shows it"),
    TEXT("patients", "second_identifier", second_identifier, "dob",
         "What must agree beside the id, where both sides know it: dob, last_name, first_name"),

    TEXT("store", "url", store_url, "dir:documents",
         "Where the documents go: a folder (dir:PATH) or a bucket (s3://BUCKET/PREFIX)"),
    TEXT("store", "endpoint", endpoint, "",
         "For a bucket: the server, such as https://s3.example.com; empty: AWS"),
    FLAG("store", "allow_http", store_http,
         "yes: an http:// endpoint that is not this machine's is spoken to, although documents\n"
         "then cross the network readable for everybody"),
    TEXT("store", "region", region, "",
         "The bucket's region, such as ap-southeast-2; empty: asked for, from us-east-1 on"),
    CHOICE("store", "addressing", addressing, addressing_choices, "auto",
           "Where the bucket's name stands: path (in the path) or virtual (in the host's name).\n"
           "auto: virtual on AWS, path elsewhere"),
    TEXT("store", "access_key", access_key, "",
         "The access key. Empty: AWS_ACCESS_KEY_ID, ~/.aws, or what the machine is given\n"
         "(docs/s3.md)"),
    TEXT("store", "secret_key_env", secret_key.env, "",
         "With access_key, where its secret is: name exactly one of these three.\n"
         "An environment variable,"),
    TEXT("store", "secret_key_file", secret_key.file, "",
         "a file that belongs to you and that nobody else may read (mode 0600),"),
    TEXT("store", "secret_key_command", secret_key.command, "", "or a command that prints it"),
    { "store", "secret_key", FIELD_OF_TEXT(struct settings, url), "", "",
      "a secret does not belong into this file: name where it is, by secret_key_env, "
      "secret_key_file or secret_key_command" },
    TEXT("store", "profile", profile, "", "The profile in ~/.aws; empty: AWS_PROFILE, or default"),
    TEXT(
        "store", "ca_file", store_ca_file, "",
        "Certificates (PEM) to trust if the server's is not publicly trusted; empty: the system's"),
    CHOICE("store", "encryption", encryption, encryption_choices, "",
           "Encryption to ask for: AES256, aws:kms, aws:kms:dsse; empty: as the bucket does"),
    TEXT("store", "kms_key", kms_key, "", "With aws:kms: the key's id; empty: the bucket's"),
    TEXT("store", "storage_class", storage_class, "",
         "STANDARD_IA and the like; empty: the bucket's. Not one that must be thawed to be read"),
    TEXT("store", "object_lock", object_lock, "",
         "governance:DAYS, compliance:DAYS (nobody can undo it) or legal-hold; empty: none"),
    TEXT("store", "expected_owner", expected_owner, "",
         "The number of the account that must own the bucket; empty: any"),
    NUMBER("store", "silence_s", silence_s, 1, 3600, "60",
           "For how many seconds a server may say nothing before it counts as away"),
    TEXT("store", "tags", tags, "", "Tags of every object: name=value, name=value"),
    TEXT("store", "file_mode", file_mode, "",
         "For a folder: the mode of its files, such as 0640; empty: 0600, for you alone"),
    TEXT("store", "folder_mode", folder_mode, "",
         "The mode of its folders; empty: who may read the files may enter (0640: 0750)"),
    TEXT("store", "group", group, "",
         "The group of both, such as www-data, that you must belong to; empty: your own"),
    TEXT("store", "key", key,
         "patients/filemaker-import/documents/{patient_id}/{type-slug}/{filemaker_id}.{ext}",
         "The key of a document; the names in braces are filled in (docs/keys.md)"),
    TEXT("store", "unlinked_key", unlinked_key,
         "patients/filemaker-import/documents/unlinked/{type-slug}/{filemaker_id}.{ext}",
         "The key of a document whose patient is not in the application yet"),
    TEXT("store", "type_folders", type_folders, "referral=referrals",
         "Types whose folder is not their own name: type=folder, type=folder"),
    CHOICE("store", "type_slugs", type_slugs, slug_choices, "all",
           "listed: types that are not named above are hashed, because they may hold names"),

    TEXT("registry", "url", registry_url, "sqlite:fmferry.db",
         "The application's database; its tables are made if there is no application yet"),
    CHOICE("registry", "application", application, application_choices, "nexus",
           "nexus: its columns are filled as Nexus wants them, but for those named below;\n"
           "other: only the columns that are named below are filled (docs/registry.md)"),
    TEXT("registry", "documents_table", documents_table, "documents_document",
         "The application's table of documents"),
    TEXT("registry", "patients_table", patients_table, "patients_patient",
         "Its table of patients; empty: it has none"),
    TEXT("registry", "content_type", content_type, "patients.patient",
         "What Django calls patients, in django_content_type; empty: there is no such table"),
    TEXT("document_columns", "*", unused, "",
         "Columns of the table of documents, and what goes into each: column = {file_name}.\n"
         "Empty: nothing does. 'once' in front: only when the row is made (docs/registry.md)"),
    TEXT("patient_columns", "*", unused, "", "The same for the table of patients"),
    TEXT("ledger", "url", ledger_url, "sqlite:fmferry.db",
         "Where the migration's own book is kept. On PostgreSQL (postgresql://...) any number of\n"
         "machines may work at one migration."),
    NUMBER("ledger", "lease_seconds", lease_seconds, 10, 3600, "120",
           "With PostgreSQL: a run that gives no sign of life for so long is taken for dead, and\n"
           "others take over what it had in hand. The same for all that share the ledger."),

    NUMBER("run", "workers", workers, 1, 128, "4",
           "Documents moved at once; each uses one session of FileMaker Server"),
    NUMBER("run", "memory_mib", memory_mib, 8, 65536, "48",
           "Memory for documents on their way, all workers together"),
    NUMBER("run", "attempts", attempts, 1, 5, "5", "Most tries per document in one run"),
    NUMBER("run", "retry_ms", retry_ms, 1, 600000, "500",
           "The first wait before trying a document again; each later one is three times as long"),
    NUMBER("run", "follow_s", follow_s, 1, 86400, "300",
           "With run --continuous: how often the source is counted anew, in seconds"),

    { "report", "price_per_gb_month", FIELD_OF_DECIMAL(struct settings, price, 0, 1000), "0.025",
      "What the store costs, for status and report", NULL },
    TEXT("report", "currency", currency, "USD", NULL),
    TEXT("report", "signing_key", signing_key, "fmferry.key",
         "The private key that signs certificates; 'init' makes it. Keep it where the people who\n"
         "administer the databases cannot read it; fmferry.key.pub beside it is for everybody"),
    CONF_END,
};

static const char *or_null(const char *text)
{
    return text && *text ? text : NULL;
}

/* The rules of a section of free keys; the caller frees the array. */
static size_t columns_read(const struct conf *conf, const char *section,
                           struct registry_rule **rules_r)
{
    struct registry_rule *rules = NULL;
    const char *name, *value;
    size_t count = 0;

    while (conf_free_key(conf, section, count, &name, &value, NULL)) {
        rules = mem_grow(rules, (count + 1) * sizeof *rules);
        rules[count++] = (struct registry_rule){ name, value };
    }
    *rules_r = rules;
    return count;
}

struct store_settings settings_of_store(const struct settings *s)
{
    return (struct store_settings){ .url = s->store_url,
                                    .endpoint = or_null(s->endpoint),
                                    .region = or_null(s->region),
                                    .addressing = (enum store_addressing)s->addressing,
                                    .access_key = or_null(s->access_key),
                                    .secret_key = s->secret_key,
                                    .profile = or_null(s->profile),
                                    .ca_file = or_null(s->store_ca_file),
                                    .encryption = (enum store_encryption)s->encryption,
                                    .kms_key = or_null(s->kms_key),
                                    .storage_class = or_null(s->storage_class),
                                    .object_lock = or_null(s->object_lock),
                                    .expected_owner = or_null(s->expected_owner),
                                    .tags = or_null(s->tags),
                                    .file_mode = or_null(s->file_mode),
                                    .folder_mode = or_null(s->folder_mode),
                                    .group = or_null(s->group),
                                    .silence_us = s->silence_s * TIME_SECOND,
                                    .access = s->store_access };
}

/* The keys in the ledger and in document rows are those in the bucket: with the prefix. */
static bool prefix_read(struct settings *settings, struct err *err)
{
    struct store_settings store = settings_of_store(settings);

    if (!store_prefix(&store, &settings->store_prefix, err))
        return false;
    settings->key_in_store = mem_printf("%s%s", settings->store_prefix, settings->key);
    settings->unlinked_key_in_store =
        mem_printf("%s%s", settings->store_prefix, settings->unlinked_key);
    return true;
}

/* A key of a document that there might be, so that what stands between the braces is looked at. */
static bool template_check(const struct settings *settings, const char *template, bool is_linked,
                           struct err *err)
{
    struct key_rules rules = { .prefix = settings->store_prefix,
                               .linked = template,
                               .unlinked = template,
                               .type_folders = "" };
    struct key_facts facts = { .patient_id = is_linked ? "1" : NULL,
                               .type = span_of("x"),
                               .filemaker_id = span_of("x"),
                               .container = "",
                               .ext = "pdf" };
    auto_str key = STR_MAX(STORE_KEY_MAX);

    if (!key_template_check(template, is_linked, err) || !key_make(&rules, &facts, &key, err))
        return false;
    return store_key_is_good(str_text(&key))
           || err_set(err, ERR_USAGE, 0,
                      "keys such as '%.128s' break the rules for keys: A-Z a-z 0-9 . _ = / + ~ - "
                      "alone, no '/' in front, and no part may be empty, '.' or '..'",
                      str_text(&key));
}

static bool templates_check(const struct settings *settings, const char *path, struct err *err)
{
    const char *key = NULL;

    if (!template_check(settings, settings->key, true, err))
        key = "key";
    else if (!template_check(settings, settings->unlinked_key, false, err))
        key = "unlinked_key";
    else if (!key_folders_check(settings->type_folders, err))
        key = "type_folders";
    return !key || err_ctx(err, "%s:%d: %s", path, conf_line(settings->conf, "store", key), key);
}

/* --- what a bucket is told ------------------------------------------------------------------ */

static bool kms_fits(const struct settings *s, struct err *err)
{
    return !*s->kms_key || s->encryption >= STORE_SSE_KMS
           || err_set(err, ERR_USAGE, 0, "a key does nothing without encryption = aws:kms");
}

/* What must be thawed cannot be verified. */
static bool class_fits(const struct settings *s, struct err *err)
{
    static const char *const frozen[] = { "GLACIER", "DEEP_ARCHIVE" };

    for (size_t i = 0; i < lengthof(frozen); i++)
        if (strcmp(s->storage_class, frozen[i]) == 0)
            return err_set(
                err, ERR_USAGE, 0,
                "objects of the class %s cannot be read before they are thawed, so nothing "
                "could be verified: take STANDARD, STANDARD_IA or GLACIER_IR",
                frozen[i]);
    return true;
}

static bool owner_fits(const struct settings *s, struct err *err)
{
    size_t digits = strspn(s->expected_owner, "0123456789");

    return !*s->expected_owner || (digits == 12 && !s->expected_owner[digits])
           || err_set(err, ERR_USAGE, 0, "'%.40s' is not an account's number (12 digits)",
                      s->expected_owner);
}

static bool tags_fit(const struct settings *s, struct err *err)
{
    struct span rest = span_of(s->tags);

    while (rest.size) {
        struct span value = span_cut(&rest, ',');
        struct span name = span_trim(span_cut(&value, '='));

        if (name.size == 0 || !value.at)
            return err_set(err, ERR_USAGE, 0,
                           "'" SPAN_FORMAT "' is not of the form name=value, name=value",
                           SPAN_ARGS(span_first(name, 64)));
    }
    return true;
}

static bool bucket_check(const struct settings *s, const char *path, struct err *err)
{
    static const struct {
        const char *key;
        bool (*fits)(const struct settings *s, struct err *err);
    } rules[] = { { "kms_key", kms_fits },
                  { "storage_class", class_fits },
                  { "expected_owner", owner_fits },
                  { "tags", tags_fit } };

    for (size_t i = 0; i < lengthof(rules); i++)
        if (!rules[i].fits(s, err))
            return err_ctx(err, "%s:%d: %s", path, conf_line(s->conf, "store", rules[i].key),
                           rules[i].key);
    return true;
}

/* Whoever may write the file may name a program that is run as us. */
static bool command_check(const struct settings *s, const char *path, struct err *err)
{
    const char *what = or_null(s->password.command)     ? "password_command"
                       : or_null(s->secret_key.command) ? "secret_key_command"
                                                        : NULL;

    return !what || child_may_be_named_by(path, what, err) || err_ctx(err, "%s", path);
}

bool settings_read(const char *path, struct settings *settings_r, struct err *err)
{
    auto_settings settings = { 0 };

    if (!conf_read(path, settings_keys, &settings, &settings.conf, err)) {
        if (err->kind == ERR_OS && err->code == ENOENT) {
            err->kind = ERR_USAGE;
            return err_ctx(err, "there is no configuration yet ('fmferry init' writes one)");
        }
        return false;
    }
    if (!command_check(&settings, path, err))
        return false;
    settings.password = (struct secret_source){ or_null(settings.password.env),
                                                or_null(settings.password.file),
                                                or_null(settings.password.command) };
    settings.source_name = *settings.name ? mem_text(settings.name)
                                          : mem_printf("%s/%s", settings.database, settings.layout);
    if (!time_zone_set(settings.time_zone, err))
        return err_ctx(err, "%s:%d: time_zone", path,
                       conf_line(settings.conf, "source", "time_zone"));
    if (!prefix_read(&settings, err))
        return err_ctx(err, "%s:%d: url", path, conf_line(settings.conf, "store", "url"));
    if (!templates_check(&settings, path, err)
        || (span_starts(span_of(settings.store_url), "s3://")
            && !bucket_check(&settings, path, err)))
        return false;
    if (!gate_quiet_read(settings.quiet_hours, &(struct gate_settings){ 0 }, err))
        return err_ctx(err, "%s:%d: quiet_hours", path,
                       conf_line(settings.conf, "source", "quiet_hours"));
    if (!filter_read(settings.filter, settings.mark_field, &settings.filter_parsed, err))
        return err_ctx(err, "%s:%d: filter", path, conf_line(settings.conf, "source", "filter"));
    settings.document_count =
        columns_read(settings.conf, "document_columns", &settings.document_columns);
    settings.patient_count =
        columns_read(settings.conf, "patient_columns", &settings.patient_columns);
    *settings_r = settings;
    settings = (struct settings){ 0 };
    return true;
}

void settings_clear(struct settings *settings)
{
    conf_free(settings->conf);
    free(settings->source_name);
    free(settings->document_columns);
    free(settings->patient_columns);
    secret_free(settings->secret);
    filter_free(settings->filter_parsed);
    free(settings->store_prefix);
    free(settings->key_in_store);
    free(settings->unlinked_key_in_store);
    store_access_free(settings->store_access);
    *settings = (struct settings){ 0 };
}

/* What cannot be read as a URL is for those to refuse who use it. */
static bool plain_is_meant(const char *section, const char *key, const char *address, bool allowed,
                           const char *what, struct err *err)
{
    auto_url url = { 0 };
    struct err ignored;

    if (!url_read(address, &url, &ignored) || strcmp(url.scheme, "http") != 0)
        return true;
    if (url_is_loopback(&url))
        log_info("[%s] %s is http://, to this machine itself: nothing of it crosses a network",
                 section, key);
    else if (allowed)
        log_warn("[%s] %s is http://: %s CROSS THE NETWORK READABLE FOR EVERYBODY (allow_http)",
                 section, key, what);
    else
        return err_set(err, ERR_USAGE, 0,
                       "[%s] %s is http://: %s would cross the network readable for everybody. Use "
                       "https://; or, if nobody else is on that network, set allow_http = yes in "
                       "[%s]",
                       section, key, what, section);
    return true;
}

bool settings_password(struct settings *settings, struct err *err)
{
    if (!plain_is_meant("source", "url", settings->url, settings->source_http,
                        "account, password and documents", err))
        return false;
    if (!secret_source_is_set(&settings->password))
        return err_set(err, ERR_USAGE, 0,
                       "the FileMaker password is not named: set password_env, password_file or "
                       "password_command in [source]");
    return secret_read(&settings->password, "the FileMaker password", &settings->secret, err);
}

bool settings_credentials(struct settings *settings, const struct cancel *cancel, struct err *err)
{
    struct store_settings store = settings_of_store(settings);

    if (!plain_is_meant("store", "endpoint", settings->endpoint, settings->store_http, "documents",
                        err))
        return false;
    return store_access_new(&store, cancel, &settings->store_access, err);
}

bool settings_require_nexus(const struct settings *s, const char *what, struct err *err)
{
    if (s->application == 0 && strcmp(s->documents_table, "documents_document") == 0
        && strcmp(s->patients_table, "patients_patient") == 0)
        return true;
    return err_set(err, ERR_USAGE, 0,
                   "%s reads Nexus's tables by name, and cannot read another application's "
                   "([registry] application, documents_table, patients_table)",
                   what);
}

bool settings_gate(const struct settings *s, struct gate **gate_r, struct err *err)
{
    struct gate_settings gate = { .most_at_once = s->workers + 1,
                                  .most_sessions = s->sessions,
                                  .requests_per_second = s->requests_per_second,
                                  .latency_budget_us = s->latency_budget_ms * TIME_MS };

    if (!gate_quiet_read(s->quiet_hours, &gate, err))
        return err_ctx(err, "[source] quiet_hours");
    *gate_r = gate_new(&gate);
    return true;
}

struct filemaker_settings settings_filemaker(const struct settings *s)
{
    return (struct filemaker_settings){ .url = s->url,
                                        .database = s->database,
                                        .account = s->account,
                                        .password = s->secret,
                                        .ca_file = or_null(s->ca_file),
                                        .largest_bytes = (uint64_t)s->largest_mib << 20 };
}

/* In the order of settings_date_formats. */
static enum dates_form date_form_of(int choice)
{
    static const enum dates_form forms[] = { DATE_ASK, DATE_US, DATE_US, DATE_ISO, DATE_DAY_FIRST };

    return forms[choice];
}

static struct source_fields source_fields_of(const struct settings *s)
{
    return (struct source_fields){ .layout = s->layout,
                                   .key = s->key_field,
                                   .container_list = s->container_field,
                                   .each_is_document = s->containers == 1,
                                   .mark = s->mark_field,
                                   .name = s->name_field,
                                   .type = s->type_field,
                                   .date = s->date_field,
                                   .patient = s->patient_field,
                                   .census_key = s->census_key,
                                   .patient_dob = s->patient_dob_field,
                                   .author = s->author_field,
                                   .created = s->created_field,
                                   .text_dates = date_form_of(s->date_format) };
}

static struct registry_settings registry_settings_of(const struct settings *s)
{
    return (struct registry_settings){ .url = s->registry_url,
                                       .is_other_application = s->application == 1,
                                       .documents_table = s->documents_table,
                                       .patients_table = s->patients_table,
                                       .content_type = s->content_type,
                                       .documents = { s->document_columns, s->document_count },
                                       .patients = { s->patient_columns, s->patient_count },
                                       .second_identifier = s->second_identifier,
                                       .has_mrn = *s->patients_mrn != '\0' };
}

struct engine_settings settings_mover(const struct settings *s)
{
    return (struct engine_settings){
        .source_name = s->source_name,
        .filemaker = settings_filemaker(s),
        .fields = source_fields_of(s),
        .store = settings_of_store(s),
        .keys = { .prefix = s->store_prefix,
                  .linked = s->key,
                  .unlinked = s->unlinked_key,
                  .type_folders = s->type_folders,
                  .listed_only = s->type_slugs == 1 },
        .reference_map = s->reference_map,
        .reference_links = s->reference_links,
        .odata_table = s->odata_table,
        .script = s->script_name,
        .ledger_url = s->ledger_url,
        .registry = registry_settings_of(s),
        .lease_us = s->lease_seconds * TIME_SECOND,
        .workers = s->workers,
        .sessions = s->sessions,
        .memory_bytes = MIB(s->memory_mib),
        .max_tries = s->attempts,
        .filter = s->filter_parsed,
        .filter_text = s->filter,
        .first_wait_us = s->retry_ms * TIME_MS,
    };
}

/* In the order of settings_encodings. */
static enum text_coding text_coding_of(int choice)
{
    static const enum text_coding codings[] = { TEXT_ASK, TEXT_UTF8, TEXT_UTF16LE, TEXT_UTF16BE,
                                                TEXT_WINDOWS_1252 };

    return codings[choice];
}

struct patients_settings settings_patients(const struct settings *s)
{
    int text_dates = s->patients_dates ? s->patients_dates : s->date_format;

    return (struct patients_settings){ .filemaker = settings_filemaker(s),
                                       .layout = s->patients_layout,
                                       .key = s->patients_key,
                                       .first_name = s->patients_first,
                                       .last_name = s->patients_last,
                                       .dob = s->patients_dob,
                                       .mrn = s->patients_mrn,
                                       .csv_dates = date_form_of(s->patients_dates),
                                       .text_dates = date_form_of(text_dates),
                                       .encoding = text_coding_of(s->patients_encoding),
                                       .registry = registry_settings_of(s) };
}
