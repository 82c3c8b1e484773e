/* The text that an entry's hash covers. */
#include "console/views/view_chain.h"

const char *view_what_name(enum view_what what)
{
    static const char *const names[VIEW_WHATS] = {
        [VIEW_START] = "start",
        [VIEW_LOGIN] = "login",
        [VIEW_LOGOUT] = "logout",
        [VIEW_REFUSED] = "refused",
        [VIEW_LIST] = "list",
        [VIEW_SEARCH] = "search",
        [VIEW_OPEN] = "open",
        [VIEW_PAGES] = "pages",
        [VIEW_DOWNLOAD] = "download",
        [VIEW_ZIP] = "zip",
        [VIEW_ONCE] = "once",
        [VIEW_PRINT] = "print",
        [VIEW_UPLOAD] = "upload",
        [VIEW_AWAY] = "away",
        [VIEW_BACK] = "back",
        [VIEW_EDIT] = "edit",
        [VIEW_LINK] = "link",
        [VIEW_ACCEPT] = "accept",
        [VIEW_RETRY] = "retry",
        [VIEW_WAIVE] = "waive",
        [VIEW_SIGN] = "sign",
        [VIEW_USER] = "user",
        [VIEW_TOKEN] = "token",
        [VIEW_SETTING] = "setting",
        [VIEW_VIEWS_READ] = "views-read",
        [VIEW_EXPORT] = "export",
    };

    return names[what];
}

static void number_line(struct str *to, int64_t number)
{
    str_add_i64(to, number);
    str_add_char(to, '\n');
}

static void text_line(struct str *to, struct span text)
{
    str_add_span(to, text);
    str_add_char(to, '\n');
}

bool view_hash(const struct sha256 *before, const struct view_columns *entry, struct sha256 *hash_r,
               struct err *err)
{
    const int64_t numbers[] = { entry->watch,   entry->seq,   entry->at_us,
                                entry->account, entry->token, entry->session };
    const struct span texts[] = { entry->address, entry->what, entry->outcome, entry->row,
                                  entry->patient };
    auto_str text = STR_MAX(MIB(1));

    str_add(&text, before->bytes, SHA256_SIZE);
    for (size_t i = 0; i < lengthof(numbers); i++)
        number_line(&text, numbers[i]);
    for (size_t i = 0; i < lengthof(texts); i++)
        text_line(&text, texts[i]);
    number_line(&text, entry->document);
    text_line(&text, entry->detail);
    if (!str_fits(&text, "an entry of the view log", err))
        return false;
    *hash_r = sha256_of(str_span(&text));
    return true;
}

struct view_columns view_columns_read(const struct sql_rows *rows)
{
    return (struct view_columns){ .watch = sql_get_i64(rows, 0),
                                  .seq = sql_get_i64(rows, 1),
                                  .at_us = sql_get_i64(rows, 2),
                                  .account = sql_get_i64(rows, 3),
                                  .token = sql_get_i64(rows, 4),
                                  .session = sql_get_i64(rows, 5),
                                  .address = sql_get_text(rows, 6),
                                  .what = sql_get_text(rows, 7),
                                  .outcome = sql_get_text(rows, 8),
                                  .row = sql_get_text(rows, 9),
                                  .patient = sql_get_text(rows, 10),
                                  .document = sql_get_i64(rows, 11),
                                  .detail = sql_get_text(rows, 12) };
}
