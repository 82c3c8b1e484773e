/* Opens a file: header, proof, and what the file says of itself. */
#include "fmp12/fmp12.h"

#include "base/mem.h"
#include "fmp12/cursor.h"
#include "fmp12/scsu.h"
#include "fmp12/tree.h"

struct fmp12_file {
    struct fmp12_sectors *sectors;
    struct fmp12_facts facts;
};

/* Where the file has the version of the FileMaker that wrote it last. */
enum { ABOUT_FILE = 2, ABOUT_VERSION = 3 };

static void file_close(struct fmp12_file *file)
{
    if (!file)
        return;
    fmp12_sectors_close(file->sectors);
    free(file);
}

void auto_fmp12_cleanup(struct fmp12_file **file)
{
    file_close(*file);
}

/* Puts the sentence around what was found wrong. */
static bool file_refuse(const char *path, struct err *err)
{
    if (err->kind != ERR_DATA)
        return err_ctx(err, "'%s'", path);
    if (err->code == FMP12_ENCRYPTED)
        return err_set(err, ERR_DATA, FMP12_ENCRYPTED,
                       "'%s' is encrypted, or damaged (%s): make a readable copy with " FMP12_TOOL
                       " -encryption_key PASSWORD, and name COPY.fmp12",
                       path, err->msg);
    return err_set(err, ERR_DATA, err->code ? err->code : FMP12_DAMAGED,
                   "'%s' is damaged, or was copied while it was open (%s): " FMP12_COPY_AGAIN, path,
                   err->msg);
}

static bool version_read(struct fmp12_file *file, struct err *err)
{
    auto_fmp12_cursor *cursor = fmp12_cursor_new(file->sectors);
    struct fmp12_path top = { 0 };
    auto_str version = STR_MAX(sizeof file->facts.version - 1);
    struct scsu scsu = { .units_most = sizeof file->facts.version - 1 };
    struct err vague;
    enum step step;

    fmp12_path_push_number(&top, ABOUT_FILE);
    fmp12_path_push_number(&top, ABOUT_VERSION);
    if (!fmp12_cursor_below(cursor, &top, err))
        return false;
    step = fmp12_cursor_next(cursor, err);
    scsu.rest = step == STEP_ROW ? fmp12_cursor_value(cursor) : SPAN_NONE;
    if (step == STEP_ROW && scsu_read(&scsu, true, &version, &vague))
        memcpy(file->facts.version, str_text(&version), version.size + 1);
    return step != STEP_ERROR;
}

bool fmp12_open(const char *path, struct fmp12_file **file_r, struct err *err)
{
    auto_fmp12 *file = mem_new(struct fmp12_file);
    struct fmp12_tree tree;

    if (!fmp12_sectors_open(path, &file->sectors, err))
        return false;
    if (!fmp12_tree_prove(file->sectors, &tree, err) || !version_read(file, err))
        return file_refuse(path, err);
    file->facts.size_bytes = (uint64_t)fmp12_sectors_count(file->sectors) * FMP12_SECTOR_SIZE;
    file->facts.written_us = fmp12_sectors_written_us(file->sectors);
    file->facts.sha256 = tree.sha256;
    file->facts.leaves = tree.leaves;
    file->facts.entries = tree.entries;
    if (!fmp12_unchanged(file, err))
        return false;
    *file_r = take(file);
    return true;
}

const struct fmp12_facts *fmp12_facts(const struct fmp12_file *file)
{
    return &file->facts;
}

const struct fmp12_sectors *fmp12_file_sectors(const struct fmp12_file *file)
{
    return file->sectors;
}

bool fmp12_unchanged(const struct fmp12_file *file, struct err *err)
{
    return fmp12_sectors_same(file->sectors, err);
}
