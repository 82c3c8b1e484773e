/* Strict parsing of numbers. */
#include "base/num.h"

static bool digits_read(struct span text, uint64_t *n_r)
{
    uint64_t n = 0;

    if (text.size == 0)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.at[i];

        if (c < '0' || c > '9' || __builtin_mul_overflow(n, 10, &n)
            || __builtin_add_overflow(n, (uint64_t)(c - '0'), &n))
            return false;
    }
    *n_r = n;
    return true;
}

bool num_u64(struct span text, uint64_t min, uint64_t max, uint64_t *n_r, struct err *err)
{
    uint64_t n;

    if (!digits_read(text, &n) || n < min || n > max)
        return err_set(err, ERR_DATA, 0, "'" SPAN_FORMAT "' is not a whole number from %ju to %ju",
                       SPAN_ARGS(span_first(text, 64)), (uintmax_t)min, (uintmax_t)max);
    *n_r = n;
    return true;
}

bool num_i64(struct span text, int64_t min, int64_t max, int64_t *n_r, struct err *err)
{
    bool negative = span_starts(text, "-");
    uint64_t most = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    uint64_t size = 0;
    bool good = digits_read(negative ? span_from(text, 1) : text, &size) && size <= most;
    int64_t n = negative ? (int64_t)(0 - size) : (int64_t)size;

    if (!good || n < min || n > max)
        return err_set(err, ERR_DATA, 0, "'" SPAN_FORMAT "' is not a whole number from %jd to %jd",
                       SPAN_ARGS(span_first(text, 64)), (intmax_t)min, (intmax_t)max);
    *n_r = n;
    return true;
}

static unsigned unit_shift(char unit)
{
    switch (unit) {
    case 'K':
    case 'k':
        return 10;
    case 'M':
    case 'm':
        return 20;
    case 'G':
    case 'g':
        return 30;
    case 'T':
    case 't':
        return 40;
    default:
        return 0;
    }
}

bool num_bytes(struct span text, uint64_t min, uint64_t max, uint64_t *n_r, struct err *err)
{
    unsigned shift = text.size ? unit_shift(text.at[text.size - 1]) : 0;
    struct span digits = shift ? span_first(text, text.size - 1) : text;
    uint64_t n;

    if (!digits_read(digits, &n) || n > UINT64_MAX >> shift || n << shift < min || n << shift > max)
        return err_set(err, ERR_DATA, 0,
                       "'" SPAN_FORMAT "' is not a size from %ju to %ju bytes (such as 48M)",
                       SPAN_ARGS(span_first(text, 64)), (uintmax_t)min, (uintmax_t)max);
    *n_r = n << shift;
    return true;
}
