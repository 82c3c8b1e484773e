/*
 * A certificate holds how long each audit chain was, and the verification notes the sum. So it is
 * certain, without a look at clocks, whether anything was written since, be it while verify read.
 */
#include "report/certified.h"

#include "json/shape.h"

struct certified_note {
    struct span sha256;
    uint64_t entries; /* of all chains, as verify read them */
};

static const struct json_member shape[] = {
    JSON_SPAN(struct certified_note, sha256, "certificate_sha256"),
    JSON_MAYBE_U64(struct certified_note, entries, "audit_entries"),
    JSON_SHAPE_END,
};

/*
 * Chains from before the verification must be as it read them. Those from after it may say that a
 * run came and went, but nothing of a document.
 */
static bool still_covers(const struct tempo *tempo, int64_t verification, uint64_t entries)
{
    int64_t before = 0, since = 0;

    for (size_t i = 0; i < tempo->run_count; i++) {
        const struct tempo_run *run = &tempo->runs[i];

        before += run->run < verification ? run->entries : 0;
        since += run->run > verification ? run->about_documents : 0;
    }
    return (uint64_t)before == entries && since == 0;
}

bool certified_read(struct ledger *ledger, const struct tempo *tempo, struct certified *certified_r,
                    struct err *err)
{
    auto_verified noted = { 0 };
    auto_json *json = NULL;
    struct certified_note note = { 0 };

    *certified_r = (struct certified){ 0 };
    if (!ledger_verified_certified(ledger, &noted, err))
        return false;
    if (noted.run == 0)
        return true;
    if (!json_read(span_of(noted.found), &json, err)
        || !json_fill(json, json_root(json), shape, &note, err))
        return err_ctx(err, "what verification %jd noted in the ledger", (intmax_t)noted.run);
    *certified_r = (struct certified){ .run = noted.run, .at_us = noted.at_us };
    (void)snprintf(certified_r->sha256, sizeof certified_r->sha256, SPAN_FORMAT,
                   SPAN_ARGS(note.sha256));
    certified_r->covers_all = still_covers(tempo, noted.run, note.entries);
    return true;
}
