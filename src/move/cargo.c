/* Bytes through one buffer. A large document passes through the same 8 MiB again and again. */
#include "move/cargo.h"

#include "base/failpoint.h"
#include "base/mem.h"

enum { BUFFER_LEAST = 4096 };

void cargo_clear(struct cargo *cargo)
{
    intake_free(take(cargo->intake));
    if (cargo->bytes)
        buffers_return(cargo->mover->buffers, take(cargo->bytes), cargo->room);
    free(take(cargo->disposition));
}

/* One byte more than announced, so that the end is seen without another look. */
static size_t room_for(int64_t announced)
{
    if (announced < 0 || announced >= STORE_SMALL_MAX)
        return STORE_SMALL_MAX;
    return announced + 1 > BUFFER_LEAST ? (size_t)announced + 1 : BUFFER_LEAST;
}

/* Reads until the buffer is full or the stream has ended. */
static bool fill(struct cargo *cargo, uint64_t before, struct trouble *trouble)
{
    size_t got = 1;

    while (cargo->used < cargo->room && got > 0) {
        if (!intake_read(cargo->intake, cargo->bytes + cargo->used, cargo->room - cargo->used,
                         before + cargo->used, &got, trouble))
            return false;
        cargo->used += got;
    }
    cargo->is_whole = got == 0;
    return true;
}

static bool inspect(struct cargo *cargo, struct span extension, struct trouble *trouble)
{
    struct span bytes = { cargo->bytes, cargo->used };

    if (cargo->used == 0)
        return trouble_say(trouble, FAILURE_CONTAINER_ZERO, "fetch",
                           "the stream ended well, without a single byte");
    if (content_is_error_page(bytes, extension)) {
        (void)trouble_say(
            trouble, FAILURE_CONTAINER_NOT_A_FILE, "fetch",
            "the stream answered with HTTP status 200 and a page of %zu bytes instead "
            "of the file",
            cargo->used);
        trouble->bytes = (int64_t)cargo->used;
        return false;
    }
    content_tell(cargo->mover->contents, bytes, &cargo->content);
    return true;
}

/* By one way, from the beginning. */
static bool through(struct worker *worker, const struct source_facts *facts, enum intake_way way,
                    struct cargo *cargo, struct trouble *trouble)
{
    struct mover *mover = worker->mover;
    struct err err = { 0 };

    *cargo = (struct cargo){ .mover = mover };
    if (!intake_open(mover, worker->filemaker, facts, way, &cargo->intake, trouble))
        return false;
    cargo->room = room_for(intake_length(cargo->intake));
    cargo->disposition = mem_text(intake_disposition(cargo->intake));
    if (!buffers_take(mover->buffers, cargo->room, mover->cancel, &cargo->bytes, &err))
        return trouble_of_source(trouble, "fetch", &err);
    if (!fill(cargo, 0, trouble) || !inspect(cargo, filemaker_extension(facts->value), trouble))
        return false;
    if (cargo->is_whole) {
        intake_free(take(cargo->intake));
        cargo->size_bytes = cargo->used;
        cargo->sha256 = sha256_of((struct span){ cargo->bytes, cargo->used });
    }
    return true;
}

static void add_words(struct trouble *trouble, const struct err *err)
{
    size_t used = strlen(trouble->why.msg);

    (void)snprintf(trouble->why.msg + used, sizeof trouble->why.msg - used, "; by another way: %s",
                   err->msg);
}

bool cargo_open(struct worker *worker, const struct source_facts *facts, bool last_try,
                struct cargo *cargo_r, struct trouble *trouble)
{
    const struct mover_settings *settings = worker->mover->settings;

    if (through(worker, facts, INTAKE_DIRECT, cargo_r, trouble))
        return true;
    for (int way = INTAKE_DIRECT + 1; last_try && !trouble->run_wide && way < INTAKE_WAYS; way++) {
        struct trouble another = { 0 };

        if (!intake_has_way(settings, facts, (enum intake_way)way))
            continue;
        cargo_clear(cargo_r);
        if (through(worker, facts, (enum intake_way)way, cargo_r, &another))
            return true;
        add_words(trouble, &another.why);
    }
    return false;
}

static bool part_pass(struct cargo *cargo, struct sha256_stream *hash, struct store_large *to,
                      struct trouble *trouble)
{
    struct span part = { cargo->bytes, cargo->used };
    struct err err = { 0 };

    FAILPOINT("large.part");
    sha256_stream_add(hash, part);
    cargo->size_bytes += part.size;
    return !to || store_large_write(to, part, &err) || trouble_of_store(trouble, &err);
}

bool cargo_drain(struct cargo *cargo, struct store_large *to, struct trouble *trouble)
{
    auto_sha256_stream *hash = sha256_stream_new();

    cargo->size_bytes = 0;
    for (;;) {
        if (!part_pass(cargo, hash, to, trouble))
            return false;
        if (cargo->is_whole)
            break;
        cargo->used = 0;
        if (!fill(cargo, cargo->size_bytes, trouble))
            return false;
    }
    intake_free(take(cargo->intake));
    cargo->sha256 = sha256_stream_end(hash);
    return true;
}
