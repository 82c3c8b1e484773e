/*
 * An answer before it is sent: status, headers of its own, and a body in memory or read from a
 * container as it goes out.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"
#include "sim/content/content.h"
#include "json/writer.h"

/* The part of the server that speaks; it decides which headers there are and in which order. */
enum answer_style {
    ANSWER_API,     /* the Data API behind its web server              */
    ANSWER_PRODUCT, /* productInfo, which has headers of its own       */
    ANSWER_WEB,     /* the web server itself: HTML                     */
    ANSWER_STREAM,  /* the streaming process                           */
    ANSWER_ODATA,
    ANSWER_OWN, /* the simulator's own pages                       */
};

/* The container of a download, for the journal. */
struct answer_about {
    uint64_t record_id; /* 0: none */
    const char *field;
    unsigned repetition;
    uint32_t session;
    char sha256[65]; /* of the true bytes; "" if nobody asked */
};

enum { ANSWER_ETAG_SIZE = 64 };

struct answer {
    enum answer_style style;
    int status;
    int code;           /* FileMaker's, for the log                   */
    const char *media;  /* NULL: what the style sends                 */
    struct str headers; /* of its own, each line ended by CRLF        */
    struct str body;
    struct content_reader *stream; /* instead of a body                */
    uint64_t stream_size;          /* how much of it is sent           */
    uint64_t stream_stop;          /* not 0: the stream breaks off here*/
    bool no_length;                /* the stream's length is not sent  */
    bool head_only;
    int64_t ahead_us;            /* the clock of who answers is ahead of this machine's */
    char etag[ANSWER_ETAG_SIZE]; /* "" until it is asked for */
    struct answer_about about;
};

/* Begins an empty answer with status 200; answer_clear() it. */
void answer_init(struct answer *answer);
void answer_clear(struct answer *answer);

/*
 * Begins a good answer; members that are written to `w` until answer_end() lie inside "response".
 */
void answer_begin(struct answer *answer, struct json_writer *w);
void answer_end(struct answer *answer, struct json_writer *w);

/* {"response":{},"messages":[{"code":"0","message":"OK"}]} */
void answer_empty(struct answer *answer);

/* Answers an error of FileMaker's list, with the text and status of the list. */
void answer_code(struct answer *answer, int code);
/* Answers an error with another text and status; status 0 for that of the list. */
void answer_code_text(struct answer *answer, int code, int status, const char *text);

/* Answers an HTML page of the web server, such as "502 Bad Gateway". */
void answer_web(struct answer *answer, int status);

/* Answers 302 with that Location. */
void answer_redirect(struct answer *answer, const char *location);

/* The entity tag, W/"2a-…", of the body as it is when the tag is first asked for. */
const char *answer_etag(struct answer *answer);

/* Answers 304: the client has this body already. */
void answer_not_modified(struct answer *answer);

/* Adds a header of its own. */
void answer_header(struct answer *answer, const char *name, const char *value);

/* Answers FileMaker's code 7 if the body has become too large to be sent. */
void answer_check_size(struct answer *answer);
