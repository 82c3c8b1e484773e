/* Reads [writeback], and where the console's pages are for those who read what is written there. */
#include "cmd/settings_writeback.h"

#include "base/mem.h"
#include "http/url.h"

static bool place_error(const struct writeback_place *place, const char *section, const char *key,
                        struct err *err)
{
    return err_ctx(err, "%s:%d: %s", place->path, conf_line(place->conf, section, key), key);
}

/* Its pages lie at its root: what follows the name would be lost. */
static bool console_read(const char *public_url, char **console_r, struct err *err)
{
    auto_url url = { 0 };
    auto_str origin = STR_MAX(KIB(1));

    if (!*public_url) {
        *console_r = mem_text("");
        return true;
    }
    if (!url_read(public_url, &url, err)) {
        err->kind = ERR_USAGE;
        return false;
    }
    if (strcmp(url.path, "/") != 0 || url.query)
        return err_set(err, ERR_USAGE, 0,
                       "'%.128s' has more than a name: the console's pages lie at its root, "
                       "https://documents.clinic.example",
                       public_url);
    if (strcmp(url.scheme, "https") != 0 && !url_is_loopback(&url))
        return err_set(err, ERR_USAGE, 0, "'%.128s' is http://: the console is called by https://",
                       public_url);
    url_add_origin(&origin, &url);
    *console_r = str_take(&origin);
    return true;
}

/* What is filled is filled with the mark. */
static bool source_is_marked(const struct writeback_place *place, struct err *err)
{
    if (place->is_file)
        return err_set(err, ERR_USAGE, 0,
                       "a file is never changed, so nothing can be written back into it: take "
                       "[writeback] out");
    return place->has_mark
           || err_set(err, ERR_USAGE, 0,
                      "fields are filled together with the mark, and [source] mark_field is "
                      "empty (by OData it does not count): name a field for the mark, or take "
                      "[writeback] out");
}

bool settings_writeback(const struct writeback_place *place, struct writeback *rules,
                        struct err *err)
{
    const char *field, *template;

    if (!console_read(place->public_url, &rules->console, err))
        return place_error(place, "console", "public_url", err);
    for (size_t i = 0; conf_free_key(place->conf, "writeback", i, &field, &template, NULL); i++)
        if (*template
            && (!source_is_marked(place, err) || !writeback_add(rules, field, template, err)))
            return place_error(place, "writeback", field, err);
    return true;
}
