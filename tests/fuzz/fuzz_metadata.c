/* Any bytes as OData's $metadata; what is read is whole, and each table can be found again. */
#include "filemaker/metadata.h"
#include "fuzz.h"

static void check_table(const struct metadata *metadata, const struct metadata_table *table)
{
    assert(table->name && table->type_name && table->id);
    assert(!*table->name || metadata_find(metadata, table->name));
    for (size_t i = 0; i < table->count; i++) {
        assert(table->fields[i].repetitions >= 1);
        assert(metadata_field(table, table->fields[i].name));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_metadata metadata = { 0 };
    struct err err = { 0 };

    if (!metadata_read(fuzz_span(data, size), &metadata, &err)) {
        assert(err.kind == ERR_DATA && err.msg[0] && metadata.count == 0);
        return 0;
    }
    assert(strlen(metadata.version) < sizeof metadata.version);
    assert(metadata_generation(&metadata) == 0 || metadata_generation(&metadata) >= 17);
    for (size_t i = 0; i < metadata.count; i++)
        check_table(&metadata, &metadata.tables[i]);
    return 0;
}
