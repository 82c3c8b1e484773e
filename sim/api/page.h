/*
 * What list, get and find requests have in common: which records of the found set, in which order,
 * through which layout. Comes from a query string (with underscores) or from a JSON body (without).
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
    struct json *sort_json, *portal_json; /* what the spans of a query string point into */

    /* if it cannot be done */
    int code;
    char problem[PAGE_PROBLEM_SIZE]; /* own words, or "" for those of the list */
};

/*
 * Reads a query string.
 *   single   of one record: offset, limit and sort are not known there
 * False with `code` set.
 */
bool page_from_query(struct page_options *page, const struct solution *solution,
                     const struct switches *switches, const struct layout *layout,
                     const struct http_params *params, bool single);

/* Reads a find's body, whose member `query` it leaves to others. False with `code` set. */
bool page_from_body(struct page_options *page, const struct solution *solution,
                    const struct switches *switches, const struct layout *layout,
                    const struct json_value *body);

void page_clear(struct page_options *page);

/* A date form from `dateformats`. 0 or FileMaker's code. */
int page_dates(const struct switches *switches, struct span text, enum value_date_form *form_r);

/* The place of a name on a layout; NULL if it is not there. */
const struct shown *layout_shown(const struct layout *layout, struct span name);
