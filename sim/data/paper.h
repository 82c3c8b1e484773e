/* The clinic's paper: letters, forms, bills and photographed cards, drawn with cairo. */
#pragma once

#include "base/base.h"
#include "sim/content/content.h"
#include "sim/content/paint.h"

enum paper_kind { PAPER_LETTER, PAPER_BILL, PAPER_CARD };

struct paper {
    enum paper_kind kind;
    const char *title; /* the document's type */
    const char *patient, *patient_dob, *date, *number;
    uint64_t seed;
    unsigned pages;
};

/* Draws a PDF. The same paper gives the same bytes. */
struct blob *paper_pdf(const struct paper *paper);

/* Draws a scan or a photo in the format of `type`. */
struct blob *paper_picture(const struct paper *paper, enum file_type type);
