/* Reads the file beside the rows; the bytes are decoded and hashed on the way. */
#include "export/fhir_kept.h"

#include "base/beneath.h"
#include "base/mem.h"
#include "json/writer.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

enum { READ_SIZE = 128 * 1024, HEAD_MAX = 64 * 1024 };

/* Base64 of a multiple of three bytes has no padding, so each part can be read by itself. */
static_assert(READ_SIZE % 4 == 0, "a part of the file is whole groups of Base64");

struct fhir_kept_line {
    struct uuid id;
    struct sha256 sha256, head;
    uint64_t size_bytes;
    bool is_kept;
};

void fhir_kept_clear(struct fhir_kept *kept)
{
    free(kept->lines);
}

void fhir_binary_head(struct str *to, const struct export_document *d)
{
    struct json_writer w = JSON_WRITER(to);

    json_open_object(&w);
    json_member_text(&w, "resourceType", "Binary");
    json_member_text(&w, "id", d->id);
    json_member_span(&w, "contentType",
                     d->mime_type.size ? d->mime_type : span_of("application/octet-stream"));
    str_add_text(to, ",\"data\":\"");
}

/* --- the rows ------------------------------------------------------------------------------- */

static struct uuid id_of(const struct export_document *d)
{
    struct uuid id = { 0 };

    (void)!uuid_read_loose(span_of(d->id), &id);
    return id;
}

static bool row_remember(void *arg, const struct export_document *d, struct err *err)
{
    struct fhir_kept *kept = arg;
    auto_str head = STR_MAX(HEAD_MAX);

    fhir_binary_head(&head, d);
    if (!str_fits(&head, "a file's type", err))
        return false;
    if (kept->count == kept->room) {
        kept->room = kept->room ? 2 * kept->room : 1024;
        kept->lines = mem_grow(kept->lines, kept->room * sizeof *kept->lines);
    }
    kept->lines[kept->count++] = (struct fhir_kept_line){ .id = id_of(d),
                                                          .sha256 = d->sha256,
                                                          .head = sha256_of(str_span(&head)),
                                                          .size_bytes = d->size_bytes };
    return true;
}

static int line_order(const void *a, const void *b)
{
    return memcmp(((const struct fhir_kept_line *)a)->id.bytes,
                  ((const struct fhir_kept_line *)b)->id.bytes, sizeof(struct uuid));
}

static struct fhir_kept_line *line_of(const struct fhir_kept *kept, struct uuid id)
{
    struct fhir_kept_line wanted = { .id = id };

    return kept->count ? bsearch(&wanted, kept->lines, kept->count, sizeof *kept->lines, line_order)
                       : NULL;
}

bool fhir_kept_has(const struct fhir_kept *kept, const struct export_document *d)
{
    const struct fhir_kept_line *line = line_of(kept, id_of(d));

    return line && line->is_kept;
}

/* --- the file ------------------------------------------------------------------------------- */

struct binaries {
    FILE *file;
    char *part; /* of READ_SIZE */
};

/* Reads the line's beginning, and finds its document; NULL: it is not one to be kept. */
static struct fhir_kept_line *head_read(struct binaries *b, const struct fhir_kept *kept,
                                        uint64_t *bytes)
{
    static const char begin[] = "{\"resourceType\":\"Binary\",\"id\":\"";
    auto_str head = STR_MAX(HEAD_MAX);
    struct fhir_kept_line *line;
    struct sha256 is;
    struct uuid id;
    int c;

    while (!head.cut && !span_ends(str_span(&head), ",\"data\":\"")
           && (c = getc_unlocked(b->file)) != EOF)
        str_add_char(&head, (char)c);
    if (!span_starts(str_span(&head), begin)
        || !uuid_read_loose(
            span_first(span_from(str_span(&head), sizeof begin - 1), UUID_TEXT_SIZE - 1), &id))
        return NULL;
    line = line_of(kept, id);
    is = sha256_of(str_span(&head));
    *bytes = head.size;
    return line && !line->is_kept && sha256_equal(&is, &line->head) ? line : NULL;
}

static bool data_matches(struct binaries *b, const struct fhir_kept_line *line, uint64_t size)
{
    auto_sha256_stream *hash = sha256_stream_new();
    auto_str bytes = STR_MAX(READ_SIZE);
    struct sha256 is;
    struct err ignored;

    while (size) {
        size_t most = size < READ_SIZE ? (size_t)size : READ_SIZE;

        str_reset(&bytes);
        if (fread(b->part, 1, most, b->file) != most
            || !base64_read((struct span){ b->part, most }, &bytes, &ignored))
            return false;
        sha256_stream_add(hash, str_span(&bytes));
        size -= most;
    }
    is = sha256_stream_end(hash);
    return sha256_equal(&is, &line->sha256);
}

/* Reads one line. False: it is not one to be kept, or there is none. */
static bool line_keep(struct binaries *b, struct fhir_kept *kept)
{
    uint64_t head, data;
    struct fhir_kept_line *line = head_read(b, kept, &head);
    char tail[sizeof FHIR_BINARY_TAIL] = "";

    if (!line)
        return false;
    data = (line->size_bytes + 2) / 3 * 4;
    if (!data_matches(b, line, data) || fread(tail, 1, sizeof tail - 1, b->file) != sizeof tail - 1
        || strcmp(tail, FHIR_BINARY_TAIL) != 0)
        return false;
    kept->bytes += head + data + sizeof tail - 1;
    line->is_kept = true;
    return true;
}

static bool lines_keep(struct export *e, struct fhir_kept *kept, int fd, struct err *err)
{
    auto_free char *part = mem_zero(READ_SIZE);
    struct binaries b = { fdopen(fd, "r"), part };

    if (!b.file)
        return err_os(err, "reading '" FHIR_BINARIES "'");
    while (!cancel_is_set(e->cancel) && line_keep(&b, kept))
        ;
    (void)fclose(b.file);
    return !cancel_is_set(e->cancel) || err_set(err, ERR_CANCELED, 0, "asked to stop");
}

bool fhir_kept_read(struct export *e, struct fhir_kept *kept_r, struct err *err)
{
    auto_close int fd = beneath_open(e->folder_fd, FHIR_BINARIES, O_RDONLY, 0);
    bool good;

    if (fd < 0)
        return errno == ENOENT || err_os(err, "opening '" FHIR_BINARIES "'");
    e->is_looking = true;
    good = export_each_document(e, row_remember, kept_r, err);
    e->is_looking = false;
    if (!good)
        return false;
    if (kept_r->count)
        qsort(kept_r->lines, kept_r->count, sizeof *kept_r->lines, line_order);
    return lines_keep(e, kept_r, take_fd(fd), err);
}
