/* Chooses the kind of a store by its URL: the only file that knows all kinds. */
#include "store/open.h"

#include "base/mem.h"
#include "store/folder/folder.h"
#include "store/s3/access.h"
#include "store/s3/bucket.h"

static bool is_bucket(const struct store_settings *settings)
{
    return span_starts(span_of(settings->url), "s3://");
}

/* The path in "dir:PATH"; NULL if the URL is of another kind. */
static const char *folder_of(const struct store_settings *settings)
{
    bool is_folder = span_starts(span_of(settings->url), "dir:");

    return is_folder ? settings->url + strlen("dir:") : NULL;
}

bool store_open(const struct store_settings *settings, const struct cancel *cancel,
                struct store **store_r, struct err *err)
{
    const char *folder = folder_of(settings);

    if (folder && *folder)
        return folder_store_open(settings, folder, cancel, store_r, err);
    if (is_bucket(settings))
        return s3_store_open(settings, cancel, store_r, err);
    return err_set(err, ERR_USAGE, 0,
                   "'%.128s' is not the URL of a store (dir:FOLDER or s3://BUCKET/PREFIX)",
                   settings->url);
}

bool store_access_new(const struct store_settings *settings, const struct cancel *cancel,
                      struct store_access **access_r, struct err *err)
{
    *access_r = NULL;
    return !is_bucket(settings) || s3_access_new(settings, cancel, access_r, err);
}

void store_access_free(struct store_access *access)
{
    s3_access_free(access);
}

bool store_name_of(const struct store_settings *settings, char **name_r, struct err *err)
{
    const char *folder = folder_of(settings);

    if (is_bucket(settings))
        return s3_store_name(settings, name_r, err);
    *name_r = mem_text(folder ? folder : settings->url);
    return true;
}

bool store_prefix(const struct store_settings *settings, char **prefix_r, struct err *err)
{
    if (is_bucket(settings))
        return s3_store_prefix(settings, prefix_r, err);
    *prefix_r = mem_text("");
    return true;
}
