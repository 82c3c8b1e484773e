/* What did not arrive: by class, by cause, and one document after the other. */
#include "base/num.h"
#include "console/inside.h"
#include "console/pages/failure_one.h"
#include "console/pages/frame.h"
#include "console/pages/pages.h"
#include "console/readers.h"
#include "console/run/causes_kept.h"
#include "report/causes_text.h"
#include "report/sums.h"

enum { LIST_LIMIT = 50, SAID_MAX = 200 };

/* Everything that the page shows, from one state of the ledger. */
struct triage {
    struct status *status;
    struct causes_lent lent;
    const char *class; /* "": any */
    int64_t after;
};

static void triage_clear(struct triage *triage)
{
    status_free(triage->status);
    auto_causes_lent_cleanup(&triage->lent);
}

#define auto_triage __attribute__((cleanup(triage_clear))) struct triage

/* The application's rows are no matter here, and may be many. */
static bool triage_read(struct exchange *x, struct ledger *ledger, struct triage *triage,
                        struct err *err)
{
    struct status_settings settings = *x->console->status;

    settings.registry_url = NULL;
    return status_read_within(ledger, &settings, &triage->status, err)
           && causes_borrow(x->console->causes, ledger, triage->class, &triage->lent, err);
}

/* --- classes ---------------------------------------------------------------------------------- */

static int64_t waiting_of(const struct status *s, const char *class)
{
    for (size_t i = 0; i < s->wait_count; i++)
        if (strcmp(s->waits[i].class, class) == 0)
            return s->waits[i].documents;
    return 0;
}

static void class_add(struct frame *frame, const struct status *s, enum failure_kind kind)
{
    const struct failure_class *class = failure_class_of(kind);
    int64_t failed = status_class_count(s, kind), waiting = waiting_of(s, class->name);

    if (failed + waiting == 0)
        return;
    (void)page_fill(frame->page, console_failures_class, PAGE_TEXT("class", class->name),
                    PAGE_NUMBER("failed", failed), PAGE_NUMBER("waiting", waiting),
                    PAGE_TEXT("meaning", class->meaning), PAGE_TEXT("advice", class->advice),
                    PAGE_WHEN("retry", may(frame->x, RIGHT_RETRY), console_failures_class_retry),
                    PAGE_WHEN("waive", may(frame->x, RIGHT_WAIVE), console_failures_class_waive));
}

static void classes_add(struct frame *frame, const struct status *s, const char *said)
{
    (void)page_fill(frame->page, console_failures_classes_begin,
                    PAGE_WHEN("said", *said, console_failures_said), PAGE_TEXT("sentence", said));
    for (int i = 0; i < FAILURES; i++)
        class_add(frame, s, (enum failure_kind)i);
    page_add(frame->page, console_failures_classes_end);
}

/* --- causes ----------------------------------------------------------------------------------- */

static void cause_add(struct html_page *page, const struct failure_cause *cause)
{
    auto_str words = STR_MAX(KIB(4)), evidence = STR_MAX(KIB(8));

    cause_head_words(cause, &words);
    cause_evidence_words(cause, &evidence);
    (void)page_fill(page, console_failures_cause,
                    PAGE_COUNT("documents", cause->documents, "document", "documents"),
                    PAGE_TEXT("words", str_text(&words)),
                    PAGE_TEXT("evidence", str_text(&evidence)));
}

static void causes_add(struct html_page *page, const struct failure_causes *causes)
{
    if (causes->count == 0)
        return;
    page_add(page, console_failures_causes_begin);
    for (size_t i = 0; i < causes->count; i++) {
        auto_str words = STR_MAX(KIB(8));

        cause_group_words(&causes->groups[i], &words);
        (void)page_fill(page, console_failures_group, PAGE_TEXT("words", str_text(&words)));
        for (size_t k = 0; k < causes->groups[i].count; k++)
            cause_add(page, &causes->groups[i].causes[k]);
        page_add(page, console_failures_group_end);
    }
    page_add(page, console_failures_causes_end);
}

/* --- documents -------------------------------------------------------------------------------- */

struct list {
    struct html_page *page;
    int64_t count, last;
    bool has_boxes;
};

static bool list_row(void *arg, const struct ledger_failure *f)
{
    struct list *list = arg;

    if (list->count == LIST_LIMIT) {
        list->count++; /* there is one more */
        return false;
    }
    (void)page_fill(list->page, console_failures_row, PAGE_ID("document", f->document),
                    PAGE_ID("record", f->record_id), PAGE_TEXT("type", f->type),
                    PAGE_TEXT("state", ledger_state_name(f->state)), PAGE_STAMP("at", f->at_us),
                    PAGE_TEXT("class", f->class), PAGE_TEXT("message", f->message),
                    PAGE_WHEN("box", list->has_boxes, console_failures_box));
    list->last = f->document;
    list->count++;
    return true;
}

static void list_foot(struct frame *frame, const struct triage *triage, const struct list *list)
{
    struct html_page *page = frame->page;
    char after[CURSOR_TEXT_SIZE];

    page_add(page, console_failures_table_end);
    if (list->count == 0)
        (void)page_fill(page, console_failures_empty,
                        PAGE_TEXT("behind", triage->after ? " behind this one" : ""));
    if (list->has_boxes)
        (void)page_fill(
            page, console_failures_buttons,
            PAGE_WHEN("retry", may(frame->x, RIGHT_RETRY), console_failures_button_retry),
            PAGE_WHEN("waive", may(frame->x, RIGHT_WAIVE), console_failures_button_waive));
    if (list->count > LIST_LIMIT)
        (void)page_fill(
            page, console_failures_further, PAGE_TEXT("class", triage->class),
            PAGE_TEXT("after", failures_place(frame->x, triage->class, list->last, after)),
            PAGE_ID("limit", LIST_LIMIT));
}

static bool list_add(struct frame *frame, struct ledger *ledger, const struct triage *triage,
                     struct err *err)
{
    struct ledger_failures_page page = { triage->class, triage->after, LIST_LIMIT + 1 };
    struct list list = { .page = frame->page,
                         .has_boxes = may(frame->x, RIGHT_RETRY) || may(frame->x, RIGHT_WAIVE) };
    bool has_class = *triage->class;

    (void)page_fill(frame->page, console_failures_list_begin, PAGE_TEXT("class", triage->class),
                    PAGE_WHEN("of_class", has_class, console_failures_of_class),
                    PAGE_WHEN("all", has_class, console_failures_list_all));
    if (list.has_boxes)
        frame_form(frame, "/failures/choose");
    (void)page_fill(frame->page, console_failures_table_begin,
                    PAGE_WHEN("head", list.has_boxes, console_failures_box_head));
    if (!ledger_failures_after(ledger, &page, list_row, &list, err))
        return false;
    list_foot(frame, triage, &list);
    return true;
}

/* --- uploads ---------------------------------------------------------------------------------- */

static void upload_row(void *arg, const struct ledger_failed_upload *upload)
{
    enum failure_kind kind;
    bool is_known = failure_class_read(upload->class, &kind);

    (void)page_fill(arg, console_failures_upload, PAGE_ID("document", upload->document),
                    PAGE_STAMP("at", upload->at_us), PAGE_SPAN("who", upload->who),
                    PAGE_SPAN("type", upload->type), PAGE_SPAN("class", upload->class),
                    PAGE_TEXT("meaning", is_known ? failure_class_of(kind)->meaning : ""),
                    PAGE_SPAN("message", upload->message));
}

/* Neither put back nor waived: their bytes are with those who sent them. */
static bool uploads_add(struct frame *frame, struct ledger *ledger, const struct triage *triage,
                        struct err *err)
{
    int64_t failed = triage->status->uploads.failed;

    if (failed == 0 || *triage->class || triage->after)
        return true;
    (void)page_fill(frame->page, console_failures_uploads_begin,
                    PAGE_COUNT("uploads", failed, "upload", "uploads"));
    if (!ledger_failed_uploads(ledger, LIST_LIMIT, upload_row, frame->page, err))
        return false;
    (void)page_fill(frame->page, console_failures_uploads_end,
                    PAGE_WHEN("newest", failed > LIST_LIMIT, console_failures_uploads_newest),
                    PAGE_ID("limit", LIST_LIMIT));
    return true;
}

/* --- the page --------------------------------------------------------------------------------- */

/* What a decision did, told by the page that it leads to. */
static void said_of(const struct exchange *x, char said[SAID_MAX])
{
    const char *kind = request_query(x->request, "done"),
               *count = request_query(x->request, "count");
    struct err ignored;
    int64_t number;

    *said = '\0';
    if (kind && count && num_i64(span_of(count), 1, INT64_MAX, &number, &ignored))
        (void)snprintf(
            said, SAID_MAX, "%jd %s %s.", (intmax_t)number, number == 1 ? "document" : "documents",
            strcmp(kind, "waive") == 0 ? "waived" : "put back: the next run tries again");
}

static bool triage_show(struct frame *frame, struct ledger *ledger, const struct triage *triage,
                        struct err *err)
{
    char said[SAID_MAX];

    said_of(frame->x, said);
    classes_add(frame, triage->status, said);
    if (triage->lent.causes->count == 0 && !*triage->class) {
        page_add(frame->page, console_failures_none);
        return true;
    }
    if (!triage->after)
        causes_add(frame->page, triage->lent.causes);
    return list_add(frame, ledger, triage, err);
}

bool failures_answer(struct exchange *x, struct err *err)
{
    auto_borrowed reader = { 0 };
    auto_frame frame = { 0 };
    auto_triage triage = { 0 };
    auto_tx tx = { 0 };

    if (!failures_asked(x, "after", &triage.class, &triage.after)
        || !reader_borrow(x->console->readers, &reader, err)
        || !sql_begin_reading(ledger_sql(reader.ledger), &tx, err)
        || !triage_read(x, reader.ledger, &triage, err))
        return false;
    frame_begin(&frame, x, "Failures", TAB_FAILURES);
    return triage_show(&frame, reader.ledger, &triage, err)
           && uploads_add(&frame, reader.ledger, &triage, err) && frame_end(&frame, err);
}
