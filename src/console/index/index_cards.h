/* What is written to the index: cards of documents, and patients. For the thread that writes. */
#pragma once

#include "console/documents/visible.h"
#include "registry/people.h"
#include "sql/sql.h"

/* In a change: puts a document's card, or changes it; its patient becomes known by id. */
must_check bool index_card_put(struct sql *sql, const struct visible *document, struct err *err);

/*
 * In a change: makes the cards of some documents be those that may be shown.
 *   documents   their numbers
 *   shown       those of them that may be shown
 */
must_check bool index_cards_settle(struct sql *sql, const int64_t *documents, size_t count,
                                   const struct visible_list *shown, struct err *err);

/* In a change: puts a patient as the application has it. */
must_check bool index_person_put(struct sql *sql, const struct registry_listed *person,
                                 struct err *err);
