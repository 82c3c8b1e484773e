/* Gathers the values of each record. */
#include "fmp12/records.h"

#include "base/mem.h"
#include "fmp12/cursor.h"
#include "fmp12/items.h"

/* [table].[5] has the records, [table].[8] the globals; FC counts the changes of a record. */
enum { PLACE_RECORDS = 5, PLACE_GLOBALS = 8, KEY_CHANGES = 0xFC, ROOM_MAX = 256 * 1024 * 1024 };

struct fmp12_records {
    struct fmp12_items *items;
    struct fmp12_item waiting; /* the first value of the next record */
    bool is_waiting;
    bool is_globals;
};

void fmp12_record_clear(struct fmp12_record *record)
{
    free(record->values);
    str_clear(&record->room);
    *record = (struct fmp12_record){ 0 };
}

bool fmp12_records_open(const struct fmp12_file *file, uint32_t table, enum fmp12_place place,
                        struct fmp12_records **records_r, struct err *err)
{
    auto_fmp12_records *records = mem_new(struct fmp12_records);
    struct fmp12_path top = { 0 };
    bool good;

    records->is_globals = place == FMP12_GLOBALS;
    fmp12_path_push_number(&top, table);
    fmp12_path_push_number(&top, records->is_globals ? PLACE_GLOBALS : PLACE_RECORDS);
    good = records->is_globals ? fmp12_items_open_one(file, &top, &records->items, err)
                               : fmp12_items_open(file, &top, SPAN_NONE, &records->items, err);
    if (!good)
        return false;
    *records_r = take(records);
    return true;
}

bool fmp12_records_open_one(const struct fmp12_file *file, uint32_t table, uint32_t number,
                            struct fmp12_records **records_r, struct err *err)
{
    auto_fmp12_records *records = mem_new(struct fmp12_records);
    struct fmp12_path top = { 0 };

    fmp12_path_push_number(&top, table);
    fmp12_path_push_number(&top, PLACE_RECORDS);
    fmp12_path_push_number(&top, number);
    if (!fmp12_items_open_one(file, &top, &records->items, err))
        return false;
    *records_r = take(records);
    return true;
}

bool fmp12_records_recount(const struct fmp12_file *file, uint32_t table, uint64_t *count_r,
                           struct err *err)
{
    auto_fmp12_cursor *cursor = fmp12_cursor_new(fmp12_file_sectors(file));
    const struct fmp12_path *path = fmp12_cursor_path(cursor);
    struct fmp12_path all = { 0 }, top = { 0 };
    uint32_t last = 0, number;
    uint64_t count = 0;
    enum step step;

    fmp12_path_push_number(&top, table);
    fmp12_path_push_number(&top, PLACE_RECORDS);
    if (!fmp12_cursor_below(cursor, &all, err))
        return false;
    while ((step = fmp12_cursor_next(cursor, err)) == STEP_ROW) {
        if (path->depth < top.depth + 2 || !fmp12_path_is_below(path, &top)
            || !fmp12_number_of(fmp12_path_key(path, top.depth), &number))
            continue;
        count += count == 0 || number != last;
        last = number;
    }
    if (step == STEP_ERROR)
        return false;
    *count_r = count;
    return true;
}

static void records_free(struct fmp12_records *records)
{
    if (!records)
        return;
    fmp12_items_free(records->items);
    free(records);
}

void auto_fmp12_records_cleanup(struct fmp12_records **records)
{
    records_free(*records);
}

static struct fmp12_value *value_new(struct fmp12_record *record)
{
    if (record->value_count == record->value_room) {
        record->value_room = record->value_room ? 2 * record->value_room : 32;
        record->values = mem_grow(record->values, record->value_room * sizeof *record->values);
    }
    return &record->values[record->value_count++];
}

/* A number behind the count of its bytes. */
static void changes_read(struct fmp12_record *record, struct span bytes)
{
    struct span number = span_from(bytes, 1);
    uint32_t changes;

    if (bytes.size && fmp12_number_of(number, &changes))
        record->changes = changes;
}

/* The key of a value is the field's number, and for further repetitions theirs. */
static bool value_add(struct fmp12_record *record, const struct fmp12_item *item, struct err *err)
{
    struct fmp12_value value = { .repetition = 1, .at = record->room.size };
    struct span key = item->key;

    if (!fmp12_number_next(&key, &value.field)) {
        if (fmp12_key_is(item->key, KEY_CHANGES))
            changes_read(record, item->bytes);
        return true; /* what FileMaker notes about the record itself */
    }
    if (key.size && !fmp12_number_of(key, &value.repetition))
        return err_set(err, ERR_DATA, FMP12_DAMAGED, "a value of field %ju has a key that is none",
                       (uintmax_t)value.field);
    if (!fmp12_item_text(item, &record->room, &record->repaired, err))
        return err_ctx(err, "field %ju", (uintmax_t)value.field);
    *value_new(record) = value;
    return true;
}

static void record_begin(struct fmp12_record *record, uint32_t number)
{
    record->room.max = ROOM_MAX;
    str_reset(&record->room);
    record->number = number;
    record->changes = 0;
    record->repaired = false;
    record->value_count = 0;
}

/* The room does not move any more: the values may point into it. */
static void record_end(struct fmp12_record *record)
{
    size_t end = record->room.size;

    for (size_t i = record->value_count; i-- > 0;) {
        struct fmp12_value *value = &record->values[i];

        value->text = span_from(span_first(str_span(&record->room), end), value->at);
        end = value->at;
    }
}

/* The next value, if it is one of the record `number`. */
static enum step value_next(struct fmp12_records *records, uint32_t number, struct err *err)
{
    enum step step = STEP_ROW;

    if (!records->is_waiting)
        step = fmp12_items_next(records->items, &records->waiting, err);
    records->is_waiting = step == STEP_ROW;
    if (step == STEP_ROW && records->waiting.number != number)
        return STEP_END;
    records->is_waiting = false;
    return step;
}

enum step fmp12_records_next(struct fmp12_records *records, struct fmp12_record *record,
                             struct err *err)
{
    enum step step = STEP_ROW;
    uint32_t number;

    if (!records->is_waiting)
        step = fmp12_items_next(records->items, &records->waiting, err);
    records->is_waiting = step == STEP_ROW;
    if (step != STEP_ROW)
        return step;
    number = records->waiting.number;
    record_begin(record, records->is_globals ? 0 : number);
    do {
        step = value_next(records, number, err);
        if (step == STEP_ROW && !value_add(record, &records->waiting, err))
            step = STEP_ERROR;
    } while (step == STEP_ROW);
    record_end(record);
    if (step == STEP_END)
        return STEP_ROW;
    (void)err_ctx(err, "record %ju", (uintmax_t)number);
    return STEP_ERROR;
}
