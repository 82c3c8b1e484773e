/* What the documents of a group have in common, in words: for findings and for causes. */
#pragma once

#include "report/clusters.h"

/* "record 6", "records 1–1,056" */
void cluster_words_records(struct str *to, int64_t first, int64_t last);

/* ", created 3–9 March 2015"; nothing if nobody knows. */
void cluster_words_days(struct str *to, const struct failure_group *group);

/* " by Admin, all of type Letter, ...": what nearly all share. */
void cluster_words_shared(struct str *to, const struct failure_group *group);

/* "312 Referral, 80 ERF, 60 File Notes, 287 of 22 other types" */
void cluster_words_types(struct str *to, const struct failure_group *group);
