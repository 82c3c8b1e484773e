/*
 * The forms of the chain and the tallies are promised in docs/ledger.md, to people who check them
 * without this program.
 */
#include "ledger/audit.h"

#include "base/mem.h"
#include "base/time.h"
#include "ledger/inside.h"

/* --- audit chain ------------------------------------------------------------------------------ */

/*
 * The text that an entry's hash covers, after the 32 bytes of the hash before: its columns, one to
 * a line, as docs/ledger.md promises.
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

/* --- tallies ---------------------------------------------------------------------------------- */

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

bool ledger_tallies_write(struct ledger *ledger, struct err *err)
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

void ledger_tallies_forget(struct ledger *ledger)
{
    for (size_t i = 0; i < ledger->tally_count; i++) {
        free(ledger->tallies[i].class);
        free(ledger->tallies[i].type);
    }
    ledger->tally_count = 0;
}

/* --- steps ------------------------------------------------------------------------------------ */

struct transition ledger_step(const struct ledger_row *row, enum ledger_state after,
                              const char *evidence)
{
    const char *class = row->class ? row->class : "";

    return (struct transition){ .document = row->document,
                                .epoch = row->epoch,
                                .before = row->state,
                                .after = after,
                                .class_before = class,
                                .class_after = after == LEDGER_WAIVED ? class : "",
                                .link_before = row->link,
                                .link_after = row->link,
                                .size_before = row->size,
                                .size_after = row->size,
                                .type = row->type,
                                .evidence = evidence };
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
