/*
 * Questions on a terminal. Standard input must be one. Each question fails with ERR_CANCELED when
 * the input ends, or when the program is asked to stop.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

/* The columns that are filled: those of the terminal, from 40 to 100. */
int ask_columns(void);

/*
 * Prints a text as lines that fit the terminal, with a mark in front of the first: "✘", or "".
 * Letters that would steer the terminal are replaced.
 */
void ask_say(const char *mark, const char *text);

/*
 * Asks for one line.
 *   fallback   shown, and taken if the answer is empty; NULL: there is none
 *   answer_r   trimmed; the caller frees
 */
must_check bool ask_line(const struct cancel *cancel, const char *question, const char *fallback,
                         char **answer_r, struct err *err);

/*
 * Asks for a secret, which is not shown while it is typed.
 *   secret_r   NULL if the answer is empty; the caller frees
 */
must_check bool ask_secret(const struct cancel *cancel, const char *question,
                           struct secret **secret_r, struct err *err);

/* Asks for yes or no. */
must_check bool ask_yes(const struct cancel *cancel, const char *question, bool fallback,
                        bool *yes_r, struct err *err);

/* Names to choose from. */
struct ask_list {
    char **names;
    char **notes; /* one for each name, shown after it: "date"; NULL: none */
    size_t count;
};

/* Adds a name; both are copied. */
void ask_list_add(struct ask_list *list, const char *name, const char *note);
void ask_list_clear(struct ask_list *list);
#define auto_ask_list __attribute__((cleanup(ask_list_clear))) struct ask_list

/* Prints the names with their numbers, in as many columns as fit the terminal, and how to answer. */
void ask_list_print(const struct ask_list *list);

/*
 * Asks for one of the names, by number or by name. A name that is not in the list is asked for
 * again, unless the user keeps it.
 *   choice     the one that is taken if the answer is empty; NULL: none
 *   none       what "-" stands for: "no mark"; NULL: one must be chosen
 *   answer_r   the name, or "" for none; the caller frees
 */
must_check bool ask_choice(const struct cancel *cancel, const char *question,
                           const struct ask_list *list, const char *choice, const char *none,
                           char **answer_r, struct err *err);

/* After something that did not work: asks whether to answer again, or to keep what was said. */
must_check bool ask_again(const struct cancel *cancel, bool *again_r, struct err *err);
