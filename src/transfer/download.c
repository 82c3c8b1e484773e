/*
 * Reads bytes through one buffer: a large document passes through the same 8 MiB again and again.
 */
#include "transfer/download.h"

#include "base/failpoint.h"
#include "base/mem.h"
#include "document/error_page.h"
#include "engine/writes_document.h"

enum { BUFFER_LEAST = 4096, SENT_NAME_MAX = 4096 };

void download_clear(struct download *download)
{
    content_source_free(take(download->source));
    sha256_parts_free(take(download->hashes));
    md5_stream_free(take(download->md5));
    if (download->bytes)
        buffers_return(download->engine->buffers, take(download->bytes));
    free(take(download->disposition));
}

/* One byte more than announced, so that the end is seen without another read. */
static size_t buffer_room(int64_t announced)
{
    if (announced < 0 || announced >= STORE_SMALL_MAX)
        return STORE_SMALL_MAX;
    return announced + 1 > BUFFER_LEAST ? (size_t)announced + 1 : BUFFER_LEAST;
}

/* Bytes are hashed as they come, while the processor's caches still hold them. */
static void bytes_came(struct download *download, size_t size)
{
    struct span bytes = { download->bytes + download->used, size };

    sha256_parts_add(download->hashes, bytes);
    if (download->md5)
        md5_stream_add(download->md5, bytes);
    download->used += size;
    download->size_bytes += size;
}

/* What is said of the file alone is the nearer witness. */
static void md5_compare(struct download *download)
{
    uint8_t md5[MD5_SIZE];

    md5_stream_end(download->md5, md5);
    download->differs = memcmp(md5, download->md5_said, MD5_SIZE) != 0;
    if (download->differs)
        return;
    download->witness = LEDGER_WITNESS_FILE;
    memcpy(download->witness_md5, md5, MD5_SIZE);
}

static void bytes_ended(struct download *download)
{
    if (content_source_is_proven(download->source, download->witness_md5))
        download->witness = LEDGER_WITNESS_OBJECT;
    content_source_free(take(download->source));
    download->sha256 = sha256_parts_whole(download->hashes);
    if (download->md5)
        md5_compare(download);
}

/* Reads until the buffer is full or the stream has ended; then size and hash are known. */
static bool buffer_fill(struct download *download, struct failure *failure)
{
    size_t got = 1;

    download->used = 0;
    while (download->used < download->room && got > 0) {
        if (!content_source_read(download->source, download->bytes + download->used,
                                 download->room - download->used, download->size_bytes, &got,
                                 failure))
            return false;
        if (got > 0)
            bytes_came(download, got);
    }
    download->is_complete = got == 0;
    if (download->is_complete)
        bytes_ended(download);
    return true;
}

/* --- refusing ------------------------------------------------------------------------------- */

/* Remembers the bytes that came, and says what is known of them: all have come. */
static bool refused_remember(struct download *download, enum failure_kind kind,
                             struct ledger_refused *known_r, struct failure *failure)
{
    struct err err = { 0 };

    if (!write_refused(download->engine->writer, download->claim, kind, &download->sha256,
                       download->size_bytes, known_r, &err))
        return failure_of_writer(failure, "fetch", &err);
    download->is_accepted = known_r->accepted;
    return true;
}

static bool zero_bytes_check(struct download *download, struct failure *failure)
{
    struct ledger_refused known;

    if (!refused_remember(download, FAILURE_CONTAINER_ZERO, &known, failure))
        return false;
    return known.accepted
           || failure_say(failure, FAILURE_CONTAINER_ZERO, "fetch",
                          "the stream ended well, without a single byte");
}

static bool refuse_page(struct failure *failure, const struct download *download, const char *words)
{
    (void)failure_say(failure, FAILURE_CONTAINER_NOT_A_FILE, "fetch",
                      "the stream answered with HTTP status 200 and a page of %zu bytes instead "
                      "of the file: %s",
                      download->used, words);
    failure->bytes = (int64_t)download->used;
    return false;
}

static bool refuse_page_of_others(struct failure *failure, const struct download *download,
                                  int64_t record)
{
    char words[80];

    (void)snprintf(words, sizeof words, "the very same page came for record %jd", (intmax_t)record);
    return refuse_page(failure, download, words);
}

/*
 * An error page has two signs. Bytes that only look like one are read a second time, at a later
 * try: if the same bytes come again, and for no other record, they are the file.
 */
static bool page_check(struct download *download, enum error_page_sign sign,
                       struct failure *failure)
{
    struct ledger_refused known;

    if (!refused_remember(download, FAILURE_CONTAINER_NOT_A_FILE, &known, failure))
        return false;
    if (known.accepted)
        return true;
    if (sign == ERROR_PAGE_SURE)
        return refuse_page(failure, download, "its name or its own words say so");
    if (known.elsewhere)
        return refuse_page_of_others(failure, download, known.elsewhere);
    return known.readings > 0
           || refuse_page(failure, download,
                          "or it is the file: then it reads the same another time");
}

/* A backup's folder does not say whose a file is, nor of what day. */
static bool unproven_refuse(struct download *download, struct failure *failure)
{
    struct ledger_refused known;

    if (!refused_remember(download, FAILURE_CONTAINER_UNPROVEN, &known, failure))
        return false;
    return known.accepted
           || failure_say(
               failure, FAILURE_CONTAINER_UNPROVEN, "fetch",
               "the backup's folder has a file of %ju bytes, and FileMaker says no MD5 to "
               "compare it with",
               (uintmax_t)download->size_bytes);
}

/*
 * FileMaker's own MD5 is a witness that nobody on the way could bend: other bytes are not the file, or
 * the field that says it is stale. Which of the two, a person can tell.
 */
static bool witness_check(struct download *download, struct failure *failure)
{
    struct ledger_refused known;
    auto_str said = STR_MAX(64);

    if (download->is_accepted)
        return true;
    if (!download->differs)
        return download->witness || !download->needs_witness || unproven_refuse(download, failure);
    if (!refused_remember(download, FAILURE_CONTAINER_DIFFERS, &known, failure))
        return false;
    hex_add(&said, download->md5_said, MD5_SIZE);
    if (!known.accepted)
        (void)failure_say(
            failure, FAILURE_CONTAINER_DIFFERS, "fetch",
            "%ju bytes came whose MD5 is not the one that FileMaker says of the file, "
            "%s",
            (uintmax_t)download->size_bytes, str_text(&said));
    return known.accepted;
}

static bool download_inspect(struct download *download, const struct source_facts *facts,
                             struct failure *failure)
{
    struct span bytes = { download->bytes, download->used };
    auto_str name = STR_MAX(SENT_NAME_MAX);
    struct span ext = facts_extension(facts, download->disposition, &name);
    enum error_page_sign sign = download->is_complete ? error_page_judge(bytes, ext)
                                                      : ERROR_PAGE_NONE;

    if (download->used == 0 && !zero_bytes_check(download, failure))
        return false;
    if (sign != ERROR_PAGE_NONE && !download->witness && !page_check(download, sign, failure))
        return false;
    if (download->is_complete && !witness_check(download, failure))
        return false;
    file_type_detect(download->engine->type_detector, bytes, &download->file_type);
    file_type_use_name(&download->file_type, ext);
    return true;
}

/* --- methods -------------------------------------------------------------------------------- */

/* Fetches by one method, from the beginning. */
static bool download_by_method(struct engine_worker *worker, const struct ledger_claim *claim,
                               const struct source_facts *facts, enum content_method method,
                               struct download *download, struct failure *failure)
{
    struct engine *engine = worker->engine;
    struct err err = { 0 };

    *download = (struct download){ .engine = engine,
                                   .claim = claim,
                                   .needs_witness = method == CONTENT_METHOD_BACKUP };
    if (!content_source_open(engine, worker->reader, facts, method, &download->source, failure))
        return false;
    download->room = buffer_room(content_source_length(download->source));
    download->disposition = mem_text(content_source_disposition(download->source));
    if (!buffers_take(engine->buffers, download->room, engine->cancel, &download->bytes, &err))
        return failure_of_source(failure, "fetch", &err);
    download->hashes = sha256_parts_new(true);
    if (facts->has_md5) {
        download->md5 = md5_stream_new();
        memcpy(download->md5_said, facts->md5, MD5_SIZE);
    }
    return buffer_fill(download, failure) && download_inspect(download, facts, failure);
}

static void failure_add_words(struct failure *failure, const struct err *err)
{
    size_t used = strlen(failure->why.msg);

    (void)snprintf(failure->why.msg + used, sizeof failure->why.msg - used, "; by another way: %s",
                   err->msg);
}

bool download_open(struct engine_worker *worker, const struct ledger_claim *claim,
                   const struct source_facts *facts, bool last_try, struct download *download_r,
                   struct failure *failure)
{
    const struct engine_settings *settings = worker->engine->settings;
    enum content_method first = content_source_first(settings, facts);

    if (download_by_method(worker, claim, facts, first, download_r, failure))
        return true;
    for (int method = (int)first + 1; last_try && !failure->run_wide && method < CONTENT_METHODS;
         method++) {
        struct failure another = { 0 };

        if (!content_source_has_method(settings, facts, (enum content_method)method))
            continue;
        download_clear(download_r);
        if (download_by_method(worker, claim, facts, (enum content_method)method, download_r,
                               &another))
            return true;
        failure_add_words(failure, &another.why);
    }
    return false;
}

/* Passes on what the buffer holds. */
static bool part_pass(struct download *download, struct store_large *to, struct failure *failure)
{
    struct span part = { download->bytes, download->used };
    struct sha256 sum;
    struct err err = { 0 };

    FAILPOINT("large.part");
    if (!to)
        return true;
    sum = sha256_parts_part_end(download->hashes);
    return store_large_write(to, part, &sum, &err) || failure_of_store(failure, &err);
}

bool download_drain(struct download *download, struct store_large *to, struct failure *failure)
{
    for (;;) {
        if (!part_pass(download, to, failure))
            return false;
        if (download->is_complete)
            return witness_check(download, failure);
        if (!buffer_fill(download, failure))
            return false;
    }
}
