/* Puts what was made into the room that the console lent. */
#include "picture.h"

bool picture_put(struct picture *picture, const void *jpeg, size_t size)
{
    if (size > WIRE_JPEG_MAX)
        return false;
    memcpy(picture->room, jpeg, size);
    picture->jpeg_size = (uint32_t)size;
    return true;
}

struct span picture_text(struct span text, size_t most)
{
    size_t size = most;

    if (text.size <= most)
        return text;
    while (size > 0 && ((unsigned char)text.at[size] & 0xC0) == 0x80)
        size--;
    return span_first(text, size);
}

void picture_put_text(struct picture *picture, struct span text)
{
    struct span kept = picture_text(text, WIRE_TEXT_MAX);

    if (kept.size > 0)
        memcpy(picture->room + WIRE_JPEG_MAX, kept.at, kept.size);
    picture->text_size = (uint32_t)kept.size;
}
