/* A manifest and its folder: what they are when opened, and whether they are still so when counted again. */
#include "source/manifest.h"

#include "base/fs.h"
#include "base/mem.h"
#include "folder.h"
#include "tap.h"

#include <fcntl.h>
#include <unistd.h>

#define HEADER                                                                                     \
    "table,record_id,mod_id,field,repetition,original_name,size,md5,storage_type,relative_path,"   \
    "Type\n"
#define MD5 "d41d8cd98f00b204e9800998ecf8427e" /* of no byte */

static void file_make(const char *folder, const char *name, const char *text)
{
    auto_free char *path = folder_path(folder, name);
    auto_close int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    struct err err = { 0 };

    CHECK(fd >= 0 && fs_write_all(fd, span_of(text), "a file", &err));
}

static bool opened(const char *folder, const char *lines, struct manifest **manifest_r,
                   struct err *err)
{
    auto_free char *path = folder_path(folder, "list.csv");

    file_make(folder, "list.csv", lines);
    *err = (struct err){ 0 };
    return manifest_open(path, manifest_r, err);
}

/* Two documents of one record, and one of another. */
static const char good[] = HEADER "Letters,7,1,Doc,1,a,0," MD5 ",Embedded,1.bin,Letter\n"
                                  "Letters,7,1,Doc,2,b,0," MD5 ",Embedded,2.bin,Letter\n"
                                  "Letters,9,1,Doc,1,c,0," MD5 ",Embedded,3.bin,Scan\n"
                                  "#end,3\n";

static void files_make(const char *folder)
{
    file_make(folder, "1.bin", "");
    file_make(folder, "2.bin", "");
    file_make(folder, "3.bin", "");
}

TEST(what_is_said_twice_or_otherwise_does_not_open)
{
    static const struct {
        const char *line; /* instead of the second */
        const char *says;
    } cases[] = {
        { "Letters,7,1,Doc,1,b,0," MD5 ",Embedded,2.bin,Letter\n", "same container of one record" },
        { "Letters,7,1,Doc,2,b,0," MD5 ",Embedded,2.bin,Scan\n", "say different things of it" },
        { "Letters,7,2,Doc,2,b,0," MD5 ",Embedded,2.bin,Letter\n", "say different things of it" },
        { "Letters,7,1,Doc,2,b,0," MD5 ",Embedded,3.bin,Letter\n", "name the same file" },
        { "Letters,7,1,Doc,2,b,0," MD5 ",Embedded,4.bin,Letter\n", "No such file" },
    };
    auto_folder *folder = folder_new();

    files_make(folder);
    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_free char *lines =
            mem_printf(HEADER "Letters,7,1,Doc,1,a,0," MD5 ",Embedded,1.bin,Letter\n%s"
                              "Letters,9,1,Doc,1,c,0," MD5 ",Embedded,3.bin,Scan\n#end,3\n",
                       cases[i].line);
        struct manifest *manifest = NULL;
        struct err err;

        CHECK_AT(i, !opened(folder, lines, &manifest, &err) && strstr(err.msg, cases[i].says));
    }
}

TEST(a_folder_with_a_file_too_many_does_not_open)
{
    auto_folder *folder = folder_new();
    struct manifest *manifest = NULL;
    struct err err;

    files_make(folder);
    file_make(folder, "4.bin", "nobody's");
    CHECK(!opened(folder, good, &manifest, &err)
          && strstr(err.msg, "1 files beneath the manifest's folder have no line"));
}

TEST(it_is_counted_as_it_is_now)
{
    auto_folder *folder = folder_new();
    struct manifest *manifest = NULL;
    uint64_t count = 0;
    struct err err;

    files_make(folder);
    CHECK(opened(folder, good, &manifest, &err)
          && manifest_recount(manifest, "Letters", &count, &err) && count == 2);
    CHECK(manifest_recount(manifest, "Contacts", &count, &err) && count == 0);
    file_make(folder, "4.bin", "");
    CHECK(!manifest_recount(manifest, "Letters", &count, &err) && strstr(err.msg, "have no line"));
    manifest_close(manifest);

    folder_remove(take(folder));
    folder = folder_new();
    files_make(folder);
    CHECK(opened(folder, good, &manifest, &err));
    file_make(folder, "list.csv", HEADER "#end,0\n");
    err = (struct err){ 0 };
    CHECK(!manifest_recount(manifest, "Letters", &count, &err)
          && strstr(err.msg, "written to since it was opened"));
    manifest_close(manifest);
}
