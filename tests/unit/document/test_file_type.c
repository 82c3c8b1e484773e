/* The type of bytes, by their beginning or their name. */
#include "document/file_type.h"

#include "base/mem.h"
#include "tap.h"

#include <pthread.h>

#define BYTES(words)                                                                               \
    {                                                                                              \
        words, sizeof(words) - 1                                                                   \
    }

static const struct {
    struct span bytes;
    const char *mime, *ext;
} files[] = {
    { BYTES("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), "application/pdf", "pdf" },
    { BYTES("\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"), "image/jpeg", "jpg" },
    { BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\10\6\0\0\0"), "image/png", "png" },
    { BYTES("II*\0\10\0\0\0\0\0\0\0\0\0\0\0"), "image/tiff", "tiff" },
    { BYTES("MM\0*\0\0\0\10\0\0\0\0\0\0\0\0"), "image/tiff", "tiff" },
    { BYTES("GIF89a\1\0\1\0\x80\0\0"), "image/gif", "gif" },
    { BYTES("\0\0\0\x18"
            "ftypheic\0\0\0\0mif1heic"),
      "image/heic", "heic" },
    { BYTES("RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0"), "image/webp", "webp" },
    { BYTES("{\\rtf1\\ansi\\deff0 {\\fonttbl}}"), "text/rtf", "rtf" },
    { BYTES("<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>"),
      "image/svg+xml", "svg" },
    { BYTES("Dear doctor,\n\nthank you.\n"), "text/plain", "txt" },
    { BYTES("\xef\xbb\xbfGr\xc3\xbc\xc3\x9f Gott\n"), "text/plain", "txt" },
    { BYTES("<!DOCTYPE html>\n<html><head><title>x</title></head></html>"), "text/html", "html" },
    { BYTES("\0\1\2\3\4\5\6\7"), "application/octet-stream", "bin" },
    { BYTES("\0"), "application/octet-stream", "bin" },
};

TEST(a_file_is_told_by_its_beginning)
{
    struct type_detector *reader = NULL;
    struct err err = { 0 };

    CHECK(type_detector_new(&reader, &err));
    for (size_t i = 0; reader && i < lengthof(files); i++) {
        struct detected_type content;

        file_type_detect(reader, files[i].bytes, &content);
        CHECK_STR(content.mime, files[i].mime);
        CHECK_STR(content.ext, files[i].ext);
    }
    type_detector_free(reader);
    type_detector_free(NULL);
}

/* The beginning tells the type of a long file; every type and extension has a form. */
TEST(every_file_has_a_type_and_an_extension)
{
    enum { SIZE = 300000 };
    struct type_detector *reader = NULL;
    auto_free char *bytes = mem_zero(SIZE);
    uint64_t state = 1;
    struct err err = { 0 };

    CHECK(type_detector_new(&reader, &err));
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (char)((state = state * 6364136223846793005u + 1) >> 56);
    for (size_t i = 0; reader && i < 2000; i++) {
        struct detected_type content;

        file_type_detect(reader, span_first((struct span){ bytes + i, SIZE - i }, i % 64),
                         &content);
        CHECK_AT(i, strchr(content.mime, '/') && *content.ext && strlen(content.ext) <= 15);
        CHECK_AT(i, strspn(content.ext, "abcdefghijklmnopqrstuvwxyz0123456789")
                        == strlen(content.ext));
    }
    memcpy(bytes, "%PDF-1.4\n", 9);
    if (reader) {
        struct detected_type content;

        file_type_detect(reader, (struct span){ bytes, SIZE }, &content);
        CHECK_STR(content.ext, "pdf");
    }
    type_detector_free(reader);
}

static void *tell_all(void *arg)
{
    struct type_detector *reader = arg;
    size_t good = 0;

    for (size_t i = 0; i < 10 * lengthof(files); i++) {
        struct detected_type content;

        file_type_detect(reader, files[i % lengthof(files)].bytes, &content);
        good += strcmp(content.ext, files[i % lengthof(files)].ext) == 0;
    }
    return (void *)good;
}

TEST(many_threads_share_one_reader)
{
    enum { THREADS = 4 };
    struct type_detector *reader = NULL;
    pthread_t threads[THREADS];
    struct err err = { 0 };

    CHECK(type_detector_new(&reader, &err));
    for (size_t i = 0; i < THREADS; i++)
        CHECK_AT(i, pthread_create(&threads[i], NULL, tell_all, reader) == 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *good = NULL;

        CHECK_AT(i, pthread_join(threads[i], &good) == 0);
        CHECK_AT(i, (size_t)good == 10 * lengthof(files));
    }
    type_detector_free(reader);
}

/* Bytes, and the extension that belongs to them. */
struct told {
    struct span bytes;
    const char *ext;
};

static void check_extensions(const struct told *cases, size_t count)
{
    struct type_detector *reader = NULL;
    struct err err = { 0 };

    CHECK(type_detector_new(&reader, &err));
    for (size_t i = 0; reader && i < count; i++) {
        struct detected_type content;

        file_type_detect(reader, cases[i].bytes, &content);
        CHECK_STR(content.ext, cases[i].ext);
    }
    type_detector_free(reader);
}

/* Files that need more than 64 KiB, a start at the first byte, or libmagic's own list. */
TEST(a_pdf_may_begin_late)
{
    static const struct told cases[] = {
        { BYTES("\r\n\0\1junk%PDF-1.4\n1 0 obj\nendobj\n"), "pdf" },
        { BYTES("\0\0\0\0%PDF-2.0\n1 0 obj\n"), "pdf" },
        { BYTES("\0\1\2\3%PDF-x.4\n1 0 obj\n"), "bin" },
        { BYTES("\0\1\2\3%PDF-1.4 and no more"), "bin" },
        { BYTES("\0\1%PDF-"), "bin" },
    };

    check_extensions(cases, lengthof(cases));
}

TEST(what_telephones_and_calendars_make_has_an_extension)
{
    static const struct told cases[] = {
        { BYTES("\0\0\0\x1c"
                "ftypM4A \0\0\0\0M4A mp42isom"),
          "m4a" },
        { BYTES("\0\0\0\x18"
                "ftyp3gp4\0\0\2\0isom3gp4"),
          "3gp" },
        { BYTES("caff\0\1\0\0desc"), "caf" },
        { BYTES("#!AMR\n\x3c\x3c\x3c"), "amr" },
        { BYTES("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"), "ics" },
        { BYTES("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:X\r\nEND:VCARD\r\n"), "vcf" },
        { BYTES("RIFF\x24\0\0\0WAVEfmt "), "wav" },
        { BYTES("FORM\0\0\1\0"
                "AIFFCOMM"),
          "aiff" },
        { BYTES("8BPS\0\1\0\0\0\0"), "psd" },
        { BYTES("\0\0\0\x1c"
                "ftypavif\0\0\0\0avifmif1miaf"),
          "avif" },
    };

    check_extensions(cases, lengthof(cases));
}

static void put_u16(char *at, unsigned n)
{
    at[0] = (char)(n & 255);
    at[1] = (char)(n >> 8);
}

static void put_u32(char *at, unsigned n)
{
    put_u16(at, n & 65535);
    put_u16(at + 2, n >> 16);
}

/* An entry of an OLE directory ([MS-CFB] 2.6). */
static void ole_entry(char *at, const char *name, char kind, unsigned child, unsigned start,
                      unsigned size)
{
    size_t length = strlen(name);

    for (size_t i = 0; i < length; i++)
        at[2 * i] = name[i];
    put_u16(at + 64, (unsigned)(2 * length + 2));
    at[66] = kind;
    at[67] = 1;
    put_u32(at + 68, 0xFFFFFFFF);
    put_u32(at + 72, 0xFFFFFFFF);
    put_u32(at + 76, child);
    put_u32(at + 116, start);
    put_u32(at + 120, size);
}

/* An old Word file whose directory comes after its text: [MS-CFB] with sectors of 512 bytes. */
static char *old_word(size_t *size_r)
{
    enum { SECTOR = 512, TEXT = 200, FATS = 2, ALL = TEXT + FATS + 1 };
    size_t size = (size_t)(ALL + 1) * SECTOR;
    char *bytes = mem_zero(size), *fat = bytes + SECTOR * (1 + TEXT + 1),
         *directory = bytes + SECTOR;

    memcpy(bytes, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
    put_u16(bytes + 24, 0x3E);
    put_u16(bytes + 26, 3);
    put_u16(bytes + 28, 0xFFFE);
    put_u16(bytes + 30, 9);
    put_u16(bytes + 32, 6);
    put_u32(bytes + 44, FATS);
    put_u32(bytes + 48, TEXT); /* where the directory is */
    put_u32(bytes + 56, 4096);
    put_u32(bytes + 60, 0xFFFFFFFE);
    put_u32(bytes + 68, 0xFFFFFFFE);
    memset(bytes + 76, 0xFF, SECTOR - 76);
    put_u32(bytes + 76, TEXT + 1);
    put_u32(bytes + 80, TEXT + 2);
    fat = bytes + (size_t)(TEXT + 2) * SECTOR;
    memset(fat, 0xFF, FATS * SECTOR);
    for (unsigned i = 0; i < TEXT; i++)
        put_u32(fat + 4 * i, i + 1 < TEXT ? i + 1 : 0xFFFFFFFE);
    put_u32(fat + 4 * TEXT, 0xFFFFFFFE);
    put_u32(fat + 4 * (TEXT + 1), 0xFFFFFFFD);
    put_u32(fat + 4 * (TEXT + 2), 0xFFFFFFFD);
    directory = bytes + (size_t)(TEXT + 1) * SECTOR;
    ole_entry(directory, "Root Entry", 5, 1, 0xFFFFFFFE, 0);
    ole_entry(directory + 128, "WordDocument", 2, 0xFFFFFFFF, 0, TEXT * SECTOR);
    *size_r = size;
    return bytes;
}

TEST(an_old_office_file_is_told_by_its_parts_wherever_they_lie)
{
    struct type_detector *reader = NULL;
    struct detected_type content;
    struct err err = { 0 };
    size_t size;
    auto_free char *word = old_word(&size);

    CHECK(size > 96 * 1024);
    CHECK(type_detector_new(&reader, &err));
    if (reader) {
        file_type_detect(reader, (struct span){ word, size }, &content);
        CHECK_STR(content.mime, "application/msword");
        CHECK_STR(content.ext, "doc");
    }
    type_detector_free(reader);
}

TEST(where_the_bytes_tell_nothing_the_name_does)
{
    static const struct {
        const char *mime, *told, *name, *ext;
        bool is_named;
    } cases[] = {
        { FILE_TYPE_UNKNOWN, "bin", "dcm", "dcm", true },
        { FILE_TYPE_UNKNOWN, "bin", "GDT", "gdt", true },
        { FILE_TYPE_UNKNOWN, "bin", "bin", "bin", false },
        { FILE_TYPE_UNKNOWN, "bin", "", "bin", false },
        { FILE_TYPE_UNKNOWN, "bin", "a/b", "bin", false },
        { FILE_TYPE_UNKNOWN, "bin", "p\xc3\xa4", "bin", false },
        { FILE_TYPE_UNKNOWN, "bin", "longerthan8", "bin", false },
        { "application/x-ole-storage", "bin", "xls", "xls", true },
        { "application/zip", "zip", "pages", "pages", true },
        { "application/zip", "zip", "docx", "docx", true },
        { "application/zip", "zip", "pdf", "zip", false },
        { "application/pdf", "pdf", "doc", "pdf", false },
        { "text/plain", "txt", "exe", "txt", false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct detected_type content = { 0 };

        (void)snprintf(content.mime, sizeof content.mime, "%s", cases[i].mime);
        (void)snprintf(content.ext, sizeof content.ext, "%s", cases[i].told);
        file_type_use_name(&content, span_of(cases[i].name));
        CHECK_STR(content.ext, cases[i].ext);
        CHECK_AT(i, content.ext_is_named == cases[i].is_named);
        CHECK_STR(content.mime, cases[i].mime);
    }
}
