/*
 * Documents that are with no patient, by the id that their record in FileMaker names. What is shown is
 * noted before.
 */
#pragma once

#include "console/documents/visible.h"
#include "console/server/cursor.h"
#include "console/server/exchange.h"

/* One of FileMaker's ids. Texts in lower case; "" where nothing is known. */
struct without_patient_id {
    char *id; /* "": the records name nobody */
    int64_t documents;
    bool is_in_roster; /* FileMaker's list of patients has it */
    char *first_name, *last_name, *born;
    char *patient; /* the application's, if it is known by now who this is; else "" */
    bool is_doubted;
};

struct without_patient_ids {
    struct without_patient_id *items;
    size_t count;
    char *next; /* the cursor of the next page; NULL: there is none */
};
void without_patient_ids_clear(struct without_patient_ids *list);
#define auto_without_patient_ids                                                                   \
    __attribute__((cleanup(without_patient_ids_clear))) struct without_patient_ids

/*
 * A page of the ids, in their order, from ?cursor= on.
 *   list_r   the caller clears it
 * Fails with ERR_DATABASE.
 */
must_check bool without_patient_page(struct exchange *x, int64_t limit,
                                     struct without_patient_ids *list_r, struct err *err);

struct without_patient_documents {
    struct visible_list shown;
    int64_t hidden;              /* of this page, that are not verified */
    char next[CURSOR_TEXT_SIZE]; /* "": there are no more               */
};
void without_patient_documents_clear(struct without_patient_documents *found);
#define auto_without_patient_documents                                                             \
    __attribute__((cleanup(without_patient_documents_clear))) struct without_patient_documents

/*
 * A page of the documents of the id in ?of=, from ?cursor= on.
 *   found_r   the caller clears it
 * Fails with ERR_DATABASE, ERR_DATA (a foreign cursor).
 */
must_check bool without_patient_list(struct exchange *x, int64_t limit,
                                     struct without_patient_documents *found_r, struct err *err);
