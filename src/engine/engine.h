/*
 * The engine: what all threads of a run share. run/run makes it and ends it; the threads only read
 * it, but for the parts that say otherwise.
 *
 *   dispatch     hands out documents to workers and ends the run
 *   ready        those that were claimed ahead
 *   batches      how many records are read by one find
 *   assignment   a document as a worker gets it
 *   writer       the one thread that writes; writes.h lists all that can be written
 *   kept_rules   what was written back into fields, by earlier runs too
 *   buffers      the memory in which documents cross
 *   counts       how the run stands
 *   outage       whether source and store answer
 *   classify     from errors to failure classes
 *   peers        the other runs on the same ledger
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "base/meter.h"
#include "document/failure_class.h"
#include "document/fields.h"
#include "document/file_type.h"
#include "document/key.h"
#include "engine/batches.h"
#include "engine/buffers.h"
#include "engine/counts.h"
#include "engine/kept_rules.h"
#include "engine/outage.h"
#include "engine/writer.h"
#include "ledger/last_failures.h"
#include "registry/registry.h"
#include "source/pager.h"
#include "source/source.h"
#include "store/store.h"

#include <stdatomic.h>

struct engine_settings {
    const char *source_name; /* names the source in the ledger */
    struct filemaker_settings filemaker;
    struct source_file *file; /* the one that [source] url names; NULL: it names a server */
    const char *backup_path;  /* where documents that are stored outside lie; "": nowhere */
    struct backup *backup;    /* ... opened; NULL: there is none, or not yet */
    struct source_fields fields;
    struct store_settings store;
    struct key_rules keys;
    struct writeback writeback; /* fields that are filled with the mark; owned by whoever made it */
    const char *reference_map;  /* where files that are only pointed to are mounted       */
    bool reference_links;       /* symbolic links below those folders are followed        */
    const char *odata_table;    /* other methods to fetch a container's bytes; "" for none */
    const char *script;         /* likewise                                               */
    const char *ledger_url;
    struct registry_settings registry;
    int64_t lease_us; /* with PostgreSQL: a mover that is silent for longer counts as dead */
    int workers;
    int records_at_once; /* read by one find; 1: each by itself */
    int sessions;        /* that all movers may have at the source together; 0: any number */
    size_t memory_bytes;
    int max_tries;                 /* caps the tries of every class; 0: as the class says */
    int64_t first_wait_us;         /* before a document's second try */
    int64_t limit;                 /* stop after so many documents; 0: none */
    const char *filter_text;       /* as configured, for messages */
    const char *accept_record_ids; /* the person who answers for documents without an id, or NULL */
    bool dates_as_set;             /* date_format holds, whatever the documents show */
    bool accept_rebuilt; /* a record that holds another document now is followed by its id */
    bool accept_store;   /* the objects lie in another store now, or the store has another name */
    bool adopt;          /* take over what an earlier importer left */
    bool retry_failed;   /* documents that failed before have all tries again */
    int64_t follow_every_us; /* go on for ever, with a census this often; 0: end when all is done */
    const struct filter *filter;
    struct meter *meter; /* counts the census's records, or what a command does; or NULL */
};

struct engine {
    const struct engine_settings *settings;
    struct cancel *cancel; /* leave at once */
    struct writer *writer;
    struct dispatch *dispatch;
    struct batches *batches;
    struct kept_rules kept_rules; /* the present ones are the last */
    struct buffers *buffers;
    struct type_detector *type_detector;
    struct counts *counts;
    atomic_int_least64_t dates_either, dates_unlike; /* rows stored without their date */
    struct outage source, store;
    atomic_bool reaction_was_logged; /* the log has said that the source answers marks with edits */
    char ways[LEDGER_WAYS_SIZE];     /* a hash of the settings by which a file is asked for */
    struct pager pager; /* belongs to the census's thread, from one census to the next */
};

/* What one worker has for itself. */
struct engine_worker {
    struct engine *engine;
    struct source_reader *reader;
    struct store *store;
    int number; /* from 0 */
    char name[24];
};
