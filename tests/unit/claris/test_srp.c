/*
 * The arithmetic of signing in: against a model in Python (srp_model.py), against logins that a client of others
 * recomputed (from FMFERRY_SHARED, or beside the project), and against challenges that would give the password away.
 */
#include "claris/srp.h"

#include "base/digest.h"
#include "base/fs.h"
#include "base/mem.h"
#include "srp_vectors.h"
#include "tap.h"
#include "json/shape.h"

#include <unistd.h>

static struct claris_challenge challenge_of(const struct vector *v)
{
    return (struct claris_challenge){ .pool = span_of(vector_pool),
                                      .user = span_of(v->user),
                                      .salt = span_of(v->salt),
                                      .public_hex = span_of(v->b),
                                      .secret_block = span_of(v->block),
                                      .stamp = span_of(vector_stamp) };
}

static struct claris_srp *srp_of(struct span secret_hex)
{
    uint8_t secret[CLARIS_SRP_SECRET_SIZE];

    return hex_read(secret_hex, secret, sizeof secret) ? claris_srp_new(secret) : NULL;
}

TEST(every_login_of_the_model_is_answered_alike)
{
    for (size_t i = 0; i < lengthof(vectors); i++) {
        const struct vector *v = &vectors[i];
        struct claris_challenge challenge = challenge_of(v);
        auto_claris_srp *srp = srp_of(span_of(v->secret));
        auto_str key_hex = STR_MAX(64), signature = STR_MAX(64);
        uint8_t key[CLARIS_SRP_KEY_SIZE];
        struct err err = { 0 };

        CHECK_AT(i, strcmp(claris_srp_public(srp), v->a) == 0);
        CHECK_AT(i, claris_srp_key(srp, &challenge, span_of(v->password), key, &err));
        hex_add(&key_hex, key, sizeof key);
        CHECK_AT(i, strcmp(str_text(&key_hex), v->key) == 0);
        CHECK_AT(i, claris_srp_answer(srp, &challenge, span_of(v->password), &signature, &err));
        CHECK_AT(i, strcmp(str_text(&signature), v->signature) == 0);
    }
}

TEST(another_password_gives_another_answer)
{
    struct claris_challenge challenge = challenge_of(&vectors[0]);
    auto_claris_srp *srp = srp_of(span_of(vectors[0].secret));
    auto_str signature = STR_MAX(64);
    struct err err = { 0 };

    CHECK(claris_srp_answer(srp, &challenge, span_of("correct Horse"), &signature, &err));
    CHECK(strcmp(str_text(&signature), vectors[0].signature) != 0);
}

/* N itself: whoever sends it knows the shared number, and could try passwords against our answer. */
static const char prime[] = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBE"
                            "A63B139B22514A08798E3404DD"
                            "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42"
                            "E9A637ED6B0BFF5CB6F406B7ED"
                            "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48"
                            "361C55D39A69163FA8FD24CF5F"
                            "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C"
                            "08CA18217C32905E462E36CE3B"
                            "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718399549"
                            "7CEA956AE515D2261898FA0510"
                            "15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71"
                            "575D060C7DB3970F85A6E1E4C7"
                            "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602"
                            "733EC86A64521F2B18177B200C"
                            "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D1"
                            "20A93AD2CAFFFFFFFFFFFFFFFF";

TEST(a_challenge_that_no_honest_provider_sends_is_refused)
{
    auto_free char *long_salt = mem_printf("%0300d", 7);
    auto_free char *long_number = mem_printf("1%s", prime);
    const struct {
        const char *b, *salt, *block;
    } cases[] = {
        { "0", "aa", "AAAA" },  { "00", "aa", "AAAA" },     { prime, "aa", "AAAA" },
        { "", "aa", "AAAA" },   { "x1", "aa", "AAAA" },     { "-5", "aa", "AAAA" },
        { " 5", "aa", "AAAA" }, { "5", "", "AAAA" },        { "5", "zz", "AAAA" },
        { "5", "aa", "*" },     { "5", long_salt, "AAAA" }, { long_number, "aa", "AAAA" },
    };
    auto_claris_srp *srp = srp_of(span_of(vectors[0].secret));

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct claris_challenge challenge = challenge_of(&vectors[0]);
        auto_str signature = STR_MAX(64);
        struct err err = { 0 };

        challenge.public_hex = span_of(cases[i].b);
        challenge.salt = span_of(cases[i].salt);
        challenge.secret_block = span_of(cases[i].block);
        CHECK_AT(i, !claris_srp_answer(srp, &challenge, span_of("hush hush"), &signature, &err));
        CHECK_AT(i, err.kind == ERR_DATA && !strstr(err.msg, "hush"));
        CHECK_AT(i, signature.size == 0);
    }
}

/* --- the logins of others ------------------------------------------------------------------- */

static char *recorded(void)
{
    static const char inside[] = "fixtures/claris-id/srp_vectors.json";
    const char *shared = getenv("FMFERRY_SHARED");
    const char *root = getenv("FMFERRY_ROOT");
    char *path = shared ? mem_printf("%s/%s", shared, inside)
                        : mem_printf("%s/../shared/%s", root ? root : ".", inside);

    if (access(path, R_OK) == 0)
        return path;
    free(path);
    return NULL;
}

struct recorded_login {
    struct span salt, user, password, b, secret, key, signature, block, stamp;
};

static const struct json_member recorded_shape[] = {
    JSON_SPAN(struct recorded_login, salt, "salt"),
    JSON_SPAN(struct recorded_login, user, "uid"),
    JSON_SPAN(struct recorded_login, password, "pw"),
    JSON_SPAN(struct recorded_login, b, "B"),
    JSON_SPAN(struct recorded_login, secret, "a"),
    JSON_SPAN(struct recorded_login, key, "key"),
    JSON_SPAN(struct recorded_login, signature, "sig"),
    JSON_SPAN(struct recorded_login, block, "sb"),
    JSON_SPAN(struct recorded_login, stamp, "ts"),
    JSON_SHAPE_END,
};

/* The number of that login may be written shorter than 128 bytes. */
static struct claris_srp *recorded_srp(struct span digits)
{
    auto_str whole = STR_MAX(2 * CLARIS_SRP_SECRET_SIZE);

    while (whole.size + digits.size < 2 * CLARIS_SRP_SECRET_SIZE)
        str_add_char(&whole, '0');
    str_add_span(&whole, digits);
    return srp_of(str_span(&whole));
}

static bool recorded_is_equal(const struct recorded_login *login)
{
    struct claris_challenge challenge = { .pool = span_of("NqkuZcXQY"),
                                          .user = login->user,
                                          .salt = login->salt,
                                          .public_hex = login->b,
                                          .secret_block = login->block,
                                          .stamp = login->stamp };
    auto_claris_srp *srp = recorded_srp(login->secret);
    auto_str key_hex = STR_MAX(64), signature = STR_MAX(64);
    uint8_t key[CLARIS_SRP_KEY_SIZE];
    struct err err = { 0 };

    if (!claris_srp_key(srp, &challenge, login->password, key, &err)
        || !claris_srp_answer(srp, &challenge, login->password, &signature, &err))
        return false;
    hex_add(&key_hex, key, sizeof key);
    return span_equal(str_span(&key_hex), login->key)
           && span_equal(str_span(&signature), login->signature);
}

TEST(logins_that_a_client_of_others_recomputed_are_answered_alike)
{
    auto_free char *path = recorded();
    auto_str text = STR_MAX(MIB(4));
    auto_json *json = NULL;
    struct err err = { 0 };
    size_t count = 0;

    if (!path)
        SKIP("there are no recorded logins here (set FMFERRY_SHARED)");
    CHECK(fs_read(path, &text, &err) && json_read(str_span(&text), &json, &err));
    json_each (value, json ? json_root(json) : NULL) {
        struct recorded_login login;

        CHECK_AT(count, json_fill(json, value, recorded_shape, &login, &err));
        CHECK_AT(count, recorded_is_equal(&login));
        count++;
    }
    CHECK(count == 111);
}
