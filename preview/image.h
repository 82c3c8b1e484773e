/* Pictures of one page or many: JPEG, PNG, TIFF, HEIC, WebP, GIF. By libvips. */
#pragma once

#include "picture.h"

/* Starts libvips with the loaders of these kinds alone. False: it cannot be started. */
bool image_start(void);

/* Whether these bytes begin as a picture that can be drawn. */
bool image_is_known(struct span bytes);

/*
 * Draws a page, turned as its camera says and in sRGB, no larger than it is.
 *   page    from 1; a kind other than TIFF has one
 *   width   0: counts the pages alone
 */
enum wire_shape image_draw(struct span bytes, int page, int width, struct picture *picture);

/* Makes a JPEG of `width` x `height` pixels of three bytes, red first, into the room. */
enum wire_shape image_save(const uint8_t *pixels, int width, int height, struct picture *picture);
