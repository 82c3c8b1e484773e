/* Writes failed documents one by one as they come from the ledger, or their causes. */
#include "report/failures.h"

#include "base/foreign.h"
#include "base/nearest.h"
#include "base/time.h"
#include "base/utf8.h"
#include "document/failure_class.h"
#include "ledger/read.h"
#include "report/causes_text.h"
#include "report/cells.h"
#include "json/writer.h"

struct failures_list {
    const struct failures_request *request;
    FILE *to;
    int64_t count, left_out;
};

/* --- JSON ----------------------------------------------------------------------------------- */

static void json_time(struct json_writer *w, const char *name, int64_t at_us)
{
    char text[TIME_TEXT_SIZE];

    json_name(w, name);
    json_write_text(w, at_us ? time_rfc3339(at_us, text) : NULL);
}

void failure_members(struct json_writer *w, const struct ledger_failure *f)
{
    json_member_i64(w, "recordId", f->record_id);
    json_member_text(w, "id", f->filemaker_id);
    json_member_text(w, "type", f->type);
    json_member_text(w, "storage", f->storage);
    json_member_text(w, "state", ledger_state_name(f->state));
    json_member_text(w, "class", f->class);
    json_member_i64(w, "tries", f->tries);
    json_time(w, "at", f->at_us);
    json_time(w, "next_try", f->state == LEDGER_FAILED ? 0 : f->due_us);
    json_member_text(w, "step", f->step);
    json_member_i64(w, "http_status", f->http_status);
    json_member_i64(w, "filemaker_code", f->filemaker_code);
    json_name(w, "bytes");
    if (f->bytes < 0)
        json_write_null(w);
    else
        json_write_i64(w, f->bytes);
    json_member_text(w, "message", f->message);
    json_member_text(w, "created", f->created);
    json_member_text(w, "author", f->author);
    json_member_text(w, "path", f->path);
}

static void as_json(struct str *to, const struct ledger_failure *f)
{
    struct json_writer w = JSON_WRITER_SHOWN(to);

    json_open_object(&w);
    failure_members(&w, f);
    json_close_object(&w);
}

/* --- CSV ------------------------------------------------------------------------------------ */

static const char csv_head[] = "record,id,type,storage,state,class,tries,at,step,http_status,"
                               "filemaker_code,bytes,message,created,author,path\r\n";

static void as_csv(struct str *to, const struct ledger_failure *f)
{
    char at[TIME_TEXT_SIZE] = "";

    if (f->at_us)
        (void)time_rfc3339(f->at_us, at);
    str_printf(to, "%jd", (intmax_t)f->record_id);
    cells_text(to, span_of(f->filemaker_id ? f->filemaker_id : ""));
    cells_text(to, span_of(f->type));
    cells_text(to, span_of(f->storage));
    cells_text(to, span_of(ledger_state_name(f->state)));
    cells_text(to, span_of(f->class));
    str_printf(to, ",%d", f->tries);
    cells_text(to, span_of(at));
    cells_text(to, span_of(f->step));
    str_printf(to, ",%d,%d,", f->http_status, f->filemaker_code);
    if (f->bytes >= 0)
        str_printf(to, "%jd", (intmax_t)f->bytes);
    cells_text(to, span_of(f->message));
    cells_text(to, span_of(f->created));
    cells_text(to, span_of(f->author));
    cells_text(to, span_of(f->path));
    str_add_text(to, "\r\n");
}

/* --- text ----------------------------------------------------------------------------------- */

static void as_text(struct str *to, const struct ledger_failure *f)
{
    enum failure_kind failure;

    foreign_printf(to, "record %jd  %s  %s  %s\n", (intmax_t)f->record_id,
                   f->filemaker_id ? f->filemaker_id : "(no id)", *f->type ? f->type : "(no type)",
                   f->class);
    foreign_printf(to, "    %s at %s, try %d: %s\n", ledger_state_name(f->state), f->step, f->tries,
                   f->message);
    if (failure_class_read(span_of(f->class), &failure))
        str_printf(to, "    → %s\n", failure_class_of(failure)->advice);
}

/* --- documents ------------------------------------------------------------------------------ */

static void failure_add(const struct failures_list *list, const struct ledger_failure *failure,
                        struct str *text)
{
    switch (list->request->form) {
    case FAILURES_JSON:
        str_add_text(text, list->count ? ",\n" : "\n");
        as_json(text, failure);
        return;
    case FAILURES_CSV:
        as_csv(text, failure);
        return;
    case FAILURES_TEXT:
        as_text(text, failure);
        return;
    case FAILURES_CAUSES:
        break;
    }
    abort();
}

static bool failure_entry_write(void *arg, const struct ledger_failure *failure)
{
    struct failures_list *list = arg;
    auto_str text = STR_MAX(KIB(64));

    if (!failures_choice_has(&list->request->choice, span_of(failure->class),
                             span_of(failure->type), failure->record_id))
        return true;
    if (list->request->limit && list->count == list->request->limit) {
        list->left_out++;
        return list->request->form == FAILURES_TEXT; /* which says how many are left out */
    }
    failure_add(list, failure, &text);
    list->count++;
    return fwrite(str_text(&text), 1, text.size, list->to) == text.size;
}

static void list_begin(const struct failures_list *list)
{
    if (list->request->form == FAILURES_JSON)
        (void)fputc('[', list->to);
    if (list->request->form == FAILURES_CSV)
        (void)fputs(csv_head, list->to);
}

static bool is_of_all(const struct failures_choice *choice)
{
    return !choice->class && !choice->type && !choice->last;
}

static const char *none_words(const struct failures_choice *choice)
{
    return is_of_all(choice) ? "no document has failed\n" : "no such document has failed\n";
}

static void list_end(const struct failures_list *list)
{
    if (list->request->form == FAILURES_JSON)
        (void)fputs("\n]\n", list->to);
    if (list->request->form != FAILURES_TEXT)
        return;
    if (list->count == 0)
        (void)fputs(none_words(&list->request->choice), list->to);
    if (list->left_out)
        (void)fprintf(list->to, "%jd more: without --limit they are shown, too\n",
                      (intmax_t)list->left_out);
}

static bool documents_list(struct ledger *ledger, struct failures_list *list, struct err *err)
{
    list_begin(list);
    if (!ledger_each_failure(ledger, failure_entry_write, list, err))
        return false;
    list_end(list);
    return true;
}

/* --- causes --------------------------------------------------------------------------------- */

static bool causes_list(struct ledger *ledger, const struct failures_list *list, struct err *err)
{
    const struct failures_request *request = list->request;
    auto_str text = STR_MAX(KIB(1024));
    struct causes_form form = { request->screen, request->limit };
    auto_failure_causes causes = { 0 };

    if (!failure_causes_read(ledger, &request->choice, &causes, err))
        return false;
    if (causes.count == 0)
        str_add_text(&text, none_words(&request->choice));
    else
        failure_causes_text(&causes, &request->choice, &form, &text);
    (void)fputs(str_text(&text), list->to);
    return true;
}

/* --- the list ------------------------------------------------------------------------------- */

bool failures_type_check(struct ledger *ledger, const char *type, struct err *err)
{
    struct nearest near = { .wanted = type };
    struct ledger_tally *tallies;
    bool known = false;
    size_t count;

    if (!ledger_tallies(ledger, &tallies, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        known = known || strcmp(tallies[i].type, type) == 0;
        nearest_offer(&near, tallies[i].type);
    }
    if (!known && near.best)
        (void)err_set(err, ERR_USAGE, 0, "no document is of the type '%.64s'; is '%.64s' meant?",
                      type, near.best);
    else if (!known)
        (void)err_set(err, ERR_USAGE, 0,
                      "no document is of the type '%.64s': 'fmferry status' lists the types", type);
    ledger_tallies_free(tallies, count);
    return known;
}

bool failures_write(struct ledger *ledger, const struct failures_request *request, FILE *to,
                    struct err *err)
{
    struct failures_list list = { .request = request, .to = to };
    auto_tx tx = { 0 };

    if (!sql_begin_reading(ledger_sql(ledger), &tx, err))
        return false;
    if (request->choice.type && !failures_type_check(ledger, request->choice.type, err))
        return false;
    if (request->form == FAILURES_CAUSES ? !causes_list(ledger, &list, err)
                                         : !documents_list(ledger, &list, err))
        return false;
    return !ferror(to) || err_os(err, "writing the list");
}
