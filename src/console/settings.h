/* What the console is told: [console] of fmferry.ini. */
#pragma once

#include "base/base.h"

struct console_settings {
    const char *address; /* "127.0.0.1:8480"; port 0: any                                */
    const char *names;   /* by which browsers may call it, with blanks or commas between */
    const char *url;     /* of its database; "": beside the ledger                       */
    const char *state;   /* a folder of its own: certificate, keys, index, cache         */
    const char *certificate, *certificate_key; /* PEM files; both or none: its own        */
    const char *behind;         /* the address of a proxy that does TLS; "": none               */
    int64_t cache_bytes;        /* how much of the disk pictures may take; 0: none are kept    */
    int64_t upload_bytes;       /* that one uploaded file may have                             */
    bool link;                  /* documents may be given to patients: their objects are moved   */
    const char *scan_languages; /* "deu+eng": words of scans are read; "": they are not */
    int64_t idle_us;            /* after which a session ends of those who see patients         */
    int64_t day_us;             /* after which every session ends                               */
};
