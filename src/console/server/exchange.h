/* One request and its answer, as the function of a route sees them. */
#pragma once

#include "base/uuid.h"
#include "console/server/answer.h"
#include "console/server/problem.h"
#include "console/server/request.h"
#include "console/server/rights.h"

struct console;

enum { IDENTITY_NAME_SIZE = 64, CSRF_SIZE = 65 };

/* Who asks. `account` and `token` 0: nobody whom we know. */
struct identity {
    int64_t account, session, token;
    unsigned roles;                 /* of an account                              */
    unsigned rights;                /* of a token: a set of 1 << enum right       */
    char name[IDENTITY_NAME_SIZE];  /* as people read it: "K. Ito"  */
    char login[IDENTITY_NAME_SIZE]; /* as it is typed               */
    char csrf[CSRF_SIZE];           /* for forms; "" without a session */
    int64_t ends_us;                /* when the session ends by itself            */
    int64_t proved_us;              /* when password and code were given last    */
};

struct exchange {
    struct console *console;
    struct request *request;
    struct identity who;
    struct answer answer;
    struct problem problem; /* why the function of the route returned false, if `is_refused` */
    bool is_refused;
    bool is_passing;         /* the answer is not kept for who asks again */
    bool is_api;             /* programs get problems as JSON, people as a page */
    char id[UUID_TEXT_SIZE]; /* the request's own, in answer and log */
};

/*
 * Refuses: the answer becomes this problem. Returns false, so that `return refuse(...)` reads as a
 * sentence.
 */
bool refuse(struct exchange *x, enum problem_type type, const char *format, ...) printf_like(3, 4);

/* Whether the one who asks has a right. */
bool may(const struct exchange *x, enum right right);
