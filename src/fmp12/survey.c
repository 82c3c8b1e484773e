/* Counts a table: first what its values say, then the objects, and last whether the two agree. */
#include "fmp12/survey.h"

#include "base/mem.h"
#include "fmp12/records.h"
#include "fmp12/roles.h"

struct survey_work {
    const struct fmp12_file *file;
    const struct fmp12_table *table;
    const struct fmp12_survey_each *each;
    struct fmp12_survey survey;
    uint32_t *led; /* objects to which values lead, one for each value */
    size_t led_count, led_room, led_next;
};

static void led_add(struct survey_work *w, uint32_t object)
{
    if (w->led_count == w->led_room) {
        w->led_room = w->led_room ? 2 * w->led_room : 1024;
        w->led = mem_grow(w->led, w->led_room * sizeof *w->led);
    }
    w->led[w->led_count++] = object;
}

static void container_count(struct survey_work *w, const struct fmp12_field *field,
                            struct span text)
{
    uint32_t object;

    if (text.size == 0)
        return;
    if (fmp12_object_of(text, &object))
        led_add(w, object);
    else if (field->is_external)
        w->survey.external++;
    else
        w->survey.other++;
}

static uint64_t containers_count(struct survey_work *w, const struct fmp12_record *record)
{
    uint64_t count = 0;

    for (size_t i = 0; i < record->value_count; i++) {
        const struct fmp12_value *value = &record->values[i];
        const struct fmp12_field *field = fmp12_field_of(w->table, value->field);

        if (!field || field->type != FMP12_CONTAINER)
            continue;
        container_count(w, field, value->text);
        count++;
    }
    return count;
}

static bool records_count(struct survey_work *w, struct err *err)
{
    auto_fmp12_records *records = NULL;
    auto_fmp12_record record = { 0 };
    enum step step;

    if (!fmp12_records_open(w->file, w->table->number, FMP12_RECORDS, &records, err))
        return false;
    while ((step = fmp12_records_next(records, &record, err)) == STEP_ROW) {
        w->survey.records++;
        w->survey.values += record.value_count;
        w->survey.repaired = w->survey.repaired || record.repaired;
        (void)containers_count(w, &record);
    }
    return step == STEP_END;
}

/* Globals say nothing of documents that are to be moved: what is not understood here is told, no more. */
static bool globals_count(struct survey_work *w, struct err *err)
{
    auto_fmp12_records *records = NULL;
    auto_fmp12_record record = { 0 };
    enum step step;

    if (!fmp12_records_open(w->file, w->table->number, FMP12_GLOBALS, &records, err))
        return false;
    while ((step = fmp12_records_next(records, &record, err)) == STEP_ROW)
        w->survey.global += containers_count(w, &record);
    w->survey.globals_unread = step == STEP_ERROR && err->kind == ERR_DATA;
    return step == STEP_END || w->survey.globals_unread;
}

static int number_order(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

/* How many values lead to `object`, the least that was not asked for yet; those before lead nowhere. */
static uint64_t led_take(struct survey_work *w, uint32_t object)
{
    uint64_t count = 0;

    for (; w->led_next < w->led_count && w->led[w->led_next] < object; w->led_next++)
        w->survey.missing++;
    for (; w->led_next < w->led_count && w->led[w->led_next] == object; w->led_next++)
        count++;
    return count;
}

static uint64_t *count_of_state(struct fmp12_survey *survey, enum fmp12_state state)
{
    switch (state) {
    case FMP12_PROVEN:
        return &survey->proven;
    case FMP12_AMBIGUOUS:
        return &survey->ambiguous;
    case FMP12_REFERENCE:
        return &survey->by_reference;
    case FMP12_BROKEN:
        return &survey->broken;
    }
    abort();
}

static bool object_count(struct survey_work *w, const struct fmp12_object *object, struct err *err)
{
    struct fmp12_survey *survey = &w->survey;
    uint64_t references = led_take(w, object->number);
    const struct fmp12_stream *document = fmp12_document_of(object);

    survey->objects++;
    survey->unused += references == 0;
    survey->counted_otherwise += references != object->references;
    survey->document_bytes += document ? document->bytes : 0;
    survey->led_bytes += document ? document->bytes * references : 0;
    *count_of_state(survey, object->state) += references;
    return !w->each || !w->each->object || w->each->object(w->each->arg, object, references, err);
}

static bool objects_count(struct survey_work *w, struct err *err)
{
    auto_fmp12_objects *objects = NULL;
    auto_free struct fmp12_object *object = mem_new(struct fmp12_object);
    const struct fmp12_sink *sink = w->each ? w->each->sink : NULL;
    enum step step;

    if (!fmp12_objects_open(w->file, w->table->number, 0, &objects, err))
        return false;
    while ((step = fmp12_objects_next(objects, sink, object, err)) == STEP_ROW)
        if (!object_count(w, object, err))
            return false;
    (void)led_take(w, UINT32_MAX);
    return step == STEP_END;
}

bool fmp12_survey_table(const struct fmp12_file *file, const struct fmp12_table *table,
                        const struct fmp12_survey_each *each, struct fmp12_survey *survey_r,
                        struct err *err)
{
    struct survey_work w = { .file = file, .table = table, .each = each };
    bool good = records_count(&w, err) && globals_count(&w, err);

    if (good && w.led_count)
        qsort(w.led, w.led_count, sizeof *w.led, number_order);
    good = good && objects_count(&w, err);
    free(w.led);
    if (!good)
        return err_ctx(err, "table %ju", (uintmax_t)table->number);
    *survey_r = w.survey;
    return true;
}

uint64_t fmp12_survey_open(const struct fmp12_survey *survey)
{
    return survey->ambiguous + survey->by_reference + survey->broken + survey->external
           + survey->missing + survey->other;
}
