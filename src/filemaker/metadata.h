/*
 * What OData's $metadata says of a file: its table occurrences with all their fields, also those that no layout
 * shows. Over expat; document types, and with them custom entities, are refused; depth and counts are capped.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

struct metadata_field {
    char *name, *type;    /* "Scan", "Edm.Stream" */
    unsigned repetitions; /* as the field is defined */
    bool is_container;    /* Edm.Stream or Edm.Binary, by version */
    bool is_calculation, is_summary, is_global;
    bool is_external; /* a container whose files lie outside the file, in FileMaker's own folders */
};

struct metadata_table {
    char *name, *type_name; /* the occurrence; "" for a type of which there is none */
    char *id;               /* of the base table: occurrences of one share it; "" if unknown */
    bool is_keyed;          /* a field of it names its rows in addresses; false: ROWID does */
    struct metadata_field *fields;
    size_t count;
};

struct metadata {
    char version[32]; /* "21.1.2.500", or "" */
    struct metadata_table *tables;
    size_t count;
};

/*
 * Reads an answer.
 *   metadata_r   caller clears with metadata_clear() (or auto_metadata)
 * Fails with ERR_DATA if it is no such document, whole and well-formed.
 */
must_check bool metadata_read(struct span text, struct metadata *metadata_r, struct err *err);
void metadata_clear(struct metadata *metadata);
#define auto_metadata __attribute__((cleanup(metadata_clear))) struct metadata

/* The table occurrence of that name, or NULL. */
const struct metadata_table *metadata_find(const struct metadata *metadata, const char *name);

/* The field of that name, or NULL. */
const struct metadata_field *metadata_field(const struct metadata_table *table, const char *name);

/* The number before the first dot of the version; 0: unknown. */
unsigned metadata_generation(const struct metadata *metadata);
