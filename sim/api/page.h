/*
 * The options that list, get and find requests share: which records of the found set, in which
 * order, through which layout. They come from a query string (with underscores) or a JSON body
 * (without).
 */
#pragma once

#include "base/base.h"
#include "sim/api/script.h"
#include "sim/base/switches.h"
#include "sim/file/solution.h"
#include "sim/request/request.h"
#include "json/json.h"

enum { PAGE_SORTS_MAX = 10, PAGE_PORTALS_MAX = 32, PAGE_PROBLEM_SIZE = 256 };

struct page_sort {
    const struct shown *shown;
    bool descend;
    const struct value_list *by_list; /* a custom order, or NULL */
};

struct page_portal {
    struct span name;
    bool asked; /* named in `portal` */
    bool has_offset, has_limit;
    uint64_t offset, limit;
};

struct page_options {
    bool has_offset;
    uint64_t offset, limit;
    struct page_sort sorts[PAGE_SORTS_MAX];
    size_t sort_count;
    bool portals_named, portals_none;
    struct page_portal portals[PAGE_PORTALS_MAX];
    size_t portal_count;
    const struct layout *response; /* NULL: the request's own */
    enum value_date_form dates;
    struct script_wishes scripts;
    struct json *sort_json, *portal_json; /* into which the spans of a query string point */

    /* if it cannot be done */
    int code;
    char problem[PAGE_PROBLEM_SIZE]; /* a text of its own, or "" for that of the list */
};

/*
 * Reads a query string.
 *   single   of one record: offset, limit and sort are not known there
 * False with `code` set.
 */
bool page_from_query(struct page_options *page, const struct solution *solution,
                     const struct switches *switches, const struct layout *layout,
                     const struct http_params *params, bool single);

/* Reads a find's body, but not its member `query`. False with `code` set. */
bool page_from_body(struct page_options *page, const struct solution *solution,
                    const struct switches *switches, const struct layout *layout,
                    const struct json_value *body);

void page_clear(struct page_options *page);

/* Reads `dateformats`. Returns 0 or FileMaker's code. */
int page_dates(const struct switches *switches, struct span text, enum value_date_form *form_r);

/* The field with a name on a layout; NULL if there is none. */
const struct shown *layout_shown(const struct layout *layout, struct span name);
