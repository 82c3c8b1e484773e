/* Reads the three lists of names, all of one shape; a folder in one holds such a list itself. */
#include "filemaker/names.h"

#include "filemaker/session.h"

#include "base/mem.h"

enum { FOLDERS_DEEP = 20, ANSWER_MAX = 4 * 1024 * 1024 };

struct list_kind {
    const char *member; /* the list in the answer, and the end of the call's path */
    const char *inside; /* the list in a folder; NULL: there are no folders */
};

static const struct list_kind kinds[] = {
    [FILEMAKER_DATABASES] = { "databases", NULL },
    [FILEMAKER_LAYOUTS] = { "layouts", "folderLayoutNames" },
    [FILEMAKER_SCRIPTS] = { "scripts", "folderScriptNames" },
};

static void list_add(const struct list_kind *kind, const struct json_value *list, int depth,
                     struct str *names)
{
    if (!list || list->kind != JSON_ARRAY || depth > FOLDERS_DEEP)
        return;
    json_each (item, list) {
        const struct json_value *name = json_get(item, "name");
        const struct json_value *inside = kind->inside ? json_get(item, kind->inside) : NULL;

        if (inside)
            list_add(kind, inside, depth + 1, names);
        else if (name && name->text.size)
            str_printf(names, SPAN_FORMAT "\n", SPAN_ARGS(name->text));
    }
}

/* Lists databases without a session: account and password are enough. */
static bool databases_read(struct filemaker *filemaker, struct str *names_r, struct err *err)
{
    auto_free char *url = mem_printf("%s%s/fmi/data/vLatest/databases", filemaker->origin,
                                     filemaker_front(filemaker));
    auto_str text = STR_MAX(ANSWER_MAX);
    auto_stream *stream = NULL;
    auto_json *json = NULL;
    char part[8192];
    size_t got = 0;

    if (!filemaker_stream_of_url(filemaker, url, NULL, &stream, err))
        return false;
    do {
        if (!filemaker_stream_read(stream, part, sizeof part, &got, err))
            return false;
        str_add(&text, part, got);
    } while (got > 0);
    if (!str_fits(&text, "the list of databases", err) || !json_read(str_span(&text), &json, err))
        return false;
    list_add(&kinds[FILEMAKER_DATABASES],
             json_get(json_get(json_root(json), "response"), "databases"), 0, names_r);
    return true;
}

bool filemaker_names(struct filemaker *filemaker, enum filemaker_names which, struct str *names_r,
                     struct err *err)
{
    const struct list_kind *kind = &kinds[which];
    auto_str path = STR_MAX(KIB(4));
    auto_filemaker_answer answer = { 0 };
    struct filemaker_call call = { .method = "GET", .auth = FILEMAKER_AUTH_SESSION, .reads = true };

    if (which == FILEMAKER_DATABASES)
        return databases_read(filemaker, names_r, err);
    filemaker_path(&path, filemaker, (const char *const[]){ kind->member, NULL });
    call.path = str_text(&path);
    if (!filemaker_call(filemaker, &call, &answer, err))
        return false;
    list_add(kind, json_get(answer.response, kind->member), 0, names_r);
    return true;
}
