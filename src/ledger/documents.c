/* The way of one document: claim, versions, stored, done; or released, failed, gone. */
#include "ledger/inside.h"

#include "base/mem.h"
#include "base/time.h"

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

static struct transition claim_transition(const struct ledger_claim *claim, enum ledger_state after,
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

/* --- claiming ------------------------------------------------------------------------------- */

struct ledger_claim ledger_claim_read(const struct sql_rows *rows)
{
    return (struct ledger_claim){ .document = sql_get_i64(rows, 0),
                                  .epoch = sql_get_i64(rows, 1) + 1,
                                  .state = ledger_column_state(rows, 2),
                                  .record_id = (uint64_t)sql_get_i64(rows, 3),
                                  .mod_id = (uint64_t)sql_get_i64(rows, 4),
                                  .attempts = (int)sql_get_i64(rows, 5),
                                  .repetition = (int)sql_get_i64(rows, 6),
                                  .identity = ledger_column(rows, 7),
                                  .container = ledger_column(rows, 8),
                                  .filemaker_id = ledger_column_or_null(rows, 9),
                                  .patient_id = ledger_column_or_null(rows, 10),
                                  .type = ledger_column(rows, 11),
                                  .link = ledger_column_link(rows, 12),
                                  .version = sql_get_i64(rows, 13),
                                  .size = sql_get_i64(rows, 14),
                                  .patient = ledger_column_or_null(rows, 15),
                                  .by_hand = sql_get_text(rows, 16).size > 0 };
}

/* What to look for: due in this time, and claimed no more often than that. */
struct pick {
    int64_t from_us, to_us, epoch;
};

static bool claims_add(struct ledger *ledger, struct pick pick, size_t most,
                       struct ledger_claim *claims, size_t *count, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_CLAIM_PICK,
                   sql_args(sql_i64(ledger->source), sql_i64(pick.from_us), sql_i64(pick.to_us),
                            sql_i64((int64_t)(most - *count)), sql_i64(pick.epoch)),
                   &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        claims[(*count)++] = ledger_claim_read(rows);
    return step == STEP_END;
}

/* What waited its time goes first: so its waits pass beside the others' moving, not after it. */
static bool claims_pick(struct ledger *ledger, int64_t now_us, size_t most,
                        struct ledger_claim *claims, size_t *count, struct err *err)
{
    return claims_add(ledger, (struct pick){ 1, now_us, INT64_MAX }, most, claims, count, err)
           && (*count == most
               || claims_add(ledger, (struct pick){ 0, 0, INT64_MAX }, most, claims, count, err));
}

/*
 * Where only so many are to be tried, what was never tried goes first: else the same few that
 * cannot be read would be tried each time, and nothing else ever.
 */
static bool claims_pick_new_first(struct ledger *ledger, int64_t now_us, size_t most,
                                  struct ledger_claim *claims, size_t *count, struct err *err)
{
    if (!claims_add(ledger, (struct pick){ 0, 0, 0 }, most, claims, count, err))
        return false;
    return *count > 0 || claims_pick(ledger, now_us, most, claims, count, err);
}

/* A stored document stays stored while its mark is being written. */
static bool claim_take(struct ledger *ledger, struct ledger_claim *claim, struct err *err)
{
    enum ledger_state after = claim->state == LEDGER_WAITING ? LEDGER_CLAIMED : claim->state;
    struct transition step = claim_transition(claim, after, "");

    if (!sql_run(ledger->sql, &LEDGER_CLAIM_TAKE,
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
        good = claim_take(ledger, &claims_r[i], err);
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

/* --- versions ------------------------------------------------------------------------------- */

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
                                      .stored = !span_is(sql_get_text(rows, 8), "intended"),
                                      .leaving = span_is(sql_get_text(rows, 8), "leaving") };

    if (version.has_sha256)
        memcpy(version.sha256.bytes, sha256.at, SHA256_SIZE);
    return version;
}

bool ledger_versions(struct ledger *ledger, int64_t document, struct ledger_version **versions_r,
                     size_t *count_r, struct err *err)
{
    auto_rows *rows = NULL;
    struct ledger_version *versions = NULL;
    size_t count = 0;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_VERSIONS, sql_args(sql_i64(document)), &rows, err))
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

bool ledger_has_versions(struct ledger *ledger, bool *has_r, struct err *err)
{
    int64_t any;

    if (!sql_number(ledger->sql, &LEDGER_VERSIONS_ANY, sql_args(sql_i64(ledger->source)), 0, &any,
                    err))
        return false;
    *has_r = any != 0;
    return true;
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
        && !sql_run(ledger->sql, &LEDGER_MARK_KEEP,
                    sql_args(sql_i64(claim->document), sql_i64(number), sql_text(version->mark)),
                    err))
        return false;
    if (!sql_send(ledger->sql, &LEDGER_VERSION_PUT,
                  sql_args(sql_i64(claim->document), sql_i64(number), sql_i64(claim->epoch),
                           sql_text(version->key), sha256, size, sql_text(version->mime),
                           sql_text(version->upload_id), sql_i64((int64_t)version->mod_id),
                           sql_text(version->mark), sql_i64(time_now_us()),
                           sql_text(version->patient), sql_i64(version->mark_stood)),
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

/* --- the good end --------------------------------------------------------------------------- */

bool ledger_store(struct ledger *ledger, const struct ledger_claim *claim,
                  const struct ledger_version *version, enum ledger_link link, const char *patient,
                  struct err *err)
{
    auto_str evidence = STR_MAX(KIB(4));
    struct transition step = claim_transition(claim, LEDGER_STORED, NULL);
    char hex[SHA256_HEX_SIZE];

    str_printf(&evidence, "%s %ju bytes sha256 %s modId %ju", version->key,
               (uintmax_t)version->size_bytes, sha256_hex(&version->sha256, hex),
               (uintmax_t)version->mod_id);
    if (version->imprint)
        str_printf(&evidence, "; %s", version->imprint);
    step.evidence = str_text(&evidence);
    step.link_after = link;
    step.size_after = (int64_t)version->size_bytes;
    return sql_run(ledger->sql, &LEDGER_DOCUMENT_STORE,
                   sql_args(sql_i64(claim->document), sql_i64(claim->epoch), sql_i64(ledger->run),
                            sql_i64(version->number), sql_i64((int64_t)version->size_bytes),
                            sql_text(patient), sql_text(ledger_link_name(link)),
                            sql_i64((int64_t)version->mod_id), sql_i64(time_now_us())),
                   err)
           && ledger_touched(ledger, claim->document, err)
           && sql_send(ledger->sql, &LEDGER_VERSION_STORE,
                       sql_args(sql_i64(claim->document), sql_i64(version->number),
                                sql_bytes(version->sha256.bytes, SHA256_SIZE),
                                sql_text(version->imprint)),
                       err)
           && ledger_transition(ledger, &step, err);
}

bool ledger_finish(struct ledger *ledger, const struct ledger_claim *claim, uint64_t mod_id,
                   struct err *err)
{
    char evidence[64];
    struct transition step = claim_transition(claim, LEDGER_DONE, NULL);

    (void)snprintf(evidence, sizeof evidence, "marked, modId %ju", (uintmax_t)mod_id);
    step.evidence = evidence;
    return sql_run(ledger->sql, &LEDGER_DOCUMENT_FINISH,
                   sql_args(sql_i64(claim->document), sql_i64(claim->epoch), sql_i64(ledger->run),
                            sql_i64((int64_t)mod_id), sql_i64(time_now_us())),
                   err)
           && ledger_touched(ledger, claim->document, err) && ledger_transition(ledger, &step, err);
}

/* --- other ends ----------------------------------------------------------------------------- */

static bool attempt_add(struct ledger *ledger, int64_t document,
                        const struct ledger_attempt *attempt, struct err *err)
{
    const struct err *why = attempt->why;

    return sql_run(ledger->sql, &LEDGER_ATTEMPT_ADD,
                   sql_args(sql_i64(document), sql_i64(ledger->run), sql_i64(time_now_us()),
                            sql_text(attempt->step), sql_text(attempt->class),
                            sql_text(err_kind_name(why->kind)),
                            sql_i64(why->kind == ERR_REMOTE ? why->code : 0), sql_i64(why->reason),
                            sql_i64(attempt->bytes), sql_text(why->msg)),
                   err);
}

bool ledger_evidence(struct ledger *ledger, const struct ledger_claim *claim,
                     const struct ledger_attempt *attempt, struct err *err)
{
    return attempt_add(ledger, claim->document, attempt, err);
}

/* `counted`: 1 if this was one of the tries that the class allows, else 0. */
static bool let_go(struct ledger *ledger, const struct ledger_claim *claim, enum ledger_state after,
                   const char *class, int64_t due_us, int counted, struct err *err)
{
    struct transition step = claim_transition(claim, after, class);

    step.class_after = after == LEDGER_FAILED ? class : "";
    return sql_run(ledger->sql, &LEDGER_DOCUMENT_RELEASE,
                   sql_args(sql_i64(claim->document), sql_i64(claim->epoch), sql_i64(ledger->run),
                            sql_text(ledger_state_name(claim->state)),
                            sql_text(ledger_state_name(after)), sql_text(class), sql_i64(due_us),
                            sql_i64(claim->attempts + counted), sql_i64(time_now_us())),
                   err)
           && ledger_touched(ledger, claim->document, err) && ledger_transition(ledger, &step, err);
}

bool ledger_release(struct ledger *ledger, const struct ledger_claim *claim,
                    const struct ledger_attempt *attempt, int64_t due_us, bool fetch_again,
                    struct err *err)
{
    enum ledger_state after = claim->state == LEDGER_STORED && !fetch_again ? LEDGER_STORED
                                                                            : LEDGER_WAITING;

    return let_go(ledger, claim, after, attempt->class, due_us, attempt->counts, err)
           && attempt_add(ledger, claim->document, attempt, err);
}

bool ledger_usual_class(struct ledger *ledger, int64_t document, int tries, char **class_r,
                        struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    *class_r = NULL;
    if (!sql_query(ledger->sql, &LEDGER_ATTEMPTS_USUAL, sql_args(sql_i64(document), sql_i64(tries)),
                   &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_ROW)
        *class_r = ledger_column(rows, 0);
    return step != STEP_ERROR;
}

bool ledger_fail(struct ledger *ledger, const struct ledger_claim *claim,
                 const struct ledger_attempt *attempt, const struct ledger_trait *trait,
                 struct err *err)
{
    return let_go(ledger, claim, LEDGER_FAILED, attempt->class, 0, 1, err)
           && attempt_add(ledger, claim->document, attempt, err)
           && sql_run(ledger->sql, &LEDGER_TRAIT_PUT,
                      sql_args(sql_i64(claim->document),
                               trait->created.at ? sql_span(trait->created) : sql_text(""),
                               trait->author.at ? sql_span(trait->author) : sql_text(""),
                               trait->path.at ? sql_span(trait->path) : sql_text("")),
                      err);
}

bool ledger_mark_gone(struct ledger *ledger, const struct ledger_claim *claim, struct err *err)
{
    return let_go(ledger, claim, LEDGER_GONE, "", 0, 0, err);
}
