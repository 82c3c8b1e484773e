/* Quotes every cell, so that no text needs a second look. */
#include "report/cells.h"

#include "base/foreign.h"
#include "base/utf8.h"

/* Whether spreadsheets begin a formula with it; some take wide signs for the plain ones. */
static bool begins_formula(uint32_t code)
{
    static const uint32_t signs[] = { '=',    '+',    '-',    '@',    0xFF1D, 0xFF0B, 0xFF0D,
                                      0xFF20, 0xFE66, 0xFE62, 0xFE63, 0xFE6B, 0x2212 };

    for (size_t i = 0; i < lengthof(signs); i++)
        if (code == signs[i])
            return true;
    return false;
}

static bool is_formula(struct span text)
{
    uint32_t code;

    return text.size && utf8_next(&text, &code) && begins_formula(code);
}

void cells_text(struct str *to, struct span text)
{
    auto_str clean = STR_MAX(SIZE_MAX / 4);
    struct span shown;

    foreign_add(&clean, text);
    shown = str_span(&clean);
    str_add_text(to, is_formula(shown) ? ",\" " : ",\"");
    for (size_t i = 0; i < shown.size; i++) {
        if (shown.at[i] == '"')
            str_add_char(to, '"');
        str_add_char(to, shown.at[i]);
    }
    str_add_char(to, '"');
}
