/* One kind of cell: quoted always, so that no text needs a second look. */
#include "report/cells.h"

void cells_text(struct str *to, struct span text)
{
    str_add_text(to, ",\"");
    if (text.size && strchr("=+-@\t\r", text.at[0]))
        str_add_char(to, ' ');
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] == '"')
            str_add_char(to, '"');
        str_add_char(to, text.at[i] == '\r' ? ' ' : text.at[i]);
    }
    str_add_char(to, '"');
}
