/* Asks where the documents go: a folder or a bucket. Nothing is made there. */
#include "cmd/guide.h"

#include "base/mem.h"
#include "preflight/disk_room.h"
#include "preflight/store_probe.h"

#include <sys/stat.h>
#include <unistd.h>

/* --- folders -------------------------------------------------------------------------------- */

bool guide_place_try(const char *path, bool is_folder, struct err *err)
{
    auto_free char *parent = mem_text(path);
    struct stat there;

    if (!*path)
        return err_set(err, ERR_USAGE, 0, "a name is needed");
    if (lstat(path, &there) == 0 && is_folder != S_ISDIR(there.st_mode))
        return err_set(err, ERR_USAGE, 0, "'%s' is there, and is %s folder", path,
                       is_folder ? "no" : "a");
    while (access(parent, F_OK) < 0) {
        char *slash = strrchr(parent, '/');

        if (!slash || slash == parent)
            memcpy(parent, slash ? "/" : ".", 2);
        else
            *slash = '\0';
    }
    return access(parent, W_OK) == 0 || err_os(err, "writing to '%s'", parent);
}

static bool folder_ask(struct guide *g, struct err *err)
{
    const char *before = disk_room_path(draft_value(g->draft, "store", "url"));
    auto_free char *path = NULL, *url = NULL;
    struct err why = { 0 };

    if (!ask_line(g->cancel, "Folder", before ? before : "documents", &path, err))
        return false;
    url = mem_printf("dir:%s", path);
    if (draft_set(g->draft, "store", "url", url, &why))
        return true;
    ask_say("✘", why.msg);
    return folder_ask(g, err);
}

static bool folder_try(struct guide *g, struct err *err)
{
    const char *path = disk_room_path(draft_value(g->draft, "store", "url"));
    auto_free char *said = NULL;
    uint64_t room = 0;

    if (!guide_place_try(path, true, err) || !guide_read(g, err))
        return false;
    if (!disk_room_free(path, &room))
        room = 0;
    said = mem_printf("%s; %.1f GiB are free",
                      access(path, F_OK) == 0 ? "it is there" : "it will be made",
                      (double)room / (double)(1024 * MIB(1)));
    ask_say("✔", said);
    return true;
}

/* --- buckets -------------------------------------------------------------------------------- */

/* The bucket and the prefix in "s3://BUCKET/PREFIX"; the caller frees both. */
static void bucket_parts(const char *url, char **bucket_r, char **prefix_r)
{
    struct span rest = span_of(url);

    if (span_starts(rest, "s3://"))
        rest = span_from(rest, 5);
    else
        rest = SPAN_NONE;
    *bucket_r = span_text(span_cut(&rest, '/'));
    *prefix_r = span_text(rest);
}

static bool bucket_name_ask(struct guide *g, struct err *err)
{
    auto_free char *before = NULL, *prefix_before = NULL;
    auto_free char *bucket = NULL, *prefix = NULL, *url = NULL;
    struct err why = { 0 };

    bucket_parts(draft_value(g->draft, "store", "url"), &before, &prefix_before);
    if (!ask_line(g->cancel, "Bucket", before, &bucket, err)
        || !ask_line(g->cancel, "Prefix in front of every key (Enter: none)", prefix_before,
                     &prefix, err))
        return false;
    url = mem_printf("s3://%s%s%s", bucket, *prefix ? "/" : "", prefix);
    if (*bucket && draft_set(g->draft, "store", "url", url, &why))
        return true;
    ask_say("✘", *bucket ? why.msg : "a bucket's name is needed");
    return bucket_name_ask(g, err);
}

static bool credentials_ask(struct guide *g, struct err *err)
{
    return guide_key(g, "Access key (Enter: as AWS's own tools find it)", "store", "access_key",
                     NULL, err)
           && (!*draft_value(g->draft, "store", "access_key")
               || guide_secret(g, GUIDE_STORE_KEY, "Its secret", "store", "secret_key_file",
                               "fmferry.s3-secret", err));
}

static bool bucket_ask(struct guide *g, struct err *err)
{
    return guide_key(g, "Its server, such as https://s3.example.com (Enter: AWS)", "store",
                     "endpoint", NULL, err)
           && guide_plain(g, "store", "endpoint", err)
           && (!span_starts(span_of(draft_value(g->draft, "store", "endpoint")), "https://")
               || guide_key(g, "Certificates to trust (a PEM file; Enter: the system's)", "store",
                            "ca_file", NULL, err))
           && guide_key(g, "Region, such as ap-southeast-2 (Enter: the server is asked)", "store",
                        "region", NULL, err)
           && bucket_name_ask(g, err) && credentials_ask(g, err);
}

/* Reaches the bucket; that objects can be made there is left to `check`. */
static bool bucket_try(struct guide *g, struct err *err)
{
    struct engine_settings *engine = &g->settings.engine;
    auto_free char *said = NULL;

    if (!guide_read(g, err) || !settings_credentials(&g->settings, g->cancel, err)
        || !store_probe_run(engine, g->cancel, PROBE_NEVER, &engine->store.traits, &said, err))
        return false;
    ask_say("✔", said);
    return true;
}

bool guide_store(struct guide *g, struct err *err)
{
    auto_ask_list list = { 0 };
    auto_free char *answer = NULL;

    guide_head("The store: where the documents go");
    ask_list_add(&list, "folder", "on a disk of this machine");
    ask_list_add(&list, "bucket", "S3: AWS, Ceph, MinIO, ...");
    ask_list_print(&list);
    if (!ask_choice(g->cancel, "Store", &list, "folder", NULL, &answer, err))
        return false;
    return strcmp(answer, "bucket") == 0 ? guide_until(g, bucket_ask, bucket_try, NULL, err)
                                         : guide_until(g, folder_ask, folder_try, NULL, err);
}
