/*
 * Whoever takes an upload holds its source until the commit, so that of two uploads of the same bytes the
 * second finds the first, also if another console with the same ledger takes it.
 */
#include "ledger/uploads.h"

#include "base/mem.h"
#include "base/time.h"
#include "ledger/census.h"
#include "ledger/decisions.h"
#include "ledger/inside.h"
#include "ledger/leases.h"
#include "ledger/links.h"

enum { EVIDENCE_MAX = 16 * 1024 };

char *ledger_uploads_name(const char *source)
{
    return mem_printf("%s/uploads", source);
}

/* --- what is there ---------------------------------------------------------------------------- */

/* An upload that the ledger has; document 0: it has none. */
struct known {
    int64_t document;
    enum ledger_state state;
    bool is_held;
    char identity[UUID_TEXT_SIZE];
    bool is_same_file;  /* the same bytes, for the same patient */
    bool is_same_claim; /* ... with the same type and day       */
};

static void known_read(const struct sql_rows *rows, enum ledger_state state,
                       const struct ledger_upload *upload, struct known *known_r)
{
    *known_r = (struct known){ .document = sql_get_i64(rows, 0),
                               .state = state,
                               .is_held = sql_get_i64(rows, 7) != 0 };
    (void)snprintf(known_r->identity, sizeof known_r->identity, SPAN_FORMAT,
                   SPAN_ARGS(sql_get_text(rows, 2)));
    known_r->is_same_file =
        span_is(sql_get_text(rows, 3), upload->patient)
        && span_equal(sql_get_bytes(rows, 6),
                      (struct span){ (const char *)upload->sha256.bytes, SHA256_SIZE });
    known_r->is_same_claim = span_is(sql_get_text(rows, 4), upload->type)
                             && span_is(sql_get_text(rows, 5), upload->day);
}

static bool known_ask(struct ledger *ledger, const struct sql_text *statement, struct sql_args args,
                      const struct ledger_upload *upload, struct known *known_r, struct err *err)
{
    struct ledger_words words;
    auto_rows *rows = NULL;
    enum step step;

    *known_r = (struct known){ 0 };
    if (!sql_query(ledger->sql, statement, args, &rows, err))
        return false;
    step = ledger_next(rows, (struct ledger_word_columns){ 1, 0 }, &words, err);
    if (step == STEP_ROW)
        known_read(rows, words.state, upload, known_r);
    return step != STEP_ERROR;
}

static bool known_by_identity(struct ledger *ledger, const struct ledger_upload *upload,
                              struct known *known_r, struct err *err)
{
    return known_ask(ledger, &LEDGER_UPLOAD_FIND,
                     sql_args(sql_i64(ledger->source), sql_text(upload->identity)), upload, known_r,
                     err);
}

static bool known_by_bytes(struct ledger *ledger, const struct ledger_upload *upload,
                           struct known *known_r, struct err *err)
{
    return known_ask(ledger, &LEDGER_UPLOAD_SAME,
                     sql_args(sql_i64(ledger->source), sql_bytes(upload->sha256.bytes, SHA256_SIZE),
                              sql_text(upload->patient)),
                     upload, known_r, err);
}

static bool has_arrived(const struct known *known)
{
    return known->state == LEDGER_STORED || known->state == LEDGER_DONE;
}

static bool can_be_taken(const struct known *known)
{
    return !known->is_held && (known->state == LEDGER_WAITING || known->state == LEDGER_FAILED);
}

/* --- taking ----------------------------------------------------------------------------------- */

static bool document_add(struct ledger *ledger, const struct ledger_upload *upload,
                         struct known *known_r, struct err *err)
{
    struct ledger_census_entry entry = { .identity = span_of(upload->identity),
                                         .repetition = 1,
                                         .filemaker_id = span_of(upload->identity),
                                         .type = span_of(upload->type),
                                         .storage = "upload" };
    enum ledger_upsert_result ignored;
    uint64_t elsewhere;

    return ledger_census_upsert(ledger, &entry, &ignored, &elsewhere, err)
           && sql_number(ledger->sql, &LEDGER_UPLOAD_NUMBER,
                         sql_args(sql_i64(ledger->source), sql_text(upload->identity)), 0,
                         &known_r->document, err);
}

static bool failed_wake(struct ledger *ledger, const struct known *known, struct err *err)
{
    struct ledger_selection one = { .document = known->document };
    struct ledger_decided ignored = { 0 };

    return known->state != LEDGER_FAILED || ledger_retry(ledger, &one, &ignored, err);
}

/* Reads a document that no run holds, as it will be once it is claimed. */
static bool claim_read(struct ledger *ledger, int64_t document, struct ledger_claim *claim_r,
                       struct err *err)
{
    struct ledger_words words;
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_UPLOAD_PICK, sql_args(sql_i64(document)), &rows, err))
        return false;
    step = ledger_next(rows, LEDGER_CLAIM_WORDS, &words, err);
    if (step == STEP_ROW)
        *claim_r = ledger_claim_read(rows, &words);
    return step == STEP_ROW || (step == STEP_END && ledger_not_ours(document, err));
}

static bool sent_put(struct ledger *ledger, int64_t document, const struct ledger_upload *u,
                     struct err *err)
{
    return sql_run(ledger->sql, &LEDGER_UPLOAD_PUT,
                   sql_args(sql_i64(document), sql_text(u->patient), sql_text(u->name),
                            sql_text(u->day), sql_bytes(u->sha256.bytes, SHA256_SIZE),
                            sql_i64((int64_t)u->size_bytes), sql_text(u->mime), sql_text(u->who),
                            sql_i64(time_now_us())),
                   err);
}

/* Takes the document that is known, or a new one. */
static bool known_take(struct ledger *ledger, const struct ledger_upload *upload,
                       struct known *known, struct ledger_claim *claim_r, struct err *err)
{
    struct ledger_claim claim = { 0 };
    bool good = ledger_run_still_open(ledger, err)
                && (known->document ? failed_wake(ledger, known, err)
                                    : document_add(ledger, upload, known, err))
                && claim_read(ledger, known->document, &claim, err)
                && ledger_claim_take(ledger, &claim, err)
                && sent_put(ledger, known->document, upload, err);

    if (!good) {
        ledger_claim_clear(&claim);
        return false;
    }
    *claim_r = claim;
    return true;
}

/* What is to be done about a document that is known by its identity. */
static enum ledger_upload_outcome repeat_judge(const struct known *known)
{
    if (!known->is_same_file)
        return LEDGER_UPLOAD_OTHER;
    if (has_arrived(known))
        return LEDGER_UPLOAD_ARRIVED;
    return can_be_taken(known) ? LEDGER_UPLOAD_TAKEN : LEDGER_UPLOAD_UNDER_WAY;
}

/* Of one that the patient has under another identity: a try that failed is not in the way. */
static enum ledger_upload_outcome double_judge(struct known *known)
{
    if (has_arrived(known))
        return LEDGER_UPLOAD_DUPLICATE;
    if (!can_be_taken(known))
        return LEDGER_UPLOAD_UNDER_WAY;
    if (!known->is_same_claim)
        *known = (struct known){ 0 };
    return LEDGER_UPLOAD_TAKEN;
}

static bool source_hold(struct ledger *ledger, struct err *err)
{
    int64_t ignored;

    return sql_number(ledger->sql, &LEDGER_SOURCE_HOLD, sql_args(sql_i64(ledger->source)), 0,
                      &ignored, err);
}

static bool outcome_find(struct ledger *ledger, const struct ledger_upload *upload, bool anyway,
                         struct known *known, enum ledger_upload_outcome *outcome_r,
                         struct err *err)
{
    *outcome_r = LEDGER_UPLOAD_TAKEN;
    if (!known_by_identity(ledger, upload, known, err))
        return false;
    if (known->document) {
        *outcome_r = repeat_judge(known);
        return true;
    }
    if (anyway)
        return true;
    if (!known_by_bytes(ledger, upload, known, err))
        return false;
    if (known->document)
        *outcome_r = double_judge(known);
    return true;
}

bool ledger_upload_take(struct ledger *ledger, const struct ledger_upload *upload, bool anyway,
                        enum ledger_upload_outcome *outcome_r, struct ledger_claim *claim_r,
                        char identity_r[UUID_TEXT_SIZE], struct err *err)
{
    struct known known;

    if (!source_hold(ledger, err) || !outcome_find(ledger, upload, anyway, &known, outcome_r, err)
        || (*outcome_r == LEDGER_UPLOAD_TAKEN && !known_take(ledger, upload, &known, claim_r, err)))
        return false;
    (void)snprintf(identity_r, UUID_TEXT_SIZE, "%s",
                   *known.identity ? known.identity : upload->identity);
    return true;
}

/* --- what was sent ---------------------------------------------------------------------------- */

void ledger_sent_clear(struct ledger_sent *sent)
{
    free(sent->patient);
    free(sent->name);
    free(sent->day);
    free(sent->mime);
    free(sent->who);
    *sent = (struct ledger_sent){ 0 };
}

bool ledger_sent_read(struct ledger *ledger, int64_t document, struct ledger_sent *sent_r,
                      struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_UPLOAD_GET, sql_args(sql_i64(document)), &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_ERROR)
        return false;
    if (step == STEP_END || sql_get_bytes(rows, 3).size != SHA256_SIZE)
        return err_set(err, ERR_DATA, 0, "document %jd is no upload", (intmax_t)document);
    *sent_r = (struct ledger_sent){ .patient = ledger_column(rows, 0),
                                    .name = ledger_column(rows, 1),
                                    .day = ledger_column(rows, 2),
                                    .mime = ledger_column(rows, 5),
                                    .who = ledger_column(rows, 6),
                                    .size_bytes = (uint64_t)sql_get_i64(rows, 4),
                                    .at_us = sql_get_i64(rows, 7) };
    memcpy(sent_r->sha256.bytes, sql_get_bytes(rows, 3).at, SHA256_SIZE);
    return true;
}

/* --- what people change ----------------------------------------------------------------------- */

bool ledger_upload_hold(struct ledger *ledger, int64_t document, int64_t epoch,
                        struct ledger_claim *claim_r, bool *is_r, struct err *err)
{
    struct ledger_words words;
    auto_rows *rows = NULL;
    enum step step;

    *is_r = false;
    if (!sql_query(ledger->sql, &LEDGER_UPLOAD_PICK, sql_args(sql_i64(document)), &rows, err))
        return false;
    step = ledger_next(rows, LEDGER_CLAIM_WORDS, &words, err);
    if (step != STEP_ROW)
        return step == STEP_END;
    if (words.state != LEDGER_DONE || sql_get_i64(rows, 1) != epoch)
        return true;
    *claim_r = ledger_claim_read(rows, &words);
    *is_r = true;
    return ledger_link_hold(ledger, claim_r, err);
}

static void change_tell(struct str *to, const char *what, const char *before, const char *after)
{
    if (strcmp(before, after) != 0)
        str_printf(to, "; %s %s, was %s", what, *after ? after : "none", *before ? before : "none");
}

/* Begins with the version, as every entry of a document that is done does: `verify` reads it there. */
static void edit_evidence(struct str *to, const struct ledger_claim *claim,
                          const struct ledger_version *version,
                          const struct ledger_upload_edit *edit)
{
    str_add_text(to, "; ");
    if (version->imprint)
        str_printf(to, "%s; ", version->imprint);
    str_printf(to, "edited by %s", edit->who);
    change_tell(to, "type", claim->type, edit->type);
    change_tell(to, "date", edit->day_before, edit->day);
    if (*edit->reason)
        str_printf(to, ": %s", edit->reason);
}

bool ledger_upload_edit(struct ledger *ledger, const struct ledger_claim *claim,
                        const struct ledger_version *version, const struct ledger_upload_edit *edit,
                        struct err *err)
{
    auto_str evidence = STR_MAX(EVIDENCE_MAX);
    struct transition step;

    edit_evidence(&evidence, claim, version, edit);
    step = ledger_claim_step(claim, LEDGER_DONE, str_text(&evidence));
    step.version = (struct told_version){ version->key, version->sha256, version->size_bytes };
    step.mod_id = version->mod_id;
    step.type_before = claim->type;
    step.type = edit->type;
    return sql_run(ledger->sql, &LEDGER_UPLOAD_EDIT,
                   sql_args(sql_i64(claim->document), sql_i64(claim->epoch), sql_i64(ledger->run),
                            sql_text(edit->type), sql_i64(time_now_us())),
                   err)
           && ledger_touched(ledger, claim->document, err)
           && sql_run(ledger->sql, &LEDGER_UPLOAD_REDATE,
                      sql_args(sql_i64(claim->document), sql_text(edit->day)), err)
           && ledger_transition(ledger, &step, err);
}
