/* Reads credentials from JSON and from the XML of STS. */
#include "store/aws/credentials.h"

#include "base/mem.h"
#include "base/time.h"
#include "store/s3/xml.h"
#include "json/shape.h"

void aws_credentials_clear(struct aws_credentials *credentials)
{
    free(credentials->access_key);
    secret_free(credentials->secret_key);
    secret_free(credentials->token);
    *credentials = (struct aws_credentials){ 0 };
}

struct aws_credential_texts {
    struct span access_key, secret_key, token, session_token, expires;
};

/* Credentials go into headers: nothing in them may end a line, or the text early. */
static bool is_sendable(struct span text)
{
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.at[i] <= ' ' || (unsigned char)text.at[i] >= 0x7F)
            return false;
    return true;
}

static bool credential_texts_take(const struct aws_credential_texts *handed,
                                  struct aws_credentials *credentials_r, struct err *err)
{
    struct span token = handed->token.size ? handed->token : handed->session_token;
    auto_free char *until = span_text(handed->expires);
    struct tm tm = { 0 };

    if (!handed->access_key.size || !handed->secret_key.size)
        return err_set(err, ERR_DATA, 0, "the answer holds no credentials");
    if (!is_sendable(handed->access_key) || !is_sendable(handed->secret_key) || !is_sendable(token))
        return err_set(err, ERR_DATA, 0,
                       "the credentials have a blank or control character in them");
    if (*until && !strptime(until, "%Y-%m-%dT%H:%M:%S", &tm))
        return err_set(err, ERR_DATA, 0, "the credentials expire at a time that is none");
    *credentials_r = (struct aws_credentials){ .access_key = span_text(handed->access_key),
                                               .secret_key = secret_new(handed->secret_key),
                                               .token = token.size ? secret_new(token) : NULL };
    credentials_r->expires_us = *until ? (int64_t)timegm(&tm) * TIME_SECOND : INT64_MAX;
    return true;
}

bool aws_credentials_read(struct span text, struct aws_credentials *credentials_r, struct err *err)
{
    static const struct json_member shape[] = {
        JSON_SPAN(struct aws_credential_texts, access_key, "AccessKeyId"),
        JSON_SPAN(struct aws_credential_texts, secret_key, "SecretAccessKey"),
        JSON_MAYBE_SPAN(struct aws_credential_texts, token, "Token"),
        JSON_MAYBE_SPAN(struct aws_credential_texts, session_token, "SessionToken"),
        JSON_MAYBE_SPAN(struct aws_credential_texts, expires, "Expiration"),
        JSON_SHAPE_END,
    };
    struct aws_credential_texts handed = { 0 };
    auto_json *json = NULL;

    return json_read(text, &json, err) && json_fill(json, json_root(json), shape, &handed, err)
           && credential_texts_take(&handed, credentials_r, err);
}

/* Texts of an STS answer, kept until the walk is over. */
struct sts_answer {
    char *access_key, *secret_key, *token, *expires;
};

static void sts_keep(char **to, struct span text)
{
    free(*to);
    *to = span_text(text);
}

static bool on_sts(void *arg, const char *path, struct span text, struct err *err)
{
    struct sts_answer *sts = arg;
    const char *at = strstr(path, "Result/Credentials/");
    const char *name = at ? at + strlen("Result/Credentials/") : "";

    (void)err;
    if (strcmp(name, "AccessKeyId") == 0)
        sts_keep(&sts->access_key, text);
    else if (strcmp(name, "SecretAccessKey") == 0)
        sts_keep(&sts->secret_key, text);
    else if (strcmp(name, "SessionToken") == 0)
        sts_keep(&sts->token, text);
    else if (strcmp(name, "Expiration") == 0)
        sts_keep(&sts->expires, text);
    return true;
}

static void wiped_free(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}

bool aws_credentials_read_sts(struct span xml, struct aws_credentials *credentials_r,
                              struct err *err)
{
    struct sts_answer sts = { NULL };
    char root[S3_XML_NAME_SIZE];
    bool good = s3_xml_walk(xml, root, on_sts, &sts, err);
    struct aws_credential_texts handed = { .access_key = span_of(sts.access_key),
                                           .secret_key = span_of(sts.secret_key),
                                           .token = span_of(sts.token),
                                           .expires = span_of(sts.expires) };

    good = good && credential_texts_take(&handed, credentials_r, err);
    free(sts.access_key);
    wiped_free(sts.secret_key);
    wiped_free(sts.token);
    free(sts.expires);
    return good;
}
