/*
 * A patient's documents as the application's own programs list them: by its columns, all of them with one
 * count, verified or invisible. What is listed is noted.
 */
#pragma once

#include "base/str.h"
#include "console/documents/visible.h"
#include "console/server/exchange.h"

enum { NEXUS_DOCUMENTS_MOST = 20000, NEXUS_OFFSET_MOST = 10000 };

/* What is asked for. Texts are borrowed. */
struct nexus_choice {
    const char *patient;  /* the application's id              */
    const char *category; /* as the column has it; NULL: of all */
    int64_t limit, offset;
    bool with_metadata;
};

struct nexus_list {
    int64_t count;        /* that may be shown, on this page or not      */
    struct str *members;  /* of each of the page, as an object of JSON   */
    size_t members_count; /* at most VISIBLE_MOST                       */
};
void nexus_list_clear(struct nexus_list *list);
#define auto_nexus_list __attribute__((cleanup(nexus_list_clear))) struct nexus_list

/*
 * Lists them, those with the latest date first.
 *   list_r   the caller clears it
 * Refuses with PROBLEM_NOT_THERE a patient whom the application does not have. Fails with ERR_DATABASE,
 * ERR_DATA (the patient has more than NEXUS_DOCUMENTS_MOST).
 */
must_check bool nexus_list(struct exchange *x, const struct nexus_choice *choice,
                           struct nexus_list *list_r, struct err *err);

/*
 * Adds the columns of one document to `to`, as an object of JSON.
 * Refuses with PROBLEM_NOT_THERE a row that is gone. Fails with ERR_DATABASE.
 */
must_check bool nexus_members(struct exchange *x, const struct visible *document,
                              bool with_metadata, struct str *to, struct err *err);
