/* The state of a migration, and the list of failures, for people and for programs. */
#include "report/status.h"

#include "base/csv.h"
#include "base/mem.h"
#include "base/time.h"
#include "folder.h"
#include "ledger/census.h"
#include "ledger/decisions.h"
#include "ledger/documents.h"
#include "ledger/leases.h"
#include "ledger/runs.h"
#include "report/causes.h"
#include "report/failures.h"
#include "report/metrics.h"
#include "report/words.h"
#include "tap.h"
#include "json/json.h"

/* A ledger with some documents. */
struct place {
    char *folder;
    struct cancel *cancel;
    struct ledger *ledger;
    struct ledger_change change;
};

static const struct status_settings settings = { .name = "Clinic/Docs",
                                                 .layout = "API_Docs",
                                                 .price_per_gb_month = 0.025,
                                                 .currency = "AUD",
                                                 .has_mark = true };

static struct place place_new(void)
{
    static const struct ledger_process process = { "machine", "host", 1, "0.1", "run" };
    char *folder = folder_new();
    auto_free char *url = mem_printf("sqlite:%s/ledger.db", folder);
    struct place place = { folder, cancel_new(), NULL, { 0 } };
    int64_t run;
    struct err err = { 0 };

    if (!ledger_open(url, "source", place.cancel, &place.ledger, &err)
        || !ledger_begin(place.ledger, &place.change, &err)
        || !ledger_run_begin(place.ledger, &process, &run, &err))
        abort();
    return place;
}

static void place_end(struct place *place)
{
    auto_change_cleanup(&place->change);
    ledger_close(place->ledger);
    cancel_free(place->cancel);
    folder_remove(place->folder);
}

#define auto_place __attribute__((cleanup(place_end))) struct place

/* One document of each kind that a table names. */
struct made {
    uint64_t record_id;
    const char *type;
    enum ledger_state state;
    const char *class; /* if it failed, or failed and was waived */
    int64_t size;
    enum ledger_link link;
    const char *created, *author, *path;
    const char *said; /* when it failed; NULL: its class */
};

static bool document_store(struct ledger *ledger, struct ledger_claim *claim,
                           const struct made *made, struct err *err)
{
    struct ledger_version version = { .key = (char[]){ "key" },
                                      .mime = (char[]){ "a/b" },
                                      .has_sha256 = true,
                                      .size_bytes = (uint64_t)made->size };

    if (!ledger_intend(ledger, claim, &version, err)
        || !ledger_store(ledger, claim, &version, made->link, NULL, err))
        return false;
    claim->state = LEDGER_STORED;
    claim->link = made->link;
    claim->size = made->size;
    return made->state == LEDGER_STORED || ledger_finish(ledger, claim, 2, err);
}

static bool document_fail(struct ledger *ledger, const struct ledger_claim *claim,
                          const struct made *made, struct err *err)
{
    struct err why = { .kind = ERR_REMOTE, .code = 404, .reason = 101 };
    struct ledger_attempt attempt = { "fetch", made->class, &why, 7, true };
    struct ledger_trait trait = { span_of(made->created), span_of(made->author),
                                  span_of(made->path) };
    struct ledger_selection choice = { .record_id = (int64_t)made->record_id };
    struct ledger_decided decided = { 0 };

    (void)snprintf(why.msg, sizeof why.msg, "=no, \"%s\"", made->said ? made->said : made->class);
    return ledger_fail(ledger, claim, &attempt, &trait, err)
           && (made->state == LEDGER_FAILED
               || ledger_waive(ledger, &choice, "Ada", "lost", &decided, err));
}

static void make(struct place *place, const struct made *made)
{
    char identity[24];
    struct ledger_census_entry sighting = { .identity = { identity, 0 },
                                            .repetition = 1,
                                            .record_id = made->record_id,
                                            .mod_id = 1,
                                            .type = span_of(made->type),
                                            .storage = "embedded" };
    struct ledger_claim claim = { 0 };
    enum ledger_upsert_result seen;
    uint64_t elsewhere;
    size_t count = 0;
    struct err err = { 0 };
    bool good;

    sighting.identity.size =
        (size_t)snprintf(identity, sizeof identity, "id-%ju", (uintmax_t)made->record_id);
    good = ledger_census_upsert(place->ledger, &sighting, &seen, &elsewhere, &err)
           && ledger_claim(place->ledger, 0, false, 1, &claim, &count, &err) && count == 1;
    if (made->state == LEDGER_STORED || made->state == LEDGER_DONE)
        good = good && document_store(place->ledger, &claim, made, &err);
    if (made->state == LEDGER_FAILED || made->state == LEDGER_WAIVED)
        good = good && document_fail(place->ledger, &claim, made, &err);
    if (made->state == LEDGER_GONE)
        good = good && ledger_mark_gone(place->ledger, &claim, &err);
    CHECK_AT(made->record_id, good);
    CHECK_STR(err.msg, "");
    ledger_claim_clear(&claim);
}

static const struct made documents[] = {
    { 1, "Letter", LEDGER_DONE, NULL, 1000000000, LEDGER_LINKED, NULL, NULL, NULL },
    { 2, "Letter", LEDGER_DONE, NULL, 500000000, LEDGER_UNLINKED, NULL, NULL, NULL },
    { 3, "Letter", LEDGER_DONE, NULL, 1, LEDGER_REVIEW, NULL, NULL, NULL },
    { 4, "Referral", LEDGER_STORED, NULL, 10, LEDGER_LINKED, NULL, NULL, NULL },
    { 5, "Referral", LEDGER_FAILED, "container-zero", 0, LEDGER_NO_LINK, "11/23/2026", "Ada", "" },
    { 6, "", LEDGER_FAILED, "container-empty", 0, LEDGER_NO_LINK, "11/22/2026", "Ada", "" },
    { 7, "\"<x>\"", LEDGER_WAIVED, "container-empty", 0, LEDGER_NO_LINK, "", "", "" },
    { 8, "Letter", LEDGER_GONE, NULL, 0, LEDGER_NO_LINK, NULL, NULL, NULL },
    { 9, "Letter", LEDGER_CLAIMED, NULL, 0, LEDGER_NO_LINK, NULL, NULL, NULL },
};

/* Every document, a closed census, and the run as it ended; committed. */
static void make_all(struct place *place)
{
    struct ledger_progress progress = { 9, 8, 3, 2, 1 };
    int64_t census;
    struct err err = { 0 };

    for (size_t i = 0; i < lengthof(documents); i++)
        make(place, &documents[i]);
    CHECK(ledger_census_begin(place->ledger, &census, &err)
          && ledger_census_close(place->ledger, census, 8, 8, 8, &err)
          && ledger_run_note(place->ledger, &progress, "finished", true, &err)
          && ledger_commit(&place->change, &err));
    CHECK_STR(err.msg, "");
}

/* Replaces stamps with "TIME", so that the rest can be compared. */
static void hide_times(struct str *text)
{
    auto_str out = STR_MAX(KIB(256));
    static const char form[] = "0000-00-00T00:00:00.000000Z";

    for (size_t i = 0; i < text->size; i++) {
        size_t k = 0;

        while (k < sizeof form - 1 && i + k < text->size
               && (form[k] == '0' ? text->at[i + k] >= '0' && text->at[i + k] <= '9'
                                  : text->at[i + k] == form[k]))
            k++;
        if (k == sizeof form - 1) {
            str_add_text(&out, "TIME");
            i += k - 1;
        } else {
            str_add_char(&out, text->at[i]);
        }
    }
    str_reset(text);
    str_add_span(text, str_span(&out));
}

static void json_of(struct place *place, struct str *to)
{
    auto_status *status = NULL;
    auto_json *json = NULL;
    struct err err = { 0 };

    CHECK(status_read(place->ledger, &settings, &status, &err));
    CHECK_STR(err.msg, "");
    if (!status)
        return;
    status_json(status, to);
    CHECK(json_read(str_span(to), &json, &err) && !json_has_duplicates(json_root(json)));
    hide_times(to);
}

TEST(the_status_is_as_it_is_documented)
{
    static const char want[] =
        "{\"source\":{\"name\":\"Clinic/Docs\",\"layout\":\"API_Docs\",\"total\":8,\"gone\":1,"
        "\"census_complete\":true,\"census_at\":\"TIME\",\"witnesses\":[8,8]},"
        "\"states\":{\"waiting\":0,\"claimed\":1,\"stored\":1,\"done\":3,\"failed\":2,\"waived\":1}"
        ","
        "\"failures\":[{\"class\":\"container-empty\",\"count\":1,\"clusters\":[{\"text\":"
        "\"1 of 1 failure is record 6: empty\",\"count\":1}]},"
        "{\"class\":\"container-zero\",\"count\":1,\"clusters\":[{\"text\":"
        "\"1 of 1 failure is record 5: without a byte\",\"count\":1}]}],"
        "\"findings\":[{\"text\":\"2 of 2 failures lie scattered over records 5–6 by Ada,"
        " all stored embedded: 1 empty, 1 without a byte\",\"count\":2}],"
        "\"runs\":[{\"run\":1,\"started\":\"TIME\",\"ended\":\"TIME\",\"found\":9,\"processed\":8,"
        "\"successful\":3,\"failed\":2,\"waiting\":1,\"status\":\"finished\"}],"
        "\"types\":[{\"type\":\"Letter\",\"total\":4,\"done\":3,\"failed\":0},"
        "{\"type\":\"Referral\",\"total\":2,\"done\":0,\"failed\":1},"
        "{\"type\":\"\",\"total\":1,\"done\":0,\"failed\":1},"
        "{\"type\":\"\\\"<x>\\\"\",\"total\":1,\"done\":0,\"failed\":0}],"
        "\"links\":{\"linked\":2,\"unlinked\":1,\"review\":1},"
        "\"uploads\":{\"arrived\":0,\"failed\":0,\"under_way\":0,\"bytes\":0},"
        "\"bytes\":{\"source\":null,\"known\":1500000011,\"stored\":1500000011},"
        "\"cost_per_month\":{\"amount\":0.0375,\"currency\":\"AUD\"},"
        "\"forecast\":{\"will_be_done\":5,\"never\":3,\"eta\":null},"
        "\"checklist\":[";
    auto_place place = place_new();
    auto_str json = STR_MAX(KIB(256)), whole = STR_MAX(KIB(256));

    make_all(&place);
    json_of(&place, &json);
    str_add_span(&whole, str_span(&json));
    str_cut(&json, json.size < sizeof want - 1 ? json.size : sizeof want - 1);
    CHECK_STR(str_text(&json), want);
    CHECK(strstr(str_text(&whole), "\"outlook\":{\"arrived\":3,\"coming\":2,\"in_doubt\":0,"
                                   "\"tried_again\":1,\"needs_somebody\":1,\"given_up\":1},"
                                   "\"advice\":[{\"class\":\"container-empty\",\"meaning\":"
                                   "\"there is no file in the container field\",\"mend\":")
          != NULL);
    CHECK(strstr(str_text(&whole), "\"documents\":{\"total\":8,\"successful\":3},"
                                   "\"tries\":{\"total\":6,\"successful\":3},"
                                   "\"throughput\":{\"running\":false,")
          != NULL);
}

TEST(an_empty_ledger_has_a_status)
{
    auto_place place = place_new();
    auto_status *status = NULL;
    auto_str json = STR_MAX(KIB(256)), text = STR_MAX(KIB(64));
    struct err err = { 0 };

    CHECK(ledger_commit(&place.change, &err));
    json_of(&place, &json);
    CHECK(strstr(str_text(&json), "\"total\":0,\"gone\":0,\"census_complete\":false,"
                                  "\"census_at\":null,\"witnesses\":[0,0]")
          != NULL);
    CHECK(strstr(str_text(&json), "\"met\":true") == NULL);
    CHECK(strstr(str_text(&json), "\"verified\":null") != NULL);
    CHECK(status_read(place.ledger, &settings, &status, &err));
    status_text(status, (struct status_form){ 0 }, &text);
    CHECK(strstr(str_text(&text), "Census not closed yet") != NULL && !status_is_complete(status));
}

/* Complete means that nobody has anything left to do. */
TEST(complete_is_when_all_is_settled)
{
    static const struct {
        struct made made;
        bool closed, complete;
    } cases[] = {
        { { .record_id = 1, .type = "x", .state = LEDGER_DONE, .link = LEDGER_LINKED },
          true,
          true },
        { { .record_id = 1, .type = "x", .state = LEDGER_DONE, .link = LEDGER_LINKED },
          false,
          false },
        { { .record_id = 1, .type = "x", .state = LEDGER_WAIVED, .class = "container-empty" },
          true,
          true },
        { { .record_id = 1, .type = "x", .state = LEDGER_GONE }, true, true },
        { { .record_id = 1, .type = "x", .state = LEDGER_STORED, .link = LEDGER_LINKED },
          true,
          false },
        { { .record_id = 1, .type = "x", .state = LEDGER_FAILED, .class = "container-empty" },
          true,
          false },
        { { .record_id = 1, .type = "x", .state = LEDGER_CLAIMED }, true, false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_place place = place_new();
        auto_status *status = NULL;
        int64_t census;
        struct err err = { 0 };

        make(&place, &cases[i].made);
        CHECK_AT(
            i, ledger_census_begin(place.ledger, &census, &err)
                   && (!cases[i].closed || ledger_census_close(place.ledger, census, 1, 1, 1, &err))
                   && ledger_commit(&place.change, &err));
        CHECK_AT(i, status_read(place.ledger, &settings, &status, &err));
        CHECK_AT(i, status && status_is_complete(status) == cases[i].complete);
    }
}

static void metrics_of(struct place *place, struct str *to)
{
    auto_status *status = NULL;
    struct err err = { 0 };

    CHECK(status_read(place->ledger, &settings, &status, &err));
    CHECK_STR(err.msg, "");
    str_reset(to);
    if (status)
        status_metrics(status, to);
}

/* What a run has and how long it takes is said while it moves documents, and not afterwards. */
TEST(a_run_under_way_has_figures_of_its_own)
{
    auto_place place = place_new();
    auto_str text = STR_MAX(KIB(64));
    auto_change change = { 0 };
    struct ledger_progress progress = { 0 };
    struct ledger_share share;
    struct ledger_took took;
    struct err err = { 0 };

    for (size_t i = 0; i < lengthof(documents); i++)
        make(&place, &documents[i]);
    CHECK(ledger_sessions_share(place.ledger, 3, &share, &err)
          && ledger_sessions_take(place.ledger, share.fair, &err)
          && ledger_commit(&place.change, &err));
    metrics_of(&place, &text);
    CHECK(strstr(str_text(&text), "\nfmferry_run_sessions 3\n") != NULL);
    CHECK(strstr(str_text(&text), "\nfmferry_document_seconds 0.") != NULL);
    CHECK(ledger_took(place.ledger, 1, 0, &took, &err) && took.documents == 3 && took.total_us > 0);
    CHECK(ledger_took(place.ledger, 1, time_now_us() + TIME_SECOND, &took, &err)
          && took.documents == 0 && took.total_us == 0);
    CHECK(ledger_begin(place.ledger, &change, &err)
          && ledger_run_note(place.ledger, &progress, "finished", true, &err)
          && ledger_commit(&change, &err));
    metrics_of(&place, &text);
    CHECK(strstr(str_text(&text), "\nfmferry_run_sessions 0\n") != NULL);
    CHECK(strstr(str_text(&text), "\nfmferry_document_seconds ") == NULL);
    CHECK_STR(err.msg, "");
}

TEST(people_see_the_same_figures)
{
    static const char *const words[] = {
        "done            3        37.5%",
        "failed          2        25.0%",
        "total           8",
        "container-empty",
        "1 waived of 8",
        "2 linked, 1 unlinked, 1 to review",
        "3 marked, 1 not yet",
        "finished",
        "1.5 GB stored, 0.04 AUD a month",
        "3 of 8 documents succeeded (37.5%); counted apart, 3 of 6 tries (50.0%)",
        "1  will not, as things are",
        "1  never will, until somebody",
        "1  never will: given up by name",
    };
    auto_place place = place_new();
    auto_status *status = NULL;
    auto_str plain = STR_MAX(KIB(64)), coloured = STR_MAX(KIB(64));
    struct err err = { 0 };

    make_all(&place);
    CHECK(status_read(place.ledger, &settings, &status, &err));
    status_text(status, (struct status_form){ 0 }, &plain);
    status_text(status, (struct status_form){ .colour = true }, &coloured);
    for (size_t i = 0; i < lengthof(words); i++)
        CHECK_AT(i, strstr(str_text(&plain), words[i]) != NULL);
    CHECK(!strchr(str_text(&plain), '\033') && strchr(str_text(&coloured), '\033'));
}

/* No line is longer than the terminal is wide. */
TEST(lines_fit_the_terminal)
{
    static const size_t widths[] = { 40, 57, 66, 72, 80, 98, 200 };
    auto_place place = place_new();
    auto_status *status = NULL;
    struct err err = { 0 };

    make_all(&place);
    CHECK(status_read(place.ledger, &settings, &status, &err));
    for (size_t i = 0; i < lengthof(widths); i++) {
        auto_str text = STR_MAX(KIB(64));
        struct span rest;

        status_text(status, (struct status_form){ .columns = (int)widths[i] }, &text);
        rest = str_span(&text);
        while (rest.size) {
            struct span line = span_cut(&rest, '\n');

            CHECK_AT(widths[i], words_columns(line) <= widths[i]);
            if (words_columns(line) > widths[i])
                (void)printf("# " SPAN_FORMAT "\n", SPAN_ARGS(line));
        }
    }
}

/* --- words ---------------------------------------------------------------------------------- */

TEST(figures_read_well)
{
    static const struct {
        int64_t part, whole;
        const char *share;
    } shares[] = {
        { 0, 0, "–" },
        { 0, 5, "0.0%" },
        { 1, 3, "33.3%" },
        { 2, 3, "66.7%" },
        { 11258, 11259, "99.9%" },
        { 5, 5, "100.0%" },
        { 1, 2000, "below 0.1%" },
        { INT64_MAX - 1, INT64_MAX, "99.9%" },
    };
    static const struct {
        int64_t bytes;
        const char *text;
    } sizes[] = {
        { 0, "0 bytes" },         { 999, "999 bytes" },       { 1000, "1.0 kB" },
        { 999949, "999.9 kB" },   { 999960, "1.0 MB" },       { 376052639, "376.1 MB" },
        { 1500000011, "1.5 GB" }, { INT64_MAX, "9223.4 PB" },
    };
    static const struct {
        int64_t n;
        const char *text;
    } numbers[] = { { 0, "0" }, { 999, "999" }, { 11259, "11,259" }, { -1234567, "-1,234,567" } };

    for (size_t i = 0; i < lengthof(shares); i++) {
        auto_str text = STR_MAX(64);

        words_share(&text, shares[i].part, shares[i].whole);
        CHECK_STR(str_text(&text), shares[i].share);
    }
    for (size_t i = 0; i < lengthof(sizes); i++) {
        auto_str text = STR_MAX(64);

        words_bytes(&text, sizes[i].bytes);
        CHECK_STR(str_text(&text), sizes[i].text);
    }
    for (size_t i = 0; i < lengthof(numbers); i++) {
        auto_str text = STR_MAX(64);

        words_number(&text, numbers[i].n);
        CHECK_STR(str_text(&text), numbers[i].text);
    }
}

/* However the parts lie, they have 100.0 % together, and nobody who is there has none. */
TEST(shares_sum_to_the_whole)
{
    static const struct {
        int64_t parts[4];
        const char *shares;
    } cases[] = {
        { { 1, 1, 1, 0 }, "33.4% 33.3% 33.3% 0.0%" },
        { { 10203, 1056, 0, 0 }, "90.6% 9.4% 0.0% 0.0%" },
        { { 11258, 0, 1, 0 }, "99.9% 0.0% below 0.1% 0.0%" },
        { { 1000000, 1, 1, 1 }, "99.7% below 0.1% below 0.1% below 0.1%" },
        { { 5, 0, 0, 0 }, "100.0% 0.0% 0.0% 0.0%" },
        { { 0, 0, 0, 0 }, "– – – –" },
        { { 2, 3, 5, 7 }, "11.8% 17.6% 29.4% 41.2%" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct share shares[4];
        auto_str text = STR_MAX(256);
        int sum = 0;

        words_shares(cases[i].parts, lengthof(shares), shares);
        for (size_t k = 0; k < lengthof(shares); k++) {
            str_add_text(&text, k ? " " : "");
            words_share_add(&text, shares[k]);
            sum += shares[k].tenths;
        }
        CHECK_STR(str_text(&text), cases[i].shares);
        CHECK_AT(i, sum == 1000 || sum == -4);
    }
}

TEST(times_are_those_of_the_source_s_clock)
{
    auto_str moment = STR_MAX(64), stamp = STR_MAX(64);
    struct err err = { 0 };

    if (!time_zone_set("Australia/Sydney", &err))
        SKIP("the zone database is not installed");
    words_moment(&moment, 1795405757 * TIME_SECOND);
    words_stamp(&stamp, 1795405757 * TIME_SECOND);
    CHECK_STR(str_text(&moment), "23 November 2026, 14:49 AEDT");
    CHECK_STR(str_text(&stamp), "2026-11-23 14:49:17 AEDT");
}

/* A name in FileMaker may hold control characters that a terminal would obey. */
TEST(a_terminal_is_not_ordered_about)
{
    auto_str text = STR_MAX(KIB(1));

    words_clean(&text, span_of("a\033[2Jb\nc\xe2\x80\xae"
                               "d\xc2\x9b"
                               "e\xff"));
    CHECK_STR(str_text(&text), "a\xef\xbf\xbd[2Jb c\xef\xbf\xbd"
                               "d\xef\xbf\xbd"
                               "e\xef\xbf\xbd");
    CHECK(words_columns(span_of("a\xe2\x80\x93z")) == 3);
    CHECK(words_columns(span_of("\xe6\xbc\xa2\xe5\xad\x97")) == 4);
    CHECK(words_columns(span_of("e\xcc\x81")) == 1);
}

/* --- what failures have in common ----------------------------------------------------------- */

TEST(neighbours_that_fail_alike_are_one_finding)
{
    auto_place place = place_new();
    auto_str json = STR_MAX(KIB(256));
    struct err err = { 0 };

    for (uint64_t i = 1; i <= 40; i++) {
        struct made made = { .record_id = i <= 30 ? i : i * 1000,
                             .type = i <= 30 ? "Referral"
                                     : i % 2 ? "Letter"
                                             : "Report",
                             .state = LEDGER_FAILED,
                             .class = i % 3 ? "container-unavailable" : "container-empty",
                             .created = i % 2 ? "03/03/2015 10:00:00" : "03/09/2015 11:00:00",
                             .author = i == 7 ? "Bob" : "Admin",
                             .path = "" };

        make(&place, &made);
    }
    CHECK(ledger_commit(&place.change, &err));
    json_of(&place, &json);
    CHECK(strstr(str_text(&json),
                 "\"findings\":[{\"text\":\"30 of 40 failures are records 1–30, created 3–9 March"
                 " 2015 by Admin, all of type Referral, all stored embedded: 20 streams missing,"
                 " 10 empty\",\"count\":30},{\"text\":\"10 of 40 failures lie scattered over"
                 " records 31,000–40,000 by Admin, all stored embedded: 7 streams missing, 3 empty"
                 "\",\"count\":10}]")
          != NULL);
}

/* Twenty clusters, the first of them the largest: the smallest eight are counted with those apart. */
TEST(only_the_largest_clusters_stay_by_themselves)
{
    static const struct failures_choice every = { 0 };
    enum { CLUSTERS = 20, STAY = 12, LEAST = 6 };
    auto_place place = place_new();
    auto_failure_causes causes = { 0 };
    struct err err = { 0 };
    int64_t sum = 0;

    for (uint64_t c = 0; c < CLUSTERS; c++)
        for (uint64_t i = 0; i < LEAST + CLUSTERS - c; i++)
            make(&place, &(struct made){ .record_id = c * 1000 + i + 1,
                                         .type = i % 2 ? "Letter" : "Referral",
                                         .state = LEDGER_FAILED,
                                         .class = "container-empty",
                                         .created = "",
                                         .author = "",
                                         .path = "" });
    CHECK(ledger_commit(&place.change, &err));
    CHECK(failure_causes_read(place.ledger, &every, &causes, &err));
    CHECK_STR(err.msg, "");
    CHECK(causes.count == STAY + 1);
    for (size_t i = 0; i < causes.count; i++) {
        CHECK_AT(i, causes.groups[i].is_apart == (i == STAY) && causes.groups[i].count == 1);
        CHECK_AT(i, causes.groups[i].first == (int64_t)i * 1000 + 1);
        CHECK_AT(i, i == STAY || causes.groups[i].documents == (int64_t)(LEAST + CLUSTERS - i));
        CHECK_AT(i, causes.groups[i].causes[0].alike == causes.groups[i].documents);
        sum += causes.groups[i].documents;
    }
    CHECK(sum == causes.failed && causes.waiting == 0);
}

/* Numbers do not count: "record 5" and "record 6" say the same. Words do. */
TEST(evidence_that_differs_is_counted)
{
    static const char *const said[] = {
        "record 5 of 9", "record 66 of 9", "record 7 of nine",
        "record ",       "record 8 of 10", "record 8 of 10 or more"
    };
    static const struct failures_choice every = { 0 }, type = { .type = "Letter" },
                                        records = { .first = 2, .last = 3 };
    auto_place place = place_new();
    auto_failure_causes causes = { 0 }, letters = { 0 }, range = { 0 };
    struct err err = { 0 };

    for (uint64_t i = 0; i < lengthof(said); i++)
        make(&place, &(struct made){ .record_id = i + 1,
                                     .type = i % 2 ? "Letter" : "Referral",
                                     .state = LEDGER_FAILED,
                                     .class = "container-empty",
                                     .created = "",
                                     .author = "Ada",
                                     .path = "",
                                     .said = said[i] });
    CHECK(ledger_commit(&place.change, &err));
    CHECK(failure_causes_read(place.ledger, &every, &causes, &err)
          && failure_causes_read(place.ledger, &type, &letters, &err)
          && failure_causes_read(place.ledger, &records, &range, &err));
    CHECK(causes.count == 1 && causes.groups[0].count == 1);
    CHECK(causes.groups[0].causes[0].alike == 3);
    CHECK_STR(causes.groups[0].causes[0].evidence.message, "=no, \"record 5 of 9\"");
    CHECK_STR(causes.groups[0].causes[0].types, "3 Referral, 3 Letter");
    CHECK_STR(causes.groups[0].shared, " by Ada, all stored embedded");
    CHECK(letters.failed == 3 && range.failed == 2);
}

/* --- the list ------------------------------------------------------------------------------- */

static void list_write(struct place *place, const struct failures_request *request, struct str *to)
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&bytes, &size);
    struct err err = { 0 };

    CHECK(file && failures_write(place->ledger, request, file, &err));
    CHECK_STR(err.msg, "");
    CHECK(fclose(file) == 0);
    str_add(to, bytes, size);
    free(bytes);
}

static void list_of(struct place *place, enum failures_form form, struct str *to)
{
    struct failures_request request = { .form = form };

    list_write(place, &request, to);
}

TEST(the_list_is_json)
{
    static const char want[] =
        "\n{\"recordId\":5,\"id\":null,\"type\":\"Referral\",\"storage\":\"embedded\","
        "\"state\":\"failed\",\"class\":\"container-zero\",\"tries\":1,\"at\":\"TIME\","
        "\"next_try\":null,\"step\":\"fetch\",\"http_status\":404,\"filemaker_code\":101,"
        "\"bytes\":7,\"message\":\"=no, \\\"container-zero\\\"\",\"created\":\"11/23/2026\","
        "\"author\":\"Ada\",\"path\":\"\"}";
    auto_place place = place_new(), empty = place_new();
    auto_str text = STR_MAX(KIB(64)), none = STR_MAX(KIB(64));
    auto_json *json = NULL;
    struct err err = { 0 };

    make_all(&place);
    list_of(&place, FAILURES_JSON, &text);
    CHECK(json_read(str_span(&text), &json, &err) && json_root(json)->count == 2);
    hide_times(&text);
    CHECK(strstr(str_text(&text), want) != NULL);
    CHECK(ledger_commit(&empty.change, &err));
    list_of(&empty, FAILURES_JSON, &none);
    CHECK_STR(str_text(&none), "[\n]\n");
}

/* A spreadsheet takes no cell for a formula. */
TEST(the_list_is_csv)
{
    auto_place place = place_new();
    auto_str text = STR_MAX(KIB(64));
    auto_csv *csv = NULL;
    size_t rows = 0;
    struct err err = { 0 };

    make_all(&place);
    list_of(&place, FAILURES_CSV, &text);
    csv = csv_new(str_span(&text));
    while (csv_next(csv, &err) == STEP_ROW) {
        rows++;
        CHECK_AT(rows, csv_count(csv) == 16);
        if (rows == 2) {
            CHECK(span_is(csv_cell(csv, 0), "5") && span_is(csv_cell(csv, 1), ""));
            CHECK(span_is(csv_cell(csv, 12), " =no, \"container-zero\""));
            CHECK(span_is(csv_cell(csv, 11), "7"));
        }
    }
    CHECK(rows == 3);
}

TEST(the_list_is_for_people)
{
    auto_place place = place_new(), empty = place_new();
    auto_str text = STR_MAX(KIB(64)), none = STR_MAX(KIB(64));
    struct err err = { 0 };

    make_all(&place);
    list_of(&place, FAILURES_TEXT, &text);
    CHECK(strstr(str_text(&text), "record 5  (no id)  Referral  container-zero\n") != NULL);
    CHECK(strstr(str_text(&text), "→ restore the file from a backup") != NULL);
    CHECK(ledger_commit(&empty.change, &err));
    list_of(&empty, FAILURES_TEXT, &none);
    CHECK_STR(str_text(&none), "no document has failed\n");
}

TEST(a_list_that_cannot_be_written_says_so)
{
    auto_place place = place_new();
    struct failures_request request = { .form = FAILURES_CSV };
    FILE *full = fopen("/dev/full", "w");
    struct err err = { 0 };

    if (!full)
        SKIP("there is no /dev/full");
    make_all(&place);
    (void)setvbuf(full, NULL, _IONBF, 0);
    CHECK(!failures_write(place.ledger, &request, full, &err) && err.kind == ERR_OS);
    (void)fclose(full);
}
