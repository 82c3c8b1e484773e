/* Reads fmferry.ini, and hands its parts out as their users want them. */
#include "cmd/settings.h"

#include "base/child.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "document/key.h"
#include "http/url.h"
#include "store/open.h"

static const char *or_null(const char *text)
{
    return text && *text ? text : NULL;
}

/* Adds where a key stands. */
static bool wrong_key(const struct settings *s, const char *path, const char *section,
                      const char *key, struct err *err)
{
    return err_ctx(err, "%s:%d: %s", path, conf_line(s->conf, section, key), key);
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
    return !key || wrong_key(settings, path, "store", key, err);
}

/* --- what a bucket is told ------------------------------------------------------------------ */

static bool kms_fits(const struct store_settings *s, struct err *err)
{
    return !s->kms_key || s->encryption >= STORE_SSE_KMS
           || err_set(err, ERR_USAGE, 0, "a key does nothing without encryption = aws:kms");
}

/* What must be thawed cannot be verified. */
static bool class_fits(const struct store_settings *s, struct err *err)
{
    static const char *const frozen[] = { "GLACIER", "DEEP_ARCHIVE" };

    for (size_t i = 0; i < lengthof(frozen); i++)
        if (s->storage_class && strcmp(s->storage_class, frozen[i]) == 0)
            return err_set(
                err, ERR_USAGE, 0,
                "objects of the class %s cannot be read before they are thawed, so nothing "
                "could be verified: take STANDARD, STANDARD_IA or GLACIER_IR",
                frozen[i]);
    return true;
}

static bool owner_fits(const struct store_settings *s, struct err *err)
{
    size_t digits = s->expected_owner ? strspn(s->expected_owner, "0123456789") : 0;

    return !s->expected_owner || (digits == 12 && !s->expected_owner[digits])
           || err_set(err, ERR_USAGE, 0, "'%.40s' is not an account's number (12 digits)",
                      s->expected_owner);
}

static bool tags_fit(const struct store_settings *s, struct err *err)
{
    struct span rest = s->tags ? span_of(s->tags) : SPAN_NONE;

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
    const struct store_settings store = settings_of_store(s);
    static const struct {
        const char *key;
        bool (*fits)(const struct store_settings *store, struct err *err);
    } rules[] = { { "kms_key", kms_fits },
                  { "storage_class", class_fits },
                  { "expected_owner", owner_fits },
                  { "tags", tags_fit } };

    for (size_t i = 0; i < lengthof(rules); i++)
        if (!rules[i].fits(&store, err))
            return wrong_key(s, path, "store", rules[i].key, err);
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

static bool file_read(const char *path, struct settings *s, struct err *err)
{
    if (conf_read(path, settings_keys, s, &s->conf, err))
        return true;
    if (err->kind != ERR_OS || err->code != ENOENT)
        return false;
    err->kind = ERR_USAGE;
    return err_ctx(err, "there is no configuration yet ('fmferry init' writes one)");
}

bool settings_read(const char *path, struct settings *settings_r, struct err *err)
{
    auto_settings settings = { 0 };

    if (!file_read(path, &settings, err) || !command_check(&settings, path, err))
        return false;
    settings.password = (struct secret_source){ or_null(settings.password.env),
                                                or_null(settings.password.file),
                                                or_null(settings.password.command) };
    settings.source_name = *settings.name ? mem_text(settings.name)
                                          : mem_printf("%s/%s", settings.database, settings.layout);
    if (!time_zone_set(settings.time_zone, err))
        return wrong_key(&settings, path, "source", "time_zone", err);
    if (!prefix_read(&settings, err))
        return wrong_key(&settings, path, "store", "url", err);
    if (!templates_check(&settings, path, err)
        || (span_starts(span_of(settings.store_url), "s3://")
            && !bucket_check(&settings, path, err)))
        return false;
    if (!gate_quiet_read(settings.quiet_hours, &(struct gate_settings){ 0 }, err))
        return wrong_key(&settings, path, "source", "quiet_hours", err);
    if (!filter_read(settings.filter, settings.mark_field, &settings.filter_parsed, err))
        return wrong_key(&settings, path, "source", "filter", err);
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
