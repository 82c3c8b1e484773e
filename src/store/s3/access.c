/* Keeps credentials, region, clock and pace behind one lock that is held for no request. */
#include "store/s3/access.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/time.h"
#include "store/aws/chain.h"
#include "store/aws/profile.h"

#include <pthread.h>
#include <stdatomic.h>

/* Credentials are fetched anew this long before they expire, as other programs do. */
#define RENEW_US (10 * 60 * TIME_SECOND)

/* A clock that is off by less was not the cause of a refusal. */
#define CLOCK_MATTERS_US (60 * TIME_SECOND)
/*
 * A clock with a wrong zone or a wrong date is off by no more than a day, and the quarter of an
 * hour that servers forgive. A server that says more may want requests signed for another year.
 */
#define CLOCK_BELIEVED_US ((24 * 3600 + 900) * (int64_t)TIME_SECOND)

enum { UNLIMITED = 1 << 20 };
#define SLOW_LOOK_US (200 * TIME_MS)
#define SLOW_AGAIN_US (1 * TIME_SECOND) /* answers to requests under way count once */

struct store_access {
    const struct clock *clock;
    struct s3_endpoint endpoint;
    struct aws_chain *chain;
    atomic_uint_least64_t generation; /* grows when credentials or region change */
    atomic_int_least64_t expires_us, clock_off_us;
    pthread_mutex_t lock; /* for the fields below */
    pthread_cond_t released;
    struct aws_credentials credentials;
    char *region;
    double allowed; /* requests at once */
    int busy;
    int64_t slowed_us;
    pthread_mutex_t fetching; /* held while credentials are fetched */
};

/* --- making --------------------------------------------------------------------------------- */

static const char *first_set(const char *a, const char *b)
{
    return a && *a ? a : b && *b ? b : NULL;
}

static char *region_of(const struct store_settings *settings, const struct s3_endpoint *place)
{
    const char *told = first_set(settings->region, NULL);
    struct span named = s3_endpoint_region(place);
    char *profile;

    if (!told && named.size)
        return span_text(named);
    told = first_set(told, first_set(getenv("AWS_REGION"), getenv("AWS_DEFAULT_REGION")));
    if (told)
        return mem_text(told);
    profile = aws_profile_setting(settings->profile, "region");
    return profile ? profile : mem_text("us-east-1");
}

static char *endpoint_of(const struct store_settings *settings)
{
    const char *told = first_set(settings->endpoint, getenv("AWS_ENDPOINT_URL_S3"));

    told = first_set(told, getenv("AWS_ENDPOINT_URL"));
    return told ? mem_text(told) : aws_profile_setting(settings->profile, "endpoint_url");
}

bool s3_access_locate(const struct store_settings *settings, struct s3_endpoint *place_r,
                      struct err *err)
{
    auto_free char *endpoint = endpoint_of(settings);

    return s3_endpoint_read(settings->url, endpoint, settings->addressing, place_r, err);
}

bool s3_access_new(const struct store_settings *settings, const struct cancel *cancel,
                   struct store_access **access_r, struct err *err)
{
    struct store_access *access = mem_new(struct store_access);

    (void)pthread_mutex_init(&access->lock, NULL);
    (void)pthread_mutex_init(&access->fetching, NULL);
    (void)pthread_cond_init(&access->released, NULL);
    access->clock = settings->clock ? settings->clock : &clock_real;
    access->allowed = UNLIMITED;
    if (s3_access_locate(settings, &access->endpoint, err)) {
        access->region = region_of(settings, &access->endpoint);
        if (aws_chain_new(settings, access->region, cancel, &access->chain, err)) {
            *access_r = access;
            return true;
        }
    }
    s3_access_free(access);
    return err_ctx(err, "the store");
}

void s3_access_free(struct store_access *access)
{
    if (!access)
        return;
    aws_credentials_clear(&access->credentials);
    aws_chain_free(access->chain);
    s3_endpoint_clear(&access->endpoint);
    free(access->region);
    (void)pthread_cond_destroy(&access->released);
    (void)pthread_mutex_destroy(&access->fetching);
    (void)pthread_mutex_destroy(&access->lock);
    free(access);
}

const struct s3_endpoint *s3_access_endpoint(const struct store_access *access)
{
    return &access->endpoint;
}

/* --- the clock ------------------------------------------------------------------------------ */

static int64_t s3_access_clock_off_us(const struct store_access *access)
{
    return atomic_load(&access->clock_off_us);
}

int64_t s3_access_now_us(const struct store_access *access)
{
    return clock_now_us(access->clock) + s3_access_clock_off_us(access);
}

bool s3_access_learn_time(struct store_access *access, int64_t server_us)
{
    int64_t off_us = server_us - clock_now_us(access->clock);
    int64_t change_us = off_us - s3_access_clock_off_us(access);

    if (off_us > CLOCK_BELIEVED_US || off_us < -CLOCK_BELIEVED_US)
        return false;
    if (change_us < CLOCK_MATTERS_US && change_us > -CLOCK_MATTERS_US)
        return false;
    atomic_store(&access->clock_off_us, off_us);
    return true;
}

/* --- signing -------------------------------------------------------------------------------- */

void s3_signer_clear(struct s3_signer *signer)
{
    free(signer->access_key);
    free(signer->region);
    secret_free(signer->token);
    explicit_bzero(signer, sizeof *signer);
}

static void credentials_take(struct store_access *access, struct aws_credentials *credentials)
{
    (void)pthread_mutex_lock(&access->lock);
    aws_credentials_clear(&access->credentials);
    access->credentials = *credentials;
    atomic_store(&access->expires_us, credentials->expires_us);
    atomic_fetch_add(&access->generation, 1);
    (void)pthread_mutex_unlock(&access->lock);
    *credentials = (struct aws_credentials){ 0 };
}

/* Fetches credentials, unless another thread did while this one waited for its turn. */
static bool credentials_fetch(struct store_access *access, uint64_t generation, struct err *err)
{
    auto_credentials credentials = { 0 };
    bool good = true;

    (void)pthread_mutex_lock(&access->fetching);
    if (atomic_load(&access->generation) == generation) {
        good = aws_chain_fetch(access->chain, &credentials, err);
        if (good)
            credentials_take(access, &credentials);
    }
    (void)pthread_mutex_unlock(&access->fetching);
    return good || err_ctx(err, "credentials from %s", aws_chain_source(access->chain));
}

static bool credentials_are_fresh(const struct store_access *access)
{
    int64_t expires_us = atomic_load(&access->expires_us);

    return atomic_load(&access->generation) > 0
           && (expires_us == INT64_MAX || clock_now_us(access->clock) < expires_us - RENEW_US);
}

/* Whether old credentials still serve: they do until they expire. */
static bool credentials_are_usable(const struct store_access *access)
{
    return atomic_load(&access->generation) > 0
           && clock_now_us(access->clock) < atomic_load(&access->expires_us);
}

static void signer_refresh(struct store_access *access, const char *date, int64_t at_us,
                           struct s3_signer *signer)
{
    struct sigv4_scope scope = { .service = "s3", .at_us = at_us };

    s3_signer_clear(signer);
    (void)pthread_mutex_lock(&access->lock);
    signer->generation = atomic_load(&access->generation);
    signer->access_key = mem_text(access->credentials.access_key);
    signer->region = mem_text(access->region);
    if (access->credentials.token)
        signer->token = secret_new(secret_reveal(access->credentials.token));
    (void)snprintf(signer->date, sizeof signer->date, "%s", date);
    scope.region = signer->region;
    signer->key = sigv4_key_of(secret_reveal(access->credentials.secret_key), &scope);
    (void)pthread_mutex_unlock(&access->lock);
}

bool s3_access_sign(struct store_access *access, int64_t at_us, struct s3_signer *signer,
                    struct err *err)
{
    char date[SIGV4_DATE_SIZE];

    if (!credentials_are_fresh(access)
        && !credentials_fetch(access, atomic_load(&access->generation), err)) {
        if (!credentials_are_usable(access) || err->kind == ERR_CANCELED)
            return false;
        *err = (struct err){ 0 };
    }
    (void)sigv4_date(at_us, date);
    if (signer->generation != atomic_load(&access->generation) || strcmp(signer->date, date) != 0)
        signer_refresh(access, date, at_us, signer);
    return true;
}

bool s3_access_renew(struct store_access *access, const struct s3_signer *signer, bool *changed_r,
                     struct err *err)
{
    if (!credentials_fetch(access, signer->generation, err))
        return false;
    (void)pthread_mutex_lock(&access->lock);
    *changed_r = strcmp(access->credentials.access_key, signer->access_key) != 0
                 || (access->credentials.token
                     && !(signer->token
                          && span_equal(secret_reveal(access->credentials.token),
                                        secret_reveal(signer->token))));
    (void)pthread_mutex_unlock(&access->lock);
    return true;
}

static bool region_is_good(struct span region)
{
    for (size_t i = 0; i < region.size; i++)
        if (!region.at[i] || !strchr("abcdefghijklmnopqrstuvwxyz0123456789-", region.at[i]))
            return false;
    return region.size > 0 && region.size <= 64;
}

bool s3_access_learn_region(struct store_access *access, struct span region)
{
    bool is_new;

    if (!region_is_good(region))
        return false;
    (void)pthread_mutex_lock(&access->lock);
    is_new = !span_is(region, access->region);
    if (is_new) {
        free(access->region);
        access->region = span_text(region);
        atomic_fetch_add(&access->generation, 1);
    }
    (void)pthread_mutex_unlock(&access->lock);
    return is_new;
}

/* --- the pace ------------------------------------------------------------------------------- */

bool s3_access_enter(struct store_access *access, const struct cancel *cancel, struct err *err)
{
    bool good = true;

    (void)pthread_mutex_lock(&access->lock);
    while (good && access->busy >= (int)access->allowed) {
        clock_wait(access->clock, &access->released, &access->lock, SLOW_LOOK_US);
        good = !cancel_is_set(cancel);
    }
    access->busy += good;
    (void)pthread_mutex_unlock(&access->lock);
    return good || err_set(err, ERR_CANCELED, 0, "asked to stop");
}

void s3_access_leave(struct store_access *access, bool was_told_to_slow_down)
{
    int64_t now_us = clock_mono_us(access->clock);

    (void)pthread_mutex_lock(&access->lock);
    if (was_told_to_slow_down && now_us - access->slowed_us >= SLOW_AGAIN_US) {
        access->allowed = access->busy > 1 ? access->busy / 2.0 : 1;
        access->slowed_us = now_us;
    } else if (!was_told_to_slow_down && access->allowed < UNLIMITED) {
        access->allowed += 1 / access->allowed;
        if (access->allowed > 2.0 * access->busy + 64)
            access->allowed = UNLIMITED; /* it has not been the limit for long */
    }
    access->busy--;
    (void)pthread_cond_signal(&access->released);
    (void)pthread_mutex_unlock(&access->lock);
}
