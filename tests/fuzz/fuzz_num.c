/* Any bytes as a number: what is read must print as what was written. */
#include "fuzz.h"

#include "base/field.h"
#include "base/mem.h"
#include "base/num.h"

static struct span without_zeros(struct span digits)
{
    while (digits.size > 1 && digits.at[0] == '0')
        digits = span_from(digits, 1);
    return digits;
}

static void check_u64(struct span text)
{
    struct err err = { 0 };
    char printed[32];
    uint64_t n = 7;

    if (!num_u64(text, 1, UINT64_MAX - 1, &n, &err)) {
        assert(n == 7 && err.kind == ERR_DATA && *err.msg);
        return;
    }
    (void)snprintf(printed, sizeof printed, "%ju", (uintmax_t)n);
    assert(n >= 1 && n < UINT64_MAX && span_is(without_zeros(text), printed));
}

static void check_i64(struct span text)
{
    bool negative = span_starts(text, "-");
    struct err err = { 0 };
    char printed[32];
    int64_t n = 7;

    if (!num_i64(text, INT64_MIN, INT64_MAX, &n, &err)) {
        assert(n == 7 && err.kind == ERR_DATA && *err.msg);
        return;
    }
    (void)snprintf(printed, sizeof printed, "%jd", (intmax_t)n);
    assert(span_is(without_zeros(span_from(text, negative)), printed + (n < 0)));
}

static void check_bytes(struct span text)
{
    struct err err = { 0 };
    uint64_t n = 7;

    if (!num_bytes(text, 0, UINT64_MAX, &n, &err)) {
        assert(n == 7 && err.kind == ERR_DATA && *err.msg);
        return;
    }
    for (size_t i = 0; i < text.size; i++)
        assert((text.at[i] >= '0' && text.at[i] <= '9') || i == text.size - 1);
}

static void check_decimal(struct span text)
{
    static const struct field field = { .type = FIELD_DECIMAL, .min = 0, .max = 10 };
    auto_free char *copy = span_text(text);
    struct err err = { 0 };
    double n = -1;

    if (field_set(&n, &field, copy, &err))
        assert(n >= 0 && n <= 10);
    else
        assert(n < 0 && err.kind == ERR_USAGE && *err.msg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_u64(fuzz_span(data, size));
    check_i64(fuzz_span(data, size));
    check_bytes(fuzz_span(data, size));
    check_decimal(fuzz_span(data, size));
    return 0;
}
