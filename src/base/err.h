/*
 * An error is a value in the caller's frame: nothing to free, copied into a ledger row as it is.
 * Its kind says what the program does about it. Its words say what we were doing, on which id, and
 * what the answer was. Lower case, no full stop, no "failed to".
 */
#pragma once

#include "base/base.h"

struct str;

enum err_kind {
    ERR_NONE,
    ERR_USAGE,    /* the user asked for something impossible: say it, exit 2              */
    ERR_DATA,     /* the data that came is not as promised                                */
    ERR_REMOTE,   /* the other side answered, and refused; code = HTTP status             */
    ERR_NET,      /* no answer, and surely nothing was done                               */
    ERR_UNSURE,   /* no answer, and perhaps it was done: look before repeating            */
    ERR_DATABASE, /* ledger or registry could not be read or written; code = the driver's */
    ERR_OS,       /* the operating system refused; code = errno                           */
    ERR_CANCELED, /* we were asked to stop; code = the signal, or 0                       */
};

struct err {
    enum err_kind kind;
    int code;   /* see the kinds                                                                 */
    int reason; /* the other side's own number where it has one (a FileMaker code), else 0       */
    char msg[512];
};

/*
 * Describes what went wrong, once, at the cause. Overwrites what `err` held, whose `msg` may be one
 * of the arguments. Here and below, the words become UTF-8 without control characters whatever the
 * arguments hold, and the cause stays at the end, however long the text before it is.
 * Always returns false, so that `return err_set(...)` reads as a sentence.
 */
bool err_set(struct err *err, enum err_kind kind, int code, const char *format, ...)
    printf_like(4, 5);

/* As err_set() with ERR_OS and the present errno, whose text is added after a colon. */
bool err_os(struct err *err, const char *format, ...) printf_like(2, 3);

/* Puts a new noun in front: "copying 'a': part 3: timed out". Returns false. */
bool err_ctx(struct err *err, const char *format, ...) printf_like(2, 3);

/* Fails with ERR_DATA if anything did not fit into `s`: "`what` is longer than N bytes". */
must_check bool str_fits(const struct str *s, const char *what, struct err *err);

/* The kind in one word, as the ledger has it: "data", "net", ... */
const char *err_kind_name(enum err_kind kind);
