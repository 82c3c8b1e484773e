/* What will become of the documents, from their states alone: never from trends. */
#pragma once

#include "report/sums.h"

/* The five numbers of documents sum to the total. */
struct forecast {
    int64_t arrived;  /* done                                                          */
    int64_t coming;   /* waiting, on their way, or only the mark is missing            */
    int64_t again;    /* failed, and each later run tries anew; will not arrive as is  */
    int64_t never;    /* failed, and nothing changes until somebody acts               */
    int64_t given_up; /* waived by name                                                */
    int64_t eta_us;   /* when what is coming will be there; 0: nobody can say          */
};

struct forecast forecast_of(const struct status *s);
