/* Every word goes into FTS5's language in quotes, so that nothing in it is an operator there. */
#include "console/index/catalog_words.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"
#include "base/utf8.h"

enum { MATCH_MAX = 16 * 1024, PATIENT_MAX = 200, BEGINNING_LEAST = 3, NUMBERS = 3 };
enum { YEAR_LEAST = 1850, YEAR_MOST = 2100 };

/* --- days ------------------------------------------------------------------------------------- */

static int64_t day_of(int64_t year, int64_t month, int64_t day)
{
    struct time_civil civil = { .year = (int)year, .month = (int)month, .day = (int)day };

    return time_civil_is_valid(civil) ? year * 10000 + month * 100 + day : 0;
}

/* Up to three numbers with one of -./ between them. False: it is something else. */
static bool numbers_read(struct span text, int64_t numbers_r[NUMBERS], size_t digits_r[NUMBERS],
                         size_t *count_r)
{
    struct err ignored;

    for (*count_r = 0; *count_r < NUMBERS; (*count_r)++) {
        size_t end = 0;

        while (end < text.size && text.at[end] >= '0' && text.at[end] <= '9')
            end++;
        if (end > 4 || !num_i64(span_first(text, end), 0, 9999, &numbers_r[*count_r], &ignored))
            return false;
        digits_r[*count_r] = end;
        if (end == text.size) {
            (*count_r)++;
            return true;
        }
        if (!strchr("-./", text.at[end]))
            return false;
        text = span_from(text, end + 1);
    }
    return false;
}

int64_t catalog_day(struct span text)
{
    int64_t n[NUMBERS];
    size_t digits[NUMBERS], count;

    if (!numbers_read(text, n, digits, &count) || count != 3 || digits[0] != 4)
        return 0;
    return day_of(n[0], n[1], n[2]);
}

const char *catalog_day_text(int64_t day, char text[CATALOG_DAY_SIZE])
{
    if (day <= 0 || day > CATALOG_DAY_LAST)
        *text = '\0';
    else
        (void)snprintf(text, CATALOG_DAY_SIZE, "%04d-%02d-%02d", (int)(day / 10000),
                       (int)(day / 100 % 100), (int)(day % 100));
    return text;
}

/* A day, however it is written; the day comes first unless that cannot be. */
static int64_t any_day(const int64_t n[NUMBERS], const size_t digits[NUMBERS])
{
    if (digits[0] == 4)
        return day_of(n[0], n[1], n[2]);
    if (digits[2] != 4)
        return 0;
    return n[1] > 12 ? day_of(n[2], n[0], n[1]) : day_of(n[2], n[1], n[0]);
}

/* The days that a text means: a year, a month, or a day. False: it means none. */
static bool range_read(struct span text, int64_t *from_r, int64_t *to_r)
{
    int64_t n[NUMBERS], day;
    size_t digits[NUMBERS], count;

    if (!numbers_read(text, n, digits, &count))
        return false;
    if (count == 3) {
        day = any_day(n, digits);
        *from_r = *to_r = day;
        return day != 0;
    }
    if (digits[0] != 4 || n[0] < YEAR_LEAST || n[0] > YEAR_MOST
        || (count == 2 && (n[1] < 1 || n[1] > 12)))
        return false;
    *from_r = n[0] * 10000 + (count == 2 ? n[1] * 100 : 0);
    *to_r = *from_r + (count == 2 ? 99 : 9999);
    return true;
}

bool catalog_end_read(const char *name, const char *text, bool is_last, int64_t *day_r,
                      struct err *err)
{
    int64_t from = CATALOG_DAY_FIRST, to = CATALOG_DAY_LAST;

    if (text && *text && !range_read(span_of(text), &from, &to))
        return err_set(err, ERR_DATA, 0, "%s: '%.40s' is no day: write 2023, 2023-05 or 2023-05-17",
                       name, text);
    *day_r = is_last ? to : from;
    return true;
}

/* --- words ------------------------------------------------------------------------------------ */

/* One word, or a text in quotes. */
struct word {
    struct span text;
    bool is_phrase, is_open; /* is_open: the quotes do not end */
};

/* Cuts the next one. False: there is none any more. */
static bool word_cut(struct span *rest, struct word *word_r)
{
    while (rest->size && strchr(" ,\t", *rest->at))
        *rest = span_from(*rest, 1);
    if (!rest->size)
        return false;
    word_r->is_open = false;
    word_r->is_phrase = *rest->at == '"';
    if (word_r->is_phrase) {
        *rest = span_from(*rest, 1);
        word_r->is_open = !memchr(rest->at, '"', rest->size);
        word_r->text = span_cut(rest, '"');
        return true;
    }
    word_r->text = span_first(*rest, 0);
    while (rest->size && !strchr(" ,\t", *rest->at)) {
        *rest = span_from(*rest, 1);
        word_r->text.size++;
    }
    return true;
}

/* Whether it has anything by which something can be found. */
static bool is_findable(struct span text)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.at[i];

        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c >= 0x80)
            return true;
    }
    return false;
}

/* Adds a word: `column` NULL for all of them. */
static void match_add(struct str *match, const char *column, struct span text, bool is_beginning)
{
    if (!is_findable(text))
        return;
    if (match->size)
        str_add_char(match, ' ');
    if (column)
        str_printf(match, "%s : ", column);
    str_add_char(match, '"');
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] == '"')
            str_add_char(match, '"');
        str_add_char(match, text.at[i]);
    }
    str_add_text(match, is_beginning ? "\"*" : "\"");
}

static bool words_are_few(size_t count, struct err *err)
{
    return count <= CATALOG_WORDS
           || err_set(err, ERR_DATA, 0, "these are more than %d words", CATALOG_WORDS);
}

/* --- patients --------------------------------------------------------------------------------- */

static void person_word(struct people_words *words, const struct word *word)
{
    int64_t from, to;

    if (!word->is_phrase && range_read(word->text, &from, &to)) {
        words->from = from > words->from ? from : words->from;
        words->to = to < words->to ? to : words->to;
        words->is_by_birth = true;
        return;
    }
    match_add(&words->match, NULL, word->text, !word->is_phrase && utf8_count(word->text) > 1);
}

static bool is_four_digits(struct span text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    return text.size == 4;
}

bool people_words_read(struct span typed, struct people_words *words_r, struct err *err)
{
    struct people_words words = { .match = STR_MAX(MATCH_MAX),
                                  .from = CATALOG_DAY_FIRST,
                                  .to = CATALOG_DAY_LAST };
    struct span rest = typed, only = SPAN_NONE;
    struct word word;
    size_t count = 0;

    while (word_cut(&rest, &word)) {
        person_word(&words, &word);
        only = word.text;
        count++;
    }
    if (count == 1 && words.is_by_birth && is_four_digits(only)) {
        match_add(&words.match, "mrn", only, false);
        words.is_by_either = true;
    }
    if (!words_are_few(count, err) || !str_fits(&words.match, "what is sought", err)) {
        people_words_clear(&words);
        return false;
    }
    *words_r = words;
    return true;
}

void people_words_clear(struct people_words *words)
{
    str_clear(&words->match);
}

/* --- documents -------------------------------------------------------------------------------- */

/* The value behind "name:"; a value in quotes follows as a word of its own. */
static bool fact_named(const struct word *word, const char *name, struct span *rest,
                       struct word *value_r)
{
    if (word->is_phrase || !span_starts(word->text, name))
        return false;
    *value_r = (struct word){ span_from(word->text, strlen(name)), false, false };
    if (value_r->text.size > 0 && *value_r->text.at == '"') {
        *rest =
            (struct span){ value_r->text.at, (size_t)(rest->at - value_r->text.at) + rest->size };
        return word_cut(rest, value_r);
    }
    return true;
}

static bool end_word(struct facts_words *words, const struct word *value, bool is_last,
                     struct err *err)
{
    auto_free char *text = span_text(value->text);

    return catalog_end_read(is_last ? "to" : "from", text, is_last,
                            is_last ? &words->to : &words->from, err);
}

/* One of the words that stand on pages. */
static void plain_word(struct facts_words *words, const struct word *word, bool is_beginning)
{
    words->is_of_facts = false;
    match_add(&words->match, NULL, word->text, is_beginning);
    if (words->marks.size && is_findable(word->text))
        str_add_text(&words->marks, " OR");
    match_add(&words->marks, NULL, word->text, is_beginning);
}

/* "typo:letter" would find nothing, and say nothing of why. Times and addresses of the web may be sought. */
static bool name_is_none(const struct word *word, struct err *err)
{
    size_t end = 0;

    while (end < word->text.size
           && ((word->text.at[end] >= 'a' && word->text.at[end] <= 'z')
               || (word->text.at[end] >= 'A' && word->text.at[end] <= 'Z')))
        end++;
    if (word->is_phrase || end == 0 || end + 1 >= word->text.size || word->text.at[end] != ':'
        || word->text.at[end + 1] == '/')
        return false;
    return !err_set(err, ERR_DATA, 0,
                    "'%.*s:' is none of type:, from:, to: and patient:. What has a colon is sought "
                    "in quotes: \"%.*s\"",
                    (int)(end < 40 ? end : 40), word->text.at,
                    (int)(word->text.size < 60 ? word->text.size : 60), word->text.at);
}

static bool phrase_has_end(const struct word *word, struct err *err)
{
    return !word->is_open
           || err_set(err, ERR_DATA, 0,
                      "a phrase begins with a quote and does not end: write \"%.*s\"",
                      (int)(word->text.size < 60 ? word->text.size : 60), word->text.at);
}

/* A value behind a name, which must be there. */
static bool value_is_there(const char *name, const struct word *value, struct err *err)
{
    return (is_findable(value->text)
            || err_set(err, ERR_DATA, 0,
                       "nothing stands behind %s; write what is sought there without a blank: "
                       "type:letter, from:2023, to:2023-06, patient:1204",
                       name))
           && phrase_has_end(value, err);
}

/* The first of the names that the word begins with; NULL: none. */
static const char *name_of(const struct word *word, struct span *rest, struct word *value_r)
{
    static const char *const names[] = { "type:", "from:", "to:", "patient:" };

    for (size_t i = 0; i < lengthof(names); i++)
        if (fact_named(word, names[i], rest, value_r))
            return names[i];
    return NULL;
}

static bool named_word(struct facts_words *words, const char *name, const struct word *value,
                       struct err *err)
{
    if (!value_is_there(name, value, err))
        return false;
    if (*name == 'f' || (*name == 't' && name[1] == 'o'))
        return end_word(words, value, *name == 't', err);
    if (*name == 'p') {
        str_reset(&words->patient);
        str_add_span(&words->patient, value->text);
    } else {
        match_add(&words->match, "type", value->text, !value->is_phrase);
    }
    return true;
}

static bool fact_word(struct facts_words *words, const struct word *word, struct span *rest,
                      struct err *err)
{
    struct word value;
    const char *name = name_of(word, rest, &value);

    if (name)
        return named_word(words, name, &value, err);
    if (!phrase_has_end(word, err) || name_is_none(word, err))
        return false;
    plain_word(words, word,
               !word->is_phrase && !is_findable(*rest)
                   && utf8_count(word->text) >= BEGINNING_LEAST);
    return true;
}

static bool time_is_forward(const struct facts_words *words, struct err *err)
{
    return words->from <= words->to
           || err_set(err, ERR_DATA, 0, "the time ends before it begins: to: is before from:");
}

bool facts_words_read(struct span typed, struct facts_words *words_r, struct err *err)
{
    struct facts_words words = { .match = STR_MAX(MATCH_MAX),
                                 .marks = STR_MAX(MATCH_MAX),
                                 .patient = STR_MAX(PATIENT_MAX),
                                 .from = CATALOG_DAY_FIRST,
                                 .to = CATALOG_DAY_LAST,
                                 .is_of_facts = true };
    struct span rest = typed;
    struct word word;
    bool good = true;

    for (size_t count = 0; good && word_cut(&rest, &word);)
        good = words_are_few(++count, err) && fact_word(&words, &word, &rest, err);
    if (!good || !time_is_forward(&words, err) || !str_fits(&words.match, "what is sought", err)
        || !str_fits(&words.marks, "what is sought", err)
        || !str_fits(&words.patient, "the patient's id", err)) {
        facts_words_clear(&words);
        return false;
    }
    *words_r = words;
    return true;
}

void facts_words_clear(struct facts_words *words)
{
    str_clear(&words->match);
    str_clear(&words->marks);
    str_clear(&words->patient);
}
