/*
 * The file: { "claris": 1, "account": text, "pool": text, "client": text, "device": text,
 * "signedInUs": number, "refreshToken": text }.
 */
#include "claris/kept.h"

#include "base/fs.h"
#include "base/mem.h"
#include "http/http.h"
#include "json/shape.h"
#include "json/writer.h"

#include <unistd.h>

enum { KEPT_MAX = 32 * 1024, FORM = 1 };

void claris_kept_clear(struct claris_kept *kept)
{
    free(kept->account);
    free(kept->pool);
    free(kept->client);
    free(kept->device);
    secret_free(kept->refresh);
    *kept = (struct claris_kept){ .account = NULL };
}

bool claris_kept_write(const char *path, const struct claris_kept *kept, struct err *err)
{
    auto_str text = STR_MAX(KEPT_MAX);
    struct json_writer w = JSON_WRITER(&text);
    bool good;

    (void)str_reserve(&text, KEPT_MAX); /* growing would leave copies of the token */
    json_open_object(&w);
    json_member_u64(&w, "claris", FORM);
    json_member_text(&w, "account", kept->account);
    json_member_text(&w, "pool", kept->pool);
    json_member_text(&w, "client", kept->client);
    json_member_text(&w, "device", kept->device);
    json_member_i64(&w, "signedInUs", kept->signed_in_us);
    json_member_span(&w, "refreshToken", secret_reveal(kept->refresh));
    json_close_object(&w);
    str_add_char(&text, '\n');
    good = str_fits(&text, "the sign-in", err) && fs_write(path, str_span(&text), 0600, err);
    explicit_bzero(text.at, text.room);
    return good;
}

struct kept_texts {
    uint64_t form, signed_in_us;
    struct span account, pool, client, device, refresh;
};

static const struct json_member kept_shape[] = {
    JSON_U64(struct kept_texts, form, "claris"),
    JSON_U64(struct kept_texts, signed_in_us, "signedInUs"),
    JSON_SPAN(struct kept_texts, account, "account"),
    JSON_SPAN(struct kept_texts, pool, "pool"),
    JSON_SPAN(struct kept_texts, client, "client"),
    JSON_SPAN(struct kept_texts, device, "device"),
    JSON_SPAN(struct kept_texts, refresh, "refreshToken"),
    JSON_SHAPE_END,
};

static bool text_read(struct span text, struct claris_kept *kept_r)
{
    auto_json *json = NULL;
    struct kept_texts texts = { .form = 0 };
    struct err ignored;

    if (!json_read(text, &json, &ignored)
        || !json_fill(json, json_root(json), kept_shape, &texts, &ignored) || texts.form != FORM
        || texts.refresh.size == 0 || texts.signed_in_us > INT64_MAX)
        return false;
    *kept_r = (struct claris_kept){ .account = span_text(texts.account),
                                    .pool = span_text(texts.pool),
                                    .client = span_text(texts.client),
                                    .device = span_text(texts.device),
                                    .refresh = secret_new(texts.refresh),
                                    .signed_in_us = (int64_t)texts.signed_in_us };
    return true;
}

bool claris_kept_read(const char *path, struct claris_kept *kept_r, struct err *err)
{
    auto_str text = STR_MAX(KEPT_MAX);
    bool good;

    if (access(path, F_OK) != 0 && errno == ENOENT)
        return err_set(err, ERR_REMOTE, HTTP_UNAUTHORIZED,
                       "nobody has signed in by Claris ID here ('%.128s' is not there): sign in "
                       "with 'fmferry login'",
                       path);
    (void)str_reserve(&text, KEPT_MAX);
    if (!fs_read_private(path, &text, err))
        return err_ctx(err, "the sign-in by Claris ID");
    good = text_read(str_span(&text), kept_r);
    explicit_bzero(text.at, text.room);
    return good
           || err_set(err, ERR_USAGE, 0,
                      "'%.128s' holds no sign-in by Claris ID ([source] claris_token_file): make "
                      "one with 'fmferry login'",
                      path);
}
