/* What lets us in: account and password, a key of OttoFMS, or an id token of Claris ID. */
#include "filemaker/session.h"

#include "base/digest.h"
#include "base/mem.h"
#include "claris/claris.h"

static struct secret *basic_header(const struct filemaker_settings *settings)
{
    struct span password = secret_reveal(settings->password);
    auto_str both = STR_MAX(KIB(16));
    auto_str header = STR_MAX(KIB(32));
    struct secret *line;

    str_printf(&both, "%s:" SPAN_FORMAT, settings->account, SPAN_ARGS(password));
    str_add_text(&header, "Authorization: Basic ");
    base64_add(&header, both.at, both.size);
    explicit_bzero(both.at, both.size);
    line = secret_new((struct span){ header.at, header.size + 1 });
    explicit_bzero(header.at, header.size);
    return line;
}

static struct secret *key_header(const struct filemaker_settings *settings)
{
    char *header = mem_printf("Authorization: Bearer " SPAN_FORMAT,
                              SPAN_ARGS(secret_reveal(settings->password)));
    struct secret *line = secret_new((struct span){ header, strlen(header) + 1 });

    explicit_bzero(header, strlen(header));
    free(header);
    return line;
}

/* That Claris lets nobody in will not get better by itself: FileMaker's 18 says so to whoever asks. */
static bool identity_header(struct filemaker *filemaker, bool refused, struct secret **header_r,
                            struct err *err)
{
    if (claris_header(filemaker->settings.claris, filemaker->cancel,
                      refused ? filemaker->identity : 0, header_r, &filemaker->identity, err))
        return true;
    if (err->kind == ERR_REMOTE && (err->code == HTTP_UNAUTHORIZED || err->code == HTTP_FORBIDDEN))
        err->reason = FILEMAKER_NO_IDENTITY;
    return false;
}

bool filemaker_own_header(struct filemaker *filemaker, bool refused, struct secret **header_r,
                          struct err *err)
{
    switch ((enum filemaker_login)filemaker->settings.login) {
    case FILEMAKER_BY_ACCOUNT:
        *header_r = basic_header(&filemaker->settings);
        return true;
    case FILEMAKER_BY_OTTO:
        *header_r = key_header(&filemaker->settings);
        return true;
    case FILEMAKER_BY_CLARIS:
        return identity_header(filemaker, refused, header_r, err);
    }
    abort();
}

bool filemaker_identity_refused(const struct filemaker *filemaker, const struct err *err)
{
    return filemaker->settings.login == FILEMAKER_BY_CLARIS && err->kind == ERR_REMOTE
           && ((err->reason == 0 && err->code == HTTP_UNAUTHORIZED)
               || err->reason == FILEMAKER_BAD_LOGIN || err->reason == FILEMAKER_BAD_TOKEN);
}

/* A fresh token was refused, too: it is the file that does not know who this is. */
bool filemaker_identity_refuse(const struct filemaker *filemaker, struct err *err)
{
    (void)err_set(err, ERR_REMOTE, HTTP_UNAUTHORIZED,
                  "FileMaker Cloud does not let the Claris ID '%.64s' into '%.64s': the file needs "
                  "an account of the kind Claris ID for it, with the extended privilege %s "
                  "(docs/cloud.md)",
                  claris_account(filemaker->settings.claris), filemaker->settings.database,
                  filemaker->settings.is_odata ? "fmodata" : "fmrest");
    err->reason = FILEMAKER_BAD_LOGIN;
    return false;
}
