/* Fillers: a real beginning, made-up bytes, a real end. */
#include "sim/content/filler.h"

#include "sim/base/chance.h"
#include "sim/content/paint.h"

#include <zlib.h>

enum { PARTS_MAX = KIB(64), PDF_LEAST = 1536 };

/* --- PDF: one page with a title; the bytes are an object that no page shows ----------------- */

struct pdf {
    struct str *head;
    size_t objects[8];
    size_t count;
};

static void pdf_object(struct pdf *pdf, const char *body)
{
    pdf->objects[pdf->count++] = pdf->head->size;
    str_printf(pdf->head, "%zu 0 obj\n%s\nendobj\n", pdf->count, body);
}

static void pdf_title_add(struct str *to, struct span title)
{
    for (size_t i = 0; i < title.size; i++) {
        char c = title.at[i];

        if (c == '(' || c == ')' || c == '\\')
            str_add_char(to, '\\');
        str_add_char(to, (uint8_t)c < 0x20 || (uint8_t)c >= 0x7F ? '?' : c);
    }
}

static void pdf_page(struct pdf *pdf, struct span title)
{
    auto_str text = STR_MAX(KIB(2));
    auto_str object = STR_MAX(KIB(4));

    str_add_text(&text, "BT /F1 14 Tf 72 770 Td (");
    pdf_title_add(&text, title);
    str_add_text(&text, ") Tj ET");
    str_printf(&object, "<</Length %zu>>\nstream\n%s\nendstream", text.size, str_text(&text));
    pdf_object(pdf, "<</Type/Catalog/Pages 2 0 R>>");
    pdf_object(pdf, "<</Type/Pages/Kids[3 0 R]/Count 1>>");
    pdf_object(pdf, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
                    "/Resources<</Font<</F1 5 0 R>>>>>>");
    pdf_object(pdf, str_text(&object));
    pdf_object(pdf, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
}

static void pdf_tail(const struct pdf *pdf, uint64_t size, struct str *tail)
{
    size_t before;

    str_add_text(tail, "\nendstream\nendobj\n");
    before = tail->size;
    str_printf(tail, "xref\n0 %zu\n0000000000 65535 f \n", pdf->count + 1);
    for (size_t i = 0; i < pdf->count; i++)
        str_printf(tail, "%010zu 00000 n \n", pdf->objects[i]);
    str_printf(tail, "trailer\n<</Size %zu/Root 1 0 R>>\n", pdf->count + 1);
    before = tail->size - before + sizeof "startxref\n000000000000000\n%%EOF\n" - 1;
    str_printf(tail, "startxref\n%015ju\n%%%%EOF\n", (uintmax_t)(size - before));
}

/* The length of the made-up part is printed in a fixed width, so that its place is known before. */
static void pdf_init(struct filler *filler, struct span title)
{
    static const char object[] = "6 0 obj\n<</Length 000000000000000>>\nstream\n";
    struct pdf pdf = { .head = &filler->head };
    uint64_t head_size;

    str_printf(&filler->head, "%%PDF-1.4\n%%%016jx\n", (uintmax_t)filler->seed);
    pdf_page(&pdf, title);
    pdf.objects[pdf.count++] = filler->head.size;
    head_size = filler->head.size + sizeof object - 1;
    pdf_tail(&pdf, filler->size, &filler->tail);
    str_printf(&filler->head, "6 0 obj\n<</Length %015ju>>\nstream\n",
               (uintmax_t)(filler->size - head_size - filler->tail.size));
}

static void pdf_small_init(struct filler *filler)
{
    str_printf(&filler->head, "%%PDF-1.4\n%%%016jx\n", (uintmax_t)filler->seed);
    if (filler->size >= filler->head.size + 6)
        str_add_text(&filler->tail, "%%EOF\n");
}

/* --- pictures: a small real one, and the bytes behind its end ------------------------------- */

static void picture_init(struct filler *filler, enum file_type type)
{
    struct blob *sample = paint_sample(type);

    if (sample->size + 32 <= filler->size) {
        str_add(&filler->head, sample->bytes, sample->size);
        if (type == FILE_HEIC)
            str_add(&filler->head, "\0\0\0\0free", 8); /* a box up to the end of the file */
        str_printf(&filler->head, "%016jx", (uintmax_t)filler->seed);
    } else {
        str_add(&filler->head, sample->bytes, sample->size < 16 ? sample->size : 16);
    }
    blob_release(sample);
}

/* --- texts, and a file that is compressed itself; those that are too large end in noise ------ */

static void letters_add(struct filler *filler, uint64_t count)
{
    static const char letters[] = "abcdefgh jklmnop";

    for (uint64_t i = 0; i < count && filler->head.size < PARTS_MAX; i++)
        str_add_char(&filler->head, letters[chance_of(filler->seed, i, 5) % 16]);
}

static void text_init(struct filler *filler, const char *begin, const char *end)
{
    size_t around = strlen(begin) + strlen(end);

    str_add_text(&filler->head, begin);
    letters_add(filler, filler->size > around ? filler->size - around : 0);
    str_add_text(&filler->tail, end);
}

static void little_endian_add(struct str *to, uint64_t number, int bytes)
{
    for (int i = 0; i < bytes; i++)
        str_add_char(to, (char)(number >> 8 * i));
}

/* One member with a name, its contents stored as they are (RFC 1952; RFC 1951, 3.2.4). */
static void gzip_init(struct filler *filler)
{
    static const char head[] = "\x1f\x8b\x08\x08\x01\0\0\0\0\x03"
                               "a.txt\0\x01";
    enum { AROUND = sizeof head - 1 + 4 + 8 };
    uint64_t size = filler->size > AROUND ? filler->size - AROUND : 0;
    struct span inside;

    if (size > 60000)
        size = 60000; /* one block */
    str_add(&filler->head, head, sizeof head - 1);
    little_endian_add(&filler->head, size, 2);
    little_endian_add(&filler->head, ~size, 2);
    letters_add(filler, size);
    inside = span_from(str_span(&filler->head), sizeof head - 1 + 4);
    little_endian_add(&filler->tail, crc32(0, (const Bytef *)inside.at, (uInt)inside.size), 4);
    little_endian_add(&filler->tail, size, 4);
}

void filler_init(struct filler *filler, enum file_type type, struct span title, uint64_t seed,
                 uint64_t size)
{
    *filler = (struct filler){
        .head = STR_MAX(PARTS_MAX), .tail = STR_MAX(PARTS_MAX), .seed = seed, .size = size
    };
    switch (type) {
    case FILE_PDF:
        if (filler->size < PDF_LEAST)
            pdf_small_init(filler);
        else
            pdf_init(filler, title);
        break;
    case FILE_JPEG:
    case FILE_PNG:
    case FILE_TIFF:
    case FILE_HEIC:
        picture_init(filler, type);
        break;
    case FILE_HTML:
    case FILE_XLS:
        text_init(filler, "<!DOCTYPE html>\n<html><body><table><tr><td>",
                  "</td></tr></table></body></html>\n");
        break;
    case FILE_JSON:
        text_init(filler, "{\"messages\":[\"", "\"]}\n");
        break;
    case FILE_GZIP:
        gzip_init(filler);
        break;
    case FILE_TEXT:
    case FILE_OTHER:
        str_printf(&filler->head, "%016jx\n", (uintmax_t)filler->seed);
        break;
    }
    str_cut(&filler->head,
            (size_t)(filler->size < filler->head.size ? filler->size : filler->head.size));
}

void filler_clear(struct filler *filler)
{
    str_clear(&filler->head);
    str_clear(&filler->tail);
}

/* Copies the part of a piece (`from` .. `from + piece.size`) that lies in the wanted range. */
static void piece_copy(struct span piece, uint64_t from, uint64_t offset, char *to, size_t size)
{
    uint64_t begin = from > offset ? from : offset;
    uint64_t end = from + piece.size < offset + size ? from + piece.size : offset + size;

    if (begin < end)
        memcpy(to + (begin - offset), piece.at + (begin - from), (size_t)(end - begin));
}

void filler_read(const struct filler *filler, uint64_t offset, void *bytes_r, size_t size_bytes)
{
    uint64_t tail_at = filler->size - filler->tail.size;

    chance_fill(filler->seed, offset, bytes_r, size_bytes);
    piece_copy(str_span(&filler->head), 0, offset, bytes_r, size_bytes);
    piece_copy(str_span(&filler->tail), tail_at, offset, bytes_r, size_bytes);
}
