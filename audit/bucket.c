/*
 * Compares a bucket with the certificate. A few threads fetch objects and hash them; what they find is
 * kept for each line and reported in the lines' order when all is read. One thread at a time has a line.
 */
#include "bucket.h"

#include <curl/curl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 8, PROGRESS_SECONDS = 10 };

enum object_found {
    OBJECT_UNREAD,
    OBJECT_RIGHT,
    OBJECT_OUTSIDE, /* its key does not begin with the prefix */
    OBJECT_MISSING,
    OBJECT_SHORT,
    OBJECT_LONG,
    OBJECT_OTHER, /* other bytes */
};

struct line_found {
    enum object_found found;
    uint64_t size_bytes; /* that came */
};

struct comparison {
    const struct certificate *certificate;
    const struct audit_line *only; /* NULL: all lines */
    const struct bucket *bucket;
    struct audit_notes *notes; /* NULL: none */
    struct line_found *lines;
    bool *right; /* noted by an earlier audit */
    size_t count;
    atomic_size_t next, done;
    atomic_bool is_stopped;
    pthread_mutex_t lock;
    char words[ANSWER_WORDS]; /* why it was stopped */
};

/* --- one object ----------------------------------------------------------------------------- */

struct object_bytes {
    EVP_MD_CTX *context;
    uint64_t size_bytes, certified;
};

static void object_begin(void *arg)
{
    struct object_bytes *object = arg;

    object->size_bytes = 0;
    if (EVP_DigestInit_ex(object->context, EVP_sha256(), NULL) != 1)
        abort();
}

/* Stops at the first byte beyond the certified size. */
static bool object_take(void *arg, const void *bytes, size_t size)
{
    struct object_bytes *object = arg;

    object->size_bytes += size;
    return object->size_bytes <= object->certified
           && EVP_DigestUpdate(object->context, bytes, size) == 1;
}

static enum object_found bytes_judge(struct object_bytes *object, const struct audit_line *line)
{
    struct hash is, should;

    if (object->size_bytes != object->certified)
        return OBJECT_SHORT;
    return EVP_DigestFinal_ex(object->context, is.bytes, NULL) == 1
                   && hash_read(line->cells[CELL_SHA256], &should)
                   && memcmp(is.bytes, should.bytes, HASH_SIZE) == 0
               ? OBJECT_RIGHT
               : OBJECT_OTHER;
}

static bool is_beneath(struct piece key, const char *prefix)
{
    size_t size = strlen(prefix);

    return key.size > size && (size == 0 || memcmp(key.at, prefix, size) == 0);
}

static void comparison_stop(struct comparison *c, const struct audit_line *line, const char *words)
{
    (void)pthread_mutex_lock(&c->lock);
    if (!atomic_exchange(&c->is_stopped, true))
        (void)snprintf(c->words, sizeof c->words, "getting '%.*s': %s",
                       (int)(line->cells[CELL_KEY].size < 200 ? line->cells[CELL_KEY].size : 200),
                       line->cells[CELL_KEY].at, words);
    (void)pthread_mutex_unlock(&c->lock);
}

static struct line_found object_look(struct comparison *c, struct bucket_link *link,
                                     const struct audit_line *line)
{
    struct object_bytes object = { .context = EVP_MD_CTX_new() };
    struct line_found found = { OBJECT_UNREAD, 0 };
    char words[ANSWER_WORDS];

    if (!object.context)
        abort();
    (void)piece_number(line->cells[CELL_SIZE], &object.certified);
    switch (
        bucket_get(link, line->cells[CELL_KEY], "", object_begin, object_take, &object, words)) {
    case BUCKET_GOT:
        found.found = bytes_judge(&object, line);
        break;
    case BUCKET_ENDED:
        found.found = OBJECT_LONG;
        break;
    case BUCKET_NONE:
        found.found = OBJECT_MISSING;
        break;
    case BUCKET_REFUSED:
        comparison_stop(c, line, words);
        break;
    }
    found.size_bytes = object.size_bytes;
    EVP_MD_CTX_free(object.context);
    return found;
}

/* --- all objects ---------------------------------------------------------------------------- */

static struct audit_line line_at(const struct comparison *c, size_t place)
{
    struct audit_line line;

    if (c->only)
        return *c->only;
    line_split(c->certificate->lines[place], &line);
    return line;
}

static void line_compare(struct comparison *c, struct bucket_link *link, size_t place)
{
    struct audit_line line = line_at(c, place);
    struct piece key = line.cells[CELL_KEY];

    if (key.size == 0 || !audit_key_is_good(key) || c->right[place])
        return; /* nothing is stored; lines_check() has reported it; or it was read before */
    c->lines[place].found = OBJECT_OUTSIDE;
    if (is_beneath(key, c->bucket->prefix))
        c->lines[place] = object_look(c, link, &line);
    if (c->notes && c->lines[place].found == OBJECT_RIGHT && !audit_notes_add(c->notes, place))
        comparison_stop(c, &line, "the notes cannot be written");
}

static void *lines_work(void *arg)
{
    struct comparison *c = arg;
    struct bucket_link *link = bucket_link_new(c->bucket);
    size_t place;

    while (!atomic_load(&c->is_stopped) && (place = atomic_fetch_add(&c->next, 1)) < c->count) {
        line_compare(c, link, place);
        atomic_fetch_add(&c->done, 1);
    }
    bucket_link_free(link);
    return NULL;
}

/* Waits for a thread; says now and then how far the work is. */
static void thread_wait(struct comparison *c, pthread_t thread)
{
    struct timespec until;

    for (;;) {
        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += PROGRESS_SECONDS;
        if (pthread_timedjoin_np(thread, NULL, &until) == 0)
            return;
        (void)fprintf(stderr, "fmferry-audit: %zu of %zu lines compared\n", atomic_load(&c->done),
                      c->count);
    }
}

static void lines_compare(struct comparison *c)
{
    size_t threads = c->count < THREADS ? c->count : THREADS;
    pthread_t thread[THREADS];

    for (size_t i = 0; i < threads; i++)
        if (pthread_create(&thread[i], NULL, lines_work, c) != 0)
            audit_give_up("a thread cannot be started");
    for (size_t i = 0; i < threads; i++)
        thread_wait(c, thread[i]);
    if (atomic_load(&c->is_stopped))
        audit_give_up("%s%s", c->words, c->notes ? "; the same command goes on from there" : "");
}

static void line_tell(const struct comparison *c, size_t place)
{
    struct audit_line line = line_at(c, place);
    uint64_t size = c->lines[place].size_bytes;

    switch (c->lines[place].found) {
    case OBJECT_UNREAD:
    case OBJECT_RIGHT:
        return;
    case OBJECT_OUTSIDE:
        audit_differ("object-missing", &line, "the key does not begin with '%s'",
                     c->bucket->prefix);
        return;
    case OBJECT_MISSING:
        audit_differ("object-missing", &line, "the document's object is not in the bucket");
        return;
    case OBJECT_SHORT:
        audit_differ("object-size", &line, "%ju bytes lie there", (uintmax_t)size);
        return;
    case OBJECT_LONG:
        audit_differ("object-size", &line, "%ju bytes lie there or more", (uintmax_t)size);
        return;
    case OBJECT_OTHER:
        audit_differ("object-hash", &line, "the bytes are not those of the certificate");
        return;
    }
}

/* --- surplus objects ------------------------------------------------------------------------ */

struct known_keys {
    struct piece *keys;
    size_t count;
};

static void key_tell(void *arg, const struct bucket *b, struct piece key)
{
    static const char probe[] = "fmferry-probe-"; /* what fmferry tries a bucket with */
    const struct known_keys *known = arg;
    size_t prefix = strlen(b->prefix);

    if (bsearch(&key, known->keys, known->count, sizeof *known->keys, piece_compare)
        || (key.size >= prefix + sizeof probe - 1
            && memcmp(key.at + prefix, probe, sizeof probe - 1) == 0))
        return;
    audit_differ("object-surplus", NULL, "'%.*s' is in no line of the certificate", (int)key.size,
                 key.at);
}

static void bucket_surplus_tell(const struct certificate *c, const struct bucket *b)
{
    struct known_keys known;

    known.keys = cells_sorted(c, CELL_KEY, &known.count);
    bucket_list(b, key_tell, &known);
    free(known.keys);
}

/* --- the whole ------------------------------------------------------------------------------ */

static void earlier_say(const struct comparison *c)
{
    size_t earlier = 0;

    for (size_t i = 0; i < c->count; i++)
        earlier += c->right[i];
    if (earlier)
        audit_say("%zu objects were read by an earlier call, as its notes say, and not again\n",
                  earlier);
}

void audit_bucket_compare(const struct certificate *certificate, const struct audit_line *only,
                          const struct bucket_options *o)
{
    struct bucket bucket;
    struct comparison c = { .certificate = certificate,
                            .only = only,
                            .bucket = &bucket,
                            .count = only ? 1 : certificate->line_count,
                            .lock = PTHREAD_MUTEX_INITIALIZER };

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        audit_give_up("libcurl cannot be used");
    bucket_open(o, &bucket);
    c.lines = calloc(c.count + 1, sizeof *c.lines);
    c.right = calloc(c.count + 1, sizeof *c.right);
    if (!c.lines || !c.right)
        audit_give_up("no memory");
    if (o->resume && !only)
        c.notes = audit_notes_open(o->resume, certificate, o, c.right);
    earlier_say(&c);
    lines_compare(&c);
    audit_notes_close(c.notes);
    for (size_t i = 0; i < c.count; i++)
        line_tell(&c, i);
    if (!only)
        bucket_surplus_tell(certificate, &bucket);
    free(c.lines);
    free(c.right);
    bucket_close(&bucket);
    curl_global_cleanup();
}
