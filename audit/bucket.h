/*
 * A bucket as evidence. Bucket, server and credentials come from the auditor's command line and
 * environment; nothing that a certificate says chooses another. Only GET is ever asked. Beyond this
 * machine the server must prove who it is; redirections are not followed.
 */
#pragma once

#include "audit.h"
#include "sigv4.h"

/* What the auditor said. Texts may be NULL but for the first. */
struct bucket_options {
    const char *url;         /* "s3://BUCKET/PREFIX"                                      */
    const char *endpoint;    /* "https://HOST[:PORT]"; NULL: AWS                          */
    const char *region;      /* NULL: AWS_REGION, or us-east-1                            */
    const char *ca_file;     /* who may vouch for the server; NULL: whom the system trusts */
    const char *credentials; /* a file; NULL: the environment                             */
    const char *resume;      /* notes of what has been compared; NULL: none               */
};

struct bucket {
    char *scheme, *host, *above; /* "https", "HOST:PORT", "/BUCKET" or "" */
    char *name, *prefix;         /* the prefix is "" or ends in "/"       */
    const char *region, *ca_file;
    struct audit_login login;
};

/* --- bucket.c ------------------------------------------------------------------------------- */

/*
 * Compares one line, or all lines and every object beneath the prefix if `only` is NULL. Each
 * object is fetched and hashed, whatever the server says of it. What cannot be found out ends the
 * program.
 */
void audit_bucket_compare(const struct certificate *certificate, const struct audit_line *only,
                          const struct bucket_options *options);

/* --- bucket_place.c ------------------------------------------------------------------------- */

/* Reads the options and the credentials. What is wrong with them ends the program. */
void bucket_open(const struct bucket_options *options, struct bucket *bucket_r);
void bucket_close(struct bucket *bucket);

/* --- bucket_get.c --------------------------------------------------------------------------- */

enum { ANSWER_WORDS = 400 };

/* Takes the bytes of an answer. Returning false ends the transfer. */
typedef bool bucket_taker(void *arg, const void *bytes, size_t size);

enum bucket_answer {
    BUCKET_GOT,     /* all of it                                        */
    BUCKET_ENDED,   /* the taker wanted no more                         */
    BUCKET_NONE,    /* there is no such object                          */
    BUCKET_REFUSED, /* nothing was found out: `words_r` says why        */
};

/* A connection; one for each thread. */
struct bucket_link;
struct bucket_link *bucket_link_new(const struct bucket *bucket);
void bucket_link_free(struct bucket_link *link);

/*
 * Gets an object, or with an empty key what a query on the bucket says. Tries again for a while if
 * the server is away or busy.
 *   key       as the bucket has it; not encoded
 *   query     encoded, names in order, or ""
 *   begin     called before each try: what was taken so far is void
 *   words_r   why, with BUCKET_REFUSED
 */
enum bucket_answer bucket_get(struct bucket_link *link, struct piece key, const char *query,
                              void (*begin)(void *arg), bucket_taker *taker, void *arg,
                              char words_r[ANSWER_WORDS]);

/* Encodes as a URL does; `keep_slash` for paths. The caller frees. */
char *bucket_encoded(struct piece text, bool keep_slash);

/* --- bucket_list.c -------------------------------------------------------------------------- */

/* Calls `each` for every object whose key begins with the bucket's prefix. */
void bucket_list(const struct bucket *bucket,
                 void (*each)(void *arg, const struct bucket *bucket, struct piece key), void *arg);

/* --- bucket_notes.c ------------------------------------------------------------------------- */

/* Which lines were found right, kept so that a long audit can go on after it was interrupted. */
struct audit_notes;

/*
 * Opens the notes, or begins them. Notes of another certificate or bucket end the program.
 *   right_r   one for each line of the certificate; set for those that are noted
 */
struct audit_notes *audit_notes_open(const char *path, const struct certificate *certificate,
                                     const struct bucket_options *options, bool *right_r);

/* Notes a line. Safe from any thread. Returns false if it cannot be written. */
bool audit_notes_add(struct audit_notes *notes, size_t place);
void audit_notes_close(struct audit_notes *notes); /* NULL is allowed */
