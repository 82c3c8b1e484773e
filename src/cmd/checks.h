/*
 * The steps of `fmferry check`, one function each. A step says what is well, what should be known
 * and what must be mended; a step that cannot be tried says why it is left out.
 */
#pragma once

#include "cmd/settings.h"
#include "preflight/find_check.h"
#include "preflight/id_check.h"
#include "preflight/preflight.h"
#include "preflight/sample.h"
#include "source/source.h"

struct json_writer;

/* The state that the steps share: each uses what earlier ones found. */
struct checks {
    const struct settings *settings;
    struct engine_settings *engine;
    struct cancel *cancel;
    const char *orphans; /* where to list the files that no record names; NULL: nowhere */
    uint64_t write_test; /* a record's number; 0: none was named */

    struct source_reader *reader;
    struct filemaker_layout layout;
    struct containers containers;
    struct id_check_result ids;
    struct sample sample;
    struct source_holdings holdings; /* of a file or a list */
    bool holdings_are_known;
    struct find_check find;
    bool find_is_known;
    struct ledger *ledger;     /* a reader; NULL: there is none */
    struct registry *registry; /* a reader; NULL: there is none */
    int64_t patients;          /* in the application            */

    struct json_writer *json; /* gets each line; NULL: lines are printed */

    struct str skipped; /* why the step at hand was left out; "" */
};

/*
 * A step. `tried` is empty when it begins; the step may set `skipped`.
 * A failure is one more thing to mend.
 */
typedef bool check_step(struct checks *checks, struct preflight_result *tried, struct err *err);

/* Steps about the server and what it holds. */
check_step check_server, check_login, check_sessions, check_layout, check_hidden, check_records,
    check_finds, check_ids, check_filter, check_file, check_places, check_mark, check_writing,
    check_times, check_roster, check_pace;

/* Steps about our side. */
check_step check_store, check_databases, check_earlier, check_patients, check_room,
    check_signing_key;

/* A part of check_places(): lists the files of the backup's folder that no record names. */
check_step check_outside;

/* Says if a file that a setting names cannot be read; `path` NULL or "": none is named. */
void checks_file_readable(const char *setting, const char *path, struct preflight_result *tried);
