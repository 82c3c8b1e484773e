/* The table of rights. docs/access.md shows the same; tests/checks compares them. */
#include "console/server/rights.h"

static const char *const role_names[ROLES] = { "staff", "records", "operator",
                                               "owner", "auditor", "admin" };

static const struct row {
    const char *name;
    unsigned roles;
} rows[RIGHTS] = {
    [RIGHT_PUBLIC] = { "public", 0 },
    [RIGHT_ANY] = { "any", (1U << ROLES) - 1 },
    [RIGHT_FIND] = { "find", ROLE_STAFF | ROLE_RECORDS | ROLE_OWNER },
    [RIGHT_DOWNLOAD] = { "download", ROLE_STAFF | ROLE_RECORDS | ROLE_OWNER },
    [RIGHT_UPLOAD] = { "upload", ROLE_STAFF | ROLE_RECORDS },
    [RIGHT_AWAY] = { "away", ROLE_STAFF | ROLE_RECORDS | ROLE_OWNER },
    [RIGHT_EDIT] = { "edit", ROLE_RECORDS },
    [RIGHT_REVIEW] = { "review", ROLE_RECORDS },
    [RIGHT_RUN] = { "run", ROLE_OPERATOR | ROLE_OWNER | ROLE_AUDITOR },
    [RIGHT_FAILURES] = { "failures", ROLE_OPERATOR | ROLE_OWNER },
    [RIGHT_RETRY] = { "retry", ROLE_OPERATOR },
    [RIGHT_WAIVE] = { "waive", ROLE_OPERATOR | ROLE_OWNER },
    [RIGHT_SIGN] = { "sign", ROLE_OWNER },
    [RIGHT_VIEWS] = { "views", ROLE_OWNER | ROLE_AUDITOR },
    [RIGHT_NEXUS] = { "nexus", 0 },
    [RIGHT_USERS] = { "users", ROLE_ADMIN },
};

bool rights_allow(unsigned roles, enum right right)
{
    return right == RIGHT_PUBLIC || (rows[right].roles & roles) != 0;
}

const char *right_name(enum right right)
{
    return rows[right].name;
}

const char *role_name(enum role role)
{
    return role_names[__builtin_ctz((unsigned)role)];
}

const char *roles_text(unsigned roles, char text[ROLES_TEXT_SIZE])
{
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < ROLES; i++)
        if (roles & (1U << i))
            used += (size_t)snprintf(text + used, ROLES_TEXT_SIZE - used, "%s%s", used ? " " : "",
                                     role_names[i]);
    return text;
}

static bool role_add(struct span name, unsigned *roles, struct err *err)
{
    for (size_t i = 0; i < ROLES; i++)
        if (span_is(name, role_names[i])) {
            *roles |= 1U << i;
            return true;
        }
    return err_set(err, ERR_USAGE, 0,
                   "'" SPAN_FORMAT "' is no role: staff, records, operator, owner, auditor and "
                   "admin are",
                   SPAN_ARGS(span_first(name, 40)));
}

bool roles_read(struct span text, unsigned *roles_r, struct err *err)
{
    unsigned roles = 0;
    struct span word;

    while ((word = span_word(&text)).size)
        if (!role_add(word, &roles, err))
            return false;
    if (!roles)
        return err_set(err, ERR_USAGE, 0, "no role is named");
    *roles_r = roles;
    return true;
}
