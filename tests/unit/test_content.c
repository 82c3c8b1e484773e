/* What bytes are, by their beginning; and pages that came instead of a file. */
#include "move/content.h"

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
    struct content_reader *reader = NULL;
    struct err err = { 0 };

    CHECK(content_reader_new(&reader, &err));
    for (size_t i = 0; reader && i < lengthof(files); i++) {
        struct content content;

        content_tell(reader, files[i].bytes, &content);
        CHECK_STR(content.mime, files[i].mime);
        CHECK_STR(content.ext, files[i].ext);
    }
    content_reader_free(reader);
    content_reader_free(NULL);
}

/* A long file is told by its start, and whatever it is, type and extension have a form. */
TEST(every_file_has_a_type_and_an_extension)
{
    enum { SIZE = 300000 };
    struct content_reader *reader = NULL;
    auto_free char *bytes = mem_zero(SIZE);
    uint64_t state = 1;
    struct err err = { 0 };

    CHECK(content_reader_new(&reader, &err));
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (char)((state = state * 6364136223846793005u + 1) >> 56);
    for (size_t i = 0; reader && i < 2000; i++) {
        struct content content;

        content_tell(reader, span_first((struct span){ bytes + i, SIZE - i }, i % 64), &content);
        CHECK_AT(i, strchr(content.mime, '/') && *content.ext && strlen(content.ext) <= 15);
        CHECK_AT(i, strspn(content.ext, "abcdefghijklmnopqrstuvwxyz0123456789")
                        == strlen(content.ext));
    }
    memcpy(bytes, "%PDF-1.4\n", 9);
    if (reader) {
        struct content content;

        content_tell(reader, (struct span){ bytes, SIZE }, &content);
        CHECK_STR(content.ext, "pdf");
    }
    content_reader_free(reader);
}

static void *tell_all(void *arg)
{
    struct content_reader *reader = arg;
    size_t good = 0;

    for (size_t i = 0; i < 10 * lengthof(files); i++) {
        struct content content;

        content_tell(reader, files[i % lengthof(files)].bytes, &content);
        good += strcmp(content.ext, files[i % lengthof(files)].ext) == 0;
    }
    return (void *)good;
}

TEST(many_threads_share_one_reader)
{
    enum { THREADS = 4 };
    struct content_reader *reader = NULL;
    pthread_t threads[THREADS];
    struct err err = { 0 };

    CHECK(content_reader_new(&reader, &err));
    for (size_t i = 0; i < THREADS; i++)
        CHECK_AT(i, pthread_create(&threads[i], NULL, tell_all, reader) == 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *good = NULL;

        CHECK_AT(i, pthread_join(threads[i], &good) == 0);
        CHECK_AT(i, (size_t)good == 10 * lengthof(files));
    }
    content_reader_free(reader);
}

#define MESSAGE "{\"messages\":[{\"code\":\"952\",\"message\":\"Invalid token\"}],\"response\":{}}"
#define PROLOG "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

TEST(a_page_instead_of_a_file_is_noticed)
{
    static const struct {
        struct span bytes;
        const char *ext; /* as the container's URL said */
        bool is_page;
    } cases[] = {
        { BYTES("<!DOCTYPE html><html><body>502</body></html>"), NULL, true },
        { BYTES("<!doctype HTML>"), "pdf", true },
        { BYTES("\r\n\t <html lang=\"en\">"), "PDF", true },
        { BYTES("\xef\xbb\xbf<html>"), NULL, true },
        { BYTES("<HEAD><TITLE>Error</TITLE></HEAD>"), "docx", true },
        { BYTES(PROLOG "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\">"), NULL, true },
        { BYTES(PROLOG "<html xmlns=\"http://www.w3.org/1999/xhtml\">"), "pdf", true },
        { BYTES(MESSAGE), NULL, true },
        { BYTES(" \n" MESSAGE), "pdf", true },
        { BYTES("<html>"), "html", false },
        { BYTES("<html>"), "HTM", false },
        { BYTES(PROLOG "<html>"), "xhtml", false },
        { BYTES(MESSAGE), "json", false },
        { BYTES(MESSAGE), "txt", false },
        { BYTES(MESSAGE), "html", true },
        { BYTES("<html>"), "json", true },
        { BYTES("{\"name\":\"a JSON document\"}"), NULL, false },
        { BYTES("{\"messages\":"), NULL, false },
        { BYTES(PROLOG "<ClinicalDocument>"), NULL, false },
        { BYTES("<htmlish"), NULL, true },
        { BYTES("<svg><html>"), NULL, false },
        { BYTES("%PDF-1.4 <html>"), NULL, false },
        { BYTES("From: <html>"), NULL, false },
        { BYTES("<?xml"), NULL, false },
        { BYTES("<"), NULL, false },
        { BYTES(""), NULL, false },
    };

    for (size_t i = 0; i < lengthof(cases); i++)
        CHECK_AT(i,
                 content_is_error_page(cases[i].bytes, span_of(cases[i].ext)) == cases[i].is_page);
}
