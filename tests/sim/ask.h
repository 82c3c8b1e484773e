/* A simulated server inside a test: requests in, raw answers out, no port and no thread. */
#pragma once

#include "base/base.h"
#include "base/str.h"
#include "sim/sim.h"

struct asked {
    int status;
    char *raw; /* head and body as they came */
    struct span head, body;
};

struct bench;

/*
 * A server with a data set ("generate:20,1K", "shape:FILE").
 *   switches   as for --switches; "" for the defaults
 * Ends the test program if it cannot be made.
 */
struct bench *bench_new(const char *set, const char *switches);
void bench_free(struct bench *bench);

struct sim *bench_sim(struct bench *bench);

/* Adds scenario lines; false with `err` set. */
bool bench_scenario(struct bench *bench, const char *lines, struct err *err);

/* Sends bytes as they are; everything that comes back. Free with asked_clear(). */
struct asked bench_send(struct bench *bench, const char *bytes, size_t size);

/*
 * Sends a request with a host, the session's token and, if there is a body, its type and length.
 *   path   below /fmi/data/v2/databases/DB if it does not begin with '/'
 *   body   NULL for none
 */
struct asked bench_ask(struct bench *bench, const char *method, const char *path, const char *body);
void asked_clear(struct asked *asked);

/* Logs in; later requests use the token. */
void bench_login(struct bench *bench);
const char *bench_token(const struct bench *bench);

/* FileMaker's code in an answer's body; -1 if there is none. */
int asked_code(const struct asked *asked);

/* The value of a header, or SPAN_NONE. */
struct span asked_header(const struct asked *asked, const char *name);
