/*
 * Over zlib. The first bytes decide whether there is anything to decompress. A body that does not
 * begin as gzip is none, whatever a header says. A file named .gz was compressed on the way only if
 * it holds another gzip.
 */
#include "http/coding.h"

#include "base/mem.h"

#include <zlib.h>

enum { FED_SIZE = 16 * 1024, MEMBER_HEAD = 10, FIRST_SIZE = 64 };
enum { GZIP_HAS_NAME = 0x08 };

enum decoder_mode {
    DECODER_MODE_UNDECIDED,
    DECODER_MODE_PLAIN, /* not compressed on the way */
    DECODER_MODE_INFLATE,
    DECODER_MODE_MEMBER_END, /* a member has ended; another may follow */
};

struct decoder {
    enum coding coding;
    bool is_gzip_file, is_doubtful;
    enum decoder_mode mode;
    bool is_last; /* all has been fed */
    z_stream z;
    bool has_z;
    const char *said;
    size_t at, size; /* bytes fed and not yet taken: fed[at .. size) */
    char fed[FED_SIZE];
};

/* --- the headers ---------------------------------------------------------------------------- */

static enum coding coding_named(struct span name)
{
    /* Words seen in the wild that name no compression. */
    static const char *const nothing[] = {
        "", "identity", "none", "utf-8", "binary", "8bit", "7bit"
    };

    for (size_t i = 0; i < lengthof(nothing); i++)
        if (span_is_nocase(name, nothing[i]))
            return CODING_NONE;
    if (span_is_nocase(name, "gzip") || span_is_nocase(name, "x-gzip"))
        return CODING_GZIP;
    return span_is_nocase(name, "deflate") ? CODING_DEFLATE : CODING_OTHER;
}

enum coding coding_of_head(const struct head *head)
{
    enum coding all = CODING_NONE;
    const char *value;

    for (size_t i = 0; (value = head_field(head, "Content-Encoding", i)); i++) {
        struct span rest = span_of(value);

        while (rest.at) {
            enum coding one = coding_named(span_trim(span_cut(&rest, ',')));

            if (one != CODING_NONE)
                all = all == CODING_NONE ? one : CODING_OTHER;
        }
    }
    return all;
}

bool coding_is_gzip_file(const struct head *head, struct span ext)
{
    static const char *const exts[] = { "gz", "gzip", "tgz", "taz", "svgz", "emz", "wmz", "vgz" };
    static const char *const types[] = { "application/gzip", "application/x-gzip",
                                         "application/x-gtar", "application/x-tgz",
                                         "application/x-compressed-tar" };
    struct span type = span_of(head_field(head, "Content-Type", 0));
    struct span bare = span_trim(span_cut(&type, ';'));

    for (size_t i = 0; i < lengthof(exts); i++)
        if (span_is_nocase(ext, exts[i]))
            return true;
    for (size_t i = 0; i < lengthof(types); i++)
        if (span_is_nocase(bare, types[i]))
            return true;
    return false;
}

/* --- decompressing -------------------------------------------------------------------------- */

struct decoder *decoder_new(enum coding coding, bool is_gzip_file, bool is_doubtful)
{
    struct decoder *decoder = mem_new(struct decoder);

    decoder->coding = coding;
    decoder->is_gzip_file = is_gzip_file;
    decoder->is_doubtful = is_doubtful;
    decoder->said = "";
    return decoder;
}

static void z_end(struct decoder *decoder)
{
    if (decoder->has_z)
        (void)inflateEnd(&decoder->z);
    decoder->has_z = false;
}

void decoder_free(struct decoder *decoder)
{
    if (!decoder)
        return;
    z_end(decoder);
    free(decoder);
}

void *decoder_room(struct decoder *decoder, size_t *room_r)
{
    memmove(decoder->fed, decoder->fed + decoder->at, decoder->size - decoder->at);
    decoder->size -= decoder->at;
    decoder->at = 0;
    *room_r = sizeof decoder->fed - decoder->size;
    return decoder->fed + decoder->size;
}

void decoder_fed(struct decoder *decoder, size_t size)
{
    decoder->size += size;
    decoder->is_last = size == 0;
}

const char *decoder_said(const struct decoder *decoder)
{
    return decoder->said;
}

static struct span fed_span(const struct decoder *decoder)
{
    return (struct span){ decoder->fed + decoder->at, decoder->size - decoder->at };
}

static bool is_gzip(struct span bytes)
{
    return span_starts(bytes, "\x1f\x8b\x08");
}

/* Whether it begins with zlib's two bytes (RFC 1950, 2.2). */
static bool is_zlib(struct span bytes)
{
    unsigned first = (uint8_t)bytes.at[0], second = bytes.size > 1 ? (uint8_t)bytes.at[1] : 1;

    return (first & 0x0F) == Z_DEFLATED && (first * 256 + second) % 31 == 0;
}

static void z_begin(struct decoder *decoder, int window)
{
    z_end(decoder);
    decoder->z = (z_stream){ 0 };
    if (inflateInit2(&decoder->z, window) != Z_OK)
        abort();
    decoder->has_z = true;
    decoder->mode = DECODER_MODE_INFLATE;
}

/* Whether the decompressed bytes begin as gzip, too. */
static bool holds_gzip(struct span bytes)
{
    char first[FIRST_SIZE];
    z_stream z = { .next_in = (Bytef *)(uintptr_t)bytes.at,
                   .avail_in = (uInt)bytes.size,
                   .next_out = (Bytef *)first,
                   .avail_out = sizeof first };

    if (inflateInit2(&z, 15 + 16) != Z_OK)
        abort();
    (void)inflate(&z, Z_SYNC_FLUSH);
    (void)inflateEnd(&z);
    return is_gzip((struct span){ first, sizeof first - z.avail_out });
}

/* Servers that compress write neither a file's name nor its time (RFC 1952, 2.3). */
static bool was_a_file(struct span bytes)
{
    static const char no_time[4] = { 0 };

    return (bytes.at[3] & GZIP_HAS_NAME) || memcmp(bytes.at + 4, no_time, sizeof no_time) != 0;
}

static enum decoder_step decoder_break(struct decoder *decoder, const char *said)
{
    decoder->said = said;
    return DECODER_BROKEN;
}

/* False: refused. */
static bool gzip_begin(struct decoder *decoder)
{
    struct span bytes = fed_span(decoder);

    if (bytes.size < MEMBER_HEAD || !is_gzip(bytes)
        || (decoder->is_gzip_file && !holds_gzip(bytes))) {
        decoder->mode = DECODER_MODE_PLAIN;
        return true;
    }
    if (decoder->is_doubtful && was_a_file(bytes))
        return false;
    z_begin(decoder, 15 + 16);
    return true;
}

/* Whether enough bytes to decide have come, or all. */
static bool format_is_decidable(const struct decoder *decoder)
{
    return decoder->is_last || decoder->size - decoder->at == sizeof decoder->fed
           || (!decoder->is_gzip_file && decoder->size - decoder->at >= MEMBER_HEAD);
}

static bool decoder_begin(struct decoder *decoder)
{
    if (decoder->coding == CODING_GZIP)
        return gzip_begin(decoder);
    if (fed_span(decoder).size == 0)
        decoder->mode = DECODER_MODE_PLAIN;
    else
        z_begin(decoder, is_zlib(fed_span(decoder)) ? 15 : -15);
    return true;
}

static enum decoder_step plain_read(struct decoder *decoder, void *bytes, size_t room,
                                    size_t *size_r)
{
    struct span some = span_first(fed_span(decoder), room);

    if (some.size == 0)
        return decoder->is_last ? DECODER_END : DECODER_HUNGRY;
    memcpy(bytes, some.at, some.size);
    decoder->at += some.size;
    *size_r = some.size;
    return DECODER_BYTES;
}

static enum decoder_step inflated_read(struct decoder *decoder, void *bytes, size_t room,
                                       size_t *size_r)
{
    struct span from = fed_span(decoder);
    z_stream *z = &decoder->z;
    uInt most = room < UINT_MAX ? (uInt)room : UINT_MAX;
    int got;

    z->next_in = (Bytef *)(uintptr_t)from.at;
    z->avail_in = (uInt)from.size;
    z->next_out = bytes;
    z->avail_out = most;
    got = inflate(z, Z_NO_FLUSH);
    decoder->at += from.size - z->avail_in;
    *size_r = most - z->avail_out;
    if (got == Z_STREAM_END)
        decoder->mode = DECODER_MODE_MEMBER_END;
    else if (got != Z_OK && got != Z_BUF_ERROR)
        return decoder_break(
            decoder, "the body is not what its Content-Encoding says, or was damaged on the way");
    if (*size_r > 0)
        return DECODER_BYTES;
    if (decoder->mode == DECODER_MODE_MEMBER_END)
        return decoder_read(decoder, bytes, room, size_r);
    return decoder->is_last ? DECODER_SHORT : DECODER_HUNGRY;
}

/* After the end of a member: nothing, or another one. */
static enum decoder_step member_end_read(struct decoder *decoder, void *bytes, size_t room,
                                         size_t *size_r)
{
    if (fed_span(decoder).size < 3 && !decoder->is_last)
        return DECODER_HUNGRY;
    if (fed_span(decoder).size == 0)
        return DECODER_END;
    if (decoder->coding != CODING_GZIP || !is_gzip(fed_span(decoder)))
        return decoder_break(decoder, "more follows after the end of the compressed body");
    z_begin(decoder, 15 + 16);
    return decoder_read(decoder, bytes, room, size_r);
}

enum decoder_step decoder_read(struct decoder *decoder, void *bytes, size_t room, size_t *size_r)
{
    if (decoder->mode == DECODER_MODE_UNDECIDED && !format_is_decidable(decoder))
        return DECODER_HUNGRY;
    if (decoder->mode == DECODER_MODE_UNDECIDED && !decoder_begin(decoder))
        return decoder_break(decoder,
                             "the answer says Content-Encoding: gzip, and nothing tells whether "
                             "the file is a .gz itself or was compressed on the way");
    switch (decoder->mode) {
    case DECODER_MODE_PLAIN:
        return plain_read(decoder, bytes, room, size_r);
    case DECODER_MODE_INFLATE:
        return inflated_read(decoder, bytes, room, size_r);
    case DECODER_MODE_MEMBER_END:
        return member_end_read(decoder, bytes, room, size_r);
    case DECODER_MODE_UNDECIDED:
        break;
    }
    abort();
}
