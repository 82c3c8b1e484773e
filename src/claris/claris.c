/*
 * Keeps an id token that is good. The lock is held while one is fetched: the others would fetch the same, and who holds
 * it listens to the same request to stop, within bounds. Times are those of the monotonic clock, from when a token came:
 * this machine's clock on the wall may be wrong.
 */
#include "claris/claris.h"

#include "claris/call.h"
#include "claris/kept.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "http/http.h"

#include <pthread.h>

enum { BODY_MAX = 32 * 1024, EARLY_S = 300 };

struct claris {
    struct claris_settings settings;
    struct claris_kept kept;
    pthread_mutex_t lock;
    struct secret *header; /* NULL: no id token yet */
    uint64_t number;
    int64_t renew_us; /* monotonic */
};

static bool is_of_these(const struct claris *claris)
{
    return strcmp(claris->kept.pool, claris->settings.pool) == 0
           && strcmp(claris->kept.client, claris->settings.client) == 0;
}

bool claris_new(const struct claris_settings *settings, struct claris **claris_r, struct err *err)
{
    struct claris *claris = mem_new(struct claris);

    claris->settings = *settings;
    (void)pthread_mutex_init(&claris->lock, NULL);
    if (claris_kept_read(settings->token_file, &claris->kept, err)
        && (is_of_these(claris)
            || err_set(err, ERR_REMOTE, HTTP_UNAUTHORIZED,
                       "the sign-in kept at '%.128s' is of another pool or program than [source] "
                       "claris_pool and claris_client: sign in again with 'fmferry login'",
                       settings->token_file))) {
        *claris_r = claris;
        return true;
    }
    claris_free(claris);
    return false;
}

void claris_free(struct claris *claris)
{
    if (!claris)
        return;
    claris_kept_clear(&claris->kept);
    secret_free(claris->header);
    (void)pthread_mutex_destroy(&claris->lock);
    free(claris);
}

const char *claris_account(const struct claris *claris)
{
    return claris->kept.account;
}

int64_t claris_signed_in_us(const struct claris *claris)
{
    return claris->kept.signed_in_us;
}

/* Five minutes before its end, or when half of a short life is over. */
static int64_t renewal_after_us(uint64_t lifetime_s)
{
    int64_t whole_us = (int64_t)lifetime_s * TIME_SECOND, early_us = EARLY_S * TIME_SECOND;

    return whole_us > 2 * early_us ? whole_us - early_us : whole_us / 2;
}

static void token_take(struct claris *claris, const struct claris_reply *reply, int64_t asked_us)
{
    char *line = mem_printf("Authorization: FMID " SPAN_FORMAT, SPAN_ARGS(reply->id_token));

    secret_free(claris->header);
    claris->header = secret_new((struct span){ line, strlen(line) + 1 });
    claris->number++;
    claris->renew_us = asked_us + renewal_after_us(reply->lifetime_s);
    explicit_bzero(line, strlen(line));
    free(line);
    log_debug("a new id token of Claris ID, good for %ju s", (uintmax_t)reply->lifetime_s);
}

static bool token_renew(struct claris *claris, const struct cancel *cancel, struct err *err)
{
    auto_claris_reply reply;
    auto_str body = STR_MAX(BODY_MAX);
    int64_t asked_us = time_mono_us();
    bool good;

    claris_reply_init(&reply);
    (void)str_reserve(&body, BODY_MAX);
    claris_write_refresh(&body, claris->settings.client, secret_reveal(claris->kept.refresh),
                         span_of(claris->kept.device));
    good = claris_call(&claris->settings, cancel, CLARIS_INITIATE, str_span(&body), &reply, err);
    explicit_bzero(body.at, body.room);
    if (good && reply.id_token.size == 0)
        good = err_set(
            err, ERR_REMOTE, HTTP_UNAUTHORIZED,
            "the kept sign-in is not enough for Claris any more: sign in again with 'fmferry "
            "login'");
    if (good)
        token_take(claris, &reply, asked_us);
    return good;
}

bool claris_header(struct claris *claris, const struct cancel *cancel, uint64_t refused,
                   struct secret **header_r, uint64_t *number_r, struct err *err)
{
    bool good = true;

    (void)pthread_mutex_lock(&claris->lock);
    if (!claris->header || refused == claris->number || time_mono_us() >= claris->renew_us)
        good = token_renew(claris, cancel, err);
    if (good) {
        *header_r = secret_new(secret_reveal(claris->header));
        *number_r = claris->number;
    }
    (void)pthread_mutex_unlock(&claris->lock);
    return good;
}
