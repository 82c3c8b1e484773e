/* Reads certificates and proofs: their form, and their signature. */
#include "audit.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdarg.h>
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

/* Takes what stands before the separator off the rest, with the separator. */
static struct piece piece_cut(struct piece *rest, char separator)
{
    const char *end = rest->size ? memchr(rest->at, separator, rest->size) : NULL;
    struct piece first = { rest->at, end ? (size_t)(end - rest->at) : rest->size };
    size_t gone = first.size + (end != NULL);

    rest->at += gone;
    rest->size -= gone;
    return first;
}

bool piece_number(struct piece piece, uint64_t *number_r)
{
    uint64_t number = 0;

    for (size_t i = 0; i < piece.size; i++)
        if (piece.at[i] < '0' || piece.at[i] > '9' || __builtin_mul_overflow(number, 10, &number)
            || __builtin_add_overflow(number, (uint64_t)(piece.at[i] - '0'), &number))
            return false;
    *number_r = number;
    return piece.size > 0;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool hex_bytes_read(struct piece hex, uint8_t *bytes, size_t size)
{
    if (hex.size != 2 * size)
        return false;
    for (size_t i = 0; i < size; i++) {
        int high = digit_value(hex.at[2 * i]), low = digit_value(hex.at[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

bool hash_read(struct piece hex, struct hash *hash_r)
{
    return hex_bytes_read(hex, hash_r->bytes, HASH_SIZE);
}

const char *hash_hex(const struct hash *hash, char text[HEX_SIZE])
{
    for (size_t i = 0; i < HASH_SIZE; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", hash->bytes[i]);
    return text;
}

void line_split(struct piece line, struct audit_line *line_r)
{
    struct piece rest = line;

    line_r->whole = line;
    for (size_t i = 0; i < CELLS; i++)
        line_r->cells[i] = piece_cut(&rest, '\t');
}

/* --- reading -------------------------------------------------------------------------------- */

__attribute__((__format__(__printf__, 2, 3))) static bool problem_is(struct problem *problem,
                                                                     const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(problem->words, sizeof problem->words, format, args);
    va_end(args);
    return false;
}

static void *room_for(void *old, size_t count, size_t size)
{
    void *room = reallocarray(old, count + !count, size);

    if (!room)
        audit_give_up("no memory");
    return room;
}

static bool chain_add(struct certificate *c, struct piece rest)
{
    struct audit_chain chain;
    uint64_t run, entries;

    if (!piece_number(piece_cut(&rest, '\t'), &run) || run > INT64_MAX
        || !piece_number(piece_cut(&rest, '\t'), &entries) || entries > INT64_MAX
        || !hash_read(rest, &chain.head))
        return false;
    chain.run = (int64_t)run;
    chain.entries = (int64_t)entries;
    c->chains = room_for(c->chains, c->chain_count + 1, sizeof *c->chains);
    c->chains[c->chain_count++] = chain;
    return true;
}

static bool head_line(struct certificate *c, struct piece name, struct piece rest)
{
    if (piece_is(name, "source"))
        c->source = rest;
    else if (piece_is(name, "store"))
        c->store = rest;
    else if (piece_is(name, "made"))
        c->made = rest;
    else if (piece_is(name, "run"))
        return chain_add(c, rest);
    else if (piece_is(name, "leaves"))
        return piece_number(rest, &c->leaves);
    else if (piece_is(name, "root"))
        return hash_read(rest, &c->root);
    else if (piece_is(name, "public"))
        return hex_bytes_read(rest, c->public_key, sizeof c->public_key);
    else if (piece_is(name, "signature"))
        return hex_bytes_read(rest, c->signature, sizeof c->signature);
    return true;
}

/* Reads the head: from the first line to the empty one. Afterwards `rest` begins after it. */
static bool certificate_head_read(struct certificate *c, struct piece *rest,
                                  struct problem *problem)
{
    const char *whole = rest->at;
    bool has_root = false, has_signature = false;

    if (!piece_is(piece_cut(rest, '\n'), "fmferry certificate 1"))
        return problem_is(problem, "this is no certificate of fmferry, or one of a later form");
    for (;;) {
        const char *begin = rest->at;
        struct piece line = piece_cut(rest, '\n'), name = piece_cut(&line, '\t');

        if (name.size == 0)
            break;
        if (has_signature)
            return problem_is(problem, "there is something after the signature");
        if (!head_line(c, name, line))
            return problem_is(problem, "'%.*s' in the certificate cannot be read",
                              (int)(name.size < 40 ? name.size : 40), name.at);
        has_root = has_root || piece_is(name, "root");
        has_signature = piece_is(name, "signature");
        c->head = (struct piece){ whole, (size_t)(begin - whole) };
    }
    return (has_root && has_signature)
           || problem_is(problem, "the certificate's head is incomplete");
}

/* A proof has one line instead of all, with its place and its path. */
static bool proof_read(struct certificate *c, struct piece rest, struct piece place)
{
    c->is_proof = true;
    c->lines = room_for(NULL, 1, sizeof *c->lines);
    c->lines[c->line_count++] = piece_cut(&rest, '\n');
    if (!piece_number(place, &c->place))
        return false;
    while (rest.size) {
        struct piece line = piece_cut(&rest, '\n');

        if (!piece_is(piece_cut(&line, '\t'), "path") || c->path_count == PATH_MAX_HASHES
            || !hash_read(line, &c->path[c->path_count++]))
            return false;
    }
    return true;
}

static void lines_read(struct certificate *c, struct piece rest)
{
    size_t room = 0;

    while (rest.size) {
        if (c->line_count == room) {
            room = room ? 2 * room : 1024;
            c->lines = room_for(c->lines, room, sizeof *c->lines);
        }
        c->lines[c->line_count++] = piece_cut(&rest, '\n');
    }
}

bool certificate_read(struct piece bytes, struct certificate *certificate_r,
                      struct problem *problem)
{
    struct piece rest = bytes, first, behind;

    *certificate_r = (struct certificate){ 0 };
    if (!certificate_head_read(certificate_r, &rest, problem))
        return false;
    behind = rest;
    first = piece_cut(&behind, '\n');
    if (piece_is(piece_cut(&first, '\t'), "proof"))
        return proof_read(certificate_r, behind, first)
               || problem_is(problem, "the proof's path cannot be read");
    lines_read(certificate_r, rest);
    return true;
}

/* --- the file ------------------------------------------------------------------------------- */

static bool file_map(const char *path, struct piece *mapped_r, struct problem *problem)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat about = { 0 };
    void *mapped = MAP_FAILED;

    if (fd < 0 || fstat(fd, &about) < 0)
        (void)problem_is(problem, "opening '%s': %s", path, strerrordesc_np(errno));
    else if (!S_ISREG(about.st_mode))
        (void)problem_is(problem, "'%s' is not a file", path);
    else if (about.st_size == 0)
        (void)problem_is(problem, "'%s' is empty", path);
    else if ((mapped = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0))
             == MAP_FAILED)
        (void)problem_is(problem, "reading '%s': %s", path, strerrordesc_np(errno));
    else
        *mapped_r = (struct piece){ mapped, (size_t)about.st_size };
    if (fd >= 0)
        (void)close(fd);
    return mapped != MAP_FAILED;
}

bool certificate_open(const char *path, struct certificate *certificate_r, struct problem *problem)
{
    struct piece mapped;
    bool good;

    *certificate_r = (struct certificate){ 0 };
    if (!file_map(path, &mapped, problem))
        return false;
    good = certificate_read(mapped, certificate_r, problem);
    certificate_r->mapped = mapped;
    return good;
}

void certificate_close(struct certificate *certificate)
{
    if (certificate->mapped.size)
        (void)munmap((void *)certificate->mapped.at, certificate->mapped.size);
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
        audit_give_up("opening '%s': %s", public_pem_path, strerrordesc_np(errno));
    (void)fclose(file);
    if (!key || EVP_PKEY_get_raw_public_key(key, bytes, &size) != 1 || size != sizeof bytes)
        audit_give_up("'%s' holds no public Ed25519 key", public_pem_path);
    same = memcmp(bytes, c->public_key, sizeof bytes) == 0;
    EVP_PKEY_free(key);
    return same;
}
