/* What a file and OData cannot do is taken out of the settings once, so that nothing else need know of it. */
#include "cmd/settings_source.h"

#include "source/file_streams.h"
#include "source/local.h"
#include "source/manifest.h"

/* A manifest says the MD5 of each container as the field "NAME md5", and its path likewise. */
static char *told_list_of(const char *containers, const char *told)
{
    auto_str list = STR_MAX(KIB(64));
    struct span rest = span_of(containers), last = SPAN_NONE;

    while (rest.size) {
        struct span name = span_trim(span_cut(&rest, ','));
        struct span field = name;

        if (span_ends(name, ")"))
            field = span_trim(span_cut(&name, '('));
        if (field.size && !span_equal(field, last))
            str_printf(&list, "%s" SPAN_FORMAT "%s", list.size ? "," : "", SPAN_ARGS(field), told);
        last = field.size ? field : last;
    }
    return str_take(&list);
}

/* What a file cannot do is not asked of it: it has no marks, no finds and no other ways to its documents. */
void settings_file_complete(struct engine_settings *engine, char **md5_list_r, char **path_list_r)
{
    if (!source_url_is_file(engine->filemaker.url))
        return;
    engine->fields.mark = engine->fields.census_key = "";
    engine->odata_table = engine->script = "";
    engine->records_at_once = 1;
    if (!source_url_is_manifest(engine->filemaker.url)) {
        engine->filemaker.container = engine->fields.container_list;
        return;
    }
    *md5_list_r = told_list_of(engine->fields.container_list, MANIFEST_MD5_OF);
    *path_list_r = told_list_of(engine->fields.container_list, MANIFEST_PATH_OF);
    engine->fields.md5_list = *md5_list_r;
    engine->fields.path_list = *path_list_r;
}

bool settings_streams_agree(const struct engine_settings *engine, struct err *err)
{
    if (engine->fields.each_is_document || !source_url_is_file(engine->filemaker.url)
        || source_url_is_manifest(engine->filemaker.url)
        || !file_streams_are_named(engine->fields.container_list))
        return true;
    return err_set(err, ERR_USAGE, 0,
                   "'%.100s' names the second stream of a container: both are moved only with "
                   "[source] containers = each",
                   engine->fields.container_list);
}

/* The name of a container without "(1)": by OData the first repetition is the only one. */
static char *container_of(struct span name)
{
    if (span_ends(name, "(1)"))
        name.size -= 3;
    return span_text(span_trim(name));
}

/* Nor of tables by OData, which gives the file of one container of a row, and whose writing knows no condition. */
bool settings_odata_complete(struct engine_settings *engine, char **container_r, struct err *err)
{
    struct span list = span_of(engine->fields.container_list);

    engine->filemaker.is_odata = engine->filemaker.is_odata
                                 && !source_url_is_file(engine->filemaker.url);
    if (!engine->filemaker.is_odata)
        return true;
    if (span_find(list, ",") < list.size)
        return err_set(err, ERR_USAGE, 0,
                       "'%.100s' names several containers, and by OData ([source] api) one is "
                       "read: make a configuration, with a name of its own, for each",
                       engine->fields.container_list);
    *container_r = container_of(list);
    engine->filemaker.container = *container_r;
    engine->fields.mark = engine->fields.census_key = "";
    engine->odata_table = engine->script = "";
    engine->records_at_once = 1;
    return true;
}
