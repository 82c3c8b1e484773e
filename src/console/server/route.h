/*
 * The addresses of the console: one table (route_table.c) says for each which method it takes, which
 * right it wants, and which function answers. The documentation and the tests read the same table.
 */
#pragma once

#include "console/server/exchange.h"

struct route {
    enum request_method method; /* GET serves HEAD too */
    const char *path;           /* "/documents/{row}/pages/{n}" */
    enum right right;
    /*
     * Answers. False: refused (x->is_refused), or `err` says what failed.
     * Called by the thread of the connection.
     */
    bool (*answer)(struct exchange *x, struct err *err);
    const char *summary; /* a line for docs/openapi.yaml */
    bool skips_csrf;     /* a form that is sent before there is a session */
    bool is_stream;      /* goes on for long, and is no sign of a person  */
    bool may_repeat;     /* keeps its answer under an Idempotency-Key     */
    bool takes_files;    /* a form with files; other bodies are small     */
    const char
        *query; /* its parameters, with blanks between: others are refused; NULL: of a page */
};

extern const struct route routes[]; /* ended by one whose path is NULL */

/*
 * Finds the route of a request and sets the request's parameters from its path.
 *   route_r   NULL: no address has this path
 *   allow_r   where the path is known, but not with this method: its methods, "GET, HEAD"; else ""
 * Fails with ERR_DATA: a part of the path is not well encoded.
 */
enum { ALLOW_SIZE = 64 };
must_check bool route_find(struct request *request, const struct route *table,
                           const struct route **route_r, char allow_r[ALLOW_SIZE], struct err *err);

const char *method_name(enum request_method method);
