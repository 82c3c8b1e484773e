/* Exit codes by cause, whichever part of the program met it. */
#include "cmd/cause.h"

#include "base/cli.h"
#include "filemaker/errors.h"
#include "http/http.h"
#include "ledger/ledger.h"
#include "sql/sql.h"
#include "tap.h"

TEST(a_cause_has_one_code)
{
    static const struct {
        struct err err;
        int code;
    } cases[] = {
        { { .kind = ERR_REMOTE, .code = 401, .reason = FILEMAKER_BAD_LOGIN }, EXIT_REFUSED },
        { { .kind = ERR_REMOTE, .code = 500, .reason = 9 }, EXIT_REFUSED },
        { { .kind = ERR_REMOTE, .code = 500, .reason = 211 }, EXIT_REFUSED },
        { { .kind = ERR_REMOTE, .code = 403 }, EXIT_REFUSED },
        { { .kind = ERR_REMOTE, .code = 401 }, EXIT_REFUSED },
        { { .kind = ERR_NET, .code = HTTP_NO_TRUST }, EXIT_REFUSED },
        { { .kind = ERR_DATABASE, .code = SQL_REFUSED }, EXIT_REFUSED },
        { { .kind = ERR_DATABASE, .code = SQL_READ_ONLY }, EXIT_REFUSED },
        { { .kind = ERR_OS, .code = EACCES }, EXIT_REFUSED },
        { { .kind = ERR_OS, .code = EROFS }, EXIT_REFUSED },
        { { .kind = ERR_REMOTE, .code = 500, .reason = FILEMAKER_CAPACITY }, EXIT_AWAY },
        { { .kind = ERR_REMOTE, .code = 500, .reason = 16 }, EXIT_AWAY },
        { { .kind = ERR_REMOTE, .code = 401, .reason = FILEMAKER_BAD_TOKEN }, EXIT_AWAY },
        { { .kind = ERR_REMOTE, .code = 503 }, EXIT_AWAY },
        { { .kind = ERR_REMOTE, .code = 429 }, EXIT_AWAY },
        { { .kind = ERR_NET, .code = HTTP_NO_CONNECTION }, EXIT_AWAY },
        { { .kind = ERR_UNSURE, .code = HTTP_TIMED_OUT }, EXIT_AWAY },
        { { .kind = ERR_DATABASE, .code = SQL_AWAY }, EXIT_AWAY },
        { { .kind = ERR_DATABASE, .code = SQL_COMMIT_LOST }, EXIT_AWAY },
        { { .kind = ERR_DATABASE, .code = SQL_BUSY }, EXIT_AWAY },
        { { .kind = ERR_OS, .code = ESTALE }, EXIT_AWAY },
        { { .kind = ERR_OS, .code = EHOSTUNREACH }, EXIT_AWAY },
        { { .kind = ERR_REMOTE, .code = 507 }, EXIT_FULL },
        { { .kind = ERR_REMOTE, .code = 500, .reason = FILEMAKER_DISK_FULL }, EXIT_FULL },
        { { .kind = ERR_DATABASE, .code = SQL_FULL }, EXIT_FULL },
        { { .kind = ERR_OS, .code = ENOSPC }, EXIT_FULL },
        { { .kind = ERR_OS, .code = EDQUOT }, EXIT_FULL },
        { { .kind = ERR_REMOTE, .code = 404 }, EXIT_FAILED },
        { { .kind = ERR_REMOTE, .code = 500, .reason = FILEMAKER_QUOTA }, EXIT_FAILED },
        { { .kind = ERR_DATABASE, .code = SQL_BROKEN }, EXIT_FAILED },
        { { .kind = ERR_DATABASE, .code = LEDGER_NOT_OURS }, EXIT_FAILED },
        { { .kind = ERR_OS, .code = EIO }, EXIT_FAILED },
        { { .kind = ERR_DATA }, EXIT_FAILED },
        { { .kind = ERR_USAGE }, EXIT_USAGE },
        { { .kind = ERR_REMOTE, .code = 500, .reason = FILEMAKER_LAYOUT_MISSING }, EXIT_USAGE },
        { { .kind = ERR_REMOTE, .code = 500, .reason = FILEMAKER_FIELD_MISSING }, EXIT_USAGE },
        { { .kind = ERR_REMOTE, .code = 404, .reason = FILEMAKER_RECORD_MISSING }, EXIT_FAILED },
        { { .kind = ERR_CANCELED, .code = 1 }, 129 },
        { { .kind = ERR_CANCELED, .code = 2 }, EXIT_CANCELED },
        { { .kind = ERR_CANCELED, .code = 15 }, 143 },
        { { .kind = ERR_CANCELED }, EXIT_CANCELED },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        const char *next;

        CHECK_AT(i, cause_exit(&cases[i].err, &next) == cases[i].code);
        CHECK_AT(i, (next != NULL) == (cases[i].code > EXIT_LEFT));
    }
}
