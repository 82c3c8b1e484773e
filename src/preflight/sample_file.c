/* Judges a file as a run judges it at its first reading: see transfer/download.c. */
#include "preflight/sample_file.h"

#include "base/mem.h"
#include "transfer/content_source.h"

enum { BEGIN_SIZE = 64 * 1024, WHOLE_MAX = 64 * 1024 * 1024 };

/*
 * Reads a file as a run does, and keeps its beginning; of a very large one, only that.
 *   bytes   room for BEGIN_SIZE
 *   md5     of all that came, or NULL
 */
static bool file_sample_read(struct content_source *source, char *bytes, struct md5_stream *md5,
                             uint64_t *size_r, bool *whole_r, struct failure *failure)
{
    char rest[16384];
    size_t got = 1;

    for (*size_r = 0; got > 0 && *size_r <= WHOLE_MAX; *size_r += got) {
        bool begins = *size_r < BEGIN_SIZE;
        char *to = begins ? bytes + *size_r : rest;

        if (!content_source_read(source, to, begins ? BEGIN_SIZE - (size_t)*size_r : sizeof rest,
                                 *size_r, &got, failure))
            return false;
        if (md5)
            md5_stream_add(md5, (struct span){ to, got });
    }
    *whole_r = got == 0;
    return true;
}

bool sample_file_refuse_page(struct failure *failure, int64_t size)
{
    return failure_say(failure, FAILURE_CONTAINER_NOT_A_FILE, "fetch",
                       "a page of %jd bytes came, or a file that looks like one", (intmax_t)size);
}

/* Judges a file that came whole and is small, as a run judges it at its first reading. */
static bool file_judge(struct span bytes, struct span ext, struct sample_file *file,
                       struct failure *failure)
{
    if (bytes.size == 0)
        return failure_say(failure, FAILURE_CONTAINER_ZERO, "fetch",
                           "the stream ended well, without a single byte");
    file->sign = error_page_judge(bytes, ext);
    file->sha256 = sha256_of(bytes);
    return file->sign != ERROR_PAGE_SURE || sample_file_refuse_page(failure, file->size);
}

/* A run would not take a file with another MD5 than FileMaker says. */
static bool md5_judge(struct md5_stream *md5, const struct source_facts *facts, int64_t size,
                      struct failure *failure)
{
    uint8_t digest[MD5_SIZE];

    md5_stream_end(md5, digest);
    return memcmp(digest, facts->md5, MD5_SIZE) == 0
           || failure_say(failure, FAILURE_CONTAINER_DIFFERS, "fetch",
                          "%jd bytes came whose MD5 is not the one that '%s' says", (intmax_t)size,
                          facts->container->md5);
}

/* Nor one of a backup without any. */
static bool md5_need(const struct content_source *source, struct failure *failure)
{
    return failure_say(failure, FAILURE_CONTAINER_UNPROVEN, "fetch",
                       "the backup's folder has a file of %jd bytes, and FileMaker says no MD5 to "
                       "compare it with",
                       (intmax_t)content_source_length(source));
}

/*
 * Of a file that came whole: is it proven by an MD5 of FileMaker's?
 *   md5   NULL: FileMaker says none of the file
 */
static bool witness_judge(struct md5_stream *md5, const struct content_source *source,
                          const struct source_facts *facts, struct sample_file *file,
                          struct failure *failure)
{
    uint8_t object_md5[MD5_SIZE];

    if (md5 && !md5_judge(md5, facts, file->size, failure))
        return false;
    file->is_witnessed = md5 || content_source_is_proven(source, object_md5);
    return true;
}

bool sample_file_fetch(const struct engine *engine, struct source_reader *reader,
                       const struct source_facts *facts, struct sample_file *file_r,
                       struct failure *failure)
{
    auto_free char *bytes = mem_zero(BEGIN_SIZE);
    auto_str name = STR_MAX(KIB(4));
    struct content_source *source = NULL;
    struct md5_stream *md5 = facts->has_md5 ? md5_stream_new() : NULL;
    enum content_method first = content_source_first(engine->settings, facts);
    uint64_t size = 0;
    bool whole = false, good;

    *file_r = (struct sample_file){ .sign = ERROR_PAGE_NONE };
    good = content_source_open(engine, reader, facts, first, &source, failure)
           && file_sample_read(source, bytes, md5, &size, &whole, failure);
    if (good && first == CONTENT_METHOD_BACKUP && !md5)
        good = md5_need(source, failure);
    if (good) {
        struct span ext = facts_extension(facts, content_source_disposition(source), &name);

        file_r->size = whole ? (int64_t)size : content_source_length(source);
        good = !whole || size >= BEGIN_SIZE
               || file_judge((struct span){ bytes, (size_t)size }, ext, file_r, failure);
        if (good && whole)
            good = witness_judge(md5, source, facts, file_r, failure);
    }
    content_source_free(source);
    md5_stream_free(md5);
    return good;
}
