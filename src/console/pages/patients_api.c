/* Patients and documents, for programs. */
#include "console/documents/document_shown.h"
#include "console/index/finding.h"
#include "console/pages/pages.h"
#include "console/pages/paging.h"

static void text_or_null(struct json_writer *w, const char *name, const char *text)
{
    json_member_text(w, name, *text ? text : NULL);
}

/* --- patients --------------------------------------------------------------------------------- */

static void person_members(struct json_writer *w, const struct catalog_person *person)
{
    json_member_text(w, "patient", person->patient);
    json_member_text(w, "last_name", person->last);
    json_member_text(w, "first_name", person->first);
    text_or_null(w, "born", person->born);
    text_or_null(w, "record_number", person->mrn);
}

bool api_patients_answer(struct exchange *x, struct err *err)
{
    struct json_writer w = JSON_WRITER_SHOWN(&x->answer.body);
    auto_finding_people found = { 0 };
    int64_t limit;

    if (!paging_limit(x, &limit) || !finding_people(x, limit, &found, err))
        return false;
    paging_open(&w);
    for (size_t i = 0; i < found.count; i++) {
        json_open_object(&w);
        person_members(&w, &found.people.items[i]);
        json_member_i64(&w, "documents", found.people.items[i].documents);
        json_close_object(&w);
    }
    paging_close(&w, *found.next ? found.next : NULL);
    answer_json(&x->answer);
    return true;
}

/* To say who somebody is, is to show it. */
bool api_patient_answer(struct exchange *x, struct err *err)
{
    struct json_writer w = JSON_WRITER_SHOWN(&x->answer.body);
    auto_finding_person found = { 0 };

    if (!finding_person(x, &found, err) || !finding_person_note(x, &found, err))
        return false;
    json_open_object(&w);
    person_members(&w, &found.people.items[0]);
    json_member_i64(&w, "rows", found.rows);
    json_close_object(&w);
    answer_json(&x->answer);
    return true;
}

/* --- hits ------------------------------------------------------------------------------------- */

static void excerpt_write(struct json_writer *w, const char *text)
{
    struct span rest = span_of(text), part;
    bool is_marked;

    json_open_array(w);
    while (text && marked_cut(&rest, &part, &is_marked)) {
        json_open_object(w);
        json_name(w, "text");
        json_write_span(w, part);
        json_member_flag(w, "is_found", is_marked);
        json_close_object(w);
    }
    json_close_array(w);
}

/* Where the words stand: on a page, or in what is known of the document besides. */
static void hit_write(struct json_writer *w, const struct finding_documents *found, size_t i)
{
    json_name(w, "hit");
    json_open_object(w);
    json_name(w, "page");
    if (found->listing.pages[i] > 0)
        json_write_i64(w, found->listing.pages[i]);
    else
        json_write_null(w);
    json_name(w, "excerpt");
    excerpt_write(w, found->excerpts.texts[i]);
    json_close_object(w);
}

/* --- documents -------------------------------------------------------------------------------- */

static bool documents_write(struct exchange *x, const char *patient, int64_t limit, struct err *err)
{
    struct json_writer w = JSON_WRITER_SHOWN(&x->answer.body);
    auto_finding_documents found = { 0 };

    if (!finding_documents(x, patient, limit, &found, err))
        return false;
    paging_open(&w);
    for (size_t i = 0; i < found.listing.shown.count; i++) {
        json_open_object(&w);
        document_members(&w, &found.listing.shown.items[i]);
        if (found.words.match.size)
            hit_write(&w, &found, i);
        json_close_object(&w);
    }
    if (found.words.match.size)
        paging_close_counted(&w, *found.next ? found.next : NULL, found.listing.documents,
                             found.listing.is_cut);
    else
        paging_close(&w, *found.next ? found.next : NULL);
    answer_json(&x->answer);
    return true;
}

bool api_documents_answer(struct exchange *x, struct err *err)
{
    int64_t limit;

    return paging_limit(x, &limit) && documents_write(x, NULL, limit, err);
}

bool api_patient_documents_answer(struct exchange *x, struct err *err)
{
    auto_finding_person person = { 0 };
    int64_t limit;

    return paging_limit(x, &limit) && finding_person(x, &person, err)
           && documents_write(x, person.people.items[0].patient, limit, err);
}
