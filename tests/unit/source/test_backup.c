/* What the folder of a backup gives, and what it does not. */
#include "source/backup.h"

#include "base/mem.h"
#include "folder.h"
#include "tap.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void made(const char *folder, const char *path, const char *text)
{
    auto_free char *whole = folder_path(folder, path);
    auto_close int fd = -1;

    for (char *slash = whole + strlen(folder) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        (void)mkdir(whole, 0700);
        *slash = '/';
    }
    fd = open(whole, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
}

static bool counted(void *arg, const struct folder_entry *entry, struct err *err)
{
    (void)entry;
    (void)err;
    ++*(int *)arg;
    return true;
}

TEST(a_path_leads_to_a_file_of_the_folder_or_nowhere)
{
    static const struct {
        const char *path;
        int code; /* 0: it is opened */
    } cases[] = {
        { "Docs/Doc/a.pdf", 0 },
        { "Secure/a.pdf", 0 },     /* a table may be named so */
        { "Secure/Doc/a.pdf", 0 }, /* and its field */
        { "Docs/Secure/ab.pdf", 0 },
        { "Secure/0b/0B4F", BACKUP_ENCRYPTED },
        { "Docs/Doc/Secure/FF/0B4F", BACKUP_ENCRYPTED },
        { "Secure/0b/00/0B4F", BACKUP_ENCRYPTED },
        { "Docs/Doc/b.pdf", BACKUP_MISSING },
        { "Docs/Doc/a.pdf/b", BACKUP_MISSING },
        { "Docs/Doc", BACKUP_MISSING },
        { "Docs/Doc/", BACKUP_MISSING },
        { "/Docs/Doc/a.pdf", BACKUP_MISSING },
        { "Docs/../Docs/Doc/a.pdf", BACKUP_MISSING },
        { "../a.pdf", BACKUP_MISSING },
        { "Docs//Doc/a.pdf", BACKUP_MISSING },
        { "./Docs/Doc/a.pdf", BACKUP_MISSING },
        { "Docs/Doc/a.pdf\rDocs/Doc/a.pdf", BACKUP_MISSING },
        { "Docs\\Doc\\a.pdf", BACKUP_MISSING },
        { "link/Doc/a.pdf", BACKUP_MISSING },
        { "Docs/Doc/link.pdf", BACKUP_MISSING },
        { "", BACKUP_MISSING },
    };
    auto_folder *folder = folder_new();
    auto_free char *link = folder_path(folder, "link"),
                   *file = folder_path(folder, "Docs/Doc/link.pdf");
    struct backup *backup;
    struct err err = { 0 };

    made(folder, "Docs/Doc/a.pdf", "a letter");
    made(folder, "Secure/a.pdf", "a letter");
    made(folder, "Secure/Doc/a.pdf", "a letter");
    made(folder, "Docs/Secure/ab.pdf", "a letter");
    made(folder, "Secure/0b/0B4F", "?");
    CHECK(symlink("Docs", link) == 0 && symlink("a.pdf", file) == 0);
    CHECK(backup_open(folder, &backup, &err));
    for (size_t i = 0; i < lengthof(cases); i++) {
        struct backup_document *document = NULL;
        bool good = backup_document_open(backup, span_of(cases[i].path), &document, &err);

        CHECK_AT(i, good == (cases[i].code == 0));
        CHECK_AT(i, good || (err.kind == ERR_DATA && err.code == cases[i].code));
        CHECK_AT(i, good || !strstr(err.msg, ".pdf"));
        CHECK_AT(i, !good || backup_document_bytes(document) == 8);
        backup_document_close(document);
    }
    backup_close(backup);
}

TEST(what_lies_in_the_folder_is_counted)
{
    auto_folder *folder = folder_new();
    auto_free char *link = folder_path(folder, "link");
    struct backup_files files;
    struct backup *backup;
    struct err err = { 0 };
    int usable = 0;

    CHECK(!backup_open(folder, &backup, &err) && err.kind == ERR_USAGE);
    CHECK(strstr(err.msg, "is it mounted"));
    made(folder, "Secure/0b/0B4F", "?");
    CHECK(symlink("/etc/passwd", link) == 0);
    CHECK(!backup_open(folder, &backup, &err) && err.kind == ERR_USAGE);
    CHECK(strstr(err.msg, "--copySelfContained"));
    CHECK(!backup_open(link, &backup, &err) && err.kind == ERR_USAGE);
    made(folder, "Docs/Doc/a.pdf", "a letter");
    CHECK(backup_open(folder, &backup, &err));
    CHECK(backup_walk(backup, counted, &usable, &files, &err));
    CHECK(usable == 1 && files.files == 3 && files.encrypted == 1 && files.odd == 1);
    backup_close(backup);
}

/* The file is cut, or grows, between two reads. */
TEST(a_file_that_changes_while_it_is_read_is_no_document)
{
    static const char *const then[] = { "a lett", "a letter, and more" };
    auto_folder *folder = folder_new();

    for (size_t i = 0; i < lengthof(then); i++) {
        struct backup_document *document;
        struct backup *backup;
        struct err err = { 0 };
        char bytes[64];
        size_t got;

        made(folder, "a.pdf", "a letter");
        CHECK(backup_open(folder, &backup, &err));
        CHECK(backup_document_open(backup, span_of("a.pdf"), &document, &err));
        CHECK(backup_document_read(document, bytes, 5, &got, &err) && got == 5);
        made(folder, "a.pdf", then[i]);
        while (backup_document_read(document, bytes, sizeof bytes, &got, &err) && got > 0)
            continue;
        CHECK_AT(i, err.kind == ERR_DATA && strstr(err.msg, "written to meanwhile"));
        CHECK_AT(i, err.code == (i ? FOLDER_FILE_LONGER : 0));
        backup_document_close(document);
        backup_close(backup);
    }
}
