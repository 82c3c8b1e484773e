/* What is put is got again, until it is too old; and on the disk nobody can read or change it. */
#include "console/preview/cache.h"

#include "base/fs.h"
#include "folder.h"
#include "tap.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct cache_name name_of(int page)
{
    return (struct cache_name){ sha256_of(span_of("document")), page, 320 };
}

static bool holds(struct cache *cache, int page, const char *wanted)
{
    struct cache_name name = name_of(page);
    auto_str got = STR_MAX(KIB(64));

    return cache_has(cache, &name) && cache_get(cache, &name, &got)
           && span_is(str_span(&got), wanted);
}

static void put_text(struct cache *cache, int page, const char *text)
{
    struct cache_name name = name_of(page);

    cache_put(cache, &name, span_of(text));
}

/* The path of the only file. */
static char *only_file(const char *state)
{
    auto_free char *top = folder_path(state, "cache");
    char *found = NULL;
    DIR *outer = opendir(top);

    for (const struct dirent *one; outer && (one = readdir(outer));) {
        auto_free char *inner = folder_path(top, one->d_name);
        DIR *files = one->d_name[0] == '.' ? NULL : opendir(inner);

        for (const struct dirent *file; files && (file = readdir(files));)
            if (file->d_name[0] != '.' && !found)
                found = folder_path(inner, file->d_name);
        if (files)
            (void)closedir(files);
    }
    if (outer)
        (void)closedir(outer);
    return found;
}

TEST(what_is_put_is_got)
{
    auto_folder *state = folder_new();
    struct cache *cache = NULL;
    struct cache_name other = { sha256_of(span_of("another")), 1, 320 };
    struct err err;
    auto_str got = STR_MAX(KIB(64));

    CHECK(cache_open(state, (int64_t)MIB(1), &cache, &err));
    put_text(cache, 1, "one");
    put_text(cache, 2, "two");
    put_text(cache, 1, "one");
    CHECK(holds(cache, 1, "one"));
    CHECK(holds(cache, 2, "two"));
    CHECK(!cache_has(cache, &other));
    CHECK(!cache_get(cache, &other, &got));
    CHECK(folder_files(state) == 2);
    cache_close(cache);
    CHECK(folder_files(state) == 0);
}

TEST(the_disk_tells_nothing)
{
    auto_folder *state = folder_new();
    struct cache *cache = NULL;
    struct err err;
    auto_free char *path = NULL;
    auto_str bytes = STR_MAX(KIB(64));
    struct stat about;

    CHECK(cache_open(state, (int64_t)MIB(1), &cache, &err));
    put_text(cache, 1, "Jane Citizen");
    path = only_file(state);
    CHECK(path && stat(path, &about) == 0 && (about.st_mode & 0777) == 0600);
    CHECK(path && fs_read(path, &bytes, &err));
    CHECK(span_find(str_span(&bytes), "Jane") == bytes.size);
    if (path && bytes.size > 20) {
        bytes.at[20] ^= 1;
        CHECK(fs_write(path, str_span(&bytes), 0600, &err));
        CHECK(!holds(cache, 1, "Jane Citizen"));
        CHECK(fs_write(path, SPAN_NONE, 0600, &err));
        CHECK(!holds(cache, 1, ""));
    }
    cache_close(cache);
}

TEST(the_oldest_go)
{
    auto_folder *state = folder_new();
    struct cache *cache = NULL;
    char text[1001];
    struct err err;

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    CHECK(cache_open(state, 5000, &cache, &err));
    for (int page = 1; page <= 200; page++)
        put_text(cache, page, text);
    CHECK(folder_files(state) == 4);
    for (int page = 197; page <= 200; page++)
        CHECK_AT((size_t)page, holds(cache, page, text));
    CHECK(!holds(cache, 196, text));
    cache_close(cache);
    CHECK(cache_open(state, 0, &cache, &err));
    put_text(cache, 1, "");
    CHECK(folder_files(state) == 0);
    cache_close(cache);
}

/* What another start left is of no use; what is not a cache's is left alone. */
TEST(a_start_empties_it)
{
    auto_folder *state = folder_new();
    struct cache *cache = NULL;
    struct err err;
    auto_free char *folder = folder_path(state, "cache/3f"),
                   *mine = folder_path(state, "cache/mine");
    auto_free char *old =
        folder_path(folder, "3f00000000000000000000000000000000000000000000000000000000000000");

    CHECK(fs_make_folder(folder, &err));
    CHECK(fs_write(old, span_of("old"), 0600, &err) && fs_write(mine, span_of("mine"), 0600, &err));
    CHECK(cache_open(state, (int64_t)MIB(1), &cache, &err));
    CHECK(access(old, F_OK) < 0);
    CHECK(access(mine, F_OK) == 0);
    cache_close(cache);
}
