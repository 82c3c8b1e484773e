/* What verify is told: the settings it shares with the mover end here. */
#include "cmd/verifying.h"
#include "version.h"

#include "ledger/ledger.h"

static enum verify_reading reading_of(const struct verify_options *o)
{
    if (o->bytes)
        return VERIFY_READ_ALL;
    if (o->checksums)
        return VERIFY_READ_UNTOLD;
    return o->certificate ? VERIFY_READ_ALL : VERIFY_READ_DOUBTFUL;
}

/* The reader shares nothing with the mover, not even its settings. */
struct verify_settings verifying_source(const struct engine_settings *engine)
{
    return (struct verify_settings){ .source_name = engine->source_name,
                                     .filemaker = engine->filemaker,
                                     .file = engine->file,
                                     .layout = engine->fields.layout,
                                     .key_field = engine->fields.key,
                                     .mark_field = engine->fields.mark,
                                     .patient_field = engine->fields.patient,
                                     .type_field = engine->fields.type,
                                     .container_list = engine->fields.container_list,
                                     .md5_list = engine->fields.md5_list,
                                     .path_list = engine->fields.path_list,
                                     .backup = engine->backup,
                                     .each_container = engine->fields.each_is_document,
                                     .filter = "" };
}

struct verify_settings verifying_settings(const struct settings *s, const struct verify_options *o)
{
    const struct engine_settings *engine = &s->engine;
    struct verify_settings reader = verifying_source(engine);

    reader.filter = engine->filter_text;
    reader.store = engine->store;
    reader.key_template = s->key_in_store;
    reader.unlinked_template = s->unlinked_key_in_store;
    reader.ledger_url = engine->ledger_url;
    reader.registry_url = engine->registry.url;
    reader.known_step = ledger_schema_step();
    reader.reading = reading_of(o);
    reader.without_source = o->without_source;
    reader.deep = o->deep;
    reader.certificate = o->certificate;
    reader.against = o->against;
    reader.signing_key = s->signing_key;
    reader.program = "fmferry " VERSION;
    reader.meter = engine->meter;
    return reader;
}
