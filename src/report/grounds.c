/* Gathers the grounds, and hashes them as they are shown. */
#include "report/grounds.h"

#include "ledger/findings.h"
#include "report/status.h"
#include "report/words.h"

/* --- the grounds ------------------------------------------------------------------------------ */

static void criteria_take(struct grounds *g)
{
    struct checklist_item criteria[CRITERIA];

    checklist_of(g->status, criteria);
    for (int i = 0; i < CRITERIA; i++) {
        g->items[i].what = criteria[i].what;
        g->items[i].met = criteria[i].met;
        (void)snprintf(g->items[i].figure, sizeof g->items[i].figure, "%s", criteria[i].figure);
    }
}

/* Adds "; every byte at both ends; certificate ..." */
static void verified_depth(const struct verified *v, struct str *to)
{
    if (v->run == 0)
        return;
    if (v->deep && !*v->sample)
        str_add_text(to, "; every file was read again in FileMaker");
    else if (v->deep)
        str_printf(to, "; part %s of the files was read again in FileMaker", v->sample);
    if (*v->certificate)
        str_printf(to, "; certificate %s", v->certificate);
    else
        str_add_text(to, "; it wrote no certificate");
}

static void verified_take(struct grounds *g)
{
    const struct verified *v = &g->status->verified;
    struct ground *ground = &g->items[CRITERIA];
    auto_str figure = STR_MAX(KIB(1));

    verified_figure(v, &figure);
    verified_depth(v, &figure);
    ground->what = verified_label(v);
    ground->met = verified_word(v) == VERIFIED_GOOD;
    (void)snprintf(ground->figure, sizeof ground->figure, "%s", str_text(&figure));
}

static void wrong_take(struct grounds *g, int64_t documents)
{
    struct ground *ground = &g->items[CRITERIA + 1];
    auto_str figure = STR_MAX(256);

    ground->what = "nothing is known to be wrong with a document";
    ground->met = documents == 0;
    if (documents == 0) {
        str_add_text(&figure, "none");
    } else {
        words_count(&figure, documents, "document differs", "documents differ");
        str_add_text(&figure, "; nobody is shown them");
    }
    (void)snprintf(ground->figure, sizeof ground->figure, "%s", str_text(&figure));
}

/* --- the digest ------------------------------------------------------------------------------- */

static struct sha256 digest_of(const struct grounds *g)
{
    auto_str text = STR_MAX(MIB(8));

    grounds_statement(g, &text);
    for (size_t i = 0; i < GROUNDS; i++)
        str_printf(&text, "\n%s\t%d\t%s", g->items[i].what, g->items[i].met, g->items[i].figure);
    for (size_t i = 0; i < g->waiver_count; i++)
        str_printf(&text, "\n%jd\t%s\t%s", (intmax_t)g->waivers[i].count, g->waivers[i].who,
                   g->waivers[i].reason);
    return sha256_of(str_span(&text));
}

bool grounds_read(struct ledger *ledger, const struct status_settings *settings,
                  struct grounds *grounds_r, struct err *err)
{
    int64_t wrong;

    *grounds_r = (struct grounds){ 0 };
    if (!waivers_read(ledger, &grounds_r->waivers, &grounds_r->waiver_count, err)
        || !findings_count(ledger, &wrong, err)
        || !status_read_within(ledger, settings, &grounds_r->status, err))
        return false;
    criteria_take(grounds_r);
    verified_take(grounds_r);
    wrong_take(grounds_r, wrong);
    for (size_t i = 0; i < GROUNDS; i++)
        grounds_r->exceptions += !grounds_r->items[i].met;
    grounds_r->digest = digest_of(grounds_r);
    return true;
}

void grounds_clear(struct grounds *grounds)
{
    status_free(grounds->status);
    waivers_free(grounds->waivers, grounds->waiver_count);
}

/* --- in words --------------------------------------------------------------------------------- */

void grounds_statement(const struct grounds *g, struct str *to)
{
    str_add_text(to, "I have read the report on the migration of ");
    words_clean(to, span_of(g->status->settings.name));
    str_add_text(to, g->exceptions ? ". I take it for complete but for the exceptions that are "
                                     "named, and I accept the losses that are named in it."
                                   : ". I take it for complete, and I accept the losses that are "
                                     "named in it.");
}

void grounds_exceptions(const struct grounds *g, struct json_writer *w)
{
    json_open_array(w);
    for (size_t i = 0; i < GROUNDS; i++) {
        if (g->items[i].met)
            continue;
        json_open_object(w);
        json_member_text(w, "name", g->items[i].what);
        json_member_text(w, "figure", g->items[i].figure);
        json_close_object(w);
    }
    json_close_array(w);
}
