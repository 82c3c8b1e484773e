/* Style and script of the pages. */
#include "console/server/assets.h"

#include "base/digest.h"
#include "console/console_assets.h"

enum { HASH_DIGITS = 16 };

static struct asset {
    const char *name, *type;
    struct span bytes;
    char hash[HASH_DIGITS + 1], path[ASSET_PATH_SIZE];
} assets[] = {
    { .name = "style.css", .type = "text/css; charset=utf-8" },
    { .name = "script.js", .type = "text/javascript; charset=utf-8" },
    { .name = "icon.svg", .type = "image/svg+xml" },
};

void assets_setup(void)
{
    assets[0].bytes = span_of(asset_style);
    assets[1].bytes = span_of(asset_script);
    assets[2].bytes = span_of(asset_icon);
    for (size_t i = 0; i < lengthof(assets); i++) {
        struct sha256 hash = sha256_of(assets[i].bytes);
        char hex[SHA256_HEX_SIZE];

        (void)snprintf(assets[i].hash, sizeof assets[i].hash, "%.*s", HASH_DIGITS,
                       sha256_hex(&hash, hex));
        (void)snprintf(assets[i].path, sizeof assets[i].path, "/assets/%s/%s", assets[i].hash,
                       assets[i].name);
    }
}

const char *assets_style_path(void)
{
    return assets[0].path;
}

const char *assets_script_path(void)
{
    return assets[1].path;
}

const char *assets_icon_path(void)
{
    return assets[2].path;
}

bool assets_answer(struct exchange *x, struct err *err)
{
    (void)err;
    for (size_t i = 0; i < lengthof(assets); i++)
        if (strcmp(request_param(x->request, "name"), assets[i].name) == 0
            && strcmp(request_param(x->request, "hash"), assets[i].hash) == 0) {
            x->answer.type = assets[i].type;
            x->answer.fixed = assets[i].bytes;
            x->answer.may_be_kept = true;
            return true;
        }
    return refuse(x, PROBLEM_NOT_THERE, "%s", "");
}
