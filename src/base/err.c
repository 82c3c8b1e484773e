/* Errors as values. No allocation, no globals. */
#include "base/err.h"

#include "base/foreign.h"
#include "base/utf8.h"

#include <stdarg.h>

/*
 * Foreign words may hold anything, and an error ends in ledger rows, which refuse what is not
 * UTF-8, and on terminals. Such bytes become '?', harmful characters blanks.
 */
static void make_harmless(char *words)
{
    struct span rest = span_of(words);
    uint32_t code;

    while (rest.size) {
        char *begin = words + (rest.at - words);
        bool good = utf8_next(&rest, &code);

        if (!good || foreign_is_harmful(code))
            memset(begin, good ? ' ' : '?', (size_t)(rest.at - begin));
    }
}

/* Writes the words, a colon and the cause ("" for none), which keeps at least half of the room. */
printf_like(3, 0) static void err_say(struct err *err, const char *cause, const char *format,
                                      va_list args)
{
    char words[sizeof err->msg];
    size_t after = *cause ? strlen(cause) + 2 : 0, half = sizeof words / 2;
    size_t used;

    (void)vsnprintf(words, sizeof words - (after < half ? after : half), format, args);
    used = strlen(words);
    if (*cause)
        (void)snprintf(words + used, sizeof words - used, ": %s", cause);
    make_harmless(words);
    memcpy(err->msg, words, strlen(words) + 1);
}

bool err_set(struct err *err, enum err_kind kind, int code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    err_say(err, "", format, args);
    va_end(args);
    err->kind = kind;
    err->code = code;
    err->reason = 0;
    return false;
}

bool err_os(struct err *err, const char *format, ...)
{
    int number = errno;
    char text[128];
    va_list args;

    va_start(args, format);
    err_say(err, strerror_r(number, text, sizeof text), format, args);
    va_end(args);
    err->kind = ERR_OS;
    err->code = number;
    err->reason = 0;
    return false;
}

bool err_ctx(struct err *err, const char *format, ...)
{
    char cause[sizeof err->msg];
    va_list args;

    memcpy(cause, err->msg, strlen(err->msg) + 1);
    va_start(args, format);
    err_say(err, cause, format, args);
    va_end(args);
    return false;
}

bool str_fits(const struct str *s, const char *what, struct err *err)
{
    if (!s->cut)
        return true;
    return err_set(err, ERR_DATA, 0, "%s is longer than %zu bytes", what, s->max);
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
