/* The writes about one document, from its claim to its end. */
#include "engine/writes.h"

/* --- intents -------------------------------------------------------------------------------- */

struct intent {
    const struct ledger_claim *claim;
    struct ledger_version *version;
};

static bool intent_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct intent *intent = args;

    return ledger_intend(to->ledger, intent->claim, intent->version, err);
}

bool write_intent(struct writer *writer, const struct ledger_claim *claim,
                  struct ledger_version *version, struct err *err)
{
    return writer_run(writer, intent_work, &(struct intent){ claim, version }, err);
}

struct writer_job *write_intent_begin(struct writer *writer, const struct ledger_claim *claim,
                                      struct ledger_version *version)
{
    struct intent intent = { claim, version };

    return writer_submit(writer, intent_work, &intent, sizeof intent);
}

struct withdrawal {
    const struct ledger_claim *claim;
    int64_t version;
};

static bool withdrawal_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct withdrawal *withdrawal = args;

    return ledger_withdraw(to->ledger, withdrawal->claim, withdrawal->version, err);
}

bool write_withdrawal(struct writer *writer, const struct ledger_claim *claim, int64_t version,
                      struct err *err)
{
    return writer_run(writer, withdrawal_work, &(struct withdrawal){ claim, version }, err);
}

/* --- refused bytes -------------------------------------------------------------------------- */

struct refused {
    const struct ledger_claim *claim;
    const char *class;
    const struct sha256 *sha256;
    uint64_t size_bytes;
    struct ledger_refused *known_r;
};

static bool refused_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct refused *refused = args;

    return ledger_refuse(to->ledger, refused->claim, refused->class, refused->sha256,
                         refused->size_bytes, refused->known_r, err);
}

bool write_refused(struct writer *writer, const struct ledger_claim *claim,
                   enum failure_kind failure, const struct sha256 *sha256, uint64_t size_bytes,
                   struct ledger_refused *known_r, struct err *err)
{
    struct refused refused = { claim, failure_class_of(failure)->name, sha256, size_bytes,
                               known_r };

    return writer_run(writer, refused_work, &refused, err);
}
