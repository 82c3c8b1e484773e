/*
 * An answer before it is sent: status, headers of its own, and a body in memory or read from a
 * container as it goes out.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"
#include "sim/content/content.h"
#include "json/writer.h"

/* Who is speaking decides which headers there are and in which order. */
enum answer_style {
    ANSWER_API,     /* the Data API behind its web server              */
    ANSWER_PRODUCT, /* productInfo, which has headers of its own       */
    ANSWER_WEB,     /* the web server itself: HTML                     */
    ANSWER_STREAM,  /* the streaming process                           */
    ANSWER_ODATA,
    ANSWER_OWN, /* the simulator's own pages                       */
};

/* Which container a download was of, for the journal. */
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
    uint64_t stream_stop;          /* not 0: it breaks off here        */
    bool no_length;                /* the stream's length is not told  */
    bool head_only;
    char etag[ANSWER_ETAG_SIZE]; /* "" until it is asked for */
    struct answer_about about;
};

void answer_init(struct answer *answer);
void answer_clear(struct answer *answer);

/* Begins a good answer: what is written into `w` until answer_end() is inside "response". */
void answer_begin(struct answer *answer, struct json_writer *w);
void answer_end(struct answer *answer, struct json_writer *w);

/* {"response":{},"messages":[{"code":"0","message":"OK"}]} */
void answer_empty(struct answer *answer);

/* An error of FileMaker's list, with the text and status of the list. */
void answer_code(struct answer *answer, int code);
/* The same with a text and status of its own; status 0 for that of the list. */
void answer_code_text(struct answer *answer, int code, int status, const char *text);

/* A page of the web server in front: "502 Bad Gateway" in HTML. */
void answer_web(struct answer *answer, int status);

/* 302 to somewhere. */
void answer_redirect(struct answer *answer, const char *location);

/* Its tag: W/"2a-…", made from the body as it is when first asked for. */
const char *answer_etag(struct answer *answer);

/* 304: the client has this body already. */
void answer_not_modified(struct answer *answer);

void answer_header(struct answer *answer, const char *name, const char *value);

/* Fails with FileMaker's 7 if the answer has become too large to be sent. */
void answer_check_size(struct answer *answer);
