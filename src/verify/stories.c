/*
 * The audit chains: proven link by link, and then held against the ledger, document by document.
 * What the ledger says of a document must be how its story ended.
 */
#include "verify/inside.h"

#include "base/mem.h"
#include "verify/pack.h"

/* --- chains --------------------------------------------------------------------------------- */

/* An entry as it stands in the table. Borrowed from the row. */
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
    pack_u8(&to, FACT_VERSION); /* behind the ledger's word */
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

    if (e->document == 0
        && !finding_collect(v, e->run, e->seq, e->at_us, e->before, e->after, e->evidence,
                            &is_finding, err))
        return false;
    return is_finding || story_add(v, e, err);
}

/* Where a chain stands: the last entry that was there, and its hash as the table has it. */
struct chain_walk {
    int64_t seq, count;
    struct sha256 hash;
};

/*
 * Each entry is held against the hash that the one before has in the table, so that every entry
 * that was altered is named, not only the first.
 */
static void link_judge(struct verifier *v, const struct chain_walk *chain,
                       const struct chain_entry *e)
{
    struct sha256 hash = entry_hash(e, &chain->hash);
    struct named_document who = { .row = "" };

    if (e->seq != chain->seq + 1)
        difference_report(v, "audit-chain", &who, "run %jd: entries %jd to %jd are not there",
                          (intmax_t)e->run, (intmax_t)chain->seq + 1, (intmax_t)e->seq - 1);
    else if (e->hash.size != SHA256_SIZE || memcmp(e->hash.at, hash.bytes, SHA256_SIZE) != 0)
        difference_report(v, "audit-chain", &who,
                          "run %jd: entry %jd does not follow from the one before",
                          (intmax_t)e->run, (intmax_t)e->seq);
}

static bool links_read(struct verifier *v, int64_t run, struct chain_walk *chain, struct err *err)
{
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
        if (!entry_pass_on(v, &e, err))
            return false;
    }
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

bool story_read_chains(struct verifier *v, struct err *err)
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
    return true;
}

/* --- stories -------------------------------------------------------------------------------- */

/* How a document's story ended, as its entries tell it. */
struct story {
    bool has_ledger, has_entries;
    struct ledger_fact ledger;
    struct str after, evidence, stored; /* of the last entry; the last time it was stored */
    struct str imprint;                 /* then, or empty                                 */
    struct str ledger_text;
};

static void span_keep(struct str *to, struct span text)
{
    str_reset(to);
    str_add_span(to, text);
}

static struct named_document story_named(const struct story *s)
{
    return (struct named_document){ .record_id = s->ledger.record_id,
                                    .identity = s->ledger.identity,
                                    .key = s->ledger.key,
                                    .row = "" };
}

/* As the ledger would tell of the version that it says is stored. */
static bool version_agrees(const struct story *s)
{
    auto_str told = STR_MAX(KIB(8));

    str_add_span(&told, s->ledger.key);
    str_printf(&told, " %ju bytes sha256 ", (uintmax_t)s->ledger.size_bytes);
    hex_add(&told, s->ledger.sha256.at, s->ledger.sha256.size);
    str_printf(&told, " modId %ju", (uintmax_t)s->ledger.version_mod_id);
    return span_equal(str_span(&told), str_span(&s->stored))
           && span_equal(s->ledger.imprint, str_span(&s->imprint));
}

static bool finish_agrees(const struct story *s)
{
    char told[64];

    (void)snprintf(told, sizeof told, "marked, modId %ju", (uintmax_t)s->ledger.mod_id);
    return !span_starts(str_span(&s->evidence), "marked, modId ")
           || span_is(str_span(&s->evidence), told);
}

static void state_report(struct verifier *v, const struct story *s)
{
    struct named_document who = story_named(s);
    struct span state = s->ledger.state, after = str_span(&s->after);

    if (!s->has_entries) {
        if (!span_is(state, "waiting"))
            difference_report(v, "audit-state", &who,
                              "the ledger says '" SPAN_FORMAT "', and no entry tells "
                              "how it came to that",
                              SPAN_ARGS(state));
        return;
    }
    if (!span_equal(state, after))
        difference_report(v, "audit-state", &who,
                          "the ledger says '" SPAN_FORMAT
                          "', the audit chain ends with '" SPAN_FORMAT "'",
                          SPAN_ARGS(state), SPAN_ARGS(after));
    else if (span_is(state, "failed") && !span_equal(s->ledger.class, str_span(&s->evidence)))
        difference_report(v, "audit-state", &who,
                          "the ledger says '" SPAN_FORMAT "', the audit chain '" SPAN_FORMAT "'",
                          SPAN_ARGS(s->ledger.class), SPAN_ARGS(str_span(&s->evidence)));
    else if (span_is(state, "done") && !finish_agrees(s))
        difference_report(v, "audit-state", &who,
                          "the ledger says modId %ju, the audit chain '" SPAN_FORMAT "'",
                          (uintmax_t)s->ledger.mod_id, SPAN_ARGS(str_span(&s->evidence)));
}

static void story_judge(struct verifier *v, const struct story *s)
{
    struct named_document who = story_named(s);

    if (!s->has_ledger) {
        difference_report(v, "audit-document", &who,
                          "the audit chain tells of a document that the ledger has "
                          "not: '" SPAN_FORMAT "'",
                          SPAN_ARGS(str_span(&s->stored)));
        return;
    }
    state_report(v, s);
    if ((span_is(s->ledger.state, "stored") || span_is(s->ledger.state, "done"))
        && !version_agrees(s))
        difference_report(
            v, "audit-version", &who,
            "what the ledger says is stored is not what the audit chain says: '" SPAN_FORMAT "'",
            SPAN_ARGS(str_span(&s->stored)));
}

static void ledger_collect(struct story *s, struct span entry)
{
    span_keep(&s->ledger_text, entry);
    ledger_fact_unpack(str_span(&s->ledger_text), &s->ledger);
    s->has_ledger = true;
}

/* "KEY 12 bytes sha256 HASH modId 3; etag MD5; linked to ...": what follows on the hash may be
 * absent. */
static void stored_collect(struct story *s, struct span evidence)
{
    struct span imprint;

    span_keep(&s->stored, span_cut(&evidence, ';'));
    imprint = span_trim(span_cut(&evidence, ';'));
    span_keep(&s->imprint, span_starts(imprint, "etag ") || span_starts(imprint, "parts ")
                               ? imprint
                               : SPAN_NONE);
}

static void entry_collect(struct story *s, struct span entry)
{
    struct span after;

    (void)unpack_bytes(&entry, 4 * sizeof(uint64_t)); /* what they are sorted by */
    after = unpack_text(&entry);
    entry = unpack_text(&entry);
    s->has_entries = true;
    span_keep(&s->after, after);
    span_keep(&s->evidence, entry);
    /*
     * Claimed anew to be marked, it says "stored" again, without evidence; given to another patient
     * it says "done" again, and where it lies now.
     */
    if ((span_is(after, "stored") || span_is(after, "done"))
        && span_find(entry, " bytes sha256 ") < entry.size)
        stored_collect(s, entry);
}

static void story_reset(struct story *s)
{
    s->has_ledger = s->has_entries = false;
    s->ledger = (struct ledger_fact){ 0 };
    str_reset(&s->after);
    str_reset(&s->evidence);
    str_reset(&s->stored);
    str_reset(&s->imprint);
}

static void story_clear(struct story *s)
{
    str_clear(&s->after);
    str_clear(&s->evidence);
    str_clear(&s->stored);
    str_clear(&s->imprint);
    str_clear(&s->ledger_text);
}

/* A story may have any number of entries, so they are heard one by one, as they come in order. */
bool judge_stories(struct verifier *v, struct err *err)
{
    __attribute__((cleanup(story_clear))) struct story story = { .after = STR_MAX(ENTRY_MAX),
                                                                 .evidence = STR_MAX(ENTRY_MAX),
                                                                 .stored = STR_MAX(ENTRY_MAX),
                                                                 .imprint = STR_MAX(ENTRY_MAX),
                                                                 .ledger_text =
                                                                     STR_MAX(ENTRY_MAX) };
    uint64_t document = 0;
    struct span entry;
    enum step step;

    if (!sorter_end(v->stories, err))
        return false;
    while ((step = sorter_next(v->stories, &entry, err)) == STEP_ROW) {
        uint64_t next = unpack_u64(&entry);

        if (next != document) {
            if (document)
                story_judge(v, &story);
            story_reset(&story);
            document = next;
        }
        if (unpack_u8(&entry) == FACT_LEDGER)
            ledger_collect(&story, entry);
        else
            entry_collect(&story, entry);
    }
    if (document)
        story_judge(v, &story);
    return step == STEP_END;
}
