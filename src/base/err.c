/* Errors as values. No allocation, no globals. */
#include "base/err.h"

#include <stdarg.h>

bool err_set(struct err *err, enum err_kind kind, int code, const char *format, ...)
{
    va_list args;

    err->kind = kind;
    err->code = code;
    err->reason = 0;
    va_start(args, format);
    (void)vsnprintf(err->msg, sizeof err->msg, format, args);
    va_end(args);
    return false;
}

bool err_os(struct err *err, const char *format, ...)
{
    int cause = errno;
    char text[128];
    size_t used;
    va_list args;

    err->kind = ERR_OS;
    err->code = cause;
    err->reason = 0;
    va_start(args, format);
    (void)vsnprintf(err->msg, sizeof err->msg, format, args);
    va_end(args);
    used = strlen(err->msg);
    (void)snprintf(err->msg + used, sizeof err->msg - used, ": %s",
                   strerror_r(cause, text, sizeof text));
    return false;
}

bool err_ctx(struct err *err, const char *format, ...)
{
    char said[sizeof err->msg];
    size_t used;
    va_list args;

    memcpy(said, err->msg, sizeof said);
    va_start(args, format);
    (void)vsnprintf(err->msg, sizeof err->msg, format, args);
    va_end(args);
    used = strlen(err->msg);
    (void)snprintf(err->msg + used, sizeof err->msg - used, ": %s", said);
    return false;
}

const char *err_kind_name(enum err_kind kind)
{
    switch (kind) {
    case ERR_NONE:
        return "none";
    case ERR_USAGE:
        return "usage";
    case ERR_DATA:
        return "data";
    case ERR_REMOTE:
        return "remote";
    case ERR_NET:
        return "net";
    case ERR_UNSURE:
        return "unsure";
    case ERR_DATABASE:
        return "database";
    case ERR_OS:
        return "os";
    case ERR_CANCELED:
        return "canceled";
    }
    abort();
}
