/* The words of a cut-over. */
#include "cmd/ask.h"
#include "cmd/cutover.h"

#include "base/foreign.h"
#include "base/mem.h"
#include "base/time.h"

#include <unistd.h>

void cutover_step_say(int step, const char *what)
{
    print("\n%d of %d  %s\n", step, CUTOVER_STEPS, what);
    (void)fflush(stdout);
}

void cutover_forecast_say(const struct cutover *c)
{
    char freeze[TIME_TEXT_SIZE], count[TIME_TEXT_SIZE], proof[TIME_TEXT_SIZE];

    print("measured just now: a count of the source takes %s, the comparison of everything %s\n",
          time_for_people(c->count_us, count), time_for_people(c->proof_us, proof));
    print("forecast: FileMaker will have to stand still for about %s, and for what people add "
          "until then\n",
          time_for_people(2 * c->count_us + c->proof_us, freeze));
}

void cutover_freeze_say(void)
{
    ask_say("", "Now nobody may work in FileMaker any more. fmferry blocks nobody; this is for "
                "somebody to do:");
    ask_say("1", "Let everybody close the windows of the solution. In FileMaker Server's Admin "
                 "Console, Databases, Clients, disconnect who is left.");
    ask_say("2", "Keep them out: in the file, take the extended privileges fmapp and fmwebdirect "
                 "from all privilege sets but the administrator's. The mover's fmrest stays, and "
                 "the file stays open: fmferry still reads it.");
    ask_say("3", "Stop scripts on a schedule, and whatever else writes by itself.");
}

static void freeze_note(struct cutover *c, char *by)
{
    free(c->by);
    c->by = by;
    c->frozen_us = time_now_us();
}

int cutover_freeze_ask(struct cutover *c, struct err *err)
{
    char *by;

    if (c->options->frozen_by) {
        freeze_note(c, mem_text(c->options->frozen_by));
        return EXIT_DONE;
    }
    if (!isatty(STDIN_FILENO)) {
        print("when nobody works there any more: fmferry cutover --frozen-by NAME\n");
        return EXIT_LEFT;
    }
    if (!ask_line(c->work->cancel, "Who says that nobody works there any more? (empty: not yet)",
                  NULL, &by, err))
        return -1;
    if (*by) {
        freeze_note(c, by);
        return EXIT_DONE;
    }
    free(by);
    return EXIT_LEFT;
}

void cutover_late_say(const struct cutover *c)
{
    print("records that came, changed or went since " SPAN_FORMAT
          " said that nobody works there: %jd. Somebody does\n",
          SPAN_ARGS(span_of(c->by)), (intmax_t)c->late);
}

void cutover_end_say(const struct cutover *c)
{
    auto_free char *held = mem_printf(
        "FileMaker stood still for %.1f seconds until everything had moved, and for %.1f seconds "
        "until it was proved.",
        (double)(c->moved_us - c->frozen_us) / 1e6, (double)(c->proved_us - c->frozen_us) / 1e6);
    auto_free char *after = mem_printf(
        "The certificate is %s. From now on people work in the new application alone: what is "
        "added in FileMaker moves no more.",
        c->options->certificate);

    print("\n");
    ask_say("", held);
    ask_say("", after);
    ask_say("", "Next: fmferry report, and fmferry serve for the owner's signature.");
}

void cutover_broken_say(const struct cutover *c)
{
    if (c->frozen_us)
        print("broken off: people may work in FileMaker again, nothing has to be taken back; "
              "'fmferry cutover' begins again and moves what they add meanwhile\n");
    else
        print("broken off before anything was frozen; 'fmferry cutover' begins again\n");
}
