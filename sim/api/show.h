/* A record as a client sees it through a layout. Needs the solution's lock. */
#pragma once

#include "base/base.h"
#include "sim/api/page.h"
#include "sim/sim.h"
#include "json/writer.h"

struct show {
    struct sim *sim;
    const struct request *request;
    struct session *session;
    const struct layout *layout; /* of the answer */
    const struct table *table;
    const struct page_options *page;
};

/* {"fieldData":…,"portalData":…,"recordId":…,"modId":…,"portalDataInfo":…} */
void show_record(const struct show *show, struct json_writer *w, uint64_t ordinal);

/* Whether the account may not see the record, as one in fifty (switch no-access-records). */
bool record_is_closed(const struct sim *sim, const struct table *table, uint64_t ordinal);
