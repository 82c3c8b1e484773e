/* Nothing is written that is there already: the nightly walk then costs no disk. */
#include "console/index/index_cards.h"

#include "console/index/catalog_words.h"
#include "console/index_sql.h"

static struct sql_value text_or_empty(struct span text)
{
    return sql_span(text.at ? text : span_of(""));
}

bool index_card_put(struct sql *sql, const struct visible *document, struct err *err)
{
    return (!document->patient
            || sql_run(sql, &INDEX_PERSON_MEET, sql_args(sql_text(document->patient)), err))
           && sql_run(sql, &INDEX_CARD_PUT,
                      sql_args(sql_i64(document->document),
                               sql_bytes(document->row.bytes, sizeof document->row.bytes),
                               sql_text(document->patient), sql_text(document->type),
                               sql_i64(catalog_day(span_of(document->day))),
                               sql_text(document->name)),
                      err)
           && sql_run(sql, &INDEX_READING_PUT,
                      sql_args(sql_i64(document->document),
                               sql_bytes(document->sha256.bytes, sizeof document->sha256.bytes)),
                      err);
}

static bool card_drop(struct sql *sql, int64_t document, struct err *err)
{
    return sql_run(sql, &INDEX_CARD_DROP, sql_args(sql_i64(document)), err);
}

static bool list_has(const struct visible_list *list, int64_t document)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].document == document)
            return true;
    return false;
}

bool index_cards_settle(struct sql *sql, const int64_t *documents, size_t count,
                        const struct visible_list *shown, struct err *err)
{
    for (size_t i = 0; i < count; i++)
        if (!list_has(shown, documents[i]) && !card_drop(sql, documents[i], err))
            return false;
    for (size_t i = 0; i < shown->count; i++)
        if (!index_card_put(sql, &shown->items[i], err))
            return false;
    return true;
}

bool index_person_put(struct sql *sql, const struct registry_listed *person, struct err *err)
{
    return sql_run(sql, &INDEX_PERSON_PUT,
                   sql_args(sql_span(person->patient), text_or_empty(person->last_name),
                            text_or_empty(person->first_name), sql_i64(catalog_day(person->dob)),
                            text_or_empty(person->mrn)),
                   err);
}
