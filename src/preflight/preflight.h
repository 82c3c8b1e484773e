/*
 * Assumptions, tried before anything is moved: one function each, so that `check` can show them and
 * `run` can refuse to start. What is to mend says what is wrong, where, and how to mend it.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"
#include "engine/engine.h"
#include "preflight/id_check.h"
#include "preflight/store_probe.h"

/* What trying something found out. */
struct preflight_result {
    struct str ok_text;  /* what is well, in few words                                        */
    struct str notes;    /* what should be known: lines; a run goes on, and logs them         */
    struct str problems; /* what is to mend: lines; a run does not start                      */
};

/* `auto_preflight_result t = PREFLIGHT_RESULT;` */
#define PREFLIGHT_RESULT                                                                           \
    {                                                                                              \
        STR_MAX(KIB(4)), STR_MAX(KIB(64)), STR_MAX(KIB(64))                                        \
    }
void preflight_result_clear(struct preflight_result *tried);
#define auto_preflight_result                                                                      \
    __attribute__((cleanup(preflight_result_clear))) struct preflight_result

/* The server answers and its certificate stands up. */
must_check bool preflight_server(const struct engine_settings *settings,
                                 struct filemaker *filemaker, struct preflight_result *tried,
                                 struct err *err);

/* Account and password open the database. */
must_check bool preflight_login(const struct engine_settings *settings, struct filemaker *filemaker,
                                struct err *err);

/*
 * The layout shows every field that is named, of a kind that can serve.
 *   layout_r       caller clears with filemaker_layout_clear() (or auto_layout)
 *   containers_r   caller clears with containers_clear() (or auto_containers)
 */
must_check bool preflight_layout(const struct engine_settings *settings,
                                 struct filemaker *filemaker, struct filemaker_layout *layout_r,
                                 struct containers *containers_r, struct preflight_result *tried,
                                 struct err *err);

/* Folders, OData and script that files may come by are there. */
must_check bool preflight_places(const struct engine_settings *settings,
                                 struct filemaker *filemaker, struct preflight_result *tried,
                                 struct err *err);

/*
 * Ids are each document's own. Where too many are not, that is to mend, unless somebody answers for
 * it (settings->accept_record_ids).
 */
must_check bool preflight_ids(const struct engine_settings *settings, struct filemaker *filemaker,
                              struct id_check_result *found_r, struct preflight_result *tried,
                              struct err *err);

/* Whether documents are known already: then what may be chosen before the first was chosen. */
bool preflight_is_begun(const struct engine_settings *settings, const struct cancel *cancel);

/* The filter lets something through, as far as a find can tell; nothing is said without one. */
must_check bool preflight_filter(const struct engine_settings *settings,
                                 struct filemaker *filemaker, struct preflight_result *tried,
                                 struct err *err);

/*
 * Ledger and registry can be opened; their tables are what they should be. What was found out about
 * the store is kept there.
 *   patients_r   how many the application has
 */
must_check bool preflight_databases(const struct engine_settings *settings,
                                    const struct cancel *cancel, struct preflight_result *tried,
                                    int64_t *patients_r, struct err *err);

/*
 * Those that a run needs: server, login, layout, other ways, store; and before its first document,
 * ids and filter.
 *   trial        how the store is tried
 *   settings     learns what only layout and store tell: `containers`, the traits
 *   containers   filled; the caller's, and outlives the settings
 */
must_check bool preflight_all(struct engine_settings *settings, enum probe_mode trial,
                              struct containers *containers, const struct cancel *cancel,
                              struct err *err);
