/* Opening, changes, the audit chain and the tallies. */
#include "ledger/inside.h"

#include "base/mem.h"
#include "base/time.h"

static const char *const state_names[LEDGER_STATES] = { "waiting", "claimed", "stored", "done",
                                                        "failed",  "waived",  "gone" };
static const char *const link_names[] = { "", "linked", "unlinked", "review" };

const char *ledger_state_name(enum ledger_state state)
{
    return state_names[state];
}

bool ledger_state_read(struct span word, enum ledger_state *state_r)
{
    for (size_t i = 0; i < lengthof(state_names); i++) {
        if (span_is(word, state_names[i])) {
            *state_r = (enum ledger_state)i;
            return true;
        }
    }
    return false;
}

const char *ledger_link_name(enum ledger_link link)
{
    return link_names[link];
}

/* --- columns -------------------------------------------------------------------------------- */

char *ledger_column(const struct sql_rows *rows, int column)
{
    return span_text(sql_get_text(rows, column));
}

char *ledger_column_or_null(const struct sql_rows *rows, int column)
{
    return sql_is_null(rows, column) ? NULL : ledger_column(rows, column);
}

void ledger_column_copy(const struct sql_rows *rows, int column, char *to, size_t room)
{
    (void)snprintf(to, room, SPAN_FORMAT, SPAN_ARGS(sql_get_text(rows, column)));
}

enum ledger_state ledger_column_state(const struct sql_rows *rows, int column)
{
    enum ledger_state state;

    if (!ledger_state_read(sql_get_text(rows, column), &state))
        abort(); /* the table's own check allows no other word */
    return state;
}

bool ledger_link_read(struct span word, enum ledger_link *link_r)
{
    for (size_t i = 0; i < lengthof(link_names); i++) {
        if (span_is(word, link_names[i])) {
            *link_r = (enum ledger_link)i;
            return true;
        }
    }
    return false;
}

enum ledger_link ledger_column_link(const struct sql_rows *rows, int column)
{
    enum ledger_link link;

    if (!ledger_link_read(sql_get_text(rows, column), &link))
        abort();
    return link;
}

/* --- opening -------------------------------------------------------------------------------- */

static bool source_find(struct ledger *ledger, const char *name, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_SOURCE_FIND, sql_args(sql_text(name)), &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_ROW) {
        ledger->source = sql_get_i64(rows, 0);
        ledger->source_created_us = sql_get_i64(rows, 1);
    }
    return step != STEP_ERROR;
}

static bool source_add(struct ledger *ledger, const char *name, struct err *err)
{
    return sql_run(ledger->sql, &LEDGER_SOURCE_ADD,
                   sql_args(sql_text(name), sql_i64(time_now_us())), err)
           && source_find(ledger, name, err);
}

bool ledger_open(const char *url, const char *source, const struct cancel *cancel,
                 struct ledger **ledger_r, struct err *err)
{
    auto_ledger *ledger = mem_new(struct ledger);

    if (!sql_open(url, cancel, &ledger->sql, err)
        || !sql_upgrade(ledger->sql, "ledger", LEDGER_SCHEMA, err)
        || !source_find(ledger, source, err)
        || (ledger->source == 0 && !source_add(ledger, source, err)))
        return err_ctx(err, "the ledger");
    *ledger_r = take(ledger);
    return true;
}

bool ledger_open_reader(const char *url, const char *source, const struct cancel *cancel,
                        struct ledger **ledger_r, struct err *err)
{
    auto_ledger *ledger = mem_new(struct ledger);

    if (!sql_open_reader(url, cancel, &ledger->sql, err) || !source_find(ledger, source, err)) {
        if (err->kind == ERR_DATABASE && (err->code == SQL_MISSING || err->code == SQL_REFUSED))
            err->kind = ERR_USAGE;
        return err_ctx(err, "the ledger (has 'fmferry run' been started yet?)");
    }
    if (ledger->source == 0)
        return err_set(err, ERR_USAGE, 0,
                       "the ledger knows nothing of the source '%s' yet: start 'fmferry run'",
                       source);
    *ledger_r = take(ledger);
    return true;
}

static void tallies_forget(struct ledger *ledger)
{
    for (size_t i = 0; i < ledger->tally_count; i++) {
        free(ledger->tallies[i].class);
        free(ledger->tallies[i].type);
    }
    ledger->tally_count = 0;
}

void ledger_close(struct ledger *ledger)
{
    if (!ledger)
        return;
    tallies_forget(ledger);
    free(ledger->tallies);
    sql_close(ledger->sql);
    free(ledger);
}

void auto_ledger_cleanup(struct ledger **ledger)
{
    ledger_close(*ledger);
}

struct sql *ledger_sql(struct ledger *ledger)
{
    return ledger->sql;
}

int64_t ledger_source(const struct ledger *ledger)
{
    return ledger->source;
}

int64_t ledger_source_created_us(const struct ledger *ledger)
{
    return ledger->source_created_us;
}

/* --- changes -------------------------------------------------------------------------------- */

bool ledger_begin(struct ledger *ledger, struct ledger_change *change, struct err *err)
{
    ledger->unanswered =
        (struct unanswered_commit){ 0 }; /* that of the change before was answered */
    if (!sql_begin(ledger->sql, &change->tx, err))
        return err_ctx(err, "the ledger");
    change->ledger = ledger;
    ledger->chain_before = ledger->chain;
    return true;
}

static bool tallies_write(struct ledger *ledger, struct err *err)
{
    for (size_t i = 0; i < ledger->tally_count; i++) {
        const struct tally *tally = &ledger->tallies[i];

        if (tally->documents == 0 && tally->bytes == 0)
            continue;
        if (!sql_send(ledger->sql, &LEDGER_TALLY_ADD,
                      sql_args(sql_i64(ledger->source), sql_i64(ledger->run),
                               sql_text(ledger_state_name(tally->state)), sql_text(tally->class),
                               sql_text(tally->type), sql_text(ledger_link_name(tally->link)),
                               sql_i64(tally->documents), sql_i64(tally->bytes)),
                      err))
            return false;
    }
    return true;
}

/* What can be found out later, should the answer to the commit be lost. */
static bool change_sign(struct ledger *ledger, struct err *err)
{
    ledger->unanswered = (struct unanswered_commit){ .chain = ledger->chain };
    return sql_kind_of(ledger->sql) == SQL_SQLITE || ledger->run == 0
           || sql_number(ledger->sql, &LEDGER_RUN_BEAT, sql_args(sql_i64(ledger->run)), 0,
                         &ledger->unanswered.heartbeats, err);
}

bool ledger_commit(struct ledger_change *change, struct err *err)
{
    struct ledger *ledger = change->ledger;

    if (!tallies_write(ledger, err) || !change_sign(ledger, err) || !sql_commit(&change->tx, err))
        return err_ctx(err, "the ledger");
    tallies_forget(ledger);
    change->ledger = NULL;
    return true;
}

bool ledger_reconnect(struct ledger *ledger, bool *committed_r, struct err *err)
{
    const struct unanswered_commit *unanswered = &ledger->unanswered;
    int64_t beats = -1;

    *committed_r = false;
    if (!sql_reconnect(ledger->sql, err)
        || (unanswered->heartbeats
            && !sql_number(ledger->sql, &LEDGER_RUN_BEATS, sql_args(sql_i64(ledger->run)), -1,
                           &beats, err)))
        return err_ctx(err, "the ledger");
    if (unanswered->heartbeats && beats >= unanswered->heartbeats) {
        *committed_r = true;
        ledger->chain = unanswered->chain;
    }
    return true;
}

void auto_change_cleanup(struct ledger_change *change)
{
    if (change->ledger) {
        tallies_forget(change->ledger);
        change->ledger->chain = change->ledger->chain_before;
    }
    auto_tx_cleanup(&change->tx);
}

/* --- audit chain ---------------------------------------------------------------------------- */

/*
 * The text that an entry's hash covers, after the 32 bytes of the hash before: its columns, one to
 * a line. Written down in docs/ledger.md, for those who check the chain without this program.
 */
static void entry_text(struct str *to, const struct ledger *ledger, int64_t seq, int64_t at_us,
                       int64_t document, int64_t epoch, const char *before, const char *after,
                       const char *evidence)
{
    const int64_t numbers[] = { ledger->run, seq, at_us, document, epoch };
    const char *const words[] = { before, after, evidence };

    for (size_t i = 0; i < lengthof(numbers); i++) {
        str_add_i64(to, numbers[i]);
        str_add_char(to, '\n');
    }
    for (size_t i = 0; i < lengthof(words); i++) {
        str_add_text(to, words[i]);
        str_add_char(to, '\n');
    }
}

bool ledger_audit(struct ledger *ledger, int64_t document, int64_t epoch, const char *before,
                  const char *after, const char *evidence, struct err *err)
{
    auto_str text = STR_MAX(KIB(64));
    int64_t now_us = time_now_us(), seq = ledger->chain.seq + 1;
    struct sha256 hash;

    str_add(&text, ledger->chain.hash.bytes, SHA256_SIZE);
    entry_text(&text, ledger, seq, now_us, document, epoch, before, after, evidence);
    if (!str_fits(&text, "an entry of the audit chain", err))
        return false;
    hash = sha256_of(str_span(&text));
    if (!sql_send(ledger->sql, &LEDGER_AUDIT_ADD,
                  sql_args(sql_i64(ledger->run), sql_i64(seq), sql_i64(now_us),
                           document ? sql_i64(document) : sql_null(), sql_i64(epoch),
                           sql_text(before), sql_text(after), sql_text(evidence),
                           sql_bytes(hash.bytes, SHA256_SIZE)),
                  err))
        return false;
    ledger->chain = (struct ledger_chain){ seq, hash };
    return true;
}

/* --- tallies -------------------------------------------------------------------------------- */

static bool is_counted_in_bytes(enum ledger_state state)
{
    return state == LEDGER_STORED || state == LEDGER_DONE;
}

static void tally_move(struct ledger *ledger, enum ledger_state state, const char *class,
                       const char *type, enum ledger_link link, int64_t size, int64_t by)
{
    const char *class_counted = state == LEDGER_FAILED || state == LEDGER_WAIVED ? class : "";
    enum ledger_link link_counted = is_counted_in_bytes(state) ? link : LEDGER_NO_LINK;
    int64_t bytes = is_counted_in_bytes(state) ? size * by : 0;
    struct tally *tally;

    for (size_t i = 0; i < ledger->tally_count; i++) {
        tally = &ledger->tallies[i];
        if (tally->state == state && tally->link == link_counted
            && strcmp(tally->class, class_counted) == 0 && strcmp(tally->type, type) == 0) {
            tally->documents += by;
            tally->bytes += bytes;
            return;
        }
    }
    if (ledger->tally_count == ledger->tally_room) {
        ledger->tally_room = ledger->tally_room ? ledger->tally_room * 2 : 64;
        ledger->tallies = mem_grow(ledger->tallies, ledger->tally_room * sizeof *ledger->tallies);
    }
    ledger->tallies[ledger->tally_count++] =
        (struct tally){ state, link_counted, mem_text(class_counted), mem_text(type), by, bytes };
}

bool ledger_transition(struct ledger *ledger, const struct transition *t, struct err *err)
{
    const char *type_before = t->type_before ? t->type_before : t->type;

    if (!t->is_new)
        tally_move(ledger, t->before, t->class_before, type_before, t->link_before, t->size_before,
                   -1);
    tally_move(ledger, t->after, t->class_after, t->type, t->link_after, t->size_after, 1);
    return t->tallies_only
           || ledger_audit(ledger, t->document, t->epoch,
                           t->is_new ? "" : ledger_state_name(t->before),
                           ledger_state_name(t->after), t->evidence, err);
}

bool ledger_not_ours(int64_t document, struct err *err)
{
    return err_set(err, ERR_DATABASE, LEDGER_NOT_OURS,
                   "document %jd is no longer ours: its claim has passed on", (intmax_t)document);
}

bool ledger_touched(const struct ledger *ledger, int64_t document, struct err *err)
{
    return sql_changed(ledger->sql) == 1 || ledger_not_ours(document, err);
}

/* --- notes ---------------------------------------------------------------------------------- */

bool ledger_note_write(struct ledger *ledger, const char *name, const char *value, struct err *err)
{
    return sql_run(ledger->sql, &LEDGER_NOTE_PUT,
                   sql_args(sql_i64(ledger->source), sql_text(name), sql_text(value)), err);
}

bool ledger_note_read(struct ledger *ledger, const char *name, char **value_r, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_NOTE_GET, sql_args(sql_i64(ledger->source), sql_text(name)),
                   &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step != STEP_ERROR)
        *value_r = step == STEP_ROW ? ledger_column_or_null(rows, 0) : NULL;
    return step != STEP_ERROR;
}

bool ledger_twin_source(struct ledger *ledger, const char *database, const char *layout,
                        const char *containers, char **name_r, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_SOURCE_TWIN,
                   sql_args(sql_i64(ledger->source), sql_text(database), sql_text(layout),
                            sql_text(containers)),
                   &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step != STEP_ERROR)
        *name_r = step == STEP_ROW ? ledger_column_or_null(rows, 0) : NULL;
    return step != STEP_ERROR;
}
