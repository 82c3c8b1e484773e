/* What may be wrong with a FileMaker file, and what helps. */
#pragma once

/* What is wrong with a file: the `code` of ERR_USAGE and ERR_DATA. */
enum fmp12_cause {
    FMP12_FOREIGN = 1, /* another program's                                */
    FMP12_OLD,         /* of FileMaker 6 or older                          */
    FMP12_IN_USE,      /* another program has it open, or writes to it     */
    FMP12_ENCRYPTED,   /* or damaged at its root, which looks the same     */
    FMP12_DAMAGED,     /* or copied while it was open                      */
};

/* What helps with a torn copy; the end of messages. */
#define FMP12_COPY_AGAIN                                                                           \
    "close it in FileMaker and copy it again, or take a backup that FileMaker Server made"

/* FileMaker's own tool that makes a readable copy; the end of messages, and in docs/fmp12.md. */
#define FMP12_TOOL                                                                                 \
    "FMDeveloperTool --copySelfContained NAME.fmp12 ACCOUNT PASSWORD -target_filename COPY.fmp12"
