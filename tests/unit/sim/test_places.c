/* The order of living records, and the ids that lead back to them. */
#include "sim/api/address.h"
#include "sim/base/chance.h"
#include "sim/file/places.h"

#include "tap.h"

enum { SIZE = 20000 };

/* The same, computed slowly. */
struct model {
    bool live[SIZE + 5000];
    uint64_t size;
};

static uint64_t model_rank(const struct model *model, uint64_t number)
{
    uint64_t rank = 0;

    for (uint64_t i = 0; i < number && i < model->size; i++)
        rank += model->live[i];
    return rank;
}

static void check_same(const struct places *places, const struct model *model, uint64_t step)
{
    uint64_t position = 0;

    CHECK(places_size(places) == model->size);
    CHECK(places_count(places) == model_rank(model, model->size));
    for (uint64_t i = 0; i < model->size; i++) {
        if (i % step == 0)
            CHECK_AT(i, places_rank(places, i) == position);
        if (!model->live[i])
            continue;
        if (i % step == 0)
            CHECK_AT(i, places_select(places, position) == i);
        position++;
    }
}

TEST(deletions_and_births_keep_the_order)
{
    static struct model model;
    struct places *places = places_new(SIZE);

    model.size = SIZE;
    for (uint64_t i = 0; i < SIZE; i++)
        model.live[i] = true;
    for (uint64_t turn = 0; turn < 4000; turn++) {
        uint64_t chance = chance_of(5, turn, 0);

        if (chance % 3 == 0) {
            model.live[model.size++] = true;
            CHECK(places_add(places) == model.size - 1);
        } else {
            uint64_t number = chance_below(chance, model.size);

            model.live[number] = chance % 3 == 1 ? false : !model.live[number];
            places_set(places, number, model.live[number]);
        }
    }
    check_same(places, &model, 37);
    places_free(places);
}

TEST(a_table_may_be_empty_and_grow)
{
    struct places *places = places_new(0);

    CHECK(places_count(places) == 0 && places_rank(places, 0) == 0);
    for (uint64_t i = 0; i < 10000; i++)
        CHECK_AT(i, places_add(places) == i);
    CHECK(places_select(places, 9999) == 9999);
    places_free(places);
    places = places_none(100);
    CHECK(places_count(places) == 0);
    places_set(places, 50, true);
    CHECK(places_select(places, 0) == 50);
    places_free(places);
}

TEST(ids_lead_back_to_their_numbers)
{
    for (uint32_t i = 0; i < 100000; i += 97) {
        char text[CHANCE_UUID_SIZE];
        uint32_t number = 0;

        CHECK_AT(i, chance_uuid_find(9, span_of(chance_uuid(9, i, text)), &number));
        CHECK_AT(i, number == i);
        CHECK_AT(i, !chance_uuid_find(10, span_of(text), &number));
        text[20] = text[20] == '8' ? '9' : '8';
        CHECK_AT(i, !chance_uuid_find(9, span_of(text), &number));
    }
}

TEST(addresses_lead_back_and_cannot_be_made_up)
{
    struct address address = { .session = 7,
                               .ordinal = 123456,
                               .table = 1,
                               .column = 11,
                               .repetition = 2,
                               .version = 3,
                               .salt = 4 };
    struct address back = { .session = 0 };
    char text[ADDRESS_TEXT_SIZE + 4];

    (void)address_text(1, &address, text);
    CHECK(strlen(text) == 64 && strspn(text, "0123456789ABCDEF") == 64);
    memcpy(text + 64, ".pdf", 5);
    CHECK(address_read(1, span_of(text), &back));
    CHECK(back.session == 7 && back.ordinal == 123456 && back.column == 11 && back.version == 3);
    CHECK(!address_read(2, span_of(text), &back));
    text[5] = text[5] == 'A' ? 'B' : 'A';
    CHECK(!address_read(1, span_of(text), &back));
    CHECK(!address_read(1, span_of("AB"), &back));
}

TEST(made_up_bytes_are_the_same_from_anywhere)
{
    char whole[1000], part[100];

    chance_fill(3, 0, whole, sizeof whole);
    for (uint64_t at = 0; at < 900; at += 13) {
        chance_fill(3, at, part, sizeof part);
        CHECK_AT(at, memcmp(part, whole + at, sizeof part) == 0);
    }
}
