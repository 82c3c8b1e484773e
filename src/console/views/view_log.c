/*
 * Writes the view log. `lock` guards the list of those who wait; the chain belongs to the thread
 * that writes, of which there is one at a time.
 */
#include "console/views/view_log.h"

#include "base/foreign.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "console/console_sql.h"
#include "console/inside.h"
#include "version.h"

#include <assert.h>
#include <pthread.h>
#include <unistd.h>

enum { SEAL_ENTRIES = 1000, HOST_SIZE = 256, TEXT_CHARS = 2000 };
static const int64_t seal_every_us = 3600 * TIME_SECOND;

/* The newest entry of a chain. */
struct view_head {
    int64_t watch, seq;
    struct sha256 hash;
};

/* A thread's entries while it waits. */
struct view_batch {
    const struct view_entry *entries;
    size_t count;
    struct view_batch *next;
    bool is_done, is_good;
    struct err err;
};

struct view_log {
    struct console_db *db;
    const struct clock *clock;
    pthread_mutex_t lock;
    pthread_cond_t written;
    struct view_batch *first, **end; /* who waits, in the order they came */
    bool is_writing;
    struct view_head head; /* committed */
    bool is_doubtful;      /* a commit failed: the database knows whether it happened */
    int64_t sealed_seq, sealed_us;
};

/* --- one entry -------------------------------------------------------------------------------- */

/*
 * A text as it is noted: on one line, so that the lines under the hash can be told apart, and such
 * that every database takes it, so that no entry keeps those of others from being written.
 */
static struct span line_of(const char *text, struct str *room)
{
    foreign_add_first(room, span_of(text ? text : ""), TEXT_CHARS);
    return span_of(str_text(room));
}

static struct sql_value number_or_null(int64_t number)
{
    return number ? sql_i64(number) : sql_null();
}

static bool columns_send(struct sql *sql, const struct view_columns *c, const struct sha256 *hash,
                         struct err *err)
{
    return sql_send(sql, &CONSOLE_VIEW_ADD,
                    sql_args(sql_i64(c->watch), sql_i64(c->seq), sql_i64(c->at_us),
                             number_or_null(c->account), number_or_null(c->token),
                             number_or_null(c->session), sql_span(c->address), sql_span(c->what),
                             sql_span(c->outcome), sql_span(c->row), sql_span(c->patient),
                             number_or_null(c->document), sql_span(c->detail),
                             sql_bytes(hash->bytes, SHA256_SIZE)),
                    err);
}

/* Appends an entry to the chain that ends with `head`, and moves it. */
static bool entry_add(struct sql *sql, const struct view_entry *e, int64_t at_us,
                      struct view_head *head, struct err *err)
{
    auto_str address = STR_MAX(KIB(16)), outcome = STR_MAX(KIB(16)), row = STR_MAX(KIB(16));
    auto_str patient = STR_MAX(KIB(16)), detail = STR_MAX(KIB(16));
    const struct view_columns columns = { .watch = head->watch,
                                          .seq = head->seq + 1,
                                          .at_us = at_us,
                                          .account = e->account,
                                          .token = e->token,
                                          .session = e->session,
                                          .address = line_of(e->address, &address),
                                          .what = span_of(view_what_name(e->what)),
                                          .outcome =
                                              line_of(e->outcome ? e->outcome : "ok", &outcome),
                                          .row = line_of(e->row, &row),
                                          .patient = line_of(e->patient, &patient),
                                          .document = e->document,
                                          .detail = line_of(e->detail, &detail) };
    struct sha256 hash;

    if (!view_hash(&head->hash, &columns, &hash, err) || !columns_send(sql, &columns, &hash, err))
        return false;
    *head = (struct view_head){ head->watch, columns.seq, hash };
    return true;
}

/* --- the head --------------------------------------------------------------------------------- */

/* The newest entry of a watch, 0: of all. `head_r` stays as it is if there is none. */
static bool head_read(struct sql *sql, int64_t watch, struct view_head *head_r, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;
    struct span hash;

    if (!sql_query(sql, watch ? &CONSOLE_VIEW_HEAD : &CONSOLE_VIEW_HEAD_OF_ALL,
                   watch ? sql_args(sql_i64(watch)) : SQL_NO_ARGS, &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step != STEP_ROW)
        return step == STEP_END;
    hash = sql_get_bytes(rows, 2);
    if (hash.size != SHA256_SIZE)
        return err_set(err, ERR_DATABASE, SQL_BROKEN, "the head of the view log is no hash");
    head_r->watch = sql_get_i64(rows, 0);
    head_r->seq = sql_get_i64(rows, 1);
    (void)memcpy(head_r->hash.bytes, hash.at, SHA256_SIZE);
    return true;
}

/*
 * After a commit that failed the database says how far the chain goes. What was committed before is
 * there still, or somebody took it away.
 */
static bool doubt_settle(struct view_log *log, struct sql *sql, struct err *err)
{
    struct view_head found = { 0 };

    if (!log->is_doubtful)
        return true;
    if (!head_read(sql, log->head.watch, &found, err))
        return false;
    if (found.seq < log->head.seq
        || (found.seq == log->head.seq && !sha256_equal(&found.hash, &log->head.hash)))
        return err_set(err, ERR_DATABASE, SQL_BROKEN,
                       "entry %jd of watch %jd is not in the view log any more",
                       (intmax_t)log->head.seq, (intmax_t)log->head.watch);
    log->head = found;
    log->is_doubtful = false;
    return true;
}

/* --- writing for all who wait ----------------------------------------------------------------- */

static bool seal_is_due(const struct view_log *log, int64_t seq, int64_t now_us)
{
    return seq - log->sealed_seq >= SEAL_ENTRIES
           || (seq > log->sealed_seq && now_us - log->sealed_us >= seal_every_us);
}

static bool seal_add(struct sql *sql, const struct view_head *head, int64_t now_us, struct err *err)
{
    return sql_send(sql, &CONSOLE_SEAL_ADD,
                    sql_args(sql_i64(head->watch), sql_i64(head->seq), sql_i64(now_us),
                             sql_bytes(head->hash.bytes, SHA256_SIZE)),
                    err);
}

/* Whoever forwards the log has the heads on another machine. */
static void seal_tell(struct view_log *log, int64_t now_us)
{
    char hex[SHA256_HEX_SIZE];

    log_info("view log sealed: watch=%jd seq=%jd hash=%s", (intmax_t)log->head.watch,
             (intmax_t)log->head.seq, sha256_hex(&log->head.hash, hex));
    log->sealed_seq = log->head.seq;
    log->sealed_us = now_us;
}

static bool batches_send(struct sql *sql, const struct view_batch *batch, int64_t now_us,
                         struct view_head *head, struct err *err)
{
    for (; batch; batch = batch->next)
        for (size_t i = 0; i < batch->count; i++)
            if (!entry_add(sql, &batch->entries[i], now_us, head, err))
                return false;
    return true;
}

/* One transaction for all batches, and for a seal where one is due. */
static bool batches_write(struct view_log *log, const struct view_batch *batch, bool is_last,
                          struct err *err)
{
    int64_t now_us = clock_now_us(log->clock);
    struct view_head head;
    auto_lent lent = { 0 };
    auto_tx tx = { 0 };
    bool seals;

    if (!console_db_borrow(log->db, &lent, err) || !doubt_settle(log, lent.sql, err))
        return false;
    head = log->head;
    if (!sql_begin(lent.sql, &tx, err) || !batches_send(lent.sql, batch, now_us, &head, err))
        return false;
    seals = seal_is_due(log, head.seq, now_us) || (is_last && head.seq > log->sealed_seq);
    if ((seals && !seal_add(lent.sql, &head, now_us, err))
        || (is_last
            && !sql_send(lent.sql, &CONSOLE_WATCH_END,
                         sql_args(sql_i64(head.watch), sql_i64(now_us)), err)))
        return false;
    log->is_doubtful = true;
    if (!sql_commit(&tx, err))
        return false;
    log->is_doubtful = false;
    log->head = head;
    if (seals)
        seal_tell(log, now_us);
    return true;
}

/* Takes all who wait, writes for them, and tells each how it went. Called with the lock held. */
static void batches_lead(struct view_log *log)
{
    struct view_batch *batch = log->first, *next;
    struct err err = { 0 };
    bool is_good;

    log->first = NULL;
    log->end = &log->first;
    log->is_writing = true;
    (void)pthread_mutex_unlock(&log->lock);
    is_good = batches_write(log, batch, false, &err);
    (void)pthread_mutex_lock(&log->lock);
    log->is_writing = false;
    for (; batch; batch = next) {
        /* Its thread may go on, and its memory with it, once it is told. */
        next = batch->next;
        batch->err = err;
        batch->is_good = is_good;
        batch->is_done = true;
    }
    (void)pthread_cond_broadcast(&log->written);
}

static bool batch_note(struct view_log *log, struct view_batch *batch, struct err *err)
{
    (void)pthread_mutex_lock(&log->lock);
    *log->end = batch;
    log->end = &batch->next;
    while (!batch->is_done) {
        if (log->is_writing)
            (void)pthread_cond_wait(&log->written, &log->lock);
        else
            batches_lead(log);
    }
    (void)pthread_mutex_unlock(&log->lock);
    if (!batch->is_good)
        *err = batch->err;
    return batch->is_good;
}

bool view_note(struct console *console, const struct view_entry *entries, size_t count,
               struct err *err)
{
    struct view_batch batch = { .entries = entries, .count = count };
    struct err why;

    assert(count > 0);
    if (!console->views)
        return err_set(err, ERR_DATABASE, SQL_AWAY, "the view log is not open");
    if (batch_note(console->views, &batch, &why))
        return true;
    return err_set(err, ERR_DATABASE, SQL_AWAY, "nothing is shown, as it cannot be noted: %s",
                   why.msg);
}

bool view_of(struct exchange *x, struct view_entry entry, struct err *err)
{
    if (!entry.account) {
        entry.account = x->who.account;
        entry.token = x->who.token;
        entry.session = x->who.session;
    }
    entry.address = request_address(x->request);
    return view_note(x->console, &entry, 1, err);
}

void view_log_tend(struct view_log *log)
{
    struct view_batch none = { 0 };
    struct err err;

    if (!batch_note(log, &none, &err))
        log_warn("the view log could not be sealed, trying again in a minute: %s", err.msg);
}

/* --- a watch ---------------------------------------------------------------------------------- */

static bool watch_add(struct sql *sql, const char *host, int64_t now_us, int64_t *watch_r,
                      struct err *err)
{
    return sql_number(sql, &CONSOLE_WATCH_ADD,
                      sql_args(sql_text(host), sql_text(VERSION), sql_i64(now_us)), 0, watch_r,
                      err);
}

/*
 * The first entry: it ties the chain to the one before, so that a whole chain, or its end, cannot
 * be taken away without a trace.
 */
static bool start_add(struct view_log *log, struct sql *sql, const struct view_head *before,
                      const char *host, struct err *err)
{
    char hex[SHA256_HEX_SIZE];
    auto_free char *detail = before->watch
                                 ? mem_printf("after %jd %jd %s; fmferry %s on %s",
                                              (intmax_t)before->watch, (intmax_t)before->seq,
                                              sha256_hex(&before->hash, hex), VERSION, host)
                                 : mem_printf("first; fmferry %s on %s", VERSION, host);

    return entry_add(sql, &(struct view_entry){ .what = VIEW_START, .detail = detail },
                     log->sealed_us, &log->head, err);
}

static bool watch_begin(struct view_log *log, struct err *err)
{
    char host[HOST_SIZE] = "";
    struct view_head before = { 0 };
    auto_lent lent = { 0 };
    auto_tx tx = { 0 };

    (void)gethostname(host, sizeof host - 1);
    log->sealed_us = clock_now_us(log->clock);
    return console_db_borrow(log->db, &lent, err) && sql_begin(lent.sql, &tx, err)
           && head_read(lent.sql, 0, &before, err)
           && watch_add(lent.sql, host, log->sealed_us, &log->head.watch, err)
           && start_add(log, lent.sql, &before, host, err) && sql_commit(&tx, err);
}

static void log_free(struct view_log *log)
{
    (void)pthread_cond_destroy(&log->written);
    (void)pthread_mutex_destroy(&log->lock);
    free(log);
}

bool view_log_open(struct console_db *db, const struct clock *clock, struct view_log **log_r,
                   struct err *err)
{
    struct view_log *log = mem_new(struct view_log);

    log->db = db;
    log->clock = clock;
    log->end = &log->first;
    (void)pthread_mutex_init(&log->lock, NULL);
    (void)pthread_cond_init(&log->written, NULL);
    if (!watch_begin(log, err)) {
        log_free(log);
        return err_ctx(err, "beginning the view log");
    }
    *log_r = log;
    return true;
}

void view_log_close(struct view_log *log)
{
    struct err err;

    if (!log)
        return;
    if (!batches_write(log, NULL, true, &err))
        log_warn("the view log could not be sealed at the end: %s", err.msg);
    log_free(log);
}
