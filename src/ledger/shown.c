/* Documents are asked for by lists, so that a page of them takes one statement. */
#include "ledger/shown.h"

#include "ledger/inside.h"
#include "json/writer.h"

enum { LIST_MAX = 1024 * 1024, SHOWN_SINCE_STEP = 7 };

static bool step_is_new_enough(const struct ledger *ledger, struct err *err)
{
    return ledger->step >= SHOWN_SINCE_STEP
           || err_set(err, ERR_USAGE, 0,
                      "the ledger is older than this program: run 'fmferry run' or 'fmferry serve' "
                      "anew, which bring it up to date");
}

static struct ledger_shown shown_read(const struct sql_rows *rows)
{
    struct ledger_shown shown = { .document = sql_get_i64(rows, 0),
                                  .epoch = sql_get_i64(rows, 1),
                                  .record_id = sql_get_i64(rows, 2),
                                  .size = sql_get_i64(rows, 3),
                                  .stored_us = sql_get_i64(rows, 4),
                                  .repetition = (int)sql_get_i64(rows, 5),
                                  .identity = sql_get_text(rows, 6),
                                  .container = sql_get_text(rows, 7),
                                  .key = sql_get_text(rows, 8),
                                  .mime = sql_get_text(rows, 9),
                                  .patient = sql_get_text(rows, 10),
                                  .type = sql_get_text(rows, 11),
                                  .is_upload = sql_get_i64(rows, 13) != 0 };
    struct span hash = sql_get_bytes(rows, 12);

    if (hash.size == SHA256_SIZE)
        memcpy(shown.sha256.bytes, hash.at, SHA256_SIZE);
    return shown;
}

static bool each_of_rows(struct sql_rows *rows, ledger_show *each, void *arg, struct err *err)
{
    enum step step;

    while ((step = sql_next(rows, err)) == STEP_ROW) {
        struct ledger_shown shown;

        if (sql_get_bytes(rows, 12).size != SHA256_SIZE)
            continue;
        shown = shown_read(rows);
        each(arg, &shown);
    }
    return step == STEP_END;
}

bool ledger_shown_by_keys(struct ledger *ledger, const char *const *keys, size_t count,
                          ledger_show *each, void *arg, struct err *err)
{
    auto_str numbers = STR_MAX(LIST_MAX), texts = STR_MAX(LIST_MAX);
    struct json_writer n = JSON_WRITER(&numbers), t = JSON_WRITER(&texts);
    auto_rows *rows = NULL;

    json_open_array(&n);
    json_open_array(&t);
    for (size_t i = 0; i < count; i++) {
        json_write_i64(&n, ledger_key_number(keys[i]).i64);
        json_write_text(&t, keys[i]);
    }
    json_close_array(&n);
    json_close_array(&t);
    return step_is_new_enough(ledger, err)
           && sql_query(ledger->sql, &LEDGER_SHOWN_BY_KEYS,
                        sql_args(sql_i64(ledger->source), sql_span(str_span(&numbers)),
                                 sql_span(str_span(&texts))),
                        &rows, err)
           && each_of_rows(rows, each, arg, err);
}

bool ledger_shown_by_numbers(struct ledger *ledger, const int64_t *documents, size_t count,
                             ledger_show *each, void *arg, struct err *err)
{
    auto_str numbers = STR_MAX(LIST_MAX);
    struct json_writer n = JSON_WRITER(&numbers);
    auto_rows *rows = NULL;

    json_open_array(&n);
    for (size_t i = 0; i < count; i++)
        json_write_i64(&n, documents[i]);
    json_close_array(&n);
    return step_is_new_enough(ledger, err)
           && sql_query(ledger->sql, &LEDGER_SHOWN_BY_NUMBERS,
                        sql_args(sql_i64(ledger->source), sql_span(str_span(&numbers))), &rows, err)
           && each_of_rows(rows, each, arg, err);
}

bool ledger_shown_after(struct ledger *ledger, int64_t after, int64_t limit, ledger_show *each,
                        void *arg, int64_t *last_r, struct err *err)
{
    struct sql_value source = sql_i64(ledger->source);
    auto_rows *rows = NULL;

    return step_is_new_enough(ledger, err)
           && sql_number(ledger->sql, &LEDGER_SHOWN_LAST,
                         sql_args(source, sql_i64(after), sql_i64(limit)), after, last_r, err)
           && sql_query(ledger->sql, &LEDGER_SHOWN_AFTER,
                        sql_args(source, sql_i64(after), sql_i64(*last_r)), &rows, err)
           && each_of_rows(rows, each, arg, err);
}
