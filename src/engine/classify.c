/* From errors to failures. Every kind of error is judged; none is passed over. */
#include "engine/classify.h"

#include "base/fs.h"
#include "engine/writer.h"
#include "filemaker/errors.h"
#include "http/http.h"
#include "source/folder.h"
#include "store/store.h"

#include <stdarg.h>

bool failure_set(struct failure *failure, enum failure_kind kind, const char *step,
                 const struct err *why)
{
    *failure = (struct failure){ .kind = kind, .step = step, .why = *why, .bytes = -1 };
    return false;
}

bool failure_say(struct failure *failure, enum failure_kind kind, const char *step,
                 const char *format, ...)
{
    struct err why = { .kind = ERR_DATA };
    va_list args;

    va_start(args, format);
    (void)vsnprintf(why.msg, sizeof why.msg, format, args);
    va_end(args);
    return failure_set(failure, kind, step, &why);
}

static bool stops_run(struct failure *failure, enum failure_kind kind, const char *step,
                      const struct err *why)
{
    (void)failure_set(failure, kind, step, why);
    failure->run_wide = true;
    return false;
}

/* The web server in front answered, or none did: FileMaker will be back, or the run gives up. */
static bool is_web_server(const struct err *why)
{
    return why->kind == ERR_REMOTE && why->reason == 0;
}

static bool failure_of_answer(struct failure *failure, const char *step, const struct err *why)
{
    if (why->reason == FILEMAKER_RECORD_MISSING) {
        (void)failure_set(failure, FAILURE_SOURCE_REJECTED, step, why);
        failure->record_is_gone = true;
        return false;
    }
    switch (filemaker_advice(why)) {
    case FILEMAKER_STOP:
    case FILEMAKER_CROWDED: /* a login has waited for a quarter of an hour */
        return stops_run(failure, FAILURE_SOURCE_REJECTED, step, why);
    case FILEMAKER_LOG_IN:
        return failure_set(failure, FAILURE_SOURCE_AWAY, step, why);
    case FILEMAKER_REPEAT:
        if (why->reason == FILEMAKER_IN_USE)
            return failure_set(failure, FAILURE_SOURCE_LOCKED, step, why);
        return failure_set(
            failure, is_web_server(why) ? FAILURE_SOURCE_AWAY : FAILURE_SOURCE_REJECTED, step, why);
    case FILEMAKER_ONE_ITEM:
        return failure_set(failure, FAILURE_SOURCE_REJECTED, step, why);
    }
    abort();
}

bool failure_of_source(struct failure *failure, const char *step, const struct err *why)
{
    switch (why->kind) {
    case ERR_REMOTE:
        return failure_of_answer(failure, step, why);
    case ERR_NET:
        if (why->code == HTTP_NO_TRUST)
            return stops_run(failure, FAILURE_SOURCE_AWAY, step, why);
        return failure_set(failure, FAILURE_SOURCE_AWAY, step, why);
    case ERR_UNSURE:
        return failure_set(failure, FAILURE_SOURCE_AWAY, step, why);
    case ERR_DATA:
        return failure_set(failure, FAILURE_SOURCE_REJECTED, step, why);
    case ERR_USAGE:
    case ERR_OS:
    case ERR_CANCELED:
        return stops_run(failure, FAILURE_SOURCE_AWAY, step, why);
    case ERR_DATABASE:
    case ERR_NONE:
        return stops_run(failure, FAILURE_INTERNAL, step, why);
    }
    abort();
}

static enum failure_kind failure_of_broken_stream(int64_t bytes, const struct err *why)
{
    if (why->code == HTTP_NO_CONNECTION)
        return FAILURE_SOURCE_AWAY;
    return bytes > 0 || why->code == HTTP_SHORT ? FAILURE_CONTAINER_TRUNCATED
                                                : FAILURE_CONTAINER_UNAVAILABLE;
}

bool failure_of_stream(struct failure *failure, int64_t bytes, const struct err *why)
{
    if (why->kind == ERR_REMOTE)
        (void)failure_set(failure, FAILURE_CONTAINER_UNAVAILABLE, "fetch", why);
    else if (why->kind == ERR_NET && why->code != HTTP_NO_TRUST)
        (void)failure_set(failure, failure_of_broken_stream(bytes, why), "fetch", why);
    else if (why->kind == ERR_DATA && why->code == FOLDER_FILE_LONGER)
        (void)failure_set(failure, FAILURE_CONTAINER_LONGER, "fetch", why);
    else if (why->kind == ERR_DATA)
        (void)failure_set(failure,
                          bytes > 0 ? FAILURE_CONTAINER_TRUNCATED : FAILURE_CONTAINER_UNAVAILABLE,
                          "fetch", why);
    else
        (void)failure_of_source(failure, "fetch", why);
    failure->bytes = bytes;
    return false;
}

bool failure_of_store(struct failure *failure, const struct err *why)
{
    switch (why->kind) {
    case ERR_NET:
    case ERR_UNSURE:
        if (why->code == HTTP_NO_TRUST)
            return stops_run(failure, FAILURE_STORE_AWAY, "put", why);
        return failure_set(failure, FAILURE_STORE_AWAY, "put", why);
    case ERR_DATA:
        return failure_set(failure,
                           why->code == STORE_MISMATCH ? FAILURE_INTEGRITY : FAILURE_STORE_REJECTED,
                           "put", why);
    case ERR_OS:
        if (fs_is_of_one_name(why->code))
            return failure_set(failure, FAILURE_STORE_REJECTED, "put", why);
        return stops_run(failure, FAILURE_STORE_AWAY, "put", why);
    case ERR_REMOTE:
    case ERR_USAGE:
    case ERR_CANCELED:
    case ERR_DATABASE:
    case ERR_NONE:
        return stops_run(failure, FAILURE_STORE_AWAY, "put", why);
    }
    abort();
}

bool failure_of_writer(struct failure *failure, const char *step, const struct err *why)
{
    if (writer_is_broken_by(why))
        return stops_run(failure, FAILURE_INTERNAL, step, why);
    if (why->kind == ERR_DATABASE && why->code == SQL_CONSTRAINT)
        return failure_set(failure, FAILURE_REGISTRY_REJECTED, step, why);
    (void)failure_set(failure, FAILURE_INTERNAL, step, why);
    failure->claim_is_lost = why->kind == ERR_DATABASE && why->code == LEDGER_NOT_OURS;
    return false;
}
