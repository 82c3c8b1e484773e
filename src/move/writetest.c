/* Two guarded writes, and a look after each: an answer that was lost does not matter then. */
#include "move/writetest.h"

#include "base/mem.h"
#include "base/time.h"
#include "filemaker/errors.h"
#include "move/stamp.h"

/* What a record says of its mark. */
struct marked {
    uint64_t mod_id;
    char *mark;
};

static void marked_clear(struct marked *marked)
{
    free(marked->mark);
}

#define auto_marked __attribute__((cleanup(marked_clear))) struct marked

static bool look(const struct mover_settings *settings, struct filemaker *filemaker,
                 uint64_t record_id, struct marked *marked_r, struct err *err)
{
    auto_page page = { 0 };
    struct span mark;

    if (!filemaker_record(filemaker, settings->fields.layout, record_id, &page, err))
        return err_ctx(err, "reading record %ju", (uintmax_t)record_id);
    mark = filemaker_text(&page.records[0], settings->fields.mark);
    marked_r->mod_id = page.records[0].mod_id;
    marked_r->mark = mark.size ? span_text(mark) : mem_text("");
    return true;
}

/* A lost answer is no failure yet: the look that follows tells. */
static bool set(const struct mover_settings *settings, struct filemaker *filemaker,
                uint64_t record_id, uint64_t mod_id, const char *mark, struct err *err)
{
    uint64_t ignored;

    return filemaker_set(filemaker, settings->fields.layout, record_id, mod_id,
                         settings->fields.mark, span_of(mark), &ignored, err)
           || err->kind == ERR_UNSURE
           || err_ctx(err, "writing '%s' of record %ju", settings->fields.mark,
                      (uintmax_t)record_id);
}

static bool differs(const struct mover_settings *settings, uint64_t record_id,
                    const struct marked *now, const char *wanted, struct err *err)
{
    return err_set(
        err, ERR_DATA, 0,
        "'%s' of record %ju should be '%s' and is '%.64s' (modId %ju): somebody edited it "
        "meanwhile, or a calculation or script writes there; see to the field",
        settings->fields.mark, (uintmax_t)record_id, wanted, now->mark, (uintmax_t)now->mod_id);
}

static bool set_and_look(const struct mover_settings *settings, struct filemaker *filemaker,
                         uint64_t record_id, uint64_t mod_id, const char *mark, struct err *err)
{
    auto_marked now = { 0 };
    bool same;

    if (!set(settings, filemaker, record_id, mod_id, mark, err)
        || !look(settings, filemaker, record_id, &now, err))
        return false;
    same = *mark ? stamp_equal(span_of(now.mark), span_of(mark)) : !*now.mark;
    return (same && now.mod_id == mod_id + 1) || differs(settings, record_id, &now, mark, err);
}

static bool may_try(const struct mover_settings *settings, uint64_t record_id,
                    const struct marked *before, struct err *err)
{
    if (!*before->mark)
        return true;
    return err_set(err, ERR_USAGE, 0,
                   "record %ju is marked already ('%.64s'): name one whose '%s' is empty",
                   (uintmax_t)record_id, before->mark, settings->fields.mark);
}

bool write_test(const struct mover_settings *settings, struct filemaker *filemaker,
                uint64_t record_id, char **said_r, struct err *err)
{
    char text[STAMP_TEXT_SIZE];
    const char *mark = stamp_text(time_now_us(), text);
    auto_marked before = { 0 };

    if (!*settings->fields.mark)
        return err_set(err, ERR_USAGE, 0, "mark_field is empty: there is nothing to try");
    if (!look(settings, filemaker, record_id, &before, err)
        || !may_try(settings, record_id, &before, err)
        || !set_and_look(settings, filemaker, record_id, before.mod_id, mark, err))
        return false;
    if (!set_and_look(settings, filemaker, record_id, before.mod_id + 1, "", err))
        return err_ctx(err, "the mark was written, and taking it back");
    *said_r = mem_printf("record %ju was marked '%s' and emptied again; its modId went from %ju to "
                         "%ju",
                         (uintmax_t)record_id, mark, (uintmax_t)before.mod_id,
                         (uintmax_t)before.mod_id + 2);
    return true;
}
