/* Reading words and their meaning. */
#include "sim/faults/words.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"
#include "sim/request/request.h"

struct span word_next(struct words *words)
{
    struct span rest = span_trim(words->rest), word;
    size_t size = 0;

    while (size < rest.size && rest.at[size] != ' ' && rest.at[size] != '\t')
        size++;
    word = span_first(rest, size);
    words->rest = span_from(rest, size);
    return word;
}

bool words_are_next(struct words *words, const char *text)
{
    struct words ahead = *words;
    struct span rest = span_of(text);

    while (rest.at) {
        struct span word = span_cut(&rest, ' ');

        if (!span_equal(word_next(&ahead), word))
            return false;
    }
    *words = ahead;
    return true;
}

bool word_error(struct err *err, const char *what, struct span word)
{
    if (!word.size)
        return err_set(err, ERR_USAGE, 0, "%s is missing at the end", what);
    return err_set(err, ERR_USAGE, 0, "'" SPAN_FORMAT "' is not %s",
                   SPAN_ARGS(span_first(word, 60)), what);
}

bool words_end(struct words *words, struct err *err)
{
    struct span left = word_next(words);

    return !left.size
           || err_set(err, ERR_USAGE, 0, "'" SPAN_FORMAT "' is one word too many",
                      SPAN_ARGS(span_first(left, 60)));
}

/* --- words with a meaning ------------------------------------------------------------------- */

bool words_number(struct words *words, uint64_t *n_r, struct err *err)
{
    struct span word = word_next(words);

    return num_u64(word, 0, UINT64_MAX, n_r, err) || word_error(err, "a number", word);
}

bool words_signed(struct words *words, int64_t *n_r, struct err *err)
{
    struct span word = word_next(words);
    struct span digits = span_starts(word, "+") ? span_from(word, 1) : word;

    return num_i64(digits, INT64_MIN, INT64_MAX, n_r, err)
           || word_error(err, "a number such as +5 or -5", word);
}

/* "250ms", "10s", "5m", "1h". */
static bool time_text_read(struct span word, int64_t *us_r)
{
    static const struct {
        const char *unit;
        int64_t us;
    } units[] = { { "ms", TIME_MS },
                  { "us", 1 },
                  { "s", TIME_SECOND },
                  { "m", 60 * (int64_t)TIME_SECOND },
                  { "h", 3600 * (int64_t)TIME_SECOND } };
    struct err err;
    uint64_t n;

    for (size_t i = 0; i < lengthof(units); i++) {
        if (!span_ends(word, units[i].unit))
            continue;
        if (!num_u64(span_first(word, word.size - strlen(units[i].unit)), 0, 1000000, &n, &err))
            return false;
        *us_r = (int64_t)n * units[i].us;
        return true;
    }
    return false;
}

bool words_time_is_next(struct words *words, int64_t *us_r)
{
    struct words ahead = *words;

    if (!time_text_read(word_next(&ahead), us_r))
        return false;
    *words = ahead;
    return true;
}

bool words_time(struct words *words, int64_t *us_r, struct err *err)
{
    struct span word = word_next(words);

    return time_text_read(word, us_r) || word_error(err, "a time such as 250ms, 10s or 2m", word);
}

bool words_chance(struct words *words, double *chance_r, struct err *err)
{
    struct span word = word_next(words);
    auto_free char *text = span_text(word);
    bool percent = span_ends(word, "%");
    char *end;
    double n;

    if (percent)
        text[word.size - 1] = '\0';
    n = strtod(text, &end) / (percent ? 100 : 1);
    if (!*text || *end || !(n >= 0 && n <= 1))
        return word_error(err, "a chance such as 5% or 0.05", word);
    *chance_r = n;
    return true;
}

/* "N", "N..M", or "any N". */
bool words_records(struct words *words, struct people_records *records_r, struct err *err)
{
    struct span word = word_next(words), last;
    size_t dots = span_find(word, "..");
    struct err ignored;

    if (span_is(word, "any"))
        return words_number(words, &records_r->some, err);
    last = dots < word.size ? span_from(word, dots + 2) : word;
    if (!num_u64(span_first(word, dots), 1, UINT64_MAX, &records_r->first, &ignored)
        || !num_u64(last, records_r->first, UINT64_MAX, &records_r->last, &ignored))
        return word_error(err, "a record id, a range such as 3..9, or any N", word);
    return true;
}

static bool place_text_read(struct span word, struct twist_place *place)
{
    struct err err;

    place->set = true;
    place->percent = span_ends(word, "%");
    return num_u64(place->percent ? span_first(word, word.size - 1) : word, 0,
                   place->percent ? 100 : UINT64_MAX, &place->n, &err);
}

bool words_place(struct words *words, struct twist_place *place_r, struct err *err)
{
    struct span word = word_next(words);

    return place_text_read(word, place_r) || word_error(err, "a place such as 1000 or 50%", word);
}

bool words_kinds(struct words *words, uint64_t *kinds, struct err *err)
{
    static const uint64_t streams = UINT64_C(1) << REQUEST_STREAM1 | UINT64_C(1) << REQUEST_STREAM2;
    static const uint64_t others = UINT64_C(1) << REQUEST_STATUS | UINT64_C(1) << REQUEST_ODATA
                                   | UINT64_C(1) << REQUEST_CLARIS;
    uint64_t all = (UINT64_C(1) << REQUEST_KINDS) - 1;
    struct span rest = word_next(words);

    if (!rest.size)
        return word_error(err, "a kind of request", rest);
    while (rest.at) {
        struct span word = span_cut(&rest, ',');
        enum request_kind kind;

        if (span_is(word, "any"))
            *kinds |= all & ~(UINT64_C(1) << REQUEST_STATUS);
        else if (span_is(word, "api"))
            *kinds |= all & ~streams & ~others;
        else if (span_is(word, "stream"))
            *kinds |= streams;
        else if (request_kind_read(word, &kind))
            *kinds |= UINT64_C(1) << kind;
        else
            return word_error(err, "a kind of request (list, get, find, patch, stream1, any, ...)",
                              word);
    }
    return true;
}

bool words_text(struct words *words, char **text_r, struct err *err)
{
    struct span word = word_next(words);

    if (!word.size)
        return word_error(err, "a word", word);
    *text_r = span_text(word);
    return true;
}
