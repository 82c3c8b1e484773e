/*
 * Completion of command lines for bash, zsh and fish, from the tables of commands and options. A
 * script is complete in itself: it runs no program while somebody types.
 */
#pragma once

#include "base/cli.h"
#include "base/str.h"

/* What the value of an option, or a word without one, is completed by. */
enum completion_kind {
    COMPLETION_NONE,  /* only the person knows          */
    COMPLETION_FILE,  /* a file or a folder             */
    COMPLETION_WORDS, /* one of the words that are added */
};

/* Adds the words of COMPLETION_WORDS, with a blank between two. */
enum completion_kind completion_of(const struct opt *opt, struct str *words);

/* Calls `tell` for each first word of two ("patients"), with the command that it begins first. */
void completion_families(const struct program *program,
                         void (*tell)(struct str *to, const struct program *program,
                                      struct span family),
                         struct str *to);

/* Whether the command's first word is this, and a second one follows. */
bool completion_is_of(const struct cmd *cmd, struct span family);

/* The last word of a command's name: what is typed after its family. */
const char *completion_last_word(const struct cmd *cmd);

/* Adds the first line of a text, in single quotes; `quote` stands for one within. */
void completion_quote(struct str *to, const char *text, const char *quote);
