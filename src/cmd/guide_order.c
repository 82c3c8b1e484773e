/* The order of the questions. */
#include "cmd/guide.h"

/* Fields and dates are asked for again until the records look as they should. */
static bool documents_ask(struct guide *g, struct err *err)
{
    bool good = false;

    while (!good)
        if (!guide_fields(g, err) || !guide_dates(g, err) || !guide_records(g, &good, err))
            return false;
    return true;
}

bool guide_ask(struct guide *g, struct err *err)
{
    draft_blank(g->draft);
    ask_say("", "Each answer is tried at once. Enter takes what stands in [brackets]. Nothing is "
                "written before the end; Ctrl-C leaves everything as it is.");
    return guide_source(g, err) && documents_ask(g, err) && guide_patients(g, err)
           && guide_store(g, err) && guide_database(g, err);
}
