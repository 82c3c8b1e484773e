/*
 * Finding patients and documents, for pages and programs alike: reads what an address asks for, fills
 * the list, and notes in the view log what will be shown. When a call returns true, it may be shown.
 */
#pragma once

#include "console/index/catalog.h"
#include "console/index/excerpts.h"
#include "console/index/listing.h"
#include "console/server/cursor.h"
#include "console/server/exchange.h"

/* --- patients --------------------------------------------------------------------------------- */

struct finding_people {
    const char *typed; /* ?q= and ?dob=; "" if nothing was typed, and these are those opened last */
    struct catalog_people people;
    size_t count;                /* to be shown: one more may be there */
    char next[CURSOR_TEXT_SIZE]; /* "": there are no more              */
    char *words;
};
void finding_people_clear(struct finding_people *found);
#define auto_finding_people __attribute__((cleanup(finding_people_clear))) struct finding_people

/*
 * Finds patients by ?q=, ?dob= and ?cursor=.
 *   found_r   the caller clears it
 * Refuses a day that is none. Fails with ERR_DATA (too many words, a foreign cursor), ERR_DATABASE.
 */
must_check bool finding_people(struct exchange *x, int64_t limit, struct finding_people *found_r,
                               struct err *err);

/* One patient, asked of the application. */
struct finding_person {
    struct catalog_people people; /* with one item */
    int64_t rows;                 /* documents that the application has, shown or not */
};
void finding_person_clear(struct finding_person *found);
#define auto_finding_person __attribute__((cleanup(finding_person_clear))) struct finding_person

/*
 * Finds the patient of the path's {patient}. Nothing is noted: a list of documents follows.
 * Refuses with PROBLEM_NOT_THERE whom the application does not have.
 */
must_check bool finding_person(struct exchange *x, struct finding_person *found_r, struct err *err);

/* The same, by an id from elsewhere. */
must_check bool finding_person_of(struct exchange *x, const char *patient,
                                  struct finding_person *found_r, struct err *err);

/* Notes that a patient is shown without documents. */
must_check bool finding_person_note(struct exchange *x, const struct finding_person *found,
                                    struct err *err);

/* --- documents -------------------------------------------------------------------------------- */

struct finding_documents {
    struct catalog_choice choice;
    struct listing listing;
    struct excerpts excerpts;             /* of those that are shown, where words were sought */
    const char *typed, *type, *from, *to; /* as they came; "" where nothing did */
    bool was_best_wanted;                 /* by ?sort=best, whether it could be or not */
    char *whose;                          /* the patient whom ?q= names; NULL: none   */
    struct facts_words words;
    char next[CURSOR_TEXT_SIZE]; /* "": there are no more */
};
void finding_documents_clear(struct finding_documents *found);
#define auto_finding_documents                                                                     \
    __attribute__((cleanup(finding_documents_clear))) struct finding_documents

/*
 * Lists documents by ?q=, ?type=, ?from=, ?to=, ?sort= and ?cursor=.
 *   patient   whose alone; NULL: anybody's, and ?q= may name one
 *   found_r   the caller clears it
 * Fails with ERR_DATA (as facts_words_read(), a sort that is none, a foreign cursor), ERR_DATABASE.
 */
must_check bool finding_documents(struct exchange *x, const char *patient, int64_t limit,
                                  struct finding_documents *found_r, struct err *err);
