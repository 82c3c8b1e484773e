/* Finds buckets' hosts. AWS's are made of region and bucket; others are used as they are named. */
#include "store/s3/endpoint.h"

#include "base/mem.h"
#include "http/url.h"
#include "store/s3/sigv4.h"

enum { BUCKET_LEAST = 3, BUCKET_MOST = 255 };

void s3_endpoint_clear(struct s3_endpoint *place)
{
    free(place->bucket);
    free(place->prefix);
    free(place->scheme);
    free(place->authority);
    *place = (struct s3_endpoint){ 0 };
}

static bool bucket_is_good(struct span bucket)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";

    for (size_t i = 0; i < bucket.size; i++)
        if (!bucket.at[i] || !strchr(allowed, bucket.at[i]))
            return false;
    return bucket.size >= BUCKET_LEAST && bucket.size <= BUCKET_MOST && bucket.at[0] != '.'
           && bucket.at[0] != '-';
}

static bool url_take(const char *text, struct s3_endpoint *place, struct err *err)
{
    struct span rest = span_from(span_of(text), strlen("s3://"));
    struct span bucket = span_cut(&rest, '/');
    bool closed = span_ends(rest, "/");

    if (!bucket_is_good(bucket))
        return err_set(err, ERR_USAGE, 0, "'%.128s' names no bucket (s3://BUCKET/PREFIX)", text);
    place->bucket = span_text(bucket);
    place->prefix = rest.size ? mem_printf(SPAN_FORMAT "%s", SPAN_ARGS(rest), closed ? "" : "/")
                              : mem_text("");
    if (rest.size) {
        rest.size -= closed;
        auto_free char *prefix = span_text(rest);

        if (!store_key_is_good(prefix))
            return err_set(err, ERR_USAGE, 0, "the prefix of '%.128s' breaks the rules for keys",
                           text);
    }
    return true;
}

static bool host_is_aws(struct span host)
{
    return span_ends(host, ".amazonaws.com") || span_ends(host, ".amazonaws.com.cn");
}

static bool endpoint_take(const char *text, struct s3_endpoint *place, struct err *err)
{
    auto_url url = { 0 };
    auto_str host = STR_MAX(KIB(1));

    if (!text || !*text) {
        place->scheme = mem_text("https");
        place->is_aws = true;
        return true;
    }
    if (!url_read(text, &url, err) || strcmp(url.path, "/") != 0 || url.query)
        return err_set(err, ERR_USAGE, 0,
                       "the endpoint '%.128s' is not of the form https://HOST or https://HOST:PORT",
                       text);
    url_add_origin(&host, &url);
    place->scheme = mem_text(url.scheme);
    place->authority = mem_text(str_text(&host) + strlen(url.scheme) + strlen("://"));
    place->is_aws = host_is_aws(span_of(url.host));
    return true;
}

static bool in_host(const struct s3_endpoint *place, enum store_addressing addressing)
{
    switch (addressing) {
    case STORE_ADDRESSING_AUTO: /* a certificate for *.host does not cover a name with dots */
        return place->is_aws && !strchr(place->bucket, '.');
    case STORE_ADDRESSING_PATH:
        return false;
    case STORE_ADDRESSING_VIRTUAL:
        return true;
    }
    abort();
}

bool s3_endpoint_read(const char *url, const char *endpoint, enum store_addressing addressing,
                      struct s3_endpoint *place_r, struct err *err)
{
    struct s3_endpoint place = { 0 };

    if (!url_take(url, &place, err) || !endpoint_take(endpoint, &place, err)) {
        s3_endpoint_clear(&place);
        return false;
    }
    place.in_host = in_host(&place, addressing);
    *place_r = place;
    return true;
}

/* The last label before AWS's own: s3.REGION.amazonaws.com, s3-fips.dualstack.REGION... */
struct span s3_endpoint_region(const struct s3_endpoint *place)
{
    struct span host = span_of(place->authority);
    const char *dot;

    if (!place->is_aws || !host.size)
        return SPAN_NONE;
    host.size = span_find(host, ".amazonaws.com");
    host.size -= span_ends(host, ".vpce") ? strlen(".vpce") : 0;
    dot = memrchr(host.at, '.', host.size);
    return dot ? span_from(host, (size_t)(dot + 1 - host.at)) : SPAN_NONE;
}

/* Appends the authority. An AWS endpoint that names a region serves others under their names. */
static void authority_add(const struct s3_endpoint *place, const char *region, struct str *to)
{
    struct span own = s3_endpoint_region(place), whole = span_of(place->authority);

    if (!own.size) {
        str_add_span(to, whole);
        return;
    }
    str_add(to, whole.at, (size_t)(own.at - whole.at));
    str_add_text(to, region);
    str_add_text(to, own.at + own.size);
}

void s3_endpoint_host(const struct s3_endpoint *place, const char *region, struct str *to)
{
    if (place->in_host)
        str_printf(to, "%s.", place->bucket);
    if (place->authority)
        authority_add(place, region, to);
    else
        str_printf(to, "s3.%s.amazonaws.com%s", region,
                   span_starts(span_of(region), "cn-") ? ".cn" : "");
}

void s3_endpoint_path(const struct s3_endpoint *place, const char *key, struct str *to)
{
    if (!place->in_host) {
        str_add_char(to, '/');
        sigv4_path(to, span_of(place->bucket));
    }
    if (!key && to->size && !place->in_host)
        return;
    str_add_char(to, '/');
    sigv4_path(to, span_of(key));
}
