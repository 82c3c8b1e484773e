/* Making and reading tokens. */
#include "sim/identity/token.h"

#include "base/num.h"
#include "json/json.h"
#include "json/writer.h"

enum { TOKEN_MAX = 4096 };

/* Base64url (RFC 4648, 5), without padding. */
static void part_add(struct str *to, const void *bytes, size_t size)
{
    auto_str usual = STR_MAX(TOKEN_MAX);

    base64_add(&usual, bytes, size);
    for (size_t i = 0; i < usual.size; i++) {
        char c = usual.at[i];

        if (c != '=')
            str_add_char(to, c == '+' ? '-' : c == '/' ? '_' : c);
    }
}

static void signature_add(struct str *to, const struct sha256 *key)
{
    struct sha256 signature =
        hmac_sha256((struct span){ (const char *)key->bytes, sizeof key->bytes }, str_span(to));

    str_add_char(to, '.');
    part_add(to, signature.bytes, sizeof signature.bytes);
}

void token_add(struct str *to, const struct sha256 *key, const struct token_claims *claims)
{
    static const char head[] = "{\"kid\":\"fmsim\",\"alg\":\"HS256\"}";
    auto_str body = STR_MAX(TOKEN_MAX), token = STR_MAX(TOKEN_MAX);
    struct json_writer w = JSON_WRITER(&body);

    json_open_object(&w);
    json_member_span(&w, "sub", claims->user);
    json_member_span(&w, "email", claims->account);
    json_member_text(&w, "token_use", claims->use);
    json_member_span(&w, "aud", claims->client);
    json_member_u64(&w, "jti", claims->number);
    json_member_i64(&w, "iat", claims->issued_s);
    json_member_i64(&w, "exp", claims->expires_s);
    json_close_object(&w);
    part_add(&token, head, strlen(head));
    str_add_char(&token, '.');
    part_add(&token, body.at, body.size);
    signature_add(&token, key);
    str_add_span(to, str_span(&token));
}

/* The claims, decoded; nothing if the token is none of ours. */
static bool claims_read(struct span token, const struct sha256 *key, struct str *to)
{
    auto_str again = STR_MAX(TOKEN_MAX), usual = STR_MAX(TOKEN_MAX);
    struct span rest = token, head = span_cut(&rest, '.'), body = span_cut(&rest, '.');
    struct err err;

    str_add_span(&again, span_first(token, head.size + 1 + body.size));
    signature_add(&again, key);
    if (!span_equal(str_span(&again), token))
        return false;
    for (size_t i = 0; i < body.size; i++)
        str_add_char(&usual, body.at[i] == '-' ? '+' : body.at[i] == '_' ? '/' : body.at[i]);
    return base64_read(str_span(&usual), to, &err);
}

bool token_is_good(struct span token, const struct sha256 *key, int64_t now_s)
{
    auto_str claims = STR_MAX(TOKEN_MAX);
    auto_json *json = NULL;
    const struct json_value *use, *expires;
    uint64_t end;
    struct err err;

    if (!claims_read(token, key, &claims) || !json_read(str_span(&claims), &json, &err))
        return false;
    use = json_get(json_root(json), "token_use");
    expires = json_get(json_root(json), "exp");
    return use && span_is(use->text, "id") && expires
           && num_u64(expires->text, 0, INT64_MAX, &end, &err) && (int64_t)end > now_s;
}
