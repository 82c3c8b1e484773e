/* Trying before starting. Nothing is written to the source. */
#include "move/preflight.h"

#include "base/log.h"
#include "base/mem.h"
#include "http/http.h"
#include "move/filter.h"
#include "registry/registry.h"

enum { SAMPLE_RECORDS = 20 };

/* What the configuration says does not fit what is there: for whoever wrote it to mend. */
static bool to_mend(struct err *err, const char *how)
{
    size_t used = strlen(err->msg);

    (void)snprintf(err->msg + used, sizeof err->msg - used, ": %s", how);
    err->kind = ERR_USAGE;
    return false;
}

bool preflight_server(const struct mover_settings *settings, struct filemaker *filemaker,
                      char **said_r, struct err *err)
{
    struct filemaker_product product;

    if (filemaker_product(filemaker, &product, err)) {
        *said_r = mem_printf("%s%s%s", product.name, *product.version ? " " : "", product.version);
        return true;
    }
    (void)err_ctx(err, "%s", settings->filemaker.url);
    if (err->kind == ERR_NET && err->code == HTTP_NO_TRUST)
        return to_mend(err, "its certificate is not trusted; name the file of its CA in [source] "
                            "ca_file");
    if (err->kind == ERR_NET && err->code == HTTP_NO_CONNECTION)
        (void)to_mend(err, "is the address right, and the server on?"), err->kind = ERR_NET;
    return false;
}

bool preflight_login(const struct mover_settings *settings, struct filemaker *filemaker,
                     struct err *err)
{
    if (filemaker_log_in(filemaker, err))
        return true;
    if (err->kind != ERR_REMOTE)
        return false;
    if (err->reason == FILEMAKER_BAD_LOGIN)
        return err_ctx(err, "account '%s'", settings->filemaker.account)
               || to_mend(err,
                          "check account and password, and that the account's privilege set has "
                          "the extended privilege fmrest");
    if (err->reason == FILEMAKER_UNABLE_TO_OPEN)
        return to_mend(err, "is the file hosted and open, and [source] database spelled exactly as "
                            "on the server?");
    return false;
}

/* --- the layout ----------------------------------------------------------------------------- */

struct need {
    const char *key;   /* of the configuration */
    const char *field; /* "" for one that is not used */
    const char *const *results;
};

static bool is_one_of(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(word, *words) == 0)
            return true;
    return false;
}

static void list_fields(const struct filemaker_layout *layout, struct str *to)
{
    for (size_t i = 0; i < layout->count; i++)
        str_printf(to, "%s%.64s", i ? ", " : "", layout->fields[i].name);
}

static bool field_fits(const struct filemaker_layout *layout, const char *layout_name,
                       const struct need *need, struct err *err)
{
    const struct filemaker_field *field = filemaker_field(layout, need->field);
    auto_str shown = STR_MAX(240);

    if (!*need->field)
        return true;
    if (!field) {
        list_fields(layout, &shown);
        return err_set(err, ERR_USAGE, 0,
                       "layout '%s' has no field '%s' ([source] %s): put it on the layout, or name "
                       "one of %s%s",
                       layout_name, need->field, need->key, str_text(&shown),
                       shown.cut ? ", ..." : "");
    }
    if (field->global)
        return err_set(err, ERR_USAGE, 0,
                       "field '%s' ([source] %s) is global: it has one value for all records",
                       need->field, need->key);
    if (!is_one_of(field->result, need->results))
        return err_set(err, ERR_USAGE, 0,
                       "field '%s' ([source] %s) is of type %s: it must be of type %s%s%s",
                       need->field, need->key, field->result, need->results[0],
                       need->results[1] ? " or " : "", need->results[1] ? need->results[1] : "");
    return true;
}

static bool mark_is_writable(const struct filemaker_layout *layout, const char *mark,
                             struct err *err)
{
    const struct filemaker_field *field = filemaker_field(layout, mark);

    if (!*mark || strcmp(field->type, "normal") == 0)
        return true;
    return err_set(err, ERR_USAGE, 0,
                   "field '%s' ([source] mark_field) is a %s: a mark cannot be written to it", mark,
                   field->type);
}

static bool filter_fits(const struct filter *filter, const struct filemaker_layout *layout,
                        struct err *err)
{
    for (size_t i = 0; filter_field(filter, i); i++)
        if (!filemaker_field(layout, filter_field(filter, i)))
            return err_set(
                err, ERR_USAGE, 0,
                "the layout has no field '%.64s' ([source] filter): put it on the layout",
                filter_field(filter, i));
    return true;
}

/* Repetitions that the layout does not show do not exist for the Data API. */
static const struct filemaker_field *hidden_repetitions(const struct filemaker_layout *layout,
                                                        const struct containers *containers)
{
    for (size_t i = 0; i < containers->count; i++) {
        const struct filemaker_field *field = filemaker_field(layout, containers->items[i].field);

        if (field->repetitions > field->repetitions_shown)
            return field;
    }
    return NULL;
}

static char *warning_of(const struct mover_settings *settings,
                        const struct filemaker_layout *layout, const struct containers *containers)
{
    const struct filemaker_field *hidden = hidden_repetitions(layout, containers);

    if (hidden)
        return mem_printf("field '%s' has %u repetitions, and the layout shows %u: the others "
                          "cannot be seen, and are not moved",
                          hidden->name, hidden->repetitions, hidden->repetitions_shown);
    if (layout->portals)
        return mem_printf("layout '%s' has %zu portals, which make every answer slower; use a "
                          "layout without",
                          settings->fields.layout, layout->portals);
    return NULL;
}

static bool layout_look(const struct mover_settings *settings, struct filemaker *filemaker,
                        char **warning_r, struct containers *containers_r, struct err *err)
{
    static const char *const stamp[] = { "timeStamp", "text", NULL };
    static const char *const text[] = { "text", "number", NULL };
    static const char *const number[] = { "number", NULL };
    static const char *const date[] = { "date", "text", "timeStamp", NULL };
    const struct source_fields *f = &settings->fields;
    const struct need needs[] = {
        { "mark_field", f->mark, stamp },
        { "key_field", f->key, text },
        { "type_field", f->type, text },
        { "date_field", f->date, date },
        { "patient_field", f->patient, text },
        { "name_field", f->name, text },
        { "author_field", f->author, text },
        { "created_field", f->created, stamp },
        { "patient_dob_field", f->patient_dob, date },
        { "census_key", f->census_key, number },
    };
    auto_layout layout = { 0 };

    if (!filemaker_layout(filemaker, f->layout, &layout, err)) {
        if (err->kind == ERR_REMOTE && err->reason == FILEMAKER_LAYOUT_MISSING)
            return to_mend(err, "[source] layout must be spelled exactly as in FileMaker, and the "
                                "account must see it");
        return false;
    }
    if (!containers_read(f->container_list, f->each, &layout, containers_r, err))
        return err_ctx(err, "layout '%s'", f->layout);
    for (size_t i = 0; i < lengthof(needs); i++)
        if (!field_fits(&layout, f->layout, &needs[i], err))
            return false;
    if (!mark_is_writable(&layout, f->mark, err) || !filter_fits(settings->filter, &layout, err))
        return false;
    *warning_r = warning_of(settings, &layout, containers_r);
    return true;
}

bool preflight_layout(const struct mover_settings *settings, struct filemaker *filemaker,
                      char **warning_r, struct err *err)
{
    auto_containers containers = { 0 };

    return layout_look(settings, filemaker, warning_r, &containers, err);
}

/* --- records and streams -------------------------------------------------------------------- */

bool preflight_records(const struct mover_settings *settings, struct filemaker *filemaker,
                       char **said_r, struct err *err)
{
    auto_page page = { 0 };

    if (!filemaker_records(filemaker, settings->fields.layout, 1, 1, &page, err))
        return false;
    *said_r = page.total == UINT64_MAX
                  ? mem_printf("%zu in the first answer", page.count)
                  : mem_printf("%ju records, %ju of them visible to this account",
                               (uintmax_t)page.total, (uintmax_t)page.found);
    return true;
}

/* The first name of the list: enough for a sample. */
static char *first_container(const char *list)
{
    struct span rest = span_of(list);

    return span_text(span_trim(span_cut(&rest, ',')));
}

static bool sample_fetch(struct filemaker *filemaker, struct span value, char **said_r,
                         struct err *err)
{
    auto_stream *stream = NULL;
    char part[16384];
    uint64_t total = 0;
    size_t got;

    if (!filemaker_stream_open(filemaker, value, &stream, err))
        return false;
    do {
        if (!filemaker_stream_read(stream, part, sizeof part, &got, err))
            return false;
        total += got;
    } while (got > 0);
    *said_r = mem_printf("%ju bytes, stored %s", (uintmax_t)total, filemaker_storage(value));
    return true;
}

bool preflight_stream(const struct mover_settings *settings, struct filemaker *filemaker,
                      char **said_r, struct err *err)
{
    auto_free char *container = first_container(settings->fields.container_list);
    auto_page page = { 0 };
    struct err first = { 0 };

    if (!filemaker_records(filemaker, settings->fields.layout, 1, SAMPLE_RECORDS, &page, err))
        return false;
    for (size_t i = 0; i < page.count; i++) {
        struct span value = filemaker_text(&page.records[i], container);

        if (filemaker_content(value) != FILEMAKER_STREAM)
            continue;
        if (sample_fetch(filemaker, value, said_r, err))
            return true;
        if (first.kind == ERR_NONE)
            first = *err;
    }
    if (first.kind == ERR_NONE) {
        *said_r = mem_printf("none of the first %zu records has a file", page.count);
        return true;
    }
    *err = first;
    return err_ctx(err, "fetching a file of the first %zu records", page.count);
}

/* --- our side ------------------------------------------------------------------------------- */

/* Ledger and registry are opened, and whatever was not there is made. */
static bool databases_look(const struct mover_settings *settings, const struct cancel *cancel,
                           int64_t *patients_r, struct err *err)
{
    auto_registry *registry = NULL;
    int64_t mapped;

    return registry_open(&settings->registry, NULL, cancel, &registry, err)
           && registry_map_patients(registry, &mapped, err) && registry_commit(registry, err)
           && registry_patients(registry, patients_r, err);
}

bool preflight_databases(const struct mover_settings *settings, const struct cancel *cancel,
                         struct str *problems, char **said_r, struct err *err)
{
    auto_ledger *ledger = NULL;
    auto_change change = { 0 };
    int64_t patients;

    if (!ledger_open(settings->ledger_url, settings->source_name, cancel, &ledger, err)
        || !ledger_begin(ledger, &change, err)
        || !trial_keep(ledger, settings, &settings->store.traits, cancel, err)
        || !ledger_commit(&change, err)
        || !registry_check(&settings->registry, cancel, problems, err))
        return false;
    if (problems->size > 0)
        return err_set(err, ERR_USAGE, 0, "the application's tables are not as they should be");
    if (!databases_look(settings, cancel, &patients, err))
        return false;
    *said_r = patients ? mem_printf("%jd patients", (intmax_t)patients)
                       : mem_text("no patients yet: without them every document stays unlinked "
                                  "('fmferry patients import')");
    return true;
}

bool preflight(struct mover_settings *settings, enum trial trial, struct containers *containers,
               const struct cancel *cancel, struct err *err)
{
    auto_filemaker *filemaker = NULL;
    auto_free char *said = NULL, *warning = NULL, *store = NULL;

    if (!filemaker_new(&settings->filemaker, cancel, &filemaker, err)
        || !preflight_server(settings, filemaker, &said, err)
        || !preflight_login(settings, filemaker, err)
        || !layout_look(settings, filemaker, &warning, containers, err)
        || !trial_make(settings, cancel, trial, &settings->store.traits, &store, err))
        return false;
    settings->fields.containers = containers;
    if (warning)
        log_warn("%s", warning);
    return true;
}
