/* The arguments and bodies of the census's writes. */
#include "engine/writes_census.h"

#include "ledger/read.h"

/* --- begin, close, end ---------------------------------------------------------------------- */

static bool census_begin_work(const struct writer_context *to, void *args, struct err *err)
{
    return ledger_census_begin(to->ledger, args, err);
}

bool write_census_begin(struct writer *writer, int64_t *number_r, struct err *err)
{
    return writer_run(writer, census_begin_work, number_r, err);
}

struct census_close {
    int64_t number, records, find_count;
};

static bool census_close_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct census_close *close = args;

    return ledger_census_close(to->ledger, close->number, close->records, close->records,
                               close->find_count, err);
}

bool write_census_close(struct writer *writer, int64_t number, int64_t records, int64_t find_count,
                        struct err *err)
{
    return writer_run(writer, census_close_work,
                      &(struct census_close){ number, records, find_count }, err);
}

static bool census_end_work(const struct writer_context *to, void *args, struct err *err)
{
    return ledger_census_end(to->ledger, *(const int64_t *)args, err);
}

bool write_census_end(struct writer *writer, int64_t number, struct err *err)
{
    return writer_run(writer, census_end_work, &number, err);
}

/* --- documents and records ------------------------------------------------------------------ */

static bool census_page_work(const struct writer_context *to, void *args, struct err *err)
{
    struct census_page *page = args;

    page->new_count = page->changed_count = 0;
    for (size_t i = 0; i < page->count; i++) {
        struct census_upsert *upsert = &page->upserts[i];

        if (!ledger_census_upsert(to->ledger, &upsert->entry, &upsert->result,
                                  &upsert->other_record, err))
            return false;
        page->new_count += upsert->result == LEDGER_UPSERT_NEW;
        page->changed_count += upsert->result == LEDGER_UPSERT_CHANGED;
    }
    return page->new_count == 0
           || ledger_audit_page(to->ledger, page->count, page->new_count, &page->hash, err);
}

bool write_census_page(struct writer *writer, struct census_page *page, struct err *err)
{
    return writer_run(writer, census_page_work, page, err);
}

static bool new_record_work(const struct writer_context *to, void *args, struct err *err)
{
    return ledger_readdress(to->ledger, *(const struct ledger_census_entry *const *)args, err);
}

bool write_new_record(struct writer *writer, const struct ledger_census_entry *entry,
                      struct err *err)
{
    return writer_run(writer, new_record_work, &entry, err);
}

static bool record_gone_work(const struct writer_context *to, void *args, struct err *err)
{
    return ledger_mark_record_gone(to->ledger, *(const uint64_t *)args, err);
}

bool write_record_gone(struct writer *writer, uint64_t record_id, struct err *err)
{
    return writer_run(writer, record_gone_work, &record_id, err);
}

/* --- asked of the writer -------------------------------------------------------------------- */

struct absent_records {
    bool (*was_seen)(void *arg, uint64_t record_id);
    void *arg;
    uint64_t *absent_r;
    size_t room;
    size_t *count_r;
};

static bool absent_records_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct absent_records *asked = args;

    return ledger_absent_records(to->ledger, asked->was_seen, asked->arg, asked->absent_r,
                                 asked->room, asked->count_r, err);
}

bool ask_absent_records(struct writer *writer, bool (*was_seen)(void *arg, uint64_t record_id),
                        void *arg, uint64_t *absent_r, size_t room, size_t *count_r,
                        struct err *err)
{
    return writer_run(writer, absent_records_work,
                      &(struct absent_records){ was_seen, arg, absent_r, room, count_r }, err);
}

struct census_since {
    int64_t begun_us, closed_us;
    bool *was_closed_r;
};

static bool census_since_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct census_since *since = args;

    return ledger_census_since(to->ledger, since->begun_us, since->closed_us, since->was_closed_r,
                               err);
}

bool ask_census_since(struct writer *writer, int64_t begun_us, int64_t closed_us,
                      bool *was_closed_r, struct err *err)
{
    return writer_run(writer, census_since_work,
                      &(struct census_since){ begun_us, closed_us, was_closed_r }, err);
}

static bool waiting_count_work(const struct writer_context *to, void *args, struct err *err)
{
    int64_t states[LEDGER_STATES], *count_r = args;

    if (!ledger_states(to->ledger, states, err))
        return false;
    *count_r = states[LEDGER_WAITING] + states[LEDGER_STORED];
    return true;
}

bool ask_waiting_count(struct writer *writer, int64_t *count_r, struct err *err)
{
    return writer_run(writer, waiting_count_work, count_r, err);
}
