/* Reading criteria of a find. */
#include "sim/file/find.h"

#include "base/mem.h"
#include "base/utf8.h"

enum { VALUE_MAX = 1 << 20, YEAR_MAX = 4000 };

static void bound_clear(struct find_bound *bound)
{
    free(bound->text);
    *bound = (struct find_bound){ 0 };
}

void criterion_clear(struct criterion *c)
{
    bound_clear(&c->low);
    bound_clear(&c->high);
    for (size_t i = 0; i < c->pattern_count; i++)
        free(c->patterns[i].codes);
    c->pattern_count = 0;
}

/* --- reading: operators --------------------------------------------------------------------- */

static bool word_take(struct span *text, const char *word)
{
    if (!span_starts(*text, word))
        return false;
    *text = span_from(*text, strlen(word));
    return true;
}

enum find_comparison {
    COMPARE_NONE,
    COMPARE_LESS,
    COMPARE_LESS_EQUAL,
    COMPARE_MORE,
    COMPARE_MORE_EQUAL
};

static enum find_comparison comparison_take(struct span *text)
{
    if (word_take(text, "<=") || word_take(text, "≤"))
        return COMPARE_LESS_EQUAL;
    if (word_take(text, ">=") || word_take(text, "≥"))
        return COMPARE_MORE_EQUAL;
    if (word_take(text, "<"))
        return COMPARE_LESS;
    if (word_take(text, ">"))
        return COMPARE_MORE;
    return COMPARE_NONE;
}

/* Splits at "..." or ".."; not inside braces. */
static bool range_split(struct span text, struct span *low_r, struct span *high_r)
{
    struct span low, high;
    size_t depth = 0;

    for (size_t i = 0; i + 1 < text.size; i++) {
        if (text.at[i] == '{')
            depth++;
        else if (text.at[i] == '}' && depth)
            depth--;
        if (depth || text.at[i] != '.' || text.at[i + 1] != '.')
            continue;
        low = span_trim(span_first(text, i));
        high = span_from(text, i + 2);
        (void)word_take(&high, ".");
        high = span_trim(high);
        if (!low.size || !high.size)
            return false;
        *low_r = low;
        *high_r = high;
        return true;
    }
    return false;
}

/* The text itself, with the escapes taken away. */
static void criterion_unescape(struct span text, struct str *to)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] == '\\' && i + 1 < text.size)
            i++;
        str_add_char(to, text.at[i]);
    }
}

/* --- reading: moments ----------------------------------------------------------------------- */

struct find_range {
    int64_t first, last;
};

static bool int_read(struct span text, int max, int *n_r)
{
    int n = 0;

    if (!text.size || text.size > 4)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        n = n * 10 + (text.at[i] - '0');
    }
    *n_r = n;
    return n <= max;
}

static int64_t seconds_of(struct time_civil civil)
{
    return time_from_utc(civil) / TIME_SECOND;
}

static int month_days(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

/* The first and last second of a day, a month ("3/2024") or a year. */
static bool date_stretch(struct span text, struct time_civil today, struct find_range *s)
{
    struct span rest = text, parts[3];
    struct time_civil from = { .month = 1, .day = 1 }, to;
    size_t count = 0;

    if (span_is(text, "//")) {
        from = (struct time_civil){ .year = today.year, .month = today.month, .day = today.day };
        *s = (struct find_range){ seconds_of(from), seconds_of(from) + 86399 };
        return true;
    }
    while (rest.at && count < 3)
        parts[count++] = span_trim(span_cut(&rest, '/'));
    if (rest.at || !int_read(parts[count - 1], YEAR_MAX, &from.year) || from.year < 1
        || (count > 1 && !int_read(parts[0], 12, &from.month))
        || (count > 2 && !int_read(parts[1], 31, &from.day)))
        return false;
    if (parts[count - 1].size <= 2)
        from.year += from.year < 40 ? 2000 : 1900;
    if (!time_civil_is_valid(from))
        return false;
    to = from;
    if (count < 2)
        to.month = 12;
    if (count < 3)
        to.day = month_days(to.year, to.month);
    *s = (struct find_range){ seconds_of(from), seconds_of(to) + 86399 };
    return true;
}

/* A timestamp, or a date in place of one. */
static bool timestamp_stretch(struct span text, struct time_civil today, bool midnight,
                              struct find_range *s)
{
    size_t blank = span_find(text, " ");
    int64_t at, clock;

    if (blank == text.size) {
        if (!date_stretch(text, today, s))
            return false;
        if (midnight)
            s->last = s->first;
        return true;
    }
    if (span_starts(text, "//") && value_seconds(COLUMN_TIME, span_from(text, blank + 1), &clock)) {
        (void)date_stretch(span_of("//"), today, s);
        *s = (struct find_range){ s->first + clock, s->first + clock };
        return true;
    }
    if (!value_seconds(COLUMN_TIMESTAMP, text, &at))
        return false;
    *s = (struct find_range){ at, at };
    return true;
}

static bool moment_stretch(const struct criterion *c, struct span text, struct time_civil today,
                           bool midnight, struct find_range *s)
{
    if (c->type == COLUMN_DATE)
        return date_stretch(text, today, s);
    if (c->type == COLUMN_TIMESTAMP)
        return timestamp_stretch(text, today, midnight, s);
    if (!value_seconds(COLUMN_TIME, text, &s->first))
        return false;
    s->last = s->first;
    return true;
}

/* --- reading: calendars with wildcards ------------------------------------------------------ */

static bool calendar_part_read(struct span text, int most, struct calendar_part *part)
{
    struct span low, high;

    if (span_is(text, "*")) {
        *part = (struct calendar_part){ 0, most };
        return true;
    }
    if (span_starts(text, "{") && span_ends(text, "}")) {
        struct span inside = span_first(span_from(text, 1), text.size - 2);

        for (size_t i = 0; i + 1 < inside.size; i++) {
            if (inside.at[i] != '.' || inside.at[i + 1] != '.')
                continue;
            low = span_first(inside, i);
            high = span_from(inside, i + 2);
            (void)word_take(&high, ".");
            return int_read(low, most, &part->low) && int_read(high, most, &part->high);
        }
        return false;
    }
    if (!int_read(text, most, &part->low))
        return false;
    part->high = part->low;
    return true;
}

static bool calendar_read(struct span text, struct criterion *c)
{
    struct span month = span_trim(span_cut(&text, '/'));
    struct span day = span_trim(span_cut(&text, '/'));

    c->kind = CRITERION_CALENDAR;
    return text.at && calendar_part_read(month, 12, &c->month)
           && calendar_part_read(day, 31, &c->day)
           && calendar_part_read(span_trim(text), YEAR_MAX, &c->year);
}

static bool has_wildcard(struct span text)
{
    return span_find(text, "*") < text.size || span_find(text, "{") < text.size;
}

/* --- reading: typed values ------------------------------------------------------------------ */

static char *number_text(struct span text)
{
    auto_str digits = STR_MAX(VALUE_MAX);

    return value_number(text, &digits) ? str_take(&digits) : NULL;
}

static void bounds_set(struct criterion *c, enum find_comparison compare,
                       const struct find_range *s)
{
    bool below = compare == COMPARE_LESS || compare == COMPARE_LESS_EQUAL;
    bool above = compare == COMPARE_MORE || compare == COMPARE_MORE_EQUAL;

    if (!below) {
        c->low.set = true;
        c->low.inclusive = compare != COMPARE_MORE;
        c->low.seconds = compare == COMPARE_MORE ? s->last : s->first;
    }
    if (!above) {
        c->high.set = true;
        c->high.inclusive = compare != COMPARE_LESS;
        c->high.seconds = compare == COMPARE_LESS ? s->first : s->last;
    }
}

static int moment_read(struct span text, enum find_comparison compare,
                       const struct switches *switches, struct time_civil today,
                       struct criterion *c)
{
    bool midnight = switch_is(switches, TIMESTAMP_DAY, MIDNIGHT);
    struct find_range first, last;
    struct span low, high;

    c->kind = CRITERION_BETWEEN;
    if (compare == COMPARE_NONE && c->type != COLUMN_TIME && has_wildcard(text)) {
        if (switch_is(switches, DATE_WILDCARDS, 500) || !calendar_read(text, c))
            return 500;
        return 0;
    }
    if (compare == COMPARE_NONE && range_split(text, &low, &high)) {
        if (!moment_stretch(c, low, today, midnight, &first)
            || !moment_stretch(c, high, today, midnight, &last))
            return 500;
        bounds_set(c, COMPARE_NONE, &(struct find_range){ first.first, last.last });
        return 0;
    }
    if (!moment_stretch(c, text, today, midnight, &first))
        return 500;
    bounds_set(c, compare, &first);
    return 0;
}

static void text_bounds_set(struct criterion *c, enum find_comparison compare, char *low,
                            char *high)
{
    bounds_set(c, compare, &(struct find_range){ 0, 0 });
    if (c->low.set)
        c->low.text = mem_text(low);
    if (c->high.set)
        c->high.text = mem_text(high);
}

static int number_read(struct span text, enum find_comparison compare, struct criterion *c)
{
    struct span low = text, high = text;
    auto_free char *from = NULL;
    auto_free char *to = NULL;

    if (compare == COMPARE_NONE)
        (void)range_split(text, &low, &high);
    from = number_text(low);
    to = number_text(high);
    if (!from || !to) {
        c->kind = CRITERION_NEVER;
        return 0;
    }
    c->kind = CRITERION_BETWEEN;
    text_bounds_set(c, compare, from, to);
    return 0;
}

/* --- reading: text -------------------------------------------------------------------------- */

/* Adds a part of a pattern that is not escaped: wildcards become codes. */
static void codes_add(struct span text, bool question, struct str *to)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = text.at[i];

        if (c == '\\' && i + 1 < text.size)
            str_add_char(to, text.at[++i]);
        else if (c == '*')
            str_add_char(to, PATTERN_RUN);
        else if (c == '@' || (c == '?' && question))
            str_add_char(to, PATTERN_ONE);
        else if (c == '#')
            str_add_char(to, PATTERN_DIGIT);
        else if (c != '"')
            str_add_char(to, c);
    }
}

static void pattern_add(struct criterion *c, struct span text, bool whole, bool phrase,
                        bool question)
{
    auto_str codes = STR_MAX(VALUE_MAX), folded = STR_MAX(VALUE_MAX * 2);
    struct find_pattern *pattern;

    codes_add(text, question, &codes);
    if (!codes.size || c->pattern_count == CRITERION_WORDS_MAX)
        return;
    value_fold(str_span(&codes), &folded);
    pattern = &c->patterns[c->pattern_count++];
    *pattern = (struct find_pattern){ .size = folded.size, .whole_word = whole, .phrase = phrase };
    pattern->codes = str_take(&folded);
}

static bool is_space_byte(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Words between blanks; a quoted phrase is one. */
static void words_read(struct criterion *c, struct span text, bool whole, bool question)
{
    size_t at = 0;

    while (at < text.size) {
        size_t begin = at;
        bool phrase = text.at[at] == '"';

        if (is_space_byte(text.at[at])) {
            at++;
            continue;
        }
        if (phrase) {
            at = ++begin;
            while (at < text.size && text.at[at] != '"')
                at += text.at[at] == '\\' && at + 1 < text.size ? 2 : 1;
        } else {
            while (at < text.size && !is_space_byte(text.at[at]))
                at += text.at[at] == '\\' && at + 1 < text.size ? 2 : 1;
        }
        pattern_add(c, span_first(span_from(text, begin), at - begin), whole, phrase, question);
        at += phrase;
    }
    if (!c->pattern_count)
        c->kind = CRITERION_NEVER;
}

static int text_read(struct span text, enum find_comparison compare,
                     const struct switches *switches, struct criterion *c)
{
    bool question = switch_is(switches, QUESTION_MARK, CHARACTER);
    auto_str plain = STR_MAX(VALUE_MAX), upper = STR_MAX(VALUE_MAX);
    struct span low, high;

    if (compare != COMPARE_NONE) {
        criterion_unescape(text, &plain);
        c->kind = CRITERION_BETWEEN;
        text_bounds_set(c, compare, plain.at ? plain.at : (char[]){ "" },
                        plain.at ? plain.at : (char[]){ "" });
        return 0;
    }
    if (range_split(text, &low, &high)) {
        criterion_unescape(low, &plain);
        criterion_unescape(high, &upper);
        c->kind = CRITERION_BETWEEN;
        text_bounds_set(c, compare, plain.at, upper.at);
        return 0;
    }
    if (word_take(&text, "==")) {
        c->kind = CRITERION_FIELD;
        pattern_add(c, text, true, false, question);
        return 0;
    }
    c->kind = CRITERION_WORDS;
    if (word_take(&text, "="))
        words_read(c, text, true, question);
    else
        words_read(c, text, false, question);
    return 0;
}

static int typed_read(struct span text, const struct switches *switches, struct time_civil today,
                      struct criterion *c)
{
    enum find_comparison compare = comparison_take(&text);

    text = span_trim(text);
    switch (c->type) {
    case COLUMN_TEXT:
        return text_read(text, compare, switches, c);
    case COLUMN_NUMBER:
        while (word_take(&text, "="))
            continue;
        return number_read(text, compare, c);
    case COLUMN_DATE:
    case COLUMN_TIME:
    case COLUMN_TIMESTAMP:
        while (word_take(&text, "="))
            continue;
        return moment_read(text, compare, switches, today, c);
    case COLUMN_CONTAINER:
        return 413;
    }
    abort();
}

static bool is_moment(enum column_type type)
{
    return type == COLUMN_DATE || type == COLUMN_TIME || type == COLUMN_TIMESTAMP;
}

int criterion_read(enum column_type type, struct span text, const struct switches *switches,
                   struct time_civil today, struct criterion *criterion_r)
{
    struct criterion c = {
        .type = type,
        .unicode_order = switch_is(switches, TEXT_ORDER, UNICODE),
        .hyphen_joins = switch_is(switches, WORD_HYPHEN, JOINS),
        .index_100 = switch_is(switches, INDEX_LENGTH, 100),
    };
    struct span bare = span_trim(text);
    int code = 0;

    if (type == COLUMN_CONTAINER)
        return 413;
    if (span_is(bare, "="))
        c.kind = CRITERION_EMPTY;
    else if (span_is(bare, "=="))
        c.kind = switch_is(switches, DOUBLE_EQUALS, NOTHING) ? CRITERION_NEVER : CRITERION_EMPTY;
    else if (span_is(bare, "*"))
        c.kind = CRITERION_FILLED;
    else if (span_is(bare, "!"))
        c.kind = CRITERION_DUPLICATES;
    else if (span_is(bare, "?") && is_moment(type))
        c.kind = CRITERION_INVALID;
    else
        code = typed_read(bare, switches, today, &c);
    if (code)
        criterion_clear(&c);
    else
        *criterion_r = c;
    return code;
}
