/* FileMaker's error codes: their texts, and the HTTP status that carries each. */
#pragma once

enum {
    CODE_OK = 0,
    CODE_NO_AUTHORIZATION = 10,
    CODE_RECORD_MISSING = 101,
    CODE_FIELD_MISSING = 102,
    CODE_SCRIPT_MISSING = 104,
    CODE_LAYOUT_MISSING = 105,
    CODE_REPETITION_INVALID = 111,
    CODE_FIELD_LOCKED = 201,
    CODE_FIELD_DENIED = 202,
    CODE_SORT_DENIED = 204,
    CODE_LOGIN_WRONG = 212,
    CODE_RECORD_IN_USE = 301,
    CODE_MODID_MISMATCH = 306,
    CODE_CRITERIA_EMPTY = 400,
    CODE_NO_MATCH = 401,
    CODE_SORT_INVALID = 404,
    CODE_FIELD_TYPE = 413,
    CODE_DATE_INVALID = 500,
    CODE_VALUE_NEEDED = 509,
    CODE_UNABLE_TO_OPEN = 802,
    CODE_DISK_FULL = 809,
    CODE_CAPACITY = 812,
    CODE_TOKEN_INVALID = 952,
    CODE_QUOTA = 953,
    CODE_SESSIONS = 956,
    CODE_PARAMETER_MISSING = 958,
    CODE_PARAMETER_INVALID = 960,
    CODE_URL_INVALID = 1630,
    CODE_VERB_INVALID = 1704,
    CODE_HEADER_MISSING = 1705,
    CODE_VALUE_INVALID = 1708,
    CODE_JSON_INVALID = 1710,
};

/* The English text of the list; "Unknown error" for a code that is not in it. Never NULL. */
const char *code_text(int code);

/* The HTTP status under which the Data API sends it. */
int code_status(int code);
