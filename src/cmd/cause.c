/*
 * From errors to exit codes. A script that calls fmferry wants to know one thing: who has to do
 * something before the next call. So a code stands for that, and not for the step that failed.
 */
#include "cmd/cause.h"

#include "base/cli.h"
#include "base/fs.h"
#include "filemaker/errors.h"
#include "http/http.h"
#include "sql/sql.h"

/* By HTTP status: the store's answers are put in these terms by store/, FileMaker's by its web server. */
static int exit_of_status(int status)
{
    if (status == HTTP_UNAUTHORIZED || status == HTTP_FORBIDDEN)
        return EXIT_REFUSED;
    if (status == 507)
        return EXIT_FULL;
    return status >= 500 || status == 408 || status == 429 ? EXIT_AWAY : EXIT_FAILED;
}

static int exit_of_filemaker(const struct err *err)
{
    if (filemaker_is_refusal(err->reason))
        return EXIT_REFUSED;
    if (filemaker_is_missing(err->reason)) /* the configuration names what was taken away since */
        return EXIT_USAGE;
    if (err->reason == FILEMAKER_DISK_FULL)
        return EXIT_FULL;
    switch (filemaker_advice(err)) {
    case FILEMAKER_REPEAT:
    case FILEMAKER_CROWDED:
    case FILEMAKER_LOG_IN:
        return EXIT_AWAY;
    case FILEMAKER_ONE_ITEM:
    case FILEMAKER_STOP:
        return EXIT_FAILED;
    }
    abort();
}

static int exit_of_database(enum sql_cause cause)
{
    switch (cause) {
    case SQL_REFUSED:
    case SQL_READ_ONLY:
        return EXIT_REFUSED;
    case SQL_AWAY:
    case SQL_COMMIT_LOST:
    case SQL_BUSY:
        return EXIT_AWAY;
    case SQL_FULL:
        return EXIT_FULL;
    case SQL_NEWER:
        return EXIT_USAGE;
    case SQL_BROKEN:
    case SQL_CONSTRAINT:
    case SQL_MISSING:
        return EXIT_FAILED;
    }
    return EXIT_FAILED; /* a cause of the ledger's own */
}

static int exit_of_errno(int number)
{
    if (fs_is_away(number))
        return EXIT_AWAY;
    switch (number) {
    case EACCES:
    case EPERM:
    case EROFS:
        return EXIT_REFUSED;
    case ENOSPC:
    case EDQUOT:
        return EXIT_FULL;
    default:
        return EXIT_FAILED;
    }
}

static int exit_of(const struct err *err)
{
    switch (err->kind) {
    case ERR_REMOTE:
        return err->reason ? exit_of_filemaker(err) : exit_of_status(err->code);
    case ERR_NET:
    case ERR_UNSURE:
        return err->code == HTTP_NO_TRUST ? EXIT_REFUSED : EXIT_AWAY;
    case ERR_DATABASE:
        return exit_of_database((enum sql_cause)err->code);
    case ERR_OS:
        return exit_of_errno(err->code);
    case ERR_NONE:
    case ERR_USAGE:
    case ERR_DATA:
    case ERR_CANCELED:
        return cli_exit_of(err);
    }
    abort();
}

int cause_exit(const struct err *err, const char **next_r)
{
    int code = exit_of(err);

    *next_r = NULL;
    if (code == EXIT_REFUSED)
        *next_r = "mend the login, the right or the certificate ('fmferry check' tries them all), "
                  "then give the same command again";
    else if (code == EXIT_AWAY)
        *next_r = "when it answers ('fmferry check' tries), give the same command again";
    else if (code == EXIT_FULL)
        *next_r = "make room, then give the same command again";
    else if (code > EXIT_SIGNAL)
        *next_r = "give the same command again when it suits";
    return code;
}
