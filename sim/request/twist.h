/*
 * What a scenario does to one request. All zero: nothing. Each member is what one kind of deed
 * sets, so that deeds can be laid over one another.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

/* What the solution does when a record is edited, or read: see sim/api/reaction.h. */
enum twist_reaction {
    REACTION_NONE,
    REACTION_EDIT,    /* the modification id rises, and nothing else   */
    REACTION_TOUCH,   /* the file is put there anew, with the same bytes */
    REACTION_REPLACE, /* with others                                     */
    REACTION_CLEAR,   /* what was written is emptied                     */
    REACTION_ALTER,   /* what was written is turned into something else  */
};

enum twist_coding {
    CODING_AS_ASKED,
    CODING_GZIP, /* compressed though nobody asked        */
    CODING_DEFLATE,
    CODING_LABEL, /* says gzip, and nothing was done to it */
};

enum twist_stale { STALE_NOT, STALE_401, STALE_404, STALE_400, STALE_NO_COOKIE };

/* A place in a body: a number of bytes, or so many percent of it. */
struct twist_place {
    bool set, percent;
    uint64_t n;
};

/* Another answer. */
struct twist_status {
    int status;   /* 0: none                                          */
    bool as_json; /* a JSON body that is no FileMaker answer, not HTML */
    bool applied; /* the request is applied all the same              */
};

struct twist_stall {
    struct twist_place at;
    int64_t time_us;
};

struct twist {
    /* before the request is looked at */
    int64_t delay_us;
    bool reset_before, reset_upload;
    struct twist_status status;
    uint64_t code; /* answer with this FileMaker code */
    const char *redirect;

    /* the request itself */
    bool twice;
    int64_t replay_us;
    enum twist_reaction reaction;

    /* the answer */
    int64_t found_delta;
    bool repeat_edge, empty_page, wrong_mod_id, no_extension;
    const char *url_host, *media;
    enum twist_stale stale;
    bool html, empty, swap, bom;
    struct twist_place flip;
    uint64_t pad; /* JSON becomes so many bytes long, by blanks */
    enum twist_coding coding;

    /* on the wire */
    bool reset_after;
    int64_t stall_us; /* before the first byte of the answer */
    struct twist_stall stall_at;
    struct twist_place reset_at, cut, cut_fitting, alert_at;
    bool no_length, bad_chunk, endless_headers;
    uint64_t longer;
    uint64_t trickle; /* bytes a second */
};
