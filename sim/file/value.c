/* Values of fields: dates, numbers, texts and their order. */
#include "sim/file/value.h"

#include "base/utf8.h"

const char *column_type_name(enum column_type type)
{
    static const char *const names[] = {
        [COLUMN_TEXT] = "text", [COLUMN_NUMBER] = "number",       [COLUMN_DATE] = "date",
        [COLUMN_TIME] = "time", [COLUMN_TIMESTAMP] = "timeStamp", [COLUMN_CONTAINER] = "container",
    };

    return names[type];
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* --- dates and times ------------------------------------------------------------------------ */

/* Takes 1 .. `most` digits from the front. */
static bool digits_take(struct span *text, size_t most, int *n_r)
{
    size_t count = 0;
    int n = 0;

    while (count < most && count < text->size && is_digit(text->at[count]))
        n = n * 10 + (text->at[count++] - '0');
    *text = span_from(*text, count);
    *n_r = n;
    return count > 0;
}

static bool char_take(struct span *text, char c)
{
    if (!text->size || text->at[0] != c)
        return false;
    *text = span_from(*text, 1);
    return true;
}

/* A year of two digits is in this century or the last, as FileMaker reads it. */
static int whole_year(int year, size_t digits)
{
    if (digits > 2)
        return year;
    return year < 40 ? 2000 + year : 1900 + year;
}

static bool date_take(struct span *text, enum value_date_form form, struct time_civil *civil)
{
    size_t before;

    if (form == DATES_ISO)
        return digits_take(text, 4, &civil->year) && char_take(text, '-')
               && digits_take(text, 2, &civil->month) && char_take(text, '-')
               && digits_take(text, 2, &civil->day) && time_civil_is_valid(*civil);
    if (!digits_take(text, 2, form == DATES_US ? &civil->month : &civil->day)
        || !char_take(text, '/')
        || !digits_take(text, 2, form == DATES_US ? &civil->day : &civil->month)
        || !char_take(text, '/'))
        return false;
    before = text->size;
    if (!digits_take(text, 4, &civil->year))
        return false;
    civil->year = whole_year(civil->year, before - text->size);
    return time_civil_is_valid(*civil);
}

static bool half_day_take(struct span *text, int *hour)
{
    struct span word = span_trim(*text);
    bool evening = span_is_nocase(word, "pm");

    if (!evening && !span_is_nocase(word, "am"))
        return word.size == 0;
    *text = SPAN_NONE;
    if (*hour < 1 || *hour > 12)
        return false;
    *hour = *hour % 12 + (evening ? 12 : 0);
    return true;
}

static bool clock_take(struct span *text, struct time_civil *civil)
{
    if (!digits_take(text, 2, &civil->hour) || !char_take(text, ':')
        || !digits_take(text, 2, &civil->minute))
        return false;
    if (char_take(text, ':') && !digits_take(text, 2, &civil->second))
        return false;
    return half_day_take(text, &civil->hour) && civil->hour < 24 && civil->minute < 60
           && civil->second < 60;
}

/* An hour may have any number of digits and a sign: 37:30:00, -1:00. */
static bool duration_read(struct span text, int64_t *seconds_r)
{
    bool negative = char_take(&text, '-');
    int hour, minute = 0, second = 0;

    if (!digits_take(&text, 6, &hour))
        return false;
    if (char_take(&text, ':') && !digits_take(&text, 2, &minute))
        return false;
    if (char_take(&text, ':') && !digits_take(&text, 2, &second))
        return false;
    if (text.size && text.at[0] == '.')
        while (text.size && (text.at[0] == '.' || is_digit(text.at[0])))
            text = span_from(text, 1);
    if (span_trim(text).size || minute > 59 || second > 59)
        return false;
    *seconds_r = ((int64_t)hour * 60 + minute) * 60 + second;
    if (negative)
        *seconds_r = -*seconds_r;
    return true;
}

static bool date_read(struct span text, enum value_date_form form, struct time_civil *civil_r)
{
    struct time_civil civil = { 0 };

    if (!date_take(&text, form, &civil) || text.size)
        return false;
    *civil_r = civil;
    return true;
}

static bool timestamp_read(struct span text, enum value_date_form form, struct time_civil *civil_r)
{
    struct time_civil civil = { 0 };

    if (!date_take(&text, form, &civil))
        return false;
    if (span_trim(text).size && (!char_take(&text, ' ') || !clock_take(&text, &civil)))
        return false;
    *civil_r = civil;
    return true;
}

bool value_moment(enum column_type type, struct span text, struct time_civil *civil_r)
{
    text = span_trim(text);
    if (type == COLUMN_DATE)
        return date_read(text, DATES_US, civil_r);
    return type == COLUMN_TIMESTAMP && timestamp_read(text, DATES_US, civil_r);
}

bool value_seconds(enum column_type type, struct span text, int64_t *seconds_r)
{
    struct time_civil civil;

    if (type == COLUMN_TIME)
        return duration_read(span_trim(text), seconds_r);
    if (!value_moment(type, text, &civil))
        return false;
    *seconds_r = time_from_utc(civil) / TIME_SECOND;
    return true;
}

/* --- printing ------------------------------------------------------------------------------- */

static void number_add(struct str *to, int n, size_t width)
{
    char digits[12];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0 || sizeof digits - at < width);
    str_add(to, digits + at, sizeof digits - at);
}

static void triple_add(struct str *to, const int n[3], const size_t widths[3], char between)
{
    for (size_t i = 0; i < 3; i++) {
        if (i)
            str_add_char(to, between);
        number_add(to, n[i], widths[i]);
    }
}

static void date_add(struct str *to, struct time_civil civil, enum value_date_form form)
{
    switch (form) {
    case DATES_US:
        triple_add(to, (int[]){ civil.month, civil.day, civil.year }, (size_t[]){ 2, 2, 4 }, '/');
        return;
    case DATES_LOCALE:
        triple_add(to, (int[]){ civil.day, civil.month, civil.year }, (size_t[]){ 2, 2, 4 }, '/');
        return;
    case DATES_ISO:
        triple_add(to, (int[]){ civil.year, civil.month, civil.day }, (size_t[]){ 4, 2, 2 }, '-');
        return;
    }
    abort();
}

static void clock_add(struct str *to, struct time_civil civil)
{
    triple_add(to, (int[]){ civil.hour, civil.minute, civil.second }, (size_t[]){ 2, 2, 2 }, ':');
}

void value_date_text(struct time_civil civil, struct str *to)
{
    date_add(to, civil, DATES_US);
}

void value_timestamp_text(struct time_civil civil, struct str *to)
{
    date_add(to, civil, DATES_US);
    str_add_char(to, ' ');
    clock_add(to, civil);
}

/* --- numbers -------------------------------------------------------------------------------- */

/*
 * The length of a number with perhaps one dot and an exponent; 0 if `text` does not begin with one.
 */
static size_t number_length(struct span text)
{
    size_t at = text.size && text.at[0] == '-' ? 1 : 0, digits = 0;

    for (; at < text.size && is_digit(text.at[at]); at++)
        digits++;
    if (at < text.size && text.at[at] == '.')
        for (at++; at < text.size && is_digit(text.at[at]); at++)
            digits++;
    if (digits && at + 1 < text.size && (text.at[at] | 0x20) == 'e') {
        size_t sign = at + 1 + (text.at[at + 1] == '-' || text.at[at + 1] == '+');
        size_t end = sign;

        while (end < text.size && is_digit(text.at[end]))
            end++;
        if (end > sign)
            at = end;
    }
    return digits ? at : 0;
}

/*
 * A number as FileMaker prints it: a digit before the dot, no zeros in front. False if the text
 * would not survive that (leading zeros typed on purpose, a sign, letters): it stays text.
 */
static bool number_print(struct json_writer *w, struct span text)
{
    struct span rest = text;
    auto_str token = STR_MAX(KIB(4));

    if (text.size == 0 || text.size > KIB(2) || number_length(text) != text.size)
        return false;
    if (char_take(&rest, '-'))
        str_add_char(&token, '-');
    if (rest.size > 1 && rest.at[0] == '0' && is_digit(rest.at[1]))
        return false;
    if (rest.at[0] == '.')
        str_add_char(&token, '0');
    str_add_span(&token, rest);
    if (span_ends(str_span(&token), "."))
        str_add_char(&token, '0');
    json_write_raw(w, str_span(&token));
    return true;
}

bool value_number(struct span text, struct str *digits_to)
{
    bool negative = false, dot = false, any = false;

    for (size_t i = 0; i < text.size; i++) {
        char c = text.at[i];

        if (is_digit(c)) {
            if (!any && negative)
                str_add_char(digits_to, '-');
            any = true;
            str_add_char(digits_to, c);
        } else if (c == '-' && !any) {
            negative = true;
        } else if (c == '.' && !dot) {
            if (!any)
                str_add_text(digits_to, negative ? "-0" : "0");
            any = dot = true;
            str_add_char(digits_to, '.');
        }
    }
    return any;
}

struct decimal {
    bool negative;
    struct span whole, part;
};

static struct decimal decimal_of(struct span text)
{
    struct decimal d = { .negative = char_take(&text, '-') };

    d.whole = span_cut(&text, '.');
    d.part = text;
    while (d.whole.size && d.whole.at[0] == '0')
        d.whole = span_from(d.whole, 1);
    while (d.part.size && d.part.at[d.part.size - 1] == '0')
        d.part.size--;
    if (!d.whole.size && !d.part.size)
        d.negative = false;
    return d;
}

static int bytes_compare(struct span a, struct span b)
{
    size_t least = a.size < b.size ? a.size : b.size;
    int order = least ? memcmp(a.at, b.at, least) : 0;

    return order ? order : (a.size > b.size) - (a.size < b.size);
}

int value_decimal_compare(struct span a, struct span b)
{
    struct decimal x = decimal_of(a), y = decimal_of(b);
    int order;

    if (x.negative != y.negative)
        return x.negative ? -1 : 1;
    if (x.whole.size != y.whole.size)
        order = x.whole.size < y.whole.size ? -1 : 1;
    else
        order = bytes_compare(x.whole, y.whole);
    if (!order)
        order = bytes_compare(x.part, y.part);
    return x.negative ? -order : order;
}

/* --- accepting and giving ------------------------------------------------------------------- */

static int accept_moment(enum column_type type, struct span text, enum value_date_form form,
                         struct str *to)
{
    struct time_civil civil;
    int64_t seconds;

    switch (type) {
    case COLUMN_DATE:
        if (!date_read(text, form, &civil))
            return 500;
        value_date_text(civil, to);
        return 0;
    case COLUMN_TIMESTAMP:
        if (!timestamp_read(text, form, &civil))
            return 500;
        value_timestamp_text(civil, to);
        return 0;
    case COLUMN_TIME:
        if (!duration_read(text, &seconds))
            return 501;
        str_add_span(to, text);
        return 0;
    case COLUMN_TEXT:
    case COLUMN_NUMBER:
    case COLUMN_CONTAINER:
        break;
    }
    abort();
}

int value_accept(enum column_type type, struct span text, enum value_date_form form, struct str *to)
{
    switch (type) {
    case COLUMN_TEXT:
    case COLUMN_NUMBER:
        str_add_span(to, text);
        return 0;
    case COLUMN_DATE:
    case COLUMN_TIME:
    case COLUMN_TIMESTAMP:
        text = span_trim(text);
        return text.size ? accept_moment(type, text, form, to) : 0;
    case COLUMN_CONTAINER:
        return 413;
    }
    abort();
}

static void write_moment(struct json_writer *w, enum column_type type, struct span text,
                         enum value_date_form form)
{
    auto_str printed = STR_MAX(KIB(1));
    struct time_civil civil;

    if (form == DATES_US || !value_moment(type, text, &civil)) {
        json_write_span(w, text);
        return;
    }
    date_add(&printed, civil, form);
    if (type == COLUMN_TIMESTAMP) {
        str_add_char(&printed, form == DATES_ISO ? 'T' : ' ');
        clock_add(&printed, civil);
    }
    json_write_span(w, str_span(&printed));
}

void value_write(struct json_writer *w, enum column_type type, struct span text,
                 enum value_date_form form)
{
    switch (type) {
    case COLUMN_NUMBER:
        if (!number_print(w, text))
            json_write_span(w, text);
        return;
    case COLUMN_DATE:
    case COLUMN_TIMESTAMP:
        write_moment(w, type, text, form);
        return;
    case COLUMN_TEXT:
    case COLUMN_TIME:
    case COLUMN_CONTAINER:
        json_write_span(w, text);
        return;
    }
    abort();
}

/* --- the order of text ---------------------------------------------------------------------- */

/* The letter under an accent, for Latin letters up to U+017F; others stay. */
static uint32_t base_letter(uint32_t code)
{
    static const char latin1[] = "aaaaaaaceeeeiiiidnooooo/ouuuuyps"; /* U+00E0 .. U+00FF */
    static const char latina[] = "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
                                 "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

    if (code >= 0xE0 && code <= 0xFF && code != 0xF7)
        return (uint32_t)latin1[code - 0xE0];
    if (code >= 0x100 && code <= 0x17F)
        return (uint32_t)latina[code - 0x100];
    return code;
}

void value_fold(struct span text, struct str *to)
{
    auto_str lower = STR_MAX(text.size * 4 + 16);
    struct span rest;

    utf8_add_lower(&lower, text);
    rest = str_span(&lower);
    while (rest.size) {
        uint32_t code;

        (void)utf8_next(&rest, &code);
        if (code < 0x300 || code > 0x36F) /* combining accents are left out */
            utf8_add(to, code == 0xDF ? 's' : base_letter(code));
    }
}

static bool is_collated(uint32_t code)
{
    return code >= 0x80 || (code >= '0' && code <= '9') || (code >= 'a' && code <= 'z');
}

/* The next character that is not punctuation; 0 at the end. */
static uint32_t next_collated(struct span *text)
{
    uint32_t code;

    while (text->size) {
        (void)utf8_next(text, &code);
        if (is_collated(code))
            return code;
    }
    return 0;
}

int value_folded_compare(struct span a, struct span b)
{
    struct span left = a, right = b;
    uint32_t i, j;

    do {
        i = next_collated(&left);
        j = next_collated(&right);
    } while (i && i == j);
    if (i != j)
        return i < j ? -1 : 1;
    return bytes_compare(a, b);
}

int value_text_compare(struct span a, struct span b)
{
    auto_str x = STR_MAX(a.size * 4 + 16), y = STR_MAX(b.size * 4 + 16);

    value_fold(a, &x);
    value_fold(b, &y);
    return value_folded_compare(str_span(&x), str_span(&y));
}
