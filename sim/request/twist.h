/*
 * What a scenario does to one request; all zero: nothing. Each kind of twist has a member of its
 * own, so that several can apply to one request.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

/* The reaction of the solution when a record is edited or read: see sim/api/reaction.h. */
enum twist_reaction {
    REACTION_NONE,
    REACTION_EDIT,    /* the modification id rises, and nothing else   */
    REACTION_TOUCH,   /* the file is put there anew, with the same bytes */
    REACTION_REPLACE, /* with other bytes                                   */
    REACTION_CLEAR,   /* the fields that were written are emptied        */
    REACTION_ALTER,   /* the fields that were written get other values   */
};

enum twist_coding {
    CODING_AS_ASKED,
    CODING_GZIP, /* compressed though nobody asked        */
    CODING_DEFLATE,
    CODING_LABEL, /* says gzip, but is not compressed      */
};

enum twist_stale { STALE_NOT, STALE_401, STALE_404, STALE_400, STALE_NO_COOKIE };

/* A place in a body: a number of bytes, or so many percent of it. */
struct twist_place {
    bool set, percent;
    uint64_t n;
};

/* An answer with another HTTP status. */
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
    const char *deny; /* by the identity provider: "NAME:words_of_it" */

    /* the request itself */
    bool twice;
    int64_t replay_us;
    enum twist_reaction reaction;

    /* the answer */
    int64_t found_delta;
    double missed; /* the share of the records that a find does not find, 0 to 1 */
    bool repeat_edge, empty_page, wrong_mod_id, no_extension;
    const char *url_host, *media;
    enum twist_stale stale;
    bool html, empty, swap, bom;
    struct twist_place flip;
    uint64_t pad; /* JSON is made so many bytes long by blanks */
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
