/* One interface to a stream, a file, OData and a script. */
#include "transfer/content_source.h"

#include "base/beneath.h"
#include "base/mem.h"
#include "document/reference.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SCRIPT_BYTES_MAX = 48 * 1024 * 1024 };

struct content_source {
    struct source_stream *stream; /* of a stream or OData                 */
    int fd;                       /* of a file; -1                        */
    struct str bytes;             /* of a script, decoded                 */
    size_t bytes_read;
    int64_t length;
    char *name; /* of a file, as a Content-Disposition would say it; or NULL */
};

static struct content_source *content_source_new(void)
{
    struct content_source *source = mem_new(struct content_source);

    source->fd = -1;
    source->length = -1;
    return source;
}

void content_source_free(struct content_source *source)
{
    if (!source)
        return;
    source_stream_close(source->stream);
    if (source->fd >= 0)
        (void)close(source->fd);
    str_clear(&source->bytes);
    free(source->name);
    free(source);
}

/* --- methods -------------------------------------------------------------------------------- */

static struct content_source *source_of_stream(struct source_stream *stream)
{
    struct content_source *source = content_source_new();

    source->stream = stream;
    source->length = source_stream_length(stream);
    return source;
}

static bool open_stream(struct source_reader *reader, const struct source_facts *facts,
                        struct content_source **source_r, struct failure *failure)
{
    struct source_stream *stream;
    struct err err = { 0 };

    if (!source_stream_open(reader, facts->value, &stream, &err))
        return failure_of_stream(failure, -1, &err);
    *source_r = source_of_stream(stream);
    return true;
}

static bool refuse_outside(struct failure *failure, const struct err *err)
{
    if (err->kind == ERR_DATA && err->code == BACKUP_ENCRYPTED)
        return failure_set(failure, FAILURE_BACKUP_ENCRYPTED, "fetch", err);
    if (err->kind == ERR_DATA && err->code == BACKUP_MISSING)
        return failure_set(failure, FAILURE_BACKUP_MISSING, "fetch", err);
    return failure_of_stream(failure, -1, err);
}

/* What a server says is in secure storage is encrypted in the folder, wherever it lies there. */
static bool open_outside(const struct engine_settings *settings, const struct source_facts *facts,
                         struct content_source **source_r, struct failure *failure)
{
    struct source_stream *stream;
    struct err err = { 0 };

    if (strcmp(facts->storage, "secure") == 0)
        return failure_say(failure, FAILURE_BACKUP_ENCRYPTED, "fetch",
                           "FileMaker says that the document is in secure storage, which is "
                           "encrypted");
    if (!source_backup_open(settings->backup, facts->outside, &stream, &err))
        return refuse_outside(failure, &err);
    *source_r = source_of_stream(stream);
    return true;
}

static bool open_odata(const struct engine_settings *settings, struct source_reader *reader,
                       const struct source_facts *facts, struct content_source **source_r,
                       struct err *err)
{
    struct source_stream *stream;

    if (!source_odata_open(reader, settings->odata_table, facts->filemaker_id,
                           facts->container->field, &stream, err))
        return false;
    *source_r = source_of_stream(stream);
    return true;
}

static bool open_script(const struct engine_settings *settings, struct source_reader *reader,
                        const struct source_facts *facts, struct content_source **source_r,
                        struct err *err)
{
    struct content_source *source = content_source_new();

    source->bytes = (struct str)STR_MAX(SCRIPT_BYTES_MAX);
    if (!source_script_bytes(reader, settings->fields.layout, settings->script, facts->filemaker_id,
                             &source->bytes, err)) {
        content_source_free(source);
        return false;
    }
    source->length = (int64_t)source->bytes.size;
    *source_r = source;
    return true;
}

/*
 * Opens a file below a mounted folder. Its path is foreign text from FileMaker, and someone who may
 * write into the folder must not choose which file of this machine we send away: so no link is
 * followed.
 */
static int file_below(const char *path, const char *below, bool links)
{
    auto_free char *folder = span_text((struct span){ path, (size_t)(below - path) });
    auto_close int folder_fd = -1;

    if (links)
        return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return folder_fd < 0 ? -1 : beneath_open(folder_fd, below, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
}

static bool open_file(int fd, struct span name, struct content_source **source_r, struct err *err)
{
    struct content_source *source = content_source_new();
    struct stat about;

    source->fd = fd;
    if (fd < 0 || fstat(fd, &about) < 0) {
        (void)err_os(err, "opening the file that the container points to%s",
                     errno == ELOOP ? " (a symbolic link; none is followed unless [source] "
                                      "reference_links = yes)"
                                    : "");
        content_source_free(source);
        return false;
    }
    if (!S_ISREG(about.st_mode)) {
        content_source_free(source);
        return err_set(err, ERR_DATA, 0, "what the container points to is not a file");
    }
    source->length = about.st_size;
    source->name = mem_printf("attachment; filename=\"" SPAN_FORMAT "\"", SPAN_ARGS(name));
    *source_r = source;
    return true;
}

/* --- choosing ------------------------------------------------------------------------------- */

bool content_source_is_outside(const struct engine_settings *settings,
                               const struct source_facts *facts)
{
    return settings->backup && facts->outside.size > 0 && facts->content != FILEMAKER_REFERENCE
           && facts->content != FILEMAKER_NO_ACCESS;
}

enum content_method content_source_first(const struct engine_settings *settings,
                                         const struct source_facts *facts)
{
    return content_source_is_outside(settings, facts) ? CONTENT_METHOD_BACKUP
                                                      : CONTENT_METHOD_DIRECT;
}

/* The other methods address a record by its id. */
bool content_source_has_method(const struct engine_settings *settings,
                               const struct source_facts *facts, enum content_method method)
{
    switch (method) {
    case CONTENT_METHOD_BACKUP:
        return content_source_is_outside(settings, facts);
    case CONTENT_METHOD_DIRECT:
        return facts->content == FILEMAKER_STREAM || facts->content == FILEMAKER_REFERENCE;
    case CONTENT_METHOD_ODATA:
        return facts->filemaker_id.size && *settings->odata_table
               && facts->content != FILEMAKER_REFERENCE;
    case CONTENT_METHOD_SCRIPT:
        return facts->filemaker_id.size && *settings->script;
    }
    abort();
}

static void add_setting(struct sha256_stream *hash, const char *text)
{
    if (text)
        sha256_stream_add(hash, (struct span){ text, strlen(text) + 1 });
    else
        sha256_stream_add(hash, (struct span){ "\1", 2 });
}

void content_source_ways(const struct engine_settings *settings, char ways_r[LEDGER_WAYS_SIZE])
{
    auto_sha256_stream *hash = sha256_stream_new();
    struct sha256 sha256;
    char numbers[40];

    (void)snprintf(numbers, sizeof numbers, "%d %d", settings->reference_links,
                   settings->max_tries);
    add_setting(hash, settings->filemaker.url);
    add_setting(hash, settings->filemaker.account);
    add_setting(hash, settings->backup_path);
    add_setting(hash, settings->fields.path_list);
    add_setting(hash, settings->reference_map);
    add_setting(hash, settings->odata_table);
    add_setting(hash, settings->script);
    add_setting(hash, numbers);
    sha256 = sha256_stream_end(hash);
    (void)sha256_hex(&sha256, ways_r);
}

static bool open_reference(const struct engine *engine, const struct source_facts *facts,
                           struct content_source **source_r, struct failure *failure)
{
    const char *below;
    auto_free char *path = reference_path(engine->settings->reference_map, facts->value, &below);
    struct err err = { 0 };

    if (!path)
        return failure_say(failure, FAILURE_CONTAINER_REFERENCE, "fetch",
                           "the container holds a path, not a file");
    return open_file(file_below(path, below, engine->settings->reference_links),
                     reference_name(facts->value), source_r, &err)
           || failure_set(failure, FAILURE_CONTAINER_UNAVAILABLE, "fetch", &err);
}

bool content_source_open(const struct engine *engine, struct source_reader *reader,
                         const struct source_facts *facts, enum content_method method,
                         struct content_source **source_r, struct failure *failure)
{
    struct err err = { 0 };

    switch (method) {
    case CONTENT_METHOD_BACKUP:
        return open_outside(engine->settings, facts, source_r, failure);
    case CONTENT_METHOD_DIRECT:
        return facts->content == FILEMAKER_REFERENCE
                   ? open_reference(engine, facts, source_r, failure)
                   : open_stream(reader, facts, source_r, failure);
    case CONTENT_METHOD_ODATA:
        return open_odata(engine->settings, reader, facts, source_r, &err)
               || failure_of_stream(failure, -1, &err);
    case CONTENT_METHOD_SCRIPT:
        return open_script(engine->settings, reader, facts, source_r, &err)
               || failure_of_stream(failure, -1, &err);
    }
    abort();
}

/* --- reading -------------------------------------------------------------------------------- */

int64_t content_source_length(const struct content_source *source)
{
    return source->length;
}

const char *content_source_disposition(const struct content_source *source)
{
    return source->stream ? source_stream_disposition(source->stream) : source->name;
}

bool content_source_is_proven(const struct content_source *source, uint8_t md5_r[MD5_SIZE])
{
    return source->stream && source_stream_is_proven(source->stream, md5_r);
}

static bool read_file(struct content_source *source, void *bytes, size_t room, size_t *size_r,
                      struct err *err)
{
    ssize_t got;

    do
        got = read(source->fd, bytes, room);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return err_os(err, "reading the file that the container points to");
    *size_r = (size_t)got;
    return true;
}

static void read_bytes(struct content_source *source, void *bytes, size_t room, size_t *size_r)
{
    struct span rest = span_first(span_from(str_span(&source->bytes), source->bytes_read), room);

    if (rest.size)
        memcpy(bytes, rest.at, rest.size);
    source->bytes_read += rest.size;
    *size_r = rest.size;
}

bool content_source_read(struct content_source *source, void *bytes, size_t room, uint64_t before,
                         size_t *size_r, struct failure *failure)
{
    struct err err = { 0 };

    if (source->stream)
        return source_stream_read(source->stream, bytes, room, size_r, &err)
               || failure_of_stream(failure, (int64_t)before, &err);
    if (source->fd >= 0)
        return read_file(source, bytes, room, size_r, &err)
               || failure_set(failure, FAILURE_CONTAINER_UNAVAILABLE, "fetch", &err);
    read_bytes(source, bytes, room, size_r);
    return true;
}
