/* OData v4: the parts of a path and their answers. */
#include "sim/api/handlers.h"

#include "sim/api/odata_call.h"
#include "sim/api/odata_one.h"
#include "sim/api/odata_rows.h"
#include "sim/api/odata_schema.h"

static bool parts_read(struct odata *o)
{
    struct span path =
        span_from(o->request->head.path, o->request->route.is_otto ? strlen("/otto") : 0);
    struct span rest = span_from(path, strlen("/fmi/odata/v4/"));

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
    return span_starts(path, "/fmi/odata/v4/") && o->part_count > 0;
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
        odata_tables_answer(o);
    } else if (span_is(o->parts[1], "$metadata")) {
        odata_metadata_answer(o);
    } else if (!table_read(o)) {
        table_missing(o);
    } else if (o->key.at) {
        odata_one_answer(o);
    } else if (o->part_count == 2) {
        odata_rows_answer(o);
    } else if (span_is(o->parts[2], "$count")) {
        odata_count_answer(o);
    } else {
        odata_error_about(o, 400, "-1002", "Error: syntax error in URL at:", o->parts[2]);
    }
}

static bool is_let_in(struct odata *o)
{
    const char *text;

    if (o->request->route.is_otto || request_fmid(o->sim, o->request)
        || request_basic(o->sim, o->request, &text) == 0)
        return true;
    odata_error(o, 401, "212", "Invalid user account and/or password; please try again");
    answer_header(o->answer, "WWW-Authenticate", "Basic realm=\"FileMaker\"");
    return false;
}

static bool header_has(const struct request *request, const char *name, const char *word)
{
    struct span value = http_header_value(&request->head, name);

    return span_find(value, word) < value.size;
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
    o.numbers_as_text = header_has(request, "Accept", "IEEE754Compatible=true");
    o.special_columns = switch_is(&sim->switches, ODATA_SPECIAL, GIVEN)
                        && header_has(request, "Prefer", "fmodata.include-specialcolumns");
    if (!is_let_in(&o)) {
        /* answered already */
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
