/*
 * One request as the simulator sees it: the bytes that were sent, what they ask for, and what the
 * scenario does to it.
 */
#pragma once

#include "base/base.h"
#include "sim/request/http.h"
#include "sim/request/twist.h"

enum request_kind {
    REQUEST_OTHER, /* an unknown path */
    REQUEST_LOGIN,
    REQUEST_LOGOUT,
    REQUEST_VALIDATE,
    REQUEST_PRODUCT_INFO,
    REQUEST_DATABASES,
    REQUEST_LAYOUTS,
    REQUEST_LAYOUT,
    REQUEST_SCRIPTS,
    REQUEST_LIST,
    REQUEST_GET,
    REQUEST_FIND,
    REQUEST_CREATE,
    REQUEST_PATCH,
    REQUEST_DUPLICATE,
    REQUEST_DELETE,
    REQUEST_UPLOAD,
    REQUEST_GLOBALS,
    REQUEST_SCRIPT,
    REQUEST_STREAM1, /* the first hop of a download */
    REQUEST_STREAM2, /* the second, with cookie or &Redirect */
    REQUEST_ODATA,
    REQUEST_CLARIS, /* the identity provider of FileMaker Cloud */
    REQUEST_STATUS, /* the simulator's own pages */
    REQUEST_KINDS,
};

/* What stands before the action in the header X-Amz-Target. */
#define REQUEST_CLARIS_TARGET "AWSCognitoIdentityProviderService."

/* "login", "stream1", ...: the names that scenario files use. */
const char *request_kind_name(enum request_kind kind);
/* False if there is no such kind. */
bool request_kind_read(struct span name, enum request_kind *kind_r);

/* The decoded parts of the path. Members that the kind does not have are SPAN_NONE. */
struct route {
    enum request_kind kind;
    bool wrong_verb;   /* the path is known, the method is not                */
    bool slash_hidden; /* a %2F inside a part of the path                      */
    bool is_otto;      /* begins with /otto                                    */
    bool old_metadata; /* …/layouts/{layout}/metadata                          */
    struct span version, database, layout, record_id, field, repetition, token, script;
    struct span folder, file; /* of a stream: MainDB, HASH.pdf      */
    struct span rest;         /* of OData and the status page       */
};

struct request {
    uint64_t number; /* in order of arrival, from 1 */
    struct http_head head;
    struct str head_bytes, body;
    struct str path_text; /* the texts of the route */
    struct route route;
    struct http_params params;
    bool params_broken;
    bool is_tls;
    uint64_t record_id; /* 0: it names none */
    struct twist twist;
};

/* Begins an empty request; request_clear() it. `body_max`: the most bytes of a body. */
void request_init(struct request *request, size_t body_max);
void request_clear(struct request *request);

/* Reads route and parameters from the head. */
void request_route(struct request *request);

/* How many records a list or find asks for; 0: neither, or a find whose body is still to come.
 */
uint64_t request_limit(const struct request *request);

/* Whether a list asks for the record at this place, from 1; or any other is about this record. */
bool request_reaches(const struct request *request, uint64_t n);

/* Host header without and with port; "localhost" if there is none. */
struct span request_host_name(const struct request *request);
struct span request_host(const struct request *request);
