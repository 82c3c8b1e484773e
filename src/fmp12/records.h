/*
 * The records of a table, with what is stored in their fields. Everything is text, as somebody typed
 * it: numbers, dates and times too, in the form of the file's own country. Calculations that are not
 * stored and summaries have no value in the file.
 */
#pragma once

#include "fmp12/schema.h"

#include "base/str.h"

struct fmp12_value {
    uint32_t field;      /* its number   */
    uint32_t repetition; /* from 1       */
    struct span text;    /* UTF-8; borrowed from the record */
    size_t at;           /* where it begins in the record's room */
};

struct fmp12_record {
    uint32_t number;  /* FileMaker's own id of the record, as its Data API gives it   */
    uint64_t changes; /* how often it was changed, as modId of the Data API           */
    bool repaired;    /* half of a character was replaced in one of the texts         */
    struct fmp12_value *values;
    size_t value_count;
    size_t value_room;
    struct str room; /* the texts, one after the other */
};

void fmp12_record_clear(struct fmp12_record *record); /* a zeroed one is allowed */
#define auto_fmp12_record __attribute__((cleanup(fmp12_record_clear))) struct fmp12_record

struct fmp12_records;

/* Where values lie that belong to a table. */
enum fmp12_place {
    FMP12_RECORDS, /* the records                                             */
    FMP12_GLOBALS, /* the fields that have one value for all; one record, 0   */
};

/* Borrows the file. The caller declares it auto_fmp12_records. Fails with ERR_DATA, ERR_OS. */
must_check bool fmp12_records_open(const struct fmp12_file *file, uint32_t table,
                                   enum fmp12_place place, struct fmp12_records **records_r,
                                   struct err *err);

/* As fmp12_records_open(), of the one record `number`. */
must_check bool fmp12_records_open_one(const struct fmp12_file *file, uint32_t table,
                                       uint32_t number, struct fmp12_records **records_r,
                                       struct err *err);

/*
 * Counts the records of a table in another way than a reader does: along all leaves of the file, from
 * the first to the last, without the index.
 */
must_check bool fmp12_records_recount(const struct fmp12_file *file, uint32_t table,
                                      uint64_t *count_r, struct err *err);

void auto_fmp12_records_cleanup(struct fmp12_records **records);
#define auto_fmp12_records __attribute__((cleanup(auto_fmp12_records_cleanup))) struct fmp12_records

/*
 * Moves to the next record and fills `record`, whose memory is used again.
 * STEP_ERROR: ERR_DATA naming the record, one of its values is not built so, or is longer than
 * FMP12_VALUE_BYTES_MAX; ERR_OS.
 */
must_check enum step fmp12_records_next(struct fmp12_records *records, struct fmp12_record *record,
                                        struct err *err);
