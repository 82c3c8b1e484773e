/* One document after the other, pulled by whoever sends the answer. */
#include "console/taking/zip.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "console/documents/handing.h"
#include "console/documents/held.h"
#include "console/documents/visible.h"
#include "console/index/catalog.h"
#include "console/inside.h"
#include "console/server/throttle.h"
#include "console/taking/zip_name.h"
#include "console/taking/zip_writer.h"

enum { BATCH = 50, CHUNK = 64 * 1024, NAME_BYTES = 8 * 1024, TOLD_MAX = 4 * 1024 * 1024 };

static const char manifest_name[] = "manifest-sha256.txt", left_name[] = "left-out.txt";

enum zip_stage { ZIP_DOCUMENTS, ZIP_LEFT_OUT, ZIP_MANIFEST, ZIP_CLOSE, ZIP_OVER };

struct zip_taking {
    struct console *console;
    struct order_slot slot;
    struct handing who; /* the one who asked; its document is none */
    char *throttle_key;
    struct selection selection;
    size_t asked, number;      /* how many of the selection were asked about; of the last entry */
    struct visible_list batch; /* those of the last that may be shown, and how many were taken  */
    size_t taken;
    struct catalog_people people;
    struct held *held;
    bool is_open; /* there is more of the present entry */
    struct zip_writer *writer;
    struct str manifest, left_out;
    enum zip_stage stage;
};

static void zip_free(void *arg)
{
    struct zip_taking *z = arg;

    orders_done(z->console->orders, &z->slot);
    selection_clear(&z->selection);
    visible_list_clear(&z->batch);
    catalog_people_clear(&z->people);
    held_free(z->held);
    zip_writer_free(z->writer);
    handing_clear(&z->who);
    str_clear(&z->manifest);
    str_clear(&z->left_out);
    free(z->throttle_key);
    free(z);
}

/* --- which come next -------------------------------------------------------------------------- */

static void leave_out(struct zip_taking *z, const struct uuid *row, const char *why)
{
    char text[UUID_TEXT_SIZE];

    str_printf(&z->left_out, "%s: %s\n", uuid_text(row, text), why);
}

static bool is_in_batch(const struct zip_taking *z, const struct uuid *row)
{
    for (size_t i = 0; i < z->batch.count; i++)
        if (memcmp(&z->batch.items[i].row, row, sizeof *row) == 0)
            return true;
    return false;
}

static bool people_find(struct zip_taking *z, struct err *err)
{
    const char *ids[BATCH];
    size_t count = 0;

    catalog_people_clear(&z->people);
    for (size_t i = 0; i < z->batch.count; i++)
        if (z->batch.items[i].patient)
            ids[count++] = z->batch.items[i].patient;
    return catalog_people_of(z->console, ids, count, &z->people, err);
}

static bool batch_ask(struct zip_taking *z, struct err *err)
{
    const struct uuid *rows = z->selection.rows + z->asked;
    size_t left = z->selection.count - z->asked, count = left < BATCH ? left : BATCH;

    visible_list_clear(&z->batch);
    z->taken = 0;
    if (!visible_ask(z->console, rows, count, &z->batch, err) || !people_find(z, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!is_in_batch(z, &rows[i]))
            leave_out(z, &rows[i], "it is not there any more, or not verified");
    z->asked += count;
    return true;
}

/* --- one document ----------------------------------------------------------------------------- */

static struct handing handing_for(const struct zip_taking *z, const struct visible *document,
                                  const char *name)
{
    struct handing handing = z->who;

    handing.document = document->document;
    handing.patient = mem_text(document->patient);
    handing.detail = mem_text(name);
    (void)uuid_text(&document->row, handing.row);
    return handing;
}

static bool is_moderate(struct zip_taking *z)
{
    return throttle_take(z->console->takings, z->throttle_key, clock_mono_us(z->console->clock))
           == 0;
}

static bool entry_begin(struct zip_taking *z, const struct visible *document, const char *name,
                        const struct handing *handing, struct err *err)
{
    char hex[SHA256_HEX_SIZE];

    str_printf(&z->manifest, "%s  %s\n", sha256_hex(&document->sha256, hex), name);
    z->is_open = true;
    return handing_note(handing, err)
           && zip_writer_entry(z->writer, name, document->size, document->stored_us, err);
}

/* Read whole, compared and noted; then its entry begins. */
static bool document_take(struct zip_taking *z, const struct visible *document, struct err *err)
{
    const struct catalog_person *person = catalog_person_of(&z->people, document->patient);
    auto_str name = STR_MAX(NAME_BYTES);
    const char *kind;
    struct err why;

    if (!is_moderate(z)) {
        leave_out(z, &document->row, "more documents than one person takes in an hour");
        return true;
    }
    zip_name_write(document, person, ++z->number, &name);
    {
        auto_handing handing = handing_for(z, document, str_text(&name));

        switch (held_fill(z->held, z->console, document, &kind, &why)) {
        case HELD_GOOD:
            return entry_begin(z, document, str_text(&name), &handing, err);
        case HELD_WRONG:
            handing_was_wrong(&handing, kind, &why);
            leave_out(z, &document->row, "its bytes are not those that were verified");
            return true;
        case HELD_FAILED:
            log_error("document %jd is left out of a ZIP: %s", (intmax_t)document->document,
                      why.msg);
            leave_out(z, &document->row, "the store did not give it; take it again later");
            return true;
        }
    }
    return true;
}

static bool documents_step(struct zip_taking *z, struct err *err)
{
    char chunk[CHUNK];
    size_t got;

    if (z->is_open) {
        if (!held_read(z->held, chunk, sizeof chunk, &got, err))
            return false;
        z->is_open = got > 0;
        return got == 0 || zip_writer_add(z->writer, (struct span){ chunk, got }, err);
    }
    if (z->taken < z->batch.count)
        return document_take(z, &z->batch.items[z->taken++], err);
    if (z->asked < z->selection.count)
        return batch_ask(z, err);
    z->stage = ZIP_LEFT_OUT;
    return true;
}

/* --- its own entries -------------------------------------------------------------------------- */

static bool text_entry(struct zip_taking *z, const char *name, const struct str *text,
                       struct err *err)
{
    int64_t now_us = clock_now_us(z->console->clock);

    return zip_writer_entry(z->writer, name, (int64_t)text->size, now_us, err)
           && (text->size == 0 || zip_writer_add(z->writer, str_span(text), err));
}

/* What is missing is said in the ZIP itself, and that page is in the manifest, too. */
static bool left_out_step(struct zip_taking *z, struct err *err)
{
    struct sha256 hash = sha256_of(str_span(&z->left_out));
    char hex[SHA256_HEX_SIZE];

    z->stage = ZIP_MANIFEST;
    if (z->left_out.size == 0)
        return true;
    str_printf(&z->manifest, "%s  %s\n", sha256_hex(&hash, hex), left_name);
    return text_entry(z, left_name, &z->left_out, err);
}

static bool zip_step(struct zip_taking *z, struct err *err)
{
    switch (z->stage) {
    case ZIP_DOCUMENTS:
        return documents_step(z, err);
    case ZIP_LEFT_OUT:
        return left_out_step(z, err);
    case ZIP_MANIFEST:
        z->stage = ZIP_CLOSE;
        return text_entry(z, manifest_name, &z->manifest, err);
    case ZIP_CLOSE:
        z->stage = ZIP_OVER;
        return zip_writer_end(z->writer, err);
    case ZIP_OVER:
        return true;
    }
    return true;
}

/* --- sending ---------------------------------------------------------------------------------- */

/* False: the connection breaks, and the browser says that the download failed. */
static bool zip_read(void *arg, char *to, size_t room, size_t *size_r)
{
    struct zip_taking *z = arg;
    struct err err = { 0 };

    while ((*size_r = zip_writer_take(z->writer, to, room)) == 0 && z->stage != ZIP_OVER) {
        if (cancel_is_set(z->console->cancel))
            return false;
        if (!zip_step(z, &err)) {
            log_error("a ZIP was broken off: %s", err.msg);
            return false;
        }
    }
    return true;
}

static struct handing who_of(const struct exchange *x)
{
    struct handing who = { .console = x->console,
                           .what = VIEW_ZIP,
                           .account = x->who.account,
                           .token = x->who.token,
                           .session = x->who.session };

    (void)snprintf(who.address, sizeof who.address, "%s", request_address(x->request));
    return who;
}

static void headers_add(struct exchange *x)
{
    struct time_civil utc = time_to_utc(clock_now_us(x->console->clock));

    answer_of_others(&x->answer, mem_text("application/zip"));
    answer_header(&x->answer, "Content-Disposition",
                  "attachment; filename=\"documents %04d-%02d-%02d.zip\"", utc.year % 10000,
                  utc.month, utc.day);
}

bool zip_answer(struct exchange *x, struct selection *selection, const struct order_slot *slot,
                struct err *err)
{
    struct zip_taking *z = mem_new(struct zip_taking);

    *z = (struct zip_taking){ .console = x->console,
                              .slot = *slot,
                              .who = who_of(x),
                              .selection = *selection,
                              .throttle_key = throttle_key_of(x->who.account, x->who.token),
                              .held = held_new(x->console->settings->state),
                              .manifest = STR_MAX(TOLD_MAX),
                              .left_out = STR_MAX(TOLD_MAX) };
    *selection = (struct selection){ 0 };
    if (!zip_writer_new(&z->writer, err)) {
        zip_free(z);
        return false;
    }
    headers_add(x);
    x->answer.stream =
        (struct answer_stream){ .read = zip_read, .free = zip_free, .arg = z, .size = -1 };
    return true;
}
