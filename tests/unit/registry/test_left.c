/* Rows of documents, told apart by whether anybody has changed them since we wrote them. */
#include "registry/left.h"

#include "base/mem.h"
#include "folder.h"
#include "tap.h"

struct place {
    char *folder, *url;
    struct cancel *cancel;
    struct sql *sql;
    struct registry *registry;
};

static const struct registry_settings no_settings = { .url = "" };

static struct place place_new(void)
{
    char *folder = folder_new();
    struct place place = { folder, mem_printf("sqlite:%s/nexus.db", folder), cancel_new(), NULL,
                           NULL };
    struct err err = { 0 };

    CHECK(sql_open(place.url, place.cancel, &place.sql, &err));
    CHECK(registry_open(&no_settings, place.sql, place.cancel, &place.registry, &err));
    CHECK_STR(err.msg, "");
    return place;
}

static void place_end(struct place *place)
{
    registry_free(place->registry);
    sql_close(place->sql);
    cancel_free(place->cancel);
    free(place->url);
    folder_remove(place->folder);
}

#define auto_place __attribute__((cleanup(place_end))) struct place

static const struct uuid row = { { 7, 7, 7 } };

static bool put(struct place *place, const char *name)
{
    struct registry_document document = { .id = row,
                                          .file_name = name,
                                          .original_name = name,
                                          .mime_type = "application/pdf",
                                          .s3_bucket = "b",
                                          .s3_key = "k",
                                          .category = "Letter",
                                          .type = "Letter",
                                          .uploaded_by = "me",
                                          .metadata = "{\"a\":1}" };
    struct err err = { 0 };
    auto_tx tx = { 0 };
    bool there;

    return sql_begin(place->sql, &tx, &err)
           && registry_put_document(place->registry, &document, &there, &err)
           && sql_commit(&tx, &err);
}

static void people(struct place *place, const char *words)
{
    struct err err = { 0 };

    CHECK(sql_script(place->sql, words, &err));
    CHECK_STR(err.msg, "");
}

static enum registry_left left(struct place *place)
{
    enum registry_left found = REGISTRY_LEFT_POINTED;
    struct err err = { 0 };

    CHECK(registry_left(place->registry, &row, &found, &err));
    CHECK_STR(err.msg, "");
    return found;
}

static bool removed(struct place *place)
{
    struct err err = { 0 };
    auto_tx tx = { 0 };
    bool removed = false;

    CHECK(sql_begin(place->sql, &tx, &err)
          && registry_left_remove(place->registry, &row, &removed, &err) && sql_commit(&tx, &err));
    CHECK_STR(err.msg, "");
    return removed;
}

/* Every column counts, also those that we fill once or never. */
TEST(a_change_by_people_is_seen_in_any_column)
{
    static const char *const changes[] = {
        "update documents_document set description = 'hers'",
        "update documents_document set tags = '[\"urgent\"]'",
        "update documents_document set is_active = 0",
        "update documents_document set file_name = 'other'",
        "update documents_document set document_date = '2020-02-02'",
        "update documents_document set updated_at = '2030-01-01 00:00:00'",
        "update documents_document set s3_url = 'elsewhere'",
    };

    for (size_t i = 0; i < lengthof(changes); i++) {
        auto_place place = place_new();

        CHECK_AT(i, left(&place) == REGISTRY_LEFT_GONE);
        CHECK_AT(i, put(&place, "a.pdf") && left(&place) == REGISTRY_LEFT_AS_IT_WAS);
        people(&place, changes[i]);
        CHECK_AT(i, left(&place) == REGISTRY_LEFT_CHANGED);
        CHECK_AT(i, !removed(&place) && left(&place) == REGISTRY_LEFT_CHANGED);
    }
}

TEST(a_row_that_we_wrote_again_is_as_we_left_it)
{
    auto_place place = place_new();

    CHECK(put(&place, "a.pdf") && put(&place, "b.pdf") && put(&place, "b.pdf"));
    CHECK(left(&place) == REGISTRY_LEFT_AS_IT_WAS);
    CHECK(removed(&place) && left(&place) == REGISTRY_LEFT_GONE);
    CHECK(!removed(&place));
}

/* Else our next writing would make their words ours. */
TEST(what_people_changed_before_we_wrote_again_stays_theirs)
{
    auto_place place = place_new();

    CHECK(put(&place, "a.pdf"));
    people(&place, "update documents_document set description = 'hers'");
    CHECK(put(&place, "b.pdf"));
    CHECK(left(&place) == REGISTRY_LEFT_UNKNOWN && !removed(&place));
    CHECK(put(&place, "c.pdf"));
    CHECK(left(&place) == REGISTRY_LEFT_UNKNOWN && !removed(&place));
}

/* As after an earlier importer's row was given our id, and as an older fmferry left its own. */
TEST(a_row_that_was_there_before_us_is_not_ours)
{
    static const char *const befores[] = {
        "delete from fmferry_row",
        "update fmferry_row set seen = null",
    };

    for (size_t i = 0; i < lengthof(befores); i++) {
        auto_place place = place_new();

        CHECK_AT(i, put(&place, "a.pdf"));
        people(&place, befores[i]);
        CHECK_AT(i, left(&place) == REGISTRY_LEFT_UNKNOWN);
        CHECK_AT(i, put(&place, "b.pdf") && left(&place) == REGISTRY_LEFT_UNKNOWN);
        CHECK_AT(i, !removed(&place));
    }
}

TEST(a_row_that_others_point_to_is_told)
{
    auto_place place = place_new();

    people(&place, "create table note (document char(32) references documents_document (id))");
    CHECK(put(&place, "a.pdf"));
    people(&place, "insert into note select id from documents_document");
    CHECK(left(&place) == REGISTRY_LEFT_POINTED);
    CHECK(!removed(&place) && left(&place) == REGISTRY_LEFT_POINTED);
}

/* People who delete a row find it deleted; one that was taken back is made again. */
TEST(a_row_that_was_taken_back_is_made_again)
{
    auto_place place = place_new();

    CHECK(put(&place, "a.pdf") && removed(&place) && put(&place, "a.pdf"));
    CHECK(left(&place) == REGISTRY_LEFT_AS_IT_WAS);
    people(&place, "delete from documents_document");
    CHECK(put(&place, "a.pdf") && left(&place) == REGISTRY_LEFT_GONE);
}
