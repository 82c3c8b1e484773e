/*
 * Pages come from a worker and then from the cache; a worker that dies, lies or has left is got over,
 * and the document that broke it is left alone for a day.
 */
#include "console/preview/preview.h"
#include "console/preview/preview_words.h"

#include "base/mem.h"
#include "base/time.h"
#include "folder.h"
#include "hand_clock.h"
#include "tap.h"

#include <limits.h>
#include <unistd.h>

static const char pdf[] =
    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count "
    "1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources"
    "<</Font<</F 5 0 R>>>>>>endobj\n4 0 obj<</Length 34>>stream\nBT /F 24 Tf 20 99 Td (Jane) Tj "
    "ET   \nendstream endobj\n5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
    "trailer<</Root 1 0 R>>\n";

struct desk {
    char *state;
    struct hand_clock hands;
    struct cancel *cancel;
    struct console_settings settings;
    struct console console;
};

/* A program of this build, from its top. NULL: it is not built. */
static char *program_of(const char *name)
{
    char own[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", own, sizeof own - 1);
    char *path;

    own[size > 0 ? size : 0] = '\0';
    path = mem_printf("%.*s%s", (int)span_find(span_of(own), "tests/unit/"), own, name);
    if (access(path, X_OK) == 0)
        return path;
    free(path);
    return NULL;
}

static bool desk_open(struct desk *desk, const char *program)
{
    struct err err;

    desk->state = folder_new();
    desk->cancel = cancel_new();
    hand_clock_set(&desk->hands, 1764633600 * TIME_SECOND, desk->cancel);
    desk->settings =
        (struct console_settings){ .state = desk->state, .cache_bytes = (int64_t)MIB(8) };
    desk->console = (struct console){ .settings = &desk->settings,
                                      .clock = &desk->hands.clock,
                                      .cancel = desk->cancel };
    return preview_begin(&desk->console, program, &desk->console.preview, &err);
}

static void desk_close(struct desk *desk)
{
    preview_end(desk->console.preview);
    cancel_free(desk->cancel);
    folder_remove(desk->state);
}

static enum preview_shape shape_of(struct desk *desk, const char *bytes, const char *mime)
{
    auto_preview_page page = { 0 };
    struct preview_job job = { .bytes = span_of(bytes),
                               .sha256 = sha256_of(span_of(bytes)),
                               .mime = mime,
                               .page = 1,
                               .width = 320 };
    struct err err;

    CHECK(preview_draw(&desk->console, &job, &page, &err));
    return page.shape;
}

TEST(a_page_comes_from_a_worker_and_then_from_the_cache)
{
    auto_free char *program = program_of("preview/fmferry-preview");
    struct preview_job job = { .bytes = span_of(pdf),
                               .sha256 = sha256_of(span_of(pdf)),
                               .mime = "application/pdf",
                               .page = 1,
                               .width = 320 };
    struct desk desk;
    struct err err;

    if (!program)
        SKIP("this build has no fmferry-preview");
    CHECK(desk_open(&desk, program));
    CHECK(!preview_is_cached(&desk.console, &job.sha256, 1, 320));
    for (int i = 0; i < 2; i++) {
        auto_preview_page page = { 0 };

        CHECK_AT((size_t)i, preview_draw(&desk.console, &job, &page, &err));
        CHECK_AT((size_t)i, page.shape == PREVIEW_OK && page.pages == 1 && page.width == 320);
        CHECK_AT((size_t)i, page.height == 213 && page.jpeg.size > 1000);
        CHECK_STR(str_text(&page.text), "Jane");
        CHECK(preview_is_cached(&desk.console, &job.sha256, 1, 320));
        job.bytes = SPAN_NONE;
    }
    CHECK(shape_of(&desk, "<svg/>", "image/svg+xml") == PREVIEW_NO_PICTURE);
    CHECK(shape_of(&desk, "%PDF-1.4", "application/pdf") == PREVIEW_DAMAGED);
    desk_close(&desk);
}

/* With the password in hand one sees the page; who has none does not get it from the cache. */
TEST(what_a_password_opens_is_not_cached)
{
    auto_free char *program = program_of("preview/fmferry-preview");
    struct preview_job job = { .bytes = span_of(pdf),
                               .sha256 = sha256_of(span_of(pdf)),
                               .page = 1,
                               .width = 320,
                               .password = "secret" };
    auto_preview_page page = { 0 };
    struct desk desk;
    struct err err;

    if (!program)
        SKIP("this build has no fmferry-preview");
    CHECK(desk_open(&desk, program));
    CHECK(preview_draw(&desk.console, &job, &page, &err) && page.shape == PREVIEW_OK);
    CHECK(!preview_is_cached(&desk.console, &job.sha256, 1, 320));
    desk_close(&desk);
}

TEST(a_worker_is_not_trusted)
{
    static const char *const deeds[] = { "dies", "leaves", "lies", "sends no JPEG", "stops short" };
    auto_free char *program = program_of("tests/preview/rude_preview");
    struct desk desk;

    if (!program)
        SKIP("this build has no fmferry-preview");
    CHECK(desk_open(&desk, program));
    for (size_t i = 0; i < lengthof(deeds); i++)
        CHECK_AT(i, shape_of(&desk, deeds[i], deeds[i]) == PREVIEW_DIED);
    for (int i = 0; i < 3; i++)
        CHECK_AT((size_t)i, shape_of(&desk, "x", "answers and leaves") == PREVIEW_NO_PICTURE);
    desk_close(&desk);
}

TEST(what_broke_a_worker_rests_for_a_day)
{
    auto_free char *program = program_of("tests/preview/rude_preview");
    struct desk desk;

    if (!program)
        SKIP("this build has no fmferry-preview");
    CHECK(desk_open(&desk, program));
    CHECK(shape_of(&desk, "x", "dies") == PREVIEW_DIED);
    CHECK(shape_of(&desk, "y", "is good") == PREVIEW_NO_PICTURE);
    hand_clock_move(&desk.hands, 23 * 3600 * TIME_SECOND);
    CHECK(shape_of(&desk, "x", "is good") == PREVIEW_DIED);
    hand_clock_move(&desk.hands, 2 * 3600 * TIME_SECOND);
    CHECK(shape_of(&desk, "x", "is good") == PREVIEW_NO_PICTURE);
    desk_close(&desk);
}

static void page_none(void *arg, int number, struct span text)
{
    (void)arg;
    (void)number;
    CHECK(text.size == 0);
}

/* Words of other pages would be lost with it. */
TEST(a_scan_that_breaks_its_process_takes_nothing_from_the_document)
{
    auto_free char *program = program_of("tests/preview/rude_preview");
    struct preview_job job = { .bytes = span_of("x"),
                               .sha256 = sha256_of(span_of("x")),
                               .mime = "dies of pictures" };
    struct words_wish wish = { .languages = "eng" };
    enum preview_shape shape;
    struct desk desk;
    struct err err;

    if (!program)
        SKIP("this build has no fmferry-preview");
    CHECK(desk_open(&desk, program));
    CHECK(
        preview_words_read(&desk.console, &job, &wish, desk.cancel, page_none, NULL, &shape, &err));
    CHECK(shape == PREVIEW_OK && wish.has_scans_r);
    desk_close(&desk);
}

TEST(without_the_program_it_says_so)
{
    static const char *const programs[] = { "/nonexistent", "/bin/true" };

    for (size_t i = 0; i < lengthof(programs); i++) {
        struct desk desk;

        CHECK_AT(i, desk_open(&desk, programs[i]));
        CHECK_AT(i, shape_of(&desk, "x", "text/plain") == PREVIEW_AWAY);
        desk_close(&desk);
    }
    for (int shape = PREVIEW_ENCRYPTED; shape <= PREVIEW_AWAY; shape++)
        CHECK_AT((size_t)shape, *preview_words((enum preview_shape)shape) != '\0');
}
