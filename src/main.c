/* fmferry: the table of commands. */
#include "cmd/cause.h"
#include "cmd/commands.h"
#include "sql/sql.h"
#include "version.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* clang-format off */
static const struct cmd *const cmds[] = {
    &cmd_init,
    &cmd_settings,
    &cmd_login,
    &cmd_check,
    &cmd_patients_import,
    &cmd_patients_undo,
    &cmd_patients_review,
    &cmd_patients_accept,
    &cmd_run,
    &cmd_link,
    &cmd_status,
    &cmd_failures,
    &cmd_retry,
    &cmd_accept,
    &cmd_waive,
    &cmd_unlink,
    &cmd_verify,
    &cmd_reconcile,
    &cmd_cutover,
    &cmd_undo,
    &cmd_report,
    &cmd_export_bagit,
    &cmd_export_fhir,
    &cmd_tables,
    &cmd_records,
    &cmd_metrics,
    &cmd_notify,
    &cmd_serve,
    &cmd_users_add,
    &cmd_users_list,
    &cmd_users_link,
    &cmd_users_role,
    &cmd_users_shut,
    &cmd_users_open,
    &cmd_tokens_add,
    &cmd_tokens_list,
    &cmd_tokens_end,
    &cmd_views_check,
    &cmd_views_export,
    &cmd_version,
    &cmd_manual,
    &cmd_completion,
    NULL,
};
/* clang-format on */

static const struct program program = {
    .name = "fmferry",
    .version = VERSION,
    .summary = "fmferry: gets every document out of FileMaker, loses none, and proves it",
    .cmds = cmds,
    .closing =
        "First steps: fmferry init, fmferry check, fmferry run, fmferry status.\n"
        "Standard output is the answer, standard error is the log.\n"
        "Exit codes: 0 all is done; 1 it could not work; 2 the command line or the\n"
        "configuration is wrong; 3 it worked, and something is left; 4 a login, a right or a\n"
        "certificate was refused; 5 FileMaker, the store or the database was away for too\n"
        "long; 6 no room is left; 130, 143 and 129: ended by Ctrl-C, SIGTERM, a hang-up.",
    .default_config = "fmferry.ini",
    .judge = cause_exit,
};

/*
 * Keeps what this process writes for its owner alone, and its memory from everybody: no core is
 * dumped, and no debugger attaches. Only a build with -Ddebugging=true leaves the memory open.
 */
static void process_harden(void)
{
    struct rlimit none = { 0, 0 };

    (void)umask(077);
    if (DEBUGGING)
        return;
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int main(int argc, char **argv)
{
    process_harden();
    sql_setup();
    return cli_main(&program, argc, argv);
}
