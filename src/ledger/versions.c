/* An intent is committed before its bytes are put, so that no object is ever without a row. */
#include "ledger/versions.h"

#include "base/mem.h"
#include "base/time.h"
#include "ledger/inside.h"

/* --- versions --------------------------------------------------------------------------------- */

bool patient_is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

void ledger_version_clear(struct ledger_version *version)
{
    free(version->key);
    free(version->mime);
    free(version->upload_id);
    free(version->mark);
    free(version->patient);
    free(version->imprint);
    *version = (struct ledger_version){ 0 };
}

void ledger_versions_free(struct ledger_version *versions, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ledger_version_clear(&versions[i]);
    free(versions);
}

struct sql_value ledger_key_number(const char *key)
{
    struct sha256 hash = sha256_of(span_of(key));

    return sql_i64(sha256_number(&hash));
}

static struct ledger_version claim_version_read(const struct sql_rows *rows)
{
    struct span sha256 = sql_get_bytes(rows, 2);
    struct ledger_version version = { .number = sql_get_i64(rows, 0),
                                      .key = ledger_column(rows, 1),
                                      .has_sha256 = sha256.size == SHA256_SIZE,
                                      .size_bytes = (uint64_t)sql_get_i64(rows, 3),
                                      .mime = ledger_column(rows, 4),
                                      .upload_id = ledger_column_or_null(rows, 5),
                                      .mod_id = (uint64_t)sql_get_i64(rows, 6),
                                      .mark = ledger_column_or_null(rows, 7),
                                      .patient = ledger_column_or_null(rows, 9),
                                      .imprint = ledger_column_or_null(rows, 10),
                                      .mark_stood = sql_get_i64(rows, 11) != 0,
                                      .row_print = sql_get_i64(rows, 12),
                                      .stored = !span_is(sql_get_text(rows, 8), "intended"),
                                      .leaving = span_is(sql_get_text(rows, 8), "leaving") };

    if (version.has_sha256)
        memcpy(version.sha256.bytes, sha256.at, SHA256_SIZE);
    return version;
}

static bool versions_read(struct ledger *ledger, const struct sql_text *query, int64_t document,
                          struct ledger_version **versions_r, size_t *count_r, struct err *err)
{
    auto_rows *rows = NULL;
    struct ledger_version *versions = NULL;
    size_t count = 0;
    enum step step;

    if (!sql_query(ledger->sql, query, sql_args(sql_i64(document)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        versions = mem_grow(versions, (count + 1) * sizeof *versions);
        versions[count++] = claim_version_read(rows);
    }
    if (step == STEP_ERROR) {
        ledger_versions_free(versions, count);
        return false;
    }
    *versions_r = versions;
    *count_r = count;
    return true;
}

bool ledger_versions(struct ledger *ledger, int64_t document, struct ledger_version **versions_r,
                     size_t *count_r, struct err *err)
{
    return versions_read(ledger, &LEDGER_VERSIONS, document, versions_r, count_r, err);
}

bool ledger_versions_ever(struct ledger *ledger, int64_t document,
                          struct ledger_version **versions_r, size_t *count_r, struct err *err)
{
    return versions_read(ledger, &LEDGER_VERSIONS_EVER, document, versions_r, count_r, err);
}

bool ledger_has_versions(struct ledger *ledger, bool *has_r, struct err *err)
{
    int64_t any;

    if (!sql_number(ledger->sql, &LEDGER_VERSIONS_ANY, sql_args(sql_i64(ledger->source)), 0, &any,
                    err))
        return false;
    *has_r = any != 0;
    return true;
}

bool ledger_marks(struct ledger *ledger, uint64_t record_id, char ***marks_r, size_t *count_r,
                  struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_MARKS,
                   sql_args(sql_i64(ledger->source), sql_i64((int64_t)record_id)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        *marks_r = mem_grow(*marks_r, (*count_r + 1) * sizeof **marks_r);
        (*marks_r)[(*count_r)++] = ledger_column(rows, 0);
    }
    return step == STEP_END;
}

bool ledger_intend(struct ledger *ledger, const struct ledger_claim *claim,
                   struct ledger_version *version, struct err *err)
{
    int64_t number = version->number;
    struct sql_value sha256 = version->has_sha256 ? sql_bytes(version->sha256.bytes, SHA256_SIZE)
                                                  : sql_null();
    struct sql_value size = version->has_sha256 ? sql_i64((int64_t)version->size_bytes)
                                                : sql_null();

    if (!ledger_claim_still_ours(ledger, claim, err))
        return false;
    if (number == 0
        && !sql_number(ledger->sql, &LEDGER_VERSION_NEXT, sql_args(sql_i64(claim->document)), 1,
                       &number, err))
        return false;
    if (version->number != 0
        && !sql_send(ledger->sql, &LEDGER_MARK_KEEP,
                     sql_args(sql_i64(claim->document), sql_i64(number), sql_text(version->mark)),
                     err))
        return false;
    if (!sql_send(ledger->sql, &LEDGER_VERSION_PUT,
                  sql_args(sql_i64(claim->document), sql_i64(number), sql_i64(claim->epoch),
                           sql_text(version->key), sha256, size, sql_text(version->mime),
                           sql_text(version->upload_id), sql_i64((int64_t)version->mod_id),
                           sql_text(version->mark), sql_i64(time_now_us()),
                           sql_text(version->patient), sql_i64(version->mark_stood),
                           ledger_key_number(version->key)),
                  err))
        return false;
    version->number = number;
    return true;
}

bool ledger_withdraw(struct ledger *ledger, const struct ledger_claim *claim, int64_t number,
                     struct err *err)
{
    return ledger_claim_still_ours(ledger, claim, err)
           && sql_run(ledger->sql, &LEDGER_VERSION_WITHDRAW,
                      sql_args(sql_i64(claim->document), sql_i64(number)), err);
}
