/* Reading the query of a find. */
#include "sim/api/query.h"

#include "sim/api/codes.h"

#include "base/mem.h"

static bool query_refuse(struct query *query, int code, const char *problem)
{
    query->code = code;
    (void)snprintf(query->problem, sizeof query->problem, "%s", problem);
    return false;
}

static struct time_civil date_today(void)
{
    return time_to_zone(time_now_us());
}

static bool criterion_add(struct query *query, const struct solution *solution,
                          const struct switches *switches, const struct layout *layout,
                          const struct json_value *member)
{
    struct query_request *request = &query->requests[query->count - 1];
    struct query_criterion *item = &request->criteria[request->count];
    const struct shown *shown = layout_shown(layout, member->name);
    int code;

    if (!shown || shown->no_access)
        return query_refuse(query, CODE_FIELD_MISSING, "");
    if (shown->relation && switch_is(switches, FIND_RELATED, 102))
        return query_refuse(query, CODE_FIELD_MISSING, "");
    if (request->count == QUERY_CRITERIA_MAX
        || (member->kind != JSON_TEXT && member->kind != JSON_NUMBER))
        return query_refuse(query, CODE_PARAMETER_INVALID, "Find criteria are invalid.");
    *item = (struct query_criterion){
        .shown = shown,
        .relation = shown->relation ? solution_relation(solution, shown->relation) : NULL,
        .table = shown_table(solution, layout, shown->relation),
    };
    item->column = &table_plan(item->table)->columns[shown->column];
    if (item->column->type == COLUMN_CONTAINER && switch_is(switches, FIND_CONTAINER, 102))
        return query_refuse(query, CODE_FIELD_MISSING, "");
    if (item->column->is_global)
        return query_refuse(query, CODE_FIELD_TYPE, "");
    code =
        criterion_read(item->column->type, member->text, switches, date_today(), &item->criterion);
    if (code)
        return query_refuse(query, code, "");
    request->count++;
    return true;
}

static bool omit_read(struct query *query, const struct switches *switches,
                      const struct json_value *member)
{
    struct query_request *request = &query->requests[query->count - 1];

    if (member->kind != JSON_TEXT && member->kind != JSON_BOOL)
        return query_refuse(query, CODE_PARAMETER_INVALID, "Value of parameter 'omit' is invalid.");
    if (member->kind == JSON_BOOL && switch_is(switches, OMIT_BOOLEAN, 960))
        return query_refuse(query, CODE_PARAMETER_INVALID, "Value of parameter 'omit' is invalid.");
    request->omit = span_is(member->text, "true");
    return true;
}

static bool request_add(struct query *query, const struct solution *solution,
                        const struct switches *switches, const struct layout *layout,
                        const struct json_value *object)
{
    struct query_request *request;

    if (object->kind != JSON_OBJECT || query->count == QUERY_REQUESTS_MAX)
        return query_refuse(query, CODE_PARAMETER_INVALID, "Parameter 'query' is invalid.");
    request = &query->requests[query->count++];
    request->criteria = mem_zero(QUERY_CRITERIA_MAX * sizeof *request->criteria);
    json_each (member, object) {
        if (span_is(member->name, "omit")) {
            if (!omit_read(query, switches, member))
                return false;
        } else if (!span_is(member->text, "")
                   && !criterion_add(query, solution, switches, layout, member)) {
            return false;
        }
    }
    return request->count > 0 || query_refuse(query, CODE_CRITERIA_EMPTY, "");
}

bool query_read(struct query *query, const struct solution *solution,
                const struct switches *switches, const struct layout *layout,
                const struct json_value *array)
{
    bool only_omits = true;

    *query = (struct query){ .count = 0 };
    query->requests = mem_zero(QUERY_REQUESTS_MAX * sizeof *query->requests);
    if (!array || array->kind != JSON_ARRAY)
        return query_refuse(query, CODE_PARAMETER_MISSING, "Parameter 'query' is missing.");
    if (array->count == 0)
        return query_refuse(query, CODE_CRITERIA_EMPTY, "");
    json_each (object, array)
        if (!request_add(query, solution, switches, layout, object))
            return false;
    for (size_t i = 0; i < query->count; i++)
        only_omits = only_omits && query->requests[i].omit;
    if (only_omits && switch_is(switches, OMIT_ONLY, 400))
        return query_refuse(query, CODE_CRITERIA_EMPTY, "");
    return true;
}

void query_clear(struct query *query)
{
    for (size_t i = 0; query->requests && i < query->count; i++) {
        struct query_request *request = &query->requests[i];

        for (size_t j = 0; j < request->count; j++)
            criterion_clear(&request->criteria[j].criterion);
        free(request->criteria);
    }
    free(query->requests);
    query->requests = NULL;
}
