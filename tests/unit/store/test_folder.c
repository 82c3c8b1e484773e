/* A folder as a store: objects appear whole, once, and are never replaced. */
#include "store/open.h"

#include "base/beneath.h"
#include "base/fs.h"
#include "base/mem.h"
#include "folder.h"
#include "store/folder/partial.h"
#include "tap.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534 };

/* A store in a folder of its own. */
struct place {
    char *folder;
    struct cancel *cancel;
    struct store *store;
};

static struct store *store_at(const char *folder, const struct cancel *cancel)
{
    auto_free char *url = mem_printf("dir:%s", folder);
    struct store_settings settings = { .url = url };
    struct store *store = NULL;
    struct err err = { 0 };

    CHECK(store_open(&settings, cancel, &store, &err));
    CHECK_STR(err.msg, "");
    return store;
}

static struct place place_new(void)
{
    struct place place = { folder_new(), cancel_new(), NULL };

    place.store = store_at(place.folder, place.cancel);
    return place;
}

static void place_end(struct place *place)
{
    store_close(place->store);
    cancel_free(place->cancel);
    folder_remove(place->folder);
}

#define auto_place __attribute__((cleanup(place_end))) struct place

static struct store_object object_of(const char *key, struct span bytes)
{
    return (struct store_object){
        .key = key, .mime = "application/pdf", .size_bytes = bytes.size, .sha256 = sha256_of(bytes)
    };
}

/* Puts; -1 if that failed. */
static int put(struct store *store, const char *key, struct span bytes, struct store_found *found_r,
               struct err *err)
{
    struct store_object object = object_of(key, bytes);
    enum store_outcome outcome;

    return store_put(store, &object, bytes, &outcome, found_r, err) ? (int)outcome : -1;
}

static int put_large(struct store *store, const char *key, struct span bytes, size_t part,
                     struct store_found *found_r, struct err *err)
{
    struct store_object object = object_of(key, bytes);
    auto_large *large = NULL;
    enum store_outcome outcome;

    if (!store_large_begin(store, &object, &large, err))
        return -1;
    for (struct span rest = bytes; rest.size; rest = span_from(rest, part))
        if (!store_large_write(large, span_first(rest, part), NULL, err))
            return -1;
    return store_large_end(large, &object, &outcome, found_r, err) ? (int)outcome : -1;
}

static void check_holds(size_t index, const struct place *place, const char *key, struct span want)
{
    auto_free char *path = folder_path(place->folder, key);
    auto_str text = STR_MAX(MIB(16));
    struct stat about = { 0 };
    struct err err = { 0 };

    CHECK_AT(index, fs_read(path, &text, &err) && span_equal(str_span(&text), want));
    CHECK_AT(index, stat(path, &about) == 0 && (about.st_mode & 07777) == 0600);
}

/* --- putting -------------------------------------------------------------------------------- */

TEST(an_object_is_made_once_and_never_replaced)
{
    static const struct {
        const char *key;
        struct span bytes;
        int outcome;
    } cases[] = {
        { "a/b/c.pdf", { "first", 5 }, STORE_MADE },
        { "a/b/c.pdf", { "first", 5 }, STORE_SAME },
        { "a/b/c.pdf", { "other", 5 }, STORE_OTHER },
        { "a/b/c.pdf", { "firs", 4 }, STORE_OTHER },
        { "a/b/c.pdf", { "", 0 }, STORE_OTHER },
        { "a/b/c.pdf", { "first", 5 }, STORE_SAME },
        { "a/b/d=2e~0123456789ab.pdf", { "f\0rst", 5 }, STORE_MADE },
        { "a/e", { "", 0 }, STORE_MADE },
        { "a/e", { "", 0 }, STORE_SAME },
        { "top", { "x", 1 }, STORE_MADE },
        { "A/b/c.pdf", { "other case", 10 }, STORE_MADE },
    };
    struct sha256 first = sha256_of(span_of("first"));

    for (size_t large = 0; large < 2; large++) {
        auto_place place = place_new();

        for (size_t i = 0; i < lengthof(cases); i++) {
            struct store_found found = { 0 };
            struct err err = { 0 };
            int outcome =
                large ? put_large(place.store, cases[i].key, cases[i].bytes, 2, &found, &err)
                      : put(place.store, cases[i].key, cases[i].bytes, &found, &err);

            CHECK_AT(i, outcome == cases[i].outcome);
            CHECK_STR(err.msg, "");
            if (outcome == STORE_OTHER)
                CHECK_AT(i, found.exists && found.size_bytes == 5 && found.has_sha256
                                && sha256_equal(&found.sha256, &first));
            else
                check_holds(i, &place, cases[i].key, cases[i].bytes);
        }
        check_holds(0, &place, "a/b/c.pdf", cases[0].bytes);
        CHECK(folder_files(place.folder) == 5);
    }
}

TEST(a_large_object_appears_when_it_is_whole)
{
    enum { SIZE = 9 * 1024 * 1024 + 1 };
    auto_place place = place_new();
    auto_free char *bytes = mem_zero(SIZE);
    struct span all = { bytes, SIZE };
    struct store_object object;
    struct store_found found = { 0 };
    struct err err = { 0 };

    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (char)(i % 253);
    object = object_of("a/large", all);
    {
        auto_large *large = NULL;

        CHECK(store_large_begin(place.store, &object, &large, &err));
        CHECK(!store_large_id(large));
        CHECK(store_large_write(large, span_first(all, MIB(8)), NULL, &err));
        CHECK(store_look(place.store, "a/large", &found, &err) && !found.exists);
        CHECK(folder_files(place.folder) == 0);
    }
    CHECK(folder_files(place.folder) == 0); /* nothing of it is left */
    CHECK(put_large(place.store, "a/large", all, MIB(8), &found, &err) == STORE_MADE);
    check_holds(0, &place, "a/large", all);
    CHECK(store_look(place.store, "a/large", &found, &err) && found.exists);
    CHECK(found.size_bytes == SIZE && sha256_equal(&found.sha256, &object.sha256));
}

/* Several workers put the same key at once, each with its own handle. */
struct racer {
    struct place *place;
    struct store *store;
    const char *key;
    struct span bytes;
    pthread_barrier_t *start;
    int outcome;
    struct err err;
    pthread_t thread;
};

static void *race(void *arg)
{
    struct racer *racer = arg;
    struct store_found found;

    (void)pthread_barrier_wait(racer->start);
    racer->outcome = put(racer->store, racer->key, racer->bytes, &found, &racer->err);
    return NULL;
}

TEST(of_many_at_once_one_makes_the_object)
{
    enum { RACERS = 8, ROUNDS = 20 };
    auto_place place = place_new();

    for (size_t round = 0; round < ROUNDS; round++) {
        auto_free char *key = mem_printf("round-%zu/a/b/c", round);
        struct racer racers[RACERS] = { 0 };
        pthread_barrier_t start;
        size_t made = 0, same = 0, other = 0;

        CHECK_AT(round, pthread_barrier_init(&start, NULL, RACERS) == 0);
        for (size_t i = 0; i < RACERS; i++) {
            racers[i] = (struct racer){ .place = &place,
                                        .store = store_at(place.folder, place.cancel),
                                        .key = key,
                                        .bytes = span_of(i % 2 ? "odd" : "even"),
                                        .start = &start };
            CHECK_AT(round, pthread_create(&racers[i].thread, NULL, race, &racers[i]) == 0);
        }
        for (size_t i = 0; i < RACERS; i++) {
            CHECK_AT(round, pthread_join(racers[i].thread, NULL) == 0);
            CHECK_STR(racers[i].err.msg, "");
            made += racers[i].outcome == STORE_MADE;
            same += racers[i].outcome == STORE_SAME;
            other += racers[i].outcome == STORE_OTHER;
            store_close(racers[i].store);
        }
        CHECK_AT(round, made == 1 && same == RACERS / 2 - 1 && other == RACERS / 2);
        (void)pthread_barrier_destroy(&start);
    }
}

/* A folder that this handle knows may be gone when it is needed again. */
TEST(a_folder_that_was_removed_is_made_again)
{
    auto_place place = place_new();
    auto_free char *file = folder_path(place.folder, "a/b/c"),
                   *inner = folder_path(place.folder, "a/b"),
                   *outer = folder_path(place.folder, "a");
    struct store_found found;
    struct err err = { 0 };

    CHECK(put(place.store, "a/b/c", span_of("x"), &found, &err) == STORE_MADE);
    CHECK(unlink(file) == 0 && rmdir(inner) == 0);
    CHECK(put(place.store, "a/b/c", span_of("y"), &found, &err) == STORE_MADE);
    CHECK(unlink(file) == 0 && rmdir(inner) == 0 && rmdir(outer) == 0);
    CHECK(put(place.store, "a/b/c", span_of("z"), &found, &err) == STORE_MADE);
    CHECK_STR(err.msg, "");
    check_holds(0, &place, "a/b/c", span_of("z"));
}

/* --- reading and listing -------------------------------------------------------------------- */

/* Reads an object to its end, a few bytes at a time; NULL if there is none or it failed. */
static char *read_all(struct store *store, const char *key, size_t room, uint64_t *size_r,
                      struct err *err)
{
    auto_reader *reader = NULL;
    auto_str all = STR_MAX(MIB(16));
    auto_free char *part = mem_zero(room);
    size_t got = 1;

    if (!store_get(store, key, &reader, err) || !reader)
        return NULL;
    *size_r = store_reader_size(reader);
    while (got > 0) {
        if (!store_read(reader, part, room, &got, err))
            return NULL;
        str_add(&all, part, got);
    }
    CHECK(all.size == *size_r);
    str_add(&all, "", 0);
    return all.size ? str_take(&all) : mem_text("");
}

TEST(an_object_is_read_and_removed)
{
    auto_place place = place_new();
    struct store_found found;
    struct err err = { 0 };

    CHECK(put(place.store, "a/b", span_of("seven bytes and more"), &found, &err) == STORE_MADE);
    CHECK(put(place.store, "a/empty", SPAN_NONE, &found, &err) == STORE_MADE);
    for (size_t room = 1; room < 30; room += 7) {
        uint64_t size = 0;
        auto_free char *all = read_all(place.store, "a/b", room, &size, &err),
                       *empty = read_all(place.store, "a/empty", room, &size, &err);

        CHECK_AT(room, all && strcmp(all, "seven bytes and more") == 0);
        CHECK_AT(room, empty && size == 0);
    }
    for (size_t i = 0; i < 2; i++) { /* a missing one is fine */
        uint64_t size;

        CHECK_AT(i, store_remove(place.store, "a/b", &err));
        CHECK_AT(i, !read_all(place.store, "a/b", 8, &size, &err) && err.kind == ERR_NONE);
        CHECK_AT(i, store_look(place.store, "a/b", &found, &err) && !found.exists);
    }
    CHECK(store_remove(place.store, "a/empty/under", &err) && folder_files(place.folder) == 1);
    CHECK(!store_remove(place.store, "a", &err) && err.kind == ERR_OS);
}

/* An object that shrinks while it is read must not pass as whole. */
TEST(a_short_object_is_told)
{
    auto_place place = place_new();
    auto_free char *path = folder_path(place.folder, "a");
    auto_reader *reader = NULL;
    struct store_found found;
    struct err err = { 0 };
    char bytes[8];
    size_t got;

    CHECK(put(place.store, "a", span_of("twelve bytes"), &found, &err) == STORE_MADE);
    CHECK(store_get(place.store, "a", &reader, &err) && reader);
    CHECK(truncate(path, 3) == 0);
    CHECK(store_read(reader, bytes, sizeof bytes, &got, &err) && got == 3);
    CHECK(!store_read(reader, bytes, sizeof bytes, &got, &err) && err.kind == ERR_DATA);
}

TEST(keys_are_listed_in_the_order_of_their_bytes)
{
    static const char *const keys[] = {
        "B/x", "a-b", "a.pdf", "a/b.pdf", "a/b/c", "a/b0", "a/c/d/e/f", "a0", "a=2e/x", "ab/z",
    };
    static const struct {
        const char *prefix;
        const char *want;
    } cases[] = {
        { "", "B/x a-b a.pdf a/b.pdf a/b/c a/b0 a/c/d/e/f a0 a=2e/x ab/z " },
        { "a", "a-b a.pdf a/b.pdf a/b/c a/b0 a/c/d/e/f a0 a=2e/x ab/z " },
        { "a/", "a/b.pdf a/b/c a/b0 a/c/d/e/f " },
        { "a/b", "a/b.pdf a/b/c a/b0 " },
        { "a/b/", "a/b/c " },
        { "a/c/d", "a/c/d/e/f " },
        { "a.pdf/", "" },
        { "none/at/all", "" },
        { "z", "" },
    };
    auto_place place = place_new();
    auto_free char *pipe_path = folder_path(place.folder, "a/pipe"),
                   *link_path = folder_path(place.folder, "a/link");
    struct store_found found;
    struct err err = { 0 };

    for (size_t i = 0; i < lengthof(keys); i++)
        CHECK_AT(i, put(place.store, keys[i], span_of(keys[i]), &found, &err) == STORE_MADE);
    CHECK(mkfifo(pipe_path, 0600) == 0 && symlink("b.pdf", link_path) == 0);
    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_list *list = NULL;
        auto_str all = STR_MAX(KIB(4));
        struct store_entry entry;
        enum step step;

        CHECK_AT(i, store_list(place.store, cases[i].prefix, &list, &err));
        while ((step = store_list_next(list, &entry, &err)) == STEP_ROW) {
            CHECK_AT(i, entry.size_bytes == strlen(entry.key));
            str_printf(&all, "%s ", entry.key);
        }
        CHECK_AT(i, step == STEP_END);
        CHECK_STR(str_text(&all), cases[i].want);
    }
}

/* An object that vanishes meanwhile is not listed, and the listing does not fail. */
TEST(a_listing_outlives_what_it_lists)
{
    auto_place place = place_new();
    auto_list *list = NULL;
    struct store_entry entry;
    struct store_found found;
    struct err err = { 0 };

    CHECK(put(place.store, "a", span_of("x"), &found, &err) == STORE_MADE);
    CHECK(put(place.store, "b", span_of("x"), &found, &err) == STORE_MADE);
    CHECK(put(place.store, "c/d", span_of("x"), &found, &err) == STORE_MADE);
    CHECK(store_list(place.store, "", &list, &err));
    CHECK(store_list_next(list, &entry, &err) == STEP_ROW && strcmp(entry.key, "a") == 0);
    CHECK(store_remove(place.store, "b", &err));
    CHECK(store_list_next(list, &entry, &err) == STEP_ROW && strcmp(entry.key, "c/d") == 0);
    CHECK(store_list_next(list, &entry, &err) == STEP_END);
    CHECK(store_list_next(list, &entry, &err) == STEP_END);
}

TEST(a_prefix_stays_below_the_store)
{
    static const char *const prefixes[] = { "../", "a/../", "/", "a//", "a b" };
    auto_place place = place_new();

    for (size_t i = 0; i < lengthof(prefixes); i++) {
        auto_list *list = NULL;
        struct err err = { 0 };

        CHECK_AT(i, !store_list(place.store, prefixes[i], &list, &err) && err.kind == ERR_DATA);
    }
}

/* A process that has ended: its number stays free for a while. */
static pid_t dead_process(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    CHECK(pid > 0 && waitpid(pid, NULL, 0) == pid);
    return pid;
}

/* --- other kinds of disks ------------------------------------------------------------------- */

/* As on NFS and on SMB: a hidden name first, then a link to one's own name, or a new name. */
TEST(each_way_makes_whole_objects_once)
{
    static const struct {
        enum store_trait unnamed, links;
    } ways[] = {
        { STORE_UNKNOWN, STORE_UNKNOWN },
        { STORE_YES, STORE_YES },
        { STORE_NO, STORE_YES },
        { STORE_NO, STORE_NO },
    };

    for (size_t i = 0; i < lengthof(ways); i++) {
        auto_folder *folder = folder_new();
        auto_free char *url = mem_printf("dir:%s", folder), *own = folder_path(folder, ".fmferry");
        struct store_settings settings = { .url = url };
        struct cancel *cancel = cancel_new();
        struct store_found found;
        struct err err = { 0 };
        auto_store *store = NULL;

        settings.traits.unnamed = ways[i].unnamed;
        settings.traits.links = ways[i].links;
        CHECK_AT(i, store_open(&settings, cancel, &store, &err));
        CHECK_AT(i, put(store, "a/b", span_of("first"), &found, &err) == STORE_MADE);
        CHECK_AT(i, put(store, "a/b", span_of("first"), &found, &err) == STORE_SAME);
        CHECK_AT(i, put(store, "a/b", span_of("other"), &found, &err) == STORE_OTHER);
        CHECK_AT(i, put_large(store, "a/c", span_of("first"), 2, &found, &err) == STORE_MADE);
        CHECK_AT(i, put_large(store, "a/c", span_of("other"), 2, &found, &err) == STORE_OTHER);
        CHECK_STR(err.msg, "");
        CHECK_AT(i, folder_files(folder) == 2);
        CHECK_AT(i, access(own, F_OK) < 0 || folder_files(own) == 0);
        cancel_free(cancel);
    }
}

/* A dead maker's file goes; one whose maker lives, or may live elsewhere, stays for a day. */
TEST(what_a_crash_left_is_removed_and_never_listed)
{
    auto_place place = place_new();
    auto_free char *own = folder_path(place.folder, ".fmferry"), *mine = folder_partial_name();
    const char *pid = strchr(mine, '-') + 1, *behind = strchr(pid, '-');
    pid_t gone = dead_process();
    auto_free char *dead = mem_printf("%s/%.*s-%d%s", own, (int)(pid - mine - 1), mine, (int)gone,
                                      behind),
                   *living = mem_printf("%s/%s", own, mine),
                   *elsewhere = mem_printf("%s/0123456789ab-%d-x", own, (int)gone),
                   *elsewhere_old = mem_printf("%s/0123456789ab-%d-y", own, (int)gone);
    const struct timespec long_ago[2] = { { 1000000000, 0 }, { 1000000000, 0 } };
    struct store_traits traits = { 0 };
    struct store_entry entry;
    auto_list *list = NULL;
    struct err err = { 0 };

    CHECK(mkdir(own, 0700) == 0);
    CHECK(fs_write(dead, span_of("x"), 0600, &err) && fs_write(living, span_of("x"), 0600, &err)
          && fs_write(elsewhere, span_of("x"), 0600, &err)
          && fs_write(elsewhere_old, span_of("x"), 0600, &err));
    CHECK(utimensat(AT_FDCWD, elsewhere_old, long_ago, 0) == 0);
    CHECK(store_list(place.store, "", &list, &err)
          && store_list_next(list, &entry, &err) == STEP_END);
    CHECK(store_probe(place.store, &traits, &err));
    CHECK(access(dead, F_OK) < 0 && access(elsewhere_old, F_OK) < 0);
    CHECK(access(living, F_OK) == 0 && access(elsewhere, F_OK) == 0);
}

/* --- things in the way ---------------------------------------------------------------------- */

/* A link under a key is neither followed nor replaced. */
TEST(a_link_is_not_followed)
{
    auto_place place = place_new();
    auto_folder *elsewhere = folder_new();
    auto_free char *target = folder_path(elsewhere, "target"),
                   *link_path = folder_path(place.folder, "link");
    auto_free char *loose = folder_path(place.folder, "loose"),
                   *nothing = folder_path(elsewhere, "nothing");
    const char *const keys[] = { "link", "loose" };
    auto_str text = STR_MAX(KIB(1));
    struct err err = { 0 };

    CHECK(fs_write(target, span_of("theirs"), 0600, &err));
    CHECK(symlink(target, link_path) == 0 && symlink(nothing, loose) == 0);
    for (size_t i = 0; i < lengthof(keys); i++) {
        struct store_found found = { 0 };

        CHECK_AT(i, put(place.store, keys[i], span_of("theirs"), &found, &err) == -1);
        CHECK_AT(i, err.kind == ERR_OS && err.code == ELOOP);
        CHECK_AT(i, !store_look(place.store, keys[i], &found, &err) && err.kind == ERR_OS);
    }
    CHECK(fs_read(target, &text, &err) && span_is(str_span(&text), "theirs"));
    CHECK(folder_files(elsewhere) == 1);
}

TEST(what_is_no_file_is_no_object)
{
    auto_place place = place_new();
    auto_free char *folder = folder_path(place.folder, "folder"),
                   *pipe_path = folder_path(place.folder, "pipe");
    struct store_found found = { 0 };
    struct err err = { 0 };

    CHECK(mkdir(folder, 0700) == 0 && mkfifo(pipe_path, 0600) == 0);
    CHECK(put(place.store, "folder", span_of("x"), &found, &err) == STORE_OTHER);
    CHECK(store_look(place.store, "folder", &found, &err) && found.is_folder);
    CHECK(put(place.store, "pipe", span_of("x"), &found, &err) != STORE_MADE);
    CHECK(put(place.store, "a", span_of("x"), &found, &err) == STORE_MADE);
    CHECK(put(place.store, "a/b", span_of("x"), &found, &err) == -1 && err.code == ENOTDIR);
    CHECK(store_look(place.store, "a/b", &found, &err) && !found.exists);
    CHECK(store_look(place.store, "no/such/thing", &found, &err) && !found.exists);
}

/* Foreign keys, and links above them: nothing is made, read, removed or listed elsewhere. */
TEST(a_link_above_a_key_is_not_followed)
{
    auto_place place = place_new();
    auto_folder *elsewhere = folder_new();
    auto_free char *target = folder_path(elsewhere, "b"), *above = folder_path(place.folder, "a"),
                   *inner = folder_path(elsewhere, "inner");

    CHECK(mkdir(inner, 0700) == 0 && symlink(elsewhere, above) == 0);
    for (size_t walk = 0; walk < 2; walk++) {
        static const char *const keys[] = { "a/b", "a/c", "a/inner/x", "a/new/x" };
        struct err err = { 0 };

        CHECK_AT(walk, fs_write(target, span_of("theirs"), 0600, &err));
        for (size_t i = 0; i < lengthof(keys); i++) {
            struct store_found found = { 0 };
            auto_reader *reader = NULL;
            auto_list *list = NULL;

            CHECK_AT(i, put(place.store, keys[i], span_of("theirs"), &found, &err) == -1);
            CHECK_AT(i, err.kind == ERR_OS && err.code == ELOOP);
            CHECK_AT(i, put_large(place.store, keys[i], span_of("x"), 1, &found, &err) == -1);
            CHECK_AT(i, !store_look(place.store, keys[i], &found, &err) && err.code == ELOOP);
            CHECK_AT(i, !store_get(place.store, keys[i], &reader, &err) && err.code == ELOOP);
            CHECK_AT(i, !store_remove(place.store, keys[i], &err) && err.code == ELOOP);
            CHECK_AT(i, !store_list(place.store, "a/", &list, &err) && err.code == ELOOP);
        }
        CHECK_AT(walk, folder_files(elsewhere) == 1 && folder_folders(elsewhere) == 1);
        beneath_walk_only();
    }
}

TEST(a_path_beneath_is_what_it_says)
{
    static const struct {
        const char *path;
        bool good;
    } cases[] = {
        { "a", true },     { "a/b", true },    { "..a/b..", true },    { "a b/\xc3\xa4", true },
        { "", false },     { "/", false },     { "/etc", false },      { "a/", false },
        { "a//b", false }, { ".", false },     { "..", false },        { "a/..", false },
        { "../a", false }, { "a/./b", false }, { "a/../../b", false }, { "a\nb", false },
        { "\x7f", false },
    };

    for (size_t i = 0; i < lengthof(cases); i++)
        CHECK_AT(i, beneath_is_good(cases[i].path) == cases[i].good);
}

/* A disk that is not mounted is an empty folder, or none. */
TEST(a_folder_that_was_used_is_known_again)
{
    auto_folder *folder = folder_new();
    auto_free char *path = folder_path(folder, "store"), *gone = folder_path(folder, "gone"),
                   *marker = folder_path(folder, "store/.fmferry"),
                   *old = folder_path(folder, "store/old.pdf"),
                   *lost = folder_path(folder, "store/lost+found"),
                   *url = mem_printf("dir:%s", path), *gone_url = mem_printf("dir:%s", gone);
    struct cancel *cancel = cancel_new();
    struct store_settings settings = { .url = url }, other = { .url = gone_url };
    struct err err = { 0 };
    auto_store *first = NULL, *empty = NULL, *with_marker = NULL, *with_files = NULL, *none = NULL;

    CHECK(store_open(&settings, cancel, &first, &err)
          && store_probe(first, &settings.traits, &err));
    CHECK(access(marker, F_OK) == 0 && store_open(&settings, cancel, &with_marker, &err));
    CHECK(rmdir(marker) == 0 && mkdir(lost, 0700) == 0);
    CHECK(!store_open(&settings, cancel, &empty, &err) && err.kind == ERR_USAGE);
    CHECK(strstr(err.msg, "mounted") && strstr(err.msg, "mkdir"));
    CHECK(fs_write(old, span_of("x"), 0600, &err));
    CHECK(store_open(&settings, cancel, &with_files, &err));
    other.traits = settings.traits;
    CHECK(!store_open(&other, cancel, &none, &err) && strstr(err.msg, "mounted"));
    CHECK(access(gone, F_OK) < 0);
    cancel_free(cancel);
}

static unsigned mode_of(const char *path)
{
    struct stat about = { 0 };

    CHECK(stat(path, &about) == 0);
    return about.st_mode & 07777;
}

TEST(modes_and_group_are_as_asked_for)
{
    static const struct {
        const char *file, *folder;
        unsigned is_file, is_folder; /* 0: refused */
    } cases[] = {
        { NULL, NULL, 0600, 0700 },  { "", "", 0600, 0700 },          { "0640", NULL, 0640, 0750 },
        { "644", NULL, 0644, 0755 }, { "0660", "2770", 0660, 02770 }, { NULL, "0711", 0600, 0711 },
        { "0400", NULL, 0, 0 },      { "0777", NULL, 0, 0 },          { "rw-r-----", NULL, 0, 0 },
        { "8", NULL, 0, 0 },
    };
    mode_t before = umask(0077);

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_folder *folder = folder_new();
        auto_free char *url = mem_printf("dir:%s/s", folder), *file = folder_path(folder, "s/a/b"),
                       *above = folder_path(folder, "s/a"), *top = folder_path(folder, "s");
        auto_free char *group = mem_printf("%u", (unsigned)getegid());
        struct store_settings settings = {
            .url = url, .file_mode = cases[i].file, .folder_mode = cases[i].folder, .group = group
        };
        struct cancel *cancel = cancel_new();
        struct store_found found;
        struct err err = { 0 };
        auto_store *store = NULL;

        if (!cases[i].is_file) {
            CHECK_AT(i, !store_open(&settings, cancel, &store, &err) && err.kind == ERR_USAGE);
            CHECK_AT(i, strstr(err.msg, "file_mode") != NULL);
        } else {
            CHECK_AT(i, store_open(&settings, cancel, &store, &err)
                            && store_probe(store, &settings.traits, &err));
            CHECK_AT(i, put(store, "a/b", span_of("x"), &found, &err) == STORE_MADE);
            CHECK_AT(i, mode_of(file) == cases[i].is_file);
            CHECK_AT(i, mode_of(above) == cases[i].is_folder && mode_of(top) == cases[i].is_folder);
        }
        cancel_free(cancel);
    }
    (void)umask(before);
}

/* --- keys ----------------------------------------------------------------------------------- */

static char *repeated(char c, size_t count)
{
    char *text = mem_zero(count + 1);

    memset(text, c, count);
    return text;
}

TEST(keys_keep_rules)
{
    auto_free char *segment = repeated('s', 200), *file = repeated('f', 200),
                   *long_segment = repeated('s', 201);
    auto_free char *most =
        mem_printf("%s/%s/%s/%s/%.96s", segment, segment, segment, segment, segment);
    auto_free char *more =
        mem_printf("%s/%s/%s/%s/%.97s", segment, segment, segment, segment, segment);
    const struct {
        const char *key;
        bool good;
    } cases[] = {
        { "z", true },
        { "patients/x/AZaz09._=+~-.pdf", true },
        { "a/.b/c", true },
        { "a/...", true },
        { file, true },
        { most, true },
        { "", false },
        { "/", false },
        { "/a", false },
        { "a/", false },
        { "a//b", false },
        { ".", false },
        { "..", false },
        { "a/./b", false },
        { "../a", false },
        { "a/..", false },
        { "a b", false },
        { "a\nb", false },
        { "a\\b", false },
        { "a%2fb", false },
        { "\xc3\xa4", false },
        { "a:b", false },
        { ".fmferry-store", false },
        { "a/.fmferry-store", true },
        { long_segment, false },
        { more, false },
    };
    auto_place place = place_new();

    CHECK(strlen(most) == STORE_KEY_MAX);
    for (size_t i = 0; i < lengthof(cases); i++) {
        struct store_object object = object_of(cases[i].key, span_of("x"));
        struct store_found found = { 0 };
        auto_large *large = NULL;
        struct err err = { 0 };

        CHECK_AT(i, store_key_is_good(cases[i].key) == cases[i].good);
        CHECK_AT(i, (put(place.store, cases[i].key, span_of("x"), &found, &err) == STORE_MADE)
                        == cases[i].good);
        CHECK_AT(i, store_look(place.store, cases[i].key, &found, &err) == cases[i].good);
        CHECK_AT(i, store_large_begin(place.store, &object, &large, &err) == cases[i].good);
        CHECK_AT(i, cases[i].good || err.kind == ERR_DATA);
    }
}

/* --- opening and trying --------------------------------------------------------------------- */

TEST(a_store_is_opened_or_said_why_not)
{
    auto_folder *folder = folder_new();
    auto_free char *file = folder_path(folder, "file"), *at_file = mem_printf("dir:%s", file);
    auto_free char *below_file = mem_printf("dir:%s/x", file),
                   *deep = mem_printf("dir:%s/a/b/c", folder);
    struct cancel *cancel = cancel_new();
    const struct {
        const char *url;
        enum err_kind kind;
    } cases[] = {
        { deep, ERR_NONE },     { deep, ERR_NONE },         { at_file, ERR_OS },
        { below_file, ERR_OS }, { "", ERR_USAGE },          { "dir:", ERR_USAGE },
        { "/a/b", ERR_USAGE },  { "ftp://x/y", ERR_USAGE },
    };
    struct err err = { 0 };

    CHECK(fs_write(file, span_of("x"), 0600, &err));
    for (size_t i = 0; i < lengthof(cases); i++) {
        struct store_settings settings = { .url = cases[i].url };
        auto_store *store = NULL;

        err = (struct err){ 0 };
        CHECK_AT(i, store_open(&settings, cancel, &store, &err) == (cases[i].kind == ERR_NONE));
        CHECK_AT(i, err.kind == cases[i].kind && (store != NULL) == (err.kind == ERR_NONE));
        if (store)
            CHECK_AT(i, *store_bucket(store) == '\0' && *store_name(store));
    }
    CHECK(folder_folders(folder) == 3);
    cancel_free(cancel);
}

TEST(trying_leaves_nothing)
{
    auto_place place = place_new();
    struct store_traits traits = { 0 };
    struct store_found found;
    struct err err = { 0 };

    for (size_t i = 0; i < 2; i++) {
        CHECK_AT(i, store_probe(place.store, &traits, &err));
        CHECK_AT(i, !store_needs_hash_keys(&traits, true));
        CHECK_AT(i, folder_files(place.folder) == i); /* the marker is a folder */
        CHECK_AT(i, put(place.store, "there", span_of("x"), &found, &err) >= 0);
    }
}

TEST(what_a_killed_trial_left_is_removed)
{
    auto_place place = place_new();
    struct store_traits traits = { 0 };
    struct store_found found;
    struct err err = { 0 };
    const struct {
        char key[64];
        bool stays;
    } cases[] = {
        { "fmferry-probe-0", true },
        { "fmferry-probe-x", true },
        { "fmferry-probe-1", true }, /* lives */
        { "fmferry-probes", true },
        { "patients/fmferry-probe-4194304", true },
        { "", false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_free char *dead = mem_printf("fmferry-probe-%d", (int)dead_process());
        const char *key = *cases[i].key ? cases[i].key : dead;

        CHECK_AT(i, put(place.store, key, span_of("1"), &found, &err) >= 0);
        CHECK_AT(i, store_probe(place.store, &traits, &err));
        CHECK_AT(i, store_look(place.store, key, &found, &err) && found.exists == cases[i].stays);
    }
}

/* The errors of a folder where nothing may be made; root may do anything, so it steps down. */
TEST(a_folder_that_is_not_ours_is_told)
{
    auto_place place = place_new();
    bool is_root = geteuid() == 0;
    struct store_traits traits;
    struct store_found found;
    struct err err = { 0 };

    CHECK(chmod(place.folder, 0555) == 0 && (!is_root || seteuid(NOBODY) == 0));
    CHECK(!store_probe(place.store, &traits, &err) && err.kind == ERR_OS && err.code == EACCES);
    CHECK(put(place.store, "a/b", span_of("x"), &found, &err) == -1);
    CHECK(err.kind == ERR_OS && err.code == EACCES);
    CHECK((!is_root || seteuid(0) == 0) && chmod(place.folder, 0700) == 0);
    CHECK(put(place.store, "a/b", span_of("x"), &found, &err) == STORE_MADE);
}
