/*
 * What a service manager (systemd) is told: that the work has begun, that it goes on, and that it ends. A
 * process that was not started by one tells nobody. The protocol is that of sd_notify(3).
 */
#pragma once

#include "base/base.h"

struct service;

/* Finds out who wants to be told, by NOTIFY_SOCKET. */
struct service *service_new(void);
void service_free(struct service *service); /* NULL is allowed */

/* The work has begun; `what` is a line for `systemctl status`. Once is enough; more only renew the line. */
void service_ready(struct service *service, const char *what);

/* The work goes on. Whoever stops to say so for as long as the unit's WatchdogSec is killed and started anew. */
void service_alive(struct service *service);

/* The work is coming to its end, because somebody asked for it. */
void service_stopping(struct service *service);
