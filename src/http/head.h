/*
 * The head of an answer: its status, its headers, and how its body is framed (RFC 9112). What is
 * read is foreign: nothing about it is believed but what these functions checked.
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
 * Looks for the end of the head that `bytes` begin with.
 *   size_r   with HEAD_COMPLETE: of the head, its empty line included; at most HEAD_MAX
 */
enum head_step head_find(struct span bytes, size_t *size_r);

struct head {
    int status;            /* 100 .. 999                                                        */
    int64_t length;        /* Content-Length, the last one if there are more; -1 if there is none */
    bool is_chunked;       /* then `length` means nothing                                       */
    bool closes;           /* the connection ends with this answer                              */
    const char *complaint; /* if it cannot be read: why, for people                          */
    const char *fields;    /* name, zero, value, zero, name ...                                 */
    const char *fields_end;
};

/*
 * Reads a head that is all there.
 *   bytes    rewritten in place: the fields of `head_r` are borrowed from there
 * False if it is none: then `bytes` are worth nothing any more.
 */
must_check bool head_read(char *bytes, size_t size, struct head *head_r);

/* The header of that name at a place, from 0, without blanks around it; NULL if there is none. */
const char *head_field(const struct head *head, const char *name, size_t index);
