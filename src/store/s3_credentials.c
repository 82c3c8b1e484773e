/* The order of the places, and those that need no network. */
#include "store/s3_credentials.h"

#include "base/mem.h"
#include "store/s3_profile.h"

struct s3_chain {
    const struct cancel *cancel;
    bool (*fetch)(struct s3_chain *chain, struct s3_credentials *credentials_r, struct err *err);
    const char *place;
    char *profile;
    struct s3_credentials lasting; /* read once, where the place can be read only once */
};

void s3_credentials_clear(struct s3_credentials *credentials)
{
    free(credentials->access_key);
    secret_free(credentials->secret_key);
    secret_free(credentials->token);
    *credentials = (struct s3_credentials){ 0 };
}

static const char *text_of(const char *text)
{
    return text && *text ? text : NULL;
}

static char *profile_of(const char *told)
{
    const char *profile = text_of(told) ? told : text_of(getenv("AWS_PROFILE"));

    return mem_text(profile ? profile : "default");
}

char *s3_profile_setting(const char *profile, const char *name)
{
    auto_free char *section = profile_of(profile);

    return s3_profile_read(section, name);
}

/* --- lasting ones --------------------------------------------------------------------------- */

static bool fetch_lasting(struct s3_chain *chain, struct s3_credentials *credentials_r,
                          struct err *err)
{
    const struct s3_credentials *from = &chain->lasting;

    (void)err;
    *credentials_r = (struct s3_credentials){ .access_key = mem_text(from->access_key),
                                              .expires_us = INT64_MAX };
    credentials_r->secret_key = secret_new(secret_reveal(from->secret_key));
    if (from->token)
        credentials_r->token = secret_new(secret_reveal(from->token));
    return true;
}

static bool from_settings(struct s3_chain *chain, const struct store_settings *settings,
                          struct err *err)
{
    chain->place = "the configuration";
    chain->fetch = fetch_lasting;
    chain->lasting.access_key = mem_text(settings->access_key);
    if (!secret_source_is_set(&settings->secret_key))
        return err_set(err, ERR_USAGE, 0,
                       "an access_key is named, but not where its secret is: set secret_key_env, "
                       "secret_key_file or secret_key_command in [store]");
    return secret_read(&settings->secret_key, "the store's secret key", &chain->lasting.secret_key,
                       err);
}

/* A variable that holds a secret is read once and then removed. */
static struct secret *secret_of_env(const char *name)
{
    struct secret_source source = { .env = name };
    struct secret *secret = NULL;
    struct err ignored;

    return text_of(getenv(name)) && secret_read(&source, name, &secret, &ignored) ? secret : NULL;
}

static bool from_env(struct s3_chain *chain, struct err *err)
{
    chain->place = "the environment (AWS_ACCESS_KEY_ID)";
    chain->fetch = fetch_lasting;
    chain->lasting.access_key = mem_text(getenv("AWS_ACCESS_KEY_ID"));
    chain->lasting.secret_key = secret_of_env("AWS_SECRET_ACCESS_KEY");
    chain->lasting.token = secret_of_env("AWS_SESSION_TOKEN");
    return chain->lasting.secret_key
           || err_set(err, ERR_USAGE, 0, "AWS_SECRET_ACCESS_KEY is not set");
}

/* --- the shared files ----------------------------------------------------------------------- */

static struct secret *secret_of_profile(const char *profile, const char *key)
{
    char *text = s3_profile_read(profile, key);
    struct secret *secret = text && *text ? secret_new(span_of(text)) : NULL;

    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
    return secret;
}

/* Read anew each time: another program may renew what stands there. */
static bool fetch_profile(struct s3_chain *chain, struct s3_credentials *credentials_r,
                          struct err *err)
{
    auto_credentials credentials = { .expires_us = INT64_MAX };

    credentials.access_key = s3_profile_read(chain->profile, "aws_access_key_id");
    credentials.secret_key = secret_of_profile(chain->profile, "aws_secret_access_key");
    credentials.token = secret_of_profile(chain->profile, "aws_session_token");
    if (!credentials.access_key || !credentials.secret_key)
        return err_set(err, ERR_USAGE, 0,
                       "profile '%.64s' lacks aws_access_key_id or aws_secret_access_key",
                       chain->profile);
    *credentials_r = credentials;
    credentials = (struct s3_credentials){ 0 };
    return true;
}

static bool profile_has(const struct s3_chain *chain, const char *key)
{
    auto_free char *value = s3_profile_read(chain->profile, key);

    return text_of(value);
}

static bool fetch_nothing(struct s3_chain *chain, struct s3_credentials *credentials_r,
                          struct err *err)
{
    (void)chain;
    (void)credentials_r;
    return err_set(err, ERR_USAGE, 0,
                   "there are none: set access_key in [store], AWS_ACCESS_KEY_ID and "
                   "AWS_SECRET_ACCESS_KEY, or a profile in ~/.aws/credentials (docs/s3.md)");
}

static void from_elsewhere(struct s3_chain *chain)
{
    if (profile_has(chain, "aws_access_key_id")) {
        chain->place = "the shared files (~/.aws)";
        chain->fetch = fetch_profile;
        return;
    }
    chain->place = "anywhere";
    chain->fetch = fetch_nothing;
}

/* --- the order ------------------------------------------------------------------------------ */

bool s3_chain_new(const struct store_settings *settings, const char *region,
                  const struct cancel *cancel, struct s3_chain **chain_r, struct err *err)
{
    bool profile_is_named = text_of(settings->profile) || text_of(getenv("AWS_PROFILE"));
    struct s3_chain *chain = mem_new(struct s3_chain);
    bool good = true;

    (void)region;
    chain->cancel = cancel;
    chain->profile = profile_of(settings->profile);
    if (text_of(settings->access_key))
        good = from_settings(chain, settings, err);
    else if (!profile_is_named && text_of(getenv("AWS_ACCESS_KEY_ID")))
        good = from_env(chain, err);
    else
        from_elsewhere(chain);
    if (good)
        *chain_r = chain;
    else
        s3_chain_free(chain);
    return good;
}

void s3_chain_free(struct s3_chain *chain)
{
    if (!chain)
        return;
    s3_credentials_clear(&chain->lasting);
    free(chain->profile);
    free(chain);
}

bool s3_chain_fetch(struct s3_chain *chain, struct s3_credentials *credentials_r, struct err *err)
{
    return chain->fetch(chain, credentials_r, err);
}

const char *s3_chain_place(const struct s3_chain *chain)
{
    return chain->place;
}
