/* Where the documents of a table lie: all of its containers, counted by kind. */
#pragma once

#include "base/base.h"

struct source_holdings {
    uint64_t embedded;     /* in the file, and proven by FileMaker's MD5   */
    uint64_t beside;       /* files of a manifest                          */
    uint64_t whole_bytes;  /* of the embedded ones and those beside        */
    uint64_t ambiguous;    /* in the file: several streams may be it     */
    uint64_t broken;       /* in the file, and not as FileMaker stored it  */
    uint64_t external;     /* in a folder that FileMaker keeps beside it   */
    uint64_t by_reference; /* only the place of a file elsewhere           */
    uint64_t missing;      /* the field leads to nothing in the file       */
    uint64_t other;        /* a text, or what is not known                 */
    uint64_t global;       /* of all these: in fields that have one value for all records */
};
