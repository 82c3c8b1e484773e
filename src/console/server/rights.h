/* Who may do what: the roles of people, the rights that they give. One table, one function. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

/* A set of these is what an account has. */
enum role {
    ROLE_STAFF = 1 << 0,    /* looks documents up                        */
    ROLE_RECORDS = 1 << 1,  /* decides whose a document is               */
    ROLE_OPERATOR = 1 << 2, /* watches runs, settles failures; sees none */
    ROLE_OWNER = 1 << 3,    /* answers for it, signs                     */
    ROLE_AUDITOR = 1 << 4,  /* reads what was noted                      */
    ROLE_ADMIN = 1 << 5,    /* users and settings; no document           */
};
enum { ROLES = 6, ROLES_TEXT_SIZE = 64 };

enum right {
    RIGHT_PUBLIC, /* also without a session  */
    RIGHT_ANY,    /* whoever is logged in    */
    RIGHT_FIND,   /* find and see documents  */
    RIGHT_DOWNLOAD,
    RIGHT_UPLOAD,
    RIGHT_AWAY,   /* take documents away, and bring them back */
    RIGHT_EDIT,   /* type and date of uploads                 */
    RIGHT_REVIEW, /* whose a document is     */
    RIGHT_RUN,    /* runs and status         */
    RIGHT_FAILURES,
    RIGHT_RETRY,
    RIGHT_WAIVE,
    RIGHT_SIGN,
    RIGHT_VIEWS, /* the view log, of all     */
    RIGHT_NEXUS, /* Nexus's own way, of programs alone */
    RIGHT_USERS,
    RIGHTS
};

/* Whether a set of roles has a right. RIGHT_PUBLIC: always; RIGHT_ANY: with any role at all. */
bool rights_allow(unsigned roles, enum right right);

/* The right's name, for tokens and the documentation: "find". */
const char *right_name(enum right right);

/* The name of one role: "staff". */
const char *role_name(enum role role);

/* Writes the names of a set, with blanks between: "staff records". Returns `text`. */
const char *roles_text(unsigned roles, char text[ROLES_TEXT_SIZE]);

/*
 * Reads names with blanks or commas between.
 * Fails with ERR_USAGE: one that is none; it names those that there are.
 */
must_check bool roles_read(struct span text, unsigned *roles_r, struct err *err);
