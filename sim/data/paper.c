/*
 * Drawing paper documents. A page is drawn the same way for a PDF and for a scan of it. Its text is
 * made up from phrases; no real person or matter is meant.
 */
#include "sim/data/paper.h"

#include "sim/base/chance.h"

#include "base/mem.h"

#include <cairo-pdf.h>
#include <cairo.h>

enum { PAGE_WIDTH = 595, PAGE_HEIGHT = 842, MARGIN = 64 };
enum { CARD_WIDTH = 640, CARD_HEIGHT = 404, SCAN_WIDTH = 620, SCAN_HEIGHT = 877 };
enum { PDF_MAX = 16 << 20 };

static const char *const phrases[] = {
    "The patient attended for a review of the custom foot orthoses fitted six weeks ago.",
    "Comfort was reported as good, with some pressure under the first metatarsal head.",
    "The shells were adjusted by heat and the posting on the left was reduced by two degrees.",
    "Walking distance has improved from about two hundred metres to a little over one kilometre.",
    "A new plaster cast was taken today and will be kept with the order for seven years.",
    "Footwear was assessed: the present pair is worn at the outer heel and should be replaced.",
    "The referring doctor asks for medical grade footwear with a rocker sole on both sides.",
    "No breakdown of the skin was seen; sensation to the ten gram filament was intact.",
    "Range of motion at the right ankle is limited to five degrees with the knee extended.",
    "An application for funding was completed with the patient and signed in the practice.",
    "The device was delivered, fitted and checked for function, and its care was explained.",
    "A follow-up appointment was made in four weeks; earlier if redness lasts over an hour.",
    "Photographs of both feet and of the present shoes were taken with the patient's consent.",
    "The cost was explained and a written quote was given; approval is awaited.",
    "Please find enclosed the report that was asked for in your letter of last month.",
    "Compression stockings of class two were measured below the knee on both sides.",
    "The brace limits eversion as intended and is worn about six hours on most days.",
    "We thank you for your referral and will keep you informed of the progress.",
};

static const struct {
    const char *text;
    unsigned cents;
} items[] = {
    { "Custom foot orthoses, pair", 52000 },   { "Review consultation, 30 minutes", 8950 },
    { "Medical grade footwear, pair", 41900 }, { "Rocker sole, per shoe", 9500 },
    { "Ankle-foot orthosis, left", 118000 },   { "Plaster cast and model", 14500 },
    { "Compression stockings, pair", 12800 },  { "Repair and new straps", 6400 },
    { "Delivery to the regions", 1850 },       { "Heel raise, 10 mm", 4200 },
};

/* --- text ----------------------------------------------------------------------------------- */

static void ink_set(cairo_t *cairo, double grey)
{
    cairo_set_source_rgb(cairo, grey, grey, grey);
}

static void font_set(cairo_t *cairo, double size, bool bold)
{
    cairo_select_font_face(cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cairo, size);
}

static void text_at(cairo_t *cairo, double x, double y, const char *text)
{
    cairo_move_to(cairo, x, y);
    cairo_show_text(cairo, text);
}

static void text_right(cairo_t *cairo, double x, double y, const char *text)
{
    cairo_text_extents_t extents;

    cairo_text_extents(cairo, text, &extents);
    text_at(cairo, x - extents.x_advance, y, text);
}

/* Draws words in lines no wider than the page. Returns the place of the next line. */
static double paragraph_draw(cairo_t *cairo, double y, const char *text)
{
    auto_str line = STR_MAX(KIB(1));
    struct span rest = span_of(text);
    cairo_text_extents_t extents;

    while (rest.at) {
        struct span word = span_cut(&rest, ' ');
        size_t before = line.size;

        str_printf(&line, "%s" SPAN_FORMAT, before ? " " : "", SPAN_ARGS(word));
        cairo_text_extents(cairo, str_text(&line), &extents);
        if (extents.x_advance > PAGE_WIDTH - 2 * MARGIN) {
            str_cut(&line, before);
            text_at(cairo, MARGIN, y, str_text(&line));
            y += 16;
            str_reset(&line);
            str_add_span(&line, word);
        }
    }
    text_at(cairo, MARGIN, y, str_text(&line));
    return y + 16;
}

/* --- pages ---------------------------------------------------------------------------------- */

static void letterhead_draw(cairo_t *cairo, const struct paper *paper)
{
    cairo_set_source_rgb(cairo, 0.13, 0.42, 0.44);
    cairo_rectangle(cairo, MARGIN, 48, 26, 26);
    cairo_fill(cairo);
    font_set(cairo, 15, true);
    text_at(cairo, MARGIN + 36, 62, "Wattle Street Orthotics");
    ink_set(cairo, 0.4);
    font_set(cairo, 8.5, false);
    text_at(cairo, MARGIN + 36, 74, "14 Wattle Street, Eastmarsh NSW 2991");
    text_right(cairo, PAGE_WIDTH - MARGIN, 62, paper->number);
    cairo_set_line_width(cairo, 0.7);
    cairo_move_to(cairo, MARGIN, 88);
    cairo_line_to(cairo, PAGE_WIDTH - MARGIN, 88);
    cairo_stroke(cairo);
}

static double heading_draw(cairo_t *cairo, const struct paper *paper)
{
    auto_str line = STR_MAX(KIB(1));

    ink_set(cairo, 0.1);
    font_set(cairo, 19, true);
    text_at(cairo, MARGIN, 132, paper->title);
    font_set(cairo, 11, false);
    str_printf(&line, "Patient: %s, born %s", paper->patient, paper->patient_dob);
    text_at(cairo, MARGIN, 158, str_text(&line));
    str_reset(&line);
    str_printf(&line, "Date: %s", paper->date);
    text_at(cairo, MARGIN, 174, str_text(&line));
    return 212;
}

static void footer_draw(cairo_t *cairo, const struct paper *paper, unsigned page)
{
    auto_str line = STR_MAX(KIB(1));

    ink_set(cairo, 0.4);
    font_set(cairo, 8.5, false);
    text_at(cairo, MARGIN, PAGE_HEIGHT - 40, "Made up for a rehearsal: no real person is meant.");
    str_printf(&line, "Page %u of %u", page + 1, paper->pages);
    text_right(cairo, PAGE_WIDTH - MARGIN, PAGE_HEIGHT - 40, str_text(&line));
}

static void letter_body(cairo_t *cairo, const struct paper *paper, unsigned page, double y)
{
    unsigned first = (unsigned)chance_below(chance_of(paper->seed, page, 1), lengthof(phrases));

    ink_set(cairo, 0.15);
    font_set(cairo, 11, false);
    for (unsigned i = 0; y < PAGE_HEIGHT - 150; i++) {
        unsigned step = 1 + 2 * (unsigned)(paper->seed % 4); /* odd: reaches every phrase */

        y = paragraph_draw(cairo, y, phrases[(first + i * step) % lengthof(phrases)]);
        if (chance_below(chance_of(paper->seed, page, 10 + i), 3) == 0)
            y += 9;
    }
    if (page + 1 == paper->pages)
        text_at(cairo, MARGIN, PAGE_HEIGHT - 90, "With kind regards, the team at Wattle Street");
}

static void money_text(char text[24], unsigned cents)
{
    (void)snprintf(text, 24, "$%u.%02u", cents / 100, cents % 100);
}

static void bill_body(cairo_t *cairo, const struct paper *paper, unsigned page, double y)
{
    unsigned count = 3 + (unsigned)chance_below(chance_of(paper->seed, page, 2), 5), total = 0;
    char money[24];

    ink_set(cairo, 0.15);
    for (unsigned i = 0; i < count; i++, y += 22) {
        size_t item = chance_below(chance_of(paper->seed, page, 30 + i), lengthof(items));

        font_set(cairo, 11, false);
        text_at(cairo, MARGIN, y, items[item].text);
        money_text(money, items[item].cents);
        text_right(cairo, PAGE_WIDTH - MARGIN, y, money);
        total += items[item].cents;
    }
    cairo_move_to(cairo, MARGIN, y - 10);
    cairo_line_to(cairo, PAGE_WIDTH - MARGIN, y - 10);
    cairo_stroke(cairo);
    font_set(cairo, 12, true);
    text_at(cairo, MARGIN, y + 10, "Total");
    money_text(money, total);
    text_right(cairo, PAGE_WIDTH - MARGIN, y + 10, money);
    font_set(cairo, 11, false);
    (void)paragraph_draw(cairo, y + 50, phrases[chance_below(paper->seed, lengthof(phrases))]);
}

static void page_draw(cairo_t *cairo, const struct paper *paper, unsigned page)
{
    double y = 120;

    letterhead_draw(cairo, paper);
    if (page == 0)
        y = heading_draw(cairo, paper);
    if (paper->kind == PAPER_BILL)
        bill_body(cairo, paper, page, y);
    else
        letter_body(cairo, paper, page, y);
    footer_draw(cairo, paper, page);
}

/* --- PDF ------------------------------------------------------------------------------------ */

static cairo_status_t pdf_write(void *arg, const unsigned char *bytes, unsigned size)
{
    str_add(arg, bytes, size);
    return CAIRO_STATUS_SUCCESS;
}

struct blob *paper_pdf(const struct paper *paper)
{
    auto_str bytes = STR_MAX(PDF_MAX);
    cairo_surface_t *surface =
        cairo_pdf_surface_create_for_stream(pdf_write, &bytes, PAGE_WIDTH, PAGE_HEIGHT);
    cairo_t *cairo = cairo_create(surface);

    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, paper->title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "2024-01-01T00:00:00Z");
    for (unsigned page = 0; page < paper->pages; page++) {
        page_draw(cairo, paper, page);
        cairo_show_page(cairo);
    }
    cairo_destroy(cairo);
    cairo_surface_finish(surface);
    cairo_surface_destroy(surface);
    return blob_new(str_span(&bytes));
}

/* --- pictures ------------------------------------------------------------------------------- */

/* A card on a table, a little askew, as a phone sees it. */
static void card_draw(cairo_t *cairo, const struct paper *paper)
{
    double turn = (chance_unit(chance_of(paper->seed, 0, 3)) - 0.5) * 0.12;
    cairo_pattern_t *table = cairo_pattern_create_linear(0, 0, CARD_WIDTH, CARD_HEIGHT);

    cairo_pattern_add_color_stop_rgb(table, 0, 0.55, 0.43, 0.31);
    cairo_pattern_add_color_stop_rgb(table, 1, 0.35, 0.26, 0.18);
    cairo_set_source(cairo, table);
    cairo_paint(cairo);
    cairo_pattern_destroy(table);
    cairo_translate(cairo, CARD_WIDTH / 2.0, CARD_HEIGHT / 2.0);
    cairo_rotate(cairo, turn);
    cairo_translate(cairo, -220, -135);
    cairo_set_source_rgb(cairo, 0.93, 0.96, 0.9);
    cairo_rectangle(cairo, 0, 0, 440, 270);
    cairo_fill(cairo);
    cairo_set_source_rgb(cairo, 0.1, 0.45, 0.25);
    cairo_rectangle(cairo, 0, 0, 440, 52);
    cairo_fill(cairo);
    cairo_set_source_rgb(cairo, 1, 1, 1);
    font_set(cairo, 22, true);
    text_at(cairo, 20, 35, "REHEARSAL HEALTH CARD");
    ink_set(cairo, 0.1);
    font_set(cairo, 24, false);
    text_at(cairo, 20, 120, paper->patient);
    font_set(cairo, 18, false);
    text_at(cairo, 20, 160, paper->patient_dob);
    text_at(cairo, 20, 230, paper->number);
}

static void scan_draw(cairo_t *cairo, const struct paper *paper)
{
    cairo_set_source_rgb(cairo, 0.98, 0.98, 0.96);
    cairo_paint(cairo);
    cairo_scale(cairo, (double)SCAN_WIDTH / PAGE_WIDTH, (double)SCAN_HEIGHT / PAGE_HEIGHT);
    page_draw(cairo, paper, 0);
}

static struct picture picture_of(cairo_surface_t *surface)
{
    struct picture picture = { .width = (unsigned)cairo_image_surface_get_width(surface),
                               .height = (unsigned)cairo_image_surface_get_height(surface) };
    const unsigned char *pixels = cairo_image_surface_get_data(surface);
    size_t stride = (size_t)cairo_image_surface_get_stride(surface);
    uint8_t *to;

    picture.rgb = to = mem_zero((size_t)picture.width * picture.height * 3);
    for (unsigned y = 0; y < picture.height; y++) {
        for (unsigned x = 0; x < picture.width; x++) {
            uint32_t pixel;

            memcpy(&pixel, pixels + y * stride + 4 * (size_t)x, sizeof pixel);
            *to++ = (uint8_t)(pixel >> 16);
            *to++ = (uint8_t)(pixel >> 8);
            *to++ = (uint8_t)pixel;
        }
    }
    return picture;
}

struct blob *paper_picture(const struct paper *paper, enum file_type type)
{
    bool card = paper->kind == PAPER_CARD;
    cairo_surface_t *surface = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, card ? CARD_WIDTH : SCAN_WIDTH, card ? CARD_HEIGHT : SCAN_HEIGHT);
    cairo_t *cairo = cairo_create(surface);
    struct picture picture;
    struct blob *blob;

    if (card)
        card_draw(cairo, paper);
    else
        scan_draw(cairo, paper);
    cairo_destroy(cairo);
    cairo_surface_flush(surface);
    picture = picture_of(surface);
    cairo_surface_destroy(surface);
    blob = paint_encode(&picture, type);
    picture_clear(&picture);
    return blob;
}
