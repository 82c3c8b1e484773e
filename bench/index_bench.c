/*
 * The console's index at the size of a large practice, filled directly: how long filling takes, how
 * large the file is, and how long each list takes, of many different ones.
 *     index_bench FOLDER [CARDS [PATIENTS]]
 * A line for each: name, median, 99th of a hundred, in milliseconds.
 */
#include "figures.h"

#include "console/index/catalog.h"
#include "console/index/index_cards.h"
#include "console/index/index_store.h"
#include "console/inside.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"

enum { USUAL_CARDS = 1000000, USUAL_PEOPLE = 250000, BATCH = 200, TIMES = 200, LIMIT = 51 };

struct bench {
    const char *folder; /* it gets index.db, which stays */
    struct console console;
    int64_t cards, people;
    uint64_t seed;
};

static const char *const types[] = { "referral", "letter", "file-notes", "invoice",
                                     "report",   "quote",  "erf",        "x-ray-report" };
static const char *const beginnings[] = { "Ab",  "Be", "Cor",  "Da",  "El",  "Fen", "Ga",
                                          "Hol", "Is", "Ja",   "Kin", "Lo",  "Mar", "Nor",
                                          "O'",  "Pe", "Quin", "Ro",  "San", "Tre", "Ul",
                                          "Van", "Wh", "Ya",   "Zy" };
static const char *const ends[] = { "ton", "ito", "field", "mann", "sen", "ski", "well", "berg" };

#define ANY(b, list) (list)[random_below(&b->seed, lengthof(list))]

static void patient_id(int64_t n, char text[UUID_TEXT_SIZE])
{
    struct uuid id = { { 0 } };

    for (int i = 0; i < 8; i++)
        id.bytes[8 + i] = (uint8_t)((((uint64_t)n * 0x9e3779b97f4a7c15) >> (8 * i)));
    (void)uuid_text(&id, text);
}

/* --- filling ---------------------------------------------------------------------------------- */

static void person_fill(struct bench *b, struct sql *sql, int64_t n)
{
    char id[UUID_TEXT_SIZE], last[32], first[32], born[DAY_TEXT_SIZE], mrn[24];
    struct err err;

    patient_id(n, id);
    (void)snprintf(last, sizeof last, "%s%s", ANY(b, beginnings), ANY(b, ends));
    (void)snprintf(first, sizeof first, "%s%s", ANY(b, beginnings), ANY(b, ends));
    (void)snprintf(mrn, sizeof mrn, "%jd", (intmax_t)(100000 + n));
    day_any(&b->seed, 1930, 90, born);
    if (!index_person_put(sql,
                          &(struct registry_listed){ span_of(id), span_of(last), span_of(first),
                                                     span_of(mrn), span_of(born) },
                          &err))
        bench_fail(&err);
}

static void card_fill(struct bench *b, struct sql *sql, int64_t n)
{
    char id[UUID_TEXT_SIZE], day[DAY_TEXT_SIZE], name[64];
    const char *type = ANY(b, types);
    struct visible one = { .document = n, .patient = id, .day = day, .name = name };
    struct err err;

    one.type = (char *)(uintptr_t)type;
    one.row = uuid_v4();
    patient_id(1 + random_below(&b->seed, b->people), id);
    day_any(&b->seed, 2005, 20, day);
    (void)snprintf(name, sizeof name, "%s %s.pdf", type, day);
    if (!index_card_put(sql, &one, &err))
        bench_fail(&err);
}

static void fill(struct bench *b, int64_t count,
                 void (*one)(struct bench *b, struct sql *sql, int64_t n))
{
    struct sql *sql = index_writer(b->console.index);

    for (int64_t n = 1; n <= count;) {
        auto_tx tx = { 0 };
        struct err err;

        if (!sql_begin(sql, &tx, &err))
            bench_fail(&err);
        for (int i = 0; i < BATCH && n <= count; i++)
            one(b, sql, n++);
        if (!sql_commit(&tx, &err))
            bench_fail(&err);
    }
}

static void fill_tell(struct bench *b)
{
    int64_t begun_us = time_mono_us();

    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    fill(b, b->people, person_fill);
    printf("%jd patients put in %.1f s\n", (intmax_t)b->people,
           (double)(time_mono_us() - begun_us) / 1e6);
    begun_us = time_mono_us();
    fill(b, b->cards, card_fill);
    printf("%jd cards put in %.1f s\n", (intmax_t)b->cards,
           (double)(time_mono_us() - begun_us) / 1e6);
    index_size_tell(b->folder);
}

/* --- asking ----------------------------------------------------------------------------------- */

static void cards_time(struct bench *b, const char *name,
                       void (*choose)(struct bench *b, struct catalog_choice *choice))
{
    int64_t took_us[TIMES], rows = 0;
    struct err err;

    for (int i = 0; i < TIMES; i++) {
        struct catalog_choice choice = { .limit = LIMIT };
        auto_cards cards = { 0 };
        int64_t begun_us;

        choose(b, &choice);
        begun_us = time_mono_us();
        if (!catalog_cards_find(&b->console, &choice, &cards, &err))
            bench_fail(&err);
        took_us[i] = time_mono_us() - begun_us;
        rows += (int64_t)cards.count;
    }
    times_tell(name, took_us, TIMES, rows);
}

static void people_time(struct bench *b, const char *name,
                        void (*type)(struct bench *b, char typed[64]))
{
    int64_t took_us[TIMES], rows = 0;
    struct err err;

    for (int i = 0; i < TIMES; i++) {
        struct people_words words;
        auto_people people = { 0 };
        char typed[64];
        int64_t begun_us;

        type(b, typed);
        begun_us = time_mono_us();
        if (!people_words_read(span_of(typed), &words, &err)
            || !catalog_people_find(&b->console, &words, 0, LIMIT, &people, &err))
            bench_fail(&err);
        took_us[i] = time_mono_us() - begun_us;
        people_words_clear(&words);
        rows += (int64_t)people.count;
    }
    times_tell(name, took_us, TIMES, rows);
}

static void choose_first(struct bench *b, struct catalog_choice *choice)
{
    (void)b;
    (void)choice;
}

static void choose_deep(struct bench *b, struct catalog_choice *choice)
{
    choice->behind = (struct catalog_place){ 20050101 + random_below(&b->seed, 20) * 10000,
                                             1 + random_below(&b->seed, b->cards) };
}

static void choose_type(struct bench *b, struct catalog_choice *choice)
{
    choice->type = ANY(b, types);
    choose_deep(b, choice);
}

static void choose_patient(struct bench *b, struct catalog_choice *choice)
{
    static char id[UUID_TEXT_SIZE];

    patient_id(1 + random_below(&b->seed, b->people), id);
    choice->patient = id;
}

static void choose_rare(struct bench *b, struct catalog_choice *choice)
{
    static char match[80], day[DAY_TEXT_SIZE];

    day_any(&b->seed, 2005, 20, day);
    (void)snprintf(match, sizeof match, "\"%s %s\"", ANY(b, types), day);
    choice->match = match;
}

static void choose_frequent(struct bench *b, struct catalog_choice *choice)
{
    static char match[80];

    (void)snprintf(match, sizeof match, "\"%.3s\"*", ANY(b, types));
    choice->match = match;
}

static void choose_nowhere(struct bench *b, struct catalog_choice *choice)
{
    choose_frequent(b, choice);
    choice->from = 20300101;
}

static void type_name(struct bench *b, char typed[64])
{
    (void)snprintf(typed, 64, "%s%.3s", ANY(b, beginnings), ANY(b, ends));
}

static void type_two(struct bench *b, char typed[64])
{
    (void)snprintf(typed, 64, "%.2s", ANY(b, beginnings));
}

static void type_name_year(struct bench *b, char typed[64])
{
    (void)snprintf(typed, 64, "%s%s %d", ANY(b, beginnings), ANY(b, ends),
                   1930 + (int)random_below(&b->seed, 90));
}

static void type_year(struct bench *b, char typed[64])
{
    (void)snprintf(typed, 64, "%d", 1930 + (int)random_below(&b->seed, 90));
}

static void type_number(struct bench *b, char typed[64])
{
    (void)snprintf(typed, 64, "%jd", (intmax_t)(100001 + random_below(&b->seed, b->people)));
}

static void lists_time(struct bench *b)
{
    cards_time(b, "all documents, first page", choose_first);
    cards_time(b, "all documents, any page", choose_deep);
    cards_time(b, "a type, any page", choose_type);
    cards_time(b, "a patient", choose_patient);
    cards_time(b, "a phrase that few have", choose_rare);
    cards_time(b, "a beginning that an eighth of all have", choose_frequent);
    cards_time(b, "the same in a time without documents", choose_nowhere);
    people_time(b, "a name", type_name);
    people_time(b, "two letters", type_two);
    people_time(b, "a name and a year", type_name_year);
    people_time(b, "a year", type_year);
    people_time(b, "a record number", type_number);
}

int main(int count, char **words)
{
    struct bench b = { .cards = USUAL_CARDS, .people = USUAL_PEOPLE, .seed = 7 };
    struct index_of of = { "bench", time_now_us() };
    struct cancel *cancel = cancel_new();
    struct err err;

    if (count < 2)
        return 2;
    b.folder = words[1];
    if ((count > 2 && !num_i64(span_of(words[2]), 1, INT32_MAX, &b.cards, &err))
        || (count > 3 && !num_i64(span_of(words[3]), 1, INT32_MAX, &b.people, &err))
        || !index_open(b.folder, &of, cancel, &b.console.index, &err))
        bench_fail(&err);
    fill_tell(&b);
    lists_time(&b);
    index_close(b.console.index);
    cancel_free(cancel);
    return 0;
}
