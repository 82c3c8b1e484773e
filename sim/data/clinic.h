/*
 * The clinic: the solution that the built-in data sets share. Layout API_Docs shows the documents,
 * API_Contacts the patients. A data set says how many there are and what a document is; everything
 * else follows from the seed and a record's number.
 */
#pragma once

#include "base/base.h"
#include "sim/file/solution.h"

struct clinic;

struct clinic_ops {
    /* All of them are called with the solution's lock held, and with any ordinal. */
    const char *(*type)(const struct clinic *clinic, uint64_t ordinal);
    int64_t (*created)(const struct clinic *clinic,
                       uint64_t ordinal); /* seconds, local; ascending */
    const char *(*creator)(const struct clinic *clinic, uint64_t ordinal);
    void (*content)(const struct clinic *clinic, uint64_t ordinal, struct content *content_r);
    /* The patient's number, or -1 for an id that is in no list. */
    int64_t (*patient)(const struct clinic *clinic, uint64_t ordinal);
    /* A date instead of the usual one; NULL: the usual one. */
    const char *(*date)(const struct clinic *clinic, uint64_t ordinal);
    const char *(*file_name)(const struct clinic *clinic,
                             uint64_t ordinal); /* NULL: no such field */
};

struct clinic {
    const struct clinic_ops *ops;
    uint64_t seed;
    uint64_t documents;
    uint64_t patients, late; /* the last `late` of the patients arrive later */
    unsigned record_gap;
    void *data; /* of the data set */
    void (*data_free)(void *data);
    struct table_plan document_plan, contact_plan;
};

enum clinic_column {
    DOC_ID,
    DOC_CONTACT,
    DOC_TYPE,
    DOC_DATE,
    DOC_ORDER,
    DOC_IMPORTED,
    DOC_NUM,
    DOC_CREATED_BY,
    DOC_CREATED_AT,
    DOC_MODIFIED_BY,
    DOC_MODIFIED_AT,
    DOC_FILE,
    DOC_MARK,
    DOC_FILE_NAME, /* only where the data set has file names */
    DOC_FILE_PATH, /* GetContainerAttribute ( Doc ; "externalFiles" ), likewise */
    DOC_FILE_MD5, /* likewise: GetContainerAttribute ( Doc ; "MD5" ), kept when the record was made */
    DOC_MOVED_TO, /* likewise, both: for what a migration writes back */
    DOC_MOVED_HASH,
    DOC_COLUMNS,
};

/*
 * Random choices about a document or patient, each with a number of its own. Those of data sets
 * begin at 0.
 */
enum clinic_choice {
    CHOICE_PATIENT = 100,
    CHOICE_DATE,
    CHOICE_ORDER,
    CHOICE_IMPORTED,
    CHOICE_CREATOR,
    CHOICE_MODIFIED,
    CHOICE_MODIFIER,
    CHOICE_STRANGER,
    CHOICE_FIRST,
    CHOICE_LAST,
    CHOICE_DOB,
    CHOICE_STREET,
};

/* Kinds of ids; each has ids of its own. */
enum {
    CLINIC_SALT_DOCUMENT = 1,
    CLINIC_SALT_CONTACT = 2,
    CLINIC_SALT_ORDER = 3,
    CLINIC_SALT_STRANGER = 4
};
enum { CLINIC_DAY_SECONDS = 86400 };

/* Random values that follow from the seed, the ordinal and the choice. */
uint64_t clinic_chance(const struct clinic *clinic, uint64_t ordinal, unsigned what);
int64_t clinic_some_patient(const struct clinic *clinic, uint64_t ordinal);
const char *clinic_some_creator(const struct clinic *clinic, uint64_t ordinal);

/*
 * The n-th of `count` moments of the clinic's opening hours between two days (days since 1970), in
 * order. Seconds.
 */
int64_t clinic_moment(uint64_t seed, uint64_t n, uint64_t count, int64_t first_day,
                      int64_t last_day);

/* Days since 1970. */
int64_t clinic_day(int year, int month, int day);

/* The clinic of a field that is being made. */
const struct clinic *clinic_of(const struct make_context *m);

/* Adds the id of the n-th thing of a kind. */
void clinic_uuid_add(const struct clinic *clinic, unsigned salt, uint64_t number, struct str *to);

/* Adds a date, or a timestamp, as FileMaker shows it. `seconds` are local. */
void clinic_moment_add(int64_t seconds, bool with_clock, struct str *to);

/* Document types as the clinic spells them, the most frequent first. */
enum { CLINIC_TYPES = 27 };
extern const char *const clinic_types[CLINIC_TYPES];
extern const unsigned clinic_type_weights[CLINIC_TYPES];
