/* Waits that grow, said once when they begin and once when they end. */
#include "export/patience.h"

#include "base/fs.h"
#include "base/log.h"
#include "base/time.h"
#include "http/http.h"
#include "sql/sql.h"

#define WAIT_FIRST_US TIME_SECOND
#define WAIT_MOST_US (60 * TIME_SECOND)

enum { DOUBLES_MOST = 6 };

bool patience_is_due(const struct err *err)
{
    if (err->kind == ERR_DATABASE)
        return err->code == SQL_AWAY || err->code == SQL_COMMIT_LOST || err->code == SQL_BUSY;
    if (err->kind == ERR_OS)
        return fs_is_away(err->code);
    return (err->kind == ERR_NET && err->code != HTTP_NO_TRUST) || err->kind == ERR_UNSURE;
}

bool patience_next(struct patience *patience, int64_t now_us, int64_t *wait_us_r)
{
    unsigned doubles = patience->tries < DOUBLES_MOST ? patience->tries : DOUBLES_MOST;
    int64_t wait_us = WAIT_FIRST_US << doubles;

    if (patience->since_us == 0)
        patience->since_us = now_us;
    if (now_us - patience->since_us >= PATIENCE_MOST_US)
        return false;
    patience->tries++;
    *wait_us_r = wait_us < WAIT_MOST_US ? wait_us : WAIT_MOST_US;
    return true;
}

bool patience_wait(struct patience *patience, const char *who, struct meter *meter,
                   const struct cancel *cancel, struct err *err)
{
    int64_t now_us = time_mono_us(), wait_us;
    char text[TIME_TEXT_SIZE];

    if (!patience_next(patience, now_us, &wait_us))
        return err_ctx(err, "%s is away for %s", who,
                       time_for_people(now_us - patience->since_us, text));
    meter_away(meter, who, patience->since_us, patience->since_us + PATIENCE_MOST_US);
    if (patience->tries == 1)
        log_warn("%s is away, and the export waits for it for %s: %s", who,
                 time_for_people(PATIENCE_MOST_US, text), err->msg);
    return cancel_sleep(cancel, wait_us, err);
}

void patience_answered(struct patience *patience, const char *who)
{
    char text[TIME_TEXT_SIZE];

    if (patience->since_us)
        log_info("%s answers again, after %s", who,
                 time_for_people(time_mono_us() - patience->since_us, text));
    *patience = (struct patience){ 0 };
}
