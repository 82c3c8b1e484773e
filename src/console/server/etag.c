/* Reads lists of entity tags: "a", W/"b,c". A comma may stand within the quotes. */
#include "console/server/etag.h"

struct listed_tag {
    struct span text; /* with its quotes */
    bool is_weak;
};

static bool is_tag_char(char c)
{
    unsigned char byte = (unsigned char)c;

    return byte == 0x21 || (byte >= 0x23 && byte != 0x7f);
}

/* Takes one tag off the front; false: none stands there. */
static bool tag_take(struct span *rest, struct listed_tag *tag_r)
{
    size_t end = 1;

    tag_r->is_weak = span_starts(*rest, "W/");
    *rest = span_from(*rest, tag_r->is_weak ? 2 : 0);
    if (!span_starts(*rest, "\""))
        return false;
    while (end < rest->size && is_tag_char(rest->at[end]))
        end++;
    if (end == rest->size || rest->at[end] != '"')
        return false;
    tag_r->text = span_first(*rest, end + 1);
    *rest = span_trim(span_from(*rest, end + 1));
    return true;
}

/* A list may have empty places: ", ,". */
static struct span commas_skip(struct span rest)
{
    while (span_starts(rest, ","))
        rest = span_trim(span_from(rest, 1));
    return rest;
}

static bool tag_is(const struct listed_tag *listed, const char *tag, enum etag_compare how)
{
    return (how == ETAG_WEAK || !listed->is_weak) && span_is(listed->text, tag);
}

bool etag_is_listed(struct span list, const char *tag, enum etag_compare how)
{
    struct span rest = span_trim(list);
    struct listed_tag listed;

    if (span_is(rest, "*"))
        return true;
    for (rest = commas_skip(rest); tag_take(&rest, &listed); rest = commas_skip(rest)) {
        if (rest.size > 0 && *rest.at != ',')
            return false;
        if (tag_is(&listed, tag, how))
            return true;
    }
    return false;
}

bool etag_allows_range(struct span if_range, const char *tag)
{
    struct span rest = span_trim(if_range);
    struct listed_tag listed;

    return !if_range.at
           || (tag_take(&rest, &listed) && rest.size == 0 && tag_is(&listed, tag, ETAG_STRONG));
}
