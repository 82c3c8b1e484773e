/* The port and its certificate. */
#include "console/port.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "console/listener.h"
#include "console/server/certificate.h"

enum { URL_SIZE = 320 };

static const int64_t look_every_us = 3600 * TIME_SECOND;

struct port {
    struct console *console;
    struct certificate certificate;
    struct listener *listener;
    int64_t looked_us;
    char url[URL_SIZE];
};

static bool has_tls(const struct port *port)
{
    return !*port->console->settings->behind;
}

static bool certificate_read(const struct console *console, struct certificate *certificate,
                             struct err *err)
{
    const struct console_settings *s = console->settings;
    int64_t now_us = clock_now_us(console->clock);

    if (*s->certificate)
        return certificate_given(s->certificate, s->certificate_key, now_us, certificate, err);
    return certificate_own(s->state, s->names, now_us, certificate, err);
}

static struct listener_tls tls_of(const struct certificate *certificate)
{
    return (struct listener_tls){ str_text(&certificate->pem), str_text(&certificate->key) };
}

static void url_write(struct port *port)
{
    struct span names = span_of(port->console->settings->names), name = span_word(&names);

    (void)snprintf(port->url, sizeof port->url, "%s://" SPAN_FORMAT ":%d/",
                   has_tls(port) ? "https" : "http", SPAN_ARGS(name),
                   listener_port(port->listener));
}

static bool listener_open(struct port *port, const struct route *table, struct err *err)
{
    const char *address = port->console->settings->address;
    struct listener_tls tls = { 0 };

    if (has_tls(port)) {
        if (!certificate_read(port->console, &port->certificate, err))
            return false;
        tls = tls_of(&port->certificate);
    }
    return listener_start(port->console, table, address, &tls, &port->listener, err);
}

bool port_open(struct console *console, const struct route *table, struct port **port_r,
               struct err *err)
{
    struct port *port = mem_new(struct port);

    port->console = console;
    port->looked_us = clock_mono_us(console->clock);
    if (!listener_open(port, table, err)) {
        port_end(port);
        return false;
    }
    url_write(port);
    *port_r = port;
    return true;
}

void port_end(struct port *port)
{
    if (!port)
        return;
    listener_end(port->listener);
    certificate_clear(&port->certificate);
    free(port);
}

const char *port_url(const struct port *port)
{
    return port->url;
}

const char *port_new_print(const struct port *port)
{
    return port->certificate.is_new ? port->certificate.print : NULL;
}

/* --- another certificate ---------------------------------------------------------------------- */

static bool certificate_look(struct port *port, struct certificate *fresh, struct err *err)
{
    struct certificate before = port->certificate;
    struct listener_tls tls;

    if (!certificate_read(port->console, fresh, err))
        return false;
    if (strcmp(fresh->print, before.print) == 0)
        return true;
    tls = tls_of(fresh);
    if (!listener_renew(port->listener, &tls, err))
        return false;
    log_info("the console has another certificate now; its SHA-256: %s", fresh->print);
    port->certificate = *fresh;
    *fresh = before;
    return true;
}

void port_tend(struct port *port)
{
    int64_t now_us = clock_mono_us(port->console->clock);
    struct certificate fresh = { 0 };
    struct err err;

    if (!has_tls(port) || now_us - port->looked_us < look_every_us)
        return;
    port->looked_us = now_us;
    if (!certificate_look(port, &fresh, &err))
        log_warn("the console's certificate stays as it is: %s", err.msg);
    certificate_clear(&fresh);
}
