/*
 * What ledger, registry, source and store say, as entries that can be sorted: documents by the id
 * that their row should have, objects by their key. Entries may be written to temporary files, so
 * they hold nobody's name.
 */
#pragma once

#include "base/base.h"
#include "base/digest.h"
#include "base/str.h"
#include "base/uuid.h"

/* What follows the sorting key. In a group the ledger comes first. */
enum fact {
    FACT_LEDGER = 1,
    FACT_ROW,
    FACT_SOURCE,
    FACT_VERSION,
    FACT_OBJECT,
    FACT_STRANGE_ROW,
    FACT_COMPARED,
    FACT_OPEN,
    FACT_CERTIFIED
};

/* A document as the ledger has it, with the version that it is stored as. */
struct ledger_fact {
    uint64_t document, epoch, changed_us, record_id, mod_id;
    struct span state, class, identity, container;
    uint64_t repetition;
    struct span filemaker_patient; /* the patient's id in FileMaker */
    struct span patient, link;
    bool by_hand; /* a person chose the patient, whatever FileMaker says */
    uint64_t type_hash;
    uint64_t version; /* its number; 0: none */
    struct span version_state, key;
    struct span sha256; /* 32 bytes, or empty */
    uint64_t size_bytes;
    struct span mark;
    uint64_t version_mod_id;
    struct span imprint; /* what the server must say of its object (store.h); or empty */
    bool is_upload;      /* FileMaker never had it */
};

/* A document as the source shows it. */
struct source_fact {
    uint64_t record_id, mod_id;
    struct span identity, container;
    uint64_t repetition;
    struct span mark, storage;
    struct span filled; /* filled_hashes_add() */
    uint64_t type_hash;
    uint64_t matches;    /* patients of the application with that id: 0, 1; 2: several */
    struct span patient; /* if there is exactly one */
    bool has_patient_id;
};

/* Whether the ledger says that the document's bytes are in the store. */
bool ledger_fact_is_stored(const struct ledger_fact *fact);

/* A row of the application. */
struct row_fact {
    struct uuid id;
    struct span patient, key;
    uint64_t size_bytes;
    struct span sha256;                   /* of its metadata, 64 digits, or empty */
    uint64_t exact_size_bytes, record_id; /* of its metadata; 0: not told        */
};

/* A document as an earlier certificate has it. */
struct certified_fact {
    uint64_t record_id, size_bytes;
    struct span identity, key;
    struct span sha256; /* 32 bytes; empty: it was not stored then */
};

/* What was meant to be stored under a key. */
struct version_fact {
    uint64_t document, number, record_id, epoch, changed_us;
    bool is_current; /* the document is stored as this one */
    struct span state, sha256, document_state, identity, container;
    uint64_t size_bytes, repetition;
    struct span imprint;
    bool is_upload;
};

/* The id that a document's row must have, from source, identity, container and repetition. */
struct uuid fact_row_id(const char *source_name, struct span identity, struct span container,
                        uint64_t repetition);

/* Types may hold names: they are compared by their hash. */
uint64_t fact_type_hash(struct span type);

/* Packs a fact into the bytes after an entry's sorting key, and unpacks it. */
void ledger_fact_pack(struct str *to, const struct ledger_fact *fact);
void ledger_fact_unpack(struct span from, struct ledger_fact *fact_r); /* borrows `from` */
void source_fact_pack(struct str *to, const struct source_fact *fact);
void source_fact_unpack(struct span from, struct source_fact *fact_r);
void row_fact_pack(struct str *to, const struct row_fact *fact);
void row_fact_unpack(struct span from, struct row_fact *fact_r);
void version_fact_pack(struct str *to, const struct version_fact *fact);
void version_fact_unpack(struct span from, struct version_fact *fact_r);
void certified_fact_pack(struct str *to, const struct certified_fact *fact);
void certified_fact_unpack(struct span from, struct certified_fact *fact_r);
