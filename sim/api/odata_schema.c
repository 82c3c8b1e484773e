/* The service document and $metadata. */
#include "sim/api/odata_schema.h"

void odata_tables_answer(struct odata *o)
{
    const struct solution *solution = o->sim->solution;
    struct json_writer w = JSON_WRITER(&o->answer->body);
    auto_str context = STR_MAX(KIB(4));

    str_printf(&context, "%s/$metadata", str_text(&o->base));
    json_open_object(&w);
    json_member_span(&w, "@context", str_span(&context));
    json_name(&w, "value");
    json_open_array(&w);
    for (size_t i = 0; i < solution->table_count; i++) {
        json_open_object(&w);
        json_member_text(&w, "name", table_plan(solution->tables[i])->name);
        json_member_text(&w, "kind", "EntitySet");
        json_member_text(&w, "url", table_plan(solution->tables[i])->name);
        json_close_object(&w);
    }
    json_close_array(&w);
    json_close_object(&w);
}

static const char *edm_type(enum column_type type)
{
    switch (type) {
    case COLUMN_TEXT:
        return "Edm.String";
    case COLUMN_NUMBER:
        return "Edm.Decimal";
    case COLUMN_DATE:
        return "Edm.Date";
    case COLUMN_TIME:
        return "Edm.Duration";
    case COLUMN_TIMESTAMP:
        return "Edm.DateTimeOffset";
    case COLUMN_CONTAINER:
        return "Edm.Stream";
    }
    abort();
}

void odata_metadata_answer(struct odata *o)
{
    const struct solution *solution = o->sim->solution;
    struct str *to = &o->answer->body;

    o->answer->media = "application/xml;charset=utf-8";
    str_printf(to,
               "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<edmx:Edmx Version=\"4.01\" "
               "xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\"><edmx:DataServices>"
               "<Schema Namespace=\"com.filemaker.odata.%s.fmp12\" "
               "xmlns=\"http://docs.oasis-open.org/odata/ns/edm\">\n",
               solution->database);
    for (size_t i = 0; i < solution->table_count; i++) {
        const struct table_plan *plan = table_plan(solution->tables[i]);

        str_printf(to, "<EntityType Name=\"%s_\"><Key><PropertyRef Name=\"%s\"/></Key>\n",
                   plan->name, plan->columns[0].name);
        for (size_t c = 0; c < plan->column_count; c++)
            str_printf(to, "<Property Name=\"%s\" Type=\"%s\"/>\n", plan->columns[c].name,
                       edm_type(plan->columns[c].type));
        str_add_text(to, "</EntityType>\n");
    }
    str_add_text(to, "</Schema></edmx:DataServices></edmx:Edmx>\n");
}
