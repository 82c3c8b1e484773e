/* What may be a password, and that hashes compare with what they were made of. */
#include "console/people/password.h"

#include "tap.h"

TEST(weak_passwords_are_refused_with_the_reason)
{
    static const struct {
        const char *password, *why; /* NULL: it may be one */
    } cases[] = {
        { "lemon garden tractor", NULL },
        { "elevenchars", "12 to 128" },
        { "twelve chars", NULL },
        { "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc", "12 to 128" }, /* twelve bytes */
        { "Password1234", "every list" },
        { "aaaaaaaaaaaaaaaa", "different" },
        { "abababababab", "different" },
        { "kimkimito2026", NULL },
        { "hillside-clinic1", "a name" },
        { "HILLSIDE-CLINIC!", "a name" },
        { "fmferryfmferry", NULL },
        { "12345fmferry", "a name" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct err err = { 0 };
        bool may = password_may_be(cases[i].password, "kim", "Hillside-Clinic", &err);

        CHECK_AT(i, may == !cases[i].why);
        if (cases[i].why)
            CHECK_AT(i, strstr(err.msg, cases[i].why) != NULL);
    }
}

TEST(a_hash_compares_with_its_own_password_alone)
{
    char hash[PASSWORD_HASH_SIZE], again[PASSWORD_HASH_SIZE];
    struct err err = { 0 };

    CHECK(password_setup(&err));
    CHECK(password_hash("lemon garden tractor", hash) == PASSWORD_RIGHT);
    CHECK(password_hash("lemon garden tractor", again) == PASSWORD_RIGHT);
    CHECK(strcmp(hash, again) != 0);
    CHECK(strncmp(hash, "$argon2id$v=19$m=65536,t=2,p=1$", 31) == 0);
    CHECK(password_compare(hash, "lemon garden tractor") == PASSWORD_RIGHT);
    CHECK(password_compare(hash, "lemon garden tractor ") == PASSWORD_WRONG);
    CHECK(password_compare(NULL, "lemon garden tractor") == PASSWORD_WRONG);
    CHECK(password_compare("", "") == PASSWORD_WRONG);
}
