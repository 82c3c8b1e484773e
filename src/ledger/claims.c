/* A claim raises the document's epoch; with an older one, an overtaken worker changes nothing. */
#include "ledger/claims.h"

#include "base/time.h"
#include "ledger/inside.h"
#include "ledger/leases.h"

void ledger_claim_clear(struct ledger_claim *claim)
{
    free(claim->identity);
    free(claim->container);
    free(claim->filemaker_id);
    free(claim->patient_id);
    free(claim->type);
    free(claim->patient);
    *claim = (struct ledger_claim){ 0 };
}

/* --- claiming --------------------------------------------------------------------------------- */

struct transition ledger_claim_step(const struct ledger_claim *claim, enum ledger_state after,
                                    const char *evidence)
{
    return (struct transition){ .document = claim->document,
                                .epoch = claim->epoch,
                                .before = claim->state,
                                .after = after,
                                .class_before = "",
                                .class_after = "",
                                .link_before = claim->link,
                                .link_after = claim->link,
                                .size_before = claim->size,
                                .size_after = claim->size,
                                .type = claim->type,
                                .evidence = evidence };
}

struct ledger_claim ledger_claim_read(const struct sql_rows *rows, const struct ledger_words *words)
{
    return (struct ledger_claim){ .document = sql_get_i64(rows, 0),
                                  .epoch = sql_get_i64(rows, 1) + 1,
                                  .state = words->state,
                                  .record_id = (uint64_t)sql_get_i64(rows, 3),
                                  .mod_id = (uint64_t)sql_get_i64(rows, 4),
                                  .attempts = (int)sql_get_i64(rows, 5),
                                  .repetition = (int)sql_get_i64(rows, 6),
                                  .identity = ledger_column(rows, 7),
                                  .container = ledger_column(rows, 8),
                                  .filemaker_id = ledger_column_or_null(rows, 9),
                                  .patient_id = ledger_column_or_null(rows, 10),
                                  .type = ledger_column(rows, 11),
                                  .link = words->link,
                                  .version = sql_get_i64(rows, 13),
                                  .size = sql_get_i64(rows, 14),
                                  .patient = ledger_column_or_null(rows, 15),
                                  .by_hand = sql_get_text(rows, 16).size > 0 };
}

/* The documents to pick: due from `from_us` to `to_us`, and claimed at most `epoch` times. */
struct pick {
    int64_t from_us, to_us, epoch;
};

static bool claims_add(struct ledger *ledger, struct pick pick, size_t most,
                       struct ledger_claim *claims, size_t *count, struct err *err)
{
    struct ledger_words words;
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_CLAIM_PICK,
                   sql_args(sql_i64(ledger->source), sql_i64(pick.from_us), sql_i64(pick.to_us),
                            sql_i64((int64_t)(most - *count)), sql_i64(pick.epoch)),
                   &rows, err))
        return false;
    while ((step = ledger_next(rows, LEDGER_CLAIM_WORDS, &words, err)) == STEP_ROW)
        claims[(*count)++] = ledger_claim_read(rows, &words);
    return step == STEP_END;
}

/* Documents that have waited go first: so waits pass while others are moved, not afterwards. */
static bool claims_pick(struct ledger *ledger, int64_t now_us, size_t most,
                        struct ledger_claim *claims, size_t *count, struct err *err)
{
    return claims_add(ledger, (struct pick){ 1, now_us, INT64_MAX }, most, claims, count, err)
           && (*count == most
               || claims_add(ledger, (struct pick){ 0, 0, INT64_MAX }, most, claims, count, err));
}

/*
 * If only so many are to be tried, those never tried go first: else the same few that cannot be
 * read would be tried each time, and no others ever.
 */
static bool claims_pick_new_first(struct ledger *ledger, int64_t now_us, size_t most,
                                  struct ledger_claim *claims, size_t *count, struct err *err)
{
    if (!claims_add(ledger, (struct pick){ 0, 0, 0 }, most, claims, count, err))
        return false;
    return *count > 0 || claims_pick(ledger, now_us, most, claims, count, err);
}

/* A stored document stays stored while its mark is being written. */
bool ledger_claim_take(struct ledger *ledger, struct ledger_claim *claim, struct err *err)
{
    enum ledger_state after = claim->state == LEDGER_WAITING ? LEDGER_CLAIMED : claim->state;
    struct transition step = ledger_claim_step(claim, after, "");

    if (!sql_send(ledger->sql, &LEDGER_CLAIM_TAKE,
                  sql_args(sql_i64(claim->document), sql_i64(ledger->run),
                           sql_text(ledger_state_name(after)), sql_i64(time_now_us())),
                  err)
        || !ledger_transition(ledger, &step, err))
        return false;
    claim->state = after;
    return true;
}

bool ledger_claim(struct ledger *ledger, int64_t now_us, bool new_first, size_t most,
                  struct ledger_claim *claims_r, size_t *count_r, struct err *err)
{
    size_t count = 0;
    bool good = ledger_run_still_open(ledger, err)
                && (new_first ? claims_pick_new_first : claims_pick)(ledger, now_us, most, claims_r,
                                                                     &count, err);

    for (size_t i = 0; good && i < count; i++)
        good = ledger_claim_take(ledger, &claims_r[i], err);
    for (size_t i = 0; !good && i < count; i++)
        ledger_claim_clear(&claims_r[i]);
    *count_r = good ? count : 0;
    return good;
}

bool ledger_next_due(struct ledger *ledger, int64_t *due_us_r, struct err *err)
{
    return sql_number(ledger->sql, &LEDGER_NEXT_DUE, sql_args(sql_i64(ledger->source)), INT64_MAX,
                      due_us_r, err);
}

bool ledger_claim_still_ours(struct ledger *ledger, const struct ledger_claim *claim,
                             struct err *err)
{
    int64_t document;

    return sql_number(ledger->sql, &LEDGER_DOCUMENT_HOLD,
                      sql_args(sql_i64(claim->document), sql_i64(claim->epoch),
                               sql_i64(ledger->run), sql_text(ledger_state_name(claim->state))),
                      0, &document, err)
           && (document != 0 || ledger_not_ours(claim->document, err));
}
