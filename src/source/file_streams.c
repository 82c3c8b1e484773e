/* Names of streams. */
#include "source/file_streams.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"

char *file_stream_name(const char *field, unsigned stream)
{
    return stream > 1 ? mem_printf("%s:%u", field, stream) : mem_text(field);
}

/* Whether the name, or a repetition of it, is among the containers. */
static bool is_named(const char *containers, const char *name)
{
    struct span rest = span_of(containers);

    while (rest.at) {
        struct span one = span_trim(span_cut(&rest, ','));
        struct span field = one;

        if (span_is(one, name)
            || (span_ends(one, ")") && span_is(span_trim(span_cut(&field, '(')), name)))
            return true;
    }
    return false;
}

unsigned file_streams_of(const char *containers, const char *field)
{
    unsigned count = 0;

    while (count < FILE_STREAMS_MAX) {
        auto_free char *name = file_stream_name(field, count + 1);

        if (!is_named(containers, name))
            break;
        count++;
    }
    return count ? count : 1;
}

/* "2" of "Doc:2" and of "Doc:2(3)". */
static bool is_of_stream(struct span name)
{
    struct span number = span_from(name, span_find(name, ":"));
    struct err ignored;
    uint64_t n;

    number = span_from(number, 1);
    number = span_trim(span_first(number, span_find(number, "(")));
    return num_u64(number, 2, FILE_STREAMS_MAX, &n, &ignored);
}

bool file_streams_are_named(const char *containers)
{
    struct span rest = span_of(containers);

    while (rest.at)
        if (is_of_stream(span_cut(&rest, ',')))
            return true;
    return false;
}
