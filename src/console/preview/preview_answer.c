/* Believes a worker nothing that can be looked at. */
#include "console/preview/preview_answer.h"

#include "base/utf8.h"

static const enum preview_shape shapes[] = {
    [WIRE_OK] = PREVIEW_OK,
    [WIRE_ENCRYPTED] = PREVIEW_ENCRYPTED,
    [WIRE_DAMAGED] = PREVIEW_DAMAGED,
    [WIRE_TOO_LARGE] = PREVIEW_TOO_LARGE,
    [WIRE_NO_PICTURE] = PREVIEW_NO_PICTURE,
};

static bool answer_fits(const struct wire_answer *a, int width)
{
    bool has_picture = a->shape == WIRE_OK && width > 0;

    if (a->magic != WIRE_MAGIC || a->shape >= lengthof(shapes) || a->pages < 0
        || a->pages > WIRE_COUNT_MAX || a->jpeg_size > WIRE_JPEG_MAX
        || a->text_size > WIRE_TEXT_MAX)
        return false;
    if (!has_picture)
        return a->jpeg_size == 0 && a->width == 0 && a->height == 0;
    return a->jpeg_size > 0 && a->width > 0 && a->width <= width && a->height > 0
           && a->height <= WIRE_HEIGHT_MAX;
}

bool preview_answer_read(struct span message, int width, struct wire_answer *answer_r,
                         struct err *err)
{
    struct wire_answer answer;

    if (message.size != sizeof answer)
        return err_set(err, ERR_DATA, 0, "an answer of %zu bytes", message.size);
    memcpy(&answer, message.at, sizeof answer);
    if (!answer_fits(&answer, width))
        return err_set(err, ERR_DATA, 0, "an answer that cannot be");
    *answer_r = answer;
    return true;
}

/* --- the picture ------------------------------------------------------------------------------ */

static int number_at(struct span bytes, size_t place)
{
    return (uint8_t)bytes.at[place] << 8 | (uint8_t)bytes.at[place + 1];
}

static bool is_frame(uint8_t marker)
{
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

/* Whether it begins and ends as a JPEG, and its first frame has this size. */
static bool jpeg_is(struct span jpeg, int width, int height)
{
    size_t place = 2;

    if (!span_starts(jpeg, "\xFF\xD8\xFF") || !span_ends(jpeg, "\xFF\xD9"))
        return false;
    while (place + 9 <= jpeg.size && (uint8_t)jpeg.at[place] == 0xFF) {
        if (is_frame((uint8_t)jpeg.at[place + 1]))
            return number_at(jpeg, place + 5) == height && number_at(jpeg, place + 7) == width;
        place += 2 + (size_t)number_at(jpeg, place + 2);
    }
    return false;
}

bool preview_answer_page(const struct wire_answer *answer, struct span jpeg, struct span text,
                         struct preview_page *page_r, struct err *err)
{
    struct preview_page page = { .shape = shapes[answer->shape],
                                 .pages = answer->pages,
                                 .width = answer->width,
                                 .height = answer->height,
                                 .jpeg = STR_MAX(WIRE_JPEG_MAX),
                                 .text = STR_MAX(3 * WIRE_TEXT_MAX) };

    if (jpeg.size > 0 && !jpeg_is(jpeg, answer->width, answer->height))
        return err_set(err, ERR_DATA, 0, "a picture that is none");
    str_add_span(&page.jpeg, jpeg);
    utf8_add_kept(&page.text, text);
    *page_r = page;
    return true;
}
