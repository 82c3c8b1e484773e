/* Keeps the readers of the ledger that nobody uses just now. */
#include "console/readers.h"

#include "base/mem.h"

#include <pthread.h>

enum { KEPT = 8 };

struct readers {
    const char *url, *source;
    const struct cancel *cancel;
    pthread_mutex_t lock;
    struct ledger *kept[KEPT];
    size_t count;
};

struct readers *readers_new(const char *url, const char *source, const struct cancel *cancel)
{
    struct readers *readers = mem_new(struct readers);

    *readers = (struct readers){ .url = url, .source = source, .cancel = cancel };
    (void)pthread_mutex_init(&readers->lock, NULL);
    return readers;
}

void readers_free(struct readers *readers)
{
    if (!readers)
        return;
    for (size_t i = 0; i < readers->count; i++)
        ledger_close(readers->kept[i]);
    (void)pthread_mutex_destroy(&readers->lock);
    free(readers);
}

static struct ledger *kept_one(struct readers *readers)
{
    struct ledger *ledger = NULL;

    (void)pthread_mutex_lock(&readers->lock);
    if (readers->count > 0)
        ledger = readers->kept[--readers->count];
    (void)pthread_mutex_unlock(&readers->lock);
    return ledger;
}

/* A connection to a server may have broken meanwhile; one that does not answer is not lent. */
static bool ledger_answers(struct ledger *ledger)
{
    char *ignored = NULL;
    struct err err;
    bool answered = sql_kind_of(ledger_sql(ledger)) == SQL_SQLITE
                    || ledger_note_read(ledger, "database", &ignored, &err);

    free(ignored);
    return answered;
}

bool reader_borrow(struct readers *readers, struct borrowed *lent, struct err *err)
{
    struct ledger *ledger = kept_one(readers);

    if (ledger && !ledger_answers(ledger)) {
        ledger_close(ledger);
        ledger = NULL;
    }
    if (!ledger
        && !ledger_open_reader(readers->url, readers->source, readers->cancel, &ledger, err))
        return false;
    *lent = (struct borrowed){ readers, ledger };
    return true;
}

void auto_borrowed_cleanup(struct borrowed *lent)
{
    struct readers *readers = lent->from;
    struct ledger *ledger = lent->ledger;

    if (!readers)
        return;
    (void)pthread_mutex_lock(&readers->lock);
    if (readers->count < KEPT)
        readers->kept[readers->count++] = take(ledger);
    (void)pthread_mutex_unlock(&readers->lock);
    ledger_close(ledger);
}
