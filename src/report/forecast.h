/* What will become of the documents, from their states alone: never from trends. */
#pragma once

#include "report/sums.h"

/* The five numbers of documents sum to the total. */
struct forecast {
    int64_t arrived;  /* done                                                      */
    int64_t coming;   /* waiting, on their way, or lacking only the mark           */
    int64_t again;    /* failed, but every run tries again; not arriving as things are */
    int64_t never;    /* failed, and nothing changes until somebody acts           */
    int64_t given_up; /* waived by name                                            */
    int64_t eta_us;   /* when the coming ones will have arrived; 0: unknown        */
};

struct forecast forecast_of(const struct status *s);
