/* Makes what is to be written back, and knows what was. */
#include "transfer/filling.h"

#include "base/mem.h"
#include "document/row.h"
#include "engine/writes_document.h"

/* --- what is to be written ------------------------------------------------------------------ */

static struct writeback_facts facts_of(const struct transfer *t,
                                       const struct ledger_version *version, struct span mark)
{
    return (struct writeback_facts){
        .row = row_id(t->engine->settings->source_name, t->claim->identity, t->claim->container,
                      t->claim->repetition),
        .key = version->key,
        .sha256 = &version->sha256,
        .size_bytes = version->size_bytes,
        .mark = mark,
    };
}

void filling_make(const struct transfer *t, struct filling *filling_r)
{
    const struct engine_settings *settings = t->engine->settings;
    const struct writeback *rules = &settings->writeback;
    struct writeback_facts facts = facts_of(t, &t->version, span_of(t->version.mark));

    *filling_r = (struct filling){ .count = 1 + rules->count };
    filling_r->entries[0] =
        (struct filemaker_entry){ settings->fields.mark, span_of(t->version.mark) };
    for (size_t i = 0; i < rules->count; i++) {
        struct str *value = &filling_r->values[i];

        *value = (struct str)STR_MAX(WRITEBACK_VALUE_MAX);
        writeback_value(rules, i, &facts, value);
        filling_r->entries[1 + i] =
            (struct filemaker_entry){ rules->rules[i].field, str_span(value) };
    }
}

void filling_clear(struct filling *filling)
{
    for (size_t i = 0; i + 1 < filling->count; i++)
        str_clear(&filling->values[i]);
    *filling = (struct filling){ 0 };
}

/* --- what was written ----------------------------------------------------------------------- */

/* Whether these rules, for this version and mark, fill the field with what it holds. */
static bool rules_say(const struct transfer *t, const struct writeback *rules, const char *field,
                      const struct writeback_facts *facts)
{
    for (size_t i = 0; i < rules->count; i++) {
        auto_str value = STR_MAX(WRITEBACK_VALUE_MAX);

        if (strcmp(rules->rules[i].field, field) != 0)
            continue;
        writeback_value(rules, i, facts, &value);
        return span_equal(filemaker_text(t->record, field), str_span(&value));
    }
    return false;
}

/* Whether the field holds what the rules of any time say. */
static bool field_is_by(const struct transfer *t, const char *field,
                        const struct ledger_version *version, struct span mark)
{
    const struct kept_rules *kept = &t->engine->kept_rules;
    struct writeback_facts facts = facts_of(t, version, mark);

    for (size_t i = kept->count; i-- > 0;)
        if (rules_say(t, &kept->each[i], field, &facts))
            return true;
    return false;
}

/* Whether the field holds what was written for one of the versions, with any mark of the record. */
static bool field_is_ours(const struct transfer *t, const char *field,
                          const struct ledger_version *versions, size_t count)
{
    for (size_t v = 0; v < count; v++) {
        if (!versions[v].has_sha256)
            continue;
        for (size_t m = 0; m < t->assignment->mark_count; m++)
            if (field_is_by(t, field, &versions[v], span_of(t->assignment->marks[m])))
                return true;
    }
    return span_is(filemaker_text(t->record, field), WRITEBACK_TEST);
}

static bool filled_otherwise(struct transfer *t, const char *field, const char *how)
{
    return failure_say(&t->failure, FAILURE_SOURCE_FILLED, "mark",
                       "the field '%.64s' ([writeback]) holds %zu bytes that %s", field,
                       filemaker_text(t->record, field).size, how);
}

/* Whether the fields that are not empty hold what any version ever had. */
static bool fields_are_ours(struct transfer *t)
{
    const struct writeback *rules = &t->engine->settings->writeback;
    struct ledger_version *versions = NULL;
    size_t count = 0, ours = 0;
    struct err err = { 0 };

    if (!ask_marks(t->engine->writer, t->assignment, &err)
        || !ask_versions_ever(t->engine->writer, t->claim->document, &versions, &count, &err))
        return failure_of_writer(&t->failure, "mark", &err);
    while (ours < rules->count
           && (filemaker_text(t->record, rules->rules[ours].field).size == 0
               || field_is_ours(t, rules->rules[ours].field, versions, count)))
        ours++;
    ledger_versions_free(versions, count);
    return ours == rules->count
           || filled_otherwise(t, rules->rules[ours].field, "this migration did not write");
}

bool filling_is_free(struct transfer *t)
{
    const struct writeback *rules = &t->engine->settings->writeback;

    for (size_t i = 0; i < rules->count; i++)
        if (filemaker_text(t->record, rules->rules[i].field).size)
            return fields_are_ours(t);
    return true;
}

bool filling_stands(struct transfer *t)
{
    const struct writeback *rules = &t->engine->settings->writeback;

    for (size_t i = 0; i < rules->count; i++)
        if (!field_is_by(t, rules->rules[i].field, &t->version, span_of(t->version.mark)))
            return filled_otherwise(t, rules->rules[i].field,
                                    "are not those that were written: a calculation, a script or "
                                    "somebody altered them");
    return true;
}
