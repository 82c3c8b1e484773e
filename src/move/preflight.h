/*
 * Assumptions, tried before anything is moved: one function each, so that `check` can show them and
 * `run` can refuse to start. A failure says what is wrong, where, and how to mend it.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "move/mover.h"
#include "move/trial.h"

/* The server answers and its certificate stands up. `said_r`: what it is; the caller frees. */
must_check bool preflight_server(const struct mover_settings *settings, struct filemaker *filemaker,
                                 char **said_r, struct err *err);

/* Account and password open the database. */
must_check bool preflight_login(const struct mover_settings *settings, struct filemaker *filemaker,
                                struct err *err);

/*
 * The layout shows every field that is named, of a kind that can serve.
 *   warning_r   what is not wrong but should be known, or NULL; the caller frees
 */
must_check bool preflight_layout(const struct mover_settings *settings, struct filemaker *filemaker,
                                 char **warning_r, struct err *err);

/* Records can be read. `said_r`: how many there are. */
must_check bool preflight_records(const struct mover_settings *settings,
                                  struct filemaker *filemaker, char **said_r, struct err *err);

/* A file among the first records can be fetched, if one of them has any. */
must_check bool preflight_stream(const struct mover_settings *settings, struct filemaker *filemaker,
                                 char **said_r, struct err *err);

/*
 * Ledger and registry can be opened; their tables are what they should be. What was found out about
 * the store is kept there.
 *   problems   gets a sentence, ended by a newline, for everything that is not
 */
must_check bool preflight_databases(const struct mover_settings *settings,
                                    const struct cancel *cancel, struct str *problems,
                                    char **said_r, struct err *err);

/*
 * Those that a run needs: server, login, layout, store.
 *   trial        how the store is tried
 *   settings     learns what only layout and store tell: how dates stand, `containers`, the traits
 *   containers   filled; the caller's, and outlives the settings
 */
must_check bool preflight(struct mover_settings *settings, enum trial trial,
                          struct containers *containers, const struct cancel *cancel,
                          struct err *err);
