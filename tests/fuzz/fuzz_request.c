/*
 * Any bytes as a request: its method, target, cookies and kind of body a line each, then the body. What
 * is read is UTF-8 without control characters; an address has at most what its pattern names.
 */
#include "fuzz.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "console/server/request.h"
#include "console/server/route.h"

struct head {
    struct span cookie, type;
};

static struct span head_of(void *arg, const char *name)
{
    const struct head *head = arg;

    if (strcmp(name, "Cookie") == 0)
        return head->cookie;
    return strcmp(name, "Content-Type") == 0 ? head->type : SPAN_NONE;
}

static void text_check(const char *text)
{
    assert(utf8_is_valid(span_of(text)));
    for (; *text; text++)
        assert((unsigned char)*text >= ' ' || strchr("\t\r\n", *text));
}

/* Looks for what the addresses ask for. */
static void request_check(struct request *request)
{
    static const char *const names[] = { "", "q", "to", "class", "csrf", "name" };
    const char *values[REQUEST_FIELDS];
    const struct route *route;
    char allow[ALLOW_SIZE];
    struct err err;

    for (size_t i = 0; i < lengthof(names); i++) {
        if (request_query(request, names[i]))
            text_check(request_query(request, names[i]));
        if (request_cookie(request, names[i]))
            text_check(request_cookie(request, names[i]));
        text_check(request_form_text(request, names[i]));
    }
    assert(request_form_list(request, "document", values) <= REQUEST_FIELDS);
    if (route_find(request, routes, &route, allow, &err) && route)
        text_check(request_param(request, "name"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = fuzz_span(data, size);
    auto_free char *method = span_text(span_first(span_cut(&rest, '\n'), 16));
    struct span target = span_cut(&rest, '\n');
    struct head head = { .cookie = span_cut(&rest, '\n') };
    struct request_raw raw = {
        .method = method, .target = target, .address = "192.0.2.7", .header = head_of, .arg = &head
    };
    struct request *request;
    struct err err = { 0 };

    head.type = span_cut(&rest, '\n');
    raw.body = span_first(rest, REQUEST_BODY_MAX);
    if (!request_read(&raw, &request, &err)) {
        assert(err.kind == ERR_DATA);
        return 0;
    }
    request_check(request);
    request_free(request);
    return 0;
}
