/* Only FileMaker's own "record is missing" counts as gone. */
#include "census/record_ask.h"

#include "base/log.h"
#include "base/time.h"

#define SLIP_US (50 * TIME_MS)

enum { ASK_TRIES = 4 };

static bool is_slip(const struct err *err)
{
    return err->kind == ERR_DATA
           || (err->kind == ERR_REMOTE && filemaker_advice(err) == FILEMAKER_ONE_ITEM);
}

bool record_ask(struct source_reader *reader, const char *layout, uint64_t record_id,
                const struct cancel *cancel, bool *lives_r, struct filemaker_page *page_r,
                struct err *err)
{
    for (int tries = ASK_TRIES; !source_record(reader, layout, record_id, page_r, err);) {
        if (err->kind == ERR_REMOTE && err->reason == FILEMAKER_RECORD_MISSING) {
            *lives_r = false;
            return true;
        }
        if (!is_slip(err) || --tries == 0)
            return false;
        log_debug("%s, asking again", err->msg);
        if (!cancel_sleep(cancel, SLIP_US, err))
            return false;
    }
    *lives_r = true;
    return true;
}
