/* The words for pages that have no picture. */
#include "console/preview/preview_page.h"

void preview_page_clear(struct preview_page *page)
{
    str_clear(&page->jpeg);
    str_clear(&page->text);
}

static const char *const words[] = {
    [PREVIEW_OK] = "",
    [PREVIEW_ENCRYPTED] = "This document is protected by a password.",
    [PREVIEW_DAMAGED] =
        "This document is damaged, and cannot be drawn. It is stored as it came from "
        "FileMaker.",
    [PREVIEW_TOO_LARGE] = "This document or page is too large to be drawn here.",
    [PREVIEW_NO_PICTURE] = "There are no pictures of this kind of document or page.",
    [PREVIEW_DIED] =
        "This document could not be drawn: it took too long, or broke the program that "
        "draws. It is tried again in a day.",
    [PREVIEW_AWAY] = "Pictures cannot be made just now. Try again in a minute.",
};

const char *preview_words(enum preview_shape shape)
{
    return words[shape];
}
