/*
 * Writes causes as compactly as they can be read: a thousand failures of a few causes fit one screen.
 * Every line fits the terminal's width, or is a command that must not be folded.
 */
#include "report/causes_text.h"

#include "report/cluster_words.h"
#include "report/terminal.h"
#include "report/words.h"

enum { INDENT = 8 };

/* --- one cause ------------------------------------------------------------------------------ */

static void evidence_line(const struct terminal *t, const struct failure_cause *cause)
{
    const struct cause_evidence *e = &cause->evidence;
    auto_str text = STR_MAX(KIB(8));

    if (!e->step)
        return;
    str_printf(&text, "%s, try %d", *e->step ? e->step : "no try", e->tries);
    if (e->filemaker_code)
        str_printf(&text, ", FileMaker error %d", e->filemaker_code);
    str_printf(&text, ": %s", e->message);
    if (cause->alike < cause->documents)
        str_printf(&text, " (record %jd; %jd like it, %jd not)", (intmax_t)e->record_id,
                   (intmax_t)cause->alike, (intmax_t)(cause->documents - cause->alike));
    terminal_blanks(t, INDENT);
    terminal_sentence(t, INDENT, INDENT, str_text(&text));
}

static void records_line(const struct terminal *t, const struct failure_cause *cause)
{
    auto_str text = STR_MAX(KIB(4));

    cluster_words_records(&text, cause->first, cause->last);
    str_printf(&text, ": %s", cause->types);
    terminal_blanks(t, INDENT);
    terminal_sentence(t, INDENT, INDENT, str_text(&text));
}

static void cause_lines(const struct terminal *t, const struct failure_cause *cause)
{
    const struct failure_class *class = failure_class_of(cause->class);
    auto_str number = STR_MAX(64), head = STR_MAX(KIB(1));

    words_number(&number, cause->documents);
    terminal_blanks(t, number.size < INDENT - 2 ? INDENT - 2 - number.size : 0);
    str_add_span(t->to, str_span(&number));
    str_printf(&head, "%s: %s", class->name, class->meaning);
    str_add_text(t->to, "  ");
    terminal_sentence(t, INDENT, INDENT, str_text(&head));
    records_line(t, cause);
    evidence_line(t, cause);
    terminal_blanks(t, INDENT);
    str_add_text(t->to, "→ ");
    terminal_sentence(t, INDENT + 2, INDENT + 2, class->advice);
}

/* --- groups --------------------------------------------------------------------------------- */

static void group_line(const struct terminal *t, const struct cause_group *group)
{
    auto_str text = STR_MAX(KIB(8));
    bool one = group->documents == 1;

    words_count(&text, group->documents, "document ", "documents ");
    if (group->is_waiting)
        str_add_text(&text, one ? "waits for another try" : "wait for another try");
    else
        str_add_text(&text, "failed");
    str_add_text(&text, group->is_apart && !one ? ", scattered over " : ": ");
    cluster_words_records(&text, group->first, group->last);
    str_add_text(&text, group->shared);
    terminal_colour(t, "1");
    terminal_sentence(t, 0, 2, str_text(&text));
    terminal_colour(t, "0");
}

/* --- what to do next ------------------------------------------------------------------------ */

/* The class of all that failed; NULL: there are several. */
static const char *only_class(const struct failure_causes *causes)
{
    const char *only = NULL;

    for (size_t i = 0; i < causes->count; i++)
        for (size_t k = 0; k < causes->groups[i].count; k++) {
            const char *name = failure_class_of(causes->groups[i].causes[k].class)->name;

            if (only && strcmp(only, name) != 0)
                return NULL;
            only = name;
        }
    return only;
}

static const struct cause_group *first_cluster(const struct failure_causes *causes)
{
    return causes->count > 1 && !causes->groups[0].is_waiting && !causes->groups[0].is_apart
               ? &causes->groups[0]
               : NULL;
}

static void commands_add(const struct failure_causes *causes, struct str *to)
{
    const char *only = only_class(causes), *class = only ? only : "CLASS";
    const struct cause_group *cluster = first_cluster(causes);

    str_printf(to, "each document:  fmferry failures --all --class %s\n", class);
    if (causes->failed == 0)
        return;
    str_printf(to, "try again:      fmferry retry --class %s\n", class);
    str_printf(to, "give up:        fmferry waive --class %s --by NAME --reason TEXT\n", class);
    if (cluster)
        str_printf(to, "only some:      add --record %jd-%jd, or --from FILE with their ids\n",
                   (intmax_t)cluster->first, (intmax_t)cluster->last);
}

/* --- all ------------------------------------------------------------------------------------ */

/* The causes that were left out, and their documents. */
struct causes_rest {
    int64_t causes, documents;
};

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

static void group_lines(const struct terminal *t, const struct cause_group *group, int64_t *left,
                        struct causes_rest *rest)
{
    if (*left > 0)
        group_line(t, group);
    for (size_t k = 0; k < group->count; k++) {
        if (*left > 0) {
            cause_lines(t, &group->causes[k]);
            --*left;
        } else {
            rest->causes++;
            rest->documents += group->causes[k].documents;
        }
    }
}

void failure_causes_text(const struct failure_causes *causes, struct status_form form,
                         int64_t limit, struct str *to)
{
    struct terminal t = { to, form.colour, form.columns > 0 ? (size_t)form.columns : SIZE_MAX };
    struct causes_rest rest = { 0 };
    int64_t left = limit ? limit : INT64_MAX;

    for (size_t i = 0; i < causes->count; i++)
        group_lines(&t, &causes->groups[i], &left, &rest);
    rest_line(&t, &rest);
    str_add_char(to, '\n');
    commands_add(causes, to);
}
