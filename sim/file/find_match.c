/* Whether a value meets a criterion. */
#include "sim/file/find.h"

#include "base/utf8.h"

enum { VALUE_MAX = 1 << 20 };

static bool is_moment(enum column_type type)
{
    return type == COLUMN_DATE || type == COLUMN_TIME || type == COLUMN_TIMESTAMP;
}

static size_t char_length(const char *text, size_t size)
{
    struct span rest = { text, size };
    uint32_t code;

    (void)utf8_next(&rest, &code);
    return size - rest.size;
}

/*
 * How much of `text` a pattern takes from its front: the shortest, or all of it if `whole`.
 * SIZE_MAX if it does not fit.
 */
static size_t pattern_take(struct span codes, struct span text, bool whole)
{
    struct span star_codes = SPAN_NONE, star_text = SPAN_NONE, all = text;

    for (;;) {
        bool fits = false;

        if (!codes.size && (!whole || !text.size))
            return all.size - text.size;
        if (codes.size && codes.at[0] == PATTERN_RUN) {
            codes = span_from(codes, 1);
            star_codes = codes;
            star_text = text;
            continue;
        }
        if (codes.size && text.size) {
            char c = codes.at[0];
            size_t step = c == PATTERN_ONE ? char_length(text.at, text.size) : 1;

            fits =
                c == PATTERN_ONE
                || (c == PATTERN_DIGIT ? text.at[0] >= '0' && text.at[0] <= '9' : c == text.at[0]);
            if (fits) {
                codes = span_from(codes, 1);
                text = span_from(text, step);
            }
        }
        if (fits)
            continue;
        if (!star_codes.at || !star_text.size)
            return SIZE_MAX;
        star_text = span_from(star_text, 1);
        codes = star_codes;
        text = star_text;
    }
}

static bool is_word_byte(const struct criterion *c, char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (uint8_t)byte >= 0x80
           || byte == '\'' || (byte == '-' && c->hyphen_joins);
}

static bool word_starts(const struct criterion *c, struct span text, size_t at)
{
    return at == 0 || !is_word_byte(c, text.at[at - 1]);
}

static bool word_ends(const struct criterion *c, struct span text, size_t at)
{
    return at >= text.size || !is_word_byte(c, text.at[at]) || !is_word_byte(c, text.at[at - 1]);
}

/* Whether any word of the text begins with (or is) the pattern. */
static bool pattern_found(const struct criterion *c, const struct find_pattern *pattern,
                          struct span text)
{
    struct span codes = { pattern->codes, pattern->size };

    for (size_t at = 0; at < text.size; at++) {
        size_t taken;

        if (!word_starts(c, text, at))
            continue;
        taken = pattern_take(codes, span_from(text, at), false);
        if (taken != SIZE_MAX && (!pattern->whole_word || word_ends(c, text, at + taken)))
            return true;
    }
    return false;
}

/* An index keeps the first 100 characters of a word: the rest is not there to be found. */
static struct span indexed_part(const struct criterion *c, struct span text)
{
    return c->index_100 ? utf8_first(text, 100) : text;
}

static bool text_matches(const struct criterion *c, struct span value)
{
    auto_str folded = STR_MAX(value.size * 4 + 16);
    struct span text;

    value_fold(indexed_part(c, value), &folded);
    text = str_span(&folded);
    if (c->kind == CRITERION_FIELD)
        return c->pattern_count
               && pattern_take((struct span){ c->patterns[0].codes, c->patterns[0].size }, text,
                               true)
                      != SIZE_MAX;
    for (size_t i = 0; i < c->pattern_count; i++)
        if (!pattern_found(c, &c->patterns[i], text))
            return false;
    return true;
}

static int text_compare(const struct criterion *c, struct span value, const char *bound)
{
    struct span other = span_of(bound);
    size_t least = value.size < other.size ? value.size : other.size;
    int order;

    if (!c->unicode_order)
        return value_text_compare(value, other);
    order = least ? memcmp(value.at, other.at, least) : 0;
    return order ? order : (value.size > other.size) - (value.size < other.size);
}

/* Compares a value with a bound. */
static int bound_compare(const struct criterion *c, const struct find_bound *bound,
                         struct span text, int64_t seconds)
{
    if (is_moment(c->type))
        return (seconds > bound->seconds) - (seconds < bound->seconds);
    if (c->type == COLUMN_NUMBER)
        return value_decimal_compare(text, span_of(bound->text));
    return text_compare(c, text, bound->text);
}

static int side_of(const struct criterion *c, struct span text, int64_t seconds)
{
    if (c->low.set) {
        int order = bound_compare(c, &c->low, text, seconds);

        if (order < 0 || (order == 0 && !c->low.inclusive))
            return -1;
    }
    if (c->high.set) {
        int order = bound_compare(c, &c->high, text, seconds);

        if (order > 0 || (order == 0 && !c->high.inclusive))
            return 1;
    }
    return 0;
}

int criterion_side(const struct criterion *c, struct span value)
{
    auto_str digits = STR_MAX(VALUE_MAX);
    int64_t seconds = 0;

    if (is_moment(c->type))
        return value_seconds(c->type, value, &seconds) ? side_of(c, SPAN_NONE, seconds) : -1;
    if (c->type == COLUMN_NUMBER)
        return value_number(value, &digits) ? side_of(c, str_span(&digits), 0) : -1;
    return value.size ? side_of(c, value, 0) : -1;
}

static bool calendar_part_holds(const struct calendar_part *part, int n)
{
    return n >= part->low && n <= part->high;
}

static bool calendar_matches(const struct criterion *c, struct span value)
{
    struct time_civil civil;

    return value_moment(c->type, value, &civil) && calendar_part_holds(&c->month, civil.month)
           && calendar_part_holds(&c->day, civil.day) && calendar_part_holds(&c->year, civil.year);
}

static bool is_typed(const struct criterion *c, struct span value)
{
    int64_t seconds;

    return value_seconds(c->type, value, &seconds);
}

/*
 * A value that does not have the field's type counts as below the range: it must not match for
 * that.
 */
static bool between_matches(const struct criterion *c, struct span value)
{
    auto_str digits = STR_MAX(VALUE_MAX);

    if (is_moment(c->type) && !is_typed(c, value))
        return false;
    if (c->type == COLUMN_NUMBER && !value_number(value, &digits))
        return false;
    return value.size && criterion_side(c, value) == 0;
}

bool criterion_matches(const struct criterion *c, struct span value)
{
    switch (c->kind) {
    case CRITERION_EMPTY:
        return value.size == 0;
    case CRITERION_FILLED:
        return value.size > 0;
    case CRITERION_INVALID:
        return value.size > 0 && !is_typed(c, value);
    case CRITERION_FIELD:
    case CRITERION_WORDS:
        return text_matches(c, value);
    case CRITERION_BETWEEN:
        return between_matches(c, value);
    case CRITERION_CALENDAR:
        return calendar_matches(c, value);
    case CRITERION_DUPLICATES:
    case CRITERION_NEVER:
        return false;
    }
    abort();
}

bool criterion_exact(const struct criterion *c, struct str *to)
{
    struct span codes;

    if ((c->kind != CRITERION_FIELD && c->kind != CRITERION_WORDS) || c->pattern_count != 1)
        return false;
    codes = (struct span){ c->patterns[0].codes, c->patterns[0].size };
    for (size_t i = 0; i < codes.size; i++)
        if (codes.at[i] <= PATTERN_RUN && codes.at[i] > 0)
            return false;
    str_add_span(to, codes);
    return true;
}
