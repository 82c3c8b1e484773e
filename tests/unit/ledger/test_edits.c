/* Marks are announced before they are written, a few an hour; answers by edits are counted. */
#include "ledger/edits.h"

#include "base/mem.h"
#include "folder.h"
#include "tap.h"

enum { RECORD = 7, TRIES = 4000 };

struct place {
    char *folder, *url;
    struct cancel *cancel;
    struct ledger *ledger;
};

static struct place place_new(void)
{
    struct place place = { .folder = folder_new(), .cancel = cancel_new() };
    struct err err = { 0 };

    place.url = mem_printf("sqlite:%s/l.db", place.folder);
    CHECK(ledger_open(place.url, "source", place.cancel, &place.ledger, &err));
    return place;
}

static void place_end(struct place *place)
{
    ledger_close(place->ledger);
    cancel_free(place->cancel);
    free(place->url);
    folder_remove(place->folder);
}

static int64_t tell(struct place *place, uint64_t mod_id, int64_t now_us)
{
    auto_change change = { 0 };
    struct err err = { 0 };
    int64_t due_us = -1;

    CHECK(ledger_begin(place->ledger, &change, &err)
          && ledger_edit_note(place->ledger, RECORD, mod_id, now_us, &due_us, &err)
          && ledger_commit(&change, &err));
    CHECK_STR(err.msg, "");
    return due_us;
}

static struct ledger_edits look(struct place *place, int64_t now_us)
{
    struct ledger_edits edits = { 0 };
    struct err err = { 0 };

    CHECK(ledger_edits_read(place->ledger, RECORD, now_us, &edits, &err));
    return edits;
}

/* Tries for days, at every moment: in each hour never more than the limit, and never fewer. */
TEST(never_more_than_a_few_an_hour)
{
    static int64_t allowed[TRIES];
    struct place place = place_new();
    uint64_t chance = 1;
    int64_t now_us = LEDGER_EDITS_US;
    size_t count = 0;

    for (size_t i = 0; i < TRIES / 10; i++) {
        int64_t due_us;

        chance = chance * 6364136223846793005U + 1442695040888963407U;
        now_us += (int64_t)(chance >> 33) % (20 * 60 * TIME_SECOND);
        due_us = tell(&place, i + 1, now_us);
        if (due_us == 0)
            allowed[count++] = now_us;
        else
            CHECK_AT(i, due_us > now_us
                            && due_us == allowed[count - LEDGER_EDITS_NOTED_MAX] + LEDGER_EDITS_US);
    }
    CHECK(count > 100 && count < TRIES / 10);
    for (size_t i = LEDGER_EDITS_NOTED_MAX; i < count; i++)
        CHECK_AT(i, allowed[i] - allowed[i - LEDGER_EDITS_NOTED_MAX] >= LEDGER_EDITS_US);
    place_end(&place);
}

/* A write that is repeated with the same modification id takes effect once. */
TEST(repeating_costs_nothing)
{
    struct place place = place_new();
    struct ledger_edits edits;

    for (size_t i = 0; i < 100; i++)
        CHECK_AT(i, tell(&place, 3, LEDGER_EDITS_US + (int64_t)i) == 0);
    edits = look(&place, LEDGER_EDITS_US + 100);
    CHECK(edits.count == 1 && edits.due_us == 0);
    for (uint64_t mod_id = 4; mod_id < 8; mod_id++)
        CHECK_AT(mod_id, tell(&place, mod_id, LEDGER_EDITS_US + 100) == 0);
    CHECK(tell(&place, 8, LEDGER_EDITS_US + 100) == LEDGER_EDITS_US + 99 + LEDGER_EDITS_US);
    CHECK(tell(&place, 3, LEDGER_EDITS_US + 200) == 0); /* announced already */
    CHECK(look(&place, LEDGER_EDITS_US + 200).due_us > 0);
    CHECK(look(&place, 3 * LEDGER_EDITS_US).count == 0);
    place_end(&place);
}

static void note(struct place *place, const char *mark, bool is_ours, int64_t rise)
{
    char text[32];
    struct ledger_reaction found = { text, is_ours, 10, rise, 0, 0 };
    auto_change change = { 0 };
    struct err err = { 0 };

    (void)snprintf(text, sizeof text, "%s", mark);
    CHECK(ledger_begin(place->ledger, &change, &err)
          && ledger_reaction_note(place->ledger, RECORD, &found, &err)
          && ledger_commit(&change, &err));
}

TEST(the_same_answer_is_counted_in_a_row)
{
    static const struct {
        const char *mark;
        bool is_ours;
        int64_t rise, same, times;
    } cases[] = {
        { "a", true, 2, 1, 1 },  { "b", true, 2, 2, 2 }, { "c", true, 3, 1, 3 },
        { "d", false, 3, 1, 4 }, { "e", true, 3, 1, 5 }, { "f", true, 3, 2, 6 },
    };
    struct place place = place_new();

    CHECK(!look(&place, 0).reaction.mark);
    for (size_t i = 0; i < lengthof(cases); i++) {
        struct ledger_edits edits;

        note(&place, cases[i].mark, cases[i].is_ours, cases[i].rise);
        edits = look(&place, 0);
        CHECK_STR(edits.reaction.mark, cases[i].mark);
        CHECK_AT(i,
                 edits.reaction.in_a_row == cases[i].same && edits.reaction.total == cases[i].times
                     && edits.reaction.is_ours == cases[i].is_ours && edits.reaction.mod_id == 10);
        ledger_edits_clear(&edits);
    }
    place_end(&place);
}
