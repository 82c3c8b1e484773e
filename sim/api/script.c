/* Running scripts. They are few and simple: those that an exporter may call. */
#include "sim/api/script.h"

#include "sim/api/codes.h"

#include "base/digest.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"

enum { RESULT_MAX = 96 << 20, LINE = 76 };

static const char *const moments[SCRIPT_MOMENTS] = {
    [SCRIPT_PREREQUEST] = ".prerequest",
    [SCRIPT_PRESORT] = ".presort",
    [SCRIPT_AFTER] = "",
};

bool script_wish_read(struct script_wishes *wishes, struct span key, struct span text)
{
    if (!span_starts(key, "script"))
        return false;
    key = span_from(key, 6);
    for (enum script_moment moment = 0; moment < SCRIPT_MOMENTS; moment++) {
        auto_free char *param = mem_printf("%s.param", moments[moment]);

        if (span_is(key, moments[moment])) {
            wishes->at[moment].name = text;
            return true;
        }
        if (span_is(key, param)) {
            wishes->at[moment].param = text;
            return true;
        }
    }
    return false;
}

int script_wishes_check(const struct solution *solution, const struct script_wishes *wishes)
{
    for (enum script_moment moment = 0; moment < SCRIPT_MOMENTS; moment++)
        if (wishes->at[moment].name.at && !solution_script(solution, wishes->at[moment].name))
            return CODE_SCRIPT_MISSING;
    return 0;
}

void script_wait(struct sim *sim, const struct script *script)
{
    if (script->kind == SCRIPT_SLOW)
        (void)sim_pause(sim, (int64_t)script->number * TIME_MS);
}

void script_wishes_wait(struct sim *sim, const struct script_wishes *wishes)
{
    for (enum script_moment moment = 0; moment < SCRIPT_MOMENTS; moment++)
        if (wishes->at[moment].name.at)
            script_wait(sim, solution_script(sim->solution, wishes->at[moment].name));
}

/* --- results -------------------------------------------------------------------------------- */

/* The record that a parameter names, by its record id or by an id from which it can be computed. */
static bool record_by_param(const struct table *table, struct span param, uint64_t *ordinal_r)
{
    const struct table_plan *plan = table_plan(table);
    struct err err;
    uint64_t record_id;

    if (num_u64(param, 1, UINT64_MAX, &record_id, &err))
        return table_find_id(table, record_id, ordinal_r);
    for (size_t i = 0; i < plan->column_count; i++) {
        struct make_context making = { table, &plan->columns[i], 0, 1 };

        if (plan->columns[i].find && plan->columns[i].find(&making, param, ordinal_r))
            return table_is_live(table, *ordinal_r);
    }
    return false;
}

static void in_lines(struct span text, struct str *to)
{
    while (text.size) {
        str_add_span(to, span_first(text, LINE));
        text = span_from(text, LINE);
        if (text.size)
            str_add_text(to, "\r\n");
    }
}

static bool content_base64(const struct content *content, struct str *to)
{
    auto_content_reader *reader = NULL;
    auto_str bytes = STR_MAX(RESULT_MAX);
    char block[KIB(16)];
    struct err err;
    size_t got;

    if (!content_open(content, &reader, &err) || content_size(reader) > RESULT_MAX / 2)
        return false;
    do {
        if (!content_read(reader, block, sizeof block, &got, &err))
            return false;
        str_add(&bytes, block, got);
    } while (got > 0);
    base64_add(to, bytes.at, bytes.size);
    return true;
}

/* Returns the script error. */
static int base64_run(const struct script *script, const struct table *table,
                      const uint64_t *ordinal, struct span param, struct str *to)
{
    int column = table_column(table, span_of(script->field));
    auto_content content = { 0 };
    auto_str text = STR_MAX(RESULT_MAX);
    uint64_t found;

    if (column < 0)
        return CODE_FIELD_MISSING;
    if (param.size && !record_by_param(table, param, &found))
        return CODE_RECORD_MISSING;
    if (!param.size && !ordinal)
        return CODE_RECORD_MISSING;
    table_content(table, param.size ? found : *ordinal, (unsigned)column, 1, &content);
    if (content_has_bytes(&content)
        && (content.fate == FATE_MISSING || !content_base64(&content, &text)))
        return 100; /* file is missing */
    if (script->kind == SCRIPT_BASE64)
        in_lines(str_span(&text), to);
    else
        str_add_span(to, str_span(&text));
    return 0;
}

static int result_make(const struct script *script, const struct table *table,
                       const uint64_t *ordinal, struct span param, struct str *to,
                       bool *has_result_r)
{
    *has_result_r = false;
    switch (script->kind) {
    case SCRIPT_BASE64:
    case SCRIPT_BASE64_RFC4648:
        *has_result_r = true;
        return base64_run(script, table, ordinal, param, to);
    case SCRIPT_ECHO:
        *has_result_r = true;
        str_add_span(to, param);
        return 0;
    case SCRIPT_FAIL:
        return script->number;
    case SCRIPT_SLOW:
    case SCRIPT_QUIET:
    case SCRIPT_SEPARATOR:
        return 0;
    }
    abort();
}

void script_run(struct sim *sim, const struct script *script, const struct table *table,
                const uint64_t *ordinal, struct span param, const char *suffix,
                struct json_writer *w)
{
    bool always = switch_is(&sim->switches, SCRIPT_NO_RESULT, EMPTY), has_result;
    auto_free char *result_name = mem_printf("scriptResult%s", suffix);
    auto_free char *error_name = mem_printf("scriptError%s", suffix);
    auto_str result = STR_MAX(RESULT_MAX);
    char digits[16];
    int error = result_make(script, table, ordinal, param, &result, &has_result);

    (void)snprintf(digits, sizeof digits, "%d", error);
    if (has_result || always)
        json_member_span(w, result_name, str_span(&result));
    json_member_text(w, error_name, digits);
}

void script_wishes_run(struct sim *sim, const struct script_wishes *wishes,
                       const struct table *table, const uint64_t *ordinal, struct json_writer *w)
{
    for (enum script_moment moment = 0; moment < SCRIPT_MOMENTS; moment++)
        if (wishes->at[moment].name.at)
            script_run(sim, solution_script(sim->solution, wishes->at[moment].name), table, ordinal,
                       wishes->at[moment].param, moments[moment], w);
}
