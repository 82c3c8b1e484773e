/*
 * Any bytes as an office document, and any XML as the part of one that has its words: what is read
 * fits into its room, and ends.
 */
#include "fuzz.h"

#include "office.h"

#include <archive.h>
#include <archive_entry.h>

enum { ROOM = 4096 };

static char room[WIRE_ROOM];

static void document_read(struct span bytes)
{
    struct picture picture = { .room = room };
    enum wire_shape shape = office_read(bytes, &picture);

    assert(shape == WIRE_OK || shape == WIRE_DAMAGED || shape == WIRE_TOO_LARGE
           || shape == WIRE_NO_PICTURE);
    assert(picture.text_size <= WIRE_TEXT_MAX && (shape == WIRE_OK || picture.text_size == 0));
}

/* A ZIP whose one part has these bytes, as they are. */
static void part_put(const char *name, struct span bytes)
{
    size_t size = bytes.size + ROOM, used = 0;
    char *zip = malloc(size);
    struct archive *archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();

    assert(zip && archive && entry);
    assert(archive_write_set_format_zip(archive) == ARCHIVE_OK);
    assert(archive_write_zip_set_compression_store(archive) == ARCHIVE_OK);
    assert(archive_write_open_memory(archive, zip, size, &used) == ARCHIVE_OK);
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_size(entry, (int64_t)bytes.size);
    assert(archive_write_header(archive, entry) == ARCHIVE_OK);
    assert(archive_write_data(archive, bytes.at, bytes.size) == (la_ssize_t)bytes.size);
    assert(archive_write_close(archive) == ARCHIVE_OK);
    archive_entry_free(entry);
    (void)archive_write_free(archive);
    document_read((struct span){ zip, used });
    free(zip);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = fuzz_span(data, size);

    document_read(bytes);
    if (bytes.size == 0 || office_is_known(bytes))
        return 0;
    part_put("word/document.xml", bytes);
    part_put("xl/worksheets/sheet1.xml", bytes);
    part_put("content.xml", bytes);
    return 0;
}
