/* Gathers what ledger, source and store say into the sorters where it is compared. */
#include "verify/inside.h"

#include "base/mem.h"
#include "verify/pack.h"
#include "verify/unnamed.h"

struct uuid verify_row_id(const struct verifier *v, bool is_upload, struct span identity,
                          struct span container, uint64_t repetition)
{
    return fact_row_id(is_upload ? v->uploads : v->settings->source_name, identity, container,
                       repetition);
}

/* --- ledger --------------------------------------------------------------------------------- */

static size_t state_index(struct span state)
{
    size_t i = 0;

    while (i < VERIFY_STATES && !span_is(state, verify_state_names[i]))
        i++;
    return i;
}

static struct ledger_fact gathered_document_read(const struct sql_rows *rows)
{
    return (struct ledger_fact){
        .document = (uint64_t)sql_get_i64(rows, 0),
        .epoch = (uint64_t)sql_get_i64(rows, 1),
        .changed_us = (uint64_t)sql_get_i64(rows, 2),
        .record_id = (uint64_t)sql_get_i64(rows, 3),
        .mod_id = (uint64_t)sql_get_i64(rows, 4),
        .state = sql_get_text(rows, 5),
        .class = sql_get_text(rows, 6),
        .identity = sql_get_text(rows, 7),
        .container = sql_get_text(rows, 8),
        .repetition = (uint64_t)sql_get_i64(rows, 9),
        .filemaker_patient = sql_get_text(rows, 10),
        .patient = sql_get_text(rows, 11),
        .link = sql_get_text(rows, 12),
        .type_hash = fact_type_hash(sql_get_text(rows, 13)),
        .version = (uint64_t)sql_get_i64(rows, 14),
        .version_state = sql_get_text(rows, 15),
        .key = sql_get_text(rows, 16),
        .sha256 = sql_get_bytes(rows, 17),
        .size_bytes = (uint64_t)sql_get_i64(rows, 18),
        .mark = sql_get_text(rows, 19),
        .version_mod_id = (uint64_t)sql_get_i64(rows, 20),
        .by_hand = sql_get_i64(rows, 21) != 0,
        .imprint = sql_get_text(rows, 22),
    };
}

static bool document_add(struct verifier *v, const struct ledger_fact *fact, struct err *err)
{
    auto_str entry = STR_MAX(ENTRY_MAX), story = STR_MAX(ENTRY_MAX);
    struct uuid id =
        verify_row_id(v, fact->is_upload, fact->identity, fact->container, fact->repetition);
    size_t state = state_index(fact->state);

    if (fact->is_upload)
        v->result->uploads++;
    else if (state < VERIFY_STATES)
        v->result->states[state]++;
    else
        v->result->strange_states++;
    if (fact->record_id > v->last_record_id)
        v->last_record_id = fact->record_id;
    pack_bytes(&entry, id.bytes, sizeof id.bytes);
    pack_u8(&entry, FACT_LEDGER);
    ledger_fact_pack(&entry, fact);
    pack_u64(&story, fact->document);
    pack_u8(&story, FACT_LEDGER);
    ledger_fact_pack(&story, fact);
    return str_fits(&entry, "a document of the ledger", err)
           && sorter_add(v->documents, str_span(&entry), err)
           && sorter_add(v->stories, str_span(&story), err);
}

/* Those of FileMaker, or those that were uploaded. */
static bool documents_read(struct verifier *v, bool are_uploads, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(v->ledger, v->ledger_step < 2 ? &VERIFY_DOCUMENTS_OF_STEP_1 : &VERIFY_DOCUMENTS,
                   sql_args(sql_i64(are_uploads ? v->uploads_number : v->source_number)), &rows,
                   err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        struct ledger_fact fact = gathered_document_read(rows);

        fact.is_upload = are_uploads;
        meter_add(v->settings->meter, 1, 0);
        if (!document_add(v, &fact, err))
            return false;
    }
    return step == STEP_END;
}

static bool version_add(struct verifier *v, const struct sql_rows *rows, bool is_upload,
                        struct err *err)
{
    auto_str entry = STR_MAX(ENTRY_MAX);
    struct version_fact fact = {
        .document = (uint64_t)sql_get_i64(rows, 1),
        .number = (uint64_t)sql_get_i64(rows, 2),
        .record_id = (uint64_t)sql_get_i64(rows, 7),
        .epoch = (uint64_t)sql_get_i64(rows, 12),
        .changed_us = (uint64_t)sql_get_i64(rows, 13),
        .is_current = sql_get_i64(rows, 6) != 0,
        .state = sql_get_text(rows, 3),
        .sha256 = sql_get_bytes(rows, 4),
        .document_state = sql_get_text(rows, 8),
        .identity = sql_get_text(rows, 9),
        .container = sql_get_text(rows, 10),
        .size_bytes = (uint64_t)sql_get_i64(rows, 5),
        .repetition = (uint64_t)sql_get_i64(rows, 11),
        .imprint = sql_get_text(rows, 14),
        .is_upload = is_upload,
    };

    pack_name(&entry, sql_get_text(rows, 0));
    pack_u8(&entry, FACT_VERSION);
    version_fact_pack(&entry, &fact);
    return str_fits(&entry, "a version of the ledger", err)
           && sorter_add(v->keys, str_span(&entry), err);
}

const struct sql_text *verify_versions(const struct verifier *v)
{
    return v->ledger_step < 2 ? &VERIFY_VERSIONS_OF_STEP_1 : &VERIFY_VERSIONS;
}

static bool versions_read(struct verifier *v, bool of_uploads, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(v->ledger, verify_versions(v),
                   sql_args(sql_i64(of_uploads ? v->uploads_number : v->source_number)), &rows,
                   err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        if (!version_add(v, rows, of_uploads, err))
            return false;
    return step == STEP_END;
}

/* A ledger from before step 10 keeps no such MD5. */
static bool witnessed_count(struct verifier *v, struct err *err)
{
    int64_t count = 0;

    if (v->ledger_step >= 10
        && !sql_number(v->ledger, &VERIFY_WITNESSED, sql_args(sql_i64(v->source_number)), 0, &count,
                       err))
        return false;
    v->result->witnessed = (uint64_t)count;
    return true;
}

/* Reads the whole ledger at one moment. */
bool gather_ledger(struct verifier *v, struct err *err)
{
    auto_tx tx = { 0 };
    int64_t closed;

    meter_begin(v->settings->meter, "reading the ledger", "documents", METER_UNKNOWN);
    if (!sql_begin_reading(v->ledger, &tx, err)
        || !sql_number(v->ledger, &VERIFY_STEP, SQL_NO_ARGS, 0, &v->ledger_step, err))
        return err_ctx(err, "the ledger");
    if (!documents_read(v, false, err) || !versions_read(v, false, err)
        || (v->uploads_number && (!documents_read(v, true, err) || !versions_read(v, true, err)))
        || !filled_gather(v, err) || !witnessed_count(v, err) || !gather_chains(v, err)
        || !findings_send(v, err)
        || !sql_number(v->ledger, &VERIFY_CENSUS, sql_args(sql_i64(v->source_number)), 0, &closed,
                       err)
        || !sql_commit(&tx, err))
        return err_ctx(err, "the ledger");
    v->result->census_was_closed = closed > 0;
    return true;
}

/* --- source --------------------------------------------------------------------------------- */

/* Sorts documents among the patients first, to learn who their patient is in the application. */
static bool source_add(void *arg, const struct source_fact *fact, struct span patient_id,
                       struct err *err)
{
    struct verifier *v = arg;
    auto_str entry = STR_MAX(ENTRY_MAX);

    v->result->documents++;
    meter_add(v->settings->meter, 1, 0);
    v->result->marks += fact->mark.size > 0;
    pack_name(&entry, patient_id);
    pack_u8(&entry, FACT_SOURCE);
    source_fact_pack(&entry, fact);
    return str_fits(&entry, "a record of the source", err)
           && sorter_add(v->patients, str_span(&entry), err);
}

/* Takes an entry that is a patient, and counts the different ones; false: it is a document. */
static bool patient_choose(struct span entry, struct span *patient, uint64_t *matches)
{
    if (unpack_u8(&entry) != FACT_ROW)
        return false;
    if (*matches == 0 || !span_equal(entry, *patient))
        ++*matches;
    *patient = entry;
    return true;
}

static bool source_fact_send(struct verifier *v, struct span entry, struct span patient,
                             uint64_t matches, struct err *err)
{
    auto_str to = STR_MAX(ENTRY_MAX);
    struct source_fact fact;
    struct uuid id;

    (void)unpack_u8(&entry);
    source_fact_unpack(entry, &fact);
    fact.matches = fact.has_patient_id ? matches : 0;
    fact.patient = fact.matches == 1 ? patient : SPAN_NONE;
    id = verify_row_id(v, false, fact.identity, fact.container, fact.repetition);
    pack_bytes(&to, id.bytes, sizeof id.bytes);
    pack_u8(&to, FACT_SOURCE);
    source_fact_pack(&to, &fact);
    return sorter_add(v->documents, str_span(&to), err);
}

/*
 * Joins documents with their patients. A patient may have any number of documents, so this does not
 * use groups: patients sort first, and the last one is kept.
 */
static bool patients_join(struct verifier *v, struct err *err)
{
    auto_str name = STR_MAX(ENTRY_MAX), chosen = STR_MAX(KIB(1));
    uint64_t matches = 0;
    struct span entry;
    enum step step;

    while ((step = sorter_next(v->patients, &entry, err)) == STEP_ROW) {
        struct span key = unpack_name(&entry), patient = str_span(&chosen);

        if (!span_equal(key, str_span(&name))) {
            str_reset(&name);
            str_add_span(&name, key);
            matches = 0;
        }
        if (!patient_choose(entry, &patient, &matches)) {
            if (!source_fact_send(v, entry, str_span(&chosen), matches, err))
                return false;
            continue;
        }
        str_reset(&chosen);
        str_add_span(&chosen, patient);
    }
    return step == STEP_END;
}

/* Walks over the source, and over the backup's folder if there is one. */
static bool source_read_all(struct verifier *v, struct err *err)
{
    struct unnamed *unnamed = v->settings->backup ? unnamed_new() : NULL;
    bool good;

    source_note_paths(v->source, unnamed);
    good =
        source_walk(v->source, source_add, v, &v->result->records, err)
        && (!unnamed
            || unnamed_judge(unnamed, v->settings->backup, NULL, NULL, &v->result->outside, err));
    source_note_paths(v->source, NULL);
    unnamed_free(unnamed);
    return good;
}

bool gather_source(struct verifier *v, struct err *err)
{
    source_look_for(v->source, filled_now(v));
    meter_begin(v->settings->meter, "reading the source", "documents", METER_UNKNOWN);
    return source_read_all(v, err) && sorter_end(v->patients, err) && patients_join(v, err);
}

/* --- store ---------------------------------------------------------------------------------- */

/* The folders that both templates begin with: nothing else in the store is ours. */
static char *listed_prefix(const struct verify_settings *s)
{
    const char *a = s->key_template, *b = s->unlinked_template;
    size_t same = 0, folder = 0;

    for (; a[same] && a[same] == b[same] && a[same] != '{'; same++)
        if (a[same] == '/')
            folder = same + 1;
    return span_text((struct span){ a, folder });
}

bool gather_store(struct verifier *v, struct err *err)
{
    auto_free char *prefix = listed_prefix(v->settings);
    auto_list *list = NULL;
    struct store_entry object;
    enum step step;

    meter_begin(v->settings->meter, "listing the store", "objects", METER_UNKNOWN);
    if (!store_list(v->store, prefix, &list, err))
        return err_ctx(err, "the store");
    while ((step = store_list_next(list, &object, err)) == STEP_ROW) {
        auto_str entry = STR_MAX(ENTRY_MAX);

        v->result->objects++;
        meter_add(v->settings->meter, 1, 0);
        v->result->object_bytes += object.size_bytes;
        pack_name(&entry, span_of(object.key));
        pack_u8(&entry, FACT_OBJECT);
        pack_u64(&entry, object.size_bytes);
        if (!sorter_add(v->keys, str_span(&entry), err))
            return false;
    }
    return step == STEP_END || err_ctx(err, "the store");
}
