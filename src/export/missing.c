/*
 * The list of damaged documents, a JSON line for each. Only a document that an earlier call listed
 * can be accepted: so somebody has seen what is missing before the export looks finished.
 */
#include "export/inside.h"

#include "json/writer.h"

/* The beginning of a document's line, by which it is found in the last call's list. */
static void line_begin(struct json_writer *w, const struct export_damage *damage)
{
    json_open_object(w);
    json_member_text(w, "id", damage->id);
    json_member_text(w, "filemaker_id", *damage->filemaker_id ? damage->filemaker_id : NULL);
    json_member_text(w, "key", *damage->key ? damage->key : NULL);
}

static bool was_listed(const struct export *e, struct span beginning)
{
    for (struct span rest = str_span(&e->listed); rest.size;) {
        struct span line = span_cut(&rest, '\n');

        if (span_equal(span_first(line, beginning.size), beginning))
            return true;
    }
    return false;
}

bool missing_add(struct export *e, const struct export_damage *damage, struct err *err)
{
    auto_str line = STR_MAX(KIB(64));
    struct json_writer w = JSON_WRITER(&line);
    bool is_accepted;

    line_begin(&w, damage);
    is_accepted = e->settings->accepted_by && was_listed(e, str_span(&line));
    json_member_text(&w, "why", damage->why);
    if (is_accepted)
        json_member_text(&w, "accepted_by", e->settings->accepted_by);
    json_close_object(&w);
    str_add_char(&line, '\n');
    if (!e->missing && !outlet_open(e, e->kind->missing, &e->missing, err))
        return false;
    e->result->missing++;
    e->result->accepted += is_accepted;
    if (!is_accepted)
        e->settings->tell(e->settings->arg, damage);
    return str_fits(&line, "a line about a damaged document", err)
           && outlet_write(e->missing, str_span(&line), err);
}

bool missing_is_open(const struct export *e)
{
    return e->result->missing > e->result->accepted;
}
