/* Writes documents one by one as they come from the ledger. */
#include "report/documents.h"

#include "base/time.h"
#include "ledger/read.h"
#include "report/cells.h"
#include "json/writer.h"

struct documents_list {
    enum documents_form form;
    FILE *to;
    int64_t count;
};

static const char csv_head[] =
    "recordId,id,identity,id_Contact,Type,field,repetition,kind,modId,"
    "state,class,link,patient,key,size,sha256,mime_type,mark,tries_failed,"
    "waived_by,waived_reason,linked_by,linked_at\r\n";

/* The mark is in FileMaker only when it was read back. */
static struct span mark_of(const struct ledger_document *d)
{
    return d->state == LEDGER_DONE ? d->mark : SPAN_NONE;
}

/* --- JSON ----------------------------------------------------------------------------------- */

static void member_or_null(struct json_writer *w, const char *name, struct span text)
{
    json_name(w, name);
    if (text.size)
        json_write_span(w, text);
    else
        json_write_null(w);
}

static void as_json(struct str *to, const struct ledger_document *d)
{
    struct json_writer w = JSON_WRITER_SHOWN(to);
    char hex[SHA256_HEX_SIZE], at[TIME_TEXT_SIZE];

    json_open_object(&w);
    json_member_i64(&w, "recordId", d->record_id);
    member_or_null(&w, "id", d->filemaker_id);
    json_member_span(&w, "identity", d->identity);
    member_or_null(&w, "id_Contact", d->patient_id);
    json_member_span(&w, "Type", d->type);
    json_member_span(&w, "field", d->container);
    json_member_i64(&w, "repetition", d->repetition);
    json_member_span(&w, "kind", d->storage);
    json_member_i64(&w, "modId", d->mod_id);
    json_member_text(&w, "state", ledger_state_name(d->state));
    member_or_null(&w, "class", d->class);
    member_or_null(&w, "link", d->link);
    member_or_null(&w, "patient", d->patient);
    member_or_null(&w, "key", d->key);
    json_name(&w, "size");
    if (d->has_version)
        json_write_i64(&w, d->size);
    else
        json_write_null(&w);
    json_name(&w, "sha256");
    json_write_text(&w, d->has_sha256 ? sha256_hex(&d->sha256, hex) : NULL);
    member_or_null(&w, "mime_type", d->mime);
    member_or_null(&w, "mark", mark_of(d));
    json_member_i64(&w, "tries_failed", d->tries);
    member_or_null(&w, "waived_by", d->who);
    member_or_null(&w, "waived_reason", d->reason);
    member_or_null(&w, "linked_by", d->linked_by);
    json_name(&w, "linked_at");
    json_write_text(&w, d->linked_us ? time_rfc3339(d->linked_us, at) : NULL);
    json_close_object(&w);
}

/* --- CSV ------------------------------------------------------------------------------------ */

static void as_csv(struct str *to, const struct ledger_document *d)
{
    char hex[SHA256_HEX_SIZE], at[TIME_TEXT_SIZE];

    str_printf(to, "%jd", (intmax_t)d->record_id);
    cells_text(to, d->filemaker_id);
    cells_text(to, d->identity);
    cells_text(to, d->patient_id);
    cells_text(to, d->type);
    cells_text(to, d->container);
    str_printf(to, ",%jd", (intmax_t)d->repetition);
    cells_text(to, d->storage);
    str_printf(to, ",%jd", (intmax_t)d->mod_id);
    cells_text(to, span_of(ledger_state_name(d->state)));
    cells_text(to, d->class);
    cells_text(to, d->link);
    cells_text(to, d->patient);
    cells_text(to, d->key);
    str_add_char(to, ',');
    if (d->has_version)
        str_printf(to, "%jd", (intmax_t)d->size);
    cells_text(to, span_of(d->has_sha256 ? sha256_hex(&d->sha256, hex) : ""));
    cells_text(to, d->mime);
    cells_text(to, mark_of(d));
    str_printf(to, ",%jd", (intmax_t)d->tries);
    cells_text(to, d->who);
    cells_text(to, d->reason);
    cells_text(to, d->linked_by);
    cells_text(to, span_of(d->linked_us ? time_rfc3339(d->linked_us, at) : ""));
    str_add_text(to, "\r\n");
}

/* --- the list ------------------------------------------------------------------------------- */

static bool document_line_write(void *arg, const struct ledger_document *d)
{
    struct documents_list *list = arg;
    auto_str text = STR_MAX(MIB(1));

    if (list->form == DOCUMENTS_JSON) {
        str_add_text(&text, list->count ? ",\n" : "\n");
        as_json(&text, d);
    } else {
        as_csv(&text, d);
    }
    list->count++;
    return !text.cut && fwrite(str_text(&text), 1, text.size, list->to) == text.size;
}

static bool all_are_written(struct ledger *ledger, const struct documents_list *list,
                            struct err *err)
{
    struct ledger_tally *tallies;
    int64_t documents = 0;
    size_t count;

    if (!ledger_tallies(ledger, &tallies, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        documents += tallies[i].documents;
    ledger_tallies_free(tallies, count);
    return documents == list->count
           || err_set(err, ERR_DATA, 0,
                      "the sums do not balance: the tallies have %jd documents, the list %jd",
                      (intmax_t)documents, (intmax_t)list->count);
}

bool documents_write(struct ledger *ledger, enum documents_form form, FILE *to, struct err *err)
{
    struct documents_list list = { form, to, 0 };
    auto_tx tx = { 0 };

    if (!sql_begin_reading(ledger_sql(ledger), &tx, err))
        return false;
    (void)fputs(form == DOCUMENTS_JSON ? "[" : csv_head, to);
    if (!ledger_each_document(ledger, document_line_write, &list, err)) {
        if (err->kind == ERR_CANCELED)
            return err_os(err, "writing the documents");
        return false;
    }
    if (form == DOCUMENTS_JSON)
        (void)fputs("\n]\n", to);
    if (fflush(to) != 0 || ferror(to))
        return err_os(err, "writing the documents");
    return all_are_written(ledger, &list, err);
}
