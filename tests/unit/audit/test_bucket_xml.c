/* Pages of a bucket's list: keys of all bytes, the next page, and what is no list. */
#include "bucket_xml.h"

#include "tap.h"

#include <stdlib.h>
#include <string.h>

void audit_give_up(const char *format, ...)
{
    (void)format;
    abort();
}

struct told {
    char keys[256]; /* each ended by a bar */
};

static void key_note(void *arg, struct piece key)
{
    struct told *told = arg;
    size_t used = strlen(told->keys);

    if (used + key.size + 2 > sizeof told->keys)
        abort();
    memcpy(told->keys + used, key.at, key.size);
    told->keys[used + key.size] = '|';
    told->keys[used + key.size + 1] = '\0';
}

TEST(pages_are_read)
{
    static const struct {
        const char *xml;
        bool good;
        const char *keys, *token;
    } cases[] = {
        { "<ListBucketResult><Contents><Key>a/b.pdf</Key><Size>3</Size></Contents>"
          "<Contents><Key>a%20b%2Bc+d</Key></Contents></ListBucketResult>",
          true, "a/b.pdf|a b+c d|", NULL },
        { "<ListBucketResult><Name>x</Name><Prefix>p</Prefix><Contents><Key>k</Key></Contents>"
          "<NextContinuationToken>t&amp;1</NextContinuationToken></ListBucketResult>",
          true, "k|", "t&1" },
        { "<ListBucketResult><Key>outside</Key></ListBucketResult>", true, "", NULL },
        { "<ListBucketResult><Contents><Key>100%</Key></Contents></ListBucketResult>", true,
          "100%|", NULL },
        { "<!DOCTYPE x [<!ENTITY e 'eeee'>]><ListBucketResult><Contents><Key>&e;</Key></Contents>"
          "</ListBucketResult>",
          false, NULL, NULL },
        { "<ListBucketResult><Contents>", false, NULL, NULL },
        { "no XML", false, NULL, NULL },
        { "", false, NULL, NULL },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct told told = { "" };
        char *token = NULL;
        bool good = bucket_page_read((struct piece){ cases[i].xml, strlen(cases[i].xml) }, key_note,
                                     &told, &token);

        CHECK_AT(i, good == cases[i].good);
        CHECK_AT(i, !good || strcmp(told.keys, cases[i].keys) == 0);
        CHECK_AT(i, (token == NULL) == (cases[i].token == NULL));
        CHECK_AT(i, !token || !cases[i].token || strcmp(token, cases[i].token) == 0);
        free(token);
    }
}

TEST(a_key_without_end_is_refused)
{
    static const char begin[] = "<ListBucketResult><Contents><Key>",
                      end[] = "</Key></Contents></ListBucketResult>";
    size_t room = 64 * 1024;
    char *xml = calloc(1, room + sizeof begin + sizeof end), *token;
    struct told told = { "" };

    memcpy(xml, begin, sizeof begin);
    memset(xml + strlen(begin), 'a', room);
    memcpy(xml + strlen(begin) + room, end, sizeof end);
    CHECK(!bucket_page_read((struct piece){ xml, strlen(xml) }, key_note, &told, &token));
    CHECK(told.keys[0] == '\0');
    free(xml);
}
