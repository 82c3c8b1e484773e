/* One answer: its status, headers and body, put together before anything is sent. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

enum { ANSWER_HEADERS = 16, ANSWER_BODY_MAX = 32 * 1024 * 1024 };

struct answer_header {
    const char *name; /* a literal */
    char *value;
};

/* A body that is pulled while it is sent. Functions are called by one thread at a time. */
struct answer_stream {
    /*
     * Gives the next bytes; 0: it has ended. The call may wait.
     * False: the connection is broken off, so that the other side sees that something is missing.
     */
    bool (*read)(void *arg, char *to, size_t room, size_t *size_r);
    void (*free)(void *arg);
    void *arg;
    int64_t size; /* -1: not known yet */
};

struct answer {
    int status; /* 200 unless set */
    const char *type;
    struct str body;
    struct span fixed;           /* instead of `body`: bytes compiled in           */
    struct answer_stream stream; /* instead of both, if it has `read`              */
    struct answer_header headers[ANSWER_HEADERS];
    size_t header_count;
    bool may_be_kept; /* by a browser; all else is no-store */
    bool is_report;  /* a page of its own, with its style in it, and none of the console's rights */
    char *type_kept; /* `type`, where it is not a literal; set by answer_of_others() */
};

/* An empty answer; the caller clears it. */
struct answer answer_start(void);
void answer_clear(struct answer *answer);

/* Drops what was written, for an answer that became another one. Headers stay. */
void answer_restart(struct answer *answer);

/*
 * Adds a header.
 *   name   a literal
 * A value with a control character, which could become a header of its own, is a bug of ours: the
 * process ends.
 */
void answer_header(struct answer *answer, const char *name, const char *format, ...)
    printf_like(3, 4);

/* 303: the browser gets another address with GET. `to` is a path of ours. */
void answer_go_to(struct answer *answer, const char *to);

/*
 * Says that the body is a file by others, which no browser may run or show as a page of ours.
 *   type   taken over
 */
void answer_of_others(struct answer *answer, char *type);

/* Says that the body is JSON of 200; written with a json_writer to `body`. */
void answer_json(struct answer *answer);
