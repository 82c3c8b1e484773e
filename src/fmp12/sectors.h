/*
 * A FileMaker file as sectors of 4096 bytes. Sector 0 is a header; sector 1 is the root of the index;
 * the leaves at its lower end hold everything else.
 *
 * A file is only ever read, by pread(): one that another program cuts meanwhile is an error then,
 * and no signal.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

enum { FMP12_SECTOR_SIZE = 4096, FMP12_ROOT = 1, FMP12_LEVEL_LEAF = 0, FMP12_LEVEL_FREE = 0xFFFF };

struct fmp12_sector {
    uint32_t number;
    uint32_t previous,
        next; /* of the same level, 0: none. The root has the last sector's number in `next` */
    uint16_t level;
    struct span payload; /* of `bytes` */
    char bytes[FMP12_SECTOR_SIZE];
};

struct fmp12_sectors;

/*
 * Opens a file of FileMaker 7 or newer, and looks at its header.
 * Fails with ERR_USAGE and ERR_DATA, `code` an enum fmp12_cause (fmp12/fmp12.h), and ERR_OS.
 */
must_check bool fmp12_sectors_open(const char *path, struct fmp12_sectors **sectors_r,
                                   struct err *err);
void fmp12_sectors_close(struct fmp12_sectors *sectors); /* NULL is allowed */

/* When the file was written last before it was opened, as the disk has it; wall clock. */
int64_t fmp12_sectors_written_us(const struct fmp12_sectors *sectors);

uint32_t fmp12_sectors_count(const struct fmp12_sectors *sectors);

/*
 * Reads a sector and checks its header and its unused end. Any thread, any number at a time.
 * Fails with ERR_DATA: it is not built so, or lies beyond the end; ERR_OS. The caller names it.
 */
must_check bool fmp12_sector_read(const struct fmp12_sectors *sectors, uint32_t number,
                                  struct fmp12_sector *sector, struct err *err);

/* Whether size and times are those of the opening. Fails with ERR_DATA: somebody writes to it; ERR_OS. */
must_check bool fmp12_sectors_same(const struct fmp12_sectors *sectors, struct err *err);
