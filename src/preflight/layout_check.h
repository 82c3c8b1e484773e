/*
 * Whether a layout shows what the configuration names, of a kind that can serve. Shared by all who
 * read records, so that `check` says what `run` and `patients import` would refuse.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"
#include "engine/engine.h"
#include "filemaker/filemaker.h"

/* A field that is named in the configuration. */
struct layout_need {
    const char *setting;        /* where it is named: "[source] mark_field" */
    const char *field;          /* "" for one that is not used */
    const char *const *results; /* types that can serve, ended by NULL; NULL: any but a container */
};

/*
 * Looks for each of them.
 *   problems   gets a sentence, ended by a newline, for what is missing or of the wrong kind, with
 *              the name that was probably meant
 */
void layout_check_fields(const struct filemaker_layout *layout, const char *layout_name,
                         const struct layout_need *needs, size_t count, struct str *problems);

/*
 * Looks for everything that [source] names: fields, containers, the filter's fields; and that the
 * mark has a field to itself in which it can stand.
 *   containers_r   the caller's, filled if nothing is wrong with them
 *   problems       as layout_check_fields()
 *   notes          gets lines on what is not wrong but should be known
 */
void layout_check_source(const struct engine_settings *settings,
                         const struct filemaker_layout *layout, struct containers *containers_r,
                         struct str *problems, struct str *notes);
