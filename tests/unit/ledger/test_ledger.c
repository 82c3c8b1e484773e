/*
 * The ledger: every transition and every refused one, who holds what, the audit chain, the tallies;
 * and a long random walk beside a small model of it.
 */
#include "ledger/census.h"
#include "ledger/decisions.h"
#include "ledger/documents.h"
#include "ledger/feed.h"
#include "ledger/ledger_sql.h"
#include "ledger/links.h"
#include "ledger/peer_locks.h"
#include "ledger/siblings.h"
#include "ledger/verifications.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"
#include "folder.h"
#include "tap.h"

#include <unistd.h>

static const struct ledger_process process = {
    .machine = "machine", .host = "host", .pid = 4711, .version = "0.1", .kind = "run"
};

/* A ledger in a folder of its own, with a run begun. */
struct place {
    char *folder, *url;
    struct cancel *cancel;
    struct ledger *ledger;
    int64_t run;
};

static bool run_begin(struct ledger *ledger, int64_t *run_r)
{
    auto_change change = { 0 };
    struct err err = { 0 };
    bool good = ledger_begin(ledger, &change, &err)
                && ledger_run_begin(ledger, &process, run_r, &err) && ledger_commit(&change, &err);

    CHECK_STR(err.msg, "");
    return good;
}

static struct ledger *ledger_at(const struct place *place, const char *source)
{
    struct ledger *ledger = NULL;
    struct err err = { 0 };

    if (!ledger_open(place->url, source, place->cancel, &ledger, &err)) {
        CHECK_STR(err.msg, "");
        abort();
    }
    CHECK(sql_script(ledger_sql(ledger), "pragma synchronous = off", &err));
    return ledger;
}

static struct place place_new(void)
{
    char *folder = folder_new();
    struct place place = { folder, mem_printf("sqlite:%s/ledger.db", folder), cancel_new(), NULL,
                           0 };

    place.ledger = ledger_at(&place, "source");
    CHECK(run_begin(place.ledger, &place.run));
    return place;
}

static void place_end(struct place *place)
{
    ledger_close(place->ledger);
    cancel_free(place->cancel);
    free(place->url);
    folder_remove(place->folder);
}

#define auto_place __attribute__((cleanup(place_end))) struct place

/* --- the invariants ------------------------------------------------------------------------- */

#define STATEMENT(statement_name, words)                                                           \
    static const struct sql_text statement_name = { #statement_name, words, NULL }

STATEMENT(miscounted,
          "select count(*) from ("
          " select state, class, type, link, sum(n) as n, sum(bytes) as bytes from ("
          "  select source, state, case when state in ('failed', 'waived') then class else '' end"
          "   as class, type, case when state in ('stored', 'done') then link else '' end as link,"
          "   1 as n, case when state in ('stored', 'done') then coalesce(size, 0) else 0 end"
          "   as bytes from fmferry_document where source = $1"
          "  union all"
          "  select source, state, class, type, link, -documents, -bytes from fmferry_tally"
          "   where source = $1)"
          " group by state, class, type, link having sum(n) <> 0 or sum(bytes) <> 0)");
STATEMENT(chain_rows, "select run, seq, at_us, coalesce(document, 0), epoch, before, after,"
                      " evidence, hash from fmferry_audit order by run, seq");
STATEMENT(audit_count, "select count(*) from fmferry_audit");
STATEMENT(document_count, "select count(*) from fmferry_document");

static int64_t number(struct ledger *ledger, const struct sql_text *text, struct sql_args args)
{
    struct err err = { 0 };
    int64_t n = -1;

    CHECK(sql_number(ledger_sql(ledger), text, args, 0, &n, &err));
    CHECK_STR(err.msg, "");
    return n;
}

/* An entry's hash covers the one before and its columns, one a line, as docs/ledger.md says. */
static struct sha256 entry_hash(const struct sql_rows *rows, const struct sha256 *before)
{
    auto_str text = STR_MAX(KIB(64));

    str_add(&text, before->bytes, SHA256_SIZE);
    for (int column = 0; column < 8; column++) {
        str_add_span(&text, sql_get_text(rows, column));
        str_add_char(&text, '\n');
    }
    return sha256_of(str_span(&text));
}

static void check_chain(size_t index, struct ledger *ledger)
{
    auto_rows *rows = NULL;
    struct sha256 before = { { 0 } };
    int64_t run = 0, seq = 0;
    struct err err = { 0 };

    CHECK_AT(index, sql_query(ledger_sql(ledger), &chain_rows, SQL_NO_ARGS, &rows, &err));
    while (sql_next(rows, &err) == STEP_ROW) {
        struct span hash = sql_get_bytes(rows, 8);

        if (sql_get_i64(rows, 0) != run) {
            run = sql_get_i64(rows, 0);
            seq = 0;
            before = (struct sha256){ { 0 } };
        }
        CHECK_AT(index, sql_get_i64(rows, 1) == ++seq);
        before = entry_hash(rows, &before);
        CHECK_AT(index, hash.size == SHA256_SIZE && !memcmp(hash.at, before.bytes, SHA256_SIZE));
    }
    CHECK_STR(err.msg, "");
}

static void check_sound(size_t index, struct ledger *ledger)
{
    int64_t source = ledger_source(ledger);

    CHECK_AT(index, number(ledger, &miscounted, sql_args(sql_i64(source))) == 0);
    check_chain(index, ledger);
}

/* --- small steps ---------------------------------------------------------------------------- */

static struct ledger_census_entry sighting_of(const char *identity, uint64_t record_id,
                                              uint64_t mod_id)
{
    return (struct ledger_census_entry){ .identity = span_of(identity),
                                         .repetition = 1,
                                         .record_id = record_id,
                                         .mod_id = mod_id,
                                         .filemaker_id = span_of(identity),
                                         .patient_id = span_of("patient"),
                                         .type = span_of("Letter"),
                                         .storage = "embedded" };
}

static enum ledger_upsert_result see(struct ledger *ledger,
                                     const struct ledger_census_entry *sighting)
{
    auto_change change = { 0 };
    enum ledger_upsert_result seen = LEDGER_UPSERT_NEW;
    uint64_t elsewhere;
    struct err err = { 0 };

    CHECK(ledger_begin(ledger, &change, &err)
          && ledger_census_upsert(ledger, sighting, &seen, &elsewhere, &err)
          && ledger_commit(&change, &err));
    CHECK_STR(err.msg, "");
    return seen;
}

/* Claims the documents that are due at a time; the caller clears the claims. */
static size_t claim(struct ledger *ledger, int64_t now_us, size_t most, struct ledger_claim *claims)
{
    auto_change change = { 0 };
    struct err err = { 0 };
    size_t count = 0;

    CHECK(ledger_begin(ledger, &change, &err)
          && ledger_claim(ledger, now_us, false, most, claims, &count, &err)
          && ledger_commit(&change, &err));
    CHECK_STR(err.msg, "");
    return count;
}

static struct ledger_version version_of(const char *key, const char *bytes, uint64_t mod_id)
{
    return (struct ledger_version){ .key = mem_text(key),
                                    .has_sha256 = true,
                                    .sha256 = sha256_of(span_of(bytes)),
                                    .size_bytes = strlen(bytes),
                                    .mime = mem_text("text/plain"),
                                    .mod_id = mod_id };
}

static const struct err a_failure = {
    .kind = ERR_REMOTE, .code = 404, .reason = 0, .msg = "the stream answered with 404"
};

/* The operations on one document, given a claim on it. */
enum op {
    OP_SEE_SAME,
    OP_SEE_EDITED,
    OP_SEE_MARKED, /* the modification id is one higher */
    OP_CLAIM,
    OP_INTEND,
    OP_STORE,
    OP_FINISH,
    OP_RELEASE,
    OP_RELEASE_AGAIN, /* to be fetched again */
    OP_FAIL,
    OP_LOSE,
    OP_RETRY,
    OP_RETRY_CLASS,
    OP_WAIVE,
    OP_GONE,
    OP_FREE,
    OP_WAKE,
};

static bool op_with_claim(struct ledger *ledger, enum op op, const struct ledger_claim *c,
                          struct err *err)
{
    struct ledger_attempt attempt = { "fetch", "container-zero", &a_failure, 7, true };
    struct ledger_trait trait = { span_of("11/23/2026"), span_of("Admin"), SPAN_NONE };
    struct ledger_version version = version_of("key", "bytes", c->mod_id);
    bool good = false;

    if (op == OP_INTEND || op == OP_STORE) {
        good = ledger_intend(ledger, c, &version, err)
               && (op == OP_INTEND
                   || ledger_store(ledger, c, &version, LEDGER_LINKED, "patient-1", err));
        ledger_version_clear(&version);
        return good;
    }
    ledger_version_clear(&version);
    if (op == OP_FINISH)
        return ledger_finish(ledger, c, c->mod_id + 1, err);
    if (op == OP_FAIL)
        return ledger_fail(ledger, c, &attempt, &trait, err);
    if (op == OP_LOSE)
        return ledger_mark_gone(ledger, c, err);
    return ledger_release(ledger, c, &attempt, 1000, op == OP_RELEASE_AGAIN, err);
}

static bool op_by_anybody(struct ledger *ledger, enum op op, uint64_t record_id, uint64_t mod_id,
                          struct err *err)
{
    struct ledger_selection choice = { .record_id = (int64_t)record_id };
    struct ledger_census_entry sighting = sighting_of("id", record_id, mod_id);
    uint64_t elsewhere;
    enum ledger_upsert_result seen;
    struct ledger_decided decided = { 0 };
    int64_t count;

    sighting.mod_id += op == OP_SEE_EDITED ? 2 : op == OP_SEE_MARKED ? 1 : 0;
    if (op == OP_RETRY)
        return ledger_retry(ledger, &choice, &decided, err);
    if (op == OP_RETRY_CLASS)
        return ledger_retry_class(ledger, "container-zero", err);
    if (op == OP_WAIVE)
        return ledger_waive(ledger, &choice, "Ada", "it was empty", &decided, err);
    if (op == OP_GONE)
        return ledger_mark_record_gone(ledger, record_id, err);
    if (op == OP_FREE)
        return ledger_run_release(ledger, &count, err);
    if (op == OP_WAKE)
        return ledger_make_waiting_due(ledger, err);
    return ledger_census_upsert(ledger, &sighting, &seen, &elsewhere, err);
}

static bool op_do(struct ledger *ledger, enum op op, struct ledger_claim *c, uint64_t mod_id,
                  struct err *err)
{
    auto_change change = { 0 };
    struct ledger_claim claims[1] = { 0 };
    size_t count = 0;
    bool good;

    if (!ledger_begin(ledger, &change, err))
        return false;
    if (op == OP_CLAIM)
        good = ledger_claim(ledger, INT64_MAX, false, 1, claims, &count, err);
    else if (op >= OP_INTEND && op <= OP_LOSE)
        good = op_with_claim(ledger, op, c, err);
    else
        good = op_by_anybody(ledger, op, 17, mod_id, err);
    ledger_claim_clear(&claims[0]);
    return good && ledger_commit(&change, err);
}

/* --- transitions ---------------------------------------------------------------------------- */

/*
 * The state of the one document as a letter: waiting, claimed, stored (and in hand), Stored (in
 * nobody's hand), done, failed, v for waived, gone.
 */
static char letter(struct ledger *ledger)
{
    STATEMENT(look, "select case when run is not null and state = 'stored' then 's'"
                    " when state = 'stored' then 'S' when state = 'waived' then 'v'"
                    " else substr(state, 1, 1) end from fmferry_document");
    auto_rows *rows = NULL;
    struct err err = { 0 };

    if (!sql_query(ledger_sql(ledger), &look, SQL_NO_ARGS, &rows, &err)
        || sql_next(rows, &err) != STEP_ROW)
        return '?';
    return *sql_get_text(rows, 0).at;
}

static const char all_letters[] = "wcsSdfvg";

/* Brings a new document into a state; `claim_r` is its last claim, in force or not. */
static void bring(struct ledger *ledger, char to, struct ledger_claim *claim_r)
{
    struct ledger_census_entry sighting = sighting_of("id", 17, 5);
    struct err err = { 0 };
    bool good = see(ledger, &sighting) == LEDGER_UPSERT_NEW && claim(ledger, 0, 1, claim_r) == 1;

    if (to == 'w' || to == 'v')
        good = good && op_do(ledger, OP_RELEASE, claim_r, 5, &err);
    if (strchr("sSd", to)) {
        good = good && op_do(ledger, OP_STORE, claim_r, 5, &err);
        claim_r->state = LEDGER_STORED;
        claim_r->link = LEDGER_LINKED;
        claim_r->version = 1;
        claim_r->size = 5;
    }
    if (to == 'S')
        good = good && op_do(ledger, OP_RELEASE, claim_r, 5, &err);
    if (to == 'd')
        good = good && op_do(ledger, OP_FINISH, claim_r, 5, &err);
    if (to == 'f')
        good = good && op_do(ledger, OP_FAIL, claim_r, 5, &err);
    if (to == 'v')
        good = good && op_do(ledger, OP_WAIVE, claim_r, 5, &err);
    if (to == 'g')
        good = good && op_do(ledger, OP_LOSE, claim_r, 5, &err);
    CHECK(good && letter(ledger) == to);
    CHECK_STR(err.msg, "");
}

TEST(every_transition_is_as_the_protocol_has_it)
{
    static const struct {
        enum op op;
        const char *after;   /* the letters after it, from each of all_letters              */
        const char *refused; /* letters from which it is refused, because the claim is void */
    } cases[] = {
        { OP_SEE_SAME, "wcsSdfvw", "" },
        { OP_SEE_EDITED, "wcswwwvw", "" },
        { OP_SEE_MARKED, "wcsSwwvw", "" },
        { OP_CLAIM, "ccssdfvg", "" },
        { OP_INTEND, "wcsSdfvg", "wSdfvg" },
        { OP_STORE, "wssSdfvg", "wsSdfvg" },
        { OP_FINISH, "wcdSdfvg", "wcSdfvg" },
        { OP_RELEASE, "wwSSdfvg", "wSdfvg" },
        { OP_RELEASE_AGAIN, "wwwSdfvg", "wSdfvg" },
        { OP_LOSE, "wggSdfvg", "wSdfvg" },
        { OP_RETRY, "wcsSdwwg", "" },
        { OP_RETRY_CLASS, "wcsSdwvg", "" },
        { OP_WAIVE, "vcsSdvvg", "" },
        { OP_GONE, "gcsggggg", "" },
        { OP_FREE, "wwSSdfvg", "" },
        { OP_WAKE, "wcsSdfvg", "" },
    };
    auto_place place = place_new();

    for (size_t i = 0; i < lengthof(cases); i++) {
        for (size_t from = 0; all_letters[from]; from++) {
            size_t index = i * 10 + from;
            char source[32];
            auto_ledger *ledger = NULL;
            struct ledger_claim c = { 0 };
            bool refused = strchr(cases[i].refused, all_letters[from]) != NULL;
            /* after FINISH the record's modification id is that of our own mark */
            uint64_t mod_id = all_letters[from] == 'd' ? 6 : 5;
            int64_t audits, run;
            struct err err = { 0 };

            (void)snprintf(source, sizeof source, "source %zu", index);
            ledger = ledger_at(&place, source);
            CHECK_AT(index, run_begin(ledger, &run));
            CHECK_AT(index, sql_script(ledger_sql(ledger),
                                       "delete from fmferry_version;"
                                       "delete from fmferry_attempt;"
                                       "delete from fmferry_trait;"
                                       "delete from fmferry_waiver;"
                                       "delete from fmferry_document;",
                                       &err));
            bring(ledger, all_letters[from], &c);
            audits = number(ledger, &audit_count, SQL_NO_ARGS);
            CHECK_AT(index, op_do(ledger, cases[i].op, &c, mod_id, &err) == !refused);
            CHECK_AT(index, letter(ledger) == cases[i].after[from]);
            CHECK_AT(index, !refused
                                || (err.kind == ERR_DATABASE && err.code == LEDGER_NOT_OURS
                                    && number(ledger, &audit_count, SQL_NO_ARGS) == audits));
            check_sound(index, ledger);
            ledger_claim_clear(&c);
        }
    }
}

/* --- upserts -------------------------------------------------------------------------------- */

TEST(a_document_is_what_its_identity_says)
{
    auto_place place = place_new();
    struct ledger_census_entry first = sighting_of("id-1", 1, 0), moved = sighting_of("id-1", 2, 0);
    struct ledger_census_entry page = first, again = first;
    uint64_t elsewhere = 0;
    enum ledger_upsert_result seen;
    auto_change change = { 0 };
    struct err err = { 0 };

    page.container = span_of("Scan");
    again.repetition = 2;
    CHECK(see(place.ledger, &first) == LEDGER_UPSERT_NEW);
    CHECK(see(place.ledger, &page) == LEDGER_UPSERT_NEW);
    CHECK(see(place.ledger, &again) == LEDGER_UPSERT_NEW);
    CHECK(see(place.ledger, &first) == LEDGER_UPSERT_SAME);
    CHECK(see(place.ledger, &page) == LEDGER_UPSERT_SAME);
    CHECK(number(place.ledger, &document_count, SQL_NO_ARGS) == 3);
    CHECK(ledger_begin(place.ledger, &change, &err));
    CHECK(ledger_census_upsert(place.ledger, &moved, &seen, &elsewhere, &err));
    CHECK(seen == LEDGER_UPSERT_ELSEWHERE && elsewhere == 1);
    CHECK(ledger_commit(&change, &err) && number(place.ledger, &document_count, SQL_NO_ARGS) == 3);
    check_sound(0, place.ledger);
}

/* An edited document is counted under its new type. */
TEST(an_edit_brings_what_the_record_says_now)
{
    STATEMENT(look, "select type || ' ' || patient_id || ' ' || storage || ' ' || mod_id"
                    " from fmferry_document");
    auto_place place = place_new();
    struct ledger_census_entry sighting = sighting_of("id", 17, 5);
    auto_rows *rows = NULL;
    struct err err = { 0 };

    CHECK(see(place.ledger, &sighting) == LEDGER_UPSERT_NEW);
    sighting.mod_id = 6;
    sighting.type = span_of("Referral");
    sighting.patient_id = span_of("another");
    sighting.storage = "secure";
    CHECK(see(place.ledger, &sighting) == LEDGER_UPSERT_CHANGED);
    CHECK(sql_query(ledger_sql(place.ledger), &look, SQL_NO_ARGS, &rows, &err));
    CHECK(sql_next(rows, &err) == STEP_ROW);
    CHECK(span_is(sql_get_text(rows, 0), "Referral another secure 6"));
    check_sound(0, place.ledger);
}

/* A page read before a change may be written after it: no news. A restored file is news. */
TEST(what_was_read_before_the_last_change_is_no_news)
{
    auto_place place = place_new();
    struct ledger_census_entry before = sighting_of("id", 17, 5);
    struct ledger_census_entry now = sighting_of("id", 17, 6);

    before.asked_us = time_now_us();
    CHECK(see(place.ledger, &now) == LEDGER_UPSERT_NEW);
    CHECK(see(place.ledger, &before) == LEDGER_UPSERT_SAME);
    before.asked_us = time_now_us() + TIME_SECOND;
    CHECK(see(place.ledger, &before) == LEDGER_UPSERT_CHANGED);
    check_sound(0, place.ledger);
}

struct seen_records {
    uint64_t least; /* this record, and all above */
};

static bool was_seen(void *arg, uint64_t record_id)
{
    const struct seen_records *seen = arg;

    return record_id >= seen->least;
}

TEST(absent_records_are_found_and_lost)
{
    auto_place place = place_new();
    struct seen_records seen = { 6 };
    uint64_t absent[4];
    size_t count;
    struct err err = { 0 };

    for (uint64_t record = 1; record <= 10; record++) {
        char identity[24];
        struct ledger_census_entry one, other;

        (void)snprintf(identity, sizeof identity, "id-%ju", (uintmax_t)record);
        one = other = sighting_of(identity, record, 1);
        other.repetition = 2;
        CHECK_AT(record, see(place.ledger, &one) == LEDGER_UPSERT_NEW);
        CHECK_AT(record, see(place.ledger, &other) == LEDGER_UPSERT_NEW);
    }
    CHECK(ledger_absent_records(place.ledger, was_seen, &seen, absent, lengthof(absent), &count,
                                &err));
    CHECK(count == 4 && absent[0] == 1 && absent[3] == 4);
    for (size_t i = 0; i < count; i++) {
        auto_change change = { 0 };

        CHECK_AT(i, ledger_begin(place.ledger, &change, &err)
                        && ledger_mark_record_gone(place.ledger, absent[i], &err)
                        && ledger_commit(&change, &err));
    }
    CHECK(ledger_absent_records(place.ledger, was_seen, &seen, absent, lengthof(absent), &count,
                                &err));
    CHECK(count == 1 && absent[0] == 5);
    seen.least = 0;
    CHECK(ledger_absent_records(place.ledger, was_seen, &seen, absent, lengthof(absent), &count,
                                &err));
    CHECK(count == 0);
    CHECK_STR(err.msg, "");
    check_sound(0, place.ledger);
}

TEST(a_census_is_begun_closed_and_told)
{
    auto_place place = place_new();
    auto_ledger *other = ledger_at(&place, "source");
    struct ledger_census census;
    int64_t number_1 = 0, number_2 = 0, other_run, freed;
    auto_change change = { 0 };
    struct err err = { 0 };
    bool was = true;

    CHECK(ledger_census(place.ledger, &census, &err) && !census.begun && !census.closed);
    CHECK(run_begin(other, &other_run));
    CHECK(ledger_begin(place.ledger, &change, &err)
          && ledger_census_begin(place.ledger, &number_1, &err) && ledger_commit(&change, &err));
    CHECK(number_1 == 1);
    CHECK(ledger_census(place.ledger, &census, &err) && census.begun && !census.closed);
    CHECK(ledger_begin(other, &change, &err) && ledger_census_begin(other, &number_2, &err)
          && ledger_commit(&change, &err));
    CHECK(number_2 == 0); /* somebody is counting */
    CHECK(ledger_census_since(other, 0, 0, &was, &err) && !was);
    CHECK(ledger_begin(place.ledger, &change, &err)
          && ledger_census_close(place.ledger, number_1, 10, 10, -1, &err)
          && ledger_commit(&change, &err));
    CHECK(ledger_census(place.ledger, &census, &err) && census.begun && census.closed);
    CHECK(census.records == 10 && census.found == 10 && census.at_us > 0);
    CHECK(ledger_census_since(other, 0, INT64_MAX, &was, &err) && was);
    CHECK(ledger_census_since(other, INT64_MAX, 0, &was, &err) && was);
    CHECK(ledger_census_since(other, INT64_MAX, INT64_MAX, &was, &err) && !was);
    /* a census whose run died is in nobody's way */
    CHECK(ledger_begin(place.ledger, &change, &err)
          && ledger_census_begin(place.ledger, &number_1, &err) && ledger_commit(&change, &err));
    CHECK(ledger_begin(other, &change, &err)
          && ledger_run_release_dead(other, place.run, &freed, &err)
          && ledger_census_begin(other, &number_2, &err) && ledger_commit(&change, &err));
    CHECK(number_1 == 2 && number_2 == 3);
    CHECK(ledger_begin(other, &change, &err) && ledger_census_end(other, number_2, &err)
          && ledger_commit(&change, &err));
    CHECK(ledger_census(other, &census, &err) && census.begun && !census.closed);
    CHECK_STR(err.msg, "");
    check_sound(0, other);
}

/* --- claims --------------------------------------------------------------------------------- */

TEST(what_is_due_first_is_claimed_first)
{
    static const struct {
        const char *identity;
        int64_t due_us;
    } documents[] = { { "c", 30 }, { "a", 10 }, { "d", 30 }, { "b", 20 }, { "later", 99 } };
    static const char *const order[] = { "a", "b", "c", "d" };
    STATEMENT(set_due, "update fmferry_document set due_us = $1 where identity = $2");
    auto_place place = place_new();
    struct ledger_claim claims[8] = { 0 };
    int64_t due_us = 0;
    struct err err = { 0 };

    CHECK(ledger_next_due(place.ledger, &due_us, &err) && due_us == INT64_MAX);
    for (size_t i = 0; i < lengthof(documents); i++) {
        struct ledger_census_entry sighting = sighting_of(documents[i].identity, i + 1, 0);

        CHECK_AT(i, see(place.ledger, &sighting) == LEDGER_UPSERT_NEW);
        CHECK_AT(i, sql_run(ledger_sql(place.ledger), &set_due,
                            sql_args(sql_i64(documents[i].due_us), sql_text(documents[i].identity)),
                            &err));
    }
    CHECK(ledger_next_due(place.ledger, &due_us, &err) && due_us == 10);
    CHECK(claim(place.ledger, 9, 8, claims) == 0);
    for (size_t i = 0; i < 2; i++) {
        CHECK_AT(i, claim(place.ledger, 50, 2, claims) == 2);
        for (size_t k = 0; k < 2; k++) {
            CHECK_STR(claims[k].identity, order[2 * i + k]);
            CHECK_AT(i, claims[k].epoch == 1 && claims[k].state == LEDGER_CLAIMED);
            CHECK_STR(claims[k].type, "Letter");
            CHECK_STR(claims[k].filemaker_id, claims[k].identity);
            CHECK_STR(claims[k].patient_id, "patient");
            ledger_claim_clear(&claims[k]);
        }
    }
    CHECK(claim(place.ledger, 98, 8, claims) == 0);
    CHECK(ledger_next_due(place.ledger, &due_us, &err) && due_us == 99);
    check_sound(0, place.ledger);
}

/* A dead run holds nothing, and its workers can no longer change anything. */
TEST(a_buried_run_lets_go)
{
    auto_place place = place_new();
    auto_ledger *other = NULL;
    struct ledger_census_entry sighting = sighting_of("id", 17, 5);
    struct ledger_claim old = { 0 }, fresh = { 0 };
    auto_free struct ledger_open_run *open = NULL;
    size_t count = 9;
    int64_t run, freed = 0;
    struct err err = { 0 };

    CHECK(see(place.ledger, &sighting) == LEDGER_UPSERT_NEW
          && claim(place.ledger, 0, 1, &old) == 1);
    other = ledger_at(&place, "source");
    CHECK(run_begin(other, &run) && run != place.run);
    CHECK(claim(other, INT64_MAX, 1, &fresh) == 0);
    CHECK(ledger_open_runs(other, 120 * TIME_SECOND, &open, &count, &err) && count == 1
          && open[0].run == place.run);
    CHECK_STR(open[0].machine, "machine");
    {
        auto_change change = { 0 };

        CHECK(ledger_begin(other, &change, &err)
              && ledger_run_release_dead(other, place.run, &freed, &err)
              && ledger_commit(&change, &err) && freed == 1);
    }
    CHECK(letter(other) == 'w' && claim(other, INT64_MAX, 1, &fresh) == 1 && fresh.epoch == 2);
    for (int op = OP_INTEND; op <= OP_LOSE; op++) {
        err = (struct err){ 0 };
        CHECK_AT((size_t)op, !op_do(place.ledger, (enum op)op, &old, 5, &err));
        CHECK_AT((size_t)op, err.kind == ERR_DATABASE && err.code == LEDGER_NOT_OURS);
        CHECK_AT((size_t)op, letter(other) == 'c');
    }
    CHECK(op_do(other, OP_STORE, &fresh, 5, &err) && letter(other) == 's');
    free(take(open));
    CHECK(ledger_open_runs(other, 120 * TIME_SECOND, &open, &count, &err) && count == 0);
    check_sound(0, other);
    ledger_claim_clear(&old);
    ledger_claim_clear(&fresh);
}

/* A claim that was given back and taken again is another claim. */
TEST(an_old_claim_of_the_same_run_is_no_claim)
{
    auto_place place = place_new();
    struct ledger_census_entry sighting = sighting_of("id", 17, 5);
    struct ledger_claim old = { 0 }, fresh = { 0 };
    struct err err = { 0 };

    CHECK(see(place.ledger, &sighting) == LEDGER_UPSERT_NEW
          && claim(place.ledger, 0, 1, &old) == 1);
    CHECK(op_do(place.ledger, OP_RELEASE, &old, 5, &err));
    CHECK(claim(place.ledger, INT64_MAX, 1, &fresh) == 1);
    CHECK(!op_do(place.ledger, OP_FAIL, &old, 5, &err) && err.code == LEDGER_NOT_OURS);
    CHECK(fresh.attempts == 1 && op_do(place.ledger, OP_FAIL, &fresh, 5, &err));
    ledger_claim_clear(&old);
    ledger_claim_clear(&fresh);
}

/* --- changes -------------------------------------------------------------------------------- */

/* An uncommitted change is nowhere: not in the tables, not in the chain, not in the tallies. */
TEST(a_change_taken_back_leaves_nothing)
{
    auto_place place = place_new();
    struct ledger_census_entry one = sighting_of("one", 1, 0), two = sighting_of("two", 2, 0);
    struct ledger_claim claims[2] = { 0 };
    int64_t audits;
    struct err err = { 0 };

    CHECK(see(place.ledger, &one) == LEDGER_UPSERT_NEW);
    audits = number(place.ledger, &audit_count, SQL_NO_ARGS);
    {
        auto_change change = { 0 };
        enum ledger_upsert_result seen;
        uint64_t elsewhere;
        size_t count = 0;

        CHECK(ledger_begin(place.ledger, &change, &err));
        CHECK(ledger_census_upsert(place.ledger, &two, &seen, &elsewhere, &err));
        CHECK(ledger_claim(place.ledger, INT64_MAX, false, 2, claims, &count, &err) && count == 2);
        for (size_t i = 0; i < count; i++)
            ledger_claim_clear(&claims[i]);
    }
    CHECK(number(place.ledger, &document_count, SQL_NO_ARGS) == 1 && letter(place.ledger) == 'w');
    CHECK(number(place.ledger, &audit_count, SQL_NO_ARGS) == audits);
    check_sound(0, place.ledger);
    CHECK(claim(place.ledger, INT64_MAX, 2, claims) == 1 && claims[0].epoch == 1);
    ledger_claim_clear(&claims[0]);
    CHECK(number(place.ledger, &audit_count, SQL_NO_ARGS) == audits + 1);
    check_sound(1, place.ledger);
}

/* --- versions ------------------------------------------------------------------------------- */

static void check_version(size_t index, const struct ledger_version *v, int64_t number,
                          const char *key, bool stored)
{
    CHECK_AT(index, v->number == number && v->stored == stored);
    CHECK_STR(v->key, key);
}

TEST(versions_are_intended_stored_and_superseded)
{
    STATEMENT(states, "select group_concat(state, ' ') from"
                      " (select state from fmferry_version order by number)");
    auto_place place = place_new();
    struct ledger_census_entry sighting = sighting_of("id", 17, 5);
    struct ledger_claim c = { 0 };
    struct ledger_version first = version_of("a.pdf", "first", 5);
    struct ledger_version second = version_of("a~2.pdf", "second", 6);
    struct ledger_version *versions = NULL;
    auto_rows *rows = NULL;
    auto_change change = { 0 };
    size_t count = 0;
    struct err err = { 0 };

    first.has_sha256 = false; /* a large file, whose hash is not known yet */
    first.size_bytes = 0;
    first.mark = mem_text("11/23/2026 08:15:02");
    first.upload_id = mem_text("upload");
    CHECK(see(place.ledger, &sighting) == LEDGER_UPSERT_NEW && claim(place.ledger, 0, 1, &c) == 1);
    CHECK(ledger_begin(place.ledger, &change, &err) && ledger_intend(place.ledger, &c, &first, &err)
          && ledger_commit(&change, &err) && first.number == 1);
    CHECK(ledger_versions(place.ledger, c.document, &versions, &count, &err) && count == 1);
    check_version(0, &versions[0], 1, "a.pdf", false);
    CHECK(!versions[0].has_sha256 && versions[0].size_bytes == 0 && versions[0].mod_id == 5);
    CHECK_STR(versions[0].mark, "11/23/2026 08:15:02");
    CHECK_STR(versions[0].upload_id, "upload");
    CHECK_STR(versions[0].mime, "text/plain");
    ledger_versions_free(versions, count);
    /* the hash becomes known: the same version, not another */
    first.has_sha256 = true;
    first.size_bytes = 5;
    CHECK(ledger_begin(place.ledger, &change, &err) && ledger_intend(place.ledger, &c, &first, &err)
          && ledger_store(place.ledger, &c, &first, LEDGER_UNLINKED, NULL, &err)
          && ledger_commit(&change, &err) && first.number == 1);
    c.state = LEDGER_STORED;
    c.link = LEDGER_UNLINKED;
    c.size = 5;
    CHECK(op_do(place.ledger, OP_RELEASE_AGAIN, &c, 5, &err));
    ledger_claim_clear(&c);
    CHECK(claim(place.ledger, INT64_MAX, 1, &c) == 1 && c.version == 1 && c.size == 5);
    CHECK(c.link == LEDGER_UNLINKED);
    CHECK(ledger_begin(place.ledger, &change, &err)
          && ledger_intend(place.ledger, &c, &second, &err)
          && ledger_store(place.ledger, &c, &second, LEDGER_LINKED, "patient-1", &err)
          && ledger_commit(&change, &err) && second.number == 2);
    CHECK(ledger_versions(place.ledger, c.document, &versions, &count, &err) && count == 2);
    check_version(0, &versions[0], 1, "a.pdf", true);
    check_version(1, &versions[1], 2, "a~2.pdf", true);
    CHECK(sha256_equal(&versions[0].sha256, &first.sha256) && versions[0].size_bytes == 5);
    CHECK(!versions[1].mark && !versions[1].upload_id);
    CHECK(sql_query(ledger_sql(place.ledger), &states, SQL_NO_ARGS, &rows, &err));
    CHECK(sql_next(rows, &err) == STEP_ROW);
    CHECK(span_is(sql_get_text(rows, 0), "superseded stored"));
    CHECK_STR(err.msg, "");
    check_sound(0, place.ledger);
    ledger_versions_free(versions, count);
    ledger_version_clear(&first);
    ledger_version_clear(&second);
    ledger_claim_clear(&c);
}

TEST(every_mark_that_was_meant_is_remembered)
{
    auto_place place = place_new();
    struct ledger_census_entry one = sighting_of("id", 17, 5), two = one;
    struct ledger_claim claims[2] = { 0 };
    char **marks = NULL;
    size_t count = 0;
    struct err err = { 0 };

    two.repetition = 2;
    CHECK(see(place.ledger, &one) == LEDGER_UPSERT_NEW
          && see(place.ledger, &two) == LEDGER_UPSERT_NEW);
    CHECK(claim(place.ledger, 0, 2, claims) == 2);
    for (size_t i = 0; i < 2; i++) {
        struct ledger_version version = version_of("key", "bytes", 5);
        auto_change change = { 0 };

        version.mark = mem_printf("mark %zu", i);
        CHECK_AT(i, ledger_begin(place.ledger, &change, &err)
                        && ledger_intend(place.ledger, &claims[i], &version, &err)
                        && ledger_commit(&change, &err));
        ledger_version_clear(&version);
        ledger_claim_clear(&claims[i]);
    }
    CHECK(ledger_marks(place.ledger, 17, &marks, &count, &err) && count == 2);
    for (size_t i = 0; i < count; i++) {
        CHECK_AT(i, span_starts(span_of(marks[i]), "mark "));
        free(marks[i]);
    }
    free(marks);
    marks = NULL;
    count = 0;
    CHECK(ledger_marks(place.ledger, 18, &marks, &count, &err) && count == 0 && !marks);
}

/* --- several documents of a record ---------------------------------------------------------- */

static bool store_one(struct ledger *ledger, struct ledger_claim *c, uint64_t mod_id)
{
    struct ledger_version version = version_of("key", "bytes", mod_id);
    auto_change change = { 0 };
    struct err err = { 0 };
    bool good = ledger_begin(ledger, &change, &err) && ledger_intend(ledger, c, &version, &err)
                && ledger_store(ledger, c, &version, LEDGER_LINKED, "patient-1", &err)
                && ledger_commit(&change, &err);

    CHECK_STR(err.msg, "");
    c->state = LEDGER_STORED;
    c->link = LEDGER_LINKED;
    c->version = version.number;
    c->size = 5;
    ledger_version_clear(&version);
    return good;
}

static bool is_ready(struct ledger *ledger, const struct ledger_claim *c, uint64_t mod_id)
{
    auto_change change = { 0 };
    struct err err = { 0 };
    bool ready = false;

    CHECK(ledger_begin(ledger, &change, &err)
          && ledger_record_ready(ledger, c, mod_id, &ready, &err) && ledger_commit(&change, &err));
    return ready;
}

TEST(a_record_is_marked_when_all_its_documents_are_stored)
{
    STATEMENT(states, "select group_concat(state, ' ') from"
                      " (select state from fmferry_document order by document)");
    static const char *const want[] = { "stored claimed claimed", "stored claimed waived",
                                        "waiting stored waived", "stored stored waived",
                                        "done done waived" };
    auto_place place = place_new();
    struct ledger_claim c[3] = { 0 }, again = { 0 };
    struct ledger_selection third = { .class = "container-zero" };
    auto_free struct ledger_done *done = NULL;
    size_t done_count = 0;
    struct ledger_decided waived = { 0 };
    struct err err = { 0 };

    for (int i = 0; i < 3; i++) {
        struct ledger_census_entry sighting = sighting_of("id", 17, 5);

        sighting.repetition = i + 1;
        CHECK(see(place.ledger, &sighting) == LEDGER_UPSERT_NEW);
    }
    CHECK(claim(place.ledger, 0, 3, c) == 3);
    for (size_t i = 0; i < lengthof(want); i++) {
        auto_rows *rows = NULL;
        auto_change change = { 0 };

        if (i == 0)
            CHECK(store_one(place.ledger, &c[0], 5) && !is_ready(place.ledger, &c[0], 5)
                  && op_do(place.ledger, OP_RELEASE, &c[0], 5, &err));
        if (i == 1)
            CHECK(op_do(place.ledger, OP_FAIL, &c[2], 5, &err)
                  && ledger_begin(place.ledger, &change, &err)
                  && ledger_waive(place.ledger, &third, "Ada", "lost", &waived, &err)
                  && ledger_commit(&change, &err) && waived.changed == 1);
        if (i == 2) /* from a later state of the record: the first must be fetched again */
            CHECK(store_one(place.ledger, &c[1], 6) && !is_ready(place.ledger, &c[1], 6)
                  && op_do(place.ledger, OP_RELEASE, &c[1], 6, &err));
        if (i == 3)
            CHECK(claim(place.ledger, 0, 1, &again) == 1 && again.repetition == 1
                  && store_one(place.ledger, &again, 6) && is_ready(place.ledger, &again, 6));
        if (i == 4)
            CHECK(ledger_begin(place.ledger, &change, &err)
                  && ledger_finish(place.ledger, &again, 7, &err)
                  && ledger_finish_siblings(place.ledger, &again, 7, &done, &done_count, &err)
                  && done_count == 1 && done[0].document == c[1].document
                  && ledger_commit(&change, &err));
        CHECK_STR(err.msg, "");
        CHECK_AT(i, sql_query(ledger_sql(place.ledger), &states, SQL_NO_ARGS, &rows, &err)
                        && sql_next(rows, &err) == STEP_ROW);
        CHECK_AT(i, span_is(sql_get_text(rows, 0), want[i]));
        sql_rows_close(take(rows));
        check_sound(i, place.ledger);
    }
    for (size_t i = 0; i < 3; i++)
        ledger_claim_clear(&c[i]);
    ledger_claim_clear(&again);
}

/* --- evidence and lists --------------------------------------------------------------------- */

struct listed {
    size_t count, most;
    int64_t last;
    struct ledger_failure copy; /* of the last failure: its texts last only for the call */
    char text[256];
};

static bool list_one(void *arg, const struct ledger_failure *f)
{
    struct listed *listed = arg;

    CHECK(f->document > listed->last);
    listed->last = f->document;
    listed->copy = *f;
    (void)snprintf(listed->text, sizeof listed->text, "%s|%s|%s|%s|%s|%s|%s", f->identity, f->class,
                   f->step, f->kind, f->message, f->created, f->author);
    return ++listed->count < listed->most;
}

TEST(a_failure_is_listed_with_its_last_evidence)
{
    auto_place place = place_new();
    struct ledger_census_entry sighting = sighting_of("id", 17, 5);
    struct ledger_claim c = { 0 };
    struct listed listed = { .most = 99 };
    struct err err = { 0 };

    CHECK(see(place.ledger, &sighting) == LEDGER_UPSERT_NEW);
    CHECK(ledger_each_failure(place.ledger, list_one, &listed, &err) && listed.count == 0);
    for (int tries = 1; tries <= 3; tries++) {
        CHECK(claim(place.ledger, INT64_MAX, 1, &c) == 1 && c.attempts == tries - 1);
        CHECK(op_do(place.ledger, tries < 3 ? OP_RELEASE : OP_FAIL, &c, 5, &err));
        ledger_claim_clear(&c);
        listed = (struct listed){ .most = 99 };
        CHECK(ledger_each_failure(place.ledger, list_one, &listed, &err) && listed.count == 1);
        CHECK(listed.copy.tries == tries && listed.copy.attempts == tries);
        CHECK(listed.copy.http_status == 404 && listed.copy.filemaker_code == 0);
        CHECK(listed.copy.bytes == 7 && listed.copy.record_id == 17);
        CHECK(listed.copy.state == (tries < 3 ? LEDGER_WAITING : LEDGER_FAILED));
        CHECK(listed.copy.due_us == (tries < 3 ? 1000 : 0));
        CHECK_STR(listed.text,
                  tries < 3
                      ? "id|container-zero|fetch|remote|the stream answered with 404||"
                      : "id|container-zero|fetch|remote|the stream answered with 404|11/23/2026|"
                        "Admin");
    }
}

/* Many failures come page by page, each once, and as many as the reader asks for. */
TEST(a_long_list_is_whole)
{
    STATEMENT(fail_all, "update fmferry_document set state = 'failed', class = 'container-zero'");
    enum { MANY = 1203 };
    auto_place place = place_new();
    auto_change change = { 0 };
    struct listed all = { .most = 9999 }, some = { .most = 700 };
    struct err err = { 0 };

    CHECK(ledger_begin(place.ledger, &change, &err));
    for (uint64_t i = 1; i <= MANY; i++) {
        char identity[24];
        struct ledger_census_entry sighting;
        enum ledger_upsert_result seen;
        uint64_t elsewhere;

        (void)snprintf(identity, sizeof identity, "id-%ju", (uintmax_t)i);
        sighting = sighting_of(identity, i, 0);
        CHECK_AT(i, ledger_census_upsert(place.ledger, &sighting, &seen, &elsewhere, &err));
    }
    CHECK(ledger_commit(&change, &err));
    CHECK(sql_run(ledger_sql(place.ledger), &fail_all, SQL_NO_ARGS, &err));
    CHECK(ledger_each_failure(place.ledger, list_one, &all, &err) && all.count == MANY);
    CHECK(ledger_each_failure(place.ledger, list_one, &some, &err) && some.count == 700);
}

/* More than one batch is retried, and only the chosen documents. */
TEST(a_choice_is_for_whom_it_names)
{
    STATEMENT(fail_some, "update fmferry_document set state = 'failed',"
                         " class = case document % 2 when 0 then 'container-zero' else 'integrity'"
                         " end");
    STATEMENT(waiting_count, "select count(*) from fmferry_document where state = 'waiting'");
    enum { MANY = 1204 };
    static const struct {
        struct ledger_selection choice;
        int64_t count;
    } cases[] = {
        { { .identity = "id-7" }, 1 },       { { .record_id = 9 }, 1 },
        { { .record_id = 9 }, 0 },           { { .class = "container-zero", .record_id = 11 }, 0 },
        { { .class = "nothing" }, 0 },       { { .class = "container-zero" }, MANY / 2 },
        { { .class = NULL }, MANY / 2 - 2 },
    };
    auto_place place = place_new();
    auto_change change = { 0 };
    int64_t done = 0;
    struct err err = { 0 };

    CHECK(ledger_begin(place.ledger, &change, &err));
    for (uint64_t i = 1; i <= MANY; i++) {
        char identity[24];
        struct ledger_census_entry sighting;
        enum ledger_upsert_result seen;
        uint64_t elsewhere;

        (void)snprintf(identity, sizeof identity, "id-%ju", (uintmax_t)i);
        sighting = sighting_of(identity, i, 0);
        CHECK_AT(i, ledger_census_upsert(place.ledger, &sighting, &seen, &elsewhere, &err));
    }
    CHECK(ledger_commit(&change, &err));
    CHECK(sql_run(ledger_sql(place.ledger), &fail_some, SQL_NO_ARGS, &err));
    for (size_t i = 0; i < lengthof(cases); i++) {
        struct ledger_decided decided = { 0 };

        CHECK_AT(i, ledger_begin(place.ledger, &change, &err)
                        && ledger_retry(place.ledger, &cases[i].choice, &decided, &err)
                        && ledger_commit(&change, &err));
        done += cases[i].count;
        CHECK_AT(i, decided.changed == cases[i].count);
        CHECK_AT(i, number(place.ledger, &waiting_count, SQL_NO_ARGS) == done);
    }
}

/* A waiver's name and reason stand in the chain. */
TEST(a_waiver_is_signed)
{
    STATEMENT(last, "select evidence from fmferry_audit order by run desc, seq desc limit 1");
    STATEMENT(waivers, "select count(*) from fmferry_waiver where who = 'Ada'");
    auto_place place = place_new();
    struct ledger_claim c = { 0 };
    auto_rows *rows = NULL;
    struct err err = { 0 };

    bring(place.ledger, 'f', &c);
    CHECK(op_do(place.ledger, OP_WAIVE, &c, 5, &err));
    CHECK(number(place.ledger, &waivers, SQL_NO_ARGS) == 1);
    CHECK(sql_query(ledger_sql(place.ledger), &last, SQL_NO_ARGS, &rows, &err));
    CHECK(sql_next(rows, &err) == STEP_ROW);
    CHECK(span_is(sql_get_text(rows, 0), "container-zero by Ada: it was empty"));
    sql_rows_close(take(rows));
    CHECK(op_do(place.ledger, OP_RETRY, &c, 5, &err));
    CHECK(number(place.ledger, &waivers, SQL_NO_ARGS) == 0);
    check_sound(0, place.ledger);
    ledger_claim_clear(&c);
}

/* --- runs and notes ------------------------------------------------------------------------- */

TEST(a_run_is_noted_as_it_stands)
{
    auto_place place = place_new();
    struct ledger_progress progress = { 10, 8, 5, 2, 1 };
    auto_free struct ledger_run *runs = NULL;
    size_t count = 0;
    struct err err = { 0 };

    for (int ended = 0; ended < 2; ended++) {
        auto_change change = { 0 };

        CHECK(
            ledger_begin(place.ledger, &change, &err)
            && ledger_run_note(place.ledger, &progress, ended ? "finished" : "running", ended, &err)
            && ledger_commit(&change, &err));
        free(take(runs));
        CHECK(ledger_runs(place.ledger, &runs, &count, &err) && count == 1);
        CHECK(runs[0].run == place.run && runs[0].started_us > 0);
        CHECK((runs[0].ended_us > 0) == ended);
        CHECK(memcmp(&runs[0].progress, &progress, sizeof progress) == 0);
        CHECK_STR(runs[0].status, ended ? "finished" : "running");
        CHECK_STR(runs[0].kind, "run");
    }
    check_sound(0, place.ledger);
}

static void feed_run_tell(void *arg, const struct ledger_feed_run *run)
{
    str_printf(arg, "%jd %s; ", (intmax_t)run->last, run->is_over ? "over" : "goes on");
}

static void feed_entry_tell(void *arg, int64_t seq, int64_t document)
{
    str_printf(arg, "%jd:%jd ", (intmax_t)seq, (intmax_t)document);
}

/* Nobody who reads the chains misses a change. */
TEST(the_feed_names_the_documents_that_changed)
{
    auto_place place = place_new();
    auto_str told = STR_MAX(KIB(4));
    struct ledger_claim c;
    struct err err = { 0 };

    bring(place.ledger, 'f', &c);
    CHECK(ledger_feed_runs(place.ledger, 0, feed_run_tell, &told, &err));
    CHECK_STR(str_text(&told), "3 goes on; ");
    str_reset(&told);
    CHECK(ledger_feed_runs(place.ledger, place.run + 1, feed_run_tell, &told, &err));
    CHECK_STR(str_text(&told), "");
    CHECK(ledger_feed_entries(place.ledger, place.run, 0, 2, feed_entry_tell, &told, &err));
    CHECK(ledger_feed_entries(place.ledger, place.run, 2, 2, feed_entry_tell, &told, &err));
    CHECK_STR(str_text(&told), "1:0 2:1 3:1 ");
    ledger_claim_clear(&c);
}

TEST(a_note_is_kept_until_it_is_changed)
{
    auto_place place = place_new();
    auto_ledger *other = ledger_at(&place, "another source");
    struct err err = { 0 };
    char *value = NULL;

    CHECK(ledger_note_read(place.ledger, "key", &value, &err) && !value);
    for (int i = 0; i < 2; i++) {
        auto_change change = { 0 };

        CHECK(ledger_begin(place.ledger, &change, &err)
              && ledger_note_write(place.ledger, "key", i ? "second" : "", &err)
              && ledger_commit(&change, &err));
        CHECK(ledger_note_read(place.ledger, "key", &value, &err));
        CHECK_STR(value, i ? "second" : "");
        free(value);
    }
    CHECK(ledger_note_read(other, "key", &value, &err) && !value);
}

static void check_verified(struct ledger *ledger, int64_t run, const char *found)
{
    auto_verified last = { 0 };
    struct err err = { 0 };

    CHECK(ledger_verified_last(ledger, &last, &err));
    CHECK(last.run == run);
    if (run == 0)
        return;
    CHECK_STR(last.found, found);
    CHECK_STR(last.version, process.version);
    CHECK(last.at_us > 0 && last.at_us <= time_now_us());
}

/* Findings as "-KIND PLACE" (agrees) and "+KIND PLACE" (differs), separated by commas. */
static bool next_finding(void *arg, struct ledger_finding *finding_r, bool *is_r, struct err *err)
{
    struct span *rest = arg, one = span_cut(rest, ',');

    (void)err;
    *is_r = one.size > 0;
    if (!*is_r)
        return true;
    *finding_r = (struct ledger_finding){ .is_open = span_starts(one, "+"), .record_id = 7 };
    one = span_from(one, 1);
    finding_r->kind = span_cut(&one, ' ');
    finding_r->place = one;
    return true;
}

static bool no_looked(void *arg, struct looked_document *looked_r, bool *is_r, struct err *err)
{
    (void)arg;
    (void)looked_r;
    (void)err;
    *is_r = false;
    return true;
}

static bool verified_note(struct ledger *ledger, const struct ledger_process *verifier,
                          const char *found, const char *findings, int64_t *run_r, struct err *err)
{
    struct span rest = span_of(findings);
    struct ledger_verification verification = {
        .found = found, .next = next_finding, .arg = &rest, .looked = { .next = no_looked }
    };

    return ledger_verified_note(ledger, verifier, &verification, run_r, err);
}

/* Whatever the total of a later verification: a finding stays until its own place agrees. */
TEST(a_difference_stays_open_until_its_place_agrees)
{
    static const struct {
        const char *found, *findings;
        int64_t open;
    } steps[] = {
        { "{}", "", 0 },
        { "{}", "+object-hash a,+object-size b", 2 },
        { "{}", "", 2 },
        { NULL, "+source-bytes c", 3 }, /* it broke off, but its findings are true */
        { "{}", "-object-hash a", 2 },
        { "{}", "+object-hash a", 3 },
        { "{}", "-object-hash a,-object-size b,-source-bytes c", 0 },
    };
    auto_place place = place_new();
    struct ledger_process verifier = process;
    int64_t began_us = time_now_us(), run;
    struct err err = { 0 };

    verifier.kind = "verify";
    for (size_t i = 0; i < lengthof(steps); i++) {
        struct ledger_open_findings open;

        CHECK_AT(i, verified_note(place.ledger, &verifier, steps[i].found, steps[i].findings, &run,
                                  &err));
        CHECK_AT(i, ledger_verified_open_findings(place.ledger, &open, &err));
        CHECK_AT(i, open.count == steps[i].open);
        CHECK_AT(i, open.count ? open.since_us >= began_us : open.since_us == 0);
    }
    check_sound(0, place.ledger);
}

/*
 * "1 row-hash": a difference of document 1; "2": it was moving. Separated by commas. `judges` is the
 * kind that this verification cannot judge.
 */
struct looked_words {
    struct span rest;
    const char *unjudged;
};

static bool next_looked(void *arg, struct looked_document *looked_r, bool *is_r, struct err *err)
{
    struct looked_words *words = arg;
    struct span one = span_cut(&words->rest, ','), number = span_cut(&one, ' ');

    *is_r = number.size > 0;
    *looked_r = (struct looked_document){ .is_moving = one.size == 0, .kind = one, .words = one };
    return !*is_r || num_i64(number, 1, 9, &looked_r->document, err);
}

static bool looked_judges(void *arg, struct span kind)
{
    const struct looked_words *words = arg;

    return !span_is(kind, words->unjudged);
}

/* What is known, as "1 row-hash,3 type". */
static void known_read(struct ledger *ledger, struct str *to)
{
    STATEMENT(all, "select group_concat(document || ' ' || kind, ',') from (select * from"
                   " fmferry_finding order by document)");
    auto_rows *rows = NULL;
    struct err err = { 0 };

    str_reset(to);
    if (sql_query(ledger_sql(ledger), &all, SQL_NO_ARGS, &rows, &err)
        && sql_next(rows, &err) == STEP_ROW)
        str_add_span(to, sql_get_text(rows, 0));
    CHECK_STR(err.msg, "");
}

/* Of each document the last verification counts that looked at it and could have seen the fault. */
TEST(what_is_wrong_with_a_document_is_known_until_a_verification_finds_nothing)
{
    static const struct {
        const char *found, *looked, *unjudged, *known;
    } steps[] = {
        { "{}", "1 row-hash,2 type,3 row-key", "", "1 row-hash,2 type,3 row-key" },
        { "{}", "1 row-size,2,3 row-key", "", "1 row-size,2 type,3 row-key" },
        { NULL, "3 row-hash", "", "1 row-size,2 type,3 row-key" }, /* it broke off */
        { NULL, "4 row-hash", "", "1 row-size,2 type,3 row-key,4 row-hash" },
        { "{}", "2 row-size,4 row-hash", "type", "2 type,4 row-hash" },
        { "{}", "", "type", "2 type" },
        { "{}", "", "", "" },
    };
    auto_place place = place_new();
    struct ledger_process verifier = process;
    auto_str known = STR_MAX(KIB(1));
    struct err err = { 0 };
    int64_t run;

    verifier.kind = "verify";
    for (uint64_t i = 0; i < 4; i++) {
        char identity[] = { (char)('a' + i), '\0' };
        struct ledger_census_entry sighting = sighting_of(identity, 1 + i, 1);

        CHECK(see(place.ledger, &sighting) == LEDGER_UPSERT_NEW);
    }
    for (size_t i = 0; i < lengthof(steps); i++) {
        struct span none = SPAN_NONE;
        struct looked_words words = { span_of(steps[i].looked), steps[i].unjudged };
        struct ledger_verification v = {
            .found = steps[i].found,
            .next = next_finding,
            .arg = &none,
            .looked = { next_looked, &words, steps[i].found != NULL, looked_judges },
        };

        CHECK_AT(i, ledger_verified_note(place.ledger, &verifier, &v, &run, &err));
        CHECK_STR(err.msg, "");
        known_read(place.ledger, &known);
        CHECK_STR(str_text(&known), steps[i].known);
    }
    check_sound(0, place.ledger);
}

/* Notes in a run of its own that a document's bytes are wrong. */
static void put_finding(struct ledger *ledger, int64_t document)
{
    struct ledger_process server = process;
    const struct ledger_progress nothing = { 0 };
    auto_change change = { 0 };
    struct err err = { 0 };
    int64_t run;

    server.kind = "serve";
    CHECK(ledger_begin(ledger, &change, &err) && ledger_run_begin(ledger, &server, &run, &err)
          && finding_put(ledger, document, "object-hash", "other bytes", &err)
          && ledger_run_note(ledger, &nothing, "finished", true, &err)
          && ledger_commit(&change, &err));
    CHECK_STR(err.msg, "");
}

TEST(bytes_that_are_wrong_when_they_are_wanted_are_read_by_every_verification)
{
    auto_place place = place_new();
    struct ledger_claim c = { 0 };
    struct ledger_open_findings open;
    auto_str known = STR_MAX(KIB(1));
    struct ledger_process verifier = process;
    struct err err = { 0 };
    int64_t run;

    bring(place.ledger, 'd', &c);
    put_finding(place.ledger, c.document + 1); /* there is none */
    CHECK(ledger_verified_open_findings(place.ledger, &open, &err) && open.count == 0);
    put_finding(place.ledger, c.document);
    CHECK(ledger_verified_open_findings(place.ledger, &open, &err) && open.count == 1);
    known_read(place.ledger, &known);
    CHECK_STR(str_text(&known), "1 object-hash");
    verifier.kind = "verify";
    CHECK(verified_note(place.ledger, &verifier, NULL, "-object-hash key", &run, &err));
    CHECK(ledger_verified_open_findings(place.ledger, &open, &err) && open.count == 0);
    check_sound(0, place.ledger);
    ledger_claim_clear(&c);
}

TEST(the_newest_verification_is_remembered)
{
    auto_place place = place_new();
    auto_ledger *other = ledger_at(&place, "another source");
    struct ledger_process verifier = process;
    int64_t first, second;
    struct err err = { 0 };

    verifier.kind = "verify";
    check_verified(place.ledger, 0, NULL);
    CHECK(verified_note(place.ledger, &verifier, "{\"differences\":2}", "", &first, &err));
    check_verified(place.ledger, first, "{\"differences\":2}");
    CHECK(verified_note(place.ledger, &verifier, "{\"differences\":0}", "", &second, &err));
    check_verified(place.ledger, second, "{\"differences\":0}");
    check_verified(other, 0, NULL);
    CHECK(second > first);
    check_sound(0, place.ledger);
}

/* --- opening -------------------------------------------------------------------------------- */

TEST(a_reader_needs_a_ledger_that_is_there)
{
    auto_place place = place_new();
    auto_free char *missing = mem_printf("sqlite:%s/missing.db", place.folder);
    const struct {
        const char *url, *source;
        bool good;
    } cases[] = {
        { place.url, "source", true },
        { place.url, "another", false },
        { missing, "source", false },
        { "nonsense", "source", false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_ledger *reader = NULL;
        struct err err = { 0 };

        CHECK_AT(i, ledger_open_reader(cases[i].url, cases[i].source, place.cancel, &reader, &err)
                        == cases[i].good);
        CHECK_AT(i, cases[i].good || err.kind == ERR_USAGE);
    }
    CHECK(access(missing + strlen("sqlite:"), F_OK) < 0);
}

/* Even one whose tables are not the ones we know: the step is asked first. */
TEST(a_newer_ledger_is_refused_in_a_sentence)
{
    STATEMENT(set_step, "update fmferry_schema set step = $1 where part = 'ledger'");
    STATEMENT(set_table, "alter table fmferry_source rename to fmferry_origin");
    auto_place place = place_new();
    auto_ledger *reader = NULL, *writer = NULL;
    struct err err = { 0 };

    CHECK(sql_run(ledger_sql(place.ledger), &set_step, sql_args(sql_i64(ledger_schema_step() + 1)),
                  &err));
    CHECK(sql_run(ledger_sql(place.ledger), &set_table, SQL_NO_ARGS, &err));
    CHECK(!ledger_open_reader(place.url, "source", place.cancel, &reader, &err));
    CHECK(err.kind == ERR_USAGE && strstr(err.msg, "was made by a newer fmferry"));
    CHECK(!ledger_open(place.url, "source", place.cancel, &writer, &err));
    CHECK(err.kind == ERR_USAGE && strstr(err.msg, "was made by a newer fmferry"));
}

TEST(sources_of_one_ledger_are_apart)
{
    auto_place place = place_new();
    auto_ledger *other = ledger_at(&place, "another source");
    struct ledger_census_entry sighting = sighting_of("id", 17, 5);
    struct ledger_tally *tallies = NULL;
    struct ledger_claim c = { 0 };
    size_t count = 9;
    int64_t run;
    struct err err = { 0 };

    CHECK(ledger_source(other) != ledger_source(place.ledger) && run_begin(other, &run));
    CHECK(see(place.ledger, &sighting) == LEDGER_UPSERT_NEW);
    CHECK(claim(other, INT64_MAX, 1, &c) == 0);
    CHECK(ledger_tallies(other, &tallies, &count, &err) && count == 0);
    ledger_tallies_free(tallies, count);
    CHECK(see(other, &sighting) == LEDGER_UPSERT_NEW);
    CHECK(ledger_tallies(other, &tallies, &count, &err) && count == 1);
    CHECK(tallies[0].state == LEDGER_WAITING && tallies[0].documents == 1);
    ledger_tallies_free(tallies, count);
    check_sound(0, place.ledger);
    check_sound(1, other);
}

/* An object is removed only if no version that counts lies there, in any state. */
/* Also by one of an earlier ledger, whose keys have no numbers. */
TEST(a_key_is_used_by_every_version_that_counts)
{
    static const struct {
        const char *state;
        bool used;
    } cases[] = { { "intended", true },
                  { "stored", true },
                  { "superseded", true },
                  { "leaving", false },
                  { "removed", false } };

    for (size_t i = 0; i < 2 * lengthof(cases); i++) {
        bool is_used = cases[i / 2].used, used = !is_used;
        struct sha256 hash = sha256_of(span_of("a/key"));
        auto_place place = place_new();
        struct ledger_census_entry sighting = sighting_of("id", 17, 5);
        auto_free char *words = mem_printf(
            "insert into fmferry_version (document, number, epoch, state, key, kind, mod_id, at_us,"
            " key_number) select document, 1, 1, '%s', 'a/key', 'x/y', 5, 0, nullif(%jd, 0)"
            " from fmferry_document",
            cases[i / 2].state, (intmax_t)(i % 2 ? sha256_number(&hash) : 0));
        struct err err = { 0 };

        CHECK_AT(i, see(place.ledger, &sighting) == LEDGER_UPSERT_NEW);
        CHECK_AT(i, sql_script(ledger_sql(place.ledger), words, &err));
        CHECK_AT(i, ledger_key_is_used(place.ledger, "a/key", &used, &err) && used == is_used);
        CHECK_AT(i, ledger_key_is_used(place.ledger, "another", &used, &err) && !used);
    }
}

/* A database whose checks were removed may hold any word as a document's state. */
TEST(a_document_in_a_state_that_does_not_exist_is_refused)
{
    static const char *const spoils[] = { "state = 'lost'", "state = ''", "link = 'x'" };

    for (size_t i = 0; i < lengthof(spoils); i++) {
        auto_place place = place_new();
        struct ledger_census_entry sighting = sighting_of("id", 17, 5);
        struct ledger_document_state *documents = NULL;
        enum ledger_upsert_result result;
        struct ledger_claim claim = { 0 };
        uint64_t elsewhere;
        size_t count = 0;
        struct err err = { 0 };
        auto_free char *words = mem_printf("pragma ignore_check_constraints = on;"
                                           " update fmferry_document set %s",
                                           spoils[i]);

        CHECK_AT(i, see(place.ledger, &sighting) == LEDGER_UPSERT_NEW);
        CHECK_AT(i, sql_script(ledger_sql(place.ledger), words, &err));
        CHECK_AT(i, !ledger_document_states(place.ledger, 17, &documents, &count, &err)
                        && err.kind == ERR_DATA && strstr(err.msg, "which do not exist"));
        err = (struct err){ 0 };
        CHECK_AT(i, !ledger_census_upsert(place.ledger, &sighting, &result, &elsewhere, &err)
                        && err.kind == ERR_DATA);
        err = (struct err){ 0 };
        if (i == 2) /* one that is due, by its state */
            CHECK_AT(i, !ledger_claim(place.ledger, 1, false, 1, &claim, &count, &err)
                            && err.kind == ERR_DATA && count == 0);
    }
}

/* Anybody who can write to the ledger can write any word: it is reported, and ends no process. */
TEST(a_tally_of_words_that_do_not_exist_is_refused)
{
    static const char *const spoils[] = { "update fmferry_tally set state = 'lost'",
                                          "update fmferry_tally set link = 'x'",
                                          "update fmferry_tally set state = ''" };

    for (size_t i = 0; i < lengthof(spoils); i++) {
        auto_place place = place_new();
        struct ledger_census_entry sighting = sighting_of("id", 17, 5);
        struct ledger_tally *tallies = NULL;
        size_t count = 0;
        struct err err = { 0 };

        CHECK_AT(i, see(place.ledger, &sighting) == LEDGER_UPSERT_NEW);
        CHECK_AT(i, ledger_tallies(place.ledger, &tallies, &count, &err));
        ledger_tallies_free(take(tallies), count);
        CHECK_AT(i, sql_script(ledger_sql(place.ledger), spoils[i], &err));
        CHECK_AT(i, !ledger_tallies(place.ledger, &tallies, &count, &err));
        CHECK_AT(i, err.kind == ERR_DATA && strstr(err.msg, "which do not exist"));
    }
}

/* Two handles of one process count as two processes. */
TEST(who_lives_holds_a_place)
{
    auto_folder *folder = folder_new();
    auto_free char *url = mem_printf("sqlite:%s/ledger.db", folder);
    struct peer_locks *one = NULL, *other = NULL, *none = NULL;
    struct err err = { 0 };
    char machine[72];
    bool held = true;

    CHECK(peer_locks_open(url, &one, &err) && peer_locks_open(url, &other, &err));
    CHECK(peer_locks_start_lock(one, &err) && peer_locks_hold(one, 7, &err));
    peer_locks_start_unlock(one);
    CHECK(peer_locks_start_lock(other, &err));
    CHECK(peer_locks_is_held(other, 7, &held, &err) && held);
    CHECK(peer_locks_is_held(other, 8, &held, &err) && !held);
    CHECK(peer_locks_is_held(other, 6, &held, &err) && !held);
    CHECK(!peer_locks_hold(other, 7, &err) && err.kind == ERR_OS);
    peer_locks_start_unlock(other);
    peer_locks_free(one);
    CHECK(peer_locks_is_held(other, 7, &held, &err) && !held);
    peer_locks_free(other);
    CHECK(!peer_locks_open("sqlite:/dev/null/ledger.db", &one, &err) && err.kind == ERR_OS);
    CHECK(peer_locks_open("postgresql://host/db", &none, &err) && peer_locks_start_lock(none, &err)
          && peer_locks_hold(none, 1, &err));
    peer_locks_start_unlock(none);
    peer_locks_free(none);
    peer_locks_free(NULL);
    peer_locks_machine(machine, sizeof machine);
    CHECK(*machine && !strchr(machine, '\n'));
}

TEST(words_stand_for_states)
{
    for (int i = 0; i < LEDGER_STATES; i++) {
        enum ledger_state state = LEDGER_GONE;

        CHECK(ledger_state_read(span_of(ledger_state_name((enum ledger_state)i)), &state));
        CHECK(state == (enum ledger_state)i);
    }
    CHECK(!ledger_state_read(span_of("Waiting"), &(enum ledger_state){ LEDGER_WAITING }));
    CHECK(!ledger_state_read(SPAN_NONE, &(enum ledger_state){ LEDGER_WAITING }));
    CHECK_STR(ledger_link_name(LEDGER_REVIEW), "review");
}

/* --- a random walk -------------------------------------------------------------------------- */

enum { DOCUMENTS = 24, STEPS = 4000 };

/* A document as the ledger should have it. */
struct model {
    bool exists, held, has_claim;
    enum ledger_state state;
    const char *class, *type;
    enum ledger_link link;
    int64_t size, mod_id, epoch, attempts, due_us;
    struct ledger_claim claim; /* the last one, in force or not */
};

static uint64_t random_state = 20261123;

/* Numbers that are the same in every run (xorshift). */
static uint64_t roll(uint64_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % below;
}

static const char *const types[] = { "Letter", "Referral", "" };
static const char *const classes[] = { "container-zero", "integrity" };

static struct ledger_census_entry model_sighting(size_t i, const struct model *m, char identity[24])
{
    struct ledger_census_entry sighting;

    (void)snprintf(identity, 24, "id-%zu", i);
    sighting = sighting_of(identity, i + 1, (uint64_t)m->mod_id);
    sighting.type = span_of(m->type);
    return sighting;
}

static void model_go(struct model *m, enum ledger_state state, const char *class, int64_t due_us,
                     int64_t attempts)
{
    m->state = state;
    m->class = class;
    m->due_us = due_us;
    m->attempts = attempts;
    m->held = false;
}

/* Upserts a document, perhaps edited. */
static bool walk_see(struct ledger *ledger, struct model *all, struct err *err)
{
    size_t i = roll(DOCUMENTS);
    struct model *m = &all[i];
    struct model edited = *m;
    char identity[24];
    struct ledger_census_entry sighting;
    enum ledger_upsert_result seen;
    uint64_t elsewhere;

    edited.mod_id += (int64_t)roll(3);
    edited.type = types[roll(lengthof(types))];
    if (edited.mod_id == m->mod_id && m->exists)
        edited.type = m->type;
    sighting = model_sighting(i, &edited, identity);
    if (!ledger_census_upsert(ledger, &sighting, &seen, &elsewhere, err))
        return false;
    if (!m->exists) {
        *m = (struct model){
            .exists = true, .class = "", .type = edited.type, .mod_id = edited.mod_id
        };
        CHECK(seen == LEDGER_UPSERT_NEW);
        return true;
    }
    if (m->held
        || (m->state != LEDGER_GONE
            && (m->mod_id == edited.mod_id
                || (m->state == LEDGER_STORED && m->mod_id + 1 == edited.mod_id)))) {
        CHECK(seen == LEDGER_UPSERT_SAME);
        return true;
    }
    CHECK(seen == LEDGER_UPSERT_CHANGED);
    m->mod_id = edited.mod_id;
    m->type = edited.type;
    if (m->state == LEDGER_WAIVED)
        model_go(m, LEDGER_WAIVED, m->class, 0, 0);
    else
        model_go(m, LEDGER_WAITING, "", 0, 0);
    return true;
}

/* A document whose wait is over comes before one that was never tried. */
static uint64_t rank_of(const struct model *m)
{
    return m->due_us == 0 ? UINT64_MAX : (uint64_t)m->due_us;
}

/* Claims some, and checks that these are the first that are due. */
static bool walk_claim(struct ledger *ledger, struct model *all, struct err *err)
{
    struct ledger_claim claims[4];
    int64_t now_us = (int64_t)roll(4);
    size_t most = 1 + roll(lengthof(claims)), count = 0, due = 0;

    for (size_t i = 0; i < DOCUMENTS; i++)
        due += all[i].exists && !all[i].held && all[i].due_us <= now_us
               && (all[i].state == LEDGER_WAITING || all[i].state == LEDGER_STORED);
    if (!ledger_claim(ledger, now_us, false, most, claims, &count, err))
        return false;
    CHECK(count == (due < most ? due : most));
    for (size_t k = 0; k < count; k++) {
        struct model *m = &all[claims[k].record_id - 1];

        CHECK(!m->held && m->due_us <= now_us && claims[k].attempts == m->attempts);
        CHECK(k == 0 || rank_of(&all[claims[k - 1].record_id - 1]) <= rank_of(m));
        m->epoch++;
        m->held = true;
        if (m->state == LEDGER_WAITING)
            m->state = LEDGER_CLAIMED;
        CHECK(claims[k].epoch == m->epoch && claims[k].state == m->state);
        if (m->has_claim)
            ledger_claim_clear(&m->claim);
        m->claim = claims[k];
        m->has_claim = true;
    }
    return true;
}

static bool walk_store(struct ledger *ledger, struct model *m, bool ours, struct err *err)
{
    struct ledger_version version = version_of("key", "bytes", m->claim.mod_id);
    enum ledger_link link = (enum ledger_link)(1 + roll(3));
    bool good;

    version.size_bytes = roll(1000);
    good = ledger_intend(ledger, &m->claim, &version, err)
           && ledger_store(ledger, &m->claim, &version, link, NULL, err);
    CHECK(good == (ours && m->state == LEDGER_CLAIMED));
    if (good) {
        m->state = LEDGER_STORED;
        m->link = m->claim.link = link;
        m->size = m->claim.size = (int64_t)version.size_bytes;
        m->claim.version = version.number;
        m->claim.state = LEDGER_STORED;
        m->mod_id = (int64_t)m->claim.mod_id;
    }
    ledger_version_clear(&version);
    return good;
}

/* Does something with a claim, which may be old: then nothing must happen. */
static bool walk_work(struct ledger *ledger, struct model *all, struct err *err)
{
    struct model *m = &all[roll(DOCUMENTS)];
    bool ours = m->held && m->claim.epoch == m->epoch;
    const char *class = classes[roll(lengthof(classes))];
    struct ledger_attempt attempt = { "fetch", class, &a_failure, -1, roll(2) };
    struct ledger_trait trait = { SPAN_NONE, SPAN_NONE, SPAN_NONE };
    int64_t due_us = (int64_t)roll(4);
    bool again = roll(2), good;

    if (!m->has_claim)
        return true;
    switch (roll(5)) {
    case 0:
        return walk_store(ledger, m, ours, err);
    case 1:
        good = ledger_finish(ledger, &m->claim, m->claim.mod_id + 1, err);
        CHECK(good == (ours && m->state == LEDGER_STORED));
        if (good) {
            m->mod_id = (int64_t)m->claim.mod_id + 1;
            model_go(m, LEDGER_DONE, "", 0, 0);
        }
        return good;
    case 2:
        if (m->claim.state != LEDGER_CLAIMED)
            return true;
        good = ledger_fail(ledger, &m->claim, &attempt, &trait, err);
        if (good)
            model_go(m, LEDGER_FAILED, class, 0, m->claim.attempts + 1);
        break;
    case 3:
        good = ledger_mark_gone(ledger, &m->claim, err);
        if (good)
            model_go(m, LEDGER_GONE, "", 0, m->claim.attempts);
        break;
    default:
        good = ledger_release(ledger, &m->claim, &attempt, due_us, again, err);
        if (good)
            model_go(m, m->state == LEDGER_STORED && !again ? LEDGER_STORED : LEDGER_WAITING, class,
                     due_us, m->claim.attempts + attempt.counts);
        break;
    }
    CHECK(good == ours);
    return good;
}

static bool walk_decide(struct ledger *ledger, struct model *all, struct err *err)
{
    size_t i = roll(DOCUMENTS);
    struct ledger_selection choice = { .record_id = (int64_t)i + 1 };
    bool waives = roll(2);
    enum ledger_state other = waives ? LEDGER_WAITING : LEDGER_WAIVED;
    bool fits = all[i].exists && !all[i].held
                && (all[i].state == LEDGER_FAILED || all[i].state == other);
    struct ledger_decided decided = { 0 };
    bool good = waives ? ledger_waive(ledger, &choice, "Ada", "lost", &decided, err)
                       : ledger_retry(ledger, &choice, &decided, err);

    CHECK(!good || decided.changed == fits);
    if (fits && waives)
        model_go(&all[i], LEDGER_WAIVED, all[i].class, all[i].due_us, all[i].attempts);
    else if (fits)
        model_go(&all[i], LEDGER_WAITING, "", 0, 0);
    return good;
}

/* Does something to many documents. */
static bool walk_sweep(struct ledger *ledger, struct model *all, struct err *err)
{
    uint64_t what = roll(4), record = 1 + roll(DOCUMENTS);
    const char *class = classes[roll(lengthof(classes))];
    int64_t ignored;

    for (size_t i = 0; i < DOCUMENTS; i++) {
        struct model *m = &all[i];

        if (!m->exists)
            continue;
        if (what == 0 && !m->held && (m->state == LEDGER_WAITING || m->state == LEDGER_STORED))
            m->due_us = m->attempts = 0;
        if (what == 1 && !m->held && m->state == LEDGER_FAILED && strcmp(m->class, class) == 0)
            model_go(m, LEDGER_WAITING, "", 0, 0);
        if (what == 2 && !m->held && m->state != LEDGER_GONE && i + 1 == record)
            model_go(m, LEDGER_GONE, "", 0, m->attempts);
        if (what == 3 && m->held)
            model_go(m, m->state == LEDGER_CLAIMED ? LEDGER_WAITING : m->state, m->class, 0,
                     m->attempts);
    }
    if (what == 0)
        return ledger_make_waiting_due(ledger, err);
    if (what == 1)
        return ledger_retry_class(ledger, class, err);
    if (what == 2)
        return ledger_mark_record_gone(ledger, record, err);
    return ledger_run_release(ledger, &ignored, err);
}

static void check_model(size_t step, struct ledger *ledger, const struct model *all)
{
    STATEMENT(look, "select record_id, state, class, type, link, coalesce(size, 0), mod_id, epoch,"
                    " attempts, due_us, run is not null from fmferry_document order by record_id");
    auto_rows *rows = NULL;
    size_t count = 0;
    struct err err = { 0 };

    CHECK_AT(step, sql_query(ledger_sql(ledger), &look, SQL_NO_ARGS, &rows, &err));
    while (sql_next(rows, &err) == STEP_ROW) {
        const struct model *m = &all[sql_get_i64(rows, 0) - 1];

        count++;
        CHECK_AT(step, m->exists && span_is(sql_get_text(rows, 1), ledger_state_name(m->state)));
        CHECK_AT(step, span_is(sql_get_text(rows, 2), m->class));
        CHECK_AT(step, span_is(sql_get_text(rows, 3), m->type));
        CHECK_AT(step, span_is(sql_get_text(rows, 4), ledger_link_name(m->link)));
        CHECK_AT(step, sql_get_i64(rows, 5) == m->size && sql_get_i64(rows, 6) == m->mod_id);
        CHECK_AT(step, sql_get_i64(rows, 7) == m->epoch && sql_get_i64(rows, 8) == m->attempts);
        CHECK_AT(step, sql_get_i64(rows, 9) == m->due_us && sql_get_i64(rows, 10) == m->held);
    }
    for (size_t i = 0; i < DOCUMENTS; i++)
        count -= all[i].exists;
    CHECK_AT(step, count == 0);
}

/* After any operations in any order, ledger and model are equal. */
TEST(ledger_and_model_walk_together)
{
    bool (*const steps[])(struct ledger * ledger, struct model * all, struct err * err) = {
        walk_see, walk_claim, walk_work, walk_work, walk_work, walk_decide, walk_sweep,
    };
    static struct model all[DOCUMENTS], before[DOCUMENTS];
    auto_place place = place_new();
    size_t states[LEDGER_STATES] = { 0 };

    for (size_t step = 0; step < STEPS; step++) {
        uint64_t which = roll(32);
        bool keep = roll(8) > 0;
        struct err err = { 0 };
        auto_change change = { 0 };

        CHECK_AT(step, ledger_begin(place.ledger, &change, &err));
        which = which == 31 ? 6 : which % 6;
        /* a claim outlives a change that was rolled back, as a worker's does */
        for (size_t i = 0; i < DOCUMENTS; i++)
            before[i] = all[i];
        if (keep || which == 1) {
            if (steps[which](place.ledger, all, &err))
                CHECK_AT(step, ledger_commit(&change, &err));
            else
                CHECK_AT(step, err.kind == ERR_DATABASE && err.code == LEDGER_NOT_OURS);
        } else {
            (void)steps[which](place.ledger, all, &err);
            memcpy(all, before, sizeof all);
        }
        auto_change_cleanup(&change);
        change = (struct ledger_change){ 0 };
        check_model(step, place.ledger, all);
        if (step % 50 == 0)
            check_sound(step, place.ledger);
        for (size_t i = 0; i < DOCUMENTS; i++)
            states[all[i].state] += all[i].exists;
        if (step % 1000 == 999) { /* another run takes over */
            ledger_close(place.ledger);
            place.ledger = ledger_at(&place, "source");
            CHECK_AT(step, run_begin(place.ledger, &place.run));
            CHECK_AT(step, ledger_begin(place.ledger, &change, &err));
            for (int64_t run = 1; run < place.run; run++) {
                int64_t freed;

                CHECK_AT(step, ledger_run_release_dead(place.ledger, run, &freed, &err));
            }
            CHECK_AT(step, ledger_commit(&change, &err));
            for (size_t i = 0; i < DOCUMENTS; i++)
                if (all[i].held)
                    model_go(&all[i],
                             all[i].state == LEDGER_CLAIMED ? LEDGER_WAITING : all[i].state,
                             all[i].class, 0, all[i].attempts);
        }
    }
    check_sound(STEPS, place.ledger);
    for (size_t i = 0; i < LEDGER_STATES; i++)
        CHECK_AT(i, states[i] > 100); /* the walk came by every state */
    for (size_t i = 0; i < DOCUMENTS; i++)
        if (all[i].has_claim)
            ledger_claim_clear(&all[i].claim);
}
