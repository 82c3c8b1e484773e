/* Memory first; a file whose name is gone before anything is in it for what does not fit. */
#include "console/documents/held.h"

#include "base/fs.h"
#include "base/mem.h"
#include "console/documents/places.h"
#include "console/inside.h"
#include "store/store.h"

#include <unistd.h>

enum { CHUNK = 256 * 1024 };

struct held {
    const char *folder;
    int fd; /* -1: none was needed yet */
    char *memory;
    bool is_in_file;
    uint64_t size, at;
};

struct held *held_new(const char *folder)
{
    struct held *held = mem_new(struct held);

    *held = (struct held){ .folder = folder, .fd = -1, .memory = mem_zero(HELD_MEMORY) };
    return held;
}

void held_free(struct held *held)
{
    if (!held)
        return;
    if (held->fd >= 0)
        (void)close(held->fd);
    free(held->memory);
    free(held);
}

static bool file_open(struct held *held, struct err *err)
{
    auto_free char *path = NULL;

    if (held->fd >= 0)
        return ftruncate(held->fd, 0) == 0 || err_os(err, "emptying a temporary file");
    path = mem_printf("%s/held", held->folder);
    return fs_open_unnamed(path, &held->fd, err);
}

static bool chunk_keep(struct held *held, struct span chunk, struct err *err)
{
    if (!held->is_in_file) {
        memcpy(held->memory + held->size, chunk.at, chunk.size);
        held->size += chunk.size;
        return true;
    }
    while (chunk.size > 0) {
        ssize_t put = pwrite(held->fd, chunk.at, chunk.size, (off_t)held->size);

        if (put < 0)
            return err_os(err, "writing a temporary file");
        held->size += (uint64_t)put;
        chunk = (struct span){ chunk.at + put, chunk.size - (size_t)put };
    }
    return true;
}

static enum held_outcome wrong_bytes(const char *kind, const char **kind_r, struct err *err)
{
    *kind_r = kind;
    (void)err_set(err, ERR_DATA, 0, "%s",
                  strcmp(kind, "object-missing") == 0 ? "there is no object under its key"
                  : strcmp(kind, "object-size") == 0  ? "its object has another size"
                                                      : "its bytes have another SHA-256");
    return HELD_WRONG;
}

static bool object_keep(struct held *held, struct store_reader *reader, struct sha256_stream *hash,
                        struct err *err)
{
    auto_free char *chunk = mem_zero(CHUNK);
    size_t got = 1;

    while (got > 0) {
        if (!store_read(reader, chunk, CHUNK, &got, err))
            return false;
        sha256_stream_add(hash, (struct span){ chunk, got });
        if (!chunk_keep(held, (struct span){ chunk, got }, err))
            return false;
    }
    return true;
}

static enum held_outcome object_take(struct held *held, const struct visible *document,
                                     struct store *store, const char **kind_r, struct err *err)
{
    auto_sha256_stream *hash = sha256_stream_new();
    auto_reader *reader = NULL;
    struct sha256 found;

    if (!store_get(store, document->key, &reader, err))
        return HELD_FAILED;
    if (!reader)
        return wrong_bytes("object-missing", kind_r, err);
    if (store_reader_size(reader) != (uint64_t)document->size)
        return wrong_bytes("object-size", kind_r, err);
    if ((held->is_in_file && !file_open(held, err)) || !object_keep(held, reader, hash, err))
        return HELD_FAILED;
    found = sha256_stream_end(hash);
    return sha256_equal(&found, &document->sha256) ? HELD_GOOD
                                                   : wrong_bytes("object-hash", kind_r, err);
}

enum held_outcome held_fill(struct held *held, struct console *console,
                            const struct visible *document, const char **kind_r, struct err *err)
{
    enum held_outcome outcome;
    auto_loan loan = { 0 };
    struct store *store;

    held->size = held->at = 0;
    held->is_in_file = document->size > HELD_MEMORY;
    if (!places_store(console->places, &loan, &store, err))
        return HELD_FAILED;
    outcome = object_take(held, document, store, kind_r, err);
    if (outcome != HELD_GOOD)
        held->size = 0;
    return outcome;
}

bool held_read(struct held *held, char *to, size_t room, size_t *got_r, struct err *err)
{
    uint64_t left = held->size - held->at;
    ssize_t got = (ssize_t)(left < room ? left : room);

    if (held->is_in_file)
        got = pread(held->fd, to, (size_t)got, (off_t)held->at);
    else
        memcpy(to, held->memory + held->at, (size_t)got);
    if (got < 0 || (got == 0 && left > 0))
        return err_os(err, "reading a temporary file");
    held->at += (uint64_t)got;
    *got_r = (size_t)got;
    return true;
}
