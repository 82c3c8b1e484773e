/* Any bytes as a template: read or refused; what is read gives back its words and names in order.
 */
#include "fuzz.h"

#include "base/mem.h"
#include "registry/template.h"

static struct value echo(const void *arg, const struct template_piece *piece)
{
    (void)arg;
    return (struct value){ .type = VALUE_TEXT,
                           .text = piece->text ? span_of(piece->text) : SPAN_NONE };
}

static void check(const char *text, enum template_table table)
{
    struct template_values values = { echo, NULL };
    struct template template = { 0 };
    auto_str whole = STR_MAX(MIB(1));
    struct err err = { 0 };

    if (!template_read(text, table, &template, &err)) {
        assert(err.kind == ERR_USAGE && !template.pieces && template.count == 0);
        return;
    }
    assert(template_value(&template, &values, &whole).text.size <= strlen(text));
    for (size_t i = 0; i < template.count; i++)
        assert(template.pieces[i].name != NAME_TEXT || *template.pieces[i].text);
    template_clear(&template);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_free char *text = span_text(fuzz_span(data, size));

    check(text, TEMPLATE_DOCUMENTS);
    check(text, TEMPLATE_PATIENTS);
    return 0;
}
