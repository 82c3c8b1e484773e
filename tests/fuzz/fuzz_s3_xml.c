/* Any bytes as an answer of S3; texts written as XML are read again as they were. */
#include "fuzz.h"

#include "base/mem.h"
#include "store/aws/credentials.h"
#include "store/aws/roles.h"
#include "store/s3/xml.h"

static bool on_element(void *arg, const char *path, struct span text, struct err *err)
{
    size_t *elements = arg;

    (void)err;
    assert(strlen(path) < 1024 && text.size <= S3_XML_TEXT_MAX);
    ++*elements;
    return true;
}

static bool on_again(void *arg, const char *path, struct span text, struct err *err)
{
    (void)err;
    if (!*path)
        str_add_span(arg, text);
    return true;
}

/* What XML can hold at all: no control characters, no bytes that are not ASCII here. */
static void check_writing(struct span text)
{
    auto_str plain = STR_MAX(4096), xml = STR_MAX(64 * 1024), again = STR_MAX(4096);
    char root[S3_XML_NAME_SIZE];
    struct err err = { 0 };

    for (size_t i = 0; i < text.size && plain.size < 4000; i++)
        if (text.at[i] >= ' ' && text.at[i] < 0x7f)
            str_add_char(&plain, text.at[i]);
    str_add_text(&xml, "<a>");
    s3_xml_add(&xml, str_text(&plain));
    str_add_text(&xml, "</a>");
    assert(s3_xml_walk(str_span(&xml), root, on_again, &again, &err));
    assert(span_equal(str_span(&again), str_span(&plain)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = fuzz_span(data, size);
    auto_credentials credentials = { 0 };
    char root[S3_XML_NAME_SIZE];
    struct err err = { 0 };
    size_t elements = 0;

    if (s3_xml_walk(text, root, on_element, &elements, &err))
        assert(elements > 0 && *root && err.kind == ERR_NONE);
    else
        assert(err.kind == ERR_DATA && err.msg[0]);
    err = (struct err){ 0 };
    if (aws_credentials_read_sts(text, &credentials, &err))
        assert(*credentials.access_key && credentials.secret_key);
    check_writing(text);
    return 0;
}
