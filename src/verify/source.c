/*
 * Walks over the pages in the source's own order. Each page begins with the last record of the page
 * before. If it does not, somebody deleted an earlier record and everything moved forward: then the
 * walk steps back until it meets records that it has seen. So no gap can open.
 */
#include "verify/source.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "source/pager.h"
#include "verify/conditions.h"
#include "verify/container_places.h"
#include "verify/unnamed.h"

enum { STEPS_BACK_MAX = 200, READ_SIZE = 64 * 1024 };

struct source {
    const struct verify_settings *settings;
    struct source_reader *reader;
    struct container_places places;
    const struct filled_rules *filled; /* NULL: nothing is looked for */
    struct unnamed *unnamed;           /* gets the paths of files outside; or NULL */
    struct pager pager;
    uint64_t seen[PAGER_MOST]; /* the records of the page before */
    size_t seen_count;
};

void source_close(struct source *source)
{
    if (!source)
        return;
    container_places_clear(&source->places);
    source_free(source->reader);
    free(source);
}

static void auto_source_cleanup(struct source **source)
{
    source_close(*source);
}
#define auto_source __attribute__((cleanup(auto_source_cleanup))) struct source

bool source_open(const struct verify_settings *settings, const struct cancel *cancel,
                 struct source **source_r, struct err *err)
{
    auto_source *source = mem_new(struct source);

    source->settings = settings;
    source->pager = pager_of(PAGER_FIRST, PAGER_MOST);
    if (!source_new(&settings->filemaker, settings->file, cancel, &source->reader, err)
        || !container_places_read(settings, source->reader, &source->places, err))
        return err_ctx(err, "the source");
    *source_r = take(source);
    return true;
}

void source_look_for(struct source *source, const struct filled_rules *filled)
{
    source->filled = filled;
}

/* --- a record's documents ------------------------------------------------------------------- */

static struct span place_value(const struct filemaker_record *record,
                               const struct container_place *place)
{
    return filemaker_text(record, place->name);
}

static bool container_is_empty(const struct filemaker_record *record,
                               const struct container_place *place)
{
    return filemaker_content(place_value(record, place)) == FILEMAKER_EMPTY;
}

/* The container of the record's own document: of several the first that is not empty. */
static const struct container_place *own_place(const struct source *s,
                                               const struct filemaker_record *record)
{
    for (size_t i = 0; !s->settings->each_container && i < s->places.count; i++)
        if (!container_is_empty(record, &s->places.items[i]))
            return &s->places.items[i];
    return &s->places.items[0];
}

static struct span storage_of(const struct filemaker_record *record,
                              const struct container_place *place)
{
    struct span value = place_value(record, place);

    if (!filemaker_value(record, place->name))
        return span_of("no-access");
    switch (filemaker_content(value)) {
    case FILEMAKER_EMPTY:
        return span_of("empty");
    case FILEMAKER_STREAM:
        return span_of(filemaker_storage(value));
    case FILEMAKER_REFERENCE:
        return span_of("reference");
    case FILEMAKER_NO_ACCESS:
        return span_of("no-access");
    case FILEMAKER_UNKNOWN:
        return span_of("unknown");
    }
    abort();
}

/* The id in lower case; if it is not a UUID, the record id takes its place. */
static void identity_add(const struct source *s, const struct filemaker_record *record,
                         struct str *to)
{
    struct span id = span_trim(filemaker_text(record, s->settings->key_field));
    struct uuid uuid;

    if (uuid_read(id, &uuid))
        utf8_add_lower(to, id);
    else
        str_printf(to, "rec:%ju", (uintmax_t)record->record_id);
}

void source_note_paths(struct source *source, struct unnamed *unnamed)
{
    source->unnamed = unnamed;
}

static bool paths_note(const struct source *s, const struct filemaker_record *record,
                       struct err *err)
{
    for (size_t i = 0; s->unnamed && i < s->places.count; i++)
        if (s->places.items[i].path
            && !unnamed_note(s->unnamed, span_trim(filemaker_text(record, s->places.items[i].path)),
                             err))
            return false;
    return true;
}

struct walker {
    bool (*each)(void *arg, const struct source_fact *fact, struct span patient_id,
                 struct err *err);
    void *arg;
    uint64_t records;
};

static bool record_documents_visit(const struct source *s, const struct filemaker_record *record,
                                   struct walker *walker, struct err *err)
{
    auto_str identity = STR_MAX(256), patient = STR_MAX(256);
    auto_str kept = STR_MAX(MIB(64)), type = STR_MAX(MIB(64)), filled = STR_MAX(KIB(1));
    size_t most = s->settings->each_container ? s->places.count : 1;

    identity_add(s, record, &identity);
    utf8_add_kept(&kept, span_trim(filemaker_text(record, s->settings->patient_field)));
    utf8_add_lower(&patient, str_span(&kept));
    utf8_add_kept(&type, filemaker_text(record, s->settings->type_field));
    if (s->filled)
        filled_hashes_add(&filled, s->filled, record);
    for (size_t i = 0; i < most; i++) {
        const struct container_place *place = i ? &s->places.items[i] : own_place(s, record);
        struct source_fact fact = {
            .record_id = record->record_id,
            .mod_id = record->mod_id,
            .identity = str_span(&identity),
            .container = i ? span_of(place->field) : SPAN_NONE,
            .repetition = i ? place->repetition : 1,
            .mark = span_trim(filemaker_text(record, s->settings->mark_field)),
            .filled = str_span(&filled),
            .storage = storage_of(record, place),
            .type_hash = fact_type_hash(str_span(&type)),
            .has_patient_id = patient.size > 0,
        };

        if ((i == 0 || !container_is_empty(record, place))
            && !walker->each(walker->arg, &fact, str_span(&patient), err))
            return false;
    }
    return true;
}

/* --- the walk ------------------------------------------------------------------------------- */

/* How many records at the start of a page were on the one before; 0: the pages do not connect. */
static size_t known_in_front(const struct source *s, const struct filemaker_page *page)
{
    size_t known = 0;

    for (size_t i = 0; i < page->count; i++)
        for (size_t k = 0; k < s->seen_count; k++)
            if (s->seen[k] == page->records[i].record_id)
                known = i + 1;
    return known;
}

static bool page_records_visit(struct source *s, const struct filemaker_page *page, size_t skip,
                               struct walker *walker, struct err *err)
{
    for (size_t i = skip; i < page->count; i++) {
        walker->records++;
        if (!paths_note(s, &page->records[i], err))
            return false;
        if (conditions_hold(s->settings->filter, &page->records[i])
            && !record_documents_visit(s, &page->records[i], walker, err))
            return false;
    }
    s->seen_count = 0;
    for (size_t i = 0; i < page->count && i < PAGER_MOST; i++)
        s->seen[s->seen_count++] = page->records[i].record_id;
    return true;
}

static bool is_last(const struct filemaker_page *page)
{
    if (page->found == UINT64_MAX)
        return page->count < page->asked;
    return page->place + page->count > page->found;
}

/* Fails: what cannot be read cannot be verified. */
static bool not_read(const struct pager_gap *gap, struct err *err)
{
    char words[400];

    pager_gap_tell(gap, words, sizeof words);
    return err_set(err, ERR_DATA, 0, "%s", words);
}

/* How far a walk is: the last record that was read; its id is 0 after a step back. */
struct walk_standing {
    uint64_t place, id;
    int steps_back;
};

static void step_back(const struct source *s, struct walk_standing *at)
{
    at->place = at->place > s->pager.size ? at->place - s->pager.size + 1 : 0;
    at->id = 0;
    at->steps_back++;
}

/* Reads one page. `over_r`: it was the last. */
static bool page_walk(struct source *s, struct walk_standing *at, struct walker *walker,
                      bool *over_r, struct err *err)
{
    auto_page page = { 0 };
    struct pager_gap gap;
    bool is_behind;
    size_t known;

    if (!pager_read_on(&s->pager, s->reader, s->settings->layout, at->place, at->id, &page, &gap,
                       err))
        return false;
    if (gap.count)
        return not_read(&gap, err);
    is_behind = at->place > 0
                && page.place > at->place; /* the pager has checked what comes before */
    known = is_behind ? 0 : known_in_front(s, &page);
    if (s->seen_count && known == 0 && !is_behind) {
        step_back(s, at);
        return true;
    }
    *over_r = page.count == 0 || (page.count == known && page.asked > 1 && is_last(&page));
    if (*over_r)
        return true;
    if (!page_records_visit(s, &page, known, walker, err))
        return false;
    *over_r = is_last(&page);
    at->steps_back += page.place + page.count - 1 == at->place; /* no further */
    at->place = page.place + page.count - 1;
    at->id = page.records[page.count - 1].record_id;
    return true;
}

static bool walk_pages(struct source *s, struct walker *walker, struct err *err)
{
    struct walk_standing at = { 0 };
    bool over = false;

    pager_begin(&s->pager);
    while (!over && at.steps_back <= STEPS_BACK_MAX)
        if (!page_walk(s, &at, walker, &over, err))
            return false;
    return over
           || err_set(err, ERR_DATA, 0,
                      "the source's records are deleted faster than they can be read");
}

bool source_walk(struct source *source,
                 bool (*each)(void *arg, const struct source_fact *fact, struct span patient_id,
                              struct err *err),
                 void *arg, uint64_t *records_r, struct err *err)
{
    struct walker walker = { each, arg, 0 };

    source->seen_count = 0;
    if (!walk_pages(source, &walker, err))
        return err_ctx(err, "the source");
    *records_r = walker.records;
    return true;
}

/* --- one record ----------------------------------------------------------------------------- */

static bool is_missing(const struct err *err)
{
    return err->kind == ERR_REMOTE && err->reason == FILEMAKER_RECORD_MISSING;
}

bool source_record_exists(struct source *source, uint64_t record_id, bool *lives_r, struct err *err)
{
    auto_page page = { 0 };
    bool good = source_record(source->reader, source->settings->layout, record_id, &page, err);

    *lives_r = good && page.count > 0;
    return good || is_missing(err);
}

static const struct container_place *place_find(const struct source *s,
                                                const struct filemaker_record *record,
                                                struct span container, uint64_t repetition)
{
    if (container.size == 0)
        return own_place(s, record);
    for (size_t i = 1; i < s->places.count; i++)
        if (span_is(container, s->places.items[i].field)
            && s->places.items[i].repetition == repetition)
            return &s->places.items[i];
    return NULL;
}

/* `md5`: hashes as well; or NULL. */
static bool stream_hash(struct source_stream *stream, struct md5_stream *md5,
                        struct sha256 *sha256_r, uint64_t *size_r, struct err *err)
{
    auto_sha256_stream *hash = sha256_stream_new();
    auto_free char *bytes = mem_zero(READ_SIZE);
    size_t got;

    *size_r = 0;
    do {
        if (!source_stream_read(stream, bytes, READ_SIZE, &got, err))
            return false;
        sha256_stream_add(hash, (struct span){ bytes, got });
        if (md5)
            md5_stream_add(md5, (struct span){ bytes, got });
        *size_r += got;
    } while (got > 0);
    *sha256_r = sha256_stream_end(hash);
    return true;
}

/*
 * Reads the file in the backup's folder, where FileMaker says its path and its MD5. Another file than that
 * says nothing of the document.
 */
static bool outside_hash(const struct source *s, const struct filemaker_record *record,
                         const struct container_place *place, struct sha256 *sha256_r,
                         uint64_t *size_r)
{
    auto_source_stream *stream = NULL;
    uint8_t said[MD5_SIZE], is[MD5_SIZE];
    struct md5_stream *md5;
    struct err ignored;
    bool good;

    if (!s->settings->backup || !place->path || !place->md5
        || !hex_read(span_trim(filemaker_text(record, place->md5)), said, MD5_SIZE)
        || !source_backup_open(s->settings->backup, span_trim(filemaker_text(record, place->path)),
                               &stream, &ignored))
        return false;
    md5 = md5_stream_new();
    good = stream_hash(stream, md5, sha256_r, size_r, &ignored);
    md5_stream_end(md5, is);
    md5_stream_free(md5);
    return good && memcmp(is, said, MD5_SIZE) == 0;
}

/* A refusal by the server is an answer; a connection that fails is not. */
static enum source_read refused_or_failed(const struct err *err)
{
    return err->kind == ERR_REMOTE || err->kind == ERR_DATA ? SOURCE_REFUSED : SOURCE_FAILED;
}

enum source_read source_bytes(struct source *source, uint64_t record_id, struct span container,
                              uint64_t repetition, uint64_t *mod_id_r, struct sha256 *sha256_r,
                              uint64_t *size_r, struct err *err)
{
    auto_page page = { 0 };
    auto_source_stream *stream = NULL;
    const struct container_place *place;

    if (!source_record(source->reader, source->settings->layout, record_id, &page, err))
        return is_missing(err) ? SOURCE_GONE : SOURCE_FAILED;
    if (page.count == 0)
        return SOURCE_GONE;
    *mod_id_r = page.records[0].mod_id;
    place = place_find(source, &page.records[0], container, repetition);
    if (place && outside_hash(source, &page.records[0], place, sha256_r, size_r))
        return SOURCE_READ;
    if (!place || filemaker_content(place_value(&page.records[0], place)) != FILEMAKER_STREAM)
        return SOURCE_NO_STREAM;
    if (!source_stream_open(source->reader, place_value(&page.records[0], place), &stream, err)
        || !stream_hash(stream, NULL, sha256_r, size_r, err))
        return refused_or_failed(err);
    return SOURCE_READ;
}
