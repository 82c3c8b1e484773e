/* The headers of a file's answer, its conditions, and which way its bytes take. */
#include "console/documents/deliver.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "console/documents/fetch.h"
#include "console/documents/opened.h"
#include "console/inside.h"
#include "console/server/disposition.h"
#include "console/server/etag.h"
#include "console/server/throttle.h"
#include "console/views/view_log.h"
#include "document/file_type.h"
#include "store/store.h"

enum { TAG_SIZE = SHA256_HEX_SIZE + 16, HTTP_DATE_SIZE = 32, HEADER_MAX = 2 * 1024 };

/* A file on its way to an answer. */
struct parcel {
    struct exchange *x;
    const struct visible *document;
    char tag[TAG_SIZE];
    struct range range;
    bool is_part;
};

/* --- headers ---------------------------------------------------------------------------------- */

static bool is_type_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
           || (c && strchr("!#$&^_.+-", c));
}

/* "application/pdf": two tokens (RFC 6838, 4.2). */
static bool is_type(const char *mime)
{
    size_t slashes = 0, size = strlen(mime);

    for (const char *c = mime; *c; c++) {
        if (*c == '/')
            slashes++;
        else if (!is_type_char(*c))
            return false;
    }
    return slashes == 1 && *mime != '/' && mime[size - 1] != '/';
}

/* The type by the document's bytes, as a header may have it. The caller frees. */
static char *header_type(const struct visible *document)
{
    return mem_text(is_type(document->mime) ? document->mime : FILE_TYPE_UNKNOWN);
}

/* "Wed, 02 Dec 2026 10:15:00 GMT" (RFC 9110, 5.6.7), whatever the machine's language. */
static const char *http_date(int64_t at_us, char text[HTTP_DATE_SIZE])
{
    static const char *const days[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    struct time_civil utc = time_to_utc(at_us);
    int64_t day = at_us / (24 * 60 * 60 * TIME_SECOND); /* 0: Thursday, 1 January 1970 */

    (void)snprintf(text, HTTP_DATE_SIZE, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[day % 7],
                   utc.day, months[utc.month - 1], utc.year % 10000, utc.hour, utc.minute,
                   utc.second);
    return text;
}

static void headers_add(const struct parcel *p)
{
    struct answer *answer = &p->x->answer;
    auto_str disposition = STR_MAX(HEADER_MAX);
    char date[HTTP_DATE_SIZE];

    attachment_write(span_of(p->document->name), &disposition);
    answer_of_others(answer, header_type(p->document));
    answer_header(answer, "Content-Disposition", "%s", str_text(&disposition));
    answer_header(answer, "ETag", "%s", p->tag);
    answer_header(answer, "Last-Modified", "%s", http_date(p->document->stored_us, date));
    answer_header(answer, "Accept-Ranges", "bytes");
    if (!p->is_part)
        return;
    answer->status = 206;
    answer_header(answer, "Content-Range", "bytes %ju-%ju/%jd", (uintmax_t)p->range.first,
                  (uintmax_t)(p->range.first + p->range.size - 1), (intmax_t)p->document->size);
}

/* --- conditions (RFC 9110, 13.2.2) ------------------------------------------------------------ */

static bool is_the_expected(const struct parcel *p)
{
    struct span wanted = request_header(p->x->request, "If-Match");

    return !wanted.at || etag_is_listed(wanted, p->tag, ETAG_STRONG)
           || refuse(p->x, PROBLEM_STALE, "the file is %s now", p->tag);
}

/* Who has the file already is not given it again: nothing leaves, and nothing is noted. */
static bool is_known(const struct parcel *p)
{
    if (!etag_is_listed(request_header(p->x->request, "If-None-Match"), p->tag, ETAG_WEAK))
        return false;
    p->x->answer.status = 304;
    answer_header(&p->x->answer, "ETag", "%s", p->tag);
    return true;
}

static bool range_find(struct parcel *p)
{
    struct span range = request_header(p->x->request, "Range");
    uint64_t size = (uint64_t)p->document->size;

    if (!etag_allows_range(request_header(p->x->request, "If-Range"), p->tag)
        || request_method_of(p->x->request) == REQUEST_HEAD)
        range = SPAN_NONE;
    switch (range_read(range, size, &p->range)) {
    case RANGE_WHOLE:
        return true;
    case RANGE_PART:
        p->is_part = true;
        return true;
    case RANGE_OUTSIDE:
        answer_header(&p->x->answer, "Content-Range", "bytes */%ju", (uintmax_t)size);
        return refuse(p->x, PROBLEM_RANGE, "the file has %ju bytes", (uintmax_t)size);
    }
    return true;
}

/* --- how many --------------------------------------------------------------------------------- */

/* Somebody who takes everything is stopped, and the owner finds it in the view log. */
static bool is_moderate(const struct parcel *p, struct err *err)
{
    struct exchange *x = p->x;
    auto_free char *key = throttle_key_of(x->who.account, x->who.token);
    unsigned wait = throttle_take(x->console->takings, key, clock_mono_us(x->console->clock));

    if (!wait)
        return true;
    log_warn("%s took more than %d documents within an hour", key, CONSOLE_TAKINGS);
    if (!view_of(x,
                 (struct view_entry){ .what = VIEW_DOWNLOAD,
                                      .outcome = "refused",
                                      .detail = "more documents than one person takes in an hour" },
                 err))
        return false;
    x->problem.wait_seconds = wait;
    return refuse(x, PROBLEM_TOO_MANY, "more than %d documents within an hour; wait %u s",
                  CONSOLE_TAKINGS, wait);
}

/* --- bytes ------------------------------------------------------------------------------------ */

/* For HEAD: the size is told, and no byte is asked for. */
static bool nothing_read(void *arg, char *to, size_t room, size_t *size_r)
{
    (void)arg;
    (void)to;
    (void)room;
    *size_r = 0;
    return false;
}

static bool head_send(const struct parcel *p, struct err *err)
{
    if (!opened_note(p->x, p->document, err))
        return false;
    headers_add(p);
    p->x->answer.stream =
        (struct answer_stream){ .read = nothing_read, .size = (int64_t)p->range.size };
    return true;
}

static bool small_send(const struct parcel *p, const struct handing *handing, struct err *err)
{
    auto_str bytes = STR_MAX(STORE_SMALL_MAX);

    if (!fetch_whole(p->x, p->document, handing, &bytes, err) || !handing_note(handing, err))
        return false;
    headers_add(p);
    str_add(&p->x->answer.body, bytes.at + p->range.first, p->range.size);
    return true;
}

static bool large_send(const struct parcel *p, struct handing *handing, struct err *err)
{
    struct fetching *fetching;

    if (!fetching_new(p->x, p->document, &p->range, handing, &fetching, err))
        return false;
    headers_add(p);
    p->x->answer.stream = (struct answer_stream){ .read = fetching_read,
                                                  .free = fetching_free,
                                                  .arg = fetching,
                                                  .size = (int64_t)p->range.size };
    return true;
}

static struct handing download_of(const struct parcel *p)
{
    auto_free char *part = p->is_part
                               ? mem_printf("bytes %ju to %ju of ", (uintmax_t)p->range.first,
                                            (uintmax_t)(p->range.first + p->range.size - 1))
                               : mem_text("");
    auto_free char *detail = mem_printf("%s%s", part, p->document->name);

    return handing_of(p->x, p->document, VIEW_DOWNLOAD, detail);
}

static bool file_send(const struct parcel *p, struct err *err)
{
    auto_handing handing = download_of(p);

    return p->document->size <= STORE_SMALL_MAX ? small_send(p, &handing, err)
                                                : large_send(p, &handing, err);
}

bool deliver(struct exchange *x, const struct visible *document, struct err *err)
{
    struct parcel p = { .x = x, .document = document };
    char hex[SHA256_HEX_SIZE];

    (void)snprintf(p.tag, sizeof p.tag, "\"sha256:%s\"", sha256_hex(&document->sha256, hex));
    if (!is_the_expected(&p))
        return false;
    if (is_known(&p))
        return true;
    if (!range_find(&p))
        return false;
    if (request_method_of(x->request) == REQUEST_HEAD)
        return head_send(&p, err);
    return is_moderate(&p, err) && file_send(&p, err);
}
