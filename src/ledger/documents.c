/* Each statement names epoch and run: it changes nothing once the claim has passed on. */
#include "ledger/documents.h"

#include "base/time.h"
#include "ledger/claims.h"
#include "ledger/inside.h"

/* --- the good end ----------------------------------------------------------------------------- */

/* Of an earlier version FileMaker may have said one: it is not this version's. */
static bool witness_keep(struct ledger *ledger, const struct ledger_claim *claim,
                         const struct ledger_version *version, struct err *err)
{
    if (version->witness)
        return sql_send(ledger->sql, &LEDGER_WITNESS_PUT,
                        sql_args(sql_i64(ledger->source), sql_i64(claim->document),
                                 sql_bytes(version->md5, MD5_SIZE)),
                        err);
    return version->number == 1
           || sql_send(ledger->sql, &LEDGER_WITNESS_DROP,
                       sql_args(sql_i64(ledger->source), sql_i64(claim->document)), err);
}

/*
 * What follows on key, size and hash in the audit chain: "; etag ...; md5 ... by FileMaker", or "of the
 * object by FileMaker".
 */
static void stored_evidence(const struct ledger_version *version, struct str *to)
{
    if (version->imprint)
        str_printf(to, "; %s", version->imprint);
    if (!version->witness)
        return;
    str_add_text(to, "; md5 ");
    hex_add(to, version->md5, MD5_SIZE);
    if (version->witness == LEDGER_WITNESS_OBJECT)
        str_add_text(to, " of the object");
    str_add_text(to, " by FileMaker");
}

bool ledger_store_document(struct ledger *ledger, const struct ledger_claim *claim,
                           const struct ledger_version *version, enum ledger_link link,
                           const char *patient, struct err *err)
{
    auto_str evidence = STR_MAX(KIB(4));
    struct transition step = ledger_claim_step(claim, LEDGER_STORED, NULL);

    stored_evidence(version, &evidence);
    step.version = (struct told_version){ version->key, version->sha256, version->size_bytes };
    step.mod_id = version->mod_id;
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
           && witness_keep(ledger, claim, version, err) && ledger_transition(ledger, &step, err);
}

bool ledger_store_version(struct ledger *ledger, const struct ledger_claim *claim,
                          const struct ledger_version *version, int64_t row_print, struct err *err)
{
    return sql_send(ledger->sql, &LEDGER_VERSION_STORE,
                    sql_args(sql_i64(claim->document), sql_i64(version->number),
                             sql_bytes(version->sha256.bytes, SHA256_SIZE),
                             sql_text(version->imprint),
                             row_print ? sql_i64(row_print) : sql_null()),
                    err);
}

bool ledger_store(struct ledger *ledger, const struct ledger_claim *claim,
                  const struct ledger_version *version, enum ledger_link link, const char *patient,
                  struct err *err)
{
    return ledger_store_document(ledger, claim, version, link, patient, err)
           && ledger_store_version(ledger, claim, version, 0, err);
}

bool ledger_finish(struct ledger *ledger, const struct ledger_claim *claim, uint64_t mod_id,
                   struct err *err)
{
    struct transition step = ledger_claim_step(claim, LEDGER_DONE, "");

    step.is_marked = true;
    step.mod_id = mod_id;
    return sql_run(ledger->sql, &LEDGER_DOCUMENT_FINISH,
                   sql_args(sql_i64(claim->document), sql_i64(claim->epoch), sql_i64(ledger->run),
                            sql_i64((int64_t)mod_id), sql_i64(time_now_us())),
                   err)
           && ledger_touched(ledger, claim->document, err) && ledger_transition(ledger, &step, err);
}

/* --- other ends ------------------------------------------------------------------------------- */

int ledger_http_status(const struct err *why)
{
    return why->kind == ERR_REMOTE ? why->code : 0;
}

static bool attempt_add(struct ledger *ledger, int64_t document,
                        const struct ledger_attempt *attempt, struct err *err)
{
    const struct err *why = attempt->why;

    return sql_run(ledger->sql, &LEDGER_ATTEMPT_ADD,
                   sql_args(sql_i64(document), sql_i64(ledger->run), sql_i64(time_now_us()),
                            sql_text(attempt->step), sql_text(attempt->class),
                            sql_text(err_kind_name(why->kind)), sql_i64(ledger_http_status(why)),
                            sql_i64(why->reason), sql_i64(attempt->bytes), sql_text(why->msg)),
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
    struct transition step = ledger_claim_step(claim, after, class);

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
