/* Readers of the ledger are lent as all handles are. */
#include "console/readers.h"

#include "base/mem.h"
#include "console/server/lender.h"

struct readers {
    const char *url, *source;
    const struct cancel *cancel;
    struct lender *lender;
};

static bool reader_open(void *arg, void **thing_r, struct err *err)
{
    const struct readers *readers = arg;
    struct ledger *ledger;

    if (!ledger_open_reader(readers->url, readers->source, readers->cancel, &ledger, err))
        return false;
    *thing_r = ledger;
    return true;
}

static bool reader_answers(void *thing)
{
    struct ledger *ledger = thing;
    auto_free char *ignored = NULL;
    struct err err;

    return sql_kind_of(ledger_sql(ledger)) == SQL_SQLITE
           || ledger_note_read(ledger, "database", &ignored, &err);
}

static void reader_close(void *thing)
{
    ledger_close(thing);
}

static const struct lender_kind reader_kind = { reader_open, reader_answers, reader_close };

struct readers *readers_new(const char *url, const char *source, const struct cancel *cancel)
{
    struct readers *readers = mem_new(struct readers);

    *readers = (struct readers){ .url = url, .source = source, .cancel = cancel };
    readers->lender = lender_new(&reader_kind, readers);
    return readers;
}

void readers_free(struct readers *readers)
{
    if (!readers)
        return;
    lender_free(readers->lender);
    free(readers);
}

bool reader_borrow(struct readers *readers, struct borrowed *lent, struct err *err)
{
    if (!lender_lend(readers->lender, &lent->loan, err))
        return false;
    lent->ledger = lent->loan.thing;
    return true;
}

void auto_borrowed_cleanup(struct borrowed *lent)
{
    loan_end(&lent->loan);
}
