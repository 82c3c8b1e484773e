/* Every right of every role, written out as the design has it; and the names of both. */
#include "console/server/rights.h"

#include "tap.h"

/* In the order of the roles: staff, records, operator, owner, auditor, admin. */
static const struct {
    enum right right;
    const char *name, *roles;
} table[] = {
    { RIGHT_PUBLIC, "public", "xxxxxx" }, { RIGHT_ANY, "any", "xxxxxx" },
    { RIGHT_FIND, "find", "xx-x--" },     { RIGHT_DOWNLOAD, "download", "xx-x--" },
    { RIGHT_UPLOAD, "upload", "xx----" }, { RIGHT_AWAY, "away", "xx-x--" },
    { RIGHT_EDIT, "edit", "-x----" },     { RIGHT_REVIEW, "review", "-x----" },
    { RIGHT_RUN, "run", "--xxx-" },       { RIGHT_FAILURES, "failures", "--xx--" },
    { RIGHT_RETRY, "retry", "--x---" },   { RIGHT_WAIVE, "waive", "--xx--" },
    { RIGHT_SIGN, "sign", "---x--" },     { RIGHT_VIEWS, "views", "---xx-" },
    { RIGHT_NEXUS, "nexus", "------" },   { RIGHT_USERS, "users", "-----x" },
};

TEST(each_role_has_the_rights_of_the_table_and_no_other)
{
    CHECK(lengthof(table) == RIGHTS);
    for (size_t i = 0; i < lengthof(table); i++) {
        CHECK_AT(i, table[i].right == (enum right)i);
        CHECK_STR(right_name(table[i].right), table[i].name);
        for (unsigned role = 0; role < ROLES; role++)
            CHECK_AT(i * 10 + role,
                     rights_allow(1U << role, table[i].right) == (table[i].roles[role] == 'x'));
    }
}

TEST(several_roles_add_up)
{
    for (unsigned roles = 0; roles < 1U << ROLES; roles++)
        for (size_t i = 0; i < lengthof(table); i++) {
            bool one_has = table[i].right == RIGHT_PUBLIC;

            for (unsigned role = 0; role < ROLES; role++)
                one_has |= (roles & 1U << role) && table[i].roles[role] == 'x';
            CHECK_AT(roles * 100 + i, rights_allow(roles, table[i].right) == one_has);
        }
}

TEST(roles_are_written_and_read_back)
{
    char text[ROLES_TEXT_SIZE];
    struct err err = { 0 };

    CHECK_STR(roles_text(ROLE_STAFF | ROLE_RECORDS, text), "staff records");
    CHECK_STR(roles_text(0, text), "");
    CHECK_STR(role_name(ROLE_AUDITOR), "auditor");
    for (unsigned roles = 1; roles < 1U << ROLES; roles++) {
        unsigned again = 0;

        CHECK_AT(roles, roles_read(span_of(roles_text(roles, text)), &again, &err));
        CHECK_AT(roles, again == roles);
    }
}

TEST(names_of_roles_are_read_strictly)
{
    static const struct {
        const char *text;
        unsigned roles; /* 0: refused */
        const char *says;
    } cases[] = {
        { "staff", ROLE_STAFF, NULL },
        { " owner,auditor ", ROLE_OWNER | ROLE_AUDITOR, NULL },
        { "staff, staff", ROLE_STAFF, NULL },
        { "", 0, "no role is named" },
        { " , ", 0, "no role is named" },
        { "Staff", 0, "'Staff' is no role" },
        { "staff root", 0, "'root' is no role" },
        { "admins", 0, "'admins' is no role" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct err err = { 0 };
        unsigned roles = 0;

        CHECK_AT(i, roles_read(span_of(cases[i].text), &roles, &err) == (cases[i].roles != 0));
        CHECK_AT(i, roles == cases[i].roles);
        CHECK_AT(i, !cases[i].says
                        || (err.kind == ERR_USAGE && strstr(err.msg, cases[i].says) != NULL));
    }
}
