/* Contents of container fields. */
#include "sim/content/content.h"

#include "sim/content/filler.h"

#include "base/digest.h"
#include "base/mem.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

void content_clear(struct content *content)
{
    blob_release(content->blob);
    content->blob = NULL;
}

struct content content_copy(const struct content *content)
{
    struct content copy = *content;

    if (copy.blob)
        (void)blob_share(copy.blob);
    return copy;
}

bool content_has_bytes(const struct content *content)
{
    switch (content->store) {
    case STORE_EMPTY:
    case STORE_REFERENCE:
    case STORE_NO_ACCESS:
        return false;
    case STORE_EMBEDDED:
    case STORE_SECURED:
    case STORE_OPEN:
    case STORE_ADDITIONAL:
        return true;
    }
    abort();
}

static const char *fate_kind(enum content_fate fate, const char *good)
{
    switch (fate) {
    case FATE_GOOD:
        return good;
    case FATE_MISSING:
        return "missing";
    case FATE_TRUNCATED:
        return "truncated";
    case FATE_ERROR_PAGE:
        return "error-page";
    case FATE_ZERO:
        return "zero";
    }
    abort();
}

const char *content_kind(const struct content *content)
{
    switch (content->store) {
    case STORE_EMPTY:
        return "empty";
    case STORE_EMBEDDED:
        return fate_kind(content->fate, "embedded");
    case STORE_SECURED:
        return fate_kind(content->fate, "secured");
    case STORE_OPEN:
        return fate_kind(content->fate, "open");
    case STORE_ADDITIONAL:
        return fate_kind(content->fate, "additional");
    case STORE_REFERENCE:
        return "reference";
    case STORE_NO_ACCESS:
        return "no-access";
    }
    abort();
}

const char *content_processor(const struct content *content)
{
    switch (content->store) {
    case STORE_SECURED:
        return "SecuredRCFileProcessor";
    case STORE_OPEN:
        return "RCFileProcessor";
    case STORE_EMPTY:
    case STORE_EMBEDDED:
    case STORE_ADDITIONAL:
    case STORE_REFERENCE:
    case STORE_NO_ACCESS:
        return "EmbeddedRCFileProcessor";
    }
    abort();
}

bool content_state_read(struct span word, struct content_state *state_r)
{
    static const struct {
        const char *word;
        struct content_state state;
    } words[] = {
        { "good", { .fate = FATE_GOOD, .keep_store = true } },
        { "empty", { .store = STORE_EMPTY } },
        { "embedded", { .store = STORE_EMBEDDED } },
        { "secured", { .store = STORE_SECURED } },
        { "open", { .store = STORE_OPEN } },
        { "additional", { .store = STORE_ADDITIONAL } },
        { "reference", { .store = STORE_REFERENCE } },
        { "no-access", { .store = STORE_NO_ACCESS } },
        { "missing", { .fate = FATE_MISSING, .keep_store = true } },
        { "truncated", { .fate = FATE_TRUNCATED, .keep_store = true } },
        { "error-page", { .fate = FATE_ERROR_PAGE, .keep_store = true } },
        { "zero", { .fate = FATE_ZERO, .keep_store = true } },
    };

    for (size_t i = 0; i < lengthof(words); i++) {
        if (span_is(word, words[i].word)) {
            *state_r = words[i].state;
            return true;
        }
    }
    return false;
}

void content_reference_text(const struct content *content, struct str *to)
{
    switch (content->type) {
    case FILE_JPEG:
    case FILE_PNG:
    case FILE_TIFF:
    case FILE_HEIC:
        str_printf(to, "size:1024,768\rimage:%s\rimagewin:/C:/Scans/%s", content->name,
                   content->name);
        return;
    case FILE_PDF:
    case FILE_TEXT:
    case FILE_HTML:
    case FILE_XLS:
    case FILE_JSON:
    case FILE_GZIP:
    case FILE_OTHER:
        str_printf(to, "file:%s\rfilewin:/C:/Scans/%s", content->name, content->name);
        return;
    }
    abort();
}

/* --- bytes ---------------------------------------------------------------------------------- */

struct content_reader {
    enum content_from from;
    uint64_t size, at;
    struct filler filler;
    struct blob *blob;
    int fd;
};

static bool file_open(struct content_reader *reader, const char *path, struct err *err)
{
    struct stat about;

    reader->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (reader->fd < 0 || fstat(reader->fd, &about) < 0)
        return err_os(err, "opening '%s'", path);
    reader->size = (uint64_t)about.st_size;
    return true;
}

static bool reader_source_open(const struct content *content, struct content_reader *reader,
                               struct err *err)
{
    switch (content->from) {
    case FROM_FILLER:
        filler_init(&reader->filler, content->type, span_of(content->name), content->seed,
                    content->size);
        reader->size = content->size;
        return true;
    case FROM_PAINTER:
        reader->blob = content->painter->paint(content->painter, content->subject);
        reader->size = reader->blob->size;
        return true;
    case FROM_FILE:
        return file_open(reader, content->path, err);
    case FROM_BLOB:
        reader->blob = blob_share(content->blob);
        reader->size = reader->blob->size;
        return true;
    }
    abort();
}

bool content_open(const struct content *content, struct content_reader **reader_r, struct err *err)
{
    auto_content_reader *reader = mem_new(struct content_reader);

    reader->fd = -1;
    reader->from = content->from;
    if (!content_has_bytes(content))
        return err_set(err, ERR_DATA, 0, "the container is %s", content_kind(content));
    if (!reader_source_open(content, reader, err))
        return false;
    *reader_r = take(reader);
    return true;
}

void content_close(struct content_reader *reader)
{
    if (!reader)
        return;
    filler_clear(&reader->filler);
    blob_release(reader->blob);
    if (reader->fd >= 0)
        (void)close(reader->fd);
    free(reader);
}

void auto_content_reader_cleanup(struct content_reader **reader)
{
    content_close(*reader);
}

uint64_t content_size(const struct content_reader *reader)
{
    return reader->size;
}

void content_seek(struct content_reader *reader, uint64_t offset)
{
    reader->at = offset;
}

static bool file_read(struct content_reader *reader, void *bytes_r, size_t size, struct err *err)
{
    ssize_t got = pread(reader->fd, bytes_r, size, (off_t)reader->at);

    if (got < 0)
        return err_os(err, "reading a container's file");
    if ((size_t)got < size)
        return err_set(err, ERR_DATA, 0, "a container's file became shorter while it was served");
    return true;
}

bool content_read(struct content_reader *reader, void *bytes_r, size_t size_bytes, size_t *got_r,
                  struct err *err)
{
    uint64_t left = reader->size - reader->at;
    size_t size = left < size_bytes ? (size_t)left : size_bytes;

    switch (reader->from) {
    case FROM_FILLER:
        filler_read(&reader->filler, reader->at, bytes_r, size);
        break;
    case FROM_PAINTER:
    case FROM_BLOB:
        memcpy(bytes_r, reader->blob->bytes + reader->at, size);
        break;
    case FROM_FILE:
        if (!file_read(reader, bytes_r, size, err))
            return false;
        break;
    }
    reader->at += size;
    *got_r = size;
    return true;
}

bool content_hash(const struct content *content, uint64_t *size_r, char hex_r[65], struct err *err)
{
    auto_content_reader *reader = NULL;
    auto_sha256_stream *stream = sha256_stream_new();
    struct sha256 sha256;
    char block[KIB(64)];
    size_t got;

    if (!content_open(content, &reader, err))
        return false;
    do {
        if (!content_read(reader, block, sizeof block, &got, err))
            return false;
        sha256_stream_add(stream, (struct span){ block, got });
    } while (got > 0);
    sha256 = sha256_stream_end(stream);
    (void)sha256_hex(&sha256, hex_r);
    *size_r = reader->size;
    return true;
}

bool content_md5(const struct content *content, char hex_r[CONTENT_MD5_SIZE], struct err *err)
{
    auto_content_reader *reader = NULL;
    struct md5_stream *md5 = md5_stream_new();
    uint8_t digest[MD5_SIZE];
    char block[KIB(64)];
    size_t got = 0;
    bool good = content_open(content, &reader, err);

    do {
        good = good && content_read(reader, block, sizeof block, &got, err);
        md5_stream_add(md5, (struct span){ block, good ? got : 0 });
    } while (good && got > 0);
    md5_stream_end(md5, digest);
    md5_stream_free(md5);
    for (size_t i = 0; i < MD5_SIZE; i++)
        (void)snprintf(hex_r + 2 * i, 3, "%02X", digest[i]);
    return good;
}
