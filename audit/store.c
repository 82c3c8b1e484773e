/* The folder of the store against the certificate, both ways. */
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

enum { READ_SIZE = 128 * 1024 };

static bool file_hash(int fd, struct hash *hash_r, uint64_t *size_r)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    static char bytes[READ_SIZE];
    ssize_t got = 0;

    *size_r = 0;
    if (!context || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
        give_up("libcrypto has no SHA-256");
    while ((got = read(fd, bytes, sizeof bytes)) > 0) {
        *size_r += (uint64_t)got;
        if (EVP_DigestUpdate(context, bytes, (size_t)got) != 1)
            give_up("libcrypto cannot hash");
    }
    if (EVP_DigestFinal_ex(context, hash_r->bytes, NULL) != 1)
        give_up("libcrypto cannot hash");
    EVP_MD_CTX_free(context);
    return got == 0;
}

static void object_compare(int folder, const struct line *line)
{
    struct piece key = line->cells[CELL_KEY];
    char path[4096];
    struct hash is, should;
    uint64_t size, certified;
    int fd;

    if (key.size == 0 || key.size >= sizeof path)
        return;
    (void)snprintf(path, sizeof path, "%.*s", (int)key.size, key.at);
    fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
        differ("object-missing", line, "the document's object is not in the store");
        return;
    }
    if (fd < 0 || !file_hash(fd, &is, &size))
        give_up("reading '%s': %s", path, strerrordesc_np(errno));
    (void)close(fd);
    if (!number_read(line->cells[CELL_SIZE], &certified) || size != certified)
        differ("object-size", line, "%ju bytes lie there", (uintmax_t)size);
    else if (!hash_read(line->cells[CELL_SHA256], &should)
             || memcmp(is.bytes, should.bytes, HASH_SIZE) != 0)
        differ("object-hash", line, "the bytes are not those of the certificate");
}

static int piece_compare(const void *a, const void *b)
{
    const struct piece *left = a, *right = b;
    size_t size = left->size < right->size ? left->size : right->size;
    int order = size ? memcmp(left->at, right->at, size) : 0;

    return order ? order : (left->size > right->size) - (left->size < right->size);
}

/* What lies there and is in no line. */
static void surplus_tell(struct piece *keys, size_t count, const char *folder)
{
    char *const roots[] = { (char *)folder, NULL };
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    size_t skip = strlen(folder);
    FTSENT *entry;

    if (!walk)
        give_up("opening '%s': %s", folder, strerrordesc_np(errno));
    while ((entry = fts_read(walk))) {
        const char *name = entry->fts_path + skip + strspn(entry->fts_path + skip, "/");
        struct piece key = { name, strlen(name) };

        if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR)
            give_up("reading '%s': %s", entry->fts_path, strerrordesc_np(entry->fts_errno));
        if (entry->fts_info == FTS_F && !bsearch(&key, keys, count, sizeof *keys, piece_compare))
            differ("object-surplus", NULL, "'%s' is in no line of the certificate", name);
    }
    (void)fts_close(walk);
}

void store_compare(const struct certificate *c, const struct line *only, const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct piece *keys = only ? NULL : calloc(c->line_count + 1, sizeof *keys);
    struct line line;

    if (fd < 0)
        give_up("opening the store's folder '%s': %s", folder, strerrordesc_np(errno));
    if (only) {
        object_compare(fd, only);
        (void)close(fd);
        return;
    }
    if (!keys)
        give_up("no memory");
    for (size_t i = 0; i < c->line_count; i++) {
        line_split(c->lines[i], &line);
        keys[i] = line.cells[CELL_KEY];
        object_compare(fd, &line);
    }
    qsort(keys, c->line_count, sizeof *keys, piece_compare);
    surplus_tell(keys, c->line_count, folder);
    free(keys);
    (void)close(fd);
}
