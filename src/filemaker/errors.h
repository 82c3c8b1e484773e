/* FileMaker's error numbers: what they mean and what to do about them (Pro help, "Error codes"). */
#pragma once

#include "base/base.h"
#include "base/err.h"

/* Codes that the program knows by name. */
enum filemaker_code {
    FILEMAKER_OK = 0,
    FILEMAKER_NO_IDENTITY = 18,
    FILEMAKER_RECORD_MISSING = 101,
    FILEMAKER_FIELD_MISSING = 102,
    FILEMAKER_LAYOUT_MISSING = 105,
    FILEMAKER_BAD_LOGIN = 212,
    FILEMAKER_IN_USE = 301,
    FILEMAKER_MOD_ID = 306,
    FILEMAKER_NO_MATCH = 401,
    FILEMAKER_UNABLE_TO_OPEN = 802,
    FILEMAKER_DISK_FULL = 809,
    FILEMAKER_CAPACITY = 812,
    FILEMAKER_BAD_TOKEN = 952,
    FILEMAKER_QUOTA = 953,
    FILEMAKER_SESSIONS = 956,
};

/* Advice on an answer that is not "OK". */
enum filemaker_advice {
    FILEMAKER_REPEAT,   /* passes by itself: back off and ask again         */
    FILEMAKER_CROWDED,  /* too many sessions: give one up, wait for minutes */
    FILEMAKER_LOG_IN,   /* the session is gone: log in, ask once more       */
    FILEMAKER_ONE_ITEM, /* this record or field; the others may be fine     */
    FILEMAKER_STOP,     /* the whole run: nothing will get better by itself */
};

/* `code` of ERR_DATA: the answer is not valid, and will not be next time. */
enum { FILEMAKER_BAD_ANSWER = 1000 };

/*
 * Whether a call may have failed because it asked for too many records at once: it was not done in
 * time, or its answer was too long or was cut. Fewer may work.
 */
bool filemaker_is_too_much(const struct err *err);

/* Whether a code says that a part of the solution is not there: file, field, layout, script, table. */
bool filemaker_is_missing(int code);

/* Whether a code says that the account, or a right of it, is not enough: a person must mend that. */
bool filemaker_is_refusal(int code);

/* A code in words: "Layout is missing"; "unknown error" if it is not in the list. */
const char *filemaker_meaning(int code);

/*
 * Advice on a failed call: by FileMaker's code if the server gave one (err->reason), else by HTTP
 * status and kind.
 */
enum filemaker_advice filemaker_advice(const struct err *err);
