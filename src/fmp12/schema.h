/* The tables of a file, and their fields. */
#pragma once

#include "fmp12/fmp12.h"

/* As the file has them, in its own numbers. */
enum fmp12_type {
    FMP12_TEXT = 1,
    FMP12_NUMBER,
    FMP12_DATE,
    FMP12_TIME,
    FMP12_TIMESTAMP,
    FMP12_CONTAINER,
};

struct fmp12_field {
    uint32_t number;
    char *name;       /* "" if the file has none */
    uint8_t type;     /* an enum fmp12_type, or a number that is not known */
    bool is_global;   /* one value for all records */
    bool is_external; /* a container whose documents lie outside the file */
    uint16_t repetitions;
};

struct fmp12_table {
    uint32_t number; /* 129 is the first */
    char *name;      /* "" if the file has none */
    struct fmp12_field *fields;
    size_t field_count;
};

struct fmp12_schema {
    struct fmp12_table *tables;
    size_t table_count;
};

/*
 * Reads it, in the order of the numbers.
 *   schema_r   caller clears with fmp12_schema_clear()
 * Fails with ERR_DATA, ERR_OS.
 */
must_check bool fmp12_schema_read(const struct fmp12_file *file, struct fmp12_schema *schema_r,
                                  struct err *err);
void fmp12_schema_clear(struct fmp12_schema *schema); /* a zeroed one is allowed */
#define auto_fmp12_schema __attribute__((cleanup(fmp12_schema_clear))) struct fmp12_schema

/* "text", "number", "container", ...; "unknown" */
const char *fmp12_type_name(uint8_t type);

/* The table's field of a number; NULL: it has none. */
const struct fmp12_field *fmp12_field_of(const struct fmp12_table *table, uint32_t number);
