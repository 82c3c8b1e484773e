/* Finding one part of a multipart body. */
#include "sim/api/multipart.h"

#include "base/mem.h"

/* The value of a parameter: form-data; name="upload"; filename=a.pdf */
static struct span header_parameter(struct span text, const char *name)
{
    (void)span_cut(&text, ';');
    while (text.at) {
        struct span value = span_trim(span_cut(&text, ';'));
        struct span key = span_trim(span_cut(&value, '='));

        value = span_trim(value);
        if (!span_is_nocase(key, name))
            continue;
        if (value.size >= 2 && value.at[0] == '"' && value.at[value.size - 1] == '"')
            value = span_first(span_from(value, 1), value.size - 2);
        return value;
    }
    return SPAN_NONE;
}

static void header_read(struct span line, struct multipart_part *part)
{
    struct span value = line;
    struct span name = span_cut(&value, ':');

    value = span_trim(value);
    if (span_is_nocase(name, "Content-Disposition")) {
        part->name = header_parameter(value, "name");
        part->file_name = header_parameter(value, "filename");
    } else if (span_is_nocase(name, "Content-Type")) {
        part->media = value;
    }
}

/* The headers of a part, up to an empty line; what follows are its bytes. */
static bool part_read(struct span text, struct multipart_part *part)
{
    *part = (struct multipart_part){ .name = SPAN_NONE };
    while (text.at) {
        struct span line = span_trim(span_cut(&text, '\n'));

        if (!line.size) {
            part->bytes = text;
            return text.at != NULL;
        }
        header_read(line, part);
    }
    return false;
}

bool multipart_find(struct span body, struct span type, const char *name,
                    struct multipart_part *part_r)
{
    struct span boundary = header_parameter(type, "boundary");
    auto_free char *mark = mem_printf("--" SPAN_FORMAT, SPAN_ARGS(boundary));
    size_t length = strlen(mark);

    if (!span_starts(type, "multipart/form-data") || !boundary.size)
        return false;
    for (;;) {
        size_t at = span_find(body, mark), end;
        struct multipart_part part;
        struct span inside;

        if (at == body.size)
            return false;
        body = span_from(body, at + length);
        if (span_starts(body, "--"))
            return false;
        (void)span_cut(&body, '\n'); /* the rest of the boundary's line */
        end = span_find(body, mark);
        if (end == body.size)
            return false;
        inside = span_first(body, end);
        if (span_ends(inside, "\n"))
            inside.size--;
        if (span_ends(inside, "\r"))
            inside.size--;
        if (part_read(inside, &part) && span_is(part.name, name)) {
            *part_r = part;
            return true;
        }
        body = span_from(body, end);
    }
}
