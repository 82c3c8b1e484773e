/*
 * Compares what the ledger meant to store under each key with what is there. An object with wrong
 * bytes is also compared with what all the others should be, so that a swap is called a swap.
 */
#include "verify/inside.h"

#include "base/mem.h"
#include "verify/pack.h"

enum { READ_SIZE = 128 * 1024 };

/* All that is said of one key. */
struct object_facts {
    struct span key;
    struct version_fact versions[GROUP_MAX];
    size_t version_count;
    bool has_object;
    uint64_t object_bytes;
    struct row_fact rows[GROUP_MAX]; /* the application's own */
    size_t row_count;
    bool is_open;     /* a verification found a difference, and none has seen it mended */
    bool is_reported; /* ... and it was found again, or is mended now                    */
    struct open_fact open;
};

static struct uuid version_row_id(const struct verifier *v, const struct version_fact *version)
{
    return verify_row_id(v, version->is_upload, version->identity, version->container,
                         version->repetition);
}

static bool was_stored(const struct version_fact *version)
{
    return span_is(version->state, "stored") || span_is(version->state, "superseded");
}

/* The version that a key belongs to: a document's current one, else one that was stored. */
static const struct version_fact *version_for_key(const struct object_facts *o)
{
    const struct version_fact *best = NULL;

    for (size_t i = 0; i < o->version_count; i++) {
        const struct version_fact *one = &o->versions[i];

        if (!best || (one->is_current && !best->is_current)
            || (was_stored(one) && !was_stored(best) && !best->is_current))
            best = one;
    }
    return best;
}

static void object_report(struct verifier *v, const struct object_facts *o, const char *kind,
                          const char *words)
{
    const struct version_fact *version = version_for_key(o);
    char text[ROW_TEXT_SIZE] = "";
    struct named_document who = { .key = o->key, .row = "" };
    struct uuid row;

    if (version) {
        who.document = version->document;
        row = version_row_id(v, version);
        who.record_id = version->record_id;
        who.identity = version->identity;
        who.row = version->is_current ? uuid_text(&row, text) : "";
    }
    difference_report(v, kind, &who, "%s", words);
}

/* Reports a difference in bytes; it is remembered until the object is read again and agrees. */
static bool bytes_differ(struct verifier *v, struct object_facts *o, const char *kind,
                         const char *words, struct err *err)
{
    object_report(v, o, kind, words);
    if (o->is_open)
        return o->is_reported = true;
    return finding_open(v, kind, o->key, version_for_key(o)->record_id, err);
}

static bool object_settle(struct verifier *v, struct object_facts *o, struct err *err)
{
    if (!o->is_open)
        return true;
    o->is_reported = true;
    return finding_close(v, &o->open, o->key, err);
}

/* --- bytes ---------------------------------------------------------------------------------- */

static bool object_read(struct verifier *v, const char *key, struct store_found *found_r,
                        struct err *err)
{
    auto_reader *reader = NULL;
    auto_sha256_stream *hash = sha256_stream_new();
    auto_free char *bytes = mem_zero(READ_SIZE);
    struct store_found found = { .has_sha256 = true, .how = STORE_BY_BYTES };
    size_t got = 1;

    if (!store_get(v->store, key, &reader, err))
        return false;
    found.exists = reader != NULL;
    while (reader && got > 0) {
        if (!store_read(reader, bytes, READ_SIZE, &got, err))
            return false;
        sha256_stream_add(hash, (struct span){ bytes, got });
        found.size_bytes += got;
    }
    found.sha256 = sha256_stream_end(hash);
    *found_r = found;
    return true;
}

static bool must_read(const struct verifier *v, const struct object_facts *o)
{
    struct uuid row = version_row_id(v, version_for_key(o));

    return o->is_open || v->settings->reading == VERIFY_READ_ALL
           || (v->settings->deep && document_is_sampled(v, row.bytes));
}

/* Whether the bytes must be read because the server's word is not enough. */
static bool must_read_after_all(const struct verifier *v, const struct store_found *found)
{
    return found->exists && !found->has_sha256 && !found->is_folder
           && (found->contradicts || v->settings->reading != VERIFY_READ_DOUBTFUL);
}

/* Finds out what is there: from its bytes if they must be read, else from the server's word. */
static bool object_look(struct verifier *v, const struct object_facts *o,
                        struct store_found *found_r, struct err *err)
{
    const struct version_fact *version = version_for_key(o);
    auto_free char *key = span_text(o->key), *imprint = span_text(version->imprint);
    struct store_object expected = { .key = key,
                                     .size_bytes = version->size_bytes,
                                     .imprint = imprint };

    if (version->sha256.size == SHA256_SIZE)
        memcpy(expected.sha256.bytes, version->sha256.at, SHA256_SIZE);
    if (must_read(v, o))
        return object_read(v, key, found_r, err);
    return store_compare_unread(v->store, &expected, found_r, err)
           && (!must_read_after_all(v, found_r) || object_read(v, key, found_r, err));
}

/* Tells the document, for its line in the certificate, how its object was compared. */
static bool how_send(struct verifier *v, const struct object_facts *o, enum store_how how,
                     struct err *err)
{
    auto_str entry = STR_MAX(64);
    struct uuid row = version_row_id(v, version_for_key(o));

    if (!v->leaves || !version_for_key(o)->is_current)
        return true;
    pack_bytes(&entry, row.bytes, sizeof row.bytes);
    pack_u8(&entry, FACT_COMPARED);
    pack_u8(&entry, (uint8_t)how);
    return sorter_add(v->documents, str_span(&entry), err);
}

/* Keeps the hash of wrong bytes, to find out whose they are. */
static bool mismatch_note(struct verifier *v, const struct object_facts *o,
                          const struct sha256 *found, struct err *err)
{
    auto_str entry = STR_MAX(ENTRY_MAX);
    const struct version_fact *version = version_for_key(o);

    pack_bytes(&entry, found->bytes, SHA256_SIZE);
    pack_u8(&entry, FACT_OBJECT);
    pack_u64(&entry, version->record_id);
    pack_text(&entry, version->identity);
    str_add_span(&entry, o->key);
    return sorter_add(v->hashes, str_span(&entry), err);
}

/* --- one key -------------------------------------------------------------------------------- */

static bool is_any_moving(struct verifier *v, const struct object_facts *o, bool *moving_r,
                          struct err *err)
{
    *moving_r = false;
    for (size_t i = 0; i < o->version_count && !*moving_r; i++)
        if (!document_is_moving(v, o->versions[i].document, o->versions[i].epoch,
                                o->versions[i].changed_us, moving_r, err))
            return false;
    return true;
}

/* An object without a version is surplus, unless a version came since. */
static bool surplus_judge(struct verifier *v, const struct object_facts *o, struct err *err)
{
    struct sha256 hash = sha256_of(o->key);
    int64_t count;

    if (!sql_number(v->ledger, v->ledger_step < 6 ? &VERIFY_KEY_NOW_OF_STEP_5 : &VERIFY_KEY_NOW,
                    sql_args(sql_span(o->key), sql_i64(sha256_number(&hash))), 0, &count, err))
        return false;
    if (count > 0)
        v->result->moving++;
    else
        object_report(v, o, "object-surplus", "the ledger never meant to store this object");
    return true;
}

static bool missing_judge(struct verifier *v, struct object_facts *o, struct err *err)
{
    bool moving;

    if (!was_stored(version_for_key(o)))
        return true; /* the object was only planned */
    if (!is_any_moving(v, o, &moving, err))
        return false;
    return moving
           || bytes_differ(v, o, "object-missing",
                           version_for_key(o)->is_current
                               ? "the document's object is not in the store"
                               : "an earlier version's object is not in the store",
                           err);
}

static void owners_judge(struct verifier *v, const struct object_facts *o)
{
    const struct version_fact *owner = version_for_key(o);

    for (size_t i = 0; i < o->version_count; i++)
        if (was_stored(&o->versions[i]) && o->versions[i].document != owner->document)
            object_report(v, o, "key-shared", "two documents are stored under this key");
}

static bool is_as_stored(const struct version_fact *version, const struct store_found *found)
{
    return found->size_bytes == version->size_bytes && found->has_sha256
           && version->sha256.size == SHA256_SIZE
           && memcmp(found->sha256.bytes, version->sha256.at, SHA256_SIZE) == 0;
}

static bool wrong_judge(struct verifier *v, struct object_facts *o, const struct store_found *found,
                        struct err *err)
{
    const struct version_fact *version = version_for_key(o);
    char words[WORDS_SIZE];
    bool moving;

    if (!is_any_moving(v, o, &moving, err) || moving)
        return moving;
    (void)snprintf(words, sizeof words, "%ju bytes are there, the ledger says %ju",
                   (uintmax_t)found->size_bytes, (uintmax_t)version->size_bytes);
    if (found->is_folder)
        return bytes_differ(v, o, "object-hash", "a folder is there", err);
    if (!(found->size_bytes != version->size_bytes
              ? bytes_differ(v, o, "object-size", words, err)
              : bytes_differ(v, o, "object-hash", "the bytes are not those that the ledger says",
                             err)))
        return false;
    return mismatch_note(v, o, &found->sha256, err);
}

static bool content_judge(struct verifier *v, struct object_facts *o, struct err *err)
{
    struct store_found found;

    if (!object_look(v, o, &found, err))
        return false;
    if (!found.exists)
        return missing_judge(v, o, err);
    v->result->compared[found.how]++;
    v->result->hashed += found.how != STORE_NOT_COMPARED;
    if (!how_send(v, o, found.how, err))
        return false;
    if (found.how == STORE_NOT_COMPARED && !found.is_folder)
        return true;
    return is_as_stored(version_for_key(o), &found) ? object_settle(v, o, err)
                                                    : wrong_judge(v, o, &found, err);
}

/* A document that was waived is not moved: what is left of it under its key may be somebody else's. */
static bool is_given_up(const struct object_facts *o)
{
    return o->version_count && span_is(version_for_key(o)->document_state, "waived");
}

static bool versions_judge(struct verifier *v, struct object_facts *o, struct err *err)
{
    for (size_t i = 0; i < o->row_count && !is_given_up(o); i++) {
        char text[ROW_TEXT_SIZE];
        struct named_document who = { .key = o->key, .row = uuid_text(&o->rows[i].id, text) };

        if (o->version_count) {
            who.document = version_for_key(o)->document;
            difference_report(v, "row-surplus", &who,
                              "the application's own row points to our object");
        }
    }
    if (o->version_count == 0 && o->has_object)
        return surplus_judge(v, o, err);
    if (o->version_count == 0)
        return object_settle(v, o, err); /* nothing is there any more, and nothing should be */
    if (!o->has_object)
        return missing_judge(v, o, err);
    owners_judge(v, o);
    return !was_stored(version_for_key(o)) || content_judge(v, o, err);
}

static bool key_judge(struct verifier *v, struct object_facts *o, struct err *err)
{
    struct named_document who = { .record_id = o->open.record_id, .key = o->key, .row = "" };

    if (o->version_count)
        who.document = version_for_key(o)->document;
    if (!versions_judge(v, o, err))
        return false;
    if (o->is_open && !o->is_reported)
        finding_still_open(v, &o->open, &who);
    return true;
}

static void key_collect(const struct fact_group *group, struct object_facts *o)
{
    o->key = span_first(group->key, group->key.size - 1);
    o->version_count = o->row_count = 0;
    o->has_object = o->is_open = o->is_reported = false;
    for (size_t i = 0; i < group->count; i++) {
        struct span entry = group->entries[i];

        switch ((enum fact)unpack_u8(&entry)) {
        case FACT_VERSION:
            version_fact_unpack(entry, &o->versions[o->version_count++]);
            break;
        case FACT_OBJECT:
            o->has_object = true;
            o->object_bytes = unpack_u64(&entry);
            break;
        case FACT_STRANGE_ROW:
            row_fact_unpack(entry, &o->rows[o->row_count++]);
            break;
        case FACT_OPEN:
            o->is_open = true;
            open_fact_unpack(entry, &o->open);
            break;
        case FACT_LEDGER:
        case FACT_ROW:
        case FACT_SOURCE:
        case FACT_COMPARED:
        case FACT_CERTIFIED:
            abort();
        }
    }
}

/* --- right bytes, wrong place --------------------------------------------------------------- */

static bool owner_note(struct verifier *v, const struct sql_rows *rows, struct err *err)
{
    auto_str entry = STR_MAX(ENTRY_MAX);
    struct span sha256 = sql_get_bytes(rows, 4);

    if (sha256.size != SHA256_SIZE || sql_get_i64(rows, 6) == 0)
        return true;
    pack_bytes(&entry, sha256.at, sha256.size);
    pack_u8(&entry, FACT_VERSION);
    pack_u64(&entry, (uint64_t)sql_get_i64(rows, 7));
    str_add_span(&entry, sql_get_text(rows, 9));
    return sorter_add(v->hashes, str_span(&entry), err);
}

static bool owners_of_source(struct verifier *v, int64_t source, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(v->ledger, verify_versions(v), sql_args(sql_i64(source)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        if (!owner_note(v, rows, err))
            return false;
    return step == STEP_END;
}

static bool owners_note(struct verifier *v, struct err *err)
{
    return owners_of_source(v, v->source_number, err)
           && (!v->uploads_number || owners_of_source(v, v->uploads_number, err));
}

/* Versions and objects of a hash are in one group, which is searched for each object. */
static void owner_report(struct verifier *v, const struct fact_group *group, struct span object)
{
    struct named_document who = { .record_id = unpack_u64(&object), .row = "" };

    who.identity = unpack_text(&object);
    who.key = object;
    for (size_t i = 0; i < group->count; i++) {
        struct span entry = group->entries[i];
        uint64_t record_id;

        if (unpack_u8(&entry) != FACT_VERSION)
            continue;
        record_id = unpack_u64(&entry);
        if (record_id == who.record_id)
            return; /* its own: the ledger's size is wrong, not the bytes */
        difference_report(v, "object-of-another", &who,
                          "these are the bytes of record %ju, document %.*s", (uintmax_t)record_id,
                          SPAN_ARGS(entry));
        return;
    }
}

static bool owners_report(struct verifier *v, struct err *err)
{
    auto_group group = GROUP_OF(v->hashes, SHA256_SIZE);
    enum step step;

    if (sorter_count(v->hashes) == 0)
        return true;
    if (!owners_note(v, err) || !sorter_end(v->hashes, err))
        return false;
    while ((step = fact_group_next(&group, err)) == STEP_ROW)
        for (size_t i = 0; i < group.count; i++) {
            struct span entry = group.entries[i];

            if (unpack_u8(&entry) == FACT_OBJECT)
                owner_report(v, &group, entry);
        }
    return step == STEP_END;
}

bool judge_objects(struct verifier *v, struct err *err)
{
    auto_group group = GROUP_OF(v->keys, 0);
    auto_free struct object_facts *facts = mem_new(struct object_facts);
    enum step step;

    if (!sorter_end(v->keys, err))
        return false;
    meter_begin(v->settings->meter, "comparing objects", "objects", (int64_t)v->result->objects);
    while ((step = fact_group_next(&group, err)) == STEP_ROW) {
        key_collect(&group, facts);
        if (!key_judge(v, facts, err))
            return err_ctx(err, "the store");
        meter_add(v->settings->meter, facts->has_object, facts->object_bytes);
    }
    return step == STEP_END && owners_report(v, err);
}
