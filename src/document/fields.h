/* The source's fields by their meaning, and the facts that a record states in them. */
#pragma once

#include "base/base.h"
#include "base/digest.h"
#include "base/uuid.h"
#include "document/containers.h"
#include "document/dates.h"
#include "filemaker/filemaker.h"
#include "ledger/census.h"

/* Names of fields on the source's layout; "" where there is none. All borrowed. */
struct source_fields {
    const char *layout;
    const char *key, *mark, *name, *type, *date, *patient;
    const char *container_list; /* as configured                        */
    const char *path_list; /* of fields with the path of a file stored outside; as configured */
    const char *md5_list;  /* of fields with FileMaker's own MD5 of each; as configured */
    bool each_is_document;
    const struct containers *containers; /* read against the layout; NULL before */
    const char *author, *created;
    const char *census_key;     /* a number by which records are read */
    const char *patient_dob;    /* the patient's date of birth, if the layout shows it */
    enum dates_form text_dates; /* the form of dates in text fields; DATE_ASK: none was given */
};

/* The form of dates in a field: FileMaker's own, or the one that was given for text fields. */
enum dates_form fields_date_form(const struct source_fields *fields, const char *field);

/* The facts that a record states about a document. Spans point into the record's page. */
struct source_facts {
    struct str identity;      /* lower case; "rec:17" */
    struct span filemaker_id; /* as spelled; SPAN_NONE if it is of no use */
    bool has_uuid;
    struct uuid uuid;
    struct str patient_id; /* lower case, trimmed, as any database keeps it */
    struct str type_kept;  /* the type as any database keeps it; empty if it came so */
    struct span type, mark, author, created;
    struct span name;                  /* of the file, where a field has it */
    const struct container *container; /* the document's, or the one that was chosen */
    struct span value;                 /* the container's                            */
    struct span outside; /* where its file lies outside of FileMaker's, if it is said */
    enum filemaker_content content;
    const char *storage;
    bool has_md5; /* FileMaker itself says the MD5 of the file */
    uint8_t md5[MD5_SIZE];
};

/*
 * Reads the facts of one document of a record.
 *   by_record   identify it by its record id, whatever its key says
 *   which       of the source's containers; 0 is the record's own document, which in a waterfall is
 *               the first that is not empty
 *   facts_r     caller clears with facts_clear() (or auto_facts), before the page
 */
void facts_read(const struct source_fields *fields, const struct filemaker_record *record,
                bool by_record, size_t which, struct source_facts *facts_r);
void facts_clear(struct source_facts *facts);
#define auto_facts __attribute__((cleanup(facts_clear))) struct source_facts

/*
 * The extension of a document's file: that of the container's URL, else of the name that a field
 * has, else of the name that the stream came with. SPAN_NONE if none of them has one.
 *   disposition   the stream's Content-Disposition, or NULL
 *   name          room for the stream's name; the result may point into it
 */
struct span facts_extension(const struct source_facts *facts, const char *disposition,
                            struct str *name);

/* The facts as an entry of the census; borrowed from all three. */
struct ledger_census_entry facts_census_entry(const struct source_fields *fields,
                                              const struct filemaker_record *record, size_t which,
                                              const struct source_facts *facts);
