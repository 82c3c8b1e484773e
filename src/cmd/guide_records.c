/* Asks how dates and times are meant, and shows three records as they would arrive. */
#include "cmd/guide.h"

#include "base/foreign.h"
#include "base/mem.h"
#include "base/time.h"
#include "document/row.h"
#include "preflight/layout_check.h"

enum { RECORDS_SHOWN = 3, RECORDS_LOOKED = 50, PROBLEMS_MAX = 64 * 1024, LEFT_COLUMNS = 16 };

/* --- dates ---------------------------------------------------------------------------------- */

/* The first date of a record that has one, as an example; the caller frees. NULL: none was seen. */
static char *date_example(struct guide *g, const char *field)
{
    auto_page page = { 0 };
    struct err ignored;

    if (!g->is_logged_in
        || !source_records(g->reader, draft_value(g->draft, "source", "layout"), 1, RECORDS_LOOKED,
                           &page, &ignored))
        return NULL;
    for (size_t i = 0; i < page.count; i++) {
        struct span text = span_trim(filemaker_text(&page.records[i], field));

        if (text.size)
            return span_text(span_first(text, 40));
    }
    return NULL;
}

/* A text field holds whatever people typed: its form must be said, and is never guessed. */
static bool date_format_ask(struct guide *g, struct err *err)
{
    static const char *const forms[] = { "month-first", "day-first", "iso" };
    static const char *const notes[] = { "12/31/2024", "31/12/2024", "2024-12-31" };
    const char *name = draft_value(g->draft, "source", "date_field");
    const struct filemaker_field *field = filemaker_field(&g->layout, name);
    auto_ask_list list = { 0 };
    auto_free char *example = NULL, *said = NULL, *answer = NULL;

    if (!field || filemaker_is_moment(field))
        return true;
    example = date_example(g, name);
    said = mem_printf("'%s' is a text field%s%s: in which form are its dates?", name,
                      example ? ", with dates such as " : "", example ? example : "");
    ask_say("", said);
    ask_say("", "If nobody knows, what could be two days is kept as text and not guessed.");
    for (size_t i = 0; i < lengthof(forms); i++)
        ask_list_add(&list, forms[i], notes[i]);
    ask_list_print(&list);
    if (!ask_choice(g->cancel, "Form of the dates", &list, NULL, "nobody knows", &answer, err))
        return false;
    guide_set(g, "source", "date_format", answer);
    return true;
}

static bool zone_ask(struct guide *g, struct err *err)
{
    return guide_key(g, "Its time zone, such as Australia/Sydney (Enter: this machine's)", "source",
                     "time_zone", NULL, err);
}

static bool zone_try(struct guide *g, struct err *err)
{
    struct time_civil now;
    char said[64];

    if (!guide_read(g, err))
        return false;
    now = time_to_zone(time_now_us());
    (void)snprintf(said, sizeof said, "it is %02d:%02d there now", now.hour, now.minute);
    ask_say("✔", said);
    return true;
}

bool guide_dates(struct guide *g, struct err *err)
{
    return date_format_ask(g, err) && guide_until(g, zone_ask, zone_try, NULL, err);
}

/* --- records -------------------------------------------------------------------------------- */

/* As many characters of `text` as fit, ending after a blank or a '/' if there is one. */
static size_t piece_of(const char *text, size_t room)
{
    size_t size = strlen(text), end = room;

    if (size <= room)
        return size;
    while (end > 0 && text[end - 1] != '/' && text[end - 1] != ' ')
        end--;
    for (end = end > 0 ? end : room; end > 1 && (text[end] & 0xC0) == 0x80;)
        end--; /* not within a letter */
    return end;
}

static void line_print(const char *what, const char *text)
{
    size_t room = (size_t)(ask_columns() - LEFT_COLUMNS);

    if (!*text)
        text = "–";
    for (const char *first = what; *text; first = "") {
        size_t size = piece_of(text, room);
        auto_free char *piece = span_text(span_first(span_of(text), size));

        print("    %-9s %s\n", first, piece);
        text += size;
    }
}

static void date_print(const struct guide *g, const struct filemaker_record *record,
                       const char *day)
{
    struct span text = filemaker_text(record, g->settings.engine.fields.date);
    auto_free char *said = NULL;

    if (day || text.size == 0) {
        line_print("date", day ? day : "");
        return;
    }
    said = mem_printf("'" SPAN_FORMAT "' cannot be read as a day: it is kept as text",
                      SPAN_ARGS(span_first(text, 40)));
    line_print("date", said);
}

/* The key with the patient's id of FileMaker; the application may have another one for it. */
static void key_print(const struct guide *g, const struct filemaker_record *record,
                      const struct source_facts *facts, const char *ext)
{
    struct key_facts of = { .patient_id = facts->patient_id.size ? str_text(&facts->patient_id)
                                                                 : NULL,
                            .type = facts->type,
                            .filemaker_id = facts->filemaker_id,
                            .record_id = record->record_id,
                            .container = "",
                            .ext = ext };
    auto_str key = STR_MAX(STORE_KEY_MAX);
    struct err why = { 0 };

    line_print("key",
               key_make(&g->settings.engine.keys, &of, &key, &why) ? str_text(&key) : why.msg);
}

static const char *content_words(enum filemaker_content content)
{
    switch (content) {
    case FILEMAKER_EMPTY:
        return "none: the container is empty";
    case FILEMAKER_REFERENCE:
        return "FileMaker has only a path to it";
    case FILEMAKER_NO_ACCESS:
        return "this account may not see it";
    case FILEMAKER_UNKNOWN:
        return "the container holds something unknown";
    case FILEMAKER_STREAM:
        return NULL;
    }
    abort();
}

static void record_print(const struct guide *g, const struct filemaker_record *record)
{
    static const struct sha256 no_hash;
    const struct engine_settings *engine = &g->settings.engine;
    auto_facts facts = { 0 };
    auto_str name = STR_MAX(KIB(4));
    auto_free char *ext = NULL, *type = NULL;
    auto_row *row = NULL;
    struct registry_document document;

    facts_read(&engine->fields, record, false, 0, &facts);
    ext = span_text(facts_extension(&facts, NULL, &name));
    row = row_make(&(struct row_parts){ .source_name = engine->source_name,
                                        .identity = str_text(&facts.identity),
                                        .container = "",
                                        .repetition = 1,
                                        .record = record,
                                        .fields = &engine->fields,
                                        .facts = &facts,
                                        .mime = "application/octet-stream",
                                        .ext = ext,
                                        .sha256 = &no_hash,
                                        .bucket = "",
                                        .key = "" });
    document = row_document(row, 0);
    type = span_text(facts.type);
    print("  record %ju\n", (uintmax_t)record->record_id);
    key_print(g, record, &facts, *ext ? ext : "bin");
    line_print("type", type);
    date_print(g, record, document.document_date);
    line_print("patient", str_text(&facts.patient_id));
    line_print("file",
               content_words(facts.content) ? content_words(facts.content) : document.file_name);
}

static bool records_print(struct guide *g, struct err *err)
{
    auto_containers found = { 0 };
    auto_str problems = STR_MAX(PROBLEMS_MAX), notes = STR_MAX(PROBLEMS_MAX);
    auto_page page = { 0 };

    if (!guide_read(g, err))
        return false;
    layout_check_source(&g->settings.engine, &g->layout, &found, &problems, &notes);
    if (!source_records(g->reader, g->settings.engine.fields.layout, 1, RECORDS_SHOWN, &page, err))
        return false;
    if (page.count == 0)
        ask_say("!", "the layout shows no record to this account");
    if (found.count == 0)
        ask_say("!", "no record can be shown without a container field");
    g->settings.engine.fields.containers = &found;
    for (size_t i = 0; found.count > 0 && i < page.count; i++)
        record_print(g, &page.records[i]);
    g->settings.engine.fields.containers = NULL;
    return true;
}

bool guide_records(struct guide *g, bool *good_r, struct err *err)
{
    struct err why = { 0 };

    *good_r = true;
    if (g->layout.count == 0)
        return true; /* the layout was kept unseen */
    guide_head("Three records, as they would arrive");
    if (!records_print(g, &why)) {
        if (why.kind == ERR_CANCELED)
            return err_set(err, ERR_CANCELED, 0, "nothing was written");
        ask_say("✘", why.msg);
    }
    return ask_yes(g->cancel, "Is this right? no: the fields are asked for again", true, good_r,
                   err);
}
