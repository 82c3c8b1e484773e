/* Boxes of a page, and the list they stand in. */
#include "console/pages/chosen.h"

static bool boxes_read(struct exchange *x, struct uuid rows[REQUEST_FIELDS], size_t *count_r)
{
    const char *values[REQUEST_FIELDS];

    *count_r = request_form_list(x->request, "document", values);
    for (size_t i = 0; i < *count_r; i++)
        if (!uuid_read(span_of(values[i]), &rows[i]))
            return refuse(x, PROBLEM_BAD_REQUEST, "documents are named by the ids of their rows");
    return true;
}

bool chosen_read(struct exchange *x, struct selection *selection_r, struct err *err)
{
    const char *which = request_form_text(x->request, "which");
    struct selection_list list = { .q = request_form(x->request, "q"),
                                   .patient = request_form(x->request, "patient"),
                                   .type = request_form(x->request, "type"),
                                   .from = request_form(x->request, "from"),
                                   .to = request_form(x->request, "to") };
    struct uuid rows[REQUEST_FIELDS];
    size_t count;

    if (!boxes_read(x, rows, &count))
        return false;
    if (strcmp(which, "all") == 0)
        return selection_of_list(x, &list, NULL, 0, selection_r, err);
    if (strcmp(which, "rest") == 0)
        return selection_of_list(x, &list, rows, count, selection_r, err);
    return selection_of_rows(x, rows, count, selection_r, err);
}
