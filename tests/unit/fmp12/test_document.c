/* A document is read twice: what the first reading has proven, the second must give, to the end. */
#include "base/fs.h"
#include "base/mem.h"
#include "fmp12/cause.h"
#include "fmp12/document.h"
#include "tap.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* In the small file: an object of 9,000 bytes in pieces of 1,000, and one whose two streams may each be it. */
enum { FILE_MAX = 1024 * 1024, TABLE = 129, LONG = 7, LONG_BYTES = 9000, PIECE = 1000, BOTH = 301 };

static char long_byte(size_t at)
{
    return (char)((6 + 7 * at) % 251);
}

/* A copy of the small file that belongs to this test alone; its path is /proc/self/fd/N. */
static int copy_make(void)
{
    auto_str bytes = STR_MAX(FILE_MAX);
    int fd = memfd_create("copy", MFD_CLOEXEC);
    struct err err = { 0 };

    CHECK(fd >= 0 && fs_read(SMALL, &bytes, &err)
          && fs_write_all(fd, str_span(&bytes), "a copy", &err));
    return fd;
}

/* Where the last piece of the long object lies: behind code, key and length. */
static off_t last_piece(int fd)
{
    auto_str bytes = STR_MAX(FILE_MAX);
    char wanted[20] = { 0x07, LONG_BYTES / PIECE, PIECE >> 8, (char)(PIECE & 0xFF) };
    auto_free char *path = mem_printf("/proc/self/fd/%d", fd);
    struct err err = { 0 };
    const char *at;

    for (size_t i = 4; i < sizeof wanted; i++)
        wanted[i] = long_byte(LONG_BYTES - PIECE + i - 4);
    CHECK(fs_read(path, &bytes, &err));
    at = memmem(bytes.at, bytes.size, wanted, sizeof wanted);
    CHECK(at);
    return at - bytes.at + 4;
}

static void nothing(int fd)
{
    (void)fd;
}

/* Another byte, at another time. */
static void overwrite(int fd)
{
    CHECK(pwrite(fd, "?", 1, last_piece(fd) + 500) == 1);
}

/* Another byte, and the time is as it was: a disk that gives something else the second time. */
static void rot(int fd)
{
    struct stat now;
    struct timespec times[2];

    CHECK(fstat(fd, &now) == 0);
    overwrite(fd);
    times[0] = now.st_atim;
    times[1] = now.st_mtim;
    CHECK(futimens(fd, times) == 0);
}

/* The bytes are the same, and the file was written to. */
static void touch(int fd)
{
    struct timespec times[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };

    CHECK(futimens(fd, times) == 0);
}

static bool rest_read(struct fmp12_document *document, uint64_t *bytes_r, struct err *err)
{
    char room[700];
    size_t got = 1;

    for (*bytes_r = 0; got > 0; *bytes_r += got)
        if (!fmp12_document_read(document, room, sizeof room, &got, err))
            return false;
    return true;
}

TEST(the_second_reading_proves_what_it_gives)
{
    static const struct {
        void (*change)(int fd);
        const char *says; /* NULL: all is well */
    } cases[] = {
        { nothing, NULL },
        { rot, "other bytes the second time" },
        { touch, "was written to while it was read" },
        { overwrite, "other bytes the second time" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_close int fd = copy_make();
        auto_free char *path = mem_printf("/proc/self/fd/%d", fd);
        auto_free struct fmp12_object *object = mem_new(struct fmp12_object);
        struct fmp12_document *document = NULL;
        auto_fmp12 *file = NULL;
        struct err err = { 0 };
        uint8_t md5[MD5_SIZE];
        uint64_t bytes;
        bool good;

        CHECK_AT(i, fmp12_open(path, &file, &err)
                        && fmp12_document_open(file, TABLE, LONG, 0, object, &document, &err));
        CHECK_AT(i, !fmp12_document_is_proven(document, md5));
        cases[i].change(fd);
        good = rest_read(document, &bytes, &err);
        CHECK_AT(i, good == !cases[i].says && fmp12_document_is_proven(document, md5) == good);
        CHECK_AT(i, good ? bytes == LONG_BYTES && memcmp(md5, object->md5, MD5_SIZE) == 0
                         : strstr(err.msg, cases[i].says) != NULL);
        fmp12_document_close(document);
    }
}

/* Opens a document of the small file; NULL: it does not open. The caller closes. */
static struct fmp12_document *document_of(const struct fmp12_file *file, uint32_t number,
                                          unsigned candidate, struct err *err)
{
    auto_free struct fmp12_object *object = mem_new(struct fmp12_object);
    struct fmp12_document *document = NULL;
    bool good;

    *err = (struct err){ 0 };
    good = fmp12_document_open(file, TABLE, number, candidate, object, &document, err);
    CHECK(good == (document != NULL));
    return document;
}

TEST(what_is_no_document_does_not_open)
{
    static const struct {
        uint32_t number;
        const char *says;
    } cases[] = {
        { 0, "none of that number" },
        { 8, "none of that number" },
        { BOTH, "may each be the document" },
        { 302, "the place of a file elsewhere" },
        { 303, "of which FileMaker made the MD5" },
    };
    auto_fmp12 *file = NULL;
    struct err err = { 0 };

    CHECK(fmp12_open(SMALL, &file, &err));
    for (size_t i = 0; i < lengthof(cases); i++) {
        struct fmp12_document *document = document_of(file, cases[i].number, 0, &err);

        CHECK_AT(i, !document && err.kind == ERR_DATA && strstr(err.msg, cases[i].says));
        fmp12_document_close(document);
    }
}

TEST(each_of_several_documents_opens_by_its_number)
{
    static const struct {
        uint32_t object;
        unsigned candidate, count;
        const char *bytes; /* NULL: it does not open */
    } cases[] = {
        { BOTH, 1, 2, "%PDF-1.4 one" }, { BOTH, 2, 2, "II*" }, { BOTH, 3, 2, NULL },
        { LONG, 1, 1, NULL },           { 8, 1, 0, NULL },
    };
    auto_fmp12 *file = NULL;
    struct err err = { 0 };

    CHECK(fmp12_open(SMALL, &file, &err));
    for (size_t i = 0; i < lengthof(cases); i++) {
        struct fmp12_document *document =
            document_of(file, cases[i].object, cases[i].candidate, &err);
        char room[64];
        size_t size = 0;
        unsigned count;

        CHECK_AT(i, fmp12_object_candidates(file, TABLE, cases[i].object, &count, &err)
                        && count == cases[i].count);
        CHECK_AT(i, (document != NULL) == (cases[i].bytes != NULL));
        if (document)
            CHECK_AT(i, fmp12_document_read(document, room, sizeof room, &size, &err)
                            && span_starts((struct span){ room, size }, cases[i].bytes));
        fmp12_document_close(document);
    }
}
