/* Nothing is written to the source. */
#include "preflight/preflight.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "document/filter.h"
#include "filemaker/names.h"
#include "http/http.h"
#include "ledger/read.h"
#include "preflight/date_check.h"
#include "preflight/file_known.h"
#include "preflight/layout_check.h"
#include "preflight/places_check.h"
#include "registry/registry.h"

enum { NAMES_MAX = 256 * 1024, SHOWN_MAX = 200 };

void preflight_result_clear(struct preflight_result *result)
{
    str_clear(&result->ok_text);
    str_clear(&result->notes);
    str_clear(&result->problems);
}

/* Adds how to mend an error. Its kind stays: the same refusal later in a run is the same cause. */
static bool to_mend(struct err *err, const char *how)
{
    size_t used = strlen(err->msg);

    (void)snprintf(err->msg + used, sizeof err->msg - used, ": %s", how);
    return false;
}

static void proxy_say(struct span proxy, struct str *to)
{
    if (proxy.size)
        str_printf(to, ", by the proxy " SPAN_FORMAT, SPAN_ARGS(proxy));
}

bool preflight_server(const struct engine_settings *settings, struct source_reader *reader,
                      struct preflight_result *result, struct err *err)
{
    struct filemaker_product product;

    if (source_product(reader, &product, err)) {
        str_printf(&result->ok_text, "%s%s%s", product.name, *product.version ? " " : "",
                   product.version);
        proxy_say(source_proxy(reader), &result->ok_text);
        return true;
    }
    (void)err_ctx(err, "%s", settings->filemaker.url);
    if (err->kind == ERR_NET && err->code == HTTP_NO_CONNECTION)
        return to_mend(err, "is the address right and the server on?");
    return false;
}

/* --- names that are not there --------------------------------------------------------------- */

/* Adds which names there are, and which was probably meant; nothing if that cannot be asked. */
static void names_say(struct source_reader *reader, enum filemaker_names which, const char *wanted,
                      struct str *to)
{
    auto_str names = STR_MAX(NAMES_MAX), shown = STR_MAX(SHOWN_MAX);
    struct nearest near = { .wanted = wanted };
    struct err ignored;

    if (!source_names(reader, which, &names, &ignored) || names.size == 0)
        return;
    for (char *name = names.at, *end; *name; name = end + 1) {
        end = strchr(name, '\n');
        *end = '\0';
        nearest_offer(&near, name);
        str_printf(&shown, "%s%s", shown.size ? ", " : "", name);
    }
    str_printf(to, "; the account sees %s%s", str_text(&shown), shown.cut ? ", ..." : "");
    if (near.best && strcmp(near.best, wanted) != 0)
        str_printf(to, "; is '%s' meant?", near.best);
}

/* A name of the configuration that is not there. */
static bool name_to_mend(struct source_reader *reader, enum filemaker_names which,
                         const char *wanted, const char *how, struct err *err)
{
    auto_str said = STR_MAX(KIB(1));

    str_add_text(&said, how);
    names_say(reader, which, wanted, &said);
    err->kind = ERR_USAGE;
    return to_mend(err, str_text(&said));
}

/* --- login ---------------------------------------------------------------------------------- */

/* Refusals of a login whose cause is known. */
static const struct {
    int reason;
    const char *how;
} login_refusals[] = {
    { 9, "give the account's privilege set the extended privilege fmrest" },
    { 18, "the file asks for more than account and password: is it set up for an identity "
          "provider? Name an account of the file itself" },
    { 210, "the account is switched off: switch it on in FileMaker (Manage Security)" },
    { 211, "set a new password in FileMaker that does not expire" },
    { 214, "the account is locked after too many wrong passwords: correct the password, and wait a "
           "few minutes" },
    { 1701, "is the Data API switched on (Admin Console, Connectors)?" },
    { 1711, "check the server's license" },
};

static const char data_api_refusal[] =
    "check account and password, and that the account's privilege set has the extended privilege "
    "fmrest; where only OData is open, [source] api = odata reads by it (docs/odata.md)";
static const char odata_refusal[] =
    "check account and password, and that the account's privilege set has the extended privilege "
    "fmodata";

/* A key opens no session: the first call tells whether it is good. */
static bool key_is_tried(struct source_reader *reader, struct err *err)
{
    auto_str names = STR_MAX(MIB(4));

    return source_names(reader, FILEMAKER_LAYOUTS, &names, err);
}

/* What is said of a Claris ID holds its cure already. */
static bool is_of_identity(const struct engine_settings *settings, const struct err *err)
{
    return settings->filemaker.login == FILEMAKER_BY_CLARIS
           && (err->reason == FILEMAKER_BAD_LOGIN || err->reason == FILEMAKER_NO_IDENTITY);
}

bool preflight_login(const struct engine_settings *settings, struct source_reader *reader,
                     struct err *err)
{
    const char *database = settings->filemaker.database;

    if (source_log_in(reader, err)
        && (settings->filemaker.login != FILEMAKER_BY_OTTO || key_is_tried(reader, err)))
        return true;
    if (err->kind != ERR_REMOTE || is_of_identity(settings, err))
        return false;
    if (err->reason == FILEMAKER_BAD_LOGIN || (err->reason == 9 && settings->filemaker.is_odata))
        return err_ctx(err, "account '%s'", settings->filemaker.account)
               || to_mend(err, settings->filemaker.is_odata ? odata_refusal : data_api_refusal);
    if (err->reason == FILEMAKER_UNABLE_TO_OPEN)
        return name_to_mend(reader, FILEMAKER_DATABASES, database,
                            "is the file hosted and open, and [source] database spelled exactly as "
                            "on the server?",
                            err);
    for (size_t i = 0; i < lengthof(login_refusals); i++)
        if (err->reason == login_refusals[i].reason)
            return err_ctx(err, "account '%s'", settings->filemaker.account)
                   || to_mend(err, login_refusals[i].how);
    return false;
}

/* --- the layout ----------------------------------------------------------------------------- */

static bool layout_refused(const struct engine_settings *settings, struct source_reader *reader,
                           struct err *err)
{
    if (err->kind != ERR_REMOTE)
        return false;
    if (err->reason == FILEMAKER_LAYOUT_MISSING && settings->filemaker.is_odata)
        return name_to_mend(
            reader, FILEMAKER_LAYOUTS, settings->fields.layout,
            "by OData, [source] layout names a table occurrence, spelled exactly as "
            "in FileMaker's relationship graph",
            err);
    if (err->reason == FILEMAKER_LAYOUT_MISSING)
        return name_to_mend(reader, FILEMAKER_LAYOUTS, settings->fields.layout,
                            "[source] layout must be spelled exactly as in FileMaker, and the "
                            "account must see it",
                            err);
    if (err->reason == 9 || (err->reason >= 200 && err->reason <= 209))
        return to_mend(err, "the account's privilege set must be allowed to see this layout and "
                            "the records of its table");
    return false;
}

bool preflight_layout(const struct engine_settings *settings, struct source_reader *reader,
                      struct filemaker_layout *layout_r, struct containers *containers_r,
                      struct preflight_result *result, struct err *err)
{
    if (!source_layout(reader, settings->fields.layout, layout_r, err))
        return layout_refused(settings, reader, err);
    layout_check_source(settings, layout_r, containers_r, &result->problems, &result->notes);
    str_printf(&result->ok_text, "%s: %zu fields, all those that are named among them",
               settings->fields.layout, layout_r->count);
    return true;
}

bool preflight_places(const struct engine_settings *settings, struct source_reader *reader,
                      struct preflight_result *result, struct err *err)
{
    if (settings->backup && !places_check_backup(settings, &result->ok_text, &result->notes, err))
        return false;
    places_check_folders(settings->reference_map, &result->ok_text, &result->problems,
                         &result->notes);
    return places_check_server(settings, reader, &result->ok_text, &result->problems,
                               &result->notes, err);
}

/* --- which records are documents ------------------------------------------------------------ */

bool preflight_ids(const struct engine_settings *settings, struct source_reader *reader,
                   struct id_check_result *found_r, struct preflight_result *result,
                   struct err *err)
{
    const struct source_fields *f = &settings->fields;
    auto_str said = STR_MAX(KIB(1));
    struct err refusal = { 0 };

    if (!id_check_count(reader, f->layout, f->key, found_r, err))
        return false;
    if (id_check_is_wrong(found_r) && !settings->accept_record_ids) {
        (void)id_check_refuse(found_r, f->key, &refusal);
        str_printf(&result->problems, "%s\n", refusal.msg);
        return true;
    }
    id_check_say(found_r, f->key, &said);
    if (found_r->is_named && found_r->is_counted && id_check_by_record(found_r) == 0)
        str_add_span(&result->ok_text, str_span(&said));
    else
        str_printf(&result->notes, "%s%s\n", str_text(&said),
                   found_r->is_counted ? ": documents without an id of their own are moved by the "
                                         "number of their record, for good"
                                       : "");
    return true;
}

bool preflight_filter(const struct engine_settings *settings, struct source_reader *reader,
                      struct preflight_result *result, struct err *err)
{
    auto_str query = STR_MAX(KIB(64));
    auto_page page = { 0 };

    if (!filter_query(settings->filter, &query))
        return true;
    if (!source_find(reader, settings->fields.layout, str_text(&query), NULL, 1, 1, &page, err))
        return err->kind == ERR_REMOTE && err->reason != 0; /* then a find cannot tell */
    if (page.count == 0)
        str_printf(&result->problems,
                   "no record matches the filter '%.200s' ([source] filter): spell the field and "
                   "the values as in FileMaker\n",
                   settings->filter_text);
    return true;
}

/* --- our side ------------------------------------------------------------------------------- */

/* Opens the registry; what it lacks is made. */
static bool databases_check(const struct engine_settings *settings, const struct cancel *cancel,
                            int64_t *patients_r, struct err *err)
{
    auto_registry *registry = NULL;
    int64_t mapped;

    return registry_open(&settings->registry, NULL, cancel, &registry, err)
           && registry_map_patients(registry, &mapped, err) && registry_commit(registry, err)
           && registry_count_patients(registry, patients_r, err);
}

static void pooler_note(struct ledger *ledger, struct preflight_result *result)
{
    if (sql_is_pooled(ledger_sql(ledger)))
        str_add_text(&result->notes,
                     "a connection pooler stands in front of the database: fmferry leaves nothing "
                     "in its sessions; a direct connection to the server is faster\n");
}

bool preflight_databases(const struct engine_settings *settings, const struct cancel *cancel,
                         struct preflight_result *result, int64_t *patients_r, struct err *err)
{
    auto_ledger *ledger = NULL;
    auto_change change = { 0 };

    if (!ledger_open(settings->ledger_url, settings->source_name, cancel, &ledger, err)
        || !ledger_begin(ledger, &change, err)
        || !store_probe_keep(ledger, settings, &settings->store.traits, cancel, err)
        || !ledger_commit(&change, err)
        || !registry_check(&settings->registry, cancel, &result->problems, err))
        return false;
    pooler_note(ledger, result);
    if (result->problems.size > 0)
        return true;
    return databases_check(settings, cancel, patients_r, err);
}

bool preflight_is_begun(const struct engine_settings *settings, const struct cancel *cancel)
{
    auto_ledger *ledger = NULL;
    int64_t states[LEDGER_STATES], documents = 0;
    struct err ignored; /* opening it to write says so */

    if (!ledger_open_reader(settings->ledger_url, settings->source_name, cancel, &ledger, &ignored)
        || !ledger_states(ledger, states, &ignored))
        return false;
    for (int i = 0; i < LEDGER_STATES; i++)
        documents += states[i];
    return documents > 0;
}

/* --- a run ---------------------------------------------------------------------------------- */

static bool has_no_problem(const struct preflight_result *result, struct err *err)
{
    struct span rest = str_span(&result->problems), first = span_cut(&rest, '\n');

    return first.size == 0 || err_set(err, ERR_USAGE, 0, SPAN_FORMAT, SPAN_ARGS(first));
}

static void notes_log(const struct preflight_result *result)
{
    struct span rest = str_span(&result->notes);

    while (rest.size) {
        struct span note = span_cut(&rest, '\n');

        log_warn(SPAN_FORMAT, SPAN_ARGS(note));
    }
}

static bool first_documents(const struct engine_settings *settings, struct source_reader *reader,
                            struct preflight_result *result, struct err *err)
{
    struct id_check_result found;

    return preflight_ids(settings, reader, &found, result, err)
           && preflight_filter(settings, reader, result, err);
}

static bool source_check(const struct engine_settings *settings, struct source_reader *reader,
                         struct filemaker_layout *layout_r, struct containers *containers,
                         struct preflight_result *result, struct err *err)
{
    return preflight_server(settings, reader, result, err) && preflight_login(settings, reader, err)
           && preflight_layout(settings, reader, layout_r, containers, result, err)
           && has_no_problem(result, err) && preflight_places(settings, reader, result, err)
           && has_no_problem(result, err);
}

/* There may be no ledger yet; what is wrong with it is said by who opens it to write. */
static bool file_change_say(const struct engine_settings *settings, const struct cancel *cancel,
                            struct str *notes, struct err *err)
{
    auto_ledger *ledger = NULL;
    struct err ignored;

    return !settings->file
           || !ledger_open_reader(settings->ledger_url, settings->source_name, cancel, &ledger,
                                  &ignored)
           || file_known_say(ledger, settings, notes, err);
}

bool preflight_all(struct engine_settings *settings, enum probe_mode mode,
                   struct containers *containers, const struct cancel *cancel, struct err *err)
{
    auto_source_reader *reader = NULL;
    auto_layout layout = { 0 };
    auto_preflight_result result = PREFLIGHT_RESULT;
    auto_free char *store = NULL;

    if (!source_new(&settings->filemaker, settings->file, cancel, &reader, err)
        || !source_check(settings, reader, &layout, containers, &result, err)
        || !file_change_say(settings, cancel, &result.notes, err)
        || !store_probe_run(settings, cancel, mode, &settings->store.traits, &store, err))
        return false;
    if (mode != PROBE_NEVER && !preflight_is_begun(settings, cancel)
        && (!first_documents(settings, reader, &result, err) || !has_no_problem(&result, err)))
        return false;
    settings->fields.containers = containers;
    if (!date_check_run(settings, reader, &result.notes, err))
        return false;
    notes_log(&result);
    return true;
}
