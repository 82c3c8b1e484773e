/* A document that is moved to another patient stays done; its epoch tells late writers apart. */
#include "ledger/links.h"

#include "base/time.h"
#include "ledger/inside.h"
#include "ledger/leases.h"

enum { EVIDENCE_MAX = 4096 };

static const char *const version_states[] = { "intended", "stored", "superseded", "leaving",
                                              "removed" };

static const struct sql_text *search_text(enum ledger_link_search search)
{
    switch (search) {
    case LEDGER_LINKS_LATE:
        return &LEDGER_LINKS_FIND_LATE;
    case LEDGER_LINKS_ALL:
        return &LEDGER_LINKS_FIND_ALL;
    case LEDGER_LINKS_ONE:
        return &LEDGER_LINKS_FIND_ONE;
    }
    abort();
}

static bool links_find(struct ledger *ledger, const struct ledger_link_selection *choice,
                       int64_t after, size_t most, struct sql_rows **rows_r, struct err *err)
{
    struct sql_value values[] = {
        sql_i64(ledger->source),    sql_i64(after),
        sql_i64((int64_t)most),     sql_text(choice->identity ? choice->identity : ""),
        sql_i64(choice->record_id), sql_i64(choice->document),
    };
    size_t count = choice->search == LEDGER_LINKS_ONE ? lengthof(values) : 3;

    return sql_query(ledger->sql, search_text(choice->search), (struct sql_args){ values, count },
                     rows_r, err);
}

bool ledger_links(struct ledger *ledger, const struct ledger_link_selection *choice, int64_t after,
                  size_t most, struct ledger_claim *claims_r, size_t *count_r, struct err *err)
{
    struct ledger_words words;
    auto_rows *rows = NULL;
    enum step step;
    size_t count = 0;

    *count_r = 0;
    if (!links_find(ledger, choice, after, most, &rows, err))
        return false;
    while (count < most && (step = ledger_next(rows, LEDGER_CLAIM_WORDS, &words, err)) == STEP_ROW)
        claims_r[count++] = ledger_claim_read(rows, &words);
    *count_r = count;
    return count == most || step == STEP_END;
}

bool ledger_link_hold(struct ledger *ledger, const struct ledger_claim *claim, struct err *err)
{
    struct transition step = ledger_claim_step(claim, LEDGER_DONE, "");

    return ledger_run_still_open(ledger, err)
           && sql_run(ledger->sql, &LEDGER_LINK_HOLD,
                      sql_args(sql_i64(claim->document), sql_i64(claim->epoch),
                               sql_i64(ledger->run), sql_i64(time_now_us())),
                      err)
           && ledger_touched(ledger, claim->document, err) && ledger_transition(ledger, &step, err);
}

bool ledger_link_release(struct ledger *ledger, const struct ledger_claim *claim, struct err *err)
{
    return sql_run(ledger->sql, &LEDGER_LINK_FREE,
                   sql_args(sql_i64(claim->document), sql_i64(claim->epoch), sql_i64(ledger->run),
                            sql_i64(time_now_us())),
                   err);
}

bool ledger_link_note(struct ledger *ledger, const struct ledger_claim *claim, int64_t number,
                      enum ledger_version_state state, struct err *err)
{
    return ledger_claim_still_ours(ledger, claim, err)
           && sql_run(
               ledger->sql, &LEDGER_VERSION_STATE,
               sql_args(sql_i64(claim->document), sql_i64(number), sql_text(version_states[state])),
               err);
}

static bool moves_note(struct ledger *ledger, const struct ledger_claim *claim,
                       const struct ledger_link_move *moves, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        enum ledger_version_state state =
            moves[i].from == claim->version ? LEDGER_VERSION_STORED : LEDGER_VERSION_SUPERSEDED;

        if (!ledger_claim_still_ours(ledger, claim, err)
            || !sql_run(ledger->sql, &LEDGER_VERSION_MOVED,
                        sql_args(sql_i64(claim->document), sql_i64(moves[i].to),
                                 sql_text(version_states[state]),
                                 sql_text(*moves[i].imprint ? moves[i].imprint : NULL)),
                        err)
            || !ledger_link_note(ledger, claim, moves[i].from, LEDGER_VERSION_LEAVING, err))
            return false;
    }
    return true;
}

static int64_t version_after(const struct ledger_claim *claim, const struct ledger_link_move *moves,
                             size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (moves[i].from == claim->version)
            return moves[i].to;
    return claim->version;
}

/* Writes what follows on the version, which is told as when it was stored: the new patient. */
static void evidence_write(struct str *to, const struct ledger_version *version,
                           const struct ledger_link_target *target)
{
    str_add_text(to, "; ");
    if (version->imprint)
        str_printf(to, "%s; ", version->imprint);
    str_add_text(to, ledger_link_name(target->link));
    if (target->patient)
        str_printf(to, " to %s", target->patient);
    if (target->who)
        str_printf(to, "%s by %s: %s", target->by_id_again ? ", by the patient's id again," : "",
                   target->who, target->reason);
}

bool ledger_link_switch(struct ledger *ledger, const struct ledger_claim *claim,
                        const struct ledger_link_target *target,
                        const struct ledger_version *version, const struct ledger_link_move *moves,
                        size_t count, struct err *err)
{
    auto_str evidence = STR_MAX(EVIDENCE_MAX);
    struct transition step;
    int64_t now_us = time_now_us();

    evidence_write(&evidence, version, target);
    step = ledger_claim_step(claim, LEDGER_DONE, str_text(&evidence));
    step.version = (struct told_version){ version->key, version->sha256, version->size_bytes };
    step.mod_id = version->mod_id;
    step.link_after = target->link;
    return moves_note(ledger, claim, moves, count, err)
           && sql_run(ledger->sql, &LEDGER_LINK_HISTORY_ADD,
                      sql_args(sql_i64(claim->document), sql_i64(ledger->run), sql_i64(now_us),
                               sql_text(claim->patient), sql_text(target->patient),
                               sql_text(target->who ? target->who : ""),
                               sql_text(target->who ? target->reason : "")),
                      err)
           && sql_run(ledger->sql, &LEDGER_LINK_SWITCH,
                      sql_args(sql_i64(claim->document), sql_i64(claim->epoch),
                               sql_i64(ledger->run), sql_i64(version_after(claim, moves, count)),
                               sql_text(target->patient), sql_text(ledger_link_name(target->link)),
                               sql_text(target->who && !target->by_id_again ? target->who : ""),
                               sql_i64(now_us)),
                      err)
           && ledger_touched(ledger, claim->document, err) && ledger_transition(ledger, &step, err);
}

bool ledger_link_print(struct ledger *ledger, const struct ledger_claim *claim,
                       const struct ledger_link_move *moves, size_t count, int64_t row_print,
                       struct err *err)
{
    return sql_run(ledger->sql, &LEDGER_VERSION_PRINT,
                   sql_args(sql_i64(claim->document), sql_i64(version_after(claim, moves, count)),
                            row_print ? sql_i64(row_print) : sql_null()),
                   err);
}

bool ledger_key_is_used(struct ledger *ledger, const char *key, bool *used_r, struct err *err)
{
    int64_t document;
    bool good = sql_number(ledger->sql, &LEDGER_KEY_USED,
                           sql_args(sql_text(key), ledger_key_number(key)), 0, &document, err);

    *used_r = good && document != 0;
    return good;
}
