/* Fields in memory, files on the disk under no name; each kind of too much is refused. */
#include "console/server/spool.h"

#include "folder.h"
#include "tap.h"

#include <sys/stat.h>
#include <unistd.h>

#define TYPE "multipart/form-data; boundary=b"
#define FIELD(name, value)                                                                         \
    "--b\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"
#define FILE_(name, bytes)                                                                         \
    "--b\r\nContent-Disposition: form-data; name=file; filename=\"" name "\"\r\n\r\n" bytes "\r\n"
#define END "--b--\r\n"

static struct spool *spool_fed(const char *folder, struct span body, uint64_t file_max)
{
    struct spool *spool = spool_new(folder, span_of(TYPE), file_max);

    for (; body.size; body = span_from(body, 11))
        spool_add(spool, span_first(body, 11));
    return spool;
}

TEST(fields_and_files_are_kept)
{
    auto_folder *folder = folder_new();
    struct spool *spool = spool_fed(folder,
                                    span_of(FIELD("patient", "7") FIELD("type", "Letter\r\n") FILE_(
                                        "a.pdf", "%PDF-1.4") FILE_("", "") FILE_("b.txt", "") END),
                                    100);
    struct sha256 wanted = sha256_of(span_of("%PDF-1.4"));
    char bytes[16] = { 0 };
    struct stat info;
    struct err err = { 0 };

    CHECK(spool_end(spool, &err));
    CHECK(spool_field_count(spool) == 2 && spool_file_count(spool) == 2);
    CHECK_STR(spool_field(spool, 0)->name, "patient");
    CHECK_STR(str_text(&spool_field(spool, 1)->value), "Letter\r\n");
    CHECK_STR(spool_file(spool, 0)->name, "a.pdf");
    CHECK(spool_file(spool, 0)->size_bytes == 8);
    CHECK(sha256_equal(&spool_file(spool, 0)->sha256, &wanted));
    CHECK(pread(spool_file(spool, 0)->fd, bytes, sizeof bytes, 0) == 8);
    CHECK_STR(bytes, "%PDF-1.4");
    CHECK(fstat(spool_file(spool, 0)->fd, &info) == 0);
    CHECK(info.st_nlink == 0 && (info.st_mode & 07777) == 0600);
    CHECK_STR(spool_file(spool, 1)->name, "b.txt");
    spool_free(spool);
}

TEST(what_is_too_much_or_out_of_order_is_refused)
{
    static const struct {
        const char *body, *words;
        int code;
    } cases[] = {
        { FILE_("a", "1234567890") END, "larger than", SPOOL_TOO_LARGE },
        { FILE_("a", "1") FIELD("patient", "7") END, "fields come first", 0 },
        { FIELD("patient", "7") FIELD("patient", "8") END, "twice", 0 },
        { FIELD("patient", "\x01") END, "control", 0 },
        { FIELD("patient", "\xff") END, "UTF-8", 0 },
        { FILE_("a", "1"), "broke off", 0 },
    };
    auto_folder *folder = folder_new();

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct spool *spool = spool_fed(folder, span_of(cases[i].body), 9);
        struct err err = { 0 };

        CHECK_AT(i, !spool_end(spool, &err));
        CHECK_AT(i, err.kind == ERR_DATA && err.code == cases[i].code);
        CHECK_AT(i, strstr(err.msg, cases[i].words));
        spool_free(spool);
    }
}

/* So many files, or so many fields. */
static struct spool *spool_of_many(const char *folder, bool are_files, int count)
{
    auto_str body = STR_MAX(KIB(64));

    for (int i = 0; i < count; i++)
        if (are_files)
            str_printf(&body, FILE_("%d", "1"), i);
        else
            str_printf(&body, FIELD("%d", "1"), i);
    str_add_text(&body, END);
    return spool_fed(folder, str_span(&body), 9);
}

TEST(there_are_caps_on_files_and_fields)
{
    static const struct {
        bool are_files;
        int most;
        const char *words;
    } cases[] = { { true, SPOOL_FILES, "files at once" }, { false, SPOOL_FIELDS, "more than" } };
    auto_folder *folder = folder_new();

    for (size_t i = 0; i < lengthof(cases); i++)
        for (int more = 0; more <= 1; more++) {
            struct spool *spool = spool_of_many(folder, cases[i].are_files, cases[i].most + more);
            struct err err = { 0 };

            CHECK_AT(i, spool_end(spool, &err) == !more);
            CHECK_AT(i, !more || strstr(err.msg, cases[i].words));
            spool_free(spool);
        }
}

TEST(a_folder_that_is_not_there_is_an_error_of_the_system)
{
    struct spool *spool = spool_fed("/nowhere/at/all", span_of(FILE_("a", "1") END), 9);
    struct err err = { 0 };

    CHECK(!spool_end(spool, &err));
    CHECK(err.kind == ERR_OS);
    spool_free(spool);
}
