/* Reading the words of a description. */
#include "sim/data/shape_reader.h"

#include "sim/data/clinic.h"

#include "base/mem.h"
#include "base/num.h"

/* Keeps memory as long as the shape lives. Returns `memory`. */
static void *shape_keep(struct shape *shape, void *memory)
{
    if (shape->kept_count == shape->kept_room) {
        shape->kept_room = shape->kept_room ? 2 * shape->kept_room : 64;
        shape->kept = mem_grow(shape->kept, shape->kept_room * sizeof *shape->kept);
    }
    shape->kept[shape->kept_count++] = memory;
    return memory;
}

struct span reader_word(struct shape_reader *r)
{
    struct span rest = span_trim(r->rest), found;
    size_t size = 0;

    if (!rest.size || rest.at[0] == '#') { /* the rest is a comment */
        r->rest = SPAN_NONE;
        return SPAN_NONE;
    }
    if (rest.at[0] == '"') {
        found = span_first(span_from(rest, 1), span_find(span_from(rest, 1), "\""));
        r->rest = span_from(rest, found.size + 2);
        return found;
    }
    while (size < rest.size && rest.at[size] != ' ' && rest.at[size] != '\t')
        size++;
    r->rest = span_from(rest, size);
    return span_first(rest, size);
}

bool reader_word_is(struct shape_reader *r, const char *text)
{
    struct shape_reader ahead = *r;

    if (!span_is(reader_word(&ahead), text))
        return false;
    r->rest = ahead.rest;
    return true;
}

bool reader_error(struct shape_reader *r, const char *what, struct span found)
{
    if (!found.size)
        return err_set(r->err, ERR_USAGE, 0, "%s is missing at the end", what);
    return err_set(r->err, ERR_USAGE, 0, "'" SPAN_FORMAT "' is not %s",
                   SPAN_ARGS(span_first(found, 60)), what);
}

bool reader_too_many(struct shape_reader *r, const char *what, size_t most)
{
    return err_set(r->err, ERR_USAGE, 0, "more than %zu %s", most, what);
}

bool reader_text(struct shape_reader *r, const char *what, const char **text_r)
{
    struct span found = reader_word(r);

    if (!found.at || !found.size)
        return reader_error(r, what, found);
    *text_r = shape_keep(r->shape, span_text(found));
    return true;
}

bool reader_number(struct shape_reader *r, uint64_t *n_r)
{
    struct span found = reader_word(r);
    struct err ignored;

    return num_bytes(found, 0, UINT64_C(1) << 40, n_r, &ignored)
           || reader_error(r, "a number", found);
}

bool reader_percent(struct shape_reader *r, unsigned *percent_r)
{
    struct span found = reader_word(r);
    struct err ignored;
    uint64_t n;

    if (!span_ends(found, "%") || !num_u64(span_first(found, found.size - 1), 0, 100, &n, &ignored))
        return reader_error(r, "a percentage such as 5%", found);
    *percent_r = (unsigned)n;
    return true;
}

bool reader_range(struct shape_reader *r, int64_t *low_r, int64_t *high_r)
{
    struct span found = reader_word(r);
    size_t dots = span_find(found, "..");
    struct err ignored;

    if (dots == found.size
        || !num_i64(span_first(found, dots), INT32_MIN, INT32_MAX, low_r, &ignored)
        || !num_i64(span_from(found, dots + 2), *low_r, INT32_MAX, high_r, &ignored))
        return reader_error(r, "a range such as 1..100", found);
    return true;
}

/* Years, as the days from the first to the last. */
bool reader_years(struct shape_reader *r, int64_t *low_r, int64_t *high_r)
{
    if (!reader_range(r, low_r, high_r))
        return false;
    if (*low_r < 1 || *high_r > 4000)
        return err_set(r->err, ERR_USAGE, 0, "years are from 1 to 4000");
    *low_r = clinic_day((int)*low_r, 1, 1);
    *high_r = clinic_day((int)*high_r, 12, 31);
    return true;
}

/* A|B|C, as a list that others may point to. */
bool reader_list(struct shape_reader *r, char *const **list_r, size_t *count_r)
{
    struct span found = reader_word(r);
    char **list = shape_keep(r->shape, mem_zero(VALUES_MAX * sizeof *list));
    size_t count = 0;

    if (!found.size)
        return reader_error(r, "a list such as A|B|C", found);
    while (found.at && count < VALUES_MAX)
        list[count++] = shape_keep(r->shape, span_text(span_cut(&found, '|')));
    *list_r = list;
    *count_r = count;
    return true;
}
