/* By what a source on this machine is known again. */
#pragma once

#include "base/base.h"
#include "base/digest.h"

struct source_looks {
    uint64_t size_bytes;
    int64_t written_us;   /* when it was written last, as the disk has it; wall clock  */
    struct sha256 sha256; /* of all that it holds: of a manifest, the list alone */
    char version[32];     /* of the FileMaker that wrote a file last; "" of a manifest */
};
