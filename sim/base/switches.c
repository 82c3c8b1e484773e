/* The list of switches. */
#include "sim/base/switches.h"

#include "sim/base/chance.h"

#include "base/num.h"

enum { VALUES_MAX = 4 };

struct switch_entry {
    const char *name;
    const char *values[VALUES_MAX]; /* the first is the default */
    unsigned strict, lenient;
    char mark; /* D documented, O observed, I inferred; where both ways are known, the doubt */
    const char *text;
};

static const struct switch_entry switch_list[SWITCHES] = {
    [SWITCH_STREAM_AUTH] = { "stream-auth",
                             { "none", "bearer" },
                             1,
                             0,
                             'O',
                             "whether the first hop of a download needs the Bearer token" },
    [SWITCH_AUTHENTICATED_STREAM] = { "authenticated-stream",
                                      { "1", "2" },
                                      0,
                                      1,
                                      'D',
                                      "1: a redirect with a cookie; 2: the file at once" },
    [SWITCH_STREAM_LOCATION] = { "stream-location",
                                 { "relative", "absolute" },
                                 0,
                                 1,
                                 'O',
                                 "the Location of the first hop" },
    [SWITCH_STREAM_STALE] = { "stream-stale",
                              { "401", "404", "400", "no-cookie" },
                              3,
                              0,
                              'O',
                              "the answer to a URL whose session is gone" },
    [SWITCH_STREAM_HOST] = { "stream-host",
                             { "request", "localhost", "port", "other" },
                             3,
                             0,
                             'O',
                             "the host in container URLs: as asked, localhost, with :443, an inner "
                             "name" },
    [SWITCH_STREAM_COOKIE] = { "stream-cookie",
                               { "session", "url" },
                               1,
                               0,
                               'O',
                               "whether a cookie opens every file of its session or only the one "
                               "it came with" },
    [SWITCH_STREAM_MISSING_AT] = { "stream-missing-at",
                                   { "hop2", "hop1" },
                                   0,
                                   1,
                                   'I',
                                   "which hop says 404 for a file that is gone" },
    [SWITCH_STREAM_LENGTH] = { "stream-length",
                               { "present", "absent" },
                               1,
                               0,
                               'I',
                               "whether a download names its length" },
    [SWITCH_STREAM_DISPOSITION] = { "stream-disposition",
                                    { "absent", "present" },
                                    0,
                                    1,
                                    'I',
                                    "whether a download names the file" },
    [SWITCH_STREAM_RANGES] = { "stream-ranges",
                               { "ignored", "honoured" },
                               0,
                               1,
                               'I',
                               "whether a download can begin in the middle" },
    [SWITCH_STREAM_HEAD] = { "stream-head",
                             { "refused", "allowed" },
                             0,
                             1,
                             'O',
                             "whether HEAD works on a download" },
    [SWITCH_STREAM_REPLACED] = { "stream-replaced",
                                 { "new", "stale" },
                                 1,
                                 0,
                                 'I',
                                 "an old URL of a container replaced since: the new file, or "
                                 "stale" },
    [SWITCH_STREAM_QUEUE] = { "stream-queue",
                              { "parallel", "session" },
                              1,
                              0,
                              'I',
                              "whether downloads wait for their session's turn" },
    [SWITCH_STREAM_KEEPS_SESSION] = { "stream-keeps-session",
                                      { "no", "yes" },
                                      0,
                                      1,
                                      'I',
                                      "whether a download counts as use of its session" },
    [SWITCH_LOGOUT_KILLS_URLS] = { "logout-kills-urls",
                                   { "yes", "no" },
                                   0,
                                   1,
                                   'I',
                                   "whether logging out ends the session's URLs" },
    [SWITCH_URL_ROTATION] = { "url-rotation",
                              { "session", "read" },
                              1,
                              0,
                              'O',
                              "whether a container's URL is new at every read or for every "
                              "session" },
    [SWITCH_EXTERNAL_MISSING] = { "external-missing",
                                  { "url", "empty" },
                                  0,
                                  1,
                                  'I',
                                  "what stands in a record whose external file is gone" },
    [SWITCH_PER_TOKEN] = { "per-token",
                           { "queue", "refuse" },
                           1,
                           0,
                           'I',
                           "a second request on a busy token: waits, or is refused" },
    [SWITCH_VALIDATE_KEEPS_SESSION] = { "validate-keeps-session",
                                        { "no", "yes" },
                                        0,
                                        1,
                                        'O',
                                        "whether validateSession counts as use" },
    [SWITCH_VALIDATE_ANSWER] = { "validate-answer",
                                 { "empty", "in-use" },
                                 0,
                                 1,
                                 'D',
                                 "what validateSession says" },
    [SWITCH_VALIDATE_NO_TOKEN] = { "validate-no-token",
                                   { "401", "400" },
                                   1,
                                   0,
                                   'I',
                                   "validateSession without a token" },
    [SWITCH_FIRST_LOGIN_212] = { "first-login-212",
                                 { "off", "on" },
                                 1,
                                 0,
                                 'O',
                                 "whether the very first login is refused and the next one works" },
    [SWITCH_CAPACITY_CODE] = { "capacity-code",
                               { "812", "956" },
                               1,
                               0,
                               'D',
                               "the code of one session too many" },
    [SWITCH_CAPACITY_STATUS] = { "capacity-status",
                                 { "500", "503" },
                                 1,
                                 0,
                                 'I',
                                 "its HTTP status" },
    [SWITCH_UNKNOWN_DATABASE_STATUS] = { "unknown-database-status",
                                         { "500", "404" },
                                         1,
                                         0,
                                         'I',
                                         "the status of 802" },
    [SWITCH_SCRIPT_MISSING_STATUS] = { "script-missing-status",
                                       { "500", "404" },
                                       1,
                                       0,
                                       'I',
                                       "the status of 104" },
    [SWITCH_RESTART_STATUS] = { "restart-status",
                                { "502", "503", "520", "530" },
                                2,
                                0,
                                'I',
                                "what the web server says while the engine is down" },
    [SWITCH_BAD_JSON] = { "bad-json",
                          { "1710", "960" },
                          1,
                          0,
                          'I',
                          "the code of a body that is no JSON" },
    [SWITCH_BAD_PATH] = { "bad-path",
                          { "json", "html" },
                          1,
                          0,
                          'I',
                          "how a path that is none of the API's is answered" },
    [SWITCH_BAD_VERB] = { "bad-verb", { "405", "400" }, 1, 0, 'I', "the status of a wrong method" },
    [SWITCH_REQUEST_CHARSET] = { "request-charset",
                                 { "accepted", "refused" },
                                 1,
                                 0,
                                 'O',
                                 "Content-Type: application/json; charset=utf-8 in a request" },
    [SWITCH_SLASH_IN_PATH] = { "slash-in-path",
                               { "404", "accepted" },
                               0,
                               1,
                               'O',
                               "a %2F in a name" },
    [SWITCH_GZIP_LEAST] = { "gzip-least",
                            { "1024", "2000", "never" },
                            0,
                            2,
                            'I',
                            "from which size answers are compressed" },
    [SWITCH_JSON_CODING] = { "json-coding",
                             { "as-asked", "gzip", "deflate" },
                             1,
                             0,
                             'O',
                             "whether a proxy compresses answers though nobody asked" },
    [SWITCH_JSON_MARK] = { "json-mark",
                           { "no", "yes" },
                           1,
                           0,
                           'O',
                           "whether a byte order mark stands before JSON" },
    [SWITCH_STREAM_CODING] = { "stream-coding",
                               { "none", "gzip", "deflate", "label" },
                               1,
                               0,
                               'O',
                               "whether a proxy compresses downloads though nobody asked; label: "
                               "says gzip of all, and does nothing" },
    [SWITCH_PAGE_MOST] = { "page-most",
                           { "any", "504", "408", "long" },
                           1,
                           0,
                           'O',
                           "more than 30 records at once: given, not in time, or an answer of 20 "
                           "MB" },
    [SWITCH_KEEP_ALIVE] = { "keep-alive",
                            { "announced", "silent", "off" },
                            1,
                            0,
                            'O',
                            "after 5 s or 100 requests: said, not said, or a connection for each" },
    [SWITCH_ETAG_304] = { "etag-304",
                          { "yes", "no" },
                          0,
                          1,
                          'I',
                          "whether If-None-Match is honoured" },
    [SWITCH_PRODUCT_VERSION] = { "product-version",
                                 { "absent", "present" },
                                 0,
                                 1,
                                 'O',
                                 "version and buildDate in productInfo" },
    [SWITCH_LAYOUT_TABLE] = { "layout-table",
                              { "present", "absent" },
                              1,
                              0,
                              'O',
                              "the member table in the list of layouts" },
    [SWITCH_DATA_INFO] = { "data-info",
                           { "present", "absent" },
                           1,
                           0,
                           'O',
                           "the member dataInfo (absent on server 17)" },
    [SWITCH_VALUE_LISTS] = { "value-lists",
                             { "absent", "empty" },
                             0,
                             1,
                             'O',
                             "the member valueLists of a layout without any" },
    [SWITCH_OFFSET_PAST_END] = { "offset-past-end",
                                 { "101", "401", "empty" },
                                 0,
                                 2,
                                 'I',
                                 "a range that begins after the last record" },
    [SWITCH_FIND_PAST_END] = { "find-past-end",
                               { "401", "101", "empty" },
                               1,
                               2,
                               'I',
                               "the same in a find" },
    [SWITCH_OFFSET_ZERO] = { "offset-zero", { "960", "first" }, 0, 1, 'I', "an offset of 0" },
    [SWITCH_LIMIT_ZERO] = { "limit-zero",
                            { "960", "none" },
                            0,
                            1,
                            'I',
                            "a limit of 0: refused, or no records" },
    [SWITCH_EMPTY_TABLE] = { "empty-table",
                             { "empty", "401" },
                             1,
                             0,
                             'O',
                             "records of an empty table without an offset" },
    [SWITCH_OMIT_ONLY] = { "omit-only",
                           { "all", "400" },
                           1,
                           0,
                           'I',
                           "a query of omissions alone: all but those, or refused" },
    [SWITCH_FIND_RELATED] = { "find-related",
                              { "yes", "102" },
                              1,
                              0,
                              'I',
                              "whether related fields can be searched" },
    [SWITCH_FIND_CONTAINER] = { "find-container",
                                { "413", "102" },
                                1,
                                0,
                                'I',
                                "a find in a container field" },
    [SWITCH_OMIT_BOOLEAN] = { "omit-boolean",
                              { "accepted", "960" },
                              1,
                              0,
                              'D',
                              "omit as a JSON boolean instead of a text" },
    [SWITCH_DATE_WILDCARDS] = { "date-wildcards",
                                { "yes", "500" },
                                1,
                                0,
                                'I',
                                "3/*/2024 and {1..5} in date criteria" },
    [SWITCH_TIMESTAMP_DAY] = { "timestamp-day",
                               { "whole", "midnight" },
                               1,
                               0,
                               'I',
                               "a date as criterion for a timestamp: the day, or its first "
                               "second" },
    [SWITCH_QUESTION_MARK] = { "question-mark",
                               { "invalid", "character" },
                               1,
                               0,
                               'O',
                               "? in a criterion: invalid dates, or one character" },
    [SWITCH_DOUBLE_EQUALS] = { "double-equals",
                               { "empty", "nothing" },
                               1,
                               0,
                               'O',
                               "== alone: finds empty fields, or nothing" },
    [SWITCH_TEXT_ORDER] = { "text-order",
                            { "collation", "unicode" },
                            0,
                            1,
                            'O',
                            "the order of text: like a dictionary, or by code point" },
    [SWITCH_WORD_HYPHEN] = { "word-hyphen",
                             { "splits", "joins" },
                             0,
                             1,
                             'I',
                             "whether a hyphen ends a word" },
    [SWITCH_INDEX_LENGTH] = { "index-length",
                              { "whole", "100" },
                              1,
                              0,
                              'I',
                              "how much of a word the index keeps" },
    [SWITCH_DATE_FORMATS] = { "dateformats",
                              { "writes-too", "reads", "960" },
                              2,
                              0,
                              'O',
                              "dateformats: in reads and writes, in reads, unknown" },
    [SWITCH_PORTAL_DEFAULT] = { "portal-default",
                                { "50", "drawn" },
                                1,
                                0,
                                'O',
                                "rows of a portal without a limit: 50, or as many as are drawn" },
    [SWITCH_PORTAL_EMPTY_LIST] = { "portal-empty-list",
                                   { "none", "all" },
                                   1,
                                   0,
                                   'I',
                                   "portal=[]: no portals, or all of them" },
    [SWITCH_PORTAL_COMMAS] = { "portal-commas",
                               { "accepted", "refused" },
                               1,
                               0,
                               'D',
                               "portal=a,b without brackets" },
    [SWITCH_PORTAL_TWINS] = { "portal-twins",
                              { "twice", "once" },
                              0,
                              1,
                              'O',
                              "two portals of one name: duplicate members, or the last" },
    [SWITCH_GLOBALS] = { "globals",
                         { "session", "request" },
                         1,
                         0,
                         'I',
                         "how long a global field keeps what was set" },
    [SWITCH_SCRIPT_NO_RESULT] = { "script-no-result",
                                  { "absent", "empty" },
                                  0,
                                  1,
                                  'I',
                                  "scriptResult of a script that has none" },
    [SWITCH_MOD_ID_SAME_VALUE] = { "mod-id-same-value",
                                   { "counts", "keeps" },
                                   1,
                                   0,
                                   'I',
                                   "whether writing what is already there moves modId" },
    [SWITCH_SINGLE_REPETITION] = { "single-repetition",
                                   { "plain", "indexed" },
                                   1,
                                   0,
                                   'I',
                                   "a repeating field of which one is shown: Scan, or Scan(1)" },
    [SWITCH_HIDDEN_REPETITIONS] = { "hidden-repetitions",
                                    { "absent", "delivered" },
                                    0,
                                    1,
                                    'I',
                                    "repetitions that the layout does not show" },
    [SWITCH_NUMBER_ZEROS] = { "number-zeros",
                              { "text", "number" },
                              1,
                              0,
                              'I',
                              "0012 in a number field: text, or 12" },
    [SWITCH_TWICE_ON_LAYOUT] = { "twice-on-layout",
                                 { "once", "twice" },
                                 1,
                                 0,
                                 'I',
                                 "a field that stands twice on a layout" },
    [SWITCH_NO_ACCESS_FIELD] = { "no-access-field",
                                 { "word", "missing" },
                                 1,
                                 0,
                                 'O',
                                 "a field the account may not see: <No Access>, or not there" },
    [SWITCH_NO_ACCESS_RECORDS] = { "no-access-records",
                                   { "none", "excluded", "shown" },
                                   2,
                                   0,
                                   'I',
                                   "every 50th record: readable, left out, or shown as <No "
                                   "Access>" },
    [SWITCH_QUOTA_STREAMS] = { "quota-streams",
                               { "counted", "free" },
                               0,
                               1,
                               'O',
                               "whether downloads count toward --quota-mib" },
    [SWITCH_UPLOAD_ANSWER] = { "upload-answer",
                               { "mod-id", "empty" },
                               1,
                               0,
                               'D',
                               "what an upload answers" },
    [SWITCH_ODATA_NEXT_LINK] = { "odata-next-link",
                                 { "yes", "no" },
                                 1,
                                 0,
                                 'I',
                                 "whether Prefer: odata.maxpagesize gives a next link" },
    [SWITCH_ODATA_FILENAME] = { "odata-filename",
                                { "absent", "present" },
                                0,
                                1,
                                'I',
                                "whether a container's JSON names the file" },
    [SWITCH_ODATA_SPACES] = { "odata-spaces",
                              { "found", "404" },
                              1,
                              0,
                              'O',
                              "tables with a blank in their name" },
    [SWITCH_EDIT_ANSWER] = { "edit-answer",
                             { "none", "edit", "touch" },
                             1,
                             0,
                             'O',
                             "what the solution does when a record is edited, in the same commit: "
                             "nothing, an edit of its own, the same file anew" },
    [SWITCH_CLOUD_401] = { "cloud-401", { "json", "html" }, 1, 0, 'O', "a refused FMID login" },
};

void switches_init(struct switches *switches)
{
    *switches = (struct switches){ .values = { 0 } };
}

static size_t value_count(const struct switch_entry *s)
{
    size_t count = 0;

    while (count < VALUES_MAX && s->values[count])
        count++;
    return count;
}

static bool value_set(struct switches *switches, size_t id, struct span value, struct err *err)
{
    const struct switch_entry *s = &switch_list[id];
    auto_str all = STR_MAX(256);

    for (size_t i = 0; i < value_count(s); i++) {
        if (span_is(value, s->values[i])) {
            switches->values[id] = (uint8_t)i;
            return true;
        }
        str_printf(&all, "%s%s", i ? ", " : "", s->values[i]);
    }
    return err_set(err, ERR_USAGE, 0, "the switch %s can be %s, not '" SPAN_FORMAT "'", s->name,
                   str_text(&all), SPAN_ARGS(span_first(value, 40)));
}

static bool one_set(struct switches *switches, struct span item, struct err *err)
{
    struct span value = item;
    struct span name = span_cut(&value, '=');

    for (size_t i = 0; i < SWITCHES; i++)
        if (span_is(name, switch_list[i].name))
            return value_set(switches, i, value, err);
    return err_set(err, ERR_USAGE, 0,
                   "there is no switch '" SPAN_FORMAT "' (fmsim --switches lists them)",
                   SPAN_ARGS(span_first(name, 40)));
}

static bool random_set(struct switches *switches, struct span seed_text, struct err *err)
{
    uint64_t seed;

    if (!num_u64(seed_text, 0, UINT64_MAX, &seed, err)) {
        err->kind = ERR_USAGE;
        return err_ctx(err, "random:SEED");
    }
    for (size_t i = 0; i < SWITCHES; i++)
        switches->values[i] = (uint8_t)chance_below(
            chance_of_text(seed, span_of(switch_list[i].name)), value_count(&switch_list[i]));
    return true;
}

bool switches_set(struct switches *switches, struct span text, struct err *err)
{
    while (text.at) {
        struct span item = span_trim(span_cut(&text, ','));

        if (span_is(item, "strict") || span_is(item, "lenient")) {
            for (size_t i = 0; i < SWITCHES; i++)
                switches->values[i] = (uint8_t)(span_is(item, "strict") ? switch_list[i].strict
                                                                        : switch_list[i].lenient);
        } else if (span_starts(item, "random:")) {
            if (!random_set(switches, span_from(item, 7), err))
                return false;
        } else if (item.size && !one_set(switches, item, err)) {
            return false;
        }
    }
    return true;
}

static const char *mark_word(char mark)
{
    return mark == 'D' ? "documented" : mark == 'O' ? "observed" : "inferred";
}

void switches_list(const struct switches *switches, struct str *to)
{
    for (size_t i = 0; i < SWITCHES; i++) {
        const struct switch_entry *s = &switch_list[i];

        str_printf(to, "%-24s ", s->name);
        for (size_t v = 0; v < value_count(s); v++)
            str_printf(to, switches->values[i] == v ? "%s[%s]" : "%s%s", v ? " | " : "",
                       s->values[v]);
        str_printf(to, "\n        %s (%s; strict: %s, lenient: %s)\n", s->text, mark_word(s->mark),
                   s->values[s->strict], s->values[s->lenient]);
    }
}
