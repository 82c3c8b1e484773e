/* Writes failed documents one by one as they come from the ledger. */
#include "report/failures.h"

#include "base/foreign.h"
#include "base/time.h"
#include "base/utf8.h"
#include "document/failure_class.h"
#include "ledger/read.h"
#include "report/cells.h"
#include "json/writer.h"

struct failures_list {
    enum failures_form form;
    FILE *to;
    int64_t count;
};

/* --- JSON ----------------------------------------------------------------------------------- */

static void json_time(struct json_writer *w, const char *name, int64_t at_us)
{
    char text[TIME_TEXT_SIZE];

    json_name(w, name);
    json_write_text(w, at_us ? time_rfc3339(at_us, text) : NULL);
}

static void as_json(struct str *to, const struct ledger_failure *f)
{
    struct json_writer w = JSON_WRITER_SHOWN(to);

    json_open_object(&w);
    json_member_i64(&w, "recordId", f->record_id);
    json_member_text(&w, "id", f->filemaker_id);
    json_member_text(&w, "type", f->type);
    json_member_text(&w, "storage", f->storage);
    json_member_text(&w, "state", ledger_state_name(f->state));
    json_member_text(&w, "class", f->class);
    json_member_i64(&w, "tries", f->tries);
    json_time(&w, "at", f->at_us);
    json_time(&w, "next_try", f->state == LEDGER_FAILED ? 0 : f->due_us);
    json_member_text(&w, "step", f->step);
    json_member_i64(&w, "http_status", f->http_status);
    json_member_i64(&w, "filemaker_code", f->filemaker_code);
    json_name(&w, "bytes");
    if (f->bytes < 0)
        json_write_null(&w);
    else
        json_write_i64(&w, f->bytes);
    json_member_text(&w, "message", f->message);
    json_member_text(&w, "created", f->created);
    json_member_text(&w, "author", f->author);
    json_member_text(&w, "path", f->path);
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

/* --- the list ------------------------------------------------------------------------------- */

static bool failure_entry_write(void *arg, const struct ledger_failure *failure)
{
    struct failures_list *list = arg;
    auto_str text = STR_MAX(KIB(64));

    if (list->form == FAILURES_JSON)
        str_add_text(&text, list->count ? ",\n" : "\n");
    switch (list->form) {
    case FAILURES_JSON:
        as_json(&text, failure);
        break;
    case FAILURES_CSV:
        as_csv(&text, failure);
        break;
    case FAILURES_TEXT:
        as_text(&text, failure);
        break;
    }
    list->count++;
    return fwrite(str_text(&text), 1, text.size, list->to) == text.size;
}

bool failures_write(struct ledger *ledger, enum failures_form form, FILE *to, struct err *err)
{
    struct failures_list list = { form, to, 0 };

    if (form == FAILURES_JSON)
        (void)fputc('[', to);
    if (form == FAILURES_CSV)
        (void)fputs(csv_head, to);
    if (!ledger_each_failure(ledger, failure_entry_write, &list, err))
        return false;
    if (form == FAILURES_JSON)
        (void)fputs("\n]\n", to);
    if (form == FAILURES_TEXT && list.count == 0)
        (void)fputs("no document has failed\n", to);
    return !ferror(to) || err_os(err, "writing the list");
}
