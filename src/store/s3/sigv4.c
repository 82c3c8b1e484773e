/* The steps of the signature, in their order: canonical request, text to sign, key, signature. */
#include "store/s3/sigv4.h"

#include "base/time.h"
#include "http/url.h"

#include <assert.h>
#include <strings.h>

#define ALGORITHM "AWS4-HMAC-SHA256"

enum { CANONICAL_MAX = 64 * 1024, NAMES_MAX = 4096 };

static char *two_digits(char *to, int number)
{
    *to++ = (char)('0' + number / 10 % 10);
    *to++ = (char)('0' + number % 10);
    return to;
}

const char *sigv4_time(int64_t at_us, char text[SIGV4_TIME_SIZE])
{
    struct time_civil t = time_to_utc(at_us);
    const int day[] = { t.year / 100, t.year, t.month, t.day },
              clock[] = { t.hour, t.minute, t.second };
    char *to = text;

    for (size_t i = 0; i < lengthof(day); i++)
        to = two_digits(to, day[i]);
    *to++ = 'T';
    for (size_t i = 0; i < lengthof(clock); i++)
        to = two_digits(to, clock[i]);
    memcpy(to, "Z", sizeof "Z");
    return text;
}

const char *sigv4_date(int64_t at_us, char text[SIGV4_DATE_SIZE])
{
    char time[SIGV4_TIME_SIZE];

    memcpy(text, sigv4_time(at_us, time), SIGV4_DATE_SIZE - 1);
    text[SIGV4_DATE_SIZE - 1] = '\0';
    return text;
}

/* --- paths and queries ---------------------------------------------------------------------- */

void sigv4_path(struct str *to, struct span raw)
{
    url_add_encoded(to, raw, "/");
}

static int span_order(struct span a, struct span b)
{
    size_t both = a.size < b.size ? a.size : b.size;
    int order = both ? memcmp(a.at, b.at, both) : 0;

    return order ? order : (a.size > b.size) - (a.size < b.size);
}

static int pair_order(const struct sigv4_pair *a, const struct sigv4_pair *b)
{
    int order = span_order(a->name, b->name);

    return order ? order : span_order(a->value, b->value);
}

/* Sorts a few pairs, mostly in order already. Equal ones keep the order they were sent in. */
static void pairs_sort(struct sigv4_pair *pairs, size_t count,
                       int (*order)(const struct sigv4_pair *, const struct sigv4_pair *))
{
    for (size_t i = 1; i < count; i++) {
        struct sigv4_pair pair = pairs[i];
        size_t at = i;

        for (; at > 0 && order(&pairs[at - 1], &pair) > 0; at--)
            pairs[at] = pairs[at - 1];
        pairs[at] = pair;
    }
}

static struct span encoded_copy(struct str *scratch, struct span raw)
{
    size_t before = scratch->size;

    url_add_encoded(scratch, raw, "");
    return (struct span){ scratch->at + before, scratch->size - before };
}

static size_t encoded_most(const struct sigv4_pair *pairs, size_t count)
{
    size_t most = 1;

    for (size_t i = 0; i < count; i++)
        most += 3 * (pairs[i].name.size + pairs[i].value.size);
    return most;
}

void sigv4_query(struct str *to, const struct sigv4_pair *query, size_t count)
{
    size_t most = encoded_most(query, count);
    auto_str scratch = STR_MAX(most);
    struct sigv4_pair sorted[SIGV4_PAIRS_MAX];

    assert(count <= SIGV4_PAIRS_MAX);
    (void)str_reserve(&scratch, most); /* at once, so that it does not move under the spans */
    for (size_t i = 0; i < count; i++) {
        sorted[i].name = encoded_copy(&scratch, query[i].name);
        sorted[i].value = encoded_copy(&scratch, query[i].value);
    }
    pairs_sort(sorted, count, pair_order);
    for (size_t i = 0; i < count; i++) {
        if (i)
            str_add_char(to, '&');
        str_add_span(to, sorted[i].name);
        str_add_char(to, '=');
        str_add_span(to, sorted[i].value);
    }
}

/* --- headers -------------------------------------------------------------------------------- */

static int name_order(const struct sigv4_pair *a, const struct sigv4_pair *b)
{
    size_t both = a->name.size < b->name.size ? a->name.size : b->name.size;
    int order = strncasecmp(a->name.at, b->name.at, both);

    return order ? order : (a->name.size > b->name.size) - (a->name.size < b->name.size);
}

/* Whether a header is signed: not if it may be changed or dropped on the way. */
static bool is_signed(struct span name)
{
    static const char *const changing[] = {
        "accept-encoding", "connection", "expect",     "keep-alive",        "te",
        "trailer",         "upgrade",    "user-agent", "transfer-encoding", "x-amzn-trace-id",
    };

    for (size_t i = 0; i < lengthof(changing); i++)
        if (span_is_nocase(name, changing[i]))
            return false;
    return !span_is_nocase(span_first(name, strlen("proxy-")), "proxy-");
}

static size_t headers_sort(const struct sigv4_request *request, struct sigv4_pair *sorted)
{
    size_t count = 0;

    assert(request->header_count <= SIGV4_PAIRS_MAX);
    for (size_t i = 0; i < request->header_count; i++)
        if (is_signed(request->headers[i].name))
            sorted[count++] = request->headers[i];
    pairs_sort(sorted, count, name_order);
    return count;
}

static void add_lower(struct str *to, struct span name)
{
    for (size_t i = 0; i < name.size; i++) {
        char c = name.at[i];

        str_add_char(to, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
    }
}

static bool value_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Appends a value without blanks at its ends; a run of blanks inside becomes one. */
static void header_value_add(struct str *to, struct span value)
{
    struct span trimmed = span_trim(value);

    for (size_t i = 0; i < trimmed.size; i++) {
        if (!value_is_blank(trimmed.at[i]))
            str_add_char(to, trimmed.at[i]);
        else if (!value_is_blank(trimmed.at[i - 1]))
            str_add_char(to, ' ');
    }
}

static bool name_repeats(const struct sigv4_pair *sorted, size_t i)
{
    return i > 0 && name_order(&sorted[i - 1], &sorted[i]) == 0;
}

static void add_headers(struct str *to, const struct sigv4_pair *sorted, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (name_repeats(sorted, i)) {
            to->at[to->size - 1] = ','; /* in place of the line's end */
        } else {
            add_lower(to, sorted[i].name);
            str_add_char(to, ':');
        }
        header_value_add(to, sorted[i].value);
        str_add_char(to, '\n');
    }
}

static void add_names(struct str *to, const struct sigv4_pair *sorted, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (name_repeats(sorted, i))
            continue;
        if (i)
            str_add_char(to, ';');
        add_lower(to, sorted[i].name);
    }
}

void sigv4_canonical(struct str *to, const struct sigv4_request *request)
{
    struct sigv4_pair sorted[SIGV4_PAIRS_MAX];
    size_t count = headers_sort(request, sorted);

    str_add_text(to, request->method);
    str_add_char(to, '\n');
    str_add_span(to, request->path);
    str_add_char(to, '\n');
    sigv4_query(to, request->query, request->query_count);
    str_add_char(to, '\n');
    add_headers(to, sorted, count);
    str_add_char(to, '\n');
    add_names(to, sorted, count);
    str_add_char(to, '\n');
    str_add_span(to, request->payload);
}

/* --- the signature -------------------------------------------------------------------------- */

static void add_scope(struct str *to, const struct sigv4_scope *scope)
{
    char date[SIGV4_DATE_SIZE];

    str_printf(to, "%s/%s/%s/aws4_request", sigv4_date(scope->at_us, date), scope->region,
               scope->service);
}

void sigv4_text(struct str *to, const struct sigv4_scope *scope, struct span canonical)
{
    struct sha256 hash = sha256_of(canonical);
    char time[SIGV4_TIME_SIZE], hex[SHA256_HEX_SIZE];

    str_printf(to, ALGORITHM "\n%s\n", sigv4_time(scope->at_us, time));
    add_scope(to, scope);
    str_printf(to, "\n%s", sha256_hex(&hash, hex));
}

static struct span mac_span(const struct sha256 *mac)
{
    return (struct span){ (const char *)mac->bytes, SHA256_SIZE };
}

struct sigv4_key sigv4_key_of(struct span secret_key, const struct sigv4_scope *scope)
{
    char date[SIGV4_DATE_SIZE];
    auto_str first = STR_MAX(KIB(8));
    struct sha256 mac;
    struct sigv4_key key;

    str_add_text(&first, "AWS4");
    str_add_span(&first, secret_key);
    mac = hmac_sha256(str_span(&first), span_of(sigv4_date(scope->at_us, date)));
    mac = hmac_sha256(mac_span(&mac), span_of(scope->region));
    mac = hmac_sha256(mac_span(&mac), span_of(scope->service));
    mac = hmac_sha256(mac_span(&mac), span_of("aws4_request"));
    memcpy(key.bytes, mac.bytes, sizeof key.bytes);
    explicit_bzero(first.at, first.size);
    explicit_bzero(&mac, sizeof mac);
    return key;
}

static void add_signature(struct str *to, const struct sigv4_request *request,
                          const struct sigv4_scope *scope, const struct sigv4_key *key)
{
    auto_str canonical = STR_MAX(CANONICAL_MAX), text = STR_MAX(NAMES_MAX);
    struct sha256 mac;

    sigv4_canonical(&canonical, request);
    assert(!canonical.cut);
    sigv4_text(&text, scope, str_span(&canonical));
    mac =
        hmac_sha256((struct span){ (const char *)key->bytes, sizeof key->bytes }, str_span(&text));
    hex_add(to, mac.bytes, sizeof mac.bytes);
}

void sigv4_header(struct str *to, const struct sigv4_request *request,
                  const struct sigv4_scope *scope, const struct sigv4_key *key)
{
    struct sigv4_pair sorted[SIGV4_PAIRS_MAX];
    size_t count = headers_sort(request, sorted);

    str_printf(to, ALGORITHM " Credential=%s/", scope->access_key);
    add_scope(to, scope);
    str_add_text(to, ", SignedHeaders=");
    add_names(to, sorted, count);
    str_add_text(to, ", Signature=");
    add_signature(to, request, scope, key);
}

static void pair_add(struct sigv4_pair *pairs, size_t *count, const char *name, struct span value)
{
    assert(*count < SIGV4_PAIRS_MAX);
    pairs[(*count)++] = (struct sigv4_pair){ span_of(name), value };
}

void sigv4_presigned(struct str *to, const struct sigv4_request *request,
                     const struct sigv4_scope *scope, const struct sigv4_key *key,
                     unsigned expires_s)
{
    struct sigv4_pair sorted[SIGV4_PAIRS_MAX], query[SIGV4_PAIRS_MAX];
    struct sigv4_request whole = *request;
    auto_str credential = STR_MAX(NAMES_MAX), names = STR_MAX(NAMES_MAX);
    char time[SIGV4_TIME_SIZE], expires[16];

    assert(expires_s >= 1 && expires_s <= 604800);
    str_printf(&credential, "%s/", scope->access_key);
    add_scope(&credential, scope);
    add_names(&names, sorted, headers_sort(request, sorted));
    (void)snprintf(expires, sizeof expires, "%u", expires_s);

    whole.query = query;
    for (size_t i = 0; i < request->query_count; i++)
        query[i] = request->query[i];
    pair_add(query, &whole.query_count, "X-Amz-Algorithm", span_of(ALGORITHM));
    pair_add(query, &whole.query_count, "X-Amz-Credential", str_span(&credential));
    pair_add(query, &whole.query_count, "X-Amz-Date", span_of(sigv4_time(scope->at_us, time)));
    pair_add(query, &whole.query_count, "X-Amz-Expires", span_of(expires));
    pair_add(query, &whole.query_count, "X-Amz-SignedHeaders", str_span(&names));
    if (scope->token.size)
        pair_add(query, &whole.query_count, "X-Amz-Security-Token", scope->token);
    sigv4_query(to, whole.query, whole.query_count);
    str_add_text(to, "&X-Amz-Signature=");
    add_signature(to, &whole, scope, key);
}
