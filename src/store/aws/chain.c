/* Finds the place that credentials come from; reads those places that need no network. */
#include "store/aws/chain.h"

#include "base/child.h"
#include "base/mem.h"
#include "http/http.h"
#include "store/aws/profile.h"
#include "store/aws/roles.h"

#include <strings.h>

enum { ROLES_DEEP = 4 }; /* roles assumed by way of roles */

struct aws_chain {
    const struct cancel *cancel;
    bool (*fetch)(struct aws_chain *chain, struct aws_credentials *credentials_r, struct err *err);
    const char *source;
    char *profile;
    char *region;
    const char *ca_file;
    struct http_route route;          /* texts and secrets are the settings' */
    struct aws_credentials long_term; /* read once, if the place can be read only once */
};

static const char *text_of(const char *text)
{
    return text && *text ? text : NULL;
}

static char *profile_of(const char *told)
{
    const char *profile = text_of(told) ? told : text_of(getenv("AWS_PROFILE"));

    return mem_text(profile ? profile : "default");
}

char *aws_profile_setting(const char *profile, const char *name)
{
    auto_free char *section = profile_of(profile);

    return aws_profile_read(section, name);
}

/* --- lasting credentials -------------------------------------------------------------------- */

static bool fetch_long_term(struct aws_chain *chain, struct aws_credentials *credentials_r,
                            struct err *err)
{
    const struct aws_credentials *from = &chain->long_term;

    (void)err;
    *credentials_r = (struct aws_credentials){ .access_key = mem_text(from->access_key),
                                               .expires_us = INT64_MAX };
    credentials_r->secret_key = secret_new(secret_reveal(from->secret_key));
    if (from->token)
        credentials_r->token = secret_new(secret_reveal(from->token));
    return true;
}

static bool from_settings(struct aws_chain *chain, const struct store_settings *settings,
                          struct err *err)
{
    chain->source = "the configuration";
    chain->fetch = fetch_long_term;
    chain->long_term.access_key = mem_text(settings->access_key);
    if (!secret_source_is_set(&settings->secret_key))
        return err_set(err, ERR_USAGE, 0,
                       "an access_key is named, but not where its secret is: set secret_key_env, "
                       "secret_key_file or secret_key_command in [store]");
    return secret_read(&settings->secret_key, "the store's secret key",
                       &chain->long_term.secret_key, err);
}

/* A variable that holds a secret is read once and then removed. */
static struct secret *secret_of_env(const char *name)
{
    struct secret_source source = { .env = name };
    struct secret *secret = NULL;
    struct err ignored;

    return text_of(getenv(name)) && secret_read(&source, name, &secret, &ignored) ? secret : NULL;
}

static bool env_take(struct aws_chain *chain, struct err *err)
{
    chain->long_term.access_key = mem_text(getenv("AWS_ACCESS_KEY_ID"));
    chain->long_term.secret_key = secret_of_env("AWS_SECRET_ACCESS_KEY");
    chain->long_term.token = secret_of_env("AWS_SESSION_TOKEN");
    return chain->long_term.secret_key
           || err_set(err, ERR_USAGE, 0, "AWS_SECRET_ACCESS_KEY is not set");
}

static bool from_env(struct aws_chain *chain, struct err *err)
{
    chain->source = "the environment (AWS_ACCESS_KEY_ID)";
    chain->fetch = fetch_long_term;
    return env_take(chain, err);
}

/* --- the shared files ----------------------------------------------------------------------- */

static struct secret *secret_of_profile(const char *profile, const char *key)
{
    char *text = aws_profile_read(profile, key);
    struct secret *secret = text && *text ? secret_new(span_of(text)) : NULL;

    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
    return secret;
}

/* Reads the files anew each time: another program may renew the credentials there. */
static bool fetch_static(const char *profile, struct aws_credentials *credentials_r,
                         struct err *err)
{
    auto_credentials credentials = { .expires_us = INT64_MAX };

    credentials.access_key = aws_profile_read(profile, "aws_access_key_id");
    credentials.secret_key = secret_of_profile(profile, "aws_secret_access_key");
    credentials.token = secret_of_profile(profile, "aws_session_token");
    if (!credentials.access_key || !credentials.secret_key)
        return err_set(err, ERR_USAGE, 0,
                       "profile '%.64s' lacks aws_access_key_id or aws_secret_access_key", profile);
    *credentials_r = credentials;
    credentials = (struct aws_credentials){ 0 };
    return true;
}

static bool profile_has(const char *profile, const char *key)
{
    auto_free char *value = aws_profile_read(profile, key);

    return text_of(value);
}

static bool fetch_none(struct aws_chain *chain, struct aws_credentials *credentials_r,
                       struct err *err)
{
    (void)chain;
    (void)credentials_r;
    return err_set(err, ERR_USAGE, 0,
                   "there are none: set access_key in [store], AWS_ACCESS_KEY_ID and "
                   "AWS_SECRET_ACCESS_KEY, or a profile in ~/.aws/credentials (docs/s3.md)");
}

/* --- credentials that are handed out -------------------------------------------------------- */

static bool fetch_web_identity(struct aws_chain *chain, struct aws_credentials *credentials_r,
                               struct err *err)
{
    const struct aws_role role = { getenv("AWS_ROLE_ARN"), getenv("AWS_ROLE_SESSION_NAME"),
                                   chain->region, chain->ca_file, &chain->route };

    return aws_fetch_web_identity(&role, getenv("AWS_WEB_IDENTITY_TOKEN_FILE"), chain->cancel,
                                  credentials_r, err);
}

static bool fetch_container(struct aws_chain *chain, struct aws_credentials *credentials_r,
                            struct err *err)
{
    return aws_fetch_container(chain->cancel, credentials_r, err);
}

/* Asks the machine, the last place. If no service answers, there are no credentials. */
static bool fetch_machine(struct aws_chain *chain, struct aws_credentials *credentials_r,
                          struct err *err)
{
    const char *disabled = getenv("AWS_EC2_METADATA_DISABLED");

    if (disabled && strcasecmp(disabled, "true") == 0)
        return fetch_none(chain, credentials_r, err);
    if (aws_fetch_machine(chain->cancel, credentials_r, err))
        return true;
    return err->kind == ERR_NET && err->code != HTTP_BROKEN ? fetch_none(chain, credentials_r, err)
                                                            : false;
}

static bool fetch_of_profile(struct aws_chain *chain, const char *profile, int deep,
                             struct aws_credentials *credentials_r, struct err *err);

/* The credentials that a role is assumed with: another profile's, or the named place's. */
static bool fetch_base(struct aws_chain *chain, const char *profile, int deep,
                       struct aws_credentials *credentials_r, struct err *err)
{
    auto_free char *source = aws_profile_read(profile, "source_profile"),
                   *place = aws_profile_read(profile, "credential_source");

    if (text_of(source) && strcmp(source, profile) != 0)
        return fetch_of_profile(chain, source, deep + 1, credentials_r, err);
    if (text_of(source))
        return fetch_static(profile, credentials_r, err);
    if (place && strcmp(place, "EcsContainer") == 0)
        return fetch_container(chain, credentials_r, err);
    if (place && strcmp(place, "Ec2InstanceMetadata") == 0)
        return fetch_machine(chain, credentials_r, err);
    if (place && strcmp(place, "Environment") == 0 && chain->long_term.access_key)
        return fetch_long_term(chain, credentials_r, err);
    return err_set(err, ERR_USAGE, 0,
                   "profile '%.64s' has a role_arn, but no source_profile or credential_source "
                   "that holds anything",
                   profile);
}

static bool fetch_role_of(struct aws_chain *chain, const char *profile, int deep,
                          struct aws_credentials *credentials_r, struct err *err)
{
    auto_free char *arn = aws_profile_read(profile, "role_arn"),
                   *session = aws_profile_read(profile, "role_session_name"),
                   *token_file = aws_profile_read(profile, "web_identity_token_file");
    const struct aws_role role = { arn, session, chain->region, chain->ca_file, &chain->route };
    auto_credentials base = { 0 };

    if (text_of(token_file))
        return aws_fetch_web_identity(&role, token_file, chain->cancel, credentials_r, err);
    return fetch_base(chain, profile, deep, &base, err)
           && aws_fetch_role(&role, &base, chain->cancel, credentials_r, err);
}

static bool fetch_of_profile(struct aws_chain *chain, const char *profile, int deep,
                             struct aws_credentials *credentials_r, struct err *err)
{
    auto_free char *command = NULL, *path = NULL;

    if (deep == ROLES_DEEP)
        return err_set(err, ERR_USAGE, 0, "source_profile goes round in a circle");
    if (profile_has(profile, "role_arn"))
        return fetch_role_of(chain, profile, deep, credentials_r, err);
    if (profile_has(profile, "aws_access_key_id"))
        return fetch_static(profile, credentials_r, err);
    command = aws_profile_read_from(profile, "credential_process", &path);
    return text_of(command)
               ? child_may_be_named_by(path, "credential_process", err)
                     && aws_fetch_process(command, credentials_r, err)
               : err_set(err, ERR_USAGE, 0, "profile '%.64s' holds no credentials", profile);
}

static bool fetch_profile(struct aws_chain *chain, struct aws_credentials *credentials_r,
                          struct err *err)
{
    return fetch_of_profile(chain, chain->profile, 0, credentials_r, err);
}

/* --- the order ------------------------------------------------------------------------------ */

static void chain_use(struct aws_chain *chain, const char *place,
                      bool (*fetch)(struct aws_chain *, struct aws_credentials *, struct err *))
{
    chain->source = place;
    chain->fetch = fetch;
}

static bool profile_serves(const struct aws_chain *chain)
{
    static const char *const keys[] = { "aws_access_key_id", "role_arn", "credential_process" };

    for (size_t i = 0; i < lengthof(keys); i++)
        if (profile_has(chain->profile, keys[i]))
            return true;
    return false;
}

static void from_elsewhere(struct aws_chain *chain, bool profile_is_named)
{
    if (!profile_is_named && text_of(getenv("AWS_WEB_IDENTITY_TOKEN_FILE"))
        && text_of(getenv("AWS_ROLE_ARN")))
        chain_use(chain, "a web identity (AWS_WEB_IDENTITY_TOKEN_FILE)", fetch_web_identity);
    else if (profile_is_named || profile_serves(chain))
        chain_use(chain, "the shared files (~/.aws)", fetch_profile);
    else if (text_of(getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"))
             || text_of(getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI")))
        chain_use(chain, "the container's host", fetch_container);
    else
        chain_use(chain, "anywhere", fetch_machine);
}

bool aws_chain_new(const struct store_settings *settings, const char *region,
                   const struct cancel *cancel, struct aws_chain **chain_r, struct err *err)
{
    bool profile_is_named = text_of(settings->profile) || text_of(getenv("AWS_PROFILE"));
    struct aws_chain *chain = mem_new(struct aws_chain);
    bool good = true;

    chain->cancel = cancel;
    chain->profile = profile_of(settings->profile);
    chain->region = mem_text(region);
    chain->ca_file = text_of(settings->ca_file);
    chain->route = settings->route;
    if (text_of(settings->access_key))
        good = from_settings(chain, settings, err);
    else if (!profile_is_named && text_of(getenv("AWS_ACCESS_KEY_ID")))
        good = from_env(chain, err);
    else
        from_elsewhere(chain, profile_is_named);
    if (chain->fetch == fetch_profile && text_of(getenv("AWS_ACCESS_KEY_ID")))
        good = env_take(chain, err); /* a profile may name the environment as its source */
    if (good)
        *chain_r = chain;
    else
        aws_chain_free(chain);
    return good;
}

void aws_chain_free(struct aws_chain *chain)
{
    if (!chain)
        return;
    aws_credentials_clear(&chain->long_term);
    free(chain->profile);
    free(chain->region);
    free(chain);
}

bool aws_chain_fetch(struct aws_chain *chain, struct aws_credentials *credentials_r,
                     struct err *err)
{
    return chain->fetch(chain, credentials_r, err);
}

const char *aws_chain_source(const struct aws_chain *chain)
{
    return chain->source;
}
