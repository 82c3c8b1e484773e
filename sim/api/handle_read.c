/* Records: a range, one, or what a query finds. */
#include "sim/api/handlers.h"

#include "sim/api/codes.h"
#include "sim/api/found.h"
#include "sim/api/query.h"
#include "sim/api/reaction.h"
#include "sim/api/show.h"
#include "sim/base/chance.h"

static void call_refuse(struct call *call, int code, const char *problem)
{
    if (*problem)
        answer_code_text(call->answer, code, 0, problem);
    else
        answer_code(call->answer, code);
}

/* --- writing an answer ---------------------------------------------------------------------- */

/* The part of the found set that is answered. */
struct found_slice {
    uint64_t first, count; /* places in the found set */
};

static void data_info(const struct show *show, struct json_writer *w, uint64_t found,
                      uint64_t returned)
{
    int64_t delta = show->request->twist.found_delta;

    if (switch_is(&show->sim->switches, DATA_INFO, ABSENT))
        return;
    json_name(w, "dataInfo");
    json_open_object(w);
    json_member_text(w, "database", show->sim->solution->database);
    json_member_text(w, "layout", show->layout->name);
    json_member_text(w, "table", show->layout->occurrence);
    json_member_u64(w, "totalRecordCount", table_count(show->table));
    json_member_i64(w, "foundCount", (int64_t)found + delta);
    json_member_u64(w, "returnedCount", returned);
    json_close_object(w);
}

static struct show show_of(const struct call *call, const struct page_options *page)
{
    return (struct show){ .sim = call->sim,
                          .request = call->request,
                          .session = call->session,
                          .layout = page->response ? page->response : call->layout,
                          .table = call->table,
                          .page = page };
}

/* Scripts run on the first of the records that are answered. */
static void scripts_run(struct call *call, const struct page_options *page, struct found *found,
                        struct found_slice cut, struct json_writer *w)
{
    uint64_t ordinal = cut.count ? found_at(found, cut.first) : 0;

    script_wishes_run(call->sim, &page->scripts, call->table, cut.count ? &ordinal : NULL, w);
}

static void records_answer(struct call *call, const struct page_options *page, struct found *found,
                           struct found_slice cut)
{
    struct show show = show_of(call, page);
    struct json_writer w;

    answer_begin(call->answer, &w);
    scripts_run(call, page, found, cut, &w);
    data_info(&show, &w, found_count(found), cut.count);
    json_name(&w, "data");
    json_open_array(&w);
    for (uint64_t i = 0; i < cut.count && !call->answer->body.cut; i++)
        show_record(&show, &w, found_at(found, cut.first + i));
    json_close_array(&w);
    answer_end(call->answer, &w);
}

static struct found_slice found_slice_of(const struct call *call, const struct page_options *page,
                                         uint64_t count)
{
    const struct twist *twist = &call->request->twist;
    uint64_t first = page->offset - 1;
    struct found_slice cut;

    if (twist->repeat_edge && first > 0)
        first--;
    cut = (struct found_slice){ first, first < count ? count - first : 0 };
    if (cut.count > page->limit)
        cut.count = page->limit;
    if (twist->empty_page)
        cut.count = 0;
    return cut;
}

/* --- records the account may not see -------------------------------------------------------- */

struct closed_records {
    const struct sim *sim;
    const struct table *table;
};

static bool is_open(void *arg, uint64_t ordinal)
{
    const struct closed_records *closed = arg;

    return !record_is_closed(closed->sim, closed->table, ordinal);
}

static struct found *without_closed(const struct call *call, struct found *found)
{
    struct closed_records closed = { call->sim, call->table };

    if (!switch_is(&call->sim->switches, NO_ACCESS_RECORDS, EXCLUDED))
        return found;
    return found_filter(found, is_open, &closed);
}

/* --- records the index lacks ------------------------------------------------------------------ */

struct index_holes {
    const struct sim *sim;
    double share;
};

/* The same records are missed each time, as by an index that is damaged or not yet built. */
static bool is_indexed(void *arg, uint64_t ordinal)
{
    const struct index_holes *holes = arg;

    return chance_unit(chance_of(holes->sim->seed ^ 401, ordinal, 0)) >= holes->share;
}

static struct found *without_missed(const struct call *call, struct found *found)
{
    struct index_holes holes = { call->sim, call->request->twist.missed };

    return holes.share > 0 ? found_filter(found, is_indexed, &holes) : found;
}

/* --- a range -------------------------------------------------------------------------------- */

static void past_end(struct call *call, const struct page_options *page, struct found *found,
                     bool empty, int code)
{
    if (empty)
        records_answer(call, page, found, (struct found_slice){ 0, 0 });
    else
        answer_code(call->answer, code);
}

static void list_answer(struct call *call, const struct page_options *page, struct found *found)
{
    const struct switches *switches = &call->sim->switches;
    uint64_t count = found_count(found);

    if (count == 0 && !page->has_offset) {
        if (switch_is(switches, EMPTY_TABLE, 401))
            answer_code(call->answer, CODE_NO_MATCH);
        else
            records_answer(call, page, found, (struct found_slice){ 0, 0 });
    } else if (page->offset > count) {
        past_end(call, page, found, switch_is(switches, OFFSET_PAST_END, EMPTY),
                 switch_is(switches, OFFSET_PAST_END, 101) ? CODE_RECORD_MISSING : CODE_NO_MATCH);
    } else {
        records_answer(call, page, found, found_slice_of(call, page, count));
    }
}

void handle_list(struct call *call)
{
    struct solution *solution = call->sim->solution;
    struct page_options page;

    if (page_from_query(&page, solution, &call->sim->switches, call->layout, &call->request->params,
                        false)) {
        auto_found *found = NULL;

        script_wishes_wait(call->sim, &page.scripts);
        solution_read_lock(solution);
        found = without_closed(call, found_all(call->table));
        found_sort(found, solution, call->layout, page.sorts, page.sort_count);
        list_answer(call, &page, found);
        solution_unlock(solution);
    } else {
        call_refuse(call, page.code, page.problem);
    }
    page_clear(&page);
}

/* --- one ------------------------------------------------------------------------------------ */

static void get_answer(struct call *call, const struct page_options *page)
{
    auto_found *found = NULL;
    uint64_t ordinal;

    if (!table_find_id(call->table, call->request->record_id, &ordinal)
        || (switch_is(&call->sim->switches, NO_ACCESS_RECORDS, EXCLUDED)
            && record_is_closed(call->sim, call->table, ordinal))) {
        answer_code(call->answer, CODE_RECORD_MISSING);
        return;
    }
    found = found_one(call->table, ordinal);
    records_answer(call, page, found, (struct found_slice){ 0, 1 });
}

void handle_get(struct call *call)
{
    struct solution *solution = call->sim->solution;
    struct page_options page;

    if (page_from_query(&page, solution, &call->sim->switches, call->layout, &call->request->params,
                        true)) {
        script_wishes_wait(call->sim, &page.scripts);
        solution_read_lock(solution);
        get_answer(call, &page);
        solution_unlock(solution);
        reaction_to_reading(call);
    } else {
        call_refuse(call, page.code, page.problem);
    }
    page_clear(&page);
}

/* --- a find --------------------------------------------------------------------------------- */

static void find_answer(struct call *call, const struct page_options *page,
                        const struct query *query)
{
    struct found *matching = found_by(call->sim->solution, call->table, query);
    auto_found *found = without_missed(call, without_closed(call, matching));
    const struct switches *switches = &call->sim->switches;
    uint64_t count = found_count(found);

    found_sort(found, call->sim->solution, call->layout, page->sorts, page->sort_count);
    if (count == 0)
        answer_code(call->answer, CODE_NO_MATCH);
    else if (page->offset > count)
        past_end(call, page, found, switch_is(switches, FIND_PAST_END, EMPTY),
                 switch_is(switches, FIND_PAST_END, 101) ? CODE_RECORD_MISSING : CODE_NO_MATCH);
    else
        records_answer(call, page, found, found_slice_of(call, page, count));
}

static void find_run(struct call *call, const struct json_value *body)
{
    struct solution *solution = call->sim->solution;
    struct query query = { .code = 0 };
    struct page_options page;

    if (!page_from_body(&page, solution, &call->sim->switches, call->layout, body)) {
        call_refuse(call, page.code, page.problem);
    } else if (!query_read(&query, solution, &call->sim->switches, call->layout,
                           json_get(body, "query"))) {
        call_refuse(call, query.code, query.problem);
    } else {
        script_wishes_wait(call->sim, &page.scripts);
        solution_read_lock(solution);
        find_answer(call, &page, &query);
        solution_unlock(solution);
    }
    query_clear(&query);
    page_clear(&page);
}

void handle_find(struct call *call)
{
    auto_json *json = call_body(call);

    if (json)
        find_run(call, json_root(json));
}
