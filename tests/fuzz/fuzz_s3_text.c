/*
 * Any bytes as the texts that we are told: shared files, credentials, traits, places, header
 * values. What is read keeps its promises.
 */
#include "fuzz.h"

#include "base/mem.h"
#include "store/aws/credentials.h"
#include "store/aws/profile.h"
#include "store/aws/roles.h"
#include "store/s3/endpoint.h"
#include "store/s3/errors.h"

static void check_place(const char *text)
{
    auto_str host = STR_MAX(KIB(4)), path = STR_MAX(KIB(8));
    struct s3_endpoint place = { 0 };
    struct err err = { 0 };

    if (s3_endpoint_read(text, NULL, STORE_ADDRESSING_AUTO, &place, &err)) {
        assert(*place.bucket && (!*place.prefix || span_ends(span_of(place.prefix), "/")));
        s3_endpoint_host(&place, "eu-west-1", &host);
        s3_endpoint_path(&place, "key", &path);
        assert(!strpbrk(str_text(&host), " /\r\n") && !strpbrk(str_text(&path), " \r\n?#"));
    } else {
        assert(err.kind == ERR_USAGE);
    }
    s3_endpoint_clear(&place);
    (void)!s3_endpoint_read("s3://bucket", text, STORE_ADDRESSING_VIRTUAL, &place, &err);
    s3_endpoint_clear(&place);
}

static void check_traits(struct span text)
{
    struct store_traits traits, again;
    auto_str written = STR_MAX(KIB(4));

    if (!store_traits_read(text, &traits))
        return;
    store_traits_write(&traits, &written);
    assert(store_traits_read(str_span(&written), &again));
    assert(memcmp(&traits, &again, sizeof again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = fuzz_span(data, size);
    auto_free char *word = span_text(text), *found = aws_profile_find(text, "default", "region");
    auto_free char *other = aws_profile_find(text, "profile work", "a");
    auto_credentials credentials = { 0 };
    struct err err = { 0 };

    assert(!found || !strchr(found, '\n'));
    assert(!other || !strchr(other, '\n'));
    if (aws_credentials_read(text, &credentials, &err))
        assert(*credentials.access_key && credentials.secret_key);
    else
        assert(err.kind == ERR_DATA);
    check_place(word);
    check_traits(text);
    (void)s3_class_of((int)(size % 600), word);
    return 0;
}
