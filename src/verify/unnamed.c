/*
 * Hashes of paths that records say, and of files, are sorted together; a file's without a record's beside it is
 * one of those that are looked for. To tell their paths the folder is walked a second time.
 */
#include "verify/unnamed.h"

#include "base/digest.h"
#include "base/mem.h"
#include "verify/pack.h"
#include "verify/sorter.h"

enum { SAID, LIES_THERE, GROWN_BY = 1024, SORT_MEMORY = 4 * 1024 * 1024 };

struct unnamed {
    struct sorter *sorter;
    struct sha256 *files; /* those that no record names, ascending */
    size_t count;
};

struct unnamed *unnamed_new(void)
{
    struct unnamed *unnamed = mem_new(struct unnamed);

    unnamed->sorter = sorter_new(SORT_MEMORY);
    return unnamed;
}

void unnamed_free(struct unnamed *unnamed)
{
    if (!unnamed)
        return;
    sorter_free(unnamed->sorter);
    free(unnamed->files);
    free(unnamed);
}

static bool path_add(struct unnamed *unnamed, struct span path, uint8_t what, struct err *err)
{
    auto_str entry = STR_MAX(SHA256_SIZE + 1);
    struct sha256 hash = sha256_of(path);

    pack_bytes(&entry, hash.bytes, SHA256_SIZE);
    pack_u8(&entry, what);
    return sorter_add(unnamed->sorter, str_span(&entry), err);
}

bool unnamed_note(struct unnamed *unnamed, struct span path, struct err *err)
{
    return path.size == 0 || path_add(unnamed, path, SAID, err);
}

static bool file_add(void *arg, const struct folder_entry *entry, struct err *err)
{
    return path_add(arg, span_of(entry->path), LIES_THERE, err);
}

static void file_keep(struct unnamed *unnamed, struct span hash)
{
    if (unnamed->count % GROWN_BY == 0)
        unnamed->files =
            mem_grow(unnamed->files, (unnamed->count + GROWN_BY) * sizeof *unnamed->files);
    memcpy(unnamed->files[unnamed->count++].bytes, hash.at, SHA256_SIZE);
}

/* What records say sorts before what lies there. */
static bool files_find(struct unnamed *unnamed, struct err *err)
{
    struct sha256 said = { 0 };
    struct span entry;
    enum step step;

    if (!sorter_end(unnamed->sorter, err))
        return false;
    while ((step = sorter_next(unnamed->sorter, &entry, err)) == STEP_ROW) {
        struct span hash = unpack_bytes(&entry, SHA256_SIZE);

        if (unpack_u8(&entry) == SAID)
            memcpy(said.bytes, hash.at, SHA256_SIZE);
        else if (memcmp(said.bytes, hash.at, SHA256_SIZE) != 0)
            file_keep(unnamed, hash);
    }
    return step == STEP_END;
}

/* --- telling -------------------------------------------------------------------------------- */

struct telling {
    const struct unnamed *unnamed;
    verify_unnamed_told *tell;
    void *arg;
};

static int hashes_compare(const void *left, const void *right)
{
    return memcmp(left, right, SHA256_SIZE);
}

static bool file_tell(void *arg, const struct folder_entry *entry, struct err *err)
{
    const struct telling *t = arg;
    struct sha256 hash = sha256_of(span_of(entry->path));

    return !bsearch(&hash, t->unnamed->files, t->unnamed->count, sizeof hash, hashes_compare)
           || t->tell(t->arg, entry->path, err);
}

bool unnamed_judge(struct unnamed *unnamed, const struct backup *backup, verify_unnamed_told *tell,
                   void *arg, struct verify_outside *outside_r, struct err *err)
{
    struct telling telling = { unnamed, tell, arg };
    struct backup_files files;

    if (!backup_walk(backup, file_add, unnamed, &files, err) || !files_find(unnamed, err))
        return false;
    *outside_r = (struct verify_outside){ .files = files.files, .unnamed = unnamed->count };
    return !tell || unnamed->count == 0 || backup_walk(backup, file_tell, &telling, &files, err);
}
