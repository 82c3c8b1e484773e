/*
 * Writes causes as compactly as they can be read: a thousand failures of a few causes fit one screen.
 * Every line fits the terminal's width, or is a command that must not be folded.
 */
#include "report/causes_text.h"

#include "report/cluster_words.h"
#include "report/terminal.h"
#include "report/words.h"

/* A terminal, and the width of the numbers at the left. */
struct causes_page {
    struct terminal terminal;
    size_t digits;
};

/* --- one cause ------------------------------------------------------------------------------ */

static size_t page_indent(const struct causes_page *page)
{
    return page->digits + 2;
}

static void page_sentence(const struct causes_page *page, const char *before, const char *text)
{
    size_t indent = page_indent(page) + words_columns(span_of(before));

    terminal_blanks(&page->terminal, page_indent(page));
    str_add_text(page->terminal.to, before);
    terminal_sentence(&page->terminal, indent, indent, text);
}

void cause_evidence_words(const struct failure_cause *cause, struct str *to)
{
    const struct cause_evidence *e = &cause->evidence;

    if (!e->step)
        return;
    str_printf(to, "%s, try %d", e->step, e->tries);
    if (e->filemaker_code)
        str_printf(to, ", FileMaker error %d", e->filemaker_code);
    str_printf(to, ": %s", e->message);
    if (cause->alike < cause->documents) {
        str_printf(to, " (record %jd; of ", (intmax_t)e->record_id);
        words_number_and(to, cause->documents - cause->alike, " something else was said)");
    }
}

static void evidence_line(const struct causes_page *page, const struct failure_cause *cause)
{
    auto_str text = STR_MAX(KIB(8));

    cause_evidence_words(cause, &text);
    if (text.size)
        page_sentence(page, "", str_text(&text));
}

static void number_add(const struct causes_page *page, int64_t number)
{
    auto_str digits = STR_MAX(64);

    words_number(&digits, number);
    terminal_blanks(&page->terminal, page->digits - digits.size);
    str_add_span(page->terminal.to, str_span(&digits));
    str_add_text(page->terminal.to, "  ");
}

void cause_head_words(const struct failure_cause *cause, struct str *to)
{
    str_printf(to, "%s, ", failure_class_of(cause->class)->name);
    cluster_words_range(to, cause->first, cause->last);
    str_printf(to, ": %s", cause->types);
}

static void cause_lines(const struct causes_page *page, const struct failure_cause *cause)
{
    const struct failure_class *class = failure_class_of(cause->class);
    auto_str head = STR_MAX(KIB(4));

    number_add(page, cause->documents);
    cause_head_words(cause, &head);
    terminal_sentence(&page->terminal, page_indent(page), page_indent(page), str_text(&head));
    evidence_line(page, cause);
    page_sentence(page, "→ ", class->advice);
}

/* --- groups --------------------------------------------------------------------------------- */

void cause_group_words(const struct cause_group *group, struct str *to)
{
    bool one = group->documents == 1;

    words_count(to, group->documents, "document ", "documents ");
    if (group->is_waiting)
        str_add_text(to, one ? "waits for another try" : "wait for another try");
    else
        str_add_text(to, "failed");
    str_add_text(to, group->is_apart && !one ? ", scattered over " : ": ");
    cluster_words_records(to, group->first, group->last);
    str_add_text(to, group->shared);
}

static void group_line(const struct terminal *t, const struct cause_group *group)
{
    auto_str text = STR_MAX(KIB(8));

    cause_group_words(group, &text);
    terminal_colour(t, "1");
    terminal_sentence(t, 0, 2, str_text(&text));
    terminal_colour(t, "0");
}

/* The causes that were left out, and their documents. */
struct causes_rest {
    int64_t causes, documents;
};

static void group_lines(const struct causes_page *page, const struct cause_group *group,
                        int64_t *left, struct causes_rest *rest)
{
    if (*left > 0)
        group_line(&page->terminal, group);
    for (size_t k = 0; k < group->count; k++) {
        if (*left > 0) {
            cause_lines(page, &group->causes[k]);
            --*left;
        } else {
            rest->causes++;
            rest->documents += group->causes[k].documents;
        }
    }
}

static void rest_line(const struct terminal *t, const struct causes_rest *rest)
{
    auto_str text = STR_MAX(KIB(1));

    if (rest->causes == 0)
        return;
    words_count(&text, rest->causes, "more cause, of ", "more causes, of ");
    words_count(&text, rest->documents, "document", "documents");
    str_add_text(&text, ": without --limit they are shown, too");
    terminal_sentence(t, 0, 2, str_text(&text));
}

/* --- what to do next ------------------------------------------------------------------------ */

/* The class of all causes; NULL: there are several. */
static const char *only_class(const struct failure_causes *causes)
{
    enum failure_kind only = causes->groups[0].causes[0].class;

    for (size_t i = 0; i < causes->count; i++)
        for (size_t k = 0; k < causes->groups[i].count; k++)
            if (causes->groups[i].causes[k].class != only)
                return NULL;
    return failure_class_of(only)->name;
}

/* Adds the options by which another command chooses the same documents. */
static void choice_add(struct str *to, const struct failures_choice *choice, const char *class)
{
    str_printf(to, " --class %s", class ? class : "CLASS");
    if (choice->type)
        str_add_text(to, " --type NAME");
    if (choice->last && choice->first != choice->last)
        str_printf(to, " --record %jd-%jd", (intmax_t)choice->first, (intmax_t)choice->last);
    else if (choice->last)
        str_printf(to, " --record %jd", (intmax_t)choice->first);
}

static void commands_add(const struct failure_causes *causes, const struct failures_choice *choice,
                         struct str *to)
{
    const char *class = choice->class ? choice->class : only_class(causes);
    auto_str chosen = STR_MAX(KIB(1));

    choice_add(&chosen, choice, class);
    str_printf(to, "each document:  fmferry failures --all%s\n", str_text(&chosen));
    if (causes->failed == 0)
        return;
    str_printf(to, "try again:      fmferry retry%s\n", str_text(&chosen));
    str_printf(to, "give up:        fmferry waive%s --by NAME --reason TEXT\n", str_text(&chosen));
    if (causes->count > 1 && !choice->last)
        str_add_text(to, "some of them:   add --record N-M, or name them with --from FILE\n");
}

/* --- all ------------------------------------------------------------------------------------ */

static size_t digits_most(const struct failure_causes *causes)
{
    size_t most = 0;

    for (size_t i = 0; i < causes->count; i++) {
        auto_str digits = STR_MAX(64);

        words_number(&digits, causes->groups[i].causes[0].documents);
        most = digits.size > most ? digits.size : most;
    }
    return most;
}

void failure_causes_text(const struct failure_causes *causes, const struct failures_choice *choice,
                         const struct causes_form *form, struct str *to)
{
    struct causes_page page = { { to, form->screen.colour,
                                  form->screen.columns > 0 ? (size_t)form->screen.columns
                                                           : SIZE_MAX },
                                digits_most(causes) };
    struct causes_rest rest = { 0 };
    int64_t left = form->limit ? form->limit : INT64_MAX;

    for (size_t i = 0; i < causes->count; i++)
        group_lines(&page, &causes->groups[i], &left, &rest);
    rest_line(&page.terminal, &rest);
    commands_add(causes, choice, to);
}
