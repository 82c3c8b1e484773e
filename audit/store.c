/* Compares the store's folder with the certificate: every line's object, and every file's line. */
#include "audit.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_SIZE = 128 * 1024, TRIED_MAX = 64 };

struct folder {
    const char *path;
    int fd;
    struct piece prefix; /* that keys have and files lack: "" or ending in "/" */
};

static bool has_prefix(struct piece key, struct piece prefix)
{
    return key.size > prefix.size
           && (prefix.size == 0 || memcmp(key.at, prefix.at, prefix.size) == 0);
}

static struct piece prefix_strip(struct piece key, struct piece prefix)
{
    return (struct piece){ key.at + prefix.size, key.size - prefix.size };
}

/* --- one object ---------------------------------------------------------------------------- */

/* Hashes a file. Reads at most one buffer beyond `size` bytes, to notice that there are more. */
static void file_hash(int fd, uint64_t size, struct hash *hash_r, uint64_t *read_r)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    static char bytes[READ_SIZE];
    ssize_t got = 0;

    *read_r = 0;
    if (!context || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
        audit_give_up("libcrypto has no SHA-256");
    while (*read_r <= size && (got = read(fd, bytes, sizeof bytes)) > 0) {
        *read_r += (uint64_t)got;
        if (EVP_DigestUpdate(context, bytes, (size_t)got) != 1)
            audit_give_up("libcrypto cannot hash");
    }
    if (got < 0)
        audit_give_up("reading an object: %s", strerrordesc_np(errno));
    if (EVP_DigestFinal_ex(context, hash_r->bytes, NULL) != 1)
        audit_give_up("libcrypto cannot hash");
    EVP_MD_CTX_free(context);
}

/* Compares an open file; its size comes first, so that no byte of a wrong size is read. */
static void bytes_compare(int fd, const struct audit_line *line)
{
    struct hash is, should;
    uint64_t size, certified;
    struct stat about;

    if (fstat(fd, &about) < 0)
        audit_give_up("asking about an object: %s", strerrordesc_np(errno));
    if (!S_ISREG(about.st_mode)) {
        audit_differ("object-missing", line, "what lies there is no file");
        return;
    }
    size = (uint64_t)about.st_size;
    if (!piece_number(line->cells[CELL_SIZE], &certified) || size != certified) {
        audit_differ("object-size", line, "%ju bytes lie there", (uintmax_t)size);
        return;
    }
    file_hash(fd, size, &is, &size);
    if (size != certified)
        audit_differ("object-size", line, "%ju bytes lie there or more", (uintmax_t)size);
    else if (!hash_read(line->cells[CELL_SHA256], &should)
             || memcmp(is.bytes, should.bytes, HASH_SIZE) != 0)
        audit_differ("object-hash", line, "the bytes are not those of the certificate");
}

static void object_compare(const struct folder *folder, const struct audit_line *line)
{
    struct piece key = line->cells[CELL_KEY];
    int fd;

    if (key.size == 0 || !audit_key_is_good(key))
        return; /* lines_check() has reported it */
    if (!has_prefix(key, folder->prefix)) {
        audit_differ("object-missing", line, "the key does not begin with '%.*s'",
                     (int)folder->prefix.size, folder->prefix.at);
        return;
    }
    fd = audit_beneath_open(folder->fd, prefix_strip(key, folder->prefix));
    if (fd >= 0) {
        bytes_compare(fd, line);
        (void)close(fd);
        return;
    }
    if (errno == ELOOP)
        audit_differ("object-missing", line, "a symbolic link lies there, and none is followed");
    else if (errno == ENXIO || errno == ENODEV)
        audit_differ("object-missing", line, "what lies there is no file");
    else if (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG || errno == EXDEV)
        audit_differ("object-missing", line, "the document's object is not in the store");
    else
        audit_give_up("opening '%.*s': %s", (int)key.size, key.at, strerrordesc_np(errno));
}

/* --- the prefix ---------------------------------------------------------------------------- */

/* The beginning that all keys share, up to a slash. */
static struct piece common_prefix(const struct certificate *c)
{
    struct piece common = { "", 0 };
    bool first = true;
    struct audit_line line;

    for (size_t i = 0; i < c->line_count; i++) {
        struct piece key;
        size_t same = 0;

        line_split(c->lines[i], &line);
        key = line.cells[CELL_KEY];
        if (key.size == 0)
            continue;
        common = first ? key : common;
        first = false;
        while (same < common.size && same < key.size && common.at[same] == key.at[same])
            same++;
        common.size = same;
    }
    while (common.size && common.at[common.size - 1] != '/')
        common.size--;
    return common;
}

/* How many of the first objects are found when `prefix` is taken off their keys. */
static size_t found_without(const struct folder *folder, const struct certificate *c,
                            const struct audit_line *only, struct piece prefix)
{
    size_t found = 0, tried = 0;
    struct audit_line line;

    for (size_t i = 0; i < c->line_count && tried < TRIED_MAX; i++) {
        int fd;

        line_split(c->lines[i], &line);
        line = only ? *only : line;
        if (!has_prefix(line.cells[CELL_KEY], prefix))
            continue;
        fd = audit_beneath_open(folder->fd, prefix_strip(line.cells[CELL_KEY], prefix));
        tried++;
        found += fd >= 0;
        if (fd >= 0)
            (void)close(fd);
        if (only)
            break;
    }
    return found;
}

/*
 * Somebody who fetches `s3://bucket/prefix` into a folder gets files without the prefix that the
 * keys have. The bytes are compared in any case, so trying prefixes can prove nothing false.
 */
static void prefix_find(struct folder *folder, const struct certificate *c,
                        const struct audit_line *only)
{
    struct piece common = common_prefix(c);

    if (found_without(folder, c, only, (struct piece){ "", 0 }) > 0)
        return;
    for (size_t i = 0; i < common.size; i++) {
        struct piece prefix = { common.at, i + 1 };

        if (common.at[i] != '/' || found_without(folder, c, only, prefix) == 0)
            continue;
        folder->prefix = prefix;
        audit_say(
            "the keys begin with '%.*s', which the folder does not have: compared without it, as "
            "with --prefix\n",
            (int)prefix.size, prefix.at);
        return;
    }
    if (common.size)
        audit_say("none of the first documents is in '%s': is this the folder? The keys begin with "
                  "'%.*s'; --prefix names a beginning that the folder does not have\n",
                  folder->path, (int)common.size, common.at);
}

/* The prefix that was given, ended by a slash. */
static struct piece prefix_given(const char *prefix)
{
    char *text = NULL;
    size_t size = strlen(prefix);

    if (asprintf(&text, "%s%s", prefix, size && prefix[size - 1] != '/' ? "/" : "") < 0)
        audit_give_up("no memory");
    return (struct piece){ text, strlen(text) };
}

/* --- surplus files ---------------------------------------------------------------------- */

/* Whether fmferry or the file system keeps the entry for itself. */
static bool is_housekeeping(const FTSENT *entry)
{
    return entry->fts_level == 1
           && (strcmp(entry->fts_name, "lost+found") == 0
               || strcmp(entry->fts_name, ".fmferry") == 0);
}

static void entry_tell(const FTSENT *entry, const struct folder *folder, const struct piece *keys,
                       size_t count)
{
    const char *name = entry->fts_path + strlen(folder->path);
    struct piece key;
    char *whole = NULL;

    name += strspn(name, "/");
    if (asprintf(&whole, "%.*s%s", (int)folder->prefix.size, folder->prefix.at, name) < 0)
        audit_give_up("no memory");
    key = (struct piece){ whole, strlen(whole) };
    if (!bsearch(&key, keys, count, sizeof *keys, piece_compare))
        audit_differ("object-surplus", NULL, "'%s' is in no line of the certificate%s", name,
                     entry->fts_info == FTS_F ? "" : ", and no file");
    free(whole);
}

/* Reports every file that is in no line. */
static void surplus_tell(const struct certificate *c, const struct folder *folder)
{
    char *const roots[] = { (char *)folder->path, NULL };
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    size_t count;
    struct piece *keys = cells_sorted(c, CELL_KEY, &count);
    FTSENT *entry;

    if (!walk)
        audit_give_up("opening '%s': %s", folder->path, strerrordesc_np(errno));
    while ((entry = fts_read(walk))) {
        int info = entry->fts_info;

        if (is_housekeeping(entry))
            (void)fts_set(walk, entry, FTS_SKIP);
        else if (info == FTS_DNR || info == FTS_ERR || info == FTS_NS)
            audit_give_up("reading '%s': %s", entry->fts_path, strerrordesc_np(entry->fts_errno));
        else if (info != FTS_D && info != FTS_DP && info != FTS_DC)
            entry_tell(entry, folder, keys, count);
    }
    (void)fts_close(walk);
    free(keys);
}

void audit_store_compare(const struct certificate *c, const struct audit_line *only,
                         const char *path, const char *prefix)
{
    struct folder folder = { path, open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), { "", 0 } };
    struct audit_line line;

    if (folder.fd < 0)
        audit_give_up("opening the store's folder '%s': %s", path, strerrordesc_np(errno));
    if (prefix)
        folder.prefix = prefix_given(prefix);
    else
        prefix_find(&folder, c, only);
    for (size_t i = 0; !only && i < c->line_count; i++) {
        line_split(c->lines[i], &line);
        object_compare(&folder, &line);
    }
    if (only)
        object_compare(&folder, only);
    else
        surplus_tell(c, &folder);
    if (prefix)
        free((char *)folder.prefix.at);
    (void)close(folder.fd);
}
