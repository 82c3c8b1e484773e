/*
 * Words that only programs of others read: those of DOC, XLS and RTF, and of scans. fmferry-words
 * locks itself and becomes the program (preview/words.c).
 */
#pragma once

#include "base/cancel.h"
#include "base/err.h"
#include "base/str.h"

enum words_end {
    WORDS_READ,
    WORDS_NONE,    /* of this kind nothing is read, or the program that reads it is not there */
    WORDS_DAMAGED, /* the program could do nothing with it */
    WORDS_DIED,    /* it broke the program, or took it longer than any usual document does */
};

/* Whether these bytes begin as those of a kind that is read in this way; not so for scans. */
bool words_program_reads(struct span bytes);

/* Whether its words come as HTML: those of RTF. */
bool words_program_makes_html(struct span bytes);

/*
 * Reads a document's words. May take minutes: it has the scheduling class of the thread that calls.
 *   program     preview_words_program(); NULL: nothing is read
 *   languages   of scans: "deu+eng"; NULL: `bytes` are no scan
 *   words_r     appended to, what fits into it: as the program wrote it, which may be anything
 * Fails with ERR_OS, ERR_CANCELED.
 */
must_check bool words_program_read(const char *program, struct span bytes, const char *languages,
                                   const struct cancel *cancel, struct str *words_r,
                                   enum words_end *end_r, struct err *err);

/*
 * Whether the words of scans in these languages can be read; "": nobody wants them.
 * Fails with ERR_USAGE: no name of a language, or one that is not installed.
 */
must_check bool words_program_knows(const char *languages, struct err *err);

/* Which of the programs are installed: "catdoc unrtf ". The caller frees. */
char *words_programs_there(void);
