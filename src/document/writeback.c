/* Fills templates from a document's version. */
#include "document/writeback.h"

#include "base/mem.h"
#include "document/dates.h"
#include "store/store.h"

#include <strings.h>

enum { TEXT_MAX = 64 * 1024, NUMBER_MAX = 20, DAY_MAX = 10 };

static const char pages[] = "/documents/"; /* of the console: console/route_table.c */

/* The names in braces, and how long what they stand for may be; the console's own name comes to it. */
static const struct {
    const char *name;
    size_t most;
} names[] = {
    { "console_url", sizeof pages - 1 + UUID_TEXT_SIZE - 1 },
    { "key", STORE_KEY_MAX },
    { "sha256", SHA256_HEX_SIZE - 1 },
    { "bytes", NUMBER_MAX },
    { "date", DAY_MAX },
};

static size_t name_find(struct span name)
{
    size_t known = 0;

    while (known < lengthof(names) && !span_is(name, names[known].name))
        known++;
    return known;
}

void writeback_clear(struct writeback *writeback)
{
    free(writeback->console);
    for (size_t i = 0; i < writeback->count; i++) {
        free(writeback->rules[i].field);
        free(writeback->rules[i].template);
    }
    *writeback = (struct writeback){ 0 };
}

/* --- rules ---------------------------------------------------------------------------------- */

static bool name_check(const struct writeback *writeback, struct span name, struct err *err)
{
    size_t known = name_find(name);

    if (known == lengthof(names))
        return err_set(err, ERR_USAGE, 0,
                       "'{" SPAN_FORMAT "}' is not one of {console_url}, {key}, {sha256}, {bytes}, "
                       "{date}",
                       SPAN_ARGS(span_first(name, 64)));
    return known > 0 || (writeback->console && *writeback->console)
           || err_set(err, ERR_USAGE, 0,
                      "{console_url} needs [console] public_url: how people's browsers call the "
                      "console");
}

static bool template_check(const struct writeback *writeback, const char *template, struct err *err)
{
    struct span rest = span_of(template);

    if (!rest.size)
        return err_set(err, ERR_USAGE, 0, "there is nothing to be written");
    for (size_t open; (open = span_find(rest, "{")) < rest.size;) {
        struct span inside = span_from(rest, open + 1);
        size_t close = span_find(inside, "}");

        if (close == inside.size)
            return err_set(err, ERR_USAGE, 0, "a { has no } after it");
        if (!name_check(writeback, span_first(inside, close), err))
            return false;
        rest = span_from(inside, close + 1);
    }
    return true;
}

/* FileMaker's names of fields differ in more than their case. */
static bool field_is_free(const struct writeback *writeback, const char *field, struct err *err)
{
    for (size_t i = 0; i < writeback->count; i++)
        if (strcasecmp(writeback->rules[i].field, field) == 0)
            return err_set(err, ERR_USAGE, 0, "two rules fill '%.64s'", field);
    return true;
}

/* Of a template whose names are known. */
static size_t template_most(const struct writeback *writeback, const char *template)
{
    struct span rest = span_of(template);
    size_t most = 0;

    while (rest.at) {
        most += span_cut(&rest, '{').size;
        if (rest.at) {
            size_t known = name_find(span_cut(&rest, '}'));

            most += names[known].most + (known == 0 ? strlen(writeback->console) : 0);
        }
    }
    return most;
}

size_t writeback_most(const struct writeback *writeback, size_t rule)
{
    return template_most(writeback, writeback->rules[rule].template);
}

bool writeback_add(struct writeback *writeback, const char *field, const char *template,
                   struct err *err)
{
    if (writeback->count == WRITEBACK_FIELDS_MAX)
        return err_set(err, ERR_USAGE, 0, "more than %d fields are to be filled",
                       WRITEBACK_FIELDS_MAX);
    if (!field_is_free(writeback, field, err) || !template_check(writeback, template, err))
        return false;
    if (template_most(writeback, template) > WRITEBACK_VALUE_MAX)
        return err_set(err, ERR_USAGE, 0, "what '%.64s' is to hold could be longer than %d bytes",
                       field, WRITEBACK_VALUE_MAX);
    writeback->rules[writeback->count++] =
        (struct writeback_rule){ mem_text(field), mem_text(template) };
    return true;
}

/* --- values --------------------------------------------------------------------------------- */

static void day_add(struct str *to, struct span mark)
{
    struct time_civil civil;

    if (dates_stamp_read(mark, &civil))
        str_printf(to, "%04d-%02d-%02d", civil.year, civil.month, civil.day);
}

static void name_fill(const struct writeback *writeback, struct span name,
                      const struct writeback_facts *facts, struct str *to)
{
    char hex[SHA256_HEX_SIZE], row[UUID_TEXT_SIZE];

    if (span_is(name, "console_url"))
        str_printf(to, "%s%s%s", writeback->console, pages, uuid_text(&facts->row, row));
    else if (span_is(name, "key"))
        str_add_text(to, facts->key);
    else if (span_is(name, "sha256"))
        str_add_text(to, sha256_hex(facts->sha256, hex));
    else if (span_is(name, "bytes"))
        str_printf(to, "%ju", (uintmax_t)facts->size_bytes);
    else
        day_add(to, facts->mark);
}

void writeback_value(const struct writeback *writeback, size_t rule,
                     const struct writeback_facts *facts, struct str *to)
{
    struct span rest = span_of(writeback->rules[rule].template);

    while (rest.at) {
        str_add_span(to, span_cut(&rest, '{'));
        if (rest.at)
            name_fill(writeback, span_cut(&rest, '}'), facts, to);
    }
}

/* --- remembered ----------------------------------------------------------------------------- */

char *writeback_text(const struct writeback *writeback)
{
    auto_str text = STR_MAX(TEXT_MAX);

    if (writeback->count)
        str_add_text(&text, writeback->console ? writeback->console : "");
    for (size_t i = 0; i < writeback->count; i++)
        str_printf(&text, "\n%s\t%s", writeback->rules[i].field, writeback->rules[i].template);
    return str_take(&text);
}

bool writeback_read(const char *text, struct writeback *writeback_r, struct err *err)
{
    auto_writeback writeback = { 0 };
    struct span rest = span_of(text);

    writeback.console = span_text(span_cut(&rest, '\n'));
    while (rest.at) {
        struct span line = span_cut(&rest, '\n');
        auto_free char *field = span_text(span_cut(&line, '\t'));
        auto_free char *template = span_text(line);

        if (!field || !template || !writeback_add(&writeback, field, template, err)) {
            err->kind = ERR_DATA;
            return err_ctx(err, "the ledger's note of what is written back");
        }
    }
    *writeback_r = writeback;
    writeback = (struct writeback){ 0 };
    return true;
}
