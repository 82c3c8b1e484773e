/* Computes SHA-256, and the Merkle tree of RFC 6962. */
#include "audit.h"

#include <openssl/evp.h>
#include <string.h>

struct hash hash_of(const void *bytes, size_t size)
{
    struct hash hash;

    if (EVP_Digest(bytes, size, hash.bytes, NULL, EVP_sha256(), NULL) != 1)
        audit_give_up("libcrypto has no SHA-256");
    return hash;
}

/* Leaves and nodes begin with different bytes, so that neither can pass for the other. */
struct hash leaf_hash(struct piece line)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    struct hash hash;

    if (!context || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1
        || EVP_DigestUpdate(context, "\0", 1) != 1
        || EVP_DigestUpdate(context, line.at, line.size) != 1
        || EVP_DigestFinal_ex(context, hash.bytes, NULL) != 1)
        audit_give_up("libcrypto has no SHA-256");
    EVP_MD_CTX_free(context);
    return hash;
}

static struct hash node_hash(struct hash left, struct hash right)
{
    uint8_t bytes[1 + 2 * HASH_SIZE] = { 1 };

    memcpy(bytes + 1, left.bytes, HASH_SIZE);
    memcpy(bytes + 1 + HASH_SIZE, right.bytes, HASH_SIZE);
    return hash_of(bytes, sizeof bytes);
}

/* How many leaves stand on the left: the largest power of two below `count`. */
static size_t left_of(size_t count)
{
    size_t left = 1;

    while (left < count - left)
        left *= 2;
    return left;
}

struct hash tree_root(const struct hash *leaves, size_t count)
{
    size_t left;

    if (count == 0)
        return hash_of("", 0);
    if (count == 1)
        return leaves[0];
    left = left_of(count);
    return node_hash(tree_root(leaves, left), tree_root(leaves + left, count - left));
}

size_t tree_path(const struct hash *leaves, size_t count, size_t place,
                 struct hash path_r[PATH_MAX_HASHES])
{
    size_t left, used;

    if (count <= 1)
        return 0;
    left = left_of(count);
    if (place < left) {
        used = tree_path(leaves, left, place, path_r);
        path_r[used] = tree_root(leaves + left, count - left);
    } else {
        used = tree_path(leaves + left, count - left, place - left, path_r);
        path_r[used] = tree_root(leaves, left);
    }
    return used + 1;
}

/* Checks an inclusion as RFC 9162 does, 2.1.3.2. */
struct hash tree_root_by_path(struct hash leaf, uint64_t place, uint64_t count,
                              const struct hash *path, size_t path_count)
{
    uint64_t last = count - 1;
    struct hash root = leaf;

    if (place >= count)
        return hash_of("", 0); /* there is no such leaf */
    for (size_t i = 0; i < path_count; i++) {
        if (last == 0)
            return hash_of("", 0); /* the path is too long */
        if (place & 1 || place == last) {
            root = node_hash(path[i], root);
            while (!(place & 1) && place) {
                place >>= 1;
                last >>= 1;
            }
        } else {
            root = node_hash(root, path[i]);
        }
        place >>= 1;
        last >>= 1;
    }
    return last == 0 ? root : hash_of("", 0);
}
