/* Copies what a stream needs to know of the request that it began with. */
#include "console/documents/handing.h"

#include "base/log.h"
#include "base/mem.h"
#include "console/inside.h"
#include "console/views/view_log.h"
#include "run/wrong_bytes.h"
#include "upload/uploads.h"

struct handing handing_of(const struct exchange *x, const struct visible *document,
                          enum view_what what, const char *detail)
{
    struct handing handing = { .console = x->console,
                               .what = what,
                               .document = document->document,
                               .is_upload = document->is_upload,
                               .account = x->who.account,
                               .token = x->who.token,
                               .session = x->who.session,
                               .patient = mem_text(document->patient),
                               .detail = mem_text(detail) };

    (void)uuid_text(&document->row, handing.row);
    (void)snprintf(handing.address, sizeof handing.address, "%s", request_address(x->request));
    return handing;
}

void handing_clear(struct handing *handing)
{
    free(handing->patient);
    free(handing->detail);
    handing->patient = handing->detail = NULL;
}

static bool entry_note(const struct handing *h, const char *outcome, struct err *err)
{
    struct view_entry entry = { .what = h->what,
                                .outcome = outcome,
                                .row = h->row,
                                .patient = h->patient,
                                .document = h->document,
                                .detail = h->detail,
                                .account = h->account,
                                .token = h->token,
                                .session = h->session,
                                .address = h->address };

    return view_note(h->console, &entry, 1, err);
}

bool handing_note(const struct handing *handing, struct err *err)
{
    return entry_note(handing, NULL, err);
}

void handing_was_wrong(const struct handing *h, const char *kind, const struct err *why)
{
    const struct engine_settings *engine = h->console->engine;
    auto_free char *words = mem_printf("when it was asked for: %s", why->msg);
    struct wrong_bytes wrong = { .document = h->document, .kind = kind, .words = words };
    struct err err;

    log_error("document %jd is not given out: %s (%s)", (intmax_t)h->document, why->msg, kind);
    if (!wrong_bytes_tell(engine->ledger_url,
                          h->is_upload ? uploads_source(h->console->uploads) : engine->source_name,
                          &wrong, h->console->cancel, &err))
        log_error("document %jd: the ledger could not be told: %s", (intmax_t)h->document, err.msg);
    if (!entry_note(h, "broken", &err))
        log_error("document %jd: %s", (intmax_t)h->document, err.msg);
}
