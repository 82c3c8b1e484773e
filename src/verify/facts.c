/* Packs and unpacks facts. Members stand in the order of their structs. */
#include "verify/facts.h"

#include "verify/pack.h"
#include "verify/verify.h"

const char *const verify_state_names[VERIFY_STATES] = { "waiting", "claimed", "stored", "done",
                                                        "failed",  "waived",  "gone" };

/* docs/verify.md gives it, so that the row of a known document can be found. */
static const struct uuid row_space = { { 0x8b, 0x0e, 0x5e, 0x5c, 0x3c, 0x1f, 0x4d, 0x0a, 0x9c, 0x5e,
                                         0x66, 0x6d, 0x66, 0x65, 0x72, 0x72 } };

enum { NAME_MAX_BYTES = 64 * 1024 };

struct uuid fact_row_id(const char *source_name, struct span identity, struct span container,
                        uint64_t repetition)
{
    auto_str name = STR_MAX(NAME_MAX_BYTES);

    str_printf(&name, "%s\n" SPAN_FORMAT "\n" SPAN_FORMAT "\n%ju", source_name, SPAN_ARGS(identity),
               SPAN_ARGS(container), (uintmax_t)repetition);
    return uuid_v5(&row_space, str_span(&name));
}

uint64_t fact_type_hash(struct span type)
{
    struct sha256 hash = sha256_of(type);
    uint64_t number;

    memcpy(&number, hash.bytes, sizeof number);
    return number;
}

bool ledger_fact_is_stored(const struct ledger_fact *fact)
{
    return span_is(fact->state, "stored") || span_is(fact->state, "done");
}

void ledger_fact_pack(struct str *to, const struct ledger_fact *f)
{
    pack_u64(to, f->document);
    pack_u64(to, f->epoch);
    pack_u64(to, f->changed_us);
    pack_u64(to, f->record_id);
    pack_u64(to, f->mod_id);
    pack_text(to, f->state);
    pack_text(to, f->class);
    pack_text(to, f->identity);
    pack_text(to, f->container);
    pack_u64(to, f->repetition);
    pack_text(to, f->filemaker_patient);
    pack_text(to, f->patient);
    pack_text(to, f->link);
    pack_u8(to, f->by_hand);
    pack_u64(to, f->type_hash);
    pack_u64(to, f->version);
    pack_text(to, f->version_state);
    pack_text(to, f->key);
    pack_text(to, f->sha256);
    pack_u64(to, f->size_bytes);
    pack_text(to, f->mark);
    pack_u64(to, f->version_mod_id);
    pack_text(to, f->imprint);
    pack_u8(to, f->is_upload);
}

void ledger_fact_unpack(struct span from, struct ledger_fact *f)
{
    f->document = unpack_u64(&from);
    f->epoch = unpack_u64(&from);
    f->changed_us = unpack_u64(&from);
    f->record_id = unpack_u64(&from);
    f->mod_id = unpack_u64(&from);
    f->state = unpack_text(&from);
    f->class = unpack_text(&from);
    f->identity = unpack_text(&from);
    f->container = unpack_text(&from);
    f->repetition = unpack_u64(&from);
    f->filemaker_patient = unpack_text(&from);
    f->patient = unpack_text(&from);
    f->link = unpack_text(&from);
    f->by_hand = unpack_u8(&from);
    f->type_hash = unpack_u64(&from);
    f->version = unpack_u64(&from);
    f->version_state = unpack_text(&from);
    f->key = unpack_text(&from);
    f->sha256 = unpack_text(&from);
    f->size_bytes = unpack_u64(&from);
    f->mark = unpack_text(&from);
    f->version_mod_id = unpack_u64(&from);
    f->imprint = unpack_text(&from);
    f->is_upload = unpack_u8(&from);
}

void source_fact_pack(struct str *to, const struct source_fact *f)
{
    pack_u64(to, f->record_id);
    pack_u64(to, f->mod_id);
    pack_text(to, f->identity);
    pack_text(to, f->container);
    pack_u64(to, f->repetition);
    pack_text(to, f->mark);
    pack_text(to, f->filled);
    pack_text(to, f->storage);
    pack_u64(to, f->type_hash);
    pack_u64(to, f->matches);
    pack_text(to, f->patient);
    pack_u8(to, f->has_patient_id);
}

void source_fact_unpack(struct span from, struct source_fact *f)
{
    f->record_id = unpack_u64(&from);
    f->mod_id = unpack_u64(&from);
    f->identity = unpack_text(&from);
    f->container = unpack_text(&from);
    f->repetition = unpack_u64(&from);
    f->mark = unpack_text(&from);
    f->filled = unpack_text(&from);
    f->storage = unpack_text(&from);
    f->type_hash = unpack_u64(&from);
    f->matches = unpack_u64(&from);
    f->patient = unpack_text(&from);
    f->has_patient_id = unpack_u8(&from);
}

void row_fact_pack(struct str *to, const struct row_fact *f)
{
    pack_bytes(to, f->id.bytes, sizeof f->id.bytes);
    pack_text(to, f->patient);
    pack_text(to, f->key);
    pack_u64(to, f->size_bytes);
    pack_text(to, f->sha256);
    pack_u64(to, f->exact_size_bytes);
    pack_u64(to, f->record_id);
}

void row_fact_unpack(struct span from, struct row_fact *f)
{
    memcpy(f->id.bytes, unpack_bytes(&from, sizeof f->id.bytes).at, sizeof f->id.bytes);
    f->patient = unpack_text(&from);
    f->key = unpack_text(&from);
    f->size_bytes = unpack_u64(&from);
    f->sha256 = unpack_text(&from);
    f->exact_size_bytes = unpack_u64(&from);
    f->record_id = unpack_u64(&from);
}

void version_fact_pack(struct str *to, const struct version_fact *f)
{
    pack_u64(to, f->document);
    pack_u64(to, f->number);
    pack_u64(to, f->record_id);
    pack_u64(to, f->epoch);
    pack_u64(to, f->changed_us);
    pack_u8(to, f->is_current);
    pack_text(to, f->state);
    pack_text(to, f->sha256);
    pack_text(to, f->document_state);
    pack_text(to, f->identity);
    pack_text(to, f->container);
    pack_u64(to, f->size_bytes);
    pack_u64(to, f->repetition);
    pack_text(to, f->imprint);
    pack_u8(to, f->is_upload);
}

void version_fact_unpack(struct span from, struct version_fact *f)
{
    f->document = unpack_u64(&from);
    f->number = unpack_u64(&from);
    f->record_id = unpack_u64(&from);
    f->epoch = unpack_u64(&from);
    f->changed_us = unpack_u64(&from);
    f->is_current = unpack_u8(&from);
    f->state = unpack_text(&from);
    f->sha256 = unpack_text(&from);
    f->document_state = unpack_text(&from);
    f->identity = unpack_text(&from);
    f->container = unpack_text(&from);
    f->size_bytes = unpack_u64(&from);
    f->repetition = unpack_u64(&from);
    f->imprint = unpack_text(&from);
    f->is_upload = unpack_u8(&from);
}

void certified_fact_pack(struct str *to, const struct certified_fact *f)
{
    pack_u64(to, f->record_id);
    pack_u64(to, f->size_bytes);
    pack_text(to, f->identity);
    pack_text(to, f->key);
    pack_text(to, f->sha256);
}

void certified_fact_unpack(struct span from, struct certified_fact *f)
{
    f->record_id = unpack_u64(&from);
    f->size_bytes = unpack_u64(&from);
    f->identity = unpack_text(&from);
    f->key = unpack_text(&from);
    f->sha256 = unpack_text(&from);
}
