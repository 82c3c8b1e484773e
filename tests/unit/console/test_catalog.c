/* Patients and documents are found in the index, go on where a page ended, and no list reads a whole table. */
#include "console/index/excerpts.h"

#include "base/mem.h"
#include "console/index/index_cards.h"
#include "console/index/index_store.h"
#include "console/index_sql.h"
#include "console/inside.h"
#include "folder.h"
#include "tap.h"

struct place {
    char *folder;
    struct cancel *cancel;
    struct console console;
};

static const struct index_of ours = { "source", 7 };

static bool place_open(struct place *p, const struct index_of *of)
{
    struct err err = { 0 };
    bool good = index_open(p->folder, of, p->cancel, &p->console.index, &err);

    CHECK_STR(err.msg, "");
    return good;
}

static const struct {
    const char *patient, *last, *first, *born, *mrn;
} persons[] = {
    { "p-1", "Ito", "Kim", "1980-02-29", "1204" },
    { "p-2", "Ito", "Kimiko", "2011-07-01", "2201" },
    { "p-3", "M\xc3\xa9ndez", "Jos\xc3\xa9", "1980-12-31", "1980" },
    { "p-4", "O'Brien", "Ann", "", "A-77" },
    { "p-5", "itomi", "Bo", "1979-01-01", "12041" },
};

static void person_put(struct sql *sql, size_t i)
{
    struct registry_listed person = { .patient = span_of(persons[i].patient),
                                      .last_name = span_of(persons[i].last),
                                      .first_name = span_of(persons[i].first),
                                      .mrn = span_of(persons[i].mrn),
                                      .dob = span_of(persons[i].born) };
    struct err err = { 0 };

    CHECK_AT(i, index_person_put(sql, &person, &err));
}

static const struct {
    int64_t document;
    char *patient, *type, *day, *name;
} documents[] = {
    { 1, "p-1", "Letter", "2024-03-01", "new footwear.pdf" },
    { 2, "p-1", "Referral", "2023-11-12", "footwear.pdf" },
    { 3, "p-1", "Letter", "", "scan.tif" },
    { 4, "p-1", "letter", "2024-03-01", "\"quoted\" text.pdf" },
    { 5, "p-2", "Letter", "2022-01-01", "foot.pdf" },
    { 6, NULL, "Blood test", "2021-05-05", "R\xc3\xa9sum\xc3\xa9.pdf" },
    { 7, "p-9", "Letter", "2020-05-05", "other" },
};

static bool document_put(struct sql *sql, size_t i, struct err *err)
{
    struct visible one = { .document = documents[i].document,
                           .patient = documents[i].patient,
                           .type = documents[i].type,
                           .day = documents[i].day,
                           .name = documents[i].name };

    one.row.bytes[0] = (uint8_t)one.document;
    return index_card_put(sql, &one, err);
}

static struct place *place_new(void)
{
    struct place *p = mem_new(struct place);
    struct err err = { 0 };

    p->folder = folder_new();
    p->cancel = cancel_new();
    if (!place_open(p, &ours))
        abort();
    for (size_t i = 0; i < lengthof(persons); i++)
        person_put(index_writer(p->console.index), i);
    for (size_t i = 0; i < lengthof(documents); i++)
        CHECK_AT(i, document_put(index_writer(p->console.index), i, &err));
    return p;
}

static void place_end(struct place **p)
{
    index_close((*p)->console.index);
    cancel_free((*p)->cancel);
    folder_remove((*p)->folder);
    free(*p);
}

#define auto_place __attribute__((cleanup(place_end))) struct place

/* --- patients --------------------------------------------------------------------------------- */

static void people_tell(const struct catalog_people *people, struct str *to)
{
    for (size_t i = 0; i < people->count; i++)
        str_printf(to, "%s%s", to->size ? " " : "", people->items[i].patient);
}

TEST(patients_are_found_by_what_people_type)
{
    static const struct {
        const char *typed, *want;
    } cases[] = {
        { "ito", "p-1 p-2 p-5" },
        { "ITO KIM", "p-1 p-2" },
        { "Ito, Kim", "p-1 p-2" },
        { "ito 1980", "p-1" },
        { "kim ito 1980-02-29", "p-1" },
        { "29.02.1980", "p-1" },
        { "29/2/1980", "p-1" },
        { "2/29/1980", "p-1" },
        { "1980-02", "p-1" },
        { "1980", "p-1 p-3" },
        { "ito 1980-02-29 1979", "" },
        { "1204", "p-1 p-5" },
        { "mendez jose", "p-3" },
        { "M\xc3\x89NDEZ", "p-3" },
        { "o'brien", "p-4" },
        { "brien", "p-4" },
        { "a-77", "p-4" },
        { "i", "" },
        { "31.02.1980", "" },
        { "\" or \"1", "" },
        { "to", "" },
        { "NEAR(ito kim)", "" },
        { "last:ito", "" },
        { "* - ( )", NULL },
        { "  ", NULL },
    };
    auto_place *p = place_new();

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct people_words words;
        auto_people people = { 0 };
        auto_str found = STR_MAX(KIB(1));
        struct err err = { 0 };
        bool is_asked;

        CHECK_AT(i, people_words_read(span_of(cases[i].typed), &words, &err));
        is_asked = words.match.size || words.is_by_birth;
        CHECK_AT(i, is_asked == (cases[i].want != NULL));
        if (is_asked) {
            CHECK_AT(i, catalog_people_find(&p->console, &words, 0, 50, &people, &err));
            people_tell(&people, &found);
            CHECK_STR(str_text(&found), cases[i].want);
        }
        people_words_clear(&words);
    }
}

TEST(too_many_words_are_refused)
{
    struct people_words people;
    struct facts_words facts;
    struct err err = { 0 };
    const char *many = "a b c d e f g h i j k l m n o p q";

    CHECK(!people_words_read(span_of(many), &people, &err) && err.kind == ERR_DATA);
    CHECK(!facts_words_read(span_of(many), &facts, &err) && err.kind == ERR_DATA);
}

TEST(a_page_of_patients_goes_on_behind_the_one_before)
{
    auto_place *p = place_new();
    struct people_words words;
    auto_people first = { 0 }, second = { 0 };
    auto_str found = STR_MAX(KIB(1));
    struct err err = { 0 };

    CHECK(people_words_read(span_of("ito"), &words, &err));
    CHECK(catalog_people_find(&p->console, &words, 0, 2, &first, &err) && first.count == 2);
    CHECK(catalog_people_find(&p->console, &words, first.items[1].number, 2, &second, &err));
    people_tell(&second, &found);
    CHECK_STR(str_text(&found), "p-5");
    CHECK(first.items[0].documents == 4);
    CHECK_STR(first.items[0].born, "1980-02-29");
    people_words_clear(&words);
}

TEST(patients_are_found_by_their_ids)
{
    static const char *const ids[] = { "p-3", "nobody", "p-1", "p-9" };
    auto_place *p = place_new();
    auto_people people = { 0 };
    auto_str found = STR_MAX(KIB(1)), name = STR_MAX(KIB(1));
    struct err err = { 0 };

    CHECK(catalog_people_of(&p->console, ids, lengthof(ids), &people, &err));
    people_tell(&people, &found);
    CHECK_STR(str_text(&found), "p-3 p-1 p-9");
    CHECK(catalog_person_of(&people, "p-1") && !catalog_person_of(&people, "p-2"));
    catalog_person_name(catalog_person_of(&people, "p-1"), &name);
    CHECK_STR(str_text(&name), "Ito, Kim");
}

/* --- documents -------------------------------------------------------------------------------- */

static void cards_tell(const struct catalog_cards *cards, struct str *to)
{
    for (size_t i = 0; i < cards->count; i++) {
        CHECK_AT(i, cards->items[i].row.bytes[0] == cards->items[i].place.document);
        str_printf(to, "%s%jd", to->size ? " " : "", (intmax_t)cards->items[i].place.document);
    }
}

TEST(documents_are_listed_newest_first)
{
    static const struct {
        struct catalog_choice choice;
        const char *want;
    } cases[] = {
        { { 0 }, "4 1 2 5 6 7 3" },
        { { .limit = 2 }, "4 1" },
        { { .limit = 3, .behind = { 20231112, 2 } }, "5 6 7" },
        { { .behind = { 20240301, 4 } }, "1 2 5 6 7 3" },
        { { .patient = "p-1" }, "4 1 2 3" },
        { { .patient = "p-1", .type = "LETTER" }, "4 1 3" },
        { { .patient = "p-1", .from = 20230000, .to = 20239999 }, "2" },
        { { .patient = "p-1", .from = 20230000, .behind = { 20240301, 1 } }, "2" },
        { { .patient = "nobody" }, "" },
        { { .type = "letter" }, "4 1 5 7 3" },
        { { .type = "letter", .from = 20220101 }, "4 1 5" },
        { { .from = 20210505, .to = 20220101 }, "5 6" },
    };
    auto_place *p = place_new();

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct catalog_choice choice = cases[i].choice;
        auto_cards cards = { 0 };
        auto_str found = STR_MAX(KIB(1));
        struct err err = { 0 };

        choice.limit = choice.limit ? choice.limit : 50;
        CHECK_AT(i, catalog_cards_find(&p->console, &choice, &cards, &err));
        cards_tell(&cards, &found);
        CHECK_STR(str_text(&found), cases[i].want);
    }
}

TEST(documents_are_found_by_words)
{
    static const struct {
        const char *typed, *want; /* NULL: it is refused */
    } cases[] = {
        { "footwear", "1 2" },
        { "foot", "1 2 5" },
        { "fo", "" },
        { "foot new", "" },
        { "new foot", "1" },
        { "\"new footwear\"", "1" },
        { "\"footwear new\"", "" },
        { "resume", "6" },
        { "type:letter", "4 1 5 7 3" },
        { "type:\"blood test\"", "6" },
        { "type:let footwear", "1" },
        { "type:letter from:2024", "4 1" },
        { "type:letter from:2022 to:2022-01", "5" },
        { "pdf to:2023", "2 5 6" },
        { "type:letter patient:p-1", "4 1 3" },
        { "quoted", "4" },
        { "OR AND NOT", "" },
        { "from:yesterday", NULL },
        { "to:2024-13", NULL },
        { "\"new footwear", NULL },
        { "type:\"blood test", NULL },
        { "type:", NULL },
        { "patient: p-1", NULL },
        { "typ:letter", NULL },
        { "from:2024 to:2023", NULL },
        { "10:30 \"re:footwear\" https://footwear", "" },
    };
    auto_place *p = place_new();

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct facts_words words;
        auto_cards cards = { 0 };
        auto_str found = STR_MAX(KIB(1));
        struct err err = { 0 };
        bool good = facts_words_read(span_of(cases[i].typed), &words, &err);

        CHECK_AT(i, good == (cases[i].want != NULL));
        CHECK_AT(i, good || err.kind == ERR_DATA);
        if (!good)
            continue;
        CHECK_AT(i, catalog_cards_find(
                        &p->console,
                        &(struct catalog_choice){
                            .match = str_text(&words.match),
                            .patient = words.patient.size ? str_text(&words.patient) : NULL,
                            .from = words.from,
                            .to = words.to,
                            .limit = 50 },
                        &cards, &err));
        cards_tell(&cards, &found);
        CHECK_STR(str_text(&found), cases[i].want);
        facts_words_clear(&words);
    }
}

/* --- pages ------------------------------------------------------------------------------------ */

static void page_put(struct place *p, int64_t document, int64_t page, const char *text)
{
    struct err err = { 0 };

    CHECK(sql_run(index_writer(p->console.index), &INDEX_PAGE_PUT,
                  sql_args(sql_i64(document), sql_i64(page), sql_text(text)), &err));
    CHECK_STR(err.msg, "");
}

/* Each document that fits, with its page. */
static void hits_tell(struct place *p, const char *typed, bool is_best_first, struct str *to)
{
    struct facts_words words;
    auto_cards cards = { 0 };
    struct err err = { 0 };

    CHECK(facts_words_read(span_of(typed), &words, &err));
    CHECK(catalog_cards_find(&p->console,
                             &(struct catalog_choice){ .match = str_text(&words.match),
                                                       .is_of_facts = words.is_of_facts,
                                                       .is_best_first = is_best_first,
                                                       .from = words.from,
                                                       .to = words.to,
                                                       .limit = 50 },
                             &cards, &err));
    for (size_t i = 0; i < cards.count; i++)
        str_printf(to, "%s%jd/%d", to->size ? " " : "", (intmax_t)cards.items[i].place.document,
                   cards.items[i].page);
    facts_words_clear(&words);
}

static struct place *place_with_pages(void)
{
    struct place *p = place_new();

    page_put(p, 2, 1, "the knee");
    page_put(p, 2, 3,
             "Gr\xc3\xb6\xc3\x9f"
             "e of the knee; knee, knee");
    page_put(p, 5, 2, "a knee and the toes");
    page_put(p, 6, 4095, "toes");
    return p;
}

TEST(pages_are_found_by_their_words_with_type_and_name)
{
    static const struct {
        const char *typed, *want;
        bool is_best_first;
    } cases[] = {
        { "knee", "2/1 5/2", false },         { "knee", "2/1 5/2", true },
        { "toes knee", "5/2", false },        { "the knee gro", "2/3", false },
        { "type:letter knee", "5/2", false }, { "foot", "1/0 2/0 5/0", false },
        { "footwear knee", "2/1", false },    { "type:referral", "2/0", false },
        { "toes", "5/2 6/4095", false },      { "toes", "6/4095 5/2", true },
        { "\"knee toes\"", "", true },
    };
    auto_place *p = place_with_pages();

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str found = STR_MAX(KIB(1));

        hits_tell(p, cases[i].typed, cases[i].is_best_first, &found);
        CHECK_STR(str_text(&found), cases[i].want);
    }
}

TEST(words_go_with_their_bytes_and_with_their_document)
{
    auto_place *p = place_with_pages();
    struct sql *sql = index_writer(p->console.index);
    struct visible changed = { .document = 2,
                               .type = "Referral",
                               .day = "2023-11-12",
                               .name = "footwear.pdf",
                               .sha256 = { { 1 } } };
    struct visible_list none = { 0 };
    const int64_t gone[] = { 5 };
    auto_str found = STR_MAX(KIB(1)), facts = STR_MAX(KIB(1));
    int64_t waiting;
    struct err err = { 0 };

    changed.row.bytes[0] = 2;
    CHECK(sql_run(sql, &INDEX_READING_SETTLE,
                  sql_args(sql_i64(2), sql_i64(1), sql_i64(1), sql_i64(0)), &err));
    CHECK(index_card_put(sql, &changed, &err) && index_cards_settle(sql, gone, 1, &none, &err));
    hits_tell(p, "knee", false, &found);
    CHECK_STR(str_text(&found), "");
    hits_tell(p, "foot", false, &facts);
    CHECK_STR(str_text(&facts), "1/0 2/0");
    CHECK(sql_number(sql, &INDEX_READING_COUNTS, SQL_NO_ARGS, 0, &waiting, &err)
          && waiting == lengthof(documents) - 1);
    CHECK(sql_script(sql, "insert into words (words) values ('integrity-check')", &err));
    CHECK_STR(err.msg, "");
}

TEST(a_marked_text_is_cut_into_its_parts)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        { "", "" },
        { "plain", "plain|" },
        { "\1knee\2", "[knee]|" },
        { "a \1knee\2 and \1toes\2", "a |[knee]| and |[toes]|" },
        { "\1knee", "[knee]|" },
        { "a\2b\1\2", "a|b|[]|" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct span rest = span_of(cases[i].text), part;
        auto_str found = STR_MAX(KIB(1));
        bool is_marked;

        while (marked_cut(&rest, &part, &is_marked))
            str_printf(&found, is_marked ? "[" SPAN_FORMAT "]|" : SPAN_FORMAT "|", SPAN_ARGS(part));
        CHECK_STR(str_text(&found), cases[i].want);
    }
}

TEST(a_patient_is_meant_by_id_or_record_number)
{
    static const struct {
        const char *typed, *want;
    } cases[] = { { "p-1", "p-1" }, { "1204", "p-1" }, { "1980", "p-3" }, { "nobody", NULL } };
    auto_place *p = place_new();

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_free char *patient = NULL;
        struct err err = { 0 };

        CHECK_AT(i, catalog_patient_of(&p->console, cases[i].typed, &patient, &err));
        CHECK_AT(i, (patient != NULL) == (cases[i].want != NULL));
        CHECK_STR(patient ? patient : "", cases[i].want ? cases[i].want : "");
    }
}

static void type_tell(void *arg, struct span type, int64_t count)
{
    str_printf(arg, SPAN_FORMAT " %jd,", SPAN_ARGS(type), (intmax_t)count);
}

TEST(what_changes_is_found_as_it_is_now)
{
    auto_place *p = place_new();
    struct sql *sql = index_writer(p->console.index);
    struct visible moved = {
        .document = 2, .patient = "p-2", .type = "Report", .day = "2023-11-12", .name = "boots.pdf"
    };
    struct visible_list shown = { &moved, 1 };
    const int64_t settled[] = { 1, 2 };
    auto_cards before = { 0 }, after = { 0 };
    auto_str found = STR_MAX(KIB(1)), types = STR_MAX(KIB(1));
    struct err err = { 0 };

    moved.row.bytes[0] = 2;
    CHECK(index_cards_settle(sql, settled, 2, &shown, &err));
    CHECK(catalog_cards_find(&p->console,
                             &(struct catalog_choice){ .match = "\"footwear\"", .limit = 9 },
                             &before, &err)
          && before.count == 0);
    CHECK(catalog_cards_find(
        &p->console, &(struct catalog_choice){ .match = "\"boots\" type : \"report\"", .limit = 9 },
        &after, &err));
    cards_tell(&after, &found);
    CHECK_STR(str_text(&found), "2");
    CHECK(catalog_types(&p->console, "p-1", type_tell, &types, &err));
    CHECK_STR(str_text(&types), "Letter 2,");
}

/* --- the file --------------------------------------------------------------------------------- */

static int64_t cards_count(struct place *p)
{
    int64_t count = -1;
    struct err err = { 0 };

    CHECK(sql_number(index_writer(p->console.index), &INDEX_CARDS_COUNT, SQL_NO_ARGS, -1, &count,
                     &err));
    return count;
}

static void file_spoil(const char *folder)
{
    auto_free char *path = mem_printf("%s/index.db", folder);
    FILE *file = fopen(path, "w");

    CHECK(file && fputs("this is no database, whatever it is called ...", file) >= 0
          && fclose(file) == 0);
}

TEST(an_index_that_is_of_no_use_is_made_anew)
{
    static const struct index_of others[] = { { "another", 7 }, { "source", 8 } };
    auto_place *p = place_new();

    index_close(take(p->console.index));
    CHECK(place_open(p, &ours) && cards_count(p) == lengthof(documents));
    for (size_t i = 0; i < lengthof(others); i++) {
        struct err err = { 0 };

        index_close(take(p->console.index));
        CHECK_AT(i, place_open(p, &others[i]) && cards_count(p) == 0);
        CHECK_AT(i, document_put(index_writer(p->console.index), 0, &err));
    }
    index_close(take(p->console.index));
    file_spoil(p->folder);
    CHECK(place_open(p, &ours) && cards_count(p) == 0);
}

/* --- plans ------------------------------------------------------------------------------------ */

/* But for the script, which has made the tables already. */
TEST(every_statement_of_the_index_prepares)
{
    auto_place *p = place_new();

    for (const struct sql_text *const *text = INDEX_STATEMENTS; *text; text++) {
        auto_rows *rows = NULL;
        struct err err = { 0 };

        CHECK(*text == &INDEX_SCHEMA_MADE
              || sql_query(index_writer(p->console.index), *text, SQL_NO_ARGS, &rows, &err));
        CHECK_STR(err.msg, "");
    }
}

TEST(no_list_reads_all_cards_or_all_patients)
{
    static const struct {
        const struct sql_text *text;
        const char *index;
    } wanted[] = {
        { &INDEX_CARDS_OF_ALL, "card_day ((day,document)>(?,?) AND (day,document)<(?,?))" },
        { &INDEX_CARDS_OF_TYPE, "card_type (type=? AND (day,document)>(?,?) AND (day,document)<" },
        { &INDEX_CARDS_OF_PATIENT, "card_person (person=? AND (day,document)>(?,?) AND" },
        { &INDEX_CARDS_OF_WORDS, "SEARCH c USING PRIMARY KEY (document=?)" },
        { &INDEX_CARDS_OF_WORDS_BEST, "SEARCH c USING PRIMARY KEY (document=?)" },
        { &INDEX_WORDS_FIT, "SEARCH c USING PRIMARY KEY (document=?)" },
        { &INDEX_EXCERPTS, "r USING INTEGER PRIMARY KEY (rowid=?)" },
        { &INDEX_PAGE_MARKED, "w VIRTUAL TABLE INDEX 0:=M" },
        { &INDEX_READING_NEXT, "r USING INDEX reading_waits" },
        { &INDEX_PEOPLE_BY_NUMBER, "MULTI-INDEX OR" },
        { &INDEX_CARDS_BETWEEN, "card USING PRIMARY KEY (document>? AND document<?)" },
        { &INDEX_PEOPLE_BY_NAME, "p USING INTEGER PRIMARY KEY (rowid=?)" },
        { &INDEX_PEOPLE_BY_BIRTH, "p USING INDEX person_born (born>? AND born<?)" },
        { &INDEX_PEOPLE_BY_YEAR, "MULTI-INDEX OR" },
        { &INDEX_PEOPLE_BY_IDS, "p USING INDEX sqlite_autoindex_person_1 (patient=?)" },
        { &INDEX_PEOPLE_NEW, "person USING INDEX person_new" },
        { &INDEX_TYPES_OF_PATIENT, "c USING INDEX card_person (person=?)" },
    };
    static const char *const scans[] = { "SCAN c\n", "SCAN card", "SCAN p\n", "SCAN b\n" };
    struct sql_text explains[lengthof(wanted)]; /* live while the connection is open */
    char *words[lengthof(wanted)];
    auto_place *p = place_new();

    for (size_t i = 0; i < lengthof(wanted); i++) {
        auto_rows *rows = NULL;
        auto_str plan = STR_MAX(KIB(16));
        struct err err = { 0 };

        words[i] = mem_printf("explain query plan %s", wanted[i].text->sqlite);
        explains[i] = (struct sql_text){ wanted[i].text->name, words[i], NULL };
        CHECK_AT(i,
                 sql_query(index_writer(p->console.index), &explains[i], SQL_NO_ARGS, &rows, &err));
        while (rows && sql_next(rows, &err) == STEP_ROW) {
            str_add_span(&plan, sql_get_text(rows, 3));
            str_add_char(&plan, '\n');
        }
        CHECK_AT(i, span_find(str_span(&plan), wanted[i].index) < plan.size);
        for (size_t k = 0; k < lengthof(scans); k++)
            CHECK_AT(i, span_find(str_span(&plan), scans[k]) == plan.size);
        if (wanted[i].text == &INDEX_READING_NEXT) /* asked once for each document that waits */
            CHECK_AT(i, span_find(str_span(&plan), "TEMP B-TREE") == plan.size);
    }
    index_close(take(p->console.index));
    for (size_t i = 0; i < lengthof(wanted); i++)
        free(words[i]);
}
