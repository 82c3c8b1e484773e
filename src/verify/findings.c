/* Takes findings from the chains to where they are judged, and keeps new ones for the ledger. */
#include "verify/findings.h"

#include "base/num.h"
#include "base/time.h"
#include "verify/inside.h"
#include "verify/pack.h"

#include <assert.h>

enum { KIND_MAX = 64 };

void open_fact_unpack(struct span from, struct open_fact *fact)
{
    fact->at_us = (int64_t)unpack_u64(&from);
    fact->run = (int64_t)unpack_u64(&from);
    fact->record_id = unpack_u64(&from);
    fact->kind = from;
}

/* Reads "object-hash record 12". A ledger is foreign: a malformed number counts as 0. */
static void evidence_read(struct span evidence, struct span *kind_r, uint64_t *record_id_r)
{
    struct span rest = evidence;
    struct err ignored;

    *kind_r = span_first(span_cut(&rest, ' '), KIND_MAX);
    (void)span_cut(&rest, ' ');
    *record_id_r = 0;
    (void)!num_u64(rest, 0, INT64_MAX, record_id_r, &ignored);
}

bool finding_collect(struct verifier *v, int64_t run, int64_t seq, int64_t at_us, struct span place,
                     struct span after, struct span evidence, bool *is_r, struct err *err)
{
    auto_str entry = STR_MAX(ENTRY_MAX);
    bool is_open = span_is(after, "differs");
    uint64_t record_id;
    struct span kind;

    *is_r = is_open || span_is(after, "agrees");
    if (!*is_r)
        return true;
    place = span_first(place, strnlen(place.at, place.size)); /* foreign text */
    evidence_read(evidence, &kind, &record_id);
    pack_name(&entry, place);
    pack_u64(&entry, (uint64_t)run);
    pack_u64(&entry, (uint64_t)seq);
    pack_u8(&entry, is_open);
    pack_u64(&entry, (uint64_t)at_us);
    pack_u64(&entry, (uint64_t)run);
    pack_u64(&entry, record_id);
    str_add_span(&entry, kind);
    return str_fits(&entry, "a difference that was found before", err)
           && sorter_add(v->earlier_findings, str_span(&entry), err);
}

/* --- what is open --------------------------------------------------------------------------- */

/* The last finding about a place. */
struct last_word {
    struct str place, fact;
    bool is_open;
};

static void last_word_clear(struct last_word *last)
{
    str_clear(&last->place);
    str_clear(&last->fact);
}

static bool last_word_send(struct verifier *v, const struct last_word *last, struct err *err)
{
    auto_str entry = STR_MAX(ENTRY_MAX);
    struct sorter *to = v->keys;
    struct open_fact fact;
    struct uuid row;

    if (!last->is_open)
        return true;
    open_fact_unpack(str_span(&last->fact), &fact);
    if (span_starts(fact.kind, "source-") && uuid_read(str_span(&last->place), &row)) {
        to = v->documents;
        pack_bytes(&entry, row.bytes, sizeof row.bytes);
    } else {
        pack_name(&entry, str_span(&last->place));
    }
    pack_u8(&entry, FACT_OPEN);
    str_add_span(&entry, str_span(&last->fact));
    return str_fits(&entry, "a difference that was found before", err)
           && sorter_add(to, str_span(&entry), err);
}

bool findings_send(struct verifier *v, struct err *err)
{
    __attribute__((cleanup(last_word_clear))) struct last_word last = {
        .place = STR_MAX(ENTRY_MAX), .fact = STR_MAX(ENTRY_MAX)
    };
    struct span entry;
    enum step step;

    if (!sorter_end(v->earlier_findings, err))
        return false;
    while ((step = sorter_next(v->earlier_findings, &entry, err)) == STEP_ROW) {
        struct span place = unpack_name(&entry);

        if (!span_equal(place, str_span(&last.place)) && !last_word_send(v, &last, err))
            return false;
        str_reset(&last.place);
        str_add_span(&last.place, place);
        (void)unpack_bytes(&entry, 2 * sizeof(uint64_t)); /* what they are sorted by */
        last.is_open = unpack_u8(&entry);
        str_reset(&last.fact);
        str_add_span(&last.fact, entry);
    }
    return step == STEP_END && last_word_send(v, &last, err);
}

/* --- new findings --------------------------------------------------------------------------- */

static bool finding_add(struct verifier *v, bool is_open, struct span kind, struct span place,
                        uint64_t record_id, struct err *err)
{
    auto_str entry = STR_MAX(ENTRY_MAX);

    pack_name(&entry, place);
    pack_u8(&entry, is_open);
    pack_u64(&entry, record_id);
    str_add_span(&entry, kind);
    return str_fits(&entry, "a difference", err) && sorter_add(v->findings, str_span(&entry), err);
}

bool finding_open(struct verifier *v, const char *kind, struct span place, uint64_t record_id,
                  struct err *err)
{
    return finding_add(v, true, span_of(kind), place, record_id, err);
}

bool finding_close(struct verifier *v, const struct open_fact *open, struct span place,
                   struct err *err)
{
    v->result->settled++;
    return finding_add(v, false, open->kind, place, open->record_id, err);
}

/* Kinds are constants, so the word from the ledger is looked up among them. */
static const char *kind_of(struct span word)
{
    static const char *const kinds[] = { "object-missing", "object-size", "object-hash",
                                         "source-bytes", "source-unreadable" };

    for (size_t i = 0; i < lengthof(kinds); i++)
        if (span_is(word, kinds[i]))
            return kinds[i];
    return "object-hash";
}

void finding_still_open(struct verifier *v, const struct open_fact *open,
                        const struct named_document *named)
{
    char at[TIME_TEXT_SIZE];

    difference_report(
        v, kind_of(open->kind), named,
        "found on %s by verification %jd, and what it is about could not be read again since",
        time_rfc3339(open->at_us, at), (intmax_t)open->run);
}

bool verify_has_findings(const struct verify_result *result)
{
    return result->findings && sorter_count(result->findings) > 0;
}

bool verify_findings_next(struct verify_result *result, struct verify_finding *finding_r,
                          bool *is_r, struct err *err)
{
    struct span entry;
    enum step step;

    *is_r = false;
    if (!result->findings || (!result->findings_ended && !sorter_end(result->findings, err)))
        return !result->findings;
    result->findings_ended = true;
    step = sorter_next(result->findings, &entry, err);
    if (step == STEP_ROW) {
        *is_r = true;
        finding_r->place = unpack_name(&entry);
        finding_r->is_open = unpack_u8(&entry);
        finding_r->record_id = unpack_u64(&entry);
        finding_r->kind = entry;
    }
    return step != STEP_ERROR;
}

void verify_result_clear(struct verify_result *result)
{
    sorter_free(result->findings);
    sorter_free(result->looked);
    result->findings = result->looked = NULL;
}
