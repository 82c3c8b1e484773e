/* Sessions and single calls, which records.c and stream.c are built on. Private to filemaker/. */
#pragma once

#include "filemaker/filemaker.h"
#include "http/http.h"
#include "http/url.h"

struct filemaker {
    struct filemaker_settings settings;
    const struct cancel *cancel;
    struct http *http;
    struct url base;
    char *origin;          /* "https://host[:port]" */
    struct secret *bearer; /* the header line "Authorization: Bearer ..."; NULL: no session */
    uint64_t logins;       /* how many sessions there were                                  */
    uint64_t identity;     /* the number of the id token that was sent last; 0: none        */
    bool identity_is_old;  /* and it was refused                                            */
};

/* OWN: account and password, or the key, with the call itself, as OData wants it. */
enum filemaker_auth { FILEMAKER_AUTH_NONE, FILEMAKER_AUTH_SESSION, FILEMAKER_AUTH_OWN };

/* What answers: the Data API, OData in JSON, or OData with a text of any other kind. */
enum filemaker_form { FILEMAKER_FORM_API, FILEMAKER_FORM_ODATA, FILEMAKER_FORM_TEXT };

struct filemaker_call {
    const char *method;
    const char *path; /* after the origin, percent-encoded */
    struct span body; /* JSON; SPAN_NONE for none          */
    enum filemaker_auth auth;
    enum filemaker_form form;
    const char *accept; /* a header line; NULL: none                                            */
    bool reads;         /* changes nothing: may be repeated                                      */
    bool is_page;       /* asks for several records: not repeated unchanged if they are too many */
    size_t most;        /* bytes of its answer; 0: 16 MiB                                        */
};

/* An answer that said OK. */
struct filemaker_answer {
    struct str text;
    struct json *json;
    const struct json_value *response; /* of OData the whole; NULL of a text */
    int64_t retry_after_us;            /* how long it asks us to wait, or 0; of a refusal, too */
};

void filemaker_answer_clear(struct filemaker_answer *answer);
#define auto_filemaker_answer                                                                      \
    __attribute__((cleanup(filemaker_answer_clear))) struct filemaker_answer

/*
 * Reads an answer whose text has come. Fails with ERR_REMOTE and ERR_DATA. If it is no message of
 * the Data API, the words say what it is.
 */
must_check bool filemaker_answer_read(struct filemaker_answer *answer,
                                      const struct http_answer *from, struct err *err);

/*
 * The same for an answer of OData. Its errors come as those of the Data API do: FileMaker's own numbers in `reason`,
 * a table that is missing as FILEMAKER_LAYOUT_MISSING, a row as FILEMAKER_RECORD_MISSING.
 */
must_check bool filemaker_odata_read(struct filemaker_answer *answer,
                                     const struct http_answer *from, bool is_json, struct err *err);

/* Gives a refusal of OData that came without a number of FileMaker's the number that its HTTP status means. */
void filemaker_odata_mean(struct err *err);

/* When a text could not be read (`err` says why): a refusal is still told as one. Always false. */
bool filemaker_answer_unread(const struct http_answer *from, struct err *err);

/* Makes a call and reads its answer; errors as in filemaker.h. */
must_check bool filemaker_call(struct filemaker *filemaker, const struct filemaker_call *call,
                               struct filemaker_answer *answer_r, struct err *err);

/* What stands before "/fmi/..." in every path: "", or "/otto". */
const char *filemaker_front(const struct filemaker *filemaker);

/* Whether OttoFMS stands before the server. */
static inline bool filemaker_is_otto(const struct filemaker *filemaker)
{
    return filemaker->settings.login == FILEMAKER_BY_OTTO;
}

/* Whether the server refused the id token of Claris ID that was sent last: a new one may be taken. */
bool filemaker_identity_refused(const struct filemaker *filemaker, const struct err *err);

/* Says, of a fresh token that was refused, too, what the file is missing. Always false: ERR_REMOTE, FILEMAKER_BAD_LOGIN. */
bool filemaker_identity_refuse(const struct filemaker *filemaker, struct err *err);

/*
 * The header line for what needs no session: "Authorization: Basic ...", with OttoFMS "... Bearer dk_...", with Claris ID
 * "... FMID ...".
 *   refused    with Claris ID: the id token that was sent last is not good any more
 *   header_r   ended by a zero; caller frees
 * Fails as claris_header().
 */
must_check bool filemaker_own_header(struct filemaker *filemaker, bool refused,
                                     struct secret **header_r, struct err *err);

/*
 * Opens an absolute URL at our own origin as a stream, with filemaker_own_header().
 *   accept   a header line, or NULL
 */
must_check bool filemaker_stream_of_url(struct filemaker *filemaker, const char *url,
                                        const char *accept, struct filemaker_stream **stream_r,
                                        struct err *err);

/* Appends "/fmi/data/vLatest/databases/{database}" and then "/{part}/{part}...", each encoded. */
void filemaker_path(struct str *to, const struct filemaker *filemaker, const char *const *parts);
