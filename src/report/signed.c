/* Reads the newest sign-off and words it. */
#include "report/signed.h"

#include "ledger/signoffs.h"
#include "report/verified.h"
#include "report/words.h"
#include "json/json.h"

int64_t signed_exceptions(struct span exceptions)
{
    auto_json *json = NULL;
    struct err ignored;
    int64_t count = 0;

    if (!json_read(exceptions, &json, &ignored))
        return 0;
    json_each (one, json_root(json))
        count += one->kind == JSON_OBJECT;
    return count;
}

static void signoff_take(void *arg, const struct ledger_signoff *s)
{
    struct signed_off *to = arg;

    *to = (struct signed_off){ .number = s->number,
                               .at_us = s->at_us,
                               .who = span_text(s->who),
                               .exceptions = signed_exceptions(s->exceptions) };
}

bool signed_read(struct ledger *ledger, const struct ledger_run *runs, size_t run_count,
                 struct signed_off *signed_r, struct err *err)
{
    *signed_r = (struct signed_off){ 0 };
    if (!signoffs_each(ledger, 0, 1, signoff_take, signed_r, err))
        return false;
    return signed_r->number == 0
           || verified_moved_since(ledger, runs, run_count, signed_r->at_us, &signed_r->is_outdated,
                                   err);
}

void signed_clear(struct signed_off *signed_off)
{
    free(signed_off->who);
}

void signed_figure(const struct signed_off *s, struct str *to)
{
    if (s->number == 0)
        return;
    words_stamp(to, s->at_us);
    str_add_text(to, " by ");
    words_clean(to, span_of(s->who));
    if (s->exceptions > 0) {
        str_add_text(to, ", with ");
        words_count(to, s->exceptions, "exception", "exceptions");
    }
    if (s->is_outdated)
        str_add_text(to, "; a run moved documents since");
}
