/* fmferry-audit: reads its options, checks the certificate, has the evidence compared. */
#include "audit.h"
#include "bucket.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct audit_options {
    const char *key, *store, *prefix, *database, *document, *proof, *certificate;
    const char *endpoint, *region, *ca_file, *credentials, *resume; /* of a bucket */
};

/* --- the certificate itself ---------------------------------------------------------------- */

static struct hash *leaves_of(const struct certificate *c)
{
    struct hash *leaves = calloc(c->line_count + 1, sizeof *leaves);

    if (!leaves)
        audit_give_up("no memory");
    for (size_t i = 0; i < c->line_count; i++)
        leaves[i] = leaf_hash(c->lines[i]);
    return leaves;
}

static void signature_check(const struct certificate *c, const char *key)
{
    if (!signature_is_good(c))
        audit_differ("signature", NULL, "the head was altered after it was signed");
    if (key && !key_is_that_of(c, key))
        audit_differ("signature", NULL, "it was not signed by the key in '%s'", key);
    if (!key)
        audit_say("signed by the key that the certificate itself names: give yours with --key "
                  "to know whose it is\n");
}

/* Whether the lines are the ones that were signed. */
static bool tree_check(const struct certificate *c, const struct hash *leaves)
{
    struct hash root;

    if (c->is_proof)
        root = tree_root_by_path(leaves[0], c->place, c->leaves, c->path, c->path_count);
    else
        root = tree_root(leaves, c->line_count);
    if (!c->is_proof && c->line_count != c->leaves) {
        audit_differ("lines", NULL, "there are %zu, %ju were signed", c->line_count,
                     (uintmax_t)c->leaves);
        return false;
    }
    if (memcmp(root.bytes, c->root.bytes, HASH_SIZE) != 0) {
        audit_differ("lines", NULL, "a line was altered: the tree over them has another root");
        return false;
    }
    return true;
}

/* --- how it was compared ------------------------------------------------------------------- */

/*
 * Says how many objects were certified without their bytes being read; older certificates do not
 * say.
 */
static void compared_say(const struct certificate *c)
{
    size_t told = 0, read = 0;
    struct audit_line line;

    for (size_t i = 0; i < c->line_count; i++) {
        line_split(c->lines[i], &line);
        told += line.cells[CELL_COMPARED].size > 0;
        read += line.cells[CELL_COMPARED].size >= 5
                && memcmp(line.cells[CELL_COMPARED].at, "bytes", 5) == 0;
    }
    if (told > read)
        audit_say(
            "of %zu of %zu stored documents only the server's word was compared when they were "
            "certified\n",
            told - read, told);
}

/* --- one document -------------------------------------------------------------------------- */

static void line_print(const struct audit_line *line)
{
    static const char *const names[CELLS] = { "record", "modId",  "id",      "field", "repetition",
                                              "kind",   "size",   "sha256",  "key",   "row",
                                              "state",  "reason", "compared" };

    for (size_t i = 0; i < CELLS; i++)
        if (line->cells[i].size)
            audit_say("  %-10s %.*s\n", names[i], (int)line->cells[i].size, line->cells[i].at);
}

/* Finds a document by its id or record id; of several documents of a record, the first. */
static bool document_find(const struct certificate *c, const char *wanted,
                          struct audit_line *line_r, size_t *place_r)
{
    for (size_t i = 0; i < c->line_count; i++) {
        line_split(c->lines[i], line_r);
        *place_r = i;
        if (piece_is(line_r->cells[CELL_RECORD], wanted)
            || piece_is_nocase(line_r->cells[CELL_IDENTITY], wanted))
            return true;
    }
    return false;
}

static void proof_write(const struct certificate *c, const struct hash *leaves, size_t place,
                        const char *path)
{
    struct hash hashes[PATH_MAX_HASHES];
    size_t count = tree_path(leaves, c->line_count, place, hashes);
    FILE *to = fopen(path, "wxe");
    char hex[HEX_SIZE];
    bool good;

    if (!to)
        audit_give_up("'%s' cannot be made, or is there already", path);
    good = fwrite(c->head.at, 1, c->head.size, to) == c->head.size;
    (void)fprintf(to, "signature\t");
    for (size_t i = 0; i < sizeof c->signature; i++)
        (void)fprintf(to, "%02x", c->signature[i]);
    (void)fprintf(to, "\n\nproof\t%zu\n%.*s\n", place, (int)c->lines[place].size,
                  c->lines[place].at);
    for (size_t i = 0; i < count; i++)
        (void)fprintf(to, "path\t%s\n", hash_hex(&hashes[i], hex));
    if (fclose(to) != 0 || !good)
        audit_give_up("'%s' could not be written", path);
}

/* --- the whole ----------------------------------------------------------------------------- */

static bool is_bucket(const struct audit_options *o)
{
    return o->store && strncmp(o->store, "s3://", strlen("s3://")) == 0;
}

static void evidence_compare(const struct audit_options *o, const struct certificate *c,
                             const struct audit_line *only)
{
    if (is_bucket(o))
        audit_bucket_compare(c, only,
                             &(struct bucket_options){ .url = o->store,
                                                       .endpoint = o->endpoint,
                                                       .region = o->region,
                                                       .ca_file = o->ca_file,
                                                       .credentials = o->credentials,
                                                       .resume = o->resume });
    else if (o->store)
        audit_store_compare(c, only, o->store, o->prefix);
    if (o->database)
        database_compare(c, only, o->database);
}

static void certificate_audit(const struct audit_options *o, const struct certificate *c,
                              const struct hash *leaves)
{
    struct audit_line line;
    size_t place;

    if (!o->document) {
        evidence_compare(o, c, c->is_proof ? (line_split(c->lines[0], &line), &line) : NULL);
        if (c->is_proof)
            line_print(&line);
        return;
    }
    if (!document_find(c, o->document, &line, &place)) {
        audit_differ("document", NULL, "no line of the certificate is of '%s'", o->document);
        return;
    }
    line_print(&line);
    evidence_compare(o, c, &line);
    if (o->proof)
        proof_write(c, leaves, place, o->proof);
}

static _Noreturn void usage_print(FILE *to, int code)
{
    (void)fprintf(
        to,
        "fmferry-audit: proves or disproves a certificate of completeness\n\n"
        "Usage: fmferry-audit [options] CERTIFICATE\n\n"
        "Options:\n"
        "  --key FILE       the public key (PEM) that must have signed it\n"
        "  --store DIR      compare with the store's folder: every object, and what is surplus\n"
        "  --store s3://BUCKET/PREFIX\n"
        "                   compare with a bucket: every object is fetched and hashed\n"
        "  --prefix PREFIX  what the keys begin with, and the files in that folder do not\n"
        "  --database DB    compare with the database (a file of SQLite, or postgresql://...):\n"
        "                   every row, and the audit chains\n"
        "  --endpoint URL   of a bucket that is not at AWS: https://HOST\n"
        "  --region NAME    of a bucket; without it AWS_REGION, or us-east-1\n"
        "  --ca-file FILE   who may vouch for the bucket's server (PEM), instead of the system's\n"
        "  --credentials FILE\n"
        "                   of a bucket, as in ~/.aws/credentials, for your eyes alone (0600);\n"
        "                   without it AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, if set,\n"
        "                   AWS_SESSION_TOKEN\n"
        "  --resume FILE    note there what was found right in a bucket: after an interruption\n"
        "                   the same command goes on from there\n"
        "  --document ID    only this document, by its id or its record id\n"
        "  --proof FILE     write a proof of that document, which can be checked alone:\n"
        "                   fmferry-audit FILE\n"
        "  --help           show this help\n\n"
        "Ends with 0 if all is as certified, with 3 if something differs, with 1 if that could\n"
        "not be found out.\n");
    exit(code);
}

/* Options of a bucket are for a bucket, and a folder's prefix for a folder. */
static bool options_agree(const struct audit_options *o)
{
    bool has_bucket_options = o->endpoint || o->region || o->ca_file || o->credentials || o->resume;

    return !(o->proof && !o->document) && (is_bucket(o) ? !o->prefix : !has_bucket_options);
}

static void options_read(int argc, char **argv, struct audit_options *o)
{
    const struct {
        const char *name;
        const char **to;
    } known[] = { { "key", &o->key },           { "store", &o->store },
                  { "prefix", &o->prefix },     { "database", &o->database },
                  { "document", &o->document }, { "proof", &o->proof },
                  { "endpoint", &o->endpoint }, { "region", &o->region },
                  { "ca-file", &o->ca_file },   { "credentials", &o->credentials },
                  { "resume", &o->resume } };
    enum { KNOWN = sizeof known / sizeof *known };
    struct option names[KNOWN + 2] = { [KNOWN] = { "help", no_argument, NULL, 'h' } };
    int found;

    for (int i = 0; i < KNOWN; i++)
        names[i] = (struct option){ known[i].name, required_argument, NULL, i };
    while ((found = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (found == 'h')
            usage_print(stdout, EXIT_PROVEN);
        if (found < 0 || found >= KNOWN)
            usage_print(stderr, EXIT_WRONG_USE);
        *known[found].to = optarg;
    }
    if (optind != argc - 1 || !options_agree(o))
        usage_print(stderr, EXIT_WRONG_USE);
    o->certificate = argv[optind];
}

int main(int argc, char **argv)
{
    struct audit_options options = { 0 };
    struct certificate certificate;
    struct problem problem;
    struct hash *leaves;

    programs_refuse();
    options_read(argc, argv, &options);
    if (!certificate_open(options.certificate, &certificate, &problem))
        audit_give_up("%s", problem.words);
    leaves = leaves_of(&certificate);
    signature_check(&certificate, options.key);
    if (tree_check(&certificate, leaves))
        lines_check(&certificate);
    certificate_audit(&options, &certificate, leaves);
    free(leaves);
    compared_say(&certificate);
    audit_say("%.*s, %ju documents, certified %.*s: %s\n", (int)certificate.source.size,
              certificate.source.at, (uintmax_t)certificate.leaves, (int)certificate.made.size,
              certificate.made.at,
              audit_difference_count() ? "NOT as certified" : "all is as certified");
    certificate_close(&certificate);
    return audit_difference_count() ? EXIT_DIFFERS : EXIT_PROVEN;
}
