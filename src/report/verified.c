/* The ledger keeps the last line that 'fmferry verify --json' prints; this reads and words it. */
#include "report/verified.h"

#include "report/words.h"
#include "json/shape.h"

/* The members that are read; texts point into the line. */
struct verified_fields {
    struct verified verified;
    struct span sample, certificate;
    const struct json_value *compared;
};

static const struct json_member how_shape[] = {
    JSON_U64(struct verified, by_bytes, "bytes"),
    JSON_U64(struct verified, by_checksum, "checksum"),
    JSON_U64(struct verified, by_etag, "etag"),
    JSON_U64(struct verified, not_compared, "not_compared"),
    JSON_SHAPE_END,
};

static const struct json_member shape[] = {
    JSON_FLAG(struct verified_fields, verified.deep, "deep"),
    JSON_MAYBE_FLAG(struct verified_fields, verified.without_source, "without_source"),
    JSON_MAYBE_SPAN(struct verified_fields, sample, "sample"),
    JSON_U64(struct verified_fields, verified.records, "records"),
    JSON_U64(struct verified_fields, verified.rows, "rows"),
    JSON_U64(struct verified_fields, verified.objects, "objects"),
    JSON_U64(struct verified_fields, verified.hashed, "hashed"),
    JSON_MAYBE_INSIDE(struct verified_fields, compared, "compared"),
    JSON_MAYBE_U64(struct verified_fields, verified.unnamed, "outside_unnamed"),
    JSON_U64(struct verified_fields, verified.source_read, "source_read"),
    JSON_U64(struct verified_fields, verified.differences, "differences"),
    JSON_MAYBE_SPAN(struct verified_fields, certificate, "certificate_sha256"),
    JSON_SHAPE_END,
};

/* Reads the line; the note itself says which run wrote it and when. */
static bool verified_fields_read(const struct ledger_verified *noted, struct verified *verified_r,
                                 struct err *err)
{
    struct verified_fields fields = { .verified = { .run = noted->run, .at_us = noted->at_us } };
    struct verified *v = &fields.verified;
    auto_json *json = NULL;

    if (!json_read(span_of(noted->found), &json, err)
        || !json_fill(json, json_root(json), shape, &fields, err)
        || (fields.compared && !json_fill(json, fields.compared, how_shape, v, err)))
        return err_ctx(err, "what verification %jd noted in the ledger", (intmax_t)noted->run);
    v->has_how = fields.compared != NULL;
    (void)snprintf(v->version, sizeof v->version, "%s", noted->version);
    (void)snprintf(v->sample, sizeof v->sample, SPAN_FORMAT, SPAN_ARGS(fields.sample));
    (void)snprintf(v->certificate, sizeof v->certificate, SPAN_FORMAT,
                   SPAN_ARGS(fields.certificate));
    *verified_r = *v;
    return true;
}

static bool open_read(struct ledger *ledger, struct verified *verified, struct err *err)
{
    struct ledger_open_findings open;

    if (!ledger_verified_open_findings(ledger, &open, err))
        return false;
    verified->open = open.count;
    verified->open_since_us = open.since_us;
    return true;
}

/* Whether a run moved documents after a moment; it may have begun earlier and be under way. */
static bool run_moved_since(struct ledger *ledger, const struct ledger_run *run, int64_t at_us,
                            bool *moved, struct err *err)
{
    int64_t last_us;

    if (run->progress.processed == 0 || (run->ended_us && run->ended_us < at_us))
        return true;
    if (!ledger_last_entry(ledger, run->run, &last_us, err))
        return false;
    *moved = *moved || last_us > at_us;
    return true;
}

bool verified_moved_since(struct ledger *ledger, const struct ledger_run *runs, size_t run_count,
                          int64_t at_us, bool *moved_r, struct err *err)
{
    *moved_r = false;
    for (size_t i = 0; i < run_count; i++)
        if (!run_moved_since(ledger, &runs[i], at_us, moved_r, err))
            return false;
    return true;
}

bool verified_read(struct ledger *ledger, const struct ledger_run *runs, size_t run_count,
                   struct verified *verified_r, struct err *err)
{
    auto_verified noted = { 0 };

    *verified_r = (struct verified){ 0 };
    if (!ledger_verified_last(ledger, &noted, err))
        return false;
    if (noted.run == 0)
        return open_read(ledger, verified_r, err);
    return verified_fields_read(&noted, verified_r, err) && open_read(ledger, verified_r, err)
           && verified_moved_since(ledger, runs, run_count, noted.at_us, &verified_r->is_outdated,
                                   err);
}

/* --- in words ------------------------------------------------------------------------------- */

enum verified_word verified_word(const struct verified *v)
{
    if (v->open > 0 || (v->run != 0 && v->differences > 0))
        return VERIFIED_DIFFERS;
    if (v->run == 0)
        return VERIFIED_NEVER;
    if (v->not_compared > 0 || !v->has_how || v->without_source)
        return VERIFIED_PARTLY;
    return v->is_outdated ? VERIFIED_OUTDATED : VERIFIED_GOOD;
}

const char *verified_label(const struct verified *v)
{
    static const char *const labels[] = {
        "a separate reader agrees",          "a separate reader agrees",
        "a separate reader agrees",          "a separate reader found differences",
        "a separate reader compared a part",
    };

    return labels[verified_word(v)];
}

static void differences_add(struct str *to, uint64_t n)
{
    if (n == 0)
        str_add_text(to, "no difference");
    else
        words_count(to, (int64_t)n, "difference", "differences");
}

static void open_add(struct str *to, const struct verified *v)
{
    words_count(to, v->open, "difference", "differences");
    str_add_text(to, " open since ");
    words_stamp(to, v->open_since_us);
}

/* By what means files were compared, the surest first. */
static void how_add(struct str *to, const struct verified *v)
{
    const struct {
        uint64_t count;
        const char *words;
    } hows[] = {
        { v->by_bytes, " by their bytes" },
        { v->by_checksum, " by the server’s checksum" },
        { v->by_etag, " by their ETag" },
        { v->not_compared, " not compared" },
    };
    size_t before = to->size;

    for (size_t i = 0; i < lengthof(hows); i++) {
        if (hows[i].count == 0)
            continue;
        str_add_text(to, to->size > before ? ", " : "");
        words_number_and(to, (int64_t)hows[i].count, hows[i].words);
    }
    if (!v->has_how)
        str_add_text(to, "an older program did not say how");
    else if (to->size == before)
        str_add_text(to, "none");
}

void verified_figure(const struct verified *v, struct str *to)
{
    if (v->open > 0) {
        open_add(to, v);
        str_add_text(to, "; ");
    }
    if (v->run == 0) {
        str_add_text(to, v->open > 0 ? "'fmferry verify' names them and reads them again"
                                     : "never; 'fmferry verify' does it");
        return;
    }
    words_stamp(to, v->at_us);
    str_add_text(to, ": ");
    differences_add(to, v->differences);
    str_add_text(to, ", ");
    if (v->without_source)
        words_number_and(to, (int64_t)v->rows, " rows; FileMaker was not read");
    else
        words_number_and(to, (int64_t)v->records, " records");
    if (verified_word(v) != VERIFIED_GOOD && (v->not_compared > 0 || !v->has_how)) {
        str_add_text(to, "; files: ");
        how_add(to, v);
    }
    if (v->is_outdated)
        str_add_text(to, "; a run moved documents since");
}

void verified_sentence(const struct verified *v, struct str *to)
{
    if (v->open > 0) {
        str_add_text(to, "There are ");
        open_add(to, v);
        str_add_text(to, ", until those very files are read again and agree. ");
    }
    if (v->run == 0) {
        str_add_text(to, v->open > 0 ? "It never came to its end." : "That was never done.");
        return;
    }
    str_add_text(to, "Last done on ");
    words_moment(to, v->at_us);
    str_add_text(to, ": ");
    if (v->without_source)
        str_add_text(to, "FileMaker was not read, ");
    else
        words_number_and(to, (int64_t)v->records, " records, ");
    words_number_and(to, (int64_t)v->rows, " rows and ");
    words_number_and(to, (int64_t)v->objects, " files compared (");
    how_add(to, v);
    str_add_text(to, "; ");
    words_number_and(to, (int64_t)v->source_read, " read again from FileMaker), ");
    differences_add(to, v->differences);
    str_add_text(to, " found.");
    if (v->unnamed) {
        str_add_text(to, " No record names ");
        words_count(to, (int64_t)v->unnamed, "file", "files");
        str_add_text(to, " in the backup’s folder.");
    }
}
