/* Draws PDFs. Poppler is called by itself: libvips says of its own way to it that it trusts it less. */
#include "pdf.h"

#include "base/mem.h"
#include "image.h"

/* Attachments are not read, and their header has a member by a name that is banned here. */
#define __POPPLER_ATTACHMENT_H__

#include <cairo.h>
#include <math.h>
#include <poppler.h>

enum { HEADER_WITHIN = 1024 };

struct pdf {
    PopplerDocument *document;
};

bool pdf_is_known(struct span bytes)
{
    struct span head = span_first(bytes, HEADER_WITHIN);

    return memmem(head.at, head.size, "%PDF-", 5) != NULL;
}

/*
 * From a stream of the bytes: Poppler 22.12 reads through NULL when its function for bytes is given
 * a wrong password, and its function for files then calls the document damaged.
 */
static PopplerDocument *document_open(struct span bytes, const char *password, GError **error)
{
    GBytes *borrowed = g_bytes_new_static(bytes.at, bytes.size);
    GInputStream *stream = g_memory_input_stream_new_from_bytes(borrowed);
    PopplerDocument *document =
        poppler_document_new_from_stream(stream, (goffset)bytes.size, password, NULL, error);

    g_object_unref(stream);
    g_bytes_unref(borrowed);
    return document;
}

enum wire_shape pdf_open(struct span bytes, const char *password, struct pdf **pdf_r)
{
    GError *error = NULL;
    PopplerDocument *document = document_open(bytes, password, &error);
    enum wire_shape shape = WIRE_OK;

    if (document) {
        *pdf_r = mem_new(struct pdf);
        (*pdf_r)->document = document;
    } else {
        shape = g_error_matches(error, POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED) ? WIRE_ENCRYPTED
                                                                               : WIRE_DAMAGED;
    }
    g_clear_error(&error);
    return shape;
}

void pdf_close(struct pdf *pdf)
{
    if (!pdf)
        return;
    g_object_unref(pdf->document);
    free(pdf);
}

/* --- one page --------------------------------------------------------------------------------- */

/* How large it is drawn: as wide as is asked for, unless it would be too high. */
static bool size_choose(PopplerPage *page, int width, struct picture *picture, double *scale_r)
{
    double wide = 0, high = 0, scale;

    poppler_page_get_size(page, &wide, &high);
    if (!isfinite(wide) || !isfinite(high) || wide <= 0 || high <= 0)
        return false;
    scale = fmin(width / wide, WIRE_HEIGHT_MAX / high);
    picture->width = (int)fmax(1, fmin(width, round(wide * scale)));
    picture->height = (int)fmax(1, fmin(WIRE_HEIGHT_MAX, round(high * scale)));
    *scale_r = scale;
    return true;
}

/* cairo has four bytes for a pixel, in the order of the machine's words. Packs them in place. */
static void pixels_pack(cairo_surface_t *surface, int width, int height)
{
    uint8_t *to = cairo_image_surface_get_data(surface);
    const uint8_t *row = to;

    for (int y = 0; y < height; y++, row += cairo_image_surface_get_stride(surface))
        for (int x = 0; x < width; x++) {
            uint32_t pixel;

            memcpy(&pixel, row + (size_t)x * 4, 4);
            *to++ = (uint8_t)(pixel >> 16);
            *to++ = (uint8_t)(pixel >> 8);
            *to++ = (uint8_t)pixel;
        }
}

static void page_paint(PopplerPage *page, cairo_surface_t *surface, double scale)
{
    cairo_t *pen = cairo_create(surface);

    cairo_set_source_rgb(pen, 1, 1, 1);
    cairo_paint(pen);
    cairo_scale(pen, scale, scale);
    poppler_page_render(page, pen);
    cairo_destroy(pen);
    cairo_surface_flush(surface);
}

static enum wire_shape page_draw(PopplerPage *page, int width, struct picture *picture)
{
    enum wire_shape shape = WIRE_TOO_LARGE;
    cairo_surface_t *surface;
    double scale;

    if (!size_choose(page, width, picture, &scale))
        return WIRE_DAMAGED;
    surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, picture->width, picture->height);
    if (cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS) {
        page_paint(page, surface, scale);
        pixels_pack(surface, picture->width, picture->height);
        shape = image_save(cairo_image_surface_get_data(surface), picture->width, picture->height,
                           picture);
    }
    cairo_surface_destroy(surface);
    return shape;
}

static void page_read(PopplerPage *page, struct picture *picture)
{
    char *text = poppler_page_get_text(page);

    picture_put_text(picture, span_of(text));
    g_free(text);
}

enum wire_shape pdf_draw(struct pdf *pdf, int page, int width, struct picture *picture)
{
    PopplerPage *one;
    enum wire_shape shape = WIRE_OK;

    picture->pages = poppler_document_get_n_pages(pdf->document);
    if (picture->pages < 1)
        return WIRE_DAMAGED;
    if (page > picture->pages)
        return WIRE_NO_PICTURE;
    one = poppler_document_get_page(pdf->document, page - 1);
    if (!one)
        return WIRE_DAMAGED;
    if (width > 0)
        shape = page_draw(one, width, picture);
    if (shape == WIRE_OK)
        page_read(one, picture);
    g_object_unref(one);
    return shape;
}
