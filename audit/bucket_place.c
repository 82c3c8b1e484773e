/* Where the bucket is, and who asks: read from the command line, the environment and one file. */
#include "bucket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 8192 };

__attribute__((__format__(__printf__, 1, 2))) static char *text_of(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    int size;

    va_start(args, format);
    size = vasprintf(&text, format, args);
    va_end(args);
    if (size < 0)
        audit_give_up("no memory");
    return text;
}

/* --- credentials ---------------------------------------------------------------------------- */

static char *text_trimmed(char *text)
{
    size_t size;

    text += strspn(text, " \t");
    size = strlen(text);
    while (size && strchr(" \t\r\n", text[size - 1]))
        text[--size] = '\0';
    return text;
}

/* "aws_secret_access_key = ..." as in ~/.aws/credentials; the first of each name counts. */
static void credential_read(char *line, struct audit_login *login)
{
    char *value = strchr(line, '='), *name;
    char **to;

    if (!value)
        return;
    *value++ = '\0';
    name = text_trimmed(line);
    to = strcmp(name, "aws_access_key_id") == 0       ? &login->access_key
         : strcmp(name, "aws_secret_access_key") == 0 ? &login->secret_key
         : strcmp(name, "aws_session_token") == 0     ? &login->token
                                                      : NULL;
    if (to && !*to)
        *to = text_of("%s", text_trimmed(value));
}

static void credentials_read(const char *path, struct audit_login *login)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
    char line[LINE_MAX_BYTES];
    struct stat about;

    if (!file || fstat(fd, &about) < 0)
        audit_give_up("opening '%s': %s", path, strerrordesc_np(errno));
    if (!S_ISREG(about.st_mode) || about.st_mode & 077)
        audit_give_up("'%s' holds a secret, and others may read it: chmod 600 it", path);
    while (fgets(line, sizeof line, file))
        credential_read(line, login);
    explicit_bzero(line, sizeof line);
    (void)fclose(file);
}

static char *from_environment(const char *name)
{
    const char *value = getenv(name);

    return value && *value ? text_of("%s", value) : NULL;
}

static void login_find(const char *path, struct audit_login *login)
{
    if (path) {
        credentials_read(path, login);
    } else {
        login->access_key = from_environment("AWS_ACCESS_KEY_ID");
        login->secret_key = from_environment("AWS_SECRET_ACCESS_KEY");
        login->token = from_environment("AWS_SESSION_TOKEN");
    }
    if (!login->access_key || !login->secret_key)
        audit_give_up("no credentials for the bucket: set AWS_ACCESS_KEY_ID and "
                      "AWS_SECRET_ACCESS_KEY, or name a file with --credentials");
}

/* --- the place ------------------------------------------------------------------------------ */

static bool is_this_machine(const char *host)
{
    size_t size = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");

    return (size == 9 && strncmp(host, "localhost", 9) == 0)
           || (size == 5 && strncmp(host, "[::1]", 5) == 0)
           || (strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == size);
}

/* Splits "https://HOST:PORT". Credentials would be readable on a line without TLS. */
static void endpoint_read(const char *endpoint, struct bucket *b)
{
    const char *host = strstr(endpoint, "://");
    size_t size = host ? strcspn(host + 3, "/?#@ ") : 0;

    if (!host || size == 0 || host[3 + size + strspn(host + 3 + size, "/")] != '\0')
        audit_give_up("--endpoint is https://HOST or https://HOST:PORT, not '%s'", endpoint);
    b->scheme = text_of("%.*s", (int)(host - endpoint), endpoint);
    b->host = text_of("%.*s", (int)size, host + 3);
    if (strcmp(b->scheme, "https") != 0
        && !(strcmp(b->scheme, "http") == 0 && is_this_machine(b->host)))
        audit_give_up("'%s' is not read: beyond this machine the server must prove who it is, "
                      "by https://",
                      endpoint);
    b->above = text_of("/%s", b->name);
}

/* AWS wants the bucket in front of the host's name, unless a dot in it breaks its certificate. */
static void aws_place(struct bucket *b)
{
    bool dotted = strchr(b->name, '.');

    b->scheme = text_of("https");
    b->host = dotted ? text_of("s3.%s.amazonaws.com", b->region)
                     : text_of("%s.s3.%s.amazonaws.com", b->name, b->region);
    b->above = dotted ? text_of("/%s", b->name) : text_of("%s", "");
}

static bool is_plain(const char *text, const char *also)
{
    for (; *text; text++)
        if (!((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z')
              || (*text >= '0' && *text <= '9') || strchr(also, *text)))
            return false;
    return true;
}

static void url_read(const char *url, struct bucket *b)
{
    const char *name = url + strlen("s3://"), *prefix;
    size_t size = strcspn(name, "/"), end;

    b->name = text_of("%.*s", (int)size, name);
    if (size < 3 || !is_plain(b->name, ".-_"))
        audit_give_up("--store is s3://BUCKET or s3://BUCKET/PREFIX, not '%s'", url);
    prefix = name + size + strspn(name + size, "/");
    for (end = strlen(prefix); end && prefix[end - 1] == '/'; end--)
        ;
    b->prefix = text_of("%.*s%s", (int)end, prefix, end ? "/" : "");
}

void bucket_open(const struct bucket_options *o, struct bucket *b)
{
    const char *region = o->region ? o->region : getenv("AWS_REGION");

    *b = (struct bucket){ .region = region && *region ? region : "us-east-1",
                          .ca_file = o->ca_file };
    if (!is_plain(b->region, "-"))
        audit_give_up("'%s' is not a region", b->region);
    url_read(o->url, b);
    if (o->endpoint)
        endpoint_read(o->endpoint, b);
    else
        aws_place(b);
    login_find(o->credentials, &b->login);
}

static void secret_forget(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}

void bucket_close(struct bucket *b)
{
    free(b->scheme);
    free(b->host);
    free(b->above);
    free(b->name);
    free(b->prefix);
    free(b->login.access_key);
    secret_forget(b->login.secret_key);
    secret_forget(b->login.token);
}
