/* Reading the path of a request. */
#include "sim/request/request.h"

#include "base/num.h"
#include "json/json.h"

static const char *const kind_names[REQUEST_KINDS] = {
    [REQUEST_OTHER] = "other",
    [REQUEST_LOGIN] = "login",
    [REQUEST_LOGOUT] = "logout",
    [REQUEST_VALIDATE] = "validate",
    [REQUEST_PRODUCT_INFO] = "productInfo",
    [REQUEST_DATABASES] = "databases",
    [REQUEST_LAYOUTS] = "layouts",
    [REQUEST_LAYOUT] = "layout",
    [REQUEST_SCRIPTS] = "scripts",
    [REQUEST_LIST] = "list",
    [REQUEST_GET] = "get",
    [REQUEST_FIND] = "find",
    [REQUEST_CREATE] = "create",
    [REQUEST_PATCH] = "patch",
    [REQUEST_DUPLICATE] = "duplicate",
    [REQUEST_DELETE] = "delete",
    [REQUEST_UPLOAD] = "upload",
    [REQUEST_GLOBALS] = "globals",
    [REQUEST_SCRIPT] = "script",
    [REQUEST_STREAM1] = "stream1",
    [REQUEST_STREAM2] = "stream2",
    [REQUEST_ODATA] = "odata",
    [REQUEST_CLARIS] = "claris",
    [REQUEST_STATUS] = "status",
};

const char *request_kind_name(enum request_kind kind)
{
    return kind_names[kind];
}

bool request_kind_read(struct span name, enum request_kind *kind_r)
{
    for (enum request_kind kind = REQUEST_OTHER; kind < REQUEST_KINDS; kind++) {
        if (span_is(name, kind_names[kind])) {
            *kind_r = kind;
            return true;
        }
    }
    return false;
}

void request_init(struct request *request, size_t body_max)
{
    *request = (struct request){ .head_bytes = STR_MAX(HTTP_HEAD_MAX),
                                 .body = STR_MAX(body_max),
                                 .path_text = STR_MAX(HTTP_HEAD_MAX) };
}

void request_clear(struct request *request)
{
    str_clear(&request->head_bytes);
    str_clear(&request->body);
    str_clear(&request->path_text);
    http_params_clear(&request->params);
}

/* --- the parts of a path -------------------------------------------------------------------- */

enum { PARTS_MAX = 12 };

struct path_parts {
    struct span at[PARTS_MAX];
    size_t count, next;
    bool slash_hidden, too_many;
};

static void parts_read(struct span path, struct str *to, struct path_parts *parts)
{
    (void)str_reserve(to, path.size); /* so that nothing moves */
    path = span_from(path, 1);
    while (path.at) {
        struct span part = span_cut(&path, '/');
        size_t before = to->size;

        if (!path.at && part.size == 0)
            return; /* a slash at the end */
        if (parts->count == PARTS_MAX) {
            parts->too_many = true;
            return;
        }
        if (!http_decode(part, to))
            parts->too_many = true;
        parts->at[parts->count] = span_from(str_span(to), before);
        if (span_find(parts->at[parts->count], "/") < parts->at[parts->count].size)
            parts->slash_hidden = true;
        parts->count++;
    }
}

static struct span part_next(struct path_parts *parts)
{
    return parts->next < parts->count ? parts->at[parts->next++] : SPAN_NONE;
}

static bool part_take(struct path_parts *parts, const char *word)
{
    if (parts->next >= parts->count || !span_is(parts->at[parts->next], word))
        return false;
    parts->next++;
    return true;
}

static bool parts_end(const struct path_parts *parts)
{
    return parts->next == parts->count;
}

/* --- routes --------------------------------------------------------------------------------- */

struct verb {
    const char *method;
    enum request_kind kind;
};

/* Picks the kind by method, or notes that the method is wrong for this path. */
static void route_verb(struct route *route, struct span method, const struct verb *verbs,
                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (span_is(method, verbs[i].method)) {
            route->kind = verbs[i].kind;
            return;
        }
    }
    route->wrong_verb = true;
}

#define VERBS(route, method, ...)                                                                  \
    route_verb(route, method, (const struct verb[]){ __VA_ARGS__ },                                \
               lengthof(((const struct verb[]){ __VA_ARGS__ })))

static void record_route(struct path_parts *parts, struct span method, struct route *route)
{
    route->record_id = part_next(parts);
    if (parts_end(parts)) {
        VERBS(route, method, { "GET", REQUEST_GET }, { "PATCH", REQUEST_PATCH },
              { "DELETE", REQUEST_DELETE }, { "POST", REQUEST_DUPLICATE });
        return;
    }
    if (!part_take(parts, "containers"))
        return;
    route->field = part_next(parts);
    route->repetition = part_next(parts);
    if (parts_end(parts) && route->field.at)
        VERBS(route, method, { "POST", REQUEST_UPLOAD });
}

static void layout_route(struct path_parts *parts, struct span method, struct route *route)
{
    if (parts_end(parts)) {
        VERBS(route, method, { "GET", REQUEST_LAYOUTS });
        return;
    }
    route->layout = part_next(parts);
    route->old_metadata = part_take(parts, "metadata");
    if (parts_end(parts)) {
        VERBS(route, method, { "GET", REQUEST_LAYOUT });
    } else if (part_take(parts, "records")) {
        if (parts_end(parts))
            VERBS(route, method, { "GET", REQUEST_LIST }, { "POST", REQUEST_CREATE });
        else
            record_route(parts, method, route);
    } else if (part_take(parts, "_find")) {
        if (parts_end(parts))
            VERBS(route, method, { "POST", REQUEST_FIND });
    } else if (part_take(parts, "script")) {
        route->script = part_next(parts);
        if (parts_end(parts) && route->script.at)
            VERBS(route, method, { "GET", REQUEST_SCRIPT });
    }
}

static void session_route(struct path_parts *parts, struct span method, struct route *route)
{
    if (parts_end(parts)) {
        VERBS(route, method, { "POST", REQUEST_LOGIN });
        return;
    }
    route->token = part_next(parts);
    if (parts_end(parts))
        VERBS(route, method, { "DELETE", REQUEST_LOGOUT });
}

static void database_route(struct path_parts *parts, struct span method, struct route *route)
{
    if (parts_end(parts)) {
        VERBS(route, method, { "GET", REQUEST_DATABASES });
        return;
    }
    route->database = part_next(parts);
    if (part_take(parts, "sessions"))
        session_route(parts, method, route);
    else if (part_take(parts, "layouts"))
        layout_route(parts, method, route);
    else if (part_take(parts, "scripts") && parts_end(parts))
        VERBS(route, method, { "GET", REQUEST_SCRIPTS });
    else if (part_take(parts, "globals") && parts_end(parts))
        VERBS(route, method, { "PATCH", REQUEST_GLOBALS });
}

static void api_route(struct path_parts *parts, struct span method, struct route *route)
{
    route->version = part_next(parts);
    if (part_take(parts, "productInfo") && parts_end(parts))
        VERBS(route, method, { "GET", REQUEST_PRODUCT_INFO });
    else if (part_take(parts, "validateSession") && parts_end(parts))
        VERBS(route, method, { "GET", REQUEST_VALIDATE });
    else if (part_take(parts, "databases"))
        database_route(parts, method, route);
}

static void stream_route(struct path_parts *parts, struct route *route)
{
    route->folder = part_next(parts);
    route->file = part_next(parts);
    if (parts_end(parts) && route->file.at)
        route->kind = REQUEST_STREAM1;
}

static bool is_for_claris(const struct request *request)
{
    return span_starts(http_header_value(&request->head, "X-Amz-Target"), REQUEST_CLARIS_TARGET);
}

static void path_route(struct request *request, struct route *route)
{
    struct span method = request->head.method;
    struct path_parts parts = { .count = 0 };

    parts_read(request->head.path, &request->path_text, &parts);
    route->is_otto = part_take(&parts, "otto");
    route->slash_hidden = parts.slash_hidden;
    if (parts.count == 0 && is_for_claris(request)) {
        route->kind = REQUEST_CLARIS;
    } else if (parts.count == 0 || span_is(parts.at[0], "fmsim")) {
        route->kind = REQUEST_STATUS;
        route->rest = parts.count > 1 ? parts.at[1] : SPAN_NONE;
    } else if (parts.too_many) {
        return;
    } else if (part_take(&parts, "Streaming_SSL") || part_take(&parts, "Streaming")) {
        stream_route(&parts, route);
    } else if (part_take(&parts, "fmi")) {
        if (part_take(&parts, "data"))
            api_route(&parts, method, route);
        else if (part_take(&parts, "odata"))
            route->kind = REQUEST_ODATA;
    }
}

/* A download's second hop is known by its cookie or by what the first hop's redirect added. */
static bool is_second_hop(const struct request *request)
{
    struct span cookie = http_header_value(&request->head, "Cookie");

    return http_param(&request->params, "Redirect")
           || span_find(cookie, "X-FMS-Session-Key=") < cookie.size
           || http_header_value(&request->head, "X-FMS-Session-Key").at;
}

void request_route(struct request *request)
{
    struct err err;

    request->params_broken = !http_params_read(request->head.query, &request->params);
    path_route(request, &request->route);
    if (request->route.kind == REQUEST_STREAM1 && is_second_hop(request))
        request->route.kind = REQUEST_STREAM2;
    if (request->route.record_id.at
        && !num_u64(request->route.record_id, 1, UINT64_MAX, &request->record_id, &err))
        request->record_id = 0;
}

struct span request_host(const struct request *request)
{
    struct span host = http_header_value(&request->head, "Host");

    return host.size ? host : span_of("localhost");
}

struct span request_host_name(const struct request *request)
{
    struct span host = request_host(request);

    if (host.at[0] == '[')
        return span_first(host, span_find(host, "]") + 1);
    return span_first(host, span_find(host, ":"));
}

/* --- pages ---------------------------------------------------------------------------------- */

enum { LIMIT_DEFAULT = 100 };

static struct span limit_of_body(const struct request *request, struct json **json_r)
{
    const struct json_value *limit;
    struct err ignored;

    if (!json_read(str_span(&request->body), json_r, &ignored))
        return SPAN_NONE;
    limit = json_get(json_root(*json_r), "limit");
    return limit ? limit->text : SPAN_NONE;
}

uint64_t request_limit(const struct request *request)
{
    auto_json *json = NULL;
    struct span text = SPAN_NONE;
    struct err ignored;
    uint64_t limit;

    if (request->route.kind == REQUEST_LIST) {
        const struct http_param *param = http_param(&request->params, "_limit");

        text = param ? param->value : SPAN_NONE;
    } else if (request->route.kind == REQUEST_FIND && request->body.size) {
        text = limit_of_body(request, &json);
    } else {
        return 0;
    }
    return num_u64(text, 0, UINT64_MAX, &limit, &ignored) ? limit : LIMIT_DEFAULT;
}

bool request_reaches(const struct request *request, uint64_t n)
{
    const struct http_param *param = http_param(&request->params, "_offset");
    struct err ignored;
    uint64_t first;

    if (request->route.kind != REQUEST_LIST)
        return request->record_id == n;
    if (!param || !num_u64(param->value, 1, UINT64_MAX, &first, &ignored))
        first = 1;
    return n >= first && n - first < request_limit(request);
}
