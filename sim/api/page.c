/* Reading the options of list, get and find. */
#include "sim/api/page.h"

#include "sim/api/codes.h"

#include "base/mem.h"
#include "base/num.h"

#include <stdarg.h>

/* The state of reading: the source of the options and what they are checked against. */
struct page_reading {
    struct page_options *page;
    const struct solution *solution;
    const struct switches *switches;
    const struct layout *layout;
    bool in_query; /* keys have underscores, values are texts */
    bool single;
    struct str unknown;
};

struct page_option {
    struct span key;
    struct span text;               /* a text, or a number's token */
    const struct json_value *value; /* from a body, otherwise NULL */
};

static bool page_refuse(struct page_options *page, int code, const char *format, ...)
    printf_like(3, 4);

static bool page_refuse(struct page_options *page, int code, const char *format, ...)
{
    va_list args;

    page->code = code;
    va_start(args, format);
    (void)vsnprintf(page->problem, sizeof page->problem, format, args);
    va_end(args);
    return false;
}

static bool value_invalid(struct page_options *page, const struct page_option *option)
{
    return page_refuse(page, CODE_PARAMETER_INVALID,
                       "Value of parameter '" SPAN_FORMAT "' is invalid.",
                       SPAN_ARGS(span_first(option->key, 60)));
}

const struct shown *layout_shown(const struct layout *layout, struct span name)
{
    for (size_t i = 0; i < layout->shown_count; i++)
        if (!layout->shown[i].deleted && span_is(name, layout->shown[i].name))
            return &layout->shown[i];
    return NULL;
}

/* --- sort ----------------------------------------------------------------------------------- */

static bool sort_order_set(struct page_reading *r, struct page_sort *sort, struct span order)
{
    if (!order.size || span_is(order, "ascend"))
        return true;
    sort->descend = span_is(order, "descend");
    if (sort->descend)
        return true;
    {
        auto_free char *name = span_text(order);

        sort->by_list = solution_value_list(r->solution, name);
    }
    return sort->by_list || page_refuse(r->page, CODE_SORT_INVALID, "%s", "");
}

static bool sort_add(struct page_reading *r, const struct json_value *item)
{
    const struct json_value *name = json_get(item, "fieldName");
    const struct json_value *order = json_get(item, "sortOrder");
    struct page_sort *sort = &r->page->sorts[r->page->sort_count];
    const struct column *column;

    if (!name || name->kind != JSON_TEXT || r->page->sort_count == PAGE_SORTS_MAX)
        return page_refuse(r->page, CODE_PARAMETER_INVALID, "%s", "Sort parameter is invalid.");
    *sort = (struct page_sort){ .shown = layout_shown(r->layout, name->text) };
    if (!sort->shown)
        return page_refuse(r->page, CODE_FIELD_MISSING, "%s", "");
    if (sort->shown->no_access)
        return page_refuse(r->page, CODE_SORT_DENIED, "%s", "");
    column = &table_plan(shown_table(r->solution, r->layout, sort->shown->relation))
                  ->columns[sort->shown->column];
    if (column->type == COLUMN_CONTAINER)
        return page_refuse(r->page, CODE_FIELD_TYPE, "%s", "");
    r->page->sort_count++;
    return sort_order_set(r, sort, order ? order->text : SPAN_NONE);
}

static bool sort_read(struct page_reading *r, const struct page_option *option)
{
    const struct json_value *value = option->value;

    if (!value) {
        struct err err;

        if (r->page->sort_json || !json_read(option->text, &r->page->sort_json, &err))
            return value_invalid(r->page, option);
        value = json_root(r->page->sort_json);
    }
    if (value->kind != JSON_ARRAY)
        return value_invalid(r->page, option);
    json_each (item, value)
        if (!sort_add(r, item))
            return false;
    return true;
}

/* --- portals -------------------------------------------------------------------------------- */

static struct page_portal *portal_for(struct page_options *page, struct span name)
{
    for (size_t i = 0; i < page->portal_count; i++)
        if (span_equal(page->portals[i].name, name))
            return &page->portals[i];
    if (page->portal_count == PAGE_PORTALS_MAX)
        return NULL;
    page->portals[page->portal_count] = (struct page_portal){ .name = name };
    return &page->portals[page->portal_count++];
}

static bool layout_has_portal(const struct layout *layout, struct span name)
{
    for (size_t i = 0; i < layout->portal_count; i++) {
        const struct portal *portal = &layout->portals[i];

        if (span_is(name, portal->name ? portal->name : portal->relation))
            return true;
    }
    return false;
}

static bool portal_ask(struct page_reading *r, struct span name)
{
    const struct layout *layout = r->page->response ? r->page->response : r->layout;
    struct page_portal *portal;

    if (!layout_has_portal(layout, name))
        return page_refuse(r->page, CODE_PARAMETER_INVALID, "Portal '" SPAN_FORMAT "' is missing.",
                           SPAN_ARGS(span_first(name, 60)));
    portal = portal_for(r->page, name);
    if (!portal)
        return page_refuse(r->page, CODE_PARAMETER_INVALID, "%s", "Too many portals.");
    portal->asked = true;
    return true;
}

static bool portals_by_comma(struct page_reading *r, const struct page_option *option)
{
    struct span rest = option->text;

    if (switch_is(r->switches, PORTAL_COMMAS, REFUSED))
        return value_invalid(r->page, option);
    while (rest.at)
        if (!portal_ask(r, span_trim(span_cut(&rest, ','))))
            return false;
    return true;
}

static bool portals_read(struct page_reading *r, const struct page_option *option)
{
    const struct json_value *value = option->value;
    struct err err;

    r->page->portals_named = true;
    if (!value && !span_starts(span_trim(option->text), "["))
        return portals_by_comma(r, option);
    if (!value) {
        if (r->page->portal_json || !json_read(option->text, &r->page->portal_json, &err))
            return value_invalid(r->page, option);
        value = json_root(r->page->portal_json);
    }
    if (value->kind != JSON_ARRAY)
        return value_invalid(r->page, option);
    if (value->count == 0) {
        r->page->portals_none = switch_is(r->switches, PORTAL_EMPTY_LIST, NONE);
        r->page->portals_named = false;
    }
    json_each (item, value)
        if (item->kind != JSON_TEXT || !portal_ask(r, item->text))
            return item->kind == JSON_TEXT ? false : value_invalid(r->page, option);
    return true;
}

/* --- numbers, layouts, scripts -------------------------------------------------------------- */

static bool count_read(struct page_reading *r, const struct page_option *option, bool zero_allowed,
                       uint64_t *n_r)
{
    struct err err;

    return num_u64(option->text, zero_allowed ? 0 : 1, UINT64_MAX, n_r, &err)
           || value_invalid(r->page, option);
}

static bool offset_read(struct page_reading *r, const struct page_option *option)
{
    bool zero = switch_is(r->switches, OFFSET_ZERO, FIRST);

    r->page->has_offset = true;
    if (!count_read(r, option, zero, &r->page->offset))
        return false;
    if (r->page->offset == 0)
        r->page->offset = 1;
    return true;
}

static bool limit_read(struct page_reading *r, const struct page_option *option)
{
    bool zero = switch_is(r->switches, LIMIT_ZERO, NONE);

    return count_read(r, option, zero, &r->page->limit);
}

static bool portal_count_read(struct page_reading *r, const struct page_option *option,
                              struct span name, bool is_limit)
{
    const struct layout *layout = r->page->response ? r->page->response : r->layout;
    struct page_portal *portal;

    if (!layout_has_portal(layout, name)) {
        str_printf(&r->unknown, "%s" SPAN_FORMAT, r->unknown.size ? ", " : "",
                   SPAN_ARGS(option->key));
        return true;
    }
    portal = portal_for(r->page, name);
    if (!portal)
        return value_invalid(r->page, option);
    if (is_limit) {
        portal->has_limit = true;
        return count_read(r, option, true, &portal->limit);
    }
    portal->has_offset = true;
    return count_read(r, option, false, &portal->offset);
}

static bool response_read(struct page_reading *r, const struct page_option *option)
{
    const struct layout *layout = solution_layout(r->solution, option->text);

    if (!layout)
        return page_refuse(r->page, CODE_LAYOUT_MISSING, "%s", "");
    if (strcmp(layout->table, r->layout->table) != 0) /* no records of it to show */
        return page_refuse(r->page, 414, "%s", "");
    r->page->response = layout;
    return true;
}

int page_dates(const struct switches *switches, struct span text, enum value_date_form *form_r)
{
    if (switch_is(switches, DATEFORMATS, 960))
        return CODE_PARAMETER_INVALID;
    if (span_is(text, "0"))
        *form_r = DATES_US;
    else if (span_is(text, "1"))
        *form_r = DATES_LOCALE;
    else if (span_is(text, "2"))
        *form_r = DATES_ISO;
    else
        return CODE_PARAMETER_INVALID;
    return 0;
}

/* --- all of them ---------------------------------------------------------------------------- */

/* A key of the family `offset`, `_offset`, `offset.Portal`, `_offset.Portal`. */
static bool is_key(const struct page_reading *r, struct span key, const char *name,
                   struct span *portal_r)
{
    if (r->in_query && !span_starts(key, "_"))
        return false;
    if (r->in_query)
        key = span_from(key, 1);
    *portal_r = SPAN_NONE;
    if (span_is(key, name))
        return true;
    if (!span_starts(key, name) || key.at[strlen(name)] != '.')
        return false;
    *portal_r = span_from(key, strlen(name) + 1);
    return true;
}

static bool range_option(struct page_reading *r, const struct page_option *option, bool *known)
{
    struct span portal;

    *known = true;
    if (is_key(r, option->key, "offset", &portal)) {
        if (portal.at)
            return portal_count_read(r, option, portal, false);
        if (!r->single)
            return offset_read(r, option);
    } else if (is_key(r, option->key, "limit", &portal)) {
        if (portal.at)
            return portal_count_read(r, option, portal, true);
        if (!r->single)
            return limit_read(r, option);
    } else if (is_key(r, option->key, "sort", &portal) && !portal.at && !r->single) {
        return sort_read(r, option);
    }
    *known = false;
    return true;
}

static bool option_read(struct page_reading *r, const struct page_option *option)
{
    bool known;

    if (!range_option(r, option, &known))
        return false;
    if (known)
        return true;
    if (span_is(option->key, "portal"))
        return portals_read(r, option);
    if (span_is(option->key, "layout.response"))
        return true; /* was read first */
    if (span_is(option->key, "dateformats") && !switch_is(r->switches, DATEFORMATS, 960))
        return page_dates(r->switches, option->text, &r->page->dates) == 0
               || value_invalid(r->page, option);
    if (!script_wish_read(&r->page->scripts, option->key, option->text))
        str_printf(&r->unknown, "%s" SPAN_FORMAT, r->unknown.size ? ", " : "",
                   SPAN_ARGS(option->key));
    return true;
}

static void page_init(struct page_options *page)
{
    *page = (struct page_options){ .offset = 1, .limit = 100 };
}

static bool page_options_end(struct page_reading *r, bool good)
{
    int code = script_wishes_check(r->solution, &r->page->scripts);

    if (r->unknown.size)
        good = page_refuse(r->page, CODE_PARAMETER_INVALID, "Unknown parameter(s): %s",
                           str_text(&r->unknown));
    if (good && code)
        good = page_refuse(r->page, code, "%s", "");
    str_clear(&r->unknown);
    return good;
}

bool page_from_query(struct page_options *page, const struct solution *solution,
                     const struct switches *switches, const struct layout *layout,
                     const struct http_params *params, bool single)
{
    struct page_reading r = { .page = page,
                              .solution = solution,
                              .switches = switches,
                              .layout = layout,
                              .in_query = true,
                              .single = single,
                              .unknown = STR_MAX(KIB(4)) };
    const struct http_param *response = http_param(params, "layout.response");
    bool good = true;

    page_init(page);
    if (response)
        good = response_read(&r, &(struct page_option){ response->name, response->value, NULL });
    for (size_t i = 0; good && i < params->count; i++)
        good = option_read(
            &r, &(struct page_option){ params->items[i].name, params->items[i].value, NULL });
    return page_options_end(&r, good);
}

bool page_from_body(struct page_options *page, const struct solution *solution,
                    const struct switches *switches, const struct layout *layout,
                    const struct json_value *body)
{
    struct page_reading r = { .page = page,
                              .solution = solution,
                              .switches = switches,
                              .layout = layout,
                              .unknown = STR_MAX(KIB(4)) };
    const struct json_value *response = json_get(body, "layout.response");
    bool good = true;

    page_init(page);
    if (response)
        good = response_read(&r, &(struct page_option){ response->name, response->text, response });
    json_each (member, body)
        if (good && !span_is(member->name, "query"))
            good = option_read(&r, &(struct page_option){ member->name, member->text, member });
    return page_options_end(&r, good);
}

void page_clear(struct page_options *page)
{
    json_free(page->sort_json);
    json_free(page->portal_json);
    page->sort_json = page->portal_json = NULL;
}
