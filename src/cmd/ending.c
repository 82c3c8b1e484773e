/* The last lines that a run prints. */
#include "cmd/ending.h"

#include "base/cli.h"
#include "base/foreign.h"
#include "base/time.h"

bool ending_is_complete(const struct run_result *result)
{
    return result->census_closed && result->states[LEDGER_WAITING] == 0
           && result->states[LEDGER_CLAIMED] == 0 && result->states[LEDGER_STORED] == 0
           && result->states[LEDGER_FAILED] == 0;
}

/* Prints how many documents were tried and neither succeeded nor failed. */
static void tried_say(const struct counts_snapshot *counts)
{
    int64_t wait = counts->processed - counts->successful - counts->failed;

    if (wait > 0)
        print("%jd tried, %jd could be read and stored; %jd are waiting for another try ('fmferry "
              "failures' says why)\n",
              (intmax_t)counts->processed, (intmax_t)counts->successful, (intmax_t)wait);
}

/* Documents arrive without patients, too; but nobody finds them by their patient then. */
static void patients_say(const struct run_result *result)
{
    if (result->patients == 0 && result->view.counts.successful > 0)
        print("no document has a patient: the application has none with a FileMaker id. 'fmferry "
              "patients import', then 'fmferry link'\n");
}

static void work_say(const struct run_view *view)
{
    char took[TIME_TEXT_SIZE];

    print("this run: %jd done, %jd failed, %.1f MB in %s\n", (intmax_t)view->counts.successful,
          (intmax_t)view->counts.failed, (double)view->counts.bytes / 1e6,
          time_for_people(view->elapsed_us, took));
}

static void states_say(const struct run_result *result)
{
    print("in all: %jd done", (intmax_t)result->states[LEDGER_DONE]);
    for (int i = 0; i < LEDGER_STATES; i++)
        if (i != LEDGER_DONE && result->states[i] > 0)
            print(", %jd %s", (intmax_t)result->states[i], ledger_state_name((enum ledger_state)i));
    print("\n");
}

void ending_say_broken(const struct run_result *result, const char *command)
{
    if (!result->has_moved)
        return;
    work_say(&result->view);
    if (result->is_kept)
        states_say(result);
    print("the run was broken off; nothing is lost, and '%s' goes on from here\n", command);
}

void ending_say(const struct run_result *result, const char *command)
{
    work_say(&result->view);
    tried_say(&result->view.counts);
    patients_say(result);
    states_say(result);
    if (result->states[LEDGER_FAILED] > 0)
        print("'fmferry failures' says why, 'fmferry status' what to do\n");
    if (result->was_stopped)
        print("interrupted; '%s' goes on from here\n", command);
    else if (ending_is_complete(result))
        print("everything has arrived%s\n",
              result->states[LEDGER_WAIVED] > 0 ? ", but for what was given up by name" : "");
}

int ending_code(const struct run_result *result)
{
    if (result->was_stopped)
        return EXIT_CANCELED;
    return ending_is_complete(result) ? EXIT_DONE : EXIT_LEFT;
}
