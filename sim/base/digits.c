/* Digits in quotes. */
#include "sim/base/digits.h"

void digits_member(struct json_writer *w, const char *name, uint64_t n)
{
    char digits[24];

    (void)snprintf(digits, sizeof digits, "%ju", (uintmax_t)n);
    json_member_text(w, name, digits);
}
