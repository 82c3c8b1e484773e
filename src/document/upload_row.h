/* The application's row of a document that was not moved from FileMaker, but uploaded. */
#pragma once

#include "base/base.h"
#include "base/digest.h"
#include "registry/registry.h"

/* What the row is made of. All borrowed. */
struct upload_row_parts {
    const char *source_name, *identity; /* of uploads; the document's own UUID */
    const char *patient;                /* the application's id                */
    const char *type, *name, *day;      /* "Letter", "scan.pdf", "2024-03-01" or "" */
    const char *mime, *who, *bucket, *key;
    const struct sha256 *sha256;
    uint64_t size_bytes;
};

struct upload_row;

/* Makes the row, never NULL; it borrows the parts' texts. The caller holds an auto_upload_row. */
struct upload_row *upload_row_make(const struct upload_row_parts *parts);
void auto_upload_row_cleanup(struct upload_row **row);
#define auto_upload_row __attribute__((cleanup(auto_upload_row_cleanup))) struct upload_row

/* The row as the registry takes it, without its writer; borrowed. */
struct registry_document upload_row_document(const struct upload_row *row, int64_t now_us);
