/*
 * A server on loopback that plays a script: it sends exactly the bytes that the script gives,
 * whatever was asked, and closes or breaks connections as the script says. What a client sends
 * after the script's end is counted, and its connection is reset.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"

enum server_act {
    SERVER_END,
    SERVER_TAKE,   /* waits for a request, on any connection, and reads it with its body         */
    SERVER_SLOW,   /* the same, `count` ms between a MiB and the next; does not keep the body    */
    SERVER_HEAD,   /* the same, but leaves the body unread                                       */
    SERVER_ACCEPT, /* waits for a connection and does not speak to it: no TLS                    */
    SERVER_SEND,   /* sends `text`                                                               */
    SERVER_FILL,   /* sends `count` bytes of server_byte()                                       */
    SERVER_PAUSE,  /* waits for `count` milliseconds                                             */
    SERVER_WAIT,   /* waits for server_go()                                                      */
    SERVER_CANCEL, /* sets the cancel that server_new() was given                                */
    SERVER_SECURE, /* TLS from here on, as after a proxy's answer to CONNECT                     */
    SERVER_CLOSE,  /* ends the connection in order                                               */
    SERVER_LEAVE,  /* the same, without TLS's good-bye                                           */
    SERVER_RESET,  /* breaks it off                                                              */
};

struct server_step {
    enum server_act act;
    const char *text;
    size_t count; /* of SERVER_SEND: the length of `text` if that holds a NUL, else 0 */
};

struct server_settings {
    const char *cert_file; /* PEM, certificate and key; NULL: no TLS   */
    bool secure_later;     /* only from SERVER_SECURE on               */
    int tls_most;          /* TLS1_1_VERSION...: no later one; 0: any  */
    const char *client_ca; /* PEM; a client must show a certificate by it; NULL: need not */
    struct cancel *cancel; /* for SERVER_CANCEL; may be NULL           */
};

struct server;

/*
 * Starts to play.
 *   script     ended by SERVER_END; must outlive the server
 *   settings   copied, its texts borrowed; NULL for none of them
 */
struct server *server_new(const struct server_step *script, const struct server_settings *settings);
void server_free(struct server *server); /* stops wherever it is; NULL is allowed */
void auto_server_cleanup(struct server **server);
#define auto_server __attribute__((cleanup(auto_server_cleanup))) struct server

/* "http://127.0.0.1:PORT" or https and the path. The caller frees. */
char *server_url(const struct server *server, const char *path);
int server_port(const struct server *server);

/* The same under another name: "localhost". The caller frees. */
char *server_url_as(const struct server *server, const char *host, const char *path);

/* The name that the last client asked for in its handshake, "" if it named none. Valid once the
 * request after it was answered. */
const char *server_asked_name(const struct server *server);

/* Lets one SERVER_WAIT pass. */
void server_go(struct server *server);

/* Waits until the script has been played to its end. False if it is not within a minute. */
bool server_is_over(struct server *server);

/* How many requests were taken, and how many came after the script's end. */
size_t server_count(struct server *server);
size_t server_surplus(struct server *server);

/* A request as it came, head and body, and the number of its connection, from 1. "" if there is
 * none. Borrowed until server_free(). */
const char *server_request(struct server *server, size_t index);
size_t server_connection(struct server *server, size_t index);

/* What SERVER_FILL sends at a place. */
char server_byte(size_t at);

/* A port of loopback on which nobody listens. */
int server_dead_port(void);
