/* Log lines, as they arrive on standard error. */
#include "base/log.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/screen.h"
#include "sleeper.h"
#include "tap.h"
#include "json/json.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Captures standard error while a test logs, and gives the text at the end. */
struct capture {
    int real, file;
};

static struct capture capture_begin(void)
{
    struct capture capture = { dup(STDERR_FILENO), memfd_create("log", MFD_CLOEXEC) };

    if (capture.real < 0 || capture.file < 0 || dup2(capture.file, STDERR_FILENO) < 0)
        abort();
    return capture;
}

static void capture_end(struct capture capture, struct str *said)
{
    char path[64];
    struct err err;

    (void)dup2(capture.real, STDERR_FILENO);
    (void)close(capture.real);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", capture.file);
    if (!fs_read(path, said, &err))
        abort();
    (void)close(capture.file);
}

/* One line at level `info`, without its stamp. */
static char *line_of(const char *sentence)
{
    auto_str said = STR_MAX(KIB(64));
    struct capture capture = capture_begin();

    log_info("%s", sentence);
    capture_end(capture, &said);
    return span_text(span_from(str_span(&said), strlen("2026-11-23T08:15:02Z ")));
}

static bool is_stamp(struct span text)
{
    static const char form[] = "0000-00-00T00:00:00Z ";

    for (size_t i = 0; i < sizeof form - 1; i++) {
        bool digit = i < text.size && text.at[i] >= '0' && text.at[i] <= '9';

        if (i >= text.size || (form[i] == '0' ? !digit : text.at[i] != form[i]))
            return false;
    }
    return true;
}

TEST(a_line_has_a_stamp_a_level_and_a_sentence)
{
    auto_str said = STR_MAX(KIB(64));
    struct capture capture = capture_begin();
    struct span rest;

    log_setup(LOG_DEBUG, false);
    log_debug("a %d", 1);
    log_info("b");
    log_warn("c");
    log_error("d");
    capture_end(capture, &said);
    rest = str_span(&said);
    for (size_t i = 0; i < 4; i++) {
        static const char *const lines[] = { "debug a 1", "info  b", "warn  c", "error d" };
        struct span line = span_cut(&rest, '\n');

        CHECK_AT(i, is_stamp(line) && span_is(span_from(line, 21), lines[i]));
    }
    CHECK(rest.at && rest.size == 0);
}

/* systemd names what it gave us; a standard error that somebody turned elsewhere is no journal. */
TEST(for_the_journal_a_line_begins_with_its_level)
{
    for (size_t i = 0; i < 3; i++) {
        static const struct {
            bool same, as_json;
            const char *begins;
        } cases[] = { { true, false, "<4>c\n" },
                      { false, false, "20" },
                      { true, true, "{\"time\"" } };
        auto_str said = STR_MAX(KIB(64));
        struct capture capture = capture_begin();
        struct stat stat = { 0 };
        char stream[64];

        CHECK_AT(i, fstat(STDERR_FILENO, &stat) == 0);
        (void)snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)stat.st_dev,
                       (uintmax_t)stat.st_ino + (cases[i].same ? 0 : 1));
        CHECK_AT(i, setenv("JOURNAL_STREAM", stream, 1) == 0);
        log_setup(LOG_DEBUG, cases[i].as_json);
        log_warn("c");
        capture_end(capture, &said);
        CHECK_AT(i, span_starts(str_span(&said), cases[i].begins));
    }
    CHECK(unsetenv("JOURNAL_STREAM") == 0);
    log_setup(LOG_DEBUG, false);
}

TEST(a_step_is_a_sentence_and_has_members_in_json)
{
    static const char json[] = "\"level\":\"debug\",\"item\":\"inv-7\","
                               "\"message\":\"stored, 1234 bytes, 5 ms\","
                               "\"step\":\"stored\",\"bytes\":1234,\"ms\":5}\n";
    static const char text[] = "debug inv-7: stored, 1234 bytes, 5 ms\n";

    for (size_t as_json = 0; as_json < 2; as_json++) {
        auto_str said = STR_MAX(KIB(64));
        struct capture capture = capture_begin();

        log_setup(LOG_DEBUG, as_json);
        log_context(NULL, "inv-7");
        log_step("stored", 1234, 5999);
        log_setup(LOG_INFO, as_json);
        log_step("stored", 1234, 5999);
        log_context(NULL, NULL);
        capture_end(capture, &said);
        CHECK_AT(as_json, span_ends(str_span(&said), as_json ? json : text));
        CHECK_AT(as_json, strchr(str_text(&said), '\n') == str_text(&said) + said.size - 1);
    }
    log_setup(LOG_DEBUG, false);
}

TEST(what_is_below_the_level_is_not_said)
{
    static const enum log_level levels[] = { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

    for (size_t i = 0; i < lengthof(levels); i++) {
        auto_str said = STR_MAX(KIB(64));
        struct capture capture = capture_begin();
        size_t lines = 0;

        log_setup(levels[i], false);
        log_debug("x");
        log_info("x");
        log_warn("x");
        log_error("x");
        capture_end(capture, &said);
        for (size_t k = 0; k < said.size; k++)
            lines += said.at[k] == '\n';
        CHECK_AT(i, lines == 4 - i);
        for (size_t k = 0; k < lengthof(levels); k++)
            CHECK_AT(k, log_is_on(levels[k]) == (k >= i));
    }
}

TEST(who_speaks_stands_on_every_line)
{
    static const struct {
        const char *worker, *item, *line;
    } cases[] = {
        { "w1", "inv-7", "info  [w1] inv-7: said\n" },
        { "w1", NULL, "info  [w1] said\n" },
        { NULL, "inv\n7", "info  inv\\x0a7: said\n" },
        { "w\x1b", "\xC2\x9B", "info  [w\\x1b] \\x9b: said\n" },
        { NULL, NULL, "info  said\n" },
    };

    log_setup(LOG_INFO, false);
    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_free char *line = NULL;

        log_context(cases[i].worker, cases[i].item);
        line = line_of("said");
        CHECK_STR(line, cases[i].line);
    }
}

/* A server's text must not draw on the operator's terminal, nor begin a line of its own. */
TEST(control_characters_are_shown_not_sent)
{
    static const struct {
        const char *sentence, *text, *message;
    } cases[] = {
        { "caf\xC3\xA9 \xE2\x82\xAC", "caf\xC3\xA9 \xE2\x82\xAC", "caf\xC3\xA9 \xE2\x82\xAC" },
        { "a\r\nb\tc", "a\\x0d\\x0ab\\x09c", "a\r\nb\tc" },
        { "\x1b[31mred\x7f", "\\x1b[31mred\\x7f", "\x1b[31mred\x7f" },
        { "\xC2\x9B"
          "31m",
          "\\x9b31m",
          "\xC2\x9B"
          "31m" },
        { "say \"yes\\no\"", "say \"yes\\no\"", "say \"yes\\no\"" },
        { "caf\xE9", "caf\xEF\xBF\xBD", "caf\xEF\xBF\xBD" },
    };

    log_context(NULL, NULL);
    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_free char *text = NULL, *want = mem_printf("info  %s\n", cases[i].text);
        auto_str said = STR_MAX(KIB(64));
        auto_json *json = NULL;
        struct capture capture;
        struct err err = { 0 };

        log_setup(LOG_INFO, false);
        text = line_of(cases[i].sentence);
        CHECK_STR(text, want);
        log_setup(LOG_INFO, true);
        capture = capture_begin();
        log_info("%s", cases[i].sentence);
        capture_end(capture, &said);
        for (size_t k = 0; k + 1 < said.size; k++)
            CHECK_AT(i, (uint8_t)said.at[k] >= 0x20 && said.at[k] != 0x7F);
        CHECK_AT(i, json_read(str_span(&said), &json, &err));
        CHECK_AT(i, json && span_is(json_get(json_root(json), "message")->text, cases[i].message));
    }
    log_setup(LOG_INFO, false);
}

TEST(a_json_line_is_an_object)
{
    static const struct {
        const char *worker, *item;
        size_t members;
    } cases[] = { { "w\"1", "inv\\7", 5 }, { "w1", NULL, 4 }, { NULL, "i", 4 }, { NULL, NULL, 3 } };

    log_setup(LOG_INFO, true);
    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str said = STR_MAX(KIB(64));
        struct capture capture = capture_begin();
        auto_json *json = NULL;
        struct err err = { 0 };

        log_context(cases[i].worker, cases[i].item);
        log_warn("said");
        capture_end(capture, &said);
        CHECK_AT(i, span_ends(str_span(&said), "\"}\n") && json_read(str_span(&said), &json, &err));
        if (!json)
            continue;
        CHECK_AT(i, json_root(json)->count == cases[i].members);
        CHECK_AT(i, json_get(json_root(json), "time")->text.size == 27);
        CHECK_AT(i, span_is(json_get(json_root(json), "level")->text, "warn"));
        CHECK_AT(i, !cases[i].worker
                        || span_is(json_get(json_root(json), "worker")->text, cases[i].worker));
        CHECK_AT(i,
                 !cases[i].item || span_is(json_get(json_root(json), "item")->text, cases[i].item));
    }
    log_context(NULL, NULL);
    log_setup(LOG_INFO, false);
}

/* However long the text, a line stays one line, and JSON stays JSON. */
TEST(a_long_line_is_cut_not_broken)
{
    static const char bytes[] = { 'x', '\x1b', '"', '\n', '\xE9' };
    char sentence[5000], item[1000];

    for (size_t i = 0; i < 2 * lengthof(bytes); i++) {
        auto_str said = STR_MAX(KIB(64));
        struct capture capture = capture_begin();
        bool as_json = i % 2;

        memset(sentence, bytes[i / 2], sizeof sentence - 1);
        sentence[sizeof sentence - 1] = '\0';
        memset(item, bytes[i / 2], sizeof item - 1);
        item[sizeof item - 1] = '\0';
        log_setup(LOG_INFO, as_json);
        log_context(item, item);
        log_info("%s", sentence);
        capture_end(capture, &said);
        CHECK_AT(i,
                 said.size > 2048 && memchr(said.at, '\n', said.size) == said.at + said.size - 1);
        if (as_json) {
            auto_json *json = NULL;
            struct err err = { 0 };

            CHECK_AT(i, json_read(str_span(&said), &json, &err));
        }
    }
    log_context(NULL, NULL);
    log_setup(LOG_INFO, false);
}

enum { CREW = 4, EACH = 200 };

static void *speak(void *arg)
{
    const char *name = arg;

    log_context(name, name);
    for (int i = 0; i < EACH; i++)
        log_info("%s %d", name, i);
    return NULL;
}

/* Each line is whole, and each thread's lines come in its own order. */
TEST(threads_speak_one_at_a_time)
{
    char names[CREW][2] = { "a", "b", "c", "d" };
    int heard[CREW] = { 0 };
    pthread_t threads[CREW];
    auto_str said = STR_MAX(MIB(1));
    struct capture capture = capture_begin();
    struct span rest;

    for (size_t i = 0; i < CREW; i++)
        CHECK_AT(i, pthread_create(&threads[i], NULL, speak, names[i]) == 0);
    for (size_t i = 0; i < CREW; i++)
        CHECK_AT(i, pthread_join(threads[i], NULL) == 0);
    capture_end(capture, &said);
    rest = str_span(&said);
    for (size_t i = 0; i < CREW * EACH; i++) {
        struct span line = span_cut(&rest, '\n');
        size_t who = line.size > 28 ? (size_t)(line.at[28] - 'a') % CREW : 0;
        auto_free char *want =
            mem_printf("info  [%s] %s: %s %d", names[who], names[who], names[who], heard[who]++);

        CHECK_AT(i, is_stamp(line) && span_is(span_from(line, 21), want));
    }
    CHECK(rest.at && rest.size == 0);
}

static void note(void *arg, bool before)
{
    (void)arg;
    (void)!write(STDERR_FILENO, before ? "<" : ">", 1);
}

TEST(a_display_is_called_around_each_line)
{
    auto_str said = STR_MAX(KIB(64));
    struct capture capture = capture_begin();

    screen_display(note, NULL);
    log_info("x");
    log_debug("nothing");
    screen_display(NULL, NULL);
    log_info("y");
    capture_end(capture, &said);
    CHECK(span_starts(str_span(&said), "<2") && span_find(str_span(&said), "x\n>2") < said.size);
    CHECK(span_ends(str_span(&said), "y\n"));
}

static void *say_one_line(void *arg)
{
    sleeper_begin(arg);
    log_info("said");
    return NULL;
}

TEST(lines_wait_while_something_else_is_written)
{
    auto_str said = STR_MAX(KIB(64));
    struct capture capture = capture_begin();
    atomic_int speaker = 0;
    pthread_t thread;

    screen_lock();
    CHECK(pthread_create(&thread, NULL, say_one_line, &speaker) == 0);
    (void)!write(STDERR_FILENO, "10 of ", 6);
    sleeper_wait(&speaker);
    (void)!write(STDERR_FILENO, "20\n", 3);
    screen_unlock();
    CHECK(pthread_join(thread, NULL) == 0);
    capture_end(capture, &said);
    CHECK(span_starts(str_span(&said), "10 of 20\n2"));
    CHECK(span_ends(str_span(&said), "said\n"));
}

TEST(nobody_may_listen)
{
    struct capture capture = capture_begin();
    auto_str said = STR_MAX(KIB(64));

    (void)close(STDERR_FILENO);
    errno = ENOSPC;
    log_info("x");
    CHECK(errno == ENOSPC);
    capture_end(capture, &said);
    CHECK(said.size == 0);
}

static atomic_int speaking;

static void begin_listening(void *arg, bool before)
{
    (void)arg;
    if (before)
        sleeper_begin(&speaking);
}

/* Begins to read when a thread that logs has found the pipe full and waits. */
static void *listen_late(void *arg)
{
    auto_close int from = *(int *)arg;
    size_t *heard = mem_new(size_t);
    char part[4096];
    ssize_t got;

    while (!atomic_load(&speaking))
        (void)sched_yield();
    sleeper_wait(&speaking);
    while ((got = read(from, part, sizeof part)) > 0)
        *heard += (size_t)got;
    return heard;
}

/* Somebody else may have set the pipe at standard error to non-blocking. */
TEST(a_full_pipe_is_waited_for)
{
    struct capture capture = capture_begin();
    auto_str said = STR_MAX(KIB(64));
    auto_free size_t *heard = NULL;
    pthread_t listener;
    void *result = NULL;
    size_t filled = 0;
    int ends[2];

    CHECK(pipe2(ends, O_CLOEXEC) == 0 && fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0);
    CHECK(dup2(ends[1], STDERR_FILENO) >= 0 && close(ends[1]) == 0);
    while (write(STDERR_FILENO, "x", 1) == 1)
        filled++;
    CHECK(pthread_create(&listener, NULL, listen_late, &ends[0]) == 0);
    screen_display(begin_listening, NULL);
    log_info("said");
    screen_display(NULL, NULL);
    capture_end(capture, &said);
    CHECK(pthread_join(listener, &result) == 0);
    heard = result;
    CHECK(heard && *heard == filled + strlen("2026-11-23T08:15:02Z info  said\n"));
}
