/*
 * Generations of FileMaker Server, as far as they answer differently. A generation is a version, what the web
 * server before it calls itself, and a list of switches; what is not named there stays as it is by default.
 * Those differences that developers with such servers at hand have written down are here; the rest of 20 to 26 is
 * taken to answer as 19 to 21 do.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"

struct generation {
    int number;
    const char *version;    /* "21.1.2.500" */
    const char *web_server; /* the header Server */
    const char *odata;      /* the header OData-Version */
    const char *switches;   /* as switches_set() takes them */
};

/* What answers if none was asked for: version 21, and every switch at its default. */
const struct generation *generation_usual(void);

/* The generation of a number: 19, 20, 21, 22 or 26. Fails with ERR_USAGE. */
must_check bool generation_find(int number, const struct generation **generation_r,
                                struct err *err);
