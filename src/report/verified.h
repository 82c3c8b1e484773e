/* The newest verification, as the ledger remembers it: verify itself is another program path. */
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
    char sample[SAMPLE_SIZE]; /* "2/7"; "": all */
    uint64_t records, rows, objects, hashed, source_read, differences;
    char certificate[SHA256_HEX_SIZE]; /* the hash of its file; "": none was written */
    bool is_outdated;                  /* a run moved documents afterwards           */

    /* How the files were compared; `has_how` false: an older program did not say. */
    bool has_how;
    uint64_t by_bytes, by_checksum, by_etag, not_compared;

    /* Differences that any verification found and none saw mended; `since` 0: there are none. */
    int64_t open, open_since_us;
};

/* Fails with ERR_DATABASE, and ERR_DATA if what was noted is not what verify notes. */
must_check bool verified_read(struct ledger *ledger, const struct ledger_run *runs,
                              size_t run_count, struct verified *verified_r, struct err *err);

/* How far it speaks for what is there now. */
enum verified_word {
    VERIFIED_NEVER,
    VERIFIED_GOOD,
    VERIFIED_OUTDATED,
    VERIFIED_DIFFERS,
    VERIFIED_PARTLY, /* no difference, but not every file was compared */
};
enum verified_word verified_word(const struct verified *verified);

/* What stands beside its mark: "a separate reader agrees", where nothing speaks against it. */
const char *verified_label(const struct verified *verified);

/* "2026-11-23 07:50:12 UTC: no difference, 11,259 records"; without an end of line. */
void verified_figure(const struct verified *verified, struct str *to);

/* What was compared with what, how deeply, and what came of it: one sentence. */
void verified_sentence(const struct verified *verified, struct str *to);
