/* Two small pages: a setting that is wrong for the whole layout shows in any of them. */
#include "preflight/date_check.h"

enum { PAGE_RECORDS = 100 };

static bool date_refutes_form(enum dates_form told, struct span date)
{
    enum date_sense sense = dates_sense(date);

    return (told == DATE_US && sense == DATE_IS_DAY_FIRST)
           || (told == DATE_DAY_FIRST && sense == DATE_IS_MONTH_FIRST);
}

/* The first record of a page whose date contradicts the form that was told; 0: none. */
static uint64_t page_contradiction(const struct source_fields *fields,
                                   const struct filemaker_page *page)
{
    for (size_t i = 0; i < page->count; i++)
        if (date_refutes_form(fields->text_dates, filemaker_text(&page->records[i], fields->date)))
            return page->records[i].record_id;
    return 0;
}

static bool error_may_pass(const struct err *err)
{
    return err->kind != ERR_CANCELED;
}

static bool layout_contradiction(const struct source_fields *fields, struct source_reader *reader,
                                 uint64_t *record_r, struct err *err)
{
    auto_page first = { 0 }, last = { 0 };

    *record_r = 0;
    if (!source_records(reader, fields->layout, 1, PAGE_RECORDS, &first, err))
        return error_may_pass(err);
    *record_r = page_contradiction(fields, &first);
    if (*record_r || first.found == UINT64_MAX || first.found <= PAGE_RECORDS)
        return true;
    if (!source_records(reader, fields->layout, first.found - PAGE_RECORDS + 1, PAGE_RECORDS, &last,
                        err))
        return error_may_pass(err);
    *record_r = page_contradiction(fields, &last);
    return true;
}

bool date_check_run(struct engine_settings *settings, struct source_reader *reader,
                    struct str *notes, struct err *err)
{
    struct source_fields *fields = &settings->fields;
    enum dates_form told = fields->text_dates;
    uint64_t record;
    struct err why = { 0 };

    if (settings->dates_as_set || !*fields->date || (told != DATE_US && told != DATE_DAY_FIRST)
        || containers_field_is_date(fields->containers, fields->date))
        return true;
    if (!layout_contradiction(fields, reader, &record, &why)) {
        *err = why;
        return false;
    }
    if (record == 0)
        return true;
    fields->text_dates = DATE_ASK;
    str_printf(notes,
               "[source] date_format is %s-first, but the date of record %ju can only be %s first: "
               "dates in text fields that could be either are not read. Correct the record or "
               "date_format, or keep to it with --dates-as-set\n",
               told == DATE_US ? "month" : "day", (uintmax_t)record,
               told == DATE_US ? "day" : "month");
    return true;
}
