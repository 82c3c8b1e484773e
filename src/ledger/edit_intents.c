/* A note of the source of uploads: its name has run and document, its value what is wanted. */
#include "ledger/edit_intents.h"

#include "base/mem.h"
#include "ledger/inside.h"
#include "json/shape.h"
#include "json/writer.h"

enum { NAME_SIZE = 64, VALUE_MAX = 32 * 1024 };

/* --- writing ---------------------------------------------------------------------------------- */

static const char *name_write(int64_t run, int64_t document, char name[NAME_SIZE])
{
    (void)snprintf(name, NAME_SIZE, "edit %jd %jd", (intmax_t)run, (intmax_t)document);
    return name;
}

static void value_write(struct str *to, int64_t run, const struct ledger_upload_edit *edit)
{
    struct json_writer w = JSON_WRITER(to);

    json_open_object(&w);
    json_member_i64(&w, "run", run);
    json_member_i64(&w, "document", edit->document);
    json_member_i64(&w, "epoch", edit->epoch);
    json_member_text(&w, "type", edit->type);
    json_member_text(&w, "day", edit->day);
    json_member_text(&w, "day_before", edit->day_before);
    json_member_text(&w, "who", edit->who);
    json_member_text(&w, "reason", edit->reason);
    json_close_object(&w);
}

bool ledger_edit_intend(struct ledger *ledger, const struct ledger_upload_edit *edit,
                        struct err *err)
{
    auto_str value = STR_MAX(VALUE_MAX);
    char name[NAME_SIZE];

    value_write(&value, ledger->run, edit);
    return str_fits(&value, "what is to be changed of an upload", err)
           && ledger_note_write(ledger, name_write(ledger->run, edit->document, name),
                                str_text(&value), err);
}

bool ledger_edit_forget(struct ledger *ledger, int64_t run, int64_t document, struct err *err)
{
    char name[NAME_SIZE];

    return sql_run(ledger->sql, &LEDGER_NOTE_DROP,
                   sql_args(sql_i64(ledger->source),
                            sql_text(name_write(run ? run : ledger->run, document, name))),
                   err);
}

/* --- reading ---------------------------------------------------------------------------------- */

void ledger_edit_left_clear(struct ledger_edit_left *left)
{
    free(left->type);
    free(left->day);
    free(left->day_before);
    free(left->who);
    free(left->reason);
    *left = (struct ledger_edit_left){ 0 };
}

struct left_fields {
    uint64_t run, document, epoch;
    struct span type, day, day_before, who, reason;
};

static const struct json_member left_shape[] = {
    JSON_U64(struct left_fields, run, "run"),
    JSON_U64(struct left_fields, document, "document"),
    JSON_U64(struct left_fields, epoch, "epoch"),
    JSON_SPAN(struct left_fields, type, "type"),
    JSON_SPAN(struct left_fields, day, "day"),
    JSON_SPAN(struct left_fields, day_before, "day_before"),
    JSON_SPAN(struct left_fields, who, "who"),
    JSON_SPAN(struct left_fields, reason, "reason"),
    JSON_SHAPE_END,
};

static void left_take(const struct left_fields *f, struct ledger_edit_left *left)
{
    *left = (struct ledger_edit_left){ .run = (int64_t)f->run,
                                       .type = span_text(f->type),
                                       .day = span_text(f->day),
                                       .day_before = span_text(f->day_before),
                                       .who = span_text(f->who),
                                       .reason = span_text(f->reason) };
    left->edit = (struct ledger_upload_edit){ .document = (int64_t)f->document,
                                              .epoch = (int64_t)f->epoch,
                                              .type = left->type,
                                              .day = left->day,
                                              .day_before = left->day_before,
                                              .who = left->who,
                                              .reason = left->reason };
}

static bool value_read(struct span value, struct ledger_edit_left *left_r, struct err *err)
{
    struct left_fields fields = { 0 };
    auto_json *json = NULL;

    if (!json_read(value, &json, err)
        || !json_fill(json, json_root(json), left_shape, &fields, err))
        return err_ctx(err, "what was to be changed of an upload");
    left_take(&fields, left_r);
    return true;
}

static bool run_is_over(struct ledger *ledger, int64_t run, bool *is_r, struct err *err)
{
    int64_t count;

    if (!sql_number(ledger->sql, &LEDGER_RUN_OVER, sql_args(sql_i64(run)), 0, &count, err))
        return false;
    *is_r = count > 0;
    return true;
}

bool ledger_edit_left_read(struct ledger *ledger, struct ledger_edit_left *left_r, bool *is_r,
                           struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    *is_r = false;
    if (!sql_query(ledger->sql, &LEDGER_NOTES_EDITS, sql_args(sql_i64(ledger->source)), &rows, err))
        return false;
    while (!*is_r && (step = sql_next(rows, err)) == STEP_ROW) {
        ledger_edit_left_clear(left_r);
        if (!value_read(sql_get_text(rows, 1), left_r, err)
            || !run_is_over(ledger, left_r->run, is_r, err))
            return false;
    }
    return *is_r || step == STEP_END;
}
