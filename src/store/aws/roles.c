/* Fetches credentials, each way into the same few fields; secrets in between are wiped. */
#include "store/aws/roles.h"

#include "base/child.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/time.h"
#include "http/http.h"
#include "http/url.h"
#include "store/s3/sigv4.h"

#include <sys/wait.h>

enum { ANSWER_MAX = 64 * 1024, STATUS_FINE = 200 };

#define CONTAINER_HOST "http://169.254.170.2"
#define MACHINE_HOST "http://169.254.169.254"
#define NEAR_US (1 * TIME_SECOND)
#define FAR_US (10 * TIME_SECOND)

static void wiped_clear(struct str *text)
{
    if (text->room)
        explicit_bzero(text->at, text->room);
    str_clear(text);
}

#define auto_wiped __attribute__((cleanup(wiped_clear))) struct str

/* --- a program ------------------------------------------------------------------------------ */

bool aws_fetch_process(const char *command, struct aws_credentials *credentials_r, struct err *err)
{
    auto_wiped text = STR_MAX(ANSWER_MAX);
    struct child child;
    char part[1024];
    ssize_t got;
    int status;

    if (!child_start(command, "credential_process", &child, err))
        return false;
    while (!text.cut && (got = read(child.out, part, sizeof part)) != 0)
        if (got > 0)
            str_add(&text, part, (size_t)got);
        else if (errno != EINTR)
            break;
    explicit_bzero(part, sizeof part);
    status = child_end(&child);
    if (!str_fits(&text, "what credential_process prints", err))
        return false;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return err_set(err, ERR_USAGE, 0, "credential_process ended with an error");
    return aws_credentials_read(str_span(&text), credentials_r, err);
}

/* --- services of the host and the machine --------------------------------------------------- */

/* Says that a service refused; a refusal that passes by itself counts as no answer. */
static bool service_refused(int status, struct err *err)
{
    bool passes = (status >= 500 && status != 501 && status != 505) || status == 429
                  || status == 408;

    return err_set(err, passes ? ERR_NET : ERR_REMOTE, passes ? HTTP_BROKEN : status,
                   "it answers with HTTP status %d", status);
}

/* One request to a service nearby; its answer's body is appended to `to`. */
static bool service_ask(const struct http_settings *settings, const struct http_request *request,
                        const struct cancel *cancel, struct str *to, struct err *err)
{
    struct http *http = http_new(settings, cancel);
    struct http_answer *answer = NULL;
    bool good = http_open(http, request, &answer, err) && http_read_all(answer, to, err);

    if (good && http_status(answer) != STATUS_FINE)
        good = service_refused(http_status(answer), err);
    http_close(answer);
    http_free(http);
    return good;
}

static bool local_service_ask(const char *method, const char *url, const char *header,
                              const struct cancel *cancel, struct str *to, struct err *err)
{
    const struct http_settings settings = { .plain_allowed = true, .connect_us = NEAR_US };
    const char *const headers[] = { header, NULL };
    const struct http_request request = { .method = method,
                                          .url = url,
                                          .headers = headers,
                                          .repeatable = true,
                                          .sends_body = strcmp(method, "PUT") == 0,
                                          .idle_us = NEAR_US,
                                          .total_us = 3 * NEAR_US };

    return service_ask(&settings, &request, cancel, to, err);
}

static const char *set_or_null(const char *name)
{
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

/* Whether a host may get the token, which is sent to the one named here. */
static bool host_may_know(const char *text, struct err *err)
{
    static const char *const hosts[] = { "127.0.0.1",     "[::1]",          "localhost",
                                         "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]" };
    auto_url url = { 0 };

    if (!url_read(text, &url, err))
        return err_ctx(err, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (strcmp(url.scheme, "https") == 0)
        return true;
    for (size_t i = 0; i < lengthof(hosts); i++)
        if (strcmp(url.host, hosts[i]) == 0)
            return true;
    return err_set(err, ERR_USAGE, 0,
                   "AWS_CONTAINER_CREDENTIALS_FULL_URI names neither https nor this host");
}

static bool container_token(struct str *header, struct err *err)
{
    const char *file = set_or_null("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *token = set_or_null("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    auto_wiped text = STR_MAX(8 * 1024);

    if (file && !fs_read(file, &text, err))
        return false;
    if (!file && token)
        str_add_text(&text, token);
    if (text.size)
        str_printf(header, "Authorization: " SPAN_FORMAT, SPAN_ARGS(span_trim(str_span(&text))));
    return true;
}

bool aws_fetch_container(const struct cancel *cancel, struct aws_credentials *credentials_r,
                         struct err *err)
{
    const char *relative = set_or_null("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *full = set_or_null("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    auto_free char *url = relative ? mem_printf(CONTAINER_HOST "%s", relative) : mem_text(full);
    auto_wiped header = STR_MAX(16 * 1024), text = STR_MAX(ANSWER_MAX);

    if (!url)
        return err_set(
            err, ERR_USAGE, 0,
            "this is no container with a role: neither AWS_CONTAINER_CREDENTIALS_FULL_URI nor "
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is set");
    return (relative || host_may_know(full, err)) && container_token(&header, err)
           && local_service_ask("GET", url, header.size ? str_text(&header) : NULL, cancel, &text,
                                err)
           && aws_credentials_read(str_span(&text), credentials_r, err);
}

static const char *machine_host(void)
{
    const char *told = set_or_null("AWS_EC2_METADATA_SERVICE_ENDPOINT");

    return told ? told : MACHINE_HOST;
}

static bool ask_machine(const char *path, const char *header, const struct cancel *cancel,
                        struct str *to, struct err *err)
{
    auto_free char *url =
        mem_printf("%s/latest/meta-data/iam/security-credentials/%s", machine_host(), path);

    return local_service_ask("GET", url, header, cancel, to, err);
}

/* Asks for a session first, then for the name of the machine's role, then its credentials. */
bool aws_fetch_machine(const struct cancel *cancel, struct aws_credentials *credentials_r,
                       struct err *err)
{
    auto_free char *url = mem_printf("%s/latest/api/token", machine_host()), *role = NULL;
    auto_wiped token = STR_MAX(KIB(4)), header = STR_MAX(KIB(8)), text = STR_MAX(ANSWER_MAX);
    auto_str roles = STR_MAX(KIB(4));
    struct span rest;

    if (!local_service_ask("PUT", url, "X-aws-ec2-metadata-token-ttl-seconds: 21600", cancel,
                           &token, err))
        return false;
    str_printf(&header, "X-aws-ec2-metadata-token: " SPAN_FORMAT,
               SPAN_ARGS(span_trim(str_span(&token))));
    if (!ask_machine("", str_text(&header), cancel, &roles, err))
        return false;
    rest = str_span(&roles);
    role = span_text(span_trim(span_cut(&rest, '\n')));
    return ask_machine(role, str_text(&header), cancel, &text, err)
           && aws_credentials_read(str_span(&text), credentials_r, err);
}

/* --- the exchange --------------------------------------------------------------------------- */

static void form_add(struct str *form, const char *name, const char *value)
{
    if (form->size)
        str_add_char(form, '&');
    str_printf(form, "%s=", name);
    url_add_encoded(form, span_of(value), "");
}

static void form_begin(struct str *form, const char *action, const struct aws_role *role)
{
    form_add(form, "Action", action);
    form_add(form, "Version", "2011-06-15");
    form_add(form, "RoleArn", role->arn);
    form_add(form, "RoleSessionName", role->session && *role->session ? role->session : "fmferry");
}

static bool sts_url(const struct aws_role *role, struct url *url, struct err *err)
{
    const char *told = set_or_null("AWS_ENDPOINT_URL_STS");
    auto_free char *text = told
                               ? mem_text(told)
                               : mem_printf("https://sts.%s.amazonaws.com%s", role->region,
                                            span_starts(span_of(role->region), "cn-") ? ".cn" : "");

    return url_read(text, url, err) || err_ctx(err, "the address of STS");
}

/* The store's way, but for its client certificate, which is for the store alone. */
static struct http_route sts_route(const struct http_route *store)
{
    return (struct http_route){ .proxy = store->proxy,
                                .proxy_user = store->proxy_user,
                                .proxy_password = store->proxy_password };
}

/* Sends a form to STS. `headers` are whole lines, the signature among them if there is one. */
static bool sts_exchange(const struct url *url, const struct aws_role *role,
                         const char *const *headers, const struct str *form,
                         const struct cancel *cancel, struct aws_credentials *credentials_r,
                         struct err *err)
{
    const struct http_settings settings = { .ca_file = role->ca_file,
                                            .route = sts_route(role->route),
                                            .plain_allowed = strcmp(url->scheme, "http") == 0,
                                            .connect_us = FAR_US };
    auto_str origin = STR_MAX(KIB(1));
    auto_wiped text = STR_MAX(ANSWER_MAX);
    struct http_request request = { .method = "POST",
                                    .headers = headers,
                                    .body = str_span(form),
                                    .sends_body = true,
                                    .repeatable = true,
                                    .idle_us = FAR_US };

    url_add_origin(&origin, url);
    str_add_char(&origin, '/');
    request.url = str_text(&origin);
    return (service_ask(&settings, &request, cancel, &text, err)
            && aws_credentials_read_sts(str_span(&text), credentials_r, err))
           || err_ctx(err, "taking on the role %.200s", role->arn);
}

bool aws_fetch_web_identity(const struct aws_role *role, const char *token_file,
                            const struct cancel *cancel, struct aws_credentials *credentials_r,
                            struct err *err)
{
    static const char *const headers[] = { "Content-Type: application/x-www-form-urlencoded",
                                           NULL };
    auto_wiped token = STR_MAX(64 * 1024), form = STR_MAX(256 * 1024);
    auto_free char *word = NULL;
    auto_url url = { 0 };

    if (!fs_read(token_file, &token, err) || !sts_url(role, &url, err))
        return false;
    word = span_text(span_trim(str_span(&token)));
    form_begin(&form, "AssumeRoleWithWebIdentity", role);
    form_add(&form, "WebIdentityToken", word);
    explicit_bzero(word, strlen(word));
    return sts_exchange(&url, role, headers, &form, cancel, credentials_r, err);
}

/* Signs the request to STS, which lives at "/". */
static void sts_sign(const struct aws_role *role, const struct aws_credentials *own,
                     const struct url *url, const struct str *form, struct str *date,
                     struct str *authorization)
{
    auto_str origin = STR_MAX(KIB(1));
    char time[SIGV4_TIME_SIZE], hex[SHA256_HEX_SIZE];
    struct sha256 hash = sha256_of(str_span(form));
    struct sigv4_scope scope = { .access_key = own->access_key,
                                 .region = role->region,
                                 .service = "sts",
                                 .at_us = time_now_us() };
    struct sigv4_key key = sigv4_key_of(secret_reveal(own->secret_key), &scope);
    struct sigv4_pair pairs[4] = {
        { span_of("Content-Type"), span_of("application/x-www-form-urlencoded") },
        { span_of("X-Amz-Date"), span_of(sigv4_time(scope.at_us, time)) },
    };
    struct sigv4_request request = { .method = "POST",
                                     .path = span_of("/"),
                                     .headers = pairs,
                                     .header_count = 3,
                                     .payload = span_of(sha256_hex(&hash, hex)) };

    url_add_origin(&origin, url);
    pairs[2] =
        (struct sigv4_pair){ span_of("Host"),
                             span_from(str_span(&origin), strlen(url->scheme) + strlen("://")) };
    if (own->token)
        pairs[request.header_count++] =
            (struct sigv4_pair){ span_of("X-Amz-Security-Token"), secret_reveal(own->token) };
    str_printf(date, "X-Amz-Date: %s", time);
    str_add_text(authorization, "Authorization: ");
    sigv4_header(authorization, &request, &scope, &key);
    explicit_bzero(&key, sizeof key);
}

bool aws_fetch_role(const struct aws_role *role, const struct aws_credentials *own,
                    const struct cancel *cancel, struct aws_credentials *credentials_r,
                    struct err *err)
{
    auto_wiped form = STR_MAX(64 * 1024), token = STR_MAX(16 * 1024);
    auto_str date = STR_MAX(KIB(1)), authorization = STR_MAX(KIB(4));
    const char *headers[5] = { "Content-Type: application/x-www-form-urlencoded" };
    auto_url url = { 0 };

    if (!sts_url(role, &url, err))
        return false;
    form_begin(&form, "AssumeRole", role);
    sts_sign(role, own, &url, &form, &date, &authorization);
    if (own->token) {
        str_printf(&token, "X-Amz-Security-Token: " SPAN_FORMAT,
                   SPAN_ARGS(secret_reveal(own->token)));
        headers[3] = str_text(&token);
    }
    headers[1] = str_text(&date);
    headers[2] = str_text(&authorization);
    return sts_exchange(&url, role, headers, &form, cancel, credentials_r, err);
}
