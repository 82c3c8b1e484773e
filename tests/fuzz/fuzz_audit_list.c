/*
 * Any bytes as a page of a bucket's list, as the auditor reads it. A key stays within what its XML may
 * hold, and a page that is refused names no other.
 */
#include "fuzz.h"

#include "bucket_xml.h"

void audit_give_up(const char *format, ...)
{
    (void)format;
    abort(); /* only without memory */
}

static void key_check(void *arg, struct piece key)
{
    assert(key.size <= *(const size_t *)arg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = fuzz_span(data, size);
    char *token = NULL;
    bool good = bucket_page_read((struct piece){ bytes.at, bytes.size }, key_check, &size, &token);

    assert(good || !token);
    free(token);
    return 0;
}
