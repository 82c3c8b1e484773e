/*
 * Lists what lies beneath the prefix, page by page. The list is used for surplus objects alone: that
 * an object is there, and right, is known by fetching it.
 */
#include "bucket.h"
#include "bucket_xml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_MAX = 64 * 1024 * 1024 };

/* Nothing of a page is told before all of it has come: a try that broke off is begun anew. */
struct page_bytes {
    char *bytes;
    size_t size;
};

static void page_begin(void *arg)
{
    ((struct page_bytes *)arg)->size = 0;
}

static bool page_take(void *arg, const void *bytes, size_t size)
{
    struct page_bytes *page = arg;
    char *more;

    if (size > PAGE_MAX - page->size)
        return false;
    more = realloc(page->bytes, page->size + size + 1);
    if (!more)
        audit_give_up("no memory");
    memcpy(more + page->size, bytes, size);
    page->bytes = more;
    page->size += size;
    return true;
}

static char *page_query(const struct bucket *b, const char *token)
{
    char *prefix = bucket_encoded((struct piece){ b->prefix, strlen(b->prefix) }, false);
    char *after = token ? bucket_encoded((struct piece){ token, strlen(token) }, false) : NULL;
    char *query = NULL;

    if (asprintf(&query, "%s%s%sencoding-type=url&list-type=2&prefix=%s",
                 after ? "continuation-token=" : "", after ? after : "", after ? "&" : "", prefix)
        < 0)
        audit_give_up("no memory");
    free(prefix);
    free(after);
    return query;
}

/* --- the list ------------------------------------------------------------------------------- */

struct bucket_keys {
    const struct bucket *bucket;
    void (*each)(void *arg, const struct bucket *bucket, struct piece key);
    void *arg;
    uint64_t count; /* of the present page */
};

static void key_take(void *arg, struct piece key)
{
    struct bucket_keys *keys = arg;

    keys->count++;
    keys->each(keys->arg, keys->bucket, key);
}

static const char *page_problem(enum bucket_answer answer, const char *words)
{
    return answer == BUCKET_REFUSED ? words
           : answer == BUCKET_NONE  ? "there is no such bucket"
                                    : "a page is empty or too large";
}

/* Reads one page. Returns the token of the next, or NULL; the caller frees. */
static char *page_get(struct bucket_link *link, struct bucket_keys *keys, const char *token)
{
    char *query = page_query(keys->bucket, token), *next = NULL, words[ANSWER_WORDS];
    struct page_bytes bytes = { 0 };
    enum bucket_answer answer =
        bucket_get(link, (struct piece){ "", 0 }, query, page_begin, page_take, &bytes, words);

    if (answer != BUCKET_GOT || bytes.size == 0)
        audit_give_up("listing the bucket: %s", page_problem(answer, words));
    keys->count = 0;
    if (!bucket_page_read((struct piece){ bytes.bytes, bytes.size }, key_take, keys, &next))
        audit_give_up("the bucket's list cannot be read: it is not the XML that S3 promises");
    if (next && (keys->count == 0 || (token && strcmp(next, token) == 0)))
        audit_give_up("the bucket's list has no end");
    free(bytes.bytes);
    free(query);
    return next;
}

void bucket_list(const struct bucket *b,
                 void (*each)(void *arg, const struct bucket *bucket, struct piece key), void *arg)
{
    struct bucket_keys keys = { b, each, arg, 0 };
    struct bucket_link *link = bucket_link_new(b);
    char *token = NULL;

    do {
        char *next = page_get(link, &keys, token);

        free(token);
        token = next;
    } while (token);
    bucket_link_free(link);
}
