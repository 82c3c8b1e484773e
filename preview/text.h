/* Plain text, as UTF-8. */
#pragma once

#include "picture.h"

/* UTF-8 and UTF-16 as they are, any other bytes as Windows-1252, which is what old programs wrote. */
void text_decode(struct span bytes, struct str *to);

/* Puts a file of plain text into the room. */
void text_read(struct span bytes, struct picture *picture);
