/*
 * By libarchive. It spells names in the thread's own character set, which is set to UTF-8 for each
 * call: the program itself stays in the C locale.
 */
#include "console/taking/zip_writer.h"

#include "base/mem.h"
#include "base/time.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

/* What one call makes at most: an entry's bytes, or the list of all entries at the end. */
enum { MADE_MAX = 4 * 1024 * 1024 };

struct zip_writer {
    struct archive *archive;
    locale_t utf8;
    struct str made;
    size_t taken;
};

static la_ssize_t made_keep(struct archive *archive, void *arg, const void *bytes, size_t size)
{
    struct zip_writer *writer = arg;

    (void)archive;
    str_add(&writer->made, bytes, size);
    return (la_ssize_t)size;
}

/* Whether a call was good, and what it made is all there. */
static bool was_good(struct zip_writer *writer, int code, struct err *err)
{
    if (code != ARCHIVE_OK)
        return err_set(err, ERR_OS, archive_errno(writer->archive), "making a ZIP: %s",
                       archive_error_string(writer->archive));
    return !writer->made.cut || err_set(err, ERR_OS, 0, "making a ZIP: too much at once");
}

static bool archive_begin(struct zip_writer *writer, struct err *err)
{
    locale_t before = uselocale(writer->utf8);
    struct archive *a = writer->archive;
    bool good =
        was_good(writer, archive_write_set_format_zip(a), err)
        && was_good(writer,
                    archive_write_set_options(a, "zip:compression=store,zip:hdrcharset=UTF-8"), err)
        && was_good(writer, archive_write_set_bytes_per_block(a, 0), err)
        && was_good(writer, archive_write_set_bytes_in_last_block(a, 1), err)
        && was_good(writer, archive_write_open(a, writer, NULL, made_keep, NULL), err);

    (void)uselocale(before);
    return good;
}

bool zip_writer_new(struct zip_writer **writer_r, struct err *err)
{
    struct zip_writer *writer = mem_new(struct zip_writer);

    *writer = (struct zip_writer){ .archive = archive_write_new(), .made = STR_MAX(MADE_MAX) };
    writer->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (!writer->utf8) {
        zip_writer_free(writer);
        return err_os(err, "the character set UTF-8");
    }
    if (!archive_begin(writer, err)) {
        zip_writer_free(writer);
        return false;
    }
    *writer_r = writer;
    return true;
}

void zip_writer_free(struct zip_writer *writer)
{
    if (!writer)
        return;
    (void)archive_write_free(writer->archive);
    if (writer->utf8)
        freelocale(writer->utf8);
    str_clear(&writer->made);
    free(writer);
}

bool zip_writer_entry(struct zip_writer *writer, const char *name, int64_t size, int64_t at_us,
                      struct err *err)
{
    struct archive_entry *entry = archive_entry_new();
    locale_t before = uselocale(writer->utf8);
    bool good;

    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0600);
    archive_entry_set_size(entry, size);
    archive_entry_set_mtime(entry, at_us / TIME_SECOND, 0);
    good = was_good(writer, archive_write_header(writer->archive, entry), err);
    (void)uselocale(before);
    archive_entry_free(entry);
    return good;
}

bool zip_writer_add(struct zip_writer *writer, struct span bytes, struct err *err)
{
    la_ssize_t put = archive_write_data(writer->archive, bytes.at, bytes.size);

    if (put != (la_ssize_t)bytes.size)
        return err_set(err, ERR_OS, 0, "making a ZIP: an entry has another size than was said");
    return was_good(writer, ARCHIVE_OK, err);
}

bool zip_writer_end(struct zip_writer *writer, struct err *err)
{
    locale_t before = uselocale(writer->utf8);
    bool good = was_good(writer, archive_write_close(writer->archive), err);

    (void)uselocale(before);
    return good;
}

size_t zip_writer_take(struct zip_writer *writer, char *to, size_t room)
{
    size_t left = writer->made.size - writer->taken, size = left < room ? left : room;

    if (left == 0)
        return 0;
    memcpy(to, writer->made.at + writer->taken, size);
    writer->taken += size;
    if (writer->taken == writer->made.size) {
        str_reset(&writer->made);
        writer->taken = 0;
    }
    return size;
}
