/* The members are written by one hand, so that their hash is that of what programs get. */
#include "console/documents/document_shown.h"

#include "base/time.h"
#include "console/server/etag.h"

enum { MEMBERS_MAX = 64 * 1024 };

void document_members(struct json_writer *w, const struct visible *document)
{
    char row[UUID_TEXT_SIZE], hex[SHA256_HEX_SIZE], at[TIME_TEXT_SIZE], file[96];

    (void)uuid_text(&document->row, row);
    (void)snprintf(file, sizeof file, "/api/v1/documents/%s/file", row);
    json_member_text(w, "row", row);
    json_member_text(w, "patient", document->patient);
    json_member_text(w, "type", document->type);
    json_member_text(w, "date", document->day);
    json_member_text(w, "name", document->name);
    json_member_text(w, "mime", document->mime);
    json_member_i64(w, "size", document->size);
    json_member_text(w, "sha256", sha256_hex(&document->sha256, hex));
    json_member_text(w, "stored_at", time_rfc3339(document->stored_us, at));
    json_member_text(w, "file", file);
}

const char *document_tag(const struct visible *document, char text[DOCUMENT_TAG_SIZE])
{
    auto_str members = STR_MAX(MEMBERS_MAX);
    struct json_writer w = JSON_WRITER(&members);
    char hex[SHA256_HEX_SIZE];
    struct sha256 hash;

    json_open_object(&w);
    document_members(&w, document);
    if (document->is_away)
        json_member_flag(&w, "is_active", false);
    json_close_object(&w);
    hash = sha256_of(str_span(&members));
    (void)snprintf(text, DOCUMENT_TAG_SIZE, "\"%jd-%.16s\"", (intmax_t)document->epoch,
                   sha256_hex(&hash, hex));
    return text;
}

bool document_is_expected(struct exchange *x, const struct visible *document)
{
    struct span wanted = request_header(x->request, "If-Match");
    char tag[DOCUMENT_TAG_SIZE];

    if (!wanted.at)
        return refuse(x, PROBLEM_NO_VERSION, "it needs If-Match");
    return etag_is_listed(wanted, document_tag(document, tag), ETAG_STRONG)
           || refuse(x, PROBLEM_STALE, "the document is %s now", tag);
}
