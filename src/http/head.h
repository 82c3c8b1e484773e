/*
 * The head of an answer: its status, its headers, and how its body is framed (RFC 9112). The bytes
 * are foreign: only what these functions checked is believed.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

enum { HEAD_MAX = 64 * 1024 };

enum head_step {
    HEAD_MORE,      /* its end has not come yet */
    HEAD_COMPLETE,  /* it is all there          */
    HEAD_MALFORMED, /* this is no answer        */
};

/*
 * Looks for the end of the head at the front of `bytes`.
 *   size_r   with HEAD_COMPLETE: the size of the head with its empty line, at most HEAD_MAX
 */
enum head_step head_find(struct span bytes, size_t *size_r);

struct head {
    int status;            /* 100 .. 999                                   */
    int64_t length;        /* Content-Length; -1: there is none            */
    bool is_chunked;       /* then `length` means nothing                  */
    bool closes;           /* the connection ends with this answer         */
    const char *complaint; /* the reason why it cannot be read, for people */
    const char *fields;    /* name, zero, value, zero, name ...            */
    const char *fields_end;
};

/*
 * Reads a complete head.
 *   bytes    rewritten in place; the fields of `head_r` are borrowed from there
 * False: it is not a head. Then `bytes` are of no use any more.
 */
must_check bool head_read(char *bytes, size_t size, struct head *head_r);

/* The value of the `index`-th header of that name, from 0, without blanks around it; or NULL. */
const char *head_field(const struct head *head, const char *name, size_t index);
