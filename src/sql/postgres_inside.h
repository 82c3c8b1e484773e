/* What the parts of the PostgreSQL driver share. Private to sql/. */
#pragma once

#include "base/cancel.h"
#include "base/err.h"
#include "sql/sql.h"

struct pg_conn; /* libpq's PGconn and struct pg_result */
struct pg_result;

/* --- values --------------------------------------------------------------------------------- */

enum { POSTGRES_PARAMS_MAX = 32 };

struct postgres_params {
    char *texts[POSTGRES_PARAMS_MAX];
    size_t count;
};

void postgres_params_make(struct postgres_params *params, struct sql_args args);
void postgres_params_clear(struct postgres_params *params);
#define auto_postgres_params __attribute__((cleanup(postgres_params_clear))) struct postgres_params

/* --- answers -------------------------------------------------------------------------------- */

/*
 * Says what went wrong in a result, or NULL for none, with the cause of sql.h as the code.
 *
 * What the server says of a refused value is the value (classes 22 and 23, a trigger's words, the
 * context of a function): of these only the SQLSTATE and the names of table, column, constraint and
 * type are said, and never DETAIL, HINT or CONTEXT.
 *
 * Always returns false.
 */
bool postgres_failed(const struct pg_conn *connection, const struct pg_result *result,
                     struct err *err);

/*
 * The answer to what was sent: its last result, or the first that tells of a failure. libpq itself
 * would give the last, which at the end of a connection no longer says why.
 *   sent   what the call that sent it gave back: 0 if it failed
 * The caller frees with PQclear().
 */
struct pg_result *postgres_answer(struct pg_conn *connection, int sent);

/*
 * Connects as the URL says; what is asked of servers beyond this machine is in postgres_dial.c.
 *   pooled_r   whether something that shares connections answers, such as PgBouncer
 * Fails with ERR_USAGE (the URL, or what it leads to, cannot be used), ERR_DATABASE.
 */
must_check bool postgres_dial(const char *url, struct pg_conn **connection_r, bool *pooled_r,
                              struct err *err);

/* --- for the unit tests --------------------------------------------------------------------- */

/* Whether libpq, told this host and address ("" for none), stays on this machine. */
bool postgres_is_local(const char *host, const char *address);

/*
 * The file with the authorities that this system trusts, as libpq wants it: a bundle, or what a
 * folder of certificates holds. Borrowed for the life of the process. Fails with ERR_USAGE.
 */
must_check bool postgres_roots(const char **file_r, struct err *err);
