/* Pictures in the formats of a clinic's cards and scans. The same input gives the same bytes. */
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
 * Encodes a picture in the format of `type`: JPEG, PNG, TIFF or HEIC.
 * The caller owns the blob.
 */
struct blob *paint_encode(const struct picture *picture, enum file_type type);

/* A small picture, made once per type, with which fillers begin. The caller owns a share. */
struct blob *paint_sample(enum file_type type);

/* Frees what is kept between calls; nobody may paint after this. */
void paint_end(void);
