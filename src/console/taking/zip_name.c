/* Each part is made as the name of an attachment is. */
#include "console/taking/zip_name.h"

#include "base/mem.h"
#include "console/server/disposition.h"

enum { PART_MAX = 4 * 1024 };

static void folder_write(const struct visible *document, const struct catalog_person *person,
                         struct str *to)
{
    auto_str name = STR_MAX(PART_MAX);

    if (person) {
        catalog_person_name(person, &name);
        if (*person->born)
            str_printf(&name, " %s", person->born);
    }
    if (!name.size)
        str_add_text(&name, document->patient ? document->patient : "without a patient");
    attachment_name(str_span(&name), to);
}

void zip_name_write(const struct visible *document, const struct catalog_person *person,
                    size_t number, struct str *to)
{
    struct span ext = span_extension(span_of(document->key));
    auto_free char *name = mem_printf(
        "%04zu%s%s%s%s." SPAN_FORMAT, number, *document->day ? " " : "", document->day,
        *document->type ? " " : "", document->type, SPAN_ARGS(ext.at ? ext : span_of("bin")));

    folder_write(document, person, to);
    str_add_char(to, '/');
    attachment_name(span_of(name), to);
}
