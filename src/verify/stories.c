/*
 * A document's story is what the audit entries tell of it, in order. What the ledger says of the
 * document must be how the story ended.
 */
#include "verify/inside.h"

#include "verify/pack.h"

/* A document, and how its story ended. */
struct story {
    bool has_ledger, has_entries;
    struct ledger_fact ledger;
    struct str after, evidence, stored; /* of the last entry; of the last that stored it */
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
    return (struct named_document){ .document = s->ledger.document,
                                    .record_id = s->ledger.record_id,
                                    .identity = s->ledger.identity,
                                    .key = s->ledger.key,
                                    .row = "" };
}

/* The audit chain names a key by the first bytes of its SHA-256. */
enum { KEY_DIGEST_SIZE = 16 };

/*
 * Whether the ledger's version is the one that the audit chain says was stored.
 *   names_key   as chains did before the sixth step of the ledger's schema: by the key itself
 */
static bool version_is_told(const struct story *s, bool names_key)
{
    auto_str told = STR_MAX(KIB(8));
    struct sha256 key = sha256_of(s->ledger.key);

    if (names_key)
        str_add_span(&told, s->ledger.key);
    else
        hex_add(&told, key.bytes, KEY_DIGEST_SIZE);
    str_printf(&told, " %ju bytes sha256 ", (uintmax_t)s->ledger.size_bytes);
    hex_add(&told, s->ledger.sha256.at, s->ledger.sha256.size);
    str_printf(&told, " modId %ju", (uintmax_t)s->ledger.version_mod_id);
    return span_equal(str_span(&told), str_span(&s->stored))
           && span_equal(s->ledger.imprint, str_span(&s->imprint));
}

static bool version_agrees(const struct story *s)
{
    return version_is_told(s, false) || version_is_told(s, true);
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
    if (ledger_fact_is_stored(&s->ledger) && !version_agrees(s))
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

/* A story may have any number of entries, so they are read one by one, in order. */
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

    meter_begin(v->settings->meter, "comparing histories", NULL, METER_UNKNOWN);
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
