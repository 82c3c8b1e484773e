/* Finding, ordering and paging of rows. */
#include "sim/api/odata_rows.h"

#include "sim/api/found.h"
#include "sim/api/odata_row.h"

#include "base/num.h"

static bool count_param(struct odata *o, const char *name, uint64_t *n)
{
    const struct http_param *param = http_param(&o->request->params, name);
    struct err err;

    if (!param || num_u64(param->value, 0, UINT64_MAX, n, &err))
        return true;
    odata_error_about(o, 400, "-1002", "Error: syntax error in URL at:", param->value);
    return false;
}

static bool filter_keeps(void *arg, uint64_t ordinal)
{
    return odata_filter_keeps(arg, ordinal);
}

static bool rows_find(struct odata *o, struct found **found_r)
{
    const struct http_param *param = http_param(&o->request->params, "$filter");
    struct odata_problem problem = { .code = "" };
    struct odata_filter *filter = NULL;

    if (param && !odata_filter_read(param->value, o->table, &filter, &problem)) {
        odata_problem_error(o, &problem);
        return false;
    }
    *found_r = found_all(o->table);
    if (filter)
        *found_r = found_filter(*found_r, filter_keeps, filter);
    odata_filter_free(filter);
    return true;
}

static bool rows_order(struct odata *o, struct found *found)
{
    const struct http_param *param = http_param(&o->request->params, "$orderby");
    struct span rest = param ? param->value : SPAN_NONE;
    struct shown shown[PAGE_SORTS_MAX];
    struct page_sort sorts[PAGE_SORTS_MAX];
    struct odata_problem problem;
    size_t count = 0;

    while (rest.at && count < PAGE_SORTS_MAX) {
        struct span order = span_trim(span_cut(&rest, ','));
        struct span name = span_cut(&order, ' ');
        int column = odata_column(o->table, name);

        if (column < 0 || column >= ODATA_ROWID) {
            odata_unknown_field(&problem, name);
            odata_problem_error(o, &problem);
            return false;
        }
        shown[count] = (struct shown){ .name = "", .column = (unsigned)column };
        sorts[count] = (struct page_sort){ .shown = &shown[count],
                                           .descend = span_is(span_trim(order), "desc") };
        count++;
    }
    found_sort(found, o->sim->solution, o->layout, sorts, count);
    return true;
}

/* --- answers --------------------------------------------------------------------------------- */

/* The most rows that the client wants at once. */
static uint64_t page_wanted(const struct odata *o)
{
    struct span prefer = http_header_value(&o->request->head, "Prefer");
    size_t at = span_find(prefer, "odata.maxpagesize=");
    struct span digits = span_from(prefer, at + 18);
    size_t length = 0;
    uint64_t n;
    struct err err;

    if (at == prefer.size || switch_is(&o->sim->switches, ODATA_NEXT_LINK, NO))
        return UINT64_MAX;
    while (length < digits.size && digits.at[length] >= '0' && digits.at[length] <= '9')
        length++;
    return num_u64(span_first(digits, length), 1, UINT64_MAX, &n, &err) ? n : UINT64_MAX;
}

/* And that the server gives, too. */
static uint64_t page_size(const struct odata *o)
{
    static const uint64_t most[] = { [SWITCH_ODATA_PAGE_ANY] = UINT64_MAX,
                                     [SWITCH_ODATA_PAGE_10000] = 10000,
                                     [SWITCH_ODATA_PAGE_7] = 7 };
    uint64_t server = most[switch_of(&o->sim->switches, SWITCH_ODATA_PAGE)];
    uint64_t wanted = page_wanted(o);

    return wanted < server ? wanted : server;
}

/* The same query from where this page ends. */
static void next_link(struct odata *o, struct json_writer *w, uint64_t skip, uint64_t top)
{
    auto_str link = STR_MAX(KIB(16));
    const struct http_params *params = &o->request->params;

    str_printf(&link, "%s/%s?$skip=%ju", str_text(&o->base), o->layout->occurrence,
               (uintmax_t)skip);
    if (top != UINT64_MAX)
        str_printf(&link, "&$top=%ju", (uintmax_t)top);
    for (size_t i = 0; i < params->count; i++) {
        if (span_is(params->items[i].name, "$skip") || span_is(params->items[i].name, "$top"))
            continue;
        str_printf(&link, "&" SPAN_FORMAT "=", SPAN_ARGS(params->items[i].name));
        http_encode(params->items[i].value, &link);
    }
    odata_about(o, w, "nextLink", str_span(&link));
}

static void count_write(struct odata *o, struct json_writer *w, uint64_t all)
{
    json_member_u64(w, switch_is(&o->sim->switches, ODATA_NAMES, LONG) ? "@odata.count" : "@count",
                    all);
}

static void rows_write(struct odata *o, struct found *found, const int *columns, size_t count,
                       uint64_t skip, uint64_t top)
{
    const struct http_param *want = http_param(&o->request->params, "$count");
    uint64_t all = found_count(found), most = page_size(o);
    uint64_t left = skip < all ? all - skip : 0;
    uint64_t wanted = left < top ? left : top;
    uint64_t sent = wanted > most ? most : wanted;
    struct json_writer w = JSON_WRITER(&o->answer->body);

    json_open_object(&w);
    odata_context(o, &w, "");
    if (want && span_is(want->value, "true"))
        count_write(o, &w, all);
    json_name(&w, "value");
    json_open_array(&w);
    for (uint64_t i = 0; i < sent && !o->answer->body.cut; i++) {
        json_open_object(&w);
        odata_row_write(o, &w, found_at(found, skip + i), columns, count);
        json_close_object(&w);
    }
    json_close_array(&w);
    if (sent < wanted)
        next_link(o, &w, skip + sent, top == UINT64_MAX ? top : top - sent);
    json_close_object(&w);
}

void odata_rows_answer(struct odata *o)
{
    auto_found *found = NULL;
    uint64_t skip = 0, top = UINT64_MAX;
    int columns[ODATA_SELECT_MAX];
    size_t count;

    if (count_param(o, "$skip", &skip) && count_param(o, "$top", &top)
        && odata_select(o, columns, &count) && rows_find(o, &found) && rows_order(o, found))
        rows_write(o, found, columns, count, skip, top);
}

void odata_count_answer(struct odata *o)
{
    auto_found *found = NULL;

    if (switch_is(&o->sim->switches, ODATA_COUNT_PATH, 400)) {
        odata_error_about(o, 400, "-1002", "Error: syntax error in URL at:", o->parts[2]);
        return;
    }
    if (!rows_find(o, &found))
        return;
    o->answer->media = "text/plain;charset=utf-8";
    str_printf(&o->answer->body, "%ju", (uintmax_t)found_count(found));
}
