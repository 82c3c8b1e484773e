/*
 * Asks the bucket for bytes, by libcurl: HTTPS with the server's certificate checked, no redirection,
 * no other protocol, no netrc. Requests are signed here.
 */
#include "bucket.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TRIES = 6, ERROR_BYTES = 2048, CONNECT_SECONDS = 30, SILENT_SECONDS = 60 };

struct bucket_link {
    const struct bucket *bucket;
    CURL *curl;
    char problem[CURL_ERROR_SIZE];
    char error[ERROR_BYTES]; /* the beginning of an answer that is an error */
    size_t error_size;
    bucket_taker *taker;
    void *arg;
    bool is_ended;
};

/* --- encoding ------------------------------------------------------------------------------- */

char *bucket_encoded(struct piece text, bool keep_slash)
{
    char *encoded = malloc(3 * text.size + 1), *to = encoded;

    if (!encoded)
        audit_give_up("no memory");
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.at[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
            || (c && strchr("-._~", c)) || (c == '/' && keep_slash))
            *to++ = (char)c;
        else
            to += snprintf(to, 4, "%%%02X", c);
    }
    *to = '\0';
    return encoded;
}

/* --- the link ------------------------------------------------------------------------------- */

static size_t bytes_come(char *bytes, size_t one, size_t size, void *arg)
{
    struct bucket_link *link = arg;
    size_t rest = ERROR_BYTES - 1 - link->error_size;
    long status = 0;

    (void)one;
    (void)curl_easy_getinfo(link->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status == 200) {
        link->is_ended = !link->taker(link->arg, bytes, size);
        return link->is_ended ? CURL_WRITEFUNC_ERROR : size;
    }
    memcpy(link->error + link->error_size, bytes, size < rest ? size : rest);
    link->error_size += size < rest ? size : rest;
    link->error[link->error_size] = '\0';
    return size;
}

struct bucket_link *bucket_link_new(const struct bucket *b)
{
    struct bucket_link *link = calloc(1, sizeof *link);
    CURL *curl = curl_easy_init();

    if (!link || !curl)
        audit_give_up("no memory");
    link->bucket = b;
    link->curl = curl;
    if (curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, b->scheme) != CURLE_OK
        || (b->ca_file && curl_easy_setopt(curl, CURLOPT_CAINFO, b->ca_file) != CURLE_OK))
        audit_give_up("libcurl cannot speak %s as asked", b->scheme);
    (void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    (void)curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    (void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    (void)curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    (void)curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    (void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)SILENT_SECONDS);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, bytes_come);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, link);
    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, link->problem);
    return link;
}

void bucket_link_free(struct bucket_link *link)
{
    curl_easy_cleanup(link->curl);
    free(link);
}

/* --- one request ---------------------------------------------------------------------------- */

static void header_add(struct curl_slist **headers, const char *name, const char *value)
{
    char *line = NULL;
    struct curl_slist *longer;

    if (asprintf(&line, "%s: %s", name, value) < 0 || !(longer = curl_slist_append(*headers, line)))
        audit_give_up("no memory");
    *headers = longer;
    free(line);
}

static struct curl_slist *headers_of(const struct bucket *b, const char *path, const char *query)
{
    struct audit_request request = { b->host, path, query, b->region, time(NULL) };
    char authorization[SIGNATURE_ROOM], now[SIGNATURE_TIME_SIZE];
    struct curl_slist *headers = NULL;

    if (!request_sign(&request, &b->login, authorization))
        audit_give_up("a request cannot be signed: key or credentials are too long");
    signature_time(request.at, now);
    header_add(&headers, "Host", b->host);
    header_add(&headers, "x-amz-content-sha256", SIGNATURE_NO_BODY);
    header_add(&headers, "x-amz-date", now);
    if (b->login.token)
        header_add(&headers, "x-amz-security-token", b->login.token);
    header_add(&headers, "Authorization", authorization);
    return headers;
}

static CURLcode request_send(struct bucket_link *link, const char *path, const char *query)
{
    const struct bucket *b = link->bucket;
    struct curl_slist *headers = headers_of(b, path, query);
    char *url = NULL;
    CURLcode code;

    if (asprintf(&url, "%s://%s%s%s%s", b->scheme, b->host, path, *query ? "?" : "", query) < 0)
        audit_give_up("no memory");
    link->error_size = 0;
    *link->error = *link->problem = '\0';
    link->is_ended = false;
    (void)curl_easy_setopt(link->curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(link->curl, CURLOPT_HTTPHEADER, headers);
    code = curl_easy_perform(link->curl);
    (void)curl_easy_setopt(link->curl, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
    free(url);
    return code;
}

/* The code in the server's words: "<Code>AccessDenied</Code>". */
static struct piece error_code(const struct bucket_link *link)
{
    const char *begin = strstr(link->error, "<Code>");
    size_t size = begin ? strcspn(begin + strlen("<Code>"), "<") : 0;

    return (struct piece){ begin ? begin + strlen("<Code>") : "", size < 80 ? size : 80 };
}

/* What an answer means; `again_r`: another try may be better. */
static enum bucket_answer answer_read(const struct bucket_link *link, CURLcode code, bool *again_r,
                                      char words_r[ANSWER_WORDS])
{
    struct piece name = error_code(link);
    long status = 0;

    *again_r = false;
    (void)curl_easy_getinfo(link->curl, CURLINFO_RESPONSE_CODE, &status);
    if (link->is_ended)
        return BUCKET_ENDED;
    if (code != CURLE_OK) {
        *again_r = code != CURLE_PEER_FAILED_VERIFICATION && code != CURLE_SSL_CACERT_BADFILE
                   && code != CURLE_UNSUPPORTED_PROTOCOL && code != CURLE_URL_MALFORMAT;
        (void)snprintf(words_r, ANSWER_WORDS, "%s",
                       *link->problem ? link->problem : curl_easy_strerror(code));
        return BUCKET_REFUSED;
    }
    if (status == 200)
        return BUCKET_GOT;
    if (status == 404 && piece_is(name, "NoSuchKey"))
        return BUCKET_NONE;
    *again_r = status >= 500 || status == 429;
    (void)snprintf(words_r, ANSWER_WORDS, "the server answered %ld %.*s%s", status, (int)name.size,
                   name.at,
                   status / 100 == 3 || piece_is(name, "AuthorizationHeaderMalformed")
                       ? ": --region may be wrong"
                       : "");
    return BUCKET_REFUSED;
}

enum bucket_answer bucket_get(struct bucket_link *link, struct piece key, const char *query,
                              void (*begin)(void *arg), bucket_taker *taker, void *arg,
                              char words_r[ANSWER_WORDS])
{
    char *encoded = bucket_encoded(key, true), *path = NULL;
    enum bucket_answer answer;
    bool again;

    if (asprintf(&path, "%s/%s", link->bucket->above, encoded) < 0)
        audit_give_up("no memory");
    link->taker = taker;
    link->arg = arg;
    for (unsigned tries = 1;; tries++) {
        begin(arg);
        answer = answer_read(link, request_send(link, path, query), &again, words_r);
        if (!again || tries == TRIES)
            break;
        (void)sleep(1U << (tries - 1));
    }
    free(path);
    free(encoded);
    return answer;
}
