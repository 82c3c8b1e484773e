/*
 * A file is a nonce, the bytes by AES-256-GCM, and the tag; its name is an HMAC, and is bound to the
 * bytes as what GCM calls additional data. What was written in part does not open, so nothing needs
 * to be flushed or renamed. The folder is empty at the start: what is there, and how old it is,
 * stands in a list in memory.
 */
#include "console/preview/cache.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/secret.h"

#include <dirent.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_SIZE = 32, NONCE_SIZE = 12, TAG_SIZE = 16, PATH_SIZE = 3 + SHA256_HEX_SIZE };
enum { ENTRY_MAX = 32 * 1024 * 1024 };

struct cache_entry {
    struct sha256 name;
    int64_t bytes;
};

struct cache {
    int folder;
    int64_t most_bytes, bytes;
    struct secret *keys; /* of the bytes, then of the names */
    pthread_mutex_t lock;
    struct cache_entry *entries; /* oldest first, from `first` on */
    size_t first, count, room;
};

/* --- names and keys --------------------------------------------------------------------------- */

static const unsigned char *bytes_key(const struct cache *cache)
{
    return (const unsigned char *)secret_reveal(cache->keys).at;
}

static struct sha256 name_hide(const struct cache *cache, const struct cache_name *name)
{
    char text[SHA256_HEX_SIZE + 32], hex[SHA256_HEX_SIZE];

    (void)snprintf(text, sizeof text, "%s|%d|%d", sha256_hex(&name->sha256, hex), name->page,
                   name->width);
    return hmac_sha256(span_from(secret_reveal(cache->keys), KEY_SIZE), span_of(text));
}

/* "3f/3f9a..." */
static const char *path_of(const struct sha256 *name, char path[PATH_SIZE])
{
    char hex[SHA256_HEX_SIZE];

    (void)snprintf(path, PATH_SIZE, "%.2s/%s", sha256_hex(name, hex), hex);
    return path;
}

/* --- encryption ------------------------------------------------------------------------------- */

static void bytes_seal(const struct cache *cache, const struct sha256 *name, struct span bytes,
                       struct str *to)
{
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    unsigned char nonce[NONCE_SIZE], tag[TAG_SIZE];
    int size = 0;

    random_bytes(nonce, sizeof nonce);
    str_add(to, nonce, sizeof nonce);
    if (str_reserve(to, bytes.size + TAG_SIZE) && cipher
        && EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, bytes_key(cache), nonce) == 1
        && EVP_EncryptUpdate(cipher, NULL, &size, name->bytes, SHA256_SIZE) == 1
        && EVP_EncryptUpdate(cipher, (unsigned char *)to->at + to->size, &size,
                             (const unsigned char *)bytes.at, (int)bytes.size)
               == 1
        && EVP_EncryptFinal_ex(cipher, tag, &size) == 1
        && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, TAG_SIZE, tag) == 1) {
        to->size += bytes.size;
        str_add(to, tag, sizeof tag);
    } else {
        str_reset(to);
    }
    EVP_CIPHER_CTX_free(cipher);
}

static bool bytes_open(const struct cache *cache, const struct sha256 *name, struct span sealed,
                       struct str *to)
{
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    struct span body = span_from(sealed, NONCE_SIZE);
    int size = 0;
    bool good = false;

    if (cipher && body.size >= TAG_SIZE && str_reserve(to, body.size)) {
        unsigned char tag[TAG_SIZE];

        body.size -= TAG_SIZE;
        memcpy(tag, body.at + body.size, TAG_SIZE);
        good = EVP_DecryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, bytes_key(cache),
                                  (const unsigned char *)sealed.at)
                   == 1
               && EVP_DecryptUpdate(cipher, NULL, &size, name->bytes, SHA256_SIZE) == 1
               && EVP_DecryptUpdate(cipher, (unsigned char *)to->at + to->size, &size,
                                    (const unsigned char *)body.at, (int)body.size)
                      == 1
               && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, TAG_SIZE, tag) == 1
               && EVP_DecryptFinal_ex(cipher, tag, &size) == 1;
        to->size += good ? body.size : 0;
    }
    EVP_CIPHER_CTX_free(cipher);
    return good;
}

/* --- the folder ------------------------------------------------------------------------------- */

static bool is_hex(const char *name, size_t size)
{
    return strlen(name) == size && strspn(name, "0123456789abcdef") == size;
}

/* Removes what a cache put there, and nothing else. */
static void folder_empty(int folder, size_t name_size, bool has_folders)
{
    int own = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = own < 0 ? NULL : fdopendir(own);

    for (const struct dirent *entry; entries && (entry = readdir(entries));) {
        if (!is_hex(entry->d_name, name_size))
            continue;
        if (has_folders) {
            auto_close int inner =
                openat(folder, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

            if (inner >= 0)
                folder_empty(inner, SHA256_HEX_SIZE - 1, false);
        }
        (void)unlinkat(folder, entry->d_name, has_folders ? AT_REMOVEDIR : 0);
    }
    if (entries)
        (void)closedir(entries);
}

bool cache_open(const char *state, int64_t most_bytes, struct cache **cache_r, struct err *err)
{
    auto_free char *path = mem_printf("%s/cache", state);
    auto_close int folder = -1;
    char keys[2 * KEY_SIZE];
    struct cache *cache;

    if (!fs_make_folder(path, err))
        return false;
    folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return err_os(err, "opening '%s'", path);
    folder_empty(folder, 2, true);
    cache = mem_new(struct cache);
    random_bytes(keys, sizeof keys);
    cache->keys = secret_new((struct span){ keys, sizeof keys });
    explicit_bzero(keys, sizeof keys);
    cache->folder = take_fd(folder);
    cache->most_bytes = most_bytes;
    (void)pthread_mutex_init(&cache->lock, NULL);
    *cache_r = cache;
    return true;
}

void cache_close(struct cache *cache)
{
    if (!cache)
        return;
    folder_empty(cache->folder, 2, true);
    (void)close(cache->folder);
    secret_free(cache->keys);
    (void)pthread_mutex_destroy(&cache->lock);
    free(cache->entries);
    free(cache);
}

/* --- entries ---------------------------------------------------------------------------------- */

static void entry_drop(struct cache *cache)
{
    const struct cache_entry *oldest = &cache->entries[cache->first++];
    char path[PATH_SIZE];

    (void)unlinkat(cache->folder, path_of(&oldest->name, path), 0);
    cache->bytes -= oldest->bytes;
    cache->count--;
}

/* The list's front was dropped from: what is left moves there, before it grows. */
static void entry_add(struct cache *cache, struct cache_entry entry)
{
    if (cache->first + cache->count == cache->room) {
        if (cache->count > 0)
            memmove(cache->entries, cache->entries + cache->first, cache->count * sizeof entry);
        cache->first = 0;
        if (cache->count * 2 >= cache->room) {
            cache->room = cache->room * 2 + 64;
            cache->entries = mem_grow(cache->entries, cache->room * sizeof entry);
        }
    }
    cache->entries[cache->first + cache->count++] = entry;
    cache->bytes += entry.bytes;
}

static bool entry_write(struct cache *cache, const struct sha256 *name, struct span sealed)
{
    char path[PATH_SIZE];
    struct err ignored;
    auto_close int file = -1;

    (void)path_of(name, path);
    path[2] = '\0';
    (void)mkdirat(cache->folder, path, 0700);
    path[2] = '/';
    file = openat(cache->folder, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return false; /* another thread has it, or the disk is full */
    if (fs_write_all(file, sealed, "the cache", &ignored))
        return true;
    (void)unlinkat(cache->folder, path, 0);
    return false;
}

void cache_put(struct cache *cache, const struct cache_name *name, struct span bytes)
{
    struct sha256 hidden = name_hide(cache, name);
    auto_str sealed = STR_MAX(ENTRY_MAX);
    int64_t size = (int64_t)bytes.size + NONCE_SIZE + TAG_SIZE;

    if (size > cache->most_bytes || size > ENTRY_MAX)
        return;
    bytes_seal(cache, &hidden, bytes, &sealed);
    if (sealed.size == 0 || !entry_write(cache, &hidden, str_span(&sealed)))
        return;
    (void)pthread_mutex_lock(&cache->lock);
    entry_add(cache, (struct cache_entry){ hidden, size });
    while (cache->bytes > cache->most_bytes)
        entry_drop(cache);
    (void)pthread_mutex_unlock(&cache->lock);
}

bool cache_has(struct cache *cache, const struct cache_name *name)
{
    struct sha256 hidden = name_hide(cache, name);
    char path[PATH_SIZE];

    return faccessat(cache->folder, path_of(&hidden, path), R_OK, 0) == 0;
}

bool cache_get(struct cache *cache, const struct cache_name *name, struct str *to)
{
    struct sha256 hidden = name_hide(cache, name);
    char path[PATH_SIZE];
    auto_str sealed = STR_MAX(ENTRY_MAX);
    auto_close int file =
        openat(cache->folder, path_of(&hidden, path), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    struct err ignored;

    return file >= 0 && fs_read_rest(file, "the cache", &sealed, &ignored)
           && bytes_open(cache, &hidden, str_span(&sealed), to);
}
