/* What a sign-in may answer: replies, refusals, dates; a reply's challenge is answered, too. */
#include "fuzz.h"

#include "claris/srp.h"
#include "claris/wire.h"

#include "base/mem.h"

static void challenge_try(const struct claris_reply *reply)
{
    static const uint8_t secret[CLARIS_SRP_SECRET_SIZE] = { 1 };
    struct claris_challenge challenge = { .pool = span_of("Ab3dEf9hI"),
                                          .user = reply->user,
                                          .salt = reply->salt,
                                          .public_hex = reply->public_hex,
                                          .secret_block = reply->block,
                                          .stamp = span_of("Thu Jan 1 00:00:00 UTC 1970") };
    auto_claris_srp *srp = claris_srp_new(secret);
    auto_str signature = STR_MAX(KIB(1));
    struct err err;

    if (!claris_srp_answer(srp, &challenge, span_of("password"), &signature, &err))
        assert(err.kind == ERR_DATA);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = fuzz_span(data, size);
    auto_free char *line = span_text(text);
    auto_claris_reply reply;
    struct err err;

    claris_reply_init(&reply);
    str_add_span(&reply.text, text);
    if (!claris_reply_read(&reply, &err))
        assert(err.kind == ERR_DATA);
    else if (reply.id_token.size == 0)
        challenge_try(&reply);
    assert(!claris_refused(400, text, &err));
    assert(err.kind == ERR_REMOTE || err.kind == ERR_USAGE);
    (void)claris_date(line);
    return 0;
}
