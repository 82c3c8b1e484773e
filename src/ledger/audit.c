/*
 * The forms of the chain and the tallies are promised in docs/ledger.md, to people who check them
 * without this program.
 */
#include "ledger/audit.h"

#include "base/mem.h"
#include "base/time.h"
#include "ledger/inside.h"

/* --- audit chain ------------------------------------------------------------------------------ */

/* What is written of an entry. */
struct entry {
    int64_t seq, at_us, document, epoch;
    const char *before, *after;
    struct told_version version;
    struct sha256 key; /* of its key */
    bool is_marked;
    uint64_t mod_id; /* of the version, or of the record with its mark */
    const char *words;
};

/*
 * The evidence as everyone reads it. The key of a version stands in the ledger once, beside the
 * version: here it is named by a digest.
 */
static void evidence_tell(struct str *to, const struct entry *e)
{
    char hex[SHA256_HEX_SIZE];

    if (e->version.key) {
        hex_add(to, e->key.bytes, LEDGER_KEY_DIGEST_SIZE);
        str_printf(to, " %ju bytes sha256 %s modId %ju", (uintmax_t)e->version.size_bytes,
                   sha256_hex(&e->version.sha256, hex), (uintmax_t)e->mod_id);
    } else if (e->is_marked) {
        str_printf(to, "marked, modId %ju", (uintmax_t)e->mod_id);
    }
    str_add_text(to, e->words);
}

/*
 * The text that an entry's hash covers, after the 32 bytes of the hash before: its columns, one to
 * a line, as docs/ledger.md promises.
 */
static void entry_text(struct str *to, int64_t run, const struct entry *e)
{
    const int64_t numbers[] = { run, e->seq, e->at_us, e->document, e->epoch };

    for (size_t i = 0; i < lengthof(numbers); i++) {
        str_add_i64(to, numbers[i]);
        str_add_char(to, '\n');
    }
    str_add_text(to, e->before);
    str_add_char(to, '\n');
    str_add_text(to, e->after);
    str_add_char(to, '\n');
    evidence_tell(to, e);
    str_add_char(to, '\n');
}

static bool entry_send(struct ledger *ledger, const struct entry *e, const struct sha256 *hash,
                       struct err *err)
{
    const struct told_version *v = e->version.key ? &e->version : NULL;

    return sql_send(ledger->sql, &LEDGER_AUDIT_ADD,
                    sql_args(sql_i64(ledger->run), sql_i64(e->seq), sql_i64(e->at_us),
                             e->document ? sql_i64(e->document) : sql_null(), sql_i64(e->epoch),
                             sql_text(e->before), sql_text(e->after), sql_text(e->words),
                             v ? sql_bytes(e->key.bytes, LEDGER_KEY_DIGEST_SIZE) : sql_null(),
                             v ? sql_i64((int64_t)v->size_bytes) : sql_null(),
                             v ? sql_bytes(v->sha256.bytes, SHA256_SIZE) : sql_null(),
                             v || e->is_marked ? sql_i64((int64_t)e->mod_id) : sql_null(),
                             sql_bytes(hash->bytes, SHA256_SIZE)),
                    err);
}

/* Appends an entry to the run's chain: gives it its number and time, and hashes it. */
static bool entry_add(struct ledger *ledger, struct entry entry, struct err *err)
{
    auto_str text = STR_MAX(KIB(64));
    struct sha256 hash;

    entry.seq = ledger->chain.seq + 1;
    entry.at_us = time_now_us();
    if (entry.version.key)
        entry.key = sha256_of(span_of(entry.version.key));
    str_add(&text, ledger->chain.hash.bytes, SHA256_SIZE);
    entry_text(&text, ledger->run, &entry);
    if (!str_fits(&text, "an entry of the audit chain", err))
        return false;
    hash = sha256_of(str_span(&text));
    if (!entry_send(ledger, &entry, &hash, err))
        return false;
    ledger->chain = (struct ledger_chain){ entry.seq, hash };
    return true;
}

bool ledger_audit(struct ledger *ledger, int64_t document, int64_t epoch, const char *before,
                  const char *after, const char *evidence, struct err *err)
{
    return entry_add(ledger,
                     (struct entry){ .document = document,
                                     .epoch = epoch,
                                     .before = before,
                                     .after = after,
                                     .words = evidence },
                     err);
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
           || entry_add(ledger,
                        (struct entry){ .document = t->document,
                                        .epoch = t->epoch,
                                        .before = t->is_new ? "" : ledger_state_name(t->before),
                                        .after = ledger_state_name(t->after),
                                        .version = t->version,
                                        .is_marked = t->is_marked,
                                        .mod_id = t->mod_id,
                                        .words = t->evidence },
                        err);
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
