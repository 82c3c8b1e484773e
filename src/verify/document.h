/* What ledger, registry and source say of one document. Private to the files that judge it. */
#pragma once

#include "ledger/read.h"
#include "verify/inside.h"

/* All that is said of one document. */
struct document_facts {
    struct uuid id; /* that its row should have */
    bool has_ledger, has_source;
    struct ledger_fact ledger;
    struct source_fact source;
    struct span source_entry, ledger_entry; /* as packed, to be passed on */
    struct span compared_entry, open_entry; /* ... or empty               */
    struct span certified_entry;            /* ... or empty               */
    bool has_certified;                     /* an earlier certificate has it */
    struct certified_fact certified;
    enum store_how how; /* its object was compared    */
    bool source_agrees; /* the source's bytes, too    */
    bool is_open; /* a verification found that the source's do not agree, and none saw it mended */
    bool
        is_reported; /* ... and it was found again, or is mended now                                */
    struct open_fact open;
    struct row_fact rows[GROUP_MAX];
    struct span row_entries[GROUP_MAX];
    size_t row_count;
    struct span strays[GROUP_MAX]; /* the source's other records of the same id */
    size_t stray_count;
};

/* Names a document in a difference; `row` holds the text of its row's id. */
struct named_document document_named(const struct document_facts *d, char row[ROW_TEXT_SIZE]);

/* Reports a difference, unless a run is moving the document. */
#define DIFFER(v, d, moving, kind, ...)                                                            \
    do {                                                                                           \
        char row_text[ROW_TEXT_SIZE];                                                              \
        struct named_document who = document_named(d, row_text);                                   \
                                                                                                   \
        if (!(moving))                                                                             \
            difference_report(v, kind, &who, __VA_ARGS__);                                         \
    } while (0)

/* Reports a difference in bytes; it is remembered until they are read again and agree. */
must_check bool document_bytes_differ(struct verifier *v, struct document_facts *d,
                                      const char *kind, const char *words, struct err *err);

/* The bytes agree again, or nobody can ask for them any more: a difference of before is closed. */
must_check bool document_settle(struct verifier *v, struct document_facts *d, struct err *err);

/* Holds what the ledger says of a document against the earlier certificate's line: earlier.c. */
must_check bool earlier_line_judge(struct verifier *v, const struct document_facts *d,
                                   struct err *err);

/* Judges the fields that were filled with its mark: document_filled.c. */
must_check bool document_filled_judge(struct verifier *v, const struct document_facts *d,
                                      bool moving, struct err *err);

/* Holds a document against its record at the source: document_source.c. */
must_check bool document_source_judge(struct verifier *v, struct document_facts *d, bool moving,
                                      struct err *err);
