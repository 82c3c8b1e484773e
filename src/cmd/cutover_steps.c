/* The steps of a cut-over, each by the function that its own command calls. */
#include "cmd/attend.h"
#include "cmd/cutover.h"
#include "cmd/ending.h"
#include "cmd/meter_shown.h"
#include "cmd/verifying.h"

#include "base/foreign.h"
#include "base/time.h"
#include "ledger/cutovers.h"
#include "ledger/peer_locks.h"
#include "json/writer.h"

enum { EVIDENCE_MAX = 4096 };

int cutover_move(struct cutover *c, struct err *err)
{
    c->last = (struct run_result){ 0 };
    if (!attended_run(c->work, c->notifier, "fmferry cutover", &c->last, err))
        return -1;
    if (ending_code(&c->last) == EXIT_LEFT)
        print("not everything has arrived: the cut-over goes on when it has. Mend what 'fmferry "
              "failures' names, or waive it by name, and begin again\n");
    return ending_code(&c->last);
}

int cutover_count(struct cutover *c, int64_t *took_us_r, struct err *err)
{
    int64_t began_us = time_mono_us();
    int code = cutover_move(c, err);

    *took_us_r = time_mono_us() - began_us;
    c->late = c->last.view.to_do;
    return code;
}

int cutover_prove(struct cutover *c, const char *certificate, int64_t *took_us_r, struct err *err)
{
    const struct verify_options options = { .bytes = true, .certificate = certificate };
    struct meter_shown *shown = meter_shown_new(c->work->meter);
    int64_t began_us = time_mono_us();
    auto_verify_result result = { 0 };
    int code = verifying_do(c->work, &options, &result, err);

    meter_shown_free(shown);
    *took_us_r = time_mono_us() - began_us;
    c->late += (int64_t)(result.newer + result.edited + result.gone);
    return code;
}

static void evidence_write(const struct cutover *c, struct str *to)
{
    struct json_writer w = JSON_WRITER(to);
    char frozen[TIME_TEXT_SIZE], moved[TIME_TEXT_SIZE], proved[TIME_TEXT_SIZE];

    json_open_object(&w);
    json_member_text(&w, "frozen_by", c->by);
    json_member_text(&w, "frozen_at", time_rfc3339(c->frozen_us, frozen));
    json_member_text(&w, "moved_at", time_rfc3339(c->moved_us, moved));
    json_member_text(&w, "proved_at", time_rfc3339(c->proved_us, proved));
    json_close_object(&w);
}

bool cutover_note(const struct cutover *c, struct err *err)
{
    const struct engine_settings *engine = &c->work->settings.engine;
    struct peer_locks_names names;
    struct ledger_process process = peer_locks_process("cutover", &names);
    auto_str evidence = STR_MAX(EVIDENCE_MAX);
    auto_ledger *ledger = NULL;
    int64_t run;

    evidence_write(c, &evidence);
    if (!str_fits(&evidence, "a name", err)
        || !ledger_open(engine->ledger_url, engine->source_name, c->work->cancel, &ledger, err)
        || !ledger_cutover_note(ledger, &process, str_text(&evidence), &run, err))
        return false;
    print("noted in the ledger as number %jd\n", (intmax_t)run);
    return true;
}
