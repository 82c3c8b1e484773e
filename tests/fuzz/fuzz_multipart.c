/*
 * Any bytes as a form with files: a Content-Type, then the body. It gives the same parts however it is
 * cut into pieces, and no part that does not come to its end where the form does.
 */
#include "fuzz.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "console/server/multipart.h"

/* What the parts were, as one text. */
struct told {
    struct str text;
    bool is_open;
};

static bool told_begin(void *arg, const char *name, const char *file_name, struct err *err)
{
    struct told *told = arg;

    (void)err;
    assert(!told->is_open && utf8_is_valid(span_of(name)));
    assert(!file_name || utf8_is_valid(span_of(file_name)));
    told->is_open = true;
    str_printf(&told->text, "<%s|%s>", name, file_name ? file_name : "-");
    return true;
}

static bool told_bytes(void *arg, struct span bytes, struct err *err)
{
    struct told *told = arg;

    (void)err;
    assert(told->is_open && bytes.size > 0);
    str_add_span(&told->text, bytes);
    return true;
}

static bool told_end(void *arg, struct err *err)
{
    struct told *told = arg;

    (void)err;
    assert(told->is_open);
    told->is_open = false;
    return true;
}

static bool read_in_pieces(struct span type, struct span body, size_t piece, struct told *told)
{
    struct multipart_sink sink = { told_begin, told_bytes, told_end, told };
    struct multipart *multipart;
    struct err err = { 0 };
    bool good = multipart_new(type, &sink, &multipart, &err);

    if (!good) {
        assert(err.kind == ERR_DATA);
        return false;
    }
    while (good && body.size) {
        good = multipart_add(multipart, span_first(body, piece), &err);
        body = span_from(body, piece);
    }
    good = good && multipart_end(multipart, &err);
    assert(good ? !told->is_open : err.kind == ERR_DATA);
    multipart_free(multipart);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span body = fuzz_span(data, size), type = span_cut(&body, '\n');
    struct told whole = { .text = STR_MAX(MIB(16)) }, bytewise = { .text = STR_MAX(MIB(16)) };
    bool good = read_in_pieces(type, body, SIZE_MAX, &whole);

    assert(read_in_pieces(type, body, 1, &bytewise) == good);
    assert(!good || span_equal(str_span(&whole.text), str_span(&bytewise.text)));
    str_clear(&whole.text);
    str_clear(&bytewise.text);
    return 0;
}
