/* The page on which the owner signs, the report that is read first, and the page for paper. */
#include "base/mem.h"
#include "base/num.h"
#include "console/inside.h"
#include "console/pages/frame.h"
#include "console/pages/pages.h"
#include "console/people/login.h"
#include "console/readers.h"
#include "console/run/deciding.h"
#include "console/run/signing.h"
#include "console/views/view_log.h"
#include "ledger/signoffs.h"

enum { SIGNED_SHOWN = 20 };

/* --- the grounds ------------------------------------------------------------------------------ */

static void grounds_add(struct html_page *page, const struct grounds *g)
{
    page_add(page, console_signoff_grounds_begin);
    for (size_t i = 0; i < GROUNDS; i++)
        (void)page_fill(
            page, console_signoff_ground, PAGE_TEXT("met", g->items[i].met ? "met" : "not met"),
            PAGE_TEXT("what", g->items[i].what), PAGE_TEXT("figure", g->items[i].figure));
    page_add(page, console_signoff_grounds_end);
}

static void given_add(struct html_page *page, const struct grounds *g)
{
    if (g->waiver_count == 0) {
        page_add(page, console_signoff_given_none);
        return;
    }
    page_add(page, console_signoff_given_begin);
    for (size_t i = 0; i < g->waiver_count; i++)
        (void)page_fill(page, console_signoff_given, PAGE_NUMBER("count", g->waivers[i].count),
                        PAGE_TEXT("who", g->waivers[i].who),
                        PAGE_TEXT("reason", g->waivers[i].reason),
                        PAGE_STAMP("last", g->waivers[i].last_us));
    page_add(page, console_signoff_given_end);
}

static void open_add(struct html_page *page, const struct grounds *g)
{
    if (g->exceptions == 0) {
        page_add(page, console_signoff_all_met);
        return;
    }
    (void)page_fill(page, console_signoff_open_begin,
                    PAGE_COUNT("exceptions", (int64_t)g->exceptions, "exception", "exceptions"));
    for (size_t i = 0; i < GROUNDS; i++)
        if (!g->items[i].met)
            (void)page_fill(page, console_signoff_open, PAGE_TEXT("what", g->items[i].what),
                            PAGE_TEXT("figure", g->items[i].figure));
    page_add(page, console_signoff_open_end);
}

/* --- who signed ------------------------------------------------------------------------------- */

struct signed_rows {
    struct html_page *page;
    int64_t count;
};

static void signed_row_add(void *arg, const struct ledger_signoff *s)
{
    struct signed_rows *rows = arg;
    char digest[SHA256_HEX_SIZE];

    if (rows->count++ == 0)
        page_add(rows->page, console_signoff_signed_begin);
    (void)page_fill(rows->page, console_signoff_signed, PAGE_ID("number", s->number),
                    PAGE_STAMP("at", s->at_us), PAGE_SPAN("who", s->who),
                    PAGE_NUMBER("exceptions", signed_exceptions(s->exceptions)),
                    PAGE_SPAN("reason", s->reason),
                    PAGE_TEXT("digest", sha256_hex(&s->digest, digest)));
}

static bool signed_add(struct exchange *x, struct html_page *page, struct err *err)
{
    struct signed_rows rows = { .page = page };
    auto_borrowed reader = { 0 };

    if (!reader_borrow(x->console->readers, &reader, err)
        || !signoffs_each(reader.ledger, 0, SIGNED_SHOWN, signed_row_add, &rows, err))
        return false;
    page_add(page, rows.count ? console_signoff_signed_end : console_signoff_signed_none);
    return true;
}

/* --- the page --------------------------------------------------------------------------------- */

static void sign_form(struct frame *frame, const struct grounds *g)
{
    struct html_page *page = frame->page;
    auto_str statement = STR_MAX(KIB(8));
    char digest[SHA256_HEX_SIZE];
    const char *rest = page_fill(page, console_signoff_sign, PAGE_ROWS("open"));

    grounds_statement(g, &statement);
    open_add(page, g);
    rest = page_fill(page, rest, PAGE_TEXT("statement", str_text(&statement)), PAGE_ROWS("form"));
    frame_form(frame, "/signoff");
    (void)page_fill(page, rest, PAGE_TEXT("digest", sha256_hex(&g->digest, digest)),
                    PAGE_WHEN("reason", g->exceptions > 0, console_signoff_reason),
                    PAGE_ID("least", REASON_LEAST),
                    PAGE_TEXT("words", request_form_text(frame->x->request, "reason")),
                    PAGE_TEXT("says", g->exceptions ? "Sign with these exceptions" : "Sign"));
}

/* `said` is a problem or a success, as a template of signoff.html. */
static bool signoff_show(struct exchange *x, const char *said, const char *sentence,
                         struct err *err)
{
    auto_grounds grounds = { 0 };
    auto_frame frame = { 0 };

    if (!signing_grounds(x, &grounds, err))
        return false;
    frame_begin(&frame, x, "Sign-off", TAB_SIGNOFF);
    (void)page_fill(frame.page, console_signoff_top, PAGE_PART("said", said),
                    PAGE_TEXT("sentence", sentence), PAGE_STAMP("at", grounds.status->at_us));
    grounds_add(frame.page, &grounds);
    given_add(frame.page, &grounds);
    if (may(x, RIGHT_SIGN))
        sign_form(&frame, &grounds);
    else
        page_add(frame.page, console_signoff_look);
    return signed_add(x, frame.page, err) && frame_end(&frame, err);
}

bool signoff_page_answer(struct exchange *x, struct err *err)
{
    const char *done = request_query(x->request, "done");
    auto_str sentence = STR_MAX(128);
    struct err ignored;
    int64_t number;

    if (!done || !num_i64(span_of(done), 1, INT64_MAX, &number, &ignored))
        return signoff_show(x, "", "", err);
    str_printf(&sentence, "Signed. It stands in the ledger as sign-off %jd.", (intmax_t)number);
    return signoff_show(x, console_signoff_done, str_text(&sentence), err);
}

/* --- signing ---------------------------------------------------------------------------------- */

static bool proof_refuse(struct exchange *x, unsigned wait, struct err *err)
{
    x->answer.status = wait ? 429 : 403;
    return signoff_show(x, console_signoff_problem,
                        wait ? "Too many tries. Wait a little; nothing was signed."
                             : "Password and code do not fit together; nothing was signed.",
                        err);
}

bool signoff_answer(struct exchange *x, struct err *err)
{
    struct login_try try = { x->who.login, request_form_text(x->request, "password"),
                             request_form_text(x->request, "code") };
    struct signing signing = { request_form_text(x->request, "digest"),
                               request_form_text(x->request, "reason"),
                               strcmp(request_form_text(x->request, "read"), "yes") == 0 };
    enum login_answer answer;
    struct account account;
    auto_str to = STR_MAX(64);
    unsigned wait = 0;
    int64_t number;

    if (!signing_may(x, &signing, err)
        || !login_judge(x->console, &try, &answer, &account, &wait, err))
        return false;
    if (answer != LOGIN_RIGHT)
        return proof_refuse(x, wait, err);
    if (!signing_carry_out(x, &signing, &number, err))
        return false;
    str_printf(&to, "/signoff?done=%jd", (intmax_t)number);
    answer_go_to(&x->answer, str_text(&to));
    return true;
}

/* --- the report ------------------------------------------------------------------------------- */

/* A stream into memory; what it gathered is freed with it. */
struct gathered {
    FILE *to;
    char *text;
    size_t size;
};

static void gathered_free(struct gathered *gathered)
{
    if (gathered->to)
        (void)fclose(gathered->to);
    free(gathered->text);
}

static bool report_gather(struct exchange *x, struct gathered *gathered, struct err *err)
{
    auto_borrowed reader = { 0 };

    gathered->to = open_memstream(&gathered->text, &gathered->size);
    if (!gathered->to)
        return err_os(err, "the report");
    return reader_borrow(x->console->readers, &reader, err)
           && x->console->report(x->console->report_arg, reader.ledger, gathered->to, err)
           && (fflush(gathered->to) == 0 || err_os(err, "the report"));
}

bool signoff_report_answer(struct exchange *x, struct err *err)
{
    __attribute__((cleanup(gathered_free))) struct gathered gathered = { 0 };

    if (!report_gather(x, &gathered, err)
        || !view_of(x, (struct view_entry){ .what = VIEW_EXPORT, .detail = "the report" }, err))
        return false;
    str_add(&x->answer.body, gathered.text, gathered.size);
    x->answer.is_report = true;
    return str_fits(&x->answer.body, "the report", err);
}

/* --- on paper --------------------------------------------------------------------------------- */

/* The newest sign-off of just these grounds, if there is one. */
struct paper {
    struct html_page *page;
    const struct sha256 *digest;
};

static void paper_signed_add(void *arg, const struct ledger_signoff *s)
{
    const struct paper *paper = arg;

    if (sha256_equal(&s->digest, paper->digest))
        (void)page_fill(paper->page, console_signoff_paper_signed,
                        PAGE_STAMP("signed_at", s->at_us), PAGE_SPAN("who", s->who),
                        PAGE_ID("number", s->number), PAGE_SPAN("why", s->reason));
}

static bool paper_end_add(struct exchange *x, struct html_page *page, const struct grounds *g,
                          struct err *err)
{
    struct paper paper = { page, &g->digest };
    auto_str statement = STR_MAX(KIB(8));
    auto_borrowed reader = { 0 };
    const char *rest;

    grounds_statement(g, &statement);
    rest = page_fill(page, console_signoff_paper_end,
                     PAGE_WHEN("open", g->exceptions > 0, console_signoff_paper_open),
                     PAGE_NUMBER("exceptions", (int64_t)g->exceptions),
                     PAGE_TEXT("statement", str_text(&statement)), PAGE_ROWS("here"));
    if (!reader_borrow(x->console->readers, &reader, err)
        || !signoffs_each(reader.ledger, 0, 1, paper_signed_add, &paper, err))
        return false;
    page_add(page, rest);
    return true;
}

bool signoff_paper_answer(struct exchange *x, struct err *err)
{
    auto_grounds grounds = { 0 };
    auto_frame frame = { 0 };
    char digest[SHA256_HEX_SIZE];
    const char *rest;

    if (!signing_grounds(x, &grounds, err))
        return false;
    frame_begin(&frame, x, "The migration of the documents: sign-off", TAB_SIGNOFF);
    rest = page_fill(frame.page, console_signoff_paper, PAGE_TEXT("practice", x->console->practice),
                     PAGE_TEXT("source", grounds.status->settings.name),
                     PAGE_TEXT("layout", grounds.status->settings.layout),
                     PAGE_STAMP("at", grounds.status->at_us),
                     PAGE_TEXT("digest", sha256_hex(&grounds.digest, digest)),
                     PAGE_ROWS("grounds"));
    grounds_add(frame.page, &grounds);
    given_add(frame.page, &grounds);
    page_add(frame.page, rest);
    return paper_end_add(x, frame.page, &grounds, err) && frame_end(&frame, err);
}
