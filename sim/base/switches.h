/*
 * Switches: facts about real servers that are not settled. Each value of a switch is a server that
 * somebody has met or that cannot be ruled out. `strict` sets every switch to the value that is
 * hardest for a client, `lenient` to the easiest, `random:SEED` to a random one.
 *
 * A switch is a row of SWITCH_LIST and nothing else: ids, words, help and the list in
 * `fmsim --switches` come from there, and code asks with switch_is(switches, BAD_VERB, 405).
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

/*
 * One row for each:
 *   id        its name on the command line, which is in lower case and has hyphens
 *   doubt     DOCUMENTED, OBSERVED or INFERRED; where both ways are known, what is not settled
 *   meaning   for people
 *   strict    the value that is hardest for a client
 *   lenient   the easiest
 *   values    two to four, written as on the command line but for case and hyphens; the first is
 *             the default
 */
/* clang-format off */
#define SWITCH_LIST(ROW)                                                                           \
    ROW(STREAM_AUTH, OBSERVED, "whether the first hop of a download needs the Bearer token",       \
        BEARER, NONE, NONE, BEARER)                                                                \
    ROW(AUTHENTICATED_STREAM, DOCUMENTED, "1: a redirect with a cookie; 2: the file at once",      \
        1, 2, 1, 2)                                                                                \
    ROW(STREAM_LOCATION, OBSERVED, "the form of Location in the first hop",                        \
        RELATIVE, ABSOLUTE, RELATIVE, ABSOLUTE)                                                    \
    ROW(STREAM_STALE, OBSERVED, "the answer to a URL whose session is gone",                       \
        NO_COOKIE, 401, 401, 404, 400, NO_COOKIE)                                                  \
    ROW(STREAM_HOST, OBSERVED,                                                                     \
        "the host in container URLs: as asked, localhost, with :443, an inner name",               \
        OTHER, REQUEST, REQUEST, LOCALHOST, PORT, OTHER)                                           \
    ROW(STREAM_COOKIE, OBSERVED,                                                                   \
        "whether a cookie opens every file of its session or only the one it came with",           \
        URL, SESSION, SESSION, URL)                                                                \
    ROW(STREAM_MISSING_AT, INFERRED, "which hop says 404 for a file that is gone",                 \
        HOP2, HOP1, HOP2, HOP1)                                                                    \
    ROW(STREAM_LENGTH, INFERRED, "whether a download names its length",                            \
        ABSENT, PRESENT, PRESENT, ABSENT)                                                          \
    ROW(STREAM_DISPOSITION, INFERRED, "whether a download names the file",                         \
        ABSENT, PRESENT, ABSENT, PRESENT)                                                          \
    ROW(STREAM_RANGES, INFERRED, "whether a download can begin in the middle",                     \
        IGNORED, HONOURED, IGNORED, HONOURED)                                                      \
    ROW(STREAM_HEAD, OBSERVED, "whether HEAD works on a download",                                 \
        REFUSED, ALLOWED, REFUSED, ALLOWED)                                                        \
    ROW(STREAM_REPLACED, INFERRED,                                                                 \
        "an old URL of a container replaced since: the new file, or stale",                        \
        STALE, NEW, NEW, STALE)                                                                    \
    ROW(STREAM_QUEUE, INFERRED, "whether downloads wait for their session's turn",                 \
        SESSION, PARALLEL, PARALLEL, SESSION)                                                      \
    ROW(STREAM_KEEPS_SESSION, INFERRED, "whether a download counts as use of its session",         \
        NO, YES, NO, YES)                                                                          \
    ROW(LOGOUT_KILLS_URLS, INFERRED, "whether logging out ends the session's URLs",                \
        YES, NO, YES, NO)                                                                          \
    ROW(URL_ROTATION, OBSERVED,                                                                    \
        "whether a container's URL is new at every read or for every session",                     \
        READ, SESSION, SESSION, READ)                                                              \
    ROW(EXTERNAL_MISSING, INFERRED, "the value in a record whose external file is gone",           \
        URL, EMPTY, URL, EMPTY)                                                                    \
    ROW(PER_TOKEN, INFERRED, "a second request on a busy token: waits, or is refused",             \
        REFUSE, QUEUE, QUEUE, REFUSE)                                                              \
    ROW(VALIDATE_KEEPS_SESSION, OBSERVED, "whether validateSession counts as use",                 \
        NO, YES, NO, YES)                                                                          \
    ROW(VALIDATE_ANSWER, DOCUMENTED, "the answer of validateSession",                              \
        EMPTY, IN_USE, EMPTY, IN_USE)                                                              \
    ROW(VALIDATE_NO_TOKEN, INFERRED, "validateSession without a token",                            \
        400, 401, 401, 400)                                                                        \
    ROW(FIRST_LOGIN_212, OBSERVED,                                                                 \
        "whether the very first login is refused and the next one works",                          \
        ON, OFF, OFF, ON)                                                                          \
    ROW(CAPACITY_CODE, DOCUMENTED, "the code of one session too many",                             \
        956, 812, 812, 956)                                                                        \
    ROW(CAPACITY_STATUS, INFERRED, "its HTTP status",                                              \
        503, 500, 500, 503)                                                                        \
    ROW(UNKNOWN_DATABASE_STATUS, INFERRED, "the status of 802",                                    \
        404, 500, 500, 404)                                                                        \
    ROW(SCRIPT_MISSING_STATUS, INFERRED, "the status of 104",                                      \
        404, 500, 500, 404)                                                                        \
    ROW(RESTART_STATUS, INFERRED, "the web server's status while the engine is down",              \
        520, 502, 502, 503, 520, 530)                                                              \
    ROW(BAD_JSON, INFERRED, "the code of a body that is not JSON",                                 \
        960, 1710, 1710, 960)                                                                      \
    ROW(BAD_PATH, INFERRED, "the answer to a path that is not one of the API",                     \
        HTML, JSON, JSON, HTML)                                                                    \
    ROW(BAD_VERB, INFERRED, "the status of a wrong method",                                        \
        400, 405, 405, 400)                                                                        \
    ROW(REQUEST_CHARSET, OBSERVED, "Content-Type: application/json; charset=utf-8 in a request",   \
        REFUSED, ACCEPTED, ACCEPTED, REFUSED)                                                      \
    ROW(SLASH_IN_PATH, OBSERVED, "a %2F in a name",                                                \
        404, ACCEPTED, 404, ACCEPTED)                                                              \
    ROW(GZIP_LEAST, INFERRED, "the size from which answers are compressed",                        \
        1024, NEVER, 1024, 2000, NEVER)                                                            \
    ROW(JSON_CODING, OBSERVED, "whether a proxy compresses answers though nobody asked",           \
        GZIP, AS_ASKED, AS_ASKED, GZIP, DEFLATE)                                                   \
    ROW(JSON_MARK, OBSERVED, "whether a byte order mark stands before JSON",                       \
        YES, NO, NO, YES)                                                                          \
    ROW(STREAM_CODING, OBSERVED,                                                                   \
        "whether a proxy compresses downloads though nobody asked; label: says gzip of all, "      \
        "and does nothing",                                                                        \
        GZIP, NONE, NONE, GZIP, DEFLATE, LABEL)                                                    \
    ROW(PAGE_MOST, OBSERVED,                                                                       \
        "more than 30 records at once: given, not in time, or an answer of 20 MB",                 \
        504, ANY, ANY, 504, 408, LONG)                                                             \
    ROW(KEEP_ALIVE, OBSERVED,                                                                      \
        "after 5 s or 100 requests: said, not said, or a connection for each",                     \
        SILENT, ANNOUNCED, ANNOUNCED, SILENT, OFF)                                                 \
    ROW(ETAG_304, INFERRED, "whether If-None-Match is honoured",                                   \
        YES, NO, YES, NO)                                                                          \
    ROW(PRODUCT_VERSION, OBSERVED, "version and buildDate in productInfo",                         \
        ABSENT, PRESENT, ABSENT, PRESENT)                                                          \
    ROW(LAYOUT_TABLE, OBSERVED, "the member table in the list of layouts",                         \
        ABSENT, PRESENT, PRESENT, ABSENT)                                                          \
    ROW(DATA_INFO, OBSERVED, "the member dataInfo (absent on server 17)",                          \
        ABSENT, PRESENT, PRESENT, ABSENT)                                                          \
    ROW(VALUE_LISTS, OBSERVED, "the member valueLists of a layout without any",                    \
        ABSENT, EMPTY, ABSENT, EMPTY)                                                              \
    ROW(OFFSET_PAST_END, INFERRED, "a range that begins after the last record",                    \
        101, EMPTY, 101, 401, EMPTY)                                                               \
    ROW(FIND_PAST_END, INFERRED, "the same in a find",                                             \
        101, EMPTY, 401, 101, EMPTY)                                                               \
    ROW(OFFSET_ZERO, INFERRED, "an offset of 0",                                                   \
        960, FIRST, 960, FIRST)                                                                    \
    ROW(LIMIT_ZERO, INFERRED, "a limit of 0: refused, or no records",                              \
        960, NONE, 960, NONE)                                                                      \
    ROW(EMPTY_TABLE, OBSERVED, "records of an empty table without an offset",                      \
        401, EMPTY, EMPTY, 401)                                                                    \
    ROW(OMIT_ONLY, INFERRED, "a query of omissions alone: all but those, or refused",              \
        400, ALL, ALL, 400)                                                                        \
    ROW(FIND_RELATED, INFERRED, "whether related fields can be searched",                          \
        102, YES, YES, 102)                                                                        \
    ROW(FIND_CONTAINER, INFERRED, "a find in a container field",                                   \
        102, 413, 413, 102)                                                                        \
    ROW(OMIT_BOOLEAN, DOCUMENTED, "omit as a JSON boolean instead of a text",                      \
        960, ACCEPTED, ACCEPTED, 960)                                                              \
    ROW(DATE_WILDCARDS, INFERRED, "3/*/2024 and {1..5} in date criteria",                          \
        500, YES, YES, 500)                                                                        \
    ROW(TIMESTAMP_DAY, INFERRED,                                                                   \
        "a date as criterion for a timestamp: the day, or its first second",                       \
        MIDNIGHT, WHOLE, WHOLE, MIDNIGHT)                                                          \
    ROW(QUESTION_MARK, OBSERVED, "? in a criterion: invalid dates, or one character",              \
        CHARACTER, INVALID, INVALID, CHARACTER)                                                    \
    ROW(DOUBLE_EQUALS, OBSERVED, "== alone: finds empty fields, or nothing",                       \
        NOTHING, EMPTY, EMPTY, NOTHING)                                                            \
    ROW(TEXT_ORDER, OBSERVED, "the order of text: like a dictionary, or by code point",            \
        COLLATION, UNICODE, COLLATION, UNICODE)                                                    \
    ROW(WORD_HYPHEN, INFERRED, "whether a hyphen ends a word",                                     \
        SPLITS, JOINS, SPLITS, JOINS)                                                              \
    ROW(INDEX_LENGTH, INFERRED, "how much of a word the index keeps",                              \
        100, WHOLE, WHOLE, 100)                                                                    \
    ROW(DATEFORMATS, OBSERVED, "dateformats: in reads and writes, in reads, unknown",              \
        960, WRITES_TOO, WRITES_TOO, READS, 960)                                                   \
    ROW(PORTAL_DEFAULT, OBSERVED, "rows of a portal without a limit: 50, or as many as are drawn", \
        DRAWN, 50, 50, DRAWN)                                                                      \
    ROW(PORTAL_EMPTY_LIST, INFERRED, "portal=[]: no portals, or all of them",                      \
        ALL, NONE, NONE, ALL)                                                                      \
    ROW(PORTAL_COMMAS, DOCUMENTED, "portal=a,b without brackets",                                  \
        REFUSED, ACCEPTED, ACCEPTED, REFUSED)                                                      \
    ROW(PORTAL_TWINS, OBSERVED, "two portals of one name: duplicate members, or the last",         \
        TWICE, ONCE, TWICE, ONCE)                                                                  \
    ROW(GLOBALS, INFERRED, "how long a global field keeps what was set",                           \
        REQUEST, SESSION, SESSION, REQUEST)                                                        \
    ROW(SCRIPT_NO_RESULT, INFERRED, "scriptResult of a script that has none",                      \
        ABSENT, EMPTY, ABSENT, EMPTY)                                                              \
    ROW(MOD_ID_SAME_VALUE, INFERRED, "whether writing what is already there moves modId",          \
        KEEPS, COUNTS, COUNTS, KEEPS)                                                              \
    ROW(SINGLE_REPETITION, INFERRED, "a repeating field of which one is shown: Scan, or Scan(1)",  \
        INDEXED, PLAIN, PLAIN, INDEXED)                                                            \
    ROW(HIDDEN_REPETITIONS, INFERRED, "repetitions that the layout does not show",                 \
        ABSENT, DELIVERED, ABSENT, DELIVERED)                                                      \
    ROW(NUMBER_ZEROS, INFERRED, "0012 in a number field: text, or 12",                             \
        NUMBER, TEXT, TEXT, NUMBER)                                                                \
    ROW(TWICE_ON_LAYOUT, INFERRED, "a field that stands twice on a layout",                        \
        TWICE, ONCE, ONCE, TWICE)                                                                  \
    ROW(NO_ACCESS_FIELD, OBSERVED, "a field the account may not see: <No Access>, or not there",   \
        MISSING, WORD, WORD, MISSING)                                                              \
    ROW(NO_ACCESS_RECORDS, INFERRED,                                                               \
        "every 50th record: readable, left out, or shown as <No Access>",                          \
        SHOWN, NONE, NONE, EXCLUDED, SHOWN)                                                        \
    ROW(QUOTA_STREAMS, OBSERVED, "whether downloads count toward --quota-mib",                     \
        COUNTED, FREE, COUNTED, FREE)                                                              \
    ROW(UPLOAD_ANSWER, DOCUMENTED, "the answer to an upload",                                      \
        EMPTY, MOD_ID, MOD_ID, EMPTY)                                                              \
    ROW(ODATA_NEXT_LINK, INFERRED, "whether Prefer: odata.maxpagesize gives a next link",          \
        NO, YES, YES, NO)                                                                          \
    ROW(ODATA_FILENAME, INFERRED, "whether a container's JSON names the file",                     \
        ABSENT, PRESENT, ABSENT, PRESENT)                                                          \
    ROW(ODATA_SPACES, OBSERVED, "tables with a blank in their name",                               \
        404, FOUND, FOUND, 404)                                                                    \
    ROW(ODATA_OCTET, OBSERVED,                                                                     \
        "a container asked for as application/octet-stream: its bytes, or its name",               \
        NAME, BYTES, BYTES, NAME)                                                                  \
    ROW(ODATA_PAGE, OBSERVED, "the most rows of a page; then follows a next link",                 \
        7, ANY, ANY, 10000, 7)                                                                     \
    ROW(ODATA_COUNT_PATH, OBSERVED, "/$count behind a table",                                      \
        400, GIVEN, GIVEN, 400)                                                                    \
    ROW(ODATA_ID, OBSERVED,                                                                        \
        "what names a row in its address: its first field, or ROWID as number or text",            \
        ROWID_TEXT, FIELD, FIELD, ROWID, ROWID_TEXT)                                               \
    ROW(ODATA_NAMES, OBSERVED, "@id, or @odata.id",                                                \
        LONG, SHORT, SHORT, LONG)                                                                  \
    ROW(ODATA_CONTAINER, OBSERVED, "the type of a container in $metadata",                         \
        BINARY, STREAM, STREAM, BINARY)                                                            \
    ROW(ODATA_VERSION, OBSERVED,                                                                   \
        "how $metadata tells the version: not, ProductVersion, ServerVersion",                     \
        ABSENT, PRODUCT, ABSENT, PRODUCT, SERVER)                                                  \
    ROW(ODATA_METADATA, OBSERVED, "$metadata where a value list goes by a field",                  \
        8309, GIVEN, GIVEN, 8309)                                                                  \
    ROW(ODATA_SPECIAL, OBSERVED,                                                                   \
        "whether Prefer: fmodata.include-specialcolumns gives ROWID and ROWMODID",                 \
        IGNORED, GIVEN, IGNORED, GIVEN)                                                            \
    ROW(ODATA_FRACTION, OBSERVED, "numbers between -1 and 1: .25, which is no JSON, or 0.25",      \
        BARE, ZERO, ZERO, BARE)                                                                    \
    ROW(ODATA_EMPTY, INFERRED, "the bytes of a container that has none",                           \
        404, 204, 204, 404, NOTHING)                                                               \
    ROW(CLOUD_401, OBSERVED, "a refused FMID login",                                               \
        HTML, JSON, JSON, HTML)                                                                    \
    ROW(EDIT_ANSWER, OBSERVED,                                                                     \
        "what the solution does when a record is edited, in the same commit: nothing, an edit "    \
        "of its own, the same file anew",                                                          \
        EDIT, NONE, NONE, EDIT, TOUCH)
/* clang-format on */

/* Applies `each` to the values of a row, of which there are two to four. */
#define SWITCH_EACH(each, id, ...)                                                                 \
    SWITCH_EACH_OF(__VA_ARGS__, SWITCH_EACH_4, SWITCH_EACH_3, SWITCH_EACH_2, 0)                    \
    (each, id, __VA_ARGS__)
#define SWITCH_EACH_OF(a, b, c, d, name, ...) name
#define SWITCH_EACH_2(each, id, a, b) each(id, a), each(id, b)
#define SWITCH_EACH_3(each, id, a, b, c) each(id, a), each(id, b), each(id, c)
#define SWITCH_EACH_4(each, id, a, b, c, d) each(id, a), each(id, b), each(id, c), each(id, d)

/* SWITCH_BAD_VERB, ... */
#define SWITCH_ID(id, doubt, meaning, strict, lenient, ...) SWITCH_##id,
enum switch_id { SWITCH_LIST(SWITCH_ID) SWITCHES };
#undef SWITCH_ID

/* SWITCH_BAD_VERB_405, ... */
#define SWITCH_VALUE(id, value) SWITCH_##id##_##value
#define SWITCH_VALUES(id, doubt, meaning, strict, lenient, ...)                                    \
    enum { SWITCH_EACH(SWITCH_VALUE, id, __VA_ARGS__) };
SWITCH_LIST(SWITCH_VALUES)
#undef SWITCH_VALUES

struct switches {
    uint8_t values[SWITCHES]; /* numbered in the order of the row */
};

/* Every switch at its default: what most servers seem to do. */
void switches_init(struct switches *switches);

/*
 * Sets switches from a text: `strict`, `lenient`, `random:SEED` or NAME=VALUE, several with commas.
 * Fails with ERR_USAGE naming what there is.
 */
must_check bool switches_set(struct switches *switches, struct span text, struct err *err);

/* Appends the list of switches with their values and meanings, for people. */
void switches_list(const struct switches *switches, struct str *to);

/* A switch's value, such as SWITCH_BAD_VERB_405. Safe while another thread changes it. */
static inline unsigned switch_of(const struct switches *switches, enum switch_id id)
{
    return __atomic_load_n(&switches->values[id], __ATOMIC_RELAXED);
}

/* Whether a switch stands at a value. */
#define switch_is(switches, id, value)                                                             \
    (switch_of(switches, SWITCH_##id) == (unsigned)SWITCH_##id##_##value)
