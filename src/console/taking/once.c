/* A ring of links, known by the hashes of their codes. */
#include "console/taking/once.h"

#include "base/digest.h"
#include "base/mem.h"
#include "base/time.h"
#include "console/inside.h"

#include <pthread.h>

enum { LINKS = 1024, CODE_BYTES = 32 };

struct once_link {
    bool is_good;
    struct sha256 hash;
    struct identity owner;
    struct uuid row;
    int64_t made_us;
};

struct once {
    pthread_mutex_t lock;
    struct once_link links[LINKS];
    size_t next; /* the place of the next one, where the oldest is */
};

struct once *once_new(void)
{
    struct once *once = mem_new(struct once);

    (void)pthread_mutex_init(&once->lock, NULL);
    return once;
}

void once_free(struct once *once)
{
    if (!once)
        return;
    (void)pthread_mutex_destroy(&once->lock);
    free(once);
}

void once_put(struct exchange *x, const struct uuid *row, char code_r[ONCE_CODE_SIZE])
{
    struct once *once = x->console->once;
    auto_str text = STR_MAX(ONCE_CODE_SIZE);
    uint8_t code[CODE_BYTES];

    random_bytes(code, sizeof code);
    hex_add(&text, code, sizeof code);
    (void)snprintf(code_r, ONCE_CODE_SIZE, "%s", str_text(&text));
    (void)pthread_mutex_lock(&once->lock);
    once->links[once->next] = (struct once_link){ .is_good = true,
                                                  .hash = sha256_of(str_span(&text)),
                                                  .owner = x->who,
                                                  .row = *row,
                                                  .made_us = clock_mono_us(x->console->clock) };
    once->next = (once->next + 1) % LINKS;
    (void)pthread_mutex_unlock(&once->lock);
}

static struct once_link *link_of(struct once *once, const struct exchange *x, const char *code)
{
    int64_t since_us = clock_mono_us(x->console->clock) - ONCE_SECONDS * TIME_SECOND;
    struct sha256 hash = sha256_of(span_of(code));

    for (size_t i = 0; i < LINKS; i++) {
        struct once_link *one = &once->links[i];

        if (one->is_good && one->made_us >= since_us && sha256_equal(&one->hash, &hash))
            return one;
    }
    return NULL;
}

bool once_take(struct exchange *x, const char *code, struct uuid *row_r)
{
    struct once *once = x->console->once;
    struct once_link *link;

    (void)pthread_mutex_lock(&once->lock);
    link = link_of(once, x, code);
    if (link) {
        *row_r = link->row;
        x->who = link->owner;
        *link = (struct once_link){ 0 };
    }
    (void)pthread_mutex_unlock(&once->lock);
    return link != NULL
           || refuse(x, PROBLEM_NOT_THERE, "the link was used already, or is older than %d s",
                     ONCE_SECONDS);
}
