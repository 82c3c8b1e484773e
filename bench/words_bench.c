/*
 * The search for words at the size of a large practice: pages of made-up letters, in which words are
 * as frequent as in a language, are put into the console's index directly, and sought with what people
 * type. Each question is read, answered, and its excerpts are fetched; nothing is asked afresh.
 *     words_bench FOLDER [DOCUMENTS]
 * A folder that it filled before is used as it is.
 * A line for each: name, median and 99th of a hundred in milliseconds, and what was found.
 */
#include "figures.h"

#include "console/index/catalog.h"
#include "console/index/excerpts.h"
#include "console/index/index_cards.h"
#include "console/index/index_store.h"
#include "console/index_sql.h"
#include "console/inside.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"

#include <math.h>
enum { USUAL = 100000, BATCH = 200, TIMES = 200, LIMIT = 51, VOCABULARY = 20000, WORDS = 250 };
enum { PEOPLE = 25000, TEXT_MAX_BYTES = 64 * 1024 };

struct bench {
    const char *folder; /* it gets index.db, which stays */
    struct console console;
    int64_t documents;
    uint64_t seed;
    char *words[VOCABULARY]; /* the most frequent first */
};

static const char *const syllables[] = { "ka", "ne",  "mor", "ti", "sul", "ber", "an", "gre",
                                         "lo", "vis", "ter", "pa", "ohm", "di",  "ru", "fen" };

/* The word of a rank has a share of one in its rank: Zipf's law. */
static const char *word_any(struct bench *b)
{
    double part = (double)(random_next(&b->seed) >> 11) / (double)(UINT64_C(1) << 53);
    int64_t rank = (int64_t)pow(VOCABULARY, part);

    return b->words[rank < VOCABULARY ? rank - 1 : VOCABULARY - 1];
}

static void vocabulary_make(struct bench *b)
{
    for (int i = 0; i < VOCABULARY; i++)
        b->words[i] = mem_printf("%s%s%s%s", syllables[i % 16], syllables[i / 16 % 16],
                                 syllables[i / 256 % 16], i >= 4096 ? syllables[i / 4096] : "");
}

/* --- filling ---------------------------------------------------------------------------------- */

static void patient_name(int64_t n, char text[32])
{
    (void)snprintf(text, 32, "patient-%jd", (intmax_t)n);
}

static void document_fill(struct bench *b, struct sql *sql, int64_t n)
{
    char patient[32], day[DAY_TEXT_SIZE], type[] = "letter", name[] = "scan.pdf";
    auto_str text = STR_MAX(TEXT_MAX_BYTES);
    struct visible one = {
        .document = n, .patient = patient, .day = day, .name = name, .type = type
    };
    struct err err;

    patient_name(random_below(&b->seed, PEOPLE), patient);
    day_any(&b->seed, 2005, 20, day);
    one.row = uuid_v4();
    for (int i = 0; i < WORDS; i++)
        str_printf(&text, "%s%c", word_any(b), i % 10 == 9 ? '\n' : ' ');
    if (!index_card_put(sql, &one, &err)
        || !sql_run(sql, &INDEX_PAGE_PUT,
                    sql_args(sql_i64(n), sql_i64(1), sql_span(str_span(&text))), &err))
        bench_fail(&err);
}

static void fill(struct bench *b)
{
    struct sql *sql = index_writer(b->console.index);
    int64_t begun_us = time_mono_us(), had;
    struct err err;

    if (!sql_number(sql, &INDEX_CARDS_COUNT, SQL_NO_ARGS, 0, &had, &err))
        bench_fail(&err);
    if (had == b->documents)
        return;
    for (int64_t n = 1; n <= b->documents;) {
        auto_tx tx = { 0 };

        if (!sql_begin(sql, &tx, &err))
            bench_fail(&err);
        for (int i = 0; i < BATCH && n <= b->documents; i++)
            document_fill(b, sql, n++);
        if (!sql_commit(&tx, &err))
            bench_fail(&err);
    }
    printf("%jd documents of %d words put in %.1f s\n", (intmax_t)b->documents, WORDS,
           (double)(time_mono_us() - begun_us) / 1e6);
    index_size_tell(b->folder);
}

/* --- asking ----------------------------------------------------------------------------------- */

/* The excerpts of what was found, as if all of it could be shown. */
static void excerpts_fetch(struct bench *b, const char *match, const struct catalog_cards *cards)
{
    auto_listing listing = { .shown = { mem_zero((cards->count + 1) * sizeof(struct visible)),
                                        cards->count } };
    struct excerpts *excerpts = mem_new(struct excerpts);
    struct err err;

    for (size_t i = 0; i < cards->count; i++) {
        listing.shown.items[i].document = cards->items[i].place.document;
        listing.pages[i] = cards->items[i].page;
    }
    if (!excerpts_read(&b->console, match, &listing, excerpts, &err))
        bench_fail(&err);
    excerpts_clear(excerpts);
    free(excerpts);
}

static size_t question_ask(struct bench *b, const char *typed, bool is_best_wanted)
{
    struct facts_words words;
    struct catalog_choice choice = { .limit = LIMIT };
    auto_cards cards = { 0 };
    struct err err;

    if (!facts_words_read(span_of(typed), &words, &err))
        bench_fail(&err);
    choice.match = str_text(&words.match);
    choice.patient = words.patient.size ? str_text(&words.patient) : NULL;
    choice.is_of_facts = words.is_of_facts;
    choice.from = words.from;
    choice.to = words.to;
    if ((is_best_wanted && !catalog_is_few(&b->console, &choice, &choice.is_best_first, &err))
        || !catalog_cards_find(&b->console, &choice, &cards, &err))
        bench_fail(&err);
    excerpts_fetch(b, choice.match, &cards);
    facts_words_clear(&words);
    return cards.count;
}

static void question_time(struct bench *b, const char *name, bool is_best_wanted,
                          void (*type)(struct bench *b, char typed[96]))
{
    int64_t took_us[TIMES];
    size_t rows = 0;

    for (int i = 0; i < TIMES; i++) {
        char typed[96];
        int64_t begun_us;

        type(b, typed);
        begun_us = time_mono_us();
        rows += question_ask(b, typed, is_best_wanted);
        took_us[i] = time_mono_us() - begun_us;
    }
    times_tell(name, took_us, TIMES, (int64_t)rows);
}

/* Ranks: the first word is on nearly all pages, the 200th on one in eight, the 15,000th on one in 600. */
static const char *word_near(struct bench *b, int64_t rank)
{
    return b->words[rank + random_below(&b->seed, rank / 4 + 4)];
}

static void type_everywhere(struct bench *b, char typed[96])
{
    (void)snprintf(typed, 96, "%s ", word_near(b, 0));
}

static void type_frequent(struct bench *b, char typed[96])
{
    (void)snprintf(typed, 96, "%s ", word_near(b, 200));
}

static void type_rare(struct bench *b, char typed[96])
{
    (void)snprintf(typed, 96, "%s ", word_near(b, 15000));
}

static void type_beginning(struct bench *b, char typed[96])
{
    (void)snprintf(typed, 96, "%.3s", word_near(b, 100));
}

static void type_longer(struct bench *b, char typed[96])
{
    (void)snprintf(typed, 96, "%.5s", word_near(b, 3000));
}

static void type_two(struct bench *b, char typed[96])
{
    (void)snprintf(typed, 96, "%s %s", word_near(b, 0), word_near(b, 15000));
}

static void type_phrase(struct bench *b, char typed[96])
{
    (void)snprintf(typed, 96, "\"%s %s\"", word_near(b, 1), word_near(b, 4));
}

static void type_rare_phrase(struct bench *b, char typed[96])
{
    (void)snprintf(typed, 96, "\"%s %s\"", word_near(b, 200), word_near(b, 300));
}

static void type_of_patient(struct bench *b, char typed[96])
{
    (void)snprintf(typed, 96, "%s patient:patient-%jd", word_near(b, 0),
                   (intmax_t)random_below(&b->seed, PEOPLE));
}

static void type_nowhere(struct bench *b, char typed[96])
{
    (void)snprintf(typed, 96, "%s from:2030", word_near(b, 0));
}

static void questions_time(struct bench *b)
{
    question_time(b, "a word on nearly all pages", false, type_everywhere);
    question_time(b, "a word on one page in ten", false, type_frequent);
    question_time(b, "a word on one page in hundreds", false, type_rare);
    question_time(b, "the same, best first", true, type_rare);
    question_time(b, "a beginning of three letters", false, type_beginning);
    question_time(b, "a beginning of five letters", false, type_longer);
    question_time(b, "a frequent and a rare word", false, type_two);
    question_time(b, "a phrase of frequent words", false, type_phrase);
    question_time(b, "a phrase of words that fewer have", false, type_rare_phrase);
    question_time(b, "a frequent word, of one patient", false, type_of_patient);
    question_time(b, "a frequent word in a time without documents", false, type_nowhere);
}

int main(int count, char **words)
{
    struct bench b = { .documents = USUAL, .seed = 7 };
    struct index_of of = { "words-bench", 1 };
    struct cancel *cancel = cancel_new();
    struct err err;

    if (count < 2)
        return 2;
    b.folder = words[1];
    if ((count > 2 && !num_i64(span_of(words[2]), 1, INT32_MAX, &b.documents, &err))
        || !index_open(b.folder, &of, cancel, &b.console.index, &err))
        bench_fail(&err);
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    vocabulary_make(&b);
    fill(&b);
    questions_time(&b);
    index_close(b.console.index);
    cancel_free(cancel);
    for (int i = 0; i < VOCABULARY; i++)
        free(b.words[i]);
    return 0;
}
