/* The application is asked first, then the ledger by the rows' keys; both must agree. */
#include "console/documents/visible.h"

#include "base/mem.h"
#include "console/documents/places.h"
#include "console/inside.h"
#include "console/readers.h"
#include "document/key.h"
#include "document/row.h"
#include "registry/rows.h"
#include "upload/uploads.h"

enum { TYPE_MAX = 1024 };

/* A row that is asked about. */
struct sighting {
    struct uuid row;
    bool is_there; /* the application has it, with a key, and it was taken away or not */
    bool is_shown; /* the ledger agrees                                            */
    struct visible found;
};

struct sight {
    const struct console *console;
    struct sighting *items;
    size_t count;
    bool is_of_away; /* what was taken away is asked for, and nothing else */
};

static void visible_clear(struct visible *visible)
{
    free(visible->patient);
    free(visible->key);
    free(visible->type);
    free(visible->mime);
    free(visible->name);
    free(visible->day);
    *visible = (struct visible){ 0 };
}

void visible_list_clear(struct visible_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        visible_clear(&list->items[i]);
    free(list->items);
    *list = (struct visible_list){ 0 };
}

static void sight_cleanup(struct sight *sight)
{
    for (size_t i = 0; i < sight->count; i++)
        visible_clear(&sight->items[i].found);
    free(sight->items);
}

#define auto_sight __attribute__((cleanup(sight_cleanup))) struct sight

static struct sighting *sighting_of(struct sight *sight, const struct uuid *row)
{
    for (size_t i = 0; i < sight->count; i++)
        if (memcmp(&sight->items[i].row, row, sizeof *row) == 0)
            return &sight->items[i];
    return NULL;
}

static void row_take(void *arg, const struct registry_seen *row)
{
    struct sight *sight = arg;
    struct sighting *one = sighting_of(sight, &row->id);

    if (!one || one->is_there || row->is_active == sight->is_of_away || !row->key.at)
        return;
    one->is_there = true;
    one->found = (struct visible){ .row = row->id,
                                   .patient = row->patient.at ? span_text(row->patient) : NULL,
                                   .key = span_text(row->key),
                                   .type = span_text(row->type),
                                   .name = span_text(row->name),
                                   .day = span_text(row->day),
                                   .is_away = !row->is_active };
}

static struct span or_none(const char *text)
{
    return text ? span_of(text) : SPAN_NONE;
}

/* The application has a short form of FileMaker's type; people read FileMaker's word for it. */
static void type_spell(struct visible *found, struct span type)
{
    auto_str slug = STR_MAX(TYPE_MAX);

    key_slug(&slug, type);
    if (type.size == 0 || strcmp(str_text(&slug), found->type) != 0)
        return;
    free(found->type);
    found->type = span_text(type);
}

struct uuid visible_row(const struct console *console, const struct ledger_shown *shown)
{
    auto_free char *identity = span_text(shown->identity), *container = span_text(shown->container);

    return row_id(shown->is_upload ? uploads_source(console->uploads)
                                   : console->engine->source_name,
                  identity, container, shown->repetition);
}

/* A document's row always has the id that follows from the document: no other may show its bytes. */
static void shown_take(void *arg, const struct ledger_shown *shown)
{
    struct sight *sight = arg;
    struct uuid row = visible_row(sight->console, shown);
    struct sighting *one = sighting_of(sight, &row);

    if (!one || !one->is_there || !span_is(shown->key, one->found.key)
        || !registry_same_patient(shown->patient, or_none(one->found.patient)))
        return;
    one->is_shown = true;
    one->found.document = shown->document;
    one->found.epoch = shown->epoch;
    one->found.record_id = shown->record_id;
    one->found.size = shown->size;
    one->found.stored_us = shown->stored_us;
    one->found.sha256 = shown->sha256;
    one->found.is_upload = shown->is_upload;
    free(take(one->found.mime));
    one->found.mime = span_text(shown->mime);
    type_spell(&one->found, shown->type);
    free(take(one->found.patient));
    one->found.patient = shown->patient.at ? span_text(shown->patient) : NULL;
}

static bool application_ask(struct console *console, const struct uuid *rows, struct sight *sight,
                            struct err *err)
{
    auto_loan loan = { 0 };
    struct registry *registry;

    return places_registry(console->places, &loan, &registry, err)
           && registry_each_seen(registry, rows, sight->count, row_take, sight, err);
}

static bool ledger_ask(struct console *console, struct sight *sight, struct err *err)
{
    auto_free const char **keys = mem_zero((sight->count + 1) * sizeof *keys);
    auto_borrowed reader = { 0 };
    size_t count = 0;

    for (size_t i = 0; i < sight->count; i++)
        if (sight->items[i].is_there)
            keys[count++] = sight->items[i].found.key;
    return count == 0
           || (reader_borrow(console->readers, &reader, err)
               && ledger_shown_by_keys(reader.ledger, keys, count, shown_take, sight, err));
}

static void sight_to_list(struct sight *sight, struct visible_list *list_r)
{
    *list_r = (struct visible_list){ mem_zero((sight->count + 1) * sizeof *list_r->items), 0 };
    for (size_t i = 0; i < sight->count; i++) {
        if (!sight->items[i].is_shown)
            continue;
        list_r->items[list_r->count++] = sight->items[i].found;
        sight->items[i].found = (struct visible){ 0 };
    }
}

static bool sight_ask(struct console *console, const struct uuid *rows, size_t count,
                      bool is_of_away, struct visible_list *list_r, struct err *err)
{
    auto_sight sight = { console, mem_zero((count + 1) * sizeof *sight.items), count, is_of_away };

    for (size_t i = 0; i < count; i++)
        sight.items[i].row = rows[i];
    if (count > 0
        && (!application_ask(console, rows, &sight, err) || !ledger_ask(console, &sight, err)))
        return false;
    sight_to_list(&sight, list_r);
    return true;
}

bool visible_ask(struct console *console, const struct uuid *rows, size_t count,
                 struct visible_list *list_r, struct err *err)
{
    return sight_ask(console, rows, count, false, list_r, err);
}

bool visible_ask_away(struct console *console, const struct uuid *rows, size_t count,
                      struct visible_list *list_r, struct err *err)
{
    return sight_ask(console, rows, count, true, list_r, err);
}

bool visible_one(struct exchange *x, const char *row, struct visible_list *list_r, struct err *err)
{
    struct uuid id;

    if (uuid_read(span_of(row), &id) && !visible_ask(x->console, &id, 1, list_r, err))
        return false;
    return list_r->count == 1
           || refuse(x, PROBLEM_NOT_THERE, "there is no such document, or it is not verified");
}

bool visible_one_away(struct exchange *x, const char *row, struct visible_list *list_r,
                      struct err *err)
{
    struct uuid id;

    if (uuid_read(span_of(row), &id) && !visible_ask_away(x->console, &id, 1, list_r, err))
        return false;
    return list_r->count == 1
           || refuse(x, PROBLEM_NOT_THERE,
                     "no such document was taken away, or it is not verified");
}

bool visible_count_of_patient(struct console *console, const char *patient, int64_t *count_r,
                              struct err *err)
{
    auto_loan loan = { 0 };
    struct registry *registry;

    return places_registry(console->places, &loan, &registry, err)
           && registry_count_of_patient(registry, patient, count_r, err);
}
