/* An object that a container field holds: its streams, and what is known of them. */
#pragma once

#include "base/digest.h"
#include "fmp12/fnam.h"

enum { FMP12_STREAMS_MAX = 32, FMP12_CODE_SIZE = 5 };

/* What a stream is for. */
enum fmp12_role {
    FMP12_ABOUT,    /* name, size, icon, resource fork          */
    FMP12_PREVIEW,  /* a picture of the document beside it      */
    FMP12_DOCUMENT, /* the document; two of them are ambiguous  */
};

struct fmp12_stream {
    char code[FMP12_CODE_SIZE]; /* "FILE", "JPEG", "PDF ", ... */
    uint64_t bytes;             /* as the list of lengths has it */
    uint64_t found_bytes;
    enum fmp12_role role;
};

/* What can be said of an object. */
enum fmp12_state {
    FMP12_PROVEN,    /* lengths and MD5 agree, and there is exactly one document        */
    FMP12_AMBIGUOUS, /* proven, but two or more streams may be the document             */
    FMP12_REFERENCE, /* no document: only the name and place of a file elsewhere        */
    FMP12_BROKEN,    /* not proven: `fault` says why. Its bytes are worth nothing       */
};

struct fmp12_object {
    uint32_t number;
    uint32_t references; /* how many values lead to it, as FileMaker counts */
    enum fmp12_state state;
    char fault[160];
    uint8_t md5[MD5_SIZE]; /* FileMaker's own, over all streams */
    struct fmp12_stream streams[FMP12_STREAMS_MAX];
    size_t stream_count;
    struct fmp12_name name; /* empty texts if there is none, or it cannot be read */
};
