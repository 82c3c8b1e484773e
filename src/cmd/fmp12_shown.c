/* What `fmferry tables` and `fmferry records` print of objects. */
#include "cmd/fmp12_shown.h"

#include "base/foreign.h"
#include "base/mem.h"
#include "base/num.h"
#include "fmp12/roles.h"

void fmp12_sums_clear(struct fmp12_sums *sums)
{
    sha256_stream_free(sums->stream);
    *sums = (struct fmp12_sums){ 0 };
}

void fmp12_sums_reset(struct fmp12_sums *sums)
{
    sums->count = 0;
    sums->code[0] = '\0';
}

void fmp12_sums_end(struct fmp12_sums *sums)
{
    struct fmp12_sum *sum = &sums->sums[sums->count];

    if (!*sums->code || sums->count == FMP12_STREAMS_MAX)
        return;
    memcpy(sum->code, sums->code, sizeof sum->code);
    sum->sha256 = sha256_stream_end(sums->stream);
    sums->count++;
    sums->code[0] = '\0';
}

static bool sums_add(void *arg, const char *code, struct span bytes, struct err *err)
{
    struct fmp12_sums *sums = arg;

    (void)err;
    if (strcmp(sums->code, code) != 0) {
        fmp12_sums_end(sums);
        memcpy(sums->code, code, sizeof sums->code);
    }
    sha256_stream_add(sums->stream, bytes);
    return true;
}

struct fmp12_sink fmp12_sums_sink(struct fmp12_sums *sums)
{
    if (!sums->stream)
        sums->stream = sha256_stream_new();
    return (struct fmp12_sink){ sums, sums_add };
}

static const char *role_name(enum fmp12_role role)
{
    static const char *const names[] = { "about", "preview", "document" };

    return names[role];
}

static void stream_json(struct json_writer *w, const struct fmp12_stream *stream, bool is_broken,
                        const struct fmp12_sums *sums)
{
    char hex[SHA256_HEX_SIZE];

    json_open_object(w);
    json_member_text(w, "code", stream->code);
    json_member_u64(w, "bytes", stream->found_bytes);
    if (!is_broken)
        json_member_text(w, "role", role_name(stream->role));
    for (size_t i = 0; i < sums->count; i++)
        if (strcmp(sums->sums[i].code, stream->code) == 0)
            json_member_text(w, "sha256", sha256_hex(&sums->sums[i].sha256, hex));
    json_close_object(w);
}

void fmp12_object_json(struct json_writer *w, const struct fmp12_object *object,
                       const struct fmp12_sums *sums)
{
    auto_str md5 = STR_MAX(2 * MD5_SIZE);
    bool is_broken = object->state == FMP12_BROKEN;

    hex_add(&md5, object->md5, MD5_SIZE);
    json_member_u64(w, "object", object->number);
    json_member_text(w, "state", fmp12_state_name(object->state));
    if (is_broken)
        json_member_text(w, "fault", object->fault);
    json_member_text(w, "md5", str_text(&md5));
    json_member_text(w, "name", object->name.name);
    json_member_text(w, "kind", object->name.kind);
    json_member_text(w, "folder", object->name.folder);
    json_name(w, "streams");
    json_open_array(w);
    for (size_t i = 0; i < object->stream_count; i++)
        stream_json(w, &object->streams[i], is_broken, sums);
    json_close_array(w);
}

static void streams_words(struct str *to, const struct fmp12_object *object)
{
    for (size_t i = 0; i < object->stream_count; i++)
        if (object->streams[i].role == FMP12_DOCUMENT)
            foreign_printf(to, "%ju bytes of %s, ", (uintmax_t)object->streams[i].bytes,
                           object->streams[i].code);
}

void fmp12_object_words(struct str *to, const struct fmp12_object *object)
{
    foreign_printf(to, "%s, ", *object->name.name ? object->name.name : "(without a name)");
    switch (object->state) {
    case FMP12_PROVEN:
        streams_words(to, object);
        str_add_text(to, "proven");
        return;
    case FMP12_AMBIGUOUS:
        streams_words(to, object);
        str_add_text(to, "proven; which of them is the document is not known");
        return;
    case FMP12_REFERENCE:
        foreign_printf(to, "not in the file: %s", object->name.folder);
        return;
    case FMP12_BROKEN:
        foreign_printf(to, "broken: %s", object->fault);
        return;
    }
    abort();
}

static bool table_is_named(const struct fmp12_table *table, const char *named)
{
    struct err vague;
    uint64_t number;

    return strcmp(table->name, named) == 0
           || (num_u64(span_of(named), 1, UINT32_MAX, &number, &vague) && number == table->number);
}

/* The names of all tables, for messages; the caller frees it. */
static char *names_list(const struct fmp12_schema *schema)
{
    auto_str names = STR_MAX(300);

    for (size_t i = 0; i < schema->table_count; i++) {
        if (names.size)
            str_add_text(&names, ", ");
        foreign_add(&names, span_of(schema->tables[i].name));
    }
    return names.size ? str_take(&names) : mem_text("(none)");
}

bool fmp12_table_named(const struct fmp12_schema *schema, const char *named,
                       const struct fmp12_table **table_r, struct err *err)
{
    const struct fmp12_table *found = NULL;
    auto_free char *names = names_list(schema);

    for (size_t i = 0; i < schema->table_count; i++) {
        if (!table_is_named(&schema->tables[i], named))
            continue;
        if (found)
            return err_set(err, ERR_USAGE, 0, "two tables are called '%s': give the number", named);
        found = &schema->tables[i];
    }
    if (!found)
        return err_set(err, ERR_USAGE, 0, "there is no table '%s'; there are: %s", named, names);
    *table_r = found;
    return true;
}
