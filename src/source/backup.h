/*
 * The folder of a backup in which FileMaker Server kept the documents of containers with open external
 * storage: "[source] backup = PATH". FileMaker says where a document lies in it; the folder itself does
 * not say whose a file is (docs/decisions/0120-a-backup-folder.md). Nothing outside of it is read
 * (source/folder.h).
 *
 * Opened once, not changed any more, and shared by all threads.
 */
#pragma once

#include "base/str.h"
#include "source/folder.h"

struct backup;

/* The codes of errors about one document, ERR_DATA. */
enum {
    BACKUP_MISSING = 1, /* no such file is there that may be read    */
    BACKUP_ENCRYPTED,   /* it lies in secure storage                 */
};

/*
 * Opens the folder, and looks whether it holds anything that can be used.
 *   backup_r   caller closes
 * Fails with ERR_USAGE: there is no folder, it holds no file, or nothing but secure storage; ERR_OS.
 */
must_check bool backup_open(const char *path, struct backup **backup_r, struct err *err);
void backup_close(struct backup *backup); /* NULL is allowed */

/* What lies in the folder. */
struct backup_files {
    uint64_t files;     /* all, with what follows                               */
    uint64_t encrypted; /* in secure storage                                    */
    uint64_t odd;       /* links, pipes and the like, which are never read      */
};

/*
 * Goes through the folder.
 *   each   called for each plain file outside of secure storage; as folder_walk() calls it
 * Fails as folder_walk().
 */
must_check bool backup_walk(const struct backup *backup,
                            bool (*each)(void *arg, const struct folder_entry *entry,
                                         struct err *err),
                            void *arg, struct backup_files *files_r, struct err *err);

/* --- a document ----------------------------------------------------------------------------- */

struct backup_document;

/*
 * Opens the document that FileMaker says lies at `path`, relative to the folder.
 *   document_r   caller closes
 * Fails with ERR_DATA and one of the codes above; ERR_OS, if no other document can do better. The
 * message does not name the file.
 */
must_check bool backup_document_open(const struct backup *backup, struct span path,
                                     struct backup_document **document_r, struct err *err);
void backup_document_close(struct backup_document *document); /* NULL is allowed */

uint64_t backup_document_bytes(const struct backup_document *document);

/*
 * Reads on; 0 bytes: complete. Fails with ERR_DATA if the file is not as long as it was when it was
 * opened; ERR_OS.
 */
must_check bool backup_document_read(struct backup_document *document, void *bytes, size_t room,
                                     size_t *size_r, struct err *err);
