/* Reads fmferry.ini, checks the rules between keys, and completes the parts. */
#include "cmd/settings.h"

#include "base/child.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "cmd/settings_source.h"
#include "cmd/settings_writeback.h"
#include "document/key.h"
#include "http/url.h"
#include "source/local.h"
#include "store/open.h"

/* Adds the place of a key to an error. */
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

/* Adds the prefix: keys in ledger and document rows are those in the bucket. */
static bool prefix_read(struct settings *s, struct err *err)
{
    if (!store_prefix(&s->engine.store, &s->store_prefix, err))
        return false;
    s->engine.keys.prefix = s->store_prefix;
    s->key_in_store = mem_printf("%s%s", s->store_prefix, s->engine.keys.linked);
    s->unlinked_key_in_store = mem_printf("%s%s", s->store_prefix, s->engine.keys.unlinked);
    return true;
}

/* Makes a key for an imaginary document, so that the names between braces are checked. */
static bool template_check(const struct settings *settings, const char *template, bool is_linked,
                           struct err *err)
{
    struct key_rules rules = { .prefix = settings->engine.keys.prefix,
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

    if (!template_check(settings, settings->engine.keys.linked, true, err))
        key = "key";
    else if (!template_check(settings, settings->engine.keys.unlinked, false, err))
        key = "unlinked_key";
    else if (!key_folders_check(settings->engine.keys.type_folders, err))
        key = "type_folders";
    return !key || wrong_key(settings, path, "store", key, err);
}

/* --- the settings of a bucket --------------------------------------------------------------- */

static bool kms_fits(const struct store_settings *s, struct err *err)
{
    return !s->kms_key || s->encryption >= STORE_SSE_KMS
           || err_set(err, ERR_USAGE, 0, "a key does nothing without encryption = aws:kms");
}

/* Refuses classes whose objects must be thawed before they can be verified. */
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
    static const struct {
        const char *key;
        bool (*fits)(const struct store_settings *store, struct err *err);
    } rules[] = { { "kms_key", kms_fits },
                  { "storage_class", class_fits },
                  { "expected_owner", owner_fits },
                  { "tags", tags_fit } };

    for (size_t i = 0; i < lengthof(rules); i++)
        if (!rules[i].fits(&s->engine.store, err))
            return wrong_key(s, path, "store", rules[i].key, err);
    return true;
}

/* Nobody else may be able to write a file that names a program to be run as us. */
static bool command_check(const struct settings *s, const char *path, struct err *err)
{
    const char *what = s->password.command                  ? "password_command"
                       : s->engine.store.secret_key.command ? "secret_key_command"
                       : s->notify.command                  ? "[notify] command"
                       : s->notify.webhook.command          ? "webhook_command"
                       : s->notify.mail                     ? "sendmail"
                                                            : NULL;

    return !what || child_may_be_named_by(path, what, err) || err_ctx(err, "%s", path);
}

/* Only in Nexus's own table is it known which rows are ours. */
static bool rows_can_be_counted(const struct registry_settings *registry)
{
    return !registry->is_other_application
           && strcmp(registry->documents_table, "documents_document") == 0;
}

static void registry_complete(struct settings *s)
{
    struct registry_settings *registry = &s->engine.registry;

    registry->documents.count = columns_read(s->conf, "document_columns", &s->document_columns);
    registry->documents.rules = s->document_columns;
    registry->patients.count = columns_read(s->conf, "patient_columns", &s->patient_columns);
    registry->patients.rules = s->patient_columns;
    registry->has_mrn = *s->patients.mrn != '\0';
}

/* Fills in what follows from keys of other parts. */
static void parts_complete(struct settings *s)
{
    struct engine_settings *engine = &s->engine;

    s->source_name = *s->name
                         ? mem_text(s->name)
                         : mem_printf("%s/%s", engine->filemaker.database, engine->fields.layout);
    engine->source_name = s->source_name;
    engine->filter = s->filter;
    registry_complete(s);
    s->patients.filemaker = &engine->filemaker;
    s->patients.registry = &engine->registry;
    s->patients.text_dates = s->patients.csv_dates != DATE_ASK ? s->patients.csv_dates
                                                               : engine->fields.text_dates;
    s->gate.most_at_once = engine->workers + 1;
    s->gate.most_sessions = engine->sessions;
    s->status.name = s->notify.source_name = engine->source_name;
    s->status.layout = engine->fields.layout;
    s->status.has_mark = *engine->fields.mark != '\0';
    s->status.registry_url = rows_can_be_counted(&engine->registry) ? engine->registry.url : NULL;
    s->status.ledger_url = engine->ledger_url;
    s->status.lease_us = engine->lease_us;
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

static bool routes_check(const struct settings *s, const char *path, struct err *err)
{
    if (!route_is_good(&s->engine.filemaker.route, err))
        return err_ctx(err, "%s: [source]", path);
    return route_is_good(&s->engine.store.route, err) || err_ctx(err, "%s: [store]", path);
}

/* Which notices are wanted, by their words. */
static bool events_read(const char *text, unsigned *events_r, struct err *err)
{
    struct span rest = span_of(text), word;
    unsigned events = 0;

    while ((word = span_word(&rest)).size) {
        unsigned kind = 0;

        while (kind < NOTICE_TEST && !span_is(word, settings_notices[kind]))
            kind++;
        if (kind == NOTICE_TEST)
            return err_set(err, ERR_USAGE, 0,
                           "'" SPAN_FORMAT "' is nothing that is told: end, stop, failures, idle",
                           SPAN_ARGS(span_first(word, 40)));
        events |= 1u << kind;
    }
    *events_r = events;
    return true;
}

/* Whether it can stand in a mail's head as it is. */
static bool mail_check(const char *mail, struct err *err)
{
    const char *at = mail ? strchr(mail, '@') : NULL;

    return !mail || (at && at != mail && at[1] && !mail[strcspn(mail, " \t,;<>\"()\r\n")])
           || err_set(err, ERR_USAGE, 0, "'%.64s' is not one address such as it@clinic.example",
                      mail);
}

/* A folder does not say whose a file is, nor of what day: FileMaker must say both. */
static bool backup_check(const struct settings *s, const char *path, struct err *err)
{
    const struct source_fields *f = &s->engine.fields;

    if (!*s->engine.backup_path || (*f->path_list && *f->md5_list))
        return true;
    (void)err_set(err, ERR_USAGE, 0,
                  "%s must name a field of the layout, too: only FileMaker can say %s",
                  *f->path_list ? "md5_field" : "path_field",
                  *f->path_list ? "the MD5 by which a file of the folder is known"
                                : "which file of the folder is a record's");
    return wrong_key(s, path, "source", "backup", err);
}

static bool writeback_complete(const char *path, struct settings *s, struct err *err)
{
    const struct writeback_place place = { path, s->conf, s->public_url,
                                           source_url_is_file(s->engine.filemaker.url),
                                           *s->engine.fields.mark != '\0' };

    return settings_writeback(&place, &s->engine.writeback, err);
}

/* Checks the rules between keys, and completes the parts. */
static bool keys_complete(const char *path, struct settings *s, struct err *err)
{
    if (!routes_check(s, path, err))
        return false;
    settings_file_complete(&s->engine, &s->md5_list, &s->path_list);
    if (!backup_check(s, path, err))
        return false;
    if (!settings_streams_agree(&s->engine, err))
        return wrong_key(s, path, "source", "containers", err);
    if (!settings_odata_complete(&s->engine, &s->odata_container, err))
        return wrong_key(s, path, "source", "container_field", err);
    if (!time_zone_set(s->time_zone, err))
        return wrong_key(s, path, "source", "time_zone", err);
    if (!prefix_read(s, err))
        return wrong_key(s, path, "store", "url", err);
    if (!templates_check(s, path, err)
        || (span_starts(span_of(s->engine.store.url), "s3://") && !bucket_check(s, path, err)))
        return false;
    if (!writeback_complete(path, s, err))
        return false;
    if (!quiet_read(s->quiet_hours, &s->gate.quiet, err))
        return wrong_key(s, path, "source", "quiet_hours", err);
    if (!events_read(s->notify.on, &s->notify.events, err))
        return wrong_key(s, path, "notify", "on", err);
    if (!mail_check(s->notify.mail, err))
        return wrong_key(s, path, "notify", "mail", err);
    if (!filter_read(s->engine.filter_text, s->engine.fields.mark, &s->filter, err))
        return wrong_key(s, path, "source", "filter", err);
    parts_complete(s);
    return true;
}

bool settings_read(const char *path, struct settings *s, struct err *err)
{
    return file_read(path, s, err) && command_check(s, path, err) && keys_complete(path, s, err);
}

bool settings_read_text(const char *path, struct span text, struct settings *s, struct err *err)
{
    return conf_read_text(path, text, settings_keys, s, &s->conf, err)
           && keys_complete(path, s, err);
}

static void route_secrets_free(struct settings_route *route)
{
    secret_free(route->proxy_secret);
    secret_free(route->key_secret);
}

void settings_clear(struct settings *s)
{
    free(s->source_name);
    free(s->md5_list);
    free(s->path_list);
    free(s->odata_container);
    free(s->document_columns);
    free(s->patient_columns);
    free(s->store_prefix);
    writeback_clear(&s->engine.writeback);
    free(s->key_in_store);
    free(s->unlinked_key_in_store);
    secret_free(s->secret);
    claris_free(s->signed_in);
    secret_free(s->notify.address);
    route_secrets_free(&s->source_route);
    route_secrets_free(&s->store_route);
    filter_free(s->filter);
    store_access_free(s->engine.store.access);
    conf_free(s->conf);
    *s = (struct settings){ 0 };
}

/* Refuses http:// over a network unless allowed. What is no URL is refused where it is used. */
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
        log_warn("[%s] %s is http://: %s CROSS THE NETWORK READABLE BY ANYBODY (allow_http)",
                 section, key, what);
    else
        return err_set(
            err, ERR_USAGE, 0,
            "[%s] %s is http://: %s would cross the network readable by anybody. Use https://; or, "
            "if nobody else is on that network, set allow_http = yes in [%s]",
            section, key, what, section);
    return true;
}

/* Reads the passwords of a way to a server, where there are any. */
static bool route_secrets_read(struct settings_route *secrets, struct http_route *route,
                               struct err *err)
{
    if (secret_source_is_set(&secrets->proxy_password)
        && !secret_read(&secrets->proxy_password, "the proxy's password", &secrets->proxy_secret,
                        err))
        return false;
    if (secret_source_is_set(&secrets->key_password)
        && !secret_read(&secrets->key_password, "the client key's password", &secrets->key_secret,
                        err))
        return false;
    route->proxy_password = secrets->proxy_secret;
    route->key_password = secrets->key_secret;
    return true;
}

/* Its words quote nothing of the key. */
static bool otto_key_is_good(const struct secret *key, struct err *err)
{
    struct span text = secret_reveal(key);

    if (span_starts(text, "dk_"))
        return true;
    if (span_starts(text, "ak_"))
        return err_set(
            err, ERR_USAGE, 0,
            "this key of OttoFMS begins with ak_: it is for administration. The Data API "
            "takes one that begins with dk_ (OttoFMS, Settings, API Keys)");
    if (span_starts(text, "KEY_"))
        return err_set(
            err, ERR_USAGE, 0,
            "this key begins with KEY_: it is Otto 3's, which fmferry does not speak to. "
            "Update to OttoFMS, or set [source] login = account");
    return err_set(
        err, ERR_USAGE, 0,
        "[source] login = otto wants a key of OttoFMS as the password, which begins with "
        "dk_");
}

/* The same proxy, which may open TLS by a CA of its own; our own certificate is none of Claris's business. */
bool settings_sign_in(struct settings *s, struct err *err)
{
    const struct filemaker_settings *filemaker = &s->engine.filemaker;

    if (!route_secrets_read(&s->source_route, &s->engine.filemaker.route, err))
        return false;
    s->claris.ca_file = filemaker->ca_file;
    s->claris.route = (struct http_route){ .proxy = filemaker->route.proxy,
                                           .proxy_user = filemaker->route.proxy_user,
                                           .proxy_password = filemaker->route.proxy_password };
    return claris_settings_good(&s->claris, err);
}

static bool signed_in_read(struct settings *s, struct err *err)
{
    if (!settings_sign_in(s, err) || !claris_new(&s->claris, &s->signed_in, err))
        return false;
    s->engine.filemaker.claris = s->signed_in;
    return true;
}

bool settings_password(struct settings *s, struct err *err)
{
    if (source_url_is_file(s->engine.filemaker.url))
        return true; /* passwords do not protect a file that is not encrypted */
    if (!plain_is_meant("source", "url", s->engine.filemaker.url, s->source_http,
                        "account, password and documents", err))
        return false;
    if (s->engine.filemaker.login == FILEMAKER_BY_CLARIS)
        return signed_in_read(s, err);
    if (!secret_source_is_set(&s->password))
        return err_set(err, ERR_USAGE, 0,
                       "the FileMaker password is not named: set password_env, password_file or "
                       "password_command in [source]");
    if (!secret_read(&s->password, "the FileMaker password", &s->secret, err))
        return false;
    if (s->engine.filemaker.login == FILEMAKER_BY_OTTO && !otto_key_is_good(s->secret, err))
        return false;
    s->engine.filemaker.password = s->secret;
    return route_secrets_read(&s->source_route, &s->engine.filemaker.route, err);
}

bool settings_notify(struct settings *s, struct err *err)
{
    struct notify_settings *notify = &s->notify;
    auto_url url = { 0 };

    if (!secret_source_is_set(&notify->webhook))
        return true;
    if (!secret_read(&notify->webhook, "the webhook's address", &notify->address, err))
        return false;
    auto_free char *address = span_text(secret_reveal(notify->address));
    if (!url_read(address, &url, err)) /* its words would quote the address */
        return err_set(err, ERR_USAGE, 0, "the webhook's address is not a URL (https://...)");
    return strcmp(url.scheme, "https") == 0 || url_is_loopback(&url)
           || err_set(err, ERR_USAGE, 0,
                      "the webhook's address is http://: whoever reads it on the way could write "
                      "there, too. Use https://");
}

bool settings_credentials(struct settings *s, const struct cancel *cancel, struct err *err)
{
    struct store_settings *store = &s->engine.store;

    return plain_is_meant("store", "endpoint", store->endpoint ? store->endpoint : "",
                          s->store_http, "documents", err)
           && route_secrets_read(&s->store_route, &store->route, err)
           && store_access_new(store, cancel, &store->access, err);
}
