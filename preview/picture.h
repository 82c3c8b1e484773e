/* What is made of one page. */
#pragma once

#include "base/str.h"
#include "wire.h"

/* The room that the console lent, and what stands in it. */
struct picture {
    char *room; /* WIRE_ROOM bytes */
    int pages;  /* of the document; 0: not known */
    int width, height;
    uint32_t jpeg_size, text_size;
};

/* Puts a JPEG into the room; false: it is larger than that. */
bool picture_put(struct picture *picture, const void *jpeg, size_t size);

/* The longest beginning of UTF-8 of at most `most` bytes that cuts no character in two. */
struct span picture_text(struct span text, size_t most);

/* Puts text into the room, as much of it as fits: UTF-8, cut between characters. */
void picture_put_text(struct picture *picture, struct span text);
