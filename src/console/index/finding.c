/* What is found is noted with the words that were sought, and only then given back. */
#include "console/index/finding.h"

#include "base/mem.h"
#include "console/console_db.h"
#include "console/documents/places.h"
#include "console/documents/visible.h"
#include "console/inside.h"
#include "console/views/view_list.h"
#include "console/views/view_log.h"
#include "registry/people.h"

enum { OPENED_LAST = 10, LOOKED_AT = 200, WORDS_MAX = 9 * 1024 };

static const char *query_text(const struct exchange *x, const char *name)
{
    const char *text = request_query(x->request, name);

    return text ? text : "";
}

/* --- patients opened last --------------------------------------------------------------------- */

struct opened {
    char *patients[OPENED_LAST];
    size_t count;
};

static void opened_clear(struct opened *opened)
{
    for (size_t i = 0; i < opened->count; i++)
        free(opened->patients[i]);
}

#define auto_opened __attribute__((cleanup(opened_clear))) struct opened

static bool opened_take(void *arg, const struct view_seen *seen)
{
    struct opened *opened = arg;

    for (size_t i = 0; i < opened->count; i++)
        if (span_is(seen->columns.patient, opened->patients[i]))
            return true;
    if (seen->columns.patient.size)
        opened->patients[opened->count++] = span_text(seen->columns.patient);
    return opened->count < OPENED_LAST;
}

static bool opened_read(struct exchange *x, struct opened *opened, struct err *err)
{
    struct view_choice choice = { .account = x->who.account,
                                  .what = view_what_name(VIEW_LIST),
                                  .limit = LOOKED_AT };
    auto_lent lent = { 0 };

    return !x->who.account
           || (console_db_borrow(x->console->db, &lent, err)
               && view_list_each(lent.sql, &choice, opened_take, opened, err));
}

static bool people_opened(struct exchange *x, struct finding_people *found, struct err *err)
{
    auto_opened opened = { 0 };

    if (!opened_read(x, &opened, err)
        || !catalog_people_of(x->console, (const char *const *)opened.patients, opened.count,
                              &found->people, err))
        return false;
    found->count = found->people.count;
    return true;
}

/* --- patients by words ------------------------------------------------------------------------ */

void finding_people_clear(struct finding_people *found)
{
    catalog_people_clear(&found->people);
    free(found->words);
    *found = (struct finding_people){ 0 };
}

static bool typed_read(struct exchange *x, struct finding_people *found)
{
    const char *q = query_text(x, "q"), *dob = query_text(x, "dob");

    if (*dob && !catalog_day(span_of(dob)))
        return refuse(x, PROBLEM_BAD_REQUEST, "dob: '%.40s' is no day: write 1980-02-29", dob);
    found->words = mem_printf("%s%s%s", q, *q && *dob ? " " : "", dob);
    found->typed = found->words;
    return true;
}

static bool people_sought(struct exchange *x, const struct people_words *words, int64_t limit,
                          struct finding_people *found, struct err *err)
{
    auto_free char *seal = mem_printf("patients\n%s", found->typed);
    struct cursor cursor;

    if (!cursor_read(&x->console->cursor_key, span_of(seal), request_query(x->request, "cursor"),
                     &cursor, err)
        || !catalog_people_find(x->console, words, cursor.at[0], limit + 1, &found->people, err))
        return false;
    found->count = found->people.count;
    if (found->count > (size_t)limit) {
        found->count = (size_t)limit;
        cursor = (struct cursor){ { found->people.items[limit - 1].number } };
        (void)cursor_text(&x->console->cursor_key, span_of(seal), &cursor, found->next);
    }
    return true;
}

static bool people_note(struct exchange *x, const struct finding_people *found, struct err *err)
{
    auto_free char *detail = mem_printf("patients '%s': %zu", found->typed, found->count);

    return view_of(x, (struct view_entry){ .what = VIEW_SEARCH, .detail = detail }, err);
}

bool finding_people(struct exchange *x, int64_t limit, struct finding_people *found_r,
                    struct err *err)
{
    struct people_words words;
    bool good;

    *found_r = (struct finding_people){ 0 };
    if (!typed_read(x, found_r) || !people_words_read(span_of(found_r->typed), &words, err))
        return false;
    if (words.match.size || words.is_by_birth)
        good = people_sought(x, &words, limit, found_r, err);
    else
        good = people_opened(x, found_r, err);
    people_words_clear(&words);
    return good && people_note(x, found_r, err);
}

/* --- one patient ------------------------------------------------------------------------------ */

void finding_person_clear(struct finding_person *found)
{
    catalog_people_clear(&found->people);
    *found = (struct finding_person){ 0 };
}

static bool person_take(void *arg, const struct registry_listed *listed, struct err *err)
{
    struct finding_person *found = arg;
    struct catalog_person *person = mem_new(struct catalog_person);

    (void)err;
    catalog_people_clear(&found->people);
    *person = (struct catalog_person){ .patient = span_text(listed->patient),
                                       .last = span_text(listed->last_name),
                                       .first = span_text(listed->first_name),
                                       .mrn = span_text(listed->mrn) };
    (void)catalog_day_text(catalog_day(listed->dob), person->born);
    found->people = (struct catalog_people){ person, 1 };
    return true;
}

static bool person_ask(struct exchange *x, const char *patient, struct finding_person *found,
                       struct err *err)
{
    auto_loan loan = { 0 };
    struct registry *registry;

    return places_registry(x->console->places, &loan, &registry, err)
           && registry_find_person(registry, patient, person_take, found, err);
}

/* What cannot be an id is nobody's. */
static bool may_be_id(const char *patient)
{
    return *patient
           && strspn(patient, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
                  == strlen(patient);
}

bool finding_person(struct exchange *x, struct finding_person *found_r, struct err *err)
{
    return finding_person_of(x, request_param(x->request, "patient"), found_r, err);
}

bool finding_person_of(struct exchange *x, const char *patient, struct finding_person *found_r,
                       struct err *err)
{
    struct err why = { 0 };

    *found_r = (struct finding_person){ 0 };
    if (may_be_id(patient) && !person_ask(x, patient, found_r, &why)
        && !(why.kind == ERR_DATABASE && why.code == SQL_CONSTRAINT)) {
        *err = why;
        return false;
    }
    if (found_r->people.count == 0)
        return refuse(x, PROBLEM_NOT_THERE, "there is no such patient");
    return visible_count_of_patient(x->console, found_r->people.items[0].patient, &found_r->rows,
                                    err);
}

bool finding_person_note(struct exchange *x, const struct finding_person *found, struct err *err)
{
    return view_of(x,
                   (struct view_entry){ .what = VIEW_SEARCH,
                                        .patient = found->people.items[0].patient,
                                        .detail = "patient by id" },
                   err);
}

/* --- documents -------------------------------------------------------------------------------- */

void finding_documents_clear(struct finding_documents *found)
{
    listing_clear(&found->listing);
    facts_words_clear(&found->words);
    excerpts_clear(&found->excerpts);
    free(found->whose);
    *found = (struct finding_documents){ 0 };
}

/* The later of two beginnings, the earlier of two ends. */
static void choice_make(struct finding_documents *found, const char *patient, int64_t from,
                        int64_t to)
{
    const struct facts_words *words = &found->words;

    found->choice.match = str_text(&words->match);
    found->choice.is_of_facts = words->is_of_facts;
    found->choice.patient = patient;
    if (!patient && words->patient.size)
        found->choice.patient = found->whose ? found->whose : str_text(&words->patient);
    found->choice.type = *found->type ? found->type : NULL;
    found->choice.from = from > words->from ? from : words->from;
    found->choice.to = to < words->to ? to : words->to;
}

static bool sort_read(const struct exchange *x, struct finding_documents *found, struct err *err)
{
    const char *sort = query_text(x, "sort");

    found->was_best_wanted = strcmp(sort, "best") == 0;
    return !*sort || found->was_best_wanted || strcmp(sort, "newest") == 0
           || err_set(err, ERR_DATA, 0, "sort is newest or best, not '%.40s'", sort);
}

static bool asked_read(struct exchange *x, const char *patient, struct finding_documents *found,
                       struct err *err)
{
    int64_t from, to;

    found->typed = patient ? "" : query_text(x, "q");
    found->type = query_text(x, "type");
    found->from = query_text(x, "from");
    found->to = query_text(x, "to");
    if (!catalog_end_read("from", found->from, false, &from, err)
        || !catalog_end_read("to", found->to, true, &to, err) || !sort_read(x, found, err)
        || !facts_words_read(span_of(found->typed), &found->words, err)
        || (found->words.patient.size
            && !catalog_patient_of(x->console, str_text(&found->words.patient), &found->whose,
                                   err)))
        return false;
    choice_make(found, patient, from, to);
    return true;
}

/* All that is asked for, in a line for the log and under the cursor's seal. */
static char *asked_words(const struct finding_documents *found)
{
    auto_str words = STR_MAX(WORDS_MAX);

    str_printf(&words, "documents '%s'", found->typed);
    if (*found->type)
        str_printf(&words, " type '%s'", found->type);
    if (*found->from)
        str_printf(&words, " from %s", found->from);
    if (*found->to)
        str_printf(&words, " to %s", found->to);
    if (found->was_best_wanted)
        str_add_text(&words, " best first");
    return str_take(&words);
}

/* What began in one order goes on in it. */
static bool order_choose(struct console *console, const struct cursor *cursor,
                         struct finding_documents *found, struct err *err)
{
    found->choice.is_best_first = cursor->at[2] != 0;
    return !found->was_best_wanted || !found->words.match.size || found->choice.behind.document
           || catalog_is_few(console, &found->choice, &found->choice.is_best_first, err);
}

static bool documents_list(struct exchange *x, struct span seal, struct finding_documents *found,
                           struct err *err)
{
    struct cursor cursor;

    if (!cursor_read(&x->console->cursor_key, seal, request_query(x->request, "cursor"), &cursor,
                     err))
        return false;
    found->choice.behind = (struct catalog_place){ cursor.at[0], cursor.at[1] };
    if (!order_choose(x->console, &cursor, found, err)
        || !listing_fill(x->console, &found->choice, &found->listing, err))
        return false;
    if (found->listing.has_more) {
        cursor = (struct cursor){ { found->listing.last.day, found->listing.last.document,
                                    found->choice.is_best_first } };
        (void)cursor_text(&x->console->cursor_key, seal, &cursor, found->next);
    }
    return true;
}

static bool documents_note(struct exchange *x, const char *patient, const char *words,
                           const struct finding_documents *found, struct err *err)
{
    auto_free char *detail = mem_printf("%s: %zu", words, found->listing.shown.count);

    return view_of(x,
                   (struct view_entry){ .what = patient ? VIEW_LIST : VIEW_SEARCH,
                                        .patient = patient,
                                        .detail = detail },
                   err);
}

bool finding_documents(struct exchange *x, const char *patient, int64_t limit,
                       struct finding_documents *found_r, struct err *err)
{
    auto_free char *words = NULL, *seal = NULL;

    *found_r = (struct finding_documents){ .choice = { .limit = (size_t)limit } };
    if (!asked_read(x, patient, found_r, err))
        return false;
    words = asked_words(found_r);
    seal = mem_printf("%s\n%s", patient ? patient : "", words);
    return documents_list(x, span_of(seal), found_r, err)
           && excerpts_read(x->console, str_text(&found_r->words.match), &found_r->listing,
                            &found_r->excerpts, err)
           && documents_note(x, patient, words, found_r, err);
}
