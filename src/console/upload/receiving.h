/*
 * A form with files that was received: what it asks for, and what becomes of each file. Before a file is
 * put, that is noted in the view log, and after it how it ended.
 */
#pragma once

#include "base/uuid.h"
#include "console/server/exchange.h"

enum { RECEIVED_WORDS = 320 };

/* What became of one file. */
struct received {
    char *name; /* that it is kept under; as it was sent, if it was refused */
    enum received_outcome {
        RECEIVED_STORED,    /* stored, compared, and linked to its patient */
        RECEIVED_DUPLICATE, /* the patient has these bytes already        */
        RECEIVED_REFUSED,   /* it is of no kind that is taken, or empty    */
        RECEIVED_FAILED,    /* it did not arrive                           */
    } outcome;
    bool has_row;
    struct uuid row; /* of the document: of this file, or of the one that is there */
    bool is_away;    /* the one that is there was taken away                       */
    char *title;     /* of the one that is there: "Referral 2024-03-01"; NULL: not known */
    enum problem_type problem;  /* unless it was stored                                 */
    char words[RECEIVED_WORDS]; /* what is to be said of it; perhaps "" */
};

struct received_list {
    struct received *items;
    size_t count;
    char *patient; /* the application's id */
};
void received_list_clear(struct received_list *list);
#define auto_received_list __attribute__((cleanup(received_list_clear))) struct received_list

/* "stored", "duplicate", ... */
const char *received_outcome_name(enum received_outcome outcome);

/* The names of the form's fields, before its files. All but the patient may be missing. */
struct receiving {
    const char *patient; /* the application's id */
    const char *type;
    const char *day; /* "2024-03-01"; "" : not known */
    const char *key; /* of the request: sent again, it puts nothing twice; "": none */
    bool anyway;     /* also what is there already */
};

/*
 * Takes in the files of the form.
 * Refuses the whole of it: no form with files, one that is too large or not well formed, no file, a
 * patient whom the application does not have, a day that is none.
 *   list_r   what became of each file, in their order; the caller clears it
 */
must_check bool receiving_all(struct exchange *x, const struct receiving *asked,
                              struct received_list *list_r, struct err *err);
