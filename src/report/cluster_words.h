/* What the documents of a group have in common, in words: for findings and for causes. */
#pragma once

#include "report/clusters.h"

/* "6", "1–1,056" */
void cluster_words_range(struct str *to, int64_t first, int64_t last);

/* "record 6", "records 1–1,056" */
void cluster_words_records(struct str *to, int64_t first, int64_t last);

/* ", created 3–9 March 2015"; nothing if nobody knows. */
void cluster_words_days(struct str *to, const struct failure_group *group);

/* " by Admin, all of type Letter, ...": what nearly all share. */
void cluster_words_shared(struct str *to, const struct failure_group *group);

/* "190 Referral, 65 File Notes, 484 others" */
void cluster_words_types(struct str *to, const struct failure_group *group);
