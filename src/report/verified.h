/* The newest verification, as the ledger has it. */
#pragma once

#include "base/digest.h"
#include "base/err.h"
#include "ledger/read.h"

enum { SAMPLE_SIZE = 24 };

struct verified {
    int64_t run; /* 0: nobody ever verified */
    int64_t at_us;
    char version[32];
    bool deep;
    bool without_source;      /* FileMaker was not read */
    char sample[SAMPLE_SIZE]; /* "2/7"; "": all */
    uint64_t records, rows, objects, hashed, source_read, differences;
    uint64_t unnamed;                  /* files in the backup's folder that no record names */
    char certificate[SHA256_HEX_SIZE]; /* the hash of its file; "": none was written */
    bool is_outdated;                  /* a run has moved documents since            */

    /* How the files were compared; unless `has_how`, an older program did not say. */
    bool has_how;
    uint64_t by_bytes, by_checksum, by_etag, not_compared;

    /* Differences that a verification found and none has closed. */
    int64_t open, open_since_us;
};

/* Reads it. Fails with ERR_DATABASE, and with ERR_DATA if the note is malformed. */
must_check bool verified_read(struct ledger *ledger, const struct ledger_run *runs,
                              size_t run_count, struct verified *verified_r, struct err *err);

/* Whether any of these runs moved documents after a moment. Fails with ERR_DATABASE. */
must_check bool verified_moved_since(struct ledger *ledger, const struct ledger_run *runs,
                                     size_t run_count, int64_t at_us, bool *moved_r,
                                     struct err *err);

/* What it says of what is there now. */
enum verified_word {
    VERIFIED_NEVER,
    VERIFIED_GOOD,
    VERIFIED_OUTDATED,
    VERIFIED_DIFFERS,
    VERIFIED_PARTLY, /* no difference, but not every file was compared, or FileMaker was not read */
};
enum verified_word verified_word(const struct verified *verified);

/* The criterion beside its mark: "a separate reader agrees", unless something contradicts it. */
const char *verified_label(const struct verified *verified);

/* Adds "2026-11-23 18:50:12 AEDT: no difference, 11,259 records". */
void verified_figure(const struct verified *verified, struct str *to);

/* Adds one sentence: what was compared, how, and what was found. */
void verified_sentence(const struct verified *verified, struct str *to);
