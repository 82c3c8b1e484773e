/* What all threads of a run share. Made by run/run, which alone writes to it once they run. */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "document/failure_class.h"
#include "document/fields.h"
#include "document/file_type.h"
#include "document/key.h"
#include "engine/buffers.h"
#include "engine/counts.h"
#include "engine/writer.h"
#include "filemaker/filemaker.h"
#include "filemaker/pager.h"
#include "registry/registry.h"
#include "store/store.h"

#include <stdatomic.h>

struct engine_settings {
    const char *source_name; /* names the source in the ledger */
    struct filemaker_settings filemaker;
    struct source_fields fields;
    struct store_settings store;
    struct key_rules keys;
    const char *reference_map; /* where files that are only pointed to are mounted       */
    bool reference_links;      /* symbolic links below those folders are followed        */
    const char *odata_table;   /* other ways to a container's bytes; "" for none          */
    const char *script;
    const char *ledger_url;
    struct registry_settings registry;
    int64_t lease_us; /* with PostgreSQL: a mover that is silent for longer is taken for dead */
    int workers;
    int sessions; /* that all movers of the source may have together; 0: any number */
    size_t memory_bytes;
    int max_tries;                 /* caps the tries of every class; 0: as the class says */
    int64_t first_wait_us;         /* before a document's second try */
    int64_t limit;                 /* stop after so many documents; 0: none */
    const char *filter_text;       /* as configured, for messages */
    const char *accept_record_ids; /* who answers for documents without an id; NULL: nobody */
    bool dates_as_set;             /* date_format holds, whatever the documents show */
    bool accept_rebuilt;           /* records that changed places are known by their ids          */
    bool accept_store; /* the objects lie in another store now, or it has another name */
    bool adopt;        /* take over what an earlier importer left */
    int64_t
        follow_every_us; /* go on for ever, counting anew so often; 0: end when all is settled */
    const struct filter *filter;
};

struct engine {
    const struct engine_settings *settings;
    struct cancel *cancel; /* leave at once */
    struct writer *writer;
    struct dispatch *dispatch;
    struct buffers *buffers;
    struct type_detector *type_detector;
    struct counts *counts;
    atomic_int_least64_t dates_either, dates_unlike;      /* rows stored without their date */
    atomic_int_least64_t source_alive_us, store_alive_us; /* last good answers, monotonic */
    atomic_bool reaction_was_logged; /* it was said that the source answers marks with edits */
    struct pager pager;              /* the census's thread's: from one census to the next */
};

/* What one worker has for itself. */
struct engine_worker {
    struct engine *engine;
    struct filemaker *filemaker;
    struct store *store;
    char name[24];
};
