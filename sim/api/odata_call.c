/* Errors and the context of an answer. */
#include "sim/api/odata_call.h"

#include "base/mem.h"

void odata_error(struct odata *o, int status, const char *code, const char *text)
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

void odata_problem_error(struct odata *o, const struct odata_problem *problem)
{
    odata_error(o, 400, problem->code, problem->text);
}

void odata_error_about(struct odata *o, int status, const char *code, const char *text,
                       struct span name)
{
    auto_str whole = STR_MAX(KIB(1));

    str_printf(&whole, "%s '" SPAN_FORMAT "'", text, SPAN_ARGS(span_first(name, 100)));
    odata_error(o, status, code, str_text(&whole));
}

void odata_about(struct odata *o, struct json_writer *w, const char *name, struct span value)
{
    bool is_long = switch_is(&o->sim->switches, ODATA_NAMES, LONG);
    auto_free char *whole = mem_printf("@%s%s", is_long ? "odata." : "", name);

    json_name(w, whole);
    json_write_span(w, value);
}

void odata_context(struct odata *o, struct json_writer *w, const char *rest)
{
    auto_str text = STR_MAX(KIB(4));

    str_printf(&text, "%s/$metadata#%s%s", str_text(&o->base), o->layout->occurrence, rest);
    odata_about(o, w, "context", str_span(&text));
}
