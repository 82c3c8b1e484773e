/* Reads "bytes=0-499", "bytes=500-" and "bytes=-500". */
#include "console/server/range.h"

#define UNIT "bytes="

/* Decimal digits; a number that is too large is as good as the largest. False: it is no number. */
static bool position_read(struct span text, uint64_t *number_r)
{
    uint64_t number = 0;

    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        if (__builtin_mul_overflow(number, 10, &number)
            || __builtin_add_overflow(number, (uint64_t)(text.at[i] - '0'), &number))
            number = UINT64_MAX;
    }
    *number_r = number;
    return text.size > 0;
}

/* "-500": the last 500 bytes. */
static enum range_kind last_bytes(struct span digits, uint64_t size, struct range *range_r)
{
    uint64_t wanted;

    if (!position_read(digits, &wanted))
        return RANGE_WHOLE;
    if (wanted == 0)
        return RANGE_OUTSIDE;
    range_r->size = wanted < size ? wanted : size;
    range_r->first = size - range_r->size;
    return RANGE_PART;
}

static enum range_kind one_range(struct span spec, uint64_t size, struct range *range_r)
{
    struct span last_digits = spec, first_digits = span_cut(&last_digits, '-');
    uint64_t first, last = UINT64_MAX;

    if (!last_digits.at)
        return RANGE_WHOLE;
    if (first_digits.size == 0)
        return last_bytes(last_digits, size, range_r);
    if (!position_read(first_digits, &first)
        || (last_digits.size > 0 && !position_read(last_digits, &last)) || last < first)
        return RANGE_WHOLE;
    if (first >= size)
        return RANGE_OUTSIDE;
    *range_r = (struct range){ first, (last < size - 1 ? last : size - 1) - first + 1 };
    return RANGE_PART;
}

/* The only range of the list; its empty places do not count. False: there is none, or more. */
static bool only_range(struct span list, struct span *spec_r)
{
    size_t count = 0;

    do {
        struct span spec = span_trim(span_cut(&list, ','));

        if (spec.size > 0) {
            *spec_r = spec;
            count++;
        }
    } while (list.at);
    return count == 1;
}

enum range_kind range_read(struct span header, uint64_t size, struct range *range_r)
{
    struct span spec, text = span_trim(header);

    *range_r = (struct range){ 0, size };
    if (size == 0 || !span_is_nocase(span_first(text, strlen(UNIT)), UNIT)
        || !only_range(span_from(text, strlen(UNIT)), &spec))
        return RANGE_WHOLE;
    return one_range(spec, size, range_r);
}
