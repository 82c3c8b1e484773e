/* Files are whole or absent. Each test works in a folder of its own under /tmp. */
#include "base/fs.h"

#include "base/mem.h"
#include "tap.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOBODY = 65534 };

/* A fresh folder, emptied and removed by folder_remove(). */
static char *folder_new(void)
{
    char *folder = mem_text("/tmp/fmferry-fs-XXXXXX");

    if (!mkdtemp(folder))
        abort();
    return folder;
}

static size_t folder_count(const char *folder)
{
    DIR *dir = opendir(folder);
    size_t count = 0;

    while (dir && readdir(dir))
        count++;
    if (dir)
        (void)closedir(dir);
    return count > 2 ? count - 2 : 0; /* . and .. */
}

static void folder_remove(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;

    while (dir && (entry = readdir(dir)))
        (void)unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir)
        (void)closedir(dir);
    (void)rmdir(folder);
}

static void check_holds(size_t index, const char *path, const char *want, unsigned mode)
{
    auto_str text = STR_MAX(KIB(64));
    struct stat about = { 0 };
    struct err err = { 0 };

    CHECK_AT(index, fs_read(path, &text, &err));
    CHECK_STR(str_text(&text), want);
    CHECK_AT(index, lstat(path, &about) == 0 && (about.st_mode & 07777) == mode);
}

TEST(a_file_is_read_whole)
{
    static const size_t sizes[] = { 0, 1, 16383, 16384, 16385, 100000 };
    auto_free char *folder = folder_new(), *path = mem_printf("%s/file", folder);
    auto_free char *bytes = mem_zero(100000);

    for (size_t i = 0; i < lengthof(sizes); i++) {
        auto_str text = STR_MAX(sizes[i] + 1);
        struct err err = { 0 };

        str_add_text(&text, "<");
        CHECK_AT(i, fs_write(path, (struct span){ bytes, sizes[i] }, 0600, &err));
        CHECK_AT(i, fs_read(path, &text, &err) && text.size == sizes[i] + 1);
        CHECK_AT(i, text.at[0] == '<');
    }
    folder_remove(folder);
}

/* /dev/zero has no end: reading stops at the cap, not when memory runs out. */
TEST(what_cannot_be_read_is_said)
{
    static const struct {
        const char *path, *message;
        enum err_kind kind;
        int code;
    } cases[] = {
        { "/tmp/fmferry-nothing-here",
          "opening '/tmp/fmferry-nothing-here': No such file or directory", ERR_OS, ENOENT },
        { "/tmp", "reading '/tmp': Is a directory", ERR_OS, EISDIR },
        { "/dev/null/x", "opening '/dev/null/x': Not a directory", ERR_OS, ENOTDIR },
        { "/dev/zero", "/dev/zero is longer than 50000 bytes", ERR_DATA, 0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str text = STR_MAX(50000);
        struct err err = { 0 };

        str_add_text(&text, "before");
        CHECK_AT(i, !fs_read(cases[i].path, &text, &err));
        CHECK_AT(i, err.kind == cases[i].kind && err.code == cases[i].code);
        CHECK_STR(err.msg, cases[i].message);
        CHECK_STR(str_text(&text), "before");
    }
}

TEST(a_file_is_written_whole_with_its_mode)
{
    static const struct {
        const char *text;
        unsigned mode;
    } cases[] = {
        { "first", 0600 },
        { "", 0600 },
        { "a longer one than before", 0644 },
        { "s", 0400 },
    };
    auto_free char *folder = folder_new(), *path = mem_printf("%s/file", folder);
    mode_t before = umask(0077);

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct err err = { 0 };

        CHECK_AT(i, fs_write(path, span_of(cases[i].text), cases[i].mode, &err));
        check_holds(i, path, cases[i].text, cases[i].mode);
        CHECK_AT(i, folder_count(folder) == 1);
    }
    (void)umask(before);
    folder_remove(folder);
}

TEST(a_path_may_be_relative_or_a_link)
{
    auto_free char *folder = folder_new(), *there = mem_printf("%s/there", folder);
    auto_free char *link = mem_printf("%s/link", folder);
    auto_free char *before = getcwd(NULL, 0);
    struct err err = { 0 };

    CHECK(fs_write(there, span_of("old"), 0600, &err) && symlink("there", link) == 0);
    CHECK(chdir(folder) == 0);
    CHECK(fs_write("here", span_of("x"), 0600, &err) && fs_create("new", span_of("y"), 0600, &err));
    check_holds(0, "here", "x", 0600);
    check_holds(1, "new", "y", 0600);
    CHECK(fs_write("link", span_of("z"), 0600, &err)); /* the link goes, its target stays */
    check_holds(2, "link", "z", 0600);
    check_holds(3, "there", "old", 0600);
    CHECK(chdir(before) == 0);
    folder_remove(folder);
}

TEST(creating_refuses_what_is_there)
{
    auto_free char *folder = folder_new(), *path = mem_printf("%s/file", folder);
    auto_free char *dangling = mem_printf("%s/dangling", folder);
    struct err err = { 0 };

    CHECK(fs_create(path, span_of("first"), 0640, &err));
    check_holds(0, path, "first", 0640);
    CHECK(!fs_create(path, span_of("second"), 0600, &err));
    CHECK(err.kind == ERR_OS && err.code == EEXIST);
    CHECK(strncmp(err.msg, "creating '/tmp/fmferry-fs-", 26) == 0);
    CHECK(symlink("nowhere", dangling) == 0 && !fs_create(dangling, span_of("x"), 0600, &err));
    CHECK(err.kind == ERR_OS && err.code == EEXIST);
    CHECK(!fs_create(folder, span_of("x"), 0600, &err) && err.code == EEXIST);
    check_holds(1, path, "first", 0640);
    CHECK(folder_count(folder) == 2);
    folder_remove(folder);
}

TEST(what_cannot_be_written_leaves_nothing_behind)
{
    auto_free char *folder = folder_new(), *file = mem_printf("%s/file", folder);
    auto_free char *missing = mem_printf("%s/no/file", folder), *under = mem_printf("%s/x", file);
    struct err err = { 0 };
    const struct {
        const char *path;
        int code;
    } cases[] = {
        { missing, ENOENT },
        { under, ENOTDIR },
        { "", ENOENT },
        { "/proc/fmferry", ENOENT },
    };

    CHECK(fs_write(file, span_of("kept"), 0600, &err));
    for (size_t i = 0; i < lengthof(cases); i++) {
        CHECK_AT(i, !fs_write(cases[i].path, span_of("x"), 0600, &err));
        CHECK_AT(i, err.kind == ERR_OS && err.code == cases[i].code);
        CHECK_AT(i, !fs_create(cases[i].path, span_of("x"), 0600, &err));
        CHECK_AT(i, err.kind == ERR_OS && err.code == cases[i].code);
    }
    CHECK(!fs_write(folder, span_of("x"), 0600, &err) && err.kind == ERR_OS);
    CHECK(folder_count(folder) == 1);
    check_holds(0, file, "kept", 0600);
    folder_remove(folder);
}

/* A limit on the size of files stands in for a full disk. */
TEST(a_full_disk_leaves_the_old_file)
{
    auto_free char *folder = folder_new(), *path = mem_printf("%s/file", folder);
    auto_free char *large = mem_zero(5000);
    struct rlimit before, small;
    bool wrote, created;
    struct err err = { 0 }, also = { 0 };

    CHECK(fs_write(path, span_of("old"), 0600, &err));
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)getrlimit(RLIMIT_FSIZE, &before);
    small = (struct rlimit){ .rlim_cur = 1000, .rlim_max = before.rlim_max };
    (void)setrlimit(RLIMIT_FSIZE, &small);
    wrote = fs_write(path, (struct span){ large, 5000 }, 0600, &err);
    created = fs_create("/tmp/fmferry-never", (struct span){ large, 5000 }, 0600, &also);
    (void)setrlimit(RLIMIT_FSIZE, &before);
    CHECK(!wrote && err.kind == ERR_OS && err.code == EFBIG);
    CHECK(!created && also.kind == ERR_OS && also.code == EFBIG);
    CHECK_STR(also.msg, "writing '/tmp/fmferry-never': File too large");
    CHECK(access("/tmp/fmferry-never", F_OK) < 0);
    check_holds(0, path, "old", 0600);
    CHECK(folder_count(folder) == 1);
    folder_remove(folder);
}

/* The superuser may write anywhere, so it becomes nobody for this test. */
TEST(a_folder_without_permission_is_refused)
{
    auto_free char *folder = folder_new(), *path = mem_printf("%s/file", folder);
    auto_free char *below = mem_printf("%s/below", folder);
    uid_t me = geteuid();
    bool wrote, made;
    struct err err = { 0 }, also = { 0 };

    CHECK(chmod(folder, 0555) == 0 && (me != 0 || seteuid(NOBODY) == 0));
    wrote = fs_write(path, span_of("x"), 0600, &err);
    made = fs_make_folder(below, &also);
    CHECK(seteuid(me) == 0);
    CHECK(!wrote && err.kind == ERR_OS && err.code == EACCES);
    CHECK(!made && also.kind == ERR_OS && also.code == EACCES);
    CHECK(folder_count(folder) == 0);
    (void)chmod(folder, 0700);
    folder_remove(folder);
}

struct scribe {
    const char *path, *text;
    unsigned bad;
};

static void *write_often(void *arg)
{
    struct scribe *scribe = arg;
    struct err err = { 0 };

    for (int i = 0; i < 50; i++)
        scribe->bad += !fs_write(scribe->path, span_of(scribe->text), 0600, &err);
    return NULL;
}

/* Two threads, or two containers whose processes have one number, may write the same file. */
TEST(writers_do_not_step_on_each_other)
{
    auto_free char *folder = folder_new(), *path = mem_printf("%s/file", folder);
    struct scribe scribes[] = { { path, "aaaa", 0 }, { path, "bbbbbbbb", 0 }, { path, "c", 0 } };
    pthread_t threads[lengthof(scribes)];
    auto_str text = STR_MAX(64);
    struct err err = { 0 };
    bool whole = false;

    for (size_t i = 0; i < lengthof(scribes); i++)
        CHECK_AT(i, pthread_create(&threads[i], NULL, write_often, &scribes[i]) == 0);
    for (size_t i = 0; i < lengthof(scribes); i++)
        CHECK_AT(i, pthread_join(threads[i], NULL) == 0 && scribes[i].bad == 0);
    CHECK(fs_read(path, &text, &err));
    for (size_t i = 0; i < lengthof(scribes); i++)
        whole |= span_is(str_span(&text), scribes[i].text);
    CHECK(whole && folder_count(folder) == 1);
    folder_remove(folder);
}

TEST(folders_are_made_down_to_the_last)
{
    static const char *const paths[] = { "a", "a/b/c", "a/b/c", "a//d/", "./e/../f" };
    static const char *const made[] = { "a", "a/b", "a/b/c", "a/d", "e", "f" };
    auto_free char *folder = folder_new();
    auto_free char *before = getcwd(NULL, 0);
    struct err err = { 0 };

    CHECK(chdir(folder) == 0);
    for (size_t i = 0; i < lengthof(paths); i++)
        CHECK_AT(i, fs_make_folder(paths[i], &err));
    CHECK(fs_make_folder("/", &err) && fs_make_folder(folder, &err));
    for (size_t i = lengthof(made); i-- > 0;) {
        struct stat about = { 0 };

        CHECK_AT(i, stat(made[i], &about) == 0 && (about.st_mode & 07777) == 0700);
        CHECK_AT(i, rmdir(made[i]) == 0);
    }
    CHECK(chdir(before) == 0);
    folder_remove(folder);
}

TEST(a_folder_that_cannot_be_is_refused)
{
    auto_free char *folder = folder_new(), *file = mem_printf("%s/file", folder);
    auto_free char *under = mem_printf("%s/below/more", file);
    auto_free char *dangling = mem_printf("%s/dangling", folder);
    struct err err = { 0 };
    const struct {
        const char *path;
        int code;
    } cases[] = {
        { file, ENOTDIR }, { under, ENOTDIR },    { dangling, ENOTDIR },
        { "", ENOENT },    { "/proc/x", ENOENT },
    };

    CHECK(fs_write(file, span_of("x"), 0600, &err) && symlink("nowhere", dangling) == 0);
    for (size_t i = 0; i < lengthof(cases); i++) {
        CHECK_AT(i, !fs_make_folder(cases[i].path, &err));
        CHECK_AT(i, err.kind == ERR_OS && err.code == cases[i].code);
    }
    folder_remove(folder);
}

TEST(descriptors_are_written_and_flushed_or_it_is_said)
{
    auto_close int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    auto_close int folder = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct err err = { 0 };

    CHECK(!fs_write_all(full, span_of("x"), "the report", &err));
    CHECK(err.kind == ERR_OS && err.code == ENOSPC);
    CHECK_STR(err.msg, "writing 'the report': No space left on device");
    CHECK(fs_write_all(full, SPAN_NONE, "nothing", &err));
    CHECK(fs_sync_folder(folder, "/tmp", &err) && !fs_sync_folder(-1, "x", &err));
    CHECK(err.kind == ERR_OS && err.code == EBADF);
    CHECK_STR(err.msg, "flushing the folder 'x': Bad file descriptor");
}
