/*
 * The auditor's signatures: the published examples of S3's documentation that have no body and no other
 * headers; and one with the token of a session, which was worked out beside this program.
 */
#include "sigv4.h"

#include "audit.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

void audit_give_up(const char *format, ...)
{
    (void)format;
    abort();
}

static const time_t at = 1369353600; /* 2013-05-24 00:00:00 UTC */
static char access_key[] = "AKIAIOSFODNN7EXAMPLE";
static char secret_key[] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
static char token[] = "AQoDYXdzEJr/TOKEN==";

TEST(signatures_are_those_of_the_examples)
{
    static const struct {
        const char *path, *query;
        bool has_token;
        const char *signature;
    } cases[] = {
        { "/", "lifecycle=", false,
          "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543" },
        { "/", "max-keys=2&prefix=J", false,
          "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7" },
        { "/test%20file", "", true,
          "9ec69395ddbe14e0547f6bc93a326c1acf976542ed711c030bf8dd79a80c49a8" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct audit_request request = { "examplebucket.s3.amazonaws.com", cases[i].path,
                                         cases[i].query, "us-east-1", at };
        struct audit_login login = { access_key, secret_key, cases[i].has_token ? token : NULL };
        char signed_text[SIGNATURE_ROOM] = "";

        CHECK_AT(i, request_sign(&request, &login, signed_text));
        CHECK_AT(i, strstr(signed_text, "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/"
                                        "aws4_request, SignedHeaders=host;")
                        != NULL);
        CHECK_AT(i, strstr(signed_text, cases[i].signature) != NULL);
    }
}

TEST(what_is_too_long_is_not_signed)
{
    char *path = calloc(1, 64 * 1024);
    struct audit_login login = { access_key, secret_key, NULL };
    struct audit_request request = { "host", path, "", "us-east-1", at };
    char signed_text[SIGNATURE_ROOM];

    memset(path, 'a', 64 * 1024 - 1);
    CHECK(!request_sign(&request, &login, signed_text));
    free(path);
}
