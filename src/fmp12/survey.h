/* What a table holds, counted: records, what its container fields say, and the objects that are there. */
#pragma once

#include "fmp12/objects.h"
#include "fmp12/schema.h"

struct fmp12_survey {
    uint64_t records, values; /* values of all fields */
    /* Values of container fields, in records and globals, by what they lead to. */
    uint64_t proven, ambiguous, by_reference, broken;
    uint64_t external; /* the field's documents lie outside the file          */
    uint64_t missing;  /* an object that is not there                         */
    uint64_t other;    /* no object: a text, or something that is not known   */
    uint64_t global;   /* of all of these: values of globals                  */
    /* Objects. */
    uint64_t objects, unused;   /* unused: no value leads to them               */
    uint64_t counted_otherwise; /* FileMaker counts more or fewer values than there are */
    uint64_t document_bytes;    /* of the proven ones, each once                */
    uint64_t led_bytes;         /* of them, each as often as a value leads to it */
    bool globals_unread;        /* they are not built as is known               */
    bool repaired;              /* a text had half of a character               */
};

/* Gets each object when it was read, and how many values lead to it. False (with `err`) ends the survey. */
struct fmp12_survey_each {
    void *arg;
    const struct fmp12_sink *sink; /* or NULL */
    bool (*object)(void *arg, const struct fmp12_object *object, uint64_t references,
                   struct err *err);
};

/*
 * Reads every record and every object of a table. Memory: eight bytes for each value of a container.
 *   each   or NULL
 * Fails with ERR_DATA, ERR_OS, and as `each` does.
 */
must_check bool fmp12_survey_table(const struct fmp12_file *file, const struct fmp12_table *table,
                                   const struct fmp12_survey_each *each,
                                   struct fmp12_survey *survey_r, struct err *err);

/* Values of container fields that have no proven document in the file. */
uint64_t fmp12_survey_open(const struct fmp12_survey *survey);
