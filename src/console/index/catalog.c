/* Each list is one statement, answered by an index of its own or by words (index_sql/). */
#include "console/index/catalog.h"

#include "base/mem.h"
#include "console/index/index_store.h"
#include "console/index_sql.h"
#include "console/inside.h"
#include "json/writer.h"

enum { IDS_MAX = 64 * 1024 };

/* --- patients --------------------------------------------------------------------------------- */

static void person_clear(struct catalog_person *person)
{
    free(person->patient);
    free(person->last);
    free(person->first);
    free(person->mrn);
}

void catalog_people_clear(struct catalog_people *people)
{
    for (size_t i = 0; i < people->count; i++)
        person_clear(&people->items[i]);
    free(people->items);
    *people = (struct catalog_people){ 0 };
}

static void person_add(struct catalog_people *people, const struct sql_rows *rows)
{
    struct catalog_person person = { .number = sql_get_i64(rows, 0),
                                     .patient = span_text(sql_get_text(rows, 1)),
                                     .last = span_text(sql_get_text(rows, 2)),
                                     .first = span_text(sql_get_text(rows, 3)),
                                     .mrn = span_text(sql_get_text(rows, 5)),
                                     .documents = sql_get_i64(rows, 6) };

    (void)catalog_day_text(sql_get_i64(rows, 4), person.born);
    people->items = mem_grow(people->items, (people->count + 1) * sizeof *people->items);
    people->items[people->count++] = person;
}

static bool people_query(struct console *console, const struct sql_text *text, struct sql_args args,
                         struct catalog_people *people_r, struct err *err)
{
    auto_people people = { 0 };
    auto_loan loan = { 0 };
    auto_rows *rows = NULL;
    struct sql *sql;
    enum step step;

    if (!index_borrow(console->index, &loan, &sql, err) || !sql_query(sql, text, args, &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        person_add(&people, rows);
    if (step == STEP_ERROR)
        return false;
    *people_r = people;
    people = (struct catalog_people){ 0 };
    return true;
}

static const struct sql_text *people_text(const struct people_words *words)
{
    if (words->is_by_either)
        return &INDEX_PEOPLE_BY_YEAR;
    return words->match.size ? &INDEX_PEOPLE_BY_NAME : &INDEX_PEOPLE_BY_BIRTH;
}

bool catalog_people_find(struct console *console, const struct people_words *words, int64_t behind,
                         int64_t limit, struct catalog_people *people_r, struct err *err)
{
    return people_query(console, people_text(words),
                        sql_args(sql_text(str_text(&words->match)), sql_i64(words->from),
                                 sql_i64(words->to), sql_i64(behind != 0), sql_i64(behind),
                                 sql_i64(limit)),
                        people_r, err);
}

bool catalog_patient_of(struct console *console, const char *typed, char **patient_r,
                        struct err *err)
{
    auto_free char *found = NULL;
    auto_loan loan = { 0 };
    auto_rows *rows = NULL;
    struct sql *sql;
    enum step step;

    if (!index_borrow(console->index, &loan, &sql, err)
        || !sql_query(sql, &INDEX_PEOPLE_BY_NUMBER, sql_args(sql_text(typed)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        if (found && strcmp(found, typed) != 0)
            return err_set(err, ERR_DATA, 0,
                           "several patients have the record number '%.40s': write patient: with "
                           "the id that stands in the address of the patient's page",
                           typed);
        if (!found)
            found = span_text(sql_get_text(rows, 0));
    }
    *patient_r = take(found);
    return step == STEP_END;
}

/* In the order of the ids; each is taken once. */
static void people_sort(struct catalog_people *people, const char *const *patients, size_t count)
{
    size_t sorted = 0;

    for (size_t i = 0; i < count; i++)
        for (size_t k = sorted; k < people->count; k++)
            if (strcmp(people->items[k].patient, patients[i]) == 0) {
                struct catalog_person found = people->items[k];

                people->items[k] = people->items[sorted];
                people->items[sorted++] = found;
                break;
            }
}

bool catalog_people_of(struct console *console, const char *const *patients, size_t count,
                       struct catalog_people *people_r, struct err *err)
{
    auto_str ids = STR_MAX(IDS_MAX);
    struct json_writer w = JSON_WRITER(&ids);

    json_open_array(&w);
    for (size_t i = 0; i < count; i++)
        json_write_text(&w, patients[i]);
    json_close_array(&w);
    if (!str_fits(&ids, "a list of patients", err)
        || !people_query(console, &INDEX_PEOPLE_BY_IDS, sql_args(sql_span(str_span(&ids))),
                         people_r, err))
        return false;
    people_sort(people_r, patients, count);
    return true;
}

void catalog_person_name(const struct catalog_person *person, struct str *to)
{
    str_add_text(to, person->last);
    if (*person->last && *person->first)
        str_add_text(to, ", ");
    str_add_text(to, person->first);
}

const struct catalog_person *catalog_person_of(const struct catalog_people *people,
                                               const char *patient)
{
    for (size_t i = 0; patient && i < people->count; i++)
        if (strcmp(people->items[i].patient, patient) == 0)
            return &people->items[i];
    return NULL;
}

/* --- documents -------------------------------------------------------------------------------- */

void catalog_cards_clear(struct catalog_cards *cards)
{
    free(cards->items);
    *cards = (struct catalog_cards){ 0 };
}

static const struct sql_text *cards_text(const struct catalog_choice *choice)
{
    if (choice->match && *choice->match)
        return choice->is_best_first ? &INDEX_CARDS_OF_WORDS_BEST : &INDEX_CARDS_OF_WORDS;
    if (choice->patient)
        return &INDEX_CARDS_OF_PATIENT;
    return choice->type ? &INDEX_CARDS_OF_TYPE : &INDEX_CARDS_OF_ALL;
}

static void card_add(struct catalog_cards *cards, const struct sql_rows *rows)
{
    struct catalog_card *card = &cards->items[cards->count];
    struct span row = sql_get_bytes(rows, 2);

    card->place = (struct catalog_place){ sql_get_i64(rows, 1), sql_get_i64(rows, 0) };
    if (row.size == sizeof card->row.bytes)
        memcpy(card->row.bytes, row.at, row.size);
    cards->count++;
}

static bool cards_read(struct sql_rows *rows, const struct catalog_choice *choice,
                       struct catalog_cards *cards, struct err *err)
{
    bool has_words = choice->match && *choice->match;
    enum step step;

    while ((step = sql_next(rows, err)) == STEP_ROW && cards->count < choice->limit) {
        card_add(cards, rows);
        if (!has_words)
            continue;
        cards->documents = sql_get_i64(rows, 4);
        cards->items[cards->count - 1].page = (int)sql_get_i64(rows, 5);
        cards->is_cut = cards->is_cut || sql_get_i64(rows, 3) > CATALOG_FITS;
    }
    return step != STEP_ERROR;
}

static int64_t choice_to(const struct catalog_choice *choice)
{
    return choice->to ? choice->to : CATALOG_DAY_LAST;
}

static struct catalog_place choice_behind(const struct catalog_choice *choice)
{
    if (choice->behind.document)
        return choice->behind;
    return (struct catalog_place){ choice->is_best_first ? INT64_MAX : choice_to(choice),
                                   INT64_MAX };
}

/* All statements about cards number their parameters alike. */
#define CHOICE_ARGS(choice)                                                                        \
    sql_args(sql_text((choice)->patient), sql_text((choice)->type), sql_i64((choice)->from),       \
             sql_i64(choice_to(choice)), sql_i64(choice_behind(choice).day),                       \
             sql_i64(choice_behind(choice).document), sql_i64((int64_t)(choice)->limit),           \
             sql_text((choice)->match), sql_i64((choice)->is_of_facts))

bool catalog_is_few(struct console *console, const struct catalog_choice *choice, bool *is_few_r,
                    struct err *err)
{
    auto_loan loan = { 0 };
    struct sql *sql;
    int64_t pages;

    if (!index_borrow(console->index, &loan, &sql, err)
        || !sql_number(sql, &INDEX_WORDS_FIT, CHOICE_ARGS(choice), 0, &pages, err))
        return false;
    *is_few_r = pages <= CATALOG_FITS;
    return true;
}

bool catalog_cards_find(struct console *console, const struct catalog_choice *choice,
                        struct catalog_cards *cards_r, struct err *err)
{
    auto_cards cards = { 0 };
    auto_loan loan = { 0 };
    auto_rows *rows = NULL;
    struct sql *sql;

    cards.items = mem_zero((choice->limit + 1) * sizeof *cards.items);
    if (!index_borrow(console->index, &loan, &sql, err)
        || !sql_query(sql, cards_text(choice), CHOICE_ARGS(choice), &rows, err)
        || !cards_read(rows, choice, &cards, err))
        return false;
    *cards_r = cards;
    cards = (struct catalog_cards){ 0 };
    return true;
}

bool catalog_types(struct console *console, const char *patient,
                   void (*each)(void *arg, struct span type, int64_t documents), void *arg,
                   struct err *err)
{
    auto_loan loan = { 0 };
    auto_rows *rows = NULL;
    struct sql *sql;
    enum step step;

    if (!index_borrow(console->index, &loan, &sql, err)
        || !sql_query(sql, &INDEX_TYPES_OF_PATIENT, sql_args(sql_text(patient)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        each(arg, sql_get_text(rows, 0), sql_get_i64(rows, 1));
    return step == STEP_END;
}
