/* Lines on standard error, whole even when several threads log at once. */
#include "base/log.h"

#include "base/foreign.h"
#include "base/screen.h"
#include "base/str.h"
#include "base/time.h"
#include "base/utf8.h"

#include <poll.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

/* Even if every byte is shown as \u001b, a line has room for its end. */
enum { SENTENCE_MAX = 2048, WHO_MAX = 256, LINE_SIZE = 6 * (SENTENCE_MAX + 2 * WHO_MAX) + 256 };

/* The log is the one sink of the process; see the rule on globals in CONTRIBUTING.md. */
static struct {
    enum log_level least;
    bool as_json;
    bool to_journal;
} sink = { .least = LOG_INFO };

static _Thread_local struct {
    const char *worker, *item;
} speaker;

/* JOURNAL_STREAM has device and inode of what systemd gave us: it is the journal only if we still write there. */
static bool is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    char ours[64];
    struct stat stat;

    if (!stream || fstat(STDERR_FILENO, &stat) < 0)
        return false;
    (void)snprintf(ours, sizeof ours, "%ju:%ju", (uintmax_t)stat.st_dev, (uintmax_t)stat.st_ino);
    return strcmp(stream, ours) == 0;
}

void log_setup(enum log_level least, bool as_json)
{
    sink.least = least;
    sink.as_json = as_json;
    sink.to_journal = !as_json && is_journal();
}

bool log_is_on(enum log_level level)
{
    return level >= sink.least;
}

void log_context(const char *worker, const char *item)
{
    speaker.worker = worker;
    speaker.item = item;
}

static const char *level_name(enum log_level level)
{
    switch (level) {
    case LOG_DEBUG:
        return "debug";
    case LOG_INFO:
        return "info";
    case LOG_WARN:
        return "warn";
    case LOG_ERROR:
        return "error";
    }
    abort();
}

/* Adds a character as its number: a server's text may not draw on the operator's terminal. */
static void add_number(struct str *to, uint32_t code)
{
    if (code > 0xFFFF)
        str_printf(to, sink.as_json ? "\\u%04x\\u%04x" : "\\U%04x%04x",
                   0xD800 + ((code - 0x10000) >> 10), 0xDC00 + (code & 0x3FF));
    else if (sink.as_json || code > 0xFF)
        str_printf(to, "\\u%04x", code);
    else
        str_printf(to, "\\x%02x", code);
}

static void add_visible(struct str *to, struct span text)
{
    uint32_t code;

    while (text.size) {
        (void)utf8_next(&text, &code);
        if (foreign_is_harmful(code))
            add_number(to, code);
        else if (sink.as_json && (code == '"' || code == '\\'))
            str_printf(to, "\\%c", (int)code);
        else
            utf8_add(to, code);
    }
}

static struct span name_capped(const char *name)
{
    return span_first(span_of(name), WHO_MAX);
}

static void add_member(struct str *to, const char *name, struct span text)
{
    str_printf(to, ",\"%s\":\"", name);
    add_visible(to, text);
    str_add_char(to, '"');
}

static void line_as_json(struct str *to, const char *at, const char *level, const char *sentence,
                         const char *members)
{
    str_printf(to, "{\"time\":\"%s\",\"level\":\"%s\"", at, level);
    if (speaker.worker)
        add_member(to, "worker", name_capped(speaker.worker));
    if (speaker.item)
        add_member(to, "item", name_capped(speaker.item));
    add_member(to, "message", span_of(sentence));
    str_printf(to, "%s}\n", members);
}

/* The number by which syslog and the journal know a level. */
static int journal_number(enum log_level level)
{
    static const int numbers[] = {
        [LOG_DEBUG] = 7, [LOG_INFO] = 6, [LOG_WARN] = 4, [LOG_ERROR] = 3
    };

    return numbers[level];
}

/* The journal has times of its own, and reads the level in front. */
static void line_as_text(struct str *to, const char *at, enum log_level level, const char *sentence)
{
    if (sink.to_journal)
        str_printf(to, "<%d>", journal_number(level));
    else
        str_printf(to, "%.19sZ %-5s ", at, level_name(level));
    if (speaker.worker) {
        str_add_char(to, '[');
        add_visible(to, name_capped(speaker.worker));
        str_add_text(to, "] ");
    }
    if (speaker.item) {
        add_visible(to, name_capped(speaker.item));
        str_add_text(to, ": ");
    }
    add_visible(to, span_of(sentence));
    str_add_char(to, '\n');
}

static void write_all(struct span text)
{
    while (text.size) {
        ssize_t wrote = write(STDERR_FILENO, text.at, text.size);

        if (wrote < 0 && errno == EAGAIN)
            (void)poll(&(struct pollfd){ .fd = STDERR_FILENO, .events = POLLOUT }, 1, -1);
        else if (wrote < 0 && errno != EINTR)
            return; /* nobody reads them any more, and nobody can be told */
        text = span_from(text, wrote > 0 ? (size_t)wrote : 0);
    }
}

/* `members`: what JSON has beside the sentence, each after a comma */
static void sentence_say(enum log_level level, const char *sentence, const char *members)
{
    auto_str line = STR_MAX(LINE_SIZE);
    char at[TIME_TEXT_SIZE];

    (void)time_rfc3339(time_now_us(), at);
    if (sink.as_json)
        line_as_json(&line, at, level_name(level), sentence, members);
    else
        line_as_text(&line, at, level, sentence);
    (void)screen_begin();
    write_all(str_span(&line));
    screen_end();
}

printf_like(2, 0) static void log_say(enum log_level level, const char *format, va_list args)
{
    char sentence[SENTENCE_MAX];
    int before = errno; /* for a caller that logs before err_os() */

    if (!log_is_on(level))
        return;
    (void)vsnprintf(sentence, sizeof sentence, format, args);
    sentence_say(level, sentence, "");
    errno = before;
}

#define SAY(level)                                                                                 \
    do {                                                                                           \
        va_list args;                                                                              \
        va_start(args, format);                                                                    \
        log_say(level, format, args);                                                              \
        va_end(args);                                                                              \
    } while (0)

void log_debug(const char *format, ...)
{
    SAY(LOG_DEBUG);
}

void log_info(const char *format, ...)
{
    SAY(LOG_INFO);
}

void log_warn(const char *format, ...)
{
    SAY(LOG_WARN);
}

void log_error(const char *format, ...)
{
    SAY(LOG_ERROR);
}

void log_step(const char *step, uint64_t bytes, int64_t took_us)
{
    char sentence[128], members[128];
    intmax_t ms = took_us / TIME_MS;

    if (!log_is_on(LOG_DEBUG))
        return;
    (void)snprintf(sentence, sizeof sentence, "%s, %ju bytes, %jd ms", step, (uintmax_t)bytes, ms);
    (void)snprintf(members, sizeof members, ",\"step\":\"%s\",\"bytes\":%ju,\"ms\":%jd", step,
                   (uintmax_t)bytes, ms);
    sentence_say(LOG_DEBUG, sentence, members);
}
