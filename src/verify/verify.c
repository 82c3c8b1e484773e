/* Opens source, ledger, store and registry, gathers what they say, and has it judged. */
#include "verify/inside.h"
#include "verify/unnamed.h"

#include "base/mem.h"
#include "base/sign.h"
#include "store/open.h"

enum { SORT_MEMORY = 4 * 1024 * 1024 };

static bool databases_open(struct verifier *v, struct err *err)
{
    const struct verify_settings *s = v->settings;

    if (!sql_open_reader(s->ledger_url, v->cancel, &v->ledger, err)
        || !sql_number(v->ledger, &VERIFY_STEP, SQL_NO_ARGS, 0, &v->ledger_step, err)
        || !sql_schema_fits("ledger", v->ledger_step, s->known_step, err)
        || !sql_number(v->ledger, &VERIFY_SOURCE, sql_args(sql_text(s->source_name)), 0,
                       &v->source_number, err)) {
        if (err->kind != ERR_DATABASE || err->code != SQL_MISSING)
            return err_ctx(err, "the ledger");
        err->kind = ERR_USAGE;
        return err_ctx(err, "the ledger (has 'fmferry run' been started yet?)");
    }
    if (v->source_number == 0)
        return err_set(err, ERR_USAGE, 0,
                       "the ledger knows nothing of the source '%s' yet: start 'fmferry run'",
                       s->source_name);
    v->uploads = mem_printf("%s/uploads", s->source_name);
    if (!sql_number(v->ledger, &VERIFY_SOURCE, sql_args(sql_text(v->uploads)), 0,
                    &v->uploads_number, err))
        return err_ctx(err, "the ledger");
    return sql_open_reader(s->registry_url, v->cancel, &v->registry, err)
           || err_ctx(err, "the registry");
}

/* Tries the key first: an hour of reading for a certificate that cannot be signed is lost. */
static bool key_try(const struct verify_settings *s, struct err *err)
{
    auto_sign_key *key = NULL;

    return !s->certificate || sign_key_read(s->signing_key, &key, err);
}

/* A certificate has a line for each document of the source; bytes at both ends need both. */
static bool settings_agree(const struct verify_settings *s, struct err *err)
{
    return !s->without_source || (!s->deep && !s->certificate)
           || err_set(
               err, ERR_USAGE, 0,
               "%s needs FileMaker: without it, 'fmferry-audit' compares everything with the "
               "last certificate",
               s->certificate ? "a certificate" : "reading every byte at both ends");
}

static bool sides_open(struct verifier *v, struct err *err)
{
    const struct verify_settings *s = v->settings;

    return settings_agree(s, err) && key_try(s, err) && databases_open(v, err)
           && store_open(&s->store, v->cancel, &v->store, err)
           && (s->without_source || source_open(s, v->cancel, &v->source, err));
}

/*
 * The ledger comes first: what it says is stored must still be there when the others are read,
 * because a run only adds. What is found beyond it is asked for once more.
 */
static bool sides_gather(struct verifier *v, struct err *err)
{
    return earlier_gather(v, err) && gather_ledger(v, err) && gather_registry(v, err)
           && gather_store(v, err) && (v->settings->without_source || gather_source(v, err));
}

static bool judge_all(struct verifier *v, struct err *err)
{
    return judge_stories(v, err) && judge_objects(v, err) && judge_documents(v, err);
}

static void sorters_make(struct verifier *v)
{
    v->documents = sorter_new(SORT_MEMORY);
    v->by_record_id = sorter_new(0);
    v->patients = sorter_new(SORT_MEMORY);
    v->keys = sorter_new(SORT_MEMORY);
    v->stories = sorter_new(SORT_MEMORY);
    v->hashes = sorter_new(0);
    v->earlier_findings = sorter_new(0);
    v->findings = v->result->findings = sorter_new(0);
    v->looked = v->result->looked = sorter_new(0);
    if (v->settings->certificate)
        v->leaves = sorter_new(SORT_MEMORY);
}

static void verifier_clear(struct verifier *v)
{
    sorter_free(v->documents);
    sorter_free(v->by_record_id);
    sorter_free(v->patients);
    sorter_free(v->keys);
    sorter_free(v->stories);
    sorter_free(v->hashes);
    sorter_free(v->earlier_findings);
    sorter_free(v->leaves);
    source_close(v->source);
    store_close(v->store);
    sql_close(v->registry);
    sql_close(v->ledger);
    str_clear(&v->chain_heads);
    free(v->uploads);
    filled_clear(v);
    earlier_clear(&v->earlier);
    told_signoffs_clear(&v->signoffs);
}

bool verify_all(const struct verify_settings *settings, const struct cancel *cancel,
                void (*tell)(void *arg, const struct verify_difference *difference), void *arg,
                struct verify_result *result_r, struct err *err)
{
    __attribute__((cleanup(verifier_clear))) struct verifier v = { .settings = settings,
                                                                   .cancel = cancel,
                                                                   .result = result_r,
                                                                   .tell = tell,
                                                                   .arg = arg,
                                                                   .chain_heads = STR_MAX(MIB(8)) };

    *result_r = (struct verify_result){ .saw_source = !settings->without_source,
                                        .saw_certificate = settings->against != NULL };
    if (!sides_open(&v, err))
        return false;
    sorters_make(&v);
    if (!sides_gather(&v, err) || !judge_all(&v, err) || !looked_is_whole(&v, err))
        return false;
    return !settings->certificate || result_r->differences > 0 || result_r->uncompared > 0
           || certificate_write(&v, err);
}

/* --- a backup's folder ---------------------------------------------------------------------- */

static bool fact_passed(void *arg, const struct source_fact *fact, struct span patient_id,
                        struct err *err)
{
    (void)arg;
    (void)fact;
    (void)patient_id;
    (void)err;
    return true;
}

bool verify_unnamed(const struct verify_settings *settings, const struct cancel *cancel,
                    verify_unnamed_told *tell, void *arg, struct verify_outside *outside_r,
                    struct err *err)
{
    struct unnamed *unnamed = unnamed_new();
    struct source *source = NULL;
    uint64_t records;
    bool good = source_open(settings, cancel, &source, err);

    if (good) {
        source_note_paths(source, unnamed);
        good = source_walk(source, fact_passed, NULL, &records, err)
               && unnamed_judge(unnamed, settings->backup, tell, arg, outside_r, err);
    }
    source_close(source);
    unnamed_free(unnamed);
    return good;
}
