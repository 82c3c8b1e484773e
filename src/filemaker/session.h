/* Sessions and single calls: what records.c and stream.c stand on. Private to filemaker/. */
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
};

enum filemaker_auth { FILEMAKER_AUTH_NONE, FILEMAKER_AUTH_SESSION };

struct filemaker_call {
    const char *method;
    const char *path; /* behind the origin, percent-encoded */
    struct span body; /* JSON; SPAN_NONE for none           */
    enum filemaker_auth auth;
    bool reads;   /* changes nothing: may be repeated                                     */
    bool is_page; /* of several records: what is too much is not asked for again as it is */
    size_t most;  /* bytes of its answer; 0: 16 MiB                                       */
};

/* An answer that said OK. */
struct filemaker_answer {
    struct str text;
    struct json *json;
    const struct json_value *response;
    int64_t retry_after_us; /* of one that said no, too: how long it asks us to wait, or 0 */
};

void filemaker_answer_clear(struct filemaker_answer *answer);
#define auto_filemaker_answer                                                                      \
    __attribute__((cleanup(filemaker_answer_clear))) struct filemaker_answer

/*
 * Reads the answer whose text has come. Fails with ERR_REMOTE and ERR_DATA; the words say what it
 * is where it is no message of the Data API.
 */
must_check bool filemaker_answer_read(struct filemaker_answer *answer,
                                      const struct http_answer *from, struct err *err);

/* Its text could not be read (`err` says why): one that says no anyway still says so. False. */
bool filemaker_answer_unread(const struct http_answer *from, struct err *err);

/* Makes a call and reads its answer; errors as in filemaker.h. */
must_check bool filemaker_call(struct filemaker *filemaker, const struct filemaker_call *call,
                               struct filemaker_answer *answer_r, struct err *err);

/* The header line "Authorization: Basic ..."; the caller wipes and frees. */
char *filemaker_basic_header(const struct filemaker_settings *settings);

/* A stream of what an absolute URL at our own origin gives, asked for with account and password. */
must_check bool filemaker_stream_of_url(struct filemaker *filemaker, const char *url,
                                        struct filemaker_stream **stream_r, struct err *err);

/* "/fmi/data/vLatest/databases/{database}" and then "/{part}/{part}...", each encoded. */
void filemaker_path(struct str *to, const struct filemaker *filemaker, const char *const *parts);
