/* Words numbers, sizes and times, and makes texts fit for a terminal. */
#include "report/words.h"

#include "base/foreign.h"
#include "base/time.h"
#include "base/utf8.h"

#include <assert.h>

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

/* --- shares --------------------------------------------------------------------------------- */

enum { WHOLE_TENTHS = 1000 };

/*
 * Cuts a part to full tenths, but to one at least if there is anything of it. Returns what was cut
 * off; -1 where nothing was, or where it got more than it has.
 */
static int64_t share_cut(int64_t part, int64_t whole, struct share *share_r)
{
    int64_t unit = whole > INT64_MAX / WHOLE_TENTHS ? WHOLE_TENTHS : 1; /* digits without weight */
    int64_t product = part / unit * WHOLE_TENTHS, cut = product % (whole / unit);

    *share_r = (struct share){ .tenths = (int)(product / (whole / unit)) };
    if (share_r->tenths > 0 || part == 0)
        return cut > 0 ? cut : -1;
    *share_r = (struct share){ .tenths = 1, .is_small = true };
    return -1;
}

/* The part with the largest remainder, or, to take from, the largest part. */
static size_t share_next(const struct share *shares, const int64_t *remainders, size_t count,
                         bool takes)
{
    size_t best = 0;

    for (size_t i = 1; i < count; i++)
        if (takes ? shares[i].tenths > shares[best].tenths : remainders[i] > remainders[best])
            best = i;
    return best;
}

/* Gives the tenths that are left over one by one, or takes those that were too many. */
static void shares_even(struct share *shares, int64_t *remainders, size_t count, int left)
{
    for (; left != 0; left += left < 0 ? 1 : -1) {
        size_t next = share_next(shares, remainders, count, left < 0);

        shares[next].tenths += left < 0 ? -1 : 1;
        remainders[next] = -1;
    }
}

void words_shares(const int64_t *parts, size_t count, struct share *shares_r)
{
    int64_t remainders[SHARES_MAX], whole = 0;
    int left = WHOLE_TENTHS;

    assert(count <= SHARES_MAX);
    for (size_t i = 0; i < count; i++) {
        shares_r[i] = (struct share){ .tenths = -1 };
        whole += parts[i];
    }
    if (whole == 0)
        return;
    for (size_t i = 0; i < count; i++) {
        remainders[i] = share_cut(parts[i], whole, &shares_r[i]);
        left -= shares_r[i].tenths;
    }
    shares_even(shares_r, remainders, count, left);
}

void words_share_add(struct str *to, struct share share)
{
    if (share.tenths < 0)
        str_add_text(to, "–");
    else if (share.is_small)
        str_add_text(to, "below 0.1%");
    else
        str_printf(to, "%d.%d%%", share.tenths / 10, share.tenths % 10);
}

void words_share(struct str *to, int64_t part, int64_t whole)
{
    const int64_t parts[] = { part, whole > part ? whole - part : 0 };
    struct share shares[2];

    words_shares(parts, lengthof(parts), shares);
    words_share_add(to, shares[0]);
}

/* --- sizes and times ------------------------------------------------------------------------ */

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
    struct time_civil at = time_to_zone(at_us);
    char zone[TIME_TEXT_SIZE];

    str_printf(to, "%d %s %d, %02d:%02d %s", at.day, words_month(at.month), at.year, at.hour,
               at.minute, time_zone_name(at_us, zone));
}

void words_stamp(struct str *to, int64_t at_us)
{
    struct time_civil at = time_to_zone(at_us);
    char zone[TIME_TEXT_SIZE];

    str_printf(to, "%04d-%02d-%02d %02d:%02d:%02d %s", at.year, at.month, at.day, at.hour,
               at.minute, at.second, time_zone_name(at_us, zone));
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
