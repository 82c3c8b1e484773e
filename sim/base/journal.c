/* The journal: lines are appended to the file, and the last few are remembered. */
#include "sim/base/journal.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "json/writer.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

enum { RECENT = 12 };

struct journal {
    int fd; /* -1: nowhere */
    bool complained;
    pthread_mutex_t lock;
    char *recent[RECENT];
    size_t next;
};

bool journal_open(const char *path, struct journal **journal_r, struct err *err)
{
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    struct journal *journal;

    if (path && fd < 0)
        return err_os(err, "opening the journal '%s'", path);
    journal = mem_new(struct journal);
    journal->fd = fd;
    (void)pthread_mutex_init(&journal->lock, NULL);
    *journal_r = journal;
    return true;
}

void journal_close(struct journal *journal)
{
    if (!journal)
        return;
    for (size_t i = 0; i < RECENT; i++)
        free(journal->recent[i]);
    if (journal->fd >= 0)
        (void)close(journal->fd);
    (void)pthread_mutex_destroy(&journal->lock);
    free(journal);
}

bool journal_is_on(const struct journal *journal)
{
    return journal->fd >= 0;
}

static void where_write(struct json_writer *w, const struct effect *effect)
{
    if (effect->record_id) {
        char digits[24];

        (void)snprintf(digits, sizeof digits, "%ju", (uintmax_t)effect->record_id);
        json_member_text(w, "recordId", digits);
    }
    if (effect->layout)
        json_member_text(w, "layout", effect->layout);
    if (effect->field)
        json_member_text(w, "field", effect->field);
    if (effect->repetition)
        json_member_u64(w, "repetition", effect->repetition);
    if (effect->value.at)
        json_member_span(w, "value", effect->value);
}

static void outcome_write(struct json_writer *w, const struct effect *effect)
{
    if (effect->status)
        json_member_i64(w, "status", effect->status);
    if (effect->code)
        json_member_i64(w, "code", effect->code);
    if (effect->has_size)
        json_member_u64(w, "size", effect->size);
    if (effect->sha256)
        json_member_text(w, "sha256", effect->sha256);
    if (effect->has_mod_id)
        json_member_u64(w, "modId", effect->mod_id);
    if (effect->session)
        json_member_u64(w, "session", effect->session);
    if (effect->request)
        json_member_u64(w, "request", effect->request);
}

static void line_make(const struct effect *effect, struct str *line)
{
    struct json_writer w = JSON_WRITER(line);
    char now[TIME_TEXT_SIZE];

    json_open_object(&w);
    json_member_text(&w, "t", time_rfc3339(time_now_us(), now));
    json_member_text(&w, "effect", effect->name);
    where_write(&w, effect);
    outcome_write(&w, effect);
    json_close_object(&w);
    str_add_char(line, '\n');
}

static void line_remember(struct journal *journal, const struct str *line)
{
    char **place = &journal->recent[journal->next++ % RECENT];

    free(*place);
    *place = mem_text(str_text(line));
}

void journal_write(struct journal *journal, const struct effect *effect)
{
    auto_str line = STR_MAX(MIB(1));

    line_make(effect, &line);
    (void)pthread_mutex_lock(&journal->lock);
    if (journal->fd >= 0 && write(journal->fd, line.at, line.size) != (ssize_t)line.size
        && !journal->complained) {
        journal->complained = true;
        log_error("the journal cannot be written any more: what follows in it is not complete");
    }
    line_remember(journal, &line);
    (void)pthread_mutex_unlock(&journal->lock);
}

void journal_recent(struct journal *journal, struct str *to)
{
    (void)pthread_mutex_lock(&journal->lock);
    for (size_t i = 0; i < RECENT; i++) {
        const char *line = journal->recent[(journal->next + 2 * RECENT - 1 - i) % RECENT];

        if (line)
            str_add_text(to, line);
    }
    (void)pthread_mutex_unlock(&journal->lock);
}
