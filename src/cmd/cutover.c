/* `fmferry cutover` */
#include "cmd/cutover.h"

#include "cmd/commands.h"

#include "base/foreign.h"
#include "base/time.h"

/* A round begins anew when somebody worked in FileMaker although somebody else said that nobody does. */
enum { ROUNDS_MOST = 5 };

/* Nothing is lost by it: what it moves has moved. */
static int work_rehearse(struct cutover *c, struct err *err)
{
    int code;

    cutover_step_say(1, "rehearsal: what is there moves, while people work");
    if ((code = cutover_move(c, err)) != EXIT_DONE)
        return code;
    cutover_step_say(2, "rehearsal: the last count and the comparison are measured");
    if ((code = cutover_count(c, &c->count_us, err)) != EXIT_DONE
        || (code = cutover_prove(c, NULL, &c->proof_us, err)) != EXIT_DONE)
        return code;
    cutover_forecast_say(c);
    return EXIT_DONE;
}

/* With FileMaker standing still; EXIT_DONE, with `late` above nothing: somebody works there still. */
static int work_finish(struct cutover *c, struct err *err)
{
    int64_t took_us;
    int code;

    cutover_step_say(4, "the last documents");
    if ((code = cutover_move(c, err)) != EXIT_DONE)
        return code;
    cutover_step_say(5, "the last count");
    if ((code = cutover_count(c, &took_us, err)) != EXIT_DONE || c->late)
        return code;
    c->moved_us = time_now_us();
    cutover_step_say(6, "everything is compared and certified");
    code = cutover_prove(c, c->options->certificate, &took_us, err);
    c->proved_us = time_now_us();
    return code;
}

static int freeze_begin(struct cutover *c, struct err *err)
{
    cutover_step_say(3, "FileMaker stands still");
    cutover_freeze_say();
    return cutover_freeze_ask(c, err);
}

static int cut_over(struct cutover *c, struct err *err)
{
    int code = work_rehearse(c, err);

    if (code != EXIT_DONE || c->options->rehearse)
        return code;
    for (int round = 0; round < ROUNDS_MOST; round++) {
        if ((code = freeze_begin(c, err)) != EXIT_DONE || (code = work_finish(c, err)) != EXIT_DONE)
            return code;
        if (!c->late)
            return cutover_note(c, err) ? EXIT_DONE : -1;
        cutover_late_say(c);
    }
    return EXIT_LEFT;
}

static int cutover_with(struct work *work, struct err *err)
{
    struct cutover c = { .work = work, .options = work->options };
    int code;

    c.notifier = notifier_new(&work->settings.notify, work->settings.engine.filemaker.gate);
    code = cut_over(&c, err);
    notifier_end(c.notifier, &c.last, code < 0 ? err : NULL);
    if (code == EXIT_DONE && !c.options->rehearse)
        cutover_end_say(&c);
    else if (code != EXIT_DONE)
        cutover_broken_say(&c);
    free(c.by);
    return code;
}

static bool options_agree(const struct cutover_options *o, struct err *err)
{
    if (o->rehearse && o->frozen_by)
        return err_set(err, ERR_USAGE, 0, "--rehearse and --frozen-by exclude each other");
    if (o->frozen_by && !*o->frozen_by)
        return err_set(err, ERR_USAGE, 0,
                       "--frozen-by needs the name of the person who answers for it");
    return o->rehearse || o->certificate
           || err_set(err, ERR_USAGE, 0,
                      "a cut-over ends with a certificate: --certificate FILE says where it goes");
}

static int cutover_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    if (!options_agree(arg, err))
        return -1;
    return work_do(globals,
                   WORK_SIGNALS | WORK_FINISHES | WORK_NEXUS | WORK_SOURCE | WORK_STORE
                       | WORK_TRAITS | WORK_GATE | WORK_NOTIFY,
                   arg, cutover_with, err);
}

static const struct opt cutover_opts[] = {
    OPT_FLAG(struct cutover_options, rehearse, "rehearse", 0,
             "end with the forecast: nothing is frozen"),
    OPT_TEXT(struct cutover_options, certificate, "certificate", 0, "FILE",
             "where the signed certificate of completeness goes"),
    OPT_TEXT(struct cutover_options, frozen_by, "frozen-by", 0, "NAME",
             "ask nobody: NAME says that nobody works in FileMaker from the moment\n"
             "on at which the rehearsal ends"),
    OPT_END,
};

static const struct cutover_options cutover_defaults = { 0 };

const struct cmd cmd_cutover = {
    "cutover",
    "Walk the last day through: from FileMaker to the new application",
    "Moves what is there, measures how long the last count and the comparison take, and\n"
    "says how long FileMaker will have to stand still. Then it asks for the freeze, moves\n"
    "the last documents, counts once more whether anybody still works, compares every byte\n"
    "in the store, writes the certificate, and says for how many seconds FileMaker stood\n"
    "still. It blocks nobody and takes nothing back: broken off at any step, by Ctrl-C or\n"
    "by a power cut, people go on in FileMaker, and the next call begins again.\n"
    "\n"
    "Exits with 0 when everything is proved, with 3 if it was broken off or something is\n"
    "left to mend first.",
    cutover_opts,
    &cutover_defaults,
    sizeof cutover_defaults,
    cutover_command,
    .examples = {
        { "fmferry cutover --rehearse", "some days before: how long will it take?" },
        { "fmferry cutover --certificate certificate.txt", "on the day: asks for the freeze" },
        { "fmferry cutover --certificate certificate.txt --frozen-by 'Kim Ito'",
          "the same without a question" },
    },
};
