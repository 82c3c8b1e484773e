/*
 * Lists from the index: patients by what was typed, and documents. They only propose: what is shown
 * of a document is asked afresh (visible.h, listing.h). Any thread; all fail with ERR_DATABASE.
 */
#pragma once

#include "base/uuid.h"
#include "console/index/catalog_words.h"
#include "console/server/exchange.h"

/* --- patients --------------------------------------------------------------------------------- */

struct catalog_person {
    int64_t number; /* in this index, for the place in a list */
    char *patient;  /* the application's id                   */
    char *last, *first, *mrn;
    char born[CATALOG_DAY_SIZE]; /* "1980-02-29" or ""                     */
    int64_t documents;           /* that could be shown when the index looked */
};

struct catalog_people {
    struct catalog_person *items;
    size_t count;
};

void catalog_people_clear(struct catalog_people *people);
#define auto_people __attribute__((cleanup(catalog_people_clear))) struct catalog_people

/*
 * The id of the patient whom a document's `patient:` means: by id, or by record number.
 *   patient_r   NULL: nobody; the caller frees
 * Fails with ERR_DATA, too: several have this number.
 */
must_check bool catalog_patient_of(struct console *console, const char *typed, char **patient_r,
                                   struct err *err);

/*
 * Patients by what was typed, by name.
 *   behind     the number of the last one of the page before; 0: the first page
 *   people_r   at most `limit`; the caller clears it
 */
must_check bool catalog_people_find(struct console *console, const struct people_words *words,
                                    int64_t behind, int64_t limit, struct catalog_people *people_r,
                                    struct err *err);

/* Patients by their ids, in the order of these; those that the index does not have are left out. */
must_check bool catalog_people_of(struct console *console, const char *const *patients,
                                  size_t count, struct catalog_people *people_r, struct err *err);

/* "Ito, Kim", or what there is of it; "" if nothing is. */
void catalog_person_name(const struct catalog_person *person, struct str *to);

/* The one with this id; NULL: it is not among them. */
const struct catalog_person *catalog_person_of(const struct catalog_people *people,
                                               const char *patient);

/* --- documents -------------------------------------------------------------------------------- */

/* The place of a document in a list: by day (best first: by score), then by number, both from the highest down. */
struct catalog_place {
    int64_t day, document;
};

/* Which documents. NULL and zero choose all; texts are borrowed. */
struct catalog_choice {
    const char *match;   /* words, as FTS5 takes them */
    const char *patient; /* the application's id      */
    const char *type;
    bool is_best_first; /* not newest first; for a `match` that at most CATALOG_FITS pages fit */
    bool is_of_facts;   /* `match` is of type and name alone: pages do not matter */
    int64_t from, to;   /* days; `to` 0: no end           */
    struct catalog_place behind; /* of the last one of the page before; document 0: none */
    size_t limit;                /* at most VISIBLE_MOST           */
};

struct catalog_card {
    struct catalog_place place;
    struct uuid row;
    int page; /* the first one that has the words; 0: type and name have them, or none were sought */
};

enum { CATALOG_FITS = 5000 };

struct catalog_cards {
    struct catalog_card *items;
    size_t count;
    int64_t documents; /* that fit the words, of the pages that are looked at */
    bool is_cut;       /* more than CATALOG_FITS pages fit the words: the others are not listed */
};

void catalog_cards_clear(struct catalog_cards *cards);
#define auto_cards __attribute__((cleanup(catalog_cards_clear))) struct catalog_cards

/* Whether few enough pages fit the words of a choice to be put in an order of their own. */
must_check bool catalog_is_few(struct console *console, const struct catalog_choice *choice,
                               bool *is_few_r, struct err *err);

/* Documents, newest first unless best first is chosen. `cards_r`: the caller clears it. */
must_check bool catalog_cards_find(struct console *console, const struct catalog_choice *choice,
                                   struct catalog_cards *cards_r, struct err *err);

/* Calls `each` for the types that a patient's documents have. */
must_check bool catalog_types(struct console *console, const char *patient,
                              void (*each)(void *arg, struct span type, int64_t documents),
                              void *arg, struct err *err);
