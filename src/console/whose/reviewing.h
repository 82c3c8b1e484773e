/*
 * Whose is it: patients of whom FileMaker and the application say different things, with what both
 * say, and a person's word that they are the same one. What is shown is noted before, with each of
 * the application's patients that is named.
 */
#pragma once

#include "console/server/exchange.h"

enum { REVIEWING_CANDIDATES = 3, REVIEWING_REASON_LEAST = 10 };

/* What one side says of a patient; texts in lower case, as they are compared; "": it says nothing. */
struct reviewing_side {
    bool is_there;
    char *patient; /* the application's id; NULL: FileMaker's side */
    char *first_name, *last_name, *born;
};

struct reviewing_case {
    char *filemaker_id, *why;
    char *document; /* the row of the one document that is in doubt; "": all of the patient's */
    struct reviewing_side filemaker;
    struct reviewing_side candidates[REVIEWING_CANDIDATES]; /* the application's */
    size_t candidate_count;
    int64_t documents;   /* with no patient, whose record names this id */
    bool may_be_the_one; /* the application has exactly one: a person may say that it is the same */
};

struct reviewing_list {
    struct reviewing_case *items;
    size_t count;
    char *next; /* the cursor of the next page; NULL: there is none */
};
void reviewing_list_clear(struct reviewing_list *list);
#define auto_reviewing_list __attribute__((cleanup(reviewing_list_clear))) struct reviewing_list

/*
 * A page of the doubts, by FileMaker's id, from ?cursor= on.
 *   list_r   the caller clears it
 * Fails with ERR_DATABASE.
 */
must_check bool reviewing_page(struct exchange *x, int64_t limit, struct reviewing_list *list_r,
                               struct err *err);

/* The doubts about FileMaker's patient of the path's {id}. Refuses with PROBLEM_NOT_THERE. */
must_check bool reviewing_one(struct exchange *x, struct reviewing_list *list_r, struct err *err);

/*
 * Takes the word of the one who asks that FileMaker's patient of the path's {id} and the
 * application's are the same.
 * Refuses a short reason, and with PROBLEM_NOT_THERE whom nobody doubts. Fails with ERR_DATABASE.
 */
must_check bool reviewing_accept(struct exchange *x, const char *reason, struct err *err);
