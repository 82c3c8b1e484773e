/* Reads bodies: by their framing, and decompressed if they were compressed on the way. */
#include "http/inside.h"

enum { TRUST_SIZE = 256 * 1024 }; /* up to this, room for an announced length is reserved at once */

/* --- reading -------------------------------------------------------------------------------- */

/* Takes bytes that came with the head or chunks, else receives some. None: the connection ended. */
static bool take_bytes(struct http_answer *answer, char *bytes, size_t room, size_t most,
                       size_t *size_r, struct err *err)
{
    struct http *http = answer->http;
    struct span ready = span_first(http_unread(http), room < most ? room : most);

    if (ready.size == 0)
        return http_receive(answer, bytes, room, size_r, err);
    memcpy(bytes, ready.at, ready.size);
    http->read += ready.size;
    *size_r = ready.size;
    return true;
}

static bool is_short(const struct http_answer *answer, struct err *err)
{
    return http_exchange_failed(answer, HTTP_SHORT, "the body ended before its announced length",
                                err);
}

/*
 * The reader's room may be larger than the rest of the body. So surplus bytes come along, are
 * noticed, and fail the next read.
 */
static bool sized_read(struct http_answer *answer, char *bytes, size_t room, size_t *size_r,
                       struct err *err)
{
    size_t most = answer->remaining < SIZE_MAX ? (size_t)answer->remaining : SIZE_MAX;

    if (!take_bytes(answer, bytes, room, most, size_r, err))
        return false;
    if (*size_r == 0)
        return is_short(answer, err);
    answer->excess = *size_r > most;
    if (answer->excess)
        *size_r = most;
    answer->remaining -= *size_r;
    if (answer->remaining == 0)
        http_body_finish(answer);
    return true;
}

static bool chunk_read(struct http_answer *answer, char *bytes, size_t room, size_t *size_r,
                       struct err *err)
{
    size_t left = answer->chunks.remaining < SIZE_MAX ? (size_t)answer->chunks.remaining : SIZE_MAX;

    if (!take_bytes(answer, bytes, room < left ? room : left, left, size_r, err))
        return false;
    answer->chunks.remaining -= *size_r;
    return *size_r > 0 || is_short(answer, err);
}

static bool chunks_read(struct http_answer *answer, char *bytes, size_t room, size_t *size_r,
                        struct err *err)
{
    struct http *http = answer->http;

    for (;;) {
        struct span rest = http_unread(http);
        enum chunks_step step = chunks_eat(&answer->chunks, &rest);
        size_t got;

        http->read = http->used - rest.size;
        switch (step) {
        case CHUNKS_DATA:
            return chunk_read(answer, bytes, room, size_r, err);
        case CHUNKS_END:
            *size_r = 0;
            http_body_finish(answer);
            return true;
        case CHUNKS_MALFORMED:
            return http_exchange_failed(answer, HTTP_BROKEN, "the chunks of the body make no sense",
                                        err);
        case CHUNKS_MORE:
            if (!http_fill(answer, &got, err))
                return false;
            if (got == 0)
                return is_short(answer, err);
        }
    }
}

static bool framed_read(struct http_answer *answer, char *bytes, size_t room, size_t *size_r,
                        struct err *err)
{
    switch (answer->framing) {
    case FRAMING_LENGTH:
        return sized_read(answer, bytes, room, size_r, err);
    case FRAMING_CHUNKS:
        return chunks_read(answer, bytes, room, size_r, err);
    case FRAMING_CLOSE:
        if (!take_bytes(answer, bytes, room, room, size_r, err))
            return false;
        if (*size_r == 0)
            http_body_finish(answer);
        return true;
    case FRAMING_NONE:
        break;
    }
    abort();
}

bool http_read_wire(struct http_answer *answer, void *bytes, size_t room, size_t *size_r,
                    struct err *err)
{
    if (answer->excess && answer->ended)
        return err_set(err, ERR_DATA, HTTP_MALFORMED, "more bytes came than the answer announced");
    if (answer->ended) {
        *size_r = 0;
        return true;
    }
    if (framed_read(answer, bytes, room, size_r, err))
        return true;
    answer->given_up = true;
    return false;
}

/* --- bodies compressed on the way ----------------------------------------------------------- */

static bool decoder_feed(struct http_answer *answer, struct err *err)
{
    size_t room, size;
    void *to = decoder_room(answer->coding, &room);

    if (!http_read_wire(answer, to, room, &size, err))
        return false;
    decoder_fed(answer->coding, size);
    return true;
}

static bool coded_read(struct http_answer *answer, void *bytes, size_t room, size_t *size_r,
                       struct err *err)
{
    for (;;) {
        switch (decoder_read(answer->coding, bytes, room, size_r)) {
        case DECODER_BYTES:
            return true;
        case DECODER_HUNGRY:
            if (!decoder_feed(answer, err))
                return false;
            break;
        case DECODER_END:
            *size_r = 0;
            return true;
        case DECODER_SHORT:
            return http_exchange_failed(answer, HTTP_SHORT,
                                        "the compressed body ended in the middle", err);
        case DECODER_BROKEN:
            return err_set(err, ERR_DATA, HTTP_CODED, "%s", decoder_said(answer->coding));
        }
    }
}

/* The compression that was added on the way; CODING_NONE also where that is not for us to say. */
static enum coding coding_of_body(const struct http_answer *answer)
{
    bool is_object = answer->head.status < 300;

    return answer->request.body_is == HTTP_BODY_AS_IT_CAME && is_object
               ? CODING_NONE
               : coding_of_head(&answer->head);
}

static bool coding_refused(const struct http_answer *answer, struct err *err)
{
    return err_set(err, ERR_DATA, HTTP_CODED,
                   "the answer was compressed on the way (Content-Encoding: %.60s), which nobody "
                   "asked for: turn that off in the server, or in the proxy before it",
                   head_field(&answer->head, "Content-Encoding", 0));
}

/* A type that says nothing about the file. */
static bool type_is_vague(const struct head *head)
{
    struct span type = span_of(head_field(head, "Content-Type", 0));
    struct span bare = span_trim(span_cut(&type, ';'));

    return bare.size == 0 || span_is_nocase(bare, "application/octet-stream")
           || span_is_nocase(bare, "binary/octet-stream");
}

/* The extension of the file's name in a Content-Disposition, where the name comes last. */
static struct span name_ext(const char *disposition)
{
    struct span name = span_of(disposition);
    size_t size = name.size;

    if (size && name.at[size - 1] == '"')
        name.size = --size;
    while (size && name.at[size - 1] != '.')
        size--;
    return size && name.size - size <= 8 ? span_from(name, size) : SPAN_NONE;
}

/* Chooses a decoder, if one is needed. False: the body cannot be decompressed. */
static bool coding_begin(struct http_answer *answer)
{
    struct span ext = span_of(answer->request.name_ext);
    enum coding coding = coding_of_body(answer);
    bool is_file = answer->request.body_is == HTTP_BODY_FILE;

    if (coding == CODING_NONE)
        return true;
    if (coding == CODING_OTHER)
        return false;
    if (ext.size == 0)
        ext = name_ext(head_field(&answer->head, "Content-Disposition", 0));
    answer->coding = decoder_new(coding, is_file && coding_is_gzip_file(&answer->head, ext),
                                 is_file && ext.size == 0 && type_is_vague(&answer->head));
    return true;
}

/* --- for the reader ------------------------------------------------------------------------- */

bool http_read(struct http_answer *answer, void *bytes, size_t room, size_t *size_r,
               struct err *err)
{
    if (!answer->coding_is_seen) {
        answer->coding_is_seen = true;
        answer->coding_is_good = coding_begin(answer);
    }
    if (!answer->coding_is_good)
        return coding_refused(answer, err);
    return answer->coding ? coded_read(answer, bytes, room, size_r, err)
                          : http_read_wire(answer, bytes, room, size_r, err);
}

int64_t http_length(const struct http_answer *answer)
{
    if (answer->head.length < 0 && answer->framing == FRAMING_NONE)
        return 0;
    if (coding_of_body(answer) != CODING_NONE)
        return -1;
    return answer->framing == FRAMING_CHUNKS ? -1 : answer->head.length;
}

bool http_read_all(struct http_answer *answer, struct str *to, struct err *err)
{
    int64_t length = http_length(answer);
    char part[4096];
    size_t size;

    if (length > 0 && length <= TRUST_SIZE)
        (void)str_reserve(to, (size_t)length);
    do {
        if (!http_read(answer, part, sizeof part, &size, err))
            return false;
        str_add(to, part, size);
    } while (size > 0 && !to->cut);
    if (str_fits(to, "the answer", err))
        return true;
    err->code = HTTP_TOO_LONG;
    return false;
}
