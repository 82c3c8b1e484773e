/* Whole documents for answers that fit into memory, and streams for those that do not. */
#include "console/documents/fetch.h"

#include "base/log.h"
#include "base/mem.h"
#include "console/documents/places.h"
#include "console/documents/withheld.h"
#include "console/inside.h"
#include "store/store.h"

static bool not_given(struct exchange *x, const struct handing *handing,
                      const struct fetch_wrong *wrong)
{
    handing_was_wrong(handing, wrong->kind, &wrong->why);
    return refuse(x, PROBLEM_NOT_THERE,
                  "its bytes are not those that were verified; it is shown again when they are");
}

/* An object that contradicts the store's own word is no fault of the one who asks. */
static bool store_failed(struct err *err)
{
    if (err->kind == ERR_DATA || err->kind == ERR_USAGE)
        err->kind = ERR_OS;
    return err_ctx(err, "reading from the store");
}

/* An object of the right size, or what is wrong with it. */
static bool object_open(const struct visible *document, struct store *store,
                        struct store_reader **reader_r, struct fetch_wrong *wrong_r,
                        struct err *err)
{
    *wrong_r = (struct fetch_wrong){ 0 };
    if (!store_get(store, document->key, reader_r, err))
        return store_failed(err);
    if (!*reader_r) {
        wrong_r->kind = "object-missing";
        (void)err_set(&wrong_r->why, ERR_DATA, 0, "there is no object under its key");
    } else if (store_reader_size(*reader_r) != (uint64_t)document->size) {
        wrong_r->kind = "object-size";
        (void)err_set(&wrong_r->why, ERR_DATA, 0, "it has %ju bytes instead of %jd",
                      (uintmax_t)store_reader_size(*reader_r), (intmax_t)document->size);
    }
    return true;
}

/* --- whole ------------------------------------------------------------------------------------ */

static bool object_read(struct store_reader *reader, const struct visible *document, struct str *to,
                        struct err *err)
{
    size_t got = 1;

    if (!str_reserve(to, (size_t)document->size))
        return err_set(err, ERR_OS, 0, "document %jd is too large to be read at once",
                       (intmax_t)document->document);
    while (got > 0 && to->size < (size_t)document->size) {
        if (!store_read(reader, to->at + to->size, (size_t)document->size - to->size, &got, err))
            return store_failed(err);
        to->size += got;
    }
    to->at[to->size] = '\0';
    return true;
}

bool fetch_compared(struct console *console, const struct visible *document, struct str *to,
                    struct fetch_wrong *wrong_r, struct err *err)
{
    auto_loan loan = { 0 };
    auto_reader *reader = NULL;
    struct store *store;
    struct sha256 found;

    if (!places_store(console->places, &loan, &store, err)
        || !object_open(document, store, &reader, wrong_r, err))
        return false;
    if (wrong_r->kind)
        return true;
    if (!object_read(reader, document, to, err))
        return false;
    found = sha256_of(str_span(to));
    if (sha256_equal(&found, &document->sha256))
        return true;
    str_reset(to);
    wrong_r->kind = "object-hash";
    (void)err_set(&wrong_r->why, ERR_DATA, 0, "its bytes have another SHA-256");
    return true;
}

bool fetch_whole(struct exchange *x, const struct visible *document, const struct handing *handing,
                 struct str *to, struct err *err)
{
    struct fetch_wrong wrong;

    return fetch_compared(x->console, document, to, &wrong, err)
           && (!wrong.kind || not_given(x, handing, &wrong));
}

/* --- streams ---------------------------------------------------------------------------------- */

struct fetching {
    struct loan loan;
    struct store_reader *reader;
    struct withheld *withheld;
    struct handing handing;
};

static bool reader_read(void *arg, void *to, size_t room, size_t *got_r, struct err *err)
{
    struct fetching *f = arg;

    return store_read(f->reader, to, room, got_r, err);
}

bool fetching_new(struct exchange *x, const struct visible *document, const struct range *range,
                  struct handing *handing, struct fetching **fetching_r, struct err *err)
{
    struct fetching *f = mem_new(struct fetching);
    struct withheld_task task = { .size = (uint64_t)document->size,
                                  .sha256 = document->sha256,
                                  .range = *range,
                                  .read = reader_read,
                                  .arg = f };
    struct fetch_wrong wrong = { 0 };
    struct store *store;

    f->handing = *handing;
    *handing = (struct handing){ 0 };
    if (!places_store(x->console->places, &f->loan, &store, err)
        || !object_open(document, store, &f->reader, &wrong, err)
        || (wrong.kind && !not_given(x, &f->handing, &wrong)) || !handing_note(&f->handing, err)) {
        fetching_free(f);
        return false;
    }
    f->withheld = withheld_new(&task);
    *fetching_r = f;
    return true;
}

void fetching_free(void *fetching)
{
    struct fetching *f = fetching;

    if (!f)
        return;
    withheld_free(f->withheld);
    auto_reader_cleanup(&f->reader);
    loan_end(&f->loan);
    handing_clear(&f->handing);
    free(f);
}

bool fetching_read(void *fetching, char *to, size_t room, size_t *size_r)
{
    struct fetching *f = fetching;
    struct err err;

    switch (withheld_read(f->withheld, to, room, size_r, &err)) {
    case WITHHELD_MORE:
    case WITHHELD_END:
        return true;
    case WITHHELD_WRONG:
        handing_was_wrong(&f->handing,
                          err.code == WITHHELD_OTHER_SIZE ? "object-size" : "object-hash", &err);
        return false;
    case WITHHELD_FAILED:
        log_error("document %jd: the store went away while it was sent: %s",
                  (intmax_t)f->handing.document, err.msg);
        return false;
    }
    return false;
}
