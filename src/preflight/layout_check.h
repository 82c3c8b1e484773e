/*
 * Checks that a layout shows the fields that the configuration names, of a type that can serve. All
 * commands that read records use it, so that `check` says what `run` and `patients import` refuse.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"
#include "engine/engine.h"
#include "source/source.h"

/* A field that is named in the configuration. */
struct layout_need {
    const char *setting;        /* where it is named: "[source] mark_field" */
    const char *field;          /* "" for one that is not used */
    const char *const *results; /* types that can serve, ended by NULL; NULL: any but a container */
};

/*
 * Looks for each field.
 *   problems   gets a line for each field that is missing or of the wrong type, with the name that
 *              was probably meant
 */
void layout_check_fields(const struct filemaker_layout *layout, const char *layout_name,
                         const struct layout_need *needs, size_t count, struct str *problems);

/*
 * Looks for everything that [source] names: fields, containers, the filter's fields. Checks that the
 * mark has a field of its own that can hold it.
 *   containers_r   the caller's, filled if nothing is wrong with them
 *   problems       as layout_check_fields()
 *   notes          gets lines about what is not wrong but should be known
 */
void layout_check_source(const struct engine_settings *settings,
                         const struct filemaker_layout *layout, struct containers *containers_r,
                         struct str *problems, struct str *notes);
