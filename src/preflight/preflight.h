/*
 * The checks before anything is moved: one function for each assumption, so that `check` can show
 * them and `run` can refuse to start. A problem says what is wrong, where, and how to mend it.
 *
 *   preflight      server, login, layout, ids, filter, databases; all that a run needs
 *   layout_check, id_check, date_check, places_check, disk_room   one subject each
 *   find_check     measures how records can be read
 *   file_known     whether a file in place of a server is the one that the last run read
 *   sample         reads some records and files, as a run would
 *   store_probe    finds out what the store can do
 *   mark_test      writes the mark to one record, and takes it back
 *   pinned         compares settings with those that the ledger was begun with
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"
#include "engine/engine.h"
#include "preflight/id_check.h"
#include "preflight/store_probe.h"

/* What a check found out. */
struct preflight_result {
    struct str ok_text;  /* what is well, in few words                                        */
    struct str notes;    /* lines about what should be known: a run logs them, and goes on    */
    struct str problems; /* lines about what is to mend: a run does not start                 */
};

/* `auto_preflight_result t = PREFLIGHT_RESULT;` */
#define PREFLIGHT_RESULT                                                                           \
    {                                                                                              \
        STR_MAX(KIB(4)), STR_MAX(KIB(64)), STR_MAX(KIB(64))                                        \
    }
void preflight_result_clear(struct preflight_result *result);
#define auto_preflight_result                                                                      \
    __attribute__((cleanup(preflight_result_clear))) struct preflight_result

/* Checks that the server answers, with a certificate that is trusted. */
must_check bool preflight_server(const struct engine_settings *settings,
                                 struct source_reader *reader, struct preflight_result *result,
                                 struct err *err);

/* Checks that account and password open the database. */
must_check bool preflight_login(const struct engine_settings *settings,
                                struct source_reader *reader, struct err *err);

/*
 * Checks that the layout shows every field that is named, of a type that can serve.
 *   layout_r       caller clears with filemaker_layout_clear() (or auto_layout)
 *   containers_r   caller clears with containers_clear() (or auto_containers)
 */
must_check bool preflight_layout(const struct engine_settings *settings,
                                 struct source_reader *reader, struct filemaker_layout *layout_r,
                                 struct containers *containers_r, struct preflight_result *result,
                                 struct err *err);

/* Checks that the folders, OData table and script by which files may come are there. */
must_check bool preflight_places(const struct engine_settings *settings,
                                 struct source_reader *reader, struct preflight_result *result,
                                 struct err *err);

/*
 * Checks that each document has an id of its own. Where too many have none, that is a problem,
 * unless somebody answers for it (settings->accept_record_ids).
 */
must_check bool preflight_ids(const struct engine_settings *settings, struct source_reader *reader,
                              struct id_check_result *found_r, struct preflight_result *result,
                              struct err *err);

/* Whether the ledger knows documents: then the choices before the first document were made. */
bool preflight_is_begun(const struct engine_settings *settings, const struct cancel *cancel);

/* Checks that the filter lets records through, as far as a find can tell. Says nothing without one. */
must_check bool preflight_filter(const struct engine_settings *settings,
                                 struct source_reader *reader, struct preflight_result *result,
                                 struct err *err);

/*
 * Checks that ledger and registry can be opened, with the tables they should have. Keeps the store's
 * traits there.
 *   patients_r   how many patients the application has
 */
must_check bool preflight_databases(const struct engine_settings *settings,
                                    const struct cancel *cancel, struct preflight_result *result,
                                    int64_t *patients_r, struct err *err);

/*
 * The checks that a run needs: server, login, layout, places, store; before its first document also
 * ids and filter.
 *   mode         whether the store is probed
 *   settings     learns what only layout and store tell: `containers`, the traits
 *   containers   filled; the caller's, and outlives the settings
 */
must_check bool preflight_all(struct engine_settings *settings, enum probe_mode mode,
                              struct containers *containers, const struct cancel *cancel,
                              struct err *err);
