/* What is believed of a record was read just now; what is written names its modification id. */
#include "run/undo_record.h"

#include "base/failpoint.h"
#include "base/mem.h"

enum { EMPTY_TRIES = 3, READ_SIZE = 64 * 1024 };

static void undo_page_clear(struct undo_record *r)
{
    undo_filled_clear(&r->filled);
    facts_clear(&r->facts);
    filemaker_page_clear(&r->page);
    r->record = NULL;
}

void undo_record_clear(struct undo_record *record)
{
    undo_page_clear(record);
}

/* --- the mark --------------------------------------------------------------------------------- */

static enum undo_mark undo_mark_of(const struct undo_record *r)
{
    if (!*r->settings->fields.mark || span_trim(r->facts.mark).size == 0)
        return UNDO_MARK_NONE;
    for (size_t i = 0; i < r->candidate->mark_count; i++)
        if (dates_stamp_equal(r->facts.mark, span_of(r->candidate->marks[i])))
            return UNDO_MARK_OURS;
    return UNDO_MARK_OTHER;
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool is_this_document(const struct undo_record *r)
{
    return span_is(str_span(&r->facts.identity), r->candidate->undo.claim.identity);
}

bool undo_record_read(struct undo_record *r, struct err *err)
{
    const struct ledger_claim *claim = &r->candidate->undo.claim;
    const struct source_fields *fields = &r->settings->fields;
    size_t which = containers_find(fields->containers, claim->container, claim->repetition);
    bool by_record = span_starts(span_of(claim->identity), "rec:");

    undo_page_clear(r);
    r->mark = UNDO_MARK_NONE;
    if (which == fields->containers->count)
        return true; /* its container is not configured any more */
    if (!source_record(r->reader, fields->layout, claim->record_id, &r->page, err))
        return err->kind == ERR_REMOTE && err->reason == FILEMAKER_RECORD_MISSING;
    if (r->page.count == 0)
        return true;
    facts_read(fields, &r->page.records[0], by_record, which, &r->facts);
    if (is_this_document(r)) {
        r->record = &r->page.records[0];
        r->mark = undo_mark_of(r);
        undo_filled_judge(r->kept, r->candidate, r->record, &r->filled);
    }
    return true;
}

/* --- the file --------------------------------------------------------------------------------- */

/* A refusal by the server is an answer: it does not give the file. A connection that fails is none. */
static bool is_answer(const struct err *err)
{
    return err->kind == ERR_REMOTE || err->kind == ERR_DATA;
}

static bool stream_read_whole(struct source_stream *stream, struct sha256 *sha256_r,
                              struct err *err)
{
    auto_sha256_stream *hash = sha256_stream_new();
    auto_free char *bytes = mem_zero(READ_SIZE);
    size_t got;

    do {
        if (!source_stream_read(stream, bytes, READ_SIZE, &got, err))
            return false;
        sha256_stream_add(hash, (struct span){ bytes, got });
    } while (got > 0);
    *sha256_r = sha256_stream_end(hash);
    return true;
}

static bool undo_file_read(struct undo_record *r, struct err *err)
{
    auto_source_stream *stream = NULL;

    r->bytes_were_read = true;
    r->has_sha256 = source_stream_open(r->reader, r->facts.value, &stream, err)
                    && stream_read_whole(stream, &r->sha256, err);
    return r->has_sha256 || is_answer(err);
}

/*
 * Nobody but us has changed the record since the version's bytes were read: then its modification id is
 * the one of then, the next one if our mark stands there, or the one after it if we have emptied that
 * just now. A file on this machine has no such sign.
 */
static bool is_untouched(const struct undo_record *r, const struct ledger_version *version)
{
    uint64_t ours = r->was_emptied ? 2 : r->mark == UNDO_MARK_OURS;

    return !source_is_file(r->reader) && version->number == r->candidate->undo.claim.version
           && r->record->mod_id == version->mod_id + ours;
}

bool undo_record_has(struct undo_record *r, const struct ledger_version *version, bool *has_r,
                     struct err *err)
{
    *has_r = false;
    if (!r->record || !version->has_sha256 || r->facts.content != FILEMAKER_STREAM)
        return true; /* a file that FileMaker only points to may be gone tomorrow */
    if (is_untouched(r, version))
        return *has_r = true;
    if (!r->bytes_were_read && !undo_file_read(r, err))
        return false;
    *has_r = r->has_sha256 && sha256_equal(&r->sha256, &version->sha256);
    return true;
}

/* --- emptying --------------------------------------------------------------------------------- */

/* Whatever is answered, the reading that follows tells what came of it. */
static bool is_looked_into(const struct err *err)
{
    return err->kind == ERR_UNSURE || (err->kind == ERR_REMOTE && err->reason == FILEMAKER_MOD_ID);
}

static bool has_ours(const struct undo_record *r)
{
    return r->record && (r->mark == UNDO_MARK_OURS || r->filled.ours_count > 0);
}

/* One write for all that is ours, so that a mark never stands there without its fields, or they without it. */
static bool ours_write_empty(struct undo_record *r, struct err *err)
{
    const struct source_fields *fields = &r->settings->fields;
    auto_free struct filemaker_entry *entries =
        mem_zero((1 + r->filled.ours_count) * sizeof *entries);
    struct filemaker_write write = { fields->layout, r->record->record_id, r->record->mod_id,
                                     entries, 0 };
    uint64_t mod_id;

    if (r->mark == UNDO_MARK_OURS)
        entries[write.count++] = (struct filemaker_entry){ fields->mark, span_of("") };
    for (size_t i = 0; i < r->filled.ours_count; i++)
        entries[write.count++] = (struct filemaker_entry){ r->filled.ours[i], span_of("") };
    return source_set(r->reader, &write, &mod_id, err) || is_looked_into(err);
}

static bool ours_empty_once(struct undo_record *r, struct err *err)
{
    bool had_mark = r->mark == UNDO_MARK_OURS;
    uint64_t before = r->record->mod_id;

    if (!ours_write_empty(r, err))
        return false;
    FAILPOINT("undo.mark-emptied");
    if (!undo_record_read(r, err))
        return false;
    r->was_emptied = had_mark && r->mark == UNDO_MARK_NONE && r->record
                     && r->record->mod_id == before + 1;
    r->bytes_were_read &= r->was_emptied; /* else somebody else was there, too */
    return true;
}

bool undo_record_empty(struct undo_record *r, bool *emptied_r, struct err *err)
{
    for (int tries = 0; has_ours(r); tries++) {
        if (tries == EMPTY_TRIES)
            return err_set(
                err, ERR_REMOTE, 0,
                "FileMaker took the empty mark %d times, and the mark stands there still",
                EMPTY_TRIES);
        if (!ours_empty_once(r, err))
            return false;
    }
    *emptied_r = r->record && r->mark == UNDO_MARK_NONE;
    return true;
}
