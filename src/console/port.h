/*
 * The open port with its certificate, which is looked at again every hour: one that the console made
 * itself is made anew in its last 30 days, and files that somebody replaced are read. Connections
 * that are open keep the one before.
 */
#pragma once

#include "console/inside.h"
#include "console/server/route.h"

struct port;

/*
 * Opens the port that the settings name.
 *   port_r   the caller ends it with port_end()
 * Fails as listener_start(), certificate_own() and certificate_given().
 */
must_check bool port_open(struct console *console, const struct route *table, struct port **port_r,
                          struct err *err);
void port_end(struct port *port); /* NULL is allowed */

const char *port_url(const struct port *port); /* as a browser opens it */

/* The SHA-256 of a certificate that was made just now, as browsers show it; NULL: it was not. */
const char *port_new_print(const struct port *port);

/*
 * Looks at the certificate, if that was not done within the hour. What goes wrong is said in the log,
 * and the certificate until now stays. By the thread that opened it.
 */
void port_tend(struct port *port);
