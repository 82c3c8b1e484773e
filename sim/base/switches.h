/*
 * What is not settled about real servers. Each switch is one such fact, each of its values a server
 * that somebody met or that cannot be ruled out. `strict` makes every one as hard for a client as
 * it can be, `lenient` as easy, `random:SEED` picks.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

/* The values of a switch are numbered in the order of its list, here as there. */
enum switch_id {
    SWITCH_STREAM_AUTH,             /* none, bearer                          */
    SWITCH_AUTHENTICATED_STREAM,    /* 1, 2                               */
    SWITCH_STREAM_LOCATION,         /* relative, absolute                    */
    SWITCH_STREAM_STALE,            /* 401, 404, 400, no-cookie              */
    SWITCH_STREAM_HOST,             /* request, localhost, port, other       */
    SWITCH_STREAM_COOKIE,           /* session, url                          */
    SWITCH_STREAM_MISSING_AT,       /* hop2, hop1                            */
    SWITCH_STREAM_LENGTH,           /* present, absent                       */
    SWITCH_STREAM_DISPOSITION,      /* absent, present                       */
    SWITCH_STREAM_RANGES,           /* ignored, honoured                     */
    SWITCH_STREAM_HEAD,             /* refused, allowed                      */
    SWITCH_STREAM_REPLACED,         /* new, stale                            */
    SWITCH_STREAM_QUEUE,            /* parallel, session                     */
    SWITCH_STREAM_KEEPS_SESSION,    /* no, yes                            */
    SWITCH_LOGOUT_KILLS_URLS,       /* yes, no                               */
    SWITCH_URL_ROTATION,            /* session, read                         */
    SWITCH_EXTERNAL_MISSING,        /* url, empty                            */
    SWITCH_PER_TOKEN,               /* queue, refuse                         */
    SWITCH_VALIDATE_KEEPS_SESSION,  /* no, yes                          */
    SWITCH_VALIDATE_ANSWER,         /* empty, in-use                         */
    SWITCH_VALIDATE_NO_TOKEN,       /* 401, 400                              */
    SWITCH_FIRST_LOGIN_212,         /* off, on                               */
    SWITCH_CAPACITY_CODE,           /* 812, 956                              */
    SWITCH_CAPACITY_STATUS,         /* 500, 503                              */
    SWITCH_UNKNOWN_DATABASE_STATUS, /* 500, 404                        */
    SWITCH_SCRIPT_MISSING_STATUS,   /* 500, 404                          */
    SWITCH_RESTART_STATUS,          /* 502, 503, 520, 530                    */
    SWITCH_BAD_JSON,                /* 1710, 960                             */
    SWITCH_BAD_PATH,                /* json, html                            */
    SWITCH_BAD_VERB,                /* 405, 400                              */
    SWITCH_REQUEST_CHARSET,         /* accepted, refused                     */
    SWITCH_SLASH_IN_PATH,           /* 404, accepted                         */
    SWITCH_GZIP_LEAST,              /* 1024, 2000, never                     */
    SWITCH_JSON_CODING,             /* as-asked, gzip, deflate               */
    SWITCH_JSON_MARK,               /* no, yes                               */
    SWITCH_STREAM_CODING,           /* none, gzip, deflate, label            */
    SWITCH_PAGE_MOST,               /* any, 504, 408, long                   */
    SWITCH_KEEP_ALIVE,              /* announced, silent, off                */
    SWITCH_ETAG_304,                /* yes, no                               */
    SWITCH_PRODUCT_VERSION,         /* absent, present                       */
    SWITCH_LAYOUT_TABLE,            /* present, absent                       */
    SWITCH_DATA_INFO,               /* present, absent                       */
    SWITCH_VALUE_LISTS,             /* absent, empty                         */
    SWITCH_OFFSET_PAST_END,         /* 101, 401, empty                       */
    SWITCH_FIND_PAST_END,           /* 401, 101, empty                       */
    SWITCH_OFFSET_ZERO,             /* 960, first                            */
    SWITCH_LIMIT_ZERO,              /* 960, none                             */
    SWITCH_EMPTY_TABLE,             /* empty, 401                            */
    SWITCH_OMIT_ONLY,               /* all, 400                              */
    SWITCH_FIND_RELATED,            /* yes, 102                              */
    SWITCH_FIND_CONTAINER,          /* 413, 102                              */
    SWITCH_OMIT_BOOLEAN,            /* accepted, 960                         */
    SWITCH_DATE_WILDCARDS,          /* yes, 500                              */
    SWITCH_TIMESTAMP_DAY,           /* whole, midnight                       */
    SWITCH_QUESTION_MARK,           /* invalid, character                    */
    SWITCH_DOUBLE_EQUALS,           /* empty, nothing                        */
    SWITCH_TEXT_ORDER,              /* collation, unicode                    */
    SWITCH_WORD_HYPHEN,             /* splits, joins                         */
    SWITCH_INDEX_LENGTH,            /* whole, 100                            */
    SWITCH_DATE_FORMATS,            /* writes-too, reads, 960                */
    SWITCH_PORTAL_DEFAULT,          /* 50, drawn                             */
    SWITCH_PORTAL_EMPTY_LIST,       /* none, all                             */
    SWITCH_PORTAL_COMMAS,           /* accepted, refused                     */
    SWITCH_PORTAL_TWINS,            /* twice, once                           */
    SWITCH_GLOBALS,                 /* session, request                      */
    SWITCH_SCRIPT_NO_RESULT,        /* absent, empty                         */
    SWITCH_MOD_ID_SAME_VALUE,       /* counts, keeps                         */
    SWITCH_SINGLE_REPETITION,       /* plain, indexed                        */
    SWITCH_HIDDEN_REPETITIONS,      /* absent, delivered                     */
    SWITCH_NUMBER_ZEROS,            /* text, number                          */
    SWITCH_TWICE_ON_LAYOUT,         /* once, twice                           */
    SWITCH_NO_ACCESS_FIELD,         /* word, missing                         */
    SWITCH_NO_ACCESS_RECORDS,       /* none, excluded, shown                 */
    SWITCH_QUOTA_STREAMS,           /* counted, free                         */
    SWITCH_UPLOAD_ANSWER,           /* mod-id, empty                         */
    SWITCH_ODATA_NEXT_LINK,         /* yes, no                               */
    SWITCH_ODATA_FILENAME,          /* absent, present                       */
    SWITCH_ODATA_SPACES,            /* found, 404                            */
    SWITCH_CLOUD_401,               /* json, html                            */
    SWITCH_EDIT_ANSWER,             /* none, edit, touch                     */
    SWITCHES,
};

enum { STREAM_AUTH_NONE, STREAM_AUTH_BEARER };
enum { AUTHENTICATED_STREAM_1, AUTHENTICATED_STREAM_2 };
enum { STREAM_LOCATION_RELATIVE, STREAM_LOCATION_ABSOLUTE };
enum { STREAM_STALE_401, STREAM_STALE_404, STREAM_STALE_400, STREAM_STALE_NO_COOKIE };
enum { STREAM_HOST_REQUEST, STREAM_HOST_LOCALHOST, STREAM_HOST_PORT, STREAM_HOST_OTHER };
enum { STREAM_COOKIE_SESSION, STREAM_COOKIE_URL };
enum { STREAM_MISSING_AT_HOP2, STREAM_MISSING_AT_HOP1 };
enum { PRESENT_YES, PRESENT_NO };
enum { ABSENT_YES, ABSENT_NO };
enum { SWITCHED_NO, SWITCHED_YES };
enum { FIRST_YES, FIRST_NO };
enum { STREAM_REPLACED_NEW, STREAM_REPLACED_STALE };
enum { STREAM_QUEUE_PARALLEL, STREAM_QUEUE_SESSION };
enum { URL_ROTATION_SESSION, URL_ROTATION_READ };
enum { EXTERNAL_MISSING_URL, EXTERNAL_MISSING_EMPTY };
enum { PER_TOKEN_QUEUE, PER_TOKEN_REFUSE };
enum { BAD_JSON_1710, BAD_JSON_960 };
enum { BAD_PATH_JSON, BAD_PATH_HTML };
enum { GZIP_1024, GZIP_2000, GZIP_NEVER };
enum { PAGE_MOST_ANY, PAGE_MOST_504, PAGE_MOST_408, PAGE_MOST_LONG };
enum { KEEP_ALIVE_ANNOUNCED, KEEP_ALIVE_SILENT, KEEP_ALIVE_OFF };
enum { PAST_END_101, PAST_END_401, PAST_END_EMPTY };
enum { FIND_PAST_END_401, FIND_PAST_END_101, FIND_PAST_END_EMPTY };
enum { QUESTION_INVALID, QUESTION_CHARACTER };
enum { TEXT_ORDER_COLLATION, TEXT_ORDER_UNICODE };
enum { DATE_FORMATS_WRITES, DATE_FORMATS_READS, DATE_FORMATS_960 };
enum { NO_ACCESS_NONE, NO_ACCESS_EXCLUDED, NO_ACCESS_SHOWN };

struct switches {
    uint8_t values[SWITCHES];
};

/* Every switch at its default: what most servers seem to do. */
void switches_init(struct switches *switches);

/*
 * Sets switches from a text: `strict`, `lenient`, `random:SEED` or NAME=VALUE, several with commas.
 * Fails with ERR_USAGE naming what there is.
 */
must_check bool switches_set(struct switches *switches, struct span text, struct err *err);

/* The list with what each means, for people. */
void switches_list(const struct switches *switches, struct str *to);

static inline unsigned switch_of(const struct switches *switches, enum switch_id id)
{
    return __atomic_load_n(&switches->values[id], __ATOMIC_RELAXED);
}
