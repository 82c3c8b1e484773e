/* Pages of PDFs: their picture and their text. By Poppler and cairo. */
#pragma once

#include "picture.h"

/* A document that stays open for further pages. */
struct pdf;

bool pdf_is_known(struct span bytes); /* "%PDF-" within the first 1,024 bytes, as readers accept */

/*
 * Opens a document.
 *   bytes      borrowed until pdf_close()
 *   password   NULL: none
 *   pdf_r      caller closes it
 */
enum wire_shape pdf_open(struct span bytes, const char *password, struct pdf **pdf_r);
void pdf_close(struct pdf *pdf); /* NULL is allowed */

/*
 * Draws a page on white, with its annotations; follows no link and runs no script.
 *   page    from 1
 *   width   0: text alone
 */
enum wire_shape pdf_draw(struct pdf *pdf, int page, int width, struct picture *picture);
