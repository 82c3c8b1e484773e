/* Walks over expat's events: types with their fields first, then the sets that are the occurrences. */
#include "filemaker/metadata.h"

#include "base/mem.h"
#include "base/num.h"

#include <expat.h>

enum { DEPTH_MAX = 32, TABLES_MAX = 20000, FIELDS_MAX = 200000, GENERATION_MIN = 17 };

#define OWN_TERM "com.filemaker.odata."
#define PRODUCT_TERM "Org.OData.Core.V1.ProductVersion"
#define SERVER_TERM "ServerVersion"

struct metadata_walk {
    XML_Parser parser;
    struct metadata *metadata;
    struct err *err;
    int depth;
    size_t fields;
    bool is_metadata, in_type, in_field, has_sets;
};

static void walk_refuse(struct metadata_walk *walk, const char *why)
{
    if (walk->err->kind == ERR_NONE)
        (void)err_set(walk->err, ERR_DATA, 0, "OData's $metadata %s", why);
    (void)XML_StopParser(walk->parser, XML_FALSE);
}

/* The name of an element or term behind its namespace. */
static const char *local_name(const char *name)
{
    const char *colon = strrchr(name, ':');

    return colon ? colon + 1 : name;
}

static const char *attribute_get(const XML_Char **attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    return "";
}

static struct metadata_table *table_last(const struct metadata_walk *walk)
{
    return &walk->metadata->tables[walk->metadata->count - 1];
}

static struct metadata_field *field_last(const struct metadata_walk *walk)
{
    struct metadata_table *table = table_last(walk);

    return &table->fields[table->count - 1];
}

static bool is_too_much(const struct metadata_walk *walk, size_t fields)
{
    return walk->metadata->count >= TABLES_MAX || walk->fields + fields > FIELDS_MAX;
}

/* --- types and fields ----------------------------------------------------------------------- */

static void type_begin(struct metadata_walk *walk, const char *name)
{
    struct metadata *metadata = walk->metadata;

    if (is_too_much(walk, 0)) {
        walk_refuse(walk, "has more tables than any file of FileMaker");
        return;
    }
    metadata->tables = mem_grow(metadata->tables, (metadata->count + 1) * sizeof *metadata->tables);
    metadata->tables[metadata->count++] = (struct metadata_table){ .name = mem_text(""),
                                                                   .type_name = mem_text(name),
                                                                   .id = mem_text("") };
    walk->in_type = true;
}

static bool is_container_type(const char *type)
{
    return strcmp(type, "Edm.Stream") == 0 || strcmp(type, "Edm.Binary") == 0;
}

static void field_begin(struct metadata_walk *walk, const char *name, const char *type)
{
    struct metadata_table *table = table_last(walk);

    if (is_too_much(walk, 1)) {
        walk_refuse(walk, "has more fields than any file of FileMaker");
        return;
    }
    walk->fields++;
    table->fields = mem_grow(table->fields, (table->count + 1) * sizeof *table->fields);
    table->fields[table->count++] =
        (struct metadata_field){ .name = mem_text(name),
                                 .type = mem_text(type),
                                 .repetitions = 1,
                                 .is_container = is_container_type(type) };
    walk->in_field = true;
}

/* --- annotations ---------------------------------------------------------------------------- */

static void version_keep(struct metadata_walk *walk, const char *value)
{
    const char *digits = strpbrk(value, "0123456789");

    if (digits && !*walk->metadata->version)
        (void)snprintf(walk->metadata->version, sizeof walk->metadata->version, "%s", digits);
}

static void repetitions_keep(struct metadata_field *field, const char *value)
{
    uint64_t count;
    struct err ignored;

    if (num_u64(span_of(value), 1, 1000000, &count, &ignored))
        field->repetitions = (unsigned)count;
}

static void field_annotate(struct metadata_field *field, const char *term,
                           const XML_Char **attributes)
{
    bool is_so = strcmp(attribute_get(attributes, "Bool"), "true") == 0;
    const char *number = attribute_get(attributes, "Int");

    if (strcmp(term, "MaxRepetitions") == 0)
        repetitions_keep(field, *number ? number : attribute_get(attributes, "String"));
    else if (strcmp(term, "ExternalSecurePath") == 0)
        field->is_external = true;
    else if (strcmp(term, "Calculation") == 0)
        field->is_calculation = is_so;
    else if (strcmp(term, "Summary") == 0)
        field->is_summary = is_so;
    else if (strcmp(term, "Global") == 0)
        field->is_global = is_so;
}

static void walk_annotate(struct metadata_walk *walk, const XML_Char **attributes)
{
    const char *term = attribute_get(attributes, "Term"),
               *value = attribute_get(attributes, "String");
    bool is_own = span_starts(span_of(term), OWN_TERM);

    if (strcmp(term, PRODUCT_TERM) == 0 || span_ends(span_of(term), SERVER_TERM)) {
        version_keep(walk, value);
    } else if (is_own && walk->in_field) {
        field_annotate(field_last(walk), term + strlen(OWN_TERM), attributes);
    } else if (is_own && walk->in_type && strcmp(term, OWN_TERM "TableID") == 0) {
        free(table_last(walk)->id);
        table_last(walk)->id = mem_text(value);
    }
}

/* --- occurrences ---------------------------------------------------------------------------- */

/* "com.filemaker.odata.Clinic.fmp12.DOCS_" ends in the type's name, and a file's name may have dots. */
static bool is_type_of(struct span full, const char *type_name)
{
    size_t size = strlen(type_name);

    return size > 0 && full.size > size && full.at[full.size - size - 1] == '.'
           && span_ends(full, type_name);
}

static struct metadata_table *type_find(const struct metadata *metadata, const char *full)
{
    struct metadata_table *best = NULL;

    for (size_t i = 0; i < metadata->count; i++)
        if (is_type_of(span_of(full), metadata->tables[i].type_name)
            && (!best || strlen(metadata->tables[i].type_name) > strlen(best->type_name)))
            best = &metadata->tables[i];
    return best;
}

/* Another occurrence of a type that has one already: the same fields once more. */
static void table_copy(struct metadata_walk *walk, const struct metadata_table *from,
                       const char *name)
{
    struct metadata_table copy = { .name = mem_text(name),
                                   .type_name = mem_text(from->type_name),
                                   .id = mem_text(from->id),
                                   .is_keyed = from->is_keyed,
                                   .fields = mem_zero((from->count + 1) * sizeof *from->fields) };

    for (; copy.count < from->count; copy.count++) {
        copy.fields[copy.count] = from->fields[copy.count];
        copy.fields[copy.count].name = mem_text(from->fields[copy.count].name);
        copy.fields[copy.count].type = mem_text(from->fields[copy.count].type);
    }
    walk->fields += copy.count;
    walk->metadata->tables = mem_grow(walk->metadata->tables,
                                      (walk->metadata->count + 1) * sizeof *walk->metadata->tables);
    walk->metadata->tables[walk->metadata->count++] = copy;
}

static void set_take(struct metadata_walk *walk, const char *name, const char *full)
{
    struct metadata_table *type = type_find(walk->metadata, full);

    if (!type)
        return;
    walk->has_sets = true;
    if (!*type->name) {
        free(type->name);
        type->name = mem_text(name);
    } else if (is_too_much(walk, type->count)) {
        walk_refuse(walk, "has more tables and fields than any file of FileMaker");
    } else {
        table_copy(walk, type, name);
    }
}

/* Where the sets are not told, "DOCS_" is the type of DOCS. */
static void sets_infer(struct metadata *metadata)
{
    for (size_t i = 0; i < metadata->count; i++) {
        struct span name = span_of(metadata->tables[i].type_name);

        name.size -= span_ends(name, "_");
        free(metadata->tables[i].name);
        metadata->tables[i].name = span_text(name);
    }
}

/* --- events --------------------------------------------------------------------------------- */

static void XMLCALL on_start(void *arg, const XML_Char *full_name, const XML_Char **attributes)
{
    struct metadata_walk *walk = arg;
    const char *name = local_name(full_name);

    if (walk->err->kind != ERR_NONE)
        return;
    if (++walk->depth > DEPTH_MAX)
        walk_refuse(walk, "is deeper than FileMaker's");
    else if (walk->depth == 1)
        walk->is_metadata = strcmp(name, "Edmx") == 0;
    else if (strcmp(name, "EntityType") == 0)
        type_begin(walk, attribute_get(attributes, "Name"));
    else if (strcmp(name, "Property") == 0 && walk->in_type)
        field_begin(walk, attribute_get(attributes, "Name"), attribute_get(attributes, "Type"));
    else if (strcmp(name, "PropertyRef") == 0 && walk->in_type)
        table_last(walk)->is_keyed = strcmp(attribute_get(attributes, "Name"), "ROWID") != 0;
    else if (strcmp(name, "Annotation") == 0)
        walk_annotate(walk, attributes);
    else if (strcmp(name, "EntitySet") == 0)
        set_take(walk, attribute_get(attributes, "Name"), attribute_get(attributes, "EntityType"));
}

static void XMLCALL on_end(void *arg, const XML_Char *full_name)
{
    struct metadata_walk *walk = arg;
    const char *name = local_name(full_name);

    if (walk->err->kind != ERR_NONE)
        return; /* expat reports the end of an empty element even after a stop */
    walk->depth--;
    walk->in_field = walk->in_field && strcmp(name, "Property") != 0;
    walk->in_type = walk->in_type && strcmp(name, "EntityType") != 0;
}

static void XMLCALL on_doctype(void *arg, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public, int has_more)
{
    (void)name;
    (void)system;
    (void)public;
    (void)has_more;
    walk_refuse(arg, "declares a document type");
}

static bool walk_all(struct metadata_walk *walk, struct span text)
{
    XML_SetUserData(walk->parser, walk);
    XML_SetElementHandler(walk->parser, on_start, on_end);
    XML_SetStartDoctypeDeclHandler(walk->parser, on_doctype);
    if (text.size > INT32_MAX)
        return err_set(walk->err, ERR_DATA, 0, "OData's $metadata has %zu bytes", text.size);
    if (XML_Parse(walk->parser, text.at ? text.at : "", (int)text.size, XML_TRUE) != XML_STATUS_OK
        && walk->err->kind == ERR_NONE)
        return err_set(walk->err, ERR_DATA, 0, "OData's $metadata is not well-formed XML: %s",
                       XML_ErrorString(XML_GetErrorCode(walk->parser)));
    if (walk->err->kind == ERR_NONE && !walk->is_metadata)
        return err_set(walk->err, ERR_DATA, 0, "OData's $metadata is another kind of document");
    return walk->err->kind == ERR_NONE;
}

bool metadata_read(struct span text, struct metadata *metadata_r, struct err *err)
{
    auto_metadata metadata = { 0 };
    struct err why = { 0 };
    struct metadata_walk walk = { .parser = XML_ParserCreate("UTF-8"),
                                  .metadata = &metadata,
                                  .err = &why };
    bool good;

    if (!walk.parser)
        abort();
    good = walk_all(&walk, span_trim(text));
    XML_ParserFree(walk.parser);
    if (!good) {
        *err = why;
        return false;
    }
    if (!walk.has_sets)
        sets_infer(&metadata);
    *metadata_r = metadata;
    metadata = (struct metadata){ 0 };
    return true;
}

/* --- using it ------------------------------------------------------------------------------- */

static void table_clear(struct metadata_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        free(table->fields[i].name);
        free(table->fields[i].type);
    }
    free(table->fields);
    free(table->name);
    free(table->type_name);
    free(table->id);
}

void metadata_clear(struct metadata *metadata)
{
    for (size_t i = 0; i < metadata->count; i++)
        table_clear(&metadata->tables[i]);
    free(metadata->tables);
    *metadata = (struct metadata){ 0 };
}

const struct metadata_table *metadata_find(const struct metadata *metadata, const char *name)
{
    for (size_t i = 0; *name && i < metadata->count; i++)
        if (strcmp(metadata->tables[i].name, name) == 0)
            return &metadata->tables[i];
    return NULL;
}

const struct metadata_field *metadata_field(const struct metadata_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->fields[i].name, name) == 0)
            return &table->fields[i];
    return NULL;
}

unsigned metadata_generation(const struct metadata *metadata)
{
    struct span rest = span_of(metadata->version);
    uint64_t number;
    struct err ignored;

    return num_u64(span_cut(&rest, '.'), GENERATION_MIN, 1000, &number, &ignored) ? (unsigned)number
                                                                                  : 0;
}
