/* A document that somebody changed since it was read is left to the next census. */
#include "ledger/census.h"

#include "base/mem.h"
#include "base/time.h"
#include "ledger/inside.h"

static struct sql_value span_or_null(struct span text)
{
    return text.size ? sql_span(text) : sql_null();
}

static struct sql_value text_or_empty(struct span text)
{
    return text.size ? sql_span(text) : sql_text("");
}

/* Finds the ledger's row of a document; its number stays 0 if there is none. */
static bool known_find(struct ledger *ledger, const struct ledger_census_entry *entry,
                       struct ledger_row *known_r, struct err *err)
{
    struct ledger_words words;
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_DOCUMENT_FIND,
                   sql_args(sql_i64(ledger->source), sql_span(entry->identity),
                            text_or_empty(entry->container), sql_i64(entry->repetition)),
                   &rows, err))
        return false;
    step = ledger_next(rows, (struct ledger_word_columns){ 3, 5 }, &words, err);
    if (step == STEP_ROW)
        *known_r = (struct ledger_row){ .document = sql_get_i64(rows, 0),
                                        .record_id = sql_get_i64(rows, 1),
                                        .mod_id = sql_get_i64(rows, 2),
                                        .state = words.state,
                                        .type = ledger_column(rows, 4),
                                        .link = words.link,
                                        .size = sql_get_i64(rows, 6),
                                        .held = !sql_is_null(rows, 7),
                                        .class = ledger_column(rows, 8),
                                        .epoch = sql_get_i64(rows, 11),
                                        .changed_us = sql_get_i64(rows, 12) };
    return step != STEP_ERROR;
}

/* Adds a document, unless another census, which took this run for dead, has added it since. */
static bool document_add(struct ledger *ledger, const struct ledger_census_entry *entry,
                         bool *added_r, struct err *err)
{
    auto_free char *type = span_text(entry->type);

    if (!sql_run(ledger->sql, &LEDGER_DOCUMENT_ADD,
                 sql_args(sql_i64(ledger->source), sql_span(entry->identity),
                          text_or_empty(entry->container), sql_i64(entry->repetition),
                          sql_i64((int64_t)entry->record_id), span_or_null(entry->filemaker_id),
                          span_or_null(entry->patient_id), sql_text(type), sql_text(entry->storage),
                          sql_i64((int64_t)entry->mod_id), sql_i64(time_now_us())),
                 err))
        return false;
    *added_r = sql_changed(ledger->sql) == 1;
    return !*added_r
           || ledger_transition(ledger,
                                &(struct transition){ .is_new = true,
                                                      .after = LEDGER_WAITING,
                                                      .class_after = "",
                                                      .type = type,
                                                      .tallies_only = true },
                                err);
}

/*
 * Notes an edit. A document that was stored or done must be read again, and one that failed may do
 * better now. A waived one stays waived: a person decided so.
 */
static bool document_changed(struct ledger *ledger, const struct ledger_census_entry *entry,
                             const struct ledger_row *known, struct err *err)
{
    auto_free char *type = span_text(entry->type);
    char evidence[64];
    struct transition step = ledger_step(
        known, known->state == LEDGER_WAIVED ? LEDGER_WAIVED : LEDGER_WAITING, evidence);

    (void)snprintf(evidence, sizeof evidence, "edited: modId %jd, was %jd", (intmax_t)entry->mod_id,
                   (intmax_t)known->mod_id);
    step.type_before = known->type;
    step.type = type;
    step.link_after = LEDGER_NO_LINK;
    step.size_after = 0;
    step.tallies_only = known->state == step.after;
    return sql_run(ledger->sql, &LEDGER_DOCUMENT_SEE_AGAIN,
                   sql_args(sql_i64(known->document), sql_i64((int64_t)entry->mod_id),
                            sql_text(ledger_state_name(step.after)), sql_text(step.class_after),
                            sql_text(type), span_or_null(entry->patient_id),
                            sql_text(entry->storage), sql_i64(time_now_us()), sql_i64(known->epoch),
                            sql_text(ledger_state_name(known->state))),
                   err)
           && (sql_changed(ledger->sql)
                   == 0 /* another run was faster: the next census sees to it */
               || ledger_transition(ledger, &step, err));
}

/* Whether an entry was read before we wrote our mark. It is late: its id is no sign of an edit. */
static bool is_stale(const struct ledger_row *known, const struct ledger_census_entry *entry)
{
    return entry->asked_us > 0 && (int64_t)entry->mod_id < known->mod_id
           && known->changed_us >= entry->asked_us;
}

/*
 * Whether a document was edited and must be read again. One that a run holds is left to that run,
 * which checks the modification id too. An id one above the stored one is most likely our own mark,
 * written just before a crash: the run that finishes the document finds out.
 */
static bool is_edited_since(const struct ledger_row *known, const struct ledger_census_entry *entry)
{
    int64_t mod_id = (int64_t)entry->mod_id;

    if (known->held)
        return false;
    if (known->state == LEDGER_GONE)
        return true; /* it is back */
    if (known->mod_id == mod_id || is_stale(known, entry))
        return false;
    return known->state != LEDGER_STORED || known->mod_id + 1 != mod_id;
}

/*
 * Finds a document's row, or adds it. Behind a new document others are likely new: there the row is
 * added without a look for it, which does nothing if it is there.
 */
static bool document_find_or_add(struct ledger *ledger, const struct ledger_census_entry *entry,
                                 struct ledger_row *known_r, bool *added_r, struct err *err)
{
    *added_r = false;
    if ((ledger->expects_new && !document_add(ledger, entry, added_r, err))
        || (!*added_r && !known_find(ledger, entry, known_r, err))
        || (!*added_r && known_r->document == 0 && !document_add(ledger, entry, added_r, err)))
        return false;
    ledger->expects_new = *added_r;
    return *added_r || known_r->document != 0 || known_find(ledger, entry, known_r, err);
}

bool ledger_census_upsert(struct ledger *ledger, const struct ledger_census_entry *entry,
                          enum ledger_upsert_result *result_r, uint64_t *elsewhere_r,
                          struct err *err)
{
    auto_row known = { 0 };
    bool added;

    if (!document_find_or_add(ledger, entry, &known, &added, err))
        return false;
    if (added) {
        *result_r = LEDGER_UPSERT_NEW;
        return true;
    }
    if (known.record_id != (int64_t)entry->record_id) {
        *result_r = LEDGER_UPSERT_ELSEWHERE;
        *elsewhere_r = (uint64_t)known.record_id;
        return true;
    }
    *result_r = is_edited_since(&known, entry) ? LEDGER_UPSERT_CHANGED : LEDGER_UPSERT_SAME;
    return *result_r == LEDGER_UPSERT_SAME || document_changed(ledger, entry, &known, err);
}

bool ledger_readdress(struct ledger *ledger, const struct ledger_census_entry *entry,
                      struct err *err)
{
    auto_row known = { 0 };
    struct transition step;
    char evidence[96];

    if (!known_find(ledger, entry, &known, err))
        return false;
    if (known.document == 0 || known.held)
        return true; /* the next census sees to it */
    (void)snprintf(evidence, sizeof evidence, "rebuilt file: record %jd, was %jd",
                   (intmax_t)entry->record_id, (intmax_t)known.record_id);
    step = ledger_step(&known, known.state == LEDGER_WAIVED ? LEDGER_WAIVED : LEDGER_WAITING,
                       evidence);
    step.link_after = LEDGER_NO_LINK;
    step.size_after = 0;
    return sql_run(ledger->sql, &LEDGER_DOCUMENT_READDRESS,
                   sql_args(sql_i64(known.document), sql_i64((int64_t)entry->record_id),
                            sql_i64((int64_t)entry->mod_id),
                            sql_text(ledger_state_name(step.after)), sql_i64(time_now_us()),
                            sql_i64(known.epoch), sql_text(ledger_state_name(known.state))),
                   err)
           && (sql_changed(ledger->sql) == 0 || ledger_transition(ledger, &step, err));
}

bool ledger_audit_page(struct ledger *ledger, size_t count, size_t new_count,
                       const struct sha256 *hash, struct err *err)
{
    char evidence[128], hex[SHA256_HEX_SIZE];

    (void)snprintf(evidence, sizeof evidence, "%zu seen, %zu new, sha256 %s", count, new_count,
                   sha256_hex(hash, hex));
    return ledger_audit(ledger, 0, 0, "", "waiting", evidence, err);
}

/* Whether another run, which is not known to have ended, is taking a census now. */
static bool is_under_way(struct ledger *ledger, bool *is_r, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_CENSUS_NEWEST, sql_args(sql_i64(ledger->source)), &rows,
                   err))
        return false;
    step = sql_next(rows, err);
    *is_r = step == STEP_ROW && sql_is_null(rows, 3) && sql_is_null(rows, 5)
            && sql_get_i64(rows, 1) != ledger->run;
    return step != STEP_ERROR;
}

bool ledger_census_begin(struct ledger *ledger, int64_t *number_r, struct err *err)
{
    bool under_way;

    *number_r = 0;
    if (!is_under_way(ledger, &under_way, err))
        return false;
    return under_way
           || sql_number(
               ledger->sql, &LEDGER_CENSUS_ADD,
               sql_args(sql_i64(ledger->source), sql_i64(ledger->run), sql_i64(time_now_us())), 0,
               number_r, err);
}

bool ledger_census_end(struct ledger *ledger, int64_t number, struct err *err)
{
    return sql_run(ledger->sql, &LEDGER_CENSUS_END,
                   sql_args(sql_i64(ledger->source), sql_i64(number), sql_i64(time_now_us())), err);
}

bool ledger_census_since(struct ledger *ledger, int64_t begun_us, int64_t closed_us, bool *was_r,
                         struct err *err)
{
    int64_t count;

    if (!sql_number(ledger->sql, &LEDGER_CENSUS_SINCE,
                    sql_args(sql_i64(ledger->source), sql_i64(begun_us), sql_i64(closed_us)), 0,
                    &count, err))
        return false;
    *was_r = count > 0;
    return true;
}

bool ledger_census_close(struct ledger *ledger, int64_t number, int64_t records, int64_t found,
                         int64_t independent_count, struct err *err)
{
    char evidence[128];

    (void)snprintf(evidence, sizeof evidence, "census %jd: %jd records, found set %jd, witness %jd",
                   (intmax_t)number, (intmax_t)records, (intmax_t)found,
                   (intmax_t)independent_count);
    return sql_run(ledger->sql, &LEDGER_CENSUS_CLOSE,
                   sql_args(sql_i64(ledger->source), sql_i64(number), sql_i64(time_now_us()),
                            sql_i64(records), sql_i64(found),
                            independent_count >= 0 ? sql_i64(independent_count) : sql_null()),
                   err)
           && ledger_audit(ledger, 0, 0, "", "census", evidence, err);
}

/* --- absence ---------------------------------------------------------------------------------- */

enum { ABSENT_PAGE = 2000 };

/* How far a pass over the documents has come. */
struct absent_pass {
    int64_t record_id, document;
    bool more;
};

static bool absent_page(struct ledger *ledger, struct absent_pass *pass,
                        bool (*was_seen)(void *arg, uint64_t record_id), void *arg,
                        uint64_t *absent, size_t room, size_t *count, struct err *err)
{
    auto_rows *rows = NULL;
    size_t read = 0;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_DOCUMENTS_AFTER,
                   sql_args(sql_i64(ledger->source), sql_i64(pass->record_id),
                            sql_i64(pass->document), sql_i64(ABSENT_PAGE)),
                   &rows, err))
        return false;
    while (*count < room && (step = sql_next(rows, err)) == STEP_ROW) {
        int64_t record_id = sql_get_i64(rows, 0);

        if (!was_seen(arg, (uint64_t)record_id)
            && (*count == 0 || absent[*count - 1] != (uint64_t)record_id))
            absent[(*count)++] = (uint64_t)record_id;
        pass->record_id = record_id;
        pass->document = sql_get_i64(rows, 1);
        read++;
    }
    pass->more = *count < room && read == ABSENT_PAGE;
    return *count == room || step != STEP_ERROR;
}

bool ledger_absent_records(struct ledger *ledger, bool (*was_seen)(void *arg, uint64_t record_id),
                           void *arg, uint64_t *absent_r, size_t room, size_t *count_r,
                           struct err *err)
{
    struct absent_pass pass = { .record_id = -1, .document = -1, .more = true };

    *count_r = 0;
    while (pass.more)
        if (!absent_page(ledger, &pass, was_seen, arg, absent_r, room, count_r, err))
            return false;
    return true;
}

/*
 * The record's next document that is not gone and that no run holds; its number stays 0: there is
 * none.
 */
static bool present_find(struct ledger *ledger, uint64_t record_id, struct ledger_row *present_r,
                         struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_DOCUMENTS_OF_RECORD,
                   sql_args(sql_i64(ledger->source), sql_i64((int64_t)record_id)), &rows, err))
        return false;
    step = ledger_row_next(rows, present_r, err);
    if (step == STEP_ROW)
        present_r->class = ledger_column(rows, 6);
    return step != STEP_ERROR;
}

static bool present_mark_gone(struct ledger *ledger, const struct ledger_row *present,
                              struct err *err)
{
    struct transition step = ledger_step(present, LEDGER_GONE, "the record is gone");

    step.link_after = LEDGER_NO_LINK;
    step.size_after = 0;
    return sql_run(ledger->sql, &LEDGER_DOCUMENT_GONE,
                   sql_args(sql_i64(present->document), sql_i64(time_now_us()),
                            sql_i64(present->epoch), sql_text(ledger_state_name(present->state))),
                   err)
           && (sql_changed(ledger->sql) == 0 || ledger_transition(ledger, &step, err));
}

bool ledger_mark_record_gone(struct ledger *ledger, uint64_t record_id, struct err *err)
{
    for (;;) {
        auto_row present = { 0 };

        if (!present_find(ledger, record_id, &present, err))
            return false;
        if (present.document == 0)
            return true;
        if (!present_mark_gone(ledger, &present, err))
            return false;
    }
}
