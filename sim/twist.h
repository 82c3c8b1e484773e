/* What a scenario does to one request. All zero: nothing. */
#pragma once

#include "base/base.h"
#include "base/str.h"

enum twist_stale { STALE_NOT, STALE_401, STALE_404, STALE_400, STALE_NO_COOKIE };

/* A place in a body: a number of bytes, or so many percent of it. */
struct twist_place {
    bool set, percent;
    uint64_t n;
};

struct twist {
    /* before the request is looked at */
    int64_t delay_us;
    bool reset_before, reset_upload;
    bool drop_sessions;
    int64_t down_us; /* 502 to everybody for so long */
    int status;      /* answer with this instead, the request is not applied */
    bool as_json;    /* with a JSON body that is no FileMaker answer, not HTML */
    int code;        /* answer with this FileMaker code */
    const char *redirect;

    /* the request itself */
    bool twice;
    int64_t replay_us;

    /* the answer */
    int64_t found_delta;
    bool repeat_edge, empty_page, wrong_mod_id, no_extension;
    const char *url_host, *media;
    enum twist_stale stale;
    bool html, empty, swap;
    struct twist_place flip;

    /* on the wire */
    bool reset_after;
    int64_t stall_us; /* before the first byte of the answer */
    struct twist_place reset_at, stall_at, cut, cut_fitting, alert_at;
    int64_t stall_at_us;
    bool no_length, bad_chunk, endless_headers;
    uint64_t longer;
    uint64_t trickle; /* bytes a second */
};
