/* Words numbers, sizes and times, and makes texts fit for a terminal. */
#include "report/words.h"

#include "base/foreign.h"
#include "base/time.h"
#include "base/utf8.h"

void words_number(struct str *to, int64_t n)
{
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%jd", (intmax_t)(n < 0 ? -n : n));

    if (n < 0)
        str_add_char(to, '-');
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            str_add_char(to, ',');
        str_add_char(to, digits[i]);
    }
}

void words_number_and(struct str *to, int64_t n, const char *text)
{
    words_number(to, n);
    str_add_text(to, text);
}

void words_count(struct str *to, int64_t n, const char *one, const char *many)
{
    words_number_and(to, n, " ");
    str_add_text(to, n == 1 ? one : many);
}

void words_share(struct str *to, int64_t part, int64_t whole)
{
    int64_t mille;

    if (whole <= 0) {
        str_add_text(to, "–");
        return;
    }
    mille = whole > INT64_MAX / 1000 ? part / (whole / 1000) : part * 1000 / whole;
    if (mille >= 1000 && part < whole)
        mille = 999;
    if (part > 0 && mille == 0)
        str_add_text(to, "below 0.1%");
    else
        str_printf(to, "%jd.%jd%%", (intmax_t)(mille / 10), (intmax_t)(mille % 10));
}

void words_bytes(struct str *to, int64_t bytes)
{
    static const char *const units[] = { "kB", "MB", "GB", "TB", "PB" };
    double amount = (double)bytes / 1e3;
    size_t unit = 0;

    if (bytes < 1000) {
        str_printf(to, "%jd bytes", (intmax_t)bytes);
        return;
    }
    for (; amount >= 999.95 && unit + 1 < lengthof(units); unit++)
        amount /= 1e3;
    str_printf(to, "%.1f %s", amount, units[unit]);
}

const char *words_month(int month)
{
    static const char *const names[] = { "January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December" };

    return names[month - 1];
}

void words_moment(struct str *to, int64_t at_us)
{
    struct time_civil at = time_to_utc(at_us);

    str_printf(to, "%d %s %d, %02d:%02d UTC", at.day, words_month(at.month), at.year, at.hour,
               at.minute);
}

void words_stamp(struct str *to, int64_t at_us)
{
    char text[TIME_TEXT_SIZE];

    (void)time_rfc3339(at_us, text);
    str_printf(to, "%.10s %.8s", text, text + 11);
}

void words_taken(struct str *to, int64_t documents, const char *who, int64_t at_us)
{
    struct time_civil at = time_to_utc(at_us);

    if (documents == 1)
        str_printf(to, "taken from its patient by %s on ", who);
    else
        str_printf(to, "taken from their patients by %s, the last on ", who);
    str_printf(to, "%d %s %d", at.day, words_month(at.month), at.year);
}

/* --- for a terminal ------------------------------------------------------------------------- */

void words_clean(struct str *to, struct span text)
{
    foreign_add(to, text);
}

/* East Asian wide characters and pictures take two columns, combining marks none. */
static size_t columns_of(uint32_t code)
{
    if (code >= 0x300 && code <= 0x36F)
        return 0;
    if ((code >= 0x1100 && code <= 0x115F) || (code >= 0x2E80 && code <= 0xA4CF)
        || (code >= 0xAC00 && code <= 0xD7A3) || (code >= 0xF900 && code <= 0xFAFF)
        || (code >= 0xFE30 && code <= 0xFE6F) || (code >= 0xFF00 && code <= 0xFF60)
        || (code >= 0x1F300 && code <= 0x1FAFF) || (code >= 0x20000 && code <= 0x3FFFD))
        return 2;
    return 1;
}

size_t words_columns(struct span text)
{
    size_t columns = 0;
    uint32_t code;

    while (text.size) {
        (void)utf8_next(&text, &code);
        columns += columns_of(code);
    }
    return columns;
}
