/* Reading certificates and proofs. */
#include "audit.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- pieces -------------------------------------------------------------------------------- */

bool piece_is(struct piece piece, const char *text)
{
    return strlen(text) == piece.size && memcmp(piece.at, text, piece.size) == 0;
}

bool piece_is_nocase(struct piece piece, const char *text)
{
    return strlen(text) == piece.size && strncasecmp(piece.at, text, piece.size) == 0;
}

bool piece_equal(struct piece a, struct piece b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

/* Up to the separator, which goes too; the rest stays. */
static struct piece cut(struct piece *rest, char separator)
{
    const char *end = rest->size ? memchr(rest->at, separator, rest->size) : NULL;
    struct piece first = { rest->at, end ? (size_t)(end - rest->at) : rest->size };
    size_t gone = first.size + (end != NULL);

    rest->at += gone;
    rest->size -= gone;
    return first;
}

uint64_t piece_number(struct piece piece)
{
    uint64_t number = 0;

    for (size_t i = 0; i < piece.size; i++)
        if (piece.at[i] < '0' || piece.at[i] > '9' || __builtin_mul_overflow(number, 10, &number)
            || __builtin_add_overflow(number, (uint64_t)(piece.at[i] - '0'), &number))
            give_up("'%.*s' in the certificate is not a number", (int)piece.size, piece.at);
    return number;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool hex_read(struct piece hex, uint8_t *bytes, size_t size)
{
    if (hex.size != 2 * size)
        return false;
    for (size_t i = 0; i < size; i++) {
        int high = digit(hex.at[2 * i]), low = digit(hex.at[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

bool hash_read(struct piece hex, struct hash *hash_r)
{
    return hex_read(hex, hash_r->bytes, HASH_SIZE);
}

const char *hash_hex(const struct hash *hash, char text[HEX_SIZE])
{
    for (size_t i = 0; i < HASH_SIZE; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", hash->bytes[i]);
    return text;
}

void line_split(struct piece line, struct line *line_r)
{
    struct piece rest = line;

    line_r->whole = line;
    for (size_t i = 0; i < CELLS; i++)
        line_r->cells[i] = cut(&rest, '\t');
}

/* --- the file ------------------------------------------------------------------------------ */

static void file_map(const char *path, struct certificate *c)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat about;

    if (fd < 0 || fstat(fd, &about) < 0)
        give_up("opening '%s': %s", path, strerrordesc_np(errno));
    if (about.st_size == 0)
        give_up("'%s' is empty", path);
    c->size = (size_t)about.st_size;
    c->text = mmap(NULL, c->size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (c->text == MAP_FAILED)
        give_up("reading '%s': %s", path, strerrordesc_np(errno));
    (void)close(fd);
}

static void *room_for(void *old, size_t count, size_t size)
{
    void *room = reallocarray(old, count + !count, size);

    if (!room)
        give_up("no memory");
    return room;
}

static void chain_add(struct certificate *c, struct piece rest)
{
    struct chain *chain;

    c->chains = room_for(c->chains, c->chain_count + 1, sizeof *c->chains);
    chain = &c->chains[c->chain_count++];
    chain->run = (int64_t)piece_number(cut(&rest, '\t'));
    chain->entries = (int64_t)piece_number(cut(&rest, '\t'));
    if (!hash_read(rest, &chain->head))
        give_up("run %jd in the certificate has no hash", (intmax_t)chain->run);
}

static void head_line(struct certificate *c, struct piece name, struct piece rest)
{
    bool good = true;

    if (piece_is(name, "source"))
        c->source = rest;
    else if (piece_is(name, "store"))
        c->store = rest;
    else if (piece_is(name, "made"))
        c->made = rest;
    else if (piece_is(name, "run"))
        chain_add(c, rest);
    else if (piece_is(name, "leaves"))
        c->leaves = piece_number(rest);
    else if (piece_is(name, "root"))
        good = hash_read(rest, &c->root);
    else if (piece_is(name, "public"))
        good = hex_read(rest, c->public_key, sizeof c->public_key);
    else if (piece_is(name, "signature"))
        good = hex_read(rest, c->signature, sizeof c->signature);
    if (!good)
        give_up("'%.*s' in the certificate cannot be read", (int)name.size, name.at);
}

static struct piece head_read(struct certificate *c)
{
    struct piece rest = { c->text, c->size };
    bool has_root = false, has_signature = false;

    if (!piece_is(cut(&rest, '\n'), "fmferry certificate 1"))
        give_up("this is no certificate of fmferry, or one of a later form");
    for (;;) {
        const char *begin = rest.at;
        struct piece line = cut(&rest, '\n'), name = cut(&line, '\t');

        if (name.size == 0)
            break;
        has_root = has_root || piece_is(name, "root");
        if (piece_is(name, "signature")) {
            has_signature = true;
            c->head = (struct piece){ c->text, (size_t)(begin - c->text) };
        } else if (has_signature) {
            give_up("something stands behind the signature");
        }
        head_line(c, name, line);
    }
    if (!has_root || !has_signature)
        give_up("the certificate's head is not whole");
    return rest;
}

/* A proof has, instead of all lines, one, with its place and its path. */
static void proof_read(struct certificate *c, struct piece rest, struct piece place)
{
    c->is_proof = true;
    c->place = piece_number(place);
    c->lines = room_for(NULL, 1, sizeof *c->lines);
    c->lines[c->line_count++] = cut(&rest, '\n');
    while (rest.size) {
        struct piece line = cut(&rest, '\n');

        if (!piece_is(cut(&line, '\t'), "path") || c->path_count == PATH_MAX_HASHES
            || !hash_read(line, &c->path[c->path_count++]))
            give_up("the proof's path cannot be read");
    }
}

static void lines_read(struct certificate *c, struct piece rest)
{
    size_t room = 0;

    while (rest.size) {
        if (c->line_count == room) {
            room = room ? 2 * room : 1024;
            c->lines = room_for(c->lines, room, sizeof *c->lines);
        }
        c->lines[c->line_count++] = cut(&rest, '\n');
    }
}

void certificate_open(const char *path, struct certificate *certificate_r)
{
    struct piece rest, first, peek;

    *certificate_r = (struct certificate){ 0 };
    file_map(path, certificate_r);
    rest = head_read(certificate_r);
    peek = rest;
    first = cut(&peek, '\n');
    if (piece_is(cut(&first, '\t'), "proof"))
        proof_read(certificate_r, peek, first);
    else
        lines_read(certificate_r, rest);
}

void certificate_close(struct certificate *certificate)
{
    (void)munmap(certificate->text, certificate->size);
    free(certificate->chains);
    free(certificate->lines);
}

/* --- the signature ------------------------------------------------------------------------- */

bool signature_is_good(const struct certificate *c)
{
    EVP_PKEY *key =
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, c->public_key, sizeof c->public_key);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = key && context && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1
                && EVP_DigestVerify(context, c->signature, sizeof c->signature,
                                    (const uint8_t *)c->head.at, c->head.size)
                       == 1;

    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return good;
}

bool key_is_that_of(const struct certificate *c, const char *public_pem_path)
{
    FILE *file = fopen(public_pem_path, "re");
    EVP_PKEY *key = file ? PEM_read_PUBKEY(file, NULL, NULL, NULL) : NULL;
    uint8_t bytes[32];
    size_t size = sizeof bytes;
    bool same;

    if (!file)
        give_up("opening '%s': %s", public_pem_path, strerrordesc_np(errno));
    (void)fclose(file);
    if (!key || EVP_PKEY_get_raw_public_key(key, bytes, &size) != 1 || size != sizeof bytes)
        give_up("'%s' holds no public Ed25519 key", public_pem_path);
    same = memcmp(bytes, c->public_key, sizeof bytes) == 0;
    EVP_PKEY_free(key);
    return same;
}
