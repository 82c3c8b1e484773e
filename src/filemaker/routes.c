/* Other ways to a container's bytes if streaming fails: OData, and a script of the solution. */
#include "filemaker/session.h"

#include "base/digest.h"
#include "base/mem.h"
#include "json/shape.h"

enum {
    SCRIPT_ANSWER_MAX = 64 * 1024 * 1024
}; /* one text, so it takes little more memory than its size */

/* Appends a key; a quote inside is written twice (OData 4.0, 5.1.1.6.1). */
static void key_add(struct str *to, struct span key)
{
    auto_str quoted = STR_MAX(KIB(8));

    for (size_t i = 0; i < key.size; i++) {
        if (key.at[i] == '\'')
            str_add_char(&quoted, '\'');
        str_add_char(&quoted, key.at[i]);
    }
    str_add_text(to, "('");
    url_add_encoded(to, str_span(&quoted), "");
    str_add_text(to, "')");
}

bool filemaker_odata_open(struct filemaker *filemaker, const char *table, struct span key,
                          const char *field, struct filemaker_stream **stream_r, struct err *err)
{
    auto_str url = STR_MAX(KIB(16));

    str_printf(&url, "%s%s/fmi/odata/v4/", filemaker->origin, filemaker_front(filemaker));
    url_add_encoded(&url, span_of(filemaker->settings.database), "");
    str_add_char(&url, '/');
    url_add_encoded(&url, span_of(table), "");
    key_add(&url, key);
    str_add_char(&url, '/');
    url_add_encoded(&url, span_of(field), "");
    str_add_text(&url, "/$value");
    return str_fits(&url, "the OData URL", err)
           && filemaker_stream_of_url(filemaker, str_text(&url), "Accept: */*", stream_r, err);
}

bool filemaker_odata_table(struct filemaker *filemaker, const char *table, struct err *err)
{
    auto_str url = STR_MAX(KIB(16));
    auto_stream *stream = NULL;

    str_printf(&url, "%s%s/fmi/odata/v4/", filemaker->origin, filemaker_front(filemaker));
    url_add_encoded(&url, span_of(filemaker->settings.database), "");
    str_add_char(&url, '/');
    url_add_encoded(&url, span_of(table), "");
    str_add_text(&url, "?$top=1");
    return str_fits(&url, "the OData URL", err)
           && filemaker_stream_of_url(filemaker, str_text(&url), "Accept: */*", &stream, err);
}

struct script_result {
    struct span result, error;
};

static bool script_read(const struct filemaker_answer *answer, struct str *to, struct err *err)
{
    static const struct json_member shape[] = {
        JSON_MAYBE_SPAN(struct script_result, result, "scriptResult"),
        JSON_MAYBE_SCALAR(struct script_result, error, "scriptError"),
        JSON_SHAPE_END,
    };
    struct script_result script = { .error = span_of("0") };

    if (!json_fill(answer->json, answer->response, shape, &script, err))
        return false;
    if (!span_is(script.error, "0"))
        return err_set(err, ERR_DATA, 0, "the script ended with error " SPAN_FORMAT,
                       SPAN_ARGS(span_first(script.error, 16)));
    if (script.result.size == 0)
        return err_set(err, ERR_DATA, 0, "the script gave no result");
    return base64_read(script.result, to, err);
}

bool filemaker_script_bytes(struct filemaker *filemaker, const char *layout, const char *script,
                            struct span param, struct str *to, struct err *err)
{
    auto_str path = STR_MAX(KIB(8));
    auto_filemaker_answer answer = { 0 };
    struct filemaker_call call = {
        .method = "GET", .auth = FILEMAKER_AUTH_SESSION, .reads = true, .most = SCRIPT_ANSWER_MAX
    };

    filemaker_path(&path, filemaker,
                   (const char *const[]){ "layouts", layout, "script", script, NULL });
    str_add_text(&path, "?script.param=");
    url_add_encoded(&path, param, "");
    call.path = str_text(&path);
    return str_fits(&path, "the script's URL", err)
           && filemaker_call(filemaker, &call, &answer, err) && script_read(&answer, to, err);
}
