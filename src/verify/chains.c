/*
 * Reads the audit chain of every run and proves it link by link. Each entry goes on to the story of
 * its document; an entry that notes a difference of an earlier verification goes to the findings.
 */
#include "verify/inside.h"

#include "base/mem.h"
#include "verify/pack.h"

/* An entry of the table. Borrowed from the row. */
struct chain_entry {
    int64_t run, seq, at_us, document, epoch;
    struct span before, after, evidence, hash;
};

static struct chain_entry entry_read(int64_t run, const struct sql_rows *rows)
{
    return (struct chain_entry){ run,
                                 sql_get_i64(rows, 0),
                                 sql_get_i64(rows, 1),
                                 sql_get_i64(rows, 2),
                                 sql_get_i64(rows, 3),
                                 sql_get_text(rows, 4),
                                 sql_get_text(rows, 5),
                                 sql_get_text(rows, 6),
                                 sql_get_bytes(rows, 7) };
}

/* The hash of an entry: of the hash before, and its columns line by line (docs/ledger.md). */
static struct sha256 entry_hash(const struct chain_entry *e, const struct sha256 *before)
{
    auto_str text = STR_MAX(MIB(1));

    str_add(&text, before->bytes, SHA256_SIZE);
    str_printf(&text, "%jd\n%jd\n%jd\n%jd\n%jd\n", (intmax_t)e->run, (intmax_t)e->seq,
               (intmax_t)e->at_us, (intmax_t)e->document, (intmax_t)e->epoch);
    str_add_span(&text, e->before);
    str_add_char(&text, '\n');
    str_add_span(&text, e->after);
    str_add_char(&text, '\n');
    str_add_span(&text, e->evidence);
    str_add_char(&text, '\n');
    return sha256_of(str_span(&text));
}

static bool story_add(struct verifier *v, const struct chain_entry *e, struct err *err)
{
    auto_str to = STR_MAX(ENTRY_MAX);

    if (e->document == 0)
        return true;
    pack_u64(&to, (uint64_t)e->document);
    pack_u8(&to, FACT_VERSION); /* sorts after what the ledger says */
    pack_u64(&to, (uint64_t)e->epoch);
    pack_u64(&to, (uint64_t)e->at_us);
    pack_u64(&to, (uint64_t)e->run);
    pack_u64(&to, (uint64_t)e->seq);
    pack_text(&to, e->after);
    pack_text(&to, e->evidence);
    return str_fits(&to, "an entry of the audit chain", err)
           && sorter_add(v->stories, str_span(&to), err);
}

static bool entry_pass_on(struct verifier *v, const struct chain_entry *e, struct err *err)
{
    bool is_finding = false;

    if (e->document == 0)
        signoff_collect(v, e->run, e->after, e->evidence);
    if (e->document == 0
        && !finding_collect(v, e->run, e->seq, e->at_us, e->before, e->after, e->evidence,
                            &is_finding, err))
        return false;
    return is_finding || story_add(v, e, err);
}

/* How far a chain was read: the last entry, and its hash as the table has it. */
struct chain_walk {
    int64_t seq, count;
    struct sha256 hash;
};

/*
 * Checks an entry against the hash that the table has for the one before: so every altered entry is
 * named, not only the first.
 */
static void link_judge(struct verifier *v, const struct chain_walk *chain,
                       const struct chain_entry *e)
{
    struct sha256 hash = entry_hash(e, &chain->hash);
    struct named_document who = { .row = "" };

    if (e->seq != chain->seq + 1)
        difference_report(v, "audit-chain", &who, "run %jd: entries %jd to %jd are missing",
                          (intmax_t)e->run, (intmax_t)chain->seq + 1, (intmax_t)e->seq - 1);
    else if (e->hash.size != SHA256_SIZE || memcmp(e->hash.at, hash.bytes, SHA256_SIZE) != 0)
        difference_report(v, "audit-chain", &who,
                          "run %jd: entry %jd does not follow from the one before",
                          (intmax_t)e->run, (intmax_t)e->seq);
}

/* Where an earlier certificate saw the chain end, it must still have the hash of then. */
static void certified_link_judge(struct verifier *v, const struct earlier_chain *then,
                                 const struct chain_walk *chain)
{
    if (then && chain->count == then->entries && !sha256_equal(&chain->hash, &then->hash))
        difference_report(v, "certified-chain", &(struct named_document){ .row = "" },
                          "run %jd: its first %jd entries are not those that were certified",
                          (intmax_t)then->run, (intmax_t)then->entries);
}

static void certified_length_judge(struct verifier *v, const struct earlier_chain *then,
                                   const struct chain_walk *chain)
{
    if (then && chain->count < then->entries)
        difference_report(v, "certified-chain", &(struct named_document){ .row = "" },
                          "run %jd: %jd entries were certified, %jd are there", (intmax_t)then->run,
                          (intmax_t)then->entries, (intmax_t)chain->count);
}

static bool links_read(struct verifier *v, int64_t run, struct chain_walk *chain, struct err *err)
{
    const struct earlier_chain *then = earlier_chain_meet(&v->earlier, run);
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(v->ledger, &VERIFY_AUDIT, sql_args(sql_i64(run)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        struct chain_entry e = entry_read(run, rows);

        link_judge(v, chain, &e);
        chain->seq = e.seq;
        chain->count++;
        if (e.hash.size == SHA256_SIZE)
            memcpy(chain->hash.bytes, e.hash.at, SHA256_SIZE);
        certified_link_judge(v, then, chain);
        if (!entry_pass_on(v, &e, err))
            return false;
    }
    certified_length_judge(v, then, chain);
    return step == STEP_END;
}

static bool chain_read(struct verifier *v, int64_t run, struct err *err)
{
    struct chain_walk chain = { 0 };
    char hex[SHA256_HEX_SIZE];

    if (!links_read(v, run, &chain, err))
        return false;
    if (chain.count == 0)
        difference_report(v, "audit-chain", &(struct named_document){ .row = "" },
                          "run %jd has no audit chain", (intmax_t)run);
    v->result->chains++;
    v->result->entries += (uint64_t)chain.count;
    str_printf(&v->chain_heads, "run\t%jd\t%jd\t%s\n", (intmax_t)run, (intmax_t)chain.count,
               sha256_hex(&chain.hash, hex));
    return true;
}

static bool runs_read(struct verifier *v, int64_t **runs_r, size_t *count_r, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(v->ledger, &VERIFY_RUNS, sql_args(sql_i64(v->source_number)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        *runs_r = mem_grow(*runs_r, (*count_r + 1) * sizeof **runs_r);
        (*runs_r)[(*count_r)++] = sql_get_i64(rows, 0);
    }
    return step == STEP_END;
}

bool gather_chains(struct verifier *v, struct err *err)
{
    auto_free int64_t *runs = NULL;
    size_t count = 0;
    int64_t strays;

    if (!runs_read(v, &runs, &count, err)
        || !sql_number(v->ledger, &VERIFY_AUDIT_STRAYS, SQL_NO_ARGS, 0, &strays, err))
        return false;
    if (strays > 0)
        difference_report(v, "audit-chain", &(struct named_document){ .row = "" },
                          "%jd entries belong to no run that the ledger knows", (intmax_t)strays);
    for (size_t i = 0; i < count; i++)
        if (!chain_read(v, runs[i], err))
            return false;
    earlier_chains_judge(v);
    return signoffs_judge(v, err);
}
