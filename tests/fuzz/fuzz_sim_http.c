/*
 * Any bytes as what a client sends to the simulator: what stands before the first NUL as a
 * request's head, what follows as its body, read as a find, an edit, an upload, a filter and a
 * scenario line. Nothing of it is served.
 */
#include "fuzz.h"

#include "sim/api/address.h"
#include "sim/api/change.h"
#include "sim/api/found.h"
#include "sim/api/multipart.h"
#include "sim/api/odata_filter.h"
#include "sim/api/page.h"
#include "sim/data/data.h"
#include "sim/faults/scenario_line.h"
#include "sim/request/request.h"
#include "json/json.h"

static struct solution *solution;
static struct switches switches;

static void prepare(void)
{
    struct data_options options = { .set = "generate:20,100", .seed = 1, .record_gap = 1 };
    struct err err;

    switches_init(&switches);
    if (!data_open(&options, &solution, &err))
        abort();
}

/* The head, alone and cut off at any place: never more than there is, never twice the same. */
static void try_head(struct span bytes, const struct layout *layout)
{
    struct request request;
    size_t size = 0;
    struct address address;
    struct page_options page;

    request_init(&request, KIB(1));
    str_add_span(&request.head_bytes, bytes);
    if (http_head_read(str_span(&request.head_bytes), &request.head, &size) == HTTP_DONE) {
        assert(size > 0 && size <= bytes.size && request.head.path.size > 0);
        request_route(&request);
        (void)address_read(1, request.route.file, &address);
        (void)page_from_query(&page, solution, &switches, layout, &request.params, false);
        page_clear(&page);
    }
    request_clear(&request);
}

static void try_find(const struct layout *layout, const struct json_value *body)
{
    auto_found *found = NULL;
    struct query query = { .code = 0 };
    struct page_options page;

    if (page_from_body(&page, solution, &switches, layout, body)
        && query_read(&query, solution, &switches, layout, json_get(body, "query"))) {
        found = found_by(solution, solution_table(solution, layout->table), &query);
        found_sort(found, solution, layout, page.sorts, page.sort_count);
        assert(found_count(found) <= 20);
        for (uint64_t i = 0; i < found_count(found); i++)
            assert(found_at(found, i) < 20);
    }
    query_clear(&query);
    page_clear(&page);
}

static void try_change(const struct layout *layout, const struct json_value *fields)
{
    struct change *change = calloc(1, sizeof *change);
    struct change_options options = { .dates = DATES_ISO };

    if (!change)
        abort();
    if (change_read(change, solution_table(solution, layout->table), layout, &options, fields))
        assert(change->code == 0);
    else
        assert(change->code != 0);
    change_clear(change);
    free(change);
}

static void try_odata(struct span bytes, const struct layout *layout)
{
    struct odata_filter *filter = NULL;
    struct odata_problem problem = { .code = "" };

    if (odata_filter_read(bytes, solution_table(solution, layout->table), &filter, &problem))
        for (uint64_t i = 0; i < 20; i++)
            (void)odata_filter_keeps(filter, i);
    else
        assert(problem.code[0] && problem.text[0]);
    odata_filter_free(filter);
}

static void try_body(struct span bytes, const struct layout *layout)
{
    auto_json *json = NULL;
    struct scenario_line line = { .number = 1 };
    struct multipart_part part;
    uint64_t chunk;
    size_t size;
    struct err err;

    if (json_read(bytes, &json, &err) && json_root(json)->kind == JSON_OBJECT) {
        try_find(layout, json_root(json));
        try_change(layout, json_root(json));
    }
    try_odata(bytes, layout);
    if (multipart_find(bytes, span_of("multipart/form-data; boundary=B"), "upload", &part))
        assert(part.bytes.at >= bytes.at
               && part.bytes.at + part.bytes.size <= bytes.at + bytes.size);
    if (http_chunk_read(bytes, &chunk, &size) == HTTP_DONE)
        assert(size <= bytes.size);
    if (scenario_line_read(span_first(bytes, span_find(bytes, "\n")), &line, &err))
        assert(line.when == WHEN_NEVER || line.when == WHEN_REQUEST || line.action.event.run);
    scenario_line_clear(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span body = fuzz_span(data, size);
    struct span head = span_cut(&body, '\0');
    const struct layout *layout;

    if (!solution)
        prepare();
    layout = solution_layout(solution, span_of("API_Docs"));
    try_head(head, layout);
    if (body.at)
        try_body(body, layout);
    return 0;
}
