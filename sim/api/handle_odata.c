/*
 * OData v4, as far as an exporter needs it: rows with $select, $filter, $orderby, $top, $skip,
 * $count; $count alone; one row; one field; a container's bytes. Reading only.
 */
#include "sim/api/handlers.h"

#include "sim/api/codes.h"
#include "sim/api/found.h"
#include "sim/api/odata_filter.h"

#include "base/digest.h"
#include "base/mem.h"
#include "base/num.h"

enum { SELECT_MAX = 64, VALUE_MAX = 1 << 24 };

struct odata {
    struct sim *sim;
    struct request *request;
    struct answer *answer;
    struct str parts_text;
    struct span parts[6]; /* database, table(key), field, $value */
    size_t part_count;
    const struct layout *layout; /* first layout of the table occurrence */
    struct table *table;
    struct span key;
    struct str base; /* https://host/fmi/odata/v4/Clinic */
    bool numbers_as_text;
};

static void odata_error(struct odata *o, int status, const char *code, const char *text)
{
    struct json_writer w = JSON_WRITER(&o->answer->body);

    str_reset(&o->answer->body);
    o->answer->style = ANSWER_ODATA;
    o->answer->status = status;
    json_open_object(&w);
    json_name(&w, "error");
    json_open_object(&w);
    json_member_text(&w, "code", code);
    json_member_text(&w, "message", text);
    json_close_object(&w);
    json_close_object(&w);
}

static void problem_error(struct odata *o, const struct odata_problem *problem)
{
    odata_error(o, 400, problem->code, problem->text);
}

static void odata_error_about(struct odata *o, int status, const char *code, const char *text,
                              struct span name)
{
    auto_str whole = STR_MAX(KIB(1));

    str_printf(&whole, "%s '" SPAN_FORMAT "'", text, SPAN_ARGS(span_first(name, 100)));
    odata_error(o, status, code, str_text(&whole));
}

/* --- values --------------------------------------------------------------------------------- */

/* A value as JSON: null if empty, ISO dates, `?` for what should be a number and is none. */
static void value_json(const struct odata *o, struct json_writer *w, int column, uint64_t ordinal)
{
    auto_str value = STR_MAX(VALUE_MAX), number = STR_MAX(VALUE_MAX), date = STR_MAX(64);
    enum column_type type = COLUMN_NUMBER;

    if (column == ODATA_ROWID) {
        str_printf(&value, "%ju", (uintmax_t)table_record_id(o->table, ordinal));
    } else if (column == ODATA_ROWMODID) {
        str_printf(&value, "%u", table_mod_id(o->table, ordinal));
    } else {
        type = table_plan(o->table)->columns[column].type;
        table_value(o->table, ordinal, (unsigned)column, 1, &value);
    }
    if (!value.size) {
        json_write_null(w);
    } else if (type == COLUMN_NUMBER) {
        struct json_writer plain = JSON_WRITER(&number);

        value_write(&plain, type, str_span(&value), DATES_ISO);
        if (span_starts(str_span(&number), "\""))
            json_write_raw(w, span_of("?"));
        else if (o->numbers_as_text)
            json_write_span(w, str_span(&number));
        else
            json_write_raw(w, str_span(&number));
    } else if (type == COLUMN_TIMESTAMP) {
        struct json_writer plain = JSON_WRITER(&date);

        value_write(&plain, type, str_span(&value), DATES_ISO);
        str_cut(&date, date.size - 1);
        str_printf(&date, "Z\"");
        json_write_raw(w, str_span(&date));
    } else {
        value_write(w, type, str_span(&value), DATES_ISO);
    }
}

static void key_text(const struct odata *o, uint64_t ordinal, struct str *to)
{
    table_value(o->table, ordinal, 0, 1, to);
}

static void row_json(const struct odata *o, struct json_writer *w, uint64_t ordinal,
                     const int *columns, size_t count)
{
    auto_str url = STR_MAX(KIB(4));

    str_printf(&url, "%s/%s('", str_text(&o->base), o->layout->occurrence);
    key_text(o, ordinal, &url);
    str_add_text(&url, "')");
    json_member_span(w, "@id", str_span(&url));
    json_member_span(w, "@editLink", str_span(&url));
    for (size_t i = 0; i < count; i++) {
        if (columns[i] == ODATA_ROWID)
            json_name(w, "ROWID");
        else if (columns[i] == ODATA_ROWMODID)
            json_name(w, "ROWMODID");
        else
            json_name(w, table_plan(o->table)->columns[columns[i]].name);
        value_json(o, w, columns[i], ordinal);
    }
}

/* --- which columns -------------------------------------------------------------------------- */

static size_t all_columns(const struct odata *o, int *columns)
{
    const struct table_plan *plan = table_plan(o->table);
    size_t count = 0;

    for (size_t i = 0; i < plan->column_count && count < SELECT_MAX; i++)
        if (plan->columns[i].type != COLUMN_CONTAINER)
            columns[count++] = (int)i;
    return count;
}

static bool is_container(const struct odata *o, int column)
{
    return column < ODATA_ROWID && table_plan(o->table)->columns[column].type == COLUMN_CONTAINER;
}

static bool select_read(struct odata *o, int *columns, size_t *count_r)
{
    const struct http_param *select = http_param(&o->request->params, "$select");
    struct span rest = select ? select->value : SPAN_NONE;
    struct odata_problem problem;

    if (!select) {
        *count_r = all_columns(o, columns);
        return true;
    }
    *count_r = 0;
    while (rest.at && *count_r < SELECT_MAX) {
        struct span name = span_trim(span_cut(&rest, ','));
        int column = odata_column(o->table, name);

        if (column < 0 || is_container(o, column)) {
            odata_unknown_field(&problem, name);
            problem_error(o, &problem);
            return false;
        }
        columns[(*count_r)++] = column;
    }
    return true;
}

/* --- which rows ----------------------------------------------------------------------------- */

static bool count_param(struct odata *o, const char *name, uint64_t *n)
{
    const struct http_param *param = http_param(&o->request->params, name);
    struct err err;

    if (!param || num_u64(param->value, 0, UINT64_MAX, n, &err))
        return true;
    odata_error_about(o, 400, "-1002", "Error: syntax error in URL at:", param->value);
    return false;
}

static bool filter_keeps(void *arg, uint64_t ordinal)
{
    return odata_filter_keeps(arg, ordinal);
}

static bool rows_find(struct odata *o, struct found **found_r)
{
    const struct http_param *param = http_param(&o->request->params, "$filter");
    struct odata_problem problem = { .code = "" };
    struct odata_filter *filter = NULL;

    if (param && !odata_filter_read(param->value, o->table, &filter, &problem)) {
        problem_error(o, &problem);
        return false;
    }
    *found_r = found_all(o->table);
    if (filter)
        *found_r = found_filter(*found_r, filter_keeps, filter);
    odata_filter_free(filter);
    return true;
}

static bool rows_order(struct odata *o, struct found *found)
{
    const struct http_param *param = http_param(&o->request->params, "$orderby");
    struct span rest = param ? param->value : SPAN_NONE;
    struct shown shown[PAGE_SORTS_MAX];
    struct page_sort sorts[PAGE_SORTS_MAX];
    struct odata_problem problem;
    size_t count = 0;

    while (rest.at && count < PAGE_SORTS_MAX) {
        struct span order = span_trim(span_cut(&rest, ','));
        struct span name = span_cut(&order, ' ');
        int column = odata_column(o->table, name);

        if (column < 0 || column >= ODATA_ROWID) {
            odata_unknown_field(&problem, name);
            problem_error(o, &problem);
            return false;
        }
        shown[count] = (struct shown){ .name = "", .column = (unsigned)column };
        sorts[count] = (struct page_sort){ .shown = &shown[count],
                                           .descend = span_is(span_trim(order), "desc") };
        count++;
    }
    found_sort(found, o->sim->solution, o->layout, sorts, count);
    return true;
}

/* --- answers -------------------------------------------------------------------------------- */

static void context_member(struct odata *o, struct json_writer *w, const char *rest)
{
    auto_str text = STR_MAX(KIB(4));

    str_printf(&text, "%s/$metadata#%s%s", str_text(&o->base), o->layout->occurrence, rest);
    json_member_span(w, "@context", str_span(&text));
}

static uint64_t page_size(const struct odata *o)
{
    struct span prefer = http_header_value(&o->request->head, "Prefer");
    size_t at = span_find(prefer, "odata.maxpagesize=");
    struct span digits = span_from(prefer, at + 18);
    size_t length = 0;
    uint64_t n;
    struct err err;

    if (at == prefer.size)
        return UINT64_MAX;
    while (length < digits.size && digits.at[length] >= '0' && digits.at[length] <= '9')
        length++;
    return num_u64(span_first(digits, length), 1, UINT64_MAX, &n, &err) ? n : UINT64_MAX;
}

/* The same query from where this page ends. */
static void next_link(struct odata *o, struct json_writer *w, uint64_t skip, uint64_t top)
{
    auto_str link = STR_MAX(KIB(16));
    const struct http_params *params = &o->request->params;

    str_printf(&link, "%s/%s?$skip=%ju", str_text(&o->base), o->layout->occurrence,
               (uintmax_t)skip);
    if (top != UINT64_MAX)
        str_printf(&link, "&$top=%ju", (uintmax_t)top);
    for (size_t i = 0; i < params->count; i++) {
        if (span_is(params->items[i].name, "$skip") || span_is(params->items[i].name, "$top"))
            continue;
        str_printf(&link, "&" SPAN_FORMAT "=", SPAN_ARGS(params->items[i].name));
        http_encode(params->items[i].value, &link);
    }
    json_member_span(w, "@nextLink", str_span(&link));
}

static void rows_write(struct odata *o, struct found *found, const int *columns, size_t count,
                       uint64_t skip, uint64_t top)
{
    const struct http_param *want = http_param(&o->request->params, "$count");
    bool links = switch_is(&o->sim->switches, ODATA_NEXT_LINK, YES);
    uint64_t all = found_count(found), most = page_size(o);
    uint64_t left = skip < all ? all - skip : 0;
    uint64_t wanted = left < top ? left : top;
    uint64_t sent = links && wanted > most ? most : wanted;
    struct json_writer w = JSON_WRITER(&o->answer->body);

    json_open_object(&w);
    context_member(o, &w, "");
    if (want && span_is(want->value, "true"))
        json_member_u64(&w, "@count", all);
    json_name(&w, "value");
    json_open_array(&w);
    for (uint64_t i = 0; i < sent && !o->answer->body.cut; i++) {
        json_open_object(&w);
        row_json(o, &w, found_at(found, skip + i), columns, count);
        json_close_object(&w);
    }
    json_close_array(&w);
    if (sent < wanted)
        next_link(o, &w, skip + sent, top == UINT64_MAX ? top : top - sent);
    json_close_object(&w);
}

static void rows_answer(struct odata *o)
{
    auto_found *found = NULL;
    uint64_t skip = 0, top = UINT64_MAX;
    int columns[SELECT_MAX];
    size_t count;

    if (count_param(o, "$skip", &skip) && count_param(o, "$top", &top)
        && select_read(o, columns, &count) && rows_find(o, &found) && rows_order(o, found))
        rows_write(o, found, columns, count, skip, top);
}

static void count_answer(struct odata *o)
{
    auto_found *found = NULL;

    if (!rows_find(o, &found))
        return;
    o->answer->media = "text/plain;charset=utf-8";
    str_printf(&o->answer->body, "%ju", (uintmax_t)found_count(found));
}

static void row_answer(struct odata *o, uint64_t ordinal)
{
    struct json_writer w = JSON_WRITER(&o->answer->body);
    int columns[SELECT_MAX];
    size_t count;

    if (!select_read(o, columns, &count))
        return;
    json_open_object(&w);
    context_member(o, &w, "/$entity");
    row_json(o, &w, ordinal, columns, count);
    json_close_object(&w);
}

/* --- a field of one row --------------------------------------------------------------------- */

static void container_json(struct json_writer *w, const struct content *content)
{
    auto_content_reader *reader = NULL;
    auto_str bytes = STR_MAX(MIB(64)), text = STR_MAX(MIB(96));
    char block[KIB(16)];
    struct err err;
    size_t got = 0;

    if (!content_has_bytes(content) || content->fate == FATE_MISSING
        || !content_open(content, &reader, &err)) {
        json_write_null(w);
        return;
    }
    while (content_read(reader, block, sizeof block, &got, &err) && got)
        str_add(&bytes, block, got);
    base64_add(&text, bytes.at, bytes.size);
    json_write_span(w, str_span(&text));
}

static void field_answer(struct odata *o, uint64_t ordinal, int column)
{
    struct json_writer w = JSON_WRITER(&o->answer->body);
    auto_str rest = STR_MAX(KIB(1));
    auto_content content = { 0 };

    str_printf(&rest, "(" SPAN_FORMAT ")/" SPAN_FORMAT, SPAN_ARGS(o->key), SPAN_ARGS(o->parts[2]));
    json_open_object(&w);
    context_member(o, &w, str_text(&rest));
    if (is_container(o, column)) {
        table_content(o->table, ordinal, (unsigned)column, 1, &content);
        if (switch_is(&o->sim->switches, ODATA_FILENAME, PRESENT))
            json_member_text(&w, "@com.filemaker.odata.Filename", content.name);
        json_name(&w, "value");
        container_json(&w, &content);
    } else {
        json_name(&w, "value");
        value_json(o, &w, column, ordinal);
    }
    json_close_object(&w);
}

static void bytes_answer(struct odata *o, uint64_t ordinal, int column)
{
    auto_content content = { 0 };
    struct err err;

    if (!is_container(o, column)) {
        o->answer->media = "text/plain;charset=utf-8";
        table_value(o->table, ordinal, (unsigned)column, 1, &o->answer->body);
        return;
    }
    table_content(o->table, ordinal, (unsigned)column, 1, &content);
    if (!content_has_bytes(&content)) {
        o->answer->status = 204;
    } else if (content.fate == FATE_MISSING || !content_open(&content, &o->answer->stream, &err)) {
        odata_error(o, 404, "-1023", "The requested file is missing");
    } else {
        o->answer->media = file_type_media(content.type);
        o->answer->stream_size = content_size(o->answer->stream);
        o->answer->about = (struct answer_about){
            .record_id = table_record_id(o->table, ordinal),
            .field = table_plan(o->table)->columns[column].name,
            .repetition = 1,
        };
    }
}

static bool row_by_key(struct odata *o, uint64_t *ordinal_r)
{
    struct span key = o->key;
    struct err err;
    uint64_t record_id;

    if (span_starts(key, "ROWID="))
        return num_u64(span_from(key, 6), 1, UINT64_MAX, &record_id, &err)
               && table_find_id(o->table, record_id, ordinal_r);
    if (key.size >= 2 && key.at[0] == '\'' && key.at[key.size - 1] == '\'')
        key = span_first(span_from(key, 1), key.size - 2);
    for (uint64_t i = 0; i < table_count(o->table); i++) {
        auto_str value = STR_MAX(VALUE_MAX);
        const struct column *first = &table_plan(o->table)->columns[0];
        struct make_context making = { o->table, first, 0, 1 };

        if (first->find && !table_exceptions(o->table, 0))
            return first->find(&making, key, ordinal_r) && table_is_live(o->table, *ordinal_r);
        *ordinal_r = table_select(o->table, i);
        key_text(o, *ordinal_r, &value);
        if (span_equal(str_span(&value), key))
            return true;
    }
    return false;
}

static void one_answer(struct odata *o)
{
    struct odata_problem problem;
    uint64_t ordinal;
    int column;

    if (!row_by_key(o, &ordinal)) {
        odata_error_about(o, 404, "-1023", "There is no row with the key", o->key);
        return;
    }
    if (o->part_count == 2) {
        row_answer(o, ordinal);
        return;
    }
    column = odata_column(o->table, o->parts[2]);
    if (column < 0 || column >= ODATA_ROWID) {
        odata_unknown_field(&problem, o->parts[2]);
        problem_error(o, &problem);
    } else if (o->part_count == 3) {
        field_answer(o, ordinal, column);
    } else if (span_is(o->parts[3], "$value")) {
        bytes_answer(o, ordinal, column);
    } else {
        odata_error_about(o, 400, "-1002", "Error: syntax error in URL at:", o->parts[3]);
    }
}

/* --- what there is -------------------------------------------------------------------------- */

static void tables_answer(struct odata *o)
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

static void metadata_answer(struct odata *o)
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

/* --- from a request ------------------------------------------------------------------------- */

static bool parts_read(struct odata *o)
{
    struct span rest = span_from(o->request->head.path, strlen("/fmi/odata/v4/"));

    (void)str_reserve(&o->parts_text, o->request->head.path.size);
    while (rest.at && o->part_count < lengthof(o->parts)) {
        struct span part = span_cut(&rest, '/');
        size_t before = o->parts_text.size;

        if (!part.size && !rest.at)
            break;
        if (!http_decode(part, &o->parts_text))
            return false;
        o->parts[o->part_count++] = span_from(str_span(&o->parts_text), before);
    }
    return span_starts(o->request->head.path, "/fmi/odata/v4/") && o->part_count > 0;
}

static bool database_is_ours(const struct odata *o)
{
    struct span name = o->parts[0];

    if (span_ends(name, ".fmp12"))
        name.size -= 6;
    return span_is_nocase(name, o->sim->solution->database);
}

/* "DOCS" or "DOCS('key')" */
static bool table_read(struct odata *o)
{
    struct span name = o->parts[1];
    size_t open = span_find(name, "(");
    const struct solution *solution = o->sim->solution;

    if (open < name.size && span_ends(name, ")"))
        o->key = span_first(span_from(name, open + 1), name.size - open - 2);
    name = span_first(name, open);
    if (span_find(name, " ") < name.size && switch_is(&o->sim->switches, ODATA_SPACES, 404))
        return false;
    for (size_t i = 0; i < solution->layout_count; i++) {
        if (!span_is(name, solution->layouts[i].occurrence))
            continue;
        o->layout = &solution->layouts[i];
        o->table = solution_table(solution, o->layout->table);
        return true;
    }
    return false;
}

/* An option that follows without its question mark ("contacts$top=10"); empty if there is none. */
static struct span stray_option(struct span part)
{
    struct span option = span_from(part, span_find(part, "$"));

    return span_cut(&option, '=');
}

static void table_missing(struct odata *o)
{
    struct span option = stray_option(o->parts[1]);

    if (option.size)
        odata_error_about(o, 400, "-1002", "Error: syntax error in URL at:", option);
    else
        odata_error_about(o, 404, "-1020", "There is no table", o->parts[1]);
}

static void answer_part(struct odata *o)
{
    if (o->part_count == 1) {
        tables_answer(o);
    } else if (span_is(o->parts[1], "$metadata")) {
        metadata_answer(o);
    } else if (!table_read(o)) {
        table_missing(o);
    } else if (o->key.at) {
        one_answer(o);
    } else if (o->part_count == 2) {
        rows_answer(o);
    } else if (span_is(o->parts[2], "$count")) {
        count_answer(o);
    } else {
        odata_error_about(o, 400, "-1002", "Error: syntax error in URL at:", o->parts[2]);
    }
}

static bool is_let_in(struct odata *o)
{
    struct span value = http_header_value(&o->request->head, "Authorization");
    const char *text;

    if (span_starts(value, "FMID ") || request_basic(o->sim, o->request, &text) == 0)
        return true;
    odata_error(o, 401, "212", "Invalid user account and/or password; please try again");
    answer_header(o->answer, "WWW-Authenticate", "Basic realm=\"FileMaker\"");
    return false;
}

void handle_odata(struct sim *sim, struct request *request, struct answer *answer)
{
    struct odata o = { .sim = sim,
                       .request = request,
                       .answer = answer,
                       .parts_text = STR_MAX(HTTP_HEAD_MAX),
                       .base = STR_MAX(KIB(2)) };
    struct span host = request_host(request);

    answer->style = ANSWER_ODATA;
    str_printf(&o.base, "%s://" SPAN_FORMAT "/fmi/odata/v4/%s", request->is_tls ? "https" : "http",
               SPAN_ARGS(span_first(host, 200)), sim->solution->database);
    o.numbers_as_text =
        span_find(http_header_value(&request->head, "Accept"), "IEEE754Compatible=true")
        < http_header_value(&request->head, "Accept").size;
    if (!is_let_in(&o)) {
        /* said already */
    } else if (!span_is(request->head.method, "GET")) {
        odata_error(&o, 405, "-1002", "This server only reads");
    } else if (!parts_read(&o) || !database_is_ours(&o)) {
        odata_error_about(&o, 404, "802", "Unable to open file", o.parts[0]);
    } else {
        solution_read_lock(sim->solution);
        answer_part(&o);
        solution_unlock(sim->solution);
    }
    answer_check_size(answer);
    str_clear(&o.parts_text);
    str_clear(&o.base);
}
