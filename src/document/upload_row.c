/* No record lies behind it: the metadata says who sent the file, and which bytes it has. */
#include "document/upload_row.h"

#include "base/mem.h"
#include "document/key.h"
#include "document/row.h"
#include "json/writer.h"

enum { METADATA_MAX = 64 * 1024 };

struct upload_row {
    struct upload_row_parts parts;
    struct uuid id;
    char *category, *metadata;
    char sha256[SHA256_HEX_SIZE];
};

/* The members that ours always have, as row.c writes them, so that `verify` reads both alike. */
static void metadata_write(struct str *to, const struct upload_row_parts *p, const char *sha256)
{
    struct json_writer w = JSON_WRITER(to);

    json_open_object(&w);
    json_member_text(&w, "source", p->source_name);
    json_member_text(&w, "identity", p->identity);
    json_member_text(&w, "storage", "upload");
    json_member_text(&w, "sha256", sha256);
    json_member_u64(&w, "size", p->size_bytes);
    json_member_text(&w, "uploadedBy", p->who);
    json_member_text(&w, "type", p->type);
    json_close_object(&w);
}

struct upload_row *upload_row_make(const struct upload_row_parts *p)
{
    struct upload_row *row = mem_new(struct upload_row);
    auto_str category = STR_MAX(KIB(4));
    auto_str metadata = STR_MAX(METADATA_MAX);

    *row = (struct upload_row){ .parts = *p, .id = row_id(p->source_name, p->identity, "", 1) };
    key_slug(&category, span_of(p->type));
    metadata_write(&metadata, p, sha256_hex(p->sha256, row->sha256));
    row->category = str_take(&category);
    row->metadata = str_take(&metadata);
    return row;
}

void auto_upload_row_cleanup(struct upload_row **row)
{
    if (!*row)
        return;
    free((*row)->category);
    free((*row)->metadata);
    free(*row);
}

struct registry_document upload_row_document(const struct upload_row *row, int64_t now_us)
{
    const struct upload_row_parts *p = &row->parts;

    return (struct registry_document){ .id = row->id,
                                       .patient = p->patient,
                                       .file_name = p->name,
                                       .original_name = p->name,
                                       .file_size = p->size_bytes,
                                       .mime_type = p->mime,
                                       .s3_bucket = p->bucket,
                                       .s3_key = p->key,
                                       .category = row->category,
                                       .type = p->type,
                                       .uploaded_by = p->who,
                                       .now_us = now_us,
                                       .document_date = *p->day ? p->day : NULL,
                                       .metadata = row->metadata,
                                       .sha256 = row->sha256,
                                       .identity = p->identity,
                                       .container = "",
                                       .repetition = 1 };
}
