/* Bytes through one buffer. A large document passes through the same 8 MiB again and again. */
#include "transfer/download.h"

#include "base/failpoint.h"
#include "base/mem.h"
#include "document/disposition.h"
#include "document/error_page.h"
#include "engine/writes.h"

enum { BUFFER_LEAST = 4096, SENT_NAME_MAX = 4096 };

void download_clear(struct download *cargo)
{
    content_source_free(take(cargo->source));
    if (cargo->bytes)
        buffers_return(cargo->engine->buffers, take(cargo->bytes), cargo->room);
    free(take(cargo->disposition));
}

/* One byte more than announced, so that the end is seen without another look. */
static size_t buffer_room(int64_t announced)
{
    if (announced < 0 || announced >= STORE_SMALL_MAX)
        return STORE_SMALL_MAX;
    return announced + 1 > BUFFER_LEAST ? (size_t)announced + 1 : BUFFER_LEAST;
}

/* Reads until the buffer is full or the stream has ended. */
static bool buffer_fill(struct download *cargo, uint64_t before, struct failure *trouble)
{
    size_t got = 1;

    while (cargo->used < cargo->room && got > 0) {
        if (!content_source_read(cargo->source, cargo->bytes + cargo->used,
                                 cargo->room - cargo->used, before + cargo->used, &got, trouble))
            return false;
        cargo->used += got;
    }
    cargo->is_complete = got == 0;
    return true;
}

/* --- what is no file ------------------------------------------------------------------------ */

/* Remembers what came, and says what is known of it. Hashed: it is small, or nothing. */
static bool refused_remember(struct download *cargo, const struct ledger_claim *claim,
                             enum failure_kind failure, struct ledger_refused *seen_r,
                             struct failure *trouble)
{
    struct sha256 sha256 = sha256_of((struct span){ cargo->bytes, cargo->used });
    struct err err = { 0 };

    if (!write_refused(cargo->engine->writer, claim, failure, &sha256, cargo->used, seen_r, &err))
        return failure_of_writer(trouble, "fetch", &err);
    cargo->is_accepted = seen_r->accepted;
    return true;
}

static bool zero_bytes_check(struct download *cargo, const struct ledger_claim *claim,
                             struct failure *trouble)
{
    struct ledger_refused seen;

    if (!refused_remember(cargo, claim, FAILURE_CONTAINER_ZERO, &seen, trouble))
        return false;
    return seen.accepted
           || failure_say(trouble, FAILURE_CONTAINER_ZERO, "fetch",
                          "the stream ended well, without a single byte");
}

static bool refuse_page(struct failure *trouble, const struct download *cargo, const char *words)
{
    (void)failure_say(trouble, FAILURE_CONTAINER_NOT_A_FILE, "fetch",
                      "the stream answered with HTTP status 200 and a page of %zu bytes instead "
                      "of the file: %s",
                      cargo->used, words);
    trouble->bytes = (int64_t)cargo->used;
    return false;
}

static bool refuse_page_of_others(struct failure *trouble, const struct download *cargo,
                                  int64_t record)
{
    char words[80];

    (void)snprintf(words, sizeof words, "the very same page came for record %jd", (intmax_t)record);
    return refuse_page(trouble, cargo, words);
}

/*
 * An error page takes two signs. What only looks like one is read a second time, at a later try:
 * the same bytes again, and for no other record, are the file.
 */
static bool page_check(struct download *cargo, const struct ledger_claim *claim,
                       enum error_page_sign look, struct failure *trouble)
{
    struct ledger_refused seen;

    if (!refused_remember(cargo, claim, FAILURE_CONTAINER_NOT_A_FILE, &seen, trouble))
        return false;
    if (seen.accepted)
        return true;
    if (look == ERROR_PAGE_SURE)
        return refuse_page(trouble, cargo, "its name or its own words say so");
    if (seen.elsewhere)
        return refuse_page_of_others(trouble, cargo, seen.elsewhere);
    return seen.readings > 0
           || refuse_page(trouble, cargo, "or it is the file: then it reads the same another time");
}

/*
 * What the URL calls the file, or a field, or the stream: the first that says something.
 *   name   room for the stream's word
 */
static struct span download_extension(const struct download *cargo,
                                      const struct source_facts *facts, struct str *name)
{
    struct span by_url = filemaker_extension(facts->value), by_field = span_extension(facts->name);

    if (by_url.size && !span_is_nocase(by_url, "bin"))
        return by_url;
    if (by_field.size)
        return by_field;
    disposition_name(cargo->disposition, name);
    return span_extension(str_span(name));
}

static bool download_inspect(struct download *cargo, const struct ledger_claim *claim,
                             const struct source_facts *facts, struct failure *trouble)
{
    struct span bytes = { cargo->bytes, cargo->used };
    auto_str name = STR_MAX(SENT_NAME_MAX);
    struct span ext = download_extension(cargo, facts, &name);
    enum error_page_sign look = cargo->is_complete ? error_page_judge(bytes, ext) : ERROR_PAGE_NONE;

    if (cargo->used == 0 && !zero_bytes_check(cargo, claim, trouble))
        return false;
    if (look != ERROR_PAGE_NONE && !page_check(cargo, claim, look, trouble))
        return false;
    file_type_detect(cargo->engine->type_detector, bytes, &cargo->file_type);
    file_type_use_name(&cargo->file_type, ext);
    return true;
}

/* --- ways ----------------------------------------------------------------------------------- */

/* By one way, from the beginning. */
static bool download_by_method(struct engine_worker *worker, const struct ledger_claim *claim,
                               const struct source_facts *facts, enum content_method way,
                               struct download *cargo, struct failure *trouble)
{
    struct engine *mover = worker->engine;
    struct err err = { 0 };

    *cargo = (struct download){ .engine = mover };
    if (!content_source_open(mover, worker->filemaker, facts, way, &cargo->source, trouble))
        return false;
    cargo->room = buffer_room(content_source_length(cargo->source));
    cargo->disposition = mem_text(content_source_disposition(cargo->source));
    if (!buffers_take(mover->buffers, cargo->room, mover->cancel, &cargo->bytes, &err))
        return failure_of_source(trouble, "fetch", &err);
    if (!buffer_fill(cargo, 0, trouble) || !download_inspect(cargo, claim, facts, trouble))
        return false;
    if (cargo->is_complete) {
        content_source_free(take(cargo->source));
        cargo->size_bytes = cargo->used;
        cargo->sha256 = sha256_of((struct span){ cargo->bytes, cargo->used });
    }
    return true;
}

static void failure_add_words(struct failure *trouble, const struct err *err)
{
    size_t used = strlen(trouble->why.msg);

    (void)snprintf(trouble->why.msg + used, sizeof trouble->why.msg - used, "; by another way: %s",
                   err->msg);
}

bool download_open(struct engine_worker *worker, const struct ledger_claim *claim,
                   const struct source_facts *facts, bool last_try, struct download *cargo_r,
                   struct failure *trouble)
{
    const struct engine_settings *settings = worker->engine->settings;

    if (download_by_method(worker, claim, facts, CONTENT_METHOD_DIRECT, cargo_r, trouble))
        return true;
    for (int way = CONTENT_METHOD_DIRECT + 1;
         last_try && !trouble->run_wide && way < CONTENT_METHODS; way++) {
        struct failure another = { 0 };

        if (!content_source_has_method(settings, facts, (enum content_method)way))
            continue;
        download_clear(cargo_r);
        if (download_by_method(worker, claim, facts, (enum content_method)way, cargo_r, &another))
            return true;
        failure_add_words(trouble, &another.why);
    }
    return false;
}

static bool part_pass(struct download *cargo, struct sha256_stream *hash, struct store_large *to,
                      struct failure *trouble)
{
    struct span part = { cargo->bytes, cargo->used };
    struct err err = { 0 };

    FAILPOINT("large.part");
    sha256_stream_add(hash, part);
    cargo->size_bytes += part.size;
    return !to || store_large_write(to, part, &err) || failure_of_store(trouble, &err);
}

bool download_drain(struct download *cargo, struct store_large *to, struct failure *trouble)
{
    auto_sha256_stream *hash = sha256_stream_new();

    cargo->size_bytes = 0;
    for (;;) {
        if (!part_pass(cargo, hash, to, trouble))
            return false;
        if (cargo->is_complete)
            break;
        cargo->used = 0;
        if (!buffer_fill(cargo, cargo->size_bytes, trouble))
            return false;
    }
    content_source_free(take(cargo->source));
    cargo->sha256 = sha256_stream_end(hash);
    return true;
}
