/* Reads the facts of a record's documents. */
#include "document/fields.h"

#include "base/utf8.h"
#include "document/disposition.h"

enum { ID_MAX = 256 };

enum dates_form fields_date_form(const struct source_fields *fields, const char *field)
{
    return containers_field_is_date(fields->containers, field) ? DATE_US : fields->text_dates;
}

static const char *storage_of(const struct source_facts *facts)
{
    switch (facts->content) {
    case FILEMAKER_EMPTY:
        return "empty";
    case FILEMAKER_STREAM:
        return filemaker_storage(facts->value);
    case FILEMAKER_REFERENCE:
        return "reference";
    case FILEMAKER_NO_ACCESS:
        return "no-access";
    case FILEMAKER_UNKNOWN:
        return "unknown";
    }
    abort();
}

/* The next container is looked at only if the one before is empty, never because it failed. */
static const struct container *container_choose(const struct containers *containers,
                                                const struct filemaker_record *record, size_t which)
{
    if (containers->each_is_document)
        return &containers->items[which];
    for (size_t i = 0; i < containers->count; i++)
        if (filemaker_content(filemaker_text(record, containers->items[i].name)) != FILEMAKER_EMPTY)
            return &containers->items[i];
    return &containers->items[0];
}

/* The type is compared with the ledger's, so it must be as a database keeps it. */
static void type_keep(struct source_facts *facts)
{
    if (utf8_is_kept(facts->type))
        return;
    utf8_add_kept(&facts->type_kept, facts->type);
    facts->type = str_span(&facts->type_kept);
}

static void patient_read(struct span id, struct source_facts *facts)
{
    auto_str kept = STR_MAX(MIB(64));

    if (!utf8_is_kept(id)) {
        utf8_add_kept(&kept, id);
        id = str_span(&kept);
    }
    utf8_add_lower(&facts->patient_id, id);
}

void facts_read(const struct source_fields *fields, const struct filemaker_record *record,
                bool by_record, size_t which, struct source_facts *facts_r)
{
    struct span id = span_trim(filemaker_text(record, fields->key));

    *facts_r = (struct source_facts){ .identity = STR_MAX(ID_MAX),
                                      .patient_id = STR_MAX(ID_MAX),
                                      .type_kept = STR_MAX(MIB(64)),
                                      .type = filemaker_text(record, fields->type),
                                      .mark = span_trim(filemaker_text(record, fields->mark)),
                                      .author = filemaker_text(record, fields->author),
                                      .created = filemaker_text(record, fields->created) };
    facts_r->name = span_trim(filemaker_text(record, fields->name));
    facts_r->container = container_choose(fields->containers, record, which);
    facts_r->value = filemaker_text(record, facts_r->container->name);
    facts_r->content = filemaker_value(record, facts_r->container->name)
                           ? filemaker_content(facts_r->value)
                           : FILEMAKER_NO_ACCESS;
    facts_r->storage = storage_of(facts_r);
    if (facts_r->container->path)
        facts_r->outside = span_trim(filemaker_text(record, facts_r->container->path));
    facts_r->has_md5 = facts_r->container->md5
                       && hex_read(span_trim(filemaker_text(record, facts_r->container->md5)),
                                   facts_r->md5, MD5_SIZE);
    facts_r->has_uuid = !by_record && uuid_read(id, &facts_r->uuid);
    if (facts_r->has_uuid) {
        facts_r->filemaker_id = id;
        utf8_add_lower(&facts_r->identity, id);
    } else {
        str_printf(&facts_r->identity, "rec:%ju", (uintmax_t)record->record_id);
    }
    patient_read(span_trim(filemaker_text(record, fields->patient)), facts_r);
    type_keep(facts_r);
}

void facts_clear(struct source_facts *facts)
{
    str_clear(&facts->identity);
    str_clear(&facts->patient_id);
    str_clear(&facts->type_kept);
}

struct ledger_census_entry facts_census_entry(const struct source_fields *fields,
                                              const struct filemaker_record *record, size_t which,
                                              const struct source_facts *facts)
{
    const struct container *own = which ? &fields->containers->items[which] : NULL;

    return (struct ledger_census_entry){ .identity = str_span(&facts->identity),
                                         .container = own ? span_of(own->field) : SPAN_NONE,
                                         .repetition = own ? own->repetition : 1,
                                         .record_id = record->record_id,
                                         .mod_id = record->mod_id,
                                         .asked_us = record->asked_us,
                                         .filemaker_id = facts->filemaker_id,
                                         .patient_id = str_span(&facts->patient_id),
                                         .type = facts->type,
                                         .storage = facts->storage };
}

struct span facts_extension(const struct source_facts *facts, const char *disposition,
                            struct str *name)
{
    struct span by_url = filemaker_extension(facts->value), by_field = span_extension(facts->name);

    if (by_url.size && !span_is_nocase(by_url, "bin"))
        return by_url;
    if (by_field.size)
        return by_field;
    disposition_name(disposition, name);
    return span_extension(str_span(name));
}
