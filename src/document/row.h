/* The application's row of a document, made from its record and its stored file. */
#pragma once

#include "base/base.h"
#include "base/digest.h"
#include "document/fields.h"
#include "registry/registry.h"

/* The facts that are known once the bytes are stored. All borrowed. */
struct row_parts {
    const char *source_name;
    const char *identity, *container;
    int repetition;
    const struct filemaker_record *record;
    const struct source_fields *fields;
    const struct source_facts *facts;
    const char *disposition; /* the stream's Content-Disposition, or NULL */
    const char *mime, *ext;
    bool ext_is_named; /* `ext` is from the file's name                       */
    bool is_accepted;  /* a person said that these bytes are the document     */
    uint64_t size_bytes;
    const struct sha256 *sha256;
    const char *bucket, *key;
    const char *patient; /* the application's id, or NULL */
};

/* Why a document's date is not in its row. */
enum date_doubt {
    DATE_DOUBT_NONE,       /* it is there, or the record has none              */
    DATE_DOUBT_UNREADABLE, /* it is no date, or its year is too short          */
    DATE_DOUBT_EITHER,     /* day first or month first: no form was given      */
    DATE_DOUBT_UNLIKE,     /* it cannot be read in the form that was given     */
};

enum date_doubt row_date_doubt(const struct source_fields *fields,
                               const struct filemaker_record *record);

struct document_row;

/* Makes the row, never NULL; it borrows the record and the fields. The caller holds an auto_row. */
struct document_row *row_make(const struct row_parts *parts);
void auto_row_cleanup(struct document_row **row);
#define auto_row __attribute__((cleanup(auto_row_cleanup))) struct document_row

/* The row as the registry takes it, without its writer; borrowed. */
struct registry_document row_document(const struct document_row *row, int64_t now_us);

/* The id that a document's row always has, so that no second one can be made. */
struct uuid row_id(const char *source_name, const char *identity, const char *container,
                   int repetition);

/* Adds the last part of a file's name, without control characters and slashes. */
void row_name_clean(struct str *to, struct span name);
