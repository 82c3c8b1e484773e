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
    int64_t print; /* of the row as we left it */
};

static const struct registry_settings no_settings = { .url = "" };

static struct place place_new(void)
{
    char *folder = folder_new();
    struct place place = { folder,       mem_printf("sqlite:%s/nexus.db", folder),
                           cancel_new(), NULL,
                           NULL,         0 };
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
                                          .metadata = "{\"a\":1}",
                                          .print = place->print };
    struct err err = { 0 };
    auto_tx tx = { 0 };
    bool there;

    return sql_begin(place->sql, &tx, &err)
           && registry_put_document(place->registry, &document, &there, &place->print, &err)
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

    CHECK(registry_left(place->registry, &row, place->print, &found, &err));
    CHECK_STR(err.msg, "");
    return found;
}

static bool removed(struct place *place)
{
    struct err err = { 0 };
    auto_tx tx = { 0 };
    enum registry_left found = REGISTRY_LEFT_POINTED;

    CHECK(sql_begin(place->sql, &tx, &err)
          && registry_left_remove(place->registry, &row, place->print, &found, &err)
          && sql_commit(&tx, &err));
    CHECK_STR(err.msg, "");
    return found == REGISTRY_LEFT_AS_IT_WAS;
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

/* As after an earlier importer's row was given our id, and where the ledger lost its memory of it. */
TEST(a_row_that_was_there_before_us_is_not_ours)
{
    for (int forgets_row = 0; forgets_row < 2; forgets_row++) {
        auto_place place = place_new();

        CHECK_AT((size_t)forgets_row, put(&place, "a.pdf"));
        if (forgets_row)
            people(&place, "delete from fmferry_row");
        place.print = 0;
        CHECK_AT((size_t)forgets_row, left(&place) == REGISTRY_LEFT_UNKNOWN);
        CHECK_AT((size_t)forgets_row,
                 put(&place, "b.pdf") && left(&place) == REGISTRY_LEFT_UNKNOWN);
        CHECK_AT((size_t)forgets_row, !removed(&place));
    }
}

/* A row of the application has more columns than the database's function takes values. */
TEST(a_table_of_many_columns_has_a_print_too)
{
    auto_place place = place_new();
    auto_str words = STR_MAX(64 * 1024);

    registry_free(place.registry);
    for (int i = 0; i < 200; i++)
        str_printf(&words, "alter table documents_document add column more_%d integer;", i);
    people(&place, str_text(&words));
    people(&place, "delete from documents_document");
    {
        struct err err = { 0 };

        CHECK(registry_open(&no_settings, place.sql, place.cancel, &place.registry, &err));
        CHECK_STR(err.msg, "");
    }
    CHECK(put(&place, "a.pdf") && left(&place) == REGISTRY_LEFT_AS_IT_WAS);
    for (int i = 0; i < 200; i += 37) {
        char change[96];

        (void)snprintf(change, sizeof change, "update documents_document set more_%d = 1", i);
        people(&place, change);
        CHECK_AT((size_t)i, left(&place) == REGISTRY_LEFT_CHANGED);
        (void)snprintf(change, sizeof change, "update documents_document set more_%d = null", i);
        people(&place, change);
        CHECK_AT((size_t)i, left(&place) == REGISTRY_LEFT_AS_IT_WAS);
    }
    CHECK(removed(&place));
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
