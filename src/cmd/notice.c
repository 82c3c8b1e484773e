/* What is told, and how often. */
#include "cmd/notice.h"

#include "cmd/cause.h"

#include "base/cli.h"
#include "base/str.h"
#include "base/time.h"
#include "document/failure_class.h"

#define FIRST_WAIT_US (3600 * TIME_SECOND)
#define LONGEST_WAIT_US (24 * FIRST_WAIT_US)

const char *notice_word(enum notice_kind kind)
{
    return kind == NOTICE_TEST ? "test" : settings_notices[kind];
}

static void figures_set(const struct run_view *view, struct notice *notice)
{
    notice->to_do = view->to_do;
    notice->done = view->counts.successful;
    notice->failed = view->counts.failed;
}

static int64_t wait_next(int64_t wait_us)
{
    if (wait_us == 0)
        return FIRST_WAIT_US;
    return wait_us * 2 < LONGEST_WAIT_US ? wait_us * 2 : LONGEST_WAIT_US;
}

static bool failures_due(struct notice_watch *watch, const struct run_view *view, int64_t now_us,
                         struct notice *notice)
{
    uint64_t news = view->counts.classes & ~watch->classes;
    auto_str text = STR_MAX(NOTICE_TEXT_SIZE - 1);
    const char *between = "";

    if (!news || now_us < watch->failures_due_us)
        return false;
    watch->classes |= news;
    watch->failures_wait_us = wait_next(watch->failures_wait_us);
    watch->failures_due_us = now_us + watch->failures_wait_us;
    str_printf(&text, "%jd documents failed so far; new reasons: ", (intmax_t)view->counts.failed);
    for (int i = 0; i < FAILURES; i++)
        if (news >> i & 1) {
            str_printf(&text, "%s%s", between, failure_class_of((enum failure_kind)i)->name);
            between = ", ";
        }
    *notice = (struct notice){ .kind = NOTICE_FAILURES };
    (void)snprintf(notice->text, sizeof notice->text, "%s", str_text(&text));
    return true;
}

/* Whatever grows while a run gets on. */
static int64_t what_moves(const struct run_view *view)
{
    return view->counts.moves + view->counts.processed + view->counts.failed + view->counts.seen
           + (view->counted > 0 ? view->counted : 0);
}

static bool is_at_rest(const struct run_view *view)
{
    return view->census_closed && view->to_do <= view->counts.successful + view->counts.failed;
}

static bool idle_due(struct notice_watch *watch, const struct run_view *view, bool rests,
                     int64_t now_us, struct notice *notice)
{
    int64_t moves = what_moves(view);

    if (!watch->has_begun || rests || moves != watch->seen || is_at_rest(view)) {
        watch->has_begun = true;
        watch->seen = moves;
        watch->moved_us = now_us;
        watch->idle_wait_us = FIRST_WAIT_US;
        return false;
    }
    if (now_us - watch->moved_us < watch->idle_wait_us)
        return false;
    *notice = (struct notice){ .kind = NOTICE_IDLE };
    (void)snprintf(notice->text, sizeof notice->text,
                   "nothing has moved for %jd h; %jd of %jd documents are done",
                   (intmax_t)((now_us - watch->moved_us) / FIRST_WAIT_US),
                   (intmax_t)view->counts.successful, (intmax_t)view->to_do);
    watch->idle_wait_us += watch->idle_wait_us < LONGEST_WAIT_US ? watch->idle_wait_us
                                                                 : LONGEST_WAIT_US;
    return true;
}

bool notice_due(struct notice_watch *watch, const struct run_view *view, bool rests, int64_t now_us,
                struct notice *notice_r)
{
    if (!failures_due(watch, view, now_us, notice_r)
        && !idle_due(watch, view, rests, now_us, notice_r))
        return false;
    figures_set(view, notice_r);
    return true;
}

/* An error's own words may quote a server, a record or an address: the exit code says enough. */
static const char *stop_words(const struct err *err)
{
    const char *next;

    if (err->kind == ERR_CANCELED)
        return "somebody ended it";
    switch (cause_exit(err, &next)) {
    case EXIT_USAGE:
        return "the configuration is wrong";
    case EXIT_REFUSED:
        return "a login, a right or a certificate was refused";
    case EXIT_AWAY:
        return "FileMaker, the store or the database was away for too long";
    case EXIT_FULL:
        return "no room is left";
    default:
        return "it could not work";
    }
}

void notice_end(const struct run_result *result, const struct err *err, struct notice *notice_r)
{
    const struct run_view *view = &result->view;
    struct notice notice = { .kind = err || result->was_stopped ? NOTICE_STOP : NOTICE_END };
    auto_str text = STR_MAX(NOTICE_TEXT_SIZE - 1);

    figures_set(view, &notice);
    if (err)
        str_printf(&text, "the run stopped: %s. The log says more", stop_words(err));
    else
        str_add_text(&text,
                     result->was_stopped ? "the run was stopped in good order" : "the run ended");
    if (result->has_moved)
        str_printf(&text, "; %jd of %jd documents are done, %jd failed", (intmax_t)notice.done,
                   (intmax_t)notice.to_do, (intmax_t)notice.failed);
    (void)snprintf(notice.text, sizeof notice.text, "%s", str_text(&text));
    *notice_r = notice;
}
