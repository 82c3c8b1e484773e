/* Pictures in the formats that a clinic's cards come in. Same input, same bytes. */
#pragma once

#include "sim/content/blob.h"
#include "sim/content/file_type.h"

/* An image in memory: rows of 8-bit red, green, blue without padding. */
struct picture {
    unsigned width, height;
    uint8_t *rgb;
};

void picture_clear(struct picture *picture);

/*
 * Writes a picture in the format of `type`: JPEG, PNG, TIFF or HEIC.
 * Returns a blob of the caller's.
 */
struct blob *paint_encode(const struct picture *picture, enum file_type type);

/* A small picture, made once per type: the front of cheap documents. The caller's share. */
struct blob *paint_sample(enum file_type type);

/* Frees what is kept between calls; nobody may paint any more. */
void paint_end(void);
