/* Makes the calls, through the gate and again if they fail, as those of the Data API. */
#include "filemaker/odata.h"

#include "base/mem.h"
#include "filemaker/session.h"

#define ROOT "/fmi/odata/v4/"

enum { METADATA_MAX = 64 * 1024 * 1024, PATH_SIZE_MAX = 16 * 1024 };

static void database_path(struct str *to, const struct filemaker *filemaker)
{
    str_add_text(to, ROOT);
    url_add_encoded(to, span_of(filemaker->settings.database), "");
    str_add_char(to, '/');
}

void odata_table_path(struct str *to, const struct filemaker *filemaker, const char *table)
{
    database_path(to, filemaker);
    url_add_encoded(to, span_of(table), "");
}

static bool call_make(struct filemaker *filemaker, const char *path, struct filemaker_call *call,
                      struct filemaker_answer *answer_r, struct err *err)
{
    auto_free char *whole = mem_printf("%s%s", filemaker_front(filemaker), path);

    call->method = "GET";
    call->path = whole;
    call->auth = FILEMAKER_AUTH_OWN;
    call->reads = true;
    return filemaker_call(filemaker, call, answer_r, err);
}

/* What a real server says where the file has a value list that goes by a field. */
static bool schema_refused(struct err *err)
{
    if (err->kind == ERR_REMOTE && err->reason == FILEMAKER_FIELD_MISSING) {
        (void)err_set(err, ERR_REMOTE, err->code,
                      "OData error 8309: before version 26 a value list that goes by a field makes "
                      "$metadata fail. Take it off its field, or read by the Data API");
        err->reason = FILEMAKER_FIELD_MISSING;
    }
    return err_ctx(err, "asking OData for $metadata");
}

bool odata_metadata(struct filemaker *filemaker, struct metadata *metadata_r, struct err *err)
{
    struct filemaker_call call = { .form = FILEMAKER_FORM_TEXT, .most = METADATA_MAX };
    auto_filemaker_answer answer = { 0 };
    auto_str path = STR_MAX(PATH_SIZE_MAX);

    database_path(&path, filemaker);
    str_add_text(&path, "$metadata");
    return (str_fits(&path, "the address of $metadata", err)
            && call_make(filemaker, str_text(&path), &call, &answer, err)
            && metadata_read(str_span(&answer.text), metadata_r, err))
           || schema_refused(err);
}

bool odata_get(struct filemaker *filemaker, const char *path, bool is_page,
               struct odata_answer *answer_r, struct err *err)
{
    struct filemaker_call call = { .form = FILEMAKER_FORM_ODATA,
                                   .is_page = is_page,
                                   .accept = "Accept: application/json;IEEE754Compatible=true" };
    struct filemaker_answer answer;

    if (!call_make(filemaker, path, &call, &answer, err))
        return false;
    *answer_r = (struct odata_answer){ answer.text, answer.json };
    return true;
}

void odata_answer_clear(struct odata_answer *answer)
{
    json_free(take(answer->json));
    str_clear(&answer->text);
}

const struct json_value *odata_about(const struct json_value *object, const char *name)
{
    auto_free char *brief = mem_printf("@%s", name), *whole = mem_printf("@odata.%s", name);
    const struct json_value *value = json_get(object, brief);

    return value ? value : json_get(object, whole);
}

/* The part of an address behind the host; addresses that have none are relative to the file. */
static struct span path_of(struct span address)
{
    static const char *const schemes[] = { "https://", "http://" };

    for (size_t i = 0; i < lengthof(schemes); i++) {
        struct span rest = span_from(address, strlen(schemes[i]));

        if (span_starts(address, schemes[i]))
            return span_from(rest, span_find(rest, "/"));
    }
    return address;
}

bool odata_own_path(const struct filemaker *filemaker, struct span address, struct str *path_r,
                    struct err *err)
{
    struct span path = path_of(address), front = span_of(filemaker_front(filemaker));
    auto_str start = STR_MAX(PATH_SIZE_MAX);
    bool is_clean = path.size > 0 && span_find(path, "/../") == path.size;

    if (front.size && span_starts(path, filemaker_front(filemaker)))
        path = span_from(path, front.size);
    database_path(&start, filemaker);
    for (size_t i = 0; i < path.size; i++)
        is_clean = is_clean && (unsigned char)path.at[i] > ' ' && path.at[i] != 0x7F
                   && path.at[i] != '#';
    if (!is_clean)
        return err_set(err, ERR_DATA, 0, "OData gave an address that cannot be asked for");
    if (path.at[0] != '/')
        str_add_span(path_r, str_span(&start));
    else if (!span_starts(path, ROOT))
        return err_set(err, ERR_DATA, 0, "OData gave an address that leads elsewhere");
    str_add_span(path_r, path);
    return str_fits(path_r, "an address of OData", err);
}

bool odata_value_open(struct filemaker *filemaker, const char *path, enum odata_value what,
                      struct filemaker_stream **stream_r, struct err *err)
{
    auto_free char *url =
        mem_printf("%s%s%s/$value", filemaker->origin, filemaker_front(filemaker), path);
    const char *accept = what == ODATA_NAME ? "Accept: application/octet-stream" : "Accept: */*";

    if (filemaker_stream_of_url(filemaker, url, accept, stream_r, err))
        return true;
    filemaker_odata_mean(err);
    return false;
}
